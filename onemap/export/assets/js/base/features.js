/* The features of a layer as they stand in the page: GeoJSON, or packed where there are many. */
(function (onemap) {
  "use strict";

  /** Return a promise of what a layer knows of its features, which stand in the page as GeoJSON or packed. */
  onemap.readFeatures = function (block) {
    return block.features ? Promise.resolve(plain(block.features)) : packed(block.onemap);
  };

  function plain(features) {
    return {
      shapes: onemap.shapesOf(features.map((one) => one.geometry)),
      anchors: onemap.shapesOf(features.map((one) => {
        return one.properties._anchor ? { type: "Point", coordinates: one.properties._anchor } : one.geometry;
      })),
      column: (name) => (place) => (name in features[place].properties ? features[place].properties[name] : null),
    };
  }

  function packed(content) {
    const shapes = [content.shapes, content.anchors].map((text) => text && onemap.inflate(text).then(onemap.unpack));
    return Promise.all([...shapes, onemap.readTable(content.table)]).then(([drawn, anchors, table]) => {
      return { shapes: drawn, anchors: anchors, column: (name) => table.columns[name] };
    });
  }
})((window.onemap = window.onemap || {}));
