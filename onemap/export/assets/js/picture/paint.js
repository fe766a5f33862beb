/* All that the map shows, painted on one canvas: our own layers, and whatever else was put on the map. */
(function (onemap) {
  "use strict";

  /** Paint what stands on the map, from its lowest pane to its highest, as it is seen in a view. */
  onemap.paintMap = function (context, view, map) {
    const painted = [];
    map.eachLayer((layer) => {
      const paint = painterOf(layer);
      if (paint) painted.push([heightOf(layer), paint, layer]);
    });
    // The sort is stable: in one pane what came later lies above.
    painted.sort((a, b) => a[0] - b[0]).forEach(([, paint, layer]) => {
      context.save();
      paint(context, view, layer, map);
      context.restore();
    });
  };

  function painterOf(layer) {
    if (layer instanceof onemap.Surface) return paintSurface;
    if (layer instanceof L.Path) return paintPath;
    if (layer instanceof L.ImageOverlay) return paintPicture;
    if (layer instanceof L.GridLayer) return paintTiles;
    return layer instanceof L.Marker || layer instanceof L.Tooltip ? paintTag : null;
  }

  /** All of ours, at once. */
  function paintSurface(context, view, surface) {
    Array.from(onemap.paintSteps(surface.painters, context, view));
  }

  function heightOf(layer) {
    return Number(getComputedStyle(layer.getPane()).zIndex) || 0;
  }

  function placeIn(view, latlng) {
    const grid = onemap.gridOf(latlng);
    return { x: view.x(grid.x), y: view.y(grid.y) };
  }

  /** Lines, areas and circles with the options that Leaflet gives them. */
  function paintPath(context, view, path) {
    const look = path.options;
    context.beginPath();
    outline(context, view, path);
    if (look.fill) {
      context.globalAlpha = look.fillOpacity;
      context.fillStyle = look.fillColor || look.color;
      context.fill(look.fillRule || "evenodd");
    }
    if (look.stroke && look.weight) {
      context.globalAlpha = look.opacity;
      context.strokeStyle = look.color;
      context.lineWidth = look.weight;
      context.lineCap = look.lineCap;
      context.lineJoin = look.lineJoin;
      context.setLineDash(look.dashArray ? onemap.dashes(String(look.dashArray)) : []);
      context.stroke();
    }
  }

  function outline(context, view, path) {
    if (path instanceof L.CircleMarker && !(path instanceof L.Circle)) {
      const centre = placeIn(view, path.getLatLng());
      context.arc(centre.x, centre.y, path.getRadius(), 0, 2 * Math.PI);
      return;
    }
    const round = path instanceof L.Circle;
    const lines = round ? [onemap.circleAround(path.getLatLng(), path.getRadius())] : linesOf(path.getLatLngs());
    lines.forEach((line) => {
      line.map((latlng) => placeIn(view, latlng)).forEach((at, n) => context[n ? "lineTo" : "moveTo"](at.x, at.y));
      if (round || path instanceof L.Polygon) context.closePath();
    });
  }

  function linesOf(positions) {
    return positions[0] instanceof L.LatLng ? [positions] : [].concat(...positions.map(linesOf));
  }

  function paintPicture(context, view, overlay) {
    const picture = overlay.getElement();
    if (picture instanceof HTMLImageElement) {
      const bounds = overlay.getBounds();
      drawBetween(context, picture, placeIn(view, bounds.getNorthWest()), placeIn(view, bounds.getSouthEast()), overlay.options.opacity);
    }
  }

  /** The tiles of a base map that are there; each is named by its column and row in the world. */
  function paintTiles(context, view, base) {
    Object.values(base._tiles).filter((tile) => tile.current && tile.loaded && tile.el instanceof HTMLImageElement).forEach((tile) => {
      const side = (onemap.worldSteps * base.getTileSize().x) / (256 * Math.pow(2, tile.coords.z));
      const west = tile.coords.x * side - onemap.worldSteps / 2, north = onemap.worldSteps / 2 - tile.coords.y * side;
      const corners = [{ x: view.x(west), y: view.y(north) }, { x: view.x(west + side), y: view.y(north - side) }];
      drawBetween(context, tile.el, corners[0], corners[1], base.options.opacity);
    });
  }

  function drawBetween(context, picture, northWest, southEast, opacity) {
    if (picture.complete && picture.naturalWidth) {
      context.globalAlpha = opacity;
      context.drawImage(picture, northWest.x, northWest.y, southEast.x - northWest.x, southEast.y - northWest.y);
    }
  }

  /** What stands beside a position as an element of the page: it is painted as the page shows it, as far from its position. */
  function paintTag(context, view, tag, map) {
    const latlng = tag.getLatLng(), at = placeIn(view, latlng), root = tag.getElement();
    if (!latlng || !root) {
      return;
    }
    const window = map.getContainer().getBoundingClientRect(), seen = map.latLngToContainerPoint(latlng);
    context.translate(at.x - seen.x - window.left, at.y - seen.y - window.top);
    context.globalAlpha = Number(getComputedStyle(root).opacity);
    [root, ...root.querySelectorAll("*")].forEach((part) => paintElement(context, part));
  }

  function paintElement(context, part) {
    const box = part.getBoundingClientRect(), style = getComputedStyle(part);
    if (part instanceof HTMLImageElement && part.naturalWidth) {
      context.drawImage(part, box.left, box.top, box.width, box.height);
      return;
    }
    if (box.width && box.height) {
      paintBox(context, box, style);
    }
    Array.from(part.childNodes).filter((node) => node.nodeType === Node.TEXT_NODE).forEach((node) => paintText(context, node, style));
  }

  function paintBox(context, box, style) {
    const round = Math.min(parseFloat(style.borderTopLeftRadius) || 0, box.width / 2, box.height / 2);
    const border = style.borderTopStyle === "none" ? 0 : parseFloat(style.borderTopWidth), inset = border / 2;
    const left = box.left + inset, top = box.top + inset, right = box.right - inset, bottom = box.bottom - inset;
    context.beginPath();
    context.moveTo(left + round, top);
    [[right, top, right, bottom], [right, bottom, left, bottom], [left, bottom, left, top], [left, top, right, top]]
      .forEach((corner) => context.arcTo(...corner, round));
    context.closePath();
    context.fillStyle = style.backgroundColor;
    context.fill();
    if (border) {
      context.strokeStyle = style.borderTopColor;
      context.lineWidth = border;
      context.stroke();
    }
  }

  /** Letter by letter: so they stand where the page has put them, on however many lines. */
  function paintText(context, node, style) {
    const letters = document.createRange();
    let at = 0;
    context.font = [style.fontStyle, style.fontWeight, style.fontSize, style.fontFamily].join(" ");
    context.textBaseline = "middle";
    context.textAlign = "left";
    context.fillStyle = style.color;
    for (const letter of node.data) {
      letters.setStart(node, at);
      letters.setEnd(node, at += letter.length);
      const box = letters.getBoundingClientRect();
      if (box.width) context.fillText(letter, box.left, box.top + box.height / 2);
    }
  }
})((window.onemap = window.onemap || {}));
