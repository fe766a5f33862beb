"""Measure: whether a sampling point lies near each feature, and was sampled in the year of the period."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from onemap.model import Layer
from onemap.risk.inputs import located
from onemap.risk.measurement import COLUMNS, SUM, Given
from onemap.risk.measures.around import around, nearest
from onemap.spec.measures.coverage import CoverageRule
from onemap.text import tr

NO_POINT: Final = 2.0
NOT_SAMPLED: Final = 1.0


class Points(NamedTuple):
    """What is known of the sampling points within reach of a feature."""

    certain: int = 0
    """Of those that are points of the rule for sure."""
    doubtful: int = 0
    """Of those that may not fit its conditions."""
    undated: int = 0
    """Of those of which nobody has filled in when they were sampled."""
    sampled: bool = False
    """Whether one that is a point for sure was sampled in the year of the period."""
    maybe: bool = False
    """Whether one may have been."""
    last: str = ""
    """The last day on which one was sampled."""


class Known(NamedTuple):
    """What is the same for all features of a list."""

    layers: str
    where: str
    year: int
    gap: str
    """Which layers are not there, or have too few places: what is not found may be there; "" where all are."""


def measure(of: Layer, rule: CoverageRule, given: Given) -> pd.DataFrame:
    """Return for each feature the grade of its coverage; of those that are covered nothing.

    Returns
    -------
    DataFrame
        grade is 2 where no point lies within reach, 1 where some do and none was sampled in the year; value is how far
        the nearest of all points is, to_layer, to_key and to_label name it, and `when` says what is missing. Where that
        cannot be told grade is NaN, and `unknown` says why. Points without a place are told in a row which is of none.
    """
    known = _known(rule, given)
    points, closest = _points(of, rule, given), nearest(of, given.sides)
    there = located(of)
    rows = []
    for at in of.frame.index:
        near = closest.loc[at] if at in closest.index else None
        told = _told(points.get(at, Points()), known, near) if there[at] else _unplaced()
        if told is not None:
            rows.append({**_nearest(at, near), **told})
    rows += [_of_none(name, why) for name, why in _unplaced_points(given)]
    columns = [*COLUMNS, "grade", "when", "unknown", "to_layer"]
    return pd.DataFrame([{"ring": np.nan, **row} for row in rows], columns=columns)


def _known(rule: CoverageRule, given: Given) -> Known:
    titles = {name: given.specs[name].name for name in rule.to}
    absent = [title for name, title in titles.items() if name not in given.sides]
    lost = [titles[name] for name, side in given.sides.items() if (~side.located).mean() > rule.unknown_above]
    gaps = [
        tr("no data of {layers} were provided", layers=tr(", ").join(absent)) if absent else "",
        tr("too many records of {layers} have no coordinates", layers=tr(", ").join(lost)) if lost else "",
    ]
    where = tr("within {reach:g} m", reach=rule.reach) if rule.reach else tr("inside it")
    layers = tr(", ").join(titles[name] for name in given.sides)
    return Known(layers, where, given.day.year, tr("; ").join(filter(None, gaps)))


def _points(of: Layer, rule: CoverageRule, given: Given) -> dict[Any, Points]:
    """Return what is known of the points within reach of each feature that has any."""
    pairs = around(of, given.sides, rule.reach or 0.0)
    days = {name: pd.to_datetime(side.layer.frame[rule.sampled[name]]) for name, side in given.sides.items()}
    dates = [days[layer][to] for layer, to in zip(pairs["to_layer"], pairs["to"], strict=True)]
    pairs = pairs.assign(day=pd.Series(dates, index=pairs.index, dtype="datetime64[ns]"), sure=pairs["doubt"] == "")
    pairs["this_year"], pairs["undated"] = pairs["day"].dt.year == given.day.year, pairs["day"].isna()
    found = {}
    for at, group in pairs.groupby("of"):
        last = group.loc[group["sure"], "day"].max()
        found[at] = Points(
            certain=int(group["sure"].sum()),
            doubtful=int((~group["sure"]).sum()),
            undated=int(group["undated"].sum()),
            sampled=bool((group["sure"] & group["this_year"]).any()),
            maybe=bool((group["this_year"] | group["undated"]).any()),
            last="" if pd.isna(last) else f"{last:%Y-%m-%d}",
        )
    return found


def _told(points: Points, known: Known, near: pd.Series[Any] | None) -> dict[str, Any] | None:
    """Return the grade of a feature and the words for it; None where it is covered."""
    if points.sampled:
        return None
    why = _doubt(points, known)
    if why or known.gap:
        text = why or tr("{found}; {gap}", found=_found(points, known, near), gap=known.gap)
        return {"grade": np.nan, "when": "", "unknown": tr("{why}; cannot be judged", why=text)}
    grade = NOT_SAMPLED if points.certain else NO_POINT
    return {"grade": grade, "when": _found(points, known, near), "unknown": ""}


def _doubt(points: Points, known: Known) -> str:
    """Return why the points within reach leave open whether one was sampled; "" where they do not."""
    words = {"where": known.where, "year": known.year, **points._asdict()}
    if points.doubtful and (points.maybe or not points.certain):
        return tr("of {doubtful} sampling points {where} it is not known whether they count", **words)
    if points.undated:
        return tr(
            "{undated} of the sampling points {where} have no date of sampling, no other was sampled in {year}", **words
        )
    return ""


def _found(points: Points, known: Known, near: pd.Series[Any] | None) -> str:
    """Say what was found within reach, and if nothing was, what is nearest."""
    words = {**known._asdict(), **points._asdict()}
    if points.certain:
        return tr("{certain} sampling points {where}, none sampled in {year}, the last on {last}", **words)
    if near is None:
        return tr("none of the sampling points provided ({layers}) is {where}", **words)
    return tr(
        "none of the sampling points provided ({layers}) is {where}, the nearest, {label}, is {metres:.0f} m away",
        label=near["to_label"], metres=near["value"], **words,
    )  # fmt: skip


def _unplaced() -> dict[str, Any]:
    return {"grade": np.nan, "when": "", "unknown": tr("it has no coordinates: cannot be judged")}


def _nearest(at: Any, near: pd.Series[Any] | None) -> dict[str, Any]:
    """Return a feature beside the nearest of all points."""
    if near is None:
        return {"of": at, **_nothing()}
    return {"of": at, **near[["to", "to_class", "to_key", "to_label", "value", "link", "to_layer"]]}


def _nothing() -> dict[str, Any]:
    return {"to": SUM, "to_class": "", "to_key": "", "to_label": "", "value": np.nan, "link": None, "to_layer": ""}


def _unplaced_points(given: Given) -> Iterator[tuple[str, str]]:
    """Yield the layers whose points have not all a place, and what is to be told of that."""
    for name, side in given.sides.items():
        if count := int((~side.located).sum()):
            title = given.specs[name].name
            yield name, tr("{count} records of {layer} have no coordinates and were not judged", count=count,
                           layer=title)  # fmt: skip


def _of_none(name: str, why: str) -> dict[str, Any]:
    return {"of": SUM, **_nothing(), "to_layer": name, "grade": np.nan, "when": "", "unknown": why}
