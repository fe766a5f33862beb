/* The start: puts the page together. */
(function (onemap) {
  "use strict";

  const element = onemap.element;
  const MASK_ORDER = 45; // above areas, below the symbols of points
  const BORDER_ORDER = 140; // above every layer, below the names

  /** Put the page together as soon as all that is packed has been unpacked; `onemap.started` is kept then. */
  onemap.start = function (map, layers, contentId, grounds) {
    const content = onemap.readBlock(contentId);
    onemap.speak(content);
    document.body.classList.add("onemap");
    if (!window.DecompressionStream) {
      map.getContainer().append(element("p", { class: "nothing", role: "alert" }, onemap.say("tooOld")));
      return;
    }
    const zoom = map.getZoom();
    onemap.started = Promise.all([unpack(content), ...layers.map((layer) => layer.load())]).then(() => {
      const app = onemap.app = new onemap.App(map, layers, content, grounds);
      app.panel = new onemap.FeaturePanel(app);
      app.tree = new onemap.LayerTree(app);
      app.legend = new onemap.Legend(app);
      app.link = new onemap.Link(app);
      paint(app);
      furnish(app);
      app.listen();
      // Who made the page in Python may have said where the map looks.
      if (map.getZoom() === zoom) app.showWhole();
      app.link.follow();
      onemap.surfaceOf(map).start();
    });
  };

  function unpack(content) {
    const shapes = [content.county, content.reaches.shapes].map((text) => text && onemap.inflate(text).then(onemap.unpack));
    return Promise.all([onemap.readTable(content.findings), ...shapes]).then(([findings, county, reaches]) => {
      content.findings = onemap.rowsOf(findings, { of: sideOf("of"), to: sideOf("to") });
      content.county = county;
      content.reaches.shapes = reaches;
    });
  }

  /** A side of a finding that is a feature, as [layer id, place]; else null. */
  function sideOf(side) {
    return (finding) => (finding[side + "Place"] === null ? null : [finding[side + "Layer"], finding[side + "Place"]]);
  }

  /** Put on the map what is painted beside the layers. */
  function paint(app) {
    app.labels = new onemap.Labels(app.layers);
    const furniture = app.county
      ? [new onemap.Mask(app.county, MASK_ORDER), new onemap.CountyBorder(app.county, BORDER_ORDER), app.labels]
      : [app.labels];
    app.map.invalidateSize({ animate: false });
    furniture.forEach((canvas) => canvas.addTo(app.map));
  }

  function furnish(app) {
    // Before the map, in the order in which the tab key goes.
    document.body.prepend(onemap.skipToMap(app), onemap.header(app.content, buttons(app)), side(app));
    app.map.invalidateSize({ animate: false });
    onemap.addControls(app);
    onemap.addOverview(app);
    onemap.addControl(app.map, "bottomleft", app.legend.box);
    app.legend.setOpen(app.isWide()); // in a notebook it would hide half of the map
    app.map.getContainer().append(app.panel.box);
    app.map.getContainer().append(app.tip);
  }

  /** What stands in the header, from left to right; a tool that this browser has not is null. */
  function buttons(app) {
    return [
      onemap.wholeButton, onemap.measureButton, onemap.pictureButton, onemap.printButton, onemap.fullScreenButton, onemap.helpButton,
    ].map((make) => make(app));
  }

  function side(app) {
    const issues = app.content.issues.length;
    const lists = app.lists = new onemap.Lists(app);
    const tabs = onemap.tabs([
      [onemap.say("lists"), () => lists.box],
      [onemap.say("layers"), () => { app.tree.refresh(); return app.tree.box; }],
      [onemap.say("townships"), () => new onemap.Townships(app).box],
    ].concat(issues ? [[onemap.say("issues") + " " + onemap.number(issues), () => new onemap.Issues(app).box]] : []));
    const search = new onemap.Search(app, tabs.box);
    app.showLists = (asked) => {
      search.input.value = "";
      search.refresh();
      tabs.choose(0);
      lists.show(asked);
    };
    return element("aside", { class: "side", "aria-label": onemap.say("panel") },
      onemap.cards(app), element("div", { class: "search", role: "search" }, search.input), search.results, tabs.box);
  }
})((window.onemap = window.onemap || {}));
