"""The plane and geographic systems that Chinese files come in, by their parameters and EPSG codes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

import pyproj

from onemap.geodesy import LONLAT

Datum = Literal["cgcs2000", "wgs84", "grs80", "xian80", "beijing54", "other"]
"""What a system stands on: "grs80" is another datum on the ellipsoid of CGCS2000, "other" another ellipsoid."""

MODERN: Final[frozenset[Datum]] = frozenset({"cgcs2000", "wgs84", "grs80"})
"""Datums whose numbers are CGCS2000's, to the centimetre or, for some on GRS 80, the metre."""

GEOGRAPHIC: Final[dict[Datum, int]] = {"cgcs2000": 4490, "wgs84": 4326, "xian80": 4610, "beijing54": 4214}
"""The EPSG code of the geographic system of each datum."""

MERCATOR: Final = 3857

ELLIPSOIDS: Final[dict[Datum, str]] = {
    "cgcs2000": "+ellps=GRS80",
    "wgs84": "+ellps=WGS84",
    "grs80": "+ellps=GRS80",
    "xian80": "+a=6378140 +rf=298.257",
    "beijing54": "+ellps=krass",
}

# The EPSG registry numbers zones in unbroken runs. For each datum the first code of the 3-degree zones by meridian
# and with zone prefix (zones 25 to 45), then of the 6-degree zones likewise (13 to 23).
FIRST_CODES: Final[dict[Datum, tuple[int, int, int, int]]] = {
    "cgcs2000": (4534, 4513, 4502, 4491),
    "xian80": (2370, 2349, 2338, 2327),
    "beijing54": (2422, 2401, 21453, 21413),
}
ZONES_3: Final = range(25, 46)
ZONES_6: Final = range(13, 24)
ZONES_UTM: Final = range(43, 54)
FIRST_UTM: Final = 32643


@dataclass(frozen=True)
class TransverseMercator:
    """A Transverse Mercator projection from the equator: degrees, metres."""

    meridian: float
    easting: float
    scale: float = 1.0
    northing: float = 0.0

    def equals(self, other: TransverseMercator) -> bool:
        """Tell whether both give the same numbers, to a millimetre."""
        return (
            abs(self.meridian - other.meridian) < 1e-8
            and abs(self.easting - other.easting) < 1e-3
            and abs(self.northing - other.northing) < 1e-3
            and abs(self.scale - other.scale) < 1e-10
        )


@dataclass(frozen=True)
class System:
    """A system with an EPSG code; without a projection it is geographic, or Web Mercator."""

    code: int
    datum: Datum
    projection: TransverseMercator | None = None
    prefix: int | None = None
    """The zone that stands before its eastings."""

    @property
    def name(self) -> str:
        """The EPSG code in words."""
        return f"EPSG:{self.code}"

    @property
    def geographic(self) -> bool:
        """Whether its numbers are degrees."""
        return self.projection is None and self.code != MERCATOR

    @property
    def proj(self) -> pyproj.Proj:
        """Its projection, to and from degrees on its own ellipsoid, x before y."""
        return _proj(self)


def _gauss_krueger(datum: Datum) -> tuple[System, ...]:
    plain_3, prefixed_3, plain_6, prefixed_6 = FIRST_CODES[datum]
    found: list[System] = []
    for zones, width, shift, plain, prefixed in (
        (ZONES_3, 3, 0, plain_3, prefixed_3),
        (ZONES_6, 6, 3, plain_6, prefixed_6),
    ):
        for at, zone in enumerate(zones):
            meridian = width * zone - shift
            found.append(System(plain + at, datum, TransverseMercator(meridian, 500_000)))
            found.append(System(prefixed + at, datum, TransverseMercator(meridian, zone * 1e6 + 500_000), zone))
    return tuple(found)


@cache
def systems(datum: Datum) -> tuple[System, ...]:
    """Return the systems of a datum, the geographic one first; the modern datums have theirs together."""
    if datum in MODERN:
        utm = (
            System(FIRST_UTM + at, "wgs84", TransverseMercator(6 * zone - 183, 500_000, 0.9996))
            for at, zone in enumerate(ZONES_UTM)
        )
        return (System(4490, "cgcs2000"), *_gauss_krueger("cgcs2000"), *utm, System(MERCATOR, "wgs84"))
    return (System(GEOGRAPHIC[datum], datum), *_gauss_krueger(datum)) if datum in FIRST_CODES else ()


SYSTEMS: Final = {system.code: system for datum in ("cgcs2000", "xian80", "beijing54") for system in systems(datum)} | {
    4326: System(4326, "wgs84")
}
"""Every system by its code."""


def codes_of(projection: TransverseMercator, datum: Datum) -> tuple[int, ...]:
    """Return the codes of the systems with exactly this projection: 3- and 6-degree zones may share one."""
    return tuple(s.code for s in systems(datum) if s.projection is not None and s.projection.equals(projection))


def on_cgcs2000(crs: pyproj.CRS) -> pyproj.CRS:
    """Return the same projection on CGCS2000, where no transformation of PROJ's own choice can come between."""
    table = crs.to_json_dict()
    table.pop("id", None)
    table["base_crs"] = pyproj.CRS(LONLAT).to_json_dict()
    return pyproj.CRS.from_json_dict(table)


@cache
def _proj(system: System) -> pyproj.Proj:
    if system.code == MERCATOR:
        return pyproj.Proj("+proj=merc +a=6378137 +b=6378137")
    if system.projection is None:
        return pyproj.Proj(f"+proj=longlat {ELLIPSOIDS[system.datum]}")
    tm = system.projection
    return pyproj.Proj(
        f"+proj=tmerc +lat_0=0 +lon_0={tm.meridian} +k={tm.scale} +x_0={tm.easting} +y_0={tm.northing} "
        f"{ELLIPSOIDS[system.datum]}"
    )
