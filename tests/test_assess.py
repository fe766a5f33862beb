from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import translate
from shapely.geometry import Point, box

from onemap.errors import SpecError
from onemap.model import FINDING_COLUMNS, Layer
from onemap.progress import Step, begin, telling
from onemap.risk.assess import Ground, assess, chosen_rules
from onemap.risk.measurement import Given
from onemap.spec.known import Known
from onemap.spec.measures import make_rule
from onemap.text import speaking
from tests.atlases import small_atlas
from tests.ground import SPECS, away, layer, placed, rings, rule

HERE = (112.79, 34.9)
PLOT = placed(Point(HERE))
OVERLAP = rule(id="overlaps", measure="overlap", levels={"high": 0.5, "medium": 0.05, "low": 0})


def receptor(metres: float, azimuth: float = 90) -> Point:
    return placed(Point(away(HERE, azimuth, metres)))


def findings(*layers: Layer, rules=None, withheld=frozenset()):
    with speaking("en"):
        return assess(rules or [rule()], Ground({one.spec.id: one for one in layers}, withheld, SPECS))[0]


def test_the_sentence_gives_reason_basis_and_level():
    plots, receptors = layer("plot", [PLOT]), layer("receptor", [receptor(85)], kind=["school"], name=["示例小学"])
    table, _ = assess([rule()], Ground({"plot": plots, "receptor": receptors}, frozenset(), SPECS))
    assert table["reason"].tolist() == ["因距学校“示例小学”85米（依据 方案 二(一)6）定为高"]


def test_the_sentence_is_told_in_english_too():
    table = findings(layer("plot", [PLOT]), layer("receptor", [receptor(85)], name=["Demo"]))
    assert table["reason"].tolist() == ["85 m from the Receptors Demo (basis: Plan II(1)6): graded high"]


def test_a_finding_holds_both_sides_and_its_link():
    layers = {"plot": layer("plot", [PLOT]), "receptor": layer("receptor", [receptor(85)], kind=["school"])}
    table, links = assess([rule()], Ground(layers, frozenset(), SPECS, "EPSG:4547"))
    assert tuple(table.columns) == FINDING_COLUMNS
    assert table.loc[0, ["of_layer", "of_key", "of_label", "township"]].tolist() == [
        "plot",
        "plot-0",
        "plot 0",
        "示例镇",
    ]
    assert table.loc[0, ["to_layer", "to_class", "to_key"]].tolist() == ["receptor", "school", "receptor-0"]
    assert table.loc[0, ["measure", "value", "basis"]].tolist() == ["distance", 85.0, "方案 二(一)6"]
    assert links[0].length == pytest.approx(85, rel=1e-3)
    assert links.crs == layers["plot"].frame.crs


@pytest.mark.parametrize(
    ("metres", "levels"),
    [(100, ["high"]), (100.01, ["medium"]), (300, ["medium"]), (300.01, ["low"]), (1000, ["low"]), (1000.01, [])],
)
def test_a_distance_exactly_at_a_limit_is_inside(metres, levels):
    assert findings(layer("plot", [PLOT]), layer("receptor", [receptor(metres)]))["level"].tolist() == levels


def test_a_distance_beyond_every_level_is_not_listed():
    table = findings(
        layer("plot", [PLOT]), layer("receptor", [receptor(500)]), rules=[rule(levels={"high": 100, "low": 300})]
    )
    assert table.empty


@pytest.mark.parametrize(("width", "level"), [(4, "high"), (3, "medium"), (0.2, "low")])
def test_a_larger_overlap_is_worse(width, level):
    plot = box(388_000, 3_863_000, 388_100, 3_863_100)
    other = box(388_000 - 50, 3_863_000, 388_000 + width, 3_863_100)
    assert findings(layer("plot", [plot]), layer("receptor", [other]), rules=[OVERLAP])["level"].tolist() == [level]


def test_an_overlap_exactly_at_a_limit_is_inside():
    plots, others = layer("plot", [PLOT.buffer(50)]), layer("receptor", [PLOT.buffer(60)])
    area_mu = plots.areas_m2.sum() / (2000 / 3)
    asked = OVERLAP.model_copy(update={"levels": {"high": area_mu, "low": 0}})
    assert findings(plots, others, rules=[asked])["level"].tolist() == ["high"]


def test_a_count_is_graded_by_how_many_there_are():
    asked = rule(measure="count", reach=500, levels={"high": 3, "low": 1}, reason_en="{value:.0f} {to_label}")
    places = [receptor(85), receptor(90), receptor(600)]
    table = findings(layer("plot", [PLOT]), layer("receptor", places, kind=["school"] * 3), rules=[asked])
    assert table[["level", "to_class", "value", "unit"]].to_numpy().tolist() == [["low", "school", 2.0, "in number"]]


def test_rings_are_graded_by_their_outer_edge():
    asked = rings(100, 300, 1000).model_copy(update={"levels": {"high": 100, "low": 300}})
    table = findings(layer("plot", [PLOT]), layer("field", [PLOT.buffer(500)]), rules=[asked])
    assert table[["level", "to_key"]].to_numpy().tolist() == [["high", "0-100"], ["low", "100-300"]]


def test_a_layer_that_is_not_there_cannot_be_judged():
    table, links = assess([rule()], Ground({"plot": layer("plot", [PLOT])}, frozenset(), SPECS))
    assert table[["level", "to_layer"]].to_numpy().tolist() == [["unknown", "receptor"]]
    assert table["reason"].tolist() == ["未提供受体数据, 不能判定（依据 方案 二(一)6）定为信息不足"]
    assert table["value"].isna().all()
    assert links.isna().all()


@pytest.mark.parametrize("shapes", [[], [None, Point()]], ids=["empty", "without any place"])
def test_a_layer_that_holds_no_place_cannot_be_judged(shapes):
    table = findings(layer("plot", [PLOT]), layer("receptor", shapes))
    assert table["level"].tolist() == ["unknown"]
    assert "no data of Receptors" in table["reason"][0]


def test_the_other_receptors_are_measured_all_the_same():
    table = findings(layer("plot", [PLOT]), layer("receptor", [receptor(85)]), rules=[rule(to=["field", "receptor"])])
    assert table[["level", "to_layer"]].to_numpy().tolist() == [["high", "receptor"], ["unknown", "field"]]


def test_a_rule_asked_for_by_name_says_that_its_own_layer_is_not_there():
    table = findings(layer("receptor", [receptor(85)]))
    assert table[["level", "of_layer", "of_key", "to_layer"]].to_numpy().tolist() == [["unknown", "plot", "", ""]]
    assert "no data of Plots" in table["reason"][0]


def test_a_list_on_data_with_errors_is_withheld():
    table = findings(layer("plot", [PLOT]), layer("receptor", [receptor(85)]), withheld=frozenset({"receptor"}))
    assert table[["level", "of_key", "to_layer", "measure"]].to_numpy().tolist() == [["unknown", "", "", "distance"]]
    assert "withheld: the data of Receptors" in table["reason"][0]


def test_other_lists_are_not_withheld():
    table = findings(layer("plot", [PLOT]), layer("receptor", [receptor(85)]), withheld=frozenset({"field"}))
    assert table["level"].tolist() == ["high"]


def test_where_takes_classes_by_any_of_their_names():
    receptors = layer("receptor", [receptor(85), receptor(90)], kind=["school", "home"])
    for word in ("school", "学校", " 22 "):
        table = findings(layer("plot", [PLOT]), receptors, rules=[rule(where={"receptor": {"kind": word}})])
        assert table["to_key"].tolist() == ["receptor-0"]


def test_where_takes_text_and_numbers():
    plots = layer("plot", [PLOT] * 3, state=["Ⅱ 类", "ii类", "iii"], wells=[2, 3, 2])
    asked = rule(where={"plot": {"state": ["II类"], "wells": ["2"]}})
    assert findings(plots, layer("receptor", [receptor(85)]), rules=[asked])["of_key"].tolist() == ["plot-0"]


def test_a_feature_of_which_a_condition_is_not_known_is_listed_as_unknown():
    plots = layer("plot", [PLOT] * 5, state=["open", None, "shut", "open", "open"])
    table = findings(plots, layer("receptor", [receptor(85)]), rules=[rule(where={"plot": {"state": "open"}})])
    assert dict(zip(table["of_key"], table["level"], strict=True)) == {
        "plot-0": "high", "plot-1": "unknown", "plot-3": "high", "plot-4": "high",
    }  # fmt: skip
    assert "State of Plots" in table["reason"].iloc[-1]


def test_ground_of_which_a_condition_is_not_known_is_summed_apart():
    quarters = [translate(PLOT.buffer(20), *way) for way in ((30, 30), (30, -30), (-30, 30), (-30, -30))]
    fields = layer("field", quarters, kind=["school"] * 4, state=["wet", "wet", None, "wet"])
    asked = rings(100).model_copy(update={"where": {"field": {"state": ("wet",)}}})
    table = findings(layer("plot", [PLOT]), fields, rules=[asked])
    assert table["level"].tolist() == ["low", "unknown"]
    assert table["value"][0] == pytest.approx(3 * table["value"][1], abs=0.002)


def test_a_class_asked_for_that_nobody_provided_cannot_be_judged():
    asked = rule(where={"receptor": {"kind": ["学校", "居民区"]}})
    table = findings(layer("plot", [PLOT]), layer("receptor", [receptor(85)], kind=["school"]), rules=[asked])
    assert table[["level", "to_class"]].to_numpy().tolist() == [["high", "school"], ["unknown", "home"]]
    assert "no data of Homes" in table["reason"][1]


def test_a_plot_without_a_place_cannot_be_judged():
    table = findings(layer("plot", [PLOT, PLOT, PLOT, None]), layer("receptor", [receptor(85)]))
    assert table.iloc[-1][["level", "of_key", "to_layer"]].tolist() == ["unknown", "plot-3", ""]
    assert "no coordinates" in table["reason"].iloc[-1]


def test_receptors_without_a_place_are_counted():
    near = [receptor(85)] * 5
    table = findings(layer("plot", [PLOT]), layer("receptor", [*near, None, Point()]))
    assert table["level"].tolist() == ["high"] * 5 + ["unknown"]
    assert table.iloc[-1][["of_key", "to_layer"]].tolist() == ["", "receptor"]
    assert "2 records of Receptors" in table["reason"].iloc[-1]


@pytest.mark.parametrize(("lost", "level"), [(3, "high"), (4, "unknown")])
def test_a_rule_of_which_more_than_30_percent_is_unknown_grades_nothing(lost, level):
    places = [receptor(85)] * (9 - lost) + [None] * lost
    table = findings(layer("plot", [PLOT]), layer("receptor", places))
    assert table["level"][0] == level
    assert ("40 % of its inputs are unknown" in table["reason"][0]) == (level == "unknown")
    assert table["value"][0] == 85


def test_a_layer_of_which_no_place_is_known_counts_among_the_unknown():
    rules = [rule(to=["field", "receptor"])]
    table = findings(layer("plot", [PLOT]), layer("receptor", [receptor(85)]), layer("field", [None] * 2), rules=rules)
    assert table["level"].tolist() == ["unknown", "unknown"]


def test_an_overlap_with_a_plot_that_is_only_a_point_is_unknown():
    table = findings(layer("plot", [PLOT]), layer("receptor", [PLOT.buffer(50)], kind=["home"]), rules=[OVERLAP])
    assert table["level"].tolist() == ["unknown"]
    assert 'at the Homes "receptor 0", but one of them is only a point' in table["reason"][0]


def test_hostile_names_are_only_text():
    table = findings(layer("plot", [PLOT]), layer("receptor", [receptor(85)], name=["{reach.__class__} {0} %s"]))
    assert "{reach.__class__} {0} %s" in table["reason"][0]


def test_a_list_runs_from_the_worst_to_the_unknown():
    receptors = layer("receptor", [receptor(m) for m in (500, 80, 200, 90)] + [None])
    table = findings(layer("plot", [PLOT]), receptors)
    assert table["value"].tolist()[:-1] == [80, 90, 200, 500]
    assert table["level"].tolist()[-1] == "unknown"


def test_lists_stand_in_the_order_of_the_rules():
    rules = [OVERLAP, rule()]
    table = findings(layer("plot", [PLOT.buffer(50)]), layer("receptor", [PLOT.buffer(60)]), rules=rules)
    assert table["rule"].tolist() == ["overlaps", "plot_near_receptor"]


def shuffled(one: Layer, seed: int) -> Layer:
    return Layer(one.spec, one.frame.sample(frac=1, random_state=seed).reset_index(drop=True))


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_shuffled_rows_change_nothing(seed):
    places = np.random.default_rng(seed).uniform(-900, 900, (30, 2)) + shapely.get_coordinates(PLOT)
    kinds = ["school", "home", None] * 10
    layers = {
        "plot": layer("plot", [Point(place) for place in places[:6]] + [None], code=["twin"] * 7),
        "receptor": layer("receptor", [Point(place).buffer(30) for place in places], kind=kinds),
        "field": layer("field", [Point(place).buffer(200) for place in places], kind=kinds),
    }
    rules = [rule(where={"receptor": {"kind": "school"}}), rings(100, 1000), OVERLAP]
    table, links = assess(rules, Ground(layers, frozenset(), SPECS))
    others = {own_id: shuffled(one, seed) for own_id, one in layers.items()}
    other, other_links = assess(rules, Ground(others, frozenset(), SPECS))
    pd.testing.assert_frame_equal(table, other, check_exact=True)
    assert links.to_wkb().tolist() == other_links.to_wkb().tolist()


def test_no_rules_give_an_empty_table_of_findings():
    table, links = assess([], Ground({}, frozenset(), SPECS))
    assert tuple(table.columns) == FINDING_COLUMNS
    assert isinstance(links, gpd.GeoSeries)
    assert len(links) == len(table) == 0


def test_each_rule_is_a_step():
    heard: list[Step] = []
    with telling(heard.append):
        begin("assessing", 2)
        assess([rule(), rule(id="b", title="另一")], Ground({}, frozenset(), SPECS))
    assert [(step.done, step.total, step.at_hand) for step in heard] == [(0, 2, "清单"), (1, 2, "另一"), (2, 2, "")]


def test_an_unknown_measure_is_told_with_the_one_that_was_meant():
    with speaking("en"), pytest.raises(SpecError, match='no measure "distanz"') as fault:
        rule(measure="distanz")
    assert "distance" in fault.value.hint


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"reach": None}, "reach"),
        ({"measure": "ring_area"}, 'key "rings" is missing'),
        ({"to": []}, "to: "),
        ({"levels": {"high": 300, "low": 100}}, "low takes in all of high"),
        ({"levels": {"high": 300, "low": 300}}, "the bands of high and low overlap"),
        ({"levels": {"low": 300, "high": 100}}, "worst first"),
        ({"measure": "overlap"}, "limits"),
        ({"measure": "overlap", "levels": {"low": 0}, "reach": 5}, 'unknown key "reach"'),
        ({"measure": "count", "reach": None}, "reach"),
        ({"measure": "nearest", "to": ["plot"]}, "within a layer"),
        ({"basis": " "}, "basis: it says nothing"),
        ({"reason": "{to_lable}"}, 'no placeholder "to_lable"'),
        ({"reason": "{value.__class__}"}, "no placeholder"),
        ({"reason": "{}"}, "no placeholder"),
        ({"reason": "{value:.0f"}, "no template"),
        ({"reason_en": "{to_label:.0f}"}, "no template"),
    ],
)
def test_a_rule_that_cannot_be_run_is_told_when_it_is_read(changes, told):
    with speaking("en"), pytest.raises(SpecError, match=told):
        rule(**changes)


def test_everything_wrong_in_a_rule_is_told_at_once():
    wrong = {"reech": 800, "to": ["receptro"], "levels": {"high": 9, "low": 9}}
    table = rule().model_dump(exclude={"basis", "reach"}) | wrong
    with speaking("en"), pytest.raises(SpecError) as fault:
        make_rule(table, Known(SPECS))
    told = 'key "basis" is missing', 'key "reach" is missing', 'unknown key "reech"', 'no layer "receptro"', "overlap"
    assert [words for words in told if words not in fault.value.message] == []
    assert 'did you mean "reach"?' in fault.value.hint
    assert 'did you mean "receptor"?' in fault.value.hint


def test_a_rule_of_no_measure_has_its_other_faults_told_with_it():
    with speaking("en"), pytest.raises(SpecError) as fault:
        rule(measure="distanz", to=["a"], basis="")
    assert "basis" in fault.value.message
    assert "reach" not in fault.value.message


def test_without_a_choice_every_rule_runs_whose_own_layer_is_there(tmp_path):
    atlas = small_atlas(tmp_path, leave_out=["cadmium_enterprise"])
    rules = chosen_rules(atlas.project, atlas.layers)
    assert {"plot_grade", "plot_near_receptor", "plot_overlaps_construction"} <= {one.id for one in rules}
    assert {one.of for one in rules} <= {*atlas.layers}


def test_the_rules_of_the_catalogue_run_on_the_small_atlas(tmp_path):
    atlas = small_atlas(tmp_path)
    rules = chosen_rules(atlas.project, atlas.layers)
    catalogue = atlas.project.catalogue
    given = Given(standards=catalogue.standards, codes=catalogue.codes)
    table, _ = assess(rules, Ground(atlas.layers, frozenset(), catalogue.layers, given=given))
    near = (table["measure"] == "distance") & (table["to_key"] == "DX-01")
    assert table.loc[near, "value"].tolist() == [199.97]
    assert table.loc[table["rule"] == "plot_overlaps_construction", "level"].tolist() == ["high"]
