"""What is listed twice: records that are alike, keys of two records, and one thing under two keys."""

from __future__ import annotations

import re
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onemap.ingest.raw import Fault, written
from onemap.model import SOURCE, SOURCE_ROW
from onemap.spec.layer import LayerSpec
from onemap.text import fold, tr

TWINS_M: Final = 20.0
TWINS_SHARE: Final = 0.5
"""Things of one name are one thing when they lie this close, and areas when they share this part of the smaller."""

_BRACKETS: Final = str.maketrans("", "", "()[]〔〕【】〈〉<>「」“”\"'·")
_WHERE: Final = re.compile(r"^(.{2,7}?[省市县区])+(?=.{4,})")
"""The province, city and county before a name that says something without them."""


def drop_repeats(frame: gpd.GeoDataFrame, spec: LayerSpec) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Drop records that repeat another in everything, and report keys that name two records."""
    keys = frame[spec.key].astype("string").fillna("")
    everything = frame[list(spec.fields)].assign(_shape=shapely.to_wkb(frame.geometry.array))
    # What has no place may have lost it: two records that differ in nothing but that are not one.
    placed = frame.geometry.notna().to_numpy() | (spec.geometry == ("table",))
    repeated = everything.duplicated() & (keys != "") & placed
    # People take dx-1 and ＤＸ-1 for one.
    spelt = keys.map(fold) if spec.fields[spec.key].unique else pd.Series(frame.index, index=frame.index)
    again = spelt.duplicated() & (keys != "") & ~repeated
    twice, hint = tr("the record stands twice, word for word"), tr("find out which record has it; both are kept")
    faults = [
        Fault("duplicate_key", twice, tr("delete one of them in the source"), at, spec.key, keys[at], "dropped")
        for at in frame.index[repeated]
    ]
    first = dict(zip(spelt[::-1], frame.index[::-1], strict=True))
    for at in frame.index[again]:
        message = tr(
            "the key {key} names another record too: {where}", key=keys[at], where=_where(frame, first[spelt[at]], at)
        )
        facts = _facts(frame, first[spelt[at]])
        faults.append(Fault("duplicate_key", message, hint, at, spec.key, keys[at], facts=facts))
    faults += _repeated_names(frame[~repeated & ~again], spec)
    return frame[~repeated].reset_index(drop=True), faults


def _facts(frame: gpd.GeoDataFrame, at: Any) -> str:
    """Return what a record says, as far as it makes another one its double."""
    shape = frame.geometry[at]
    place = "" if shape is None else shapely.to_wkt(shape.centroid, rounding_precision=2)
    values = frame.loc[at].drop(["geometry", SOURCE, SOURCE_ROW], errors="ignore")
    return " ".join([*(str(value) for value in values if not pd.isna(value)), place])


def _where(frame: gpd.GeoDataFrame, other: Any, at: Any) -> str:
    """Return where another record stands, with its source where that is another."""
    row = tr("row {row}", row=frame.at[other, SOURCE_ROW])
    source = frame.at[other, SOURCE]
    return row if source == frame.at[at, SOURCE] else f"{source} {row}"


def _repeated_names(frame: gpd.GeoDataFrame, spec: LayerSpec) -> list[Fault]:
    """Report what else but the key may name only one record, and names two: two townships of one name."""
    faults = []
    hint = tr("find out which record has it; both are kept")
    for name, field in spec.fields.items():
        values = frame[name].dropna() if field.unique and name != spec.key else frame[name][:0]
        spelt = values.map(fold)
        first = dict(zip(spelt[::-1], values.index[::-1], strict=True))
        for at in values.index[spelt.duplicated()]:
            where = _where(frame, first[spelt[at]], at)
            message = tr(
                "{field} {value} names another record too: {where}", field=field.label, value=values[at], where=where
            )
            facts = _facts(frame, first[spelt[at]])
            faults.append(Fault("duplicate_key", message, hint, at, name, written(values[at]), facts=facts))
    return faults


def find_twins(frame: gpd.GeoDataFrame, spec: LayerSpec) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Report records of two keys, or of none, that have one name and one place: probably one thing, listed twice."""
    names = frame[spec.label].map(plain_name)
    bare = names.map(lambda name: _WHERE.sub("", name))
    keys = frame[spec.key].map(lambda value: "" if pd.isna(value) else str(value))
    shapes = frame.geometry.array
    # The pieces of a river have one name too; lines are left out.
    placed = ~shapely.is_missing(shapes) & np.isin(shapely.get_dimensions(shapes), (0, 2))
    candidates = frame.index[(bare != "") & bare.duplicated(keep=False) & placed & (spec.label != spec.key)]
    there = frame.geometry[candidates]
    one, other = shapely.STRtree(there.array).query(there.array, predicate="dwithin", distance=TWINS_M)
    faults = []
    for at, twin in zip(candidates[one], candidates[other], strict=True):
        # One key for two records is told as such, but no key is no answer.
        apart = keys[at] != keys[twin] or not keys[at]
        alike = at < twin and apart and _is_one_name(names[at], names[twin])
        if alike and is_one_place(there[at], there[twin]):
            message = tr("{key} has the same name and place", key=keys[at] or tr("a record without a key"))
            hint = tr("find out whether they are one thing; if so, delete one")
            told = {"partner": keys[at], "facts": _facts(frame, at)}
            faults.append(
                Fault("near_duplicate", message, hint, twin, spec.label, str(frame.at[twin, spec.label]), **told)
            )
    return frame, faults


def plain_name(value: Any) -> str:
    """Return a name as it is compared: without brackets, 有限责任公司 being 有限公司.

    What stands in the brackets stays: 甲厂(一期) and 甲厂(二期) are two things.

    Examples
    --------
    >>> plain_name("甲（孟州）化工有限责任公司") == plain_name("甲孟州化工有限公司")
    True
    """
    return "" if pd.isna(value) else fold(value).translate(_BRACKETS).replace("有限责任公司", "有限公司")


def _is_one_name(one: str, other: str) -> bool:
    """Tell whether two names are one, or one only says as well where it is: 甲市小学 and 乙市小学 are two."""
    return one.endswith(other) or other.endswith(one)


def is_one_place(one: shapely.Geometry, other: shapely.Geometry) -> bool:
    """Tell whether two things near each other, in one CRS in metres, share their ground where both are areas."""
    smaller = min(one.area, other.area)
    return smaller == 0 or bool(shapely.intersection(one, other).area >= TWINS_SHARE * smaller)
