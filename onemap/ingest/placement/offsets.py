"""The offset coordinates of Chinese web maps, GCJ-02 and BD-09, back to WGS 84."""

from __future__ import annotations

from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from onemap.geodesy import LONLAT

Degrees = NDArray[np.float64]

OFFSET_SYSTEMS: Final = ("gcj02", "bd09")
"""The coordinate types that `undo` turns into WGS 84."""

# Krassowsky 1940, on which the published offset is defined.
_A: Final = 6378245.0
_EE: Final = 0.00669342162296594323
_BAIDU: Final = np.pi * 3000 / 180

# Beyond this box web maps show the world as it is; every public implementation has it.
_WEST, _SOUTH, _EAST, _NORTH = 72.004, 0.8293, 137.8347, 55.8271


def undo(shapes: gpd.GeoSeries, coord_type: str | None) -> gpd.GeoSeries:
    """Return shapes that are in degrees of `coord_type` as shapes in degrees of WGS 84, vertex by vertex.

    Parameters
    ----------
    shapes
        Longitudes and latitudes; heights are kept, missing shapes stay missing.
    coord_type
        "gcj02" or "bd09"; shapes of any other are returned as they are.
    """
    if coord_type not in OFFSET_SYSTEMS:
        return shapes

    def vertices(pairs: Degrees) -> Degrees:
        return np.column_stack(wgs84_from(coord_type, pairs[:, 0], pairs[:, 1]))

    moved = shapely.transform(shapes.array, vertices)
    return gpd.GeoSeries(moved, index=shapes.index, crs=shapes.crs, name=shapes.name)


def wgs84_from(coord_type: str, longitude: Degrees, latitude: Degrees) -> tuple[Degrees, Degrees]:
    """Return WGS 84 degrees of degrees of `coord_type`, which is "gcj02" or "bd09"."""
    if coord_type == "bd09":
        longitude, latitude = gcj02_from_bd09(longitude, latitude)
    return wgs84_from_gcj02(longitude, latitude)


def offset_m(coord_type: str, shapes: gpd.GeoSeries) -> tuple[float, float]:
    """Return how far, in metres east and north, shapes lie off if they are degrees of `coord_type` taken for CGCS2000.

    Parameters
    ----------
    shapes
        Shapes in a metric CRS, at least one of them not empty; the offset is that at their middle.
    """
    middle = gpd.GeoSeries([shapely.Point(np.median(shapely.get_coordinates(shapes.array), axis=0))], crs=shapes.crs)
    true = undo(middle.to_crs(LONLAT), coord_type).to_crs(shapes.crs)
    return float(middle.x.iloc[0] - true.x.iloc[0]), float(middle.y.iloc[0] - true.y.iloc[0])


def gcj02_from_wgs84(longitude: Degrees, latitude: Degrees) -> tuple[Degrees, Degrees]:
    """Return GCJ-02 degrees of WGS 84 degrees (the published algorithm; implementations agree within 1 m)."""
    longitude, latitude = np.array(longitude, dtype=float), np.array(latitude, dtype=float)
    inside = (longitude >= _WEST) & (longitude <= _EAST) & (latitude >= _SOUTH) & (latitude <= _NORTH)
    east, north = _shift(longitude[inside], latitude[inside])
    longitude[inside] += east
    latitude[inside] += north
    return longitude, latitude


def _shift(longitude: Degrees, latitude: Degrees) -> tuple[Any, Any]:
    """Return by how many degrees GCJ-02 moves a place in China."""
    x, y = longitude - 105.0, latitude - 35.0
    short = 20 * (np.sin(6 * np.pi * x) + np.sin(2 * np.pi * x))
    root = np.sqrt(np.abs(x))
    north = -100 + 2 * x + 3 * y + 0.2 * y**2 + 0.1 * x * y + 0.2 * root
    north += (short + 20 * np.sin(np.pi * y) + 40 * np.sin(np.pi * y / 3)) * 2 / 3
    north += (160 * np.sin(np.pi * y / 12) + 320 * np.sin(np.pi * y / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x**2 + 0.1 * x * y + 0.1 * root
    east += (short + 20 * np.sin(np.pi * x) + 40 * np.sin(np.pi * x / 3)) * 2 / 3
    east += (150 * np.sin(np.pi * x / 12) + 300 * np.sin(np.pi * x / 30)) * 2 / 3
    phi = np.radians(latitude)
    curve = 1 - _EE * np.sin(phi) ** 2
    north = np.degrees(north / (_A * (1 - _EE) / curve**1.5))
    east = np.degrees(east / (_A / np.sqrt(curve) * np.cos(phi)))
    return east, north


def wgs84_from_gcj02(longitude: Degrees, latitude: Degrees) -> tuple[Degrees, Degrees]:
    """Return WGS 84 degrees of GCJ-02 degrees, by iteration to well under a millimetre."""
    x, y = longitude, latitude
    for _ in range(8):
        east, north = gcj02_from_wgs84(x, y)
        x, y = x + longitude - east, y + latitude - north
    return x, y


def gcj02_from_bd09(longitude: Degrees, latitude: Degrees) -> tuple[Degrees, Degrees]:
    """Return GCJ-02 degrees of BD-09 degrees, by iteration of the published forward formula."""
    x, y = longitude - 0.0065, latitude - 0.006
    goal_x, goal_y = x, y
    for _ in range(8):
        radius = np.hypot(x, y) + 2e-5 * np.sin(y * _BAIDU)
        angle = np.arctan2(y, x) + 3e-6 * np.cos(x * _BAIDU)
        x, y = x + goal_x - radius * np.cos(angle), y + goal_y - radius * np.sin(angle)
    return x, y
