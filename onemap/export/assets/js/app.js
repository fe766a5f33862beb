/* The application: what is known, what is chosen, and where the map looks. Panels and tools ask it and tell it. */
(function (onemap) {
  "use strict";

  const element = onemap.element;
  const CLOSEST = 17; // zoom to which the map goes by itself
  const NEAR = 16; // zoom at which a place is seen with what is around it
  const LEGEND_WIDTH = 290; // pixels of the legend with its margin
  const PANEL_WIDTH = 350; // pixels of the feature panel with its margin

  onemap.App = class {
    constructor(map, layers, content, grounds) {
      this.map = map;
      this.layers = layers;
      this.grounds = grounds; // drawn among the layers, without features
      this.content = content;
      this.levelTitles = {};
      content.levels.forEach((level) => { this.levelTitles[level.id] = level.title; });
      this.county = content.county; // its shape, or null
      this.findings = null; // by feature; sorted when the first is asked for
      this._noteAlarms();
      this.focus = new onemap.Focus(map, content);
      this.tip = element("div", { class: "tip", hidden: true });
      this.takesClicks = null; // a tool that takes the clicks on the map while it works: a function of a position
    }

    layer(id) {
      return this.layers.find((layer) => layer.id === id);
    }

    findingsOf(layer, place) {
      this.findings = this.findings || this._findingsByFeature();
      return this.findings.get(layer.id + " " + place) || [];
    }

    rank(level) {
      return this.content.levels.findIndex((one) => one.id === level);
    }

    worst(findings) {
      const levels = findings.map((finding) => finding.level).sort((a, b) => this.rank(a) - this.rank(b));
      return levels[0];
    }

    /** Note the features that are on a list at the highest level. */
    _noteAlarms() {
      const highest = this.content.levels[0].id;
      this.content.findings.filter((one) => one.level === highest && one.ofPlace !== null)
        .forEach((one) => this.layer(one.ofLayer).alarms.add(one.ofPlace));
    }

    _findingsByFeature() {
      const byFeature = new Map();
      this.content.findings.filter((finding) => finding.ofPlace !== null).forEach((finding) => {
        const name = finding.ofLayer + " " + finding.ofPlace;
        if (!byFeature.has(name)) byFeature.set(name, []);
        byFeature.get(name).push(finding);
      });
      return byFeature;
    }

    /** Answer what is done on the map, once all panels are there. */
    listen() {
      this.map.on("click", (event) => this._click(event.latlng));
      this.map.on("mousemove", (event) => this._hover(event));
      this.map.on("mouseout movestart", () => { this.tip.hidden = true; });
      this.map.on("layeradd layerremove", (event) => {
        if (this.layers.includes(event.layer) || this.grounds.includes(event.layer)) this.refresh();
      });
    }

    refresh() {
      this.tree.refresh();
      this.legend.refresh();
      this.labels.redraw();
    }

    toggleLayer(layer) {
      if (layer._map) {
        this.map.removeLayer(layer);
      } else {
        this.map.addLayer(layer);
      }
    }

    toggleClass(layer, number) {
      if (!layer.hidden.delete(number)) {
        layer.hidden.add(number);
      }
      layer.redraw();
      this.refresh();
    }

    /** Everything at a position as [layer, place]: symbols, then lines, then areas, then areas without a fill. */
    at(latlng) {
      const point = onemap.gridOf(latlng), zoom = this.map.getZoom();
      const step = onemap.worldSteps / (256 * Math.pow(2, zoom));
      const found = [];
      this.layers.slice().reverse().filter((layer) => layer._map).forEach((layer) => {
        layer.hits(point, step, zoom).forEach((place) => found.push([layer, place]));
      });
      const depth = ([layer, place]) => {
        if (layer.hasSymbol(place, { scale: 1 / step, zoom: zoom })) return 0;
        if (layer.shapes.kind[place] !== onemap.kinds.POLYGON) return 1;
        return layer.content.style.opacity ? 2 : 3;
      };
      return found.sort((a, b) => depth(a) - depth(b));
    }

    _click(latlng) {
      if (this.takesClicks) {
        this.takesClicks(latlng);
        return;
      }
      const found = this.at(latlng);
      if (found.length) {
        this.choose(found[0][0], found[0][1], found.slice(1));
      } else {
        this.panel.close();
      }
    }

    _hover(event) {
      cancelAnimationFrame(this.hovering);
      this.hovering = requestAnimationFrame(() => {
        const found = this.takesClicks || !this._isOnMap(event.originalEvent.target) ? undefined : this.at(event.latlng)[0];
        const named = found && found[0].content.style.opacity > 0;
        this.map.getContainer().style.cursor = named ? "pointer" : "";
        this.tip.hidden = !named;
        if (named) {
          this.tip.textContent = [found[0].labels(found[1]), found[0].classTitleOf(found[1])].filter(Boolean).join(" · ");
          this.tip.style.transform = "translate(" + (event.containerPoint.x + 14) + "px," + (event.containerPoint.y + 14) + "px)";
        }
      });
    }

    /** Whether the pointer is on the map itself, not on a panel that lies over it. */
    _isOnMap(target) {
      return target === this.map.getContainer() || this.map.getPane("mapPane").contains(target);
    }

    /** Show a feature in its panel and on the map, which stays where it is. */
    choose(layer, place, others) {
      const findings = this.findingsOf(layer, place);
      if (findings.length) {
        const first = findings.find((one) => one.link) || findings[0];
        this._pointOut(layer, place, this.content.rules[first.rule], findings);
      } else {
        this.focus.showFeature(layer, place);
        this._nameFirst(layer, place, []);
      }
      this.panel.showFeature(layer, place, others);
    }

    /** Draw the reach and the lines of what a rule found for a feature; return the bounds of what is drawn, or null. */
    _pointOut(layer, place, rule, own) {
      // A grade over lists has no lines of its own: those of the lists that it goes by are shown.
      const rules = this.content.rules, lists = rule.lists;
      const findings = own.concat(lists.length ? this.findingsOf(layer, place).filter((one) => lists.includes(rules[one.rule].id)) : []);
      const linked = findings.find((one) => one.link);
      this._nameFirst(layer, place, findings);
      return this.focus.showRecord(layer, place, linked && lists.length ? rules[linked.rule] : rule, findings);
    }

    _nameFirst(layer, place, findings) {
      const found = findings.filter((one) => one.to).map((one) => [this.layer(one.to[0]), one.to[1]]);
      this.labels.pointOut([[layer, place]].concat(found).filter(([one]) => one.content.symbols));
    }

    /** Show a feature and go there; `others` are shown with it. */
    goTo(layer, place, others) {
      this._reveal(layer, place);
      this.choose(layer, place, others || []);
      this._fly(layer.boundsOf(place));
    }

    openRecord(rule, record) {
      if (!record.of) {
        this.focus.clear();
        this.panel.showList(rule, record.findings);
        return;
      }
      const layer = this.layer(record.of[0]), place = record.of[1];
      this._reveal(layer, place);
      this._fly(this._pointOut(layer, place, rule, record.findings));
      this.panel.showFeature(layer, place, [], rule);
    }

    goToTownship(name) {
      const layer = this.layer(this.content.townships.boundaries);
      const place = layer ? layer.classOf.findIndex((_, i) => layer.labels(i) === name) : -1;
      if (place >= 0) {
        this.goTo(layer, place);
      }
    }

    /** Go to the place of an issue, or else to the feature that it is about. */
    goToIssue(issue) {
      const feature = issue.of && [this.layer(issue.of[0]), issue.of[1]];
      if (issue.at !== null) {
        this.goTo(this.layer(onemap.ISSUES_LAYER), issue.at, feature ? [feature] : []);
      } else {
        this.goTo(...feature);
      }
    }

    /** Draw what a list has about a feature that is shown already. */
    showReasons(of, rule, findings) {
      const layer = this.layer(of[0]);
      this._fly(this._pointOut(layer, of[1], rule, findings));
    }

    /** A feature that is gone to is shown, also when its layer or class was switched off. */
    _reveal(layer, place) {
      if (!layer._map) {
        this.map.addLayer(layer);
      }
      if (layer.hidden.delete(layer.classOf[place])) {
        layer.redraw();
        this.refresh();
      }
    }

    flyTo(latlng) {
      this.map.flyTo(latlng, Math.max(this.map.getZoom(), NEAR), { animate: !isCalm(), duration: 0.7 });
    }

    _fly(bounds) {
      if (!bounds) {
        return;
      }
      this.map.flyToBounds(bounds, {
        animate: !isCalm(),
        maxZoom: CLOSEST, duration: 0.7, paddingTopLeft: [30, 30], paddingBottomRight: [this.isWide() ? PANEL_WIDTH : 30, 30],
      });
    }

    isWide() {
      return this.map.getSize().x > 2 * PANEL_WIDTH;
    }

    /** The bounds of the county, or else of everything that is located; null where nothing is. */
    whole() {
      const bounds = L.latLngBounds([]);
      const all = this.county ? [this.county] : this.layers.filter((layer) => layer.id !== onemap.ISSUES_LAYER).map((layer) => layer.shapes);
      all.map((shapes) => onemap.boundsOf(shapes)).filter(Boolean).forEach((one) => bounds.extend(one));
      return bounds.isValid() ? bounds : null;
    }

    /** Show all of it, beside what stands at the left of the map. */
    showWhole(left) {
      const bounds = this.whole();
      if (bounds) {
        this.map.fitBounds(bounds, {
          paddingTopLeft: [left || (this.isWide() ? LEGEND_WIDTH : 16), 16], paddingBottomRight: [16, 16], maxZoom: CLOSEST, animate: false,
        });
      } else {
        this.map.getContainer().append(element("p", { class: "nothing" }, onemap.say("nothingLocated")));
      }
    }
  };

  /** Whether the user wants nothing to move by itself. */
  function isCalm() {
    return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  }
})((window.onemap = window.onemap || {}));
