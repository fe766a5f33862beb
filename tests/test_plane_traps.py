"""What measuring in the plane could stumble over: borders that coincide, places on edges, rings that touch."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import GeometryCollection, LineString, MultiPoint, MultiPolygon, Point, Polygon, box

from onemap.flat import flatten
from onemap.risk.plane.discs import Discs, shares_in_discs
from onemap.risk.plane.neighbours import nearest
from onemap.risk.plane.tree import grow
from onemap.risk.plane.zones import share_pairs

X, Y = 388_000, 3_863_000
HERE = np.array([X, Y])
ORIGINS = st.sampled_from([(X, Y), (38_388_000, Y), (0, 0)])
SEEDS = st.integers(0, 2**31)


def comb(teeth: int, pitch: float, height: float) -> Polygon:
    """A comb whose teeth are upright."""
    steps = [(at * pitch, height if at % 2 else 5.0) for at in range(teeth) for _ in (0, 1)]
    return Polygon([(0, 0), *[(x, y) for (x, _), (_, y) in zip(steps[1:], steps, strict=False)], (steps[-1][0], 0)])


def spiral(turns: float) -> Polygon:
    """A band that winds around itself."""
    angles = np.linspace(3, turns * 2 * np.pi, 300)
    inner, outer = (np.column_stack([np.cos(angles), np.sin(angles)]) * (angles[:, None] * 10 + w) for w in (0, 40))
    return Polygon([*inner, *outer[::-1]])


def squares(chance: np.random.Generator, side: float) -> shapely.Geometry:
    """Squares of a grid run together: holes, corners that only touch, edges one above the other."""
    cells = [box(i * side, j * side, (i + 1) * side, (j + 1) * side) for i, j in product(range(7), repeat=2)]
    return shapely.union_all([cell for cell in cells if chance.random() < 0.6] or cells[:1])


def trap(chance: np.random.Generator) -> shapely.Geometry:
    shape = (
        lambda: comb(int(chance.integers(3, 60)), 12.5, 400),
        lambda: spiral(chance.uniform(1, 5)),
        lambda: squares(chance, chance.choice([12.5, 50, 100])),
        lambda: box(0, 0, chance.choice([1e-3, 50, 1200]), chance.choice([1e-3, 50, 1200])),
        lambda: Polygon([(0, 0), (100, 0), (100, 100), (0, 100)], [[(0, 0), (50, 20), (20, 50)]]),
        lambda: MultiPolygon([box(0, 0, 50, 50), box(50, 50, 100, 100)]),
    )[int(chance.integers(6))]()
    return shapely.transform(shape, lambda points: points + np.round(chance.uniform(-300, 300, 2) / 50) * 50)


def moved(shapes, origin):
    return shapely.transform(np.array(shapes, dtype=object), lambda points: points + np.array(origin))


@settings(max_examples=60, deadline=None)
@given(SEEDS, ORIGINS)
def test_shares_are_those_of_clipping_where_borders_coincide(seed, origin):
    chance = np.random.default_rng(seed)
    zones = [trap(chance) for _ in range(3)]
    west, south, east, north = zones[0].bounds
    halves = [box(west - 50, south, (west + east) / 2, north), box((west + east) / 2, south, east + 50, north)]
    shapes = np.array([*zones, zones[0].envelope, *halves, *(trap(chance) for _ in range(6))], dtype=object)
    flat = flatten(moved(shapes, origin))
    pairs, shares = share_pairs(flat, grow(flat), flatten(moved(zones, origin)))
    found = np.zeros((len(zones), len(shapes)))
    found[pairs.zone, pairs.shape] = shares * flat.areas[pairs.shape]
    expected = shapely.area(shapely.intersection(np.array(zones)[:, None], shapes))
    # Far from the origin a coordinate is rounded to some nanometres: along a rim of 10 km that is 0.1 mm².
    assert found == pytest.approx(expected, abs=2e-4)


@settings(max_examples=40, deadline=None)
@given(SEEDS, ORIGINS)
def test_discs_through_vertices_and_around_places_on_edges_are_exact(seed, origin):
    chance = np.random.default_rng(seed)
    shape = trap(chance)
    vertices = shapely.get_coordinates(shape)
    one, other = vertices[int(chance.integers(len(vertices)))], vertices[int(chance.integers(len(vertices)))]
    west, south, east, north = shape.bounds
    middles = np.array([one, one, (one + other) / 2, [(west + east) / 2, (south + north) / 2]])
    radii = np.array([np.hypot(*(one - other)), 50.0, np.hypot(*(one - other)) / 2, (east - west) / 2])
    discs, flat = Discs(*(middles + np.array(origin)).T, radii), flatten(moved([shape], origin))
    shares = shares_in_discs(flat, np.zeros(4, dtype=np.intp), discs, np.arange(4))
    rounds = shapely.buffer(shapely.points(middles), radii, quad_segs=5000)
    expected = shapely.area(shapely.intersection(rounds, shape))
    assert (np.abs(shares * flat.areas - expected) <= np.pi * radii**2 * 1e-6 + 2e-4).all()


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_where_a_ring_starts_and_which_way_it_runs_changes_no_share(seed):
    chance = np.random.default_rng(seed)
    points = shapely.get_coordinates(spiral(2))[:-1] + HERE
    start = int(chance.integers(len(points)))
    flat = flatten(np.array([Polygon(points), Polygon(np.roll(points, start, axis=0)[::-1])]))
    discs = Discs(*(np.full(2, value, dtype=float) for value in (X + 30, Y + 60, chance.uniform(5, 200))))
    in_discs = shares_in_discs(flat, np.arange(2), discs, np.arange(2))
    pairs, in_zones = share_pairs(flat, grow(flat), flatten(np.array([box(X, Y, X + chance.uniform(5, 200), Y + 90)])))
    assert pairs.shape.tolist() in ([0, 1], [1, 0])
    assert (in_discs[0], in_zones[0]) == pytest.approx((in_discs[1], in_zones[1]), abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(SEEDS, *[st.sampled_from([1, 7, 8, 9, 64, 65, 200])] * 2)
def test_the_nearest_and_all_as_near_are_those_of_trying_every_pair(seed, many, others):
    chance = np.random.default_rng(seed)
    # Whole metres, so that distances are equal to the last digit where they are equal.
    spread = chance.choice([0, 3, 100])
    ours, theirs = (np.round(chance.uniform(-spread, spread, (count, 2))) for count in (many, others))
    one, other = (flatten(shapely.points(places + HERE)) for places in (ours, theirs))
    pairs = nearest((one, grow(one)), (other, grow(other)))
    far2 = ((ours[:, None] - theirs) ** 2).sum(axis=2)
    expected = zip(*np.nonzero(far2 == far2.min(axis=1, keepdims=True)), strict=True)
    assert sorted(zip(pairs[0], pairs[1], strict=True)) == sorted(expected)


def test_what_is_empty_in_a_collection_has_no_part_in_it():
    flat = flatten(np.array([GeometryCollection([Polygon(), Point(X, Y)]), Point(X, Y)]))
    assert flat.pointlike.tolist() == [True, True]


@pytest.mark.parametrize("shape", [MultiPoint([(X, Y)]), GeometryCollection([Point(X, Y)])])
def test_a_point_is_a_point_though_it_is_kept_as_several(shape):
    assert flatten(np.array([shape])).pointlike.tolist() == [True]


def test_a_place_in_a_hole_is_as_far_as_the_edge_of_the_hole():
    hole = box(X + 20, Y + 20, X + 80, Y + 80)
    around = flatten(np.array([Polygon(box(X, Y, X + 100, Y + 100).exterior, [hole.exterior])]))
    ours = flatten(np.array([Point(X + 30, Y + 40), LineString([(X + 30, Y + 40), (X + 40, Y + 40)])]))
    assert nearest((ours, grow(ours)), (around, grow(around)))[2].length.tolist() == [10.0, 10.0]
