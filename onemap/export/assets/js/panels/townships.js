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
    const rows = table.rows.slice().sort((a, b) => (a.name === "") - (b.name === "") || (b.mu[table.alarm] || 0) - (a.mu[table.alarm] || 0));
    const head = element("div", { class: "head" }, element("span", {}, onemap.say("township")),
      element("span", {}, farmland ? onemap.say("classShares") : ""),
      element("span", {}, alarm ? alarm.title : ""));
    return element("div", { class: "scorecard" }, table.remark ? element("p", { class: "remark" }, table.remark) : null, head,
      rows.map((row) => card(app, row, farmland, table.alarm)), farmland ? total(rows, farmland, table.alarm) : null);
  };

  function card(app, row, farmland, alarm) {
    const cells = [
      element("span", { class: "name" }, row.name || onemap.say("outsideTownships")),
      ...ground(row.mu, farmland, alarm),
      element("span", { class: "counts" }, counts(app, row)),
    ];
    // Ground outside every township is no place to go to.
    return row.name ? element("button", { type: "button", onclick: () => app.goToTownship(row.name) }, cells) : element("div", { class: "sum" }, cells);
  }

  function ground(mu, farmland, alarm) {
    return [
      element("span", { class: "bar" }, farmland ? shares(farmland, mu) : []),
      element("span", { class: "value" }, farmland ? onemap.exactMu(mu[alarm] || 0) : ""),
    ];
  }

  /** The county: the sums of what is shown above, in hundredths so that nothing is lost. */
  function total(rows, farmland, alarm) {
    const mu = {};
    rows.forEach((row) => Object.keys(row.mu).forEach((id) => {
      mu[id] = (Math.round((mu[id] || 0) * 100) + Math.round(row.mu[id] * 100)) / 100;
    }));
    return element("div", { class: "sum" }, element("span", { class: "name" }, onemap.say("total")), ground(mu, farmland, alarm));
  }

  function shares(farmland, mu) {
    const whole = Object.values(mu).reduce((sum, part) => sum + part, 0);
    return farmland.content.classes.filter((one) => mu[one.id]).map((one) => element("i", {
      style: "width:" + ((100 * mu[one.id]) / whole).toFixed(2) + "%;background:" + one.fill,
      title: (one.title || onemap.say("noClass")) + " " + onemap.exactMu(mu[one.id]),
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
