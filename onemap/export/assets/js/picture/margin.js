/* Around the map of the sheet: degrees on its frame, north, and the scale. */
(function (onemap) {
  "use strict";

  const APART = 34; // millimetres between two lines of the graticule, at the least
  const SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 18000, 36000]; // of its steps
  const CROSS = 1.3; // millimetres of the arms of its crosses
  const SEGMENT = 13, SEGMENTS = 4; // millimetres and number of the parts of the scale bar

  /** Ticks and degrees on the frame of the map, and crosses in it where they meet. */
  onemap.graticule = function (view, frame, band, size) {
    const bounds = onemap.boundsOfView(view), pixel = frame.width / view.width;
    const wide = (bounds.getEast() - bounds.getWest()) * 3600;
    const step = SECONDS.find((seconds) => (seconds / wide) * frame.width >= APART * size) || SECONDS[SECONDS.length - 1];
    const east = stepsBetween(bounds.getWest(), bounds.getEast(), step)
      .map((seconds) => [frame.x + view.x(onemap.gridOf({ lat: 0, lng: seconds / 3600 }).x) * pixel, degrees(seconds, step, "E", "W")]);
    const north = stepsBetween(bounds.getSouth(), bounds.getNorth(), step)
      .map((seconds) => [frame.y + view.y(onemap.gridOf({ lat: seconds / 3600, lng: 0 }).y) * pixel, degrees(seconds, step, "N", "S")]);
    const crosses = [].concat(...east.map(([x]) => north.map(([y]) => {
      return "M" + (x - CROSS) + " " + y + "h" + 2 * CROSS + "M" + x + " " + (y - CROSS) + "v" + 2 * CROSS;
    })));
    return [
      crosses.length ? onemap.line(crosses.join(""), 0.15, "rgba(38, 48, 45, 0.7)") : null,
      ticks(east, north, frame, band), labels(east, north, frame, band, size),
    ];
  };

  function stepsBetween(from, to, step) {
    const steps = [];
    for (let n = Math.ceil((from * 3600) / step); n * step < to * 3600; n++) steps.push(n * step);
    return steps;
  }

  function degrees(seconds, step, positive, negative) {
    const all = Math.abs(seconds), parts = [Math.floor(all / 3600) + "°"];
    if (step < 3600) parts.push(String(Math.floor(all / 60) % 60).padStart(2, "0") + "′");
    if (step < 60) parts.push(String(all % 60).padStart(2, "0") + "″");
    return parts.join("") + (seconds < 0 ? negative : positive);
  }

  function ticks(east, north, frame, band) {
    const length = band * 0.3, right = frame.x + frame.width, bottom = frame.y + frame.height;
    const lines = east.map(([x]) => "M" + x + " " + (frame.y - length) + "V" + frame.y + "M" + x + " " + bottom + "v" + length)
      .concat(north.map(([y]) => "M" + (frame.x - length) + " " + y + "H" + frame.x + "M" + right + " " + y + "h" + length));
    return lines.length ? onemap.line(lines.join(""), 0.2) : null;
  }

  function labels(east, north, frame, band, size) {
    const letters = 2.3 * size, clear = 9 * size;
    const right = frame.x + frame.width, bottom = frame.y + frame.height;
    const away = (band - letters * 0.72) / 2 + 0.5, style = { anchor: "middle" };
    return [].concat(
      ...east.filter(([x]) => x > frame.x + clear && x < right - clear).map(([x, text]) => [
        onemap.write(x, frame.y - away, letters, text, style),
        onemap.write(x, bottom + away + letters * 0.72, letters, text, style),
      ]),
      ...north.filter(([y]) => y > frame.y + clear && y < bottom - clear).map(([y, text]) => [
        onemap.write(frame.x - away, y, letters, text, { anchor: "middle", turn: -90 }),
        onemap.write(right + away + letters * 0.72, y, letters, text, { anchor: "middle", turn: -90 }),
      ]),
    );
  }

  /** The arrow to the north, in the upper right of the map. */
  onemap.northArrow = function (frame, size) {
    const x = frame.x + frame.width - 10 * size, y = frame.y + 10.5 * size, half = 3.1 * size, length = 11 * size;
    const halo = { stroke: "#ffffff", "stroke-width": 0.9 * size, "stroke-linejoin": "round", opacity: 0.9 };
    const whole = "M" + x + " " + y + "l" + half + " " + length + "L" + x + " " + (y + length * 0.76) + "L" + (x - half) + " " + (y + length) + "z";
    const dark = "M" + x + " " + y + "V" + (y + length * 0.76) + "L" + (x - half) + " " + (y + length) + "z";
    const letter = onemap.write(x, y - 1.6 * size, 4.2 * size, onemap.say("northLetter"), { anchor: "middle", bold: true });
    const behind = letter.cloneNode(true);
    Object.entries(halo).forEach(([name, value]) => behind.setAttribute(name, value));
    return [
      behind, letter, onemap.svg("path", Object.assign({ d: whole, fill: "#ffffff" }, halo)),
      onemap.svg("path", { d: whole, fill: "#ffffff", stroke: "#26302d", "stroke-width": 0.25 * size, "stroke-linejoin": "round" }),
      onemap.svg("path", { d: dark, fill: "#26302d" }),
    ];
  };

  /** The scale in numbers and as a bar, around a middle; its upper edge is at `y`. */
  onemap.scaleBar = function (view, middle, y, size) {
    const metres = roundDown((SEGMENT * size * view.oneTo) / 1000);
    const segment = (metres * 1000) / view.oneTo, left = middle - (segment * SEGMENTS) / 2, top = y + 8 * size, thick = 1.3 * size;
    const unit = metres * SEGMENTS < 1000 ? ["m", 1] : ["km", 1000];
    const parts = [onemap.write(middle, y + 3 * size, 3.3 * size, "1 : " + onemap.number(view.oneTo), { anchor: "middle", bold: true })];
    for (let n = 0; n <= SEGMENTS; n++) {
      const number = onemap.number((metres * n) / unit[1], 1), at = left + segment * n;
      const text = n === SEGMENTS ? onemap.say(unit[0], { number: number }) : number;
      // The number of the last one stands at its end as the others do, and its unit beyond.
      const shift = n === SEGMENTS ? onemap.widthOf(number, 2.4 * size) / 2 : 0;
      parts.push(onemap.write(at - shift, top - 1 * size, 2.4 * size, text, { anchor: shift ? "start" : "middle" }));
      if (n < SEGMENTS) {
        parts.push(onemap.svg("rect", {
          x: at, y: top, width: segment, height: thick, fill: n % 2 ? "#ffffff" : "#26302d", stroke: "#26302d", "stroke-width": 0.2 * size,
        }));
      }
    }
    return onemap.svg("g", { class: "scale-bar" }, ...parts);
  };

  function roundDown(metres) {
    const power = Math.pow(10, Math.floor(Math.log10(metres)));
    return ([5, 2].find((leading) => leading * power <= metres) || 1) * power;
  }
})((window.onemap = window.onemap || {}));
