"""Measure: by how many days something is overdue at the end of the period."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from onemap.model import Layer
from onemap.risk.measurement import COLUMNS, SUM, Given, none_filled_in
from onemap.spec.measures.dates import Due, DueRule
from onemap.text import tr


def measure(of: Layer, rule: DueRule, given: Given) -> pd.DataFrame:
    """Return for each feature the days since what is due was due; below 0 where it is due later.

    What is due on the last day of the period is not overdue.

    Returns
    -------
    DataFrame
        to_label is the day on which it is due, `when` says in words how far off that is, and `unknown` why
        it cannot be told of a feature whose date is not known; there the value is NaN. Where it is known of none
        of several, a single row says so, which is of none.
    """
    field, index = of.spec.fields[rule.due.field], of.frame.index
    due = _due_days(of.frame[rule.due.field], rule.due)
    missing = tr("{field} is not filled in: cannot be judged", field=field.label)
    if len(due) > 1 and due.isna().all():
        # A ledger without such a column says nothing of anybody: once is enough.
        missing = none_filled_in(of, rule.due.field)
        due, index = due.iloc[:1], pd.Index([SUM])
    days = (pd.Timestamp(given.day) - due).dt.days.astype(float)
    return pd.DataFrame(
        {
            "of": index,
            "to": SUM,
            "to_class": "",
            "to_key": "",
            "to_label": due.dt.strftime("%Y-%m-%d").fillna("").to_numpy(),
            "value": days.to_numpy(),
            "ring": np.nan,
            "link": None,
            "when": [overdue_words(value) for value in days],
            "unknown": [missing if pd.isna(value) else "" for value in days],
        },
        columns=[*COLUMNS, "when", "unknown"],
    )


def _due_days(dates: pd.Series, due: Due) -> pd.Series[pd.Timestamp]:
    days = pd.to_datetime(dates)
    if due.each_year is not None:
        return days + pd.offsets.YearEnd(0) + pd.offsets.YearEnd(1)
    return days if due.months is None else days + pd.DateOffset(months=due.months)


def overdue_words(days: float) -> str:
    """Say how long something is overdue, or when it is due; "" where that is not known."""
    if math.isnan(days):
        return ""
    if days > 0:
        return tr("overdue by {days:.0f} days", days=days)
    return tr("due in {days:.0f} days", days=-days) if days < 0 else tr("due on the last day of the period")
