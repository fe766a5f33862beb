"""Which shapes are near one another: all within reach, or the nearest."""

from __future__ import annotations

import numpy as np

from onemap.flat import Bools, Flat, Floats, Ints, ranges
from onemap.risk.plane.chunks import each, even
from onemap.risk.plane.gaps import Gaps, measure_gaps
from onemap.risk.plane.runs import lengths_of, lowest, starts_of
from onemap.risk.plane.tree import Tree, gap2, opened


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

    Neighbours on the Hilbert curve look for their nearest together: what no shape of their node can be
    nearest to is never looked at again.

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
    blocks = of[1].levels[_depth(of[1])].shape[1]
    parts = each(lambda piece: _candidates(of, to, piece, more), even(blocks, 1 + blocks // 4096))
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


def _depth(tree: Tree) -> int:
    """Return on which level the nodes are whose shapes look for their nearest together."""
    return min(1, len(tree.levels) - 1)


def _candidates(of: tuple[Flat, Tree], to: tuple[Flat, Tree], piece: slice, more: float) -> tuple[Ints, Ints, Floats]:
    """Return the shapes of some blocks with all that may be nearest to them, and how far that is at least."""
    (of_flat, of_tree), (to_flat, to_tree) = of, to
    boxes = of_tree.levels[_depth(of_tree)]
    top = to_tree.levels[-1].shape[1]
    own = np.arange(piece.start, piece.stop)
    block, node = np.repeat(own, top), np.tile(np.arange(top), len(own))
    for level in range(len(to_tree.levels) - 1, -1, -1):
        kept, _ = _may_be_nearest(boxes[:, block], to_tree.levels[level][:, node], block, more)
        block, node = block[kept], node[kept]
        if level:
            block, node = opened(block, node, to_tree.levels[level - 1].shape[1])
    first = starts_of(block)
    counts = lengths_of(first, len(block))
    parent, member = np.arange(len(own)), own
    if _depth(of_tree):
        parent, member = opened(parent, member, len(of_tree.order))
    one = np.repeat(of_tree.order[member], counts[parent])
    other = to_tree.order[node[ranges(first[parent], counts[parent])]]
    kept, low = _may_be_nearest(of_flat.boxes[:, one], to_flat.boxes[:, other], one, more)
    return one[kept], other[kept], low[kept]


def _may_be_nearest(one: Floats, other: Floats, query: Ints, more: float) -> tuple[Bools, Floats]:
    """Return whether a box can hold the nearest of its query, and how far it is at least.

    It cannot where another box is nearer even at its farthest.
    """
    first = starts_of(query)
    low = np.sqrt(gap2(one, other))
    east, north = np.maximum(other[2] - one[0], one[2] - other[0]), np.maximum(other[3] - one[1], one[3] - other[1])
    bound = np.sqrt(np.minimum.reduceat(east * east + north * north, first)) * more
    return low <= np.repeat(bound, lengths_of(first, len(query))), low
