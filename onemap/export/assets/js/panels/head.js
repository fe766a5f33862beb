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

  onemap.cards = function (content) {
    return element("div", { class: "cards" }, content.cards.map((card) => element("div", { class: card.alarm && card.value ? "alarm" : "" },
      element("b", {}, onemap.number(card.value)), element("span", {}, card.title))));
  };
})((window.onemap = window.onemap || {}));
