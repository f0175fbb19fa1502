/* 直通 UI: the page of a batch tells how far it is; without this script its 刷新 does. */
(function () {
  'use strict';
  var box = document.querySelector('[data-progress]');
  if (!box || !window.fetch) { return; }
  var wait = 2000;
  var ask = function () {
    fetch(box.dataset.progress, { credentials: 'same-origin', headers: { Accept: 'application/json', 'X-Background': '1' } })
      .then(function (answer) {
        if (!answer.ok || answer.redirected) { wait = Math.min(wait * 2, 60000); return null; }
        wait = 2000;
        return answer.json();
      })
      .then(function (told) {
        if (!told) { return; }
        if (told.is_over) { window.location.reload(); wait = 0; return; }
        box.querySelector('[data-words]').textContent = told.words;
        box.querySelector('[data-percent]').textContent = told.percent + '%';
        box.querySelector('[data-left]').textContent = told.left;
        box.querySelector('progress').value = told.percent;
      })
      .catch(function () { wait = Math.min(wait * 2, 60000); })
      .then(function () { if (wait) { setTimeout(ask, wait); } });
  };
  setTimeout(ask, wait);
}());
