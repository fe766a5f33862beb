"""Measure: by how many classes the latest sample of a point is worse than its baseline."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any, NamedTuple

import pandas as pd

from onemap.model import Layer
from onemap.risk.measurement import Given
from onemap.risk.measures.water_class import classed, unsure
from onemap.risk.water import Sample, Water, water_of
from onemap.risk.water_rows import Row, no_samples, point_row, rows_table, sum_row, unnamed
from onemap.spec.measures.groundwater import WaterChangeRule
from onemap.spec.standard import Standard
from onemap.text import fold, tr


class _Baseline(NamedTuple):
    """The field that has the class to compare with, and the class of the standard that each of its classes means."""

    name: str
    label: str
    levels: dict[str, int]


def measure(of: Layer, rule: WaterChangeRule, given: Given) -> pd.DataFrame:
    """Return for each point by how many classes its latest sample of the year is worse than its baseline.

    Returns
    -------
    DataFrame
        value is below 0 where it is better. Points whose change is not known have a row that says why; where there
        are any, one more row says how the others stand.
    """
    water, field = water_of(of, rule, given), of.spec.fields[rule.baseline]
    baseline = _Baseline(rule.baseline, field.label, levels_of(of, rule.baseline, water.standard))
    first = dt.date(given.day.year, 1, 1)
    rows: list[Row] = []
    for at in water.places.values():
        samples = water.since(at, first)
        rows.append(_row(water, at, samples[-1], baseline) if samples else no_samples(water, at, first.year))
    rows += unnamed(water)
    return rows_table([*rows, *_summary(rows, of.count)])


def levels_of(of: Layer, name: str, standard: Standard) -> dict[str, int]:
    """Return the class of a standard that each class of a field means: those that have one name."""
    named = {fold(title): level for level, one in standard.levels.items() for title in (one.title, one.title_en)}
    classes = of.spec.fields[name].classes
    return {own_id: named[word] for own_id, one in classes.items() for word in one.words(own_id) if word in named}


def _row(water: Water, at: Any, sample: Sample, baseline: _Baseline) -> Row:
    base = baseline.levels.get(str(water.of.frame.at[at, baseline.name]))
    if base is None:
        why = tr("{field} is not filled in: cannot be judged", field=baseline.label)
        return point_row(water.of, at, to_key=sample.date, unknown=why)
    if sample.least < sample.most and sample.most > base:
        words = {"why": unsure(water, sample), "field": baseline.label, "level": water.class_of(base)}
        return point_row(water.of, at, to_key=sample.date, unknown=tr("{field} {level}; {why}", **words))
    items = water.setting(sample)
    when = tr("{when} ({items})", when=classed(water, sample), items=items) if items else classed(water, sample)
    pair = f"{water.class_of(base)} → {water.class_of(sample.most)}"
    return point_row(
        water.of, at, value=float(sample.most - base), to_key=sample.date, to_label=pair, when=when
    )  # fmt: skip


def _summary(rows: list[Row], points: int) -> list[Row]:
    """Return how all points stand, where some cannot be judged: the list itself shows only those that got worse."""
    judged = [row["value"] for row in rows if not row["unknown"]]
    unknown = points - len(judged)
    if not unknown or not judged:
        return []
    signs = Counter((value > 0) - (value < 0) for value in judged)
    why = tr(
        "{count} points cannot be judged; of the other {judged}, {better} are better than their baseline, {same} the "
        "same and {worse} worse",
        count=unknown, judged=len(judged), better=signs[-1], same=signs[0], worse=signs[1],
    )  # fmt: skip
    return [sum_row(unknown=why)]
