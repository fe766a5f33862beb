/* A small map of the county with the window in it. */
(function (onemap) {
  "use strict";

  const element = onemap.element;
  const WIDTH = 140, HEIGHT = 92;

  /** A small map of the county with the window in it; a click goes there. */
  onemap.addOverview = function (app) {
    const map = app.map, county = app.county;
    if (!county) {
      return;
    }
    const width = WIDTH, height = HEIGHT, canvas = element("canvas", {
      class: "overview", width: width * 2, height: height * 2, title: onemap.say("overviewMap"),
    });
    const [west, south, east, north] = county.boxes;
    const scale = Math.min((width - 14) / (east - west), (height - 14) / (north - south));
    const view = {
      x: (x) => width / 2 + (x - (west + east) / 2) * scale,
      y: (y) => height / 2 - (y - (south + north) / 2) * scale,
    };
    const paint = () => paintOverview(canvas, view, county, map.getBounds());
    canvas.addEventListener("click", (event) => {
      const x = (event.offsetX - width / 2) / scale + (west + east) / 2;
      const y = (height / 2 - event.offsetY) / scale + (south + north) / 2;
      map.panTo(onemap.latlngOf(x, y));
    });
    onemap.addControl(map, "topleft", onemap.shield(canvas));
    map.on("move", paint);
    paint();
  };

  function paintOverview(canvas, view, county, bounds) {
    const context = canvas.getContext("2d");
    canvas.width = WIDTH * 2; // empties it
    context.setTransform(2, 0, 0, 2, 0, 0);
    context.beginPath();
    onemap.trace(context, view, county, 0);
    context.fillStyle = "#dfe6df";
    context.strokeStyle = onemap.colours.county;
    context.fill("evenodd");
    context.stroke();
    const a = onemap.gridOf(bounds.getSouthWest()), b = onemap.gridOf(bounds.getNorthEast());
    if (a.x < county.boxes[0] && b.x > county.boxes[2] && a.y < county.boxes[1] && b.y > county.boxes[3]) {
      return; // all of the county is seen
    }
    const left = Math.max(1, view.x(a.x)), top = Math.max(1, view.y(b.y));
    const right = Math.min(WIDTH - 1, view.x(b.x)), bottom = Math.min(HEIGHT - 1, view.y(a.y));
    context.strokeStyle = onemap.colours.high;
    context.lineWidth = 1.5;
    context.strokeRect(left, top, Math.max(3, right - left), Math.max(3, bottom - top));
  }
})((window.onemap = window.onemap || {}));
