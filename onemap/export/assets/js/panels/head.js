/* The header of the page, and the overview numbers. */
(function (onemap) {
  "use strict";

  const element = onemap.element;

  onemap.header = function (content, buttons) {
    const facts = [
      element("span", {}, onemap.say("dataOf", { period: content.period })),
      element("span", { class: "edition" }, onemap.say("internal")),
      element("span", { title: content.crs.name }, content.crs.name.split(" ")[0] + " · " + content.crs.code),
    ];
    return element("header", { class: "page-head" },
      element("h1", {}, content.title), element("div", { class: "facts" }, facts), element("nav", {}, buttons));
  };

  /** The overview numbers; one about records at a level leads to them. */
  onemap.cards = function (app) {
    return element("div", { class: "cards" }, app.content.cards.map((card) => element(card.level ? "button" : "div", {
      type: card.level ? "button" : null, class: card.alarm && card.value ? "alarm" : "",
      title: card.level ? onemap.say("toRecords") : null, onclick: () => { if (card.level) app.showLists({ level: card.level }); },
    }, element("b", {}, onemap.number(card.value)), element("span", {}, card.title))));
  };
})((window.onemap = window.onemap || {}));
