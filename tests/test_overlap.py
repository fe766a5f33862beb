from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, box

from onemap.risk.overlap import measure
from tests.ground import geodesic_area_m2, layer, rule

MU = 2000 / 3
X, Y = 388_000.0, 3_863_000.0
PLOT = box(X, Y, X + 200, Y + 150)


def overlaps(of, to, minimum=0.0):
    asked = rule(measure="overlap", reach=None, minimum=minimum, levels={"low": 0})
    return measure(layer("plot", of), layer("receptor", to), asked)


def test_the_common_ground_has_its_geodesic_area():
    found = overlaps([PLOT], [box(X + 120, Y + 50, X + 500, Y + 500)])
    expected = geodesic_area_m2(box(X + 120, Y + 50, X + 200, Y + 150)) / MU
    assert found["value"].tolist() == pytest.approx([expected], rel=1e-6)


def test_a_plot_wholly_under_another_has_its_whole_area():
    found = overlaps([PLOT], [PLOT.buffer(10)])
    assert found["value"].tolist() == (layer("plot", [PLOT]).areas_m2 / MU).tolist()


@settings(max_examples=50, deadline=None)
@given(st.tuples(*[st.floats(-300, 300)] * 2), st.floats(1, 500))
def test_a_part_never_exceeds_its_whole(corner, side):
    other = box(X + corner[0], Y + corner[1], X + corner[0] + side, Y + corner[1] + side)
    found = overlaps([PLOT], [other])
    assert (found["value"] <= layer("plot", [PLOT]).areas_m2.sum() / MU).all()


def test_neighbours_that_only_touch_do_not_overlap():
    assert overlaps([PLOT], [box(X + 200, Y, X + 300, Y + 150)]).empty


def test_an_overlap_up_to_the_minimum_is_none():
    strip = box(X, Y, X + 0.01, Y + 150)
    assert overlaps([PLOT], [strip], minimum=1.6).empty
    assert len(overlaps([PLOT], [strip], minimum=1.4)) == 1


def test_several_parts_of_common_ground_are_added():
    comb = MultiPolygon([box(X, Y, X + 10, Y + 10), box(X + 50, Y, X + 60, Y + 10)])
    expected = 2 * geodesic_area_m2(box(X, Y, X + 10, Y + 10)) / MU
    assert overlaps([PLOT], [comb])["value"].tolist() == pytest.approx([expected], rel=1e-5)


@pytest.mark.parametrize("sides", [([Point(X + 5, Y + 5)], [PLOT]), ([PLOT], [Point(X + 5, Y + 5)])])
def test_the_area_of_a_plot_that_is_only_a_point_is_not_known(sides):
    assert np.isnan(overlaps(*sides)["value"]).tolist() == [True]


def test_a_point_elsewhere_is_no_overlap():
    assert overlaps([Point(X - 5, Y)], [PLOT]).empty


def test_a_feature_does_not_overlap_itself():
    plots = layer("plot", [PLOT, PLOT])
    found = measure(plots, plots, rule(measure="overlap", to="plot", reach=None, levels={"low": 0}))
    assert found[["of", "to"]].to_numpy().tolist() == [[0, 1], [1, 0]]


def test_what_has_no_place_overlaps_nothing():
    assert overlaps([None], [PLOT, None]).empty
