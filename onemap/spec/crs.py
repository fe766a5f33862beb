"""Coordinate systems as a project writes them."""

from __future__ import annotations

import re

import pyproj

from onemap.text import tr


def is_shift(text: str) -> bool:
    """Tell whether a PROJ string describes the shift of a datum."""
    try:
        given = [word.partition("=")[2] for word in text.split() if word.startswith("+towgs84=")]
        if given:
            return len([float(number) for number in given[0].split(",")]) in (3, 7)
        pyproj.Transformer.from_pipeline(text)
    except (ValueError, pyproj.exceptions.ProjError):
        return False
    return True


def crs_of(text: str) -> pyproj.CRS:
    """Return the system that a text names.

    Raises
    ------
    ValueError
        There is none of that name.
    """
    try:
        return pyproj.CRS.from_user_input(text)
    except pyproj.exceptions.CRSError:
        message = tr("there is no CRS {crs!r}; write it as EPSG:4547", crs=name_of(text))
        raise ValueError(message) from None


def is_modern(crs: pyproj.CRS) -> bool:
    """Tell whether a system is on CGCS2000 or WGS 84, and carries no datum parameters."""
    ellipsoid = crs.ellipsoid
    if crs.is_bound or ellipsoid is None:
        return False
    return abs(ellipsoid.semi_major_metre - 6378137) < 0.5 and abs(ellipsoid.inverse_flattening - 298.257) < 1e-3


def name_of(crs: str) -> str:
    """Return how messages call a CRS: a PROJ string or WKT may hold datum parameters, which nothing repeats."""
    return "…" if re.search(r"[=\[]", crs) else crs
