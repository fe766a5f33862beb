"""The ground: ellipsoidal areas and distances, and the 3-degree CGCS2000 zones."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from onemap.text import tr

LONLAT: Final = "EPSG:4490"
"""CGCS2000 geographic coordinates, always handled as (longitude, latitude)."""

MU_M2: Final = 2000 / 3
"""Square metres of one 亩 (15 亩 = 1 ha)."""

SQUARE_METRES: Final = {"m2": 1.0, "mu": MU_M2, "ha": 10_000.0, "km2": 1_000_000.0, "wan_mu": 10_000 * MU_M2}
METRES: Final = {"m": 1.0, "km": 1000.0}
MILLIGRAMS_PER_KG: Final = {"mg/kg": 1.0, "ug/kg": 0.001}
MILLIGRAMS_PER_L: Final = {"g/L": 1000.0, "mg/L": 1.0, "ug/L": 0.001, "ng/L": 0.000001}
TONNES: Final = {"t": 1.0, "kg": 0.001}

GEOD: Final = pyproj.Geod(a=6378137.0, rf=298.257222101)
"""The CGCS2000 ellipsoid (GB 22021-2008)."""


EDGE_M: Final = 500.0
"""Edges of areas are cut into pieces no longer than this, each of which is straight in any projection."""


def factors_of(unit: str) -> dict[str, float]:
    """Return the units of the same kind as `unit`, each with how many of the smallest or usual one it is."""
    return next(kind for kind in (SQUARE_METRES, METRES, MILLIGRAMS_PER_KG, MILLIGRAMS_PER_L, TONNES) if unit in kind)


def converted(number: float, unit: float, own: float) -> float:
    """Return a number in another unit; 300 μg/kg are 0.3 mg/kg and no hair more, where a product would say so.

    Parameters
    ----------
    unit, own
        The factors (see `factors_of`) of the unit that the number is in, and of the other.

    Examples
    --------
    >>> converted(9, 0.001, 1.0), 9 * 0.001
    (0.009, 0.009000000000000001)
    >>> converted(6e-05, 1000.0, 1.0), 6e-05 * 1000
    (0.06, 0.060000000000000005)
    """
    parts = own / unit
    exact = number / parts if parts >= 1 and parts.is_integer() else number * (unit / own)
    # Nobody measures to fifteen digits; what lies beyond them is of the computer.
    return float(f"{exact:.15g}")


def unit_title(unit: str) -> str:
    """Return a unit in the language spoken now; one without a word is its own."""
    titles = {
        "m": tr("metres"),
        "km": tr("kilometres"),
        "m2": tr("square metres"),
        "km2": tr("square kilometres"),
        "t": tr("tonnes"),
        "kg": tr("kilograms"),
        "mu": tr("mu"),
        "wan_mu": tr("ten thousand mu"),
        "ha": tr("hectares"),
        "ug/kg": "μg/kg",
        "ug/L": "μg/L",
    }
    return titles.get(unit, unit)


def zone_crs(longitude: float) -> str:
    """Return the 3-degree Gauss-Krüger CGCS2000 zone, without zone prefix, that holds a longitude.

    Parameters
    ----------
    longitude
        Degrees east, 73.5 to 136.5.

    Examples
    --------
    >>> zone_crs(112.79)
    'EPSG:4547'
    """
    # Zone n has its meridian at 3n degrees; EPSG 4534 is 75 E (EPSG registry). Halves go to the eastern zone.
    zone = int(np.floor(longitude / 3 + 0.5))
    return f"EPSG:{4534 + zone - 25}"


def area_m2(shapes: gpd.GeoSeries) -> pd.Series[float]:
    """Return the ellipsoidal area of each shape.

    Areas are taken in a Lambert azimuthal equal-area projection on the CGCS2000 ellipsoid, centred on
    the data. Edges are straight where the shapes are drawn, in a metric CRS however long they are, so
    that the parts of a shape that is cut there add up to it. Edges of up to a kilometre are geodesics too,
    to within 1e-6 of the area.

    Parameters
    ----------
    shapes
        Polygons in any CRS; null and empty shapes and other kinds have no area.

    Returns
    -------
    Series
        Square metres, aligned with `shapes`.
    """
    if (shapely.is_empty(shapes.array) | shapely.is_missing(shapes.array)).all():
        return pd.Series(0.0, index=shapes.index)
    lonlat = _short_edged(shapes).to_crs(LONLAT)
    west, south, east, north = lonlat.total_bounds
    flat = lonlat.to_crs(_equal_area((south + north) / 2, (west + east) / 2))
    return pd.Series(np.nan_to_num(shapely.area(flat.array)), index=shapes.index)


def _short_edged(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return shapes of a metric CRS with vertices along their longest edges too."""
    if shapes.crs is None or not shapes.crs.is_projected:
        return shapes
    west, south, east, north = shapely.bounds(shapes.array).T
    wide = np.maximum(east - west, north - south) > EDGE_M
    if not wide.any():
        return shapes
    cut = np.array(shapes.array, dtype=object)
    cut[wide] = shapely.segmentize(cut[wide], EDGE_M)
    return gpd.GeoSeries(cut, index=shapes.index, crs=shapes.crs)


@lru_cache(maxsize=32)
def _equal_area(latitude: float, longitude: float) -> pyproj.CRS:
    return pyproj.CRS.from_proj4(
        f"+proj=laea +lat_0={latitude} +lon_0={longitude} +a={GEOD.a} +rf={1 / GEOD.f} +units=m +no_defs"
    )


def lonlat_of(coordinates: NDArray[np.float64], crs: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return longitudes and latitudes (degrees, CGCS2000) of an (n, 2) array of coordinates in `crs`."""
    return _to_lonlat(crs).transform(coordinates[:, 0], coordinates[:, 1])


@lru_cache(maxsize=32)
def _to_lonlat(crs: Any) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(crs, LONLAT, always_xy=True)


def distances_m(one: NDArray[np.float64], other: NDArray[np.float64], crs: Any) -> NDArray[np.float64]:
    """Return how far places lie apart on the ellipsoid.

    Parameters
    ----------
    one, other
        (n, 2) arrays of coordinates in `crs`.

    Returns
    -------
    ndarray
        Metres, rounded to the millimetre: what is closer than that is the same distance, so that a
        thing exactly at a limit stays at it through the rounding of coordinate transformations.
    """
    if len(one) == 0:
        return np.empty(0)
    length: NDArray[np.float64]
    _, _, length = GEOD.inv(*lonlat_of(one, crs), *lonlat_of(other, crs))
    return np.round(length, 3)


def azimuths(one: NDArray[np.float64], other: NDArray[np.float64], crs: Any) -> NDArray[np.float64]:
    """Return in which direction places lie from others on the ellipsoid: degrees clockwise from north, 0 to 360.

    Parameters
    ----------
    one, other
        (n, 2) arrays of coordinates in `crs`: from where, and of what.
    """
    if len(one) == 0:
        return np.empty(0)
    forward: NDArray[np.float64]
    forward, _, _ = GEOD.inv(*lonlat_of(one, crs), *lonlat_of(other, crs))
    return np.asarray(forward, dtype=float) % 360


def sector(place: NDArray[np.float64], bounds: tuple[float, float], radius: float, crs: Any) -> shapely.Polygon:
    """Return the ground around a place between two directions.

    Parameters
    ----------
    place
        Its coordinates in `crs`.
    bounds
        From which direction to which, clockwise: degrees from north; less than half a turn, or half a turn.
    radius
        Metres, to less than 0.01 % less between the corners of its arc.
    """
    first, last = bounds
    turns = np.linspace(first, last, int(np.ceil(last - first)) + 1)
    (longitude,), (latitude,) = lonlat_of(place[None], crs)
    east, north, _ = GEOD.fwd(
        np.full(len(turns), longitude), np.full(len(turns), latitude), turns, np.full(len(turns), radius)
    )
    back = pyproj.Transformer.from_crs(LONLAT, crs, always_xy=True)
    return shapely.Polygon([tuple(place), *zip(*back.transform(east, north), strict=True)])


def around(shape: Any, metres: float, crs: Any, quad_segs: int = 64) -> Any:
    """Return the outline of what lies within some metres of a shape, for the eye: measuring needs no outline.

    Parameters
    ----------
    shape
        Of a few kilometres, in the projected `crs`, which is conformal.
    metres
        On the ground, to 0.01 %; its arcs are up to 0.01 % inside with 64 segments a quarter, 0.12 % with 16.
    """
    centre = shapely.get_coordinates(shapely.centroid(shape))
    return shapely.buffer(shape, metres * float(scale_factors(centre, crs)[0]), quad_segs=quad_segs)


def scale_factors(coordinates: NDArray[np.float64], crs: Any) -> NDArray[np.float64]:
    """Return how many projected metres one metre on the ground takes at each of (n, 2) coordinates in `crs`."""
    longitude, latitude = lonlat_of(coordinates, crs)
    factors = _projection(crs).get_factors(longitude, latitude)
    return np.asarray(factors.parallel_scale, dtype=float)


@lru_cache(maxsize=32)
def _projection(crs: Any) -> pyproj.Proj:
    return pyproj.Proj(crs)
