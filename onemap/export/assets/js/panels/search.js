/* Search over all layers by name, code and township. */
(function (onemap) {
  "use strict";

  const element = onemap.element;
  const MOST = 60;

  onemap.Search = class {
    constructor(app, whenEmpty) {
      this.app = app;
      this.whenEmpty = whenEmpty; // what stands in the results' place while nothing is searched
      this.index = null;
      this.input = element("input", {
        type: "search", placeholder: onemap.say("search"), "aria-label": onemap.say("search"),
        oninput: () => this.refresh(), onkeydown: (event) => this._key(event),
      });
      this.results = element("div", { class: "results", hidden: true });
    }

    refresh() {
      const query = onemap.fold(this.input.value);
      this.results.hidden = query === "";
      this.whenEmpty.hidden = query !== "";
      if (query) {
        const found = this._find(query);
        this.results.replaceChildren(...this._rows(found));
      }
    }

    _key(event) {
      if (event.key === "Escape") {
        this.input.value = "";
        this.refresh();
      } else if (event.key === "Enter" && this.results.querySelector(".row")) {
        this.results.querySelector(".row").click();
      }
    }

    /** Features whose name or code matches come before those that only lie in a township that does. */
    _find(query) {
      this.index = this.index || this._read();
      const named = this.index.filter((entry) => entry.words.includes(query));
      const inside = this.index.filter((entry) => entry.township.includes(query) && !entry.words.includes(query));
      return named.concat(inside);
    }

    _read() {
      const entries = [];
      this.app.layers.slice().reverse().forEach((layer) => {
        for (let place = 0; place < layer.content.count; place++) {
          entries.push({
            layer: layer, place: place,
            words: onemap.fold(layer.labels(place)) + "\n" + onemap.fold(layer.keys(place)),
            township: onemap.fold(layer.townships(place) || ""),
          });
        }
      });
      return entries;
    }

    _rows(found) {
      if (!found.length) {
        return [element("p", { class: "remark" }, onemap.say("noMatch", { query: this.input.value }))];
      }
      const rows = found.slice(0, MOST).map(({ layer, place }) => element("button", {
        type: "button", class: "row", onclick: () => this.app.goTo(layer, place),
      },
      element("span", { class: "name" }, onemap.swatch(layer, layer.classOf[place]), layer.labels(place)),
      element("span", { class: "why" },
        [layer.content.title, layer.townships(place), layer.keys(place)].filter(Boolean).join(" · "))));
      const rest = found.length - rows.length;
      return rest > 0 ? rows.concat([element("p", { class: "remark" }, onemap.say("moreMatches", { count: rest }))]) : rows;
    }
  };
})((window.onemap = window.onemap || {}));
