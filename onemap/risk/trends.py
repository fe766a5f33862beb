"""Rising trends of what is measured in groundwater: the Mann-Kendall test, and Sen's slope over the days sampled."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from onemap.risk.water import EXCEEDING, Water
from onemap.spec.measures.groundwater import TrendKeys
from onemap.text import tr

DAYS_A_YEAR: Final = 365.25

Verdict = Literal["rising", "none", "few", "unequal"]
"""It rises; no rise is proved; there are too few samples; or detection limits differ, so that nobody can tell."""


class Trend(NamedTuple):
    """What the samples of a point say of one item."""

    item: str
    verdict: Verdict
    days: int
    """On how many it was sampled."""
    first: tuple[dt.date, str] = (dt.date.min, "")
    last: tuple[dt.date, str] = (dt.date.min, "")
    """The days, and the values as people write them."""
    slope: float = 0.0
    """A year, in the unit of the standard."""
    p: float = 1.0
    """How likely so steady a rise is where nothing rises."""
    ratio: float = 0.0
    """The latest value to the limit of class III."""


def trends_at(water: Water, at: Any, rule: TrendKeys, day: dt.date) -> list[Trend]:
    """Return what the samples of a point say of each item that was measured, in the order of the standard.

    Left out is what has not one limit above it: a pH can be too high and too low, and to rise is neither good nor bad.
    """
    series = water.series.get(at, water.readings[:0])
    if rule.years is not None:
        series = series[series["day"] > pd.Timestamp(day) - pd.DateOffset(years=rule.years)]
    counting = rule.items or tuple(water.standard.items)
    items = series["item"].to_numpy()
    edges = np.flatnonzero(items[1:] != items[:-1]) + 1
    columns = (series[name].to_numpy() for name in ("day", "value", "undetected"))
    parts = zip(*(np.split(column, edges) for column in (items, *columns)), strict=True)
    there = {str(own[0]): _Series(*rest) for own, *rest in parts if len(own)}
    limits = {item: limit for item in counting if item in there and (limit := _limit(water, item)) > 0}
    return [_trend(item, there[item], limit, rule) for item, limit in limits.items()]


class _Series(NamedTuple):
    """Values of one item at one point, one a day, the earliest first; of what is below detection the limit."""

    days: NDArray[np.datetime64]
    values: NDArray[np.float64]
    below: NDArray[np.bool_]

    def end(self, place: int) -> tuple[dt.date, str]:
        """Return one of them as people write it, with its day."""
        day, value = self.days[place].astype("datetime64[D]").item(), f"{self.values[place]:g}"
        if not self.below[place]:
            return day, value
        return day, tr("not found") if np.isnan(self.values[place]) else f"<{value}"


def _limit(water: Water, item: str) -> float:
    cells = water.standard.cells(item, EXCEEDING)
    return cells[0].high if cells and cells[0].low == -np.inf else 0.0


def _trend(item: str, series: _Series, limit: float, rule: TrendKeys) -> Trend:
    count = len(series.days)
    if count < rule.least:
        return Trend(item, "few", count)
    values = _numbers(series.values, series.below)
    if values is None:
        return Trend(item, "unequal", count)
    # What falls as often as it rises needs no test, which takes its time.
    if _score(values) <= 0:
        return Trend(item, "none", count)
    score, p = _mann_kendall(values)
    if score <= 0 or p >= rule.alpha:
        return Trend(item, "none", count)
    years = (series.days - series.days[0]) / np.timedelta64(1, "D") / DAYS_A_YEAR
    ratio = 0.0 if series.below[-1] else float(values[-1]) / limit
    return Trend(item, "rising", count, series.end(0), series.end(-1), _slope(years, values), p, ratio)


def _numbers(values: NDArray[np.float64], below: NDArray[np.bool_]) -> NDArray[np.float64] | None:
    """Return values with what was not found as half the detection limit; None where nobody can tell their order.

    The test only asks which of two values is larger. Below one detection limit, under all that was found, any
    numbers that are equal say the same. Where limits differ, or something was found below one, they do not.
    """
    if below.all():
        return np.zeros(len(values))
    limits = set(np.nan_to_num(values[below], nan=0.0).tolist())
    if len(limits) > 1 or (limits and values[~below].min() < max(limits)):
        return None
    return np.where(below, np.nan_to_num(values, nan=0.0) / 2, values)


def _mann_kendall(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the score S, and how likely one as high is where nothing rises: one side, as only a rise is asked for."""
    # Statistics take their time to be read in, and few commands need them.
    from pymannkendall import original_test

    result = original_test(values)
    score, both = float(result.s), float(result.p)
    return score, both / 2 if score > 0 else 1 - both / 2


def _score(values: NDArray[np.float64]) -> int:
    """Return by how much more often a later value is larger than smaller."""
    one, other = np.triu_indices(len(values), 1)
    return int(np.sign(values[other] - values[one]).sum())


def _slope(years: NDArray[np.float64], values: NDArray[np.float64]) -> float:
    """Return Sen's slope: the median of the slopes between all pairs, by the days that lie between them."""
    one, other = np.triu_indices(len(values), 1)
    return float(np.median((values[other] - values[one]) / (years[other] - years[one])))
