"""Rates by township: what is done of what there is, against a target; and the scorecard of all townships."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, box

from onemap.errors import SpecError
from onemap.export.words import empty_sentence
from onemap.model import LOCATED_IN, Layer
from onemap.risk.assess import Ground, assess
from onemap.risk.balance import balance
from onemap.risk.scorecards import scorecards
from onemap.spec.catalogue import load_catalogue
from onemap.spec.known import Known
from onemap.spec.measures import make_rule
from onemap.spec.rule import Rule
from onemap.text import speaking
from tests.ground import CRS, geodesic_area_m2

CATALOGUE = load_catalogue()
SPECS = CATALOGUE.layers
X, Y = 388_000.0, 3_863_000.0
EAST, WEST = "东镇", "西街道"
DTYPES = {"integer": "Int64", "number": "Float64"}
MU_M2 = 2000 / 3


def layer(own_id: str, shapes: list[Any], located: list[str] | None = None, **fields: list[Any]) -> Layer:
    spec, count = SPECS[own_id], len(shapes)
    columns = {name: pd.array(fields.get(name, [None] * count), dtype=DTYPES.get(one.type, "str"))
               for name, one in spec.fields.items()}  # fmt: skip
    frame = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs=CRS), index=range(count))
    frame["source"], frame["source_row"] = "x.xlsx", range(count)
    return Layer(spec, frame.assign(**{LOCATED_IN: pd.array(located or [None] * count, dtype="str")}))


def villages(*states: tuple[str, str | None]) -> Layer:
    """Return villages that lie in these townships and are in these states of sewage."""
    codes, towns = [f"v{at}" for at in range(len(states))], [town for town, _ in states]
    sewage = [state for _, state in states]
    return layer("village", [Point(X, Y)] * len(states), towns, village_code=codes, sewage_state=sewage)


def many(town: str, done: int, left: int, blank: int = 0) -> list[tuple[str, str | None]]:
    return [(town, "done")] * done + [(town, "not_done")] * left + [(town, None)] * blank


def targets(*lines: tuple[str, int | None, int | None, int | None]) -> Layer:
    names = ("township", "villages", "sewage_done", "sewage_more")
    columns = dict(zip(names, map(list, zip(*lines, strict=True)), strict=True))
    return layer("rural_target", [None] * len(lines), **columns)


TOWNS = layer("township", [box(X, Y, X + 1000, Y + 1000), box(X + 1000, Y, X + 2000, Y + 1000)],
              township_code=["410883101", "410883001"], township_name=[EAST, WEST])  # fmt: skip


def rule(**changes: Any) -> Rule:
    keys = {
        "id": "r", "title": "清单", "basis": "依据", "measure": "rate", "of": "village", "beside": "township",
        "reached": {"sewage_state": "已完成"}, "target": 60, "levels": {"high": 20, "medium": 5, "low": 0},
        "reason": "因{of_label}治理率{at_most}{value:.1f}%（{to_label}），{when}",
    }  # fmt: skip
    return make_rule({**keys, **changes}, Known(SPECS))


BY_TABLE = {
    "to": "rural_target",
    "target": {"layer": "rural_target", "stood": "sewage_done", "more": "sewage_more", "base": "villages"},
}


def ground(*layers: Layer) -> Ground:
    return Ground({one.spec.id: one for one in layers}, frozenset(), SPECS, CRS)


def listed(*layers: Layer, **changes: Any) -> dict[str, tuple[str, float | None]]:
    table, _ = assess([rule(**changes)], ground(*layers))
    return {row["of_label"]: (row["level"], None if pd.isna(row["value"]) else row["value"])
            for row in table.to_dict("records")}  # fmt: skip


def card(*layers: Layer, **changes: Any) -> pd.DataFrame:
    [found] = scorecards([rule(**changes)], ground(*layers))
    return found.table.set_index("township")


def test_a_township_below_its_target_is_listed_with_its_rate_and_one_that_meets_it_is_not():
    found = listed(TOWNS, villages(*many(EAST, 5, 5), *many(WEST, 3, 2)))
    assert found == {EAST: ("medium", 50.0), "全县（市）": ("medium", 53.3)}


@pytest.mark.parametrize(("done", "level"), [(6, None), (5, "medium"), (4, "high"), (3, "high")])
def test_the_gap_in_points_gives_the_level_and_a_gap_at_the_limit_is_inside(done, level):
    found = listed(TOWNS, villages(*many(EAST, done, 10 - done)))
    assert found.get(EAST, (None,))[0] == level


def test_a_line_is_about_the_township_and_that_of_the_county_about_none():
    table, _ = assess([rule()], ground(TOWNS, villages(*many(EAST, 1, 9))))
    lines = set(table[["of_layer", "of_key", "of_label", "township"]].itertuples(index=False, name=None))
    assert lines == {("township", "410883101", EAST, EAST), ("village", "", "全县（市）", "")}


def test_without_a_township_layer_the_lines_go_by_the_names_that_are_stated():
    found = listed(villages(*many(EAST, 1, 9)))
    assert found == {EAST: ("high", 10.0), "全县（市）": ("high", 10.0)}


def test_what_is_not_known_is_told_as_a_range_where_the_ends_disagree():
    with speaking("zh"):
        table, _ = assess([rule()], ground(TOWNS, villages(*many(EAST, 5, 4, 1))))
    assert table["level"].tolist() == ["unknown", "unknown"]
    assert "东镇的比率在50.0%至60.0%之间（10个中已完成5个，情况不明1个），目标为60%" in table["reason"].tolist()[1]


def test_where_both_ends_miss_the_target_it_is_graded_by_the_better_one():
    # 3 of 10, or 5 of 10 at best: 10 points are missing at least.
    with speaking("zh"):
        table, _ = assess([rule()], ground(TOWNS, villages(*many(EAST, 3, 5, 2))))
    line = table[table["of_label"] == EAST].iloc[0]
    assert (line["level"], line["value"]) == ("medium", 50.0)
    assert "治理率至多50.0%（10个中至多5个，其中情况不明的2个按完成计）" in line["reason"]
    assert "至少差10.00个百分点，至少还差1个" in line["reason"]


def test_a_rate_that_is_known_is_told_as_it_is():
    with speaking("zh"):
        table, _ = assess([rule()], ground(TOWNS, villages(*many(EAST, 5, 5))))
    assert "治理率50.0%（10个中5个）" in table["reason"][0]


@pytest.mark.parametrize("own_id", [one.id for one in CATALOGUE.rules.values() if one.measure == "rate"])
def test_every_list_of_rates_says_that_a_rate_is_one_at_most(own_id):
    shipped = CATALOGUE.rules[own_id]
    assert "{at_most}" in shipped.reason
    assert "{at_most}" in shipped.reason_en


def test_where_both_ends_meet_the_target_nothing_is_listed():
    assert listed(TOWNS, villages(*many(EAST, 6, 3, 1))) == {}


def test_a_state_that_nobody_wrote_down_is_told_once():
    table, _ = assess([rule()], ground(TOWNS, villages(*many(EAST, 0, 0, 3), *many(WEST, 0, 0, 2))))
    assert table[["level", "of_label"]].to_numpy().tolist() == [["unknown", ""]]


def test_the_table_says_how_many_are_asked_for_by_whatever_name_the_township_goes():
    # 14 of 23 stood, one more is asked for; 西街道 is 西办事处 there.
    lines = targets((EAST, 23, 14, 1), ("西办事处", 4, 2, None))
    found = listed(TOWNS, villages(*many(EAST, 14, 9), *many(WEST, 2, 2)), lines, **BY_TABLE)
    assert found == {EAST: ("low", 60.8), "全县（市）": ("low", 59.2)}


def test_a_number_that_is_reached_exactly_meets_the_target():
    assert listed(TOWNS, villages(*many(EAST, 15, 8)), targets((EAST, 23, 14, 1)), **BY_TABLE) == {}


def test_who_falls_back_behind_what_stood_is_below_the_target_though_nothing_more_is_asked_for():
    found = listed(TOWNS, villages(*many(EAST, 9, 1)), targets((EAST, 10, 10, None)), **BY_TABLE)
    assert found[EAST] == ("medium", 90.0)


def test_villages_that_the_table_counts_and_the_layer_has_not_are_not_known():
    line = card(TOWNS, villages(*many(EAST, 7, 1)), targets((EAST, 10, 8, None)), **BY_TABLE).loc[EAST]
    assert line[["base", "done", "unknown", "rate", "rate_to", "met"]].tolist() == [10, 7, 2, 70.0, 90.0, "unknown"]


def test_a_village_of_no_known_township_is_not_missing_twice_in_the_county():
    states = [*many(EAST, 8, 1), ("", "done")]
    table = card(TOWNS, villages(*states), targets((EAST, 10, 8, None)), **BY_TABLE)
    assert table.loc["全县（市）", ["base", "done", "unknown"]].tolist() == [10, 9, 0]


@pytest.mark.parametrize("lines", [[(WEST, 1, 1, None)], [(EAST, 10, None, 1)], [(EAST, 10, 9, 1), (EAST, 10, 5, 1)]])
def test_a_target_that_is_not_known_judges_nothing(lines):
    found = listed(TOWNS, villages(*many(EAST, 8, 2)), targets(*lines), **BY_TABLE)
    assert found[EAST] == ("unknown", None)


def test_a_target_of_more_than_there_are_judges_nothing_and_says_so():
    # All of 14 villages are done, and the table asks for 15 of 14.
    table = card(TOWNS, villages(*many(EAST, 14, 0)), targets((EAST, 14, 14, 1)), **BY_TABLE)
    assert table.loc[EAST, "met"] == ""
    assert "15" in table.loc[EAST, "remark"]
    found = listed(TOWNS, villages(*many(EAST, 14, 0)), targets((EAST, 14, 14, 1)), **BY_TABLE)
    assert found[EAST] == ("unknown", None)


def test_what_is_in_no_known_township_counts_in_the_county_and_has_no_target_of_its_own():
    with speaking("zh"):
        table, _ = assess([rule()], ground(TOWNS, villages(*many("", 8, 3), *many(EAST, 9, 0))))
    assert table["reason"].tolist() == [
        "乡镇不明11个（已完成8个）：只计入全县，不能按乡镇判定（依据 依据）定为信息不足"
    ]


def test_without_the_table_nothing_is_judged_and_the_scorecard_says_why():
    assert set(listed(TOWNS, villages(*many(EAST, 1, 1)), **BY_TABLE)) == {""}
    [found] = scorecards([rule(**BY_TABLE)], ground(TOWNS, villages(*many(EAST, 1, 1))))
    assert "乡镇农村环境目标表" in found.withheld


def test_a_field_of_the_table_may_be_the_rate_to_be_reached():
    target = {"layer": "rural_target", "rate": "sewage_more"}
    lines = targets((EAST, 10, 1, 80), (WEST, 10, 1, 40))
    found = listed(TOWNS, villages(*many(EAST, 5, 5), *many(WEST, 5, 5)), lines, to="rural_target", target=target)
    assert found == {EAST: ("high", 50.0)}


def test_a_list_on_which_nobody_is_needs_no_layer_that_only_helps(sample_atlas):
    atlas = replace(sample_atlas, layers={"sewage_facility": sample_atlas.layers["sewage_facility"]})
    with speaking("en"):
        told = empty_sentence(CATALOGUE.rules["sewage_facility_running_rate"], atlas)
    assert told.startswith("The rule was run on the data of Rural sewage facility (62 features)")


def test_a_rate_may_be_rounded_and_have_more_decimals():
    line = card(TOWNS, villages(*many(EAST, 2, 1)), truncated=False, decimals=2).loc[EAST]
    assert (line["rate"], line["target"]) == (66.67, 60.0)


def test_it_can_be_graded_by_how_many_are_left():
    found = listed(TOWNS, villages(*many(EAST, 1, 9)), gap="left", levels={"high": 6, "low": 1})
    assert found[EAST][0] == "low"


def test_the_scorecard_has_every_township_in_its_order_and_last_the_county():
    table = card(TOWNS, villages(*many(WEST, 6, 4)))
    assert table.index.tolist() == [EAST, WEST, "全县（市）"]
    assert table["met"].tolist() == ["", "met", "met"]
    assert table["base"].tolist() == [0, 10, 10]


def test_conditions_that_are_not_known_leave_open_whether_something_counts():
    works = layer("sewage_facility", [Point(X, Y)] * 4, [EAST] * 4, facility_code=list("abcd"),
                  running_state=["running", "stopped", None, "dismantled"])  # fmt: skip
    changes = {"of": "sewage_facility", "where": {"sewage_facility": {"running_state": ["正常运行", "停运"]}},
               "reached": {"running_state": "正常运行"}, "target": 90}  # fmt: skip
    line = card(TOWNS, works, **changes).loc[EAST]
    assert line[["base", "done", "unknown", "rate", "rate_to"]].tolist() == [3, 1, 1, 33.3, 66.6]


LAND = {
    "of": "cultivated_land", "quantity": "area", "target": 95,
    "where": {"cultivated_land": {"land_class": ["安全利用类"]}},
    "reached": {"implementation": "已落实"}, "partly": {"implementation": "部分落实"},
}  # fmt: skip


def fields(shapes: list[Any], states: list[str | None], classes: list[str] | None = None) -> Layer:
    return layer("cultivated_land", shapes, unit_code=[f"f{at}" for at in range(len(shapes))],
                 land_class=classes or ["safe_use"] * len(shapes), implementation=states)  # fmt: skip


def square(east: float, north: float, side: float) -> shapely.Polygon:
    return box(X + east, Y + north, X + east + side, Y + north + side)


def test_ground_is_divided_at_the_border_of_the_townships():
    across = box(X + 900, Y + 100, X + 1300, Y + 200)
    table = card(TOWNS, fields([across, square(100, 500, 100)], ["in_place", "not_in_place"]), **LAND)
    parts = [geodesic_area_m2(one) / MU_M2 for one in (box(X + 900, Y + 100, X + 1000, Y + 200), square(100, 500, 100))]
    assert table.loc[EAST, "base"] == pytest.approx(sum(parts), abs=0.011)
    assert table.loc[EAST, "done"] == pytest.approx(parts[0], abs=0.006)
    assert table.loc[WEST, "rate"] == 100.0


def test_ground_that_two_features_cover_counts_once():
    table = card(TOWNS, fields([square(100, 100, 100), square(150, 100, 100)], ["in_place", "in_place"]), **LAND)
    whole = geodesic_area_m2(box(X + 100, Y + 100, X + 250, Y + 200)) / MU_M2
    assert table.loc[EAST, "base"] == pytest.approx(whole, abs=0.006)


def test_of_ground_that_is_partly_done_nobody_knows_how_much():
    table = card(TOWNS, fields([square(100, 100, 100), square(300, 100, 100)], ["in_place", "partly"]), **LAND)
    line = table.loc[EAST]
    assert (line["rate"], line["rate_to"], line["met"]) == (50.0, 100.0, "unknown")


def test_the_ground_of_a_rate_is_that_of_the_balance():
    land = fields([square(100 * at, 37 * at, 93.7) for at in range(9)], ["in_place"] * 9,
                  ["safe_use", "priority_protection", "safe_use"] * 3)  # fmt: skip
    [county] = card(TOWNS, land, **LAND).tail(1)["base"]
    ours = balance(land, TOWNS).by_class.loc["safe_use", "area_mu"]
    assert county == pytest.approx(ours, abs=0.021)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([EAST, WEST, ""]), st.sampled_from(["done", "not_done", None])), max_size=30))
def test_the_townships_add_up_to_the_county_and_every_rate_is_that_of_its_line(states):
    table = card(TOWNS, villages(*states))
    if table.empty:
        return
    towns, county = table.iloc[:-1], table.iloc[-1]
    done, unknown = (sum(state == one for _, state in states) for one in ("done", None))
    figures = ["base", "done", "unknown"]
    assert towns[figures].sum().tolist() == county[figures].tolist() == [len(states), done, unknown]
    for line in table[table["base"] > 0].to_dict("records"):
        cut = Fraction(int(line["done"]) * 1000, int(line["base"])).__floor__()
        assert line["rate"] == cut / 10


@settings(max_examples=20, deadline=None)
@given(st.permutations(many(EAST, 3, 4, 1) + many(WEST, 5, 1)))
def test_the_order_of_the_rows_does_not_change_a_list(states):
    ordered = villages(*many(EAST, 3, 4, 1), *many(WEST, 5, 1))
    assert listed(TOWNS, villages(*states)) == listed(TOWNS, ordered)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"target": {"percent": 90, "layer": "rural_target"}}, "target"),
        ({"target": {"layer": "rural_target", "more": "sewage_more"}}, "target"),
        ({"to": "rural_target", "target": {"layer": "rural_target", "stood": "sewage_dome"}}, "sewage_done"),
        ({"to": "rural_target", "target": {"layer": "rural_target", "stood": "sewage_rate"}}, "sewage_rate"),
        ({"target": {"layer": "rural_target", "stood": "sewage_done"}}, "to"),
        ({"target": 0}, "target"),
        ({"target": 0.9}, "0.9"),
        ({"reached": {"sewage_stat": "已完成"}}, "sewage_state"),
        ({"reached": {"sewage_state": "办完"}}, "reached"),
        ({"reached": {}}, "reached"),
        ({"levels": {"high": 5, "low": 20}}, "levels"),
    ],
)
def test_a_rule_about_a_rate_that_is_wrong_is_refused(changes, told):
    with pytest.raises(SpecError) as refused:
        rule(**changes)
    assert told in f"{refused.value.message} {refused.value.hint}"


def state_rule(**changes: Any) -> Rule:
    keys = {
        "id": "r", "title": "清单", "basis": "依据", "measure": "state", "of": "village", "state": "sewage_state",
        "grades": {"未完成": 2, "正在实施": 1}, "levels": {"medium": 2, "low": 1}, "reason": "因{to_label}",
    }  # fmt: skip
    return make_rule({**keys, **changes}, Known(SPECS))


def test_what_is_still_to_be_done_is_listed_by_its_state():
    states = [(EAST, "done"), (EAST, "not_done"), (EAST, "in_progress"), (EAST, None)]
    table, _ = assess([state_rule()], ground(villages(*states)))
    assert dict(zip(table["of_key"], table["level"], strict=True)) == {"v1": "medium", "v2": "low", "v3": "unknown"}


def test_a_state_that_is_filled_in_nowhere_is_told_once():
    table, _ = assess([state_rule()], ground(villages((EAST, None), (EAST, None))))
    assert table[["of_key", "level"]].to_numpy().tolist() == [["", "unknown"]]


@pytest.mark.parametrize(
    "changes", [{"state": "village_name"}, {"state": "x"}, {"grades": {"没有": 1}}, {"grades": {}}]
)
def test_a_rule_about_a_state_that_is_wrong_is_refused(changes):
    with pytest.raises(SpecError):
        state_rule(**changes)
