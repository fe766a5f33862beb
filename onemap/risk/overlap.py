"""Measure: how much of one polygon lies under another, 亩."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from onemap import geodesy
from onemap.flat import Bools, Flat, Ints
from onemap.model import Layer
from onemap.risk.measurement import pairs_table, same_feature
from onemap.risk.plane.neighbours import within
from onemap.risk.plane.tree import grow
from onemap.risk.plane.zones import share_pairs
from onemap.spec.rule import Rule


def measure(of: Layer, to: Layer, rule: Rule) -> pd.DataFrame:
    """Return every pair whose common ground is larger than the minimum.

    Where either is only a point that lies in the other, the area cannot be measured: the value is NaN.
    """
    ours, theirs = of.flat.take(of.flat.areal), to.flat.take(to.flat.areal)
    # The share is taken in the plane and the area on the ellipsoid, so that a part never exceeds its whole.
    common, shares = share_pairs(ours, grow(ours), theirs)
    cut = ours.rows[common.shape], theirs.rows[common.zone]
    areas_m2 = of.areas_m2.to_numpy()[cut[0]] * shares
    kept = areas_m2 > rule.minimum
    at_points = [
        _touching(of.flat.take(_points(of.flat)), to.flat),
        _touching(of.flat.take(~_points(of.flat)), to.flat.take(_points(to.flat))),
    ]
    pairs = [np.concatenate([side[kept], *at]) for side, *at in zip(cut, *at_points, strict=True)]
    values = np.append(areas_m2[kept], np.full(len(pairs[0]) - int(kept.sum()), np.nan))
    order = np.lexsort(pairs[::-1])
    order = order[~same_feature(of, to, (pairs[0][order], pairs[1][order]))]
    return pairs_table(of, to, (pairs[0][order], pairs[1][order]), values[order] / geodesy.MU_M2, None)


def _touching(of: Flat, to: Flat) -> tuple[Ints, Ints]:
    """Return the rows of all pairs that have any place in common."""
    one, other, _ = within(of, to, grow(to), np.zeros(len(of.rows)))
    return of.rows[one], to.rows[other]


def _points(flat: Flat) -> Bools:
    found: Bools = shapely.get_dimensions(flat.shapes) == 0
    return found
