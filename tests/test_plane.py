"""The measuring in the plane, beside plain implementations: every pair by itself, by GEOS."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import GeometryCollection, LineString, MultiPoint, MultiPolygon, Point, Polygon, box

from onemap.flat import flatten
from onemap.risk.plane.discs import Discs, sum_in_discs
from onemap.risk.plane.ledger import ledger_of
from onemap.risk.plane.neighbours import nearest, within
from onemap.risk.plane.once import take_once
from onemap.risk.plane.tree import grow
from onemap.risk.plane.zones import share_pairs, sum_in_zones

X, Y = 388_000.0, 3_863_000.0
HERE = np.array([X, Y])
SEEDS = st.integers(0, 2**31)


def star(chance: np.random.Generator, reach: float, spread: float) -> Polygon:
    """A star-shaped polygon somewhere, in any direction, now and then with a hole."""
    count = int(chance.integers(3, 40))
    turns = np.linspace(0, 2 * np.pi, count, endpoint=False)[:: int(chance.choice([-1, 1]))]
    shell = np.column_stack([np.cos(turns), np.sin(turns)]) * chance.uniform(0.2, 1, count)[:, None] * reach
    middle = HERE + chance.uniform(-spread, spread, 2)
    return Polygon(shell + middle, [shell * 0.3 + middle] if chance.random() < 0.3 else [])


def stars(chance: np.random.Generator, count: int, reach: float = 150, spread: float = 900) -> np.ndarray:
    """Polygons, some of several parts that lie apart."""
    shapes = [star(chance, reach, spread) for _ in range(count)]
    other = shapely.transform(shapes[0], lambda points: points + np.array([4 * spread, 0]))
    return np.array([*shapes, MultiPolygon([shapes[0], other])], dtype=object)


def mixed(chance: np.random.Generator, count: int) -> np.ndarray:
    """Shapes of every kind, and none."""
    polygons = stars(chance, count)
    places = HERE + chance.uniform(-900, 900, (count, 2))
    lines = [LineString(places[at : at + 3]) for at in range(0, count - 2, 3)]
    return np.array([*polygons, *map(Point, places), *lines, MultiPoint(places[:3]), None, Point()], dtype=object)


def summed(shapes, zones):
    flat = flatten(shapes)
    classes = np.arange(len(flat.rows)) % 3
    ledger = ledger_of(shapely.area(flat.shapes), classes, 3)
    expected = np.zeros((len(zones), 3))
    for group in range(3):
        common = shapely.intersection(zones[:, None], flat.shapes[classes == group])
        expected[:, group] = shapely.area(common).sum(axis=1)
    return flat, ledger, expected


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_areas_in_zones_are_those_of_clipping(seed):
    chance = np.random.default_rng(seed)
    zones = stars(chance, 6, reach=800)
    flat, ledger, expected = summed(stars(chance, 60), zones)
    assert sum_in_zones(flat, grow(flat), flatten(zones), ledger) == pytest.approx(expected, rel=1e-9, abs=1e-4)


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_areas_in_discs_are_those_of_clipping_by_a_20000_gon(seed):
    chance = np.random.default_rng(seed)
    places, radii = HERE + chance.uniform(-900, 900, (6, 2)), chance.uniform(1, 1500, 6)
    discs = shapely.buffer(shapely.points(places), radii, quad_segs=5000)
    flat, ledger, expected = summed(stars(chance, 60), discs)
    found = sum_in_discs(flat, grow(flat), Discs(*places.T, radii), ledger)
    assert (np.abs(found - expected).max(axis=1) <= shapely.area(discs) * 1e-6 + 1e-4).all()


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_pairs_and_their_shares_are_those_of_clipping(seed):
    chance = np.random.default_rng(seed)
    shapes, zones = stars(chance, 20), stars(chance, 5, reach=600)
    flat = flatten(shapes)
    pairs, shares = share_pairs(flat, grow(flat), flatten(zones))
    found = np.zeros((len(zones), len(shapes)))
    found[pairs.zone, pairs.shape] = shares
    expected = shapely.area(shapely.intersection(zones[:, None], shapes)) / shapely.area(shapes)
    assert found == pytest.approx(expected, abs=1e-9)


@settings(max_examples=15, deadline=None)
@given(SEEDS, st.floats(0, 1500))
def test_pairs_within_reach_are_those_that_geos_measures(seed, reach):
    chance = np.random.default_rng(seed)
    of, to = mixed(chance, 8), mixed(chance, 12)
    ours, theirs = flatten(of), flatten(to)
    one, other, gaps = within(ours, theirs, grow(theirs), np.full(len(ours.rows), reach))
    lengths = shapely.distance(of[:, None], to)
    assert set(zip(ours.rows[one], theirs.rows[other], strict=True)) == set(
        zip(*np.nonzero(lengths <= reach), strict=True)
    )
    assert gaps.length == pytest.approx(lengths[ours.rows[one], theirs.rows[other]], abs=1e-6)


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_the_ends_of_a_gap_lie_on_either_shape_and_so_far_apart(seed):
    chance = np.random.default_rng(seed)
    ours, theirs = flatten(mixed(chance, 8)), flatten(mixed(chance, 12))
    one, other, gaps = within(ours, theirs, grow(theirs), np.full(len(ours.rows), 2000.0))
    ends = shapely.points(gaps.x, gaps.y), shapely.points(gaps.to_x, gaps.to_y)
    assert shapely.distance(ends[0], ours.shapes[one]).max() < 1e-6
    assert shapely.distance(ends[1], theirs.shapes[other]).max() < 1e-6
    assert shapely.distance(*ends) == pytest.approx(gaps.length, abs=1e-6)


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_the_nearest_is_the_nearest_of_all(seed):
    chance = np.random.default_rng(seed)
    of, to = mixed(chance, 40), mixed(chance, 12)
    ours, theirs = flatten(of), flatten(to)
    one, _, gaps = nearest((ours, grow(ours)), (theirs, grow(theirs)))
    expected = shapely.distance(ours.shapes[:, None], theirs.shapes).min(axis=1)
    assert sorted(set(one)) == list(range(len(ours.rows)))
    assert gaps.length == pytest.approx(expected[one], abs=1e-6)


def test_of_a_collection_the_parts_of_the_highest_dimension_count():
    square = box(X, Y, X + 10, Y + 10)
    bits = GeometryCollection([Point(X + 99, Y), GeometryCollection([LineString([(X, Y), (X + 50, Y)]), square])])
    flat = flatten(np.array([bits, Point(X + 30, Y)]))
    _, _, gaps = nearest(
        (flat.take(flat.pointlike), grow(flat.take(flat.pointlike))),
        (flat.take(flat.areal), grow(flat.take(flat.areal))),
    )
    assert gaps.length.tolist() == [20.0]


def test_all_that_are_equally_near_are_returned():
    ours, theirs = flatten(np.array([Point(X, Y)])), flatten(np.array([Point(X + 5, Y), Point(X - 5, Y)] * 3))
    _, other, _ = nearest((ours, grow(ours)), (theirs, grow(theirs)))
    assert sorted(other) == [0, 1, 2, 3, 4, 5]


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_the_order_of_rows_changes_no_digit_of_a_sum(seed):
    chance = np.random.default_rng(seed)
    shapes = stars(chance, 200)
    classes = np.arange(len(shapes)) % 3
    discs = Discs(*(HERE + chance.uniform(-900, 900, (6, 2))).T, chance.uniform(1, 1500, 6))
    sums = []
    for order in (np.arange(len(shapes)), chance.permutation(len(shapes))):
        flat = flatten(shapes[order])
        sums.append(sum_in_discs(flat, grow(flat), discs, ledger_of(shapely.area(shapes[order]), classes[order], 3)))
    assert (sums[0] == sums[1]).all()


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_splitting_parcels_changes_no_sum(seed):
    chance = np.random.default_rng(seed)
    shapes = stars(chance, 40)
    east = box(X, Y - 1e4, X + 1e5, Y + 1e4)
    halves = np.concatenate([shapely.intersection(shapes, east), shapely.difference(shapes, east)])
    discs = Discs(*(HERE + chance.uniform(-900, 900, (6, 2))).T, chance.uniform(1, 1500, 6))
    sums = []
    for parcels in (shapes, halves):
        flat = flatten(parcels)
        ledger = ledger_of(shapely.area(flat.shapes), np.zeros(len(flat.rows), dtype=np.intp), 1)
        sums.append(sum_in_discs(flat, grow(flat), discs, ledger))
    assert sums[0] == pytest.approx(sums[1], rel=1e-9, abs=1e-3)


def test_neighbours_that_share_a_crooked_edge_share_no_ground():
    chance = np.random.default_rng(7)
    edge = np.column_stack([np.linspace(0, 1000, 200), chance.uniform(-5, 5, 200)]) + HERE
    above, below = (
        Polygon([*edge, (X + 1000, Y + 500), (X, Y + 500)]),
        Polygon([*edge, (X + 1000, Y - 500), (X, Y - 500)]),
    )
    flat = flatten(np.array([above]))
    pairs, _ = share_pairs(flat, grow(flat), flatten(np.array([below])))
    assert len(pairs.zone) == 0


def test_a_shape_lies_wholly_inside_itself():
    flat = flatten(np.array([star(np.random.default_rng(3), 100, 10)]))
    _, shares = share_pairs(flat, grow(flat), flat)
    assert shares.tolist() == [1.0]


def test_a_zone_with_upright_edges_only_in_a_parcel_cuts_it():
    flat = flatten(np.array([box(X, Y, X + 10, Y + 10)]))
    _, shares = share_pairs(flat, grow(flat), flatten(np.array([box(X + 4, Y - 1000, X + 1000, Y + 1000)])))
    assert shares.tolist() == pytest.approx([0.6], abs=1e-12)


def test_what_lies_on_the_other_side_of_the_earth_is_far():
    ours, theirs = flatten(np.array([Point(X, Y)])), flatten(np.array([box(-2e7, -2e7, -1.9e7, -1.9e7)]))
    _, _, gaps = nearest((ours, grow(ours)), (theirs, grow(theirs)))
    assert gaps.length.tolist() == pytest.approx([np.hypot(X + 1.9e7, Y + 1.9e7)])


@pytest.mark.parametrize("shapes", [[], [None, Polygon()]], ids=["none", "without any place"])
def test_nothing_has_no_ground_and_no_neighbours(shapes):
    flat = flatten(np.array(shapes, dtype=object))
    one = flatten(np.array([box(X, Y, X + 10, Y + 10)]))
    assert len(within(one, flat, grow(flat), np.array([1e9]))[0]) == 0
    assert len(nearest((flat, grow(flat)), (one, grow(one)))[0]) == 0
    assert len(share_pairs(flat, grow(flat), one)[1]) == 0


def overlapping(shapes) -> set[int]:
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    deep = (one != other) & (shapely.area(shapely.intersection(shapes[one], shapes[other])) > 1e-3)
    return set(one[deep].tolist())


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.integers(2, 40))
def test_no_polygon_on_ground_of_others_is_missed(seed, count):
    shapes = stars(np.random.default_rng(seed), count)
    assert overlapping(shapes) <= set(flatten(shapes).crowded.tolist())


def grid(count: int, side: float, east: float = 0.0) -> list[Polygon]:
    return [
        box(X + east + column * side, Y + row * side, X + east + (column + 1) * side, Y + (row + 1) * side)
        for column in range(count)
        for row in range(count)
    ]


def test_neighbours_that_share_their_edges_are_not_crowded():
    assert flatten(np.array(grid(6, 50))).crowded.tolist() == []


@pytest.mark.parametrize(
    "second", [grid(6, 50), grid(6, 50, east=20), grid(5, 60), [box(X + 110, Y + 110, X + 120, Y + 120)]]
)
def test_two_sheets_over_one_another_are_crowded_though_edges_inside_are_shared(second):
    shapes = np.array([*grid(6, 50), *second])
    assert overlapping(shapes) <= set(flatten(shapes).crowded.tolist())


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_ground_taken_once_is_the_union_and_what_was_taken_makes_up_the_rest(seed):
    shapes = stars(np.random.default_rng(seed), 15)
    flat = flatten(shapes)
    order = np.random.default_rng(seed).permutation(len(flat.crowded))
    left, shares, taken = take_once(flat, order, 1e-5)
    assert left.areas.sum() == pytest.approx(shapely.union_all(shapes).area, rel=1e-9)
    assert left.areas == pytest.approx(shares * flat.areas[left.rows], rel=1e-9, abs=1e-6)
    lost = (flat.areas[taken.loser] * taken.share).sum()
    assert left.areas.sum() + lost == pytest.approx(flat.areas.sum(), rel=1e-9)


def test_the_first_in_the_order_keeps_its_ground():
    flat = flatten(np.array([box(X, Y, X + 10, Y + 10), box(X + 4, Y, X + 14, Y + 10)]))
    left, _, taken = take_once(flat, np.array([1, 0]), 1e-5)
    assert left.areas.tolist() == pytest.approx([40, 100])
    assert (taken.owner.tolist(), taken.loser.tolist(), taken.share.tolist()) == ([1], [0], pytest.approx([0.6]))
