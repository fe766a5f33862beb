"""The balance of the county: how much ground of each class lies in each township, counted once."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
import shapely

from onemap.flat import Flat, Floats, Ints, flatten
from onemap.geodesy import MU_M2
from onemap.model import Layer
from onemap.risk.plane.ledger import in_steps
from onemap.risk.plane.tree import grow
from onemap.risk.plane.zones import share_pairs

COLUMNS: Final = ("township_key", "township", "class", "area_m2", "area_mu", "area_ha", "rounded_mu", "rounded_ha")
"""The township is "" for what lies in none; the rounded columns have two decimals and add up to their rounded sum."""

NOISE_M2: Final = 1e-5
"""Less ground than this is rounding, as where crooked edges are shared."""


class Balance(NamedTuple):
    """Ground by township and class, and what was covered twice."""

    table: pd.DataFrame
    doubles: pd.DataFrame
    """layer, key, other_key, area_m2: pairs of features that cover the same ground, and how much."""


def balance(land: Layer, townships: Layer) -> Balance:
    """Divide the ground of a layer among townships.

    Every piece of ground is counted once. Where features of `land` overlap it goes to the class that comes
    last in the legend, which is the strictest; where townships overlap, to the one with the lower key.

    Parameters
    ----------
    land, townships
        Layers of polygons in one metric CRS. Features that are no polygons have no ground.
    """
    ranks = {own_id: -rank for rank, own_id in enumerate(_legend(land))}
    ours, doubles = _once(land, [ranks[own_id] for own_id in land.classes])
    zones, twice = _once(townships, [0] * len(townships.frame))
    pairs, shares = share_pairs(ours.ground, grow(ours.ground), zones.ground)
    parts_m2 = in_steps(ours.areas_m2[pairs.shape] * shares)
    given_m2 = np.bincount(pairs.shape, weights=parts_m2, minlength=len(ours.areas_m2))
    left_m2 = np.maximum(in_steps(ours.areas_m2) - given_m2, 0.0)
    rows = np.append(ours.ground.rows[pairs.shape], ours.ground.rows)
    at = np.append(zones.ground.rows[pairs.zone], np.full(len(left_m2), -1))
    cells = pd.DataFrame(
        {
            "township_key": np.append(townships.keys.to_numpy(dtype=object), "")[at],
            "township": np.append(townships.labels.to_numpy(dtype=object), "")[at],
            "class": land.classes.to_numpy(dtype=object)[rows],
            "area_m2": np.append(parts_m2, left_m2),
        }
    )
    table = cells.groupby(["township_key", "township", "class"])["area_m2"].sum().reset_index()
    table = table[table["area_m2"] > NOISE_M2].reset_index(drop=True)
    table["area_mu"], table["area_ha"] = table["area_m2"] / MU_M2, table["area_m2"] / 10_000
    for unit in ("mu", "ha"):
        table[f"rounded_{unit}"] = rounded(table[f"area_{unit}"].to_numpy())
    return Balance(table[list(COLUMNS)], pd.concat([doubles, twice], ignore_index=True))


def rounded(values: Floats) -> Floats:
    """Round to two decimals so that the sum is the rounded sum: what is rounded the most wrongly gives way."""
    cents = values * 100
    low = np.floor(cents)
    spare = round(float(cents.sum())) - int(low.sum())
    order = np.lexsort((np.arange(len(values)), low - cents))
    low[order[:spare]] += 1
    return low / 100


def _legend(layer: Layer) -> list[str]:
    field = layer.spec.fields[layer.spec.class_field] if layer.spec.class_field else None
    return ["", *(field.classes if field else ())]


class _Ground(NamedTuple):
    """Polygons of which none covers another's ground, and their ellipsoidal areas."""

    ground: Flat
    areas_m2: Floats


def _once(layer: Layer, ranks: list[int]) -> tuple[_Ground, pd.DataFrame]:
    """Take from each feature what features of a lower rank, or else of a lower key, cover too."""
    flat = layer.flat.take(layer.flat.areal)
    areas_m2: Floats = layer.areas_m2.to_numpy()[flat.rows].astype(np.float64)
    keys = layer.keys.to_numpy(dtype=object)
    one, other, shares = _overlaps(flat)
    places = pd.DataFrame({"rank": np.array(ranks)[flat.rows], "key": keys[flat.rows]})
    places["shape"] = shapely.to_wkb(shapely.normalize(flat.shapes), hex=True) if len(one) else ""
    order = np.empty(len(flat.rows), dtype=np.intp)
    order[places.sort_values(["rank", "key", "shape"], kind="stable").index] = np.arange(len(order))
    first = order[one] < order[other]
    common_m2 = areas_m2[one] * shares
    doubles = pd.DataFrame(
        {"layer": layer.spec.id, "key": keys[flat.rows[one]], "other_key": keys[flat.rows[other]], "area_m2": common_m2}
    )[first]
    if len(one):
        flat, areas_m2 = _less(flat, areas_m2, other[first], one[first])
    return _Ground(flat, areas_m2), doubles.sort_values(["key", "other_key"]).reset_index(drop=True)


def _overlaps(flat: Flat) -> tuple[Ints, Ints, Floats]:
    """Return both ways every pair of polygons that share ground, and which part of the first it is."""
    # What shares all its edges with its neighbours shares no ground with them.
    edges = shapely.coverage_invalid_edges(flat.shapes)
    suspects = np.flatnonzero(~(shapely.is_missing(edges) | shapely.is_empty(edges)))
    chosen = np.zeros(len(flat.rows), dtype=bool)
    chosen[suspects] = True
    few = flat.take(chosen)
    pairs, shares = share_pairs(few, grow(few), few)
    one, other = suspects[pairs.shape], suspects[pairs.zone]
    kept = (one != other) & (shares * flat.areas[one] > NOISE_M2)
    return one[kept], other[kept], shares[kept]


def _less(flat: Flat, areas_m2: Floats, one: Ints, other: Ints) -> tuple[Flat, Floats]:
    """Return polygons without what others cover, pair by pair."""
    shapes, areas_m2 = flat.shapes.copy(), areas_m2.copy()
    for shape in np.unique(one):
        rest = shapely.difference(flat.shapes[shape], shapely.union_all(flat.shapes[other[one == shape]]))
        areas_m2[shape] *= min(shapely.area(rest) / flat.areas[shape], 1.0)
        shapes[shape] = rest
    ground = flatten(shapes)
    ground = ground.take(ground.areal)
    return replace(ground, rows=flat.rows[ground.rows]), areas_m2[ground.rows]
