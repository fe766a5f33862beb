"""Rows of lists about points of groundwater and their samples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pandas as pd

from onemap.model import Layer
from onemap.risk.measurement import COLUMNS, SUM
from onemap.risk.water import Water
from onemap.text import fold, tr

Row = dict[str, Any]

_SAME: Final = {
    "to": SUM, "to_class": "", "to_key": "", "to_label": "", "value": np.nan, "ring": np.nan, "link": None,
    "grade": np.nan, "when": "", "unknown": "", "to_layer": "", "to_doubt": "",
}  # fmt: skip
_MORE: Final = ("grade", "when", "unknown", "to_layer", "to_doubt", "of_key", "of_label", "township")


def point_row(of: Layer, at: Any, **changes: Any) -> Row:
    """Return a row about a point."""
    own = {"of": at, "of_key": of.keys[at], "of_label": of.labels[at], "township": of.townships[at]}
    return {**_SAME, **own, **changes}


def sum_row(**changes: Any) -> Row:
    """Return a row about no single point."""
    return {**_SAME, "of": SUM, "of_key": "", "of_label": "", "township": "", **changes}


def rows_table(rows: list[Row]) -> pd.DataFrame:
    """Return rows as what a measure returns."""
    table = pd.DataFrame(rows, columns=[*COLUMNS, *_MORE])
    return table.astype({"value": float, "grade": float, "ring": float, "link": object})


def unnamed(water: Water) -> Iterator[Row]:
    """Yield the points of which nobody can tell which samples are theirs: those without a code, or of one code."""
    of = water.of
    for at in of.frame.index[of.keys == ""]:
        yield point_row(of, at, unknown=tr("it has no code, so that its samples are not known: cannot be judged"))
    for code, count in water.doubled.items():
        why = tr("{count} points have the code {code}, so that whose samples they are is not known: cannot be judged",
                 count=count, code=code)  # fmt: skip
        yield sum_row(of_key=code, of_label=code, unknown=why)


def strangers(water: Water) -> Iterator[Row]:
    """Yield the codes of samples that no point of the register has."""
    known = {*water.places, *(fold(code) for code in water.doubled)}
    lost = water.readings[~water.readings["point"].isin(list(known))]
    for code, readings in lost.groupby("point", sort=True):
        name, count = readings["code"].iloc[0], readings["day"].nunique()
        if code:
            why = tr("there are {count} samples of {code}, which is no point of {layer}: cannot be judged",
                     count=count, code=name, layer=water.of.spec.name)  # fmt: skip
        else:
            why = tr("{count} values name no point: cannot be judged", count=len(readings))
        yield sum_row(of_key=name, of_label=name, unknown=why)


def no_samples(water: Water, at: Any, year: int) -> Row:
    """Return the row of a point that has no sample of a year by which it could be judged."""
    samples = water.by_point.get(at, ())
    why = tr("it has no sample of {year} that can be classed: cannot be judged", year=year)
    if samples:
        last = samples[-1].date
        why = tr(
            "it has no sample of {year} that can be classed, the last one is of {day}: cannot be judged",
            year=year,
            day=last,
        )
    return point_row(water.of, at, unknown=why)
