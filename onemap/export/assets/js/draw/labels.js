/* Names on the map, above everything that is drawn; a name that would cover another is left out. */
(function (onemap) {
  "use strict";

  const ORDER = 150;
  const NAMES_FROM = 13.5; // zoom from which point features are named

  onemap.Labels = onemap.Painter.extend({
    initialize: function (layers) {
      L.setOptions(this, { order: ORDER });
      this.layers = layers;
      this.first = new Map(); // layer -> places that are named at any zoom, before all others
    },

    /** Name these [layer, place] before all others. */
    pointOut: function (features) {
      this.first = new Map();
      features.forEach(([layer, place]) => {
        this.first.set(layer, (this.first.get(layer) || []).concat([place]));
      });
      this.redraw();
    },

    paint: function (context, view) {
      const shown = this.layers.filter((layer) => layer._map).reverse();
      const taken = [];
      shown.filter((layer) => layer.content.style.labels).forEach((layer) => {
        each(layer, view, placesIn(layer, view), (place, x, y) => {
          // An area that is wider than the window is not named: its name would stand among what is looked at.
          if (layer.extentOf(place) * view.scale < view.width) {
            name(context, taken, layer.labels(place), x, y, styleOf(layer, place));
          }
        });
      });
      const symbols = shown.filter((layer) => layer.content.symbols);
      symbols.forEach((layer) => keepSymbolsClear(taken, layer, view));
      symbols.forEach((layer) => nameSymbols(context, taken, layer, view, this.first.get(layer) || [], 11));
      if (view.zoom >= NAMES_FROM) {
        symbols.forEach((layer) => {
          const first = this.first.get(layer) || [];
          nameSymbols(context, taken, layer, view, placesIn(layer, view).filter((place) => !first.includes(place)), 4);
        });
      }
    },
  });

  function keepSymbolsClear(taken, layer, view) {
    const size = layer.symbolSize(view.zoom);
    each(layer, view, placesIn(layer, view), (place, x, y) => {
      if (layer.hasSymbol(place, view)) taken.push([x - size, y - size, x + size, y + size]);
    });
  }

  /** Name symbols on their right, or else on their left, below or above; areas in their middle. */
  function nameSymbols(context, taken, layer, view, places, gap) {
    const side = layer.symbolSize(view.zoom) * 1.25 + gap;
    each(layer, view, places, (place, x, y) => {
      const text = layer.labels(place);
      const tries = layer.hasSymbol(place, view) ? [] : [["center", x, y]];
      tries.push(["left", x + side, y], ["right", x - side, y], ["center", x, y + side + 6], ["center", x, y - side - 6]);
      tries.some(([align, left, top]) => {
        return name(context, taken, text, left, top, { font: "12px ", fill: "#33302b", align: align });
      });
    });
  }

  function placesIn(layer, view) {
    return [].concat(...Array.from(layer.inView(view, 0), (places) => Array.from(places)));
  }

  function each(layer, view, places, say) {
    places.forEach((place) => {
      if (!layer.isLocated(place) || !layer.isShown(place)) return;
      const anchor = layer.anchorOf(place), x = view.x(anchor.x), y = view.y(anchor.y);
      if (x > 0 && y > 0 && x < view.width && y < view.height) say(place, x, y);
    });
  }

  function styleOf(layer, place) {
    if (layer.shapes.kind[place] === onemap.kinds.LINE) {
      return { font: "italic 12px ", fill: "#1f6f9f", align: "center", spaced: true };
    }
    return { font: "bold 14px ", fill: "#4a4237", align: "center", spaced: true };
  }

  /** Write a name unless it would cover another; say whether it was written. */
  function name(context, taken, text, x, y, style) {
    const words = style.spaced ? Array.from(text).join("\u2009") : text;
    context.font = style.font + onemap.fonts;
    const width = context.measureText(words).width;
    const left = style.align === "left" ? x : x - (style.align === "right" ? width : width / 2);
    const box = [left - 3, y - 9, left + width + 3, y + 9];
    if (taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) {
      return false;
    }
    taken.push(box);
    context.textAlign = style.align;
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.lineWidth = 3.5;
    context.strokeStyle = "rgba(255, 255, 255, 0.88)";
    context.strokeText(words, x, y);
    context.fillStyle = style.fill;
    context.fillText(words, x, y);
    return true;
  }
})((window.onemap = window.onemap || {}));
