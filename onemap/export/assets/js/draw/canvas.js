/* A canvas as large as the window and somewhat more, which Leaflet moves and zooms with the map. */
(function (onemap) {
  "use strict";

  /** Give a layer its pane by its order: the higher is drawn above the lower. */
  onemap.givePane = function (layer, map) {
    const name = "onemap-" + layer.options.order;
    if (!map.getPane(name)) {
      const pane = map.createPane(name);
      pane.style.zIndex = String(400 + layer.options.order);
      pane.style.pointerEvents = "none";
    }
    layer.options.pane = name;
  };

  /** What paints itself has `paint(context, view)`; a view turns grid steps into pixels of the canvas. */
  onemap.Canvas = L.Renderer.extend({
    options: { padding: 0.2, order: 0 },

    beforeAdd: function (map) {
      onemap.givePane(this, map);
    },

    onRemove: function () {
      cancelAnimationFrame(this._frame);
      L.Renderer.prototype.onRemove.call(this);
    },

    /** Paint again before the next frame is shown. */
    redraw: function () {
      if (this._map && !this._frame) {
        this._frame = requestAnimationFrame(() => this._paint());
      }
    },

    _initContainer: function () {
      this._container = document.createElement("canvas");
    },

    _destroyContainer: function () {
      this._container.remove();
      delete this._container;
    },

    _update: function () {
      if (this._map._animatingZoom && this._bounds) {
        return;
      }
      L.Renderer.prototype._update.call(this);
      const size = this._bounds.getSize();
      this._container.style.width = size.x + "px";
      this._container.style.height = size.y + "px";
      L.DomUtil.setPosition(this._container, this._bounds.min);
      this._paint();
    },

    _paint: function () {
      cancelAnimationFrame(this._frame);
      this._frame = 0;
      const context = this._container.getContext("2d"), ratio = window.devicePixelRatio || 1;
      const size = this._bounds.getSize();
      this._container.width = Math.round(size.x * ratio);
      this._container.height = Math.round(size.y * ratio);
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      this.paint(context, this._view(size));
    },

    _view: function (size) {
      const world = 256 * Math.pow(2, this._zoom), scale = world / onemap.worldSteps;
      const origin = this._map.getPixelOrigin().add(this._bounds.min);
      const left = world / 2 - origin.x, top = world / 2 - origin.y;
      return {
        zoom: this._zoom, scale: scale, onPaper: false, width: size.x, height: size.y,
        x: (grid) => grid * scale + left,
        y: (grid) => top - grid * scale,
        west: -left / scale, east: (size.x - left) / scale,
        north: top / scale, south: (top - size.y) / scale,
      };
    },
  });

  /** Put rings or lines of a shape into the current path. */
  onemap.trace = function (context, view, shapes, shape) {
    const closed = shapes.kind[shape] === onemap.kinds.POLYGON;
    for (let ring = shapes.ringsFrom[shape]; ring < shapes.ringsFrom[shape + 1]; ring++) {
      const start = shapes.from[ring], end = shapes.from[ring + 1];
      context.moveTo(view.x(shapes.x[start]), view.y(shapes.y[start]));
      for (let v = start + 1; v < end; v++) {
        context.lineTo(view.x(shapes.x[v]), view.y(shapes.y[v]));
      }
      if (closed) context.closePath();
    }
  };
})((window.onemap = window.onemap || {}));
