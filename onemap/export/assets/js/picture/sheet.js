/* The sheet: the map with all that a printed map carries, laid out in millimetres. Paper and picture show the same one. */
(function (onemap) {
  "use strict";

  const PAPERS = { A4: { across: 297, up: 210, size: 1 }, A3: { across: 420, up: 297, size: 1.25 } }; // size: of all letters
  const EDGE = 9, HEAD = 17, FOOT = 15, BAND = 4.6; // millimetres on A4
  // How much room the legend gets: its width beside the map or its height below it, its columns, and the size of its letters.
  const BESIDE = [[58, 1, 1], [62, 1, 0.88], [66, 1, 0.78], [112, 2, 0.78]];
  const BELOW = [24, 30, 36, 42, 48, 54, 60, 66, 72, 78, 84].map((height) => [height, 3, 1]).concat([[90, 4, 0.78]]);
  const GREY = "#5d6a65";

  /** A view in which all of the county is seen is one of the county: the sheet has no panels to give way to. */
  function extentOf(app, plan) {
    const whole = app.whole(), seen = seenBeside(app.panel.box, app.map);
    return whole && (plan.whole || seen.contains(whole)) ? whole.pad(0.02) : seen;
  }

  /** What of the map lies beside the feature panel, where it is open. */
  function seenBeside(panel, map) {
    const size = map.getSize(), right = panel.hidden ? size.x : Math.max(size.x / 2, panel.offsetLeft);
    return L.latLngBounds(map.containerPointToLatLng([0, size.y]), map.containerPointToLatLng([right, 0]));
  }

  onemap.papers = Object.keys(PAPERS);

  /** A plan has paper, across, whole and pixels: those of the map to a pixel of the page. Words are what people may write. */
  onemap.Sheet = class {
    constructor(app, plan, words) {
      const paper = PAPERS[plan.paper];
      this.app = app;
      this.plan = plan;
      this.size = paper.size;
      this.width = plan.across ? paper.across : paper.up;
      this.height = plan.across ? paper.up : paper.across;
      this._layOut(extentOf(app, plan));
      this.canvas = onemap.paintView(app.map, this.view, plan.pixels);
      this.box = onemap.element("div", { class: "map-sheet" }, this.canvas);
      this._place();
      this.write(words);
    }

    /** Say the title and the names anew. */
    write(words) {
      const drawn = this._draw(words);
      if (this.drawn) this.drawn.remove();
      this.drawn = drawn;
      this.box.append(drawn);
    }

    /** Make the box of the sheet so wide, in any unit of CSS. */
    resize(width, unit) {
      this.box.style.width = width + unit;
      this.box.style.height = (width * this.height) / this.width + unit;
      return this;
    }

    /** The legend takes the least room in which all of it stands; the map has the rest. */
    _layOut(bounds) {
      const size = this.size, edge = EDGE * size;
      this.outer = {
        x: edge, y: edge + HEAD * size, width: this.width - 2 * edge, height: this.height - 2 * edge - (HEAD + FOOT) * size,
      };
      (this.plan.across ? BESIDE : BELOW).some((room) => {
        this._divide(room[0] * size);
        this.view = onemap.viewOnPaper(bounds, this.frame);
        this._fillLegend(room[1], room[2] * size);
        return this.legend.length === this.lines.length;
      });
    }

    _divide(room) {
      const outer = this.outer, band = BAND * this.size, across = this.plan.across;
      const width = outer.width - (across ? room : 0), height = outer.height - (across ? 0 : room);
      this.frame = { x: outer.x + band, y: outer.y + band, width: width - 2 * band, height: height - 2 * band };
      this.key = across
        ? { x: outer.x + width, y: outer.y, width: room, height: outer.height }
        : { x: outer.x, y: outer.y + height, width: outer.width, height: room };
    }

    _fillLegend(columns, size) {
      const seen = onemap.boundsOfView(this.view), pad = 3.2 * this.size, gap = 4 * this.size, head = this._legendHead();
      const width = (this.key.width - 2 * pad - gap * (columns - 1)) / columns;
      const height = this.key.height - head - 2 * pad;
      this.lines = onemap.legendLines(onemap.seenClasses(this.app, seen), onemap.seenMarks(this.app, seen), width, size);
      this.legend = onemap.flow(this.lines, columns, height).map(([column, depth, line]) => {
        return [this.key.x + pad + column * (width + gap), this.key.y + pad + head + depth, line];
      });
    }

    _legendHead() {
      return 6 * this.size;
    }

    /** The canvas lies in the frame of the map whatever the width of the box. */
    _place() {
      const style = this.canvas.style, percent = (part, whole) => (100 * part) / whole + "%";
      style.left = percent(this.frame.x, this.width);
      style.top = percent(this.frame.y, this.height);
      style.width = percent(this.frame.width, this.width);
      style.height = percent(this.frame.height, this.height);
    }

    _draw(words) {
      const parts = [
        this._title(words), onemap.graticule(this.view, this.frame, BAND * this.size, this.size),
        this._frames(), onemap.northArrow(this.frame, this.size), this._legend(), this._foot(words),
      ];
      return onemap.svg("svg", {
        viewBox: "0 0 " + this.width + " " + this.height, "font-family": onemap.fonts, role: "img", "aria-label": words.title,
      }, ...parts.flat(Infinity).filter(Boolean));
    }

    _title(words) {
      const size = this.size, outer = this.outer, right = outer.x + outer.width, line = outer.y - 2.4 * size;
      const mark = onemap.say("internal"), wide = onemap.widthOf(mark, 3.1 * size) + 3.6 * size;
      const letters = Math.min(8.2 * size, (8.2 * size * outer.width) / onemap.widthOf(words.title, 8.2 * size, true));
      return [
        onemap.write(this.width / 2, EDGE * size + 7.6 * size, letters, words.title, { anchor: "middle", bold: true }),
        onemap.write(outer.x, line, 3.1 * size, onemap.say("dataOf", { period: this.app.content.period }), { fill: GREY }),
        onemap.frame({ x: right - wide, y: line - 3.7 * size, width: wide, height: 5 * size }, 0.25, onemap.colours.high),
        onemap.write(right - wide / 2, line, 3.1 * size, mark, { anchor: "middle", fill: onemap.colours.high }),
      ];
    }

    _frames() {
      const edge = this.key;
      const part = this.plan.across ? "M" + edge.x + " " + edge.y + "v" + edge.height : "M" + edge.x + " " + edge.y + "h" + edge.width;
      return [onemap.frame(this.frame, 0.25), onemap.line(part, 0.25), onemap.frame(this.outer, 0.7)];
    }

    _legend() {
      const size = this.size, x = this.key.x + 3.2 * size, y = this.key.y + 3.2 * size;
      const bounds = this.app.whole(), left = this.lines.length - this.legend.length;
      const remarks = [
        left ? onemap.say("legendGoesOn", { count: left }) : null,
        bounds && !onemap.boundsOfView(this.view).contains(bounds) ? onemap.say("countyTotals") : null,
      ].filter(Boolean).join(" ");
      const title = onemap.say("legend"), after = onemap.widthOf(title, 3.8 * size, true) + 3 * size;
      return [
        onemap.write(x, y + 3.4 * size, 3.8 * size, title, { bold: true }),
        remarks ? onemap.write(this.key.x + this.key.width - 3.2 * size, y + 3.4 * size, 2.3 * size, remarks, {
          anchor: "end", fill: GREY, room: this.key.width - 6.4 * size - after,
        }) : null,
        this.legend.map(([left, top, line]) => line.draw(left, top)),
      ];
    }

    _foot(words) {
      const size = this.size, outer = this.outer, y = outer.y + outer.height + 1.2 * size, content = this.app.content;
      const line = (n) => y + (1 + 4.3 * n) * size, room = outer.width / 2 - 32 * size;
      const notes = [
        [onemap.say("crsOf", { name: content.sheet.crs, code: content.crs.code }), GREY],
        [onemap.say("drawnInMercator"), GREY],
        [onemap.say("caution"), onemap.colours.high],
      ];
      const letters = 2.6 * size * Math.min(1, ...notes.map(([text]) => room / onemap.widthOf(text, 2.6 * size)));
      return [
        notes.map(([text, fill], n) => onemap.write(outer.x, line(n + 0.6), letters, text, { fill: fill })),
        onemap.scaleBar(this.view, this.width / 2, y, size),
        ["madeBy", "checkedBy", "madeOn"].map((name, n) => this._signature(onemap.say(name), words[name], line(n + 0.6), room)),
      ];
    }

    /** A name with what it is of; where nobody is named, a line to sign on. */
    _signature(label, value, y, room) {
      const size = this.size, letters = 2.9 * size, right = this.outer.x + this.outer.width;
      if (value) {
        return onemap.write(right, y, letters, onemap.say("labelled", { label: label, value: value }), { anchor: "end", room: room });
      }
      const rule = 26 * size;
      return [
        onemap.write(right - rule, y, letters, onemap.say("labelled", { label: label, value: "" }), { anchor: "end", room: room - rule }),
        onemap.line("M" + (right - rule) + " " + (y + 0.6 * size) + "h" + rule, 0.2),
      ];
    }
  };
})((window.onemap = window.onemap || {}));
