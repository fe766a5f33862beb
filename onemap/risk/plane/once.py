"""Ground counted once: from polygons that overlap, polygons of which none covers another's ground."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import shapely

from onemap.flat import Flat, Floats, Ints, flatten
from onemap.risk.plane.tree import grow
from onemap.risk.plane.zones import share_pairs


class Taken(NamedTuple):
    """What polygons lost to others, by position: `loser` lost `share` (0 to 1) of its area to `owner`."""

    owner: Ints
    loser: Ints
    share: Floats


def take_once(flat: Flat, order: Ints, noise_m2: float) -> tuple[Flat, Floats, Taken]:
    """Take from each polygon what polygons before it in an order cover too.

    Parameters
    ----------
    flat
        Polygons.
    order
        For each of the crowded ones its place in the order.
    noise_m2
        Pairs that share no more ground than this only touch.

    Returns
    -------
    flat, shares, taken
        What is left of the polygons that have any ground left, with their rows; which part of its area each
        still has; and who took the rest. Every piece of ground is taken once only, by the first that covers it.
    """
    crowded = flat.crowded
    if not len(crowded):
        nobody = np.empty(0, dtype=np.intp)
        return flat, np.ones(len(flat.rows)), Taken(nobody, nobody, np.empty(0))
    few = np.zeros(len(flat.rows), dtype=bool)
    few[crowded] = True
    chosen = flat.take(few)
    pairs, parts = share_pairs(chosen, grow(chosen), chosen)
    owner, loser = pairs.zone, pairs.shape
    kept = (order[owner] < order[loser]) & (parts * chosen.areas[loser] > noise_m2)
    turn = np.lexsort((order[owner[kept]], loser[kept]))
    return _without(flat, crowded[owner[kept][turn]], crowded[loser[kept][turn]])


def _without(flat: Flat, owner: Ints, loser: Ints) -> tuple[Flat, Floats, Taken]:
    """Let owners take their ground pair by pair, in the order of the pairs, of which each loser's stand together."""
    shapes, shares = flat.shapes.copy(), np.ones(len(flat.rows))
    taken = np.zeros(len(loser))
    for pair, (one, other) in enumerate(zip(loser.tolist(), owner.tolist(), strict=True)):
        rest = shapely.difference(shapes[one], flat.shapes[other])
        share = min(shapely.area(rest) / flat.areas[one], shares[one])
        taken[pair] = shares[one] - share
        shapes[one], shares[one] = rest, share
    ground = flatten(shapes)
    ground = ground.take(ground.areal)
    left = shares[ground.rows]
    return replace(ground, rows=flat.rows[ground.rows]), left, Taken(owner, loser, taken)
