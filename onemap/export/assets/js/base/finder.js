/* What can be searched: the names, codes and townships of all features, and which of them fit a query best. */
(function (onemap) {
  "use strict";

  // How well a feature fits, best first.
  const SAME = 0, BEGINNING = 1, INSIDE = 2, SOUND_BEGINNING = 3, SOUND_INSIDE = 4, TOWNSHIP = 5, NOT = 6;
  const SEPARATORS = /['’]/g; // by which input methods part syllables: meng'zhou

  onemap.Finder = class {
    constructor(layers, readings) {
      this.readings = onemap.readingsOf(readings);
      this.names = new Texts();
      this.townships = new Texts();
      this.codes = [];
      this.features = []; // [layer, place]
      this.nameOf = []; // numbers among the names and the townships: many features share them
      this.townshipOf = [];
      layers.forEach((layer) => {
        for (let place = 0; place < layer.content.count; place++) {
          this.features.push([layer, place]);
          this.codes.push(onemap.fold(layer.keys(place) || ""));
          this.nameOf.push(this.names.number(layer.labels(place)));
          this.townshipOf.push(this.townships.number(layer.townships(place)));
        }
      });
    }

    /** Return the best `most` features as [layer, place], and how many there are in all. */
    find(text, most) {
      const query = onemap.fold(text), sound = this._soundOf(query);
      const names = this.names.folded.map((name) => rank(name, query, sound));
      const townships = this.townships.folded.map((name) => rank(name, query, sound) < NOT);
      const ranked = Array.from({ length: NOT }, () => []);
      let count = 0;
      for (let n = 0; n < this.features.length; n++) {
        let best = names[this.nameOf[n]];
        if (best > SAME) best = Math.min(best, rank(this.codes[n], query, null));
        if (best === NOT && townships[this.townshipOf[n]]) best = TOWNSHIP;
        if (best < NOT) {
          count++;
          if (ranked[best].length < most) ranked[best].push(this.features[n]);
        }
      }
      return { features: [].concat(...ranked).slice(0, most), count: count };
    }

    /** Return text as pieces [text, whether it is what the query means]. */
    pieces(text, query) {
      const signs = Array.from(text), folded = signs.map(onemap.fold);
      const met = this._place(folded.join(""), onemap.fold(query));
      const pieces = [];
      let at = 0;
      signs.forEach((sign, n) => {
        const marked = Boolean(met) && at >= met[0] && at < met[1] && folded[n] !== "";
        at += folded[n].length;
        const last = pieces[pieces.length - 1];
        if (last && last[1] === marked) {
          last[0] += sign;
        } else {
          pieces.push([sign, marked]);
        }
      });
      return pieces;
    }

    _place(text, query) {
      const at = text.indexOf(query), sound = this._soundOf(query);
      return at >= 0 ? [at, at + query.length] : sound && sound(text);
    }

    _soundOf(query) {
      const letters = query.replace(SEPARATORS, "").replace(/ü/g, "v");
      return /[a-z]/.test(letters) ? onemap.soundFinder(this.readings, letters) : null;
    }
  };

  function rank(text, query, sound) {
    const at = text.indexOf(query);
    if (at >= 0) return at > 0 ? INSIDE : text.length === query.length ? SAME : BEGINNING;
    const met = sound && sound(text);
    return met ? (met[0] > 0 ? SOUND_INSIDE : SOUND_BEGINNING) : NOT;
  }

  /** Texts as they are compared, each once. */
  class Texts {
    constructor() {
      this.folded = [];
      this.numbers = new Map();
    }

    number(text) {
      const known = text || "";
      if (!this.numbers.has(known)) {
        this.numbers.set(known, this.folded.length);
        this.folded.push(onemap.fold(known));
      }
      return this.numbers.get(known);
    }
  }
})((window.onemap = window.onemap || {}));
