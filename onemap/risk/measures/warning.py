"""Measure: which points are not above a limit yet, but near it, or rising."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from onemap.flat import Floats
from onemap.model import Layer
from onemap.risk.measurement import COLUMNS, SUM, Given
from onemap.risk.measures.exceedance import doubts_of, items_of, judged_of, none_measured, over_limit
from onemap.risk.sampled import DAY, last_samples, points_of, until
from onemap.spec.measures.samples import WarningRule
from onemap.spec.standard import Standard
from onemap.text import tr

NEAR_WORST, RISING, NEAR = 3.0, 2.0, 1.0
"""The grades."""

ALMOST = 1 - 1e-9
"""0.39 is no more than 30 % above 0.3, whatever a computer makes of it."""


class Sign(NamedTuple):
    """Why a sample is a warning."""

    grade: float
    item: str
    ratio: float
    """Of its value to the limit that it would exceed next; NaN where that is not known."""
    words: str


def measure(of: Layer, rule: WarningRule, given: Given) -> pd.DataFrame:
    """Return the last sample of each point that is near a limit without exceeding it, or higher than the one before.

    Returns
    -------
    DataFrame
        grade is 3 near the limit of the worst level, 2 where an item rises, 1 near another limit; value the largest
        ratio to the limit that would be exceeded next, of the items that set the grade; to_key these items, to_label
        their values, `when` what is said of them. What is above the limit of the worst level is no warning any more.
    """
    of, told = until(of, given.day)
    standard, samples = given.standards[rule.standard], last_samples(of)
    items = items_of(samples, standard, rule.items)
    judged, absent = judged_of(samples, standard, items)
    judged = judged.assign(ratio=_next_ratios(samples, standard, items, judged))
    worst = judged.groupby("sample")["at_least"].max()
    open_points = judged[judged["sample"].map(worst) < max(standard.levels)]
    doubts = doubts_of(open_points[open_points["level"].isna()], standard)
    before = _before(of, samples)
    history = judged_of(of, standard, items)[0]
    history = history[history["sample"].isin(before.values())]
    earlier = {(row.sample, row.item): row for row in history.itertuples()}
    found: dict[Any, list[Any]] = {}
    for row in open_points.itertuples():
        found.setdefault(row.sample, []).append(row)
    rows = []
    for sample, own in found.items():
        signs = [sign for row in own for sign in _near(row, rule, standard)]
        if sample in before:
            day = of.frame.at[before[sample], DAY]
            pairs = [(row, earlier.get((before[sample], row.item))) for row in own]
            signs += [sign for row, was in pairs for sign in _rise(row, (was, day), rule, standard)]
        if signs:
            rows.append(_row(sample, signs, doubts.get(sample, ""), standard))
        elif sample in doubts:
            rows.append(_unknown(sample, tr("{why}; cannot be judged", why=doubts[sample])))
    told += none_measured(absent, standard) if samples.count else []
    rows += [_unknown(SUM, why) for why in told]
    return pd.DataFrame(rows, columns=[*COLUMNS, "grade", "when", "unknown"])


def _next_ratios(samples: Layer, standard: Standard, items: list[str], judged: pd.DataFrame) -> Floats:
    """Return the ratio of each value to the limit that it would exceed next, where its level is sure."""
    ratios = np.full(len(judged), np.nan)
    for level in range(2, max(standard.levels) + 1):
        against, _ = judged_of(samples, standard, items, against=level)
        found = against["ratio"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
        ratios = np.where((judged["level"] == level - 1).fillna(False).to_numpy(dtype=bool), found, ratios)
    return ratios


def _before(of: Layer, last: Layer) -> dict[Any, Any]:
    """Return for each last sample that of an earlier day at its point which comes before it, if there is one."""
    points = points_of(of)
    days = pd.to_datetime(of.frame[DAY]) if DAY in of.frame else pd.Series(pd.NaT, index=of.frame.index)
    dated = pd.DataFrame({"point": points, "day": days}).dropna()
    dated = dated[dated["point"] != ""].sort_values("day", kind="stable")
    found = {}
    by_point = {point: own for point, own in dated.groupby("point") if len(own) > 1}
    for sample in last.frame.index[points.loc[last.frame.index].isin(by_point)]:
        own = by_point[points[sample]]
        earlier = own[own["day"] < days[sample]]
        if len(earlier):
            found[sample] = earlier.index[-1]
    return found


def _near(row: Any, rule: WarningRule, standard: Standard) -> list[Sign]:
    """Return whether an item of a sample is near the limit that it would exceed next."""
    if np.isnan(row.ratio) or row.ratio < rule.near * ALMOST:
        return []
    beyond = int(row.level) + 1
    words = {"item": standard.items[row.item].name, "value": row.value, "unit": standard.unit, "ratio": row.ratio,
             "limit": row.value / row.ratio}  # fmt: skip
    text = over_limit(standard, beyond, **words)
    return [Sign(NEAR_WORST if beyond == max(standard.levels) else NEAR, row.item, row.ratio, text)]


def _rise(row: Any, before: tuple[Any, Any], rule: WarningRule, standard: Standard) -> list[Sign]:
    """Return whether an item of a sample is higher than in the sample before."""
    was, day = before
    # A number that doubles far below every limit may do so by the laboratory alone.
    if was is None or row.undetected or not row.ratio >= rule.rise_from * ALMOST:
        return []
    # What was below detection may have been anything below it.
    if pd.isna(was.value) or was.undetected or was.value <= 0:
        return []
    if row.value * ALMOST <= was.value * (1 + rule.rise):
        return []
    words = tr("{item} {value:g} {unit}, {percent:.0f} % more than {was:g} on {day}", value=row.value,
               item=standard.items[row.item].name, unit=standard.unit, was=was.value,
               percent=100 * (row.value / was.value - 1), day=pd.Timestamp(day).strftime("%Y-%m-%d"))  # fmt: skip
    return [Sign(RISING, row.item, row.ratio, words)]


def _row(sample: Any, signs: list[Sign], doubt: str, standard: Standard) -> dict[str, Any]:
    grade = max(sign.grade for sign in signs)
    setting = [sign for sign in signs if sign.grade == grade]
    ratios = [sign.ratio for sign in setting if not np.isnan(sign.ratio)]
    said = {
        NEAR_WORST: tr("near the control value, not above it"),
        RISING: tr("higher than the time before"),
        NEAR: tr("near the screening value, not above it"),
    }
    words = [said[kind] for kind in (NEAR_WORST, RISING, NEAR) if any(sign.grade == kind for sign in signs)]
    when = tr(" and ").join(words)
    return {
        "of": sample, "to": SUM, "to_class": "", "ring": np.nan, "link": None,
        "to_key": ", ".join(dict.fromkeys(sign.item for sign in setting)),
        "to_label": tr("; ").join(sign.words for sign in sorted(signs, key=lambda sign: -sign.grade)),
        "value": max(ratios, default=np.nan), "grade": grade, "unknown": "",
        "when": tr("{when}, but not known of others: {why}", when=when, why=doubt) if doubt else when,
    }  # fmt: skip


def _unknown(sample: Any, why: str) -> dict[str, Any]:
    return {"of": sample, "to": SUM, "to_class": "", "to_key": "", "to_label": "", "value": np.nan, "ring": np.nan,
            "link": None, "grade": np.nan, "when": "", "unknown": why}  # fmt: skip
