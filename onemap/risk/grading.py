"""Levels: which one a measurement reaches, and the order of a list."""

from __future__ import annotations

import pandas as pd
import shapely

from onemap.spec.rule import LEVELS, Rule, Worse


def grade(values: pd.Series[float], rule: Rule, worse: Worse) -> pd.Series:
    """Return the worst level whose limit each value reaches; equality is inside.

    A value beyond every limit has the level None, and one that is not known has the level unknown.
    """
    levels = pd.Series(None, index=values.index, dtype=object)
    for level, limit in reversed(rule.levels.items()):
        levels[(values <= limit) if worse == "small" else (values >= limit)] = level
    levels[values.isna()] = "unknown"
    return levels


def in_order(rows: pd.DataFrame, worse: Worse) -> pd.DataFrame:
    """Return the rows of one list: worst level first, then worst value, then by keys and all that is left."""
    texts = ["of_key", "to_layer", "to_class", "to_key", "of_label", "to_label", "township", "reason"]
    order = pd.DataFrame(
        {
            "level": rows["level"].map({level: place for place, level in enumerate(LEVELS)}),
            "value": rows["value"] if worse == "small" else -rows["value"],
            **{name: rows[name] for name in texts},
            # Features that are alike in all that a list says still have their own places.
            "link": [shapely.to_wkb(link, hex=True) if link is not None else "" for link in rows["link"]],
        },
        index=rows.index,
    )
    return rows.loc[order.sort_values(order.columns.tolist(), kind="stable").index]
