/* The layers in their groups, and the legend on the map: two views of what is shown, each of which changes it. */
(function (onemap) {
  "use strict";

  const element = onemap.element;
  const ROOMY = 1300; // pixels of map from which legend and feature panel stand side by side

  function amount(layer, count, mu) {
    const number = onemap.say(layer.content.coverage ? "parcels" : "features", { number: onemap.number(count) });
    return layer.content.areal && mu ? number + " / " + onemap.mu(mu) : number;
  }

  /** What an amount's 亩 are: ground, or a sum of features that may lie over one another. */
  function meaning(layer, mu) {
    return layer.content.areal && mu ? { title: onemap.exactMu(mu) + ", " + onemap.say(layer.content.once ? "groundOnce" : "sumOfAreas") } : {};
  }

  function classTitle(one) {
    return one.title || onemap.say("noClass");
  }

  /** A class that can be switched off and on. */
  function classButton(app, layer, number, kind) {
    const one = layer.content.classes[number];
    return element("button", {
      type: "button", class: kind, "aria-pressed": String(!layer.hidden.has(number)),
      onclick: () => app.toggleClass(layer, number),
    },
    onemap.swatch(layer, number),
    element("span", {}, classTitle(one)),
    element("small", meaning(layer, one.mu), kind === "chip" ? onemap.number(one.count) : amount(layer, one.count, one.mu)));
  }

  function hasClasses(layer) {
    return layer.content.classes.length > 1 || layer.content.classes[0].id !== "";
  }

  /** Later classes are graver; what has no class is no class at all. */
  function gravity(layer, number) {
    return layer.content.classes[number].id === "" ? -1 : number;
  }

  function usedClasses(layer) {
    return layer.content.classes.map((one, number) => number).filter((number) => layer.content.classes[number].count);
  }

  onemap.LayerTree = class {
    constructor(app) {
      this.app = app;
      this.box = element("div", { class: "tree" });
      this.refresh();
    }

    refresh() {
      const groups = new Map();
      this.app.layers.slice().reverse().forEach((layer) => {
        const name = layer.content.group;
        groups.set(name, (groups.get(name) || []).concat([layer]));
      });
      this.app.grounds.forEach((ground) => {
        groups.set(ground.content.group, (groups.get(ground.content.group) || []).concat([ground]));
      });
      this.box.replaceChildren(...Array.from(groups, ([name, layers]) => element("section", {},
        element("h3", {}, name), layers.map((layer) => (this.app.grounds.includes(layer) ? this._ground(layer) : this._layer(layer))))));
    }

    _shown(layer) {
      return element("input", {
        type: "checkbox", checked: Boolean(layer._map), onchange: () => this.app.toggleLayer(layer),
        "aria-label": onemap.say("showLayer", { layer: layer.content.title }),
      });
    }

    _ground(ground) {
      return element("div", { class: ground._map ? "" : "off" }, element("label", { title: ground.content.basis },
        this._shown(ground), element("span", {}, ground.content.title)));
    }

    _layer(layer) {
      const placed = layer.content.placed;
      const title = element(placed ? "label" : "p", { title: layer.content.basis }, placed ? this._shown(layer) : null,
        hasClasses(layer) || !placed ? null : onemap.swatch(layer, 0), element("span", {}, layer.content.title),
        element("small", meaning(layer, layer.content.mu), amount(layer, layer.content.count, layer.content.mu)));
      const classes = placed && hasClasses(layer) ? usedClasses(layer).map((number) => classButton(this.app, layer, number, "class")) : [];
      return element("div", { class: layer._map || !placed ? "" : "off" }, title, classes);
    }
  };

  onemap.Legend = class {
    constructor(app) {
      this.app = app;
      this.open = true;
      this.foldedForPanel = false;
      this.told = new Set(); // ids of layers whose classes are spelled out
      this.box = element("section", { class: "legend" });
      onemap.shield(this.box);
      this.refresh();
    }

    _setOpen(open) {
      this.open = open;
      this.refresh();
    }

    /** Fold while a panel needs the room, and unfold again after it. */
    giveWay(needed) {
      if (needed && this.open && this.app.map.getSize().x < ROOMY) {
        this.foldedForPanel = true;
        this._setOpen(false);
      } else if (!needed && this.foldedForPanel) {
        this.foldedForPanel = false;
        this._setOpen(true);
      }
    }

    refresh() {
      const shown = this.app.layers.slice().reverse().filter((layer) => layer._map && layer.content.placed && layer.content.count);
      const fold = element("button", {
        type: "button", class: "fold", "aria-expanded": String(this.open), title: onemap.say("fold"),
        onclick: () => { this.foldedForPanel = false; this._setOpen(!this.open); },
      }, onemap.say("legend"));
      const areas = shown.filter((layer) => layer.content.coverage && hasClasses(layer));
      const others = shown.filter((layer) => !areas.includes(layer));
      const alarm = shown.some((layer) => layer.alarms.size) ? this._alarm() : null;
      this.box.replaceChildren(fold, ...(this.open ? [element("div", { class: "entries" },
        areas.map((layer) => this._rows(layer)), others.map((layer) => this._chips(layer)), alarm)] : []));
    }

    /** Spell out all classes, for paper, or go back to what was spelled out before. */
    spellOut(all) {
      if (all) {
        this.before = [this.told, this.open];
        this.told = new Set(this.app.layers.map((layer) => layer.id));
        this.open = true;
      } else {
        [this.told, this.open] = this.before;
      }
      this.refresh();
    }

    _tell(id) {
      if (!this.told.delete(id)) {
        this.told.add(id);
      }
      this.refresh();
    }

    _rows(layer) {
      return element("div", {}, element("h4", {}, layer.content.title),
        usedClasses(layer).sort((a, b) => gravity(layer, b) - gravity(layer, a))
          .map((number) => classButton(this.app, layer, number, "class")));
    }

    _chips(layer) {
      if (!hasClasses(layer)) {
        return element("div", { class: "single" }, element("span", {}, layer.content.title), onemap.swatch(layer, 0));
      }
      const told = this.told.has(layer.id), numbers = usedClasses(layer);
      const title = element("button", {
        type: "button", class: "single", "aria-expanded": String(told), onclick: () => this._tell(layer.id),
        title: numbers.map((number) => classTitle(layer.content.classes[number])).join(" · "),
      }, element("span", {}, layer.content.title), told ? null : numbers.map((number) => onemap.swatch(layer, number)));
      return element("div", { class: "chips" }, title,
        told ? numbers.map((number) => classButton(this.app, layer, number, "chip")) : null);
    }

    _alarm() {
      return element("div", { class: "single" }, element("span", {}, onemap.say("highRing")), element("i", { class: "alarm-ring" }));
    }
  };
})((window.onemap = window.onemap || {}));
