"""What a measure returns: a table of measurements, one row for each pair or sum that it measured."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from onemap.model import Layer
from onemap.risk.inputs import Side
from onemap.spec.code_table import CodeTable
from onemap.spec.layer import FieldSpec, LayerSpec
from onemap.spec.standard import Standard
from onemap.text import tr

COLUMNS: Final = ("of", "to", "to_class", "to_key", "to_label", "value", "ring", "link")
"""of, to: index labels in the frames of the two sides (to is `SUM` where several features were summed);
value: in the unit of the measure, NaN where it cannot be measured; ring: the outer edge in metres, or NaN;
link: the line that was measured, or None.

Measures of features by themselves may add: grade, where their rules go by one; when, words for the reason; at_most,
what stands before a value that is the most that it can be; unknown, why the value is not known; to_layer; and of_layer,
of_key, of_label, township, where a row is not about one feature."""

SUM: Final = -1


@dataclass(frozen=True)
class List:
    """What another rule has found."""

    title: str
    rows: pd.DataFrame
    """Its findings in the order of its list, each with its `clause`; `of` is its feature's index label, or `SUM`."""


@dataclass(frozen=True)
class Given:
    """What measures of features by themselves are given beside them."""

    day: dt.date = dt.date(2100, 1, 1)
    """The last day of the period."""
    standards: Mapping[str, Standard] = field(default_factory=dict)
    codes: Mapping[str, CodeTable] = field(default_factory=dict)
    of: Side | None = None
    """The features of `of` with what is not known of their conditions, for rows that are about more than one."""
    sides: Mapping[str, Side] = field(default_factory=dict)
    """The other layers of the rule that are there, by id: the features that fit its conditions, or may fit them."""
    specs: Mapping[str, LayerSpec] = field(default_factory=dict)
    """Every layer that the project knows, which gives those that are not there their names."""
    lists: Mapping[str, List] = field(default_factory=dict)
    """The lists by which the rule goes, by rule id, as far as they were made."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """What all lists are called, by rule id."""


PairMeasure = Callable[[Layer, Layer, Any], pd.DataFrame]
FeatureMeasure = Callable[[Layer, Any, Given], pd.DataFrame]


def pairs_table(
    of: Layer,
    to: Layer,
    pairs: tuple[NDArray[Any], NDArray[Any]],
    values: NDArray[Any],
    links: NDArray[Any] | None,
) -> pd.DataFrame:
    """Return measurements of single features.

    Parameters
    ----------
    pairs
        Positions in the frames of `of` and of `to`.
    """
    of_at, to_at = pairs
    return pd.DataFrame(
        {
            "of": of.frame.index.to_numpy()[of_at],
            "to": to.frame.index.to_numpy()[to_at],
            "to_class": to.classes.to_numpy()[to_at],
            "to_key": to.keys.to_numpy()[to_at],
            "to_label": to.labels.to_numpy()[to_at],
            "value": values,
            "ring": np.nan,
            "link": links if links is not None else None,
        },
        columns=list(COLUMNS),
    )


def same_feature(of: Layer, to: Layer, pairs: tuple[NDArray[Any], NDArray[Any]]) -> NDArray[np.bool_]:
    """Return which pairs are one feature and itself: a thing is not its own receptor."""
    if of.spec.id != to.spec.id:
        return np.zeros(len(pairs[0]), dtype=bool)
    same: NDArray[np.bool_] = of.frame.index.to_numpy()[pairs[0]] == to.frame.index.to_numpy()[pairs[1]]
    return same


def class_label(layer: Layer, own_id: str) -> str:
    """Return what people call a class of a layer; "" is the class of features whose class is not known."""
    field: FieldSpec | None = layer.spec.fields[layer.spec.class_field] if layer.spec.class_field else None
    if field is None:
        return layer.spec.name
    return field.classes[own_id].label if own_id else tr("class unknown")


def none_filled_in(layer: Layer, field: str) -> str:
    """Say that a field of a layer is filled in for none of its features."""
    return tr("{field} is filled in for none of the {count} records of {layer}: cannot be judged",
              field=layer.spec.fields[field].label, count=layer.count, layer=layer.spec.name)  # fmt: skip
