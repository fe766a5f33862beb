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
from onemap.risk.plane.ledger import Ledger, ledger_of
from onemap.risk.plane.tree import Tree, grow
from onemap.risk.plane.zones import sum_in_zones
from onemap.spec.rule import Rule

QUAD_SEGS: Final = 128
"""Chords in a quarter circle around corners and ends of lines and polygons. They miss 2.5e-5 of the round
parts; around points nothing is missed, because discs are exact."""

NOISE_M2: Final = 1e-5
"""Less ground than this in a ring is rounding, as where a circle only touches the edge of a parcel."""


def measure(of: Layer, to: Layer, rule: Rule) -> pd.DataFrame:
    """Return for each feature, ring and class the area inside the ring; a source lies in its own first ring.

    Where polygons of `to` overlap, their common ground counts once, for the gravest class.
    """
    sources, (parcels, areas_m2, _) = of.flat, ground_once(to)
    codes, classes = pd.factorize(to.classes.to_numpy(dtype=object)[parcels.rows], sort=True)
    ledger = ledger_of(areas_m2, codes, len(classes))
    inside_m2 = _inside(sources, (parcels, grow(parcels)), ledger, _radii(of, rule))
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


def _inside(sources: Flat, parcels: tuple[Flat, Tree], ledger: Ledger, radii: Floats) -> Floats:
    """Return the area of each class within each radius of each source, sources x radii x classes."""
    found = np.zeros((*radii.shape, ledger.count))
    points = sources.pointlike
    if points.any():
        at = np.repeat(sources.starts[:-1][points], radii.shape[1])
        discs = Discs(sources.x[at], sources.y[at], radii[points].ravel())
        found[points] = sum_in_discs(*parcels, discs, ledger).reshape(-1, *found.shape[1:])
    if not points.all():
        found[~points] = _inside_buffers(sources, ~points, parcels, (ledger, radii))
    return found


def _inside_buffers(sources: Flat, chosen: Bools, parcels: tuple[Flat, Tree], amounts: tuple[Ledger, Floats]) -> Floats:
    ledger, radii = amounts[0], amounts[1][chosen]
    zones = shapely.buffer(sources.shapes[chosen][:, None], radii, quad_segs=QUAD_SEGS)
    return sum_in_zones(*parcels, flatten(zones.ravel()), ledger).reshape(*radii.shape, ledger.count)


def _radii(of: Layer, rule: Rule) -> Floats:
    """Return the radii in the plane, sources x rings: so long that they are the rings' on the ground."""
    boxes = of.flat.boxes
    if boxes.shape[1] == 0:
        return np.empty((0, len(rule.rings)))
    scales = geodesy.scale_factors(((boxes[:2] + boxes[2:]) / 2).T, of.frame.crs)
    found: Floats = scales[:, None] * np.array(rule.rings)
    return found
