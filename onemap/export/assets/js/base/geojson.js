/* Shapes of GeoJSON features as flat arrays on the map's grid, like those that are unpacked. */
(function (onemap) {
  "use strict";

  const NO_GEOMETRY = { kind: 0, parts: [] };

  onemap.shapesOf = function (geometries) {
    const drawn = geometries.map(partsOf), parts = drawn.map((one) => one.parts).flat();
    const vertices = parts.flat();
    const shapes = {
      count: drawn.length, kind: Uint8Array.from(drawn, (one) => one.kind),
      ringsFrom: onemap.sums(drawn.map((one) => one.parts.length)), from: onemap.sums(parts.map((one) => one.length)),
      x: Int32Array.from(vertices, (one) => Math.round(one.x)), y: Int32Array.from(vertices, (one) => Math.round(one.y)),
    };
    shapes.boxes = onemap.boxesOf(shapes);
    return shapes;
  };

  /** Of a collection only the parts of its highest dimension are drawn. */
  function partsOf(geometry) {
    if (!geometry) {
      return NO_GEOMETRY;
    }
    if (geometry.type === "GeometryCollection") {
      const inner = geometry.geometries.map(partsOf), kind = Math.max(0, ...inner.map((one) => one.kind));
      return { kind: kind, parts: inner.filter((one) => one.kind === kind).map((one) => one.parts).flat() };
    }
    const several = geometry.type.startsWith("Multi") ? geometry.coordinates : [geometry.coordinates];
    const kinds = onemap.kinds;
    if (geometry.type.endsWith("Point")) {
      return { kind: kinds.POINT, parts: several.map((position) => [gridPoint(position)]) };
    }
    if (geometry.type.endsWith("LineString")) {
      return { kind: kinds.LINE, parts: several.map((line) => line.map(gridPoint)) };
    }
    return { kind: kinds.POLYGON, parts: several.flat().map((ring) => ring.slice(0, -1).map(gridPoint)) };
  }

  function gridPoint(position) {
    return onemap.gridOf({ lng: position[0], lat: position[1] });
  }
})((window.onemap = window.onemap || {}));
