"""Reads DXF drawings: their closed lines are polygons, their texts in whatever code page."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Final

import geopandas as gpd

from onemap.ingest.raw import Raw
from onemap.ingest.readers.decoding import AS_BYTES, decode_all
from onemap.ingest.readers.encoding import Label, known_codec
from onemap.ingest.readers.features import Column, Shared, read_features
from onemap.ingest.readers.shapes import closed_lines_as_polygons, fine_arcs
from onemap.spec.project import SourceSpec
from onemap.text import tr

HEADER: Final = 20_000
VARIABLE: Final = rb"\$%s\s+\d+\s+(\S+)"
FIRST_UTF8: Final = "AC1021"
"""From AutoCAD 2007 on drawings are in UTF-8, whatever code page they name; GDAL believes the code page."""

CODES: Final = (
    (re.compile(r"\\U\+([0-9A-Fa-f]{4})"), lambda found: chr(int(found[1], 16))),
    (re.compile(r"%%[dD]"), lambda _: "°"),
    (re.compile(r"%%[pP]"), lambda _: "±"),
    (re.compile(r"%%[cC]"), lambda _: "⌀"),
    (re.compile(r"\\P"), lambda _: " "),
    (re.compile(r"\\[A-Za-z][^;\\{}]*;|[{}]"), lambda _: ""),
)
"""AutoCAD's codes in texts: characters by number, signs, the line break, and fonts, heights and colours."""


def read_dxf(path: Path, source: SourceSpec) -> Raw:
    """Read a drawing; its columns are Layer, Text and others. Lines that close are always taken for polygons.

    Raises
    ------
    UnreadableError
        GDAL cannot read it.
    """
    with fine_arcs():
        features = read_features(path, path.name, ENCODING=AS_BYTES, TRANSLATE_ESCAPE_SEQUENCES="NO")
    text = decode_all(features.names, features.columns, _label(path), asked=source.encoding, name_bytes=256)
    columns = [_plain(column) for column in text.columns]
    return Raw(
        replace(features, columns=columns).frame(text.names),
        None if features.shapes is None else gpd.GeoSeries(closed_lines_as_polygons(features.shapes)),
        features.ids.tolist(),
        text.record,
        faults=(*features.faults, *text.faults),
    )


def _label(path: Path) -> Label:
    with path.open("rb") as file:
        head = file.read(HEADER)
    version, page = (re.search(VARIABLE % name, head) for name in (b"ACADVER", b"DWGCODEPAGE"))
    if version and version[1].decode("ascii", "replace") >= FIRST_UTF8:
        return Label(tr("the version of the drawing"), "utf-8")
    name = page[1].decode("ascii", "replace").replace("_", " ") if page else ""
    return Label(tr("the code page of the drawing"), known_codec(name))


def _plain(column: Column) -> Column:
    """Return a column without AutoCAD's codes; two texts may become equal."""
    if not isinstance(column, Shared):
        return column
    return Shared([_without_codes(value) for value in column.values], column.at)


def _without_codes(text: str) -> str:
    for pattern, meaning in CODES:
        text = pattern.sub(meaning, text)
    return text
