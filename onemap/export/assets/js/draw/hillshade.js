/* The hillshade: a picture that is painted between the layers. */
(function (onemap) {
  "use strict";

  onemap.Hillshade = onemap.Painter.extend({
    initialize: function (url, bounds, content) {
      L.setOptions(this, { order: content.order });
      this.content = content;
      this.bounds = L.latLngBounds(bounds);
      this.image = onemap.element("img", { class: "hillshade", src: url, onload: () => this.redraw() });
    },

    paint: function (context, view) {
      if (!this.image.naturalWidth) {
        return;
      }
      const northWest = onemap.gridOf(this.bounds.getNorthWest()), southEast = onemap.gridOf(this.bounds.getSouthEast());
      const left = view.x(northWest.x), top = view.y(northWest.y);
      context.globalAlpha = this.content.opacity;
      context.drawImage(this.image, left, top, view.x(southEast.x) - left, view.y(southEast.y) - top);
      context.globalAlpha = 1;
    },
  });
})((window.onemap = window.onemap || {}));
