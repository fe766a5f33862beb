/* The legend on the map, which switches classes off and on. */
(function (onemap) {
  "use strict";

  const element = onemap.element;
  const ROOMY = 1300; // pixels of map from which legend and feature panel stand side by side

  onemap.Legend = class {
    constructor(app) {
      this.app = app;
      this.open = true;
      this.foldedForPanel = false;
      this.told = new Set(); // ids of layers whose classes are spelled out
      this.box = element("section", { class: "legend", "aria-label": onemap.say("legend") });
      onemap.shield(this.box);
      this.refresh();
    }

    setOpen(open) {
      this.open = open;
      this.refresh();
    }

    /** Fold while a panel needs the room, and unfold again after it. */
    giveWay(needed) {
      if (needed && this.open && this.app.map.getSize().x < ROOMY) {
        this.foldedForPanel = true;
        this.setOpen(false);
      } else if (!needed && this.foldedForPanel) {
        this.foldedForPanel = false;
        this.setOpen(true);
      }
    }

    refresh() {
      const shown = this.app.layers.slice().reverse().filter((layer) => layer._map && layer.content.placed && layer.content.count);
      const fold = element("button", {
        type: "button", class: "fold", "aria-expanded": String(this.open), title: onemap.say("fold"),
        onclick: () => { this.foldedForPanel = false; this.setOpen(!this.open); },
      }, onemap.say("legend"));
      const areas = shown.filter((layer) => layer.content.coverage && onemap.hasClasses(layer));
      const others = shown.filter((layer) => !areas.includes(layer));
      const alarm = shown.some((layer) => layer.alarms.size) ? this._alarm() : null;
      this.box.classList.toggle("folded", !this.open);
      onemap.refill(this.box, [fold].concat(this.open ? [element("div", { class: "entries" },
        areas.map((layer) => this._rows(layer)), others.map((layer) => this._chips(layer)), alarm)] : []));
    }

    _tell(id) {
      if (!this.told.delete(id)) {
        this.told.add(id);
      }
      this.refresh();
    }

    _rows(layer) {
      return element("div", {}, element("h4", {}, layer.content.title),
        onemap.usedClasses(layer).sort((a, b) => layer.gravity(b) - layer.gravity(a))
          .map((number) => onemap.classButton(this.app, layer, number, "class")));
    }

    _chips(layer) {
      if (!onemap.hasClasses(layer)) {
        return element("div", { class: "single" }, element("span", {}, layer.content.title), onemap.swatch(layer, 0));
      }
      const told = this.told.has(layer.id), numbers = onemap.usedClasses(layer);
      const title = element("button", {
        type: "button", class: "single", "aria-expanded": String(told), onclick: () => this._tell(layer.id),
        title: numbers.map((number) => onemap.classTitle(layer.content.classes[number])).join(" · "),
      }, element("span", {}, layer.content.title), told ? null : numbers.map((number) => onemap.swatch(layer, number)));
      return element("div", { class: "chips" }, title,
        told ? numbers.map((number) => onemap.classButton(this.app, layer, number, "chip")) : null);
    }

    _alarm() {
      return element("div", { class: "single" }, element("span", {}, onemap.say("highRing")), element("i", { class: "alarm-ring" }));
    }
  };
})((window.onemap = window.onemap || {}));
