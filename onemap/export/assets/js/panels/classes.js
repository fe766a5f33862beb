/* Classes of a layer as buttons, and amounts of features and ground: for layer tree and legend. */
(function (onemap) {
  "use strict";

  const element = onemap.element;

  /** Say how many features there are, and how much ground. */
  onemap.amount = function (layer, count, mu) {
    const number = onemap.say(layer.content.coverage ? "parcels" : "features", { number: onemap.number(count) });
    return layer.content.areal && mu ? number + " / " + onemap.mu(mu) : number;
  };

  /** What an amount's 亩 are: ground, or a sum of features that may lie over one another. */
  onemap.meaning = function (layer, mu) {
    return layer.content.areal && mu ? { title: onemap.exactMu(mu) + ", " + onemap.say(layer.content.once ? "groundOnce" : "sumOfAreas") } : {};
  };

  onemap.classTitle = function (one) {
    return one.title || onemap.say("noClass");
  };

  /** A class that can be switched off and on. */
  onemap.classButton = function (app, layer, number, kind) {
    const one = layer.content.classes[number];
    return element("button", {
      type: "button", class: kind, "aria-pressed": String(!layer.hidden.has(number)),
      onclick: () => app.toggleClass(layer, number),
    },
    onemap.swatch(layer, number),
    element("span", {}, onemap.classTitle(one)),
    element("small", onemap.meaning(layer, one.mu), kind === "chip" ? onemap.number(one.count) : onemap.amount(layer, one.count, one.mu)));
  };

  onemap.hasClasses = function (layer) {
    return layer.content.classes.length > 1 || layer.content.classes[0].id !== "";
  };

  onemap.usedClasses = function (layer) {
    return layer.content.classes.map((one, number) => number).filter((number) => layer.content.classes[number].count);
  };
})((window.onemap = window.onemap || {}));
