"""Measure: by how many classes the samples of a point differ within the last years."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from onemap.model import Layer
from onemap.risk.measurement import Given
from onemap.risk.water import Sample, Water, water_of
from onemap.risk.water_rows import Row, no_samples, point_row, rows_table, unnamed
from onemap.spec.measures.groundwater import WaterUnstableRule
from onemap.text import tr


def measure(of: Layer, rule: WaterUnstableRule, given: Given) -> pd.DataFrame:
    """Return for each point how many classes lie between its best and its worst sample.

    Returns
    -------
    DataFrame
        to_label has the samples with their classes, `when` what set the worst. With one sample nothing changes and
        nothing is stable either; such points, and those whose span is not sure, have a row that says so.
    """
    water = water_of(of, rule, given)
    first = dt.date(given.day.year - rule.years + 1, 1, 1)
    rows: list[Row] = []
    for at in water.places.values():
        samples = water.since(at, first)
        rows.append(_row(water, at, samples, first.year) if samples else no_samples(water, at, given.day.year))
    return rows_table([*rows, *unnamed(water)])


def _row(water: Water, at: Any, samples: list[Sample], since: int) -> Row:
    told = tr(", ").join(f"{sample.date} {_class(water, sample)}" for sample in samples)
    if len(samples) == 1:
        why = tr("there is only one sample since {year} ({samples}): cannot be judged", year=since, samples=told)
        return point_row(water.of, at, unknown=why)
    worst = max(samples, key=lambda sample: (sample.least, sample.day))
    least = max(0, worst.least - min(sample.most for sample in samples))
    most = max(sample.most for sample in samples) - min(sample.least for sample in samples)
    if least < most:
        doubts = dict.fromkeys(water.doubts(sample) for sample in samples if sample.least < sample.most)
        why = tr("its samples ({samples}) differ by {least} to {most} classes; {why}: cannot be judged",
                 samples=told, least=least, most=most, why=tr("; ").join(doubts))  # fmt: skip
        return point_row(water.of, at, unknown=why)
    when = tr("{day}: {items}", day=worst.date, items=water.setting(worst))
    return point_row(water.of, at, value=float(most), to_label=told, when=when)


def _class(water: Water, sample: Sample) -> str:
    levels = dict.fromkeys(water.class_of(level) for level in (sample.least, sample.most))
    return "～".join(levels)
