"""Manifests of soil that do not hold together, and what cannot be told of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onemap.errors import SpecError
from onemap.ingest.columns import match_columns, take_fields
from onemap.model import Layer
from onemap.risk.assess import Ground, assess
from onemap.risk.measurement import Given
from onemap.risk.measures.transfer import difference
from onemap.spec.catalogue import load_catalogue
from onemap.spec.known import Known
from onemap.spec.measures import make_rule
from onemap.spec.measures.transfers import Faults
from onemap.spec.project import SourceSpec
from onemap.text import speaking

CATALOGUE = load_catalogue()
RULE = CATALOGUE.rules["soil_transfer_check"]
DAY = dt.date(2026, 11, 30)
SOUND = {
    "from_code": "4108832320001", "from_name": "老厂", "to_name": "某某水泥厂", "tonnes_out": 30.0, "tonnes_in": 30.0,
    "left_on": "2026-11-01", "arrived_on": "2026-11-01", "receipt_state": "received",
}  # fmt: skip
ON_THE_WAY = {"tonnes_in": None, "arrived_on": None, "receipt_state": "on_the_way"}
PLOTS = {"priority_plot": [("4108832320001", "老厂")], "construction_plot": [("JS-1", "新村")]}


def layer(own_id: str, records: list[dict[str, Any]]) -> Layer:
    spec, columns = CATALOGUE.layers[own_id], {}
    for name, field in spec.fields.items():
        values = [record.get(name) for record in records]
        kind = {"number": "Float64", "integer": "Int64"}.get(field.type, "string")
        columns[name] = pd.to_datetime(pd.Series(values)) if field.type == "date" else pd.array(values, dtype=kind)
    frame = gpd.GeoDataFrame(columns, geometry=[None] * len(records))
    return Layer(spec, frame.assign(located_in=""))


def listed(*changes: dict[str, Any], tolerance: float | None = 0.01, there: tuple[str, ...] = tuple(PLOTS)):
    manifests = [{**SOUND, "manifest_code": f"M{at}", **one} for at, one in enumerate(changes)]
    layers = {"soil_transfer": layer("soil_transfer", manifests)}
    for own_id in there:
        layers[own_id] = layer(own_id, [{"plot_code": key, "plot_name": label} for key, label in PLOTS[own_id]])
    rule = RULE.model_copy(update={"tolerance": tolerance})
    return assess([rule], Ground(layers, frozenset(), CATALOGUE.layers, None, Given(DAY)))[0]


def levels(*changes: dict[str, Any], **more: Any) -> list[str]:
    return listed(*changes, **more)["level"].tolist()


def test_a_sound_manifest_is_not_listed():
    assert levels({}) == []


@pytest.mark.parametrize(
    ("tonnes_in", "expected"),
    # Of 30 t: 1 %, just above, 5 %, 10 %; more than left is no better than less.
    [(29.7, []), (29.69, ["low"]), (28.5, ["medium"]), (27.0, ["high"]), (30.3, []), (31.5, ["medium"]), (0, ["high"])],
)
def test_what_differs_by_more_than_the_tolerance_does_not_balance(tonnes_in, expected):
    assert levels({"tonnes_in": tonnes_in}) == expected


@pytest.mark.parametrize(
    ("left", "expected"),
    [("2026-11-30", ["low"]), ("2026-11-23", ["low"]), ("2026-11-22", ["medium"]), ("2026-10-31", ["medium"]),
     ("2026-10-30", ["high"]), ("2026-12-01", [])],
)  # fmt: skip
def test_the_days_without_a_receipt_give_the_level(left, expected):
    assert levels({**ON_THE_WAY, "left_on": left}) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"from_code": "4108832320002"}, ["high"]),
        ({"from_code": None}, []),
        ({"from_code": None, "from_name": "别的厂"}, ["high"]),
        ({"from_code": None, "from_name": None}, ["unknown"]),
        ({"to_code": "JS-1", "to_name": None}, []),
        ({"to_code": "JS-2", "to_name": None}, ["high"]),
        # A plot that is named by its code is looked up, whatever else the unit is called.
        ({"to_code": "JS-2"}, ["high"]),
        ({"to_code": "JS-1"}, []),
        ({"to_name": None}, ["unknown"]),
        ({"arrived_on": "2026-10-31"}, ["medium"]),
        ({"receipt_state": "rejected", "tonnes_in": None}, ["medium"]),
        ({"tonnes_in": None}, ["unknown"]),
        ({"tonnes_out": None}, ["unknown"]),
        ({**ON_THE_WAY, "left_on": None}, ["unknown"]),
        ({"receipt_state": "missing"}, ["unknown"]),
        ({"receipt_state": None}, []),
    ],
)
def test_what_is_wrong_with_a_manifest_or_not_known_of_it(changes, expected):
    assert levels(changes) == expected


def test_nothing_has_arrived_where_the_ledger_says_none_of_it_has():
    # Ledgers put 0 where a load is still on its way.
    assert levels({**ON_THE_WAY, "tonnes_in": 0, "left_on": "2026-11-29"}) == ["low"]


def test_a_unit_that_is_named_by_its_own_code_is_no_plot():
    spec = CATALOGUE.layers["soil_transfer"]
    matches = match_columns(spec, pd.Index(["接收单位编码"]), SourceSpec(path="t"))
    assert "to_code" not in matches


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"tonnes_out": "vehicle"}, "vehicle"),
        ({"receipt": "carrier"}, "carrier"),
        ({"from_plot": "tonnes_out"}, "tonnes_out"),
    ],
)
def test_a_rule_whose_fields_are_of_the_wrong_kind_is_refused(changes, told):
    keys = RULE.model_dump(exclude_unset=True) | changes
    with pytest.raises(SpecError, match=told):
        make_rule(keys, Known(CATALOGUE.layers))


def test_each_line_names_all_that_is_wrong_and_the_worst_decides():
    with speaking("zh"):
        table = listed({"tonnes_in": 28.2, "arrived_on": "2026-10-31", "from_code": "410883232000X"})
    assert (table["level"][0], table["value"][0]) == ("high", 3)
    assert table["reason"][0].startswith(
        "因老厂→某某水泥厂：转出地块编码“410883232000X”不在任何地块台账中；转出30吨、接收28.2吨，相差6.00%；"
        "接收日期2026-10-31早于转出日期2026-11-01，待核查（依据"
    )


def test_what_is_sure_and_grave_enough_is_told_whatever_else_is_not_known():
    assert levels({"tonnes_in": None, "from_code": "X"}) == ["high"]


def test_what_is_sure_is_told_beside_what_is_not_known():
    with speaking("zh"):
        table = listed({"tonnes_in": None, "arrived_on": "2026-10-31"})
    assert table["level"].tolist() == ["unknown"]
    assert "早于转出日期2026-11-01；另有不明：“接收量”未填写，不能进一步判定" in table["reason"][0]


def test_without_a_tolerance_nothing_is_said_to_balance_or_not_and_it_is_asked_for():
    with speaking("zh"):
        table = listed({"tonnes_in": 15}, {"from_code": "X"}, tolerance=None)
    assert table["level"].tolist() == ["high", "unknown"]
    assert table["of_key"].tolist() == ["M1", ""]
    assert "[rules.soil_transfer_check]" in table["reason"][1]
    assert "两者不等的有1份" in table["reason"][1]


def test_a_plot_may_stand_in_a_list_that_was_not_provided():
    table = listed({"from_code": "JS-9"}, {}, there=("priority_plot",))
    assert table["level"].tolist() == ["unknown", "unknown"]
    assert {*table["of_key"]} == {"", "M0"}


def test_without_any_list_of_plots_all_else_is_judged():
    assert levels({"tonnes_in": 15}, {"arrived_on": "2026-10-01"}, {}, there=()) == ["high", "medium", "unknown"]


@given(st.floats(0.01, 1e4), st.floats(0, 1e4), st.floats(0.001, 1e3))
def test_a_difference_does_not_go_by_the_unit(out, into, factor):
    assert difference(out * factor, into * factor) == pytest.approx(difference(out, into), abs=1e-8, rel=1e-6)


@settings(max_examples=20)
@given(
    st.lists(
        st.sampled_from(
            [
                {},
                {"tonnes_in": 20},
                {"from_code": "X"},
                {"arrived_on": "2026-01-01"},
                {"tonnes_in": None},
                {"left_on": None},
            ]
        ),
        min_size=1,
        max_size=5,
    )
)
def test_a_manifest_is_judged_by_itself(changes):
    alone = sorted(level for one in changes for level in levels(one))
    assert sorted(levels(*changes)) == alone


@pytest.mark.parametrize("edges", [(8, 1), (1, 1), (-1, 2)])
def test_edges_rise(edges):
    with pytest.raises(ValueError, match=r"."):
        Faults(no_receipt=edges)


@pytest.mark.parametrize(
    ("column", "value"),
    [("转出量(kg)", 31500), ("转出量(吨)", 31.5), ("转出重量（t）", 31.5), ("转出量", "31500公斤")],
)
def test_tonnes_are_read_in_the_unit_that_is_written(column, value):
    spec = CATALOGUE.layers["soil_transfer"]
    raw = pd.DataFrame({column: [value]})
    matches = match_columns(spec, raw.columns, SourceSpec(path="t"))
    frame = take_fields(gpd.GeoDataFrame(raw, geometry=[None]), spec, matches)[0]
    assert float(frame["tonnes_out"][0]) == 31.5
