"""Lines as a network that flows: which places lie down the stream from others, and how far along the lines."""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Final, Literal, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.ops import substring

from onemap.flat import Floats, Ints

Flow = Literal["down", "unsure", "other"]
"""Whether one place lies down the stream from another, cannot be said to, or does not."""


class Stretch(NamedTuple):
    """The part of an edge beside which something lies: metres along it as it is drawn."""

    edge: int
    start: float
    end: float


class Way(NamedTuple):
    """How two places lie to one another along the lines: the shortest way that shows it."""

    flow: Flow
    metres: float
    edges: tuple[int, int]
    """The edges beside which the two places lie."""


class Hop(NamedTuple):
    """One way over an edge."""

    cost: float
    node: int


MODES: Final = ("sure", "maybe", "any")
"""Over which edges: with a flow that is known; also over those whose flow is not; or over all, either way."""


@dataclass(frozen=True)
class Network:
    """Edges between nodes.

    Where one line ends within the snap distance of another, both are parted there and joined.
    """

    edges: NDArray[Any]
    lines: Ints
    """For each edge the line that it is part of."""
    flows: Ints
    """1 where the water flows as the edge is drawn, -1 where it flows the other way, 0 where nobody knows."""
    ends: Ints
    """Edges x 2: the nodes where each begins and ends."""
    metres: Floats
    """The length of each edge."""

    def passes(self, edge: int, mode: str) -> tuple[bool, bool]:
        """Return whether an edge may be gone along as it is drawn, and the other way."""
        flow = int(self.flows[edge])
        both = mode == "any" or (mode == "maybe" and flow == 0)
        return both or flow > 0, both or flow < 0

    @cached_property
    def pieces(self) -> Ints:
        """For each edge the piece of the network that it is in: no way leads from one piece to another."""
        found = np.full(len(self.edges), -1, dtype=np.intp)
        beside: dict[int, list[int]] = defaultdict(list)
        for edge, ends in enumerate(self.ends.tolist()):
            for node in ends:
                beside[node].append(edge)
        for first in range(len(self.edges)):
            rest = [first] if found[first] < 0 else []
            while rest:
                edge = rest.pop()
                if found[edge] < 0:
                    found[edge] = first
                    rest += [other for node in self.ends[edge].tolist() for other in beside[node]]
        return found

    @cached_property
    def hops(self) -> Mapping[str, Mapping[int, list[Hop]]]:
        """For each mode the ways on from each node."""
        found: dict[str, dict[int, list[Hop]]] = {mode: defaultdict(list) for mode in MODES}
        for edge, ((start, end), metres) in enumerate(zip(self.ends.tolist(), self.metres.tolist(), strict=True)):
            for mode in MODES:
                forth, back = self.passes(edge, mode)
                if forth:
                    found[mode][start].append(Hop(metres, end))
                if back:
                    found[mode][end].append(Hop(metres, start))
        return found

    def ways(self, source: Sequence[Stretch], places: Mapping[int, Sequence[Stretch]], far: float) -> dict[int, Way]:
        """Return how each place lies to a source along the lines; none of those that no way leads to within `far`."""
        found: dict[int, Way] = {}
        verdicts: tuple[tuple[str, Flow], ...] = (("sure", "down"), ("maybe", "unsure"), ("any", "other"))
        for mode, flow in verdicts:
            rest = {own: stretches for own, stretches in places.items() if own not in found}
            if not rest:
                break
            arrived = self._arrived(source, mode, far)
            for own, stretches in rest.items():
                metres, edge = min((self._to(source, one, arrived, mode), one.edge) for one in stretches)
                if metres <= far:
                    found[own] = Way(flow, metres, (source[0].edge, edge))
        return found

    def _arrived(self, source: Sequence[Stretch], mode: str, far: float) -> dict[int, float]:
        """Return how far each node is from a source, in one mode (Dijkstra)."""
        queue: list[tuple[float, int]] = []
        for stretch in source:
            (start, end), length = self.ends[stretch.edge].tolist(), float(self.metres[stretch.edge])
            forth, back = self.passes(stretch.edge, mode)
            queue += [(length - stretch.end, end)] if forth else []
            queue += [(stretch.start, start)] if back else []
        heapq.heapify(queue)
        arrived: dict[int, float] = {}
        while queue:
            cost, node = heapq.heappop(queue)
            if node in arrived or cost > far:
                continue
            arrived[node] = cost
            for hop in self.hops[mode].get(node, ()):
                if hop.node not in arrived:
                    heapq.heappush(queue, (cost + hop.cost, hop.node))
        return arrived

    def _to(self, source: Sequence[Stretch], place: Stretch, arrived: Mapping[int, float], mode: str) -> float:
        """Return how far a place is from a source: by a node, or along the edge on which both are."""
        (start, end), length = self.ends[place.edge].tolist(), float(self.metres[place.edge])
        forth, back = self.passes(place.edge, mode)
        costs = [math.inf]
        if forth:
            costs.append(arrived.get(start, math.inf) + place.start)
            costs += [max(0.0, place.start - one.end) for one in _beside(source, place) if place.end >= one.start]
        if back:
            costs.append(arrived.get(end, math.inf) + length - place.end)
            costs += [max(0.0, one.start - place.end) for one in _beside(source, place) if place.start <= one.end]
        return min(costs)


def _beside(source: Sequence[Stretch], place: Stretch) -> Iterable[Stretch]:
    return (one for one in source if one.edge == place.edge)


def make_network(lines: NDArray[Any], flows: Ints, snap: float, scale: float) -> Network:
    """Join lines into a network.

    Parameters
    ----------
    lines
        Lines in the plane; what else is among them is left out.
    flows
        For each line 1, -1 or 0.
    snap
        Metres.
    scale
        How many metres of the plane one on the ground takes.
    """
    linear = np.flatnonzero(~shapely.is_missing(lines) & (shapely.get_dimensions(lines) == 1))
    parts, owner = shapely.get_parts(lines[linear], return_index=True)
    kept = shapely.length(parts) > 0
    edges, at = _parted(parts[kept], snap * scale)
    line = linear[owner[kept]][at]
    metres = np.asarray(shapely.length(edges), dtype=float) / scale
    return Network(edges, line, np.asarray(flows)[line], _nodes(edges, snap * scale), metres)


def _parted(parts: NDArray[Any], snap: float) -> tuple[NDArray[Any], Ints]:
    """Part lines where others end at them; return the pieces, and of which line each is."""
    tips = _tips(parts)
    tip, part = shapely.STRtree(parts).query(tips, predicate="dwithin", distance=snap)
    other = tip // 2 != part
    tip, part = tip[other], part[other]
    along = shapely.line_locate_point(parts[part], tips[tip])
    inside = (along > snap) & (along < shapely.length(parts[part]) - snap)
    cuts: dict[int, set[float]] = defaultdict(set)
    for at, place in zip(part[inside].tolist(), along[inside].tolist(), strict=True):
        cuts[at].add(place)
    pieces, owner = [], []
    for at, whole in enumerate(parts):
        places = [0.0, *sorted(cuts[at]), float(whole.length)] if at in cuts else []
        own = [substring(whole, *ends) for ends in pairwise(places)] or [whole]
        pieces += own
        owner += [at] * len(own)
    found = np.empty(len(pieces), dtype=object)
    found[:] = pieces
    return found, np.array(owner, dtype=np.intp)


def _tips(lines: NDArray[Any]) -> NDArray[Any]:
    """Return where lines begin and end, one after the other."""
    tips: NDArray[Any] = np.column_stack([shapely.get_point(lines, 0), shapely.get_point(lines, -1)]).ravel()
    return tips


def _nodes(edges: NDArray[Any], snap: float) -> Ints:
    """Return the nodes at which edges begin and end; ends within the snap distance of one another are one."""
    tips = _tips(edges)
    leader = list(range(len(tips)))

    def lead(at: int) -> int:
        while leader[at] != at:
            leader[at] = leader[leader[at]]
            at = leader[at]
        return at

    pairs = shapely.STRtree(tips).query(tips, predicate="dwithin", distance=snap) if len(tips) else np.empty((2, 0))
    for one, other in pairs.T.astype(int).tolist():
        # The two ends of a short line are no ring, unless they are one place.
        if one // 2 != other // 2 or tips[one].equals(tips[other]):
            leader[lead(other)] = lead(one)
    return np.array([lead(at) for at in range(len(tips))], dtype=np.intp).reshape(-1, 2)


def stretches(network: Network, shapes: NDArray[Any], bank: float, scale: float) -> dict[int, list[Stretch]]:
    """Return for each shape the stretches of edges that it lies beside, the nearest first.

    A stretch runs between the feet of those corners of the shape that are near enough, and its nearest place.

    Parameters
    ----------
    bank
        Metres; no farther from an edge lies what is beside it.
    """
    found: dict[int, list[tuple[float, Stretch]]] = defaultdict(list)
    if not len(network.edges):
        return {}
    reach = bank * scale
    own, edge = shapely.STRtree(network.edges).query(shapes, predicate="dwithin", distance=reach)
    feet = shapely.get_point(shapely.shortest_line(shapes[own], network.edges[edge]), -1)
    gaps = shapely.distance(shapes[own], network.edges[edge])
    for at, line, foot, gap in zip(own.tolist(), edge.tolist(), feet, gaps.tolist(), strict=True):
        whole = network.edges[line]
        corners = shapely.points(shapely.get_coordinates(shapes[at]))
        corners = corners[shapely.distance(corners, whole) <= reach]
        along = shapely.line_locate_point(whole, np.append(corners, foot)) / scale
        found[at].append((gap, Stretch(line, float(along.min()), float(along.max()))))
    return {at: [stretch for _, stretch in sorted(own)] for at, own in found.items()}
