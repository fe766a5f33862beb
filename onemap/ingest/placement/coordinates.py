"""Points from the coordinate columns of a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from onemap.ingest.columns import PAIR_WORDS, X_PARTS, X_WORDS, Y_PARTS, Y_WORDS, Triple, find_column
from onemap.ingest.placement.angles import Angle, join_parts, parse_packed, read_angle, read_pair
from onemap.ingest.placement.offsets import OFFSET_SYSTEMS, wgs84_from
from onemap.ingest.raw import Fault, Raw
from onemap.model import Repair
from onemap.spec.blanks import BLANKS, UNKNOWNS
from onemap.spec.project import SourceSpec
from onemap.text import fold, tr

CHINA: Final = (73.0, 3.0, 136.0, 54.0)
"""West, south, east, north in degrees: no Chinese latitude is a Chinese longitude."""

MOST_DEGREES: Final = 180.0
LEAST_METRES: Final = 100_000.0
"""Eastings and northings of the zones of China are larger: 3 degrees north are 331 km."""

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class _Read:
    """The coordinates of each row, NaN where there are none."""

    x: Numbers
    y: Numbers
    exchanged: Mask
    """The rows that name their axes the other way round."""
    only_y: Mask
    """The rows without coordinates of which only y cannot be read."""


def locate(raw: Raw, source: SourceSpec) -> tuple[gpd.GeoSeries | None, dict[str, str], list[Fault]]:
    """Make points of the coordinate columns.

    Degrees in every spelling, degrees, minutes and seconds in columns of their own, both coordinates in one
    column, and metres are understood.

    Returns
    -------
    points, columns, faults
        The points in the numbers of the table (GCJ-02 and BD-09 are converted to WGS 84), or None
        where the table has no coordinate columns; the raw columns of "x" and "y" (the first of several); and
        the rows whose coordinates are missing, unreadable, senseless or exchanged.
    """
    found = coordinate_columns(raw, source)
    if found is None:
        return None, {}, []
    frame, (x_names, y_names) = raw.frame, found
    names = list(dict.fromkeys([*x_names, *y_names]))
    read = _read_pairs(frame[x_names[0]]) if x_names == y_names else _read_columns(frame, x_names, y_names, source)
    missing = np.isnan(read.x)
    axes = np.where(read.only_y[missing], "y", "x")
    faults = [_missing(frame, at, names, axis) for at, axis in zip(frame.index[missing], axes, strict=True)]
    x, y, exchanged = _exchange(read, x_names == y_names)
    faults += [_exchanged(frame, at, names) for at in frame.index[exchanged]]
    # An x that can be a longitude is not what is wrong with the pair.
    axes = np.where((np.abs(x) <= MOST_DEGREES) & (x != 0), "y", "x")
    x, y, senseless = _sensible(x, y)
    faults += [
        _senseless(frame, at, names, (reason, axis))
        for at, reason, axis in zip(frame.index, senseless, axes, strict=True)
        if reason
    ]
    if source.coord_type in OFFSET_SYSTEMS:
        degrees = np.abs(x) <= MOST_DEGREES
        x[degrees], y[degrees] = wgs84_from(source.coord_type, x[degrees], y[degrees])
    points = gpd.GeoSeries(gpd.points_from_xy(x, y), index=frame.index)
    return points.where(~np.isnan(x), None), {"x": x_names[0], "y": y_names[0]}, faults


def coordinate_columns(raw: Raw, source: SourceSpec) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Return the columns of x and of y, one or degrees, minutes and seconds; the same where one holds both."""
    x = _find_axis(raw, source.x, X_WORDS, X_PARTS)
    y = _find_axis(raw, source.y, Y_WORDS, Y_PARTS)
    if x and y:
        return x, y
    pair = find_column(PAIR_WORDS, raw.frame.columns, raw.cut_names)
    return None if pair is None or source.x or source.y else ((pair,), (pair,))


def _find_axis(
    raw: Raw, asked: Sequence[str] | None, words: Sequence[str], triples: Sequence[Triple]
) -> tuple[str, ...]:
    def find(names: Sequence[str]) -> str | None:
        return find_column(names, raw.frame.columns, raw.cut_names)

    if asked:
        named = [find([name]) for name in asked]
        return () if None in named else tuple(name for name in named if name)
    folded = {fold(name): name for name in reversed(raw.frame.columns)}
    for triple in triples:
        degrees, minutes, seconds = (folded.get(fold(word)) for word in triple)
        if degrees and minutes:
            return (degrees, minutes, seconds) if seconds else (degrees, minutes)
    whole = find(words)
    return (whole,) if whole else ()


def _read_columns(frame: pd.DataFrame, x_names: Sequence[str], y_names: Sequence[str], source: SourceSpec) -> _Read:
    x, x_axes = _read_axis(frame, x_names, source)
    y, y_axes = _read_axis(frame, y_names, source)
    # A letter that says the same of both columns is a slip that nobody can mend.
    bad = np.isnan(x) | np.isnan(y) | ((x_axes != "") & (x_axes == y_axes))
    exchanged = ~bad & ((x_axes == "y") | (y_axes == "x"))
    only_y = np.isnan(y) & ~np.isnan(x)
    return _Read(np.where(bad, np.nan, x), np.where(bad, np.nan, y), exchanged, only_y)


def _read_axis(frame: pd.DataFrame, names: Sequence[str], source: SourceSpec) -> tuple[Numbers, NDArray[Any]]:
    if len(names) > 1:
        columns = [frame[name] for name in names]
        angles = [join_parts(*parts) for parts in zip(*columns, strict=True)]
    else:
        read: Callable[[Any], Angle | None] = _read_packed if source.angles == "D.MMSS" else read_angle
        angles = [read(value) for value in frame[names[0]]]
    values = np.array([np.nan if angle is None else angle.value for angle in angles], dtype=float)
    return values, np.array(["" if angle is None else angle.axis for angle in angles], dtype="U1")


def _read_packed(value: Any) -> Angle | None:
    degrees = parse_packed(value)
    return None if degrees is None else Angle(degrees)


def _read_pairs(column: pd.Series[Any]) -> _Read:
    """Return the coordinates of a column that holds both; its letters decide which is which."""
    pairs = [read_pair(value) for value in column]
    x = np.array([np.nan if pair is None else pair[0].value for pair in pairs], dtype=float)
    y = np.array([np.nan if pair is None else pair[1].value for pair in pairs], dtype=float)
    latitude_first = np.array([pair is not None and (pair[0].axis == "y" or pair[1].axis == "x") for pair in pairs])
    return _Read(x, y, latitude_first.astype(bool), np.zeros(len(x), dtype=bool))


def _exchange(read: _Read, one_column: bool) -> tuple[Numbers, Numbers, Mask]:
    """Return x and y in their right order, and the rows where that is not the order of the columns."""
    exchanged = read.exchanged | _in_china(read.y, read.x)
    x, y = np.where(exchanged, read.y, read.x), np.where(exchanged, read.x, read.y)
    # In one column either order is usual, and no fault.
    return x, y, exchanged & (not one_column)


def _in_china(x: Numbers, y: Numbers) -> Mask:
    west, south, east, north = CHINA
    inside: Mask = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    return inside


def _sensible(x: Numbers, y: Numbers) -> tuple[Numbers, Numbers, list[str]]:
    """Blank the coordinates that can be neither degrees nor metres, or are not what the others are; say why."""
    large, small = np.fmax(np.abs(x), np.abs(y)), np.fmin(np.abs(x), np.abs(y))
    zero = small == 0
    degrees = (large <= MOST_DEGREES) & (small <= MOST_DEGREES / 2) & ~zero
    metres = (small >= LEAST_METRES) & ~zero
    few = metres if degrees.sum() >= metres.sum() else degrees
    few = few & bool(degrees.any() and metres.any())
    neither = ~(degrees | metres | zero | np.isnan(x))
    reasons = np.select([zero, neither, few], ["zero", "neither", "few"], "")
    blank = reasons != ""
    return np.where(blank, np.nan, x), np.where(blank, np.nan, y), reasons.tolist()


def _written(frame: pd.DataFrame, at: Any, names: Sequence[str]) -> str:
    texts = ("" if frame.at[at, name] is None else str(frame.at[at, name]).strip() for name in names)
    return ", ".join(texts)


def _missing(frame: pd.DataFrame, at: Any, names: Sequence[str], axis: str) -> Fault:
    hint = tr("ask for the coordinates; without them the record is in no list by place")
    blanks = {fold(text) for text in (*BLANKS, *UNKNOWNS)}
    values = (frame.at[at, name] for name in names)
    if all(value is None or fold(value) in blanks for value in values):
        return Fault("null_geometry", tr("no coordinates"), hint, at, "x", "")
    texts = _written(frame, at, names)
    message = tr("coordinates that cannot be read: {texts}", texts=texts)
    return Fault("wrong_type", message, hint, at, axis, texts, "blanked")


def _exchanged(frame: pd.DataFrame, at: Any, names: Sequence[str]) -> Fault:
    x, y = (_written(frame, at, part) for part in (names[: len(names) // 2], names[len(names) // 2 :]))
    message = tr("longitude and latitude are exchanged: {x}, {y}", x=x, y=y)
    hint = tr("exchange them in the table; they were exchanged for this build")
    return Fault("axes_swapped", message, hint, at, "x", x, "repaired", repair=Repair(f"{x}, {y}", f"{y}, {x}"))


def _senseless(frame: pd.DataFrame, at: Any, names: Sequence[str], why: tuple[str, str]) -> Fault:
    reason, axis = why
    texts = _written(frame, at, names)
    hint = tr("correct the coordinates in the source; without them the record is in no list by place")
    if reason == "few":
        message = tr("degrees among metres, or metres among degrees: {texts}", texts=texts)
        return Fault("wrong_type", message, hint, at, "x", texts, "blanked")
    if reason == "zero":
        message = tr("a coordinate of 0 is none: {texts}", texts=texts)
    else:
        message = tr("neither degrees nor metres of a map: {texts}", texts=texts)
    return Fault("out_of_range", message, hint, at, axis, texts, "blanked")
