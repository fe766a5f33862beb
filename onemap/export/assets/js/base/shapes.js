/* Packed shapes: unpacking, and what lies under a point. The packing is told in packing.py. */
(function (onemap) {
  "use strict";

  const POINT = 1, LINE = 2, POLYGON = 3;

  onemap.kinds = { POINT: POINT, LINE: LINE, POLYGON: POLYGON };
  /** Turn unpacked bytes into shapes, flat arrays: shape -> parts ("rings") -> vertices, and the box of each shape. */
  onemap.unpack = function (bytes) {
    const reader = { bytes: bytes, at: 0 };
    const [count, rings, arcs, fresh, freshVertices, vertices] = read(reader, 6);
    const shapes = {
      count: count, kind: Uint8Array.from(read(reader, count)), ringsFrom: onemap.sums(read(reader, count)),
      from: new Uint32Array(rings + 1), x: new Int32Array(vertices), y: new Int32Array(vertices),
    };
    const told = { arcsOf: read(reader, rings), codes: read(reader, arcs), lengths: read(reader, fresh) };
    const known = { from: new Uint32Array(fresh + 1), x: new Int32Array(freshVertices), y: new Int32Array(freshVertices) };
    readArcs(reader, told, known, shapes);
    shapes.boxes = onemap.boxesOf(shapes);
    return shapes;
  };

  /** Read so many LEB128 numbers. */
  function read(reader, count) {
    const numbers = new Uint32Array(count), bytes = reader.bytes;
    let at = reader.at;
    for (let i = 0; i < count; i++) {
      let byte = bytes[at++], number = byte & 127;
      for (let shift = 7; byte & 128; shift += 7) {
        byte = bytes[at++];
        number |= (byte & 127) << shift;
      }
      numbers[i] = number;
    }
    reader.at = at;
    return numbers;
  }

  /** Return where each of some counted things begins, and where the last ends. */
  onemap.sums = function (counts) {
    const from = new Uint32Array(counts.length + 1);
    for (let i = 0; i < counts.length; i++) from[i + 1] = from[i] + counts[i];
    return from;
  };

  /** Write the vertices of all parts, arc by arc; a new arc is read, and kept for the part that shares it. */
  function readArcs(reader, told, known, shapes) {
    const pen = { x: 0, y: 0 }; // the vertex that was read last
    let arc = 0, fresh = 0, at = 0, ring = 0;
    for (let shape = 0; shape < shapes.count; shape++) {
      for (; ring < shapes.ringsFrom[shape + 1]; ring++) {
        const start = at;
        for (let n = 0; n < told.arcsOf[ring]; n++) {
          const code = told.codes[arc++];
          if (!code) {
            const from = known.from[fresh], to = from + told.lengths[fresh];
            if (at > start) {
              known.x[from] = pen.x = shapes.x[at];
              known.y[from] = pen.y = shapes.y[at];
            }
            readSteps(reader, pen, known, at > start ? from + 1 : from, to);
            known.from[++fresh] = to + 1;
          }
          at = follow(known, code ? fresh - (code >>> 1) : fresh - 1, Boolean(code & 1), shapes, at);
        }
        if (shapes.kind[shape] !== POLYGON) at++;
        shapes.from[ring + 1] = at;
      }
    }
  }

  /** Read vertices, each as the zigzag difference to the one before. */
  function readSteps(reader, pen, known, from, to) {
    const bytes = reader.bytes;
    let at = reader.at, x = pen.x, y = pen.y;
    for (let v = from; v <= to; v++) {
      let byte = bytes[at++], number = byte & 127;
      for (let shift = 7; byte & 128; shift += 7) {
        byte = bytes[at++];
        number |= (byte & 127) << shift;
      }
      known.x[v] = x += (number >>> 1) ^ -(number & 1);
      byte = bytes[at++];
      number = byte & 127;
      for (let shift = 7; byte & 128; shift += 7) {
        byte = bytes[at++];
        number |= (byte & 127) << shift;
      }
      known.y[v] = y += (number >>> 1) ^ -(number & 1);
    }
    reader.at = at;
    pen.x = x;
    pen.y = y;
  }

  /** Walk an arc; its last vertex is the first of the next, or of the ring, and is written over, or not at all. */
  function follow(known, arc, backwards, shapes, start) {
    const first = known.from[arc], last = known.from[arc + 1] - 1, step = backwards ? -1 : 1;
    let at = start, v = backwards ? last : first;
    for (let left = last - first; left >= 0; left--, v += step) {
      shapes.x[at] = known.x[v];
      shapes.y[at++] = known.y[v];
    }
    return at - 1;
  }

  onemap.boxesOf = function (shapes) {
    const boxes = new Int32Array(shapes.count * 4), x = shapes.x, y = shapes.y;
    for (let shape = 0; shape < shapes.count; shape++) {
      let west = 2147483647, south = 2147483647, east = -2147483648, north = -2147483648;
      const end = shapes.from[shapes.ringsFrom[shape + 1]];
      for (let v = shapes.from[shapes.ringsFrom[shape]]; v < end; v++) {
        if (x[v] < west) west = x[v];
        if (x[v] > east) east = x[v];
        if (y[v] < south) south = y[v];
        if (y[v] > north) north = y[v];
      }
      boxes[shape * 4] = west;
      boxes[shape * 4 + 1] = south;
      boxes[shape * 4 + 2] = east;
      boxes[shape * 4 + 3] = north;
    }
    return boxes;
  };

  /** Return the box around all shapes, or a chosen one, as Leaflet bounds; null where there is nothing. */
  onemap.boundsOf = function (shapes, chosen) {
    const box = [Infinity, Infinity, -Infinity, -Infinity], boxes = shapes.boxes;
    const from = chosen === undefined ? 0 : chosen, to = chosen === undefined ? shapes.count : chosen + 1;
    for (let shape = from; shape < to; shape++) {
      if (!shapes.kind[shape]) continue;
      box[0] = Math.min(box[0], boxes[shape * 4]);
      box[1] = Math.min(box[1], boxes[shape * 4 + 1]);
      box[2] = Math.max(box[2], boxes[shape * 4 + 2]);
      box[3] = Math.max(box[3], boxes[shape * 4 + 3]);
    }
    return box[0] > box[2] ? null : L.latLngBounds(onemap.latlngOf(box[0], box[1]), onemap.latlngOf(box[2], box[3]));
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
