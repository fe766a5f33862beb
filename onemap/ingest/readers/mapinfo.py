"""Reads MapInfo tables, whose charset is a label like any other: GDAL is made to hand the bytes over as they are."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from itertools import dropwhile
from pathlib import Path
from typing import Final

import geopandas as gpd

from onemap.ingest.raw import Fault, Raw, UnreadableError
from onemap.ingest.readers.declared import declared_crs
from onemap.ingest.readers.decoding import decode_all
from onemap.ingest.readers.encoding import Label, known_codec
from onemap.ingest.readers.features import read_features
from onemap.ingest.readers.siblings import put_beside, siblings
from onemap.spec.project import SourceSpec
from onemap.text import tr

NEEDED: Final[Mapping[str, tuple[str, ...]]] = {".tab": (".dat", ".id"), ".mif": ()}
USED: Final[Mapping[str, str]] = {".tab": ".map", ".mif": ".mid"}
"""The part without which a table has no shapes, and that without which it has no attributes."""

OTHERS: Final = (".dat", ".id", ".map", ".ind", ".dbf", ".mid")
NAME_BYTES: Final = 31
"""How long the name of a column can be."""

HEADER: Final = 4096
CHARSET: Final = re.compile(rb'(?i)(^!?charset\s+"?|\scharset\s+")([\w-]+)', re.MULTILINE)
RASTER: Final = re.compile(rb'(?i)type\s+"raster"')
VERSION: Final = re.compile(rb"(?im)^(!?)version\s+\d+[ \t]*\r?\n")
OBJECT: Final = re.compile(rb"(none|point|line|pline|region|arc|text|rect|roundrect|ellipse|multipoint|collection)\b")
"""How an object begins in the part of a .mif file below the word "data"."""

AS_BYTES: Final = b"ISO8859_1"
CHARSETS: Final = {"windowssimpchinese": "gb18030", "windowstradchinese": "big5", "windowslatin1": "cp1252"}


def read_mapinfo(path: Path, source: SourceSpec) -> Raw:
    """Read a MapInfo table, a .tab or a .mif with what lies beside it; its folder is left as it is.

    Raises
    ------
    UnreadableError
        A part of it is missing, or GDAL cannot read it.
    """
    kind = path.suffix.lower()
    parts = siblings(path, OTHERS)
    again = tr("ask for the MapInfo table again, with all its parts")
    missing = [ending for ending in NEEDED[kind] if ending not in parts]
    if missing and ".dbf" not in parts:
        if RASTER.search(path.read_bytes()[:HEADER]):
            message = tr("{file} only says where an image lies, and is no table", file=path.name)
            raise UnreadableError(message, tr("name the image itself in the project"))
        message = tr("{file} cannot be read: its {parts} is missing", file=path.name, parts=", ".join(missing))
        raise UnreadableError(message, again)
    faults: list[Fault] = []
    if USED[kind] not in parts:
        said = {
            ".map": tr("its .map is missing: it has no shapes"),
            ".mid": tr("its .mid is missing: it has no attributes"),
        }
        faults.append(Fault("missing_part", said[USED[kind]], again, severity="error"))
    with tempfile.TemporaryDirectory(prefix="onemap-") as folder:
        copy = Path(folder) / f"t{kind}"
        label = _copy_header(path, copy)
        for ending, file in parts.items():
            put_beside(file, copy.with_suffix(ending))
        try:
            features = read_features(copy, path.name)
            count = _objects(path) if kind == ".mif" else 0
            if count > len(features.ids):
                message = tr("it is damaged or cut off: {read} of its {count} records could be read",
                             read=len(features.ids), count=count)  # fmt: skip
                faults.append(Fault("unreadable", message, again, action="dropped"))
        except UnicodeDecodeError:
            message = tr("{file} does not say in which charset it is written", file=path.name)
            raise UnreadableError(message, tr("ask for it as shapefile or GeoPackage")) from None
    text = decode_all(features.names, features.columns, label, asked=source.encoding, name_bytes=NAME_BYTES)
    return Raw(
        replace(features, columns=text.columns).frame(text.names),
        None if features.shapes is None else gpd.GeoSeries(features.shapes),
        features.ids.tolist(),
        text.record,
        declared_crs=declared_crs(features.crs),
        cut_names=text.cut_names,
        faults=(*faults, *features.faults, *text.faults),
    )


def _objects(path: Path) -> int:
    """Return how many objects a .mif file holds."""
    with path.open("rb") as file:
        lines = (line.strip().lower() for line in file)
        return sum(1 for line in dropwhile(lambda line: line != b"data", lines) if OBJECT.match(line))


def _copy_header(path: Path, copy: Path) -> Label:
    """Copy the file that holds the header, with a charset that changes no byte; return the charset that it had."""
    with path.open("rb") as file, copy.open("wb") as out:
        head = file.read(HEADER)
        found = CHARSET.search(head)
        if found:
            out.write(CHARSET.sub(rb"\g<1>" + AS_BYTES, head))
        else:
            out.write(VERSION.sub(lambda line: line[0] + line[1] + b'charset "' + AS_BYTES + b'"\n', head, count=1))
        shutil.copyfileobj(file, out)
    name = found[2].decode() if found else ""
    codec = CHARSETS.get(name.lower()) or known_codec(name)
    return Label(tr("the charset {name}", name=name), codec)
