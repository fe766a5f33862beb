"""Measure: by how many times samples exceed the limits of a standard, and which level that gives them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import pandas as pd

from onemap.model import Layer
from onemap.risk.limits import Fields, classes_of, judge, worst_of
from onemap.risk.measurement import COLUMNS, SUM, Given
from onemap.spec.rule import Rule
from onemap.spec.standard import Standard
from onemap.text import tr

PH: Final = "ph"
UNDETECTED: Final = "undetected"
"""The fields of a layer of samples that have its pH, and what was not found in it."""


def measure(of: Layer, rule: Rule, given: Given) -> pd.DataFrame:
    """Return for each sample its level by a standard, and its largest ratio to the limit.

    Returns
    -------
    DataFrame
        grade is the level of the standard, the worst of the items that the rule names; value the largest ratio of
        a value to its limit; to_key the items that set the level; to_label their values and limits; `when` what the
        level means. Where the level is not sure, grade is NaN and `unknown` says why, and what is sure all the same.
        Of items that were measured in no sample at all one row says so, which is of none.
    """
    standard = given.standards[rule.standard or ""]
    items = list(rule.items) or [item for item in standard.items if item in of.frame]
    judged = _applicable(judge(of.frame, standard, _fields(of), items, rule.against), of, standard)
    measured = set(judged.loc[judged["value"].notna() | judged["undetected"].astype(bool), "item"])
    absent = [item for item in items if item not in measured and (judged["item"] == item).any()]
    rows = _rows(judged[~judged["item"].isin(absent)], of, standard)
    if absent and len(of.frame):
        rows = pd.concat([rows, _not_measured(absent, standard)], ignore_index=True)
    return rows


def _rows(judged: pd.DataFrame, of: Layer, standard: Standard) -> pd.DataFrame:
    worst = worst_of(judged)
    of_sample = dict(iter(judged.groupby("sample", sort=False)))
    ratios = judged.groupby("sample")["ratio"].max()
    found = []
    for at, own in of_sample.items():
        set_by = list(worst["set_by"][at])
        level = worst["level"][at]
        sure = pd.notna(level)
        found.append(
            {
                "of": at,
                "to_key": ", ".join(set_by),
                "to_label": _values(own, set_by, standard),
                "value": float(ratios[at]) if sure and pd.notna(ratios[at]) else np.nan,
                "grade": float(level) if sure else np.nan,
                "when": standard.levels[int(level)].name if sure else "",
                "unknown": "" if sure else _why(own, set_by, int(worst["at_least"][at]), standard),
            }
        )
    return _table(found)


def _not_measured(items: list[str], standard: Standard) -> pd.DataFrame:
    names = tr(", ").join(standard.items[item].name for item in items)
    why = tr("{items} were measured in none of the samples: not judged by these", items=names)
    return _table(
        [{"of": SUM, "to_key": "", "to_label": "", "value": np.nan, "grade": np.nan, "when": "", "unknown": why}]
    )


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    same = {"to": SUM, "to_class": "", "ring": np.nan, "link": None}
    return pd.DataFrame([{**row, **same} for row in rows], columns=[*COLUMNS, "grade", "when", "unknown"])


def _fields(of: Layer) -> Fields:
    return Fields(of.spec.class_field or "", PH, UNDETECTED)


def _applicable(judged: pd.DataFrame, of: Layer, standard: Standard) -> pd.DataFrame:
    """Leave out what has no limit for a crop that is known: rice has one of inorganic arsenic, wheat of all of it."""
    if not standard.classes or not of.spec.class_field:
        return judged
    known = classes_of(of.frame[of.spec.class_field], standard).notna()
    if standard.bands:
        known &= of.frame[PH].notna()
    return judged[judged["limit"].notna() | ~known.reindex(judged["sample"]).to_numpy()]


def _values(judged: pd.DataFrame, items: Iterable[str], standard: Standard) -> str:
    """Return the values of items with their limits, as in "镉 1.72 mg/kg（限值 0.6，2.87 倍）"."""
    own = judged.set_index("item").loc[list(items)]
    return tr(", ").join(_value(standard.items[str(item)].name, row, standard.unit) for item, row in own.iterrows())


def _value(name: str, row: pd.Series[Any], unit: str) -> str:
    if pd.isna(row["ratio"]):
        return tr("{item} {value:g} {unit}", item=name, value=row["value"], unit=unit)
    return tr(
        "{item} {value:g} {unit} ({ratio:.2f} times the limit {limit:g})",
        item=name, value=row["value"], unit=unit, ratio=row["ratio"], limit=row["limit"],
    )  # fmt: skip


def _why(judged: pd.DataFrame, set_by: list[str], at_least: int, standard: Standard) -> str:
    """Say why the level of a sample is not sure, and what is sure of it."""
    reasons = {
        "value": tr("not measured"),
        "ph": tr("no pH"),
        "class": tr("the land use or crop is not known"),
        "limit": tr("no limit for it"),
        "detection_limit": tr("its detection limit is above the limit"),
    }
    lost = judged[judged["level"].isna()].groupby("unknown", sort=False)["item"].agg(list)
    told = tr("; ").join(
        tr("{items}: {why}", items=tr(", ").join(standard.items[item].name for item in items), why=reasons[str(why)])
        for why, items in lost.items()
    )
    if at_least == 1:
        return tr("{why}; cannot be judged", why=told)
    values = _values(judged, set_by, standard)
    return tr("{values}, at least {level}; {why}; cannot be judged further", values=values, why=told,
              level=standard.levels[at_least].name)  # fmt: skip
