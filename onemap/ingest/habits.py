"""Ways of writing that run through whole columns: told once of each, while the repairs name every cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from onemap.ingest.raw import Fault, written
from onemap.ingest.values import Habit, Reading
from onemap.model import Repair
from onemap.text import tr

FEW: Final = 5
"""So many cells are told one by one."""

LOGGED: Final = 500
"""So many cells stand in one line of the repairs: a cell of Excel holds no more than 32767 characters."""

Cell = tuple[Any, Any, Reading]
"""The index label of a cell's row, what stands in it, and how that was read."""


def tell_habits(cells: Sequence[Cell], name: str, rows: Mapping[Any, int]) -> list[Fault]:
    """Tell of the cells of a column that are written in a way that was understood for sure.

    Parameters
    ----------
    rows
        What the rows are called in the source, for the repairs.
    """
    of_habit: dict[Habit, list[Cell]] = defaultdict(list)
    for cell in cells:
        of_habit[cell[2].habit].append(cell)
    faults = []
    for habit, own in of_habit.items():
        if len(own) <= FEW:
            faults += [_told(cell, name, cell[2].message, repair_of(*cell[1:])) for cell in own]
            continue
        for first in range(0, len(own), LOGGED):
            part = own[first : first + LOGGED]
            faults.append(_told(part[0], name, _summary(habit, part), _log(part, rows)))
    return faults


def repair_of(raw: Any, reading: Reading) -> Repair | None:
    """Return what stood in a cell before it was put right, and what was read; None where it was not."""
    return Repair(written(raw), written(reading.value)) if reading.action == "repaired" else None


def _told(cell: Cell, name: str, message: str, repair: Repair | None) -> Fault:
    at, raw, reading = cell
    value = written(raw)
    return Fault(reading.kind, message, reading.hint, at, name, value, reading.action, reading.severity, repair=repair)


def _summary(habit: Habit, cells: Sequence[Cell]) -> str:
    _, raw, reading = cells[0]
    said = {"count": len(cells), "value": written(raw), "read": written(reading.value)}
    if habit == "day_number":
        return tr("{count} dates stand as Excel's day numbers; {value} was read as {read}", **said)
    if habit == "around_code":
        return tr("{count} codes have a letter before them or words behind them; {value} was read as {read}", **said)
    return tr("{count} numbers have a word behind them; {value} was read as {read}", **said)


def _log(cells: Sequence[Cell], rows: Mapping[Any, int]) -> Repair:
    """Return the repairs of many cells as one, each with its row."""
    before = (tr("row {row}: {value}", row=rows.get(at, at), value=written(raw)) for at, raw, _ in cells)
    after = (tr("row {row}: {value}", row=rows.get(at, at), value=written(reading.value)) for at, _, reading in cells)
    return Repair(tr("; ").join(before), tr("; ").join(after))
