/* Symbols: the marks of points and the swatches of classes, drawn by the same hand on map and legend. */
(function (onemap) {
  "use strict";

  const SWATCH_WIDTH = 20, SWATCH_HEIGHT = 15;

  /** Draw a point symbol; `look` has shape, fill, stroke, width, glyph and size. */
  onemap.drawSymbol = function (context, look, x, y, alarm) {
    if (alarm) {
      context.beginPath();
      context.arc(x, y, look.size * 1.25 + 2, 0, 2 * Math.PI);
      context.strokeStyle = onemap.colours.high;
      context.lineWidth = look.size > 8 ? 2 : 1.5;
      context.stroke();
    }
    context.beginPath();
    outline(context, look.shape, x, y, look.size);
    context.fillStyle = look.fill;
    context.strokeStyle = look.stroke;
    context.lineWidth = look.width;
    context.lineJoin = "round";
    if (look.shape === "cross") {
      context.strokeStyle = look.fill;
      context.lineWidth = Math.max(2.5, look.size / 2.5);
      context.stroke();
      return;
    }
    context.fill();
    context.stroke();
    if (look.glyph && look.size >= 6.5) {
      drawGlyph(context, look, x, y);
    }
  };

  function outline(context, shape, x, y, size) {
    if (shape === "circle") {
      context.arc(x, y, size, 0, 2 * Math.PI);
    } else if (shape === "square") {
      context.rect(x - size * 0.9, y - size * 0.9, size * 1.8, size * 1.8);
    } else if (shape === "cross") {
      polygon(context, [[x - size, y], [x + size, y]]);
      polygon(context, [[x, y - size], [x, y + size]]);
    } else if (shape === "triangle") {
      polygon(context, [[x, y - size * 1.1], [x + size, y + size * 0.75], [x - size, y + size * 0.75]], true);
    } else {
      const reach = size * 1.25;
      polygon(context, [[x, y - reach], [x + reach, y], [x, y + reach], [x - reach, y]], true);
    }
  }

  function polygon(context, corners, closed) {
    corners.forEach(([x, y], number) => (number ? context.lineTo(x, y) : context.moveTo(x, y)));
    if (closed) context.closePath();
  }

  function drawGlyph(context, look, x, y) {
    context.font = "bold " + Math.round(look.size * 1.12) + "px " + onemap.fonts;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillStyle = "#ffffff";
    context.fillText(look.glyph, x, y + (look.shape === "triangle" ? look.size * 0.18 : 0.5));
  }

  /** Return a canvas that shows how a class of a layer looks on the map. */
  onemap.swatch = function (layer, classNumber) {
    const canvas = onemap.element("canvas", { class: "swatch", "aria-hidden": "true" });
    const ratio = Math.max(2, window.devicePixelRatio || 1);
    canvas.width = SWATCH_WIDTH * ratio;
    canvas.height = SWATCH_HEIGHT * ratio;
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    if (layer.content.symbols) {
      const look = Object.assign({}, layer.lookOf(classNumber), { size: 5, width: 1, stroke: "#ffffff" });
      onemap.drawSymbol(context, look, SWATCH_WIDTH / 2, SWATCH_HEIGHT / 2);
    } else {
      drawArea(context, layer, layer.lookOf(classNumber));
    }
    return canvas;
  };

  function drawArea(context, layer, look) {
    const style = layer.content.style;
    context.strokeStyle = style.stroke;
    context.setLineDash(onemap.dashes(style.dash));
    if (!layer.content.areal || style.fill === style.stroke) {
      context.lineWidth = Math.max(2, style.width);
      polygon(context, [[1, SWATCH_HEIGHT / 2], [SWATCH_WIDTH - 1, SWATCH_HEIGHT / 2]]);
      context.stroke();
      return;
    }
    context.lineWidth = Math.min(1.5, Math.max(1, style.width));
    context.beginPath();
    context.rect(1.5, 1.5, SWATCH_WIDTH - 3, SWATCH_HEIGHT - 3);
    context.globalAlpha = style.opacity;
    context.fillStyle = look.fill;
    context.fill();
    context.globalAlpha = 1;
    if (look.hatch) hatch(context, look);
    context.stroke();
  }

  /** Lay the pixels of a hatch over a swatch, as large as they are on the map. */
  function hatch(context, look) {
    const pattern = onemap.hatches[look.hatch];
    context.fillStyle = "rgba(0, 0, 0, 0.38)";
    for (let x = 2; x < SWATCH_WIDTH - 2; x++) {
      for (let y = 2; y < SWATCH_HEIGHT - 2; y++) {
        if (pattern(x + 2, y)) context.fillRect(x, y, 1, 1);
      }
    }
  }

  onemap.dashes = function (text) {
    return text.split(/[\s,]+/).filter(Boolean).map(Number);
  };

  onemap.fonts = '"Microsoft YaHei","PingFang SC","Noto Sans CJK SC",sans-serif';
  onemap.colours = {
    high: "#b3382c",
    link: "#6c3483",
    chosen: "#0c7d69",
    paper: "#f6f3ec",
    county: "#857763",
  };
})((window.onemap = window.onemap || {}));
