/* What stands around the map: header, overview numbers, small overview map, position, scale. */
(function (onemap) {
  "use strict";

  const element = onemap.element;
  const OVERVIEW_WIDTH = 140, OVERVIEW_HEIGHT = 92;

  onemap.header = function (app) {
    const content = app.content;
    const facts = [
      element("span", {}, onemap.say("dataOf", { period: content.period })),
      element("span", { class: "edition" }, onemap.say("internal")),
      element("span", { title: content.crs.name }, content.crs.name.split(" ")[0] + " · " + content.crs.code),
    ];
    const button = (name, action) => element("button", { type: "button", onclick: action }, onemap.say(name));
    return element("header", { class: "page-head" },
      element("h1", {}, content.title), element("div", { class: "facts" }, facts),
      element("nav", {}, button("wholeMap", () => app.showWhole()), button("print", () => window.print()),
        document.fullscreenEnabled ? button("fullScreen", toggleFullScreen) : null));
  };

  function toggleFullScreen() {
    if (document.fullscreenElement) {
      document.exitFullscreen();
    } else {
      document.documentElement.requestFullscreen();
    }
  }

  onemap.cards = function (content) {
    return element("div", { class: "cards" }, content.cards.map((card) => element("div", { class: card.alarm && card.value ? "alarm" : "" },
      element("b", {}, onemap.number(card.value)), element("span", {}, card.title))));
  };

  /** Tabs over panes; each is [title, element]. */
  onemap.tabs = function (panes) {
    const box = element("div", { class: "tabs" });
    const choose = (chosen) => {
      buttons.forEach((button, number) => button.setAttribute("aria-selected", String(number === chosen)));
      panes.forEach(([, pane], number) => { pane.hidden = number !== chosen; });
    };
    const buttons = panes.map(([title], number) => element("button", {
      type: "button", role: "tab", onclick: () => choose(number),
    }, title));
    box.append(element("div", { class: "tab-row", role: "tablist" }, buttons),
      element("div", { class: "tab-panes" }, panes.map(([, pane]) => pane)));
    choose(0);
    return box;
  };

  /** Zoom buttons, scale, position under the pointer, and the caution that every internal map carries. */
  onemap.addTools = function (map) {
    L.control.zoom({ position: "topleft", zoomInTitle: onemap.say("zoomIn"), zoomOutTitle: onemap.say("zoomOut") }).addTo(map);
    L.control.scale({ position: "bottomright", imperial: false, maxWidth: 120 }).addTo(map);
    const position = element("span", { class: "position" });
    const caution = element("span", { class: "caution" }, onemap.say("caution"));
    onemap.addControl(map, "bottomright", element("div", { class: "foot" }, position, caution));
    map.on("mousemove", (event) => { position.textContent = onemap.degrees(event.latlng.wrap()); });
    map.on("mouseout", () => { position.textContent = ""; });
  };

  /** Keep clicks and the wheel from the map below. Leaflet alone misses a click on what the click itself replaces. */
  onemap.shield = function (box) {
    L.DomEvent.disableClickPropagation(box).disableScrollPropagation(box).on(box, "click", L.DomEvent.stopPropagation);
    return box;
  };

  onemap.addControl = function (map, corner, box) {
    const control = L.control({ position: corner });
    control.onAdd = () => box;
    control.addTo(map);
  };

  /** A small map of the county with the window in it; a click goes there. */
  onemap.addOverview = function (map, county) {
    const width = OVERVIEW_WIDTH, height = OVERVIEW_HEIGHT, canvas = element("canvas", {
      class: "overview", width: width * 2, height: height * 2, title: onemap.say("overviewMap"),
    });
    const [west, south, east, north] = county.boxes;
    const scale = Math.min((width - 14) / (east - west), (height - 14) / (north - south));
    const view = {
      x: (x) => width / 2 + (x - (west + east) / 2) * scale,
      y: (y) => height / 2 - (y - (south + north) / 2) * scale,
    };
    const paint = () => paintOverview(canvas, view, county, map.getBounds());
    canvas.addEventListener("click", (event) => {
      const x = (event.offsetX - width / 2) / scale + (west + east) / 2;
      const y = (height / 2 - event.offsetY) / scale + (south + north) / 2;
      map.panTo(onemap.latlngOf(x, y));
    });
    onemap.addControl(map, "topleft", onemap.shield(canvas));
    map.on("move", paint);
    paint();
  };

  function paintOverview(canvas, view, county, bounds) {
    const context = canvas.getContext("2d");
    canvas.width = OVERVIEW_WIDTH * 2; // empties it
    context.setTransform(2, 0, 0, 2, 0, 0);
    context.beginPath();
    onemap.trace(context, view, county, 0);
    context.fillStyle = "#dfe6df";
    context.strokeStyle = onemap.colours.county;
    context.fill("evenodd");
    context.stroke();
    const a = onemap.gridOf(bounds.getSouthWest()), b = onemap.gridOf(bounds.getNorthEast());
    if (a.x < county.boxes[0] && b.x > county.boxes[2] && a.y < county.boxes[1] && b.y > county.boxes[3]) {
      return; // all of the county is seen
    }
    const left = Math.max(1, view.x(a.x)), top = Math.max(1, view.y(b.y));
    const right = Math.min(OVERVIEW_WIDTH - 1, view.x(b.x)), bottom = Math.min(OVERVIEW_HEIGHT - 1, view.y(a.y));
    context.strokeStyle = onemap.colours.high;
    context.lineWidth = 1.5;
    context.strokeRect(left, top, Math.max(3, right - left), Math.max(3, bottom - top));
  }
})((window.onemap = window.onemap || {}));
