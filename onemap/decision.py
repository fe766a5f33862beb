"""What people decide about issues: how an issue is called so that it is found again, and what was said of it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from onemap.spec.toml import Spec
from onemap.text import Language, fold, speaking, tr

Word = Literal["correct", "waive", "pending"]
Outcome = Literal["corrected", "done", "waived", "pending", "ended", "overtaken", "lost", "refused", "held", "settled"]
"""What became of a decision. "done": the source itself says so by now; "held": its source could not be read this time,
or its record was not taken; "settled": the issue is there no more."""

Presence = Literal["here", "unseen", "gone"]
"""Whether a record that was decided about is there; "unseen": it is, but what was wrong of it could not be seen."""

REFERENCE: Final = "onemap"
"""The title of the hidden column by which a line of the issue workbook is found again."""

AXES: Final = ("x", "y")
"""What stands for a field in issues about coordinate columns."""

PLACES: Final = (
    "outside_county", "null_geometry", "empty_geometry", "invalid_geometry", "wrong_geometry", "receptor_inside",
)  # fmt: skip
"""Kinds of issues about a record as a whole that another place can mend, where it is a point."""

SYNONYMS: Final[dict[str, Word]] = {
    "更正": "correct", "修正": "correct", "修改": "correct", "豁免通过": "waive", "准予豁免": "waive",
    "待核实": "pending", "待核實": "pending", "待查": "pending",
}  # fmt: skip
"""What people write in place of the words of the list."""

_AROUND: Final = "。.,，;；、!！\"“”'‘’()（）"


class Reference(Spec):
    """Which issue a line of the issue workbook is about, and what its record was like then."""

    kind: str
    layer: str
    source: str = ""
    row: int | None = None
    field: str = ""
    key: str = ""
    """The key as its source has it, corrected or not."""
    several: bool = False
    """Whether more than one record had that key."""
    partner: str = ""
    seen: str = ""
    """The cell as its source has it, corrected or not."""
    value: str = ""
    record: str = ""
    """Digest of the record as its source has it, or of the source where the issue is about no record."""
    facts: str = ""
    pair: str = ""
    """Digest of the two records that the issue is about, whichever of them it is told of."""

    @property
    def fault(self) -> tuple[str, ...]:
        """What is wrong, of whatever record."""
        return (self.kind, self.layer, self.field, self.partner)

    @property
    def identity(self) -> tuple[Any, ...]:
        """What two copies of one line have in common."""
        return (*self.fault, self.key, self.source, self.row, self.record)


@dataclass(frozen=True)
class Decision:
    """What somebody has decided about an issue."""

    issue: Reference
    word: Word | None
    """None: nothing yet, or an earlier decision was taken back."""
    value: Any = None
    """The new value of a correction, as it stands in its cell."""
    who: str = ""
    why: str = ""
    until: dt.date | None = None
    source: str = ""
    """The workbook and sheet, row and cell in which it stands."""
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
        "held": tr("waits: its record was not read this time"),
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


def seal_columns() -> dict[str, str]:
    """Return the titles of the columns by which a line proves to be the one that its hidden cell is about."""
    return {
        "source": tr("Source"),
        "row": tr("Row"),
        "cell": tr("Cell"),
        "key": tr("Code"),
        "seen": tr("Value in the source"),
        "message": tr("What is wrong"),
    }


def seal_of(*cells: object) -> str:
    """Return the seal of a line: a digest of what `seal_columns` say, as people see it."""
    text = "\n".join(fold(cell_text(cell)) for cell in cells)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def columns_called(title: object) -> Iterator[str]:
    """Yield which of the columns of people and of the seal have this title, in whatever language."""
    for _ in _each_language():
        for name, own in {**decision_columns(), **seal_columns()}.items():
            if fold(title) == fold(own):
                yield name


def word_called(text: object) -> Word | None:
    """Return the decision that a cell names, in whatever language."""
    folded = fold(text).strip(_AROUND)
    for _ in _each_language():
        for word, title in word_titles().items():
            if folded in (fold(title), word):
                return word
    return SYNONYMS.get(folded)


def _each_language() -> Iterator[Language]:
    for language in get_args(Language):
        with speaking(language):
            yield language
