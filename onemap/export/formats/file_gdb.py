"""A file geodatabase (.gdb): a feature class or table for each part, with Chinese aliases of layers and columns.

ArcGIS 10.x opens it: whole numbers are of 32 bits and dates are date-times. A part with larger whole numbers is written
for ArcGIS Pro 3.2 and later, and that is told, as is every column that a geodatabase calls otherwise.
GDAL lets no domain of coded values be made from Python without its own bindings; classes are their titles instead.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyogrio

from onemap.export.formats.columnar import Describe, alternative_name, arrow_table
from onemap.export.formats.geopackage import GEOMETRY, GEOMETRY_TYPES, wkb
from onemap.export.formats.target import Target, Written
from onemap.export.parts import Column, Part, geometry_type_of
from onemap.text import tr

INT32: Final = np.iinfo(np.int32)
TEXT_WIDTH: Final = 255
"""Characters for which there is room in any text, so that longer ones can be typed in; as ArcGIS has it."""

TABLE_ID: Final = "OBJECTID"
MODERN: Final = "ARCGIS_PRO_3_2_OR_LATER"


def write_gdb(parts: Sequence[Part], target: Target) -> Written:
    """Write parts into a file geodatabase of their own."""
    told = [text for part in parts for text in _write_part(part, target)]
    return Written(tuple(sorted(path for path in target.path.iterdir() if path.is_file())), tuple(told))


def tables_of(path: Path) -> list[str]:
    """Return the names of the feature classes and tables of a geodatabase.

    Raises
    ------
    ValueError
        It is none.
    """
    try:
        return [str(name) for name, _ in pyogrio.list_layers(path)]
    except pyogrio.errors.DataSourceError as fault:
        raise ValueError(str(fault)) from None


def _write_part(part: Part, target: Target) -> list[str]:
    """Add a part to the geodatabase, and return what is otherwise than in the part."""
    table, modern = _small_integers(arrow_table(part, _described(part)))
    # Dates are days and no moments: nothing may shift them by a time zone.
    options = {"LAYER_ALIAS": part.title, "FID": _free(TABLE_ID, part), "TIME_IN_UTC": "NO"}
    options |= {"TARGET_ARCGIS_VERSION": MODERN} if modern else {}
    written: dict[str, Any] = {"layer": part.name, "driver": "OpenFileGDB", "layer_options": options}
    if part.kind != "table":
        geometry_type = geometry_type_of(part, GEOMETRY_TYPES)
        table = table.append_column(GEOMETRY, pa.array(wkb(part.frame.geometry.to_numpy(), geometry_type), pa.binary()))
        options["GEOMETRY_NAME"] = _free("SHAPE", part)
        written |= {"geometry_name": GEOMETRY, "geometry_type": geometry_type, "crs": target.crs}
    with warnings.catch_warnings():
        # What GDAL warns of is what is told below, or what this module wants: dates as date-times.
        warnings.simplefilter("ignore", RuntimeWarning)
        pyogrio.write_arrow(table, target.path, **written)
    told = _renamed(part, target)
    if modern:
        text = tr("{title}: whole numbers beyond 32 bits; this table needs ArcGIS Pro 3.2 or later", title=part.title)
        told.append(text)
    return told


def _described(part: Part) -> Describe:
    """Return what describes a column: its title as alias, and of a text its width in characters of UTF-16."""

    def describe(column: Column) -> dict[str, str]:
        values = part.frame[column.name].dropna()
        told = alternative_name(column)
        if values.dtype.kind in "iufM":
            return told
        longest = max((len(str(text).encode("utf-16-le")) // 2 for text in values.unique()), default=0)
        return told | {"GDAL:OGR:width": str(max(TEXT_WIDTH, longest))}

    return describe


def _small_integers(table: pa.Table) -> tuple[pa.Table, bool]:
    """Return a table with whole numbers of 32 bits where all fit, and whether some do not."""
    modern = False
    for place, field in enumerate(table.schema):
        if field.type != pa.int64():
            continue
        ends = pc.min_max(table[place]).as_py()
        if ends["min"] is not None and not INT32.min <= ends["min"] <= ends["max"] <= INT32.max:
            modern = True
            continue
        table = table.set_column(place, field.with_type(pa.int32()), table[place].cast(pa.int32()))
    return table, modern


def _free(name: str, part: Part) -> str:
    """Return a name for a column of the geodatabase's own that no column of the part has."""
    taken = {column.name.casefold() for column in part.columns}
    return next(free for free in (name, *(f"{name}_{number}" for number in range(1, len(taken) + 2)))
                if free.casefold() not in taken)  # fmt: skip


def _renamed(part: Part, target: Target) -> list[str]:
    """Return which columns have other names than asked for: words of SQL, or names that are too long."""
    names = pyogrio.read_info(target.path, layer=part.name)["fields"]
    return [
        tr("{title}: a geodatabase calls the field {name} {other}", title=part.title, name=column.name, other=other)
        for column, other in zip(part.columns, names, strict=True)
        if column.name != other
    ]
