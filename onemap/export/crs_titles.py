"""What people call a plane coordinate system."""

from __future__ import annotations

from typing import Any, Final

import pyproj

from onemap.text import tr

CGCS2000: Final = "China 2000"
"""How the EPSG registry calls the datum."""

METHOD: Final = "9807"
"""Transverse Mercator, which Gauss-Krüger is, and the codes of its parameters in the EPSG registry."""
LATITUDE, LONGITUDE, SCALE, EAST, NORTH = "8801", "8802", "8805", "8806", "8807"

PREFIX: Final = 1_000_000
"""An easting with a zone prefix has the number of the zone in its millions."""


NAMELESS: Final = "unknown"
"""What PROJ calls a system that nobody has named."""


def public_title(crs: Any) -> str:
    """Return what may be said of a system, with its code; of a county's own grid nothing but its name."""
    system = pyproj.CRS.from_user_input(crs)
    authority = system.to_authority()
    if authority is None:
        return grid_name(system)
    return tr("{name} ({code})", name=crs_titles(system)[0], code=":".join(authority))


def grid_name(system: pyproj.CRS) -> str:
    """Return the name that a system was given."""
    return tr("local grid") if system.name == NAMELESS else str(system.name)


def is_transverse_mercator(crs: pyproj.CRS) -> bool:
    """Tell whether a system is a transverse Mercator projection in metres."""
    way = crs.coordinate_operation
    return way is not None and way.method_code == METHOD and crs.axis_info[0].unit_conversion_factor == 1


def parameters_of(crs: pyproj.CRS) -> dict[str, float]:
    """Return the parameters of a projection by their EPSG codes."""
    way = crs.coordinate_operation
    return {} if way is None else {str(one.code): float(one.value) for one in way.params}


def crs_titles(crs: pyproj.CRS) -> tuple[str, str]:
    """Return what a system is called now, in full, and in brief: by what surveyors tell it from its neighbours."""
    if not is_transverse_mercator(crs):
        return str(crs.name), str(crs.name)
    values = parameters_of(crs)
    meridian = f"{values[LONGITUDE]:.6f}".rstrip("0").rstrip(".")
    central = tr("central meridian {meridian}°E", meridian=meridian)
    zone, easting = divmod(values[EAST], PREFIX)
    is_zone = values[SCALE] == 1 and values[NORTH] == 0 and easting == PREFIX / 2 and values[LONGITUDE] % 3 == 0
    datum = None if crs.geodetic_crs is None else crs.geodetic_crs.datum
    if not is_zone or datum is None or datum.name != CGCS2000:
        return f"{crs.name}, {central}", central
    if not zone:
        return tr("CGCS2000 3-degree zone, {central}", central=central), central
    # The 6-degree zones of the same meridians have other numbers.
    kind = tr("CGCS2000 3-degree zone") if zone * 3 == values[LONGITUDE] else tr("CGCS2000 6-degree zone")
    brief = tr("zone {zone}, {central}", zone=f"{zone:.0f}", central=central)
    return f"{kind}, {brief}", brief
