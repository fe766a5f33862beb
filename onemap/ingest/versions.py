"""Versions of one list among the files and sheets of a source: last year's beside this year's, or a copy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from onemap.geodesy import GEOD, LONLAT
from onemap.ingest.raw import Fault
from onemap.ingest.source import Source
from onemap.text import fold, tr

FEWEST: Final = 3
"""Fewer records in common say nothing: each is told as a key that stands twice."""

MOST: Final = 0.5
"""Two lists are versions of one when they share more than this part of the keys of the shorter."""

ALIKE: Final = 0.6
"""So many of the shared keys must name the same thing: townships that count their plots from 1 share keys too."""

SAME_PLACE_M: Final = 200.0
"""Things of one key are the same when they lie this close; a plot's outline may be drawn anew."""

FEWEST_KEPT: Final = 0.8
"""A newer list that lacks more of an older one is no version of it, but perhaps an extract: people decide."""

LEAST_DIGITS: Final = 4
"""Shorter keys are serial numbers, which any two lists share."""

COPY: Final = re.compile(r"副本|复制|copy|\(\d+\)|（\d+）", re.I)
"""How a copy is called by whoever made it: of two alike the other one is kept."""

DATE: Final = re.compile(
    r"(?<!\d)(20\d\d)(?:(?:年|[-._/])?(0[1-9]|1[0-2]|[1-9](?!\d))(?:(?:月|[-._/])?([0-3]?\d)(?!\d))?)?"
)
"""A year in the name of a file or sheet, perhaps with month and day: 2025, 2025年6月, 202506, 2025-06-30."""


@dataclass(frozen=True)
class _List:
    """A source as a list of things by their keys."""

    source: Source

    @property
    def period(self) -> tuple[tuple[int, ...], ...]:
        """The dates in its name."""
        return tuple(tuple(int(part) for part in found if part) for found in DATE.findall(self.source.name))

    @cached_property
    def places(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Longitude and latitude of the middle of each record, NaN where it has no place."""
        shapes = self.source.shapes
        if shapes is None or not self.source.placed:
            nowhere = np.full(0 if self.source.fields is None else len(self.source.fields), np.nan)
            return nowhere, nowhere
        west, south, east, north = shapely.bounds(shapes.to_crs(LONLAT).array).T
        return (west + east) / 2, (south + north) / 2

    @cached_property
    def things(self) -> pd.DataFrame:
        """Label, longitude and latitude of each thing by its folded key; keys that are blank or repeated left out."""
        fields, spec = self.source.fields, self.source.layer
        assert fields is not None
        keys = fields[spec.key] if fields[spec.key].notna().any() else fields[spec.label]
        lon, lat = self.places
        table = pd.DataFrame({"label": _folded(fields[spec.label]), "lon": lon, "lat": lat}, index=fields.index)
        table.index = pd.Index(_folded(keys))
        return table[(table.index != "") & ~table.index.duplicated(keep=False)]

    def shares(self, other: _List) -> int:
        """Return how many things it shares with another list, 0 where they are not versions of one."""
        both = self.things.join(other.things.add_suffix("_other"), how="inner")
        if len(both) < max(FEWEST, MOST * min(len(self.things), len(other.things))):
            return 0
        named = (both["label"] == both["label_other"]) & (both["label"] != "") & (both["label"] != both.index)
        places = [both[name].to_numpy(dtype=float) for name in ("lon", "lat", "lon_other", "lat_other")]
        there = np.isfinite(places).all(axis=0)
        if not there.any() and both.index.str.len().max() < LEAST_DIGITS:
            # Townships that count from 1, and know no places, share keys and names such as "school".
            return 0
        near = np.zeros(len(both), dtype=bool)
        lon, lat, lon_other, lat_other = (place[there] for place in places)
        near[there] = GEOD.inv(lon, lat, lon_other, lat_other)[2] <= SAME_PLACE_M
        return len(both) if np.where(there, near, named).mean() >= ALIKE else 0

    def holds(self, other: _List) -> bool:
        """Tell whether every record of another list stands here too, word for word."""
        mine, theirs = (_words(one) for one in (self, other))
        return theirs <= mine


def keep_newest(sources: Sequence[Source]) -> list[Source]:
    """Take of versions of one list only the newest, as far as their names say which that is.

    Of the others no record comes in, and each says why. A copy, or an extract, of another file is left out as well.
    Where nothing tells which of two versions is right, that is an error: lists would hold things twice, or old ones.

    Parameters
    ----------
    sources
        What was found for one source of the project.
    """
    # Where a key may stand several times, as that of a river in pieces, records of one key are no versions.
    lists = [
        _List(source)
        for source in sources
        if source.part.several and source.fields is not None and source.layer.fields[source.layer.key].names_one
    ]
    lists.sort(key=lambda one: (one.period, len(one.things), not COPY.search(one.source.name)), reverse=True)
    left: dict[str, Fault] = {}
    for kept, other in _with_common_keys(lists):
        names = (kept.source.name, other.source.name)
        shared = 0 if left.keys() & {*names} else kept.shares(other)
        if shared:
            left[other.source.name] = _fault(kept, other, shared)
    return [
        replace(source, fields=None, faults=(*source.part.faults, left[source.name])) if source.name in left else source
        for source in sources
    ]


def _with_common_keys(lists: Sequence[_List]) -> Iterator[tuple[_List, _List]]:
    """Yield the pairs of lists, in their order, both of which have keys that stand in others too."""
    if len(lists) < 2:
        return
    owners = pd.concat([pd.Series(at, index=one.things.index) for at, one in enumerate(lists)])
    for at, other in combinations(sorted(set(owners[owners.index.duplicated(keep=False)])), 2):
        yield lists[at], lists[other]


def _fault(kept: _List, other: _List, shared: int) -> Fault:
    other_name, count = kept.source.name, len(other.things)
    hint = tr("if it is the right one, name it alone in the project: path = …, layer = …")
    if kept.holds(other):
        message = tr("not read: all of its records stand in {other} too, word for word", other=other_name)
    elif kept.period != other.period and list(map(len, kept.period)) == list(map(len, other.period)):
        message = tr(
            "not read: an earlier version of {other}, where {shared} of its {count} records stand too",
            other=other_name, shared=shared, count=count,
        )  # fmt: skip
        if shared < FEWEST_KEPT * count:
            return Fault("several_versions", message, hint, action="dropped", severity="error")
    else:
        message = tr(
            "not read: {shared} of its {count} records stand in {other} too, but not alike; their names do not tell "
            "which is newer",
            other=other_name, shared=shared, count=count,
        )  # fmt: skip
        return Fault("several_versions", message, hint, action="dropped", severity="error")
    return Fault("several_versions", message, hint, action="dropped")


def _folded(values: pd.Series[Any]) -> list[str]:
    codes, distinct = pd.factorize(values, use_na_sentinel=True)
    words = [fold(value) for value in distinct]
    return ["" if code < 0 else words[code] for code in codes]


def _words(one: _List) -> set[tuple[str, ...]]:
    """Return what each record reads in the fields of its layer, and where it lies."""
    fields, (lon, lat) = one.source.fields, one.places
    assert fields is not None
    places = ([f"{value:.5f}" for value in values] for values in (lon, lat))
    return set(zip(*(_folded(fields[name]) for name in fields), *places, strict=True))
