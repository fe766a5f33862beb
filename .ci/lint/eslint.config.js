// The rules for the scripts of the one map.
import js from "@eslint/js";
import globals from "globals";

import { newerNames } from "./chromium86.js";

// Methods of ours and of Leaflet that are called like something that browsers have learnt since.
const OURS = ["at", "getSize", "isValid", "layer", "paint", "polygon", "redraw"];
// Chromium 86 has it, but ES2018 has not.
const TOO_NEW = ["replaceAll"];
const NEWER = newerNames();
const METHODS = NEWER.filter((name) => !OURS.includes(name)).concat(TOO_NEW);

const HTML = "data enters the page as text: onemap.element";
const forbidden = (property, message) => ({ property: property, message: message });

export default [
  js.configs.recommended,
  {
    languageOptions: {
      ecmaVersion: 2018,
      sourceType: "script",
      globals: { ...globals.browser, L: "readonly" },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "complexity": ["error", 10],
      "eqeqeq": "error",
      "max-lines": ["error", 250],
      "max-lines-per-function": ["error", 50],
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-restricted-globals": ["error", ...NEWER.map((name) => ({ name: name, message: "Chromium 86 has no such thing" }))],
      "no-restricted-properties": [
        "error",
        forbidden("innerHTML", HTML), forbidden("outerHTML", HTML), forbidden("insertAdjacentHTML", HTML),
        forbidden("createContextualFragment", HTML), forbidden("setHTMLUnsafe", HTML),
        { object: "document", property: "write", message: HTML }, { object: "document", property: "writeln", message: HTML },
      ],
      "no-restricted-syntax": [
        "error",
        { selector: `:matches(CallExpression, NewExpression) > MemberExpression.callee[property.name=/^(${METHODS.join("|")})$/]`, message: "Chromium 86 has no such method" },
        { selector: "CallExpression[callee.property.name='at'][arguments.0.type=/Literal|UnaryExpression/]", message: "Chromium 86 has no Array.at" },
      ],
      "no-shadow": "error",
      "no-unused-vars": "error",
      "no-var": "error",
      "prefer-const": "error",
      "strict": ["error", "function"],
    },
  },
];
