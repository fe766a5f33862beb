"""Layers and rules on bare ground near 孟州, for tests of measuring and assessing; all of it is made up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from onemap.model import LOCATED_IN, SOURCE, SOURCE_ROW, Layer
from onemap.spec.layer import LayerSpec
from onemap.spec.measures import RULES, make_rule
from onemap.spec.rule import Rule

CRS = "EPSG:4547"
GEOD = pyproj.Geod(ellps="GRS80")
"""The same ellipsoid as CGCS2000, by another name than the program's."""

SPEC = {
    "geometry": ["point", "line", "polygon"],
    "key": "code",
    "label": "name",
    "class": "kind",
    "fields": {
        "code": {"title": "编号", "title_en": "Code", "dbf": "BH"},
        "name": {"title": "名称", "title_en": "Name", "dbf": "MC"},
        "kind": {"title": "类型", "title_en": "Kind", "dbf": "LX", "type": "class"},
        "state": {"title": "状态", "title_en": "State", "dbf": "ZT"},
        "wells": {"title": "井数", "title_en": "Wells", "dbf": "JS", "type": "number"},
    },
    "classes": {
        "school": {"title": "学校", "title_en": "School", "aliases": ["22"]},
        "home": {"title": "居民区", "title_en": "Homes", "aliases": ["23"]},
    },
}
TITLES = {"plot": ("地块", "Plots"), "receptor": ("受体", "Receptors"), "field": ("耕地", "Fields")}


def spec(own_id: str) -> LayerSpec:
    title, title_en = TITLES[own_id]
    return LayerSpec.model_validate({**SPEC, "id": own_id, "title": title, "title_en": title_en})


SPECS = {own_id: spec(own_id) for own_id in TITLES}


def layer(own_id: str, shapes: Sequence[BaseGeometry | None], crs: str = CRS, **fields: Sequence[Any]) -> Layer:
    """Return a layer of `shapes`, with values of kind, state and wells where they are given."""
    count = len(shapes)
    nothing = [None] * count
    columns = {
        "code": pd.array(fields.get("code", [f"{own_id}-{n}" for n in range(count)]), dtype="str"),
        "name": pd.array(fields.get("name", [f"{own_id} {n}" for n in range(count)]), dtype="str"),
        "kind": pd.array(fields.get("kind", nothing), dtype="str"),
        "state": pd.array(fields.get("state", nothing), dtype="str"),
        "wells": pd.array(fields.get("wells", nothing), dtype="Float64"),
        SOURCE: "x.shp",
        SOURCE_ROW: pd.array(range(1, count + 1), dtype="Int64"),
        LOCATED_IN: "示例镇",
    }
    index = pd.RangeIndex(count)
    return Layer(
        SPECS[own_id], gpd.GeoDataFrame(columns, index=index, geometry=gpd.GeoSeries(shapes, index=index, crs=crs))
    )


def rule(**changes: Any) -> Rule:
    """Return a rule that lists receptors within 1000 m of plots, or what `changes` make of it."""
    whole = {
        "id": "plot_near_receptor",
        "title": "清单",
        "title_en": "List",
        "basis": "方案 二(一)6",
        "basis_en": "Plan II(1)6",
        "measure": "distance",
        "of": "plot",
        "to": "receptor",
        "reach": 1000,
        "levels": {"high": 100, "medium": 300, "low": 1000},
        "reason": "因距{to_title}“{to_label}”{value:.0f}米",
        "reason_en": "{value:.0f} m from the {to_title} {to_label}",
    }
    kind = RULES.get(changes.get("measure", "distance"), Rule)
    table = {key: value for key, value in whole.items() if key in kind.model_fields}
    return make_rule({**table, **changes})


def rings(*edges: float) -> Rule:
    """Return a rule that sums fields in rings around plots."""
    return rule(measure="ring_area", to="field", rings=edges, levels={"low": edges[-1]})


def away(place: tuple[float, float], azimuth: float, metres: float) -> tuple[float, float]:
    """Return the longitude and latitude so far from another on the ellipsoid."""
    longitude, latitude, _ = GEOD.fwd(*place, azimuth, metres)
    return longitude, latitude


def placed(shape: BaseGeometry, crs: str = CRS) -> BaseGeometry:
    """Return a shape in degrees as one in `crs`."""
    to_plane = pyproj.Transformer.from_crs("EPSG:4490", crs, always_xy=True)
    return shapely.transform(shape, lambda points: np.column_stack(to_plane.transform(points[:, 0], points[:, 1])))


def geodesic_area_m2(shape: Polygon, crs: str = CRS) -> float:
    """Return the geodesic area of a shape in `crs` that has no holes, its edges cut into pieces of 20 m."""
    to_degrees = pyproj.Transformer.from_crs(crs, "EPSG:4490", always_xy=True)
    points = shapely.get_coordinates(shapely.segmentize(shape.exterior, 20.0))
    area, _ = GEOD.polygon_area_perimeter(*to_degrees.transform(points[:, 0], points[:, 1]))
    return abs(float(area))


def circle_area_m2(place: tuple[float, float], radius: float, corners: int = 20_000) -> float:
    """Return the geodesic area around a place, as that of a polygon of many corners."""
    azimuths = np.linspace(0, 360, corners, endpoint=False)
    longitudes, latitudes, _ = GEOD.fwd(
        *(np.full(corners, degrees) for degrees in place), azimuths, np.full(corners, radius)
    )
    area, _ = GEOD.polygon_area_perimeter(longitudes, latitudes)
    return abs(float(area))
