/* What people add to the map from Python: what folium and Leaflet take for granted there, and this page has not. */
(function (onemap) {
  "use strict";

  const PIN = '<svg xmlns="http://www.w3.org/2000/svg" width="28" height="38" viewBox="-1 -1 28 38">'
    + '<path d="M13 36C8 26 0 21 0 13a13 13 0 0 1 26 0c0 8-8 13-13 23z" fill="#6c3483" stroke="#fff" stroke-width="2"/>'
    + '<circle cx="13" cy="13" r="5" fill="#fff"/></svg>';

  // The pictures of Leaflet's own pin lie beside its style sheet, which is part of this page.
  L.Marker.mergeOptions({
    icon: L.icon({
      iconUrl: "data:image/svg+xml," + encodeURIComponent(PIN), className: "pin",
      iconSize: [28, 38], iconAnchor: [14, 37], popupAnchor: [0, -34], tooltipAnchor: [13, -22],
    }),
  });

  /** Of jQuery folium wants two things: an element made of the markup of a popup, and to wait until the page is read. */
  window.$ = window.$ || function (markup) {
    const template = document.createElement("template");
    // It is what somebody wrote in Python for a popup of their own; no data of ours comes here.
    template.innerHTML = typeof markup === "string" ? markup.trim() : ""; // eslint-disable-line no-restricted-properties
    return Object.assign(Array.from(template.content.children), {
      ready: (done) => document.addEventListener("DOMContentLoaded", done),
    });
  };
})((window.onemap = window.onemap || {}));
