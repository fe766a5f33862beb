"""What a file declares of its coordinate system, as far as that can be understood."""

from __future__ import annotations

import re
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
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", "replace")
    text = text.strip("\0 \r\n\t")
    declared = declared_crs(text)
    if declared is not None:
        return declared, ()
    # No more than its first word: what follows may be datum parameters, which nothing repeats.
    start = (re.match(r"\W*\w+", text) or [text[:10]])[0] or tr("nothing")
    message = tr("its .prj cannot be understood ({start} …); it counts as having none", start=start)
    return None, (Fault("crs_unproved", message, tr("ask for the coordinate system, and declare it: crs = …")),)
