"""How far two sources lie off each other: by their outlines, the ground they cover, names, and stated townships."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from onemap.cache import Cache
from onemap.ingest.placement.alignment import (
    FEWEST_POINTS,
    Ground,
    Peak,
    Print,
    Raster,
    cover,
    find_peak,
    find_plateau,
    fit_surfaces,
    lay_ground,
    leave_print,
    middle_box,
    some,
)
from onemap.model import TOWNSHIP
from onemap.spec.layer import LayerSpec
from onemap.spec.project import CoordType
from onemap.text import fold
from onemap.township_names import TownshipNames

Vector = NDArray[np.float64]
Basis = Literal["outlines", "ground", "names", "townships"]

FEWEST_NAMES: Final = 3
MOST_NAMED: Final = 5000
"""Longer lists are parcels: their codes are met in no other list, and their outlines say more."""

SHORTEST_NAME: Final = 3
"""Serial numbers of one or two characters name nothing."""

NAME_SPREAD_M: Final = 60.0
"""Two sources place a thing of the same name alike when their difference is this close to the usual one."""
MOST: Final = 0.6
"""So large a share of the names must be placed alike."""

WIDEST_PLATEAU_M: Final = 150.0
"""Townships that are stated tell of a shift when it cannot be moved farther than this without contradicting them."""
FEWEST_RESOLVED: Final = 6
"""So many statements must be right at the best shift that are wrong at its best rival."""
FEWEST_PARTS: Final = 3
"""In so many more parts of the ground the best shift must be better than its rival than worse."""


Worked = TypeVar("Worked")


class Whereabouts(NamedTuple):
    """Digests of a source whose coordinate system was accepted."""

    shapes: str
    """Of where its records lie."""
    whole: str
    """Of that and of everything else that it is compared by."""


@dataclass(frozen=True)
class Placed:
    """A source whose coordinate system was accepted."""

    name: str
    """How issues call it."""
    layer: LayerSpec
    shapes: gpd.GeoSeries
    """In the metric CRS that all sources share; None where a record has no place."""
    labels: pd.Series[Any]
    """What its records are called; of the township layer the names of the townships."""
    keys: pd.Series[Any] | None = None
    stated: pd.Series[Any] | None = None
    """The township that each record states."""
    coord_type: CoordType | None = None
    """What the project states; GCJ-02 and BD-09 have been turned into CGCS2000 already."""
    anchored: bool = False
    """Whether it is likely of no web map: in metres, or the project states its coord_type."""
    lies: Whereabouts | None = None
    """What tells it from others; None where that is not known."""

    @property
    def located(self) -> gpd.GeoSeries:
        """The shapes that are there."""
        shapes = self.shapes
        return shapes[~(shapely.is_missing(shapes.array) | shapely.is_empty(shapes.array))]

    def once(self, cache: Cache, step: str, make: Callable[[Placed], Worked]) -> Worked:
        """Return what is worked out from it alone, from an earlier build if it is there."""
        return cache.value(step, [self.lies.whole if self.lies else None], lambda: make(self))


@dataclass(frozen=True)
class Shift:
    """By how much one source lies off another, beyond doubt, and what shows it."""

    basis: Basis
    east_m: float
    north_m: float

    @property
    def length_m(self) -> float:
        """How far that is."""
        return float(np.hypot(self.east_m, self.north_m))

    def turned(self) -> Shift:
        """Return the shift of the other against the one."""
        return Shift(self.basis, -self.east_m, -self.north_m)


class Neighbourhood:
    """Sources on common ground."""

    def __init__(self, sources: Sequence[Placed], reach_m: float, cache: Cache) -> None:
        self._cache = cache
        # A few strays say nothing of where the county is.
        boxes = [source.once(cache, "middle", _middle) for source in sources]
        self.ground: Ground = lay_ground(middle_box(np.array(boxes)), reach_m)
        self._prints: dict[str, Print] = {}
        self._townships: dict[str, dict[str, Raster]] = {}

    def compare(self, one: Placed, other: Placed) -> list[Shift]:
        """Return every shift of `one` against `other` that is beyond doubt."""
        inputs = [source.lies.whole if source.lies else None for source in (one, other)]
        return self._cache.value("pair", [repr(self.ground), *inputs], lambda: self._compare(one, other))

    def _compare(self, one: Placed, other: Placed) -> list[Shift]:
        left, right = self._print(one), self._print(other)
        shifts = [*self._by_outlines(left, right), *self._by_ground(left, right)]
        shifts += _by_names(*(source.once(self._cache, "named", _named) for source in (one, other)))
        if other.layer.id == TOWNSHIP:
            shifts += self._by_statements(one, other)
        elif one.layer.id == TOWNSHIP:
            shifts += [shift.turned() for shift in self._by_statements(other, one)]
        return shifts

    def _print(self, source: Placed) -> Print:
        if source.name not in self._prints:
            inputs = [repr(self.ground), source.lies.shapes if source.lies else None]
            self._prints[source.name] = self._cache.value(
                "print", inputs, lambda: leave_print(source.located, self.ground)
            )
        return self._prints[source.name]

    def _by_outlines(self, left: Print, right: Print) -> Iterator[Shift]:
        """Lay the shorter outlines over the longer ones."""
        if left.outline_length > right.outline_length:
            yield from (shift.turned() for shift in self._by_outlines(right, left))
        elif right.lines is not None and len(left.outlines) >= FEWEST_POINTS:
            surfaces = fit_surfaces(left.outlines, [right.lines], None, self.ground)
            yield from _decisive("outlines", find_peak(surfaces))

    def _by_ground(self, left: Print, right: Print) -> Iterator[Shift]:
        """Lay what covers less ground over what covers more: it may belong there, or into what is left free."""
        if right.area is None or (left.area is not None and left.covered_size > right.covered_size):
            if left.area is not None:
                yield from (shift.turned() for shift in self._by_ground(right, left))
        elif len(left.covered) >= FEWEST_POINTS:
            surfaces = fit_surfaces(left.covered, [right.area], None, self.ground)
            yield from _decisive("ground", find_peak(surfaces))
            yield from _decisive("ground", find_peak(-surfaces))

    def _by_statements(self, one: Placed, townships: Placed) -> Iterator[Shift]:
        """Lay the records that state a township over the townships."""
        if one.stated is None or one.layer.id == TOWNSHIP:
            return
        rasters = self._rasters(townships)
        shapes = one.located
        stated = _towns_meant(one.stated[shapes.index], rasters)
        shapes = shapes[stated.isin(rasters)]
        points = shapely.get_coordinates(shapely.point_on_surface(shapes.array))
        inner = np.flatnonzero(self.ground.inner(points))
        if len(inner) < FEWEST_POINTS:
            return
        chosen = some(inner)
        names = list(rasters)
        which = np.array([names.index(name) for name in stated[shapes.index].iloc[chosen]])
        surfaces = fit_surfaces(points[chosen], [rasters[name] for name in names], which, self.ground)
        top = find_plateau(surfaces, slack=max(1.0, 0.01 * len(chosen)))
        sharp = top.spread_m <= WIDEST_PLATEAU_M and top.best - top.rival >= FEWEST_RESOLVED
        if sharp and top.best >= MOST * len(chosen) and top.wins >= FEWEST_PARTS:
            yield Shift("townships", top.east_m, top.north_m)

    def _rasters(self, townships: Placed) -> dict[str, Raster]:
        """Return the ground of each township, by its name."""
        if townships.name not in self._townships:
            shapes = townships.located
            labels = townships.labels[shapes.index].map(lambda name: name if isinstance(name, str) else "")
            areas = {name: cover(shapes[labels == name], self.ground) for name in sorted(set(labels) - {""})}
            self._townships[townships.name] = areas
        return self._townships[townships.name]


def _towns_meant(stated: pd.Series[Any], names: Iterable[str]) -> pd.Series[Any]:
    """Return the township that each record states, as the township layer spells it; "" where that is not clear."""
    towns = TownshipNames(names)
    meant = {name: towns.find(name).names for name in {*stated} if isinstance(name, str)}
    return stated.map(lambda name: next(iter(meant[name])) if len(meant.get(name, ())) == 1 else "")


def _decisive(basis: Basis, peak: Peak) -> Iterator[Shift]:
    if peak.decisive:
        yield Shift(basis, peak.east_m, peak.north_m)


def _by_names(left: Mapping[str, Vector], right: Mapping[str, Vector]) -> Iterator[Shift]:
    """Compare where the two put the things that both name."""
    common = sorted(left.keys() & right.keys())
    if len(common) < FEWEST_NAMES:
        return
    differences = np.array([left[name] for name in common]) - np.array([right[name] for name in common])
    east, north = np.median(differences, axis=0)
    alike = np.hypot(*(differences - (east, north)).T) <= NAME_SPREAD_M
    if alike.sum() >= max(FEWEST_NAMES, MOST * len(common)):
        yield Shift("names", float(east), float(north))


def _middle(source: Placed) -> NDArray[np.float64]:
    """Return the box of most of what a source has."""
    box: NDArray[np.float64] = np.percentile(shapely.get_coordinates(source.located.array), (2, 98), axis=0).ravel()
    return box


def _named(source: Placed) -> dict[str, Vector]:
    """Return the middle of each thing by its key and by its name, where only one thing has it."""
    shapes = source.located
    if len(shapes) > MOST_NAMED:
        return {}
    middles = shapely.get_coordinates(shapely.centroid(shapes.array))
    named: dict[str, Vector] = {}
    for texts in (source.labels, source.keys):
        if texts is None:
            continue
        words = texts[shapes.index]
        alone = (~words.duplicated(keep=False) & words.notna()).to_numpy()
        for word, middle in zip(words[alone], middles[alone], strict=True):
            if len(str(word)) >= SHORTEST_NAME:
                named[fold(word)] = middle
    return named
