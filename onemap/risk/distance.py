"""Measure: how far things lie apart, edge to edge on the ellipsoid, metres."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from onemap import geodesy
from onemap.model import Layer
from onemap.risk.measurement import pairs_table, same_feature
from onemap.spec.rule import Rule

MARGIN: Final = 1.002
"""How much further than the reach candidates are sought: the scale of the plane changes along the way, but
in no usable projection by 0.2 % within a few kilometres."""


def measure(of: Layer, to: Layer, rule: Rule) -> pd.DataFrame:
    """Return every pair within reach; what touches or contains the other is 0 m away."""
    shapes, others = np.asarray(of.frame.geometry.array), np.asarray(to.frame.geometry.array)
    reach = np.inf if rule.reach is None else rule.reach
    found = shapely.STRtree(others).query(shapes, predicate="dwithin", distance=reach * MARGIN * _scales(of))
    pairs = found[0], found[1]
    links = shapely.shortest_line(shapes[pairs[0]], others[pairs[1]])
    lengths = geodesy.segment_lengths_m(links, of.frame.crs)
    keep = (lengths <= reach) & ~same_feature(of, to, pairs)
    return pairs_table(of, to, (pairs[0][keep], pairs[1][keep]), lengths[keep], links[keep])


def _scales(layer: Layer) -> NDArray[Any]:
    """Return the largest scale of the plane at the corners of each feature; 1 for what has no place."""
    bounds = layer.frame.geometry.bounds.to_numpy()
    placed = np.isfinite(bounds).all(axis=1)
    scales = np.ones(len(bounds))
    corners = bounds[placed][:, [0, 1, 0, 3, 2, 1, 2, 3]].reshape(-1, 2)
    if placed.any():
        scales[placed] = geodesy.scale_factors(corners, layer.frame.crs).reshape(-1, 4).max(axis=1)
    return scales
