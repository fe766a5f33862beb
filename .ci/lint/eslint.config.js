// The rules for the scripts of the one map.
import { readdirSync, readFileSync } from "node:fs";

import js from "@eslint/js";
import globals from "globals";

import { newerNames } from "./chromium86.js";

const SCRIPTS = new URL("../../onemap/export/assets/", import.meta.url);
// A method is not the browser's but ours or Leaflet's where scripts of ours, or vendored ones, define one of that name.
const DEFINED = /[A-Za-z_]\w*(?=\s*[:=]\s*(?:function\b|\([^()]*\)\s*=>|\w+\s*=>)|\([^()]*\)\s*\{)/g;
const ours = new Set(
  readdirSync(SCRIPTS, { recursive: true }).map((name) => name.replaceAll("\\", "/")).filter((name) => name.endsWith(".js"))
    .flatMap((name) => readFileSync(new URL(name, SCRIPTS), "utf-8").match(DEFINED) || []),
);
const NEWER = newerNames();
// Chromium 86 has replaceAll, but ES2018 has not.
const METHODS = NEWER.filter((name) => !ours.has(name)).concat("replaceAll");

const HTML = "data enters the page as text: onemap.element";
const forbidden = (property, message) => ({ property: property, message: message });

export default [
  js.configs.recommended,
  {
    languageOptions: {
      ecmaVersion: 2018,
      sourceType: "script",
      globals: { ...globals.browser, L: "readonly", geodesic: "readonly" },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "complexity": ["error", 10],
      "eqeqeq": "error",
      "max-lines": ["error", { max: 250, skipBlankLines: true, skipComments: true }],
      "max-lines-per-function": ["error", 50],
      "no-control-regex": "off", // names of files are freed of them
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
        // What is called of onemap, L or this is no object of the browser either.
        { selector: `:matches(CallExpression, NewExpression) > MemberExpression.callee[property.name=/^(${METHODS.join("|")})$/]:not([object.name=/^(onemap|L)$/]):not([object.type="ThisExpression"])`, message: "Chromium 86 has no such method" },
        { selector: "CallExpression[callee.property.name='at'][arguments.0.type=/Literal|UnaryExpression/]", message: "Chromium 86 has no Array.at" },
      ],
      // ES2018 knows no catch without a name.
      "no-unused-vars": ["error", { argsIgnorePattern: "^onemap$", caughtErrors: "none" }],
      "no-var": "error",
      "prefer-const": "error",
      "strict": ["error", "function"],
    },
  },
];
