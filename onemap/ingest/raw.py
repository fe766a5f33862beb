"""What a reader gives back: the columns, rows and geometry of a source as they came."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from onemap.decision import Decision
from onemap.model import Action, EncodingRecord, Repair
from onemap.spec.layer import Unit
from onemap.text import tr

TOTALS_WORD: Final = "totals word"
"""Column of the frames of tables: the cell that says that a row sums up others, "" where none does."""

AS_WRITTEN: Final = "{} as written"
"""Column beside each field with a unit that the source has: its cells before they were brought to the field's unit."""


def written(value: Any) -> str:
    """Return a raw cell as its author sees it in the table, as far as that can be told.

    Examples
    --------
    >>> written(912.0), written(9.14108830000001e17), written(dt.datetime(2026, 6, 30)), written(True)
    ('912', '9.14108830000001E+17', '2026-06-30', 'TRUE')
    """
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        # Excel shows 15 digits, and no more than it needs.
        return f"{value:.15G}"
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return str(value)


class UnreadableError(Exception):
    """A source cannot be read at all; it becomes an issue, never a traceback."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[type[UnreadableError], tuple[str, str]]:
        """Return how it is made again: an exception keeps only what it shows."""
        return type(self), (self.message, self.hint)


def not_opened(path: Path, fault: OSError) -> UnreadableError:
    """Return what is said of a file that the system does not open."""
    message = tr("{file} cannot be opened: {reason}", file=path.name, reason=fault.strerror or fault)
    return UnreadableError(message, tr("close it in other programs, such as Excel, and check that it may be read"))


class Inner(NamedTuple):
    """A sheet of a workbook, or a layer of a file, and how many of its columns are known."""

    name: str
    known: int
    hidden: bool = False


@dataclass(frozen=True)
class Fault:
    """One fault, as a step sees it; where it lies in the source is stamped on it later."""

    kind: str
    message: str
    hint: str
    at: Any = None
    """The index label of the row in the step's frame; None where the fault is the whole source's."""
    field: str = ""
    value: str = ""
    action: Action = "kept"
    severity: Any = None
    key: str | None = None
    """None takes the key of the row."""
    row: int | None = None
    """What the row is called in the source, where it is not in the frame."""
    cell: str = ""
    source: str | None = None
    """The file that it is about, where that is not the one that was read; "" where it is about no single one."""
    lon: float | None = None
    lat: float | None = None
    repair: Repair | None = None
    other: Any = None
    """The index label of the other record that it is about as well, where that is of the same frame."""
    partner: str = ""
    """What else it is about, by a code or place: the other of two that overlap."""
    facts: str = ""
    """What was measured or found beside the record itself: where it changes, the fault is another."""
    decision: Decision | None = None
    """The decision of which it tells."""


@dataclass(frozen=True)
class Raw:
    """A source as read.

    `frame` has the raw columns and an index 0 … n-1; `rows` says for each what the row is called in the
    source (the Excel row, the line of a CSV, the feature id); `letters` gives the Excel letter of a column.
    """

    frame: pd.DataFrame
    geometry: gpd.GeoSeries | None
    rows: list[int]
    encoding: EncodingRecord
    letters: Mapping[str, str] = field(default_factory=dict)
    declared_crs: Any = None
    units: Mapping[str, Unit] = field(default_factory=dict)
    """The unit of each column that the table states beside its name: in a row of units, or above the table."""
    cut_names: frozenset[str] = frozenset()
    """The columns whose names are as long as the format allows: longer names were cut there."""
    mark: str = ""
    """The id of the layer that a template made the sheet for."""
    faults: tuple[Fault, ...] = ()


def keep_rows(raw: Raw, keep: NDArray[np.bool_]) -> Raw:
    """Return a source with some of its rows, and the faults of those and of the whole."""
    there = set(raw.frame.index[keep])
    return replace(
        raw,
        frame=raw.frame[keep],
        geometry=None if raw.geometry is None else raw.geometry[keep],
        rows=[row for row, kept in zip(raw.rows, keep, strict=True) if kept],
        faults=tuple(fault for fault in raw.faults if fault.at is None or fault.at in there),
    )
