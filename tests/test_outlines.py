"""Small faults of outlines are found where they were made, and nowhere else. Sizes by hand."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box

from onemap.ingest.quality.outlines import check_outlines
from onemap.spec.catalogue import load_catalogue

LAND = load_catalogue().layers["cultivated_land"]
FIELD = box(389000, 3865000, 389100, 3865050)


def told(*shapes):
    frame = gpd.GeoDataFrame(geometry=[*shapes], crs="EPSG:4547")
    same, faults = check_outlines(frame, LAND)
    assert same is frame
    return [(fault.kind, fault.at) for fault in faults]


def with_spike(shape, length, width=0.001):
    """Return a field whose eastern edge runs out so far and back."""
    west, south, east, north = shape.bounds
    middle = (south + north) / 2
    out = [(east, middle - width), (east + length, middle), (east, middle + width)]
    return Polygon([(west, south), (east, south), *out, (east, north), (west, north)])


def test_a_sound_field_has_none():
    assert told(FIELD) == []


@pytest.mark.parametrize("shape", [None, Point(389000, 3865000), shapely.LineString([(0, 0), (1, 1)])])
def test_what_is_no_area_is_not_looked_at(shape):
    assert told(shape) == []


def test_a_field_half_a_metre_wide_is_a_sliver():
    assert told(FIELD, box(389000, 3865000, 389100, 3865000.5)) == [("sliver", 1)]


def test_a_path_two_metres_wide_is_none():
    assert told(box(389000, 3865000, 389100, 3865002.1)) == []


def test_a_part_of_half_a_square_metre_is_tiny():
    crumb = box(389200, 3865000, 389200.7, 3865000.7)
    assert told(FIELD, MultiPolygon([FIELD, crumb])) == [("tiny_part", 1)]


def test_a_hole_of_half_a_square_metre_is_tiny():
    hole = box(389050, 3865020, 389050.7, 3865020.7)
    assert told(FIELD.difference(hole)) == [("tiny_hole", 0)]


def test_a_pond_is_a_hole_and_no_fault():
    assert told(FIELD.difference(box(389050, 3865020, 389060, 3865030))) == []


def test_an_edge_that_runs_out_and_back_is_a_spike_with_its_place():
    frame = gpd.GeoDataFrame(geometry=[FIELD, with_spike(FIELD, 30)], crs="EPSG:4547")
    (fault,) = check_outlines(frame, LAND)[1]
    tip = gpd.GeoSeries.from_xy([389130], [3865025], crs="EPSG:4547").to_crs(4490)[0]
    assert (fault.kind, fault.at) == ("spike", 1)
    assert (fault.lon, fault.lat) == pytest.approx((tip.x, tip.y), abs=1e-6)


def test_a_sharp_corner_is_no_spike():
    assert told(Polygon([(389000, 3865000), (389100, 3865000), (389000, 3865010)])) == []


@pytest.mark.parametrize("at", [0, 2, 4])
def test_a_vertex_that_stands_twice_is_told_once_for_all(at):
    corners = [*FIELD.exterior.coords]
    corners.insert(at, corners[at])
    shape = Polygon(corners)
    assert told(shape, shape) == [("duplicate_vertex", None)]


@given(st.sampled_from(["sliver", "tiny_part", "tiny_hole", "spike"]), st.integers(0, 19), st.integers(0, 2**32 - 1))
def test_the_one_damaged_field_of_a_clean_county_is_found(kind, place, seed):
    rng = np.random.default_rng(seed)
    fields = [shapely.affinity.translate(FIELD, *(120 * n + rng.uniform(0, 9), rng.uniform(0, 900))) for n in range(20)]
    west, south, _, _ = fields[place].bounds
    size = rng.uniform(0.2, 0.9)
    crumb = box(west + 50, south + 20, west + 50 + size, south + 20 + size)
    damage = {
        "sliver": lambda field: box(west, south, west + 100, south + size),
        "tiny_part": lambda field: MultiPolygon([field, shapely.affinity.translate(crumb, 0, 90)]),
        "tiny_hole": lambda field: field.difference(crumb),
        "spike": lambda field: with_spike(field, rng.uniform(2, 15)),
    }
    fields[place] = damage[kind](fields[place])
    assert told(*fields) == [(kind, place)]


def test_each_spike_of_a_shape_is_told():
    top = [(100, 100), (70.05, 100), (70, 130), (69.95, 100), (30.05, 100), (30, 120), (29.95, 100), (0, 100)]
    assert told(Polygon([(0, 0), (100, 0), *top])) == [("spike", 0), ("spike", 0)]


def test_a_narrow_wedge_is_no_spike():
    assert ("spike", 0) not in told(Polygon([(0, 0), (300, 0), (300, 5)]))
