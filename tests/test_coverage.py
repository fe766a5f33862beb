"""Overlaps and gaps, held against the plain way: every pair intersected, and what the union of all leaves free."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, Polygon, box
from shapely.affinity import translate

from onemap.ingest.quality.coverage import check_coverage
from onemap.model import SOURCE, SOURCE_ROW
from onemap.spec.catalogue import load_catalogue

# Areas in the plane are those on the ground to 2e-4 here, at the middle meridian of the zone (pyproj).
EAST, NORTH, CRS = 500_000, 3_865_000, "EPSG:4547"
NOISE_M2 = 1e-4
LAND = (
    load_catalogue()
    .layers["cultivated_land"]
    .model_copy(update={"overlap_tolerance_m2": 0.01, "gap_tolerance_m2": 400.0})
)


def land(shapes, keys=None):
    columns = dict.fromkeys(LAND.fields) | {LAND.key: keys or [f"K{at:02}" for at in range(len(shapes))]}
    frame = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs=CRS).translate(EAST, NORTH))
    return frame.assign(**{SOURCE: "t.shp", SOURCE_ROW: [100 + at for at in range(len(shapes))]})


def faults(shapes, kind):
    return [fault for fault in check_coverage(land(shapes), LAND)[1] if fault.kind == kind]


def plain_overlaps(shapes):
    """Return the area that every two shapes share, by the keys of the two."""
    shapes = land(shapes).geometry.array
    one, other = np.triu_indices(len(shapes), 1)
    areas = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    return {f"K{i:02} / K{j:02}": area for i, j, area in zip(one, other, areas, strict=True) if area > 0}


def plain_gaps(shapes):
    """Return the areas of what is left of a box around all shapes, but for the outer piece and tiny holes of one."""
    features = land(shapes).geometry.array
    whole = shapely.union_all(features)
    around = shapely.box(*shapely.buffer(shapely.envelope(whole), 10).bounds)
    pieces = shapely.get_parts(shapely.difference(around, whole))
    inner = [piece for piece in pieces if not piece.intersects(around.exterior)]
    beside = [(shapely.distance(features, piece) < 1e-6).sum() for piece in inner]
    return sorted(piece.area for piece, count in zip(inner, beside, strict=True) if count > 1 or piece.area >= 1)


@st.composite
def damaged_coverages(draw):
    """Draw cells of a crooked grid, some of them damaged, and perhaps other parcels laid over them."""
    size, step = draw(st.integers(2, 4)), 20.0
    shift = st.integers(-5, 5)
    nodes = {(i, j): (i * step + draw(shift), j * step + draw(shift)) for i in range(size + 1) for j in range(size + 1)}
    shapes = []
    for i, j in np.ndindex(size, size):
        corners = [nodes[at] for at in ((i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1))]
        fate = draw(st.sampled_from((*["sound"] * 6, *FATES)))
        shapes += FATES[fate](corners, draw(shift)) if fate in FATES else [Polygon(corners)]
    if draw(st.booleans()):
        x, y = draw(st.integers(0, 40)), draw(st.integers(0, 40))
        shapes += [box(x, y, x + 12, y + 25), box(x + 12, y, x + 30, y + 25)]
    return [shape for shape in shapes if shape.is_valid and not shape.is_empty]


def bent(corners, shift):
    return [Polygon([corners[0], np.add(corners[0], corners[1]) / 2 + (0, shift / 2), *corners[1:]])]


def holed(corners, shift):
    inner = Polygon(corners).buffer(-5)
    return [Polygon(corners) - inner, inner.buffer(shift / 4)]


FATES = {
    "moved": lambda corners, shift: [translate(Polygon(corners), shift / 7, shift / 3)],
    "bent": bent,
    "doubled": lambda corners, shift: [Polygon(corners)] * 2,
    "absent": lambda corners, shift: [],
    "finer": lambda corners, shift: [shapely.segmentize(Polygon(corners), 6 + shift)],
    "holed": holed,
}
"""What may happen to a cell, with a number from -5 to 5."""


@given(damaged_coverages())
def test_every_pair_that_shares_ground_is_told_once_with_its_area(shapes):
    told = {fault.value: float(fault.message.split("重叠")[1].split()[0]) for fault in faults(shapes, "overlap")}
    expected = {pair: area for pair, area in plain_overlaps(shapes).items() if area >= 0.01 * 1.001}
    assert set(expected) <= set(told)
    assert len(told) == len(faults(shapes, "overlap"))
    for pair, area in told.items():
        assert area == pytest.approx(plain_overlaps(shapes)[pair], rel=3e-4, abs=0.051)


@given(damaged_coverages())
def test_every_small_hole_of_the_union_is_a_gap(shapes):
    told = sorted(float(fault.value) for fault in faults(shapes, "gap") if "," in fault.partner)
    expected = [area for area in plain_gaps(shapes) if 0.0501 <= area < 400]
    borderline = [area for area in plain_gaps(shapes) if 0.0499 <= area < 0.0501]
    assert told == pytest.approx(expected, rel=3e-4, abs=0.051) or borderline


STEPS = [box(0, 0, 50, 50), box(50, 0, 90, 50)]


def test_a_hole_of_one_parcel_alone_is_a_note_about_that_parcel():
    grave = Polygon(box(0, 0, 50, 50).exterior, [box(10, 10, 15, 15).exterior])
    [hole] = faults([box(50, 0, 90, 50), grave], "gap")
    assert (hole.at, hole.severity) == (1, "info")


def test_a_gap_is_told_of_the_row_of_a_neighbour_and_names_both():
    [gap] = faults(
        [box(50, 0, 90, 50), Polygon([(0, 0), (50, 0), (50, 20), (49, 25), (50, 30), (50, 50), (0, 50)])], "gap"
    )
    assert (gap.at, gap.key) == (0, "K00")
    assert "K01" in gap.message


def test_an_overlap_is_told_of_the_row_whose_key_comes_first():
    (fault,) = check_coverage(land([box(0, 0, 50, 50), box(40, 0, 90, 50)], ["B", "A"]), LAND)[1]
    assert (fault.at, fault.key, fault.value) == (1, "A", "A / B")


def test_two_layers_of_parcels_over_one_another_overlap_though_each_is_sound():
    one = [box(x, y, x + 30, y + 30) for x in (0, 30, 60, 90) for y in (0, 30, 60, 90)]
    other = [box(x, y, x + 40, y + 40) for x in (0, 40, 80) for y in (0, 40, 80)]
    assert len(faults([*one, *other], "overlap")) == 36


def test_a_vertex_that_only_one_of_two_neighbours_has_is_no_gap():
    # Rounded to millimetres it lies beside the edge of the other.
    one = Polygon([(0, 0), (50, 0), (49.9996, 21), (50, 50), (0, 50)])
    assert check_coverage(land([one, STEPS[1]]), LAND)[1] == []


def test_an_island_does_not_count_as_part_of_the_gap_around_it():
    hole, island = box(20, 20, 35, 35), box(25, 25, 30, 30)
    (fault,) = faults([box(0, 0, 50, 50) - hole, island], "gap")
    assert float(fault.value) == pytest.approx(200, rel=3e-4)


def test_two_gaps_that_touch_at_a_point_are_two():
    hole = [box(10, 10, 20, 20), box(20, 20, 30, 30)]
    assert len(faults([box(0, 0, 50, 50) - hole[0] - hole[1]], "gap")) == 2


def test_a_gap_that_touches_the_outside_at_a_point_is_one():
    notch = Polygon([(25, 0), (35, 10), (25, 20), (15, 10)])
    assert len(faults([box(0, 0, 50, 50) - notch], "gap")) == 1


def test_a_long_gap_is_told_by_its_width_whatever_its_area():
    strip = box(5, 10, 705, 10.7)
    halves = [box(0, 0, 300, 50) - strip, box(300, 0, 710, 50) - strip]
    (fault,) = faults(halves, "gap")
    assert "0.70" in fault.message


FARTHER = [box(0, 0, 100, 50), box(0, 50.3, 100, 90)]


def test_a_slit_between_neighbours_that_is_open_at_its_ends_is_a_gap_between_the_two():
    (fault,) = faults(FARTHER, "gap")
    assert (fault.at, fault.key) == (0, "K00")
    # 100 m of 0.3 m.
    assert float(fault.value) == pytest.approx(30, abs=0.1)


@pytest.mark.parametrize("width", [1.01, 4])
def test_a_road_between_neighbours_is_none(width):
    assert faults([FARTHER[0], box(0, 50 + width, 100, 90)], "gap") == []


def test_a_wedge_is_told_where_it_is_narrow_for_long_and_a_sharp_corner_is_not():
    # Two metres wide at the end of 100 m, and at the end of 20 m.
    for length, told in ((100, 1), (20, 0)):
        upper = Polygon([(0, 50), (length, 52), (length, 90), (0, 90)])
        assert len(faults([box(0, 0, length, 50), upper], "gap")) == told


def test_a_slit_that_a_third_parcel_fills_is_none():
    assert faults([*FARTHER, box(0, 50, 100, 50.3)], "gap") == []


def test_an_inlet_of_one_parcel_is_no_slit():
    assert faults([box(0, 0, 100, 50) - box(0, 20, 90, 20.5)], "gap") == []


def test_where_two_overlap_is_no_part_of_the_slit_beside_it():
    upper = Polygon([(0, 49.4), (200, 50.6), (200, 90), (0, 90)])
    (fault,) = faults([box(0, 0, 200, 50), upper], "gap")
    assert "长约 100 米" in fault.message


def test_a_closed_slit_is_told_once():
    assert len(faults([*FARTHER, box(-9, 0, 0, 90), box(100, 0, 109, 90)], "gap")) == 1


@pytest.mark.parametrize("shapes", [[None, None], [Point(0, 0)], [Polygon()]])
def test_what_is_no_area_has_no_part_in_it(shapes):
    assert check_coverage(land([*shapes, *STEPS]), LAND)[1] == check_coverage(land(shapes), LAND)[1] == []


def test_of_more_gaps_than_anyone_mends_the_largest_are_told_and_what_the_others_are_together():
    # Panes of 10 m, each with a hole that grows from west to east.
    count = 520
    widths = [(at + 20) / 100 for at in range(count)]
    panes = [
        box(12 * at, 0, 12 * at + 10, 10) - box(12 * at + 1, 1, 12 * at + 1 + width, 9)
        for at, width in enumerate(widths)
    ]
    found = faults(panes, "gap")
    assert len(found) == 501
    assert min(float(fault.value) for fault in found[:500]) >= 8 * widths[20] - 0.05
    assert float(found[500].value) == pytest.approx(8 * sum(widths[:20]), abs=1)
    assert "20" in found[500].message


def test_two_that_overlap_and_have_one_key_are_told_apart_by_their_rows():
    [fault] = check_coverage(land([box(0, 0, 50, 50), box(40, 0, 90, 50)], ["K", "K"]), LAND)[1]
    assert "100" in fault.value
    assert "101" in fault.value
