/* Tabs over the panes of the side panel. */
(function (onemap) {
  "use strict";

  const element = onemap.element;

  /** Tabs over panes, each of which is [title, element]: { box, choose }, where choose takes a number.
      The tab key meets the chosen tab, arrow keys go to the others. */
  onemap.tabs = function (panes) {
    const row = element("div", { class: "tab-row", role: "tablist", "aria-label": onemap.say("panel"), onkeydown: key });
    const buttons = panes.map(([title], number) => element("button", {
      type: "button", role: "tab", id: "onemap-tab-" + number, "aria-controls": "onemap-pane-" + number, onclick: () => choose(number),
    }, title));
    row.append(...buttons);
    panes.forEach(([, pane], number) => {
      pane.id = "onemap-pane-" + number;
      pane.setAttribute("role", "tabpanel");
      pane.setAttribute("aria-labelledby", "onemap-tab-" + number);
      onemap.walk(pane);
    });

    function choose(chosen) {
      buttons.forEach((button, number) => {
        button.setAttribute("aria-selected", String(number === chosen));
        button.setAttribute("tabindex", number === chosen ? "0" : "-1");
      });
      panes.forEach(([, pane], number) => { pane.hidden = number !== chosen; });
    }

    function key(event) {
      const at = buttons.indexOf(document.activeElement), last = buttons.length - 1;
      const to = { ArrowRight: at < last ? at + 1 : 0, ArrowLeft: at > 0 ? at - 1 : last, Home: 0, End: last }[event.key];
      if (at >= 0 && to !== undefined) {
        choose(to);
        buttons[to].focus();
        event.preventDefault();
      }
    }

    choose(0);
    const box = element("div", { class: "tabs" }, row, element("div", { class: "tab-panes" }, panes.map(([, pane]) => pane)));
    return { box: box, choose: choose };
  };
})((window.onemap = window.onemap || {}));
