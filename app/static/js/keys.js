/* 直通 UI: keys. Never while typing or composing, never with a modifier, off when the cookie keys=off says so (WCAG 2.1.4).
   A page names its own keys: data-key="n" on a link, button or form (a letter or a digit); data-go="w" on a link answers g w. */
(function () {
  'use strict';
  var d = document;
  var all = window.zq.all;
  var off = function () { return /(^|; )(__Host-)?keys=off/.test(d.cookie); };
  var typing = function (e) {
    var t = e.target;
    return e.isComposing || e.keyCode === 229 || /^(TEXTAREA|SELECT)$/.test(t.tagName) || t.isContentEditable ||
      (t.tagName === 'INPUT' && !/^(checkbox|radio|button|submit|file)$/.test(t.type));
  };
  var afterG = 0;

  var visible = function (selector) { return all(selector).filter(function (x) { return x.offsetParent !== null; }); };
  var rows = function () { return visible('[data-row]'); };
  var here = function () { return d.activeElement.closest && d.activeElement.closest('[data-row]'); };
  var step = function (by) {
    var list = rows();
    if (!list.length) { return false; }
    var now = list.indexOf(here());
    if (now < 0) { now = list.indexOf(list.filter(function (x) { return x.hasAttribute('aria-selected'); })[0]); } /* the one shown beside */
    var next = list[Math.max(0, Math.min(list.length - 1, now < 0 ? 0 : now + by))];
    var target = next.querySelector('a[href]') || next.querySelector('button,input');
    if (target) { target.focus(); next.scrollIntoView({ block: 'nearest' }); }
    return true;
  };
  var tick = function () {
    var box = here() && here().querySelector('input[type=checkbox]');
    if (box) { box.click(); }
    return !!box;
  };
  var press = function (key) {
    var named = all('[data-key]').filter(function (x) { return x.dataset.key === key; });
    var target = named.filter(function (x) { return x.closest('main'); })[0] || named[0]; /* the page's own before the menu's */
    if (!target) { return false; }
    var field = target.tagName === 'FORM' ? target.querySelector('input:not([type=hidden]),select,textarea') :
      target.tagName === 'LABEL' && target.closest('form').querySelector('textarea');
    if (target.tagName !== 'FORM') { target.click(); }
    if (field) { field.focus(); field.scrollIntoView({ block: 'center' }); }
    return true;
  };
  /* n on a row, or on a ticket's page, notes a talk with the enterprise that stands there. */
  var note = function () {
    if (!all('[data-key="n"]').length) { return false; }
    var row = here();
    var own = row && row.querySelector('a[href^="/log/new"]');
    var about = (row ? [].map.call(row.querySelectorAll('a[href]'), function (a) { return a.pathname; }) : [location.pathname])
      .map(function (path) { return /^\/tickets\/(ZQ[-0-9]+)$/.exec(path); }).filter(Boolean)[0];
    if (own) { own.click(); }
    else if (about) { location.assign('/log/new?about=' + about[1]); }
    else { return press('n'); }
    return true;
  };
  var search = function () {
    var box = d.getElementById('q');
    if (box) { box.focus(); box.select(); }
    return !!box;
  };
  var number = function () {
    var button = d.querySelector('[data-copy]');
    if (button) { button.click(); }
    return !!button;
  };
  var go = function (key) {
    var link = all('[data-go]').filter(function (x) { return x.dataset.go === key; })[0];
    if (link) { location.assign(link.href); }
    return !!link;
  };
  var help = function () { return window.zq.open(d.getElementById('keys')); };

  d.addEventListener('keydown', function (e) {
    if (typing(e) || e.ctrlKey || e.metaKey || e.altKey || d.querySelector('dialog[open]')) { return; }
    if (e.key === '?') { if (help()) { e.preventDefault(); } return; }
    if (off()) { return; }
    var done = false;
    if (Date.now() - afterG < 1500) { done = go(e.key); afterG = 0; }
    else if (e.key === 'g') { afterG = Date.now(); }
    else if (e.key === '/') { done = search(); }
    else if (e.key === 'j') { done = step(1); }
    else if (e.key === 'k') { done = step(-1); }
    else if (e.key === 'x') { done = tick(); }
    else if (e.key === 'n') { done = note(); }
    else if (e.key === '.') { done = number(); }
    else if (/^[a-z0-9[\]]$/.test(e.key)) { done = press(e.key); }
    if (done) { e.preventDefault(); }
  });

  var box = d.getElementById('keys-off');
  if (box) {
    box.checked = off();
    box.addEventListener('change', function () {
      var terms = '; path=/; max-age=31536000; samesite=lax' + (box.dataset.cookie === 'keys' ? '' : '; secure');
      d.cookie = box.dataset.cookie + '=' + (box.checked ? 'off' : 'on') + terms;
      window.zq.say(box.checked ? '单键快捷键已关闭' : '单键快捷键已打开');
    });
  }
})();
