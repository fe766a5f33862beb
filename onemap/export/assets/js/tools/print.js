/* Print: the page is laid out for paper before the browser measures it, and back afterwards. */
(function (onemap) {
  "use strict";

  const LEGEND_WIDTH = 290; // pixels of the legend with its margin

  onemap.printButton = function (app) {
    let before = null;
    window.addEventListener("beforeprint", () => {
      before = { center: app.map.getCenter(), zoom: app.map.getZoom() };
      layOut(app, true);
    });
    window.addEventListener("afterprint", () => {
      layOut(app, false);
      app.map.setView(before.center, before.zoom, { animate: false });
    });
    return onemap.headButton("print", () => window.print());
  };

  function layOut(app, onPaper) {
    const bounds = app.map.getBounds(), whole = app.whole();
    document.body.classList.toggle("printing", onPaper);
    app.legend.spellOut(onPaper);
    app.map.invalidateSize({ animate: false, pan: false });
    if (onPaper && whole && bounds.contains(whole)) {
      app.showWhole(LEGEND_WIDTH);
    } else if (onPaper) {
      app.map.fitBounds(bounds, { animate: false });
    }
    app.map.sheet.paintNow();
  }
})((window.onemap = window.onemap || {}));
