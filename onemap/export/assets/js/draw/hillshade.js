/* The hillshade: a picture between the layers. */
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
  });
})((window.onemap = window.onemap || {}));
