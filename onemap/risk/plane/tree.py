"""A packed tree of boxes in the order of a Hilbert curve, whose nodes can carry sums of what lies in them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from onemap.flat import Flat, Floats, Ints
from onemap.risk.plane.chunks import each, even

FANOUT: Final = 8
"""How many boxes a node holds."""

BITS: Final = 16
"""The Hilbert curve runs through 2 to the power of so many cells each way."""

NOTHING: Final = np.array([np.inf, np.inf, -np.inf, -np.inf])
"""The box that meets none."""


@dataclass(frozen=True, eq=False)
class Tree:
    """Boxes of boxes: `levels[0]` has the box of each shape in `order`, the last level only one or a few."""

    order: Ints
    levels: tuple[Floats, ...]
    """Each 4 x nodes: west, south, east, north; the children of node n are n * FANOUT and those after it."""

    @cached_property
    def sizes(self) -> list[float]:
        """How wide and high the boxes of each level are together, on the average."""
        return [float((boxes[2:] - boxes[:2]).mean()) for boxes in self.levels]

    def sums(self, values: Floats, groups: Ints, count: int) -> list[Floats]:
        """Return for each level the sums of `values` by group in each node: groups x nodes.

        Parameters
        ----------
        values, groups
            For each shape, in the order of the shapes and not of the tree; groups are 0 … count - 1.
        """
        width = self.levels[0].shape[1]
        leaves = np.zeros((count, width))
        leaves[groups[self.order], np.arange(len(self.order))] = values[self.order]
        found = [leaves]
        for _ in self.levels[1:]:
            padded = np.pad(found[-1], ((0, 0), (0, -found[-1].shape[1] % FANOUT)))
            found.append(padded.reshape(count, -1, FANOUT).sum(axis=2))
        return found

    def near(self, boxes: Floats, reach: Floats) -> tuple[Ints, Ints]:
        """Return all pairs of a query and a shape whose boxes are no further apart than the reach of the query."""
        pieces = each(lambda piece: self._near(boxes, reach, piece), even(boxes.shape[1], 1 + boxes.shape[1] // 2048))
        if not pieces:
            return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
        queries, shapes = (np.concatenate(ends) for ends in zip(*pieces, strict=True))
        return queries, shapes

    def _near(self, boxes: Floats, reach: Floats, piece: slice) -> tuple[Ints, Ints]:
        top = self.levels[-1].shape[1]
        first = np.arange(piece.start, piece.stop)
        query, node = np.repeat(first, top), np.tile(np.arange(top), len(first))
        for depth in range(len(self.levels) - 1, -1, -1):
            kept = gap2(boxes[:, query], self.levels[depth][:, node]) <= reach[query] ** 2
            query, node = query[kept], node[kept]
            if depth:
                query, node = opened(query, node, self.levels[depth - 1].shape[1])
        return query, self.order[node]


def grow(flat: Flat) -> Tree:
    """Return the tree of shapes."""
    order = _order(hilbert(flat.boxes))
    levels = [np.ascontiguousarray(flat.boxes[:, order])]
    while levels[-1].shape[1] > FANOUT:
        below = levels[-1]
        spare = np.repeat(NOTHING[:, None], -below.shape[1] % FANOUT, axis=1)
        children = np.concatenate([below, spare], axis=1).reshape(4, -1, FANOUT)
        levels.append(np.concatenate([children[:2].min(axis=2), children[2:].max(axis=2)]))
    return Tree(order, tuple(levels))


def _order(keys: NDArray[np.uint32]) -> Ints:
    """Return the positions of keys in rising order, equal ones in theirs: a stable `argsort`, many times as fast."""
    half = np.uint64(32)
    both = (keys.astype(np.uint64) << half) | np.arange(len(keys), dtype=np.uint64)
    both.sort()
    return (both & np.uint64(2**32 - 1)).astype(np.intp)


def opened(query: Ints, node: Ints, width: int) -> tuple[Ints, Ints]:
    """Return each query with each child of its node, on a level with `width` nodes."""
    children = (node[:, None] * FANOUT + np.arange(FANOUT)).ravel()
    queries = np.repeat(query, FANOUT)
    there = children < width
    return (queries, children) if there.all() else (queries[there], children[there])


def gap2(one: Floats, other: Floats) -> Floats:
    """Return the squared distance between boxes; 0 where they touch."""
    east = np.maximum(np.maximum(other[0] - one[2], one[0] - other[2]), 0.0)
    north = np.maximum(np.maximum(other[1] - one[3], one[1] - other[3]), 0.0)
    found: Floats = east * east + north * north
    return found


def hilbert(boxes: Floats) -> NDArray[np.uint32]:
    """Return how far along a Hilbert curve over all boxes the middle of each lies."""
    if boxes.shape[1] == 0:
        return np.empty(0, dtype=np.uint32)
    cells = (1 << BITS) - 1
    middles = (boxes[:2] + boxes[2:]) / 2
    low = middles.min(axis=1, keepdims=True)
    step = cells / max(float((middles - low).max()), 1e-9)
    x, y = ((middles - low) * step).astype(np.uint32)
    found = np.zeros(len(x), dtype=np.uint32)
    for bit in range(BITS - 1, -1, -1):
        right, up = (x >> bit) & 1, (y >> bit) & 1
        found = (found << 2) | ((right * 3) ^ up)
        # Each quarter is the curve again, turned: swapped along a diagonal, and that of the lower right mirrored.
        mirror = (0 - (right & (up ^ 1))).astype(np.uint32)
        x, y = x ^ mirror, y ^ mirror
        swap = (0 - (up ^ 1)).astype(np.uint32) & (x ^ y)
        x, y = x ^ swap, y ^ swap
    return found
