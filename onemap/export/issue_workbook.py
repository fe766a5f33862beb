"""issues.xlsx: how many faults each bureau's data has, all of them in full, and what each source is."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pandas as pd

from onemap.export.look import CONFIDENCE_TINTS, SEVERITY_TINTS
from onemap.export.sheets import Book, Column, workbook, write_table
from onemap.export.words import (
    action_title,
    confidence_title,
    field_title,
    issue_columns,
    layer_title,
    severity_title,
)
from onemap.model import ISSUE_COLUMNS, Atlas
from onemap.spec.kinds import KINDS
from onemap.text import tr

FILE: Final = "issues.xlsx"
PLACE: Final = ("lon", "lat")
NUMBER_FORMATS: Final = {"row": "0", "lon": "0.000000", "lat": "0.000000"}


def write(atlas: Atlas, folder: Path) -> list[Path]:
    """Write issues.xlsx into `folder`."""
    path = folder / FILE
    title = tr("{title}: data issues", title=atlas.project.spec.title)
    with workbook(path, atlas, title) as book:
        _write_overview(book, atlas)
        _write_issues(book, atlas)
        _write_sources(book, atlas)
        _write_kinds(book, atlas)
    return [path]


def _write_overview(book: Book, atlas: Atlas) -> None:
    """Write how many issues there are, by bureau, layer, kind and severity."""
    bureaus = {(source.layer, source.path): source.provided_by for source in atlas.sources}
    issues = atlas.issues
    places = zip(issues["layer"], issues["source"], strict=True)
    table = pd.DataFrame(
        {
            "bureau": [bureaus.get(place, "") for place in places],
            "layer": issues["layer"].fillna(""),
            "number": issues["kind"].map({kind: spec.number for kind, spec in KINDS.items()}),
            "kind": issues["kind"],
            "severity": issues["severity"],
        }
    )
    counts = table.groupby(list(table), sort=True).size().reset_index(name="count")
    columns = [
        Column(tr("Bureau"), [bureau or tr("not stated") for bureau in counts["bureau"]]),
        Column(issue_columns()["layer"], [layer_title(atlas, layer) for layer in counts["layer"]]),
        Column(issue_columns()["kind"], [_kind(kind) for kind in counts["kind"]]),
        _severities(counts["severity"]),
        Column(tr("Issues"), [*counts["count"]], "#,##0"),
    ]
    write_table(book, book.sheet(tr("Overview")), columns, _empty())


def _write_issues(book: Book, atlas: Atlas) -> None:
    issues, titles = atlas.issues, issue_columns()
    fields = zip(issues["layer"], issues["field"].fillna(""), strict=True)
    words = {
        "kind": [_kind(kind) for kind in issues["kind"]],
        "layer": [layer_title(atlas, layer) for layer in issues["layer"]],
        "field": [field_title(atlas, *pair) for pair in fields],
        "action": [action_title(action) for action in issues["action"]],
    }
    columns = [
        _severities(issues["severity"])
        if name == "severity"
        else Column(
            titles[name], words.get(name, [*issues[name]]), NUMBER_FORMATS.get(name, ""), printed=name not in PLACE
        )
        for name in ISSUE_COLUMNS
    ]
    write_table(book, book.sheet(tr("All issues")), columns, _empty())


def _write_sources(book: Book, atlas: Atlas) -> None:
    """Write what each source is, how it is written and where it lies, and how that is known (坐标体检)."""
    sources = atlas.sources
    columns = [
        Column(issue_columns()["layer"], [layer_title(atlas, source.layer) for source in sources]),
        Column(issue_columns()["source"], [source.path for source in sources]),
        Column(tr("Bureau"), [source.provided_by or tr("not stated") for source in sources]),
        Column(tr("Records read"), [source.rows for source in sources], "#,##0"),
        Column(tr("Records kept"), [source.kept for source in sources], "#,##0"),
        Column(tr("Accepted CRS"), [source.crs.accepted for source in sources]),
        Column(
            tr("Confidence"),
            [confidence_title(source.crs.confidence) for source in sources],
            tints=[CONFIDENCE_TINTS[source.crs.confidence] for source in sources],
        ),
        Column(tr("Evidence of the CRS"), [source.crs.evidence for source in sources]),
        Column(tr("Declared CRS"), [source.crs.declared for source in sources], printed=False),
        Column(tr("CRS by its numbers"), [source.crs.inferred for source in sources], printed=False),
        Column(tr("Encoding"), [source.encoding.found for source in sources], printed=False),
        Column(tr("Evidence of the encoding"), [source.encoding.evidence for source in sources], printed=False),
        Column(tr("As of"), [source.as_of for source in sources], printed=False),
    ]
    write_table(book, book.sheet(tr("Sources")), columns, tr("There is no source."))


def _write_kinds(book: Book, atlas: Atlas) -> None:
    """Write what each kind that occurs means, and what is to be done about it."""
    there = {*atlas.issues["kind"]}
    kinds = [(own_id, kind) for own_id, kind in KINDS.items() if own_id in there]
    columns = [
        Column(issue_columns()["kind"], [_kind(own_id) for own_id, _ in kinds]),
        _severities([kind.severity for _, kind in kinds]),
        Column(tr("What it means"), [kind.meaning for _, kind in kinds]),
        Column(tr("What to do"), [kind.what_to_do for _, kind in kinds]),
    ]
    write_table(book, book.sheet(tr("Kinds of issues")), columns, _empty())


def _kind(kind: str) -> str:
    """Return a kind as letters between bureaus cite it: with its number."""
    return f"{KINDS[kind].number} {KINDS[kind].name}"


def _severities(severities: Iterable[str]) -> Column:
    severities = [*severities]
    words = [severity_title(severity) for severity in severities]
    return Column(issue_columns()["severity"], words, tints=[SEVERITY_TINTS[severity] for severity in severities])


def _empty() -> str:
    return tr("All sources were checked; no issue was found.")
