/* Findings as a table for Excel: a CSV file, or text to paste. */
(function (onemap) {
  "use strict";

  const element = onemap.element;
  const MARK = "\ufeff"; // lets Excel know that the file is UTF-8
  /* What Excel would take for a formula, and digits of which it would keep 15, or drop the zeros in front. */
  const CHANGED_BY_EXCEL = /^[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n]|^\d{12,}$|^0\d+$/;

  /** Return the rows of findings under their header; those of one rule under its own column titles. */
  onemap.findingRows = function (app, findings, rule) {
    const titles = Object.assign({}, app.content.columns, rule ? rule.columns : {});
    const names = ["rule", "level", "of_layer", "of_key", "of_label", "township", "to_label", "value", "unit", "reason", "basis"];
    return [names.map((name) => titles[name])].concat(findings.map((one) => {
      const layer = one.of && app.layer(one.of[0]);
      return [
        app.content.rules[one.rule].title, app.levelTitles[one.level], layer ? layer.content.title : "", layer ? layer.keys(one.of[1]) : "",
        one.name, one.township, one.toName, one.value, one.unit, one.reason, one.basis,
      ];
    }));
  };

  onemap.csvOf = function (rows) {
    return MARK + lines(rows, ",");
  };

  onemap.tabbedOf = function (rows) {
    return lines(rows, "\t");
  };

  function lines(rows, mark) {
    const cell = (value) => {
      const text = typeof value === "number" ? String(value) : harmless(value || "");
      return /["\r\n\t,]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
    };
    return rows.map((row) => row.map(cell).join(mark) + "\r\n").join("");
  }

  function harmless(text) {
    return CHANGED_BY_EXCEL.test(text) ? "'" + text : text;
  }

  /** The buttons below a list that hand it out as it is filtered; `list` returns { name, rows }. */
  onemap.tableButtons = function (app, list) {
    const download = () => {
      const made = list();
      const name = [app.content.title, app.content.period].concat(made.name).join("_") + ".csv";
      onemap.download(name, onemap.csvOf(made.rows), "text/csv;charset=utf-8");
    };
    return [element("button", { type: "button", class: "csv", onclick: download }, onemap.say("csv")), onemap.copyButton(() => onemap.tabbedOf(list().rows))];
  };
})((window.onemap = window.onemap || {}));
