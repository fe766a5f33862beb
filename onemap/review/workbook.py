"""Reads the decisions in the issue workbooks that came back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from python_calamine import CalamineError, CalamineWorkbook

from onemap.dates import parse_date
from onemap.decision import REFERENCE, Decision, Reference, cell_text, column_called, word_called, word_titles
from onemap.errors import SpecError
from onemap.model import Issue
from onemap.spec import toml
from onemap.spec.project import Project
from onemap.text import column_letter, tr

DAMAGE: Final = (CalamineError, OSError, ValueError, KeyError)
"""What is raised for workbooks that are damaged, locked or none."""

SCANNED_ROWS: Final = 20
"""So many rows people put above a table at most."""


@dataclass(frozen=True)
class Decisions:
    """What was decided, one decision for each issue, and what of it cannot be understood."""

    made: tuple[Decision, ...] = ()
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True)
class _Line:
    """A line of a workbook: the decision in it, and whether anyone has touched it since it was written."""

    decision: Decision
    touched: bool


@dataclass
class _Reading:
    lines: list[_Line] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


def read_decisions(project: Project) -> Decisions:
    """Read the decisions in the workbooks that a project names.

    Colleagues may each return a copy of their own. A line that nobody touched never speaks against one that somebody
    did; where two touched lines differ neither is followed.
    """
    reading = _Reading()
    for name, path in project.find_workbooks():
        _read_workbook(path, name, reading)
    return Decisions(tuple(_agreed(reading)), tuple(reading.issues))


def _read_workbook(path: Path, name: str, reading: _Reading) -> None:
    found = False
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            for sheet in book.sheet_names:
                rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
                found |= _read_sheet(rows, f"{name} [{sheet}]", reading)
    except DAMAGE as fault:
        message = tr("{file} cannot be read ({reason}); the decisions in it are not applied", file=name, reason=fault)
        hint = tr("open it in Excel or WPS, take off its password, and save it as .xlsx")
        reading.issues.append(Issue("unreadable", "", name, message, hint, action="dropped"))
        return
    if not found:
        message = tr("{file} is no issue workbook: its hidden column, by which lines are found, is gone", file=name)
        hint = tr("fill in a copy of the issues.xlsx of a build, and leave its last column as it is")
        reading.issues.append(Issue("unreadable", "", name, message, hint, action="dropped"))


def _read_sheet(rows: Sequence[Sequence[Any]], name: str, reading: _Reading) -> bool:
    """Read the lines of a sheet; False where it is no sheet of issues."""
    at = next((at for at, row in enumerate(rows[:SCANNED_ROWS]) if REFERENCE in row), None)
    if at is None:
        return False
    header = rows[at]
    columns = {called: place for place, title in enumerate(header) if (called := column_called(title)) is not None}
    for number, row in enumerate(rows[at + 1 :], start=at + 2):
        cells = {called: _cell(row, place) for called, place in columns.items()}
        line = _Cells(cells, columns, name, number)
        text = cell_text(_cell(row, header.index(REFERENCE)))
        if not text and not any(cell_text(value) for value in cells.values()):
            continue
        given, reference = _parse(text)
        if reference is None:
            message = tr("the line is not known for an issue: its hidden last column is blank or changed")
            hint = tr("copy whole rows, with the hidden column; the line was not followed")
            reading.issues.append(line.issue(message, hint, "word"))
            continue
        decision, faults = line.decision(reference)
        reading.issues += faults
        if decision is not None and (decision.word or any(given)):
            reading.lines.append(_Line(decision, touched=[*decision.said] != given))
    return True


def _cell(row: Sequence[Any], place: int) -> Any:
    value = row[place] if place < len(row) else None
    return None if value == "" else value


def _parse(text: str) -> tuple[list[str], Reference | None]:
    """Return what was written for a decision when the workbook was made, and the issue that its line is about."""
    try:
        table = json.loads(text)
        given = [str(part) for part in table.pop("given")]
        return given, toml.parse(Reference, table, "", SpecError)
    except (ValueError, KeyError, AttributeError, TypeError):
        return [], None


@dataclass(frozen=True)
class _Cells:
    """What people have written into a line."""

    cells: dict[str, Any]
    columns: dict[str, int]
    source: str
    number: int

    def decision(self, reference: Reference) -> tuple[Decision | None, list[Issue]]:
        """Return the decision, or what is wrong with it."""
        texts = {called: cell_text(value) for called, value in self.cells.items()}
        word = word_called(texts["word"]) if texts.get("word") else None
        until = parse_date(self.cells["until"]) if texts.get("until") else None
        made = Decision(
            reference, word, self.cells.get("value"), texts.get("who", ""), texts.get("why", ""), until,
            self.source, self.number, self._name("word"),
        )  # fmt: skip
        faults = [self.issue(message, hint, called, reference) for called, message, hint in _wrong(made, texts)]
        return (None if faults else made), faults

    def issue(self, message: str, hint: str, called: str, about: Reference | None = None) -> Issue:
        return Issue(
            "decision_unclear", about.layer if about else "", self.source, message, hint, row=self.number,
            cell=self._name(called), key=about.key if about else "", value=cell_text(self.cells.get(called)),
            action="dropped", reference=about,
        )  # fmt: skip

    def _name(self, called: str) -> str:
        """Return the cell of a column, as Excel calls it."""
        return f"{column_letter(self.columns.get(called, 0))}{self.number}"


def _wrong(made: Decision, texts: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong with a decision: the column, a message and a hint."""
    written = texts.get("word", "")
    if written and made.word is None:
        yield "word", tr("{word} is no decision", word=written), tr("choose one from the list of the cell")
    elif not written and made.text:
        message = tr("there is a new value, but no decision")
        yield "word", message, tr("choose {word} if it is to be applied", word=word_titles()["correct"])
    if made.word == "correct" and not made.text:
        message = tr("a correction without a new value")
        yield "value", message, tr("write the value that is right; a value that nobody knows stays pending")
    if made.word == "waive" and not (made.who and made.why):
        called = "why" if made.who else "who"
        message = tr("a waiver says who has decided it, and why")
        yield called, message, tr("fill in both; until then the issue stands")
    if texts.get("until") and made.until is None:
        message = tr("{value} is no date", value=texts["until"])
        yield "until", message, tr("write it as 2027-06-30")


def _agreed(reading: _Reading) -> Iterator[Decision]:
    """Yield one decision for each issue."""
    issues: dict[tuple[Any, ...], list[_Line]] = {}
    for line in reading.lines:
        about = line.decision.issue
        issues.setdefault((about.subject, about.value), []).append(line)
    for lines in issues.values():
        said = {line.decision.said: line.decision for line in lines if line.touched} or {
            line.decision.said: line.decision for line in lines
        }
        first, *others = said.values()
        if not others:
            if first.word is not None:
                yield first
            continue
        message = tr(
            "two workbooks decide differently about one issue: {one} / {other}",
            one=" ".join(filter(None, first.said)), other=" ".join(filter(None, others[0].said)),
        )  # fmt: skip
        hint = tr("agree on one of them, and delete the other")
        about, at = first.issue, others[0]
        reading.issues.append(
            Issue("decision_unclear", about.layer, at.source, message, hint, row=at.row, cell=at.cell, key=about.key,
                  action="dropped", reference=about)
        )  # fmt: skip
