"""Which raw column is which field: found by the project's word first, then by the layer's aliases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import pandas as pd

from onemap.geodesy import METRES, SQUARE_METRES
from onemap.ingest.numbers import parse_number
from onemap.ingest.raw import Fault
from onemap.spec.layer import FieldSpec, LayerSpec
from onemap.spec.project import SourceSpec
from onemap.text import fold, tr

X_WORDS: Final = ("经度", "东经", "longitude", "lon", "lng", "x", "x坐标", "经度(°)", "中心经度", "zxlon")
Y_WORDS: Final = ("纬度", "北纬", "latitude", "lat", "y", "y坐标", "纬度(°)", "中心纬度", "zxlat")


def words_of(spec: LayerSpec, source: SourceSpec) -> set[str]:
    """Return every folded column name that means something for a layer: what a header row is known by."""
    names = [word for name, field in spec.fields.items() for word in _words(name, field)]
    asked = [*source.columns.values(), *source.only, *(name for name in (source.x, source.y) if name)]
    return {fold(word) for word in (*names, *asked, *X_WORDS, *Y_WORDS)}


def find_column(words: Iterable[str], columns: Iterable[str]) -> str | None:
    """Return the first of `words`, in their order, that is a column (compared folded)."""
    folded = {fold(name): name for name in reversed(list(columns))}
    return next((folded[fold(word)] for word in words if fold(word) in folded), None)


def match_columns(spec: LayerSpec, columns: Iterable[str], source: SourceSpec) -> dict[str, str]:
    """Return the raw column of each field that has one."""
    columns = list(columns)
    found: dict[str, str] = {}
    for name, field in spec.fields.items():
        asked = source.columns.get(name)
        column = find_column([asked], columns) if asked else find_column(_words(name, field), columns)
        if column is not None and column not in found.values():
            found[name] = column
    return found


def take_fields(frame: pd.DataFrame, spec: LayerSpec, matches: Mapping[str, str]) -> tuple[pd.DataFrame, list[Fault]]:
    """Return a frame with every field of the layer, still raw but in the field's unit, and its missing columns."""
    faults = []
    columns: dict[str, pd.Series[Any]] = {}
    for name, field in spec.fields.items():
        if name in matches:
            columns[name] = _in_field_unit(frame[matches[name]].astype(object), field, matches[name])
            continue
        columns[name] = pd.Series(None, index=frame.index, dtype=object)
        if field.required:
            message = tr(
                "no column for {field}; the columns are: {columns}",
                field=field.label,
                columns=", ".join(map(str, frame)),
            )
            hint = tr("name the column in the project: columns = {{ {field} = … }}", field=name)
            faults.append(Fault("missing_column", message, hint, field=name))
    return pd.DataFrame(columns, index=frame.index), faults


def _words(name: str, field: FieldSpec) -> list[str]:
    return [field.title, *(alias.name for alias in field.aliases), name, field.dbf]


def _in_field_unit(values: pd.Series[Any], field: FieldSpec, column: str) -> pd.Series[Any]:
    unit = next((alias.unit for alias in field.aliases if fold(alias.name) == fold(column)), None)
    if unit is None or field.unit is None or unit == field.unit:
        return values
    factors = SQUARE_METRES if unit in SQUARE_METRES else METRES
    factor = factors[unit] / factors[field.unit]

    def scale(value: Any) -> Any:
        number = parse_number(value)
        return value if number is None else number * factor

    return values.map(scale)
