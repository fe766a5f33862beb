/* The risk lists, rule by rule. */
(function (onemap) {
  "use strict";

  const element = onemap.element;
  const ROWS_AT_FIRST = 200;

  /** A record is everything that one rule found for one feature. */
  function recordsOf(app, findings) {
    const records = new Map();
    findings.forEach((finding) => {
      const name = finding.of ? finding.of.join(" ") : "name " + finding.name;
      if (!records.has(name)) {
        records.set(name, { of: finding.of, name: finding.name, township: finding.township, findings: [] });
      }
      records.get(name).findings.push(finding);
    });
    const list = Array.from(records.values());
    list.forEach((record) => { record.level = app.worst(record.findings); });
    // The sort is stable: inside a level the order of the lists stays.
    return list.sort((a, b) => app.rank(a.level) - app.rank(b.level));
  }

  onemap.Lists = class {
    constructor(app) {
      this.app = app;
      this.level = null;
      this.open = new Set();
      const byRule = app.content.rules.map(() => []);
      app.content.findings.forEach((finding) => byRule[finding.rule].push(finding));
      this.records = byRule.map((findings) => recordsOf(app, findings));
      this.filter = element("div", { class: "filter", role: "group", "aria-label": onemap.say("lists") });
      this.groups = element("div", { class: "groups" });
      this.box = element("div", {}, this.filter, this.groups);
      const first = this.records.findIndex((records) => records.length > 0);
      if (first >= 0) this.open.add(first);
      this.refresh();
    }

    refresh() {
      onemap.refill(this.filter, this._filterButtons());
      if (!this.app.content.findings.length) {
        this.groups.replaceChildren(element("p", { class: "remark" }, onemap.say("noFindings")));
        return;
      }
      this.groups.replaceChildren(...this._lists());
    }

    /** The lists in their groups, each under its heading. */
    _lists() {
      const parts = [];
      let group = null;
      this.app.content.rules.forEach((rule, number) => {
        if (rule.group && rule.group !== group) parts.push(element("h3", {}, rule.group));
        group = rule.group;
        parts.push(this._list(rule, number));
      });
      return parts;
    }

    _filterButtons() {
      const findings = this.app.content.findings;
      return [null].concat(this.app.content.levels.map((level) => level.id)).map((level) => {
        const count = level ? findings.filter((one) => one.level === level).length : findings.length;
        return element("button", {
          type: "button", "aria-pressed": String(this.level === level), class: level ? "level-" + level : "",
          onclick: () => { this.level = level; this.refresh(); },
        }, level ? this.app.levelTitles[level] : onemap.say("allLevels"), " ", element("b", {}, String(count)));
      });
    }

    _list(rule, number) {
      const all = this.records[number];
      const records = all.filter((record) => !this.level || record.findings.some((one) => one.level === this.level));
      const rows = element("ol", { class: "rows" });
      const more = (from) => {
        rows.append(...records.slice(from, from + ROWS_AT_FIRST).map((record, n) => this._row(rule, record, from + n)));
        if (records.length > from + ROWS_AT_FIRST) {
          const rest = element("button", { type: "button", class: "more", onclick: () => { rest.remove(); more(from + ROWS_AT_FIRST); } },
            onemap.say("showMore", { count: records.length - from - ROWS_AT_FIRST }));
          rows.append(rest);
        }
      };
      const remark = rule.empty || onemap.say("noneOfLevel");
      // Who asks for a level wants to see all of it.
      const list = element("details", { open: this.level ? records.length > 0 : this.open.has(number) },
        element("summary", { title: rule.basis }, element("span", {}, rule.title), this._counts(rule)),
        records.length ? rows : element("p", { class: "remark" }, remark));
      // The rows of a list that nobody opens are never made.
      const fill = () => { if (list.open && !rows.childElementCount) more(0); };
      list.addEventListener("toggle", () => {
        if (!this.level) this.open[list.open ? "add" : "delete"](number);
        fill();
      });
      fill();
      return list;
    }

    /** How many records of each level a list has, or of the chosen one. */
    _counts(rule) {
      const levels = this.app.content.levels.map((level) => level.id).filter((id) => rule.counts[id] && (!this.level || this.level === id));
      return element("small", { class: "counts" }, ...levels.map((id) =>
        element("span", { class: "badge level-" + id, title: this.app.levelTitles[id] }, String(rule.counts[id]))));
    }

    _row(rule, record, number) {
      const worst = record.findings.find((finding) => finding.level === record.level);
      const found = onemap.partsOf(worst)[0];
      const row = element("button", {
        type: "button", class: "row", tabindex: number ? "-1" : "0", onclick: () => {
          this.groups.querySelectorAll(".row.chosen").forEach((other) => other.classList.remove("chosen"));
          row.classList.add("chosen");
          this.app.openRecord(rule, record);
        },
      },
      element("span", { class: "name" }, record.name || onemap.say("wholeRule")),
      onemap.badge(this.app, record.level),
      element("span", { class: "why" }, [record.township, found].filter(Boolean).join(" · ")));
      return element("li", {}, row);
    }
  };
})((window.onemap = window.onemap || {}));
