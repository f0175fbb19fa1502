/* 直通 UI: files are sent one by one as soon as they are chosen, so that a large set passes the limit of one request and a
   form that comes back has them already. Without this script they travel with the form. Photos are made smaller first,
   which also removes the place they were taken at. */
(function () {
  'use strict';
  var d = document;
  var LONGEST_SIDE = 2560;

  var shown = function (bytes) {
    return bytes < 1048576 ? Math.max(1, Math.round(bytes / 1024)) + ' KB' : (bytes / 1048576).toFixed(1) + ' MB';
  };

  /* A JPEG is drawn anew; whatever goes wrong, the file goes as it is. */
  var smaller = function (file) {
    if (file.type !== 'image/jpeg' || !window.createImageBitmap) { return Promise.resolve(file); }
    return createImageBitmap(file, { imageOrientation: 'from-image' }).then(function (picture) {
      var scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
      var canvas = d.createElement('canvas');
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
      return new Promise(function (done) {
        canvas.toBlob(function (blob) { done(blob ? new File([blob], file.name, { type: 'image/jpeg' }) : file); }, 'image/jpeg', 0.85);
      });
    }).catch(function () { return file; });
  };

  window.zq.all('input[type=file][data-upload]').forEach(function (input) {
    var form = input.form;
    var kept = d.getElementById(input.id + '-kept');
    var chosen = d.getElementById(input.id + '-f');
    var token = form.querySelector('[name=csrf_token]').value;
    var most = +(input.dataset.maxMb || 0) * 1048576;
    var pending = 0;

    var row = function (name) {
      var li = d.createElement('li');
      var words = d.createElement('span');
      var title = d.createElement('span');
      var about = d.createElement('span');
      var button = d.createElement('button');
      li.className = 'up';
      words.className = 'grow';
      title.className = 'clip';
      title.textContent = name;
      about.className = 'row small muted';
      button.type = 'button';
      words.appendChild(title);
      words.appendChild(about);
      li.appendChild(words);
      li.appendChild(button);
      kept.appendChild(li);
      return { li: li, about: about, button: button };
    };

    var press = function (line, label, name, act) {
      line.button.textContent = label;
      line.button.setAttribute('aria-label', label + ' ' + name);
      line.button.onclick = act;
    };

    var leave = function (line) { line.li.remove(); input.focus(); };

    var fail = function (line, name, words) {
      line.li.className = 'up up--bad';
      line.about.className = 'small red b';
      line.about.textContent = words;
      press(line, '删除', name, function () { leave(line); });
      window.zq.say(name + '：' + words);
    };

    var done = function (line, file) {
      line.about.className = 'small muted';
      line.about.textContent = shown(file.size) + '　已传好';
      press(line, '删除', file.name, function () {
        fetch(input.dataset.upload + '/' + file.id + '/discard', { method: 'POST', credentials: 'same-origin', headers: { 'X-CSRFToken': token } })
          .then(function (answer) { if (answer.ok) { leave(line); } });
      });
      window.zq.say(file.name + ' 已传好');
    };

    var send = function (file) {
      var line = row(file.name);
      if (most && file.size > most) {
        pending -= 1;
        fail(line, file.name, shown(file.size) + '，不能超过 ' + input.dataset.maxMb + ' MB');
        return;
      }
      var meter = d.createElement('progress');
      var percent = d.createElement('span');
      var call = new XMLHttpRequest();
      var body = new FormData();
      meter.className = 'meter';
      meter.max = 100;
      meter.setAttribute('aria-label', file.name + ' 上传进度');
      line.about.appendChild(meter);
      line.about.appendChild(percent);
      press(line, '取消', file.name, function () { call.abort(); leave(line); });
      call.upload.onprogress = function (e) { meter.value = Math.round(100 * e.loaded / e.total); percent.textContent = meter.value + '%'; };
      call.onloadend = function () { pending -= 1; };
      call.onerror = function () { fail(line, file.name, '网络中断，没有传上去，请重新选择'); };
      call.onload = function () {
        var said = null;
        try { said = JSON.parse(call.responseText); } catch (e) { said = null; }
        if (call.status === 201 && said) { done(line, said); }
        else { fail(line, file.name, said && said.error ? said.error : '没有传上去，请刷新页面后重试'); }
      };
      body.append('csrf_token', token);
      body.append('draft', input.dataset.draft);
      body.append('files', file, file.name);
      call.open('POST', input.dataset.upload);
      call.send(body);
    };

    input.addEventListener('change', function () {
      var files = [].slice.call(input.files);
      pending += files.length;
      input.value = '';
      chosen.textContent = '';
      files.forEach(function (file) { smaller(file).then(send); });
    });

    form.addEventListener('submit', function (e) {
      if (!pending) { return; }
      e.preventDefault();
      window.zq.toast('文件还在上传，传完再提交');
    });
  });
})();
