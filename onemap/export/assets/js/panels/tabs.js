/* Tabs over the panes of the side panel. */
(function (onemap) {
  "use strict";

  const element = onemap.element;

  /** Tabs over panes, each of which is [title, function that makes what is in it]: { box, choose }, where choose takes
      a number. A pane is made when it is chosen, or when there is nothing else to do. The tab key meets the chosen tab, arrow keys go to the others. */
  onemap.tabs = function (panes) {
    const row = element("div", { class: "tab-row", role: "tablist", "aria-label": onemap.say("panel"), onkeydown: key });
    const buttons = panes.map(([title], number) => element("button", {
      type: "button", role: "tab", id: "onemap-tab-" + number, "aria-controls": "onemap-pane-" + number, onclick: () => choose(number),
    }, title));
    row.append(...buttons);
    const boxes = panes.map((_, number) => onemap.walk(element("div", {
      id: "onemap-pane-" + number, role: "tabpanel", "aria-labelledby": "onemap-tab-" + number,
    })));
    boxes.forEach((_, number) => onemap.whenIdle(() => fill(number)));

    function fill(number) {
      if (!boxes[number].childElementCount) boxes[number].append(panes[number][1]());
    }

    function choose(chosen) {
      fill(chosen);
      buttons.forEach((button, number) => {
        button.setAttribute("aria-selected", String(number === chosen));
        button.setAttribute("tabindex", number === chosen ? "0" : "-1");
      });
      boxes.forEach((box, number) => { box.hidden = number !== chosen; });
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
    const box = element("div", { class: "tabs" }, row, element("div", { class: "tab-panes" }, boxes));
    return { box: box, choose: choose };
  };
})((window.onemap = window.onemap || {}));
