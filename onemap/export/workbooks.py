"""lists.xlsx: an overview, the balance of the county, the scorecards, then one sheet for each rule."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import pandas as pd
from xlsxwriter.worksheet import Worksheet

from onemap.export.balance_sheet import write_balances
from onemap.export.look import LEVEL_TINTS
from onemap.export.overview import write_overview
from onemap.export.scorecard_sheet import write_scorecards
from onemap.export.sheets import Book, Column, workbook, write_table
from onemap.export.words import class_title, empty_sentence, finding_columns, layer_title, titles_alone
from onemap.geodesy import unit_title
from onemap.model import Atlas, level_title
from onemap.spec.rule import LEVELS, Rule
from onemap.text import tr

FILE: Final = "lists.xlsx"
NUMBER_FORMAT: Final = "#,##0.00"


def write(atlas: Atlas, folder: Path) -> list[Path]:
    """Write lists.xlsx into `folder`."""
    path = folder / FILE
    title = tr("{title}: lists", title=atlas.project.spec.title)
    with workbook(path, atlas, title) as book:
        overview = book.sheet(tr("Overview"))
        write_balances(book, atlas)
        write_scorecards(book, atlas)
        sheets = {rule.id: book.sheet(rule.name) for rule in atlas.rules}
        write_overview(book, overview, atlas, {own_id: sheet.name for own_id, sheet in sheets.items()})
        for rule in atlas.rules:
            _write_rule(book, sheets[rule.id], rule, atlas)
    return [path]


def _write_rule(book: Book, sheet: Worksheet, rule: Rule, atlas: Atlas) -> None:
    rows = atlas.findings[atlas.findings["rule"] == rule.id]
    columns = _columns(rows, atlas) if rule.pairs else _columns_alone(rows, rule, atlas)
    there = set(rows["level"])
    worst = next((level for level in LEVELS if level in there), None)
    if worst:
        sheet.set_tab_color(LEVEL_TINTS[worst])
    write_table(book, sheet, columns, empty_sentence(rule, atlas))


def _columns_alone(rows: pd.DataFrame, rule: Rule, atlas: Atlas) -> list[Column]:
    """Return the columns of a list whose lines are about one feature each."""
    titles, own = finding_columns(), titles_alone(rule.measure)
    # Days and counts are whole.
    of_value = "#,##0" if rule.unit in ("days", "count", "classes") else NUMBER_FORMAT
    names = ["of_key"] if rows["of_label"].equals(rows["of_key"]) else ["of_key", "of_label"]
    return [
        *_judged(rows),
        *(Column(titles[name], list(rows[name])) for name in (*names, "township")),
        # Not every measure is a number.
        *(Column(title, _told(rows, name, atlas), of_value if name == "value" else "") for name, title in own.items()),
        Column(titles["reason"], list(rows["reason"])),
        Column(titles["basis"], list(rows["basis"]), printed=False),
    ]


def _told(rows: pd.DataFrame, name: str, atlas: Atlas) -> list[Any]:
    return list(rows[name].map(lambda layer: layer_title(atlas, layer), "ignore") if name == "to_layer" else rows[name])


def _judged(rows: pd.DataFrame) -> list[Column]:
    levels = [level_title(level) for level in rows["level"]]
    tints = [LEVEL_TINTS[level] for level in rows["level"]]
    return [Column(tr("No."), range(1, len(rows) + 1), "0"), Column(finding_columns()["level"], levels, tints=tints)]


def _columns(rows: pd.DataFrame, atlas: Atlas) -> list[Column]:
    titles = finding_columns()
    classes = zip(rows["to_layer"], rows["to_class"].fillna(""), strict=True)
    layers = list(rows["to_layer"].map(lambda layer: layer_title(atlas, layer), na_action="ignore"))
    values: dict[str, Iterable[Any]] = {
        "of_key": rows["of_key"],
        "of_label": rows["of_label"],
        "township": rows["township"],
        "to_class": [class_title(atlas, *pair) for pair in classes],
        "to_key": rows["to_key"],
        "to_label": rows["to_label"],
    }
    return [
        *_judged(rows),
        *(Column(titles[name], list(column)) for name, column in values.items()),
        Column(titles["value"], list(rows["value"]), NUMBER_FORMAT),
        Column(titles["unit"], list(rows["unit"].map(unit_title, na_action="ignore"))),
        Column(titles["reason"], list(rows["reason"])),
        # The reason tells the basis, and the class of a receptor its layer: they are here to be filtered by.
        Column(titles["to_layer"], layers, printed=False),
        Column(titles["basis"], list(rows["basis"]), printed=False),
    ]
