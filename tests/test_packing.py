"""Packed shapes come back as they were, to the decimetre, and what neighbours share is written once."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import GeometryCollection, LineString, MultiPoint, MultiPolygon, Point, Polygon, box

from onemap.export.webmap.packing import pack
from tests.unpacked import Part, numbers, unpacked

EDGE = 5000.0


def from_its_least(ring: Part) -> Part:
    """Return a ring from its least corner on: where a ring begins says nothing."""
    at = ring.index(min(ring))
    return ring[at:] + ring[:at]


def rings_of(shape: Any) -> list[Part]:
    """Return the rings of polygons in decimetres, no corner twice in a row, as GEOS has them."""
    rings = []
    for polygon in shapely.get_parts(shape):
        for ring in (polygon.exterior, *polygon.interiors):
            corners = [(round(x * 10), round(y * 10)) for x, y in ring.coords]
            rings.append(
                [one for one, before in zip(corners[1:], corners, strict=False) if one != before] or corners[:1]
            )
    return rings


def cells(seed: int, count: int) -> list[Any]:
    """Return a coverage, and around it the rest of the world with a hole that it fills."""
    places = np.random.default_rng(seed).uniform(0, 1000, (count, 2))
    found = list(shapely.voronoi_polygons(MultiPoint(places), extend_to=box(0, 0, 1000, 1000)).geoms)
    return [*found, box(-EDGE, -EDGE, EDGE, EDGE).difference(shapely.union_all(found))]


def back(shapes: list[Any]) -> list[list[Part]]:
    return [[from_its_least(ring) for ring in rings] for _, rings in unpacked(pack(np.array(shapes, dtype=object)))]


def expected(shapes: list[Any]) -> list[list[Part]]:
    return [[from_its_least(ring) for ring in rings_of(shape)] for shape in shapes]


@given(st.integers(0, 10_000), st.integers(3, 40))
def test_a_coverage_comes_back_ring_by_ring(seed: int, count: int) -> None:
    shapes = cells(seed, count)
    assert back(shapes) == expected(shapes)


@given(st.integers(0, 10_000))
def test_shapes_that_lie_over_one_another_come_back(seed: int) -> None:
    found = cells(seed, 12)
    shapes = [*found, shapely.union_all(found[:5]), MultiPolygon([box(0, 0, 9, 9), box(20, 0, 29, 9)]), found[0]]
    assert back(shapes) == expected(shapes)


def test_a_disc_that_fills_a_hole_is_written_once() -> None:
    disc = Point(0, 0).buffer(500, quad_segs=50)
    ring = Point(0, 0).buffer(900, quad_segs=50).difference(disc)
    (alone, both) = (len(list(numbers(pack(np.array(shapes, dtype=object))))) for shapes in ([ring], [ring, disc]))
    assert both - alone < 10
    assert back([ring, disc]) == expected([ring, disc])


def test_what_two_parcels_share_is_written_once() -> None:
    bends = [(0, y * 10 + y % 2) for y in range(100)]
    west = Polygon([*bends, (-500, 990), (-500, 0)])
    east = Polygon([*bends, (500, 990), (500, 0)])
    apart = shapely.transform(east, lambda corners: corners + np.array([0.3, 0]))
    shared, written_twice = (len(list(numbers(pack(np.array([west, one], dtype=object))))) for one in (east, apart))
    assert written_twice - shared > 150


def test_lines_and_points_keep_every_corner() -> None:
    shapes = [LineString([(0, 0), (5, 5), (0, 0)]), MultiPoint([(1, 1), (2, 2)]), LineString([(0, 0), (5, 5)])]
    assert unpacked(pack(np.array(shapes, dtype=object))) == [
        (2, [[(0, 0), (50, 50), (0, 0)]]), (1, [[(10, 10)], [(20, 20)]]), (2, [[(0, 0), (50, 50)]]),
    ]  # fmt: skip


def test_of_a_collection_its_highest_dimension_is_drawn() -> None:
    mixed = GeometryCollection([Point(1, 1), box(0, 0, 1, 1), Polygon()])
    assert back([mixed]) == expected([box(0, 0, 1, 1)])


def test_a_polygon_smaller_than_the_grid_is_one_corner() -> None:
    assert unpacked(pack(np.array([box(0, 0, 0.01, 0.01)], dtype=object))) == [(3, [[(0, 0)]])]
