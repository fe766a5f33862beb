"""The plane of the map's metres: what its scripts need to know to say and to read a position in it."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyproj

from onemap.export.crs_titles import (
    EAST,
    LATITUDE,
    LONGITUDE,
    NORTH,
    SCALE,
    crs_titles,
    is_transverse_mercator,
    parameters_of,
)
from onemap.geodesy import lonlat_of, zone_crs
from onemap.model import TOWNSHIP, Atlas
from onemap.spec.county import county_extent

_CHINA_MIDDLE: Final = 114.0


def projection(atlas: Atlas) -> dict[str, Any]:
    """Return the plane in which the map says positions in metres.

    It is the project's own, or else, where that is no transverse Mercator projection in metres, the 3-degree
    zone of the county.

    Returns
    -------
    dict
        `semiMajor` and `flattening` of the ellipsoid, the origin as `longitude` and `latitude` in degrees,
        `scale`, `east` and `north` of the origin in metres, its `name` in full, and `brief`, by which surveyors
        tell it from its neighbours.
    """
    crs = pyproj.CRS.from_user_input(atlas.crs)
    if not is_transverse_mercator(crs):
        crs = pyproj.CRS.from_user_input(zone_crs(_longitude(atlas)))
    values = parameters_of(crs)
    name, brief = crs_titles(crs)
    ellipsoid = crs.ellipsoid
    assert ellipsoid is not None, "a projected system lies on one"
    return {
        "semiMajor": ellipsoid.semi_major_metre,
        "flattening": 1 / ellipsoid.inverse_flattening,
        "longitude": values[LONGITUDE],
        "latitude": values[LATITUDE],
        "scale": values[SCALE],
        "east": values[EAST],
        "north": values[NORTH],
        "name": name,
        "brief": brief,
    }


def _longitude(atlas: Atlas) -> float:
    """Return the longitude of the county's middle."""
    if TOWNSHIP in atlas.layers:
        west, south, east, north = atlas.layers[TOWNSHIP].frame.total_bounds
        middle = np.array([[(west + east) / 2, (south + north) / 2]])
        if np.isfinite(middle).all():
            return float(lonlat_of(middle, atlas.crs)[0][0])
    extent = county_extent(atlas.project.spec.county)
    return _CHINA_MIDDLE if extent is None else (extent.box[0] + extent.box[2]) / 2
