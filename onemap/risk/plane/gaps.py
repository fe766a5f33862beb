"""How far apart shapes lie in the plane, edge to edge, and where: to points and across open ground in closed form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from onemap.flat import Bools, Flat, Floats, Ints
from onemap.risk.plane.chunks import cut, each
from onemap.risk.plane.facing import rims_apart
from onemap.risk.plane.runs import lowest
from onemap.risk.plane.tree import gap2


class Gaps(NamedTuple):
    """The gap of each pair: its length, and the nearest places on either side."""

    length: Floats
    x: Floats
    y: Floats
    to_x: Floats
    to_y: Floats

    def take(self, at: Ints | Bools) -> Gaps:
        """Return some of them."""
        return Gaps(*(values[at] for values in self))

    def turned(self) -> Gaps:
        """Return them seen from the other side."""
        return Gaps(self.length, self.to_x, self.to_y, self.x, self.y)


def measure_gaps(of: Flat, to: Flat, one: Ints, other: Ints) -> Gaps:
    """Measure the gap of each pair; what touches or lies inside the other is 0 m away.

    Parameters
    ----------
    one, other
        Positions in `of` and `to`.
    """
    found = Gaps(*np.zeros((5, len(one))))
    from_point, to_point = of.pointlike[one], to.pointlike[other]
    apart = gap2(of.boxes[:, one], to.boxes[:, other]) > 0
    ways: tuple[tuple[Bools, Callable[[Ints], Gaps]], ...] = (
        (from_point, lambda at: _from_points(of, one[at], to, other[at])),
        (~from_point & to_point, lambda at: _from_points(to, other[at], of, one[at]).turned()),
        (~from_point & ~to_point & apart, lambda at: _between(of, one[at], to, other[at])),
        (~from_point & ~to_point & ~apart, lambda at: _mingled(of.shapes[one[at]], to.shapes[other[at]])),
    )
    for chosen, measure in ways:
        at = np.flatnonzero(chosen)
        for values, part in zip(found, measure(at) if len(at) else (), strict=False):
            values[at] = part
    return found


def _from_points(points: Flat, point: Ints, to: Flat, shape: Ints) -> Gaps:
    """Measure the gap from points to shapes."""
    x, y = points.x[points.starts[point]], points.y[points.starts[point]]
    pieces = each(
        lambda piece: _nearest_places(x[piece], y[piece], to, shape[piece]),
        cut(to.starts[shape + 1] - to.starts[shape]),
    )
    length, to_x, to_y = (np.concatenate(parts) for parts in zip(*pieces, strict=True))
    west, south, east, north = to.boxes[:, shape]
    at = np.flatnonzero(to.areal[shape] & (west <= x) & (x <= east) & (south <= y) & (y <= north))
    within = at[_contain(to, shape[at], x[at], y[at])]
    length[within], to_x[within], to_y[within] = 0.0, x[within], y[within]
    return Gaps(length, x, y, to_x, to_y)


def _nearest_places(px: Floats, py: Floats, to: Flat, shape: Ints) -> tuple[Floats, Floats, Floats]:
    """Return how far each point is from the rim of its shape, and the nearest place there."""
    vertices, counts = to.vertices_of(shape)
    first = np.cumsum(counts) - counts
    x, y = to.x[vertices] - np.repeat(px, counts), to.y[vertices] - np.repeat(py, counts)
    far2 = x * x + y * y
    edge = ~to.last[vertices][:-1]
    dot = x[:-1] * x[1:] + y[:-1] * y[1:]
    # Between its ends an edge comes nearer where both see the other by less than a right angle.
    at = np.flatnonzero(edge & (dot < np.minimum(far2[:-1], far2[1:])))
    ax, ay, dx, dy = x[at], y[at], x[at + 1] - x[at], y[at + 1] - y[at]
    length2 = dx * dx + dy * dy
    cross = ax * dy - ay * dx
    least2 = far2.copy()
    least2[at] = np.minimum(far2[at], cross * cross / length2)
    hit = lowest(least2, first)
    place_x, place_y = x[hit], y[hit]
    on_edge = least2[hit] < far2[hit]
    row = np.searchsorted(at, hit[on_edge])
    share = -(ax[row] * dx[row] + ay[row] * dy[row]) / length2[row]
    place_x[on_edge] += share * dx[row]
    place_y[on_edge] += share * dy[row]
    return np.sqrt(least2[hit]), place_x + px, place_y + py


def _contain(polygons: Flat, shape: Ints, px: Floats, py: Floats) -> Bools:
    """Return which polygons hold their own point: from inside a rim is crossed an odd number of times."""
    if len(shape) == 0:
        return np.empty(0, dtype=bool)
    vertices, counts = polygons.vertices_of(shape)
    x, y = polygons.x[vertices] - np.repeat(px, counts), polygons.y[vertices] - np.repeat(py, counts)
    ax, ay, bx, by = x[:-1], y[:-1], x[1:], y[1:]
    passing = ~polygons.last[vertices][:-1] & ((ay > 0) != (by > 0))
    crossed = np.zeros(len(x), dtype=np.intp)
    crossed[:-1] = passing & (((ax * by - bx * ay) > 0) == (by > ay))
    found: Bools = np.add.reduceat(crossed, np.cumsum(counts) - counts) % 2 == 1
    return found


def _between(of: Flat, one: Ints, to: Flat, other: Ints) -> Gaps:
    """Measure the gap between shapes whose boxes lie apart."""
    costs = of.starts[one + 1] - of.starts[one] + to.starts[other + 1] - to.starts[other]
    pieces = each(lambda piece: rims_apart(of, one[piece], to, other[piece]), cut(costs))
    return Gaps(*(np.concatenate(parts) for parts in zip(*pieces, strict=True)))


def _mingled(one: NDArray[Any], other: NDArray[Any]) -> Gaps:
    """Measure the gap between shapes that may cross: there GEOS is asked, which decides without rounding."""
    pieces = each(
        lambda piece: shapely.get_coordinates(shapely.shortest_line(one[piece], other[piece])),
        cut(np.ones(len(one)), 1 + len(one) // 8),
    )
    x, y, to_x, to_y = np.concatenate(pieces).reshape(-1, 4).T
    return Gaps(np.hypot(to_x - x, to_y - y), x, y, to_x, to_y)
