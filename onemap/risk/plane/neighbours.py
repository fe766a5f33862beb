"""Which shapes are near one another: all within reach, or the nearest."""

from __future__ import annotations

import numpy as np

from onemap.flat import Bools, Flat, Floats, Ints, ranges
from onemap.risk.plane.chunks import each, even
from onemap.risk.plane.gaps import Gaps, measure_gaps
from onemap.risk.plane.runs import lengths_of, lowest, starts_of
from onemap.risk.plane.tree import FANOUT, Tree, gap2, opened


def within(of: Flat, to: Flat, tree: Tree, reach: Floats) -> tuple[Ints, Ints, Gaps]:
    """Return all pairs no further apart than the reach of the first, and their gaps.

    Parameters
    ----------
    tree
        Of `to`.
    reach
        For each shape of `of`.
    """
    one, other = tree.near(of.boxes, reach)
    gaps = measure_gaps(of, to, one, other)
    kept = gaps.length <= reach[one]
    return one[kept], other[kept], gaps.take(kept)


def nearest(of: tuple[Flat, Tree], to: tuple[Flat, Tree], slack: float = 0.0) -> tuple[Ints, Ints, Gaps]:
    """Return for each shape of `of` the nearest of `to`, and all that are as near.

    Parameters
    ----------
    of, to
        The shapes of either side, and their tree.
    slack
        What is farther than the nearest by up to this share is returned too.
    """
    shapes, others = of[0], to[0]
    if not len(shapes.rows) or not len(others.rows):
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp), Gaps(*np.zeros((5, 0)))
    more = (1 + slack) * (1 + 1e-12)
    parts = each(lambda piece: _candidates(of[1], to[1], piece, more), even(of[1].levels[-1].shape[1], FANOUT))
    one, other, low = (np.concatenate(ends) for ends in zip(*parts, strict=True))
    # The likeliest of each is measured first; of the others only those that may be nearer still.
    first = starts_of(one)
    likeliest = lowest(low, first)
    gaps = measure_gaps(shapes, others, one[likeliest], other[likeliest])
    rest = low <= np.repeat(gaps.length, lengths_of(first, len(one))) * more
    rest[likeliest] = False
    at = np.append(likeliest, np.flatnonzero(rest))
    more_gaps = measure_gaps(shapes, others, one[rest], other[rest])
    order = np.argsort(at, kind="stable")
    one, other = one[at[order]], other[at[order]]
    gaps = Gaps(*(np.append(*both)[order] for both in zip(gaps, more_gaps, strict=True)))
    first = starts_of(one)
    least = np.repeat(np.minimum.reduceat(gaps.length, first), lengths_of(first, len(one)))
    kept = gaps.length <= least * more
    return one[kept], other[kept], gaps.take(kept)


def _candidates(of: Tree, to: Tree, piece: slice, more: float) -> tuple[Ints, Ints, Floats]:
    """Return the shapes below some of the highest nodes, with all that may be nearest to them, and how far at least.

    Both trees are gone down together, and of the two sides the one whose boxes are larger is opened: what
    no shape of a node can be nearest to is never looked at again.
    """
    of_level, to_level = len(of.levels) - 1, len(to.levels) - 1
    top = to.levels[to_level].shape[1]
    own = np.arange(piece.start, piece.stop)
    query, node = np.repeat(own, top), np.tile(np.arange(top), len(own))
    while True:
        kept, low = _may_be_nearest(of.levels[of_level][:, query], to.levels[to_level][:, node], query, more)
        query, node = query[kept], node[kept]
        if to_level and (not of_level or to.sizes[to_level] > of.sizes[of_level]):
            to_level -= 1
            query, node = opened(query, node, to.levels[to_level].shape[1])
        elif of_level:
            of_level -= 1
            query, node = _opened_for(query, node, of.levels[of_level].shape[1])
        else:
            return of.order[query], to.order[node], low[kept]


def _opened_for(query: Ints, node: Ints, width: int) -> tuple[Ints, Ints]:
    """Return each child of each query, on a level with `width` nodes, with all nodes of its parent."""
    first = starts_of(query)
    parent, child = opened(np.arange(len(first)), query[first], width)
    counts = lengths_of(first, len(query))[parent]
    return np.repeat(child, counts), node[ranges(first[parent], counts)]


def _may_be_nearest(one: Floats, other: Floats, query: Ints, more: float) -> tuple[Bools, Floats]:
    """Return whether a box can hold the nearest of its query, and how far it is at least.

    It cannot where another box is nearer even at its farthest.
    """
    first = starts_of(query)
    low = np.sqrt(gap2(one, other))
    east, north = np.maximum(other[2] - one[0], one[2] - other[0]), np.maximum(other[3] - one[1], one[3] - other[1])
    bound = np.sqrt(np.minimum.reduceat(east * east + north * north, first)) * more
    return low <= np.repeat(bound, lengths_of(first, len(query))), low
