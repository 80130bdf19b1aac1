// Goes on as soon as every frame has loaded; an application that does not answer holds nobody up for long.
(function () {
  'use strict';
  var next = document.getElementById('logout-continue');
  if (!next) { return; }
  var gone = false;
  function go() {
    if (!gone) {
      gone = true;
      window.location.replace(next.href);
    }
  }
  window.addEventListener('load', go);
  window.setTimeout(go, 5000);
})();
