"""Measure: which reasons there are to inspect a plot; the gravest decides, and each line tells them all."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from onemap.model import Layer
from onemap.risk.land_use import Use, UseReader, reader, uses
from onemap.risk.measurement import COLUMNS, SUM, Given
from onemap.risk.measures.transition import change_of
from onemap.spec.layer import FieldSpec
from onemap.spec.measures.land import InspectionRule
from onemap.text import fold, tr


class Reason(NamedTuple):
    """A reason that a plot has, or may have."""

    grade: int
    holds: bool | None
    """None where that is not known."""
    text: str
    """What it is, or why it is not known."""


def measure(of: Layer, rule: InspectionRule, given: Given) -> pd.DataFrame:
    """Return for each plot that has a reason, or may have one, how many it has and the grade of the gravest.

    Returns
    -------
    DataFrame
        grade is that of the gravest reason, value how many there are, to_label all of them. Where one that is not
        known would be graver, grade is NaN and `unknown` says what holds and what is not known. Of a field that is
        filled in for no plot at all one row says so, which is of none.
    """
    by = _reader(rule, given)
    silent = rule.concern.field if len(of.frame) and of.frame[rule.concern.field].isna().all() else ""
    former = uses(of.frame, rule.former, of.spec.fields[rule.former].label, by)
    planned = uses(of.frame, rule.planned, of.spec.fields[rule.planned].label, by)
    rows = []
    for at, before, after in zip(of.frame.index, former, planned, strict=True):
        said = {name: of.frame.at[at, name] for name in (rule.concern.field, rule.unclear.field)}
        unclear = _unclear(of, rule, after, said[rule.unclear.field])
        reasons = [_change(rule, before, after, bool(unclear.holds)), unclear]
        if not silent:
            reasons.append(_concern(of, rule, said[rule.concern.field]))
        rows += _row(at, reasons)
    if silent:
        why = tr("{field} is filled in for none of them: not judged by it", field=of.spec.fields[silent].label)
        rows.append({"of": SUM, "to_label": "", "value": np.nan, "grade": np.nan, "unknown": why})
    table = pd.DataFrame(rows, columns=["of", "to_label", "value", "grade", "unknown"])
    table = table.astype({"value": float, "grade": float})
    return table.assign(to=SUM, to_class="", to_key="", ring=np.nan, link=None)[[*COLUMNS, "grade", "unknown"]]


def _reader(rule: InspectionRule, given: Given) -> UseReader:
    return reader(rule, (*rule.change.out_of, *rule.change.into), given.codes)


def _row(at: Any, reasons: list[Reason]) -> list[dict[str, Any]]:
    """Return the row of a plot, if it has a reason or may have one."""
    held = [reason for reason in reasons if reason.holds]
    maybe = [reason for reason in reasons if reason.holds is None]
    grade = max((reason.grade for reason in held), default=0)
    graver = [reason.text for reason in maybe if reason.grade > grade]
    if not held and not graver:
        return []
    label = tr("; ").join(reason.text for reason in held)
    row = {"of": at, "to_label": label, "value": len(held), "grade": grade, "unknown": ""}
    if not graver:
        return [row]
    why = tr("; ").join(dict.fromkeys(graver))
    unknown = tr("{why}; cannot be judged", why=why)
    if held:
        unknown = tr("{reasons}; not known: {why}; cannot be judged further", reasons=label, why=why)
    return [{**row, "value": np.nan, "grade": np.nan, "unknown": unknown}]


def _change(rule: InspectionRule, before: Use, after: Use, is_unclear: bool) -> Reason:
    change = rule.change
    sides = (before.has(change.out_of), after.has(change.into))
    # Where the plan is known to be open, it is not a doubt that its use cannot be read.
    if sides[1] is None and is_unclear:
        return Reason(change.grade, False, "")
    if all(sides):
        return Reason(change.grade, True, change_of(before, after))
    if False in sides:
        return Reason(change.grade, False, "")
    doubts = [one.unknown for one, holds in zip((before, after), sides, strict=True) if holds is None]
    return Reason(change.grade, None, tr("; ").join(doubts))


def _unclear(of: Layer, rule: InspectionRule, after: Use, said: Any) -> Reason:
    unclear, field = rule.unclear, of.spec.fields[rule.unclear.field]
    if after.has(unclear.uses):
        text = tr('{field} "{use}"', field=of.spec.fields[rule.planned].label, use=after.text)
        return Reason(unclear.grade, True, text)
    if _says(field, said, unclear.words):
        return Reason(unclear.grade, True, _statement(field, said))
    # Where somebody says that the plan is clear, or a use is known that leaves nothing open, it is clear.
    known = pd.notna(said) or not after.unknown
    return Reason(unclear.grade, False if known else None, "" if known else after.unknown)


def _concern(of: Layer, rule: InspectionRule, said: Any) -> Reason:
    field = of.spec.fields[rule.concern.field]
    if pd.isna(said):
        return Reason(rule.concern.grade, None, tr("{field} is not filled in", field=field.label))
    holds = _says(field, said, rule.concern.words)
    return Reason(rule.concern.grade, holds, _statement(field, said) if holds else "")


def _says(field: FieldSpec, said: Any, words: tuple[str, ...]) -> bool:
    return pd.notna(said) and said in {field.class_of[fold(word)] for word in words}


def _statement(field: FieldSpec, said: Any) -> str:
    return tr('{field} is "{state}"', field=field.label, state=field.classes[said].label)
