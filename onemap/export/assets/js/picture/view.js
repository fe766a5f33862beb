/* The view of the sheet: which ground stands in its frame, and at which scale. */
(function (onemap) {
  "use strict";

  const PIXEL = 25.4 / 96; // millimetres of a pixel on paper
  // Steps of the scale, so that no odd number stands on the sheet: up to a leading figure, in such parts of it.
  const STEPS = [[2, 0.1], [5, 0.25], [10, 0.5]];

  /** Return the view of a frame of so many millimetres that holds `bounds`; its scale is 1 to `oneTo` in its middle. */
  onemap.viewOnPaper = function (bounds, frame) {
    const a = onemap.gridOf(bounds.getSouthWest()), b = onemap.gridOf(bounds.getNorthEast());
    const width = frame.width / PIXEL, height = frame.height / PIXEL;
    const x = (a.x + b.x) / 2, y = (a.y + b.y) / 2;
    // Millimetres of ground to a step of the grid, which is the pixels that it gets times that number.
    const ground = 1000 * onemap.metresOfStep(onemap.latlngOf(x, y).lat);
    const oneTo = roundUp((Math.max((b.x - a.x) / width, (b.y - a.y) / height) * ground) / PIXEL);
    const scale = ground / PIXEL / oneTo, half = (scale * onemap.worldSteps) / 2;
    const origin = { x: half + x * scale - width / 2, y: half - y * scale - height / 2 }; // of the frame in the world, in pixels
    const view = onemap.viewOf(Math.log2((2 * half) / 256), origin, { x: width, y: height }, 1);
    return Object.assign(view, { oneTo: oneTo });
  };

  function roundUp(ratio) {
    const power = Math.pow(10, Math.floor(Math.log10(ratio))), leading = ratio / power;
    const part = STEPS.find(([below]) => leading < below)[1];
    return Math.round(Math.ceil(leading / part) * part * power);
  }

  onemap.boundsOfView = function (view) {
    return L.latLngBounds(onemap.latlngOf(view.west, view.south), onemap.latlngOf(view.east, view.north));
  };

  /** Return a canvas of the map in a view, with so many of its pixels to one of the view. */
  onemap.paintView = function (map, view, pixels) {
    const size = { width: Math.round(view.width * pixels), height: Math.round(view.height * pixels) };
    const shown = onemap.element("canvas", size);
    // What is painted on a shown canvas while the page is printed, Chromium paints once more on paper, at another size.
    const painted = window.OffscreenCanvas ? new OffscreenCanvas(size.width, size.height) : shown;
    const context = painted.getContext("2d");
    context.setTransform(pixels, 0, 0, pixels, 0, 0);
    context.fillStyle = "#ffffff";
    context.fillRect(0, 0, view.width, view.height);
    onemap.paintMap(context, Object.assign({}, view, { ratio: pixels }), map);
    if (painted !== shown) shown.getContext("bitmaprenderer").transferFromImageBitmap(painted.transferToImageBitmap());
    return shown;
  };
})((window.onemap = window.onemap || {}));
