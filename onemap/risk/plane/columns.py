"""The edges of zones cut into columns, so that those above or below a place are found without looking at others."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from onemap.flat import Bools, Flat, Floats, Ints, ranges
from onemap.risk.plane.chunks import VERTICES, cut
from onemap.risk.plane.segments import Segments, rims

FINENESS: Final = 1
"""A zone has as many columns as make so many pieces of an edge, on the average, beside the edge itself."""


@dataclass(frozen=True, eq=False)
class Columns:
    """Pieces of the edges of zones, zone by zone and column by column, each zone seen from its corner."""

    pieces: Segments
    first: Ints
    """Where the pieces of each column start, and where those of the last end."""
    boxes: Floats
    """4 x zones."""
    counts: Ints
    """How many columns each zone has."""

    @cached_property
    def heights(self) -> tuple[Floats, Floats]:
        """Return how low and how high each piece reaches."""
        ends = self.pieces.start, self.pieces.end
        return np.minimum(*ends), np.maximum(*ends)

    def seen(self, zone: Ints, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return places as they are seen from the corners of zones."""
        return x - self.boxes[0, zone], y - self.boxes[1, zone]

    def over(self, zone: Ints, west: Floats, east: Floats) -> tuple[Ints, Ints]:
        """Return all pairs of a query and a piece of its zone that lies in the query's strip of the plane."""
        query, piece = self._about(zone, west, east)
        at = np.flatnonzero((self.pieces.west[piece] <= east[query]) & (self.pieces.east[piece] >= west[query]))
        return query[at], piece[at]

    def meet(self, zone: Ints, boxes: Floats) -> tuple[Bools, Bools]:
        """Return which boxes an edge of their zone may run through, and which lie wholly inside it."""
        outer = self.boxes[:, zone]
        apart = (boxes[0] > outer[2]) | (boxes[2] < outer[0]) | (boxes[1] > outer[3]) | (boxes[3] < outer[1])
        touched, inside = np.zeros(len(zone), dtype=bool), np.zeros(len(zone), dtype=bool)
        left = np.flatnonzero(~apart)
        # A box that sees the whole zone has all its pieces in its strip.
        most = (self.first[np.cumsum(self.counts)] - self.first[np.cumsum(self.counts) - self.counts])[zone[left]]
        shares = (boxes[2, left] - boxes[0, left]) / (outer[2, left] - outer[0, left])
        for piece in cut(1 + most * np.minimum(shares, 1.0), VERTICES * 2):
            at = left[piece]
            touched[at] = self._touch(zone[at], boxes[:, at])
        at = left[~touched[left]]
        inside[at] = self._hold(zone[at], boxes[:, at])
        return touched, inside

    def _about(self, zone: Ints, west: Floats, east: Floats) -> tuple[Ints, Ints]:
        """Return all pairs of a query and a piece in the columns of the query's strip."""
        scale = (self.counts / (self.boxes[2] - self.boxes[0]))[zone]
        before, most = (np.cumsum(self.counts) - self.counts)[zone], self.counts[zone] - 1
        low = before + np.clip((west * scale).astype(np.intp), 0, most)
        high = before + np.clip((east * scale).astype(np.intp), 0, most)
        counts = self.first[high + 1] - self.first[low]
        return np.repeat(np.arange(len(zone)), counts), ranges(self.first[low], counts)

    def _touch(self, zone: Ints, boxes: Floats) -> Bools:
        """Return which boxes have a piece at their height in a column of theirs."""
        (west, south), (east, north) = (self.seen(zone, *boxes[corner : corner + 2]) for corner in (0, 2))
        query, piece = self._about(zone, west, east)
        low, high = self.heights
        hit = query[(low[piece] <= north[query]) & (high[piece] >= south[query])]
        return np.bincount(hit, minlength=len(zone)) > 0

    def _hold(self, zone: Ints, boxes: Floats) -> Bools:
        """Return which boxes that no piece touches lie inside their zone: as much as their middle column says."""
        (west, south), (east, _) = (self.seen(zone, *boxes[corner : corner + 2]) for corner in (0, 2))
        half = ((self.boxes[2] - self.boxes[0]) / self.counts)[zone] / 2
        middle = (west + east) / 2
        west, east = np.maximum(west, middle - half), np.minimum(east, middle + half)
        query, piece = self.over(zone, west, east)
        width = np.minimum(self.pieces.east[piece], east[query]) - np.maximum(self.pieces.west[piece], west[query])
        covered = -self.pieces.side[piece] * width * (self.heights[0][piece] > south[query])
        inside: Bools = np.bincount(query, weights=covered, minlength=len(zone)) > (east - west) / 2
        return inside


def slices(zones: Flat) -> Columns:
    """Cut the edges of zones into columns.

    Parameters
    ----------
    zones
        Polygons.
    """
    owner = np.repeat(np.arange(len(zones.rows)), np.diff(zones.starts))
    # Places far from the origin would lose digits.
    edges, zone = rims(zones.x - zones.boxes[0, owner], zones.y - zones.boxes[1, owner], zones.last, owner)
    counts = np.bincount(zone, minlength=len(zones.rows))
    widths = zones.boxes[2] - zones.boxes[0]
    spans = np.bincount(zone, weights=edges.east - edges.west, minlength=len(zones.rows))
    columns = np.clip(FINENESS * counts * widths / spans, 1, counts).astype(np.intp)
    steps = widths / columns
    low, high = (
        np.clip((ends / steps[zone]).astype(np.intp), 0, columns[zone] - 1) for ends in (edges.west, edges.east)
    )
    edge, column = np.repeat(np.arange(len(zone)), high - low + 1), ranges(low, high - low + 1)
    own = zone[edge]
    pieces = _cut(
        edges.take(edge), column * steps[own], (column + 1) * steps[own], (column > low[edge], column < high[edge])
    )
    key = (np.cumsum(columns) - columns)[own] + column
    order = np.argsort(key, kind="stable")
    first = np.concatenate([[0], np.cumsum(np.bincount(key, minlength=int(columns.sum())))])
    return Columns(pieces.take(order), first, zones.boxes, columns)


def _cut(edges: Segments, west: Floats, east: Floats, beyond: tuple[Bools, Bools]) -> Segments:
    """Return edges cut at the borders of a column each, where they run on beyond them."""
    left = np.where(beyond[0], np.maximum(west, edges.west), edges.west)
    right = np.where(beyond[1], np.minimum(east, edges.east), edges.east)
    start = np.where(beyond[0], edges.start + edges.slope * (left - edges.west), edges.start)
    end = np.where(beyond[1], edges.start + edges.slope * (right - edges.west), edges.end)
    return Segments(left, right, start, end, edges.slope, edges.side)
