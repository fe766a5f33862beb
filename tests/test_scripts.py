"""The scripts and style of the one map, by the linters in .ci/lint: what Chromium 86 cannot read does not get in."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from onemap.export.webmap import draw
from onemap.export.webmap.assets import ASSETS, SCRIPTS
from tests.atlases import small_atlas
from tests.scripts import LINT, SCRIPT, run

SOUND = """(function (onemap) {{
  "use strict";
  onemap.tried = function (list, box) {{
    {line}
  }};
}})(window);
"""

pytestmark = pytest.mark.external


def eslint(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return run("eslint", "--config", LINT / "eslint.config.js", "--max-warnings", "0", *words, ".", at=folder)


def stylelint(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return run("stylelint", "--config", LINT / "stylelint.config.js", *words, "*.css", at=folder)


SCRIPT_FAULTS = {
    "return list.concat(box;": "Parsing error",
    "return list?.length;": "Parsing error",
    "return list ?? box;": "Parsing error",
    "return list.replaceAll(box, 1);": "no-restricted-syntax",
    "return list.at(-1) === box;": "no-restricted-syntax",
    "return list.findLast(box);": "no-restricted-syntax",
    "return new Intl.Segmenter(list, box);": "no-restricted-syntax",
    "return box.roundRect(list);": "no-restricted-syntax",
    "return structuredClone(list, box);": "no-restricted-globals",
    "box.innerHTML = list;": "no-restricted-properties",
    "box.insertAdjacentHTML('beforeend', list);": "no-restricted-properties",
    "document.write(list, box);": "no-restricted-properties",
    "return eval(list + box);": "no-eval",
    "return list == box;": "eqeqeq",
    "return list;": "no-unused-vars",
    "return lists.concat(list, box);": "no-undef",
    "var sum = list + box; return sum;": "no-var",
    "let sum = list + box; return sum;": "prefer-const",
}
SOUND_LINES = (
    "return list.flat().concat(Object.entries(box));",
    "box.replaceChildren(...list);",
    "return Object.fromEntries(list, box);",
    "return new DecompressionStream(list, box);",
)
STYLE_FAULTS = {
    ".a { inset: 0; }": "inset",
    ".a { aspect-ratio: 1; }": "aspect-ratio",
    ".a { overflow: clip; }": "clip",
    ".a { color: color-mix(in srgb, red, blue); }": "color-mix",
    ".a { height: 100dvh; }": "dvh",
    ".a:has(b) { color: red; }": "has",
    ":is(.a, .b) { color: red; }": "is",
    ".a { b { color: red; } }": "nested rules",
    "@layer one { .a { color: red; } }": "@layer",
    "@container (width > 3px) { .a { color: red; } }": "@container",
    ".a { colour: red; }": "colour",
}
SOUND_RULES = (
    ".a { display: flex; gap: 3px; }",
    ".a { display: grid; width: min-content; }",
    ".a:focus-visible { outline: 1px solid red; }",
    ".a { width: clamp(1px, 50%, 9px); color: var(--inset); }",
)

Complaints = Mapping[str, str]
"""What a linter says of each line or rule; nothing where that is sound."""


@pytest.fixture(scope="module")
def of_script(tmp_path_factory: pytest.TempPathFactory) -> Complaints:
    """Lint each line in a script that is sound but for it, all scripts in one go."""
    folder, lines = tmp_path_factory.mktemp("scripts"), [*SCRIPT_FAULTS, *SOUND_LINES]
    for number, line in enumerate(lines):
        (folder / f"{number}.js").write_text(SOUND.format(line=line), encoding="utf-8")
    told = json.loads(eslint(folder, "--format", "json").stdout)
    said = {Path(one["filePath"]).stem: one["messages"] for one in told}
    return {
        line: "; ".join(f"{one['ruleId']}: {one['message']}" for one in said[str(number)])
        for number, line in enumerate(lines)
    }


@pytest.fixture(scope="module")
def of_style(tmp_path_factory: pytest.TempPathFactory) -> Complaints:
    """Lint each rule in a style sheet of its own, all sheets in one go."""
    folder, rules = tmp_path_factory.mktemp("styles"), [*STYLE_FAULTS, *SOUND_RULES]
    for number, rule in enumerate(rules):
        (folder / f"{number}.css").write_text(rule, encoding="utf-8")
    told = json.loads(stylelint(folder, "--formatter", "json").stderr)
    said = {Path(one["source"]).stem: one["warnings"] for one in told}
    return {rule: "; ".join(one["text"] for one in said[str(number)]) for number, rule in enumerate(rules)}


def test_the_scripts_keep_the_rules() -> None:
    told = eslint(ASSETS / "js")
    assert told.returncode == 0, told.stdout + told.stderr


def test_the_style_keeps_the_rules() -> None:
    told = stylelint(ASSETS)
    assert told.returncode == 0, told.stdout + told.stderr


def test_every_script_is_in_the_page_once() -> None:
    files = [path.relative_to(ASSETS / "js").with_suffix("").as_posix() for path in (ASSETS / "js").rglob("*.js")]
    assert sorted(files) == sorted(SCRIPTS)


def test_every_script_of_the_page_is_es2018(tmp_path: Path) -> None:
    page = str(draw(small_atlas(tmp_path)).get_root().render())
    for number, code in enumerate(SCRIPT.findall(page)):
        (tmp_path / f"{number}.js").write_text(code, encoding="utf-8")
    files = sorted(tmp_path.glob("*.js"))
    told = run("acorn", "--ecma2018", "--silent", *files, at=tmp_path)
    assert len(files) >= 4  # Leaflet, our scripts, the sentence for old browsers, and what folium writes
    assert told.returncode == 0, told.stderr


@pytest.mark.parametrize("line", ["return list.concat(box;", "return list?.length;"])
def test_a_script_that_chromium_86_cannot_read_fails(line: str, tmp_path: Path) -> None:
    trial = tmp_path / "trial.js"
    trial.write_text(SOUND.format(line="return list.concat(box);"), encoding="utf-8")
    assert eslint(tmp_path).returncode == 0
    trial.write_text(SOUND.format(line=line), encoding="utf-8")
    assert eslint(tmp_path).returncode == 1


@pytest.mark.parametrize(("line", "rule"), SCRIPT_FAULTS.items())
def test_what_a_script_may_not_do_is_told(of_script: Complaints, line: str, rule: str) -> None:
    assert rule in of_script[line]


@pytest.mark.parametrize("line", SOUND_LINES)
def test_what_a_script_may_do_is_not_told(of_script: Complaints, line: str) -> None:
    assert of_script[line] == ""


@pytest.mark.parametrize(("rule", "name"), STYLE_FAULTS.items())
def test_a_style_that_chromium_86_does_not_know_is_told(of_style: Complaints, rule: str, name: str) -> None:
    assert name in of_style[rule]


@pytest.mark.parametrize("rule", SOUND_RULES)
def test_a_style_that_chromium_86_knows_is_not_told(of_style: Complaints, rule: str) -> None:
    assert of_style[rule] == ""
