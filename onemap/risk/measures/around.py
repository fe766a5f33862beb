"""What lies around features that are looked at by themselves: every pair within reach, and the nearest of all."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from onemap.model import Layer
from onemap.risk.inputs import Side
from onemap.risk.measurement import COLUMNS
from onemap.risk.measures.distance import nearest_of_each_class, within_reach

AROUND = (*COLUMNS, "to_layer", "doubt")
"""to_layer: the layer of `to`; doubt: the conditions that it may not fit, "" where it does."""


def around(of: Layer, sides: Mapping[str, Side], reach: float) -> pd.DataFrame:
    """Return all that lies within reach of each feature, what is nearest first.

    Returns
    -------
    DataFrame
        `AROUND`.
    """
    parts = [_of_side(within_reach(of, side.layer, reach), name, side) for name, side in sides.items()]
    return _nearest_first(parts)


def nearest(of: Layer, sides: Mapping[str, Side]) -> pd.DataFrame:
    """Return the nearest of all that fits the conditions for sure, however far; nothing for what has no place.

    Returns
    -------
    DataFrame
        `AROUND`, with the labels of `of` as its index.
    """
    parts = [_of_side(nearest_of_each_class(of, side.layer), name, side) for name, side in sides.items()]
    rows = _nearest_first([part[part["doubt"] == ""] for part in parts])
    return rows[~rows["of"].duplicated()].set_index("of", drop=False)


def _of_side(rows: pd.DataFrame, name: str, side: Side) -> pd.DataFrame:
    return rows.assign(to_layer=name, doubt=side.doubts.reindex(rows["to"]).to_numpy())


def _nearest_first(parts: list[pd.DataFrame]) -> pd.DataFrame:
    parts = [part for part in parts if len(part)]
    if not parts:
        return pd.DataFrame(columns=[*AROUND])
    rows = pd.concat(parts, ignore_index=True)
    # Of several that are equally near to the millimetre it is always the same one that is named.
    order = rows.assign(value=rows["value"].round(3)).sort_values(["value", "to_layer", "to_key", "to_label"])
    return rows.loc[order.index].reset_index(drop=True)
