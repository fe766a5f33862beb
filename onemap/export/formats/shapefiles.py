"""shapefiles/: one for each layer and kind of geometry, with 字段对照表.xlsx, which says what their columns mean.

A layer is `<id>.shp`; where its features have several kinds of geometry the polygons are in that file and the
others in `<id>_lines.shp` and `<id>_points.shp`. Features without geometry are in the first, as null shapes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyogrio
import shapely

from onemap.cache import Cache
from onemap.dates import first_day
from onemap.export.formats import dbf, field_workbook
from onemap.export.formats.parts import Part, geometry_type_of, parts
from onemap.export.formats.target import Target, Written
from onemap.export.qgis.styles import layer_drawing, qml
from onemap.model import Atlas, Layer
from onemap.progress import doing
from onemap.spec.layer import GeometryKind
from onemap.text import tr

FOLDER: Final = "shapefiles"
GEOMETRY_TYPES: Final[dict[GeometryKind, str]] = {"polygon": "Polygon", "line": "LineString", "point": "Point"}


def write(atlas: Atlas, folder: Path) -> list[Path]:
    """Write shapefiles/ into `folder`."""
    spec = atlas.project.spec
    target = Target(folder / FOLDER, atlas.crs, first_day(spec.period), spec.title)
    target.path.mkdir(exist_ok=True)
    return _paths(
        [file for layer in atlas.layers.values() for file in _write_layer(layer, target, atlas.cache)], target
    )


def write_parts(made: Sequence[Part], target: Target) -> Written:
    """Write parts into a folder of their own, with the workbook that says what their columns mean."""
    target.path.mkdir()
    files = [_write_part(part, target) for part in made]
    cuts = sum(len(column.cut) for file in files for column in file.columns.values())
    text = tr("{count} texts are longer than a shapefile takes, and were cut: in full in {file}", count=cuts,
              file=field_workbook.NAME)  # fmt: skip
    return Written(tuple(_paths(files, target)), (text,) if cuts else ())


def _paths(files: list[field_workbook.File], target: Target) -> list[Path]:
    paths = [path for file in files for path in sorted(target.path.glob(f"{file.name}.*"))]
    return [*paths, field_workbook.write(files, target)]


def _write_layer(layer: Layer, target: Target, cache: Cache) -> list[field_workbook.File]:
    def make() -> tuple[list[field_workbook.File], dict[str, bytes]]:
        files = [_write_part(part, target) for part in parts(layer)]
        paths = [path for file in files for path in target.path.glob(f"{file.name}.*")]
        return files, {path.name: path.read_bytes() for path in paths}

    with doing(layer.spec.name):
        kept = cache.keep("shp", [layer.digest or None], make)
        for name, content in kept.heavy.items():
            (target.path / name).write_bytes(content)
    return kept.light


def _write_part(part: Part, target: Target) -> field_workbook.File:
    names = {column.name: column.dbf for column in part.columns}
    titles = {column.name: column.title for column in part.columns}
    path = target.path / f"{part.name}.dbf"
    if part.kind != "table":
        _write_shapes(part, path.with_suffix(".shp"), target.crs)
        if part.spec:
            path.with_suffix(".qml").write_text(qml(layer_drawing(part, names)), encoding="utf-8", newline="\n")
    encoding = dbf.encoding_of(part.frame[list(names)])
    columns = {own_id: dbf.column(name, part.frame[own_id], encoding) for own_id, name in names.items()}
    dbf.write(path, list(columns.values()), encoding, target.day)
    keys = part.frame[part.spec.key if part.spec else part.columns[0].name].astype("string").fillna("")
    return field_workbook.File(
        part.name,
        part.title,
        part.spec,
        encoding,
        {
            own_id: field_workbook.Described(
                column.name,
                titles[own_id],
                column.type,
                column.width,
                column.decimals,
                tuple(zip(keys[column.cut.index], column.cut, strict=True)),
            )
            for own_id, column in columns.items()
        },
    )


def _write_shapes(part: Part, path: Path, crs: str) -> None:
    """Write geometry and projection with GDAL, which turns rings as ESRI wants them; its table is overwritten."""
    pyogrio.write_arrow(
        pa.table({"geometry": pa.array(shapely.to_wkb(part.frame.geometry.to_numpy()), pa.binary())}),
        path,
        driver="ESRI Shapefile",
        geometry_name="geometry",
        geometry_type=geometry_type_of(part, GEOMETRY_TYPES),
        crs=crs,
    )
