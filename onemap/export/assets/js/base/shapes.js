/* Packed shapes: unpacking, and what lies under a point. The packing is told in packing.py. */
(function (onemap) {
  "use strict";

  const POINT = 1, LINE = 2, POLYGON = 3;

  onemap.kinds = { POINT: POINT, LINE: LINE, POLYGON: POLYGON };
  /** Turn unpacked bytes into shapes, flat arrays: shape -> parts ("rings") -> vertices, and the box of each shape. */
  onemap.unpack = function (bytes) {
    const next = numbersIn(bytes);
    const [count, rings, arcs, fresh, freshVertices, vertices] = take(next, 6);
    const shapes = {
      count: count, kind: Uint8Array.from(take(next, count)), ringsFrom: onemap.sums(take(next, count)),
      from: new Uint32Array(rings + 1), x: new Int32Array(vertices), y: new Int32Array(vertices),
    };
    const told = { ofRing: take(next, rings), codes: take(next, arcs), lengths: take(next, fresh) };
    walk(shapes, told, next, { from: new Uint32Array(fresh + 1), x: new Int32Array(freshVertices), y: new Int32Array(freshVertices) });
    shapes.boxes = onemap.boxesOf(shapes);
    return shapes;
  };

  function numbersIn(bytes) {
    let at = 0;
    return function () {
      let byte = bytes[at++], number = byte & 127;
      for (let shift = 7; byte & 128; shift += 7) {
        byte = bytes[at++];
        number |= (byte & 127) << shift;
      }
      return number >>> 0;
    };
  }

  function take(next, count) {
    const numbers = new Uint32Array(count);
    for (let i = 0; i < count; i++) numbers[i] = next();
    return numbers;
  }

  /** Return where each of some counted things begins, and where the last ends. */
  onemap.sums = function (counts) {
    const from = new Uint32Array(counts.length + 1);
    counts.forEach((count, i) => { from[i + 1] = from[i] + count; });
    return from;
  };

  /** Write the vertices of all parts, arc by arc; a new arc is read, and kept for the part that shares it. */
  function walk(shapes, told, next, known) {
    const x = shapes.x, y = shapes.y;
    let arc = 0, fresh = 0, at = 0, ring = 0, px = 0, py = 0;
    for (let shape = 0; shape < shapes.count; shape++) {
      const open = shapes.kind[shape] !== POLYGON;
      for (; ring < shapes.ringsFrom[shape + 1]; ring++) {
        const start = at;
        for (let n = 0; n < told.ofRing[ring]; n++) {
          const code = told.codes[arc++];
          let from, to, step;
          if (code) {
            const same = fresh - (code >>> 1);
            [from, to, step] = code & 1
              ? [known.from[same + 1] - 1, known.from[same], -1] : [known.from[same], known.from[same + 1] - 1, 1];
          } else {
            from = known.from[fresh];
            to = from + told.lengths[fresh];
            step = 1;
            if (at === start) {
              px += unzigzag(next());
              py += unzigzag(next());
            } else {
              px = x[at];
              py = y[at];
            }
            known.x[from] = px;
            known.y[from] = py;
            for (let v = from + 1; v <= to; v++) {
              known.x[v] = px += unzigzag(next());
              known.y[v] = py += unzigzag(next());
            }
            known.from[++fresh] = to + 1;
          }
          // The last vertex of an arc is the first of the next one, or of the ring: it is written over, or not at all.
          for (let v = from; v !== to; v += step) {
            x[at] = known.x[v];
            y[at++] = known.y[v];
          }
          x[at] = known.x[to];
          y[at] = known.y[to];
        }
        if (open) at++;
        shapes.from[ring + 1] = at;
      }
    }
  }

  function unzigzag(number) {
    return (number >>> 1) ^ -(number & 1);
  }

  onemap.boxesOf = function (shapes) {
    const boxes = new Int32Array(shapes.count * 4);
    for (let shape = 0; shape < shapes.count; shape++) {
      let west = 2147483647, south = 2147483647, east = -2147483648, north = -2147483648;
      for (let v = firstVertex(shapes, shape); v < firstVertex(shapes, shape + 1); v++) {
        if (shapes.x[v] < west) west = shapes.x[v];
        if (shapes.x[v] > east) east = shapes.x[v];
        if (shapes.y[v] < south) south = shapes.y[v];
        if (shapes.y[v] > north) north = shapes.y[v];
      }
      boxes.set([west, south, east, north], shape * 4);
    }
    return boxes;
  };

  function firstVertex(shapes, shape) {
    return shapes.from[shapes.ringsFrom[shape]];
  }

  /** Return the box around all shapes as Leaflet bounds, or null. */
  onemap.boundsOf = function (shapes, chosen) {
    const bounds = L.latLngBounds([]);
    const places = chosen === undefined ? Array.from(shapes.kind.keys()) : [chosen];
    places.forEach((shape) => {
      if (shapes.kind[shape]) {
        const box = shapes.boxes.subarray(shape * 4, shape * 4 + 4);
        bounds.extend(onemap.latlngOf(box[0], box[1])).extend(onemap.latlngOf(box[2], box[3]));
      }
    });
    return bounds.isValid() ? bounds : null;
  };

  /** Return the rings of a shape as arrays of Leaflet positions. */
  onemap.ringsOf = function (shapes, shape) {
    const rings = [];
    for (let ring = shapes.ringsFrom[shape]; ring < shapes.ringsFrom[shape + 1]; ring++) {
      const positions = [];
      for (let v = shapes.from[ring]; v < shapes.from[ring + 1]; v++) {
        positions.push(onemap.latlngOf(shapes.x[v], shapes.y[v]));
      }
      rings.push(positions);
    }
    return rings;
  };

  /** Say whether a shape lies within `reach` steps of a grid point; a polygon holds what is inside it. */
  onemap.isHit = function (shapes, shape, x, y, reach) {
    const b = shape * 4, boxes = shapes.boxes;
    if (!shapes.kind[shape] || x < boxes[b] - reach || y < boxes[b + 1] - reach
      || x > boxes[b + 2] + reach || y > boxes[b + 3] + reach) {
      return false;
    }
    return shapes.kind[shape] === POLYGON ? isInside(shapes, shape, x, y) : isNear(shapes, shape, x, y, reach);
  };

  function isInside(shapes, shape, x, y) {
    let inside = false;
    for (let ring = shapes.ringsFrom[shape]; ring < shapes.ringsFrom[shape + 1]; ring++) {
      const end = shapes.from[ring + 1];
      for (let v = shapes.from[ring], u = end - 1; v < end; u = v++) {
        const above = shapes.y[v] > y;
        if (above !== shapes.y[u] > y) {
          const slope = (shapes.x[u] - shapes.x[v]) / (shapes.y[u] - shapes.y[v]);
          if (x < slope * (y - shapes.y[v]) + shapes.x[v]) inside = !inside;
        }
      }
    }
    return inside;
  }

  function isNear(shapes, shape, x, y, reach) {
    for (let ring = shapes.ringsFrom[shape]; ring < shapes.ringsFrom[shape + 1]; ring++) {
      const start = shapes.from[ring], end = shapes.from[ring + 1];
      for (let v = start; v < end; v++) {
        if (distance(shapes, v, Math.min(v + 1, end - 1), x, y) <= reach) return true;
      }
    }
    return false;
  }

  function distance(shapes, v, u, x, y) {
    const dx = shapes.x[u] - shapes.x[v], dy = shapes.y[u] - shapes.y[v];
    const length = dx * dx + dy * dy;
    const along = length ? ((x - shapes.x[v]) * dx + (y - shapes.y[v]) * dy) / length : 0;
    const part = Math.max(0, Math.min(1, along));
    return Math.hypot(x - shapes.x[v] - part * dx, y - shapes.y[v] - part * dy);
  }

  /** Return the edges of polygons as lines of vertices, an edge that two share only once: dashes stay dashes. */
  onemap.bordersOf = function (shapes) {
    const seen = new Set(), lines = [];
    for (let ring = 0; ring < shapes.from.length - 1; ring++) {
      const start = shapes.from[ring], end = shapes.from[ring + 1];
      let line = [];
      for (let v = start; v < end; v++) {
        const u = v + 1 < end ? v + 1 : start;
        const name = edgeName(shapes, v, u);
        if (seen.has(name)) {
          if (line.length) lines.push(line);
          line = [];
        } else {
          seen.add(name);
          if (!line.length) line.push(v);
          line.push(u);
        }
      }
      if (line.length) lines.push(line);
    }
    return lines;
  };

  function edgeName(shapes, v, u) {
    const one = shapes.x[v] + "," + shapes.y[v], other = shapes.x[u] + "," + shapes.y[u];
    return one < other ? one + " " + other : other + " " + one;
  }
})((window.onemap = window.onemap || {}));
