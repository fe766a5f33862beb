"""Measure: by how many days something is overdue that is due the oftener, the more a feature and what lies near ask."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from onemap.model import Layer
from onemap.risk.inputs import located
from onemap.risk.measurement import COLUMNS, SUM, Given, none_filled_in
from onemap.risk.measures.around import around
from onemap.risk.measures.due import not_told, overdue_words
from onemap.spec.measures.dates import FrequencyRule
from onemap.text import tr


class Often(NamedTuple):
    """After how many months something is due again, at the soonest and at the latest, and why so."""

    soonest: int
    latest: int
    why: str
    doubts: str
    """What is not known, where it may be sooner or later."""


class Near(NamedTuple):
    """What lies within reach of a feature, and where nothing is found, why that is not known."""

    found: str = ""
    doubt: str = ""


def measure(of: Layer, rule: FrequencyRule, given: Given) -> pd.DataFrame:
    """Return for each feature the days since what is due again was due; below 0 where it is due later.

    Where the class is not known, or what lies within reach, it may be due sooner or later. It is overdue for sure where
    it is by the longest time, and for sure not where it is not by the shortest: then that counts, and `when` says so.
    Between the two nobody can tell.

    Returns
    -------
    DataFrame
        to_label is the day on which it is due, `when` says how often it is to be done, why, and how far off that day
        is, and `unknown` why it cannot be told; there the value is NaN. Where the date is known of none of several, a
        single row says so, which is of none.
    """
    near, label = _near(of, rule, given), of.spec.fields[rule.since].label
    dates, classes = pd.to_datetime(of.frame[rule.since]), of.frame[rule.by]
    rows = [
        {"of": at, **_due(date, _often(of, rule, own, near[at]), label, pd.Timestamp(given.day))}
        for at, date, own in zip(of.frame.index, dates, classes, strict=True)
    ]
    if len(rows) > 1 and dates.isna().all():
        # A ledger without such a column says nothing of anybody: once is enough.
        rows = [{"of": SUM, **_not_told(none_filled_in(of, rule.since))}]
    same = {"to": SUM, "to_class": "", "to_key": "", "ring": np.nan, "link": None}
    return pd.DataFrame([{**row, **same} for row in rows], columns=[*COLUMNS, "when", "unknown"])


def _due(date: Any, often: Often, field: str, day: pd.Timestamp) -> dict[str, Any]:
    """Return when something is due again that was last done on a date."""
    if why := not_told(date, field, done=True, day=day.date()):
        return _not_told(why)
    first, last = (date + pd.DateOffset(months=months) for months in (often.soonest, often.latest))
    if first < day <= last:
        return _not_told(
            tr(
                "{doubts}: due on {first} if every {soonest} months, on {last} if every {latest}; cannot be judged",
                doubts=often.doubts, first=f"{first:%Y-%m-%d}", soonest=often.soonest,
                last=f"{last:%Y-%m-%d}", latest=often.latest,
            )
        )  # fmt: skip
    due, months = (last, often.latest) if last < day else (first, often.soonest)
    how = tr("{why}, every {months} months", why=often.why, months=months)
    if often.doubts:
        how = tr("{doubts}; even if every {months} months", doubts=often.doubts, months=months)
    days = float((day - due).days)
    when = tr("{how}: {overdue}", how=how, overdue=overdue_words(days))
    return {"to_label": f"{due:%Y-%m-%d}", "value": days, "when": when, "unknown": ""}


def _not_told(why: str) -> dict[str, Any]:
    return {"to_label": "", "value": np.nan, "when": "", "unknown": why}


def _often(of: Layer, rule: FrequencyRule, own: Any, near: Near) -> Often:
    """Return how often something is to be done, by the class of a feature and what lies near."""
    field, known = of.spec.fields[rule.by], not pd.isna(own)
    tables = [rule.months_near] if near.found else [rule.months, rule.months_near] if near.doubt else [rule.months]
    months = [table[one] for table in tables for one in ([own] if known else field.classes)]
    why = [field.classes[own].label] if known else []
    doubts = [] if known else [tr("{field} is not filled in", field=field.label)]
    why += [near.found] if near.found else []
    doubts += [near.doubt] if near.doubt else []
    sure = min(months) == max(months)
    return Often(min(months), max(months), _joined(*why), "" if sure else _joined(*why, *doubts))


def _near(of: Layer, rule: FrequencyRule, given: Given) -> dict[Any, Near]:
    """Return what lies near each feature."""
    general = _not_known(rule, given)
    near = {at: Near(doubt=general) for at in of.frame.index}
    for at in of.frame.index[~located(of)] if given.sides else ():
        near[at] = Near(doubt=_joined(general, tr("it has no coordinates")))
    pairs = around(of, given.sides, rule.reach)
    for own, row in zip(pairs["of"], pairs.to_dict("records"), strict=True):
        words = {"layer": given.specs[row["to_layer"]].name, "label": row["to_label"], "reach": f"{rule.reach:g}"}
        if near[own].found:
            continue
        if row["doubt"]:
            doubt = tr("the {layer} {label} lies within {reach} m, but its {doubt} is not known", doubt=row["doubt"],
                       **words)  # fmt: skip
            near[own] = Near(doubt=_joined(near[own].doubt, doubt))
        else:
            words |= {"metres": f"{row['value']:.0f}"}
            found = tr(
                "the {layer} {label} is {metres} m away, within {reach} m (to be verified whether it counts)", **words
            )
            near[own] = Near(found)
    return near


def _not_known(rule: FrequencyRule, given: Given) -> str:
    """Return why it is not known of all that lies near."""
    reach, titles = f"{rule.reach:g}", {name: given.specs[name].name for name in rule.beside}
    absent = tr(", ").join(titles[name] for name in rule.beside if name not in given.sides)
    lost = tr(", ").join(titles[name] for name, side in given.sides.items() if not side.located.all())
    return _joined(
        tr("no data of {layers} were provided: what lies within {reach} m is not known", layers=absent, reach=reach)
        if absent else "",
        tr("records of {layers} have no coordinates", layers=lost) if lost else "",
    )  # fmt: skip


def _joined(*texts: str) -> str:
    return tr("; ").join(filter(None, texts))
