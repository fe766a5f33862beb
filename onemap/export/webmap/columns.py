"""Columns as short JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from onemap.spec.layer import FieldType


def column(values: Sequence[Any]) -> list[Any] | dict[str, list[Any]]:
    """Return values as a list, or as `{"d": distinct values, "c": their places}` where that is shorter.

    The place of None is -1.
    """
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
