"""Coordinate systems as QGIS writes them."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pyproj

from onemap.export.crs_titles import grid_name
from onemap.export.qgis.markup import add


def is_public(crs: Any) -> bool:
    """Tell whether a system has a code; the parameters of a county's own grid are only where coordinates need them."""
    return pyproj.CRS.from_user_input(crs).to_authority() is not None


def add_reference_system(parent: ET.Element, crs: Any) -> None:
    """Write a coordinate system so that QGIS knows it by its code, or else by its WKT."""
    system = pyproj.CRS.from_user_input(crs)
    authority = system.to_authority()
    element = add(parent, "spatialrefsys", nativeFormat="Wkt")
    add(element, "wkt", system.to_wkt())
    # QGIS works out the PROJ string and its own number from the WKT.
    add(element, "proj4", "")
    add(element, "srsid", "0")
    add(element, "srid", authority[1] if authority and authority[0] == "EPSG" else "0")
    add(element, "authid", ":".join(authority) if authority else "")
    add(element, "description", grid_name(system))
    add(element, "projectionacronym", "tmerc" if system.is_projected else "longlat")
    add(element, "ellipsoidacronym", "EPSG:1024")
    add(element, "geographicflag", "true" if system.is_geographic else "false")
