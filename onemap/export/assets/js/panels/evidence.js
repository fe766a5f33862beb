/* Why a feature is on the lists: list by list its reasons, what they go by, and the data that they come from. */
(function (onemap) {
  "use strict";

  const element = onemap.element;
  const FEW = 10; // reasons up to which all lists are unfolded
  const REASONS_AT_FIRST = 6; // of each list

  function sourceOf(app, layerId, path) {
    return app.content.sources.find((one) => one.layer === layerId && one.path === path) || {};
  }

  /** Say who provided a source and of when it is, as far as that is known. */
  onemap.originOf = function (app, layerId, path) {
    const record = sourceOf(app, layerId, path);
    return [
      record.by ? onemap.say("providedBy", { bureau: record.by }) : "",
      record.asOf ? onemap.say("asOf", { date: record.asOf }) : "",
    ].filter(Boolean);
  };

  /** The evidence of a record: { of, findings }; `first` is the rule from whose list it was opened. */
  onemap.evidence = function (app, record, first) {
    if (!record.findings.length) {
      return null;
    }
    const rules = app.content.rules.filter((rule, number) => record.findings.some((one) => one.rule === number));
    const lists = rules.map((rule) => ({ rule: rule, findings: sorted(app, record.findings.filter((one) => app.content.rules[one.rule] === rule)) }));
    lists.sort((a, b) => (b.rule === first) - (a.rule === first) || app.rank(a.findings[0].level) - app.rank(b.findings[0].level));
    const count = record.findings.length > 1
      ? element("small", {}, onemap.say("listedOn", { lists: lists.length, count: record.findings.length })) : null;
    return element("section", { class: "evidence" }, element("h3", {}, onemap.say("why"), count),
      lists.map((list, number) => reasons(app, record, list, number === 0 || record.findings.length <= FEW)));
  };

  function sorted(app, findings) {
    return findings.sort((a, b) => app.rank(a.level) - app.rank(b.level));
  }

  function reasons(app, record, { rule, findings }, open) {
    const bases = distinct(findings.map((one) => one.basis).filter(Boolean));
    const list = element("ol", {});
    const add = (some) => list.append(...some.map((one) => element("li", {}, reason(app, one, bases.length > 1))));
    add(findings.slice(0, REASONS_AT_FIRST));
    const rest = findings.slice(REASONS_AT_FIRST);
    const more = rest.length ? element("button", { type: "button", class: "rest", onclick: () => { more.remove(); add(rest); } },
      onemap.say("moreReasons", { count: rest.length })) : null;
    const box = element("details", { open: open },
      // Whoever unfolds a list sees its reach and its lines on the map.
      element("summary", { onclick: () => { if (!box.open && record.of) app.showReasons(record.of, rule, findings); } },
        onemap.badge(app, findings[0].level), element("span", {}, rule.title), findings.length > 1 ? element("small", {}, String(findings.length)) : null),
      list, more,
      bases.length === 1 ? element("p", { class: "basis" }, onemap.say("basis", { basis: bases[0] })) : null,
      sources(app, rule, findings).map((source) => element("p", { class: "basis" }, onemap.say("dataUsed", { source: source }))));
    return box;
  }

  function reason(app, finding, withBasis) {
    const target = finding.to && app.layer(finding.to[0]);
    const go = target && target.isLocated(finding.to[1]) ? element("button", {
      type: "button", class: "go", onclick: () => app.goTo(target, finding.to[1]),
    }, onemap.say("zoomTo")) : null;
    return [
      onemap.partsOf(finding)[0], " ", onemap.badge(app, finding.level), go,
      withBasis && finding.basis ? element("p", { class: "basis" }, onemap.say("basis", { basis: finding.basis })) : null,
    ];
  }

  /** The files that the other side comes from: of the features that were found, or else of their layers. */
  function sources(app, rule, findings) {
    const found = findings.filter((one) => one.to).map((one) => [one.to[0], app.layer(one.to[0]).sources(one.to[1])]);
    const listed = app.content.sources.filter((one) => rule.to.includes(one.layer)).map((one) => [one.layer, one.path]);
    return distinct((found.length ? found : listed).map(([id, path]) =>
      [sourceOf(app, id, path).title, path].concat(onemap.originOf(app, id, path)).filter(Boolean).join(" · ")));
  }

  function distinct(values) {
    return Array.from(new Set(values));
  }
})((window.onemap = window.onemap || {}));
