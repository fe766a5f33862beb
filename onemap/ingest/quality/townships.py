"""Layers against the townships: in which one each feature lies, what lies in none, and what says another one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onemap.geodesy import lonlat_of
from onemap.ingest.raw import Fault
from onemap.model import LOCATED_IN, SOURCE
from onemap.spec.layer import LayerSpec
from onemap.text import tr
from onemap.township_names import Meant, TownshipNames

FAR_DEG: Final = 0.5
"""Some fifty kilometres: the rough box of a county is not as far from its border."""

BETWEEN_M: Final = 500.0
"""A place between townships that are no farther apart than twice this, as at a river, is not outside the county."""
OUTLINE_M: Final = 1.0
"""So exactly the outline is taken that tells between from outside."""

REAL_SHARE: Final = 0.05
"""What has so large a part of its ground in the township that it states does not contradict it."""


def place(
    frame: gpd.GeoDataFrame, spec: LayerSpec, townships: gpd.GeoDataFrame | None, name: str
) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Say for each feature in which township it lies, and report what lies outside or says another one.

    A record without a place lies in the township that it states, where that is one for sure.

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
    areas = townships.set_index(townships[name]).geometry
    located = _stated(frame, spec, located, areas)
    if there.empty:
        return frame.assign(**{LOCATED_IN: located}), _disagreements(frame, spec, located, areas)
    drawn = areas.dropna()
    points = shapely.point_on_surface(there.array)
    tree = shapely.STRtree(drawn.array)
    feature, town = tree.query(points, predicate="intersects")
    # A point on a boundary lies in both: the first township in the layer has it.
    first = pd.Series(town, index=feature).groupby(level=0).min()
    located.loc[there.index[first.index]] = drawn.index.to_numpy()[first.to_numpy()]
    # What has its point outside all of them may still reach into one.
    apart = there[located[there.index].isna().to_numpy()]
    touching = np.unique(tree.query(apart.array, predicate="intersects")[0])
    faults = _outside(apart.drop(apart.index[touching]), drawn)
    return frame.assign(**{LOCATED_IN: located}), faults + _disagreements(frame, spec, located, areas)


def _stated(frame: gpd.GeoDataFrame, spec: LayerSpec, located: pd.Series[Any], areas: gpd.GeoSeries) -> pd.Series[Any]:
    """Return for each record without a place the township that it states, as the township layer spells it."""
    if spec.township_field is None:
        return located
    stated = frame.loc[frame.geometry.isna(), spec.township_field].dropna()
    towns = TownshipNames(name for name in areas.index if isinstance(name, str))
    meant = {name: towns.find(name).names for name in {*stated}}
    names = stated.map(lambda name: next(iter(meant[name])) if len(meant[name]) == 1 else pd.NA)
    return located.where(~located.index.isin(names.index), names.reindex(located.index).astype("string"))


def _outside(apart: gpd.GeoSeries, townships: gpd.GeoSeries) -> list[Fault]:
    """Report what lies in no township: outside the county, or between its townships, as on the river."""
    if apart.empty:
        return []
    whole = shapely.union_all(shapely.simplify(townships.array, OUTLINE_M))
    closed = shapely.buffer(shapely.buffer(whole, BETWEEN_M), -BETWEEN_M)
    # What lies in a hole has townships all around, however large the hole.
    outline = shapely.polygons(shapely.get_exterior_ring(shapely.get_parts(closed)))
    inside = shapely.intersects(shapely.point_on_surface(apart.array), shapely.union_all(outline))
    outside, between = tr("lies outside the county"), tr("lies in no township, but between townships of the county")
    check, compare = tr("check its coordinates; it is kept"), tr("check its coordinates, and the townships around it")
    return [
        Fault("outside_county", between if within else outside, compare if within else check, at)
        for at, within in zip(apart.index, inside, strict=True)
    ]


def place_roughly(frame: gpd.GeoDataFrame, west: float, south: float, east: float, north: float) -> list[Fault]:
    """Report what lies far from the rough box of a county without townships, degrees; nearer nobody can tell."""
    there = frame.geometry.dropna()
    lon, lat = lonlat_of(shapely.get_coordinates(shapely.point_on_surface(there.array)), frame.crs)
    far = np.hypot(lon - np.clip(lon, west, east), lat - np.clip(lat, south, north)) > FAR_DEG
    message, hint = tr("lies far outside the county"), tr("check its coordinates; it is kept")
    return [Fault("outside_county", message, hint, at) for at in there.index[far]]


def _disagreements(
    frame: gpd.GeoDataFrame, spec: LayerSpec, located: pd.Series[Any], areas: gpd.GeoSeries
) -> list[Fault]:
    """Report stated townships that are none, and those in which the feature does not lie."""
    field = spec.township_field
    if field is None:
        return []
    stated = frame[field].dropna()
    towns = TownshipNames(name for name in areas.index if isinstance(name, str))
    meant = {name: towns.find(name) for name in {*stated}}
    faults = _renamed(frame, field, meant)
    faults += [_unknown(at, field, name, towns) for at, name in stated.items() if not meant[name].names]
    elsewhere = [
        at
        for at, name in stated.items()
        if meant[name].names and pd.notna(located[at]) and located[at] not in meant[name].names
    ]
    reaching = _reaching(frame.geometry[elsewhere], stated[elsewhere].map(lambda name: meant[name].names), areas)
    for at in frame.index[frame.index.isin(elsewhere) & ~frame.index.isin(reaching)]:
        message = tr("says {stated}, but lies in {located}", stated=stated[at], located=located[at])
        hint = tr("check its coordinates, or correct the township")
        where = str(located[at])
        faults.append(Fault("township_mismatch", message, hint, at, field, str(stated[at]), facts=where))
    return faults


def _unknown(at: Hashable, field: str, name: str, towns: TownshipNames) -> Fault:
    near = towns.nearest(name)
    hint = tr("write the township's present name")
    if near:
        hint = tr("write the township's present name; is it {names}?", names=tr(" or ").join(near))
    message = tr("{stated} is no township of the township layer", stated=name)
    return Fault("unknown_township", message, hint, at, field, str(name))


def _reaching(shapes: gpd.GeoSeries, meant: pd.Series[Any], areas: gpd.GeoSeries) -> list[Hashable]:
    """Return what has a real part of its ground in the township that it states: people draw across borders."""
    found: list[Hashable] = []
    for names, own in shapes.groupby(meant):
        stated = shapely.union_all(areas[areas.index.isin(names)].dropna().array)
        shapely.prepare(stated)
        across = own[shapely.intersects(stated, own.array)]
        part = shapely.intersection(across.array, stated)
        # Of lines it is their length that counts.
        size = shapely.area if (shapely.area(across.array) > 0).any() else shapely.length
        whole, inside = size(across.array), size(part)
        found += [*across.index[(whole > 0) & (inside >= REAL_SHARE * whole)]]
    return found


def _renamed(frame: gpd.GeoDataFrame, field: str, meant: dict[str, Meant]) -> list[Fault]:
    """Tell once in each source of a township that goes by a name it has no more: 南庄乡 became 南庄镇."""
    counts = (
        Counter(zip(frame[SOURCE], frame[field], strict=True)) if any(one.renamed for one in meant.values()) else {}
    )
    faults = []
    for (source, name), count in counts.items():
        if pd.notna(name) and meant[name].renamed:
            (present,) = meant[name].names
            message = tr(
                "{stated} is no township of the township layer; taken for {present} in {count} records",
                stated=name, present=present, count=count,
            )  # fmt: skip
            hint = tr("write the township's present name: {names}", names=present)
            faults.append(
                Fault(
                    "unknown_township", message, hint, field=field, value=str(name), severity="info", key="",
                    source=str(source), facts=present,
                )
            )  # fmt: skip
    return faults
