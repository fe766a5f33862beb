"""Tables as short JSON: columns of which each value is written once, and large ones are packed."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from onemap.export.webmap.packing import deflated
from onemap.spec.layer import FieldType

PLAIN: Final = 2000
"""Up to so many features, or rows of a table, stand in the page as they are."""


ROWS_OF_A_LINE: Final = 4096


def table(columns: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """Return columns of one length as the map's scripts read them: `{"count": …, "columns": {name: …}}`.

    A column is a list; or `{"d": distinct values, "c": their places}` where that is shorter, the place of None
    being -1. In a table of more than `PLAIN` rows it is packed: a line of JSON in UTF-8 for every `ROWS_OF_A_LINE`
    rows, so that to see one row not all have to be read. What is the same as an earlier column is that one's name
    in a list of its own.
    """
    count = len(next(iter(columns.values()), ()))
    told: dict[str, Any] = {}
    for name, values in columns.items():
        same = next((one for one in told if columns[one] == values), None) if count > PLAIN else None
        told[name] = [same] if same else _packed(values) if count > PLAIN else _short(values)
    return {"count": count, "columns": told}


def _packed(values: Sequence[Any]) -> str:
    parts = (values[at : at + ROWS_OF_A_LINE] for at in range(0, len(values), ROWS_OF_A_LINE))
    lines = (json.dumps(_short(part), ensure_ascii=False, separators=(",", ":"), allow_nan=False) for part in parts)
    return deflated("\n".join(lines).encode())


def _short(values: Sequence[Any]) -> list[Any] | dict[str, list[Any]]:
    if any(isinstance(value, list) for value in values):
        return list(values)
    distinct = list(dict.fromkeys(value for value in values if value is not None))
    if len(distinct) * 2 > len(values):
        return list(values)
    place = {value: number for number, value in enumerate(distinct)}
    return {"d": distinct, "c": [-1 if value is None else place[value] for value in values]}


def plain(values: pd.Series[Any], kind: FieldType) -> list[Any]:
    """Return a column of a layer as values that JSON knows; None where there is no value."""
    if kind == "number":
        return [rounded(value, 6) for value in values.to_numpy(dtype=float, na_value=math.nan).tolist()]
    if kind == "date":
        values = values.dt.strftime("%Y-%m-%d")
    as_is = int if kind == "integer" else str
    known = values.notna().tolist()
    return [as_is(value) if is_known else None for value, is_known in zip(values.tolist(), known, strict=True)]


def rounded(value: float, digits: int) -> float | int | None:
    """Return a number with at most `digits` decimals, written as short as it can be; None for what is no number."""
    if not math.isfinite(value):
        return None
    short = round(value, digits)
    return int(short) if short == int(short) else short
