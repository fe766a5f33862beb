"""onemap.gpkg: every layer, the lists and the issues, styled as QGIS opens them, with their metadata.

A layer is a table with its id as name. Where its features have several kinds of geometry the polygons are
in that table and the others in `<id>_lines` and `<id>_points`; features without geometry are in the first.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
from numpy.typing import NDArray

from onemap.dates import first_day
from onemap.export.formats.target import Target, Written
from onemap.export.list_places import findings_points_part, reaches_part
from onemap.export.parts import Part, findings_part, geometry_type_of, issues_part, parts
from onemap.export.qgis.drawings import qml
from onemap.export.qgis.metadata import metadata_document
from onemap.export.qgis.styles import drawing_of, layer_drawing
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


METADATA: Final = (
    """
CREATE TABLE gpkg_metadata (
  id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL, md_scope TEXT NOT NULL DEFAULT 'dataset',
  md_standard_uri TEXT NOT NULL, mime_type TEXT NOT NULL DEFAULT 'text/xml', metadata TEXT NOT NULL DEFAULT ''
)""",
    """
CREATE TABLE gpkg_metadata_reference (
  reference_scope TEXT NOT NULL, table_name TEXT, column_name TEXT, row_id_value INTEGER,
  timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), md_file_id INTEGER NOT NULL,
  md_parent_id INTEGER, CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id),
  CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id)
)""",
    """
CREATE TABLE IF NOT EXISTS gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL,
  CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name)
)""",
)
"""The tables of the extension "Metadata" of the GeoPackage standard (OGC 12-128r14, F.8)."""

METADATA_DEFINITION: Final = "http://www.geopackage.org/spec120/#extension_metadata"
QGIS_METADATA: Final = "http://mrcc.com/qgis.dtd"
"""By this QGIS knows its own metadata of a layer."""

LAYER_FILE: Final = "urn:onemap:layer"
"""By this we know the layer file that a table was made by: a project may have layers of its own."""


def write(atlas: Atlas, folder: Path) -> list[Path]:
    """Write onemap.gpkg into `folder`."""
    target = Target(folder / FILE, atlas.crs, first_day(atlas.project.spec.period), atlas.project.spec.title)
    # The largest layer comes first, so that a file that begins with it can be gone on with when others change.
    layers = sorted(atlas.layers.values(), key=lambda layer: -layer.count)
    target.path.unlink(missing_ok=True)
    written: list[Part] = []
    for layer in layers:
        with doing(layer.spec.name):
            own = parts(layer)
            if written:
                _write_tables(own, target)
            else:
                _begin(own, layer, target, atlas)
            written += own
    lists = _list_tables(atlas)
    _write_tables(lists, target)
    _finish([_documented(part, atlas) for part in (*written, *lists)], target)
    return [target.path]


def tables(atlas: Atlas) -> list[Part]:
    """Return all tables of the file but those that only say how it looks."""
    return [*(part for layer in atlas.layers.values() for part in parts(layer)), *_list_tables(atlas)]


def _list_tables(atlas: Atlas) -> list[Part]:
    return [findings_part(atlas), findings_points_part(atlas), reaches_part(atlas), issues_part(atlas)]


def _documented(part: Part, atlas: Atlas) -> Part:
    style = "" if part.kind == "table" else qml(drawing_of(part, atlas))
    return replace(part, qml=style, metadata=metadata_document(part, atlas))


def geometry_type(part: Part) -> str:
    """Return the type of geometry that a table has; "" where it has none."""
    return "" if part.kind == "table" else geometry_type_of(part, GEOMETRY_TYPES)


def write_parts(made: Sequence[Part], target: Target) -> Written:
    """Write parts into a GeoPackage of their own, a table each."""
    _write_tables(made, target)
    _finish(made, target)
    return Written((target.path,))


def _begin(own: Sequence[Part], layer: Layer, target: Target, atlas: Atlas) -> None:
    """Write a file that holds a layer alone."""
    fresh = []

    def make() -> tuple[None, bytes]:
        _write_tables(own, target)
        fresh.append(layer)
        return None, target.path.read_bytes()

    kept = atlas.cache.keep("gpkg", [layer.digest or None], make)
    if not fresh:
        target.path.write_bytes(kept.heavy)


def _write_tables(made: Sequence[Part], target: Target) -> None:
    with _dated(target.day):
        for part in made:
            _write_table(part, target.path, target.crs)


def _finish(made: Sequence[Part], target: Target) -> None:
    """Write how the tables look, and what is told of them."""
    moment = f"{target.day.isoformat()}T00:00:00.000Z"
    with closing(sqlite3.connect(target.path)) as database, database:
        _write_styles(database, made, moment)
        _write_metadata(database, made, moment)


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
    if own_type := geometry_type(part):
        columns[GEOMETRY] = pa.array(wkb(part.frame.geometry.to_numpy(), own_type), pa.binary())
        target |= {"geometry_name": GEOMETRY, "geometry_type": own_type, "crs": crs}
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


def wkb(shapes: NDArray[Any], own_type: str) -> NDArray[Any]:
    """Return shapes in binary, all of one type: where that is a multi type each single shape is one of one member.

    The header is put before the member by hand: to build the same with shapely takes ten times as long.
    """
    binary = np.asarray(shapely.to_wkb(shapes, byte_order=1))
    if own_type in HEADERS:
        single = np.isin(shapely.get_type_id(shapes), SINGLE)
        binary[single] = [HEADERS[own_type] + member for member in binary[single]]
    return binary


def _write_styles(database: sqlite3.Connection, made: Sequence[Part], moment: str) -> None:
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
        [
            (part.name, GEOMETRY, part.name, style, _description(part), moment)
            for part in made
            if (style := _style(part))
        ],
    )


def _style(part: Part) -> str:
    if part.spec is None or part.qml or part.kind == "table":
        return part.qml
    return qml(layer_drawing(part, {column.name: column.name for column in part.columns}))


def _write_metadata(database: sqlite3.Connection, made: Sequence[Part], moment: str) -> None:
    for statement in METADATA:
        database.execute(statement)
    database.executemany(
        "INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_metadata', ?, 'read-write')",
        [(name, METADATA_DEFINITION) for name in ("gpkg_metadata", "gpkg_metadata_reference")],
    )
    for part in made:
        told = [("dataset", QGIS_METADATA, "text/xml", part.metadata)] if part.metadata else []
        if part.spec:
            text = part.spec.model_dump_json(by_alias=True, exclude_defaults=True)
            told.append(("featureType", LAYER_FILE, "application/json", text))
        for row in told:
            own = database.execute(
                "INSERT INTO gpkg_metadata (md_scope, md_standard_uri, mime_type, metadata) VALUES (?, ?, ?, ?)", row
            )
            database.execute(
                "INSERT INTO gpkg_metadata_reference (reference_scope, table_name, timestamp, md_file_id) "
                "VALUES ('table', ?, ?, ?)",
                (part.name, moment, own.lastrowid),
            )
