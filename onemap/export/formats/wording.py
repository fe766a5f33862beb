"""Findings and issues in words, for formats that cannot say what their ids mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pandas as pd

from onemap.export.parts import ISSUES, LISTED, Part
from onemap.export.words import action_title, severity_title
from onemap.model import level_title
from onemap.spec.catalogue import Catalogue
from onemap.spec.kinds import KINDS
from onemap.spec.layer import LayerSpec


def worded(part: Part, catalogue: Catalogue) -> Part:
    """Return findings or issues with titles in place of ids, in the language spoken now; a layer as it is."""
    if part.name not in (*LISTED, ISSUES):
        return part
    frame = part.frame.copy()
    words = _finding_words(catalogue) if part.name in LISTED else _issue_words(catalogue)
    if part.name in LISTED and {"to_layer", "to_class"} <= {*frame.columns}:
        frame["to_class"] = _receptor_classes(part, catalogue.layers)
    if part.name == ISSUES and {"layer", "field"} <= {*frame.columns}:
        frame["field"] = _fields(part, catalogue.layers)
    for name, word in words.items():
        if name in frame:
            frame[name] = frame[name].map(word, na_action="ignore").astype("str")
    # The style goes by ids.
    return replace(part, frame=frame, qml="")


def _finding_words(catalogue: Catalogue) -> dict[str, Callable[[str], str]]:
    names = {own_id: rule.name for own_id, rule in catalogue.rules.items()}
    layers = {own_id: spec.name for own_id, spec in catalogue.layers.items()}
    of_layer = _or_own(layers)
    return {"rule": _or_own(names), "level": level_title, "of_layer": of_layer, "to_layer": of_layer}


def _issue_words(catalogue: Catalogue) -> dict[str, Callable[[str], str]]:
    return {
        "severity": severity_title,
        "kind": lambda kind: KINDS[kind].name if kind in KINDS else kind,
        "layer": _or_own({own_id: spec.name for own_id, spec in catalogue.layers.items()}),
        "action": action_title,
    }


def _or_own(names: Mapping[str, str]) -> Callable[[str], str]:
    return lambda own: names.get(own, own)


def _receptor_classes(part: Part, layers: Mapping[str, LayerSpec]) -> pd.Series:
    titles = {
        (own_id, name): look.label
        for own_id, spec in layers.items()
        if spec.class_field
        for name, look in spec.fields[spec.class_field].classes.items()
    }
    return _looked_up(part, ("to_layer", "to_class"), titles)


def _fields(part: Part, layers: Mapping[str, LayerSpec]) -> pd.Series:
    titles = {(own_id, name): field.label for own_id, spec in layers.items() for name, field in spec.fields.items()}
    return _looked_up(part, ("layer", "field"), titles)


def _looked_up(part: Part, names: tuple[str, str], titles: Mapping[tuple[str, str], str]) -> pd.Series:
    layer, own = (part.frame[name] for name in names)
    found = [titles.get(pair, pair[1]) for pair in zip(layer, own, strict=True)]
    return pd.Series(found, index=part.frame.index, dtype="str")
