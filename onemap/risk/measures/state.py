"""Measure: in which state each feature is, by a class field of its own."""

from __future__ import annotations

import numpy as np
import pandas as pd

from onemap.model import Layer
from onemap.risk.measurement import COLUMNS, SUM, Given, none_filled_in
from onemap.spec.measures.states import StateRule
from onemap.text import fold, tr


def measure(of: Layer, rule: StateRule, given: Given) -> pd.DataFrame:
    """Return each feature that is in a state which the rule grades, or of which the state is not known.

    Returns
    -------
    DataFrame
        to_label is the state; grade the number that the rule gives it; value 1, so that its sum is how many there are.
        Where the state is known of none of several, a single row says so, which is of none.
    """
    field = of.spec.fields[rule.state]
    states = of.frame[rule.state]
    grades = {field.class_of[fold(word)]: grade for word, grade in rule.grades.items()}
    listed = of.frame.index[states.isna() | states.isin(list(grades))]
    missing = tr("{field} is not filled in: cannot be judged", field=field.label)
    if len(states) > 1 and states.isna().all():
        missing = none_filled_in(of, rule.state)
        states, listed = pd.Series([pd.NA], index=[SUM]), pd.Index([SUM])
    states = states[listed]
    known = states.notna().to_numpy()
    titles = {own_id: one.label for own_id, one in field.classes.items()}
    return pd.DataFrame(
        {
            "of": listed,
            "to": SUM,
            "to_class": "",
            "to_key": "",
            "to_label": states.map(titles).fillna("").to_numpy(),
            "value": np.where(known, 1.0, np.nan),
            "ring": np.nan,
            "link": None,
            "grade": states.map(grades).astype(float).to_numpy(),
            "unknown": np.where(known, "", missing),
        },
        columns=[*COLUMNS, "grade", "unknown"],
    )
