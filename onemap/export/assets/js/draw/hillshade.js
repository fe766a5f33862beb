/* The hillshade: a picture between the layers, which is painted with them on paper. */
(function (onemap) {
  "use strict";

  onemap.Hillshade = L.ImageOverlay.extend({
    initialize: function (url, bounds, content) {
      L.ImageOverlay.prototype.initialize.call(this, url, bounds, {
        className: "hillshade", opacity: content.opacity, order: content.order,
      });
      this.content = content;
    },

    beforeAdd: function (map) {
      onemap.givePane(this, map);
    },

    paint: function (context, view) {
      const northWest = onemap.gridOf(this._bounds.getNorthWest()), southEast = onemap.gridOf(this._bounds.getSouthEast());
      const left = view.x(northWest.x), top = view.y(northWest.y);
      context.globalAlpha = this.options.opacity;
      context.drawImage(this._image, left, top, view.x(southEast.x) - left, view.y(southEast.y) - top);
      context.globalAlpha = 1;
    },
  });
})((window.onemap = window.onemap || {}));
