from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import union_all
from shapely.geometry import MultiPolygon, Point, box

from onemap.errors import SpecError
from onemap.risk.measurement import SUM
from onemap.risk.measures.overlap import measure
from onemap.text import speaking
from tests.ground import geodesic_area_m2, layer, placed, rule

MU = 2000 / 3
X, Y = 388_000.0, 3_863_000.0
PLOT = box(X, Y, X + 200, Y + 150)


def overlaps(of, to, minimum=0.0, by="feature", **fields):
    asked = rule(measure="overlap", minimum=minimum, levels={"low": 0}, by=by)
    with speaking("en"):
        return measure(layer("plot", of), layer("receptor", to, **fields), asked)


def strip(west: float, east: float):
    """Return a part of the plot, from its western edge on so many metres."""
    return box(X + west, Y, X + east, Y + 150)


def mu_of(shape) -> float:
    return geodesic_area_m2(shape) / MU


def test_the_common_ground_has_its_geodesic_area():
    found = overlaps([PLOT], [box(X + 120, Y + 50, X + 500, Y + 500)])
    expected = geodesic_area_m2(box(X + 120, Y + 50, X + 200, Y + 150)) / MU
    assert found["value"].tolist() == pytest.approx([expected], rel=1e-6)


def test_a_part_of_something_many_kilometres_wide_has_the_area_of_its_own_place():
    middle = placed(Point(115.3, 35))
    wide = box(middle.x - 20_000, middle.y, middle.x + 20_000, middle.y + 2000)
    part = box(middle.x + 15_000, middle.y, middle.x + 30_000, middle.y + 1000)
    common = box(middle.x + 15_000, middle.y, middle.x + 20_000, middle.y + 1000)
    assert overlaps([wide], [part])["value"].tolist() == pytest.approx([mu_of(common)], rel=1e-6)


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
    found = measure(plots, plots, rule(measure="overlap", to="plot", levels={"low": 0}))
    assert found[["of", "to"]].to_numpy().tolist() == [[0, 1], [1, 0]]


def test_what_has_no_place_overlaps_nothing():
    assert overlaps([None], [PLOT, None]).empty


def test_a_plot_under_several_has_a_row_for_all_of_them_together():
    found = overlaps([PLOT], [strip(0, 50), strip(60, 100)])
    assert found["to_label"].tolist() == ["receptor 0", "receptor 1", "2 together"]
    assert found["value"].iloc[2] == pytest.approx(found["value"].iloc[:2].sum(), rel=1e-9)


def test_what_lies_under_several_counts_once_in_their_sum_and_is_told():
    found = overlaps([PLOT], [strip(0, 60), strip(40, 100), strip(150, 160)])
    assert found["value"].iloc[:2].tolist() == pytest.approx([mu_of(strip(0, 60))] * 2, rel=1e-5)
    assert found["value"].iloc[3] == pytest.approx(mu_of(strip(0, 100)) + mu_of(strip(150, 160)), rel=1e-5)
    assert found["to_label"].iloc[3] == f"3 together, less {mu_of(strip(40, 60)):.2f} mu covered more than once"


def test_overlaps_outside_the_plot_take_nothing_from_the_sum():
    outside = MultiPolygon([strip(100, 150), box(X, Y + 500, X + 100, Y + 600)])
    found = overlaps([PLOT], [MultiPolygon([strip(0, 50), box(X, Y + 500, X + 100, Y + 600)]), outside])
    assert found["to_label"].iloc[2] == "2 together"
    assert found["value"].iloc[2] == pytest.approx(2 * mu_of(strip(0, 50)), rel=1e-5)


def test_a_plot_under_a_single_feature_has_no_sum():
    assert len(overlaps([PLOT, strip(150, 200)], [strip(0, 50)])) == 1


def test_what_is_no_overlap_is_in_no_sum():
    found = overlaps([PLOT], [strip(0, 50), strip(60, 100), strip(198, 200)], minimum=400)
    assert found["to_label"].iloc[2] == "2 together"
    assert found["value"].iloc[2] == pytest.approx(mu_of(strip(0, 50)) + mu_of(strip(60, 100)), rel=1e-5)


def test_by_class_each_class_has_what_it_covers_and_the_gravest_goes_first():
    kinds = ["home", "school", "school", "home"]
    found = overlaps([PLOT], [strip(0, 60), strip(40, 100), strip(80, 120), strip(150, 160)], by="class", kind=kinds)
    assert found["to_class"].tolist() == ["home", "school"]
    assert found["value"].tolist() == pytest.approx(
        [mu_of(strip(0, 60)) + mu_of(strip(150, 160)), mu_of(strip(60, 120))], rel=1e-5
    )
    assert found["to_label"].tolist() == [
        "Homes",
        f"School, less {2 * mu_of(strip(0, 20)):.2f} mu covered more than once",
    ]


def test_the_gravest_class_is_the_first_where_the_layer_says_so():
    homes = layer("receptor", [strip(0, 60), strip(40, 100)], kind=["home", "school"])
    first = replace(homes, spec=homes.spec.model_copy(update={"gravest": "first"}))
    found = measure(layer("plot", [PLOT]), first, rule(measure="overlap", levels={"low": 0}, by="class"))
    assert found["to_class"].tolist() == ["home", "school"]
    assert found["value"].tolist() == pytest.approx([mu_of(strip(0, 40)), mu_of(strip(40, 100))], rel=1e-5)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31))
def test_the_classes_add_up_to_the_ground_that_is_covered(seed):
    chance = np.random.default_rng(seed)
    corners = chance.uniform(-50, 180, (8, 2))
    to = [
        box(X + a, Y + b, X + a + side, Y + b + side)
        for (a, b), side in zip(corners, chance.uniform(5, 120, 8), strict=True)
    ]
    kinds = chance.choice(["school", "home", None], 8).tolist()
    by_class, pairs = overlaps([PLOT], to, by="class", kind=kinds), overlaps([PLOT], to)
    covered = union_all(to).intersection(PLOT).area * mu_of(PLOT) / PLOT.area
    assert by_class["value"].sum() == pytest.approx(covered, rel=1e-6, abs=1e-9)
    sums = pairs[pairs["to"] == SUM]["value"]
    assert len(sums) == (len(pairs) > 1)
    assert sums.tolist() == pytest.approx([covered] * len(sums), rel=1e-6)


def test_a_layer_over_itself_lists_pairs_alone():
    plots = layer("plot", [PLOT, strip(0, 50), strip(40, 90)])
    found = measure(plots, plots, rule(measure="overlap", to="plot", levels={"low": 0}))
    assert SUM not in found["to"].tolist()


def test_only_overlaps_between_two_layers_are_summed_by_class():
    with pytest.raises(SpecError, match="by: "), speaking("en"):
        rule(measure="overlap", by="class", to="plot", levels={"low": 0})
