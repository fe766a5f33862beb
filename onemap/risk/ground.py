"""The ground of a layer counted once: what several features cover goes to the gravest class."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onemap.flat import Flat, Floats, Ints
from onemap.geodesy import area_m2
from onemap.model import Layer
from onemap.risk.plane.once import Taken, take_once
from onemap.risk.plane.zones import Pairs

NOISE_M2: Final = 1e-5
"""Less ground than this is rounding, as where crooked edges are shared."""


WIDE_M: Final = 500.0
"""Within this the scale of the plane changes by so little that no part of a parcel is more than 2e-6 of it off: at most
130 km from the meridian by a share of 2 · 130 km · 500 m / (6371 km)²."""


class Once(NamedTuple):
    """Polygons of which none covers another's ground."""

    flat: Flat
    """Its rows are positions in the layer's frame."""
    areas_m2: Floats
    """Ellipsoidal."""
    doubles: pd.DataFrame
    """key, other_key, class, other_class, area_m2: which feature keeps the ground that another covers too,
    the classes of the two, and how much it is. The areas of all features less these are the ground."""


def ground_once(layer: Layer) -> Once:
    """Return the ground of a layer of which every piece belongs to one feature.

    Where features overlap it belongs to the gravest class (the last in the legend, or the first where the layer
    says so), and within a class to the lowest key.
    """
    flat = layer.flat.take(layer.flat.areal)
    areas_m2: Floats = layer.areas_m2.to_numpy()[flat.rows].astype(np.float64)
    ground, shares, taken = take_once(flat, _order(layer, flat), NOISE_M2)
    if ground is flat:
        return Once(flat, areas_m2, _doubles(layer, flat.rows, areas_m2, taken))
    of = np.searchsorted(flat.rows, ground.rows)
    return Once(ground, areas_m2[of] * shares, _doubles(layer, flat.rows, areas_m2, taken))


def common_m2(ours: Flat, areas_m2: Floats, zones: Flat, shared: tuple[Pairs, Floats], crs: Any) -> Floats:
    """Return how much ground polygons share with zones.

    It is their share of the plane times their area on the ellipsoid, so that a part never exceeds its whole.
    Where a polygon is so wide that the scale of the plane is not the same all over it, as when all the land of
    a class is one record, each part is measured on the ellipsoid by itself.

    Parameters
    ----------
    ours, areas_m2
        The polygons, and their ellipsoidal areas.
    shared
        Pairs of a zone and a polygon, and which part (0 to 1) of the polygon in the plane lies in the zone.
    crs
        The metric CRS of both.
    """
    pairs, shares = shared
    whole_m2 = areas_m2[pairs.shape]
    found: Floats = whole_m2 * shares
    wide = (ours.boxes[2:] - ours.boxes[:2]).max(axis=0) > WIDE_M
    at = np.flatnonzero(wide[pairs.shape] & (shares > 0) & (shares < 1))
    if len(at):
        parts = shapely.intersection(ours.shapes[pairs.shape[at]], zones.shapes[pairs.zone[at]])
        found[at] = np.minimum(area_m2(gpd.GeoSeries(parts, crs=crs)), whole_m2[at])
    return found


def from_mildest(layer: Layer) -> list[str]:
    """Return the class ids of a layer from the mildest to the gravest; "" is no class."""
    field = layer.spec.fields[layer.spec.class_field] if layer.spec.class_field else None
    classes = list(field.classes) if field else []
    return ["", *(classes if layer.spec.gravest == "last" else reversed(classes))]


def _order(layer: Layer, flat: Flat) -> Ints:
    """Return for each crowded polygon its place among those that claim ground."""
    ranks = {own_id: -rank for rank, own_id in enumerate(from_mildest(layer))}
    crowded = flat.crowded
    rows = flat.rows[crowded]
    claims = pd.DataFrame(
        {
            "rank": layer.classes.iloc[rows].map(ranks).to_numpy(),
            "key": layer.keys.iloc[rows].to_numpy(),
            # What is alike in both still has its own shape, whatever the order of the rows.
            "shape": shapely.to_wkb(shapely.normalize(flat.shapes[crowded]), hex=True),
        }
    )
    order = np.empty(len(claims), dtype=np.intp)
    order[claims.sort_values(["rank", "key", "shape"], kind="stable").index] = np.arange(len(claims))
    return order


def _doubles(layer: Layer, rows: Ints, areas_m2: Floats, taken: Taken) -> pd.DataFrame:
    keys, classes = layer.keys.to_numpy(dtype=object), layer.classes.to_numpy(dtype=object)
    owner, loser = rows[taken.owner], rows[taken.loser]
    table = pd.DataFrame(
        {
            "key": keys[owner],
            "other_key": keys[loser],
            "class": classes[owner],
            "other_class": classes[loser],
            "area_m2": areas_m2[taken.loser] * taken.share,
        }
    )
    table = table[table["area_m2"] > NOISE_M2]
    return table.sort_values(["key", "other_key", "area_m2"], kind="stable").reset_index(drop=True)
