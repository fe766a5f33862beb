"""What a file declares of its coordinate system, as far as that can be understood."""

from __future__ import annotations

from pathlib import Path

import pyproj

from onemap.ingest.raw import Fault
from onemap.text import tr


def declared_crs(text: str | None) -> str | None:
    """Return what a file declares, or None where that names no system on the earth, as the "undefined" ones of GDAL."""
    if not text:
        return None
    try:
        crs = pyproj.CRS.from_user_input(text)
    except pyproj.exceptions.CRSError:
        return None
    known = (crs.is_geographic or crs.is_projected or crs.is_compound) and not crs.name.lower().startswith("undefined")
    return text if known else None


def read_prj(path: Path | None) -> tuple[str | None, tuple[Fault, ...]]:
    """Return the text of a `.prj` file, or None and why it says nothing."""
    if path is None:
        return None, ()
    text = path.read_bytes().decode("utf-8-sig", "replace").strip("\0 \r\n\t")
    declared = declared_crs(text)
    if declared is not None:
        return declared, ()
    start = " ".join(text.split())[:40] or tr("nothing")
    message = tr("its .prj cannot be understood ({start}); it counts as having none", start=start)
    return None, (Fault("crs_unproved", message, tr("ask for the coordinate system, and declare it: crs = …")),)
