"""onemap.gpkg: every layer, the findings and the issues, styled as QGIS opens them.

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
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
from numpy.typing import NDArray

from onemap.dates import first_day
from onemap.export.formats.parts import Part, findings_part, geometry_type_of, issues_part, parts
from onemap.export.formats.target import Target, Written
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
HEADERS: Final = {"MultiLineString": struct.pack("<BII", 1, 5, 1), "MultiPolygon": struct.pack("<BII", 1, 6, 1)}
"""How well-known binary of one member begins: little-endian, type, count."""

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
    target = Target(folder / FILE, atlas.crs, first_day(atlas.project.spec.period), atlas.project.spec.title)
    # The largest layer comes first, so that a file that begins with it can be gone on with when others change.
    layers = sorted(atlas.layers.values(), key=lambda layer: -layer.count)
    target.path.unlink(missing_ok=True)
    styles = _begin(atlas, layers[0], target) if layers else []
    for layer in layers[1:]:
        with doing(layer.spec.name):
            styles += _write_tables(parts(layer), target)
    lists = replace(findings_part(atlas), qml=findings_qml(atlas)), replace(issues_part(atlas), qml=issues_qml(atlas))
    styles += _write_tables(lists, target)
    _finish(styles, target)
    return [target.path]


def write_parts(made: Sequence[Part], target: Target) -> Written:
    """Write parts into a GeoPackage of their own, a table each."""
    _finish(_write_tables(made, target), target)
    return Written((target.path,))


def _finish(styles: list[Style], target: Target) -> None:
    with closing(sqlite3.connect(target.path)) as database, database:
        _write_styles(database, styles, f"{target.day.isoformat()}T00:00:00.000Z")


def _begin(atlas: Atlas, layer: Layer, target: Target) -> list[Style]:
    """Write a file that holds a layer alone, and return how its tables look."""

    def make() -> tuple[list[Style], bytes]:
        return _write_tables(parts(layer), target), target.path.read_bytes()

    with doing(layer.spec.name):
        kept = atlas.cache.keep("gpkg", [layer.digest or None], make)
        target.path.write_bytes(kept.heavy)
    return [*kept.light]


def _write_tables(made: Sequence[Part], target: Target) -> list[Style]:
    """Add the tables of parts, and return how they look."""
    with _dated(target.day):
        for part in made:
            _write_table(part, target.path, target.crs)
    return [Style(part.name, _description(part), _qml(part)) for part in made]


def _qml(part: Part) -> str:
    """Return how QGIS draws a part: as it says itself, or else as its layer file does."""
    if part.spec is None or part.kind == "table":
        return part.qml
    return layer_qml(part, {column.name: column.name for column in part.columns})


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
        columns[GEOMETRY] = pa.array(wkb(part.frame.geometry.to_numpy(), geometry_type), pa.binary())
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


def wkb(shapes: NDArray[Any], geometry_type: str) -> NDArray[Any]:
    """Return shapes in binary, all of one type: where that is a multi type each single shape is one of one member.

    The header is put before the member by hand: to build the same with shapely takes ten times as long.
    """
    binary = np.asarray(shapely.to_wkb(shapes, byte_order=1))
    if geometry_type in HEADERS:
        single = np.isin(shapely.get_type_id(shapes), (shapely.GeometryType.POLYGON, shapely.GeometryType.LINESTRING))
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
