/* What the townships can be compared by: classes of farmland, records, rates against their targets, numbers of features. */
(function (onemap) {
  "use strict";

  const element = onemap.element;

  /** Return the indicators: { kind, title, group, head, key, remarks, smallFirst, lines }; see `line`. */
  onemap.indicators = function (app) {
    const names = app.content.townships.rows.map((row) => row.name).filter(Boolean);
    const farmland = app.layer(app.content.townships.layer);
    const layers = app.layers.filter((layer) => app.content.townships.rows.some((row) => row.counts[layer.id])).reverse();
    return [].concat(
      farmland || app.content.townships.remark ? [classes(app, farmland)] : [],
      app.content.rates.map((rate) => rateLines(rate, names)),
      app.content.findings.length ? [records(app)] : [],
      layers.map((layer) => numbers(app, layer)),
    );
  };

  /** A line: its township ("" is in none), the amount that it is sorted by (null is not known), bar, value and remark. */
  function line(name, whole, amount, parts) {
    return Object.assign({ name: name, whole: whole, amount: amount, remark: "", state: "" }, parts);
  }

  function part(share, kind, title, colour) {
    const width = "width:" + Math.max(0, Math.min(100, 100 * share)).toFixed(2) + "%";
    return element("i", { style: colour ? width + ";background:" + colour : width, class: kind, title: title });
  }

  function classes(app, farmland) {
    const table = app.content.townships, title = onemap.say("classShares");
    const alarm = farmland && farmland.content.classes.find((one) => one.id === table.alarm);
    const bar = (mu) => {
      const whole = Object.values(mu).reduce((sum, one) => sum + one, 0);
      return farmland.content.classes.filter((one) => mu[one.id]).map((one) =>
        part(mu[one.id] / whole, null, onemap.classTitle(one) + " " + onemap.exactMu(mu[one.id]), one.fill));
    };
    const rows = farmland ? table.rows.concat([{ name: "", whole: true, mu: sums(table.rows) }]) : [];
    return {
      kind: "classes", title: title, group: onemap.say("farmland"), head: alarm ? alarm.title : "", key: [], remarks: [table.remark],
      smallFirst: false, lines: rows.map((row) => line(row.name, Boolean(row.whole), row.mu[table.alarm] || 0, {
        bar: bar(row.mu), value: onemap.exactMu(row.mu[table.alarm] || 0),
        details: farmland.content.classes.map((one, number) => [onemap.swatch(farmland, number), onemap.classTitle(one), row.mu[one.id]])
          .filter(([, , mu]) => mu).map(([swatch, name, mu]) => [[swatch, name], onemap.exactMu(mu)]),
      })),
    };
  }

  /** The county: the sums of what its townships show, in hundredths so that nothing is lost. */
  function sums(rows) {
    const mu = {};
    rows.forEach((row) => Object.keys(row.mu).forEach((id) => {
      mu[id] = (Math.round((mu[id] || 0) * 100) + Math.round(row.mu[id] * 100)) / 100;
    }));
    return mu;
  }

  function records(app) {
    const levels = app.content.levels, rows = app.content.townships.rows.filter((row) => row.name);
    const total = (row) => levels.reduce((sum, level) => sum + row.levels[level.id], 0), most = Math.max(1, ...rows.map(total));
    return {
      kind: "records", title: onemap.say("recordsByLevel"), group: onemap.say("numbers"), head: levels[0].title, remarks: [], smallFirst: false,
      key: levels.map((level) => [element("i", { class: "level-" + level.id }), level.title]),
      lines: rows.map((row) => line(row.name, false, row.levels[levels[0].id], {
        bar: levels.filter((level) => row.levels[level.id]).map((level) => part(row.levels[level.id] / most, "level-" + level.id, level.title + " " + row.levels[level.id])),
        value: onemap.number(row.levels[levels[0].id]),
      })),
    };
  }

  function rateLines(rate, names) {
    // What lies in no known township is told where there is any of it.
    const lines = rate.lines.filter((one) => one.whole || names.includes(one.name) || one.base);
    const states = ["met", "missed"].map((state) => [element("i", { class: state }), onemap.say(state)]);
    return {
      kind: "rate", title: rate.title, group: onemap.say("rates"), head: onemap.say("rate"), remarks: [rate.withheld].concat(rate.remarks), smallFirst: true,
      key: rate.lines.length ? states.concat([[element("i", { class: "unknown" }), onemap.say("notKnown")], [element("b", {}), onemap.say("target")]]) : [],
      lines: lines.map((one) => line(one.name, one.whole, one.base ? one.rate : null, rateParts(rate, one))),
    };
  }

  function rateParts(rate, one) {
    const percent = (value) => value.toFixed(rate.decimals) + "%";
    if (!one.base) {
      return { bar: [], value: "—", state: "none", verdict: onemap.say("nothing"), remark: one.remark };
    }
    const range = one.rateTo > one.rate, state = one.met || "none";
    return {
      bar: [
        part(one.rate / 100, state === "unknown" ? "known" : state, percent(one.rate)),
        range ? part((one.rateTo - one.rate) / 100, "unknown", onemap.say("notKnown")) : null,
        one.target === null ? null : element("b", { style: "left:" + Math.min(100, one.target).toFixed(2) + "%", title: onemap.say("targetOf", { target: one.target }) }),
      ],
      value: (range ? "≥" : "") + percent(one.rate), state: state, verdict: verdictOf(one),
      remark: amounts(rate, one),
    };
  }

  function amounts(rate, one) {
    const amount = (value) => onemap.withCommas(value, rate.digits, rate.digits);
    return [
      onemap.say("doneOf", { done: amount(one.done), base: amount(one.base), unit: rate.unit }),
      one.unknown ? onemap.say("unknownOf", { unknown: amount(one.unknown), unit: rate.unit }) : "",
      one.target === null ? "" : onemap.say("targetOf", { target: one.target }),
      one.left ? onemap.say(one.unknown ? "leftAtLeast" : "leftOf", { left: amount(one.left), unit: rate.unit }) : "", one.remark,
    ].filter(Boolean).join(" · ");
  }

  function verdictOf(one) {
    if (one.met === "missed") return onemap.say("points", { points: onemap.number(one.gap, 2) });
    return one.met ? onemap.say(one.met === "met" ? "met" : "notKnown") : "";
  }

  function numbers(app, layer) {
    const rows = app.content.townships.rows.filter((row) => row.name), most = Math.max(...rows.map((row) => row.counts[layer.id] || 0));
    return {
      kind: "number", title: layer.content.title, group: onemap.say("numbers"), head: onemap.say("numbers"), key: [], remarks: [],
      smallFirst: false, layer: layer,
      lines: rows.map((row) => line(row.name, false, row.counts[layer.id] || 0, {
        bar: [part((row.counts[layer.id] || 0) / most, "base", null)], value: onemap.number(row.counts[layer.id] || 0),
      })),
    };
  }
})((window.onemap = window.onemap || {}));
