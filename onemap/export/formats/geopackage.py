"""onemap.gpkg: every layer, the findings and the issues, styled as QGIS opens them.

A layer is a table with its id as name. Where its features have several kinds of geometry the polygons are
in that table and the others in `<id>_lines` and `<id>_points`; features without geometry are in the first.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
from numpy.typing import NDArray

from onemap.dates import first_day
from onemap.export.formats.parts import Part, findings_part, geometry_type_of, issues_part, parts
from onemap.export.qgis.styles import findings_qml, issues_qml, layer_qml
from onemap.model import Atlas, Layer
from onemap.progress import doing
from onemap.spec.layer import GeometryKind

FILE: Final = "onemap.gpkg"
GEOMETRY: Final = "geometry"
GEOMETRY_TYPES: Final[dict[GeometryKind, str]] = {
    "polygon": "MultiPolygon",
    "line": "MultiLineString",
    "point": "Point",
}
HEADERS: Final = {
    "MultiPoint": struct.pack("<BII", 1, 4, 1),
    "MultiLineString": struct.pack("<BII", 1, 5, 1),
    "MultiPolygon": struct.pack("<BII", 1, 6, 1),
}
"""How well-known binary of one member begins: little-endian, type, count."""

SINGLE: Final = (shapely.GeometryType.POINT, shapely.GeometryType.LINESTRING, shapely.GeometryType.POLYGON)

STYLES: Final = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
  f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now'))
)"""
"""The table in which QGIS looks for styles."""


class Style(NamedTuple):
    """How QGIS shows a table; "" where it has nothing to draw."""

    name: str
    description: str
    qml: str


def write(atlas: Atlas, folder: Path) -> list[Path]:
    """Write onemap.gpkg into `folder`."""
    path = folder / FILE
    day = first_day(atlas.project.spec.period)
    # The largest layer comes first, so that a file that begins with it can be gone on with when others change.
    layers = sorted(atlas.layers.values(), key=lambda layer: -layer.count)
    path.unlink(missing_ok=True)
    styles = _begin(atlas, layers[0], path) if layers else []
    with _dated(day):
        for layer in layers[1:]:
            with doing(layer.spec.name):
                styles += _write_layer(layer, path, atlas.crs)
        for part, qml in ((findings_part(atlas), findings_qml(atlas)), (issues_part(atlas), issues_qml(atlas))):
            _write_table(part, path, atlas.crs)
            styles.append(Style(part.name, part.title, qml))
    with closing(sqlite3.connect(path)) as database, database:
        _write_styles(database, styles, f"{day.isoformat()}T00:00:00.000Z")
    return [path]


def _begin(atlas: Atlas, layer: Layer, path: Path) -> list[Style]:
    """Write a file that holds a layer alone, and return how its tables look."""
    fresh = []

    def make() -> tuple[list[Style], bytes]:
        with _dated(first_day(atlas.project.spec.period)):
            styles = _write_layer(layer, path, atlas.crs)
        fresh.append(path)
        return styles, path.read_bytes()

    with doing(layer.spec.name):
        kept = atlas.cache.keep("gpkg", [layer.digest or None], make)
        if not fresh:
            path.write_bytes(kept.heavy)
    return [*kept.light]


def _write_layer(layer: Layer, path: Path, crs: str) -> list[Style]:
    """Write the tables of a layer, and return how they look."""
    styles = []
    for part in parts(layer):
        _write_table(part, path, crs)
        qml = "" if part.kind == "table" else layer_qml(part, {column.name: column.name for column in part.columns})
        styles.append(Style(part.name, _description(part), qml))
    return styles


def _description(part: Part) -> str:
    return f"{part.title}; {part.spec.basis}" if part.spec and part.spec.basis else part.title


@contextmanager
def _dated(day: date) -> Iterator[None]:
    """Let GDAL take `day` for today, so that a build of the same data is the same file."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{day.isoformat()}T00:00:00.000Z"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _write_table(part: Part, path: Path, crs: str) -> None:
    columns = {column.name: arrow_column(part.frame[column.name]) for column in part.columns}
    target: dict[str, Any] = {
        "layer": part.name,
        "driver": "GPKG",
        "dataset_options": {"VERSION": "1.2"},
        "layer_options": {"DESCRIPTION": _description(part)},
    }
    if part.kind != "table":
        geometry_type = geometry_type_of(part, GEOMETRY_TYPES)
        columns[GEOMETRY] = pa.array(_wkb(part.frame.geometry.to_numpy(), geometry_type), pa.binary())
        target |= {"geometry_name": GEOMETRY, "geometry_type": geometry_type, "crs": crs}
        target["layer_options"]["GEOMETRY_NAME"] = GEOMETRY
    # Of the GeoPackage versions 1.2 is the one that ArcGIS 10.x and the QGIS of old offices read without complaint.
    # In one piece: GDAL counts each in the file, and a layer of several sources comes in several unless it was kept.
    pyogrio.write_arrow(pa.table(columns).combine_chunks(), path, **target)


def arrow_column(column: pd.Series) -> pa.Array:
    """Return a column as GDAL writes it: dates without a time, whole numbers, numbers, or else text."""
    if pd.api.types.is_datetime64_dtype(column):
        return pa.array(column.dt.date, pa.date32(), from_pandas=True)
    if pd.api.types.is_integer_dtype(column):
        return pa.array(column, pa.int64(), from_pandas=True)
    if pd.api.types.is_float_dtype(column):
        return pa.array(column, pa.float64(), from_pandas=True)
    return pa.array(column.astype("string"), pa.string(), from_pandas=True)


def _wkb(shapes: NDArray[Any], geometry_type: str) -> NDArray[Any]:
    """Return shapes in binary, all of one type: where that is a multi type each single shape is one of one member.

    The header is put before the member by hand: to build the same with shapely takes ten times as long.
    """
    binary = np.asarray(shapely.to_wkb(shapes, byte_order=1))
    if geometry_type in HEADERS:
        single = np.isin(shapely.get_type_id(shapes), SINGLE)
        binary[single] = [HEADERS[geometry_type] + member for member in binary[single]]
    return binary


def _write_styles(database: sqlite3.Connection, styles: list[Style], moment: str) -> None:
    database.execute(STYLES)
    database.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change) "
        "VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?)",
        (moment,),
    )
    database.executemany(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, "
        "styleName, styleQML, styleSLD, useAsDefault, description, owner, update_time) "
        "VALUES ('', '', ?, ?, ?, ?, '', 1, ?, '', ?)",
        [(own.name, GEOMETRY, own.name, own.qml, own.description, moment) for own in styles if own.qml],
    )
