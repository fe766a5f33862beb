/* What is being measured, on the map: corners, edges and their lengths. */
(function (onemap) {
  "use strict";

  const PANE = "onemap-measure";
  const INK = "#16323d";
  const SHORT = 50; // pixels of an edge that cannot carry its length

  onemap.MeasureDrawing = class {
    constructor(map) {
      this.map = map;
      this.group = L.layerGroup().addTo(map);
      const pane = map.createPane(PANE);
      pane.style.zIndex = "580";
      pane.style.pointerEvents = "none";
    }

    /** Draw points that are set, and the line or ring of all corners, to which that under the pointer may belong. */
    show(points, corners, isRing) {
      this.group.clearLayers();
      if (corners.length > 1) {
        const Shape = isRing ? L.polygon : L.polyline;
        // The halo keeps the line legible on any ground.
        this._put(Shape(corners, { weight: 6, color: "#fff", opacity: 0.85, fill: false }));
        this._put(Shape(corners, { weight: 2.5, color: INK, fillOpacity: 0.12 }));
      }
      points.forEach((point) => this._put(L.circleMarker(point, {
        radius: 4.5, weight: 2, color: INK, fillColor: "#fff", fillOpacity: 1,
      })));
      onemap.edgesOf(corners, isRing).forEach((edge) => this._nameEdge(edge));
    }

    _put(shape) {
      L.setOptions(shape, { pane: PANE, interactive: false });
      shape.addTo(this.group);
    }

    _nameEdge([from, to]) {
      const [a, b] = [from, to].map((one) => this.map.latLngToLayerPoint(one));
      if (a.distanceTo(b) >= SHORT) {
        const middle = this.map.layerPointToLatLng(a.add(b).divideBy(2));
        onemap.mapTag(middle, onemap.distance(onemap.metresBetween(from, to)), "measure-tag", PANE).addTo(this.group);
      }
    }
  };

  /** Return the edges between corners as pairs; a ring has one more, from the last to the first. */
  onemap.edgesOf = function (corners, isRing) {
    const pairs = corners.slice(1).map((corner, place) => [corners[place], corner]);
    return isRing ? pairs.concat([[corners[corners.length - 1], corners[0]]]) : pairs;
  };
})((window.onemap = window.onemap || {}));
