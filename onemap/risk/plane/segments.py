"""The edges of polygons, each drawn from west to east, with the side on which the polygon lies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from onemap.flat import Bools, Floats, Ints


@dataclass(frozen=True, eq=False)
class Segments:
    """Straight pieces of the rims of polygons."""

    west: Floats
    east: Floats
    start: Floats
    """Height at the western end."""
    end: Floats
    """Height at the eastern end."""
    slope: Floats
    """0 for what stands upright."""
    side: Floats
    """1 where the polygon lies above, -1 where it lies below, 0 for what stands upright."""

    def take(self, at: Ints) -> Segments:
        """Return some of them."""
        return Segments(*(getattr(self, name)[at] for name in self.__dataclass_fields__))


def rims(x: Floats, y: Floats, last: Bools, owner: Ints) -> tuple[Segments, Ints]:
    """Return all edges of polygons, and the polygon of each.

    Parameters
    ----------
    x, y, last, owner
        Vertices ring by ring, seen from near by; whether a ring ends there; the polygon, rising.
    """
    at = np.flatnonzero(~last)
    ax, ay, bx, by = x[at], y[at], x[at + 1], y[at + 1]
    owner = owner[at]
    turn = np.sign(np.bincount(owner, weights=ax * by - bx * ay))
    forth = ax <= bx
    west, east = np.where(forth, ax, bx), np.where(forth, bx, ax)
    start, end = np.where(forth, ay, by), np.where(forth, by, ay)
    flat = west < east
    slope = np.divide(end - start, east - west, out=np.zeros(len(at)), where=flat)
    side = np.where(flat, np.where(forth, 1.0, -1.0) * turn[owner], 0.0)
    return Segments(west, east, start, end, slope, side), owner
