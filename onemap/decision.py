"""What people decide about issues: how an issue is called so that it is found again, and what was said of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from onemap.spec.toml import Spec
from onemap.text import Language, fold, speaking, tr

Word = Literal["correct", "waive", "pending"]
Outcome = Literal["corrected", "done", "waived", "pending", "ended", "overtaken", "lost", "refused", "settled"]
"""What became of a decision. "done": the source itself says so by now; "settled": the issue is there no more."""

REFERENCE: Final = "onemap"
"""The title of the hidden column by which a line of the issue workbook is found again."""


class Reference(Spec):
    """Which issue a line of the issue workbook is about, and what its record was like then."""

    kind: str
    layer: str
    source: str = ""
    row: int | None = None
    field: str = ""
    key: str = ""
    value: str = ""
    seen: str = ""
    """The cell as its source has it, corrected or not."""
    record: str = ""
    """Digest of the record as its source has it, or of the source where the issue is about no record."""

    @property
    def subject(self) -> tuple[Any, ...]:
        """What the issue is about: a feature by its key, and otherwise by its row."""
        return (self.kind, self.layer, self.field, *((self.key,) if self.key else (self.source, self.row)))


@dataclass(frozen=True)
class Decision:
    """What somebody has decided about an issue."""

    issue: Reference
    word: Word | None
    """None: an earlier decision was taken back."""
    value: Any = None
    """The new value of a correction, as it stands in its cell."""
    who: str = ""
    why: str = ""
    until: dt.date | None = None
    source: str = ""
    """The workbook, sheet, row and cell in which it stands."""
    row: int | None = None
    cell: str = ""

    @property
    def text(self) -> str:
        """The new value as text."""
        return cell_text(self.value)

    @property
    def said(self) -> tuple[str, ...]:
        """What was said, without where."""
        return (self.word or "", self.text, self.who, self.why, self.until.isoformat() if self.until else "")


@dataclass(frozen=True)
class Ruling:
    """A decision, and what became of it in this build."""

    decision: Decision
    outcome: Outcome
    remark: str = ""


def cell_text(value: Any) -> str:
    """Return a cell as text: whole numbers without a point, nothing for no value."""
    if value is None or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        value = value.date()
    return str(value).strip()


def word_titles() -> dict[Word, str]:
    """Return what the decisions are called in the language spoken now."""
    return {"correct": tr("correct"), "waive": tr("waive"), "pending": tr("pending")}


def outcome_title(outcome: Outcome) -> str:
    """Return what became of a decision in the language spoken now."""
    return {
        "corrected": tr("applied"),
        "done": tr("corrected in the source by now"),
        "waived": tr("waived"),
        "pending": tr("still pending"),
        "ended": tr("no longer valid"),
        "overtaken": tr("not applied: the source has changed"),
        "lost": tr("not applied: its record is not found"),
        "refused": tr("not applied: cannot be followed"),
        "settled": tr("the issue is there no more"),
    }[outcome]


def decision_columns() -> dict[str, str]:
    """Return the titles of the columns that people fill in, in the language spoken now."""
    return {
        "word": tr("Decision"),
        "value": tr("New value"),
        "who": tr("Decided by"),
        "why": tr("Why"),
        "until": tr("Valid until"),
    }


def column_called(title: object) -> str | None:
    """Return which of the columns that people fill in has this title, in whatever language."""
    for _ in _each_language():
        for name, own in decision_columns().items():
            if fold(title) == fold(own):
                return name
    return None


def word_called(text: object) -> Word | None:
    """Return the decision that a cell names, in whatever language."""
    for _ in _each_language():
        for word, title in word_titles().items():
            if fold(text) in (fold(title), word):
                return word
    return None


def _each_language() -> Iterator[Language]:
    for language in get_args(Language):
        with speaking(language):
            yield language
