"""GeoParquet, FlatGeobuf and GeoJSON: for engineers and web pages, a file for each part.

GeoParquet has the titles of its columns in the metadata of the schema, as FlatGeobuf has them in its header;
GeoJSON (RFC 7946) is always in degrees, and of 1 mm.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyproj
import shapely

from onemap.export.formats.geopackage import GEOMETRY, GEOMETRY_TYPES, arrow_column, wkb
from onemap.export.formats.target import Target, Written, placed
from onemap.export.parts import Column, Part, geometry_type_of
from onemap.geodesy import LONLAT

GEOPARQUET: Final = "1.1.0"
WGS84: Final = "EPSG:4326"
"""What GeoJSON is in, by its standard. CGCS2000 is the same to centimetres, and its degrees are taken as they are."""

DEGREE_DECIMALS: Final = 8
"""Of a degree: about a millimetre."""

Describe = Callable[[Column], dict[str, str]]


def write_parquet(parts: Sequence[Part], target: Target) -> Written:
    """Write a GeoParquet file for each part."""
    return _each(parts, target, ".parquet", lambda part, path: _write_parquet(part, path, target))


def write_flatgeobuf(parts: Sequence[Part], target: Target) -> Written:
    """Write a FlatGeobuf file for each part; one with features without a place has no spatial index."""
    return _each(parts, target, ".fgb", lambda part, path: _write_flatgeobuf(part, path, target))


def write_geojson(parts: Sequence[Part], target: Target) -> Written:
    """Write a GeoJSON file for each part."""
    return _each(parts, target, ".geojson", _write_geojson)


def _each(parts: Sequence[Part], target: Target, suffix: str, write: Callable[[Part, Path], None]) -> Written:
    target.path.mkdir()
    paths = [target.path / f"{part.name}{suffix}" for part in parts]
    for part, path in zip(parts, paths, strict=True):
        write(part, path)
    return Written(tuple(paths))


def arrow_table(part: Part, describe: Describe) -> pa.Table:
    """Return the columns of a part without its geometry, each with what is to be told of it as metadata."""
    arrays = [arrow_column(part.frame[column.name]) for column in part.columns]
    fields = [
        pa.field(column.name, array.type, metadata=describe(column))
        for column, array in zip(part.columns, arrays, strict=True)
    ]
    return pa.table(arrays, schema=pa.schema(fields)).combine_chunks()


def alternative_name(column: Column) -> dict[str, str]:
    """Return what lets GDAL write the title of a column as its alias."""
    return {"GDAL:OGR:alternative_name": column.title}


def _write_parquet(part: Part, path: Path, target: Target) -> None:
    table = arrow_table(part, lambda column: {"title": column.title})
    about = {"title": part.title, "period": target.day.isoformat()[:7]}
    if part.kind != "table":
        shapes = part.frame.geometry.to_numpy()
        table = table.append_column(GEOMETRY, pa.array(shapely.to_wkb(shapes, byte_order=1), pa.binary()))
        about["geo"] = json.dumps(_geo(shapes, target.crs))
    pq.write_table(table.replace_schema_metadata(about), path)


def _geo(shapes: Any, crs: str) -> dict[str, Any]:
    """Return the metadata by which a Parquet file is a GeoParquet file."""
    there = shapes[~shapely.is_missing(shapes)]
    types = sorted({shape.geom_type for shape in there})
    column = {"encoding": "WKB", "geometry_types": types, "crs": pyproj.CRS(crs).to_json_dict(), "edges": "planar"}
    if len(there):
        column["bbox"] = shapely.total_bounds(there).tolist()
    return {"version": GEOPARQUET, "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}


def _write_flatgeobuf(part: Part, path: Path, target: Target) -> None:
    table = arrow_table(part, alternative_name)
    written: dict[str, Any] = {"driver": "FlatGeobuf", "layer": part.name}
    indexed = part.kind != "table"
    if part.kind != "table":
        geometry_type = geometry_type_of(part, GEOMETRY_TYPES)
        shapes = part.frame.geometry.to_numpy()
        indexed = len(shapes) > 0 and not shapely.is_missing(shapes).any()
        table = table.append_column(GEOMETRY, pa.array(wkb(shapes, geometry_type), pa.binary()))
        written |= {"geometry_name": GEOMETRY, "geometry_type": geometry_type, "crs": target.crs}
    # The index has boxes, of which a feature without a place has none.
    written["layer_options"] = {"SPATIAL_INDEX": "YES" if indexed else "NO", "TITLE": part.title}
    pyogrio.write_arrow(table, path, **written)


def _write_geojson(part: Part, path: Path) -> None:
    table = arrow_table(part, lambda _: {})
    shapes = np.full(len(part.frame), None, dtype=object)
    if part.kind != "table":
        shapes = placed(part, LONLAT).to_numpy()
    table = table.append_column(GEOMETRY, pa.array(shapely.to_wkb(shapes), pa.binary()))
    pyogrio.write_arrow(
        table,
        path,
        driver="GeoJSON",
        layer=part.name,
        geometry_name=GEOMETRY,
        geometry_type="Unknown",
        crs=WGS84,
        layer_options={"RFC7946": "YES", "COORDINATE_PRECISION": str(DEGREE_DECIMALS)},
    )
