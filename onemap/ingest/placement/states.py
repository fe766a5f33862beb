"""Which sources are offset, from how they lie to one another: the fewest faults that explain every comparison."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from onemap.ingest.placement.neighbours import Placed, Shift

OffsetKind = Literal["gcj02", "bd09"]
KINDS: Final[tuple[OffsetKind, ...]] = ("gcj02", "bd09")

State = tuple[int, int]
"""How often the offset of GCJ-02 and that of BD-09 lie on a source: (1, 0) is GCJ-02, (-1, 0) GCJ-02 undone in vain."""

RIGHT: Final[State] = (0, 0)
FORWARD: Final[Mapping[State, OffsetKind]] = {(1, 0): "gcj02", (0, 1): "bd09"}
IN_VAIN: Final[Mapping[OffsetKind, State]] = {"gcj02": (-1, 0), "bd09": (0, -1)}

DIFFERENCES: Final[tuple[State, ...]] = (RIGHT, (1, 0), (0, 1), (-1, 0), (0, -1), (1, -1), (-1, 1))
"""By what the states of two sources may differ."""

COSTS: Final[Mapping[State, float]] = {RIGHT: 0, (1, 0): 1, (0, 1): 1, (-1, 0): 3, (0, -1): 3}
"""How loath we are to believe a state: a source that was moved back in vain is rarer than three from a web map."""

CLEARLY: Final = 0.5
"""An explanation stands when every other costs this much more."""


@dataclass(frozen=True)
class Relation:
    """How one source lies to another, beyond doubt."""

    one: str
    other: str
    difference: State | None
    """By what their states differ; None where they lie apart as no web map moves things."""
    shift: Shift

    @property
    def ends(self) -> set[str]:
        """The names of the two."""
        return {self.one, self.other}

    def seen_from(self, name: str) -> Relation:
        """Return the relation with the named source as the one."""
        if self.one == name:
            return self
        difference = None if self.difference is None else minus(RIGHT, self.difference)
        return Relation(self.other, self.one, difference, self.shift.turned())


def minus(one: State, other: State) -> State:
    """Return by what a state differs from another."""
    return one[0] - other[0], one[1] - other[1]


def group_relations(relations: Iterable[Relation]) -> list[list[Relation]]:
    """Return the relations that speak of states, those of sources that hang together in one list."""
    groups: list[list[Relation]] = []
    for relation in relations:
        if relation.difference is None:
            continue
        near = [group for group in groups if any(own.ends & relation.ends for own in group)]
        groups = [group for group in groups if group not in near]
        groups.append([*(own for group in near for own in group), relation])
    return groups


def explain(group: Sequence[Relation], sources: Mapping[str, Placed]) -> dict[str, State] | None:
    """Return the state of each source that explains a group best, or None where nothing does so clearly."""
    explanations = []
    for first in COSTS:
        states = _spread(group, first)
        cost = sum(_cost(sources[name], state) for name, state in states.items())
        if np.isfinite(cost) and all(minus(states[own.one], states[own.other]) == own.difference for own in group):
            explanations.append((cost, states))
    explanations.sort(key=lambda explanation: explanation[0])
    if not explanations or (len(explanations) > 1 and explanations[1][0] - explanations[0][0] < CLEARLY):
        return None
    return explanations[0][1]


def _spread(group: Sequence[Relation], first: State) -> dict[str, State]:
    """Return the states that follow when the first source of a group is in a given one."""
    states = {group[0].one: first}
    # Each round reaches at least one source more, for a group hangs together.
    for _ in group:
        for relation in group:
            for own in (relation, relation.seen_from(relation.other)):
                if own.one in states and own.difference is not None:
                    states.setdefault(own.other, minus(states[own.one], own.difference))
    return states


def _cost(source: Placed, state: State) -> float:
    if source.coord_type == "gcj02" or source.coord_type == "bd09":
        # It has been moved back already: rightly, or the project states the wrong coord_type.
        return {RIGHT: 0.0, IN_VAIN[source.coord_type]: 1.0}.get(state, np.inf)
    return COSTS.get(state, np.inf)
