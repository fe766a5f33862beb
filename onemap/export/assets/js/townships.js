/* The scorecard of the townships: how their farmland divides into classes, and how many records they have. */
(function (onemap) {
  "use strict";

  const element = onemap.element;

  onemap.townshipTable = function (app) {
    const table = app.content.townships;
    if (!table.rows.length) {
      return element("p", { class: "remark" }, onemap.say("noTownships"));
    }
    const farmland = table.layer && app.layer(table.layer);
    const alarm = farmland && farmland.content.classes.find((one) => one.id === table.alarm);
    const rows = table.rows.slice().sort((a, b) => (b.mu[table.alarm] || 0) - (a.mu[table.alarm] || 0));
    const head = element("div", { class: "head" }, element("span", {}, onemap.say("township")),
      element("span", {}, farmland ? onemap.say("classShares") : ""),
      element("span", {}, alarm ? alarm.title : ""));
    return element("div", { class: "scorecard" }, head, rows.map((row) => card(app, row, farmland, table.alarm)));
  };

  function card(app, row, farmland, alarm) {
    return element("button", { type: "button", onclick: () => app.goToTownship(row.name) },
      element("span", { class: "name" }, row.name),
      element("span", { class: "bar" }, farmland ? shares(farmland, row.mu) : []),
      element("span", { class: "value" }, farmland ? onemap.mu(row.mu[alarm] || 0) : ""),
      element("span", { class: "counts" }, counts(app, row)));
  }

  function shares(farmland, mu) {
    const whole = Object.values(mu).reduce((sum, part) => sum + part, 0);
    return farmland.content.classes.filter((one) => mu[one.id]).map((one) => element("i", {
      style: "width:" + ((100 * mu[one.id]) / whole).toFixed(2) + "%;background:" + one.fill,
      title: (one.title || onemap.say("noClass")) + " " + onemap.mu(mu[one.id]),
    }));
  }

  function counts(app, row) {
    const sources = app.layers.filter((layer) => layer.content.symbols && row.counts[layer.id]).reverse();
    const levels = app.content.levels.filter((level) => row.levels[level.id]);
    return [
      sources.map((layer) => element("span", { title: layer.content.title }, onemap.swatch(layer, 0), String(row.counts[layer.id]))),
      levels.map((level) => element("span", { class: "badge level-" + level.id }, level.title + " " + row.levels[level.id])),
    ];
  }
})((window.onemap = window.onemap || {}));
