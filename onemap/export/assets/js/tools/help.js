/* What the keys do: a small sheet, and the keys that work everywhere on the page. */
(function (onemap) {
  "use strict";

  const element = onemap.element;

  // Each key with the name of its text.
  const KEYS = [
    ["/", "keySearch"], ["↑ ↓", "keyRows"], ["Enter", "keyOpen"], ["← →", "keyTabs"], ["Esc", "keyClose"],
    ["← → ↑ ↓", "keyMap"], ["+ −", "keyZoom"], ["?", "keyHelp"],
  ];

  /** Return the button of the sheet; with it the keys begin to work. */
  onemap.helpButton = function (app) {
    const title = onemap.say("keys");
    let from = null;
    const open = () => { from = document.activeElement; sheet.showModal(); };
    const close = element("button", { type: "button", class: "close", "aria-label": onemap.say("close"), onclick: () => sheet.close() }, "×");
    const sheet = element("dialog", {
      class: "keys", "aria-label": title, onclose: () => onemap.giveFocus(from, document.body),
      onclick: (event) => { if (event.target === sheet) sheet.close(); }, // beside it
    },
      element("header", {}, element("h2", {}, title), close),
      element("dl", {}, KEYS.map(([key, name]) => [element("dt", {}, element("kbd", {}, key)), element("dd", {}, onemap.say(name))])));
    document.body.append(sheet);
    document.addEventListener("keydown", (event) => press(app, sheet.open ? null : open, event));
    return element("button", { type: "button", class: "help", title: title, "aria-label": title, onclick: open }, "?");
  };

  function press(app, open, event) {
    if (event.defaultPrevented || !open) {
      return;
    }
    if (event.key === "Escape" && !app.takesClicks) {
      app.panel.close();
    } else if (event.key === "?" && !onemap.isWriting(event)) {
      open();
    } else if (event.key === "/" && !onemap.isWriting(event)) {
      document.querySelector(".search input").focus();
      event.preventDefault();
    }
  }

  /** Return a button, seen when it has the focus, that takes the focus past the panel to the map. */
  onemap.skipToMap = function (app) {
    const chart = app.map.getContainer();
    chart.setAttribute("role", "region");
    chart.setAttribute("aria-label", onemap.say("map"));
    return element("button", { type: "button", class: "skip", onclick: () => chart.focus() }, onemap.say("skipToMap"));
  };
})((window.onemap = window.onemap || {}));
