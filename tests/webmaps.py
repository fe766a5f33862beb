"""What web maps do to coordinates, and made-up counties to do it to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from onemap.ingest.placement.neighbours import Placed
from onemap.ingest.placement.offsets import gcj02_from_wgs84
from onemap.spec.layer import LayerSpec
from tests.ground import SPEC

CRS = "EPSG:4547"
CORNER = np.array([382_000.0, 3_858_000.0])
"""Near 孟州, where GCJ-02 lies some 570 m toward 100 degrees and BD-09 some 1280 m toward 65."""

SIZE = 10_000.0
Move = Callable[[Any], Any]


def bd09_from_gcj02(longitude: Any, latitude: Any) -> tuple[Any, Any]:
    """Return BD-09 by the published formula."""
    k = np.pi * 3000 / 180
    radius = np.hypot(longitude, latitude) + 2e-5 * np.sin(latitude * k)
    angle = np.arctan2(latitude, longitude) + 3e-6 * np.cos(longitude * k)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def as_web_map(shapes: gpd.GeoSeries, kind: str) -> gpd.GeoSeries:
    """Return shapes where they come to lie when a web map's coordinates of them are taken for CGCS2000."""
    to_degrees = pyproj.Transformer.from_crs(shapes.crs, "EPSG:4490", always_xy=True)
    back = pyproj.Transformer.from_crs("EPSG:4490", shapes.crs, always_xy=True)

    def vertices(points: Any) -> Any:
        degrees = gcj02_from_wgs84(*to_degrees.transform(points[:, 0], points[:, 1]))
        if kind == "bd09":
            degrees = bd09_from_gcj02(*degrees)
        return np.column_stack(back.transform(*degrees))

    return gpd.GeoSeries(shapely.transform(shapes.array, vertices), index=shapes.index, crs=shapes.crs)


def by(east: float, north: float) -> Callable[[gpd.GeoSeries], gpd.GeoSeries]:
    """Return what moves shapes by so many metres."""
    return lambda shapes: shapes.translate(east, north)


def series(shapes: Any) -> gpd.GeoSeries:
    return gpd.GeoSeries([*shapes], crs=CRS)


def placed(own_id: str, shapes: gpd.GeoSeries, names: Any = None, **more: Any) -> Placed:
    spec = LayerSpec.model_validate({**SPEC, "id": own_id, "title": own_id})
    labels = pd.Series([f"{own_id} {n}" for n in range(len(shapes))] if names is None else names, dtype=object)
    return Placed(own_id, spec, shapes, labels, **({"anchored": True} | more))


def moved(sources: list[Placed], **moves: str | Callable[[gpd.GeoSeries], gpd.GeoSeries]) -> list[Placed]:
    """Return sources with those that are named moved: as a web map has them, or by a function."""
    result = []
    for source in sources:
        move = moves.get(source.name)
        if isinstance(move, str):
            source = replace(source, shapes=as_web_map(source.shapes, move))
        elif move is not None:
            source = replace(source, shapes=move(source.shapes))
        result.append(source)
    return result


def cells(rng: np.random.Generator, spacing: float = 250.0) -> Any:
    """Return a coverage of irregular cells."""
    steps = np.arange(0, SIZE, spacing)
    east, north = np.meshgrid(steps, steps)
    east[1::2] += spacing / 2
    seeds = np.column_stack([east.ravel(), north.ravel()]) + rng.uniform(-0.45, 0.45, (east.size, 2)) * spacing
    whole = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(seeds + CORNER), ordered=True))
    return whole[shapely.contains(shapely.box(*CORNER, *(CORNER + SIZE)), whole)]


def county(seed: int, spacing: float = 250.0) -> list[Placed]:
    """Return a county: townships, the fields that works and villages leave, both of these, wells, and a river."""
    rng = np.random.default_rng(seed)
    ground = cells(rng, spacing)
    centres = shapely.get_coordinates(shapely.centroid(ground))
    seats = centres[rng.choice(len(centres), 6, replace=False)]
    town = np.argmin(np.hypot(*(centres[:, None] - seats).transpose(2, 0, 1)), axis=1)
    names = [f"示例{n}镇" for n in "甲乙丙丁戊己"]
    use = rng.choice(["field", "works", "village"], len(ground), p=[0.88, 0.05, 0.07])
    works = centres[use == "works"]
    wells = CORNER + rng.uniform(500, SIZE - 500, (120, 2))
    at = shapely.STRtree(ground).nearest(shapely.points(wells))
    bends = CORNER + np.column_stack([np.arange(0, SIZE, 400), SIZE / 2 + np.cumsum(rng.normal(0, 220, 25))])
    return [
        placed("township", series(shapely.coverage_union_all(ground[town == n]) for n in range(6)), names),
        placed("fields", series(ground[use == "field"])),
        placed("works", series(shapely.points(works + rng.uniform(-30, 30, works.shape)))),
        placed("villages", series(ground[use == "village"])),
        placed("wells", series(shapely.points(wells)), stated=pd.Series([names[n] for n in town[at]], dtype=object)),
        placed("river", series([shapely.LineString(bends)])),
    ]
