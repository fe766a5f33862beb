"""The gap between shapes whose boxes lie apart: only the parts of their rims that face one another are looked at."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from onemap.flat import Flat, Floats, Ints, ranges
from onemap.risk.plane.runs import lowest, starts_of


class Ends(NamedTuple):
    """For each pair a vertex of one side, and the nearest place on the rim of the other."""

    far2: Floats
    x: Floats
    y: Floats
    to_x: Floats
    to_y: Floats


def rims_apart(of: Flat, one: Ints, to: Flat, other: Ints) -> tuple[Floats, ...]:
    """Return for each pair how far apart the rims are, and the nearest place on either: length, x, y, to_x, to_y.

    The nearest places of two rims that do not cross are a vertex of one and a place on an edge of the other.
    The vertex nearest to the other's box gives a bound; what is farther from that box than the bound is
    out of the question on both sides.
    """
    origin = of.boxes[0, one], of.boxes[1, one]
    own, theirs = _Rims(of, one, to.boxes[:, other], origin), _Rims(to, other, of.boxes[:, one], origin)
    bound2 = _ends(own, own.nearest(), theirs, np.full(len(one), np.inf)).far2 * (1 + 1e-9)
    forth = _ends(own, own.vertices(bound2), theirs, bound2)
    back = _ends(theirs, theirs.vertices(bound2), own, bound2)
    turned = back.far2 < forth.far2
    sides = (forth.x, back.to_x), (forth.y, back.to_y), (forth.to_x, back.x), (forth.to_y, back.y)
    places = [np.where(turned, b, a) + origin[number % 2] for number, (a, b) in enumerate(sides)]
    return (np.sqrt(np.minimum(forth.far2, back.far2)), *places)


class _Rims:
    """The rims on one side of pairs, and how far each vertex and edge is from the box of the other side."""

    def __init__(self, flat: Flat, shape: Ints, facing: Floats, origin: tuple[Floats, Floats]) -> None:
        vertices, counts = flat.vertices_of(shape)
        self.first = np.cumsum(counts) - counts
        self.counts = counts
        self.pair = np.repeat(np.arange(len(shape)), counts)
        self.x, self.y = flat.x[vertices] - origin[0][self.pair], flat.y[vertices] - origin[1][self.pair]
        # A point by itself is an edge from itself to itself.
        last = flat.last[vertices]
        self.alone = last & np.append(True, last[:-1])
        self.edge = ~last | self.alone
        self.next = np.where(self.alone, 0, 1) + np.arange(len(vertices))
        west, south, east, north = ((values - origin[n % 2])[self.pair] for n, values in enumerate(facing))
        # Signed: negative where a place lies on the other side of the box's border.
        self.to_west, self.to_east = west - self.x, self.x - east
        self.to_south, self.to_north = south - self.y, self.y - north
        self.far2 = _squared(self.to_west, self.to_east, self.to_south, self.to_north)

    def nearest(self) -> Ints:
        """Return for each pair a vertex that is as near to the other's box as any."""
        return lowest(self.far2, self.first)

    def vertices(self, bound2: Floats) -> Ints:
        """Return the vertices within the bound of their pair."""
        return np.flatnonzero(self.far2 <= bound2[self.pair])

    def edges(self, bound2: Floats) -> Ints:
        """Return the edges, by their first vertex, that may come within the bound of their pair."""
        sides = []
        for side in (self.to_west, self.to_east, self.to_south, self.to_north):
            nearer = side.copy()
            np.minimum(side[:-1], side[1:], out=nearer[:-1], where=~self.alone[:-1] if self.alone.any() else True)
            sides.append(nearer)
        return np.flatnonzero(self.edge & (_squared(*sides) <= bound2[self.pair]))


def _squared(to_west: Floats, to_east: Floats, to_south: Floats, to_north: Floats) -> Floats:
    aside, along = np.maximum(np.maximum(to_west, to_east), 0.0), np.maximum(np.maximum(to_south, to_north), 0.0)
    found: Floats = aside * aside + along * along
    return found


def _ends(own: _Rims, vertex: Ints, theirs: _Rims, bound2: Floats) -> Ends:
    """Return for each pair the nearest of some vertices to the edges of the other side within the bound."""
    count = len(own.first)
    edges = theirs.edges(bound2)
    edges_of = np.bincount(theirs.pair[edges], minlength=count)
    edge_first = np.cumsum(edges_of) - edges_of
    many = edges_of[own.pair[vertex]]
    edge = edges[ranges(edge_first[own.pair[vertex]], many)]
    vertex = np.repeat(vertex, many)
    x, y = own.x[vertex], own.y[vertex]
    ax, ay = theirs.x[edge], theirs.y[edge]
    end = theirs.next[edge]
    dx, dy = theirs.x[end] - ax, theirs.y[end] - ay
    length2 = dx * dx + dy * dy
    share = np.clip(((x - ax) * dx + (y - ay) * dy) / np.where(length2 > 0, length2, 1.0), 0.0, 1.0)
    to_x, to_y = ax + share * dx, ay + share * dy
    far2 = (to_x - x) ** 2 + (to_y - y) ** 2
    pair = own.pair[vertex]
    found = Ends(np.full(count, np.inf), *np.zeros((4, count)))
    hit = lowest(far2, starts_of(pair))
    for values, part in zip(found, (far2, x, y, to_x, to_y), strict=True):
        values[pair[hit]] = part[hit]
    return found
