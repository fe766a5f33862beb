/* A layer of the map: its columns, how it is painted, and what of it lies under a point. */
(function (onemap) {
  "use strict";

  const OUTLINES_FROM = 8; // pixels of a usual parcel from which parcels get outlines
  const SMALLEST = 1.5; // pixels below which a polygon is a dot

  onemap.readLayer = function (id) {
    return new onemap.Layer(onemap.readBlock(id));
  };

  function column(values) {
    return Array.isArray(values) ? (i) => values[i] : (i) => (values.c[i] < 0 ? null : values.d[values.c[i]]);
  }

  onemap.Layer = onemap.Canvas.extend({
    initialize: function (content) {
      L.Renderer.prototype.initialize.call(this, { order: content.style.order });
      this.id = content.id;
      this.content = content;
      this.shapes = onemap.unpack(content.shapes);
      this.anchors = content.anchors && onemap.unpack(content.anchors);
      this.values = content.values.map(column);
      ["keys", "labels", "townships", "areas", "sources", "rows"].forEach((name) => {
        this[name] = column(content[name]);
      });
      this.looks = content.classes.map((one) => {
        return Object.assign({}, content.style, { fill: one.fill, shape: one.shape });
      });
      this.hidden = new Set(); // numbers of classes
      this.alarms = new Set(); // places of features that are on a list at the highest level
      this.painted = 0;
      // Later classes are the graver ones: painted last, they are seen where parcels are smaller than a pixel.
      this.order = Array.from(content.classOf.keys()).sort((a, b) => content.classOf[a] - content.classOf[b] || a - b);
      this.dashed = content.coverage && content.style.dash !== "";
      this.borders = this.dashed ? onemap.bordersOf(this.shapes) : null;
      this.sheer = content.coverage && content.style.opacity > 0;
      this.usualSize = usualSize(this.shapes);
    },

    lookOf: function (classNumber) {
      return this.looks[classNumber];
    },

    fillOf: function (place) {
      return this.looks[this.content.classOf[place]].fill;
    },

    classTitleOf: function (place) {
      return this.content.classes[this.content.classOf[place]].title;
    },

    isShown: function (place) {
      return !this.hidden.has(this.content.classOf[place]);
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
      const least = this.content.style.glyph ? 0.85 : 0.55;
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

    _inView: function (place, view, margin) {
      const b = place * 4, boxes = this.shapes.boxes, around = margin / view.scale;
      return boxes[b] <= view.east + around && boxes[b + 2] >= view.west - around
        && boxes[b + 1] <= view.north + around && boxes[b + 3] >= view.south - around;
    },

    paint: function (context, view) {
      const seen = this.order.filter((i) => this.shapes.kind[i] && this.isShown(i) && this._inView(i, view, 20));
      const marks = seen.filter((i) => this.hasSymbol(i, view));
      const drawn = this.content.symbols ? seen.filter((i) => !this.hasSymbol(i, view)) : seen;
      this._container.style.opacity = this.sheer ? String(this.content.style.opacity) : "";
      drawn.forEach((i) => this._fill(context, view, i));
      this._outline(context, view, drawn);
      const size = this.symbolSize(view.zoom);
      marks.sort((a, b) => this.alarms.has(a) - this.alarms.has(b)).forEach((i) => {
        const look = Object.assign({}, this.looks[this.content.classOf[i]], { size: size });
        const anchor = this.anchorOf(i);
        onemap.drawSymbol(context, look, view.x(anchor.x), view.y(anchor.y), this.alarms.has(i));
      });
      this.painted = seen.length;
    },

    _fill: function (context, view, place) {
      if (this.shapes.kind[place] !== onemap.kinds.POLYGON || !this.content.style.opacity) {
        return;
      }
      const fill = view.onPaper && this.sheer ? onPaper(this.fillOf(place), this.content.style.opacity) : this.fillOf(place);
      context.fillStyle = fill;
      if (this.extentOf(place) * view.scale < SMALLEST) {
        const anchor = this.anchorOf(place);
        context.fillRect(view.x(anchor.x) - 0.75, view.y(anchor.y) - 0.75, SMALLEST, SMALLEST);
        return;
      }
      context.beginPath();
      onemap.trace(context, view, this.shapes, place);
      context.globalAlpha = this.sheer ? 1 : this.content.style.opacity * (this.content.symbols ? 0.4 : 1);
      context.fill("evenodd");
      context.globalAlpha = 1;
      if (this.sheer) {
        // The seam between neighbours that smoothing leaves open.
        context.strokeStyle = fill;
        context.lineWidth = 0.8;
        context.stroke();
      }
    },

    _outline: function (context, view, places) {
      const style = this.content.style;
      if (this.sheer && this.usualSize * view.scale < OUTLINES_FROM) {
        return;
      }
      context.strokeStyle = style.stroke;
      context.lineWidth = style.width * (view.zoom < 11 ? 0.8 : 1);
      context.lineJoin = "round";
      context.setLineDash(onemap.dashes(style.dash));
      if (this.borders && !this.hidden.size) {
        this._strokeBorders(context, view);
      } else {
        places.forEach((place) => {
          // The stroke of a symbol sets it off from the map; the area of such a feature is edged in its own colour.
          if (this.content.symbols) context.strokeStyle = this.fillOf(place);
          context.beginPath();
          onemap.trace(context, view, this.shapes, place);
          context.stroke();
        });
      }
      context.setLineDash([]);
    },

    _strokeBorders: function (context, view) {
      const style = this.content.style;
      context.beginPath();
      this.borders.forEach((line) => line.forEach((v, n) => {
        context[n ? "lineTo" : "moveTo"](view.x(this.shapes.x[v]), view.y(this.shapes.y[v]));
      }));
      // A light bed keeps the dashes legible on any fill.
      context.setLineDash([]);
      context.strokeStyle = "rgba(255, 255, 255, 0.5)";
      context.lineWidth = style.width + 2;
      context.stroke();
      context.setLineDash(onemap.dashes(style.dash));
      context.strokeStyle = style.stroke;
      context.lineWidth = style.width;
      context.stroke();
    },

    /** Return the places of the features at a grid point, where a pixel is `step` grid steps, topmost first. */
    hits: function (point, step, zoom) {
      const view = { scale: 1 / step, zoom: zoom }, found = [];
      const reach = step * 5, around = (this.symbolSize(zoom) * 1.25 + 3) * step;
      for (let n = this.order.length - 1; n >= 0; n--) {
        const place = this.order[n];
        if (!this.isShown(place)) continue;
        if (this.hasSymbol(place, view)) {
          const anchor = this.anchorOf(place);
          if (Math.hypot(anchor.x - point.x, anchor.y - point.y) <= around) found.push(place);
        } else if (onemap.isHit(this.shapes, place, point.x, point.y, reach)) {
          found.push(place);
        }
      }
      return found;
    },
  });

  /** The colour that a fill of some opacity has on white paper. */
  function onPaper(fill, opacity) {
    const parts = [1, 3, 5].map((at) => parseInt(fill.slice(at, at + 2), 16));
    return "rgb(" + parts.map((part) => Math.round(255 - (255 - part) * opacity)).join(",") + ")";
  }

  function usualSize(shapes) {
    const extents = [];
    for (let i = 0; i < shapes.count; i++) {
      if (shapes.kind[i] === onemap.kinds.POLYGON) {
        extents.push(Math.max(shapes.boxes[i * 4 + 2] - shapes.boxes[i * 4], shapes.boxes[i * 4 + 3] - shapes.boxes[i * 4 + 1]));
      }
    }
    return extents.sort((a, b) => a - b)[extents.length >> 1] || 0;
  }
})((window.onemap = window.onemap || {}));
