"""Measure: by how many times samples exceed the limits of a standard, and which level that gives them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from onemap.model import Layer
from onemap.risk.limits import SOIL, classes_of, judge, worst_of
from onemap.risk.measurement import COLUMNS, SUM, Given
from onemap.risk.sampled import until
from onemap.spec.measures.samples import ExceedanceRule
from onemap.spec.standard import Standard
from onemap.text import tr

CONTROLLED: Final = 3
"""The worst level of a standard with screening and control values: above the control value."""


def measure(of: Layer, rule: ExceedanceRule, given: Given) -> pd.DataFrame:
    """Return for each sample its level by a standard, and its largest ratio to the limit.

    Returns
    -------
    DataFrame
        grade is the level of the standard, the worst of the items that the rule names; value the largest ratio of
        a value to its limit; to_key the items that set the level; to_label their values and limits; `when` what the
        level means. Where the level is not sure, grade is NaN and `unknown` says why, and what is sure all the same.
        Of items that were measured in no sample at all one row says so, which is of none.
    """
    standard = given.standards[rule.standard]
    samples, told = until(of, given.day)
    judged, absent = judged_of(samples, standard, items_of(samples, standard, rule.items))
    if samples.count:
        told += none_measured(absent, standard)
    return pd.concat([_rows(judged, standard), _of_none(told)], ignore_index=True) if told else _rows(judged, standard)


def judged_of(of: Layer, standard: Standard, items: Sequence[str], against: int = 2) -> tuple[pd.DataFrame, list[str]]:
    """Hold the samples of a layer against a standard; return that of the items that any of them has, and the others."""
    fields = SOIL._replace(of_class=of.spec.class_field or "")
    judged = _asked_for(judge(of.frame, standard, fields, items, against), of, standard)
    measured = set(judged.loc[judged["value"].notna() | judged["undetected"].astype(bool), "item"])
    absent = [item for item in items if item not in measured and (judged["item"] == item).any()]
    return judged[~judged["item"].isin(absent)], absent


def items_of(of: Layer, standard: Standard, wanted: Sequence[str]) -> list[str]:
    """Return the items that a rule names, or else those of the standard that the layer has."""
    return [*wanted] or [item for item in standard.items if item in of.frame]


def _rows(judged: pd.DataFrame, standard: Standard) -> pd.DataFrame:
    worst = worst_of(judged)
    own_worst = worst["at_least"].reindex(judged["sample"]).to_numpy()
    values = _values(judged[(judged["at_least"] > 1) & (judged["at_least"] == own_worst)], standard)
    doubts = doubts_of(judged[judged["level"].isna()], standard)
    ratios = judged.groupby("sample")["ratio"].max().astype("Float64")
    found = []
    for at, level, at_least, set_by in worst[["level", "at_least", "set_by"]].itertuples():
        sure, label = pd.notna(level), values.get(at, "")
        found.append(
            {
                "of": at,
                "to_key": ", ".join(set_by),
                "to_label": label,
                "value": ratios[at] if sure else pd.NA,
                "grade": float(level) if sure else np.nan,
                "when": standard.levels[int(level)].name if sure else "",
                "unknown": "" if sure else _why(doubts[at], label, standard.levels[at_least].name),
            }
        )
    table = _table(found)
    return table.assign(value=table["value"].astype("Float64").to_numpy(dtype=float, na_value=np.nan))


def _values(setting: pd.DataFrame, standard: Standard) -> dict[Any, str]:
    """Return for each sample the items that set its level, with their values and limits, and doubts about these."""
    found: dict[Any, list[str]] = defaultdict(list)
    columns = ["sample", "item", "value", "ratio", "limit", "what_to_check"]
    for sample, item, value, ratio, limit, what_to_check in setting[columns].itertuples(index=False):
        words = {"item": standard.items[item].name, "value": value, "unit": standard.unit}
        text = tr("{item} {value:g} {unit}", **words)
        if not pd.isna(ratio):
            text = over_limit(standard, 2, ratio=ratio, limit=limit, **words)
        found[sample].append(tr("{text} [{check}]", text=text, check=what_to_check) if what_to_check else text)
    return {sample: tr(", ").join(texts) for sample, texts in found.items()}


def over_limit(standard: Standard, level: int, **words: Any) -> str:
    """Return a value with its ratio to the limit above which it has a level, and which of two limits that is."""
    if max(standard.levels) != CONTROLLED:
        return tr("{item} {value:g} {unit} ({ratio:.2f} times the limit {limit:g})", **words)
    if level == CONTROLLED:
        return tr("{item} {value:g} {unit} ({ratio:.2f} times the control value {limit:g})", **words)
    return tr("{item} {value:g} {unit} ({ratio:.2f} times the screening value {limit:g})", **words)


def doubts_of(lost: pd.DataFrame, standard: Standard) -> dict[Any, str]:
    """Return for each sample of which items are not sure why they are not."""
    reasons = {
        "value": tr("not measured"),
        "ph": tr("no pH"),
        "class": tr("the land use or crop is not known"),
        "limit": tr("no limit for it"),
        "detection_limit": tr("its detection limit is above the limit"),
    }
    items: dict[Any, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for sample, item, why in lost[["sample", "item", "unknown"]].itertuples(index=False):
        items[sample][why].append(standard.items[item].name)
    return {
        sample: tr("; ").join(
            tr("{items}: {why}", items=tr(", ").join(names), why=reasons[why]) for why, names in by_reason.items()
        )
        for sample, by_reason in items.items()
    }


def _why(doubt: str, values: str, at_least: str) -> str:
    """Say why the level of a sample is not sure, and what is sure of it."""
    if not values:
        return tr("{why}; cannot be judged", why=doubt)
    return tr("{values}, at least {level}; {why}; cannot be judged further", values=values, why=doubt, level=at_least)


def none_measured(items: Sequence[str], standard: Standard) -> list[str]:
    """Return what is said of items that were measured in no sample at all; nothing where there are none."""
    names = tr(", ").join(standard.items[item].name for item in items)
    return [tr("{items} were measured in none of the samples: not judged by these", items=names)] if names else []


def _of_none(told: list[str]) -> pd.DataFrame:
    blank = {"of": SUM, "to_key": "", "to_label": "", "value": np.nan, "grade": np.nan, "when": ""}
    return _table([{**blank, "unknown": why} for why in told])


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    same = {"to": SUM, "to_class": "", "ring": np.nan, "link": None}
    return pd.DataFrame([{**row, **same} for row in rows], columns=[*COLUMNS, "grade", "when", "unknown"])


def _asked_for(judged: pd.DataFrame, of: Layer, standard: Standard) -> pd.DataFrame:
    """Leave out what was not measured and has no limit for its crop.

    Of rice inorganic arsenic is asked for, of wheat all of it. What was measured and has no limit here stays, as
    nobody has judged it.
    """
    if not standard.classes or not of.spec.class_field:
        return judged
    known = classes_of(of.frame[of.spec.class_field], standard).notna()
    if standard.bands:
        known &= of.frame[SOIL.ph].notna()
    missing = judged["value"].isna() & ~judged["undetected"].astype(bool)
    return judged[~(missing & judged["limit"].isna() & known.reindex(judged["sample"]).to_numpy())]
