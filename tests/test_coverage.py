"""Overlaps and gaps, held against the plain way: every pair intersected, and what the union of all leaves free."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, Polygon, box
from shapely.affinity import translate

from onemap.ingest.coverage import check_coverage
from onemap.model import SOURCE, SOURCE_ROW
from onemap.spec.catalogue import load_catalogue

# Areas in the plane are those on the ground to 2e-4 here, at the middle meridian of the zone (pyproj).
EAST, NORTH, CRS = 500_000, 3_865_000, "EPSG:4547"
NOISE_M2 = 1e-4
LAND = load_catalogue().layers["cultivated_land"].model_copy(
    update={"overlap_tolerance_m2": 0.01, "gap_tolerance_m2": 400.0}
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
    """Return the areas of the pieces that a box around all shapes, less all shapes, falls into, but for the outer one."""
    whole = shapely.union_all(land(shapes).geometry.array)
    around = shapely.box(*shapely.buffer(shapely.envelope(whole), 10).bounds)
    pieces = shapely.get_parts(shapely.difference(around, whole))
    return sorted(piece.area for piece in pieces if not piece.intersects(around.exterior))


@st.composite
def damaged_coverages(draw):
    """Draw cells of a crooked grid, some of them moved, bent, doubled, united, left out or laid over one another."""
    size, step = draw(st.integers(2, 4)), 20.0
    shift = st.integers(-5, 5)
    nodes = {(i, j): (i * step + draw(shift), j * step + draw(shift)) for i in range(size + 1) for j in range(size + 1)}
    shapes = []
    for i in range(size):
        for j in range(size):
            corners = [nodes[at] for at in ((i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1))]
            fate = draw(st.sampled_from(("sound",) * 6 + ("moved", "bent", "doubled", "absent", "finer", "holed")))
            if fate == "moved":
                shapes.append(translate(Polygon(corners), draw(shift) / 7, draw(shift) / 3))
            elif fate == "bent":
                middle = np.add(corners[0], corners[1]) / 2 + (0, draw(shift) / 2)
                shapes.append(Polygon([corners[0], middle, *corners[1:]]))
            elif fate == "finer":
                shapes.append(shapely.segmentize(Polygon(corners), 7))
            elif fate == "holed":
                inner = Polygon(corners).buffer(-5)
                shapes += [Polygon(corners) - inner, inner.buffer(draw(shift) / 4)]
            elif fate != "absent":
                shapes += [Polygon(corners)] * (2 if fate == "doubled" else 1)
    if draw(st.booleans()):
        # A parcel over many, and a second layer of other parcels over the first.
        x, y = draw(st.integers(0, 40)), draw(st.integers(0, 40))
        shapes += [box(x, y, x + 12, y + 25), box(x + 12, y, x + 30, y + 25)]
    return [shape for shape in shapes if shape.is_valid and not shape.is_empty]


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
    told = sorted(float(fault.value) for fault in faults(shapes, "gap"))
    expected = [area for area in plain_gaps(shapes) if 0.0501 <= area < 400]
    borderline = [area for area in plain_gaps(shapes) if 0.0499 <= area < 0.0501]
    assert told == pytest.approx(expected, rel=3e-4, abs=0.051) or borderline


STEPS = [box(0, 0, 50, 50), box(50, 0, 90, 50)]


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
    (fault,) = faults([box(0, 0, 710, 50) - strip], "gap")
    assert "0.70" in fault.message


@pytest.mark.parametrize("shapes", [[None, None], [Point(0, 0)], [Polygon()]])
def test_what_is_no_area_has_no_part_in_it(shapes):
    assert check_coverage(land([*shapes, *STEPS]), LAND)[1] == check_coverage(land(shapes), LAND)[1] == []
