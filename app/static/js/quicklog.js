/* 直通 UI: 记一笔 – a draft on the server while one writes; on a phone without a network the note waits and is sent once.
   What waits lies in localStorage of a phone only, under its owner, and goes with the sending and with signing out. The
   form's own key makes sending twice one note (operations/base.py), so whatever may not have arrived is sent again. */
(function () {
  'use strict';
  var d = document;
  var owner = d.currentScript.dataset.owner;
  var STORE = 'zq.talks';
  var WEEK = 7 * 24 * 3600000;
  var OWN = /^(csrf_token|files|discard)$/;
  var isPhone = function () { return navigator.maxTouchPoints > 0 && window.matchMedia('(max-width:48rem)').matches; };
  var token = function () { var f = d.querySelector('[name=csrf_token]'); return f ? f.value : ''; };

  var kept = function () {
    try { return JSON.parse(localStorage.getItem(STORE)) || []; } catch (e) { return []; }
  };
  var keep = function (notes) {
    try {
      if (notes.length) { localStorage.setItem(STORE, JSON.stringify(notes)); } else { localStorage.removeItem(STORE); }
      return true;
    } catch (e) { return false; }
  };
  var mine = function () { return kept().filter(function (n) { return n.owner === owner; }); };
  var remove = function (key) { keep(kept().filter(function (n) { return n.key !== key; })); };
  var value = function (fields, name) {
    var found = fields.filter(function (f) { return f[0] === name; })[0];
    return found ? found[1] : '';
  };

  /* Answers "sent", "wrong" (the server wants something put right) or "waiting" (no network, or not signed in). */
  var send = function (note) {
    var body = new FormData();
    note.fields.forEach(function (f) { body.append(f[0], f[1]); });
    body.append('csrf_token', token());
    var waited = String(Math.max(0, Math.round((Date.now() - note.at) / 1000)));
    return fetch('/log/new', { method: 'POST', body: body, credentials: 'same-origin', headers: { 'X-Waited': waited } })
      .then(function (answer) {
        var isJson = /json/.test(answer.headers.get('Content-Type') || '');
        return answer.ok && isJson && !answer.redirected ? 'sent' : answer.status === 422 ? 'wrong' : 'waiting';
      }, function () { return 'waiting'; });
  };

  var button = function (label, act) {
    var b = d.createElement('button');
    b.type = 'button';
    b.className = 'btn btn--sm';
    b.textContent = label;
    b.addEventListener('click', act);
    return b;
  };
  var show = function () {
    var old = d.getElementById('waiting-talks');
    var notes = mine();
    if (old) { old.remove(); }
    if (!notes.length) { return; }
    var box = d.createElement('section');
    var head = d.createElement('b');
    var list = d.createElement('ul');
    box.id = 'waiting-talks';
    box.className = 'msg msg--amber mb4';
    box.setAttribute('aria-label', '没发出的互动');
    head.textContent = '未发出，联网后重发（' + notes.length + ' 条）';
    list.className = 'stack g2';
    notes.forEach(function (note) {
      var row = d.createElement('li');
      row.textContent = (value(note.fields, 'enterprise') || '已选的企业') + '：' + value(note.fields, 'content').slice(0, 40) + (note.problem ? '　' + note.problem : '') + ' ';
      row.appendChild(button('删除', function () { remove(note.key); show(); }));
      list.appendChild(row);
    });
    var inner = d.createElement('div');
    inner.appendChild(head);
    inner.appendChild(list);
    inner.appendChild(button('现在重发', resend));
    box.appendChild(inner);
    var main = d.getElementById('main');
    main.insertBefore(box, main.firstChild);
  };
  var busy = false;
  var resend = function () {
    var notes = mine().filter(function (n) { return Date.now() - n.at < WEEK; });
    if (busy || !notes.length || navigator.onLine === false) { return; }
    busy = true;
    var done = 0;
    notes.reduce(function (before, note) {
      return before.then(function () { return send(note); }).then(function (outcome) {
        if (outcome === 'sent') { done += 1; remove(note.key); }
        if (outcome === 'wrong') {
          keep(kept().map(function (n) { if (n.key === note.key) { n.problem = '没有收下，请核对后重新记一笔'; } return n; }));
        }
      });
    }, Promise.resolve()).then(function () {
      busy = false;
      if (done) { window.zq.toast('已重发 ' + done + ' 条互动'); }
      show();
    });
  };

  window.zq.all('form[data-talk]').forEach(function (form) {
    var said = form.querySelector('[data-draft-said]');
    var area = form.querySelector('textarea[name=content]');
    var timer;
    var last = area.value;
    var saveDraft = function () {
      timer = 0;
      if (area.value === last || form.hasAttribute('data-sent')) { return; }
      last = area.value;
      var body = new FormData(form);
      body.delete('files');
      fetch('/log/draft', { method: 'POST', body: body, credentials: 'same-origin' })
        .then(function (answer) { return answer.ok && !answer.redirected ? answer.json() : null; })
        .then(function (told) { if (told && said) { said.textContent = told.words; } }, function () {});
    };
    form.addEventListener('input', function () { if (!timer) { timer = setTimeout(saveDraft, 5000); } });

    form.addEventListener('submit', function (e) {
      clearTimeout(timer);
      if (!isPhone() || e.defaultPrevented || !window.fetch) { return; }
      if (e.submitter && e.submitter.name === 'discard') { return; }
      var fields = [];
      new FormData(form).forEach(function (v, name) { if (!OWN.test(name) && typeof v === 'string') { fields.push([name, v]); } });
      if (!area.value.trim() || !(value(fields, 'enterprise') || value(fields, 'enterprise_id'))) { return; }
      e.preventDefault();
      var note = { owner: owner, key: value(fields, 'form_key'), at: Date.now(), fields: fields };
      var button = d.querySelector('.act-m [type=submit]') || form.querySelector('[type=submit]');
      button.setAttribute('aria-busy', 'true');
      send(note).then(function (outcome) {
        button.removeAttribute('aria-busy');
        if (outcome === 'waiting' && keep(kept().filter(function (n) { return n.key !== note.key; }).concat([note]))) {
          area.value = area.defaultValue;
          area.dispatchEvent(new Event('input', { bubbles: true }));
          clearTimeout(timer);
          form.querySelector('[name=form_key]').value = fresh();
          show();
          window.zq.toast('未发出，联网后重发');
          window.scrollTo(0, 0);
        } else if (outcome === 'sent') {
          area.defaultValue = area.value;
          area.dispatchEvent(new Event('input', { bubbles: true }));
          clearTimeout(timer);
          location.assign(form.dataset.then || '/desk');
        } else {
          area.defaultValue = area.value;
          area.dispatchEvent(new Event('input', { bubbles: true })); /* nothing is left behind: leaving asks nobody */
          form.submit();
        }
      });
    });
  });
  var fresh = function () {
    var bytes = window.crypto.getRandomValues(new Uint8Array(18));
    return [].map.call(bytes, function (b) { return ('0' + b.toString(16)).slice(-2); }).join('');
  };

  window.zq.all('form[action="/logout"]').forEach(function (form) {
    form.addEventListener('submit', function () { try { localStorage.removeItem(STORE); } catch (e) { /* nothing is kept */ } });
  });
  window.addEventListener('online', resend);
  show();
  resend();
})();
