/// The page's only script: a calmer tooltip and the switch between light and dark.
///
/// Without it every mark still has its title and the page follows the system. It holds no character that
/// XML would take for markup.
let script = """
  (function () {
    var root = document.documentElement, button = document.getElementById('theme');
    var system = window.matchMedia('(prefers-color-scheme: dark)');
    function isDark() {
      return root.dataset.theme ? root.dataset.theme === 'dark' : system.matches;
    }
    function name() { button.textContent = isDark() ? 'Light' : 'Dark'; }
    button.hidden = false;
    button.addEventListener('click', function () {
      root.dataset.theme = isDark() ? 'light' : 'dark';
      name();
    });
    system.addEventListener('change', name);
    name();

    var tip = document.createElement('div');
    tip.className = 'tip';
    tip.hidden = true;
    document.body.appendChild(tip);
    document.querySelectorAll('svg title').forEach(function (title) {
      var owner = title.parentNode;
      owner.dataset.tip = title.textContent;
      owner.setAttribute('aria-label', title.textContent);
      title.remove();
    });
    document.addEventListener('pointerover', function (event) {
      var owner = event.target.closest('[data-tip]');
      tip.hidden = !owner;
      if (!owner) { return; }
      tip.textContent = owner.dataset.tip;
      var mark = owner.getBoundingClientRect(), box = tip.getBoundingClientRect();
      var left = mark.left + mark.width / 2 - box.width / 2;
      left = Math.max(8, Math.min(left, root.clientWidth - box.width - 8));
      var above = mark.top - box.height - 10;
      tip.style.left = left + window.scrollX + 'px';
      tip.style.top = (above > 0 ? above : mark.bottom + 10) + window.scrollY + 'px';
    });
  })();
  """
