"""Measure: which reasons there are to inspect a plot; the gravest decides, and each line tells them all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Any

import numpy as np
import pandas as pd

from onemap.model import Layer
from onemap.risk.land_use import Use, UseReader, reader, uses
from onemap.risk.measurement import COLUMNS, SUM, Given
from onemap.risk.measures.transition import change_of
from onemap.risk.weighing import Reason, weigh
from onemap.spec.layer import FieldSpec
from onemap.spec.measures.land import InspectionRule
from onemap.text import fold, tr


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
    names = (rule.former, rule.planned, rule.concern.field)
    silent = [name for name in names if len(of.frame) and of.frame[name].isna().all()]
    said = of.frame[[rule.concern.field, rule.unclear.field]].itertuples(index=False)
    rows = []
    for at, before, after, (concern, plan) in zip(
        of.frame.index, _uses(of, rule.former, by, silent), _uses(of, rule.planned, by, silent), said, strict=True
    ):
        unclear = _unclear(of, rule, after, plan)
        reasons = [_change(rule, before, after, unclear is not None and unclear.is_sure), unclear]
        if rule.concern.field not in silent:
            reasons.append(_concern(of, rule, concern))
        found = weigh(filter(None, reasons))
        rows += [{"of": at, **found}] if found else []
    for name in silent:
        why = tr("{field} is filled in for none of them: not judged by it", field=of.spec.fields[name].label)
        rows.append({"of": SUM, "to_label": "", "value": np.nan, "grade": np.nan, "unknown": why})
    table = pd.DataFrame(rows, columns=["of", "to_label", "value", "grade", "unknown"])
    table = table.astype({"value": float, "grade": float})
    return table.assign(to=SUM, to_class="", to_key="", ring=np.nan, link=None)[[*COLUMNS, "grade", "unknown"]]


def _uses(of: Layer, field: str, by: UseReader, silent: Sequence[str]) -> Iterator[Use]:
    """Yield the use of each plot; of a field that says nothing of any plot no doubt of a single one remains."""
    if field in silent:
        return repeat(Use("", frozenset()), len(of.frame))
    return uses(of.frame, field, of.spec.fields[field].label, by)


def _reader(rule: InspectionRule, given: Given) -> UseReader:
    return reader(rule, (*rule.change.out_of, *rule.change.into), given.codes)


def _change(rule: InspectionRule, before: Use, after: Use, is_unclear: bool) -> Reason | None:
    change = rule.change
    sides = (before.has(change.out_of), after.has(change.into))
    # Where the plan is known to be open, it is not a doubt that its use cannot be read.
    if False in sides or (sides[1] is None and is_unclear):
        return None
    if all(sides):
        return Reason(change.grade, change_of(before, after))
    doubts = [one.unknown for one, holds in zip((before, after), sides, strict=True) if holds is None]
    return Reason(change.grade, tr("; ").join(doubts), is_sure=False)


def _unclear(of: Layer, rule: InspectionRule, after: Use, said: Any) -> Reason | None:
    unclear, field = rule.unclear, of.spec.fields[rule.unclear.field]
    if after.has(unclear.uses):
        text = tr('{field} "{use}"', field=of.spec.fields[rule.planned].label, use=after.text)
        return Reason(unclear.grade, text)
    if _says(field, said, unclear.words):
        return Reason(unclear.grade, _statement(field, said))
    # Where somebody says that the plan is clear, or a use is known that leaves nothing open, it is clear.
    if pd.notna(said) or not after.unknown:
        return None
    return Reason(unclear.grade, after.unknown, is_sure=False)


def _concern(of: Layer, rule: InspectionRule, said: Any) -> Reason | None:
    field = of.spec.fields[rule.concern.field]
    if pd.isna(said):
        return Reason(rule.concern.grade, tr("{field} is not filled in", field=field.label), is_sure=False)
    return Reason(rule.concern.grade, _statement(field, said)) if _says(field, said, rule.concern.words) else None


def _says(field: FieldSpec, said: Any, words: tuple[str, ...]) -> bool:
    return pd.notna(said) and said in {field.class_of[fold(word)] for word in words}


def _statement(field: FieldSpec, said: Any) -> str:
    return tr('{field} is "{state}"', field=field.label, state=field.classes[said].label)
