/* The townships: compared by one indicator that is chosen, and each with all of them. */
(function (onemap) {
  "use strict";

  const element = onemap.element;

  onemap.Townships = class {
    constructor(app) {
      this.app = app;
      this.indicators = onemap.indicators(app);
      this.names = app.content.townships.rows.map((row) => row.name).filter(Boolean);
      this.sort = { by: "amount", turned: false }; // the worst first
      this.box = element("div", { class: "scorecard" });
      this._compare(this.indicators[0]);
    }

    /** All townships by one indicator. */
    _compare(indicator) {
      this.indicator = indicator;
      if (!this.names.length || !indicator) {
        this.box.replaceChildren(element("p", { class: "remark" }, onemap.say("noTownships")));
        return;
      }
      this.box.className = "scorecard of-" + indicator.kind;
      const lines = this._sorted(indicator.lines.filter((one) => !one.whole)), whole = indicator.lines.filter((one) => one.whole);
      this.box.replaceChildren(
        element("div", { class: "choices" }, onemap.picker(onemap.say("indicator"), this._options(), indicator, (one) => this._compare(one))),
        indicator.lines.length ? this._head(indicator) : "",
        ...lines.map((one) => this._line(one)), ...whole.map((one) => this._line(one)),
        element("p", { class: "key" }, indicator.key.map(([mark, title]) => element("span", {}, mark, title))),
        ...indicator.remarks.filter(Boolean).map((remark) => element("p", { class: "remark" }, remark)));
    }

    _options() {
      const groups = Array.from(new Set(this.indicators.map((one) => one.group)));
      return groups.map((group) => ({ title: group, options: this.indicators.filter((one) => one.group === group).map((one) => ({ value: one, title: one.title })) }));
    }

    _head(indicator) {
      const button = (by, title) => element("button", {
        type: "button", "aria-pressed": String(this.sort.by === by), class: this.sort.turned ? "turned" : "",
        onclick: () => {
          this.sort = { by: by, turned: this.sort.by === by && !this.sort.turned };
          this._compare(indicator);
        },
      }, title);
      return element("div", { class: "head" }, button("name", onemap.say("township")), button("amount", indicator.head));
    }

    /** The worst first, or the townships' own order; what is not known, or in no township, comes last either way. */
    _sorted(lines) {
      const way = (this.sort.turned ? -1 : 1) * (this.sort.by === "amount" && !this.indicator.smallFirst ? -1 : 1);
      const value = (one) => (this.sort.by === "name" ? this.names.indexOf(one.name) : one.amount);
      return lines.slice().sort((a, b) => (a.name === "") - (b.name === "")
        || (value(a) === null) - (value(b) === null) || way * (value(a) - value(b)) || this.names.indexOf(a.name) - this.names.indexOf(b.name));
    }

    _line(one) {
      const name = one.whole ? onemap.say("wholeCounty") : one.name || onemap.say("outsideTownships");
      const cells = [element("span", { class: "name" }, name), this._bar(one), element("span", { class: "value" }, one.value),
        one.verdict ? element("small", { class: "verdict " + one.state }, one.verdict) : null];
      // What is in no township, and the county, are no places to go to.
      return one.name && !one.whole
        ? element("button", { type: "button", title: one.remark || null, onclick: () => this.open(one.name) }, cells)
        : element("div", { class: "sum", title: one.remark || null }, cells);
    }

    _bar(one) {
      return element("span", { class: "bar" }, one.bar);
    }

    /** One township with all its indicators; the map goes there, and the lists are those of it. */
    open(name) {
      this.app.goToTownship(name);
      this.app.lists.show({ township: name });
      const row = this.app.content.townships.rows.find((one) => one.name === name);
      const own = this.indicators.map((one) => [one, one.lines.find((line) => line.name === name && !line.whole)]).filter(([, line]) => line);
      this.box.replaceChildren(
        element("header", {}, element("button", { type: "button", class: "back", onclick: () => this._close() }, "‹ " + onemap.say("allOfThem")),
          element("h3", {}, name)),
        this._records(row),
        ...own.filter(([one]) => one.kind === "classes" || one.kind === "rate").map(([one, line]) => this._indicator(one, line)),
        element("div", { class: "numbers" }, own.filter(([one, line]) => one.kind === "number" && line.amount).map(([one, line]) =>
          element("p", {}, onemap.swatch(one.layer, 0), element("span", {}, one.title), element("b", {}, line.value)))));
    }

    _close() {
      this.app.lists.show({});
      this._compare(this.indicator);
    }

    /** Its records, level by level; a click shows them in the lists. */
    _records(row) {
      const levels = this.app.content.levels.filter((level) => row.levels[level.id]);
      const count = levels.reduce((sum, level) => sum + row.levels[level.id], 0);
      if (!count) {
        return "";
      }
      return element("div", { class: "records" },
        element("button", { type: "button", onclick: () => this.app.showLists({ township: row.name }) }, onemap.say("itsRecords", { count: onemap.number(count) }) + " ›"),
        levels.map((level) => element("button", {
          type: "button", class: "badge level-" + level.id, onclick: () => this.app.showLists({ township: row.name, level: level.id }),
        }, level.title + " " + onemap.number(row.levels[level.id]))));
    }

    _indicator(indicator, one) {
      return element("section", {},
        element("h4", {}, element("span", {}, indicator.title), one.details ? null : element("span", { class: "value" }, one.value),
          one.verdict ? element("small", { class: "verdict " + one.state }, one.verdict) : null),
        this._bar(one),
        one.remark ? element("p", {}, one.remark) : null,
        one.details ? element("dl", {}, one.details.map(([title, value]) => [element("dt", {}, title), element("dd", {}, value)])) : null);
    }
  };
})((window.onemap = window.onemap || {}));
