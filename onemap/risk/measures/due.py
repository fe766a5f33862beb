"""Measure: by how many days something is overdue at the end of the period."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from onemap.model import Layer
from onemap.risk.inputs import select
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
        it cannot be told of a feature whose date is not known, or says that it was done after the period; there the
        value is NaN. Where it is known of none of several, a single row says so, which is of none.
    """
    field, label = rule.due.field, of.spec.fields[rule.due.field].label
    dates = pd.to_datetime(_with_unplanned_left_out(of, rule.due)[field])
    unknown = dates.map(lambda date: not_told(date, label, done=rule.due.on is None, day=given.day))
    several = len(of.frame) > 1 or (len(of.frame) > 0 and bool(rule.due.unplanned))
    if several and of.frame[field].isna().all():
        # A ledger without such a column says nothing of anybody, nor of who is in no plan: once is enough.
        dates = pd.Series(pd.NaT, index=[SUM])
        unknown = pd.Series(none_filled_in(of, field), index=[SUM])
    due = _due_days(dates.where((unknown == "").to_numpy()), rule.due)
    days = (pd.Timestamp(given.day) - due).dt.days.astype(float)
    return pd.DataFrame(
        {
            "of": dates.index,
            "to": SUM,
            "to_class": "",
            "to_key": "",
            "to_label": due.dt.strftime("%Y-%m-%d").fillna("").to_numpy(),
            "value": days.to_numpy(),
            "ring": np.nan,
            "link": None,
            "when": [overdue_words(value) for value in days],
            "unknown": unknown.to_numpy(),
        },
        columns=[*COLUMNS, "when", "unknown"],
    )


def not_told(date: Any, field: str, *, done: bool, day: dt.date) -> str:
    """Return why a date does not say when something is due; "" where it does.

    Parameters
    ----------
    field
        What its field is called.
    done
        Whether it is the date on which that was last done, which cannot lie after the period.
    """
    if pd.isna(date):
        return tr("{field} is not filled in: cannot be judged", field=field)
    if done and date > pd.Timestamp(day):
        why = tr("{field} {date} lies after the last day of the period", field=field, date=f"{date:%Y-%m-%d}")
        return tr("{why}; cannot be judged", why=why)
    return ""


def _with_unplanned_left_out(of: Layer, due: Due) -> gpd.GeoDataFrame:
    """Return the features of which something can be due: those without a date that are in no plan yet left out."""
    if not due.unplanned:
        return of.frame
    doubts = select(of, due.unplanned).doubts
    undated = of.frame.index[of.frame[due.field].isna()]
    return of.frame.drop(undated.intersection(doubts.index[doubts == ""]))


def _due_days(days: pd.Series, due: Due) -> pd.Series[pd.Timestamp]:
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
