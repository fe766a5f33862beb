/* Blocks of the page, and tables in them, whose large columns are unpacked when they are first asked for. */
(function (onemap) {
  "use strict";

  onemap.readBlock = function (id) {
    return JSON.parse(document.getElementById(id).textContent);
  };

  /** Return the bytes that a text of Python's `packing.deflated` holds. */
  onemap.inflate = function (text) {
    const packed = atob(text), bytes = new Uint8Array(packed.length);
    for (let i = 0; i < packed.length; i++) bytes[i] = packed.charCodeAt(i);
    return fflate.unzlibSync(bytes);
  };

  /** Return the column of that name as a function of the place. */
  onemap.columnOf = function (table, name) {
    let values = null;
    return function (place) {
      values = values || unfold(table.columns[name]);
      return values(place);
    };
  };

  function unfold(told) {
    const column = typeof told === "string" ? JSON.parse(new TextDecoder().decode(onemap.inflate(told))) : told;
    return Array.isArray(column)
      ? (place) => column[place]
      : (place) => (column.c[place] < 0 ? null : column.d[column.c[place]]);
  }

  /** Return the rows of a table as objects that look each value up when it is asked for; `more` is what follows from these. */
  onemap.rowsOf = function (table, more) {
    const row = {}, define = (name, value) => Object.defineProperty(row, name, { get: value, enumerable: true });
    Object.keys(table.columns).forEach((name) => {
      const column = onemap.columnOf(table, name);
      define(name, function () { return column(this.place); });
    });
    Object.keys(more).forEach((name) => define(name, function () { return more[name](this); }));
    return Array.from({ length: table.count }, (_, place) => Object.create(row, { place: { value: place } }));
  };
})((window.onemap = window.onemap || {}));
