"""Measure: how much of one polygon lies under another, 亩."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from onemap import geodesy
from onemap.model import Layer
from onemap.risk.measurement import pairs_table, same_feature
from onemap.spec.rule import Rule


def measure(of: Layer, to: Layer, rule: Rule) -> pd.DataFrame:
    """Return every pair whose common ground is larger than the minimum.

    Where either is only a point that lies in the other, the area cannot be measured: the value is NaN.
    """
    shapes, others = np.asarray(of.frame.geometry.array), np.asarray(to.frame.geometry.array)
    found = shapely.STRtree(others).query(shapes, predicate="intersects")
    pairs = found[0], found[1]
    ours, theirs = shapes[pairs[0]], others[pairs[1]]
    pointlike = (shapely.get_dimensions(ours) == 0) | (shapely.get_dimensions(theirs) == 0)
    whole = shapely.area(ours)
    cut = np.minimum(shapely.area(shapely.intersection(ours, theirs)), whole)
    # The share is taken in the plane and the area on the ellipsoid, so that a part never exceeds its whole.
    shares = np.divide(cut, whole, out=np.zeros(len(whole)), where=whole > 0)
    areas_m2 = np.where(pointlike, np.nan, of.areas_m2.to_numpy()[pairs[0]] * shares)
    keep = (pointlike | (areas_m2 > rule.minimum)) & ~same_feature(of, to, pairs)
    return pairs_table(of, to, (pairs[0][keep], pairs[1][keep]), areas_m2[keep] / geodesy.MU_M2, None)
