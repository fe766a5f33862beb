"""Measure: the area of each class of polygons in rings around things, 亩."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
import shapely

from onemap import geodesy
from onemap.flat import Bools, Flat, Floats, flatten
from onemap.model import Layer
from onemap.risk.ground import ground_once
from onemap.risk.measurement import COLUMNS, SUM, class_label
from onemap.risk.plane.discs import Discs, sum_in_discs
from onemap.risk.plane.ledger import Ground, Ledger, ledger_of
from onemap.risk.plane.tree import Tree, grow
from onemap.risk.plane.zones import sum_in_zones
from onemap.spec.measures.pairs import RingAreaRule

QUAD_SEGS: Final = 128
"""Chords in a quarter circle around corners and ends of lines and polygons. They miss 2.5e-5 of the round
parts; around points nothing is missed, because discs are exact."""

NOISE_M2: Final = 1e-5
"""Less ground than this in a ring is rounding, as where a circle only touches the edge of a parcel."""


def measure(of: Layer, to: Layer, rule: RingAreaRule) -> pd.DataFrame:
    """Return for each feature, ring and class the area inside the ring; a source lies in its own first ring.

    Where polygons of `to` overlap, their common ground counts once, for the gravest class.
    """
    sources, (parcels, areas_m2, _) = of.flat, ground_once(to)
    codes, classes = pd.factorize(to.classes.to_numpy(dtype=object)[parcels.rows], sort=True)
    ledger = ledger_of(areas_m2, codes, len(classes))
    inside_m2 = _inside(sources, (parcels, grow(parcels)), ledger, _Reaches(of, rule))
    rings_m2 = np.diff(inside_m2, axis=1, prepend=0.0)
    source, ring, group = np.nonzero(rings_m2 > NOISE_M2)
    names = [f"{inner:g}-{outer:g}" for inner, outer in zip((0.0, *rule.rings), rule.rings, strict=False)]
    labels = [class_label(to, own_id) for own_id in classes]
    columns: dict[str, Any] = {
        "of": of.frame.index.to_numpy()[sources.rows[source]],
        "to": SUM,
        "to_class": classes[group],
        "to_key": np.array(names, dtype=object)[ring],
        "to_label": np.array(labels, dtype=object)[group],
        "value": rings_m2[source, ring, group] / geodesy.MU_M2,
        "ring": np.array(rule.rings, dtype=float)[ring],
        "link": None,
    }
    return pd.DataFrame(columns, columns=list(COLUMNS))


class _Reaches:
    """How far the rings of each source reach in the plane, and what the plane is worth there."""

    def __init__(self, of: Layer, rule: RingAreaRule) -> None:
        boxes, edges = of.flat.boxes, np.array(rule.rings)
        middles = ((boxes[:2] + boxes[2:]) / 2).T
        scales = geodesy.scale_factors(middles, of.frame.crs) if len(middles) else np.empty(0)
        self.radii: Floats = scales[:, None] * edges
        """Sources x rings: so long that they are the rings' on the ground."""
        self.density: Floats = 1 / scales**2
        self.extent: Floats = (boxes[2:] - boxes[:2]).max(axis=0) + edges[-1]

    def ground(self, chosen: Bools) -> Ground:
        """Return the ground about some of the sources, ring by ring."""
        rings = self.radii.shape[1]
        return Ground(np.repeat(self.density[chosen], rings), np.repeat(self.extent[chosen], rings))


def _inside(sources: Flat, parcels: tuple[Flat, Tree], ledger: Ledger, reaches: _Reaches) -> Floats:
    """Return the area of each class within each radius of each source, sources x radii x classes."""
    found = np.zeros((*reaches.radii.shape, ledger.count))
    points = sources.pointlike
    if points.any():
        radii = reaches.radii[points]
        at = np.repeat(sources.starts[:-1][points], radii.shape[1])
        discs = Discs(sources.x[at], sources.y[at], radii.ravel())
        inside = sum_in_discs(*parcels, discs, ledger, reaches.ground(points))
        found[points] = inside.reshape(*radii.shape, ledger.count)
    if not points.all():
        radii = reaches.radii[~points]
        zones = flatten(shapely.buffer(sources.shapes[~points][:, None], radii, quad_segs=QUAD_SEGS).ravel())
        inside = sum_in_zones(*parcels, zones, ledger, reaches.ground(~points))
        found[~points] = inside.reshape(*radii.shape, ledger.count)
    return found
