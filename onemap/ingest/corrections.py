"""Corrections that people sent back, laid over the rows of a source as it was read; its file stays as it is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from onemap.decision import Decision, Outcome, Ruling
from onemap.ingest.placement.angles import read_pair
from onemap.ingest.placement.coordinates import CHINA
from onemap.ingest.raw import Fault, Raw
from onemap.ingest.records import Records
from onemap.model import Repair
from onemap.spec.layer import LayerSpec
from onemap.text import fold, tr

AXES: Final = ("x", "y")
BEST: Final[tuple[Outcome, ...]] = ("corrected", "done", "overtaken", "refused")
"""What counts, first things first, where several sources have the record of a correction."""


@dataclass(frozen=True)
class Corrected:
    """A source with the corrections laid over it."""

    raw: Raw
    places: Mapping[Any, tuple[float, float]]
    """Where records lie instead: longitude and latitude, degrees of CGCS2000."""
    rulings: tuple[Ruling, ...] = ()


def correct(records: Records, corrections: Sequence[Decision]) -> Corrected:
    """Lay the corrections of a source's records over it; of those of other records nothing is said."""
    found = [(at, decision) for decision in corrections if (at := records.find(decision.issue)) is not None]
    if not found:
        return Corrected(records.raw, {})
    laid: dict[tuple[Any, str], Decision] = {}
    places: dict[Any, tuple[float, float]] = {}
    rulings = []
    for at, decision in found:
        place = _place(decision, records.layer)
        ruling = _judge(records, at, decision, place)
        if ruling.outcome == "corrected":
            cell = (at, AXES[0] if place else decision.issue.field)
            first = laid.setdefault(cell, decision)
            if first.text != decision.text:
                told = tr("another line corrects the same cell to {value}", value=first.text)
                ruling = Ruling(decision, "refused", told)
            elif place:
                places[at] = place
        rulings.append(ruling)
    cells = {cell: decision for cell, decision in laid.items() if cell[0] not in places}
    return Corrected(_overlaid(records, cells, places), places, tuple(rulings))


def _overlaid(records: Records, cells: Mapping[tuple[Any, str], Decision], places: Collection[Any]) -> Raw:
    """Return a source with cells replaced, and without the places that were wrong."""
    raw = records.raw
    frame, geometry = raw.frame.copy(), None if raw.geometry is None else raw.geometry.copy()
    for (at, field), decision in cells.items():
        column = records.columns[field]
        frame[column] = frame[column].astype(object)
        frame.at[at, column] = decision.value
    # A wrong place says nothing of the coordinate system of the others.
    for at in places:
        if geometry is not None:
            geometry[at] = None
        for axis in AXES:
            if axis in records.columns:
                frame.at[at, records.columns[axis]] = None
    mended = {*cells, *((at, axis) for at in places for axis in AXES)}
    left = tuple(fault for fault in raw.faults if not any(_is_about(records, fault, *cell) for cell in mended))
    return replace(raw, frame=frame, geometry=geometry, faults=left)


def _is_about(records: Records, fault: Fault, at: Any, field: str) -> bool:
    """Tell whether a fault that the reader found is that of a cell, or of the shape of its record."""
    if fault.at is not None:
        return bool(fault.at == at) and fault.field in (field, "")
    letter = records.raw.letters.get(records.columns.get(field, ""))
    return letter is not None and fault.cell == f"{letter}{records.row(at)}"


def _place(decision: Decision, layer: LayerSpec) -> tuple[float, float] | None:
    """Return the longitude and latitude that a correction gives to a point, or None where it gives none."""
    if decision.issue.field not in ("", *AXES) or "point" not in layer.geometry:
        return None
    pair = read_pair(decision.text)
    if pair is None:
        return None
    x, y = (angle.value for angle in pair)
    west, south, east, north = CHINA
    # No Chinese latitude is a Chinese longitude: either order is clear.
    if west <= y <= east and south <= x <= north:
        x, y = y, x
    return (x, y) if west <= x <= east and south <= y <= north else None


def _judge(records: Records, at: Any, decision: Decision, place: tuple[float, float] | None) -> Ruling:
    """Say whether a correction can be applied to a record, which must be as it was when it was judged."""
    issue = decision.issue
    if place is not None:
        return Ruling(decision, "corrected" if records.digest(at) == issue.record else "overtaken")
    if issue.field in ("", *AXES) and issue.field not in records.columns:
        return Ruling(decision, "refused", tr("write longitude and latitude in degrees, as 112.7412, 34.9031"))
    if issue.field not in records.columns:
        return Ruling(decision, "refused", tr("no column of the source has this value"))
    now = records.seen(at, issue.field)
    if fold(now) == fold(decision.text):
        return Ruling(decision, "done")
    return Ruling(decision, "corrected") if fold(now) == fold(issue.seen) else Ruling(decision, "overtaken", now)


def tell_corrections(records: Records, rulings: Iterable[Ruling], there: Collection[Any]) -> list[Fault]:
    """Say which cells were corrected, by whom and why.

    Parameters
    ----------
    there
        The index labels of the rows that were taken.
    """
    faults = []
    for decision in (ruling.decision for ruling in rulings if ruling.outcome == "corrected"):
        at, field = records.find(decision.issue), decision.issue.field
        if at not in there:
            continue
        seen = records.seen(at, field)
        by = tr(", ").join(filter(None, [decision.who, decision.why])) or tr("nobody has signed")
        message = tr("{seen} was corrected to {value} ({by})", seen=seen or tr("blank"), value=decision.text, by=by)
        faults.append(
            Fault("corrected", message, tr("correct it in the source too"), at, field, seen, "repaired",
                  repair=Repair(seen, decision.text), decision=decision)
        )  # fmt: skip
    return faults


def merged(rulings: Iterable[Ruling], corrections: Sequence[Decision]) -> tuple[Ruling, ...]:
    """Return one ruling for each correction, the best of those of its sources; what none has found is lost."""
    found: dict[int, Ruling] = {}
    for ruling in rulings:
        number = id(ruling.decision)
        if number not in found or BEST.index(ruling.outcome) < BEST.index(found[number].outcome):
            found[number] = ruling
    return tuple(found.get(id(decision), Ruling(decision, "lost")) for decision in corrections)
