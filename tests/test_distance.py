from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPoint, Point, Polygon, box

from onemap.risk.measures.distance import count, measure, measure_nearest
from tests.ground import CRS, GEOD, away, layer, placed, rule

PLACES = [
    pytest.param((112.79, 34.9), "EPSG:4547", id="middle of the county"),
    pytest.param((112.5501, 34.9), "EPSG:4547", id="edge of zone 38"),
    pytest.param((120.0, 30.0), "EPSG:4549", id="central meridian of zone 40"),
    pytest.param((121.4999, 30.0), "EPSG:4549", id="edge of zone 40"),
    pytest.param((112.79, 34.9), "EPSG:4526", id="with zone prefix"),
]
AZIMUTHS = st.floats(0, 360)


def distances(of, to, reach, crs=CRS):
    return measure(layer("plot", of, crs), layer("receptor", to, crs), rule(reach=reach))["value"].tolist()


@pytest.mark.parametrize(("place", "crs"), PLACES)
@pytest.mark.parametrize("metres", [100.0, 300.0, 1000.0])
@pytest.mark.parametrize("azimuth", [0, 77, 90, 201])
def test_a_point_exactly_at_the_reach_is_inside_and_has_that_distance(place, crs, metres, azimuth):
    ends = [placed(Point(end), crs) for end in (place, away(place, azimuth, metres))]
    assert distances(ends[:1], ends[1:], metres, crs) == [metres]


@pytest.mark.parametrize(("place", "crs"), PLACES)
@pytest.mark.parametrize("azimuth", [0, 90])
def test_a_point_a_centimetre_beyond_the_reach_is_outside(place, crs, azimuth):
    ends = [placed(Point(end), crs) for end in (place, away(place, azimuth, 1000.01))]
    assert distances(ends[:1], ends[1:], 1000.0, crs) == []


@settings(max_examples=60, deadline=None)
@given(azimuth=AZIMUTHS, metres=st.floats(0, 5000), west=st.floats(112.5, 115.5), south=st.floats(20, 50))
def test_points_agree_with_the_geodesic_up_to_5_km(azimuth, metres, west, south):
    ends = [placed(Point(end)) for end in ((west, south), away((west, south), azimuth, metres))]
    assert distances(ends[:1], ends[1:], 6000.0) == pytest.approx([metres], abs=0.002)


@settings(max_examples=40, deadline=None)
@given(azimuth=AZIMUTHS, metres=st.floats(700, 5000), turn=st.floats(0, 120), radius=st.floats(5, 600))
def test_a_polygon_is_as_far_as_the_nearest_place_on_its_edge(azimuth, metres, turn, radius):
    here = (112.6, 34.9)
    middle = away(here, azimuth, metres)
    triangle = placed(Polygon([away(middle, turn + third, radius) for third in (0, 120, 240)]))
    edge = shapely.get_coordinates(shapely.segmentize(triangle.exterior, radius / 500))
    to_degrees = pyproj.Transformer.from_crs(CRS, "EPSG:4490", always_xy=True)
    places = to_degrees.transform(edge[:, 0], edge[:, 1])
    nearest = min(GEOD.inv(*np.broadcast_arrays(*here, *places)[:2], *places)[2])
    (distance,) = distances([placed(Point(here))], [triangle], 6000.0)
    assert distance == pytest.approx(nearest, abs=max(0.1, nearest / 1000))


@settings(max_examples=40, deadline=None)
@given(AZIMUTHS, st.floats(1, 5000), st.floats(10, 800), st.floats(-2.5, 2.5), st.floats(18, 53))
def test_triangles_that_point_at_one_another_are_as_far_as_their_tips(azimuth, metres, size, east, latitude):
    tips = (114 + east, latitude), away((114 + east, latitude), azimuth, metres)
    ways = [(azimuth + 140, azimuth + 220), (azimuth - 40, azimuth + 40)]
    triangles = [
        placed(Polygon([tip, *(away(tip, way, size) for way in both)])) for tip, both in zip(tips, ways, strict=True)
    ]
    assert distances(triangles[:1], triangles[1:], 6000.0) == pytest.approx([metres], abs=0.002)


def test_two_polygons_are_measured_from_edge_to_edge():
    # 100 m in the plane, 112 km west of the central meridian, are 0.0155 % less on the ground.
    scale = 1 + (388_000 - 500_000) ** 2 / (2 * 6_371_000**2)
    squares = box(387_900, 3_863_000, 388_000, 3_863_100), box(388_100, 3_863_050, 388_200, 3_863_200)
    assert distances(squares[:1], squares[1:], 1000) == pytest.approx([100 / scale], abs=0.002)


@pytest.mark.parametrize(
    "receptor",
    [
        Point(388_050, 3_863_050),
        Point(388_000, 3_863_050),
        box(388_100, 3_863_100, 388_200, 3_863_200),
        box(388_040, 3_863_040, 388_060, 3_863_060),
    ],
    ids=["point inside", "point on the edge", "corner touches", "polygon inside"],
)
def test_what_touches_or_lies_inside_is_0_m_away(receptor):
    assert distances([box(388_000, 3_863_000, 388_100, 3_863_100)], [receptor], 1000) == [0.0]


def test_every_pair_within_reach_is_found_with_the_line_that_was_measured():
    points = [Point(388_000 + east, 3_863_000) for east in (0, 200, 2000)]
    found = measure(layer("plot", points[:1]), layer("receptor", points), rule())
    assert found["to"].tolist() == [0, 1]
    assert found["to_key"].tolist() == ["receptor-0", "receptor-1"]
    assert found["link"].tolist()[1].equals(shapely.LineString([points[0], points[1]]))


def test_a_feature_is_not_its_own_receptor():
    points = [Point(388_000, 3_863_000), Point(388_000, 3_863_000)]
    plots = layer("plot", points)
    found = measure(plots, plots, rule(to="plot"))
    assert found[["of", "to"]].to_numpy().tolist() == [[0, 1], [1, 0]]


def test_what_has_no_place_has_no_distance():
    points = [None, Point(), Point(388_000, 3_863_000)]
    found = measure(layer("plot", points), layer("receptor", points), rule())
    assert found[["of", "to"]].to_numpy().tolist() == [[2, 2]]


def test_the_nearest_part_of_many_counts():
    scattered = MultiPoint([(388_000, 3_864_000), (388_000, 3_863_100)])
    (distance,) = distances([Point(388_000, 3_863_000)], [scattered], 2000)
    assert distance == pytest.approx(100, abs=0.02)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), reach=st.floats(1, 3000))
def test_every_finding_lies_within_reach_and_none_is_forgotten(seed, reach):
    places = np.random.default_rng(seed).uniform((112.7, 34.85), (112.75, 34.9), (20, 2))
    points = [placed(Point(place)) for place in places]
    lengths = {(i, j): GEOD.inv(*places[i], *places[j])[2] for i in range(10) for j in range(10, 20)}
    found = measure(layer("plot", points[:10]), layer("receptor", points[10:]), rule(reach=reach))
    pairs = {(of, to + 10) for of, to in found[["of", "to"]].itertuples(index=False)}
    assert pairs == {pair for pair, length in lengths.items() if length <= reach}


def nearest_of(of, to, **fields):
    asked = rule(measure="nearest", reach=fields.pop("reach", None))
    return measure_nearest(layer("plot", of), layer("receptor", to, **fields), asked)


def test_the_nearest_of_each_class_is_found_however_far():
    here = (112.79, 34.9)
    ends = [away(here, 90, metres) for metres in (30_000, 20_000, 500, 400)]
    kinds = ["school", "school", "home", "home"]
    found = nearest_of([placed(Point(here))], [placed(Point(end)) for end in ends], kind=kinds)
    assert found[["to_class", "to"]].to_numpy().tolist() == [["home", 3], ["school", 1]]
    assert found["value"].tolist() == pytest.approx([400, 20_000], abs=0.002)


def test_the_nearest_is_the_one_on_the_ground_where_the_plane_is_stretched():
    # 130 km west of the meridian 10 km to the west are 0.3 m longer in the plane than 10 km to the east.
    here = (112.6, 34.9)
    west, east = (placed(Point(away(here, azimuth, metres))) for azimuth, metres in ((270, 10_000), (90, 10_000.1)))
    assert placed(Point(here)).distance(east) < placed(Point(here)).distance(west)
    assert nearest_of([placed(Point(here))], [west, east])["to"].tolist() == [0]


def test_of_those_equally_near_the_lowest_key_is_taken():
    ends = [Point(388_100, 3_863_000)] * 3
    found = nearest_of([Point(388_000, 3_863_000)], ends, code=["c", "a", "b"])
    assert found["to_key"].tolist() == ["a"]


def test_what_is_nearest_but_out_of_reach_is_not_listed():
    assert nearest_of([Point(388_000, 3_863_000)], [Point(388_600, 3_863_000)], reach=500).empty


def test_what_has_no_place_has_no_nearest_and_is_none():
    assert nearest_of([None, Point()], [Point(388_000, 3_863_000)]).empty
    assert nearest_of([Point(388_000, 3_863_000)], [None, Point()]).empty


@pytest.mark.parametrize(("metres", "counts"), [(500.0, [["home", 2.0], ["school", 1.0]]), (499.9, [["home", 1.0]])])
def test_those_within_500_m_are_counted_by_class_and_500_m_is_inside(metres, counts):
    here = (112.79, 34.9)
    ends = [
        placed(Point(away(here, azimuth, reach))) for azimuth, reach in ((0, 500), (90, 500), (180, 20), (270, 501))
    ]
    receptors = layer("receptor", ends, kind=["school", "home", "home", "home"])
    found = count(
        layer("plot", [placed(Point(here))]), receptors, rule(measure="count", reach=metres, levels={"low": 1})
    )
    assert found[["to_class", "value"]].to_numpy().tolist() == counts
