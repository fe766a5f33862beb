/* Search over all layers by name, code and township, also as they are read: a field, and what it finds below it. */
(function (onemap) {
  "use strict";

  const element = onemap.element;
  const MOST = 60;
  const LIST = "onemap-found";

  onemap.Search = class {
    constructor(app, whenEmpty) {
      this.app = app;
      this.whenEmpty = whenEmpty; // what stands in the results' place while nothing is searched
      this.finder = null; // made at the first key
      this.active = -1; // number of the row that Enter opens
      this.input = element("input", {
        type: "search", placeholder: onemap.say("search"), "aria-label": onemap.say("search"), autocomplete: "off", spellcheck: "false",
        role: "combobox", "aria-autocomplete": "list", "aria-haspopup": "listbox", "aria-controls": LIST, "aria-expanded": "false",
        oninput: () => this.refresh(), onkeydown: (event) => this._key(event),
      });
      this.rows = [];
      // The field keeps the focus while rows are clicked.
      this.list = element("div", { id: LIST, role: "listbox", "aria-label": onemap.say("found"), onmousedown: (event) => event.preventDefault() });
      this.remark = element("p", { class: "remark", role: "status" });
      this.results = element("div", { class: "results", hidden: true }, this.list, this.remark);
    }

    refresh() {
      const query = onemap.fold(this.input.value);
      this.results.hidden = query === "";
      this.whenEmpty.hidden = query !== "";
      this.finder = this.finder || new onemap.Finder(this.app.layers.slice().reverse(), this.app.content.readings);
      const found = query ? this.finder.find(query, MOST) : { features: [], count: 0 };
      this.rows = found.features.map(([layer, place], number) => this._row(layer, place, number));
      this.list.replaceChildren(...this.rows);
      this.remark.textContent = this._remark(found);
      this.results.scrollTop = 0;
      this.input.setAttribute("aria-expanded", String(this.rows.length > 0));
      this._activate(-1);
    }

    _remark(found) {
      if (!found.count) {
        return onemap.say("noMatch", { query: this.input.value });
      }
      const rest = found.count - found.features.length;
      return rest > 0 ? onemap.say("moreMatches", { count: onemap.number(rest) }) : onemap.say("matches", { count: found.count });
    }

    _row(layer, place, number) {
      const marked = (text) => this.finder.pieces(text, this.input.value)
        .map(([piece, met]) => (met ? element("mark", {}, piece) : piece));
      const why = [layer.content.title, layer.townships(place), layer.keys(place)].filter(Boolean);
      return element("div", {
        id: LIST + "-" + number, role: "option", "aria-selected": "false", class: "row",
        onclick: () => { this._activate(number); this.app.goTo(layer, place); },
      },
      element("span", { class: "name" }, onemap.swatch(layer, layer.classOf[place]), marked(layer.labels(place) || "")),
      element("span", { class: "why" }, why.map((part, n) => (n ? [" · ", marked(part)] : part))));
    }

    _key(event) {
      if (event.isComposing) {
        return; // the keys belong to an input method
      }
      const moves = { ArrowDown: this.active + 1, ArrowUp: this.active - 1 };
      if (event.key in moves && this.rows.length) {
        this._activate(Math.min(moves[event.key], this.rows.length - 1));
        event.preventDefault();
      } else if (event.key === "Enter" && this.rows.length) {
        this.rows[Math.max(this.active, 0)].click();
      } else if (event.key === "Escape" && this.input.value) {
        this.input.value = "";
        this.refresh();
        event.preventDefault(); // it has done its work, and closes nothing else
      }
    }

    _activate(number) {
      this.active = Math.max(number, -1);
      this.rows.forEach((row, n) => row.setAttribute("aria-selected", String(n === this.active)));
      const row = this.active < 0 ? null : this.rows[this.active];
      if (row) {
        this.input.setAttribute("aria-activedescendant", row.id);
        row.scrollIntoView({ block: "nearest" });
      } else {
        this.input.removeAttribute("aria-activedescendant");
      }
    }
  };
})((window.onemap = window.onemap || {}));
