"""Checks between layers: what lies inside what it may not, one thing with two keys, and one key of two things."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
import shapely

from onemap.ingest.quality.twins import TWINS_M, bare_name, is_one_place, plain_name
from onemap.ingest.raw import Fault
from onemap.model import Layer
from onemap.text import tr

FAR_M: Final = 200.0
"""A plot of another name that is farther off than this is another plot."""


def check_between(layer: Layer, layers: Mapping[str, Layer]) -> list[Fault]:
    """Return the faults of a layer that come to light beside the others; their rows are those of its frame."""
    beside = [layers[other] for other in layer.spec.apart_from if other in layers]
    shared = [layers[other] for other in layer.spec.shares_keys_with if other in layers]
    return [
        *(fault for other in beside for fault in _inside(layer, other)),
        *(fault for other in shared for fault in (*_keyed_apart(layer, other), *_key_shared(layer, other))),
    ]


def _inside(layer: Layer, areas: Layer) -> list[Fault]:
    """Report features that lie inside the areas of a layer with which they may share no ground."""
    there, around = layer.frame.geometry.dropna(), areas.frame.geometry.dropna()
    found, other = shapely.STRtree(around.array).query(shapely.point_on_surface(there.array), predicate="within")
    faults = []
    for one, area in zip(there.index[found], around.index[other], strict=True):
        key = areas.keys[area]
        message = tr(
            "it lies inside {label} ({key}) of the layer {layer}",
            label=areas.labels[area], key=key, layer=areas.spec.name,
        )  # fmt: skip
        hint = tr("check its coordinates, and the boundary around it")
        faults.append(Fault("receptor_inside", message, hint, one, value=str(key), partner=str(key)))
    return faults


def _keyed_apart(layer: Layer, other: Layer) -> list[Fault]:
    """Report things of one name and place to which two layers give two keys."""
    mine, theirs = _comparable(layer, other)
    common = mine.merge(theirs, on="name", suffixes=("", "_other"))
    common = common[common["key"] != common["key_other"]]
    faults = []
    near = shapely.dwithin(common["shape"].to_numpy(), common["shape_other"].to_numpy(), TWINS_M)
    common = common[near]
    same = [is_one_place(*pair) for pair in zip(common["shape"], common["shape_other"], strict=True)]
    for _, pair in common[same].iterrows():
        message = tr(
            "the layer {layer} calls the plot of this name and place {other}, and not {own}",
            layer=other.spec.name, other=pair["key_other"], own=pair["key"],
        )  # fmt: skip
        hint = tr("find out which code is right, and use it in both")
        told = {"value": pair["key"], "partner": str(pair["key_other"])}
        faults.append(Fault("key_differs", message, hint, pair["at"], layer.spec.key, **told))
    return faults


def _key_shared(layer: Layer, other: Layer) -> list[Fault]:
    """Report keys by which two layers call two things: they have other names, and lie far from one another."""
    mine, theirs = _comparable(layer, other)
    common = mine.merge(theirs, on="key", suffixes=("", "_other"))
    common["distance"] = shapely.distance(common["shape"].to_numpy(), common["shape_other"].to_numpy())
    # 乙厂, 乙厂地块 and 孟州市乙厂 are one plot.
    pairs = ((bare_name(one), bare_name(two)) for one, two in zip(common["name"], common["name_other"], strict=True))
    alike = np.array([one in two or two in one for one, two in pairs], dtype=bool)
    meant = set(common.loc[alike | (common["distance"] <= FAR_M), "at"])
    strange = common[~common["at"].isin(meant)].sort_values("distance").drop_duplicates("at")
    faults = []
    for _, pair in strange.iterrows():
        message = tr(
            "the layer {layer} gives the code to {label}, {distance:.0f} m from here",
            layer=other.spec.name, label=other.labels[pair["at_other"]], distance=pair["distance"],
        )  # fmt: skip
        hint = tr("find out which of the two has the code, and correct the other")
        told = {"value": pair["key"], "partner": str(pair["key"]), "facts": str(pair["name_other"])}
        faults.append(Fault("key_shared", message, hint, pair["at"], layer.spec.key, **told))
    return faults


def _comparable(layer: Layer, other: Layer) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what two layers have of names and places, as far as its keys can be held together."""
    # A number of the land bureau's own is no code of the soil platform: only codes of one form are held together.
    specs = (layer.spec, other.spec)
    forms = [form for spec in specs if (form := spec.fields[spec.key].pattern) is not None]
    return _of_form(_named_places(layer), forms), _of_form(_named_places(other), forms)


def _of_form(table: pd.DataFrame, forms: Sequence[str]) -> pd.DataFrame:
    # An empty list would be taken for no columns, and not for no rows.
    return table[np.array([all(re.fullmatch(form, key) for form in forms) for key in table["key"]], dtype=bool)]


def _named_places(layer: Layer) -> pd.DataFrame:
    frame = layer.frame
    names = frame[layer.spec.label].map(plain_name)
    keys = frame[layer.spec.key].map(lambda value: "" if pd.isna(value) else str(value))
    table = pd.DataFrame({"at": frame.index, "name": names, "key": keys, "shape": frame.geometry.array})
    # A list has a point where the map has the area: -1 is the dimension of what has no place.
    placed = np.isin(shapely.get_dimensions(frame.geometry.array), (0, 2))
    return table[placed & (table["name"] != "") & (table["key"] != "")]
