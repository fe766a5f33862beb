/* The plane of the county's metres: a transverse Mercator projection, which Gauss-Krüger is.
 * Krüger's series to the fourth power of the third flattening (Karney 2011, J. Geodesy 85, equations 35 and 36):
 * right to a micrometre within 2,000 km of the central meridian. */
(function (onemap) {
  "use strict";

  const DEGREE = Math.PI / 180;
  const ROUNDS = 8; // each makes the latitude 150 times better

  onemap.Projection = class {
    /** `parameters` are those of projection.py; angles in degrees, the rest in metres. */
    constructor(parameters) {
      const f = parameters.flattening, n = f / (2 - f), n2 = n * n, n3 = n2 * n, n4 = n3 * n;
      this.parameters = parameters;
      this.eccentricity = Math.sqrt(f * (2 - f));
      this.radius = (parameters.scale * parameters.semiMajor * (1 + n2 / 4 + n4 / 64)) / (1 + n);
      this.toPlane = [
        n / 2 - (2 * n2) / 3 + (5 * n3) / 16 + (41 * n4) / 180,
        (13 * n2) / 48 - (3 * n3) / 5 + (557 * n4) / 1440,
        (61 * n3) / 240 - (103 * n4) / 140,
        (49561 * n4) / 161280,
      ];
      this.toEarth = [
        -n / 2 + (2 * n2) / 3 - (37 * n3) / 96 + n4 / 360,
        -n2 / 48 - n3 / 15 + (437 * n4) / 1440,
        (-17 * n3) / 480 + (37 * n4) / 840,
        (-4397 * n4) / 161280,
      ];
      const origin = this._project(parameters.latitude, 0);
      this.north = parameters.north - origin.north;
      this.east = parameters.east;
    }

    /** Return metres north and east of a position in degrees. */
    forward(latlng) {
      const metres = this._project(latlng.lat, latlng.lng - this.parameters.longitude);
      return { north: metres.north + this.north, east: metres.east + this.east };
    }

    _project(latitude, fromMeridian) {
      const sine = Math.sin(latitude * DEGREE), longitude = fromMeridian * DEGREE;
      const tangent = Math.sinh(Math.atanh(sine) - this.eccentricity * Math.atanh(this.eccentricity * sine));
      const across = Math.asinh(Math.sin(longitude) / Math.hypot(tangent, Math.cos(longitude)));
      const [up, right] = corrected(Math.atan2(tangent, Math.cos(longitude)), across, this.toPlane);
      return { north: this.radius * up, east: this.radius * right };
    }

    /** Return the position in degrees of metres north and east. */
    inverse(north, east) {
      const [up, across] = corrected((north - this.north) / this.radius, (east - this.east) / this.radius, this.toEarth);
      const conformal = Math.asinh(Math.sin(up) / Math.hypot(Math.sinh(across), Math.cos(up)));
      let sine = Math.tanh(conformal);
      for (let round = 0; round < ROUNDS; round++) {
        sine = Math.tanh(conformal + this.eccentricity * Math.atanh(this.eccentricity * sine));
      }
      const longitude = Math.atan2(Math.sinh(across), Math.cos(up)) / DEGREE;
      return L.latLng(Math.asin(sine) / DEGREE, this.parameters.longitude + longitude);
    }
  };

  /** Go from the sphere to the ellipsoid, or back, in the plane. */
  function corrected(up, across, series) {
    let north = up, east = across;
    series.forEach((factor, place) => {
      const times = 2 * (place + 1);
      north += factor * Math.sin(times * up) * Math.cosh(times * across);
      east += factor * Math.cos(times * up) * Math.sinh(times * across);
    });
    return [north, east];
  }
})((window.onemap = window.onemap || {}));
