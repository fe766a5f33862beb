"""Farmland, sources, rivers and samples made by hand near 孟州, for tests of the lists about polluted farmland."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.geometry import Point, Polygon
from shapely.geometry.base import BaseGeometry

from onemap.model import LOCATED_IN, Layer
from onemap.risk.assess import Ground, assess
from onemap.risk.measurement import Given
from onemap.spec.catalogue import load_catalogue
from onemap.spec.known import Known
from onemap.spec.measures import make_rule
from onemap.spec.rule import Rule
from tests.ground import CRS, away, placed

CATALOGUE = load_catalogue()
PLACE = (112.79, 34.91)
"""In the middle of everything."""

DTYPES = {"integer": "Int64", "number": "Float64", "date": "datetime64[ns]"}
CLEAN = {"ph": 8.0, "land_use": "dry", "cadmium": 0.1, "mercury": 0.1, "arsenic": 10, "lead": 20, "chromium": 50}
"""Soil that keeps every screening value."""

CADMIUM = {1: 0.1, 2: 1.0, 3: 5.0}
"""Of dry land above pH 7.5 for each level: GB 15618-2018 has a screening value of 0.6 and a control value of 4.0."""

KEEPS = {"crop": "wheat", "cadmium": 0.05, "mercury": 0.01, "arsenic": 0.1, "lead": 0.1, "chromium": 0.5}
"""Wheat that keeps every limit of GB 2762."""


def layer(own_id: str, records: Sequence[Mapping[str, Any]], shapes: Sequence[BaseGeometry | None] = ()) -> Layer:
    """Return a layer with some fields filled in; its shapes are in degrees."""
    spec = CATALOGUE.layers[own_id]
    columns: dict[str, Any] = {
        name: pd.array([record.get(name) for record in records], dtype=DTYPES.get(field.type, "str"))
        for name, field in spec.fields.items()
    }
    ours = [None if shape is None else placed(shape) for shape in shapes or [None] * len(records)]
    frame = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(ours, crs=CRS))
    return Layer(spec, frame.assign(**{LOCATED_IN: "示例镇"}))


def square(azimuth: float, metres: float, half: float = 20) -> Polygon:
    """Return a square about the place so far from the middle, in degrees."""
    centre = away(PLACE, azimuth, metres)
    return Polygon([away(centre, turn, half * 2**0.5) for turn in (45, 135, 225, 315)])


def at(azimuth: float, metres: float) -> Point:
    """Return a place so far from the middle, in degrees."""
    return Point(away(PLACE, azimuth, metres))


def rule(own_id: str, **changes: Any) -> Rule:
    """Return a rule that ships, with some of its keys changed."""
    shipped = CATALOGUE.rules[own_id]
    table = shipped.model_dump(exclude_defaults=True) | {"measure": shipped.measure}
    return make_rule({**table, **changes}, Known(CATALOGUE.layers, CATALOGUE.standards))


def listed(own_id: str, *layers: Layer, **changes: Any) -> pd.DataFrame:
    """Return the list that a rule makes of some layers."""
    ground = Ground(
        {one.spec.id: one for one in layers}, frozenset(), CATALOGUE.layers, CRS, Given(standards=CATALOGUE.standards)
    )
    return assess([rule(own_id, **changes)], ground)[0]
