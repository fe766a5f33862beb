"""Measure: the area of each class of polygons in rings around things, 亩."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from onemap import geodesy
from onemap.model import Layer
from onemap.risk.disc import shares_inside
from onemap.risk.measurement import COLUMNS, SUM, class_label
from onemap.spec.rule import Rule

QUAD_SEGS: Final = 128
"""Chords in a quarter circle around corners and ends of lines and polygons. They miss 2.5e-5 of the round
parts; around points nothing is missed, because discs are exact."""

NOISE_M2: Final = 1e-6
"""A part of a parcel smaller than this is rounding, as where a circle only touches its edge."""


def measure(of: Layer, to: Layer, rule: Rule) -> pd.DataFrame:
    """Return for each feature, ring and class the area inside the ring; a source lies in its own first ring.

    Where polygons of `to` overlap, their common ground counts for each of them.
    """
    sources = np.asarray(of.frame.geometry.array)
    parcels = shapely.orient_polygons(np.asarray(to.frame.geometry.array))
    tree, areas_m2, classes = shapely.STRtree(parcels), to.areas_m2.to_numpy(), to.classes.to_numpy()
    rows: list[tuple[Any, ...]] = []
    for label, source, scale in zip(of.frame.index, sources, _scales(of), strict=True):
        near = tree.query(source, predicate="dwithin", distance=rule.rings[-1] * scale)
        shares = [_shares(source, edge * scale, parcels[near]) for edge in rule.rings]
        inside_m2 = np.diff(np.array(shares), axis=0, prepend=0.0) * areas_m2[near]
        rows += [(label, *row) for row in _rings(inside_m2, classes[near], to, rule)]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"value": float, "ring": float})


def _rings(inside_m2: NDArray[Any], classes: NDArray[Any], to: Layer, rule: Rule) -> list[tuple[Any, ...]]:
    """Return the rows of one source, without its label, from the area of each parcel in each ring."""
    rows: list[tuple[Any, ...]] = []
    for inner, outer, parts_m2 in zip((0.0, *rule.rings), rule.rings, inside_m2, strict=False):
        for own_id in sorted(set(classes)):
            # fsum rounds once, so that the order of the parcels cannot show in the last digits.
            area_m2 = math.fsum(parts_m2[(classes == own_id) & (parts_m2 > NOISE_M2)])
            if area_m2 > 0:
                ring = f"{inner:g}-{outer:g}"
                rows.append((SUM, own_id, ring, class_label(to, own_id), area_m2 / geodesy.MU_M2, outer, None))
    return rows


def _shares(source: Any, radius: float, parcels: NDArray[Any]) -> NDArray[np.float64]:
    """Return which part of each parcel lies within a radius of the source, in the plane."""
    if len(parcels) == 0:
        return np.empty(0)
    if shapely.get_type_id(source) == shapely.GeometryType.POINT:
        return shares_inside(parcels, (source.x, source.y), radius)
    zone = shapely.buffer(source, radius, quad_segs=QUAD_SEGS)
    shapely.prepare(zone)
    whole = shapely.area(parcels)
    shares = np.asarray(shapely.covers(zone, parcels) & (whole > 0), dtype=float)
    cut = shapely.intersects(zone, parcels) & (shares == 0) & (whole > 0)
    shares[cut] = np.minimum(shapely.area(shapely.intersection(zone, parcels[cut])) / whole[cut], 1.0)
    return shares


def _scales(layer: Layer) -> NDArray[np.float64]:
    """Return the scale of the plane in the middle of each feature; 1 for what has no place."""
    bounds = layer.frame.geometry.bounds.to_numpy()
    middles = (bounds[:, :2] + bounds[:, 2:]) / 2
    placed = np.isfinite(middles).all(axis=1)
    scales = np.ones(len(middles))
    if placed.any():
        scales[placed] = geodesy.scale_factors(middles[placed], layer.frame.crs)
    return scales
