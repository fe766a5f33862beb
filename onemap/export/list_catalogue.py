"""The catalogue of lists as pages: `python -m onemap.export.list_catalogue` writes them into `docs/`."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from onemap.export.pages import row, write_pages
from onemap.spec.catalogue import Catalogue, load_catalogue
from onemap.spec.rule import Rule
from onemap.text import Language, pick, tr

PAGES: Final[Mapping[Language, str]] = {"en": "lists.md", "zh": "lists.zh-CN.md"}


def page() -> str:
    """Return every list that ships, with its layers, limits and basis, as Markdown in the language spoken now."""
    known = load_catalogue()
    made = "<!-- python -m onemap.export.list_catalogue -->"
    opening = tr(
        "Each list is a file in `layers/rules/`, which also says where its limits come from. A project overrules any "
        "of these values below `[rules.<id>]`; a value that nobody has laid down has to be given there."
    )
    lines = [f"# {tr('Lists')}", "", made, "", opening]
    head = [tr("List"), tr("Id"), tr("Layers"), tr("Measure"), tr("Limits and keys"), tr("Basis")]
    for name, rules in groupby(known.rules.values(), key=lambda rule: rule.group_name):
        lines += ["", f"## {name}", "", row(head), row(["---"] * len(head))]
        lines += [row(_cells(rule, known)) for rule in rules]
    return "\n".join(lines) + "\n"


def write(folder: Path) -> list[Path]:
    """Write the page in each language into `folder`."""
    return write_pages(folder, PAGES, page)


def _cells(rule: Rule, known: Catalogue) -> list[object]:
    layers = [tr(", ").join(known.layers[own_id].name for own_id in names) for names in ((rule.of,), rule.to)]
    if rule.beside:
        names = tr(", ").join(known.layers[own_id].name for own_id in rule.beside)
        layers.append(tr("{layers} (if there)", layers=names))
    own = set(type(rule).model_fields) - set(Rule.model_fields) | {"where"}
    keys = {"levels": rule.levels, **rule.model_dump(include=own, exclude_defaults=True)}
    told = [f"`{name} = {_toml(value)}`" for name, value in keys.items()]
    told += [tr("to be given: `{key}`", key=key) for key in rule.asked]
    basis = pick(rule.basis, rule.basis_en)
    return [rule.name, f"`{rule.id}`", " → ".join(filter(None, layers)), f"`{rule.measure}`", "<br>".join(told), basis]


def _toml(value: Any) -> str:
    """Return a value as a rule file has it."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_toml(one)}" for name, one in value.items() if one is not None) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return f"{value:g}" if isinstance(value, float) else json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))
