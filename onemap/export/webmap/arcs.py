"""Rings as sequences of arcs: what two neighbours share is written once.

An arc runs between two junctions, the grid points where the neighbours of a point differ from ring to ring; at
all points between them every ring that comes by goes the same way. As in TopoJSON, but worked out with arrays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Arcs:
    """Parts of shapes as arcs, in the order in which they are met.

    Parameters
    ----------
    of_part
        How many arcs each part has.
    codes
        What each arc is: 0 one that is met for the first time, else twice how many new ones ago it was met,
        and 1 more where it is walked backwards.
    lengths
        How many steps each new arc has.
    vertices, before
        The vertices that are written, and the one that each is told from.
    """

    of_part: Integers
    codes: Integers
    lengths: Integers
    vertices: Integers
    before: Integers

    @property
    def steps(self) -> Integers:
        """The differences that are written, one row a vertex."""
        return self.vertices - self.before


def arcs(vertices: Integers, part_of: Integers, closed: Flags) -> Arcs:
    """Cut parts into arcs.

    Parameters
    ----------
    vertices
        The grid points of all parts, n x 2; a closed part does not repeat its first.
    part_of
        Which part each vertex is of, ascending from 0; every part has at least one.
    closed
        Whether each part is a ring. Of what is open nothing is shared.
    """
    if not len(vertices):
        empty = np.zeros(0, dtype=np.int64)
        return Arcs(empty, empty, empty, vertices, vertices)
    ids = _ids(vertices)
    ring = closed[part_of]
    before, after = _neighbours(part_of)
    cut = _cuts(ids, before, after, part_of, ring)
    # Each ring begins at its first cut.
    turned = _turned(cut, part_of)
    ids, vertices, cut = ids[turned], vertices[turned], cut[turned]
    _, after = _neighbours(part_of)
    goes_on = ring | (after > np.arange(len(ids)))
    return _written(vertices, ids, after, _Walk(part_of, cut, goes_on, ring))


@dataclass(frozen=True)
class _Walk:
    """For each vertex its part, whether an arc begins there, whether a step leads on, and whether it is of a ring."""

    part_of: Integers
    begins: Flags
    goes_on: Flags
    ring: Flags


def _ids(vertices: Integers) -> Integers:
    """Return the same number for the same grid point, from 0."""
    low = vertices.min(axis=0)
    x, y = (vertices - low).T
    _, ids = np.unique(x * (int(y.max()) + 1) + y, return_inverse=True)
    return np.asarray(ids, dtype=np.int64)


def _neighbours(part_of: Integers) -> tuple[Integers, Integers]:
    """Return for each vertex the places of the one before and the one after it, around its part."""
    at = np.arange(len(part_of))
    first = np.flatnonzero(np.diff(part_of, prepend=-1))
    last = np.append(first[1:], len(part_of)) - 1
    before, after = at - 1, at + 1
    before[first], after[last] = last, first
    return before, after


def _cuts(ids: Integers, before: Integers, after: Integers, part_of: Integers, ring: Flags) -> Flags:
    """Return at which vertices an arc begins."""
    # What is open is cut at its first vertex alone: its vertices make no junctions.
    sides = np.sort(np.stack([ids[before], ids[after]]), axis=0)
    on_ring = np.flatnonzero(ring)
    points, seen = np.unique(ids[on_ring], return_index=True)
    met = on_ring[seen][np.searchsorted(points, ids[on_ring])]
    junction = np.zeros(int(ids.max()) + 1, dtype=bool)
    junction[ids[on_ring][(sides[:, on_ring] != sides[:, met]).any(axis=0)]] = True
    # A ring without junctions is an island, or fills a hole: both begin at the same point.
    first = np.flatnonzero(np.diff(part_of, prepend=-1))
    without = ~np.logical_or.reduceat(junction[ids], first) & ring[first]
    junction[np.minimum.reduceat(ids, first)[without]] = True
    cut = junction[ids] & ring
    cut[first[~ring[first]]] = True
    return np.asarray(cut)


def _turned(cut: Flags, part_of: Integers) -> Integers:
    """Return the order of vertices in which each part begins at its first cut."""
    first = np.flatnonzero(np.diff(part_of, prepend=-1))
    counts = np.diff(np.append(first, len(part_of)))
    places = np.flatnonzero(cut)
    shift = places[np.searchsorted(places, first)] - first
    at = np.arange(len(part_of)) - first[part_of]
    return np.asarray(first[part_of] + (at + shift[part_of]) % counts[part_of])


def _written(vertices: Integers, ids: Integers, after: Integers, walk: _Walk) -> Arcs:
    arc_of = np.cumsum(walk.begins) - 1
    begin = np.flatnonzero(walk.begins)
    first, backwards = _same(ids, after, begin, walk)
    new = first == np.arange(len(begin))
    number = np.cumsum(new) - 1
    ago = np.cumsum(new) - new - number[first]
    codes = np.where(new, 0, 2 * ago + (backwards != backwards[first]))
    # A new arc is written step by step; the first of a part begins with where the part begins.
    stepped = np.flatnonzero(new[arc_of] & walk.goes_on)
    opening = np.diff(walk.part_of[begin], prepend=-1) > 0
    starts = begin[opening & new]
    place = np.arange(len(stepped)) + np.searchsorted(starts, stepped, side="right")
    start_place = np.searchsorted(stepped, starts) + np.arange(len(starts))
    told = np.zeros((len(stepped) + len(starts), 2), dtype=np.int64)
    told[place], told[start_place] = vertices[after[stepped]], vertices[starts]
    base = np.zeros_like(told)
    base[place] = vertices[stepped]
    later = start_place[start_place > 0]
    base[later] = told[later - 1]
    lengths = np.bincount(arc_of[walk.goes_on], minlength=len(begin))[new]
    return Arcs(np.bincount(walk.part_of[begin]), codes, lengths, told, base)


def _same(ids: Integers, after: Integers, begin: Integers, walk: _Walk) -> tuple[Integers, Flags]:
    """Return for each arc the first that is the same, and whether it is walked against a fixed direction.

    From junction to junction there is but one way on from each step, so its first step names an arc.
    """
    count = int(ids.max()) + 1
    end = np.append(begin[1:], len(ids)) - 1
    forth = ids[begin] * count + ids[after[begin]]
    back = ids[after[end]] * count + ids[end]
    name = np.minimum(forth, back)
    alone = ~walk.ring[begin]
    name[alone] = -1 - np.flatnonzero(alone)
    _, seen, which = np.unique(name, return_index=True, return_inverse=True)
    return seen[which], back < forth
