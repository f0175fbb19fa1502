/* 直通 UI: forms – counting, sending once, files before they are sent, ratings, suggestions. Nothing typed is kept in the
   browser; quicklog.js alone does, on a phone. */
(function () {
  'use strict';
  var d = document;
  var all = window.zq.all;
  var composing = function (e) { return e.isComposing || e.keyCode === 229; };

  /* Enter that ends a pinyin composition must not send the form. */
  d.addEventListener('keydown', function (e) {
    if (e.key !== 'Enter') { return; }
    if (composing(e)) { if (e.target.tagName === 'INPUT') { e.preventDefault(); } return; }
    var form = (e.ctrlKey || e.metaKey) && e.target.closest && e.target.closest('form');
    if (!form) { return; }
    e.preventDefault();
    var button = form.querySelector('button[type=submit],button:not([type]),input[type=submit]');
    if (button) { button.click(); } else { form.submit(); }
  });

  /* Characters left: typing past the limit is allowed; announced only after typing stops. */
  all('textarea[data-max]').forEach(function (area) {
    var out = d.getElementById(area.id + '-n');
    var max = +area.dataset.max;
    var timer;
    if (!out) { return; }
    var count = function () {
      var left = max - area.value.replace(/\r\n/g, '\n').length;
      out.textContent = left < 0 ? '超出 ' + -left + ' 字' : '还可输入 ' + left + ' 字';
      out.classList.toggle('red', left < 0);
      out.classList.toggle('b', left < 0);
    };
    var announce = function () { if (d.activeElement === area) { window.zq.say(out.textContent); } };
    area.addEventListener('input', function () { count(); clearTimeout(timer); timer = setTimeout(announce, 1000); });
    count();
  });

  /* A form is sent once. The page coming back (bfcache), or 15 s without leaving it, opens the buttons again. */
  var typed = false;
  var free = function (form) {
    form.removeAttribute('data-sent');
    all('[aria-busy="true"]', form).forEach(function (b) { b.removeAttribute('aria-busy'); });
  };
  d.addEventListener('submit', function (e) {
    var form = e.target;
    if (form.method === 'dialog' || e.defaultPrevented) { return; }
    if (form.hasAttribute('data-sent')) { e.preventDefault(); return; }
    typed = false;
    form.setAttribute('data-sent', '');
    var button = e.submitter || form.querySelector('[type=submit]');
    if (button) { button.setAttribute('aria-busy', 'true'); }
    setTimeout(function () { free(form); }, form.hasAttribute('data-stay') ? 3000 : 15000);
  });
  window.addEventListener('pageshow', function () { all('form[data-sent]').forEach(free); });

  /* Leaving with words that were not sent asks first. */
  d.addEventListener('input', function (e) { if (e.target.tagName === 'TEXTAREA') { typed = e.target.value !== e.target.defaultValue; } });
  window.addEventListener('beforeunload', function (e) { if (typed) { e.preventDefault(); e.returnValue = ''; } });

  /* Files: name and size of each before sending, too big said at once, each can be taken out again. */
  var size = function (bytes) {
    if (bytes < 1024) { return bytes + ' B'; }
    return bytes < 1048576 ? Math.round(bytes / 1024) + ' KB' : (bytes / 1048576).toFixed(1) + ' MB';
  };
  all('input[type=file]').forEach(function (input) {
    var list = d.getElementById(input.id + '-f');
    if (!list) { return; }
    var most = +(input.dataset.maxMb || 0) * 1048576;
    var picked = [];
    var keep = function (files) {
      var holder = new DataTransfer();
      files.forEach(function (file) { holder.items.add(file); });
      input.files = holder.files;
      picked = files;
      show();
    };
    var same = function (a, b) { return a.name === b.name && a.size === b.size && a.lastModified === b.lastModified; };
    var row = function (file, index) {
      var li = d.createElement('li');
      var words = d.createElement('span');
      var name = d.createElement('span');
      var about = d.createElement('span');
      var drop = d.createElement('button');
      var big = most && file.size > most;
      li.className = 'up' + (big ? ' up--bad' : '');
      words.className = 'grow';
      name.className = 'clip';
      name.textContent = file.name;
      about.className = 'small ' + (big ? 'red b' : 'muted');
      about.textContent = size(file.size) + (big ? '，不能超过 ' + input.dataset.maxMb + ' MB' : '');
      drop.type = 'button';
      drop.textContent = '删除';
      drop.setAttribute('aria-label', '删除 ' + file.name);
      drop.addEventListener('click', function () {
        keep(picked.filter(function (other, i) { return i !== index; }));
        input.focus();
      });
      words.appendChild(name);
      words.appendChild(about);
      li.appendChild(words);
      li.appendChild(drop);
      return li;
    };
    var show = function () {
      list.textContent = '';
      picked.forEach(function (file, i) { list.appendChild(row(file, i)); });
    };
    input.addEventListener('change', function () { /* a second choice adds to the first: photos are taken one at a time */
      var fresh = [].slice.call(input.files);
      var old = input.multiple ? picked.filter(function (a) { return !fresh.some(function (b) { return same(a, b); }); }) : [];
      keep(old.concat(fresh));
      window.zq.say('已选 ' + input.files.length + ' 个文件');
    });
    window.addEventListener('pageshow', function () { picked = [].slice.call(input.files); show(); });
  });

  /* Ratings: the chosen row stands out; data-when="1 2" shows its block for those answers only. */
  all('.rate').forEach(function (group) {
    var show = function () {
      var chosen = group.querySelector('input:checked');
      all('label', group).forEach(function (l) { l.classList.toggle('on', !!chosen && l.contains(chosen)); });
      all('[data-when]', group.closest('form') || d).forEach(function (block) {
        block.hidden = !chosen || block.dataset.when.split(' ').indexOf(chosen.value) < 0;
      });
    };
    group.addEventListener('change', show);
    window.addEventListener('pageshow', show);
    show();
  });

  /* data-suggest="URL?q=" fills a native datalist while typing; the server takes the plain text as well. */
  all('input[data-suggest]').forEach(function (input) {
    var list = d.createElement('datalist');
    var timer;
    list.id = input.id + '-s';
    input.after(list);
    input.setAttribute('list', list.id);
    input.setAttribute('autocomplete', 'off');
    var fill = function (names) {
      list.textContent = '';
      names.forEach(function (name) {
        var option = d.createElement('option');
        option.value = name.value || name;
        if (name.label) { option.label = name.label; }
        list.appendChild(option);
      });
    };
    input.addEventListener('input', function (e) {
      clearTimeout(timer);
      if (composing(e) || input.value.trim().length < 2) { return; }
      timer = setTimeout(function () {
        fetch(input.dataset.suggest + encodeURIComponent(input.value.trim()), { credentials: 'same-origin' })
          .then(function (answer) { return answer.ok ? answer.json() : []; })
          .then(fill, function () {});
      }, 250);
    });
    input.addEventListener('compositionend', function () { input.dispatchEvent(new Event('input')); });
  });
})();
