from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPoint, MultiPolygon, Point, Polygon, box

from onemap.flat import flatten
from onemap.risk.measures.ring_area import measure
from onemap.risk.plane.discs import Discs, shares_in_discs
from onemap.text import speaking
from tests.ground import CRS, circle_area_m2, geodesic_area_m2, layer, placed, rings

MU = 2000 / 3
X, Y = 388_000.0, 3_863_000.0
SOURCE = Point(X, Y)
RADII = st.floats(1, 2000)


def square(half: float, east: float = 0, north: float = 0) -> Polygon:
    return box(X + east - half, Y + north - half, X + east + half, Y + north + half)


def areas_m2(source, parcels, *edges, crs=CRS, **fields):
    found = measure(layer("plot", [source], crs), layer("field", parcels, crs, **fields), rings(*edges))
    return (found["value"] * MU).tolist()


@st.composite
def polygons(draw) -> Polygon:
    """Star-shaped polygons of any place and size around the source, some with a hole."""
    count = draw(st.integers(3, 9))
    reaches = draw(st.lists(st.floats(5, 1500), min_size=count, max_size=count))
    turns = np.linspace(0, 2 * np.pi, count, endpoint=False)
    middle = X + draw(st.floats(-1500, 1500)), Y + draw(st.floats(-1500, 1500))
    shell = np.column_stack([np.cos(turns), np.sin(turns)]) * np.array(reaches)[:, None]
    hole = [shell * 0.4 + middle] if draw(st.booleans()) else []
    return Polygon(shell + middle, hole)


@pytest.mark.parametrize(
    ("place", "crs"), [((112.79, 34.9), "EPSG:4547"), ((112.5501, 34.9), "EPSG:4547"), ((120.0, 30.0), "EPSG:4549")]
)
@pytest.mark.parametrize("radius", [100, 300, 1000])
def test_a_disc_on_open_farmland_has_the_area_of_the_geodesic_circle(place, crs, radius):
    source = placed(Point(place), crs)
    farmland = source.buffer(1500, cap_style="square")
    assert areas_m2(source, [farmland], radius, crs=crs) == pytest.approx([circle_area_m2(place, radius)], rel=1e-5)


@given(polygons(), RADII)
@settings(max_examples=100, deadline=None)
def test_a_share_of_a_disc_agrees_with_cutting_by_a_very_round_polygon(parcel, radius):
    round_polygon = SOURCE.buffer(radius, quad_segs=5000)
    expected = shapely.intersection(parcel, round_polygon).area
    disc = Discs(*(np.array([value]) for value in (X, Y, radius)))
    (share,) = shares_in_discs(flatten(np.array([parcel])), np.array([0]), disc, np.array([0]))
    assert share * parcel.area == pytest.approx(expected, rel=1e-6, abs=round_polygon.area * 1e-6)


@given(st.lists(polygons(), min_size=1, max_size=4), st.lists(RADII, min_size=2, max_size=4, unique=True))
@settings(max_examples=50, deadline=None)
def test_rings_add_up_to_the_disc(parcels, edges):
    edges = sorted(edges)
    assert sum(areas_m2(SOURCE, parcels, *edges)) == pytest.approx(sum(areas_m2(SOURCE, parcels, edges[-1])), abs=1e-4)


@given(polygons(), RADII, st.sampled_from([SOURCE, LineString([SOURCE, (X + 500, Y)]), square(50)]))
@settings(max_examples=50, deadline=None)
def test_a_part_never_exceeds_its_whole(parcel, radius, source):
    whole = layer("field", [parcel]).areas_m2.sum()
    assert sum(areas_m2(source, [parcel], radius)) <= whole * (1 + 1e-12)


def test_a_parcel_wholly_inside_has_its_own_geodesic_area():
    parcel = square(30, east=40)
    assert areas_m2(SOURCE, [parcel], 100) == pytest.approx([geodesic_area_m2(parcel)], rel=1e-6)


def test_a_quarter_of_the_disc_lies_in_a_parcel_with_its_corner_at_the_source():
    place = (112.79, 34.9)
    source = placed(Point(place))
    quarter = box(source.x, source.y, source.x + 2000, source.y + 2000)
    assert areas_m2(source, [quarter], 500) == pytest.approx([circle_area_m2(place, 500) / 4], rel=2e-5)


def test_a_hole_is_not_farmland():
    around = Polygon(square(1500).exterior, [square(100).exterior])
    disc, hole = areas_m2(SOURCE, [square(1500)], 300)[0], geodesic_area_m2(square(100))
    assert areas_m2(SOURCE, [around], 300) == pytest.approx([disc - hole], rel=1e-6)


def test_the_direction_of_drawing_does_not_matter():
    around = Polygon(square(1500).exterior.coords[::-1], [square(100).exterior.coords])
    other = Polygon(square(1500).exterior.coords, [square(100).exterior.coords[::-1]])
    assert areas_m2(SOURCE, [around], 300) == pytest.approx(areas_m2(SOURCE, [other], 300), rel=1e-12)


def test_the_parts_of_a_parcel_count_together():
    parts = [square(20, east=60), square(20, east=-60)]
    expected = sum(areas_m2(SOURCE, parts, 100))
    assert areas_m2(SOURCE, [MultiPolygon(parts)], 100) == pytest.approx([expected], rel=1e-9)


def test_each_class_has_a_row_in_each_ring_where_it_has_ground():
    parcels = [square(20), square(20, east=200), square(20, east=210, north=60), square(20, east=-200)]
    found = measure(
        layer("plot", [SOURCE]),
        layer("field", parcels, kind=["school", "home", "home", None]),
        rings(100, 300),
    )
    assert found[["to_class", "to_key", "ring"]].to_numpy().tolist() == [
        ["school", "0-100", 100.0],
        ["", "100-300", 300.0],
        ["home", "100-300", 300.0],
    ]
    assert set(found["to"]) == {-1}


def test_ground_of_no_class_is_called_so():
    with speaking("en"):
        found = measure(layer("plot", [SOURCE]), layer("field", [square(20)]), rings(100))
    assert found["to_label"].tolist() == ["class unknown"]


def test_a_parcel_that_only_touches_the_disc_has_no_part_in_it():
    # On the central meridian metres in the plane are metres on the ground.
    source = Point(500_000, Y)
    assert areas_m2(source, [box(500_100, Y - 50, 500_300, Y + 50)], 100) == []


@pytest.mark.parametrize(
    ("source", "area_of"),
    [
        (square(50), lambda r: 100**2 + 4 * 100 * r + math.pi * r**2),
        (LineString([(X, Y), (X + 200, Y)]), lambda r: 2 * 200 * r + math.pi * r**2),
        (MultiPoint([(X, Y), (X + 500, Y)]), lambda r: 2 * math.pi * r**2),
    ],
    ids=["polygon", "line", "points"],
)
def test_rings_run_around_the_edge_of_a_source_and_the_source_lies_in_the_first(source, area_of):
    inner, outer = areas_m2(source, [square(2000)], 100, 200)
    # In the plane and on the ground all lengths differ by 0.0155 % here, and so the side of the source does.
    assert inner == pytest.approx(area_of(100), rel=2e-4)
    assert inner + outer == pytest.approx(area_of(200), rel=2e-4)


@settings(max_examples=20, deadline=None)
@given(st.floats(-2.5, 2.5), st.floats(18, 53), st.sampled_from([100.0, 300.0, 1000.0]))
def test_a_ring_has_its_area_anywhere_in_china_and_beyond_the_edge_of_a_zone(east, latitude, radius):
    place = (114 + east, latitude)
    source = placed(Point(place))
    farmland = source.buffer(1500, cap_style="square")
    assert areas_m2(source, [farmland], radius) == pytest.approx([circle_area_m2(place, radius)], rel=1e-6)


def test_ground_far_away_in_the_same_parcel_changes_no_ring():
    place = (115.4, 34.9)
    source = placed(Point(place))
    near = source.buffer(1500, cap_style="square")
    expected = pytest.approx([circle_area_m2(place, 1000)], rel=1e-6)
    assert (
        areas_m2(source, [MultiPolygon([near, box(source.x - 40_000, Y, source.x - 35_000, Y + 9000)])], 1000)
        == expected
    )
    assert (
        areas_m2(source, [box(source.x - 40_000, source.y - 2000, source.x + 2000, source.y + 2000)], 1000) == expected
    )


def test_around_a_plot_that_is_an_area_a_huge_parcel_counts_as_a_small_one():
    source, west, south = square(50, east=100_000), X + 98_000, Y - 2000
    huge = box(west - 40_000, south, west + 4000, south + 4000)
    corners = [(west + 500 * i, south + 500 * j) for i in range(8) for j in range(8)]
    small = [box(x, y, x + 500, y + 500) for x, y in corners]
    (inside,) = areas_m2(source, [huge], 1000)
    assert inside == pytest.approx(sum(areas_m2(source, small, 1000)), rel=1e-6)


def test_where_no_parcel_has_an_outline_there_are_no_rings():
    assert areas_m2(SOURCE, [None], 100) == areas_m2(square(50), [None], 100) == []


def test_what_has_no_place_has_no_rings():
    found = measure(layer("plot", [None, Point()]), layer("field", [square(20), None]), rings(100))
    assert found.empty


def test_ground_under_two_parcels_counts_once_for_the_gravest_class():
    parcels = [square(20), square(20, east=10)]
    found = measure(layer("plot", [SOURCE]), layer("field", parcels, kind=["home", "school"]), rings(100))
    areas = dict(zip(found["to_class"], found["value"] * MU, strict=True))
    rest = box(X + 20, Y - 20, X + 30, Y + 20)
    assert areas == pytest.approx({"home": geodesic_area_m2(parcels[0]), "school": geodesic_area_m2(rest)}, rel=1e-5)
