"""Measure: in which group of a table of codes the code of each feature is."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from onemap.model import Layer
from onemap.risk.measurement import COLUMNS, SUM, Given, none_filled_in
from onemap.spec.code_table import CodeTable
from onemap.spec.layer import FieldSpec
from onemap.spec.measures.codes import CodeGroupRule
from onemap.text import pick, tr


def measure(of: Layer, rule: CodeGroupRule, given: Given) -> pd.DataFrame:
    """Return for each feature the grade that the rule gives the group of its code.

    Returns
    -------
    DataFrame
        to_key is the code of the table that was found; to_label the code as it stands there, with its name; `when` says
        in which group it is, or that the table has not the code, or that it is one of an earlier edition. Where
        the code is not filled in, or is none, grade is NaN and `unknown` says why; where it is filled in for none of
        several, a single row says so, which is of none. The value is always NaN.
    """
    table, field = given.codes[rule.codes], of.spec.fields[rule.field]
    texts = of.frame[rule.field].astype("string").fillna("")
    told = {text: _told(text, field, table, rule) for text in texts.unique()}
    same = {"to": SUM, "to_class": "", "value": np.nan, "ring": np.nan, "link": None}
    rows = [{"of": at, **told[text], **same} for at, text in texts.items()]
    if len(rows) > 1 and (texts == "").all():
        # A ledger without such a column says nothing of anybody: once is enough.
        rows = [{**rows[0], "of": SUM, "unknown": none_filled_in(of, rule.field)}]
    return pd.DataFrame(rows, columns=[*COLUMNS, "grade", "when", "unknown"])


def _told(text: str, field: FieldSpec, table: CodeTable, rule: CodeGroupRule) -> dict[str, Any]:
    """Return what is known of one code."""
    wrong = _wrong(text, field, table)
    if wrong:
        why = tr("{why}; cannot be judged", why=wrong)
        return {"to_key": "", "to_label": text, "grade": np.nan, "when": "", "unknown": why}
    code = table.find(text)
    if code is None:
        when = tr("is not in the table {table}", table=table.name)
        return {"to_key": "", "to_label": text, "grade": rule.outside, "when": when, "unknown": ""}
    one = table.codes[code]
    grade, label = rule.grades.get(one.group, 0.0), tr("{code} {name}", code=code, name=one.name)
    group = table.groups[one.group].name
    when = tr("is in the group {group} of the table {table}", group=group, table=table.name)
    if doubt := pick(one.doubt, one.doubt_en) if text == code else "":
        when = tr("{text} [{check}]", text=when, check=doubt)
    if table.is_former(text):
        grade = max(grade, rule.former)
        when = tr("is a code of an earlier edition; in {number} it is {label}, which {when}", number=table.number,
                  label=label, when=when)  # fmt: skip
        label = text
    return {"to_key": code, "to_label": label, "grade": grade, "when": when, "unknown": ""}


def _wrong(text: str, field: FieldSpec, table: CodeTable) -> str:
    """Return why a text is no code that could be looked up; "" where it is one."""
    if not text:
        return tr("{field} is not filled in", field=field.label)
    if not text.isdigit() and table.find(text) is not None:
        return ""
    if (field.pattern and not re.fullmatch(field.pattern, text)) or not re.search(r"\d", text) or table.is_part(text):
        return tr("{field} {text} is no whole code", field=field.label, text=text)
    if table.is_none(text):
        return tr("{number} has no code {text}", number=table.number, text=text)
    return ""
