"""Which of the usual coordinate systems put the numbers of a source where the county is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from onemap.ingest.placement.coordinates import CHINA
from onemap.ingest.placement.zones import MERCATOR, Datum, System, systems
from onemap.text import tr

MOST: Final = 0.5
"""A source lies in the county when more than this share of it does: a few strays are issues of their own."""

FEW: Final = 20
"""About so many coordinates rule out a system that puts none of them in place."""

SAME_DEG: Final = 1e-6
"""A tenth of a metre in degrees: what lies nearer is the same place."""

Box = tuple[float, float, float, float]
Locate = Callable[[Any, Any], tuple[Any, Any]]
"""Turns numbers, x before y, into longitudes and latitudes."""


@dataclass(frozen=True)
class Extent:
    """Where a county is, and how that is known."""

    box: Box
    """West, south, east, north in degrees, with whatever margin strays of its features need."""
    evidence: str
    """How messages call it: "the county (from the township layer)"."""
    rough: bool = False
    """Whether it is no more than an estimate, on which nobody is sure."""


@dataclass(frozen=True)
class Fit:
    """A system that puts a source in place, perhaps with its axes exchanged."""

    system: System
    swapped: bool
    middle: tuple[float, float]

    @property
    def name(self) -> str:
        """How messages call it."""
        return tr("{name} with the axes exchanged", name=self.system.name) if self.swapped else self.system.name


@dataclass(frozen=True)
class Case:
    """The coordinates of a source against the county, or against China where the county's place is not known."""

    coordinates: NDArray[np.float64]
    extent: Extent | None

    @property
    def place(self) -> str:
        """What the coordinates are held against, in words."""
        return self.extent.evidence if self.extent else tr("China (where the county is, is not known)")

    @cached_property
    def in_degrees(self) -> bool:
        """Whether its numbers can be degrees at all."""
        return bool(np.median(np.abs(self.coordinates).max(axis=1)) <= 360)

    @cached_property
    def middle(self) -> NDArray[np.float64]:
        """The medians of its two columns of numbers."""
        return np.median(self.coordinates, axis=0)

    def share(self, locate: Locate, swapped: bool = False, few: bool = False) -> float:
        """Return the share of the coordinates, or of a few of them, that `locate` puts in place."""
        points = self.coordinates[:: max(1, len(self.coordinates) // FEW) if few else 1]
        x, y = points.T[::-1] if swapped else points.T
        longitude, latitude = locate(x, y)
        west, south, east, north = self.extent.box if self.extent else CHINA
        return float(np.mean((longitude >= west) & (longitude <= east) & (latitude >= south) & (latitude <= north)))

    def fits(self, datum: Datum) -> list[Fit]:
        """Return the systems of a datum that put the source in place, each place once.

        EPSG:4546 and EPSG:4508 for one are the same numbers.
        """
        found: list[Fit] = []
        for swapped in (False, True):
            for system in self._possible(datum, swapped):
                locate = _locate(system)
                if self.share(locate, swapped, few=True) and self.share(locate, swapped) > MOST:
                    middle = self.located(locate, swapped)
                    if all(np.abs(np.subtract(fit.middle, middle)).max() > SAME_DEG for fit in found):
                        found.append(Fit(system, swapped, middle))
        return found

    def located(self, locate: Locate, swapped: bool = False) -> tuple[float, float]:
        """Return the longitude and latitude of the source's middle."""
        longitude, latitude = locate(*(self.middle[::-1] if swapped else self.middle))
        return float(longitude), float(latitude)

    def _possible(self, datum: Datum, swapped: bool) -> Iterator[System]:
        """Yield the systems whose numbers are of this size."""
        easting = float(self.middle[1 if swapped else 0])
        for system in systems(datum):
            if system.geographic or self.in_degrees:
                right = system.geographic and self.in_degrees
            elif system.code == MERCATOR:
                right = True
            else:
                right = easting // 1e6 == (system.prefix or 0)
            if right:
                yield system


def listed(fits: Sequence[Fit]) -> str:
    """Return the names of systems, runs of codes drawn together: EPSG:4534–4554."""
    names: list[str] = []
    for _, run in groupby(enumerate(fits), key=lambda pair: (pair[1].system.code - pair[0], pair[1].swapped)):
        members = [fit for _, fit in run]
        names += (
            [fit.name for fit in members]
            if len(members) < 3
            else [f"{members[0].system.name}–{members[-1].name.removeprefix('EPSG:')}"]
        )
    return " / ".join(names)


def _locate(system: System) -> Locate:
    def locate(x: Any, y: Any) -> tuple[Any, Any]:
        if system.geographic:
            return x, y
        longitude, latitude = system.proj(x, y, inverse=True)
        return longitude, latitude

    return locate
