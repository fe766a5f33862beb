"""The plane of the map's metres: what its scripts need to know to say and to read a position in it."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyproj

from onemap.geodesy import lonlat_of, zone_crs
from onemap.model import TOWNSHIP, Atlas
from onemap.spec.county import county_extent
from onemap.text import tr

CGCS2000: Final = "China 2000"
"""How the EPSG registry calls the datum."""

_METHOD: Final = "9807"
"""Transverse Mercator, which Gauss-Krüger is, and the codes of its parameters in the EPSG registry."""
_LATITUDE, _LONGITUDE, _SCALE, _EAST, _NORTH = "8801", "8802", "8805", "8806", "8807"

_PREFIX: Final = 1_000_000
"""An easting with a zone prefix has the number of the zone in its millions."""

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
    if not _is_transverse_mercator(crs):
        crs = pyproj.CRS.from_user_input(zone_crs(_longitude(atlas)))
    values = _parameters(crs)
    name, brief = _names(crs, values)
    ellipsoid = crs.ellipsoid
    assert ellipsoid is not None, "a projected system lies on one"
    return {
        "semiMajor": ellipsoid.semi_major_metre,
        "flattening": 1 / ellipsoid.inverse_flattening,
        "longitude": values[_LONGITUDE],
        "latitude": values[_LATITUDE],
        "scale": values[_SCALE],
        "east": values[_EAST],
        "north": values[_NORTH],
        "name": name,
        "brief": brief,
    }


def _is_transverse_mercator(crs: pyproj.CRS) -> bool:
    way = crs.coordinate_operation
    return way is not None and way.method_code == _METHOD and crs.axis_info[0].unit_conversion_factor == 1


def _parameters(crs: pyproj.CRS) -> dict[str, float]:
    way = crs.coordinate_operation
    return {} if way is None else {str(one.code): float(one.value) for one in way.params}


def _names(crs: pyproj.CRS, values: dict[str, float]) -> tuple[str, str]:
    """Return what the plane is called, in full and in brief."""
    meridian = f"{values[_LONGITUDE]:.6f}".rstrip("0").rstrip(".")
    central = tr("central meridian {meridian}°E", meridian=meridian)
    zone, easting = divmod(values[_EAST], _PREFIX)
    is_zone = values[_SCALE] == 1 and values[_NORTH] == 0 and easting == _PREFIX / 2 and values[_LONGITUDE] % 3 == 0
    datum = None if crs.geodetic_crs is None else crs.geodetic_crs.datum
    if not is_zone or datum is None or datum.name != CGCS2000:
        return f"{crs.name}, {central}", central
    if not zone:
        return tr("CGCS2000 3-degree zone, {central}", central=central), central
    # The 6-degree zones of the same meridians have other numbers.
    kind = tr("CGCS2000 3-degree zone") if zone * 3 == values[_LONGITUDE] else tr("CGCS2000 6-degree zone")
    brief = tr("zone {zone}, {central}", zone=f"{zone:.0f}", central=central)
    return f"{kind}, {brief}", brief


def _longitude(atlas: Atlas) -> float:
    """Return the longitude of the county's middle."""
    if TOWNSHIP in atlas.layers:
        west, south, east, north = atlas.layers[TOWNSHIP].frame.total_bounds
        middle = np.array([[(west + east) / 2, (south + north) / 2]])
        if np.isfinite(middle).all():
            return float(lonlat_of(middle, atlas.crs)[0][0])
    extent = county_extent(atlas.project.spec.county)
    return _CHINA_MIDDLE if extent is None else (extent.box[0] + extent.box[2]) / 2
