/* The pen of the sheet: SVG in millimetres, which paper and picture take alike, letters crisp at any size. */
(function (onemap) {
  "use strict";

  const MEASURED = 100; // pixels of the letters by which texts are measured
  const INK = "#26302d";
  let measuring = null;

  /** Make an SVG element: attributes, then children or texts. */
  onemap.svg = function (tag, attributes, ...children) {
    const drawn = document.createElementNS("http://www.w3.org/2000/svg", tag);
    Object.entries(attributes).forEach(([name, value]) => drawn.setAttribute(name, value));
    drawn.append(...children);
    return drawn;
  };

  /** How wide a text is, in the measure of its size. */
  onemap.widthOf = function (text, size, bold) {
    measuring = measuring || document.createElement("canvas").getContext("2d");
    measuring.font = (bold ? "bold " : "") + MEASURED + "px " + onemap.fonts;
    return (measuring.measureText(text).width * size) / MEASURED;
  };

  /** Write a text on a line; `style` has anchor, fill, bold, turn, and the room for which a long text gets smaller letters. */
  onemap.write = function (x, y, size, text, style) {
    const written = Object.assign({ anchor: "start", fill: INK, room: Infinity }, style);
    const fitting = Math.min(1, written.room / onemap.widthOf(text, size, written.bold));
    const look = { x: x, y: y, "font-size": size * fitting, "text-anchor": written.anchor, fill: written.fill };
    if (written.bold) look["font-weight"] = "bold";
    if (written.turn) look.transform = "rotate(" + written.turn + " " + x + " " + y + ")";
    return onemap.svg("text", look, text);
  };

  onemap.frame = function (box, width, stroke) {
    return onemap.svg("rect", {
      x: box.x, y: box.y, width: box.width, height: box.height, fill: "none", stroke: stroke || INK, "stroke-width": width,
    });
  };

  /** Draw a path, for example "M0 0H10". */
  onemap.line = function (path, width, stroke) {
    return onemap.svg("path", { d: path, fill: "none", stroke: stroke || INK, "stroke-width": width });
  };

  onemap.pasted = function (canvas, x, y, width, height) {
    return onemap.svg("image", { href: canvas.toDataURL(), x: x, y: y, width: width, height: height });
  };
})((window.onemap = window.onemap || {}));
