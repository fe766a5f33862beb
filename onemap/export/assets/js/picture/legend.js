/* The legend of the sheet: what of the shown layers lies in the view, in lines that flow into columns. */
(function (onemap) {
  "use strict";

  const GREY = "#5d6a65";
  const TEXT = 2.9, SMALL = 2.6, LINE = 4.4, SWATCH = 4.8, HEAD = 0.9; // millimetres, before they are made larger or smaller

  /** Return [layer, numbers of those of its classes that lie in `bounds`] for each shown layer, in the order of the legend. */
  onemap.seenClasses = function (app, bounds) {
    const shown = app.layers.slice().reverse().filter((layer) => layer._map && layer.content.placed);
    const seen = shown.map((layer) => [layer, classesIn(layer, bounds)]).filter(([, numbers]) => numbers.length);
    const isGround = ([layer]) => layer.content.coverage && onemap.hasClasses(layer);
    return seen.filter(isGround).concat(seen.filter((one) => !isGround(one)));
  };

  function classesIn(layer, bounds) {
    const found = new Set(), all = onemap.usedClasses(layer).filter((number) => !layer.hidden.has(number));
    for (let place = 0; place < layer.content.count && found.size < all.length; place++) {
      const number = layer.classOf[place];
      if (!found.has(number) && lies(layer, place, bounds)) found.add(number);
    }
    return all.filter((number) => found.has(number));
  }

  function lies(layer, place, bounds) {
    if (!layer.isLocated(place) || !layer.isShown(place) || !bounds.intersects(layer.boundsOf(place))) {
      return false;
    }
    // The box of a river holds half of the county.
    return layer.shapes.kind[place] !== onemap.kinds.LINE || onemap.ringsOf(layer.shapes, place).some((line) => {
      return line.some((position, n) => n > 0 && bounds.intersects(L.latLngBounds(line[n - 1], position)));
    });
  }

  /** Return the names of the marks that are on the map beside the layers. */
  onemap.seenMarks = function (app, bounds) {
    const pointedOut = app.focus.group.getLayers().filter((one) => one instanceof L.Path && bounds.intersects(boundsOf(one)));
    const has = (colour, isIt) => pointedOut.some((one) => one.options.color === colour && isIt(one));
    return [
      app.layers.some((layer) => layer._map && Array.from(layer.alarms).some((place) => lies(layer, place, bounds))) && "highRing",
      has(onemap.colours.chosen, () => true) && "chosen",
      has(onemap.colours.link, (one) => one instanceof L.Polygon) && "withinReach",
      has(onemap.colours.link, (one) => !(one instanceof L.Polygon)) && "linked",
    ].filter(Boolean);
  };

  function boundsOf(path) {
    return path.getBounds ? path.getBounds() : L.latLngBounds([path.getLatLng()]);
  }

  /** Return the lines of the legend: each has a height, draws itself at a place, and says how many that follow belong to it. */
  onemap.legendLines = function (seen, marks, width, size) {
    const classed = seen.filter(([layer]) => onemap.hasClasses(layer)), plain = seen.filter(([layer]) => !onemap.hasClasses(layer));
    const blocks = classed.map(([layer, numbers]) => {
      const inside = layer.content.coverage ? amounts(layer, numbers, width, size) : chips(numbers.map((number) => {
        return chipOf(layer, number, onemap.classTitle(layer.content.classes[number]), width, size);
      }), width, size);
      return [heading(layer, inside.length, width, size)].concat(inside);
    });
    const rest = chips(plain.map(([layer]) => chipOf(layer, 0, layer.content.title, width, size)), width, size)
      .concat(marks.map((name) => markLine(name, size)));
    return [].concat(...blocks, rest.length ? [line(size, () => [], { height: HEAD * size, leads: rest.length })] : [], rest);
  };

  function line(size, draw, more) {
    return Object.assign({ height: LINE * size, draw: draw, leads: 0 }, more);
  }

  function swatch(layer, number, x, y, size) {
    const width = SWATCH * size, height = width * 0.75;
    return onemap.pasted(onemap.swatch(layer, number), x, y + (LINE * size - height) / 2, width, height);
  }

  function base(y, size) {
    return y + (LINE * size) / 2 + TEXT * size * 0.36;
  }

  function heading(layer, leads, width, size) {
    return line(size, (x, y) => [
      onemap.write(x, base(y + HEAD * size, size), TEXT * size, layer.content.title, { bold: true, room: width }),
    ], { height: (LINE + HEAD) * size, leads: leads });
  }

  /** Classes of ground, the gravest first, with how much there is of each. */
  function amounts(layer, numbers, width, size) {
    return numbers.slice().sort((a, b) => layer.gravity(b) - layer.gravity(a)).map((number) => {
      const one = layer.content.classes[number], amount = onemap.amount(layer, one.count, one.mu);
      const room = width - (SWATCH + 2.5) * size - onemap.widthOf(amount, SMALL * size);
      return line(size, (x, y) => [
        swatch(layer, number, x, y, size),
        onemap.write(x + (SWATCH + 1.2) * size, base(y, size), TEXT * size, onemap.classTitle(one), { room: room }),
        onemap.write(x + width, base(y, size), SMALL * size, amount, { anchor: "end", fill: GREY }),
      ]);
    });
  }

  /** Put as many on a line as there is room for. */
  function chips(all, width, size) {
    const rows = [];
    let left = Infinity;
    all.forEach((chip) => {
      if (left + chip.width > width) {
        rows.push([]);
        left = 0;
      }
      rows[rows.length - 1].push([left, chip]);
      left += chip.width + 2.6 * size;
    });
    return rows.map((inRow) => line(size, (x, y) => [].concat(...inRow.map(([at, chip]) => chip.draw(x + at, y)))));
  }

  /** A class, or a layer without any, with its number. */
  function chipOf(layer, number, title, width, size) {
    const count = onemap.number(layer.content.classes[number].count);
    const before = (SWATCH + 0.5) * size, after = onemap.widthOf(count, SMALL * size) + 0.9 * size;
    const room = Math.min(onemap.widthOf(title, TEXT * size), width - before - after);
    return {
      width: before + room + after,
      draw: (x, y) => [
        swatch(layer, number, x, y, size),
        onemap.write(x + before, base(y, size), TEXT * size, title, { room: room }),
        onemap.write(x + before + room + 0.9 * size, base(y, size), SMALL * size, count, { fill: GREY }),
      ],
    };
  }

  function markLine(name, size) {
    const middle = (LINE * size) / 2, reach = SWATCH * size;
    const across = (x, y, width, dashes) => onemap.svg("path", {
      d: "M" + x + " " + (y + middle) + "h" + reach, stroke: onemap.colours.link, "stroke-width": width * size,
      "stroke-dasharray": dashes.map((one) => one * size).join(" "),
    });
    const draw = {
      highRing: (x, y) => onemap.svg("circle", {
        cx: x + reach / 2, cy: y + middle, r: 1.5 * size, fill: "none", stroke: onemap.colours.high, "stroke-width": 0.5 * size,
      }),
      chosen: (x, y) => onemap.frame({ x: x + 0.6 * size, y: y + middle - 1.4 * size, width: 3.6 * size, height: 2.8 * size }, 0.7 * size, onemap.colours.chosen),
      withinReach: (x, y) => across(x, y, 0.5, [1.3, 0.45]),
      linked: (x, y) => across(x, y, 0.6, [0.5, 0.6]),
    }[name];
    return line(size, (x, y) => [draw(x, y), onemap.write(x + (SWATCH + 1.2) * size, base(y, size), TEXT * size, onemap.say(name))]);
  }

  /** Let lines flow into columns of a height; return [column, depth, line] for each that finds room. */
  onemap.flow = function (lines, columns, height) {
    const placed = [];
    let column = 0, depth = 0;
    for (let n = 0; n < lines.length; n++) {
      if (depth + neededBy(lines, n, height) > height) {
        column += 1;
        depth = 0;
      }
      if (column >= columns) break;
      placed.push([column, depth, lines[n]]);
      depth += lines[n].height;
    }
    return placed;
  };

  /** What belongs together stays in one column, unless no column could hold it. */
  function neededBy(lines, n, height) {
    const together = lines.slice(n, n + 1 + lines[n].leads).reduce((sum, one) => sum + one.height, 0);
    return together <= height ? together : lines[n].height;
  }
})((window.onemap = window.onemap || {}));
