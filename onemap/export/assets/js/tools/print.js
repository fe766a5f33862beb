/* Print: the page is laid out for paper before the browser measures it, and back afterwards. */
(function (onemap) {
  "use strict";

  const SHEET_ORDER = 155;
  const LEGEND_WIDTH = 290; // pixels of the legend with its margin

  onemap.printButton = function (app) {
    const sheet = new onemap.Sheet(app.canvases, SHEET_ORDER);
    let before = null;
    window.addEventListener("beforeprint", () => {
      before = { center: app.map.getCenter(), zoom: app.map.getZoom() };
      layOut(app, sheet, true);
    });
    window.addEventListener("afterprint", () => {
      layOut(app, sheet, false);
      app.map.setView(before.center, before.zoom, { animate: false });
    });
    return onemap.headButton("print", () => window.print());
  };

  function layOut(app, sheet, onPaper) {
    const bounds = app.map.getBounds(), whole = app.whole();
    document.body.classList.toggle("printing", onPaper);
    app.legend.spellOut(onPaper);
    sheet[onPaper ? "addTo" : "removeFrom"](app.map);
    app.map.invalidateSize({ animate: false, pan: false });
    if (onPaper && whole && bounds.contains(whole)) {
      app.showWhole(LEGEND_WIDTH);
    } else if (onPaper) {
      app.map.fitBounds(bounds, { animate: false });
    }
  }
})((window.onemap = window.onemap || {}));
