"""What a rule has to go on: the features that its conditions leave, and what is not known of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from onemap.model import Layer
from onemap.spec.layer import FieldSpec
from onemap.text import fold, tr

Conditions = Mapping[str, tuple[str, ...]]
"""For each field the values of which a feature must have one."""


@dataclass(frozen=True)
class Side:
    """One side of a rule: the features that fit its conditions, or may fit them."""

    layer: Layer
    doubts: pd.Series[str]
    """For each feature the fields of the conditions that are not known; "" where all are."""

    @property
    def located(self) -> pd.Series[bool]:
        """Which features have a place."""
        return located(self.layer)

    @property
    def unknown(self) -> int:
        """How many features have no place, or may not fit the conditions."""
        return int((~self.located | (self.doubts != "")).sum())

    def parts(self) -> Iterator[tuple[str, Layer]]:
        """Yield the features with each doubt as a layer of their own: no sum mixes sure and doubtful."""
        doubts = sorted(set(self.doubts))
        if len(doubts) == 1:
            yield doubts[0], self.layer
            return
        for doubt in doubts:
            yield doubt, Layer(self.layer.spec, self.layer.frame[self.doubts == doubt])


def located(layer: Layer) -> pd.Series[bool]:
    """Return which features have a place."""
    shapes = np.asarray(layer.frame.geometry.array)
    return pd.Series(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)), index=layer.frame.index)


def select(layer: Layer, conditions: Conditions) -> Side:
    """Return the features of `layer` that fit `conditions`, with those of which that is not known."""
    frame = layer.frame
    keep = pd.Series(True, index=frame.index)
    doubts = pd.Series("", index=frame.index, dtype="str")
    for name, wanted in conditions.items():
        field = layer.spec.fields[name]
        known = frame[name].notna()
        keep &= ~known | _words(frame[name], field).isin(_wanted(field, wanted))
        doubt = tr("{field} of {layer}", field=field.label, layer=layer.spec.name)
        doubts = doubts.where(known, doubts.where(doubts == "", doubts + ", ") + doubt)
    if keep.all():
        return Side(layer, doubts)
    return Side(Layer(layer.spec, frame[keep]), doubts[keep])


def missing_classes(layer: Layer, conditions: Conditions) -> list[str]:
    """Return the classes, in file order, that the conditions ask for and no feature with a place has."""
    name = layer.spec.class_field
    if name is None or name not in conditions:
        return []
    field = layer.spec.fields[name]
    wanted = _wanted(field, conditions[name])
    there = set(layer.classes[located(layer)])
    return [own_id for own_id in field.classes if own_id in wanted and own_id not in there]


def unknown_share(sides: Sequence[Side]) -> float:
    """Return which part of all inputs of a rule is unknown."""
    count = sum(len(side.doubts) for side in sides)
    return sum(side.unknown for side in sides) / count if count else 0.0


def _wanted(field: FieldSpec, words: tuple[str, ...]) -> set[str]:
    folded = {fold(word) for word in words}
    return {field.class_of[word] for word in folded} if field.classes else folded


def _words(values: pd.Series, field: FieldSpec) -> pd.Series:
    """Return values as they are compared: class ids, or else folded text, with 3 for 3.0."""
    if field.classes:
        return values
    if field.type == "number":
        return values.map(lambda value: f"{value:.15g}", na_action="ignore")
    return values.astype("string").map(fold, na_action="ignore")
