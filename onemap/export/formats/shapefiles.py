"""shapefiles/: one for each layer and kind of geometry, with 字段对照表.xlsx, which says what their columns mean.

A layer is `<id>.shp`; where its features have several kinds of geometry the polygons are in that file and the
others in `<id>_lines.shp` and `<id>_points.shp`. Features without geometry are in the first, as null shapes.
What would pass 2 GB comes in pieces, `<id>_1.shp`, `<id>_2.shp` …, which follow one another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
from numpy.typing import NDArray

from onemap.cache import Cache
from onemap.dates import first_day
from onemap.export.formats import dbf, field_workbook
from onemap.export.formats.target import Target, Written
from onemap.export.parts import Part, geometry_type_of, layer_columns, parts
from onemap.export.qgis.drawings import qml
from onemap.export.qgis.styles import layer_drawing
from onemap.model import Atlas, Layer
from onemap.progress import doing
from onemap.spec.layer import GeometryKind
from onemap.text import tr

FOLDER: Final = "shapefiles"
GEOMETRY_TYPES: Final[dict[GeometryKind, str]] = {"polygon": "Polygon", "line": "LineString", "point": "Point"}

MOST_BYTES: Final = 2**31 - 1
"""No program is sure to read a .shp or .dbf that is larger."""

KEPT_BYTES: Final = 2**28
"""What takes more bytes is written anew in each build: to keep it would take as long, and be in memory twice."""

SHP_HEADER: Final = 100
NULL_BYTES, POINT_BYTES, BOX_BYTES = 12, 28, 48
"""Bytes of a record without a shape, with a point, and with a shape that has a box: of that without its numbers."""


@dataclass(frozen=True)
class Bounds:
    """What the names and sizes of files must keep to."""

    limit: int
    """Bytes that neither a .shp nor a .dbf may pass."""
    taken: frozenset[str]
    """Names that only files of other layers may have."""


class Cut(NamedTuple):
    """A text that no shapefile holds in full."""

    at: Any
    """The label of its row in the layer's frame."""
    column: str
    text: str
    held: str
    """As much of it as is in the shapefile."""


def write(atlas: Atlas, folder: Path, limit: int = MOST_BYTES) -> list[Path]:
    """Write shapefiles/ into `folder`.

    Parameters
    ----------
    limit
        Bytes that neither a .shp nor a .dbf may pass: what is larger is written as `<name>_1`, `<name>_2` and so on.
    """
    spec = atlas.project.spec
    target = Target(folder / FOLDER, atlas.crs, first_day(spec.period), spec.title)
    bounds = Bounds(limit, frozenset(atlas.project.catalogue.layers))
    target.path.mkdir(exist_ok=True)
    written = [file for layer in atlas.layers.values() for file in _write_layer(layer, target, bounds, atlas.cache)]
    return _paths(written, target)


def write_parts(made: Sequence[Part], target: Target) -> Written:
    """Write parts into a folder of their own, with the workbook that says what their columns mean."""
    target.path.mkdir()
    bounds = Bounds(MOST_BYTES, frozenset(part.name for part in made))
    files = [file for part in made for file in _write_part(part, target, bounds)]
    cuts = sum(len(column.cut) for file in files for column in file.columns.values())
    text = tr("{count} texts are longer than a shapefile takes, and were cut: in full in {file}", count=cuts,
              file=field_workbook.NAME)  # fmt: skip
    return Written(tuple(_paths(files, target)), (text,) if cuts else ())


def _paths(files: list[field_workbook.File], target: Target) -> list[Path]:
    paths = [path for file in files for path in sorted(target.path.glob(f"{file.name}.*"))]
    return [*paths, field_workbook.write(files, target)]


def find_cuts(layer: Layer) -> list[Cut]:
    """Return the texts that will be cut, as a DBF file holds 254 bytes of them."""
    # Nearly always the longest text of a column proves that none can be too long, whatever the encoding is.
    titles = [own.label for field in layer.spec.fields.values() for own in field.classes.values()]
    texts = [layer.frame[own.name] for own in layer_columns(layer.spec) if dbf.is_text(layer.frame[own.name])]
    longest = [text.str.len().max() for text in texts]
    if all(pd.isna(length) or length <= dbf.SURELY_FIT for length in (*longest, *map(len, titles))):
        return []
    return [cut for part in parts(layer) for cut in _cuts(part)]


def _cuts(part: Part) -> Iterator[Cut]:
    encoding = dbf.encoding_of(part.frame[[column.name for column in part.columns]])
    for column in part.columns:
        told = set()
        for _, (at, text) in dbf.too_long(part.frame[column.name], encoding):
            # The name of a source stands in all of its rows.
            if column.field is not None or text not in told:
                yield Cut(at, column.name, text, dbf.cut(text, encoding))
                told.add(text)


def _write_layer(layer: Layer, target: Target, bounds: Bounds, cache: Cache) -> list[field_workbook.File]:
    fresh = []

    def make() -> tuple[tuple[list[field_workbook.File], bool], dict[str, bytes]]:
        files = [file for part in parts(layer) for file in _write_part(part, target, bounds)]
        paths = [path for file in files for path in target.path.glob(f"{file.name}.*")]
        small = sum(path.stat().st_size for path in paths) <= KEPT_BYTES
        fresh.append(layer)
        return (files, small), {path.name: path.read_bytes() for path in paths if small}

    with doing(layer.spec.name):
        others = sorted(name for name in bounds.taken if name.startswith(layer.spec.id))
        inputs = [layer.digest or None, f"{bounds.limit}", *others]
        kept = cache.keep("shp", inputs, make, holds=lambda light: light[1])
        for name, content in () if fresh else kept.heavy.items():
            (target.path / name).write_bytes(content)
    return kept.light[0]


def _write_part(part: Part, target: Target, bounds: Bounds) -> list[field_workbook.File]:
    """Write a part, in one piece or in as many as it takes."""
    names = {column.name: column.dbf for column in part.columns}
    encoding = dbf.encoding_of(part.frame[list(names)])
    columns = {own_id: dbf.column(name, part.frame[own_id], encoding) for own_id, name in names.items()}
    geometry_type = "" if part.kind == "table" else geometry_type_of(part, GEOMETRY_TYPES)
    shapes = _shapes(part, geometry_type)
    pieces = _pieces(shapes, list(columns.values()), bounds.limit)
    keys = part.frame[part.spec.key if part.spec else part.columns[0].name].astype("string").fillna("")
    titles = {column.name: column.title for column in part.columns}
    files = []
    for name, rows in zip(_names(part.name, len(pieces), bounds.taken), pieces, strict=True):
        path = target.path / f"{name}.dbf"
        own = {own_id: column.take(rows) for own_id, column in columns.items()}
        if geometry_type:
            _write_shapes(shapes[rows], path.with_suffix(".shp"), geometry_type, target.crs)
            _write_style(part, path, names)
        dbf.write(path, list(own.values()), encoding, target.day)
        described = {own_id: _described(column, titles[own_id], keys) for own_id, column in own.items()}
        files.append(field_workbook.File(name, part.title, part.spec, encoding, described))
    return files


def _write_style(part: Part, path: Path, names: Mapping[str, str]) -> None:
    if part.spec:
        path.with_suffix(".qml").write_text(qml(layer_drawing(part, names)), encoding="utf-8", newline="\n")


def _described(column: dbf.Column, title: str, keys: pd.Series) -> field_workbook.Described:
    cut = tuple((keys[at], text) for at, text in column.cut.values())
    return field_workbook.Described(column.name, title, column.type, column.width, column.decimals, cut)


def _shapes(part: Part, geometry_type: str) -> NDArray[Any]:
    """Return the shapes of a part, in a table of multipoints single points too as such."""
    shapes = np.asarray(part.frame.geometry.to_numpy())
    if geometry_type == "MultiPoint":
        single = np.flatnonzero(shapely.get_type_id(shapes) == shapely.GeometryType.POINT)
        shapes = shapes.copy()
        shapes[single] = shapely.multipoints(shapes[single], indices=np.arange(len(single)))
    return shapes


def _pieces(shapes: NDArray[Any], columns: Sequence[dbf.Column], limit: int) -> list[slice]:
    """Return the rows of each file: as many as leave both its .shp and its .dbf within the limit, at least one."""
    count = len(shapes)
    ends = np.concatenate([[0], np.cumsum(_record_bytes(shapes))])
    # A byte of 0x1A ends the table.
    records = (limit - dbf.header_bytes(columns) - 1) // dbf.record_bytes(columns)
    pieces: list[slice] = []
    start = 0
    while start < count or not pieces:
        fits = int(np.searchsorted(ends, ends[start] + limit - SHP_HEADER, side="right")) - 1
        end = min(count, max(start + 1, min(fits, start + records)))
        pieces.append(slice(start, end))
        start = end
    return pieces


def _record_bytes(shapes: NDArray[Any]) -> NDArray[np.int64]:
    """Return how many bytes the record of each shape takes in a .shp."""
    several = shapely.get_type_id(shapes) == shapely.GeometryType.MULTIPOINT
    points = shapely.get_num_coordinates(shapes).astype(np.int64)
    # Each ring of each polygon, or each line, has the place where it begins.
    owners = shapely.get_parts(shapes, return_index=True)
    rings = np.maximum(1, 1 + shapely.get_num_interior_rings(owners[0]))
    lines = np.bincount(owners[1], weights=rings, minlength=len(shapes)).astype(np.int64)
    bytes_: NDArray[np.int64] = BOX_BYTES + 16 * points + np.where(several, 0, 4 + 4 * lines)
    bytes_[shapely.get_type_id(shapes) == shapely.GeometryType.POINT] = POINT_BYTES
    bytes_[shapely.is_missing(shapes)] = NULL_BYTES
    return bytes_


def _names(name: str, count: int, taken: frozenset[str]) -> list[str]:
    """Return what the files of a part are called; their numbers are equally long, so that they sort in their order."""
    if count == 1:
        return [name]
    mark, digits = "_", len(str(count))
    while any(f"{name}{mark}{number:0{digits}}" in taken for number in range(1, count + 1)):
        mark += "_"
    return [f"{name}{mark}{number:0{digits}}" for number in range(1, count + 1)]


def _write_shapes(shapes: NDArray[Any], path: Path, geometry_type: str, crs: str) -> None:
    """Write geometry and projection with GDAL, which turns rings as ESRI wants them; its table is overwritten."""
    pyogrio.write_arrow(
        pa.table({"geometry": pa.array(shapely.to_wkb(shapes), pa.binary())}),
        path,
        driver="ESRI Shapefile",
        geometry_name="geometry",
        geometry_type=geometry_type,
        crs=crs,
    )
