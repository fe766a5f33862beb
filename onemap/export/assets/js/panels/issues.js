/* The issues of the data: by severity, bureau and layer; one that has a place can be gone to. */
(function (onemap) {
  "use strict";

  const element = onemap.element;
  const MOST = 200; // rows that are shown
  const SEVERITIES = ["error", "warning", "info"];

  onemap.ISSUES_LAYER = "data_issue"; // they may lie anywhere

  onemap.Issues = class {
    constructor(app) {
      this.app = app;
      this.issues = app.content.issues;
      this.asked = { severity: null, bureau: null, layer: null };
      this.pills = element("div", { class: "filter", role: "group", "aria-label": onemap.say("issues") });
      this.rows = element("div", {});
      this.box = element("div", { class: "issues" }, this.pills, element("div", { class: "choices" }, this._bureaus()), this.rows);
      this.refresh();
    }

    _ask(part) {
      Object.assign(this.asked, part);
      this.refresh();
    }

    refresh() {
      const asked = this.asked;
      const own = this.issues.filter((one) => asked.bureau === null || (one.bureau === asked.bureau && (asked.layer === null || one.layer === asked.layer)));
      const count = (severity) => own.filter((one) => one.severity === severity).length;
      const severities = SEVERITIES.map((id) => ({ value: id, title: onemap.say(id), count: count(id), class: "severity-" + id }));
      this.pills.replaceChildren(...onemap.pills([{ value: null, title: onemap.say("allSeverities"), count: own.length }].concat(severities),
        asked.severity, (severity) => this._ask({ severity: severity })));
      const shown = own.filter((one) => asked.severity === null || one.severity === asked.severity), rest = shown.length - MOST;
      this.rows.replaceChildren(element("ol", { class: "rows" }, shown.slice(0, MOST).map((issue) => element("li", {}, this._row(issue)))),
        rest > 0 ? element("p", { class: "remark" }, onemap.say("moreIssues", { count: rest })) : "");
    }

    /** The bureaus, each with its layers: whoever calls a bureau wants what is its own. */
    _bureaus() {
      const count = (mine) => " (" + onemap.number(this.issues.filter(mine).length) + ")";
      const names = Array.from(new Set(this.issues.map((one) => one.bureau))).sort((a, b) => (a === "") - (b === ""));
      const groups = names.map((bureau) => {
        const title = bureau || onemap.say("noBureau"), layers = new Map();
        this.issues.filter((one) => one.bureau === bureau).forEach((one) => layers.set(one.layer, one.layerTitle));
        const whole = { value: { bureau: bureau, layer: null }, title: onemap.say("wholeBureau", { bureau: title }) + count((one) => one.bureau === bureau) };
        return { title: title, options: [whole].concat(Array.from(layers, ([id, layerTitle]) => ({
          value: { bureau: bureau, layer: id }, title: layerTitle + count((one) => one.bureau === bureau && one.layer === id),
        }))) };
      });
      const all = { value: { bureau: null, layer: null }, title: onemap.say("allBureaus") };
      return onemap.picker(onemap.say("allBureaus"), [all].concat(groups), all.value, (asked) => this._ask(asked));
    }

    _row(issue) {
      const where = [
        issue.source, issue.row === null ? "" : onemap.say("rowAt", { row: issue.row }),
        issue.cell ? onemap.say("cellAt", { cell: issue.cell }) : "", issue.key,
      ].filter(Boolean).join(" · ");
      const told = [
        element("span", { class: "name" }, issue.layerTitle),
        element("span", { class: "badge severity-" + issue.severity }, onemap.say(issue.severity)),
        element("span", { class: "why" }, element("b", {}, issue.message), element("br"), issue.hint, element("br"), where),
      ];
      return issue.at !== null || issue.of
        ? element("button", { type: "button", class: "row", title: issue.kind, onclick: () => this.app.goToIssue(issue) }, told)
        : element("div", { class: "row", title: issue.kind }, told);
    }
  };
})((window.onemap = window.onemap || {}));
