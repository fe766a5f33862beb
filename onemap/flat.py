"""Shapes as flat arrays: the vertices of a whole layer in two long rows, got out of its geometries once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from onemap.edges import Edges, depths, find_faces

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Flat:
    """The shapes of a layer that have a place.

    Rings are closed and stand one after another, ring by ring, part by part, shape by shape. The rings of
    one shape turn so that its holes run against its shells.
    """

    shapes: NDArray[Any]
    rows: Ints
    """For each shape its position in the array that it was taken from."""
    x: Floats
    y: Floats
    starts: Ints
    """Where the vertices of each shape start, and where those of the last end."""
    last: Bools
    """At which vertices a ring, line or point ends: no edge leads on from there."""
    boxes: Floats
    """4 x shapes: west, south, east, north."""

    @cached_property
    def areas(self) -> Floats:
        """The area of each shape in the plane; 0 for what is no polygon."""
        found: Floats = shapely.area(self.shapes)
        return found

    @cached_property
    def areal(self) -> Bools:
        """Which shapes are polygons."""
        found: Bools = shapely.get_dimensions(self.shapes) == 2
        return found

    @cached_property
    def pointlike(self) -> Bools:
        """Which shapes are single points."""
        found: Bools = shapely.get_type_id(self.shapes) == shapely.GeometryType.POINT
        return found

    @cached_property
    def crowded(self) -> Ints:
        """Which shapes, all of them polygons, may lie on ground of others: none that does is left out."""
        if len(self.rows) < 2:
            return np.empty(0, dtype=np.intp)
        # How many shapes lie on the ground changes only where an edge is not shared: whole faces are sound or not.
        faces = find_faces(self._edges().unshared())
        tree = shapely.STRtree(self.shapes)
        found: Ints = np.unique(tree.query(faces[depths(faces, tree) > 1], predicate="intersects")[1])
        return found

    def _edges(self) -> Edges:
        steps = ~self.last[:-1] & ((np.diff(self.x) != 0) | (np.diff(self.y) != 0))
        owner = np.repeat(np.arange(len(self.rows)), np.diff(self.starts))
        # From the first vertex of its shape, since from afar a small area is lost in the rounding.
        x, y = (axis - axis[self.starts[:-1]][owner] for axis in (self.x, self.y))
        twice = np.append((x[:-1] * y[1:] - x[1:] * y[:-1]) * steps, 0.0)
        turns = np.where(np.add.reduceat(twice, self.starts[:-1]) > 0, 1, -1).astype(np.int8)
        starts = np.flatnonzero(steps)
        return Edges(np.column_stack([self.x, self.y]), starts, owner[starts], turns[owner[starts]])

    def take(self, chosen: Bools) -> Flat:
        """Return some of the shapes."""
        if chosen.all():
            return self
        at = np.flatnonzero(chosen)
        vertices, _ = self.vertices_of(at)
        starts = np.concatenate([[0], np.cumsum(np.diff(self.starts)[at])])
        return Flat(
            self.shapes[at], self.rows[at], self.x[vertices], self.y[vertices], starts, self.last[vertices],
            self.boxes[:, at],
        )  # fmt: skip

    def vertices_of(self, at: Ints) -> tuple[Ints, Ints]:
        """Return the vertices of shapes one after another, and how many each has."""
        counts = self.starts[at + 1] - self.starts[at]
        return ranges(self.starts[at], counts), counts


def ranges(starts: Ints, counts: Ints) -> Ints:
    """Return the numbers from each start on, so many as its count, one range after another."""
    before = np.cumsum(counts) - counts
    found: Ints = np.repeat(starts - before, counts) + np.arange(int(counts.sum()))
    return found


def flatten(shapes: NDArray[Any]) -> Flat:
    """Take the coordinates out of shapes of any kind; null and empty ones are left out.

    Of a collection only the parts of its highest dimension are taken.

    Parameters
    ----------
    shapes
        Valid geometries, or None.
    """
    counts = shapely.get_num_coordinates(shapes)
    rows = np.flatnonzero(counts)
    shapes = shapes[rows]
    kinds = shapely.get_type_id(shapes)
    mixed = np.flatnonzero(kinds == shapely.GeometryType.GEOMETRYCOLLECTION)
    for at in mixed:
        shapes[at] = _highest(shapes[at])
    # A multipoint of one point is that point, around which discs are exact.
    alone = np.flatnonzero(kinds > shapely.GeometryType.POLYGON)
    alone = alone[shapely.get_num_geometries(shapes[alone]) == 1]
    shapes[alone] = shapely.get_geometry(shapes[alone], 0)
    kinds[alone] = shapely.get_type_id(shapes[alone])
    several = np.flatnonzero((kinds > shapely.GeometryType.POLYGON) | (shapely.get_num_interior_rings(shapes) > 0))
    shapes[several] = shapely.orient_polygons(shapes[several])
    counts = (shapely.get_num_coordinates(shapes) if len(mixed) else counts[rows]).astype(np.intp)
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.intp)
    last = np.zeros(starts[-1], dtype=bool)
    last[starts[1:] - 1] = True
    if len(several):
        lengths, owner = _lengths(shapes[several])
        # Within its shape each ring ends where the lengths of it and those before it add up to.
        ends = np.cumsum(lengths) - np.repeat(np.cumsum(counts[several]) - counts[several], np.bincount(owner))
        last[starts[several][owner] + ends - 1] = True
    points = shapely.get_coordinates(shapes)
    boxes = np.ascontiguousarray(shapely.bounds(shapes).reshape(-1, 4).T)
    # Views: places are looked up both at once, and copies of a whole county cost more than looking up in steps.
    x, y = points[:, 0], points[:, 1]
    return Flat(shapes, rows, x, y, starts, last, boxes)


def _highest(collection: Any) -> Any:
    parts = np.array([collection], dtype=object)
    while (shapely.get_type_id(parts) > shapely.GeometryType.POLYGON).any():
        parts = shapely.get_parts(parts)
    parts = parts[~shapely.is_empty(parts)]
    dimensions = shapely.get_dimensions(parts)
    several = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)[dimensions.max()]
    return several(parts[dimensions == dimensions.max()])


def _lengths(shapes: NDArray[Any]) -> tuple[Ints, Ints]:
    """Return how many vertices each ring, line or point of shapes has, and its shape."""
    shapes, owner = shapely.get_parts(shapes, return_index=True)
    there = ~shapely.is_empty(shapes)
    shapes, owner = shapes[there], owner[there]
    holes = shapely.get_num_interior_rings(shapes)
    first = np.cumsum(holes + 1) - holes - 1
    lengths = np.zeros(int((holes + 1).sum()), dtype=np.intp)
    polygons = shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON
    lengths[first[~polygons]] = shapely.get_num_coordinates(shapes[~polygons])
    lengths[ranges(first[polygons], holes[polygons] + 1)] = shapely.get_num_coordinates(
        shapely.get_rings(shapes[polygons])
    )
    return lengths, np.repeat(owner, holes + 1)
