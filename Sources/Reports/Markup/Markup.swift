/// A piece of the page, well-formed as XML and as HTML alike.
///
/// Text and attributes are escaped where they are written out and nowhere else, so nothing that a run
/// recorded can become markup.
indirect enum Markup {
  case element(String, [(String, String)], [Markup])
  case text(String)
  /// The page's own style and script, which HTML does not unescape.
  case verbatim(String)

  /// The source text of this piece.
  var source: String {
    var result = ""
    write(to: &result)
    return result
  }

  private func write(to result: inout String) {
    switch self {
    case .text(let text): result += escaped(text)
    case .verbatim(let text): result += text
    case .element(let name, let attributes, let children):
      result += "<\(name)"
      for (key, value) in attributes { result += " \(key)=\"\(escaped(value))\"" }
      if children.isEmpty && Self.voidElements.contains(name) {
        result += "/>"
        return
      }
      result += ">"
      for child in children { child.write(to: &result) }
      result += "</\(name)>"
    }
  }

  /// Elements that HTML closes by itself, and the shapes that SVG lets close in their own tag.
  private static let voidElements: Set = [
    "meta", "link", "br", "line", "path", "circle", "rect", "polygon",
  ]
}

extension Markup: ExpressibleByStringInterpolation {
  init(stringLiteral text: String) { self = .text(text) }
}

/// An element with attributes and children.
func tag(_ name: String, _ attributes: KeyValuePairs<String, String>, _ children: [Markup] = [])
  -> Markup
{
  .element(name, attributes.map { ($0.key, $0.value) }, children)
}

/// An element with a class, or with nothing but children.
func tag(_ name: String, class style: String? = nil, _ children: [Markup] = []) -> Markup {
  .element(name, style.map { [("class", $0)] } ?? [], children)
}

/// Text with the five characters of markup replaced, and those that XML forbids shown as U+FFFD.
func escaped(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    case "\t", "\n", "\r": result.unicodeScalars.append(scalar)
    case "\u{0}"..<"\u{20}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}
