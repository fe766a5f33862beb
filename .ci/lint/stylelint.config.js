// The rules for the style sheet of the one map.
import stylelint from "stylelint";

import { css, isNewer } from "./chromium86.js";

const RULE = "onemap/chromium-86";
// What only makes the page nicer where it is known, and is passed over where it is not.
const PASSED_OVER = ["accent-color", "print-color-adjust"];
const WORD = /[a-z][a-z-]*(?=\(?)/g;
const PSEUDO = /(?<!\\)::?([a-z-]+)/g;

// Functions stand among the types, or one step below: color-mix() is one of the colours.
const functions = Object.assign({}, ...Object.values(css.types), css.types);

/** What of a declaration is newer than the oldest browser: its property, or words and functions of its value. */
function newerIn(declaration) {
  const { name, type } = declaration.parent;
  const property = (type === "atrule" ? css["at-rules"][name] : css.properties)[declaration.prop];
  if (isNewer(property)) return PASSED_OVER.includes(declaration.prop) ? [] : [declaration.prop];
  const value = declaration.value.replace(/"[^"]*"|'[^']*'|url\([^)]*\)|--[\w-]+|#\w+/g, "");
  return (value.match(WORD) || []).filter((word) => {
    return isNewer(property && property[word]) || (value.includes(word + "(") && isNewer(functions[word]));
  });
}

function newerInSelector(rule) {
  const nested = rule.parent.type === "rule" ? ["nested rules"] : [];
  return nested.concat(Array.from(rule.selector.matchAll(PSEUDO), ([, name]) => name).filter((name) => isNewer(css.selectors[name])));
}

const chromium86 = stylelint.createPlugin(RULE, (on) => (root, result) => {
  if (!on) return;
  const report = (node, names) => names.forEach((name) => {
    stylelint.utils.report({ ruleName: RULE, result: result, node: node, message: `Chromium 86 does not know ${name} (${RULE})` });
  });
  root.walkDecls((declaration) => report(declaration, newerIn(declaration)));
  root.walkRules((rule) => report(rule, newerInSelector(rule)));
  root.walkAtRules((rule) => report(rule, isNewer(css["at-rules"][rule.name]) ? ["@" + rule.name] : []));
});

export default {
  plugins: [chromium86],
  rules: {
    "onemap/chromium-86": true,
    "at-rule-no-unknown": true,
    "block-no-empty": true,
    "color-no-invalid-hex": true,
    "declaration-block-no-duplicate-properties": true,
    "declaration-block-no-shorthand-property-overrides": true,
    "declaration-property-value-no-unknown": true,
    "function-no-unknown": true,
    "no-duplicate-selectors": true,
    "property-no-unknown": true,
    "selector-pseudo-class-no-unknown": true,
    "selector-pseudo-element-no-unknown": true,
    "selector-type-no-unknown": true,
    "unit-disallowed-list": [
      "cap", "lh", "rlh", "svh", "lvh", "dvh", "svw", "lvw", "dvw", "cqw", "cqh", "cqi", "cqb", "cqmin", "cqmax",
    ],
    "unit-no-unknown": true,
  },
};
