"""Checks of a whole layer, and of layers against the townships."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onemap.geodesy import MU_M2, area_m2, lonlat_of
from onemap.ingest.coverage import check_coverage
from onemap.ingest.raw import AREA_AS_WRITTEN, Fault
from onemap.model import LOCATED_IN
from onemap.spec.layer import LayerSpec
from onemap.text import fold, tr

Check = Callable[[gpd.GeoDataFrame, LayerSpec], tuple[gpd.GeoDataFrame, list[Fault]]]

AREA_TOLERANCE: Final = 0.05
"""A declared area may differ from the measured one by this share."""

MANY_A_CLASS: Final = 5
"""A list with less than so many records for each class need not have one of each."""

FEW_BLANK: Final = 0.5
"""Where more records than this share have no name, names are not what the layer has."""

TWINS_M: Final = 20.0
TWINS_SHARE: Final = 0.5
"""Things of one name are one thing when they lie this close, and areas when they share this part of the smaller."""

FAR_DEG: Final = 0.5
"""Some fifty kilometres: the rough box of a county is not as far from its border."""

TOWNSHIP_WORDS: Final = ("街道办事处", "办事处", "街道办", "街道", "街办", "镇", "乡", "办")
OFFICE: Final = re.compile(r"(人民)?政府$|\(.*\)$")
ABOVE: Final = re.compile(r"^.*[省市县区](?=.{2,})")


def drop_repeats(frame: gpd.GeoDataFrame, spec: LayerSpec) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Drop records that repeat another in everything, and report keys that name two records."""
    keys = frame[spec.key].astype("string").fillna("")
    everything = frame[list(spec.fields)].assign(_shape=shapely.to_wkb(frame.geometry.array))
    # What has no place may have lost it: two records that differ in nothing but that are not one.
    placed = frame.geometry.notna().to_numpy() | (spec.geometry == ("table",))
    repeated = everything.duplicated() & (keys != "") & placed
    again = keys.duplicated() & (keys != "") & ~repeated if spec.fields[spec.key].unique else keys != keys
    twice, hint = tr("the record stands twice, word for word"), tr("find out which record has it; both are kept")
    faults = [
        Fault("duplicate_key", twice, tr("delete one of them in the source"), at, spec.key, keys[at], "dropped")
        for at in frame.index[repeated]
    ]
    faults += [
        Fault(
            "duplicate_key", tr("the key {key} names two different records", key=keys[at]), hint, at, spec.key, keys[at]
        )
        for at in frame.index[again]
    ]
    return frame[~repeated].reset_index(drop=True), faults


def find_twins(frame: gpd.GeoDataFrame, spec: LayerSpec) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Report records of two keys that have one name and one place: probably one thing, listed twice."""
    names = frame[spec.label].map(lambda value: "" if pd.isna(value) else fold(value))
    keys = frame[spec.key].map(lambda value: "" if pd.isna(value) else str(value))
    shapes = frame.geometry.array
    # The pieces of a river have one name too; lines are left out.
    placed = ~shapely.is_missing(shapes) & np.isin(shapely.get_dimensions(shapes), (0, 2))
    candidates = frame.index[(names != "") & names.duplicated(keep=False) & placed & (spec.label != spec.key)]
    there = frame.geometry[candidates]
    one, other = shapely.STRtree(there.array).query(there.array, predicate="dwithin", distance=TWINS_M)
    faults = []
    for at, twin in zip(candidates[one], candidates[other], strict=True):
        if at < twin and names[at] == names[twin] and keys[at] != keys[twin] and is_one_place(there[at], there[twin]):
            message = tr("{key} has the same name and place", key=keys[at] or tr("a record without a key"))
            hint = tr("find out whether they are one thing; if so, delete one")
            faults.append(Fault("near_duplicate", message, hint, twin, spec.label, str(frame.at[twin, spec.label])))
    return frame, faults


def is_one_place(one: shapely.Geometry, other: shapely.Geometry) -> bool:
    """Tell whether two things near each other, in one CRS in metres, share their ground where both are areas."""
    smaller = min(one.area, other.area)
    return smaller == 0 or bool(shapely.intersection(one, other).area >= TWINS_SHARE * smaller)


def miss_classes(frame: gpd.GeoDataFrame, spec: LayerSpec) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Report the classes of which a layer has no record: there may be none, or nobody has sent them."""
    if spec.class_field is None:
        return frame, []
    there, classes = frame[spec.class_field].dropna(), spec.fields[spec.class_field].classes
    absent = [kind.label for own_id, kind in classes.items() if own_id not in {*there}]
    if not absent or len(there) < MANY_A_CLASS * len(classes):
        return frame, []
    message = tr("no record is of the class: {classes}", classes=tr(", ").join(absent))
    hint = tr("ask the bureau whether there is none")
    return frame, [Fault("class_absent", message, hint, field=spec.class_field, value=tr(", ").join(absent), key="")]


def name_blanks(frame: gpd.GeoDataFrame, spec: LayerSpec) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Report records without a name, where others of the layer have one; what must have one is missed already."""
    blank = frame[spec.label].isna()
    if spec.label == spec.key or spec.fields[spec.label].required or blank.mean() > FEW_BLANK:
        return frame, []
    message, hint = tr("{field} is blank", field=spec.fields[spec.label].label), tr("fill it in where there is a name")
    return frame, [Fault("blank_label", message, hint, at, spec.label) for at in frame.index[blank]]


def compare_areas(frame: gpd.GeoDataFrame, spec: LayerSpec) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Report declared areas that differ from the measured ones."""
    if spec.area_field is None or AREA_AS_WRITTEN not in frame:
        return frame, []
    declared = frame[spec.area_field].astype(float)
    measured = area_m2(frame.geometry)
    far = (np.abs(declared - measured) > AREA_TOLERANCE * measured) & (measured > 0) & declared.notna()
    faults = []
    for at in frame.index[far]:
        message = tr(
            "declared {declared:.2f} mu, measured {measured:.2f} mu ({share:+.1%})",
            declared=declared[at] / MU_M2,
            measured=measured[at] / MU_M2,
            share=declared[at] / measured[at] - 1,
        )
        hint = tr("check the unit of the area, and whether the boundary was changed")
        faults.append(Fault("area_mismatch", message, hint, at, spec.area_field, str(frame.at[at, AREA_AS_WRITTEN])))
    return frame, faults


CHECKS: Final[tuple[Check, ...]] = (
    drop_repeats, find_twins, miss_classes, name_blanks, check_coverage, compare_areas,
)  # fmt: skip
"""What is checked in each layer, in this order."""


def place(
    frame: gpd.GeoDataFrame, spec: LayerSpec, townships: gpd.GeoDataFrame | None, name: str
) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Say for each feature in which township it lies, and report what lies outside or says another one.

    Parameters
    ----------
    townships
        The features of the township layer, or None where there is none.
    name
        The field of `townships` with their names.
    """
    located = pd.Series(pd.NA, index=frame.index, dtype="string")
    there = frame.geometry.dropna()
    if townships is None:
        return frame.assign(**{LOCATED_IN: located}), []
    if there.empty:
        return frame.assign(**{LOCATED_IN: located}), _disagreements(frame, spec, located, townships[name])
    areas = townships[townships.geometry.notna()]
    points = shapely.point_on_surface(there.array)
    tree = shapely.STRtree(areas.geometry.array)
    feature, town = tree.query(points, predicate="intersects")
    # A point on a boundary lies in both: the first township in the layer has it.
    first = pd.Series(town, index=feature).groupby(level=0).min()
    located.loc[there.index[first.index]] = areas[name].to_numpy()[first.to_numpy()]
    # What has its point outside all of them may still reach into one.
    apart = there[located[there.index].isna().to_numpy()]
    touching = np.unique(tree.query(apart.array, predicate="intersects")[0])
    outside = apart.index.difference(apart.index[touching])
    faults = [
        Fault("outside_county", tr("lies outside the county"), tr("check its coordinates; it is kept"), at)
        for at in outside
    ]
    return frame.assign(**{LOCATED_IN: located}), faults + _disagreements(frame, spec, located, townships[name])


def place_roughly(frame: gpd.GeoDataFrame, west: float, south: float, east: float, north: float) -> list[Fault]:
    """Report what lies far from the rough box of a county without townships, degrees; nearer nobody can tell."""
    there = frame.geometry.dropna()
    lon, lat = lonlat_of(shapely.get_coordinates(shapely.point_on_surface(there.array)), frame.crs)
    far = np.hypot(lon - np.clip(lon, west, east), lat - np.clip(lat, south, north)) > FAR_DEG
    message, hint = tr("lies far outside the county"), tr("check its coordinates; it is kept")
    return [Fault("outside_county", message, hint, at) for at in there.index[far]]


def _disagreements(
    frame: gpd.GeoDataFrame, spec: LayerSpec, located: pd.Series[Any], towns: pd.Series[Any]
) -> list[Fault]:
    """Report stated townships that are none, and those in which the feature does not lie."""
    if spec.township_field is None:
        return []
    stated = frame[spec.township_field].dropna()
    bare = {name: bare_township(name) for name in {*stated, *located.dropna(), *towns.dropna()}}
    known = {bare[name] for name in towns.dropna()}
    plain, there = stated.map(bare), located[stated.index].map(bare)
    strange = (~plain.isin(known) | (there.notna() & (plain != there))).to_numpy(dtype=bool)
    faults = []
    for at, name in stated[strange].items():
        if bare[name] not in known:
            message = tr("{stated} is no township of the township layer", stated=name)
            hint = tr("write the township's present name: {names}", names=", ".join(map(str, towns.dropna())))
            faults.append(Fault("unknown_township", message, hint, at, spec.township_field, str(name)))
        else:
            message = tr("says {stated}, but lies in {located}", stated=name, located=located[at])
            hint = tr("check its coordinates, or correct the township")
            faults.append(Fault("township_mismatch", message, hint, at, spec.township_field, str(name)))
    return faults


def bare_township(name: str) -> str:
    """Return a township's name without what it is called: 大定办事处 is 大定街道, and so is 孟州市大定街道办."""
    folded = ABOVE.sub("", OFFICE.sub("", fold(name)))
    return next((folded.removesuffix(word) for word in TOWNSHIP_WORDS if folded.endswith(word)), folded)
