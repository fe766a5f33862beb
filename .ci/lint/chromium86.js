// What browsers have learnt since Chromium 86, the oldest in which the one map must run: by MDN's tables.
import { createRequire } from "node:module";

const OLDEST = 86;
const tables = createRequire(import.meta.url)("@mdn/browser-compat-data");

function isKnown(compat) {
  return [compat.support.chrome].flat().some((support) => {
    const plain = support && !support.flags && !support.prefix && !support.alternative_name;
    return plain && parseInt(support.version_added) <= OLDEST;
  });
}

/** Whether an entry of the tables is there and newer than the oldest browser. */
export function isNewer(entry) {
  return Boolean(entry && entry.__compat) && !isKnown(entry.__compat);
}

/** The names of globals and methods of which no object of the oldest browser has one. */
export function newerNames() {
  const known = new Map();
  const note = (name, entry) => {
    if (entry.__compat) known.set(name, known.get(name) || isKnown(entry.__compat));
  };
  [tables.api, tables.javascript.builtins].forEach((table) => Object.entries(table).forEach(([name, entry]) => {
    note(name, entry);
    Object.entries(entry).filter(([member]) => member !== "__compat")
      .forEach(([member, inner]) => note(member.replace(/_(static|event)$/, ""), inner));
  }));
  return Array.from(known.keys()).filter((name) => !known.get(name) && /^[A-Za-z]\w*$/.test(name));
}

export const css = tables.css;
