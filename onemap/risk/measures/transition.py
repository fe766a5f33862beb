"""Measure: by how many days the first date has passed on which land is put to another use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from onemap.model import Layer
from onemap.risk.land_use import Use, reader, uses
from onemap.risk.measurement import COLUMNS, SUM, Given
from onemap.spec.measures.land import TransitionRule
from onemap.text import fold, tr


def measure(of: Layer, rule: TransitionRule, given: Given) -> pd.DataFrame:
    """Return for each feature that is put to one of the uses the days since the first of its dates; below 0 ahead.

    What is put to another use on the last day of the period has been put to it: the value is 0.

    Returns
    -------
    DataFrame
        to_key is the change of use, to_label the first of the dates that are filled in, `when` which date it is and
        how far off, with the state; `unknown` why it cannot be told, and there the value is NaN.
    """
    fields = of.spec.fields
    if len(of.frame) > 1 and of.frame[rule.planned].isna().all():
        # A ledger without such a column says nothing of anybody: once is enough.
        why = tr("{field} is filled in for none of the {count} records of {layer}: cannot be judged",
                 field=fields[rule.planned].label, count=len(of.frame), layer=of.spec.name)  # fmt: skip
        return _table([{"of": SUM, "to_key": "", "to_label": "", "when": "", "unknown": why}])
    by = reader(rule, rule.into, given.codes)
    former = uses(of.frame, rule.former, fields[rule.former].label, by)
    planned = uses(of.frame, rule.planned, fields[rule.planned].label, by)
    rows = []
    for at, before, after in zip(of.frame.index, former, planned, strict=True):
        into = after.has(rule.into)
        if into is False or (into and _is_same(before, after)):
            continue
        first = _first_date(of, at, rule, given.day)
        why = _why_not_sure(before, after, rule) or first.pop("undated")
        row = {"of": at, "to_key": change_of(before, after), "to_label": first["to_label"], "when": first["when"]}
        value = np.nan if why else first["value"]
        rows.append({**row, "value": value, "unknown": tr("{why}; cannot be judged", why=why) if why else ""})
    return _table(rows)


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    same = {"to": SUM, "to_class": "", "ring": np.nan, "link": None}
    table = pd.DataFrame([{**same, **row} for row in rows], columns=[*COLUMNS, "when", "unknown"])
    return table.astype({"value": float})


def change_of(before: Use, after: Use) -> str:
    """Return a change of use in words."""
    texts = [one.text or tr("not filled in") for one in (before, after)]
    return tr("{former} → {planned}", former=texts[0], planned=texts[1])


def _is_same(before: Use, after: Use) -> bool:
    """Tell whether the use does not change at all."""
    return before.text != "" and fold(before.text) == fold(after.text)


def _why_not_sure(before: Use, after: Use, rule: TransitionRule) -> str:
    if not after.has(rule.into):
        return after.unknown
    if before.groups and not before.unknown and before.groups <= set(rule.into):
        return tr("{change}: both are uses of one kind, and whether this is a change is for a person to tell",
                  change=change_of(before, after))  # fmt: skip
    return ""


def _first_date(of: Layer, at: Any, rule: TransitionRule, day: dt.date) -> dict[str, Any]:
    """Return the first date of a feature, how far off it is, and its state."""
    fields, record = of.spec.fields, of.frame.loc[at]
    dates = [(pd.Timestamp(record[name]), place) for place, name in enumerate(rule.dates) if pd.notna(record[name])]
    state = _state(of, rule, record)
    if not dates:
        names = tr(", ").join(fields[name].label for name in rule.dates)
        why = tr("{fields}: none is filled in", fields=names)
        return {"to_label": "", "value": np.nan, "when": "", "undated": _told([state, why])}
    first, place = min(dates)
    days = (pd.Timestamp(day) - first).days
    words = {"field": fields[rule.dates[place]].label, "date": f"{first:%Y-%m-%d}", "days": abs(days)}
    if days > 0:
        when = tr("{field} {date} passed {days} days ago", **words)
    elif days:
        when = tr("{field} {date} is {days} days ahead", **words)
    else:
        when = tr("{field} {date} is the last day of the period", **words)
    return {"to_label": words["date"], "value": float(days), "when": _told([when, state]), "undated": ""}


def _state(of: Layer, rule: TransitionRule, record: pd.Series[Any]) -> str:
    if rule.state is None or pd.isna(record[rule.state]):
        return ""
    field = of.spec.fields[rule.state]
    return tr('{field} is "{state}"', field=field.label, state=field.classes[record[rule.state]].label)


def _told(parts: Sequence[str]) -> str:
    first, *others = filter(None, parts)
    return tr("{first}, {second}", first=first, second=others[0]) if others else first
