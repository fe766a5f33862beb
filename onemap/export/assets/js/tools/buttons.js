/* Buttons of the header that need no file of their own. */
(function (onemap) {
  "use strict";

  onemap.wholeButton = function (app) {
    return onemap.headButton("wholeMap", () => app.showWhole());
  };

  onemap.fullScreenButton = function () {
    return document.fullscreenEnabled ? onemap.headButton("fullScreen", toggleFullScreen) : null;
  };

  /** Return a button of the header; `name` is that of its text. */
  onemap.headButton = function (name, press) {
    return onemap.element("button", { type: "button", class: name, onclick: press }, onemap.say(name));
  };

  function toggleFullScreen() {
    if (document.fullscreenElement) {
      document.exitFullscreen();
    } else {
      document.documentElement.requestFullscreen();
    }
  }
})((window.onemap = window.onemap || {}));
