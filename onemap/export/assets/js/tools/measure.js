/* Measuring: distances and areas on the ellipsoid, point by point. */
(function (onemap) {
  "use strict";

  const element = onemap.element;
  const SAME = 4; // pixels within which a second click is the same point
  const KINDS = { distance: 2, area: 3 }; // and the points that each takes at least

  onemap.measureButton = function (app) {
    const measure = new onemap.Measure(app);
    app.map.getContainer().append(measure.box);
    return measure.button;
  };

  onemap.Measure = class {
    constructor(app) {
      this.app = app;
      this.map = app.map;
      this.kind = "distance";
      this.points = [];
      this.aim = null; // the position that the next point would have
      this.isDone = false;
      this.button = onemap.headButton("measure", () => (this.isOn ? this.leave() : this.begin()));
      this.button.setAttribute("aria-pressed", "false");
      this.box = this._panel();
      this.drawing = new onemap.MeasureDrawing(this.map);
      this.hears = {
        mousemove: (event) => this._aimAt(event.latlng, false),
        mouseout: () => this._aimAt(null, false),
        move: () => { if (this.byKeys) this._aimAt(this.map.getCenter(), true); },
        zoomend: () => this._draw(),
        dblclick: () => this.end(),
      };
      this.hearsKey = (event) => this._key(event);
    }

    /** The panel is made once: a button that is made anew while the pointer moves misses its click. */
    _panel() {
      this.tabs = Object.keys(KINDS).map((kind) => this._button(kind, () => { this.kind = kind; this._draw(); }));
      this.result = element("div", { class: "result" });
      this.note = element("p", { class: "note" });
      this.actions = element("footer", {}, this._button("undo", () => this.undo()), this._button("clear", () => this.clear()),
        onemap.copyButton(() => this._lines(this.points).join("\n")));
      const close = element("button", { type: "button", class: "close", "aria-label": onemap.say("close"), onclick: () => this.leave() }, "×");
      return onemap.shield(element("section", {
        class: "measure-panel", hidden: true, "aria-label": onemap.say("measure"),
        onmouseenter: () => this._aimAt(null, false), onmousemove: (event) => event.stopPropagation(),
      }, element("header", {}, this.tabs, close), this.result, this.note, this.actions));
    }

    /** A button of the panel, after which the keys speak to the map again. */
    _button(name, press) {
      return element("button", { type: "button", onclick: () => { press(); this._focusMap(); } }, onemap.say(name));
    }

    _focusMap() {
      this.map.getContainer().focus({ preventScroll: true });
    }

    begin() {
      this._switch(true);
      this._draw();
      // Else Enter, which ends a line, would press the button once more.
      this._focusMap();
    }

    leave() {
      this.clear();
      this._aimAt(null, false);
      this._switch(false);
    }

    _switch(on) {
      this.isOn = on;
      this.app.takesClicks = on ? (latlng) => this.add(latlng) : null;
      this.button.setAttribute("aria-pressed", String(on));
      this.box.hidden = !on;
      this.map.getContainer().classList.toggle("measuring", on);
      this.map.doubleClickZoom[on ? "disable" : "enable"]();
      this.map[on ? "on" : "off"](this.hears);
      document[on ? "addEventListener" : "removeEventListener"]("keydown", this.hearsKey);
    }

    add(latlng) {
      if (this.isDone) {
        this.clear();
      }
      const last = this.points[this.points.length - 1], place = this.map.latLngToContainerPoint(latlng);
      if (!last || this.map.latLngToContainerPoint(last).distanceTo(place) > SAME) {
        this.points.push(latlng);
      }
      this._draw();
    }

    undo() {
      this.points.pop();
      this.isDone = false;
      this._draw();
    }

    end() {
      if (this.points.length >= KINDS[this.kind]) {
        this.isDone = true;
        this._draw();
      }
    }

    clear() {
      this.points = [];
      this.isDone = false;
      this._draw();
    }

    _aimAt(latlng, byKeys) {
      this.aim = latlng;
      this.byKeys = byKeys;
      this.map.getContainer().classList.toggle("aiming", byKeys);
      if (!this.isDone) this._draw();
    }

    _key(event) {
      if (event.target.closest("input, textarea, select, button, summary, a")) {
        if (event.key !== "Escape" || event.target.matches("input, textarea, select")) return;
      }
      const answer = {
        Enter: () => this.end(),
        Escape: () => (this.points.length && !this.isDone ? this._stop() : this.leave()),
        Backspace: () => this.undo(),
        " ": () => (this.byKeys ? this.add(this.map.getCenter()) : this._aimAt(this.map.getCenter(), true)),
      }[event.key];
      if (answer) {
        event.preventDefault();
        answer();
      }
    }

    /** Keep what is measured, or drop what is not yet anything. */
    _stop() {
      this.end();
      if (!this.isDone) this.clear();
    }

    /** The points so far, and the one that is aimed at. */
    _corners() {
      const isAiming = this.aim && this.points.length && !this.isDone;
      return isAiming ? this.points.concat([this.aim]) : this.points;
    }

    _draw() {
      const corners = this._corners();
      this.drawing.show(this.points, corners, this.kind === "area" && corners.length >= KINDS.area);
      this._tell(corners);
    }

    _tell(corners) {
      Object.keys(KINDS).forEach((kind, place) => this.tabs[place].setAttribute("aria-pressed", String(kind === this.kind)));
      this.result.replaceChildren(...this._lines(corners).map((line, place) => element(place ? "p" : "b", {}, line)));
      this.note.textContent = onemap.say(this.isDone ? "measureAgain" : "measureHelp");
      this.actions.hidden = !this.points.length;
    }

    /** What is measured, the most wanted first. */
    _lines(corners) {
      if (corners.length < KINDS[this.kind]) {
        return [onemap.say("nothingMeasured")];
      }
      if (this.kind === "distance") {
        const lengths = onemap.edgesOf(corners, false).map(([from, to]) => onemap.metresBetween(from, to));
        return [onemap.distance(lengths.reduce((sum, one) => sum + one, 0)), onemap.say("segments", { number: lengths.length })];
      }
      if (onemap.crossesItself(corners)) {
        return [onemap.say("edgesCross")];
      }
      const inside = onemap.insideOf(corners);
      return onemap.landOf(inside.area).concat([onemap.say("perimeter", { distance: onemap.distance(inside.perimeter) })]);
    }
  };
})((window.onemap = window.onemap || {}));
