/* The county: paper over everything outside it, and its border. */
(function (onemap) {
  "use strict";

  const OPACITY = 0.8; // of the paper

  onemap.Mask = onemap.Painter.extend({
    initialize: function (county, order) {
      L.setOptions(this, { order: order });
      this.county = county;
    },

    paint: function (context, view) {
      context.beginPath();
      context.rect(0, 0, view.width, view.height);
      onemap.trace(context, view, this.county, 0);
      context.globalAlpha = OPACITY;
      context.fillStyle = onemap.colours.paper;
      context.fill("evenodd");
      context.globalAlpha = 1;
    },
  });

  onemap.CountyBorder = onemap.Mask.extend({
    paint: function (context, view) {
      context.beginPath();
      onemap.trace(context, view, this.county, 0);
      context.lineJoin = "round";
      [[7, 0.14], [2, 1]].forEach(([width, alpha]) => {
        context.globalAlpha = alpha;
        context.lineWidth = width;
        context.strokeStyle = onemap.colours.county;
        context.stroke();
      });
      context.globalAlpha = 1;
    },
  });
})((window.onemap = window.onemap || {}));
