"""Tables as short JSON: columns of which each value is written once, and large ones are packed."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from onemap.export.webmap.packing import deflated
from onemap.spec.layer import FieldType

LARGE: Final = 50_000
"""Characters from which a column is packed; the browser unpacks it when it is first asked for."""


def table(columns: Mapping[str, Sequence[Any]], large: int = LARGE) -> dict[str, Any]:
    """Return columns of one length as the map's scripts read them: `{"count": …, "columns": {name: …}}`.

    A column is a list; or `{"d": distinct values, "c": their places}` where that is shorter, the place of None
    being -1; or the text of either in UTF-8, packed, where it has more than `large` characters.
    """
    count = len(next(iter(columns.values()), ()))
    return {"count": count, "columns": {name: _column(values, large) for name, values in columns.items()}}


def _column(values: Sequence[Any], large: int) -> list[Any] | dict[str, list[Any]] | str:
    short = _short(values)
    text = json.dumps(short, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return deflated(text.encode()) if len(text) > large else short


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
    return [None if pd.isna(value) else _plain(value, kind) for value in values]


def _plain(value: Any, kind: FieldType) -> Any:
    if kind == "integer":
        return int(value)
    if kind == "number":
        return rounded(float(value), 6)
    if kind == "date":
        return pd.Timestamp(value).strftime("%Y-%m-%d")
    return str(value)


def rounded(value: float, digits: int) -> float | int | None:
    """Return a number with at most `digits` decimals, written as short as it can be; None for what is no number."""
    if not math.isfinite(value):
        return None
    short = round(value, digits)
    return int(short) if short == int(short) else short
