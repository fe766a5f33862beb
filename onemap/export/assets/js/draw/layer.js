/* A layer of the map: what is known of its features, how they are painted, and what of them lies under a point. */
(function (onemap) {
  "use strict";

  const OUTLINES_FROM = 12; // pixels of a usual parcel from which parcels get outlines
  const SMOOTH_FROM = 24; // and from which these are drawn as lines
  const ENOUGH = 1000; // parcels that tell how large a usual one is
  const MARGIN = 20; // pixels that a symbol may reach into the window

  onemap.Layer = onemap.Painter.extend({
    initialize: function (blockId) {
      this.block = onemap.readBlock(blockId);
      this.content = this.block.onemap;
      this.id = this.content.id;
      L.setOptions(this, { order: this.content.style.order });
      this.hidden = new Set(); // numbers of classes
      this.alarms = new Set(); // places of features that are on a list at the highest level
      this.painted = 0; // features when last painted
    },

    /** Return a promise that is kept when the features are there; until then nothing is painted. */
    load: function () {
      return onemap.readFeatures(this.block).then((data) => {
        this.block = null;
        this._take(this.content, data);
      });
    },

    _take: function (content, data) {
      this.shapes = data.shapes;
      this.anchors = data.anchors;
      this.values = content.fields.map((field) => data.column(field.id));
      this.keys = data.column("_key");
      this.labels = data.column("_label");
      this.townships = data.column("_township");
      this.areas = data.column("_area_m2");
      this.sources = data.column("_source");
      this.rows = data.column("_row");
      this.classOf = Uint8Array.from({ length: content.count }, ((classes) => (_, place) => classes(place))(data.column("_class")));
      this.looks = content.classes.map((one) => {
        return Object.assign({}, content.style, { fill: one.fill, shape: one.shape, hatch: one.hatch, glyph: one.glyph });
      });
      // The graver classes are painted last: they are seen where features lie over one another.
      const order = Array.from(content.classes.keys()).sort((a, b) => this.gravity(a) - this.gravity(b));
      this.gravest = order.length > 1 ? order[order.length - 1] : -1;
      this.blocks = new onemap.Blocks(this.shapes, inOrder(this.classOf, order));
      this.dashed = content.coverage && content.style.dash !== "";
      this.borders = this.dashed ? onemap.bordersOf(this.shapes) : null;
      this.isRaster = content.coverage && content.style.opacity > 0;
      this.usualSize = usualSize(this.shapes);
    },

    /** How grave a class is; what has no class is none. The gravest stands at one end of the legend. */
    gravity: function (classNumber) {
      if (this.content.classes[classNumber].id === "") return -1;
      return this.content.gravest === "first" ? this.content.classes.length - classNumber : classNumber;
    },

    lookOf: function (classNumber) {
      return this.looks[classNumber];
    },

    fillOf: function (place) {
      return this.looks[this.classOf[place]].fill;
    },

    classTitleOf: function (place) {
      return this.content.classes[this.classOf[place]].title;
    },

    isShown: function (place) {
      return !this.hidden.has(this.classOf[place]);
    },

    isLocated: function (place) {
      return this.shapes.kind[place] > 0;
    },

    boundsOf: function (place) {
      return onemap.boundsOf(this.shapes, place);
    },

    /** Where the symbol or name of a feature goes, in grid steps. */
    anchorOf: function (place) {
      if (this.anchors && this.anchors.kind[place]) {
        const v = this.anchors.from[this.anchors.ringsFrom[place]];
        return { x: this.anchors.x[v], y: this.anchors.y[v] };
      }
      const b = place * 4, boxes = this.shapes.boxes;
      return { x: (boxes[b] + boxes[b + 2]) / 2, y: (boxes[b + 1] + boxes[b + 3]) / 2 };
    },

    /** Symbols shrink where the county is seen as a whole; those with a glyph, the main ones, less. */
    symbolSize: function (zoom) {
      const least = this.content.style.glyph ? 0.82 : 0.55;
      return this.content.style.size * Math.max(least, Math.min(1.15, (zoom - 8) / 5));
    },

    /** Polygons that would be smaller than their symbol are shown by it. */
    hasSymbol: function (place, view) {
      if (!this.content.symbols || !this.shapes.kind[place] || this.shapes.kind[place] === onemap.kinds.LINE) {
        return false;
      }
      return this.shapes.kind[place] === onemap.kinds.POINT
        || this.extentOf(place) * view.scale < this.symbolSize(view.zoom) * 2.6;
    },

    extentOf: function (place) {
      const b = place * 4, boxes = this.shapes.boxes;
      return Math.max(boxes[b + 2] - boxes[b], boxes[b + 3] - boxes[b + 1]);
    },

    /** The blocks of features in a view, or as many pixels outside it. */
    inView: function (view, margin) {
      const around = margin / view.scale;
      return this.blocks.within(view.west - around, view.south - around, view.east + around, view.north + around);
    },

    paint: function* (context, view) {
      if (!this.shapes) {
        return;
      }
      this.painted = 0;
      if (this.isRaster) {
        yield* this._paintRaster(context, view);
      } else if (this.borders && !this.hidden.size) {
        this._strokeBorders(context, view);
      } else {
        yield* this._paintShapes(context, view);
      }
      yield* this._paintSymbols(context, view);
    },

    /** Paint a coverage; it is kept, and painted again only for another view or other classes. */
    _paintRaster: function* (context, view) {
      const style = this.content.style, size = this.usualSize * view.scale;
      const name = [view.zoom, view.origin, view.width, view.height, view.ratio, ...this.hidden].join(" ");
      if (!this.kept || this.kept.name !== name) {
        const blocks = Array.from(this.inView(view, 0));
        const look = {
          classOf: this.classOf, hidden: this.hidden, gravest: this.gravest,
          inks: this.looks.map((one) => onemap.inkOf(one.fill, one.hatch, style.stroke)),
          outlined: size >= OUTLINES_FROM && size < SMOOTH_FROM,
        };
        const canvas = yield* onemap.rasterise(this.shapes, blocks, view, look);
        this.kept = { name: name, canvas: canvas, blocks: blocks };
      }
      context.globalAlpha = style.opacity;
      context.imageSmoothingEnabled = false;
      context.drawImage(this.kept.canvas, 0, 0, view.width, view.height);
      context.imageSmoothingEnabled = true;
      context.globalAlpha = 1;
      for (const places of this.kept.blocks) {
        const seen = places.filter((place) => this.isShown(place));
        this.painted += seen.length;
        if (size >= SMOOTH_FROM) {
          seen.forEach((place) => this._outline(context, view, place));
          yield;
        }
      }
    },

    _paintShapes: function* (context, view) {
      for (const places of this.inView(view, MARGIN)) {
        places.filter((place) => this.isShown(place) && !this.hasSymbol(place, view)).forEach((place) => {
          this._fill(context, view, place);
          this._outline(context, view, place);
          this.painted++;
        });
        yield;
      }
    },

    _paintSymbols: function* (context, view) {
      if (!this.content.symbols) {
        return;
      }
      const marks = [].concat(...Array.from(this.inView(view, MARGIN), (places) => {
        return Array.from(places).filter((place) => this.isShown(place) && this.hasSymbol(place, view));
      }));
      const looks = this.looks.map((look) => Object.assign({}, look, { size: this.symbolSize(view.zoom) }));
      marks.sort((a, b) => this.alarms.has(a) - this.alarms.has(b));
      for (const [n, place] of marks.entries()) {
        const anchor = this.anchorOf(place);
        onemap.drawSymbol(context, looks[this.classOf[place]], view.x(anchor.x), view.y(anchor.y), this.alarms.has(place));
        if (n % 50 === 49) yield;
      }
      this.painted += marks.length;
    },

    _fill: function (context, view, place) {
      const style = this.content.style;
      if (this.shapes.kind[place] !== onemap.kinds.POLYGON || !style.opacity) {
        return;
      }
      context.beginPath();
      onemap.trace(context, view, this.shapes, place);
      context.fillStyle = this.fillOf(place);
      context.globalAlpha = style.opacity * (this.content.symbols ? 0.4 : 1);
      context.fill("evenodd");
      context.globalAlpha = 1;
    },

    _outline: function (context, view, place) {
      const style = this.content.style;
      context.beginPath();
      onemap.trace(context, view, this.shapes, place);
      // The stroke of a symbol sets it off from the map; the area of such a feature is edged in its own colour.
      context.strokeStyle = this.content.symbols ? this.fillOf(place) : style.stroke;
      context.lineWidth = style.width * (view.zoom < 11 ? 0.8 : 1);
      context.lineJoin = "round";
      context.setLineDash(onemap.dashes(style.dash));
      context.stroke();
      context.setLineDash([]);
    },

    _strokeBorders: function (context, view) {
      const style = this.content.style;
      context.beginPath();
      this.borders.forEach((line) => line.forEach((v, n) => {
        context[n ? "lineTo" : "moveTo"](view.x(this.shapes.x[v]), view.y(this.shapes.y[v]));
      }));
      // A light bed keeps the dashes legible on any fill.
      context.lineJoin = "round";
      context.strokeStyle = "rgba(255, 255, 255, 0.5)";
      context.lineWidth = style.width + 2;
      context.stroke();
      context.setLineDash(onemap.dashes(style.dash));
      context.strokeStyle = style.stroke;
      context.lineWidth = style.width;
      context.stroke();
      context.setLineDash([]);
      for (const places of this.inView(view, 0)) this.painted += places.length;
    },

    /** Return the places of the features at a grid point, where a pixel is `step` grid steps, topmost first. */
    hits: function (point, step, zoom) {
      const view = { scale: 1 / step, zoom: zoom }, found = [];
      const reach = step * 5, around = (this.symbolSize(zoom) * 1.25 + 3) * step, far = Math.max(reach, around);
      for (const places of this.blocks.within(point.x - far, point.y - far, point.x + far, point.y + far)) {
        places.forEach((place) => {
          if (this.isShown(place) && this._isHit(place, point, view, reach, around)) found.push(place);
        });
      }
      return found.reverse();
    },

    _isHit: function (place, point, view, reach, around) {
      if (this.hasSymbol(place, view)) {
        const anchor = this.anchorOf(place);
        return Math.hypot(anchor.x - point.x, anchor.y - point.y) <= around;
      }
      return onemap.isHit(this.shapes, place, point.x, point.y, reach);
    },
  });

  /** Return the places class by class in an order of classes, and in each as they are. */
  function inOrder(classOf, classes) {
    const counts = new Uint32Array(classes.length), next = new Uint32Array(classes.length), order = new Uint32Array(classOf.length);
    classOf.forEach((own) => { counts[own]++; });
    classes.forEach((own, n) => { next[own] = n ? next[classes[n - 1]] + counts[classes[n - 1]] : 0; });
    classOf.forEach((own, place) => { order[next[own]++] = place; });
    return order;
  }

  /** The median extent of rings, for a feature may have very many; of many, of some of them. */
  function usualSize(shapes) {
    const rings = shapes.from.length - 1, extents = [], stride = Math.ceil(rings / ENOUGH);
    for (let ring = 0; ring < rings; ring += stride) {
      const x = shapes.x.subarray(shapes.from[ring], shapes.from[ring + 1]), y = shapes.y.subarray(shapes.from[ring], shapes.from[ring + 1]);
      extents.push(Math.max(spread(x), spread(y)));
    }
    return extents.sort((a, b) => a - b)[extents.length >> 1] || 0;
  }

  function spread(numbers) {
    return numbers.reduce((most, one) => Math.max(most, one), -Infinity) - numbers.reduce((least, one) => Math.min(least, one), Infinity);
  }
})((window.onemap = window.onemap || {}));
