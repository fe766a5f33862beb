/* The map's grid, decimetres of web mercator, and what it has to do with the earth. */
(function (onemap) {
  "use strict";

  const RADIUS = 6378137; // of the sphere of web mercator, metres
  const STEP = 0.1; // metres of one step of the grid
  const SEMI_MAJOR = 6378137;
  const ECCENTRICITY_2 = (2 - 1 / 298.257222101) / 298.257222101; // of the CGCS2000 ellipsoid

  onemap.worldSteps = (2 * Math.PI * RADIUS) / STEP;

  onemap.latlngOf = function (x, y) {
    const latitude = 2 * Math.atan(Math.exp((y * STEP) / RADIUS)) - Math.PI / 2;
    return L.latLng((latitude * 180) / Math.PI, (((x * STEP) / RADIUS) * 180) / Math.PI);
  };

  onemap.gridOf = function (latlng) {
    const latitude = (latlng.lat * Math.PI) / 180;
    return {
      x: (((latlng.lng * Math.PI) / 180) * RADIUS) / STEP,
      y: (Math.log(Math.tan(Math.PI / 4 + latitude / 2)) * RADIUS) / STEP,
    };
  };

  /** How many metres of ground one step of the grid is, going east at a latitude in degrees. */
  onemap.metresOfStep = function (degrees) {
    const latitude = (degrees * Math.PI) / 180;
    return (STEP * Math.cos(latitude) * SEMI_MAJOR) / RADIUS / Math.sqrt(1 - ECCENTRICITY_2 * Math.sin(latitude) ** 2);
  };

  /** Return the outline of what lies within `metres` of a point: a circle on the ellipsoid, an ellipse here. */
  onemap.circleAround = function (latlng, metres) {
    const latitude = (latlng.lat * Math.PI) / 180;
    const w2 = 1 - ECCENTRICITY_2 * Math.sin(latitude) ** 2;
    const eastRadius = SEMI_MAJOR / Math.sqrt(w2);
    const northRadius = (eastRadius * (1 - ECCENTRICITY_2)) / w2;
    const outline = [];
    for (let step = 0; step < 180; step++) {
      const angle = (step * Math.PI) / 90;
      const east = (metres * Math.cos(angle)) / (eastRadius * Math.cos(latitude));
      const north = (metres * Math.sin(angle)) / northRadius;
      outline.push(L.latLng(latlng.lat + (north * 180) / Math.PI, latlng.lng + (east * 180) / Math.PI));
    }
    return outline;
  };
})((window.onemap = window.onemap || {}));
