/* Choices above a list: pills with counts, and drop-downs. */
(function (onemap) {
  "use strict";

  const element = onemap.element;

  /** Pills of which one is chosen; an option is { value, title, count, class }. */
  onemap.pills = function (options, chosen, choose) {
    return options.map((option) => element("button", {
      type: "button", "aria-pressed": String(option.value === chosen), class: option.class || "", onclick: () => choose(option.value),
    }, option.title, " ", element("b", {}, onemap.number(option.count))));
  };

  /** A drop-down; an option is { value, title }, and options with a heading are { title, options }. */
  onemap.picker = function (name, options, chosen, choose) {
    const values = [];
    const entry = (option) => {
      values.push(option.value);
      return element("option", { value: values.length - 1, selected: option.value === chosen }, option.title);
    };
    const entries = options.map((one) => (one.options ? element("optgroup", { label: one.title }, one.options.map(entry)) : entry(one)));
    return element("select", { "aria-label": name, onchange: (event) => choose(values[Number(event.target.value)]) }, entries);
  };
})((window.onemap = window.onemap || {}));
