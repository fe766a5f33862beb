"""The tables of a build's GeoPackage read back as parts, ready to be written in another format."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
from numpy.typing import NDArray

from onemap.export.formats.geopackage import LAYER_FILE
from onemap.export.parts import (
    FINDINGS,
    FINDINGS_POINTS,
    ISSUES,
    LISTED,
    SUFFIXES,
    Column,
    Part,
    layer_columns,
    list_columns,
    origin,
)
from onemap.model import LOCATED_IN, SOURCE, SOURCE_ROW
from onemap.spec.layer import GeometryKind, LayerSpec
from onemap.text import tr

KINDS: Final[dict[str, GeometryKind]] = {"Polygon": "polygon", "LineString": "line", "Point": "point"}

DAY: Final = "datetime64[s]"
"""Nanoseconds would end in 2262, before dates that people type in for ever."""

DTYPES: Final = {"text": "str", "class": "str", "integer": "Int64", "number": "Float64", "date": DAY}
OWN_DTYPES: Final = {SOURCE: "str", SOURCE_ROW: "Int64", LOCATED_IN: "str"}


@dataclass(frozen=True)
class Table:
    """A table of a GeoPackage."""

    name: str
    description: str
    geometry_type: str
    """As in "MultiPolygon"; "" where it has no geometry."""
    qml: str

    @property
    def kind(self) -> GeometryKind:
        """The kind of its geometries."""
        return KINDS.get(self.geometry_type.removeprefix("Multi"), "table")


def settled(path: Path, folder: Path) -> Path:
    """Return a GeoPackage that holds all that was saved: itself, or a copy with what a program has yet to put into it.

    Parameters
    ----------
    folder
        Where the copy is made.
    """
    beside = path.with_name(f"{path.name}-wal")
    if not beside.is_file() or not beside.stat().st_size:
        return path
    copy = folder / path.name
    for one in (path, beside):
        shutil.copyfile(one, folder / one.name)
    # Who closes the last connection puts everything into the file.
    with closing(sqlite3.connect(copy)) as database:
        database.execute("SELECT 1 FROM sqlite_master").fetchall()
    return copy


def tables_in(path: Path) -> dict[str, Table]:
    """Return the tables that a build has written, by name."""
    # Immutable: reading leaves no file beside a GeoPackage that someone has open.
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)) as database:
        types = {"MULTIPOLYGON": "MultiPolygon", "MULTILINESTRING": "MultiLineString", "POINT": "Point",
                 "MULTIPOINT": "MultiPoint", "POLYGON": "Polygon", "LINESTRING": "LineString"}  # fmt: skip
        geometry = dict(database.execute("SELECT table_name, geometry_type_name FROM gpkg_geometry_columns"))
        has_styles = database.execute("SELECT 1 FROM sqlite_master WHERE name = 'layer_styles'").fetchone()
        styles = dict(database.execute("SELECT f_table_name, styleQML FROM layer_styles")) if has_styles else {}
        known = database.execute("SELECT table_name, description FROM gpkg_contents ORDER BY rowid")
        return {
            name: Table(name, text or "", types.get(geometry.get(name, ""), ""), styles.get(name) or "")
            for name, text in known
        }


def layer_files_in(path: Path) -> dict[str, LayerSpec]:
    """Return the layer files by which the tables were made; of those that another version wrote what is understood."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)) as database:
        if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'gpkg_metadata'").fetchone():
            return {}
        told = database.execute(
            "SELECT metadata FROM gpkg_metadata WHERE md_standard_uri = ?", (LAYER_FILE,)
        ).fetchall()
    specs = []
    for (text,) in told:
        with suppress(ValueError):
            specs.append(LayerSpec.model_validate_json(text))
    return {spec.id: spec for spec in specs}


def read_layer(path: Path, tables: Mapping[str, Table], own_id: str, spec: LayerSpec | None) -> list[Part]:
    """Return the parts of a layer; where its spec is not known with plain columns as they are in the file."""
    names = [name for name in (own_id + suffix for suffix in SUFFIXES.values()) if name in tables]
    return [_read(path, tables[name], spec) for name in names]


def read_list(path: Path, tables: Mapping[str, Table], name: str) -> list[Part]:
    """Return the findings, those without a line once more at their features, or the issues."""
    titles = {FINDINGS: tr("Lists"), FINDINGS_POINTS: tr("Lists, at their features"), ISSUES: tr("Data issues")}
    names = [one for one in (LISTED if name == FINDINGS else (name,)) if one in tables]
    return [replace(_read(path, tables[one], None), title=titles[one]) for one in names]


def _read(path: Path, table: Table, spec: LayerSpec | None) -> Part:
    frame = _frame(path, table)
    if spec and not {spec.key, spec.label, spec.class_field or spec.key} <= {*frame.columns}:
        # The build was made by another layer file than the one that is known now.
        spec = None
    columns = _columns(table.name, frame, spec)
    dtypes = {column.name: _dtype(column, frame[column.name].dtype) for column in columns}
    kept = frame[[*dtypes, *(["geometry"] if table.geometry_type else [])]].astype(dtypes)
    if not table.geometry_type:
        kept = gpd.GeoDataFrame(kept, geometry=gpd.GeoSeries([None] * len(kept), index=kept.index))
    title = spec.name if spec else table.description.partition("; ")[0] or table.name
    return Part(table.name, title, table.kind, kept, columns, spec, "" if spec else table.qml)


def _frame(path: Path, table: Table) -> gpd.GeoDataFrame | pd.DataFrame:
    info, content = pyogrio.read_arrow(path, layer=table.name, IMMUTABLE="YES")
    geometry = info["geometry_name"] or "wkb_geometry"
    attributes = content.drop_columns([name for name in (geometry, info["fid_column"]) if name in content.column_names])
    frame = attributes.to_pandas(types_mapper=_PANDAS.get, date_as_object=False)
    if not table.geometry_type:
        return frame
    shapes = _single(shapely.from_wkb(content[geometry].to_numpy(zero_copy_only=False)))
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(shapes, index=frame.index, crs=info["crs"]))


def _single(shapes: NDArray[Any]) -> NDArray[Any]:
    """Return shapes as they were before the table made each one of several members."""
    single = shapely.get_num_geometries(shapes) == 1
    return np.where(single, shapely.get_geometry(shapes, 0), shapes)


_PANDAS: Final[dict[Any, Any]] = {
    pa.int64(): pd.Int64Dtype(),
    pa.int32(): pd.Int64Dtype(),
    pa.float64(): pd.Float64Dtype(),
    pa.string(): pd.StringDtype(na_value=float("nan")),
    pa.large_string(): pd.StringDtype(na_value=float("nan")),
}


def _columns(name: str, frame: pd.DataFrame, spec: LayerSpec | None) -> tuple[Column, ...]:
    """Return the columns that a table has, as its layer calls them."""
    there = [str(own) for own in frame.columns if own != "geometry"]
    if name in (*LISTED, ISSUES):
        known = {column.name: column for column in list_columns(ISSUES if name == ISSUES else FINDINGS)}
    else:
        known = {column.name: column for column in (layer_columns(spec) if spec else origin())}
    plain = {own: Column(own, own, dbf) for own, dbf in zip(there, _dbf_names(there), strict=True)}
    return tuple(known.get(own, plain[own]) for own in there)


def _dtype(column: Column, found: Any) -> Any:
    if column.field is not None:
        return DTYPES[column.field.type]
    return OWN_DTYPES.get(column.name, DAY if pd.api.types.is_datetime64_dtype(found) else found)


def _dbf_names(names: Sequence[str]) -> Iterator[str]:
    """Yield for each name one of at most 10 ASCII bytes that no other has."""
    taken: set[str] = set()
    for number, name in enumerate(names, start=1):
        short = re.sub(r"[^A-Z0-9_]", "", name.upper())[:10]
        if not re.match("[A-Z]", short) or short in taken:
            short = f"F{number}"
        taken.add(short)
        yield short
