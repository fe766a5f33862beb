/* Blocks of the page, and tables in them. What is packed is unpacked by the browser itself, beside the page. */
(function (onemap) {
  "use strict";

  const ROWS_OF_A_LINE = 4096, LINE_END = 10;

  onemap.readBlock = function (id) {
    return JSON.parse(document.getElementById(id).textContent);
  };

  /** Return a promise of the bytes that a text of Python's `packing.deflated` holds. */
  onemap.inflate = function (text) {
    const inflated = new Blob([bytesOf(text)]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Response(inflated).arrayBuffer().then((buffer) => new Uint8Array(buffer));
  };

  function bytesOf(text) {
    // eslint-disable-next-line no-restricted-syntax -- newer browsers do it at once
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
    const packed = atob(text), bytes = new Uint8Array(packed.length);
    for (let i = 0; i < packed.length; i++) bytes[i] = packed.charCodeAt(i);
    return bytes;
  }

  /** Return a promise of a table: how many rows it has, and its columns by name as functions of the row. */
  onemap.readTable = function (told) {
    const names = Object.keys(told.columns), columns = {};
    return Promise.all(names.map((name) => {
      const column = told.columns[name];
      return typeof column === "string" ? onemap.inflate(column).then(linesOf) : column;
    })).then((contents) => {
      names.forEach((name, n) => { columns[name] = columnOf(contents[n], columns); });
      return { count: told.count, columns: columns };
    });
  };

  /** A column is a function already where it was packed; a list with one name where it is the same as another. */
  function columnOf(content, columns) {
    if (typeof content === "function") return content;
    return Array.isArray(content) && content.length === 1 && content[0] in columns ? columns[content[0]] : unfold(content);
  }

  function linesOf(bytes) {
    const from = [0], lines = [];
    for (let at = bytes.indexOf(LINE_END); at >= 0; at = bytes.indexOf(LINE_END, at + 1)) from.push(at + 1);
    from.push(bytes.length + 1);
    return function (row) {
      const line = Math.floor(row / ROWS_OF_A_LINE);
      if (!lines[line]) {
        lines[line] = unfold(JSON.parse(new TextDecoder().decode(bytes.subarray(from[line], from[line + 1] - 1))));
      }
      return lines[line](row % ROWS_OF_A_LINE);
    };
  }

  function unfold(column) {
    return Array.isArray(column) ? (row) => column[row] : (row) => (column.c[row] < 0 ? null : column.d[column.c[row]]);
  }

  /** Return the rows of a table as objects that look each value up when it is asked for; `more` is what follows from these. */
  onemap.rowsOf = function (table, more) {
    const row = {}, define = (name, value) => Object.defineProperty(row, name, { get: value, enumerable: true });
    Object.keys(table.columns).forEach((name) => {
      const column = table.columns[name];
      define(name, function () { return column(this.row); });
    });
    Object.keys(more).forEach((name) => define(name, function () { return more[name](this); }));
    return Array.from({ length: table.count }, (_, number) => Object.create(row, { row: { value: number } }));
  };
})((window.onemap = window.onemap || {}));
