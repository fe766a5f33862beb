"""Measure: which items rise at points of groundwater."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from onemap.model import Layer
from onemap.risk.measurement import Given
from onemap.risk.trends import Trend, trends_at
from onemap.risk.water import EXCEEDING, Water, water_of
from onemap.risk.water_rows import Row, point_row, rows_table, unnamed
from onemap.spec.measures.groundwater import WaterTrendRule
from onemap.text import tr

NAMED: Final = 6
"""So many items are named, and the others counted."""


def measure(of: Layer, rule: WaterTrendRule, given: Given) -> pd.DataFrame:
    """Return a row for each item that rises at a point, and one for each point of which that cannot be told.

    Returns
    -------
    DataFrame
        grade is 2 where the latest value exceeds class III as well, and else 1; value the latest value to that
        limit; to_key the item; to_label its first and latest value; `when` how sure and how steep the rise is.
    """
    water = water_of(of, rule, given)
    rows: list[Row] = []
    for at in water.places.values():
        found = trends_at(water, at, rule, given.day)
        rows += [_row(water, at, trend) for trend in found if trend.verdict == "rising"]
        doubt = _doubt(water, found, rule)
        rows += [point_row(of, at, unknown=doubt)] if doubt else []
    return rows_table([*rows, *unnamed(water)])


def _row(water: Water, at: Any, trend: Trend) -> Row:
    return point_row(
        water.of, at, grade=1.0 + (trend.ratio > 1), value=trend.ratio, to_key=trend.item,
        to_label=ends(water, trend), when=steepness(water, trend),
    )  # fmt: skip


def ends(water: Water, trend: Trend) -> str:
    """Return the first and the latest value of an item that rises."""
    (first, low), (last, high) = trend.first, trend.last
    return tr("{item} from {low} ({first}) to {high} {unit} ({last})", item=water.standard.items[trend.item].name,
              low=low, first=first, high=high, unit=water.unit_of(trend.item), last=last)  # fmt: skip


def steepness(water: Water, trend: Trend) -> str:
    """Return how sure and how steep a rise is, and where it has come to."""
    return tr(
        "rising over {count} samples (one-sided p = {p:.3f}), by {slope:.2g} {unit} a year, now {ratio:.2f} times the "
        "limit of {level}",
        count=trend.days, p=trend.p, slope=trend.slope, unit=water.unit_of(trend.item), ratio=trend.ratio,
        level=water.class_of(EXCEEDING - 1),
    )  # fmt: skip


def _doubt(water: Water, found: list[Trend], rule: WaterTrendRule) -> str:
    """Say why trends at a point cannot be told; "" where all can."""
    few = {trend.item: trend.days for trend in found if trend.verdict == "few"}
    unequal = [trend.item for trend in found if trend.verdict == "unequal"]
    doubts = []
    if not found:
        return tr("it has no samples: cannot be judged")
    if len(few) == len(found):
        count = max(few.values(), default=0)
        return tr("there are only {count} samples, and a trend takes {least}: cannot be judged", count=count,
                  least=rule.least)  # fmt: skip
    if few:
        names = [tr("{item} {count}", item=water.standard.items[item].name, count=few[item]) for item in few]
        doubts.append(tr("fewer than {least} samples: {items}", least=rule.least, items=_some(names)))
    if unequal:
        names = [water.standard.items[item].name for item in unequal]
        doubts.append(tr("detection limits that differ: {items}", items=_some(names)))
    return tr("{doubts}: of these no trend can be told", doubts=tr("; ").join(doubts)) if doubts else ""


def _some(names: list[str]) -> str:
    told = tr(", ").join(names[:NAMED])
    return tr("{names} and {count} more", names=told, count=len(names) - NAMED) if len(names) > NAMED else told
