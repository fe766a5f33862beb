"""Corrections that people sent back, laid over the rows of a source as it was read; its file stays as it is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import shapely

from onemap.decision import AXES, PLACES, Decision, Ruling, cell_text
from onemap.ingest.placement.angles import read_pair
from onemap.ingest.placement.coordinates import CHINA
from onemap.ingest.raw import Fault, Raw
from onemap.ingest.records import Records, short_text
from onemap.model import Repair
from onemap.spec.layer import LayerSpec
from onemap.text import tr

Target = tuple[Any, Decision]
"""The index label of a record in its source, and the correction of it."""


@dataclass(frozen=True)
class Corrected:
    """A source with the corrections laid over it."""

    raw: Raw
    places: Mapping[Any, tuple[float, float]]
    """Where records lie instead: longitude and latitude, degrees of CGCS2000."""
    rulings: tuple[Ruling, ...] = ()


def assign(sources: Sequence[Records], corrections: Sequence[Decision]) -> tuple[list[list[Target]], list[Ruling]]:
    """Find the record of each correction among all sources of a layer.

    A record is known by its key, where no other ever had it. Otherwise, and where the key itself is corrected, only one
    that is word for word as it was when it was judged is it: its row says nothing in a file that was sorted.

    Returns
    -------
    targets, rulings
        For each source its records and their corrections; and what is said of corrections that found none.
    """
    targets: list[list[Target]] = [[] for _ in sources]
    rulings = []
    for decision in corrections:
        about = decision.issue
        there = [(number, at) for number, records in enumerate(sources) for at in records.labels(about.key)]
        of_key = any(about.field == records.layer.key for records in sources)
        if not about.key or about.several or len(there) > 1 or of_key:
            same = [(number, at) for number, at in there if sources[number].digest(at) == about.record]
            if about.key and there and not same:
                rulings.append(Ruling(decision, "overtaken"))
                continue
            there = same if about.key else _one_of(same, sources, decision)
        for number, at in there:
            targets[number].append((at, decision))
        if not there:
            rulings.append(Ruling(decision, "lost"))
    return targets, rulings


def _one_of(same: list[tuple[int, Any]], sources: Sequence[Records], decision: Decision) -> list[tuple[int, Any]]:
    """Return of records that are alike the one in its own row, or else the first."""
    about = decision.issue
    wanted = (about.source, about.row)
    own = [(number, at) for number, at in same if (sources[number].name, sources[number].row(at)) == wanted]
    return (own or same)[:1]


def correct(records: Records, targets: Sequence[Target]) -> Corrected:
    """Lay the corrections of a source's records over it; where two of one cell differ, neither."""
    found = [(at, decision, _place(decision, records.layer)) for at, decision in targets]
    judged = [_judge(records, *target) for target in found]
    values: dict[tuple[Any, str], dict[str, Decision]] = {}
    for (at, decision, place), ruling in zip(found, judged, strict=True):
        if ruling.outcome == "corrected":
            values.setdefault(_cell(at, decision, place), {}).setdefault(decision.text, decision)
    rulings = []
    for (at, decision, place), ruling in zip(found, judged, strict=True):
        others = [text for text in values.get(_cell(at, decision, place), {}) if text != decision.text]
        if ruling.outcome == "corrected" and others:
            told = tr("another line corrects the same cell to {value}", value=others[0])
            ruling = Ruling(decision, "refused", told)
        rulings.append(ruling)
    agreed = {cell: next(iter(said.values())) for cell, said in values.items() if len(said) == 1}
    places = {
        at: place
        for (at, _, place), ruling in zip(found, rulings, strict=True)
        if place and ruling.outcome == "corrected"
    }
    cells = {cell: decision for cell, decision in agreed.items() if cell not in {(at, AXES[0]) for at in places}}
    return Corrected(_overlaid(records, cells, places), places, tuple(rulings))


def _cell(at: Any, decision: Decision, place: tuple[float, float] | None) -> tuple[Any, str]:
    return (at, AXES[0] if place else decision.issue.field)


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
    # Of a place the faults are those of the shape too, which name no field.
    mended = {*cells, *((at, axis) for at in places for axis in (*AXES, ""))}
    left = tuple(fault for fault in raw.faults if not any(_is_about(records, fault, *cell) for cell in mended))
    return replace(raw, frame=frame, geometry=geometry, faults=left)


def _is_about(records: Records, fault: Fault, at: Any, field: str) -> bool:
    """Tell whether a fault that the reader found is that of a cell."""
    if fault.at is not None:
        return bool(fault.at == at) and fault.field == field
    letter = records.raw.letters.get(records.columns.get(field, ""))
    return letter is not None and fault.cell == f"{letter}{records.row(at)}"


def _place(decision: Decision, layer: LayerSpec) -> tuple[float, float] | None:
    """Return the longitude and latitude that a correction gives to a point, or None where it gives none."""
    about = decision.issue
    if (about.field not in AXES and (about.field or about.kind not in PLACES)) or "point" not in layer.geometry:
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
        if issue.kind != "wrong_geometry" and _is_drawn(records.shape(at)):
            return Ruling(decision, "refused", tr("its shape is no point: draw it again in the source"))
        return Ruling(decision, "corrected" if records.digest(at) == issue.record else "overtaken")
    if issue.field not in records.columns:
        return Ruling(decision, "refused", _why_not(issue.field, issue.kind, records.layer))
    now = records.seen(at, issue.field)
    if now == short_text(decision.text):
        return Ruling(decision, "done")
    return Ruling(decision, "corrected") if now == issue.seen else Ruling(decision, "overtaken", now)


def _is_drawn(shape: shapely.Geometry | None) -> bool:
    """Tell whether a shape is more than a point."""
    return shape is not None and not shapely.is_empty(shape) and bool(shapely.get_dimensions(shape) > 0)


def _why_not(field: str, kind: str, layer: LayerSpec) -> str:
    if field in AXES or (not field and kind in PLACES and "point" in layer.geometry):
        return tr("write longitude and latitude in degrees, as 112.7412, 34.9031")
    if not field:
        return tr("no value mends it")
    return tr("no column of the source has this value")


def tell_corrections(records: Records, targets: Sequence[Target], rulings: Sequence[Ruling]) -> Iterator[Fault]:
    """Say which cells were corrected, by whom and why; of copies of one decision once."""
    told: set[tuple[Any, ...]] = set()
    for (at, decision), ruling in zip(targets, rulings, strict=True):
        field = decision.issue.field
        if ruling.outcome != "corrected" or (at, field, decision.said) in told:
            continue
        told.add((at, field, decision.said))
        seen = records.place(at) if _place(decision, records.layer) else records.seen(at, field)
        by = tr(", ").join(filter(None, [decision.who, decision.why])) or tr("nobody has signed")
        message = tr("{seen} was corrected to {value} ({by})", seen=seen or tr("blank"), value=decision.text, by=by)
        yield Fault(
            "corrected", message, tr("correct it in the source too"), at, field, seen, "repaired",
            repair=Repair(seen, cell_text(decision.value)), decision=decision,
        )  # fmt: skip
