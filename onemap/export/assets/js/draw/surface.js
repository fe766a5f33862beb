/* The surface: one canvas, somewhat larger than the window, on which everything is painted in its order.
   Painting goes on in short steps, so that the page answers meanwhile; until it is done the surface shows what it
   has, moved and scaled to where that is now. */
(function (onemap) {
  "use strict";

  const PADDING = 0.25; // of the window, on each side
  const MARGIN = 20; // pixels
  const STEP_MS = 10; // of painting in a frame
  const FIRST_MS = 500; // before anything is seen

  /** What is painted on the surface has `order` and `paint(context, view)`, which may be a generator: a step ends at each yield. */
  onemap.Painter = L.Layer.extend({
    options: { order: 0 },

    onAdd: function (map) {
      const surface = onemap.surfaceOf(map);
      surface.painters.push(this);
      surface.redraw();
    },

    onRemove: function (map) {
      map.surface.painters = map.surface.painters.filter((one) => one !== this);
      map.surface.redraw();
    },

    /** Paint again before the next frame is shown. */
    redraw: function () {
      if (this._map) this._map.surface.redraw();
    },
  });

  onemap.surfaceOf = function (map) {
    if (!map.surface) map.surface = new onemap.Surface().addTo(map);
    return map.surface;
  };

  /** Paint in order; a generator. */
  onemap.paintSteps = function* (painters, context, view) {
    for (const painter of painters.slice().sort((a, b) => a.options.order - b.options.order)) {
      const steps = painter.paint(context, view);
      if (steps) yield* steps;
      yield;
    }
  };

  /** Return what turns grid steps into pixels of a canvas, whose corner lies at `origin` of the world in pixels. */
  onemap.viewOf = function (zoom, origin, size, ratio) {
    const world = 256 * Math.pow(2, zoom), scale = world / onemap.worldSteps;
    const left = world / 2 - origin.x, top = world / 2 - origin.y;
    return {
      zoom: zoom, scale: scale, width: size.x, height: size.y, ratio: ratio, origin: origin,
      x: (grid) => grid * scale + left,
      y: (grid) => top - grid * scale,
      left: left, top: top,
      west: -left / scale, east: (size.x - left) / scale,
      north: top / scale, south: (top - size.y) / scale,
    };
  };

  onemap.Surface = L.Layer.extend({
    options: { pane: "onemap-surface" },

    initialize: function () {
      this.painters = [];
      this.canvas = this._newCanvas(); // what is seen
      this.spare = this._newCanvas(); // what is painted on
      this.idle = false;
      this.waits = true; // until all that is painted is there
    },

    beforeAdd: function (map) {
      const pane = map.createPane(this.options.pane);
      pane.style.zIndex = "350";
      pane.style.pointerEvents = "none";
    },

    onAdd: function () {
      this.getPane().append(this.canvas);
    },

    getEvents: function () {
      return {
        viewreset: this._place, zoom: this._place, zoomanim: this._place,
        moveend: this.redraw, move: this._fill, resize: this.redraw,
      };
    },

    _newCanvas: function () {
      return onemap.element("canvas", { class: "leaflet-zoom-animated" });
    },

    start: function () {
      this.waits = false;
      this.redraw();
    },

    /** Paint all anew, from the next frame on. */
    redraw: function () {
      if (this.waits) {
        return;
      }
      this.idle = false;
      cancelAnimationFrame(this._frame);
      this._frame = requestAnimationFrame(() => this._begin());
    },

    /** Begin while the map still moves, when what is painted no longer fills the window. */
    _fill: function () {
      if (this.idle && this.view && !this._map._animatingZoom && !this._isFilled()) {
        this.redraw();
      }
    },

    _isFilled: function () {
      const size = this._map.getSize(), corner = this._map.latLngToContainerPoint(this.view.corner);
      return this.view.zoom === this._map.getZoom() && corner.x <= 0 && corner.y <= 0
        && corner.x + this.view.width >= size.x && corner.y + this.view.height >= size.y;
    },

    _begin: function () {
      const map = this._map;
      if (!map || map._animatingZoom || !map._loaded) {
        return; // the end of the animation calls again
      }
      // At first only what is seen: people wait for it.
      const size = map.getSize(), around = size.multiplyBy(this.view ? PADDING : 0).round();
      const origin = map.getPixelBounds().min.subtract(around).round();
      const view = onemap.viewOf(map.getZoom(), origin, size.add(around.multiplyBy(2)), window.devicePixelRatio || 1);
      view.corner = map.unproject(origin);
      this.spare.width = Math.round(view.width * view.ratio);
      this.spare.height = Math.round(view.height * view.ratio);
      const context = this.spare.getContext("2d");
      context.scale(view.ratio, view.ratio);
      this._step(onemap.paintSteps(this.painters, context, view), view);
    },

    _step: function (steps, view) {
      const end = performance.now() + (this.view ? STEP_MS : FIRST_MS);
      let done = false;
      while (!done && performance.now() < end) {
        done = steps.next().done;
      }
      if (done) {
        this._show(view);
      } else {
        this._frame = requestAnimationFrame(() => this._step(steps, view));
      }
    },

    _show: function (view) {
      const isFirst = !this.view;
      [this.canvas, this.spare] = [this.spare, this.canvas];
      this.view = view;
      this.canvas.style.width = view.width + "px";
      this.canvas.style.height = view.height + "px";
      this._place();
      this.spare.replaceWith(this.canvas);
      this.idle = true;
      if (isFirst) onemap.whenIdle(() => this.redraw());
    },

    /** Put the canvas where what it shows is, now or at the end of a zoom animation. */
    _place: function (event) {
      if (!this.view) {
        return;
      }
      const map = this._map, animated = event && event.type === "zoomanim";
      const corner = animated
        ? map._latLngToNewLayerPoint(this.view.corner, event.zoom, event.center) : map.latLngToLayerPoint(this.view.corner);
      L.DomUtil.setTransform(this.canvas, corner, map.getZoomScale(animated ? event.zoom : map.getZoom(), this.view.zoom));
    },
  });

  /** Put rings or lines of a shape into the current path, those that are in view: one shape may have very many. */
  onemap.trace = function (context, view, shapes, shape) {
    const closed = shapes.kind[shape] === onemap.kinds.POLYGON;
    for (let ring = shapes.ringsFrom[shape]; ring < shapes.ringsFrom[shape + 1]; ring++) {
      const start = shapes.from[ring], end = shapes.from[ring + 1];
      if (isOutside(view, shapes, start, end)) continue;
      context.moveTo(view.x(shapes.x[start]), view.y(shapes.y[start]));
      for (let v = start + 1; v < end; v++) {
        context.lineTo(view.x(shapes.x[v]), view.y(shapes.y[v]));
      }
      if (closed) context.closePath();
    }
  };

  function isOutside(view, shapes, start, end) {
    let west = Infinity, south = Infinity, east = -Infinity, north = -Infinity;
    for (let v = start; v < end; v++) {
      west = Math.min(west, shapes.x[v]);
      east = Math.max(east, shapes.x[v]);
      south = Math.min(south, shapes.y[v]);
      north = Math.max(north, shapes.y[v]);
    }
    const around = MARGIN / view.scale; // a line is as wide
    return west > view.east + around || east < view.west - around || south > view.north + around || north < view.south - around;
  }
})((window.onemap = window.onemap || {}));
