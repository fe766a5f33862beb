"""issues.xlsx: how many faults each bureau's data has, each with room for a decision, and what became of these."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

import pandas as pd

from onemap.decision import decision_columns, outcome_title, word_titles
from onemap.export.bureau_sheets import bureau_of, bureaus, townships_of, write_bureaus
from onemap.export.look import CONFIDENCE_TINTS, OUTCOME_TINTS, SEVERITY_TINTS
from onemap.export.sheets import Book, Column, workbook, write_table
from onemap.export.words import (
    confidence_title,
    field_title,
    issue_columns,
    kind_title,
    layer_title,
    severity_title,
)
from onemap.model import Atlas, Repair
from onemap.spec.kinds import KINDS
from onemap.text import tr

FILE: Final = "issues.xlsx"


def write(atlas: Atlas, folder: Path) -> list[Path]:
    """Write issues.xlsx into `folder`."""
    path = folder / FILE

    def make() -> bytes:
        with workbook(path, atlas, tr("{title}: data issues", title=atlas.project.spec.title)) as book:
            _write_overview(book, atlas)
            write_bureaus(book, atlas, _empty())
            _write_decisions(book, atlas)
            _write_repairs(book, atlas)
            _write_sources(book, atlas)
            _write_kinds(book, atlas)
        return path.read_bytes()

    path.write_bytes(atlas.cache.value("issues", _inputs(atlas), make))
    return [path]


def _inputs(atlas: Atlas) -> list[str]:
    """Return all that the workbook follows from beside the project."""
    # No sheet tells the digest of a file.
    sources = [replace(source, sha256="") for source in atlas.sources]
    return [repr(part) for part in (atlas.told, atlas.rulings, sources, townships_of(atlas, atlas.told))]


def _write_overview(book: Book, atlas: Atlas) -> None:
    """Write how many issues there are, by bureau, layer, kind and severity."""
    known, issues = bureaus(atlas), atlas.issues
    table = pd.DataFrame(
        {
            "bureau": [bureau_of(issue, known) for issue in atlas.told],
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
        Column(issue_columns()["kind"], [kind_title(kind) for kind in counts["kind"]]),
        _severities(counts["severity"]),
        Column(tr("Issues"), [*counts["count"]], "#,##0"),
    ]
    write_table(book, book.sheet(tr("Overview")), columns, _empty())


def _write_decisions(book: Book, atlas: Atlas) -> None:
    """Write what was decided in the workbooks that came back, and what became of it."""
    rulings = atlas.rulings
    decisions = [ruling.decision for ruling in rulings]
    abouts, titles, entries = [one.issue for one in decisions], issue_columns(), decision_columns()
    columns = [
        Column(entries["word"], [word_titles()[one.word] if one.word else "" for one in decisions]),
        Column(
            tr("What became of it"),
            [outcome_title(ruling.outcome) for ruling in rulings],
            tints=[OUTCOME_TINTS[ruling.outcome] for ruling in rulings],
        ),
        Column(tr("Remark"), [ruling.remark for ruling in rulings]),
        Column(titles["kind"], [kind_title(about.kind) for about in abouts]),
        Column(titles["layer"], [layer_title(atlas, about.layer) for about in abouts]),
        Column(titles["key"], [about.key for about in abouts]),
        Column(titles["field"], [field_title(atlas, about.layer, about.field) for about in abouts]),
        Column(titles["value"], [about.seen or about.value for about in abouts]),
        Column(entries["value"], [one.text for one in decisions]),
        Column(entries["who"], [one.who for one in decisions]),
        Column(entries["why"], [one.why for one in decisions]),
        Column(entries["until"], [one.until.isoformat() if one.until else "" for one in decisions]),
        Column(tr("Stands in"), [f"{one.source} {one.cell}" for one in decisions]),
        Column(titles["source"], [about.source for about in abouts], printed=False),
        Column(titles["row"], [about.row for about in abouts], "0", printed=False),
    ]
    if rulings:
        write_table(book, book.sheet(tr("Decisions")), columns)


def _write_repairs(book: Book, atlas: Atlas) -> None:
    """Write what the program and people's corrections have changed: before and after."""
    issues, titles = [issue for issue in atlas.told if issue.action == "repaired"], issue_columns()
    changes = [issue.repair or Repair("", "") for issue in issues]
    columns = [
        Column(titles["layer"], [layer_title(atlas, issue.layer) for issue in issues]),
        Column(titles["key"], [issue.key for issue in issues]),
        Column(titles["kind"], [kind_title(issue.kind) for issue in issues]),
        Column(titles["field"], [field_title(atlas, issue.layer, issue.field) for issue in issues]),
        Column(tr("Before"), [change.before for change in changes]),
        Column(tr("After"), [change.after for change in changes]),
        Column(tr("Change of area"), [change.area_change for change in changes], "0.0000%"),
        Column(titles["message"], [issue.message for issue in issues]),
        Column(titles["source"], [issue.source for issue in issues]),
        Column(titles["row"], [issue.row for issue in issues], "0"),
        Column(titles["cell"], [issue.cell for issue in issues]),
    ]
    empty = tr("Nothing was repaired: all data is as it was sent.")
    write_table(book, book.sheet(tr("Repairs")), columns, empty)


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
        Column(issue_columns()["kind"], [kind_title(own_id) for own_id, _ in kinds]),
        _severities([kind.severity for _, kind in kinds]),
        Column(tr("What it means"), [kind.meaning for _, kind in kinds]),
        Column(tr("What to do"), [kind.what_to_do for _, kind in kinds]),
    ]
    write_table(book, book.sheet(tr("Kinds of issues")), columns, _empty())


def _severities(severities: Iterable[str]) -> Column:
    severities = [*severities]
    words = [severity_title(severity) for severity in severities]
    return Column(issue_columns()["severity"], words, tints=[SEVERITY_TINTS[severity] for severity in severities])


def _empty() -> str:
    return tr("All sources were checked; no issue was found.")
