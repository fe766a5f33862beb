/* The risk lists, rule by rule: filtered by level, township and words, and handed out as they are filtered. */
(function (onemap) {
  "use strict";

  const element = onemap.element;
  const ROWS_AT_FIRST = 100;
  const EVERYTHING = { level: null, township: null, words: "" };

  /** The findings of one rule as records; a record is everything that the rule found for one feature. */
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

  function countLevels(findings) {
    const counts = {};
    findings.forEach((one) => { counts[one.level] = (counts[one.level] || 0) + 1; });
    return counts;
  }

  onemap.Lists = class {
    constructor(app) {
      this.app = app;
      this.open = new Set();
      this.folded = new Map(); // what the words of a finding are compared with
      this.byRule = app.content.rules.map(() => []);
      app.content.findings.forEach((finding) => this.byRule[finding.rule].push(finding));
      this.records = []; // of each rule; they are made when its list is opened
      this.levels = element("div", { class: "filter", role: "group", "aria-label": onemap.say("lists") });
      this.choices = element("div", { class: "choices" });
      this.whole = element("div", { class: "handout" });
      this.groups = element("div", { class: "groups" });
      this.box = element("div", {}, app.content.findings.length ? [this.levels, this.choices, this.whole] : null, this.groups);
      const first = this.byRule.findIndex((findings) => findings.length > 0);
      if (first >= 0) this.open.add(first);
      this.show({});
    }

    /** Show what is asked for: a level, a township, words; or else everything. */
    show(asked) {
      this.asked = Object.assign({}, EVERYTHING, asked);
      const words = element("input", {
        type: "search", placeholder: onemap.say("wordsInLists"), "aria-label": onemap.say("wordsInLists"), value: this.asked.words,
        oninput: () => this._ask({ words: words.value }),
      });
      this.choices.replaceChildren(this._townships(), words);
      this.refresh();
    }

    _ask(part) {
      Object.assign(this.asked, part);
      this.refresh();
    }

    refresh() {
      const findings = this.app.content.findings;
      if (!findings.length) {
        this.groups.replaceChildren(element("p", { class: "remark" }, onemap.say("noFindings")));
        return;
      }
      this.query = onemap.fold(this.asked.words);
      onemap.refill(this.levels, this._levels(findings.filter((one) => this._isAsked(one, true))));
      this.shown = this._isFiltered ? this.byRule.map((own) => own.filter((one) => this._isAsked(one))) : this.byRule;
      const count = this.shown.reduce((sum, own) => sum + own.length, 0);
      this.whole.replaceChildren(element("span", {}, onemap.say("records", { count: onemap.number(count) })),
        ...this._handOut(onemap.say("allLists"), null));
      this.groups.replaceChildren(...this._lists());
    }

    get _isFiltered() {
      return Boolean(this.asked.level || this.asked.township !== null || this.query);
    }

    _isAsked(finding, atAnyLevel) {
      const asked = this.asked;
      return (atAnyLevel || !asked.level || finding.level === asked.level)
        && (asked.township === null || finding.township === asked.township)
        && (!this.query || this._wordsOf(finding).includes(this.query));
    }

    _wordsOf(finding) {
      if (!this.folded.has(finding)) {
        const key = finding.of ? this.app.layer(finding.of[0]).keys(finding.of[1]) : "";
        this.folded.set(finding, onemap.fold([finding.name, key, finding.township, finding.toName, finding.reason].join("\n")));
      }
      return this.folded.get(finding);
    }

    _levels(findings) {
      const counts = countLevels(findings);
      const levels = this.app.content.levels.map(({ id, title }) => ({ value: id, title: title, count: counts[id] || 0, class: "level-" + id }));
      return onemap.pills([{ value: null, title: onemap.say("allLevels"), count: findings.length }].concat(levels), this.asked.level,
        (level) => this._ask({ level: level }));
    }

    _townships() {
      const there = new Set(this.app.content.findings.map((one) => one.township));
      const known = this.app.content.townships.rows.map((row) => row.name).filter((name) => name && there.has(name));
      const options = [{ value: null, title: onemap.say("allTownships") }].concat(known.map((name) => ({ value: name, title: name })));
      if (there.has("")) options.push({ value: "", title: onemap.say("townshipUnknown") });
      return onemap.picker(onemap.say("township"), options, this.asked.township, (township) => this._ask({ township: township }));
    }

    /** The buttons that hand out a list, or all of them, as they are filtered now. */
    _handOut(name, rule) {
      const { level, township, words } = this.asked;
      return onemap.tableButtons(this.app, () => ({
        name: [name, this.app.levelTitles[level], township, words].filter(Boolean),
        rows: onemap.findingRows(this.app, rule ? this.shown[this.app.content.rules.indexOf(rule)] : [].concat(...this.shown), rule),
      }));
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

    _list(rule, number) {
      const findings = this.shown[number], rows = element("ol", { class: "rows" });
      const more = (records, from) => {
        rows.append(...records.slice(from, from + ROWS_AT_FIRST).map((record, n) => this._row(rule, record, from + n)));
        if (records.length > from + ROWS_AT_FIRST) {
          const rest = element("button", { type: "button", class: "more", onclick: () => { rest.remove(); more(records, from + ROWS_AT_FIRST); } },
            onemap.say("showMore", { count: records.length - from - ROWS_AT_FIRST }));
          rows.append(rest);
        }
      };
      const handOut = element("div", { class: "handout" }, element("span", { title: rule.basis }, onemap.say("basis", { basis: rule.basis })),
        this._handOut(rule.title, rule));
      // Who asks for something wants to see all of it.
      const list = element("details", { open: this._isFiltered ? findings.length > 0 : this.open.has(number) },
        element("summary", { title: rule.basis }, element("span", {}, rule.title), this._counts(findings)),
        findings.length ? [handOut, rows] : element("p", { class: "remark" }, rule.empty || onemap.say("noneChosen")));
      // The rows of a list that nobody opens are never made.
      const fill = () => { if (list.open && !rows.childElementCount) more(this._records(number), 0); };
      list.addEventListener("toggle", () => {
        if (!this._isFiltered) this.open[list.open ? "add" : "delete"](number);
        fill();
      });
      fill();
      return list;
    }

    /** The records of a list in which there is what is asked for. */
    _records(number) {
      this.records[number] = this.records[number] || recordsOf(this.app, this.byRule[number]);
      return this._isFiltered
        ? this.records[number].filter((record) => record.findings.some((one) => this._isAsked(one))) : this.records[number];
    }

    _counts(findings) {
      const counts = countLevels(findings);
      return element("small", { class: "counts" }, this.app.content.levels.filter((level) => counts[level.id]).map((level) =>
        element("span", { class: "badge level-" + level.id, title: level.title }, String(counts[level.id]))));
    }

    _row(rule, record, number) {
      const asked = record.findings.filter((one) => this._isAsked(one)), level = this.app.worst(asked);
      const found = onemap.partsOf(asked.find((one) => one.level === level))[0];
      const row = element("button", {
        type: "button", class: "row", tabindex: number ? "-1" : "0", onclick: () => {
          this.groups.querySelectorAll(".row.chosen").forEach((other) => other.classList.remove("chosen"));
          row.classList.add("chosen");
          this.app.openRecord(rule, record);
        },
      },
      element("span", { class: "name" }, record.name || onemap.say("wholeRule")),
      onemap.badge(this.app, level),
      element("span", { class: "why" }, [record.township, found].filter(Boolean).join(" · ")));
      return element("li", {}, row);
    }
  };
})((window.onemap = window.onemap || {}));
