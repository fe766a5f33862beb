"""The edges of polygons, which of them no two polygons share, and the faces into which those divide the ground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Places = NDArray[np.intp]
Shapes = NDArray[np.object_]

LEAST_FACE_M2: Final = 1e-4
"""What is smaller comes from the rounding of coordinates."""


ASIDE: Final = np.array([0.00061803, 0.00073205])
"""Where a second place in a face lies beside the first, as a part of the face's size."""


@dataclass(frozen=True)
class Edges:
    """Edges of shapes: `starts` says at which of the `points` each begins; it ends at the next one."""

    points: Numbers
    starts: Places
    owner: Places
    """The place of its shape among all."""
    turn: NDArray[np.int8]
    """1 where the ground of its shape lies to the left, -1 where to the right."""

    @classmethod
    def of(cls, shapes: Shapes) -> Edges:
        """Return all edges of valid polygons and multipolygons, but for those between a vertex and itself."""
        parts, owner_of_part = shapely.get_parts(shapes, return_index=True)
        rings, part_of_ring = shapely.get_rings(parts, return_index=True)
        # The first ring of a part is its outside.
        hole = np.r_[False, part_of_ring[1:] == part_of_ring[:-1]]
        turn = np.where(shapely.is_ccw(rings) != hole, 1, -1).astype(np.int8)
        points, ring = shapely.get_coordinates(rings, return_index=True)
        starts = np.flatnonzero((ring[1:] == ring[:-1]) & (points[1:] != points[:-1]).any(axis=1))
        ring = ring[starts]
        return cls(points, starts, owner_of_part[part_of_ring[ring]], turn[ring])

    def unshared(self) -> Edges:
        """Return the edges that no edge in the opposite direction makes up for."""
        x, y = (self.points + 0.0).T.copy()  # -0.0 is 0.0, but has other bits.
        corner = _mix(_mix(x.view(np.uint64)) + y.view(np.uint64))
        slant = x + np.pi * y
        # The same number for both directions; edges of the same number follow one another in the order.
        number = corner[self.starts] + corner[self.starts + 1]
        middle = slant[self.starts] + slant[self.starts + 1]
        way = np.where(slant[self.starts] < slant[self.starts + 1], self.turn, -self.turn)
        order = np.argsort(number)
        number, middle = number[order], middle[order]
        # Should two edges have the same number by chance, their middles lie apart.
        first = np.flatnonzero(np.r_[True, (number[1:] != number[:-1]) | (middle[1:] != middle[:-1])])
        left = np.add.reduceat(way[order], first, dtype=np.int64) != 0
        kept = np.empty(len(order), dtype=bool)
        kept[order] = np.repeat(left, np.diff(np.r_[first, len(order)]))
        return Edges(self.points, self.starts[kept], self.owner[kept], self.turn[kept])

    @property
    def begins(self) -> NDArray[np.bool_]:
        """Whether each is the first of a line, and does not follow the one before."""
        return np.asarray(np.r_[True, self.starts[1:] != self.starts[:-1] + 1][: len(self.starts)])

    def lines(self) -> Shapes:
        """Return the edges, those that follow one another as one line."""
        begins = self.begins
        ends = self.starts[np.r_[begins[1:], True][: len(begins)]] + 1
        # Each line is the starts of its edges, and the end of the last one.
        points = np.concatenate([self.starts, ends])
        line = np.concatenate([np.cumsum(begins) - 1, np.arange(len(ends))])
        order = np.lexsort((points, line))
        return np.asarray(shapely.linestrings(self.points[points[order]], indices=line[order]))

    def spots(self, step: float) -> tuple[Numbers, Numbers, Places]:
        """Return places along each line, `step` apart, the way out of the shape at each (of length 1), and whose it is.

        The first place is half a step from the beginning of its line.
        """
        along = self.points[self.starts + 1] - self.points[self.starts]
        length = np.hypot(*along.T)
        gone = np.cumsum(length) - length
        begins = np.flatnonzero(self.begins)
        gone -= np.repeat(gone[begins], np.diff(np.r_[begins, len(gone)]))
        first = np.ceil(gone / step - 0.5).astype(np.intp)
        count = np.ceil((gone + length) / step - 0.5).astype(np.intp) - first
        edge = np.repeat(np.arange(len(count)), count)
        number = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
        way = along[edge] / length[edge, None]
        places = self.points[self.starts[edge]] + way * (((first[edge] + number + 0.5) * step) - gone[edge])[:, None]
        out = np.column_stack([way[:, 1], -way[:, 0]]) * self.turn[edge, None].astype(float)
        return np.asarray(places), np.asarray(out), self.owner[edge]


def find_faces(edges: Edges) -> Shapes:
    """Return the pieces into which the edges that no two shapes share divide the ground.

    In each of them equally many shapes lie everywhere; the ground around all shapes is none of them.
    """
    # Edges that cross are cut where they do; then each piece is led as far as no other meets it.
    lines = shapely.line_merge(shapely.union_all(edges.lines()))
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    return np.asarray(faces[shapely.area(faces) > LEAST_FACE_M2])


def depths(faces: Shapes, tree: shapely.STRtree) -> Places:
    """Return how many of the shapes in a tree lie on each face; hardly ever is one counted that only touches it."""
    places = shapely.get_coordinates(shapely.point_on_surface(faces))
    found = _shapes_at(places, tree)
    # A place on the edge of two shapes counts as in both: another one in the same face, in no likely direction, tells.
    deep = np.flatnonzero(found > 1)
    beside = places[deep] + np.sqrt(shapely.area(faces[deep]))[:, None] * ASIDE
    inside = shapely.contains_xy(faces[deep], beside)
    deep, beside = deep[inside], beside[inside]
    found[deep] = np.minimum(found[deep], _shapes_at(beside, tree))
    return found


def _shapes_at(places: Numbers, tree: shapely.STRtree) -> Places:
    found = tree.query(shapely.points(places), predicate="intersects")[0]
    return np.bincount(found, minlength=len(places)).astype(np.intp)


def _mix(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return numbers whose every bit depends on all bits of `bits` (the finaliser of MurmurHash3)."""
    mixed = (bits ^ (bits >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    mixed = (mixed ^ (mixed >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return mixed ^ (mixed >> np.uint64(33))
