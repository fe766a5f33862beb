"""Which samples belong to which unit, and which of several samples of a point is the last."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import shapely

from onemap.model import Layer
from onemap.risk.inputs import located
from onemap.text import fold, tr

POINT, UNIT, DAY, DEPTH = "point_code", "unit_code", "sampled_on", "depth"
"""Fields of a layer of samples: the point that is sampled again and again, the unit it lies in, when, how deep."""


class Joined(NamedTuple):
    """Samples and the units that they are in; all by index labels of the frames."""

    units: pd.Series[Any]
    """For each sample that belongs to a unit for sure, by its unit code or else by its place, that unit."""
    disputed: pd.DataFrame
    """Samples that lie elsewhere than in the unit that they name: sample, unit, and other, the unit in which it lies or
    None."""
    strange: list[Any]
    """Samples whose unit code no unit has, or several have: these go by their place."""
    outside: list[Any]
    """Samples that are in no unit."""


def points_of(samples: Layer) -> pd.Series[str]:
    """Return what names the point of each sample: its point code, or else its own key.

    Where a point is sampled at several depths, each is one by itself: what lies deeper is no later sample of what lies
    above it.
    """
    points = samples.keys.map(fold)
    if POINT not in samples.frame:
        return points
    codes = samples.frame[POINT].astype("string").fillna("").map(fold)
    if DEPTH in samples.frame:
        words = samples.frame[DEPTH].astype("string").fillna("").map(fold)
        depths = words.map(lambda text: "-".join(re.findall(r"[0-9.]+", text)) or text)
        several = depths.where(depths != "").groupby(codes).transform("nunique") > 1
        codes = codes.where((codes == "") | ~several, codes + " " + depths)
    return points.where(codes == "", codes)


def until(samples: Layer, day: dt.date) -> tuple[Layer, list[str]]:
    """Return the samples that were not taken after a day, and what is said of the others."""
    later = pd.to_datetime(samples.frame.get(DAY, pd.Series(pd.NaT, index=samples.frame.index))) > pd.Timestamp(day)
    if not later.any():
        return samples, []
    told = tr("{count} records of {samples} were sampled after the end of the period: they were not judged",
              count=int(later.sum()), samples=samples.spec.name)  # fmt: skip
    return Layer(samples.spec, samples.frame[~later]), [told]


def last_samples(samples: Layer) -> Layer:
    """Return the last sample of each point; without dates that which stands last."""
    points = points_of(samples)
    days = samples.frame.get(DAY, pd.Series(pd.NaT, index=samples.frame.index))
    order = pd.to_datetime(days).sort_values(kind="stable", na_position="first").index
    ordered = points.loc[order]
    kept = order[~ordered.duplicated(keep="last").to_numpy() | (ordered == "").to_numpy()]
    frame = samples.frame
    return samples if len(kept) == len(frame) else Layer(samples.spec, frame[frame.index.isin(kept)])


def join(units: Layer, samples: Layer, tolerance: float) -> Joined:
    """Find the unit of each sample: the one it names, where it does not lie elsewhere, or else the one it lies in.

    Parameters
    ----------
    tolerance
        Metres; no farther than this from the unit that it names a sample is in it.
    """
    frame, keys = samples.frame, units.keys.map(fold)
    by_code = {key: at for at, key in keys[(keys != "") & ~keys.duplicated(keep=False)].items()}
    codes = frame[UNIT].astype("string").fillna("").map(fold) if UNIT in frame else pd.Series("", index=frame.index)
    near, inside = _places(units, samples, tolerance)
    placed, drawn = set(frame.index[located(samples)]), set(units.frame.index[located(units)])
    found: dict[Any, Any] = {}
    disputed, strange, outside = [], [], []
    for at, code in codes.items():
        named = by_code.get(code)
        if code and named is None:
            strange.append(at)
        # Of a unit without a place nobody can tell that a sample lies elsewhere.
        if named in drawn and at in placed and named not in near.get(at, ()):
            disputed.append((at, named, inside.get(at)))
        elif named is not None or at in inside:
            found[at] = inside[at] if named is None else named
        else:
            outside.append(at)
    table = pd.DataFrame(disputed, columns=["sample", "unit", "other"], dtype=object)
    return Joined(pd.Series(found, dtype=object), table, strange, outside)


def _places(units: Layer, samples: Layer, tolerance: float) -> tuple[dict[Any, set[Any]], dict[Any, Any]]:
    """Return for each sample the units that are near enough, and the first in which it lies."""
    shapes, places = units.flat, samples.flat
    if not len(shapes.rows) or not len(places.rows):
        return {}, {}
    own, unit = shapely.STRtree(shapes.shapes).query(places.shapes, predicate="dwithin", distance=tolerance)
    order = np.lexsort((unit, own))
    own, unit = own[order], unit[order]
    within = shapely.intersects(places.shapes[own], shapes.shapes[unit])
    own_label = samples.frame.index.to_numpy()[places.rows[own]].tolist()
    unit_label = units.frame.index.to_numpy()[shapes.rows[unit]].tolist()
    near: dict[Any, set[Any]] = {}
    inside: dict[Any, Any] = {}
    for at, label, lies in zip(own_label, unit_label, within.tolist(), strict=True):
        near.setdefault(at, set()).add(label)
        if lies:
            inside.setdefault(at, label)
    return near, inside


def nowhere(units: Layer, samples: Layer, joined: Joined) -> tuple[int, list[str]]:
    """Return how many samples have neither a place nor the code of a unit, and what is said of them."""
    placed = located(samples)
    count = sum(not placed[at] for at in joined.outside)
    words = {"samples": samples.spec.name, "units": units.spec.name}
    told = tr("{count} records of {samples} have neither coordinates nor the code of a unit of {units}: in which unit "
              "they are is not known", count=count, **words)  # fmt: skip
    return count, [told] if count else []


def lost_samples(units: Layer, samples: Layer, joined: Joined) -> list[str]:
    """Return what is said of the samples that are in no unit, and of those whose unit code no unit has."""
    words = {"samples": samples.spec.name, "units": units.spec.name}
    unplaced, told = nowhere(units, samples, joined)
    if joined.strange:
        told.append(tr("{count} records of {samples} have a unit code that no unit of {units} has, or several have: "
                       "they go by their place", count=len(joined.strange), **words))  # fmt: skip
    if outside := len(joined.outside) - unplaced:
        told.append(tr("{count} records of {samples} are in no unit of {units}: they were not counted",
                       count=outside, **words))  # fmt: skip
    return told
