"""What comes to light only beside other records or layers."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point, box

from onemap.errors import SpecError
from onemap.ingest.quality.between import check_between
from onemap.ingest.quality.twins import find_twins
from onemap.model import Layer
from onemap.spec.catalogue import load_catalogue, shipped

LAYERS = load_catalogue().layers
PLOT = box(389000, 3865000, 389100, 3865100)


def layer(own_id, shapes, keys, labels):
    spec = LAYERS[own_id]
    frame = gpd.GeoDataFrame(dict.fromkeys(spec.fields), index=range(len(shapes)), geometry=shapes, crs=4547)
    return Layer(spec, frame.assign(**{spec.key: keys, spec.label: labels}).astype({spec.key: "string"}))


def between(*layers):
    by_id = {one.spec.id: one for one in layers}
    found = {own_id: check_between(one, by_id) for own_id, one in by_id.items()}
    return {own_id: [(fault.kind, fault.at) for fault in faults] for own_id, faults in found.items() if faults}


PLOTS = layer("priority_plot", [PLOT], ["4108832260001"], ["示例化工厂旧址"])


def test_a_receptor_inside_a_plot_is_told():
    schools = [Point(389050, 3865050), Point(389100.5, 3865050)]
    found = between(PLOTS, layer("sensitive_receptor", schools, ["S1", "S2"], ["甲小学", "乙小学"]))
    assert found == {"sensitive_receptor": [("receptor_inside", 0)]}


def test_a_receptor_without_a_place_is_in_no_plot():
    assert between(PLOTS, layer("sensitive_receptor", [None], ["S1"], ["甲小学"])) == {}


@pytest.mark.parametrize(
    ("key", "label", "shape", "told"),
    [
        ("4108832260002", "示例化工厂旧址", PLOT, True),
        ("4108832260002", "示例化工厂 旧址", PLOT.buffer(5), True),
        ("4108832260001", "示例化工厂旧址", PLOT, False),
        ("SL2026-010", "示例化工厂旧址", PLOT, False),
        ("4108832260002", "另一处", PLOT, False),
        ("4108832260002", "示例化工厂旧址", box(389090, 3865000, 389200, 3865100), False),
    ],
)
def test_one_plot_with_two_codes_is_told(key, label, shape, told):
    found = between(PLOTS, layer("construction_plot", [shape], [key], [label]))
    assert found == ({"construction_plot": [("key_differs", 0)]} if told else {})


@pytest.mark.parametrize(("east", "told"), [(389050, True), (389115, True), (389125, False)])
def test_a_plot_that_is_a_point_is_held_against_the_area_around_it(east, told):
    points = layer("priority_plot", [Point(east, 3865050)], ["4108832260001"], ["示例化工厂旧址"])
    other = layer("construction_plot", [PLOT], ["4108832260002"], ["示例化工厂旧址"])
    assert between(points, other) == ({"construction_plot": [("key_differs", 0)]} if told else {})


def test_a_layer_without_a_plot_that_has_a_place_ends_nothing():
    other = layer("construction_plot", [PLOT], ["4108832260002"], ["示例化工厂旧址"])
    assert between(layer("priority_plot", [None], ["4108832260001"], ["示例化工厂旧址"]), other) == {}


@pytest.mark.parametrize(
    ("shapes", "labels", "told"),
    [
        ([Point(0, 0), Point(15, 0)], ["甲 厂", "甲厂"], True),
        ([Point(0, 0), Point(25, 0)], ["甲厂", "甲厂"], False),
        ([Point(0, 0), Point(5, 0)], ["甲厂", "乙厂"], False),
        ([Point(0, 0), Point(5, 0)], [None, None], False),
        ([Point(0, 0), Point(5, 0)], ["示例化工有限责任公司", "示例化工有限公司"], True),
        ([Point(0, 0), Point(5, 0)], ["示例（孟州）化工厂", "示例孟州化工厂"], True),
        ([Point(0, 0), Point(5, 0)], ["河南省孟州市示例化工厂", "示例化工厂"], True),
        ([Point(0, 0), Point(5, 0)], ["示例化工厂(一期)", "示例化工厂(二期)"], False),
        ([Point(0, 0), Point(5, 0)], ["孟州市示例小学", "沁阳市示例小学"], False),
        ([Point(0, 0), Point(5, 0)], ["梅园小区幼儿园", "兰园小区幼儿园"], False),
        ([Point(0, 0), Point(5, 0)], ["梅园小区", "小区"], False),
        ([PLOT, PLOT.buffer(3)], ["甲厂", "甲厂"], True),
        ([PLOT, box(389100, 3865000, 389200, 3865100)], ["甲厂", "甲厂"], False),
        ([PLOT, Point(389050, 3865050)], ["甲厂", "甲厂"], True),
    ],
)
def test_records_of_two_keys_with_one_name_and_place_are_told(shapes, labels, told):
    works = layer("cadmium_enterprise", shapes, ["A", "B"], labels)
    _, faults = find_twins(works.frame, works.spec)
    assert [(fault.kind, fault.at) for fault in faults] == ([("near_duplicate", 1)] if told else [])


@pytest.mark.parametrize(("keys", "told"), [([None, None], True), (["A", None], True), (["A", "A"], False)])
def test_two_records_without_a_key_are_told_as_well_but_not_two_of_one_key(keys, told):
    schools = layer("sensitive_receptor", [Point(0, 0), Point(5, 0)], keys, ["甲小学", "甲小学"])
    assert len(find_twins(schools.frame, schools.spec)[1]) == told


def twins(own_id, shapes, keys, labels, **columns):
    things = layer(own_id, shapes, keys, labels)
    frame = things.frame.assign(source="t.shp", source_row=range(len(shapes)), **columns)
    return [fault.at for fault in find_twins(frame, things.spec)[1]]


NEAR = [Point(0, 0), Point(5, 0)]


@pytest.mark.parametrize(
    ("levels", "told"), [(["first_class", "second_class"], []), (["quasi", "quasi"], [1]), (["quasi", None], [1])]
)
@pytest.mark.parametrize("keys", [["SY-1", "SY-2"], ["SY-1", "SY-1"], [None, None]])
def test_zones_of_a_water_source_are_one_thing_only_where_their_level_is_one(levels, told, keys):
    names = ["甲水厂水源地"] * 2
    assert twins("drinking_water_source", [PLOT, PLOT.buffer(3)], keys, names, protection_level=levels) == told


@pytest.mark.parametrize(("depths", "told"), [([30, 90], []), ([30, 30.0], [1]), ([30, None], [1])])
def test_wells_of_one_name_and_place_are_two_where_their_depths_differ(depths, told):
    depths = pd.array(depths, dtype="Float64")
    assert twins("groundwater_point", NEAR, ["1", "2"], ["甲井", "甲井"], well_depth_m=depths) == told


def test_a_school_and_a_kindergarten_of_one_name_are_two():
    assert twins("sensitive_receptor", NEAR, ["1", "2"], ["甲校"] * 2, receptor_type=["school", "kindergarten"]) == []


def test_an_enterprise_that_is_listed_as_running_and_as_closed_is_listed_twice():
    states = ["operating", "closed"]
    assert twins("cadmium_enterprise", NEAR, ["A", "B"], ["甲厂", "甲厂"], production_state=states) == [1]


def test_eighty_records_at_one_place_are_told_once_each():
    keys = [f"ST-{at}" for at in range(80)]
    assert twins("sensitive_receptor", [Point(0, 0)] * 80, keys, ["散户"] * 80) == [*range(1, 80)]


def test_a_name_that_ends_like_another_is_another():
    names = ["监测井", "监测井", "化工厂监测井", "化工厂监测井"]
    shapes = [Point(0, 0), Point(500, 0), Point(2, 0), Point(900, 0)]
    assert twins("groundwater_point", shapes, ["1", "2", "3", "4"], names) == []


@pytest.mark.parametrize(
    ("label", "east", "told"),
    [
        ("另一地块", 4000, True),
        ("另一地块", 250, True),
        ("另一地块", 150, False),
        ("示例化工厂旧址(北区)", 4000, False),
        ("孟州市示例化工厂旧址", 4000, False),
    ],
)
def test_one_code_of_two_plots_far_apart_is_told(label, east, told):
    # The plots are 100 m wide.
    shape = box(389100 + east, 3865000, 389200 + east, 3865100)
    found = between(PLOTS, layer("construction_plot", [shape], ["4108832260001"], [label]))
    assert found == ({"construction_plot": [("key_shared", 0)]} if told else {})


def test_numbers_of_a_form_of_their_own_are_not_held_against_plot_codes():
    far = box(399000, 3865000, 399100, 3865100)
    plots = layer("priority_plot", [PLOT], ["1"], ["示例化工厂旧址"])
    assert between(plots, layer("construction_plot", [far], ["1"], ["另一地块"])) == {}


@pytest.mark.parametrize("key", ["apart_from", "shares_keys_with"])
def test_a_layer_that_names_one_that_is_not_there_is_refused(tmp_path, key):
    text = (shipped("layers") / "river.toml").read_text("utf-8")
    (tmp_path / "river.toml").write_text(text.replace("[fields", f'{key} = ["rivver"]\n\n[fields', 1), "utf-8")
    with pytest.raises(SpecError, match="rivver"):
        load_catalogue(tmp_path)
