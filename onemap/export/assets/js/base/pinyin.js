/* Text found by how it is read: 孟州化工 by "mengzhouhuagong", "mzhg", "mzhua" or "孟州hg". */
(function (onemap) {
  "use strict";

  const USUAL = 0x10000; // code points of all but rare characters: a place for each is quicker than a Map
  const TWO_LETTERS = /^[zcs]h/; // initials that people type as one letter or as two

  /** Return the readings of each character, by its code point; the table has the characters of each reading. */
  onemap.readingsOf = function (table) {
    const readings = new Map();
    Object.entries(table).forEach(([reading, characters]) => Array.from(characters).forEach((character) => {
      const sign = character.codePointAt(0);
      readings.set(sign, (readings.get(sign) || []).concat([reading]));
    }));
    return readings;
  };

  /**
   * Return a function that finds a query in folded text, as [from, to], or null.
   *
   * A character is met by itself, by a whole reading, by the initial of one, or at the end of the query by the beginning
   * of one. Many texts are looked through for one query, so that where a character leads is worked out once.
   */
  onemap.soundFinder = function (readings, query) {
    const steps = new Array(USUAL); // of each code point, for each place of the query, the places to which it leads

    function leads(sign) {
      if (!steps[sign]) {
        const itself = String.fromCodePoint(sign), sounds = readings.get(sign) || [];
        steps[sign] = Array.from({ length: query.length }, (_, at) => ends(query, at, itself, sounds));
      }
      return steps[sign];
    }

    /** Return where in the text the rest of the query ends, or -1. */
    function walk(text, from, at) {
      if (at === query.length) return from;
      if (from >= text.length) return -1;
      const sign = text.codePointAt(from), next = leads(sign)[at];
      for (let n = 0; n < next.length; n++) {
        const end = walk(text, from + (sign > 0xffff ? 2 : 1), next[n]);
        if (end >= 0) return end;
      }
      return -1;
    }

    return function (text) {
      for (let from = 0; from < text.length; from++) {
        const end = walk(text, from, 0);
        if (end >= 0) return [from, end];
      }
      return null;
    };
  };

  function ends(query, at, itself, sounds) {
    const found = new Set(), rest = query.slice(at);
    if (rest.startsWith(itself)) found.add(at + itself.length);
    sounds.forEach((sound) => {
      if (rest.startsWith(sound)) found.add(at + sound.length);
      if (sound.startsWith(rest)) found.add(query.length);
      if (rest[0] === sound[0]) found.add(at + 1);
      if (TWO_LETTERS.test(sound) && rest.startsWith(sound.slice(0, 2))) found.add(at + 2);
    });
    return Array.from(found).sort((a, b) => b - a);
  }
})((window.onemap = window.onemap || {}));
