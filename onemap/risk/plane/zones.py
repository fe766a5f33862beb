"""Exact areas of polygons inside zones of any shape: sums of signed strips, no clipping, nothing that can fail.

The area that two polygons share is the sum, over all pairs of an edge of one and an edge of the other, of
the area that lies under both, counted with the signs of their directions. What of it lies under the edge of
the zone wherever that is the lower one cancels along the rim of the polygon; what is left is where the
polygon's edge runs below the zone's. So an edge needs only those edges of the zone that lie in its own
strip of the plane, and those are found in columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from onemap.flat import Flat, Floats, Ints
from onemap.risk.plane.chunks import VERTICES, cut, each, even
from onemap.risk.plane.columns import Columns, slices
from onemap.risk.plane.ledger import Ground, Ledger
from onemap.risk.plane.segments import Segments, rims
from onemap.risk.plane.tree import Tree, opened

NOISE: Final = 1e-12
"""A smaller part of a polygon is rounding, as where neighbours share a crooked edge."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of a zone and a shape, by position."""

    zone: Ints
    shape: Ints


def sum_in_zones(flat: Flat, tree: Tree, zones: Flat, ledger: Ledger, ground: Ground | None = None) -> Floats:
    """Return what the ground of each class inside each zone is worth, zones x classes.

    Parameters
    ----------
    flat, zones
        Polygons. Zones may overlap; each is summed by itself.
    """
    found = np.zeros((len(zones.rows), ledger.count))
    columns = slices(zones)
    sums = tree.sums(ledger.worth, ledger.classes, ledger.count)
    todo = even(len(zones.rows), 1 + len(zones.rows) // 32)
    cutting = []
    walks = each(lambda piece: _walk(tree, columns, np.arange(piece.start, piece.stop), sums), todo)
    for piece, (whole, pairs) in zip(todo, walks, strict=True):
        found[piece] += whole
        cutting.append(pairs)
    if not cutting:
        return found
    pairs = Pairs(*(np.concatenate(ends) for ends in zip(*((one.zone, one.shape) for one in cutting), strict=True)))
    shares = shares_cut(flat, columns, pairs)
    if ground is not None:
        shares = ground.shares(flat, ledger, (pairs.zone, pairs.shape), shares)
    return found + ledger.add_up(pairs.zone, pairs.shape, shares, len(zones.rows))


def share_pairs(flat: Flat, tree: Tree, zones: Flat) -> tuple[Pairs, Floats]:
    """Return every pair of a zone and a polygon that share ground, and which part (0 to 1) of the polygon it is."""
    columns = slices(zones)
    zone, shape = tree.near(zones.boxes, np.zeros(len(zones.rows)))
    touched, inside = columns.meet(zone, flat.boxes[:, shape])
    shares = inside.astype(float)
    shares[touched] = shares_cut(flat, columns, Pairs(zone[touched], shape[touched]))
    kept = shares > 0
    return Pairs(zone[kept], shape[kept]), shares[kept]


def _walk(tree: Tree, columns: Columns, zones: Ints, sums: list[Floats]) -> tuple[Floats, Pairs]:
    """Return the sums of what lies wholly inside some zones, and the pairs whose edges may cross."""
    found = np.zeros((len(zones), len(sums[0])))
    top = tree.levels[-1].shape[1]
    zone, node = np.repeat(zones, top), np.tile(np.arange(top), len(zones))
    for depth in range(len(tree.levels) - 1, -1, -1):
        touched, inside = columns.meet(zone, tree.levels[depth][:, node])
        for group, values in enumerate(sums[depth]):
            own = zone[inside] - zones[0]
            found[:, group] += np.bincount(own, weights=values[node[inside]], minlength=len(zones))
        zone, node = zone[touched], node[touched]
        if depth:
            zone, node = opened(zone, node, tree.levels[depth - 1].shape[1])
    return found, Pairs(zone, tree.order[node])


def shares_cut(flat: Flat, columns: Columns, pairs: Pairs) -> Floats:
    """Return for each pair which part (0 to 1) of the planar area of the shape lies inside the zone."""
    whole = flat.areas[pairs.shape]
    costs = (flat.starts[pairs.shape + 1] - flat.starts[pairs.shape]) * 8
    pieces = each(
        lambda piece: _areas(flat, columns, Pairs(pairs.zone[piece], pairs.shape[piece])), cut(costs, VERTICES * 2)
    )
    if not pieces:
        return np.empty(0)
    shares: Floats = np.divide(np.concatenate(pieces), whole, out=np.zeros(len(whole)), where=whole > 0)
    return np.where(shares < NOISE, 0.0, np.where(shares > 1 - NOISE, 1.0, shares))


def _areas(flat: Flat, columns: Columns, pairs: Pairs) -> Floats:
    """Return the planar area that each pair shares."""
    vertices, counts = flat.vertices_of(pairs.shape)
    owner = np.repeat(np.arange(len(counts)), counts)
    x, y = columns.seen(pairs.zone[owner], flat.x[vertices], flat.y[vertices])
    edges, owner = rims(x, y, flat.last[vertices], owner)
    low = np.minimum(edges.start, edges.end)
    # Of a shape much larger than the zone hardly an edge lies beside or below it, and no other matters.
    wide, high = (columns.boxes[2:] - columns.boxes[:2])[:, pairs.zone[owner]]
    near = np.flatnonzero((edges.east > 0) & (edges.west < wide) & (low < high))
    edges, owner, low = edges.take(near), owner[near], low[near]
    edge, piece = columns.over(pairs.zone[owner], edges.west, edges.east)
    under = np.flatnonzero(columns.heights[1][piece] > low[edge])
    edge, piece = edge[under], piece[under]
    strips = _strips(edges, edge, columns.pieces, piece)
    found: Floats = np.bincount(owner[edge], weights=strips, minlength=len(counts)).astype(float)
    return found


def _strips(lowers: Segments, lower: Ints, uppers: Segments, upper: Ints) -> Floats:
    """Return the area between segments where the upper one runs above, signed by both sides."""
    lower_west, upper_west = lowers.west[lower], uppers.west[upper]
    lower_slope, upper_slope = lowers.slope[lower], uppers.slope[upper]
    west = np.maximum(lower_west, upper_west)
    width = np.minimum(lowers.east[lower], uppers.east[upper]) - west
    first = uppers.start[upper] + upper_slope * (west - upper_west)
    first -= lowers.start[lower] + lower_slope * (west - lower_west)
    second = first + (upper_slope - lower_slope) * width
    above = np.maximum(first, 0.0) + np.maximum(second, 0.0)
    # Where both run at one height nothing lies between.
    apart = np.maximum(np.abs(first) + np.abs(second), np.finfo(float).tiny)
    found: Floats = above * (above / apart) * width * lowers.side[lower] * uppers.side[upper] / -2
    return found
