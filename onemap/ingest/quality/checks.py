"""Checks of a whole layer, and of layers against the townships."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onemap.geodesy import MU_M2, SQUARE_METRES, area_m2, lonlat_of, unit_title
from onemap.ingest.numbers import parse_quantity
from onemap.ingest.quality.coverage import check_coverage
from onemap.ingest.quality.twins import drop_repeats, find_twins
from onemap.ingest.raw import AS_WRITTEN, Fault, written
from onemap.model import LOCATED_IN, SOURCE
from onemap.spec.layer import LayerSpec
from onemap.text import fold, tr

Check = Callable[[gpd.GeoDataFrame, LayerSpec], tuple[gpd.GeoDataFrame, list[Fault]]]

AREA_TOLERANCE: Final = 0.05
"""A declared area may differ from the measured one by this share."""

MANY_AREAS: Final = 5
NEARLY_ALL: Final = 0.8
"""Where so many areas and this share of a source's fit in another unit, that is one fault of its column."""

MANY_A_CLASS: Final = 5
"""A list with less than so many records for each class need not have one of each."""

FEW_BLANK: Final = 0.5
"""Where more records than this share have no name, names are not what the layer has."""

FAR_DEG: Final = 0.5
"""Some fifty kilometres: the rough box of a county is not as far from its border."""

TOWNSHIP_WORDS: Final = ("街道办事处", "办事处", "街道办", "街道", "街办", "镇", "乡", "办")
OFFICE: Final = re.compile(r"(人民)?政府$|\(.*\)$")
ABOVE: Final = re.compile(r"^.*[省市县区](?=.{2,})")


def miss_classes(frame: gpd.GeoDataFrame, spec: LayerSpec) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Report the classes of which a layer has no record: there may be none, or nobody has sent them."""
    if spec.class_field is None:
        return frame, []
    there, classes = frame[spec.class_field].dropna(), spec.fields[spec.class_field].classes
    ids = [own_id for own_id in classes if own_id not in {*there}]
    absent = [classes[own_id].label for own_id in ids]
    if not absent or len(there) < MANY_A_CLASS * len(classes):
        return frame, []
    message = tr("no record is of the class: {classes}", classes=tr(", ").join(absent))
    hint = tr("ask the bureau whether there is none")
    value, facts = tr(", ").join(absent), " ".join(ids)
    return frame, [Fault("class_absent", message, hint, field=spec.class_field, value=value, key="", facts=facts)]


def name_blanks(frame: gpd.GeoDataFrame, spec: LayerSpec) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Report records without a name, where others of the layer have one; what must have one is missed already."""
    blank = frame[spec.label].isna()
    if spec.label == spec.key or spec.fields[spec.label].required or blank.mean() > FEW_BLANK:
        return frame, []
    message, hint = tr("{field} is blank", field=spec.fields[spec.label].label), tr("fill it in where there is a name")
    return frame, [Fault("blank_label", message, hint, at, spec.label) for at in frame.index[blank]]


def compare_areas(frame: gpd.GeoDataFrame, spec: LayerSpec) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Report declared areas that differ from the measured ones."""
    told = AS_WRITTEN.format(spec.area_field)
    if spec.area_field is None or told not in frame:
        return frame, []
    declared = frame[spec.area_field].astype(float)
    measured = area_m2(frame.geometry)
    far = (np.abs(declared - measured) > AREA_TOLERANCE * measured) & (measured > 0) & declared.notna()
    faults, explained = _other_units(frame, spec, measured, far)
    for at in frame.index[far].difference(explained):
        message = tr(
            "declared {declared:.2f} mu, measured {measured:.2f} mu ({share:+.1%})",
            declared=declared[at] / MU_M2,
            measured=measured[at] / MU_M2,
            share=declared[at] / measured[at] - 1,
        )
        hint = tr("check the unit of the area, and whether the boundary was changed")
        faults.append(Fault("area_mismatch", message, hint, at, spec.area_field, written(frame.at[at, told])))
    return frame, faults


def _other_units(
    frame: gpd.GeoDataFrame, spec: LayerSpec, measured: pd.Series[Any], far: pd.Series[Any]
) -> tuple[list[Fault], pd.Index[Any]]:
    """Report sources whose areas nearly all fit the ground in one other unit, and the rows that this explains."""
    faults, explained = [], frame.index[:0]
    told = AS_WRITTEN.format(spec.area_field)
    for source, own in frame[told][far].groupby(frame[SOURCE]):
        read = own.map(parse_quantity)
        bare = read[[quantity is not None and quantity[1] is None for quantity in read]]
        numbers = bare.map(lambda quantity: quantity[0]).astype(float)
        everything = int((frame[SOURCE].eq(source) & frame[told].notna() & (measured > 0)).sum())
        for unit, factor in SQUARE_METRES.items():
            ground = measured[numbers.index]
            fit = numbers.index[np.abs(numbers * factor - ground) <= AREA_TOLERANCE * ground]
            if len(fit) < MANY_AREAS or len(fit) < NEARLY_ALL * everything:
                continue
            message = tr(
                "{count} of {all} declared areas are {unit}, by what is measured, and were read in another unit",
                count=len(fit), all=everything, unit=unit_title(unit),
            )  # fmt: skip
            hint = tr("write the unit behind the column's name, such as 面积(亩)")
            faults.append(
                Fault("area_mismatch", message, hint, field=spec.area_field or "", source=str(source), key="")
            )
            explained = explained.union(fit)
    return faults, explained


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
            where = str(located[at])
            faults.append(Fault("township_mismatch", message, hint, at, spec.township_field, str(name), facts=where))
    return faults


def bare_township(name: str) -> str:
    """Return a township's name without what it is called: 大定办事处 is 大定街道, and so is 孟州市大定街道办."""
    folded = ABOVE.sub("", OFFICE.sub("", fold(name)))
    return next((folded.removesuffix(word) for word in TOWNSHIP_WORDS if folded.endswith(word)), folded)
