"""Which way the wind blows: a rose of sixteen directions, and how often it blows from one place toward another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from onemap import geodesy
from onemap.flat import Bools, Flat, Floats, Ints, ranges
from onemap.model import Layer
from onemap.text import tr

SECTORS: Final = (
    "n", "nne", "ne", "ene", "e", "ese", "se", "sse", "s", "ssw", "sw", "wsw", "w", "wnw", "nw", "nnw",
)  # fmt: skip
"""The directions of a rose, by the ids of the layer's classes; each is 22.5 degrees wide, the first about north."""

WIDTH: Final = 360 / len(SECTORS)
EVEN: Final = 100 / len(SECTORS)
"""How often, in percent, the wind would blow from each direction if it blew evenly from all."""

HALF_TURN: Final = len(SECTORS) // 2


@dataclass(frozen=True)
class Rose:
    """How often the wind blows from each of `SECTORS`, percent; or why that is not known."""

    shares: Floats
    problem: str = ""


def read_rose(layer: Layer | None, tolerance: float) -> Rose:
    """Return the rose that a layer has; with a problem where there is none, more than one, or one that is not whole.

    Parameters
    ----------
    tolerance
        Percent by which it may add up to less or more than 100.
    """
    nothing = np.full(len(SECTORS), np.nan)
    if layer is None or layer.frame.empty:
        return Rose(nothing, tr("there is no wind rose"))
    rows = layer.frame[["direction", "frequency"]].dropna()
    if rows["direction"].duplicated().any():
        return Rose(nothing, tr("there is more than one wind rose: choose one by where in the rule"))
    shares = rows.set_index("direction")["frequency"].astype(float)
    total = float(shares.sum())
    if abs(total - 100) > tolerance + 1e-9:
        return Rose(nothing, tr("the wind rose adds up to {total:.1f} %, not to 100 %", total=total))
    # A rose of eight directions says nothing of those between them: that the wind never blows from there it does not.
    there = int(shares.index.isin(SECTORS).sum())
    if there < len(SECTORS):
        return Rose(nothing, tr("the wind rose has {count} of {all} directions", count=there, all=len(SECTORS)))
    return Rose(shares.reindex(SECTORS).to_numpy(dtype=float))


def sectors_faced(origins: Floats, flat: Flat, shape: Ints, crs: Any) -> Bools:
    """Return in which sectors shapes lie, seen from an origin each: their whole width counts.

    Parameters
    ----------
    origins
        (pairs, 2) coordinates in `crs`.
    shape
        For each pair the position of a shape in `flat`.

    Returns
    -------
    ndarray
        Pairs x `SECTORS`.
    """
    faced = np.zeros((len(shape), len(SECTORS)), dtype=bool)
    at, counts = flat.vertices_of(shape)
    pair = np.repeat(np.arange(len(shape)), counts)
    turns = geodesy.azimuths(origins[pair], np.column_stack([flat.x[at], flat.y[at]]), crs) / WIDTH + 0.5
    # Along an edge the view turns the shorter way from one end to the other.
    steps = np.zeros(len(at))
    steps[:-1] = np.diff(turns)
    half = len(SECTORS) / 2
    steps = np.where(flat.last[at], 0.0, (steps + half) % len(SECTORS) - half)
    first = np.floor(np.minimum(turns, turns + steps)).astype(int)
    count = np.floor(np.maximum(turns, turns + steps)).astype(int) - first + 1
    faced[np.repeat(pair, count), ranges(first, count) % len(SECTORS)] = True
    return faced


def blown(rose: Rose, faced: Bools) -> tuple[Floats, Floats]:
    """Return how often the wind blows toward sectors, percent, and how many times as often as if it blew evenly."""
    # A wind from the north blows toward the south.
    toward = np.roll(rose.shares, -HALF_TURN)
    shares = (faced * np.nan_to_num(toward)).sum(axis=1)
    return shares, shares / np.maximum(faced.sum(axis=1) * EVEN, EVEN)


def winds_toward(faced: Bools, names: Mapping[str, str]) -> str:
    """Return the winds that blow toward sectors: up to three by name, more from the first to the last by the clock.

    Parameters
    ----------
    names
        What the directions are called, by id.
    """
    winds = np.roll(faced, HALF_TURN)
    # From behind a gap on, so that what lies about north is one run.
    first = int(np.argmin(winds)) if not winds.all() else 0
    run = [
        str(names[SECTORS[at % len(SECTORS)]]) for at in range(first, first + len(SECTORS)) if winds[at % len(SECTORS)]
    ]
    if len(run) > 3 and int((winds & ~np.roll(winds, 1)).sum()) == 1:
        return tr("{first} to {last}, {count} directions", first=run[0], last=run[-1], count=len(run))
    return tr(", ").join(run)
