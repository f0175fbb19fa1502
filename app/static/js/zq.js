/* 直通 UI: what every page does – speak, dialogs, folds, copying, the bulk bar, polling. Pages work without it. */
(function () {
  'use strict';
  var d = document;
  var all = function (selector, root) { return [].slice.call((root || d).querySelectorAll(selector)); };
  var zq = window.zq = { all: all };
  d.documentElement.classList.add('js');

  /* One polite live region, one message at a time. */
  zq.say = function (words) {
    var live = d.getElementById('live');
    if (live) { live.textContent = ''; setTimeout(function () { live.textContent = words; }, 100); }
  };

  /* A toast stays 10 s, longer while it is hovered or holds the focus. undo: {label, url} is a link. */
  zq.toast = function (words, undo) {
    all('.toast:not(.toast--still)').forEach(function (old) { old.remove(); });
    var box = d.createElement('div');
    var text = d.createElement('span');
    box.className = 'toast dark';
    text.textContent = words;
    box.appendChild(text);
    if (undo) {
      var link = d.createElement('a');
      link.href = undo.url;
      link.textContent = undo.label;
      box.appendChild(link);
    }
    d.body.appendChild(box);
    zq.say(words);
    var timer;
    var leave = function () { clearTimeout(timer); timer = setTimeout(function () { box.remove(); }, 10000); };
    var stay = function () { clearTimeout(timer); };
    box.addEventListener('mouseenter', stay);
    box.addEventListener('mouseleave', leave);
    box.addEventListener('focusin', stay);
    box.addEventListener('focusout', leave);
    leave();
  };

  /* On load: the error summary takes the focus; otherwise the messages on the page are read out. */
  var summary = d.querySelector('.errsum');
  if (summary) { summary.focus(); }
  else {
    var told = all('.msgs .msg').map(function (m) { return m.textContent.trim(); }).join('。');
    if (told) { setTimeout(function () { zq.say(told); }, 400); }
  }

  /* Dialogs: a link or button with data-dialog opens one; without a script the link leads to a page. */
  var opener = null;
  zq.open = function (dialog, from) {
    if (!dialog || !dialog.showModal || dialog.open) { return false; }
    opener = from || d.activeElement;
    dialog.showModal();
    var first = dialog.querySelector('[autofocus]') || dialog.querySelector('a,button,input');
    if (first) { first.focus(); }
    return true;
  };
  all('dialog').forEach(function (dialog) {
    dialog.addEventListener('close', function () { if (opener) { opener.focus(); opener = null; } });
    dialog.addEventListener('click', function (e) { if (e.target === dialog) { dialog.close(); } });
  });

  d.addEventListener('click', function (e) {
    var by = function (selector) { return e.target.closest && e.target.closest(selector); };
    var asks = by('[data-dialog]');
    if (asks && asks.getAttribute('aria-disabled') !== 'true' && zq.open(d.getElementById(asks.dataset.dialog), asks)) { e.preventDefault(); }
    if (by('[data-close]')) { var shown = by('dialog'); if (shown) { shown.close(); } }
    if (by('[aria-disabled="true"]')) { e.preventDefault(); }
    if (by('[data-print]')) { e.preventDefault(); window.print(); }
    var copies = by('[data-copy]');
    if (copies) { copy(copies.dataset.copy); }
    all('details.menu[open]').forEach(function (m) { if (!m.contains(e.target)) { m.open = false; } });
  });
  d.addEventListener('keydown', function (e) {
    if (e.key !== 'Escape') { return; }
    all('details.menu[open]').forEach(function (m) { m.open = false; m.querySelector('summary').focus(); });
    all('.toast:not(.toast--still)').forEach(function (t) { t.remove(); });
  });

  /* Copying: intranets without https have no clipboard API, so a text area is the second way. */
  function copy(text) {
    var done = function () { zq.toast('已复制 ' + text); };
    if (navigator.clipboard && window.isSecureContext) { navigator.clipboard.writeText(text).then(done); return; }
    var area = d.createElement('textarea');
    area.value = text;
    area.className = 'vh';
    d.body.appendChild(area);
    area.select();
    if (d.execCommand('copy')) { done(); }
    area.remove();
  }

  /* Filters start folded on a phone; paper shows what is folded. */
  var phone = window.matchMedia('(max-width:48rem)');
  var fold = function () { all('details[data-fold]').forEach(function (x) { x.open = !phone.matches; }); };
  if (phone.matches) { fold(); }
  phone.addEventListener('change', fold);
  var unfolded = [];
  window.addEventListener('beforeprint', function () {
    unfolded = all('main details:not([open]):not(.menu)');
    unfolded.forEach(function (x) { x.open = true; });
  });
  window.addEventListener('afterprint', function () { unfolded.forEach(function (x) { x.open = false; }); });

  /* Ticked rows of one form drive its bulk bar. */
  all('.bulk').forEach(function (bar) {
    var scope = bar.closest('form') || bar.parentNode;
    var ticks = all('tbody input[type=checkbox]', scope);
    var head = scope.querySelector('thead input[type=checkbox]');
    var everything = bar.querySelector('[data-all]');
    var show = function () {
      var n = ticks.filter(function (t) { return t.checked; }).length;
      bar.querySelector('[data-n]').textContent = n;
      bar.hidden = !n;
      ticks.forEach(function (t) { var tr = t.closest('tr'); if (tr) { tr.classList.toggle('on', t.checked); } });
      if (head) { head.checked = n > 0 && n === ticks.length; head.indeterminate = n > 0 && n < ticks.length; }
      if (everything) {
        everything.hidden = n < ticks.length;
        if (everything.hidden) { everything.querySelector('input').checked = false; }
      }
    };
    var tickAll = function (on) { ticks.forEach(function (t) { t.checked = on; }); show(); };
    scope.addEventListener('change', function (e) {
      if (e.target === head) { tickAll(head.checked); }
      else if (ticks.indexOf(e.target) >= 0) { show(); }
    });
    var none = bar.querySelector('[data-none]');
    if (none) { none.addEventListener('click', function () { tickAll(false); }); }
    window.addEventListener('pageshow', show);
    show();
  });

  /* data-poll="URL" answers {"count": 2, "unread": 5}; the list never moves, a line offers the refresh.
     Nobody sits before it: the header keeps such a request from keeping the session alive. */
  all('[data-poll]').forEach(function (line) {
    var wait = 30000;
    var ask = function () {
      if (d.hidden) { return later(); }
      fetch(line.dataset.poll, { credentials: 'same-origin', headers: { Accept: 'application/json', 'X-Background': '1' } })
        .then(function (answer) {
          if (answer.status === 401 || answer.status === 403 || answer.redirected) { wait = 0; return null; }
          wait = answer.ok ? 30000 : Math.min(wait * 2, 300000);
          return answer.ok ? answer.json() : null;
        })
        .then(function (news) { if (news) { tell(news); } })
        .catch(function () { wait = Math.min(wait * 2, 300000); })
        .then(later);
    };
    var later = function () { if (wait) { setTimeout(ask, wait); } };
    var tell = function (news) {
      if (news.count > 0) {
        var words = '有 ' + news.count + ' ' + (line.dataset.what || '件新的');
        if (line.textContent.indexOf(words) < 0) { line.textContent = words + '，刷新'; zq.say(words); }
        line.hidden = false;
      }
      if (typeof news.unread === 'number') {
        all('[data-unread]').forEach(function (n) { n.hidden = !news.unread; n.textContent = news.unread > 98 ? '99+' : news.unread; });
      }
    };
    later();
  });
})();
