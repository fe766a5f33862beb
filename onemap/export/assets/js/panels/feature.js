/* The panel of a feature: what is known of it, where that comes from, and why it is on the lists. */
(function (onemap) {
  "use strict";

  const element = onemap.element;
  const DIGITS = 6; // decimals of a number at the most: laboratories give few, and limits of detection are small

  onemap.badge = function (app, level) {
    const title = app.levelTitles[level] || level;
    return element("span", { class: "badge level-" + level }, title);
  };

  onemap.FeaturePanel = class {
    constructor(app) {
      this.app = app;
      this.box = element("section", { class: "feature-panel", hidden: true, "aria-live": "polite", "aria-labelledby": "onemap-feature" });
      this.from = null; // what had the focus before the panel
      onemap.shield(this.box);
    }

    close() {
      const held = this.box.contains(document.activeElement);
      this.box.hidden = true;
      if (held) onemap.giveFocus(this.from, this.app.map.getContainer());
      this.app.link.write(null);
      this.app.focus.clear();
      this.app.labels.pointOut([]);
      this.app.legend.giveWay(false);
    }

    /** Show a feature; `others` are the [layer, place] that lie at the same point, `rule` the list it was opened from. */
    showFeature(layer, place, others, rule) {
      const findings = this.app.findingsOf(layer, place);
      const level = this.app.worst(findings);
      this.app.link.write(layer, place);
      this._show(
        level ? onemap.badge(this.app, level) : onemap.swatch(layer, layer.classOf[place]),
        layer.labels(place) || layer.content.title,
        [element("span", {}, [layer.content.title, layer.townships(place)].filter(Boolean).join(" · ")), this.app.link.button(layer, place)],
        [
          layer.isLocated(place) ? null : element("p", { class: "remark" }, onemap.say("notLocated")),
          onemap.evidence(this.app, { of: [layer.id, place], findings: findings }, rule),
          this._facts(layer, place),
          this._others(others || []),
        ],
      );
    }

    /** Show findings that speak of no feature: a list that could not be made. */
    showList(rule, findings) {
      this.app.link.write(null);
      this._show(onemap.badge(this.app, this.app.worst(findings)), rule.title, "", [onemap.evidence(this.app, { of: null, findings: findings }, rule)]);
    }

    /** Say that there is no feature with a key. */
    showMissing(key) {
      this.app.focus.clear();
      this._show(null, onemap.say("noSuchKey", { key: key }), "", [element("p", {}, onemap.say("noSuchKeyReason"))]);
    }

    _show(mark, title, subtitle, parts) {
      const held = this.box.contains(document.activeElement);
      if (!held) this.from = document.activeElement;
      const close = element("button", {
        type: "button", class: "close", "aria-label": onemap.say("close"), onclick: () => this.close(),
      }, "×");
      const name = element("h2", { id: "onemap-feature", tabindex: "-1" }, title);
      const head = element("header", {}, mark, element("div", {}, name, element("p", {}, subtitle)), close);
      this.box.replaceChildren(head, element("div", { class: "body" }, parts));
      this.box.hidden = false;
      this.app.legend.giveWay(true);
      if (held || onemap.isByKeys()) name.focus({ preventScroll: true });
    }

    _facts(layer, place) {
      const facts = layer.content.fields
        .map((field, number) => [field.title, this._value(layer, place, field, layer.values[number](place))])
        .filter(([, value]) => value !== null);
      if (layer.areas(place)) {
        facts.push([onemap.say("measuredArea"), onemap.areaOf(layer.areas(place))]);
      }
      if (layer.isLocated(place)) {
        const anchor = layer.anchorOf(place);
        facts.push([onemap.say("place"), onemap.degrees(onemap.latlngOf(anchor.x, anchor.y))]);
      }
      facts.push([onemap.say("source"), this._source(layer, place)]);
      return element("dl", {}, facts.map(([title, value]) => [element("dt", {}, title), element("dd", {}, value)]));
    }

    _value(layer, place, field, value) {
      if (value === null) {
        return null;
      }
      if (field.type === "class") {
        const title = field.classes[value] || value;
        const isLook = layer.content.classes.some((one) => one.id === value && one.title === title);
        return isLook ? [onemap.swatch(layer, layer.classOf[place]), " " + title] : title;
      }
      if (field.type === "number") {
        const said = field.unit === "m2" ? onemap.areaOf(value) : onemap.quantity(value, field.unit, DIGITS);
        return this._isBelow(layer, place, field) ? "<" + said : said;
      }
      return String(value);
    }

    /** Whether a value is the limit of detection, below which what was looked for lies. */
    _isBelow(layer, place, field) {
      const list = field.below ? layer.content.fields.findIndex((one) => one.listsBelow) : -1;
      const named = list < 0 ? null : layer.values[list](place);
      return named !== null && named.split("、").includes(field.below);
    }

    _source(layer, place) {
      const path = layer.sources(place), row = layer.rows(place);
      const parts = [row === null ? path : onemap.say("sourceRow", { path: path, row: row })];
      return parts.concat(onemap.originOf(this.app, layer.id, path)).map((part) => element("span", { class: "source" }, part));
    }

    _others(others) {
      if (!others.length) {
        return null;
      }
      const buttons = others.map(([layer, place]) => element("button", {
        type: "button", onclick: () => this.app.choose(layer, place, []),
      }, onemap.swatch(layer, layer.classOf[place]), layer.labels(place) || layer.content.title));
      return element("footer", {}, element("span", {}, onemap.say("alsoHere")), buttons);
    }
  };
})((window.onemap = window.onemap || {}));
