"""The balance: ground by township and class, counted once, and tables that add up."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from onemap.risk.balance import balance, rounded
from tests.ground import geodesic_area_m2, layer

X, Y = 388_000.0, 3_863_000.0
TOWNS = [box(X, Y, X + 1000, Y + 1000), box(X + 1000, Y, X + 2000, Y + 1000)]


def square(east: float, north: float, side: float) -> shapely.Polygon:
    return box(X + east, Y + north, X + east + side, Y + north + side)


def divided(land, kinds=None, towns=TOWNS):
    return balance(layer("field", land, kind=kinds or ["school"] * len(land)), layer("plot", towns))


def test_a_parcel_on_the_border_is_divided():
    table = divided([box(X + 900, Y + 100, X + 1300, Y + 200)]).table
    parts = box(X + 900, Y + 100, X + 1000, Y + 200), box(X + 1000, Y + 100, X + 1300, Y + 200)
    assert table["township_key"].tolist() == ["plot-0", "plot-1"]
    assert table["area_m2"].tolist() == pytest.approx([geodesic_area_m2(part) for part in parts], rel=1e-5)


def test_ground_in_no_township_is_told():
    table = divided([square(1950, 100, 100)]).table
    assert table["township"].tolist() == ["", "plot 1"]
    assert table["area_m2"][0] == pytest.approx(table["area_m2"][1], rel=1e-5)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31))
def test_the_townships_add_up_to_the_layer(seed):
    chance = np.random.default_rng(seed)
    # A coverage: squares of a grid, so that nothing is covered twice.
    land = [square(-100 + 173 * i, 31 + 173 * j, 173) for i in range(12) for j in range(5) if chance.random() < 0.7]
    fields = layer("field", land)
    assert balance(fields, layer("plot", TOWNS)).table["area_m2"].sum() == pytest.approx(
        fields.areas_m2.sum(), abs=1e-3
    )


def test_what_is_covered_twice_counts_once_for_the_last_class_of_the_legend_and_is_reported():
    found = divided([square(100, 100, 100), square(150, 100, 100)], ["school", "home"])
    whole, half = geodesic_area_m2(square(150, 100, 100)), geodesic_area_m2(box(X + 100, Y + 100, X + 150, Y + 200))
    assert dict(zip(found.table["class"], found.table["area_m2"], strict=True)) == pytest.approx(
        {"home": whole, "school": half}, rel=1e-5
    )
    assert found.doubles[["key", "other_key"]].to_numpy().tolist() == [["field-1", "field-0"]]
    assert found.doubles["area_m2"].tolist() == pytest.approx([whole - half], rel=1e-5)


def test_ground_under_three_parcels_counts_once():
    land = [square(100, 100, 90)] * 3
    found = divided(land)
    assert found.table["area_m2"].sum() == pytest.approx(geodesic_area_m2(land[0]), rel=1e-5)
    assert len(found.doubles) == 3


def test_townships_that_overlap_do_not_count_ground_twice():
    found = divided([square(100, 100, 100)], towns=[TOWNS[0], TOWNS[0]])
    assert found.table["township_key"].tolist() == ["plot-0"]
    assert found.doubles["layer"].tolist() == ["plot"]


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30))
def test_a_rounded_table_adds_up_to_its_rounded_sum(values):
    found = rounded(np.array(values))
    assert found.sum() == pytest.approx(round(sum(values) * 100) / 100, abs=0.0051)
    assert np.abs(found - values).max() <= 0.01 + 1e-9


def test_what_is_rounded_most_wrongly_gives_way():
    # 0.333 + 0.333 + 0.334 = 1.00, and one of them must be a cent larger.
    assert rounded(np.array([0.333, 0.333, 0.334])).tolist() == [0.33, 0.33, 0.34]


def test_nothing_has_an_empty_balance():
    assert divided([None, shapely.Polygon()]).table.empty
