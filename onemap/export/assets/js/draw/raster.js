/* A coverage as pixels: each pixel belongs to the parcel in which its centre lies, so neighbours leave no gap
   between them and do not overlap. */
(function (onemap) {
  "use strict";

  const ROWS_OF_A_STEP = 64;
  const DARKER = 0.62; // the ink of a hatch, as a share of the colour below it
  const PERIOD = 8; // pixels between two lines of a hatch
  const LINE = 1.4, DOT = 1.6; // and how wide they are

  /** Whether a pixel has ink; x and y are not negative. */
  onemap.hatches = {
    diagonal: (x, y) => (x + y) % PERIOD < LINE,
    dots: (x, y) => x % PERIOD < DOT && (y + (Math.floor(x / PERIOD) % 2) * (PERIOD / 2)) % PERIOD < DOT,
    cross: (x, y) => (x + y) % PERIOD < LINE || (x - y + 65536 * PERIOD) % PERIOD < LINE,
  };

  let marks = new Int32Array(0); // of each pixel, 1 + the place of the shape that has it
  let heads = new Int32Array(0); // of each row of pixels, the last crossing of an edge with it
  let crossings = new Float64Array(1024), earlier = new Int32Array(1024); // where, and the crossing before

  /** Return a canvas on which the shapes of `blocks` are painted, as the view has it; a generator.
      `look` has the class of each shape, the ink of each class, the hidden classes, the gravest, and whether shapes have outlines. */
  onemap.rasterise = function* (shapes, blocks, view, look) {
    const width = Math.round(view.width * view.ratio), height = Math.round(view.height * view.ratio);
    if (marks.length < width * height) marks = new Int32Array(width * height);
    if (heads.length < height) heads = new Int32Array(height).fill(-1);
    marks.fill(0, 0, width * height);
    const pixels = {
      width: width, height: height, scale: view.scale * view.ratio, left: view.left * view.ratio, top: view.top * view.ratio,
    };
    for (const places of blocks) {
      for (const place of places) {
        const own = look.classOf[place];
        if (shapes.kind[place] === onemap.kinds.POLYGON && !look.hidden.has(own)) fill(shapes, place, pixels, own === look.gravest);
      }
      yield;
    }
    const canvas = onemap.element("canvas", { width: width, height: height });
    const context = canvas.getContext("2d");
    for (let row = 0; row < height; row += ROWS_OF_A_STEP) {
      const rows = Math.min(ROWS_OF_A_STEP, height - row);
      context.putImageData(colour(context, pixels, row, rows, look, view), 0, row);
      yield;
    }
    return canvas;
  };

  /** Mark the pixels whose centres lie in a shape. */
  function fill(shapes, place, pixels, grave) {
    const b = place * 4, boxes = shapes.boxes;
    const west = boxes[b] * pixels.scale + pixels.left, east = boxes[b + 2] * pixels.scale + pixels.left;
    const top = Math.max(0, Math.ceil(pixels.top - boxes[b + 3] * pixels.scale - 0.5));
    const bottom = Math.min(pixels.height, Math.ceil(pixels.top - boxes[b + 1] * pixels.scale - 0.5));
    let marked = 0;
    if (top < bottom && Math.ceil(west - 0.5) < Math.ceil(east - 0.5)) {
      cross(shapes, place, pixels, top, bottom);
      for (let row = top; row < bottom; row++) marked += markRow(row, place + 1, pixels);
    }
    // The gravest class is seen however small it is.
    if (grave && !marked) markSpot((west + east) / 2, pixels.top - (boxes[b + 1] + boxes[b + 3]) / 2 * pixels.scale, place + 1, pixels);
  }

  /** Note where the edges of a shape cross the middles of rows. Either neighbour of an edge walks it upwards, and finds the same. */
  function cross(shapes, place, pixels, top, bottom) {
    const scale = pixels.scale, y = shapes.y, level = pixels.top - 0.5;
    let count = 0;
    for (let ring = shapes.ringsFrom[place]; ring < shapes.ringsFrom[place + 1]; ring++) {
      const end = shapes.from[ring + 1];
      let u = end - 1, rowOfU = Math.ceil(level - y[u] * scale); // the first row whose middle is not above the vertex
      for (let v = shapes.from[ring]; v < end; v++) {
        const rowOfV = Math.ceil(level - y[v] * scale);
        // Most edges of small parcels lie between two middles.
        if (rowOfU < rowOfV) count = crossEdge(shapes, u, v, pixels, Math.max(top, rowOfU), Math.min(bottom, rowOfV), count);
        if (rowOfV < rowOfU) count = crossEdge(shapes, v, u, pixels, Math.max(top, rowOfV), Math.min(bottom, rowOfU), count);
        u = v;
        rowOfU = rowOfV;
      }
    }
  }

  function crossEdge(shapes, high, low, pixels, first, after, count) {
    const scale = pixels.scale, from = pixels.top - shapes.y[high] * scale, start = shapes.x[high] * scale + pixels.left;
    const slope = (shapes.x[low] - shapes.x[high]) / (shapes.y[high] - shapes.y[low]);
    for (let row = first; row < after; row++) {
      if (count === crossings.length) grow();
      crossings[count] = start + (row + 0.5 - from) * slope;
      earlier[count] = heads[row];
      heads[row] = count++;
    }
    return count;
  }

  function grow() {
    const more = new Float64Array(crossings.length * 2), before = new Int32Array(crossings.length * 2);
    more.set(crossings);
    before.set(earlier);
    crossings = more;
    earlier = before;
  }

  const row = []; // the crossings of one row, from west to east

  /** Mark the pixels of a row between every other two crossings; return how many. */
  function markRow(number, mark, pixels) {
    row.length = 0;
    for (let at = heads[number]; at >= 0; at = earlier[at]) {
      let n = row.length;
      for (; n > 0 && row[n - 1] > crossings[at]; n--) row[n] = row[n - 1];
      row[n] = crossings[at];
    }
    heads[number] = -1;
    let marked = 0;
    for (let n = 0; n + 1 < row.length; n += 2) {
      const from = Math.max(0, Math.ceil(row[n] - 0.5)), to = Math.min(pixels.width, Math.ceil(row[n + 1] - 0.5));
      if (from < to) {
        marks.fill(mark, number * pixels.width + from, number * pixels.width + to);
        marked += to - from;
      }
    }
    return marked;
  }

  function markSpot(x, y, mark, pixels) {
    for (const row of [Math.floor(y), Math.floor(y) + 1]) {
      for (const column of [Math.floor(x), Math.floor(x) + 1]) {
        if (row >= 0 && row < pixels.height && column >= 0 && column < pixels.width) marks[row * pixels.width + column] = mark;
      }
    }
  }

  /** Turn marks into colours, with hatches that stand still on the ground, and lines between shapes. */
  function colour(context, pixels, from, rows, look, view) {
    const image = context.createImageData(pixels.width, rows), width = pixels.width;
    const colours = new Uint32Array(image.data.buffer), ratio = view.ratio;
    const east = view.origin.x % (PERIOD * 2) + PERIOD * 2, south = view.origin.y % (PERIOD * 2) + PERIOD * 2;
    for (let row = 0, at = from * width; row < rows; row++) {
      const y = (from + row) / ratio + south;
      for (let column = 0; column < width; column++, at++) {
        const mark = marks[at];
        if (!mark) continue;
        const ink = look.inks[look.classOf[mark - 1]];
        const edge = look.outlined && (mark !== marks[at - 1] || mark !== marks[at - width]);
        const hatched = ink.hatch && ink.hatch(column / ratio + east, y);
        colours[at - from * width] = edge ? ink.edge : hatched ? ink.dark : ink.plain;
      }
    }
    return image;
  }

  /** Return how a class is painted: its colour, that colour under a hatch and under an outline, as pixels. */
  onemap.inkOf = function (fill, hatch, outline) {
    const parts = rgb(fill), line = outline ? rgb(outline) : parts;
    return {
      plain: pixel(parts), dark: pixel(parts.map((part) => part * DARKER)),
      edge: pixel(parts.map((part, n) => part * 0.35 + line[n] * 0.65)), hatch: onemap.hatches[hatch] || null,
    };
  };

  function rgb(fill) {
    return [1, 3, 5].map((at) => parseInt(fill.slice(at, at + 2), 16));
  }

  function pixel(parts) {
    return new Uint32Array(Uint8ClampedArray.from(parts.concat([255])).buffer)[0];
  }
})((window.onemap = window.onemap || {}));
