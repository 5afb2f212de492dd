/// The look of the page: system fonts, one accent for each role, much white space.
///
/// Roles keep their colour everywhere. The four hues are told apart with any colour vision (after Okabe and
/// Ito), and no meaning rests on hue alone: markers differ in shape, lines in dashes, shades in lightness.
let stylesheet = palette + layout + charts + paper

private let lightColours = """
  color-scheme: light;
  --page: #fcfcfa; --raised: #f3f3ef; --ink: #1d2125; --soft: #5d656d; --faint: #e3e3dd;
  --winner: #cc5200; --uniform: #0068a8; --base: #4a5157; --supernet: #00795a;
  --barbase: #dcdcd5;
  --shade0: #cfd6da; --shade1: #a8c3c9; --shade2: #75a7ae; --shade3: #3f868d; --shade4: #10646b;
  """

private let darkColours = """
  color-scheme: dark;
  --page: #15181b; --raised: #1f2428; --ink: #e8eaec; --soft: #9aa4ad; --faint: #2d3338;
  --winner: #ff8f45; --uniform: #5fb3f0; --base: #c3cad0; --supernet: #35c39b;
  --barbase: #363d43;
  --shade0: #39464c; --shade1: #43626a; --shade2: #4b878f; --shade3: #63b0b7; --shade4: #a4e4e6;
  """

private let palette = """
  :root { \(lightColours) }
  @media (prefers-color-scheme: dark) { :root:not([data-theme=light]) { \(darkColours) } }
  :root[data-theme=dark] { \(darkColours) }
  .winner { --role: var(--winner); } .uniform { --role: var(--uniform); }
  .base { --role: var(--base); } .supernet { --role: var(--supernet); }

  """

private let layout = """
  * { box-sizing: border-box; }
  body { margin: 0; background: var(--page); color: var(--ink);
    font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
    font-variant-numeric: tabular-nums; -webkit-text-size-adjust: 100%; }
  main { max-width: 1160px; margin: 0 auto; padding: 40px clamp(18px, 4vw, 48px) 96px; }
  header { position: relative; }
  h1 { font-size: clamp(1.9rem, 5vw, 2.7rem); line-height: 1.15; font-weight: 650;
    letter-spacing: -0.02em; margin: 28px 0 6px; overflow-wrap: anywhere; }
  h2 { font-size: 1.3rem; font-weight: 620; letter-spacing: -0.01em; margin: 0 0 20px; }
  h3 { font-size: 1rem; font-weight: 600; margin: 0 0 6px; }
  section { margin-top: 60px; padding-top: 32px; border-top: 1px solid var(--faint); }
  .eyebrow { display: flex; gap: 12px; align-items: center; margin: 0; color: var(--soft);
    font-size: 0.9rem; }
  .emblem { width: 36px; height: 18px; }
  .mark { stroke: var(--soft); stroke-width: 1.2; } .mark.sliding { stroke: var(--winner); }
  #theme { position: absolute; top: -6px; right: 0; font: inherit; font-size: 0.85rem;
    color: var(--soft); background: none; border: 1px solid var(--faint); border-radius: 99px;
    padding: 4px 14px; cursor: pointer; }
  #theme[hidden] { display: none; }
  #theme:hover { color: var(--ink); border-color: var(--soft); }
  .subtitle { color: var(--soft); margin: 0; white-space: pre-wrap; }
  .summary { font-size: clamp(1.25rem, 2.6vw, 1.6rem); line-height: 1.4; max-width: 36em;
    letter-spacing: -0.01em; margin: 32px 0 0; text-wrap: pretty; }
  .figures { display: flex; flex-wrap: wrap; gap: 20px 56px; margin: 36px 0 0; }
  .figures div { display: flex; flex-direction: column-reverse; }
  .figures dd { margin: 0; font-size: 1.7rem; font-weight: 600; letter-spacing: -0.02em;
    line-height: 1.2; }
  .figures dt { color: var(--soft); font-size: 0.9rem; }
  .notice { border-left: 3px solid var(--winner); padding: 2px 0 2px 14px; margin: 24px 0 0;
    max-width: 46em; }
  .empty, .note { color: var(--soft); max-width: 46em; margin: 0; }
  .note { font-size: 0.9rem; margin-top: 16px; }
  .pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 32px 48px; }
  .pair.uneven { grid-template-columns: minmax(0, 1.5fr) minmax(0, 1fr); }
  figure { margin: 0; min-width: 0; } figcaption { margin-bottom: 14px; }
  .legend { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 0; color: var(--soft);
    font-size: 0.875rem; }
  .pair figcaption .legend { min-height: 1.55em; }
  section .legend + .pair { margin-top: 12px; }
  .key { display: inline-flex; align-items: center; gap: 5px; }
  table { border-collapse: collapse; width: 100%; }
  th { text-align: left; font-weight: 500; } td { text-align: right; white-space: nowrap; }
  .results th, .results td { padding: 14px 0 14px 24px; border-bottom: 1px solid var(--faint);
    vertical-align: baseline; }
  .results th:first-child { padding-left: 0; }
  .results thead th { text-align: right; color: var(--soft); font-size: 0.875rem; padding-top: 0;
    white-space: nowrap; }
  .results thead th:first-child { text-align: left; }
  .results tr.winner td, .results tr.winner th { font-weight: 650; }
  .results .swatch { margin-right: 10px; }
  .channels { display: block; color: var(--soft); font-size: 0.8rem; font-weight: 400;
    margin-left: 22px; }
  .front th, .front td { padding: 5px 24px 5px 0; font-size: 0.9rem; }
  .front thead th { text-align: right; color: var(--soft); }
  .front thead th:first-child { text-align: left; } .front tr.winner { font-weight: 650; }
  .pair + figure { margin-top: 40px; max-width: 46em; }
  .phases th, .phases td { padding: 6px 24px 6px 0; } .phases .lengths { width: 45%; }
  .phases td:last-child { padding-right: 0; }
  .length { display: block; height: 10px; min-width: 2px; border-radius: 2px;
    background: var(--shade2); }
  .rate { color: var(--soft); }
  pre { background: var(--raised); border-radius: 8px; padding: 16px 18px; margin: 0;
    overflow-x: auto; font: 0.85rem/1.6 ui-monospace, SFMono-Regular, Menlo, Consolas,
    "DejaVu Sans Mono", monospace; }
  .command { user-select: all; white-space: pre-wrap; overflow-wrap: anywhere; }
  .facts { margin-top: 28px; } .facts dl { margin: 0; }
  .facts dl div { display: grid; grid-template-columns: minmax(9em, 15em) 1fr; gap: 16px;
    padding: 5px 0; border-bottom: 1px solid var(--faint); font-size: 0.925rem; }
  .facts dt { color: var(--soft); } .facts dd { margin: 0; overflow-wrap: anywhere; }
  details { margin-top: 28px; } details pre { margin-top: 12px; }
  summary { cursor: pointer; color: var(--soft); } summary:hover { color: var(--ink); }
  .tip { position: absolute; z-index: 2; pointer-events: none; white-space: pre-line;
    background: var(--ink); color: var(--page); border-radius: 6px; padding: 7px 11px;
    font-size: 0.825rem; line-height: 1.45; max-width: 260px; }
  .tip[hidden] { display: none; }
  @media (max-width: 900px) { .pair, .pair.uneven { grid-template-columns: minmax(0, 1fr); } }
  @media (max-width: 720px) {
    .results thead { display: none; }
    .results, .results tbody, .results tr, .results th, .results td { display: block; }
    .results tr { padding: 14px 0; border-bottom: 1px solid var(--faint); }
    .results th, .results td { border: 0; padding: 3px 0; }
    .results td { display: flex; justify-content: space-between; }
    .results td::before { content: attr(data-label); color: var(--soft); font-weight: 400; }
    .figures { gap: 18px 36px; } .figures dd { font-size: 1.4rem; }
    .phases .lengths { display: none; }
    .phases th, .phases td { padding-right: 12px; font-size: 0.9rem; }
    .facts dl div { grid-template-columns: 1fr; gap: 0; }
    section { margin-top: 44px; }
  }

  """

private let charts = """
  .chart { display: block; width: 100%; height: auto; overflow: visible; }
  .chart text { font-size: 13px; fill: var(--soft); }
  .chart .group { fill: var(--ink); }
  .chart .row text { font-size: 14px; }
  .grid { stroke: var(--faint); } .axis { stroke: var(--soft); stroke-opacity: 0.6; }
  .curve { fill: none; stroke: var(--role); stroke-width: 2; stroke-linejoin: round;
    stroke-linecap: round; }
  .curve.training { stroke-width: 1.6; stroke-opacity: 0.8; } .curve.test { stroke-dasharray: 2 5; }
  .curve.heldOut { stroke-dasharray: 7 4; }
  .point { fill: transparent; } .point:hover { fill: var(--role); }
  .window { fill: var(--raised); }
  .shade0 { --role: var(--shade0); } .shade1 { --role: var(--shade1); }
  .shade2 { --role: var(--shade2); } .shade3 { --role: var(--shade3); }
  .shade4 { --role: var(--shade4); }
  .candidate { fill: var(--role); stroke: var(--page); stroke-width: 0.6; }
  .candidate.stopped { fill: none; stroke: var(--role); }
  .candidate.front { stroke: var(--ink); stroke-width: 1.4; }
  .candidate:hover { stroke: var(--ink); stroke-width: 2; }
  .candidate.winner { fill: var(--winner); stroke: var(--page); }
  .ring { fill: none; stroke: var(--winner); stroke-width: 2; }
  .frontline { fill: none; stroke: var(--ink); stroke-opacity: 0.55; stroke-width: 1.3; }
  .marker { fill: var(--role); stroke: var(--page); stroke-width: 1.5; }
  .level { stroke: var(--role); stroke-width: 1.5; stroke-dasharray: 2 4; }
  .chart .name { fill: var(--role); font-weight: 600; paint-order: stroke; stroke: var(--page);
    stroke-width: 4px; stroke-linejoin: round; }
  .bar.base { fill: var(--barbase); } .bar.winner { fill: var(--winner); }
  .uniformtick { stroke: var(--uniform); stroke-width: 3; stroke-linecap: round; }
  .swatch { display: inline-block; flex: none; width: 12px; height: 12px; border-radius: 2px;
    background: var(--role, var(--raised)); }
  .swatch.uniform:not(.line):not(.tick) { transform: rotate(45deg) scale(0.85); border-radius: 1px; }
  .results .swatch.winner, .swatch.dot { border-radius: 50%; }
  .swatch.dot { width: 10px; height: 10px; } .swatch.dot + .swatch.dot { margin-left: -5px; }
  .swatch.window { background: var(--raised); outline: 1px solid var(--faint); }
  .swatch.bar { width: 20px; height: 9px; } .swatch.bar.base { background: var(--barbase); }
  .swatch.tick { width: 3px; height: 16px; }
  .swatch.line { width: 22px; height: 0; border-radius: 0; background: none;
    border-top: 2px solid var(--role, var(--soft)); }
  .swatch.line.training { border-top-width: 1.6px; opacity: 0.8; } .swatch.line.test { border-top-style: dotted; }
  .swatch.line.heldOut { border-top-style: dashed; }
  @media (max-width: 560px) {
    .chart text { font-size: 20px; } .chart .row text { font-size: 18px; }
    .scatter text { font-size: 23px; }
    .candidate { r: 4.5px; } .candidate.winner { r: 9px; } .ring { r: 15px; }
  }

  """

private let paper = """
  @media print {
    :root:root:root { \(lightColours) --page: #fff; }
    #theme, .tip { display: none; }
    html { font-size: 12px; } body { font-size: 12px; }
    main { padding: 0; max-width: none; } h1 { margin-top: 16px; }
    section { margin-top: 20px; padding-top: 18px; } h2 { margin-bottom: 10px; }
    .summary, .figures { margin-top: 18px; }
    figure, tr, .facts, .pair { break-inside: avoid; } h2, h3, .legend { break-after: avoid; }
    .pair { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 20px 28px; }
    .pair.uneven { grid-template-columns: minmax(0, 1.5fr) minmax(0, 1fr); }
    .chart text { font-size: 16px; } .chart .row text { font-size: 17px; }
    .results th, .results td { padding: 7px 0 7px 12px; } .name { min-width: 17em; }
    pre { white-space: pre-wrap; }
    * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  }
  """
