/* 直通 UI: the search box suggests while somebody types (a combobox with a list); without this file Enter leads to /search. */
(function () {
  'use strict';
  var d = document;
  var form = d.querySelector('[data-search]');
  if (!form || !window.fetch) { return; }
  var input = form.querySelector('input');
  var list = d.createElement('ul');
  var timer, asked = '', turn = 0, composing = false;
  list.id = 'sugg';
  list.className = 'sugg';
  list.hidden = true;
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', '搜索建议');
  form.appendChild(list);
  input.setAttribute('role', 'combobox');
  input.setAttribute('aria-autocomplete', 'list');
  input.setAttribute('aria-controls', 'sugg');
  input.setAttribute('aria-expanded', 'false');

  var options = function () { return window.zq.all('[role=option]', list); };
  var chosen = function () { return list.querySelector('[aria-selected=true]'); };
  var show = function (is) {
    list.hidden = !is;
    input.setAttribute('aria-expanded', is ? 'true' : 'false');
    if (!is) { choose(null); }
  };
  var choose = function (option) {
    var before = chosen();
    if (before) { before.setAttribute('aria-selected', 'false'); }
    if (option) {
      option.setAttribute('aria-selected', 'true');
      option.scrollIntoView({ block: 'nearest' });
      input.setAttribute('aria-activedescendant', option.id);
    } else { input.removeAttribute('aria-activedescendant'); }
  };
  var move = function (by) {
    var all = options();
    if (!all.length) { return; }
    var now = all.indexOf(chosen());
    choose(now + by < -1 || now + by >= all.length ? all[by > 0 ? 0 : all.length - 1] : all[now + by] || null);
  };
  var ask = function () {
    var words = input.value.trim();
    if (composing || words === asked) { if (!words) { show(false); } return; }
    asked = words;
    var mine = ++turn;
    if (!words) { show(false); return; }
    fetch(form.dataset.search + encodeURIComponent(words), { credentials: 'same-origin' })
      .then(function (answer) { return answer.ok && !answer.redirected ? answer.text() : ''; })
      .then(function (html) {
        if (mine !== turn || !html) { return; }
        list.innerHTML = html;
        input.removeAttribute('aria-activedescendant');
        show(d.activeElement === input);
        var count = options().length;
        window.zq.say(count ? (count - 1) + ' 条建议，用上下键选择' : '没有建议');
      })
      .catch(function () { asked = ''; });
  };
  var soon = function () { clearTimeout(timer); timer = setTimeout(ask, 180); };

  input.addEventListener('input', soon);
  input.addEventListener('compositionstart', function () { composing = true; });
  input.addEventListener('compositionend', function () { composing = false; soon(); });
  input.addEventListener('focus', function () { if (asked && input.value.trim() === asked && list.innerHTML) { show(true); } });
  input.addEventListener('keydown', function (e) {
    if (e.isComposing || e.keyCode === 229 || list.hidden) { return; }
    if (e.key === 'ArrowDown') { move(1); e.preventDefault(); }
    else if (e.key === 'ArrowUp') { move(-1); e.preventDefault(); }
    else if (e.key === 'Escape') { show(false); e.preventDefault(); e.stopPropagation(); }
    else if (e.key === 'Enter' && chosen()) { location.assign(chosen().dataset.url); e.preventDefault(); }
  });
  list.addEventListener('mousedown', function (e) { e.preventDefault(); });
  list.addEventListener('click', function (e) {
    var option = e.target.closest('[role=option]');
    if (option) { location.assign(option.dataset.url); }
  });
  d.addEventListener('click', function (e) { if (!form.contains(e.target)) { show(false); } });
  input.addEventListener('blur', function () { setTimeout(function () { if (d.activeElement !== input) { show(false); } }, 150); });
})();
