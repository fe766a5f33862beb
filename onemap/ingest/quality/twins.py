"""What is listed twice: records that are alike, keys of two records, and one thing under two keys."""

from __future__ import annotations

import re
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from onemap.ingest.raw import Fault, written
from onemap.model import SOURCE, SOURCE_ROW
from onemap.spec.layer import LayerSpec
from onemap.text import fold, tr

TWINS_M: Final = 20.0
TWINS_SHARE: Final = 0.5
"""Things of one name are one thing when they lie this close, and areas when they share this part of the smaller."""

Places = NDArray[np.intp]

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
    again = _names_another(frame[~repeated], spec, spec.key)
    twice, hint = tr("the record stands twice, word for word"), tr("find out which record has it; both are kept")
    faults = [
        Fault("duplicate_key", twice, tr("delete one of them in the source"), at, spec.key, keys[at], "dropped")
        for at in frame.index[repeated]
    ]
    for at, other in again.items():
        message = tr("the key {key} names another record too: {where}", key=keys[at], where=_where(frame, other, at))
        faults.append(Fault("duplicate_key", message, hint, at, spec.key, keys[at], other=other))
    faults += _repeated_names(frame[~repeated].drop(index=[*again]), spec)
    return frame[~repeated].reset_index(drop=True), faults


def _names_another(frame: gpd.GeoDataFrame, spec: LayerSpec, name: str) -> dict[Any, Any]:
    """Return the records whose value in a field names another one before them too, and that one."""
    field = spec.fields[name]
    values = frame[name].dropna() if field.names_one else frame[name][:0]
    # People take dx-1 and ＤＸ-1 for one.
    spelt = values.map(fold)
    spelt = spelt[spelt.duplicated(keep=False) & (spelt != "")]
    first = dict(zip(spelt[::-1], spelt.index[::-1], strict=True))
    others = {at: first[word] for at, word in spelt.items() if first[word] != at}
    if field.repeats_with is None:
        return others
    # Zones of one water source, and the exclave of a township, are parts of one thing. A blank contradicts nothing.
    with_it = frame[field.repeats_with].map(plain_name)
    return {at: other for at, other in others.items() if "" != with_it[at] != with_it[other] != ""}


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
        for at, other in _names_another(frame, spec, name).items() if name != spec.key else ():
            where = _where(frame, other, at)
            message = tr(
                "{field} {value} names another record too: {where}",
                field=field.label,
                value=frame.at[at, name],
                where=where,
            )
            value = written(frame.at[at, name])
            faults.append(Fault("duplicate_key", message, hint, at, name, value, other=other))
    return faults


def find_twins(frame: gpd.GeoDataFrame, spec: LayerSpec) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Report records of two keys, or of none, that have one name and one place: probably one thing, listed twice."""
    names = frame[spec.label].map(plain_name)
    bare = names.map(bare_name)
    shapes = frame.geometry.array
    # The pieces of a river have one name too; lines are left out.
    placed = ~shapely.is_missing(shapes) & np.isin(shapely.get_dimensions(shapes), (0, 2))
    candidates = frame.index[(bare != "") & bare.duplicated(keep=False) & placed & (spec.label != spec.key)]
    there = frame.geometry[candidates].array
    one, other = shapely.STRtree(there).query(there, predicate="dwithin", distance=TWINS_M)
    one, other = one[one < other], other[one < other]
    alike = _may_be_one(frame.loc[candidates], spec, bare[candidates], (one, other))
    one, other = one[alike], other[alike]
    partners: dict[Any, Any] = {}
    for first, second in sorted(zip(one.tolist(), other.tolist(), strict=True), key=lambda pair: pair[::-1]):
        at, twin = candidates[first], candidates[second]
        # One partner is enough: eighty records at one place are no three thousand faults.
        if twin not in partners and _is_one_name(names[at], names[twin]) and is_one_place(there[first], there[second]):
            partners[twin] = at
    return frame, [_twin(frame, spec, at, twin) for twin, at in partners.items()]


def _may_be_one(
    frame: gpd.GeoDataFrame, spec: LayerSpec, bare: pd.Series[Any], pairs: tuple[Places, Places]
) -> NDArray[np.bool_]:
    """Tell of which pairs neither names, keys nor what tells things apart say that they are two."""

    def sides(values: pd.Series[Any]) -> tuple[Places, Places]:
        codes = pd.factorize(values)[0]
        return codes[pairs[0]], codes[pairs[1]]

    one, other = sides(bare)
    alike = one == other
    if spec.fields[spec.key].unique:
        # One key for two records is told as such, but no key is no answer.
        one, other = sides(frame[spec.key])
        alike &= (one != other) | (one < 0)
    for name in (name for name, field in spec.fields.items() if field.tells_apart):
        # What is blank in one of them tells nothing.
        one, other = sides(frame[name])
        alike &= (one == other) | (one < 0) | (other < 0)
    return np.asarray(alike, dtype=bool)


def _twin(frame: gpd.GeoDataFrame, spec: LayerSpec, at: Any, twin: Any) -> Fault:
    key = "" if pd.isna(frame.at[at, spec.key]) else str(frame.at[at, spec.key])
    own = frame.at[twin, spec.key]
    named = key or tr("a record without a key")
    if key and not pd.isna(own) and key == str(own):
        named = tr("{key} ({where})", key=key, where=_where(frame, at, twin))
    message = tr("{key} has the same name and place", key=named)
    hint = tr("find out whether they are one thing; if so, delete one")
    name = str(frame.at[twin, spec.label])
    return Fault("near_duplicate", message, hint, twin, spec.label, name, partner=key, other=at)


def plain_name(value: Any) -> str:
    """Return a name as it is compared: without brackets, 有限责任公司 being 有限公司.

    What stands in the brackets stays: 甲厂(一期) and 甲厂(二期) are two things.

    Examples
    --------
    >>> plain_name("甲（孟州）化工有限责任公司") == plain_name("甲孟州化工有限公司")
    True
    """
    return "" if pd.isna(value) else fold(value).translate(_BRACKETS).replace("有限责任公司", "有限公司")


def bare_name(name: str) -> str:
    """Return a plain name without the province, city and county before it."""
    return _WHERE.sub("", name)


def _is_one_name(one: str, other: str) -> bool:
    """Tell whether two names are one, or one only says as well where it is: 甲市小学 and 乙市小学 are two."""
    return one.endswith(other) or other.endswith(one)


def is_one_place(one: shapely.Geometry, other: shapely.Geometry) -> bool:
    """Tell whether two things near each other, in one CRS in metres, share their ground where both are areas."""
    smaller = min(one.area, other.area)
    return smaller == 0 or bool(shapely.intersection(one, other).area >= TWINS_SHARE * smaller)
