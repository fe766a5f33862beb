"""The balance: ground by township and class, counted once, and tables that add up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, box

from onemap.risk.assess import Ground
from onemap.risk.balance import balance, balances
from onemap.text import speaking
from tests.ground import geodesic_area_m2, layer, placed

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


def test_all_land_of_a_class_in_one_record_is_divided_as_the_ground_is():
    # 120 km from the meridian the scale of the plane differs by 1e-4 from one end of 40 km to the other.
    middle = placed(Point(115.3, 35))
    west = box(middle.x - 20_000, middle.y, middle.x, middle.y + 20_000)
    east = box(middle.x, middle.y, middle.x + 20_000, middle.y + 20_000)
    table = divided([west.union(east)], towns=[west, east]).table
    expected = [geodesic_area_m2(town) for town in (west, east)]
    assert table["area_m2"].tolist() == pytest.approx(expected, rel=1e-6)


def test_ground_in_no_township_is_told():
    table = divided([square(1950, 100, 100)]).table
    assert table["township"].tolist() == ["plot 1", ""]
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
    assert found.doubles[["key", "other_key", "class", "other_class"]].to_numpy().tolist() == [
        ["field-1", "field-0", "home", "school"]
    ]
    assert found.doubles["area_m2"].tolist() == pytest.approx([whole - half], rel=1e-5)


def test_ground_under_three_parcels_counts_once():
    land = [square(100, 100, 90)] * 3
    found = divided(land)
    assert found.table["area_m2"].sum() == pytest.approx(geodesic_area_m2(land[0]), rel=1e-5)
    # Three features less the ground once: it is covered twice too often.
    assert found.doubles["area_m2"].sum() == pytest.approx(2 * geodesic_area_m2(land[0]), rel=1e-5)


def test_townships_that_overlap_do_not_count_ground_twice():
    found = divided([square(100, 100, 100)], towns=[TOWNS[0], TOWNS[0]])
    assert found.table["township_key"].tolist() == ["plot-0"]
    assert (len(found.doubles), found.twice["other_key"].tolist()) == (0, ["plot-1"])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31))
def test_features_less_what_is_covered_twice_are_the_ground(seed):
    chance = np.random.default_rng(seed)
    land = [square(*chance.uniform(0, 500, 2), chance.uniform(50, 300)) for _ in range(12)]
    fields = layer("field", land, kind=chance.choice(["school", "home"], 12).tolist())
    found = balance(fields, layer("plot", TOWNS))
    # On 500 m the plane is the ground but for one factor.
    factor = fields.areas_m2.sum() / sum(one.area for one in land)
    assert found.table["area_m2"].sum() == pytest.approx(shapely.union_all(land).area * factor, rel=1e-6)
    assert found.table["area_m2"].sum() + found.doubles["area_m2"].sum() == pytest.approx(fields.areas_m2.sum())


def test_ground_goes_to_the_gravest_class_that_covers_it():
    land = [square(0, 0, 200), square(100, 0, 200), square(50, 50, 200)]
    found = divided(land, ["home", "school", "home"])
    homes = shapely.union_all([land[0], land[2]])
    factor = geodesic_area_m2(land[0]) / land[0].area
    areas = dict(zip(found.table["class"], found.table["area_m2"], strict=True))
    assert areas["home"] == pytest.approx(homes.area * factor, rel=1e-5)
    assert areas["school"] == pytest.approx(land[1].difference(homes).area * factor, rel=1e-5)


def test_the_order_of_rows_changes_nothing():
    land, kinds, codes = [square(0, 0, 200), square(100, 0, 200)], ["home", "home"], ["a", "b"]
    one = balance(layer("field", land, kind=kinds, code=codes), layer("plot", TOWNS))
    other = balance(layer("field", land[::-1], kind=kinds, code=codes[::-1]), layer("plot", TOWNS))
    assert one.table["area_m2"].tolist() == pytest.approx(other.table["area_m2"].tolist(), rel=1e-12)
    assert one.doubles["key"].tolist() == other.doubles["key"].tolist() == ["a"]


def covering(own_id, shapes):
    made = layer(own_id, shapes)
    return replace(made, spec=made.spec.model_copy(update={"coverage": True, "id": own_id}))


def asked(withheld=(), leave_out=()):
    layers = {"field": covering("field", [square(0, 0, 100)]), "township": covering("plot", TOWNS)}
    specs = {own_id: one.spec for own_id, one in layers.items()}
    specs["township"] = specs["township"].model_copy(update={"class_field": None})
    there = {own_id: one for own_id, one in layers.items() if own_id not in leave_out}
    with speaking("en"):
        return balances(Ground(there, frozenset(withheld), specs), layers)


def test_only_layers_whose_classes_cover_the_ground_have_a_balance():
    assert [(one.layer, one.withheld) for one in asked()] == [("field", "")]


@pytest.mark.parametrize(("layers", "name"), [(("field",), "Fields"), (("township",), "Plots")])
def test_a_balance_on_data_with_errors_is_withheld(layers, name):
    [told] = asked(withheld=layers)
    assert told.table.empty
    assert told.withheld == f"withheld: the data of {name} stands with errors"


def test_without_townships_there_is_no_balance_and_it_says_so():
    [told] = asked(leave_out=["township"])
    assert told.withheld == "no data of Plots were provided: no balance"


def test_records_without_an_outline_are_told():
    with speaking("en"):
        found = divided([square(0, 0, 100), None, shapely.Point(X, Y)])
    assert found.notes == ("2 records have no outline: their ground is not in the balance",)


def test_nothing_has_an_empty_balance():
    assert divided([None, shapely.Polygon()]).table.empty
