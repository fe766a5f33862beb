/* The layers in their groups: what is shown, and how much there is of it. */
(function (onemap) {
  "use strict";

  const element = onemap.element;

  onemap.LayerTree = class {
    constructor(app) {
      this.app = app;
      this.box = element("div", { class: "tree" });
    }

    refresh() {
      const groups = new Map();
      // What is wrong with the data comes after the data.
      const isLast = (layer) => Number(layer.id === onemap.ISSUES_LAYER);
      this.app.layers.slice().reverse().sort((a, b) => isLast(a) - isLast(b)).forEach((layer) => {
        const name = layer.content.group;
        groups.set(name, (groups.get(name) || []).concat([layer]));
      });
      this.app.grounds.forEach((ground) => {
        groups.set(ground.content.group, (groups.get(ground.content.group) || []).concat([ground]));
      });
      onemap.refill(this.box, Array.from(groups, ([name, layers]) => element("section", {},
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
        onemap.hasClasses(layer) || !placed ? null : onemap.swatch(layer, 0), element("span", {}, layer.content.title),
        element("small", onemap.meaning(layer, layer.content.mu), onemap.amount(layer, layer.content.count, layer.content.mu)));
      const classes = placed && onemap.hasClasses(layer) ? onemap.usedClasses(layer).map((number) => onemap.classButton(this.app, layer, number, "class")) : [];
      return element("div", { class: layer._map || !placed ? "" : "off" }, title, classes);
    }
  };
})((window.onemap = window.onemap || {}));
