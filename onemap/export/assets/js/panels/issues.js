/* The issues of the data. */
(function (onemap) {
  "use strict";

  const element = onemap.element;
  const MOST = 200; // rows that are shown

  /** The issues of the data; one that has a place can be gone to. */
  onemap.issueList = function (app) {
    const issues = app.content.issues;
    if (!issues.length) {
      return element("p", { class: "remark" }, onemap.say("noIssues"));
    }
    const rows = issues.slice(0, MOST).map((issue, number) => {
      const layer = app.layer(issue.layer);
      const where = [issue.source, issue.row === null ? null : "#" + issue.row, issue.key].filter(Boolean).join(" · ");
      const located = issue.lon !== null && issue.lat !== null;
      return element("li", {}, element("button", {
        type: "button", class: "row", tabindex: number ? "-1" : "0", onclick: () => app.goToIssue(issue, located),
      },
      element("span", { class: "name" }, layer ? layer.content.title : issue.layer),
      element("span", { class: "badge severity-" + issue.severity }, onemap.say(issue.severity)),
      element("span", { class: "why" }, issue.message, element("br"), where)));
    });
    const rest = issues.length - rows.length;
    return element("div", {}, element("ol", { class: "rows" }, rows),
      rest > 0 ? element("p", { class: "remark" }, onemap.say("moreIssues", { count: rest })) : null);
  };
})((window.onemap = window.onemap || {}));
