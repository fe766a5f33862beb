/* Tabs over the panes of the side panel. */
(function (onemap) {
  "use strict";

  const element = onemap.element;

  /** Tabs over panes, each of which is [title, element]: { box, choose }, where choose takes a number. */
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
    return { box: box, choose: choose };
  };
})((window.onemap = window.onemap || {}));
