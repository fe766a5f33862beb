/* Zoom buttons, scale, positions, and the caution that every internal map carries. */
(function (onemap) {
  "use strict";

  const element = onemap.element;

  onemap.addControls = function (app) {
    const map = app.map;
    L.control.zoom({ position: "topleft", zoomInTitle: onemap.say("zoomIn"), zoomOutTitle: onemap.say("zoomOut") }).addTo(map);
    L.control.scale({ position: "bottomright", imperial: false, maxWidth: 120 }).addTo(map);
    const position = new onemap.PositionBar(app);
    const caution = element("span", { class: "caution" }, onemap.say("caution"));
    onemap.addControl(map, "bottomright", element("div", { class: "foot" }, position.box, caution));
  };
})((window.onemap = window.onemap || {}));
