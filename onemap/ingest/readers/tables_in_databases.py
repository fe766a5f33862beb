"""What a table of a database is called, and a digest of what it says: without the library that reads it."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Final
from urllib.parse import parse_qs, unquote

import shapely

from onemap.ingest.raw import Raw

BATCH: Final = 5000
"""So many shapes are looked at together."""


def source_name(url: str, table: str | None) -> str:
    """Return how a table is called in issues and the manifest: without user, password and host.

    Examples
    --------
    >>> source_name("postgresql://someone:secret@10.0.0.1:5432/soil", "public.plots")
    'postgresql:soil/public.plots'
    """
    found = re.fullmatch(r"\w+://(?:[^@/]*@)?[^/?]*(?:/([^?]*))?(?:\?(.*))?", url, re.DOTALL)
    path, query = found.groups(default="") if found else ("", "")
    database = parse_qs(query).get("dbname", [unquote(path)])[-1]
    # A password with a slash in it looks like the name of a database: what is no plain name is not shown.
    plain = database if re.fullmatch(r"[\w .-]+", database) else ""
    return "postgresql:" + "/".join(part for part in (plain, table or "") if part)


def content_digest(raw: Raw) -> str:
    """Return the SHA-256 of what was read: its names, values and shapes in their order, as a table has no file."""
    digest = hashlib.sha256()

    def add(content: object) -> None:
        digest.update(json.dumps(content, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass") + b"\n")

    add([str(raw.declared_crs), raw.rows])
    for name in raw.frame:
        add([name, raw.frame[name].tolist()])
    if raw.geometry is not None:
        for at in range(0, len(raw.geometry), BATCH):
            shapes = shapely.to_wkb(raw.geometry.array[at : at + BATCH]).tolist()
            add([shape and len(shape) for shape in shapes])
            digest.update(b"".join(shape or b"" for shape in shapes))
    return digest.hexdigest()
