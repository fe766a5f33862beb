"""CSV and Excel of parts: a record a row, its place as degrees of a point in it."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from onemap.export import sheets
from onemap.export.formats.target import Target, Written, placed
from onemap.export.parts import Part
from onemap.geodesy import LONLAT
from onemap.text import tr

DECIMALS: Final = 8
"""Of a degree: about a millimetre."""

CHANGED_BY_EXCEL: Final = re.compile(r"[=+\-@＝＋－＠\t\r\n]|\d{12,}$|0\d+$")
"""How texts begin, or are, that Excel takes for a formula, and digits of which it keeps 15, or drops the zeros."""

MOST_ROWS: Final = 1_048_575
"""Records that a sheet takes below its header."""

EXCEL_EPOCH: Final = pd.Timestamp(1899, 12, 30)


def write_csv(parts: Sequence[Part], target: Target) -> Written:
    """Write a CSV file for each part, in UTF-8 with the mark by which Excel knows it."""
    target.path.mkdir()
    paths = [target.path / f"{part.name}.csv" for part in parts]
    for part, path in zip(parts, paths, strict=True):
        places = _places(part)
        titles = [*(column.title for column in part.columns), *places]
        columns = [_csv_texts(part.frame[column.name]) for column in part.columns]
        columns += [[_number(round(value, DECIMALS)) for value in values] for values in places.values()]
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([_harmless(title) for title in titles])
            writer.writerows(zip(*columns, strict=True))
    return Written(tuple(paths))


def write_xlsx(parts: Sequence[Part], target: Target) -> Written:
    """Write a workbook with a sheet for each part."""
    told = []
    with sheets.dated_workbook(target.path, target.day, target.title) as book:
        for part in parts:
            told += _cut(part)
            rows = part.frame.iloc[:MOST_ROWS]
            columns = [_column(column.title, rows[column.name]) for column in part.columns]
            columns += [
                sheets.Column(title, values[:MOST_ROWS].tolist(), f"0.{'0' * DECIMALS}", width=15)
                for title, values in _places(part).items()
            ]
            sheets.write_table(book, book.sheet(part.title), columns, tr("No records."))
    return Written((target.path,), tuple(told))


def _places(part: Part) -> dict[str, NDArray[np.float64]]:
    """Return the longitude and latitude of each feature: of the point itself, or of one in its shape."""
    if part.kind == "table" or {"lon", "lat"} <= {column.name for column in part.columns}:
        return {}
    shapes = placed(part, LONLAT).to_numpy()
    points = shapely.get_coordinates(shapely.point_on_surface(shapes))
    there = ~shapely.is_missing(shapes)
    both = np.full((len(shapes), 2), np.nan)
    both[there] = points
    return {tr("Longitude"): both[:, 0], tr("Latitude"): both[:, 1]}


def _csv_texts(values: pd.Series) -> list[str]:
    if pd.api.types.is_datetime64_dtype(values):
        return ["" if pd.isna(day) else day.date().isoformat() for day in values]
    if pd.api.types.is_float_dtype(values):
        return ["" if pd.isna(number) else _number(float(number)) for number in values]
    if pd.api.types.is_integer_dtype(values):
        return ["" if pd.isna(number) else str(number) for number in values]
    return ["" if pd.isna(text) else _harmless(str(text)) for text in values]


def _number(number: float) -> str:
    return "" if np.isnan(number) else np.format_float_positional(number, trim="-")


def _harmless(text: str) -> str:
    """Return a text with a mark before what Excel would change, as on the map."""
    return f"'{text}" if CHANGED_BY_EXCEL.match(text) else text


def _column(title: str, values: pd.Series) -> sheets.Column:
    if pd.api.types.is_datetime64_dtype(values):
        days: list[Any] = [None if pd.isna(day) else (day - EXCEL_EPOCH).days for day in values]
        return sheets.Column(title, days, "yyyy-mm-dd", width=12)
    if pd.api.types.is_integer_dtype(values):
        return sheets.Column(title, values.tolist(), "0")
    if pd.api.types.is_float_dtype(values):
        # A cell of Excel holds no number that is infinite.
        numbers = [str(number) if pd.notna(number) and np.isinf(number) else number for number in values]
        return sheets.Column(title, numbers, "General")
    return sheets.Column(title, values.tolist())


def _cut(part: Part) -> list[str]:
    """Return what a sheet cannot hold of a part."""
    texts = [part.frame[column.name] for column in part.columns if _is_text(part.frame[column.name])]
    long = sum(int((values.dropna().astype(str).str.len() > sheets.LONGEST_TEXT).sum()) for values in texts)
    more = len(part.frame) - MOST_ROWS
    title, told = part.title, []
    if long:
        told += [
            tr("{title}: {count} texts are longer than a cell of Excel takes, and were cut", title=title, count=long)
        ]
    if more > 0:
        told += [tr("{title}: {count} records more than a sheet of Excel takes were left out", title=title, count=more)]
    return told


def _is_text(values: pd.Series) -> bool:
    return not (pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_dtype(values))
