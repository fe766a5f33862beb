/* Lengths and areas on the ellipsoid, by Karney's geodesics. */
(function (onemap) {
  "use strict";

  /** The CGCS2000 ellipsoid (GB 22021-2008). */
  onemap.ellipsoid = { semiMajor: 6378137, flattening: 1 / 298.257222101 };

  const earth = new window.geodesic.Geodesic.Geodesic(onemap.ellipsoid.semiMajor, onemap.ellipsoid.flattening);

  /** Return the metres between two positions. */
  onemap.metresBetween = function (one, other) {
    return earth.Inverse(one.lat, one.lng, other.lat, other.lng).s12;
  };

  /** Return the square metres inside a ring of positions, whichever way it turns, and the metres around it. */
  onemap.insideOf = function (ring) {
    const polygon = earth.Polygon(false);
    ring.forEach((latlng) => polygon.AddPoint(latlng.lat, latlng.lng));
    const found = polygon.Compute(false, true);
    return { area: Math.abs(found.area), perimeter: found.perimeter };
  };

  /** Say whether edges of a ring cross one another: what such a ring holds is not one area. */
  onemap.crossesItself = function (ring) {
    const corners = ring.map((latlng) => onemap.gridOf(latlng)), count = corners.length;
    return corners.some((a, i) => corners.some((c, j) => j > i + 1 && (j + 1) % count !== i
      && doCross(a, corners[i + 1], c, corners[(j + 1) % count])));
  };

  function doCross(a, b, c, d) {
    return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
  }

  function side(a, b, p) {
    return Math.sign((b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x));
  }

  /** Return the position on the edges of rings that is nearest to another; over a county the earth is flat enough. */
  onemap.nearestOn = function (rings, latlng) {
    const narrow = Math.cos((latlng.lat * Math.PI) / 180);
    let nearest = null, least = Infinity;
    rings.forEach((ring) => ring.forEach((a, i) => {
      const b = ring[(i + 1) % ring.length];
      const east = (b.lng - a.lng) * narrow, north = b.lat - a.lat, square = east * east + north * north;
      const along = square ? ((latlng.lng - a.lng) * narrow * east + (latlng.lat - a.lat) * north) / square : 0;
      const part = Math.max(0, Math.min(1, along));
      const spot = L.latLng(a.lat + part * (b.lat - a.lat), a.lng + part * (b.lng - a.lng));
      const away = Math.hypot((latlng.lng - spot.lng) * narrow, latlng.lat - spot.lat);
      if (away < least) [nearest, least] = [spot, away];
    }));
    return nearest;
  };
})((window.onemap = window.onemap || {}));
