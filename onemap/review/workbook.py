"""Reads the decisions in the issue workbooks that came back."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from onemap.dates import parse_date
from onemap.decision import (
    REFERENCE,
    Decision,
    Reference,
    cell_text,
    columns_called,
    decision_columns,
    seal_columns,
    seal_of,
    word_called,
    word_titles,
)
from onemap.errors import SpecError
from onemap.model import Issue
from onemap.spec import toml
from onemap.spec.project import Project
from onemap.text import EXCEL_DIGITS, column_letter, tr

DAMAGE: Final = (CalamineError, OSError, ValueError, KeyError)
"""What is raised for workbooks that are damaged, locked or none."""

SCANNED_ROWS: Final = 20
"""So many rows people put above a table at most."""


@dataclass(frozen=True)
class Decisions:
    """What was decided, and what of it cannot be understood."""

    made: tuple[Decision, ...] = ()
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True)
class _Line:
    """A line of a workbook: the decision in it, and whether anyone has touched it since it was written."""

    decision: Decision
    touched: bool
    seal: str
    """What its copies have in common."""


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
                found |= _read_sheet(_rows(book.get_sheet_by_name(sheet)), f"{name} [{sheet}]", reading)
    except DAMAGE as fault:
        reason = fault.strerror if isinstance(fault, OSError) and fault.strerror else fault
        message = tr("{file} cannot be read ({reason}); the decisions in it are not applied", file=name, reason=reason)
        hint = tr("open it in Excel or WPS, take off its password, and save it as .xlsx")
        reading.issues.append(Issue("unreadable", "", name, message, hint))
        return
    if not found:
        message = tr("{file} is no issue workbook: its hidden column, by which lines are found, is gone", file=name)
        hint = tr("fill in a copy of the issues.xlsx of a build, and leave its last column as it is")
        reading.issues.append(Issue("unreadable", "", name, message, hint))


def _rows(sheet: CalamineSheet) -> list[list[Any]]:
    """Return the cells of a sheet; what is merged over several rows stands in each."""
    rows = sheet.to_python(skip_empty_area=False)
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        for row in rows[top + 1 : bottom + 1]:
            row[left : right + 1] = rows[top][left : right + 1]
    return rows


def _read_sheet(rows: Sequence[Sequence[Any]], name: str, reading: _Reading) -> bool:
    """Read the lines of a sheet; False where it is no sheet of issues."""
    at = next((at for at, row in enumerate(rows[:SCANNED_ROWS]) if REFERENCE in row), None)
    if at is None:
        return False
    columns: dict[str, int] = {}
    for place, title in enumerate(rows[at]):
        for called in columns_called(title):
            # What somebody has added on the right is none of ours.
            columns.setdefault(called, place)
    absent = [title for called, title in {**decision_columns(), **seal_columns()}.items() if called not in columns]
    if absent:
        message = tr("the columns {columns} are gone or have another title", columns=tr(", ").join(absent))
        hint = tr("give them their titles back; nothing in this sheet was followed")
        reading.issues.append(Issue("unreadable", "", name, message, hint))
        return True
    place = rows[at].index(REFERENCE)
    for number, row in enumerate(rows[at + 1 :], start=at + 2):
        text = cell_text(_cell(row, place))
        # Where sheets were put under one another a header stands between them.
        if text != REFERENCE:
            _read_line(
                text,
                _Cells({called: _cell(row, own) for called, own in columns.items()}, columns, name, number),
                reading,
            )
    return True


def _cell(row: Sequence[Any], place: int) -> Any:
    value = row[place] if place < len(row) else None
    return None if value == "" else value


def _read_line(text: str, line: _Cells, reading: _Reading) -> None:
    if not text and not line.is_filled_in:
        return
    hidden = _Hidden.parse(text)
    if hidden is None:
        message = tr("the line is not known for an issue: its hidden last column is blank or changed")
        hint = tr("copy whole rows, with the hidden column; the line was not followed")
        reading.issues.append(line.issue(message, hint, "word"))
        return
    decision = line.decision(hidden.reference)
    touched = [*decision.said] != hidden.given or (decision.word is None and bool(line.texts["word"]))
    if not touched and not any(hidden.given):
        return
    if hidden.seal != line.seal:
        message = tr("the line and its hidden cell are not about the same issue: rows were sorted or filled in parts")
        hint = tr("sort and copy whole rows; the line was not followed")
        reading.issues.append(line.issue(message, hint, "word"))
        return
    # A code that lost its digits is not handed on to the next workbook as if it were one.
    carried = replace(decision, value=None) if _is_damaged(decision.value) else decision
    faults = [line.issue(*fault, carried) for fault in _wrong(decision, line.texts, taken_back=bool(hidden.given[0]))]
    reading.issues += faults
    if not faults:
        reading.lines.append(_Line(decision, touched, hidden.seal))


@dataclass(frozen=True)
class _Hidden:
    """What the hidden cell of a line says."""

    reference: Reference
    given: list[str]
    """What stood in the cells of people when the workbook was made."""
    seal: str

    @classmethod
    def parse(cls, text: str) -> _Hidden | None:
        try:
            table = json.loads(text)
            given, seal = [str(part) for part in table.pop("given")], str(table.pop("seal"))
            return cls(toml.parse(Reference, table, "", SpecError), [*given, *[""] * 5][:5], seal)
        except (ValueError, KeyError, AttributeError, TypeError):
            return None


@dataclass(frozen=True)
class _Cells:
    """A line of a sheet, by what its columns are."""

    cells: dict[str, Any]
    columns: dict[str, int]
    source: str
    number: int

    @property
    def texts(self) -> dict[str, str]:
        return {called: cell_text(value) for called, value in self.cells.items()}

    @property
    def is_filled_in(self) -> bool:
        return any(self.texts[called] for called in decision_columns())

    @property
    def seal(self) -> str:
        return seal_of(*(self.cells[called] for called in seal_columns()))

    def decision(self, reference: Reference) -> Decision:
        texts = self.texts
        return Decision(
            reference, word_called(texts["word"]), self.cells["value"], texts["who"], texts["why"],
            parse_date(self.cells["until"]) if texts["until"] else None, self.source, self.number, self._name("word"),
        )  # fmt: skip

    def issue(self, message: str, hint: str, called: str, decision: Decision | None = None) -> Issue:
        """Return what is told of one of its cells; with the decision, so that it comes with the next workbook."""
        about = decision.issue if decision else None
        return Issue(
            "decision_unclear", about.layer if about else "", self.source, message, hint, row=self.number,
            cell=self._name(called), key=about.key if about else "", value=self.texts[called],
            reference=about, decision=decision,
        )  # fmt: skip

    def _name(self, called: str) -> str:
        """Return the cell of a column, as Excel calls it."""
        return f"{column_letter(self.columns[called])}{self.number}"


def _wrong(made: Decision, texts: dict[str, str], taken_back: bool) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong with a decision: a message, a hint, and the column."""
    if texts["word"] and made.word is None:
        yield tr("{word} is no decision", word=texts["word"]), tr("choose one from the list of the cell"), "word"
    elif not texts["word"] and not taken_back and any(made.said):
        message = tr("there is a new value, a name, a reason or a date, but no decision")
        yield message, tr("choose one from the list of the cell"), "word"
    if made.word == "correct":
        yield from _wrong_value(made)
    if made.word == "waive" and not (made.who and made.why):
        message = tr("a waiver says who has decided it, and why")
        yield message, tr("fill in both; until then the issue stands"), "why" if made.who else "who"
    if texts["until"] and made.until is None:
        yield tr("{value} is no date", value=texts["until"]), tr("write it as 2027-06-30"), "until"


def _wrong_value(made: Decision) -> Iterator[tuple[str, str, str]]:
    if made.issue.row is None:
        yield tr("no value mends it"), tr("correct it in the source, or decide otherwise"), "word"
    elif not made.text:
        hint = tr(
            "write the value that is right; a value that nobody knows is {pending}", pending=word_titles()["pending"]
        )
        yield tr("a correction without a new value"), hint, "value"
    elif _is_damaged(made.value):
        message = tr("Excel has turned the code into a number; its last digits are lost")
        yield message, tr("type the code again, in a cell formatted as text"), "value"


def _is_damaged(value: Any) -> bool:
    return isinstance(value, int | float) and abs(value) >= EXCEL_DIGITS


def _agreed(reading: _Reading) -> Iterator[Decision]:
    """Yield one decision for each issue: what its own line says, lines about earlier decisions, and their copies."""
    issues: dict[tuple[Any, ...], dict[str, list[_Line]]] = defaultdict(lambda: defaultdict(list))
    for line in reading.lines:
        issues[line.decision.issue.identity][line.seal].append(line)
    for lines in issues.values():
        answers = [_answers(copies) for copies in lines.values()]
        # A line that somebody has cleared is not against what another line says, but against a copy of its own.
        clash = any(len({line.decision.said for line in answer}) > 1 for answer in answers)
        uttered = [line for answer in answers for line in answer if line.decision.word is not None]
        chosen = [line for line in uttered if line.touched] or uttered
        said = [*{line.decision.said: line.decision for line in chosen}.values()]
        if len(said) == 1 and not clash:
            yield said[0]
        else:
            reading.issues += [_contradicted(one, said) for one in said]


def _answers(copies: Sequence[_Line]) -> Sequence[_Line]:
    """Return of the copies of a line those in which somebody has written, or else what nobody touched."""
    return [line for line in copies if line.touched] or copies


def _contradicted(decision: Decision, said: Sequence[Decision]) -> Issue:
    """Return what is told of one of several decisions; its word is taken off, so that somebody has to choose again."""
    about = decision.issue
    message = tr("lines decide differently about one issue: {all}", all=" / ".join(map(_words, said)))
    hint = tr("agree; choose the decision anew in one of the lines, and clear the others")
    return Issue(
        "decision_unclear", about.layer, decision.source, message, hint, row=decision.row, cell=decision.cell,
        key=about.key, value=decision.text, reference=about, decision=replace(decision, word=None),
    )  # fmt: skip


def _words(decision: Decision) -> str:
    word = word_titles()[decision.word] if decision.word else tr("blank")
    return " ".join(filter(None, [word, *decision.said[1:]]))
