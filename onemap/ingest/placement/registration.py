"""配准检查: which sources lie off their neighbours as the coordinates of web maps do, GCJ-02 or BD-09.

Every two sources are compared. A comparison that is beyond doubt says by how much one lies off the other, and
the direction tells which of the two it is: web maps move everything one way. Where comparisons contradict one
another, or where many would have to be wrong for one to be right, nothing is claimed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np

from onemap.cache import NOTHING_KEPT, Cache
from onemap.ingest.placement.neighbours import Neighbourhood, Placed, Shift
from onemap.ingest.placement.offsets import offset_m
from onemap.ingest.placement.states import (
    DIFFERENCES,
    FORWARD,
    KINDS,
    RIGHT,
    OffsetKind,
    Relation,
    State,
    explain,
    group_relations,
)
from onemap.ingest.raw import Fault
from onemap.text import tr

Vector = tuple[float, float]
Predicted = Mapping[OffsetKind, Vector]

AGREEMENT_M: Final = 60.0
"""A measured shift is the predicted one when it lies this close to it."""

CLOSE_M: Final = 30.0
"""Who lies farther off all its neighbours may be on an older datum: nobody is sure of it."""

LEAST_OFFSET_M: Final = 200.0
"""Where web maps move things by less (outside China not at all) nobody can tell."""

MANY_ALIKE: Final = 12
"""Of so many files of one layer, one a township say, each is compared with the other layers only: pairs take time."""

MARGIN_M: Final = 400.0
"""Shifts are tried this much beyond the largest that is predicted, so that rivals can show themselves."""


def comparison_faults(comparison: Comparison) -> list[Fault]:
    """Return the issues of a source that does not fit others, though none can say that it is a web map's."""
    faults = []
    if comparison.in_vain:
        hint = tr("ask the bureau which coordinates these are, and correct or take out its coord_type")
        faults.append(Fault("likely_offset", comparison.evidence, hint))
    if comparison.apart:
        hint = tr("hold both against an aerial picture, and ask the bureaus which coordinate systems they are in")
        faults.append(Fault("crs_unproved", comparison.apart, hint))
    return faults


@dataclass(frozen=True)
class Comparison:
    """What comparing a source with its neighbours said, where no offset was found."""

    name: str
    checked: bool
    """Whether it could be told that it lies right: it fits others, not all of which may be of the same web map."""
    against: tuple[str, ...]
    evidence: str
    in_vain: bool = False
    """Whether it seems to have been right before it was converted."""
    apart: str = ""
    """How it lies apart from others as no web map moves things."""


@dataclass(frozen=True)
class Offset:
    """A source that lies off its neighbours as the coordinates of a web map do."""

    name: str
    kind: OffsetKind
    east_m: float
    north_m: float
    expected_east_m: float
    expected_north_m: float
    against: tuple[str, ...]
    evidence: str


def find_offsets(sources: Sequence[Placed], cache: Cache = NOTHING_KEPT) -> dict[str, Offset | Comparison]:
    """Compare sources with one another, and return for each by its name what was found.

    Parameters
    ----------
    sources
        All sources of the project whose coordinate systems were accepted, in one metric CRS; no two of one name.
    cache
        What earlier builds have found of any two of them.
    """
    by_name = {source.name: source for source in sources}
    offsets = {source.name: source.once(cache, "offsets", _offsets) for source in sources}
    predicted = {name: found for name, found in offsets.items() if found}
    relations = _relate([by_name[name] for name in predicted], predicted, cache)
    states: dict[str, State] = {}
    unclear: set[str] = set()
    anchored: set[str] = set()
    for group in group_relations(relations):
        names = set().union(*(relation.ends for relation in group))
        found = _unless_most_are_accused(explain(group, by_name))
        states |= found or {}
        unclear |= set() if found else names
        # What lies as no true source would vouches for none.
        right = {name for name in names if found and found[name] == RIGHT}
        anchored |= right if any(by_name[name].anchored for name in right) else set()
    anchored -= _contradicted(relations)
    told: dict[str, Offset | Comparison] = {}
    for name, source in by_name.items():
        own = [relation.seen_from(name) for relation in relations if name in relation.ends]
        case = _Case(source, own, states, predicted, by_name, name in anchored)
        kind = FORWARD.get(states.get(name, RIGHT))
        told[name] = case.contradiction() if name in unclear else case.offset(kind) if kind else case.comparison()
    return told


def _offsets(source: Placed) -> Predicted:
    """Return how far web maps move things where a source lies; nothing where no record of it has a place."""
    return {kind: offset_m(kind, source.located) for kind in KINDS} if len(source.located) else {}


def _unless_most_are_accused(found: dict[str, State] | None) -> dict[str, State] | None:
    """Return an explanation, but none that calls more sources offset than right: a true layer is never accused."""
    accused = sum(state in FORWARD for state in (found or {}).values())
    right = sum(state == RIGHT for state in (found or {}).values())
    return None if accused > right else found


def _contradicted(relations: Sequence[Relation]) -> set[str]:
    """Return the sources that lie apart from others as no web map moves things, and those that fit either of the two.

    Nobody knows which of them are right: those that fit one another stand or fall together, be they ever so many.
    """
    contradicted = set().union(*(relation.ends for relation in relations if relation.difference is None))
    fits = [relation.ends for relation in relations if relation.difference == RIGHT]
    while more := set().union(*(ends for ends in fits if ends & contradicted)) - contradicted:
        contradicted |= more
    return contradicted


def offset_fault(offset: Offset) -> Fault:
    """Return the issue of a source that is likely offset."""
    hint = tr(
        'ask the bureau which coordinates these are; if it says {system}, set coord_type = "{kind}" for this source',
        system=_system(offset.kind),
        kind=offset.kind,
    )
    return Fault("likely_offset", offset.evidence, hint, value=f"E{offset.east_m:+.0f} m, N{offset.north_m:+.0f} m")


def _relate(sources: Sequence[Placed], predicted: Mapping[str, Predicted], cache: Cache) -> list[Relation]:
    """Compare every two sources where web maps move things, and say what the shifts beyond doubt mean."""
    sources = [source for source in sources if np.hypot(*predicted[source.name]["gcj02"]) >= LEAST_OFFSET_M]
    if len(sources) < 2:
        return []
    largest = max(float(np.hypot(*predicted[source.name][kind])) for source in sources for kind in KINDS)
    neighbourhood = Neighbourhood(sources, largest + MARGIN_M, cache)
    relations = []
    alike = Counter(source.layer.id for source in sources)
    for one, other in combinations(sources, 2):
        if one.layer.id == other.layer.id and alike[one.layer.id] > MANY_ALIKE:
            continue
        shifts = neighbourhood.compare(one, other)
        if shifts:
            difference, shift = _read(shifts, predicted[one.name])
            relations.append(Relation(one.name, other.name, difference, shift))
    return relations


def _read(shifts: Sequence[Shift], predicted: Predicted) -> tuple[State | None, Shift]:
    """Return by what two states differ (None where that is not clear), and the shift that says so best."""
    readings = []
    for shift in shifts:
        for difference in DIFFERENCES:
            off = np.hypot(*np.subtract((shift.east_m, shift.north_m), _vector(difference, predicted)))
            readings.append((float(off), difference, shift))
    near = sorted((reading for reading in readings if reading[0] <= AGREEMENT_M), key=lambda reading: reading[0])
    if len({difference for _, difference, _ in near}) == 1:
        return near[0][1:]
    return None, shifts[0]


def _vector(state: State, predicted: Predicted) -> Vector:
    """Return how far, in metres east and north, a state moves things."""
    east, north = np.array(state) @ np.array([predicted[kind] for kind in KINDS])
    return float(east), float(north)


@dataclass(frozen=True)
class _Case:
    """A source, and all that comparisons said."""

    source: Placed
    relations: Sequence[Relation]
    """Its own relations, seen from it."""
    states: Mapping[str, State]
    predicted: Mapping[str, Predicted]
    sources: Mapping[str, Placed]
    anchored: bool
    """Whether it hangs together with a source that is likely of no web map, and nothing contradicts it."""

    def offset(self, kind: OffsetKind) -> Offset:
        """Measure its offset against those in another state, less what they are off themselves."""
        name = self.source.name
        known = [relation for relation in self.relations if relation.difference is not None]
        against = [relation for relation in known if relation.difference != RIGHT] or known
        moved = [
            np.add((own.shift.east_m, own.shift.north_m), _vector(self.states[own.other], self.predicted[own.other]))
            for own in against
        ]
        east, north = np.mean(moved, axis=0)
        expected = self.predicted[name][kind]
        evidence = tr(
            "the whole of it lies {distance:.0f} m to the {direction} (azimuth {azimuth:.0f}°), measured against: "
            "{neighbours}; {system} coordinates taken for CGCS2000 lie {expected:.0f} m off here, toward azimuth "
            "{expected_azimuth:.0f}°",
            distance=np.hypot(east, north),
            direction=_direction(east, north),
            azimuth=_azimuth(east, north),
            neighbours=self._titles(against),
            system=_system(kind),
            expected=np.hypot(*expected),
            expected_azimuth=_azimuth(*expected),
        )
        return Offset(name, kind, float(east), float(north), *expected, _others(against), evidence)

    def comparison(self) -> Comparison:
        """Say that it is not offset, or that this could not be told."""
        alike = [relation for relation in self.relations if relation.difference == RIGHT]
        differing = [relation for relation in self.relations if relation.difference not in (None, RIGHT)]
        strange = [relation for relation in self.relations if relation.difference is None]
        name, state = self.source.name, self.states.get(self.source.name)
        if state is None:
            return self._strange(strange) if strange else self._untested()
        if state != RIGHT and self.source.coord_type not in KINDS:
            return self.contradiction()
        if state != RIGHT:
            message = tr(
                "it fits {neighbours} as if it had been right before it was converted: either its coord_type is wrong, "
                "or they are of a web map",
                neighbours=self._titles(differing),
            )
            return Comparison(name, False, _others(differing), message, in_vain=True)
        residual = min((own.shift.length_m for own in alike), default=0.0)
        if alike:
            message = tr(
                "no web-map offset: it fits {neighbours} to {residual:.0f} m",
                neighbours=self._titles(alike),
                residual=max(max(1.0, own.shift.length_m) for own in alike),
            )
        else:
            message = tr(
                "no web-map offset: where it differs from {neighbours}, they are off",
                neighbours=self._titles(differing),
            )
        apart = self._strange(strange).apart if strange else ""
        if apart:
            message = tr("; ").join([message, apart])
        elif not self.anchored:
            unknown = tr("but nothing shows that these are not all of one web map")
            message = tr("; ").join([message, unknown])
        checked = self.anchored and residual <= CLOSE_M
        return Comparison(name, checked, _others(alike or differing), message, apart=apart)

    def contradiction(self) -> Comparison:
        """Say that comparisons contradict one another."""
        message = tr(
            "whether it is offset like web maps cannot be told: comparisons with {neighbours} contradict one another",
            neighbours=self._titles(self.relations),
        )
        return Comparison(self.source.name, False, _others(self.relations), message)

    def _strange(self, relations: Sequence[Relation]) -> Comparison:
        shift = relations[0].shift
        message = tr(
            "no web-map offset: it fits {neighbours} best when moved back by {distance:.0f} m from the {direction} "
            "(azimuth {azimuth:.0f}°), as no web map moves things here",
            neighbours=self._titles(relations[:1]),
            distance=shift.length_m,
            direction=_direction(shift.east_m, shift.north_m),
            azimuth=_azimuth(shift.east_m, shift.north_m),
        )
        return Comparison(self.source.name, False, _others(relations), message, apart=message)

    def _untested(self) -> Comparison:
        message = tr("whether it is offset like web maps could not be tested: nothing to compare it with")
        return Comparison(self.source.name, False, (), message)

    def _titles(self, relations: Iterable[Relation]) -> str:
        """Return the titles of the layers that relations lead to, each once."""
        return tr(", ").join(dict.fromkeys(self.sources[own.other].layer.name for own in relations))


def _others(relations: Iterable[Relation]) -> tuple[str, ...]:
    return tuple(relation.other for relation in relations)


def _azimuth(east: float, north: float) -> float:
    return float(np.degrees(np.arctan2(east, north)) % 360)


def _direction(east: float, north: float) -> str:
    words = (
        tr("north"), tr("north-east"), tr("east"), tr("south-east"),
        tr("south"), tr("south-west"), tr("west"), tr("north-west"),
    )  # fmt: skip
    return words[round(_azimuth(east, north) / 45) % 8]


def _system(kind: OffsetKind) -> str:
    return {"gcj02": tr("GCJ-02 (AMap, Tencent)"), "bd09": tr("BD-09 (Baidu)")}[kind]
