"""Measure: which class of GB/T 14848 each sample of groundwater of the year has, the worst item deciding."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pandas as pd

from onemap.model import Layer
from onemap.risk.measurement import Given
from onemap.risk.water import EXCEEDING, Sample, Water, unclassed, water_of
from onemap.risk.water_rows import Row, no_samples, point_row, rows_table, strangers, sum_row, unnamed
from onemap.spec.measures.groundwater import WaterClassRule
from onemap.text import tr


def measure(of: Layer, rule: WaterClassRule, given: Given) -> pd.DataFrame:
    """Return for each sample of the year its class, and by how many times it exceeds class III.

    Returns
    -------
    DataFrame
        grade is the class; value by how many times the items that set it exceed the limit of class III at most (no
        such number has a pH), to_key the day, to_label these items, `when` the class and by how many items it was
        judged. A class that is not sure, but surely not worse than III, is the worst that it can be. Points without
        samples of the year, codes that no point has, and what was left out have a row that says so.
    """
    water = water_of(of, rule, given)
    first = dt.date(given.day.year, 1, 1)
    rows: list[Row] = []
    for at in water.places.values():
        samples = water.since(at, first)
        rows += [_row(water, at, sample) for sample in samples]
        if not samples:
            rows.append(no_samples(water, at, first.year))
    # Of points that the conditions leave out, the samples are no strangers.
    strange = () if rule.where.get(rule.of) else strangers(water)
    return rows_table([*rows, *unnamed(water), *strange, *_left_out(water)])


def _row(water: Water, at: Any, sample: Sample) -> Row:
    if sample.least < sample.most and sample.most >= EXCEEDING:
        return point_row(water.of, at, to_key=sample.date, unknown=unsure(water, sample))
    told = {"to_key": sample.date, "to_label": water.setting(sample), "when": classed(water, sample)}
    return point_row(water.of, at, value=water.exceeded(sample), grade=float(sample.most), **told)


def classed(water: Water, sample: Sample) -> str:
    """Return of which class a sample is, and by how many items it was judged."""
    return tr("the sample of {day} is of {level}, judged by {count} items", day=sample.date, count=sample.items,
              level=water.class_of(sample.most))  # fmt: skip


def unsure(water: Water, sample: Sample) -> str:
    """Say why the class of a sample is not sure, and what is sure of it."""
    words = {"day": sample.date, "why": water.doubts(sample)}
    if sample.least == 1:
        return tr("the sample of {day} cannot be classed; {why}: cannot be judged", **words)
    if sample.least < EXCEEDING:
        level = water.class_of(sample.least)
        return tr("the sample of {day} is of {level} at least; {why}: cannot be judged further", level=level, **words)
    return tr("the sample of {day} is of {level} at least ({items}); {why}: cannot be judged further",
              level=water.class_of(sample.least), items=water.setting(sample), **words)  # fmt: skip


def _left_out(water: Water) -> Iterator[Row]:
    for why in unclassed(water):
        yield sum_row(unknown=why)
