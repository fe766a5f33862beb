"""What comes to light only beside other records or layers."""

import geopandas as gpd
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
    found = check_between({one.spec.id: one for one in layers})
    return {own_id: [(fault.kind, fault.at) for fault in faults] for own_id, faults in found.items()}


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


@pytest.mark.parametrize("key", ["apart_from", "shares_keys_with"])
def test_a_layer_that_names_one_that_is_not_there_is_refused(tmp_path, key):
    text = (shipped("layers") / "river.toml").read_text("utf-8")
    (tmp_path / "river.toml").write_text(text.replace("[fields", f'{key} = ["rivver"]\n\n[fields', 1), "utf-8")
    with pytest.raises(SpecError, match="rivver"):
        load_catalogue(tmp_path)
