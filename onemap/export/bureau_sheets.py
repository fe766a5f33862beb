"""The sheets of issues.xlsx that go to the bureaus and come back: one a bureau, each issue with room for a decision."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

import numpy as np
import shapely
from xlsxwriter.worksheet import Worksheet

from onemap.decision import AXES, PLACES, REFERENCE, Decision, decision_columns, seal_of, word_titles
from onemap.export.look import SEVERITY_TINTS
from onemap.export.sheets import LONGEST_TEXT, Book, Choices, Column, write_table
from onemap.export.words import action_title, field_title, issue_columns, kind_title, layer_title, severity_title
from onemap.geodesy import LONLAT
from onemap.model import SOURCE, SOURCE_ROW, TOWNSHIP, Atlas, Issue, Layer
from onemap.text import tr

ENTRY: Final = "#fffbe6"
"""The ground of cells that people fill in."""

DAY: Final = "yyyy-mm-dd"

NO_ENTRY: Final = "#ececec"
"""The ground of a new value where nothing that could be written would mend the issue."""


def write_bureaus(book: Book, atlas: Atlas, empty: str) -> None:
    """Write a sheet for each bureau with what is wrong in its data."""
    own, choices = _by_bureau(atlas), Choices(tr("Choices"))
    for bureau, issues in own.items():
        _write_bureau(book, book.sheet(bureau or tr("not stated")), atlas, issues, choices)
    if not own:
        write_table(book, book.sheet(tr("All issues")), _columns(atlas, [], []), empty)
    choices.write(book)


def bureaus(atlas: Atlas) -> Mapping[tuple[str, str], str]:
    """Return the bureau of each source, by layer id and path, and by layer id and "" that of most of a layer."""
    found: dict[tuple[str, str], str] = {}
    for source in atlas.sources:
        found[source.layer, source.path] = source.provided_by
        found.setdefault((source.layer, ""), source.provided_by)
    return found


def bureau_of(issue: Issue, known: Mapping[tuple[str, str], str]) -> str:
    """Return the bureau whose data an issue is about; "" where the project does not say."""
    return known.get((issue.layer, issue.source), known.get((issue.layer, ""), ""))


def _by_bureau(atlas: Atlas) -> dict[str, list[Issue]]:
    """Return the issues of each bureau, in the order of the project's sources; those of nobody come last."""
    known = bureaus(atlas)
    own: dict[str, list[Issue]] = {bureau: [] for bureau in sorted(known.values(), key=lambda name: not name)}
    for issue in atlas.told:
        own.setdefault(bureau_of(issue, known), []).append(issue)
    return {bureau: issues for bureau, issues in own.items() if issues}


def _write_bureau(book: Book, sheet: Worksheet, atlas: Atlas, issues: Sequence[Issue], choices: Choices) -> None:
    columns = _columns(atlas, issues, townships_of(atlas, issues))
    write_table(book, sheet, columns)
    places = {column.title: at for at, column in enumerate(columns)}
    titles = decision_columns()
    rows = range(1, len(issues) + 1)
    sheet.data_validation(
        1, places[titles["word"]], len(issues), places[titles["word"]],
        {"validate": "list", "source": [*word_titles().values()], "input_title": titles["word"],
         "input_message": _advice()},
    )  # fmt: skip
    _offer_values(sheet, atlas, places[titles["value"]], dict(zip(rows, issues, strict=True)), choices)
    sheet.data_validation(
        1, places[titles["until"]], len(issues), places[titles["until"]],
        {"validate": "date", "criteria": ">", "value": dt.date(2000, 1, 1), "error_type": "warning",
         "error_message": tr("write it as 2027-06-30")},
    )  # fmt: skip
    sheet.set_column(places[REFERENCE], places[REFERENCE], None, None, {"hidden": True})
    # What is wrong, and where, stays in sight while the decision is written.
    sheet.freeze_panes(1, 2)


def _advice() -> str:
    words = word_titles()
    return tr(
        "{correct}: write the right value beside it. {waive}: say who, why, until when. {pending}: to be looked into.",
        **words,
    )


def _offer_values(sheet: Worksheet, atlas: Atlas, place: int, issues: Mapping[int, Issue], choices: Choices) -> None:
    """Let Excel offer the classes where the new value is one of a class field."""
    rows: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for row, issue in issues.items():
        spec = atlas.project.catalogue.layers.get(issue.layer)
        field = spec.fields.get(issue.field) if spec else None
        if field is not None and field.classes:
            rows[tuple(kind.title for kind in field.classes.values())].append(row)
    for titles, own in rows.items():
        cells = [[row, place, row, place] for row in own[1:]]
        choice = {
            "validate": "list", "source": choices.source(titles), "error_type": "warning", "other_cells": cells,
        }  # fmt: skip
        sheet.data_validation(own[0], place, own[0], place, choice)


def _columns(atlas: Atlas, issues: Sequence[Issue], townships: Sequence[str]) -> list[Column]:
    titles, entries = issue_columns(), decision_columns()
    severities = [issue.weight for issue in issues]
    said = [issue.decision for issue in issues]
    grounds = [ENTRY if _can_be_corrected(atlas, issue) else NO_ENTRY for issue in issues]
    return [
        Column(titles["severity"], [severity_title(one) for one in severities],
               tints=[SEVERITY_TINTS[one] for one in severities]),
        Column(titles["kind"], [kind_title(issue.kind) for issue in issues], width=16),
        Column(tr("Township"), [*townships], width=8),
        Column(titles["layer"], [layer_title(atlas, issue.layer) for issue in issues], width=14),
        Column(titles["source"], [issue.source for issue in issues], width=18),
        Column(titles["row"], [issue.row for issue in issues], "0"),
        Column(titles["cell"], [issue.cell for issue in issues]),
        Column(titles["field"], [field_title(atlas, issue.layer, issue.field) for issue in issues], width=10),
        Column(titles["key"], [issue.key for issue in issues], width=14),
        Column(titles["value"], [issue.value for issue in issues], width=12),
        Column(titles["message"], [issue.message for issue in issues], width=34),
        Column(titles["hint"], [issue.hint for issue in issues], width=28),
        _entry(entries["word"], [word_titles()[one.word] if one and one.word else "" for one in said]),
        Column(entries["value"], [one.text if one else "" for one in said], entry=grounds, width=12),
        _entry(entries["who"], [one.who if one else "" for one in said]),
        _entry(entries["why"], [one.why if one else "" for one in said], width=16),
        _entry(entries["until"], [one.until if one else None for one in said], width=12, number_format=DAY),
        Column(titles["action"], [action_title(issue.action) for issue in issues], printed=False),
        Column(titles["lon"], [issue.lon for issue in issues], "0.000000", printed=False),
        Column(titles["lat"], [issue.lat for issue in issues], "0.000000", printed=False),
        Column(REFERENCE, [_reference(issue) for issue in issues], printed=False),
    ]  # fmt: skip


def _entry(title: str, values: Sequence[Any], width: int = 8, number_format: str = "") -> Column:
    return Column(title, values, number_format, entry=[ENTRY] * len(values), width=width)


def _can_be_corrected(atlas: Atlas, issue: Issue) -> bool:
    """Tell whether a new value in the workbook could mend an issue: that of a cell, or the place of a point."""
    spec = atlas.project.catalogue.layers.get(issue.layer)
    about = issue.reference
    if spec is None or about is None or about.row is None:
        return False
    is_place = about.field in AXES or (not about.field and about.kind in PLACES and "point" in spec.geometry)
    return about.field in spec.fields or is_place


def _reference(issue: Issue) -> str:
    """Return what finds a line again: the issue that it is about, and what was decided when it was written."""
    if issue.reference is None:
        return ""
    told = issue.reference.model_dump(exclude_defaults=True)
    given = issue.decision.said if issue.decision else Decision(issue.reference, None).said
    texts = (issue.source, issue.row, issue.cell, issue.key, issue.value, issue.message)
    seal = seal_of(*(text[:LONGEST_TEXT] if isinstance(text, str) else text for text in texts))
    return json.dumps({**told, "given": given, "seal": seal}, ensure_ascii=False, separators=(",", ":"))


def townships_of(atlas: Atlas, issues: Sequence[Issue]) -> list[str]:
    """Return the township of each issue: that of its record, or else the one in which its place lies."""
    rows: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for issue in issues:
        if issue.row is not None and issue.layer in atlas.layers:
            rows[issue.layer].add((issue.source, issue.row))
    of_row: dict[str, dict[tuple[str, int], str]] = defaultdict(dict)
    for own_id, wanted in rows.items():
        layer = atlas.layers[own_id]
        inputs = [layer.digest or None, repr(sorted(wanted))]
        of_row[own_id] = atlas.cache.value("rows", inputs, partial(_names_of, layer, wanted))
    found = ["" if one.row is None else of_row[one.layer].get((one.source, one.row), "") for one in issues]
    lost = [at for at, issue in enumerate(issues) if not found[at] and issue.lon is not None]
    for at, name in zip(lost, _located(atlas, [issues[at] for at in lost]), strict=True):
        found[at] = name
    return found


def _names_of(layer: Layer, wanted: set[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """Return the township of each record that is wanted, by its source and row."""
    names = layer.labels if layer.spec.id == TOWNSHIP else layer.townships
    records = zip(layer.frame[SOURCE], layer.frame[SOURCE_ROW], names, strict=True)
    return {(source, row): name for source, row, name in records if (source, row) in wanted}


def _located(atlas: Atlas, issues: Sequence[Issue]) -> list[str]:
    """Return the township in which the place of each issue lies; "" where none does."""
    towns = atlas.layers.get(TOWNSHIP)
    if towns is None or not issues:
        return [""] * len(issues)
    areas, names = towns.frame.geometry.to_crs(LONLAT).array, [*towns.labels]
    points = shapely.points([(float(issue.lon or 0), float(issue.lat or 0)) for issue in issues])
    at, town = shapely.STRtree(np.asarray(areas)).query(points, predicate="intersects")
    found = dict(zip(at.tolist(), town.tolist(), strict=True))
    return [names[found[number]] if number in found else "" for number in range(len(issues))]
