"""Units against the samples in them: classes that do not fit, units without a sample, and which sample is whose."""

from __future__ import annotations

import geopandas as gpd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from onemap.risk.sampled import join, last_samples
from onemap.text import speaking
from tests.farmland import CADMIUM, CLEAN, KEEPS, at, layer, listed, square

CLASSES = {1: "priority_protection", 2: "safe_use", 3: "strict_control"}


def units(*classes):
    """Return units 200 m wide in a row, 1 km apart."""
    return layer(
        "cultivated_land",
        [
            {"unit_code": f"U{n}", "unit_name": f"单元{n}", "land_class": CLASSES.get(own)}
            for n, own in enumerate(classes)
        ],
        [square(90, 1000 * n, 100) for n, _ in enumerate(classes)],
    )


def soil(*records):
    """Return samples in the middle of the first unit, unless `at` says where else."""
    places = [record.pop("at", at(0, 0)) for record in records]
    return layer("soil_sample", [{"sample_code": f"S{n}", **CLEAN, **one} for n, one in enumerate(records)], places)


def of_levels(*levels):
    return soil(*({"cadmium": CADMIUM[level]} if level else {"ph": None} for level in levels))


def crops(*cadmium):
    records = [{"sample_code": f"N{n}", **KEEPS, "cadmium": one} for n, one in enumerate(cadmium)]
    return layer("crop_sample", records, [at(0, 10)] * len(cadmium))


def checked(own, *levels, **changes):
    with speaking("zh"):
        return listed("unit_class_check", units(own), of_levels(*levels), **changes)


@pytest.mark.parametrize(
    ("own", "levels", "level"),
    [
        (1, (1, 1, 1, 1, 2), None),  # 80 % exactly
        (1, (1, 1, 1, 2), "medium"),  # 75 %
        (1, (1,) * 20 + (2, 2), None),  # two of level 2 among many
        (1, (1,) * 20 + (2, 2, 2), "medium"),  # three, though they are 13 %
        (1, (1,) * 20 + (3,), "high"),
        (2, (2, 2, 2, 2, 1), None),
        (2, (2, 2, 2, 1), "low"),
        (2, (2,) * 20 + (3,), "high"),
        (3, (3, 3, 2, 1), None),  # 50 % exactly
        (3, (3, 2, 2), "low"),
        (3, (3,), None),
    ],
)  # standards.md 2.3: 80 % of a unit of class 1 or 2, 50 % of one of class 3, no level 3 below it, two of level 2
def test_the_share_rules_give_the_level(own, levels, level):
    assert checked(own, *levels)["level"].tolist() == ([level] if level else [])


@pytest.mark.parametrize(
    ("own", "levels", "level"),
    [
        (2, (2, 2, None), "unknown"),
        (2, (3, None), "high"),
        (2, (2, 2, 2, 2, 2, 2, 2, 2, None), "unknown"),  # 89 % at least, but the last may be of level 3
        (3, (3, 3, None), None),  # two of three at least
        (3, (2, 2, 2, None), "low"),  # one of four at most
        (3, (2, None), "unknown"),
        (1, (1, 1, None), "unknown"),
    ],
)
def test_a_sample_whose_level_is_not_sure_makes_a_range(own, levels, level):
    assert checked(own, *levels)["level"].tolist() == ([level] if level else [])


def test_each_broken_rule_is_named_with_its_numbers():
    reason = checked(1, 1, 2, 2, 2, 3)["reason"][0]
    for words in (
        "土壤点位5个（1级1个、2级3个、3级1个）",
        "登记为优先保护类",
        "3级点位1个",
        "1级点位占20%，不足80%",
        "2级点位3个，多于2个",
    ):
        assert words in reason


def test_it_says_to_look_and_does_not_class_anew_and_how_well_its_rules_are_known():
    reason = checked(1, 3)["reason"][0]
    assert "类别与点位结果不一致，待核查" in reason and "可信度B" in reason
    assert "调整为" not in reason


def test_samples_whose_level_is_not_sure_are_named():
    assert "S2" in checked(2, 2, 2, None)["reason"][0]


def test_a_unit_without_a_class_cannot_be_checked():
    with speaking("zh"):
        found = listed("unit_class_check", units(None), of_levels(2))
    assert found["level"].tolist() == ["unknown"] and "质量类别未填" in found["reason"][0]


@settings(max_examples=25)
@given(st.lists(st.sampled_from([1, 2, 3]), min_size=1, max_size=12))
def test_a_unit_fits_at_most_one_class(levels):
    fitting = [own for own in CLASSES if listed("unit_class_check", units(own), of_levels(*levels)).empty]
    assert len(fitting) <= 1


@settings(max_examples=25)
@given(st.permutations([1, 1, 2, 3, None, 2]))
def test_the_order_of_the_samples_changes_nothing(levels):
    found, expected = checked(1, *levels), checked(1, 1, 1, 2, 3, None, 2)
    assert found[["level", "value", "to_label"]].equals(expected[["level", "value", "to_label"]])


@pytest.mark.parametrize(
    ("own", "levels", "cadmium", "words"),
    [
        (1, (2, 2, 2), (0.1, 0.05, 0.02), "可能系按农产品辅助判定"),
        (1, (2, 2, 2), (0.11, 0.05, 0.02), "农产品不支持"),
        (1, (2, 2, 2), (0.05, 0.05), "农产品样品2个，不足3个，不作辅助判定"),
        (1, (2, 2, 2), (), "农产品样品0个，不足3个"),
        (2, (3, 2, 2), (0.05, 0.05, 0.15), "可能系按农产品辅助判定"),  # 67 %, and none above twice the limit
        (2, (3, 2, 2), (0.05, 0.05, 0.21), "农产品不支持"),
        (2, (3, 2, 2), (0.05, 0.15, 0.15), "农产品不支持"),  # 33 %
        (1, (2, 2, 2), (0.05, 0.05, None), "有的不能判定"),
    ],
)  # standards.md 2.4, by the 0.1 mg/kg of cadmium that GB 2762 allows in wheat
def test_the_crops_say_whether_they_may_have_decided(own, levels, cadmium, words):
    with speaking("zh"):
        found = listed("unit_class_check", units(own), of_levels(*levels), crops(*cadmium))
    assert words in found["reason"][0]


def test_crops_are_not_spoken_of_where_they_could_decide_nothing():
    with speaking("zh"):
        found = listed("unit_class_check", units(3), of_levels(2, 2, 2), crops(0.05, 0.05, 0.05))
    assert "农产品" not in found["reason"][0]


def test_a_sample_is_in_the_unit_that_it_names_where_it_lies_near_enough():
    # 129 m from the middle of a unit whose edge is 100 m away, and 131 m.
    samples = soil({"unit_code": "u0", "at": at(90, 129)}, {"unit_code": "U0", "at": at(90, 131)})
    found = join(units(1), samples, 30)
    assert found.units.to_dict() == {0: 0}
    assert found.disputed.values.tolist() == [[1, 0, None]]


def test_a_sample_that_lies_in_another_unit_than_it_names_is_told_and_counted_in_neither():
    samples = soil({"unit_code": "U0", "at": at(90, 1000), "cadmium": 9})
    with speaking("zh"):
        found = listed("unit_class_check", units(1, 1), samples)
    assert found["level"].tolist() == ["unknown"]
    assert "样品S0登记在本单元，位置却在单元U1内，两处均未计入" in found["reason"][0]


def test_a_sample_without_a_code_or_with_a_strange_one_goes_by_its_place():
    found = join(units(1, 1), soil({"at": at(90, 1000)}, {"unit_code": "X9", "at": at(90, 1000)}), 30)
    assert found.units.to_dict() == {0: 1, 1: 1} and found.strange == [1]


def test_a_sample_without_a_place_is_in_the_unit_that_it_names():
    assert join(units(1), soil({"unit_code": "U0", "at": None}), 30).units.to_dict() == {0: 0}


def test_a_sample_in_no_unit_is_told():
    with speaking("zh"):
        found = listed("unit_class_check", units(1), soil({"at": at(0, 400)}, {"at": at(0, 500)}))
    assert "2个不在耕地土壤环境质量类别的任何单元内" in found["reason"][0]


def test_a_sample_without_a_place_is_not_said_to_lie_outside_all_units():
    with speaking("zh"):
        [reason] = listed("unit_class_check", units(1), soil({"at": None}))["reason"]
    assert "1个没有坐标" in reason and "不在" not in reason


def test_a_share_just_below_the_one_asked_is_not_rounded_up_to_it():
    # 43 of 54 are 79.63 %; 1199 of 1499 are 79.99 %.
    assert "2级点位占79.6%，不足80%" in checked(2, *(2,) * 43, *(1,) * 11)["reason"][0]
    assert "2级点位占79.9%，不足80%" in checked(2, *(2,) * 1199, *(1,) * 300)["reason"][0]


def test_elements_that_no_sample_has_are_told_in_the_check_too():
    with speaking("zh"):
        found = listed("unit_class_check", units(3), soil({"cadmium": None}, {"cadmium": None}))
    assert any("所有样品均未测镉" in reason for reason in found["reason"])


def test_of_several_samples_of_a_point_the_last_one_counts():
    days = [{"point_code": "P", "sampled_on": day, "cadmium": value}
            for day, value in (("2024-05-01", 9.0), ("2026-05-01", 0.1), ("2022-05-01", 9.0))]  # fmt: skip
    assert last_samples(soil(*days)).keys.tolist() == ["S1"]
    assert listed("unit_class_check", units(1), soil(*days)).empty


# The lists of these tests look up to the year 2100.
@pytest.mark.parametrize("own_id", ["unit_class_check", "soil_sample_exceedance", "soil_sample_warning"])
def test_a_sample_of_after_the_period_is_told_and_judges_nothing(own_id):
    samples = soil({"cadmium": 5, "sampled_on": "2101-01-01"}, {"sampled_on": "2026-05-01"})
    with speaking("zh"):
        [reason] = listed(own_id, *([units(1)] if own_id == "unit_class_check" else []), samples)["reason"]
    assert "1个的采样日期在本期之后" in reason


def test_a_deeper_sample_is_no_later_one_of_the_soil_above_it():
    above, below = ({"point_code": "P", "sampled_on": "2026-05-01", "depth": depth} for depth in ("0-20cm", "20-40cm"))
    assert last_samples(soil(above, below)).keys.tolist() == ["S0", "S1"]


def test_a_depth_is_the_same_however_it_is_written():
    days = zip(("2024-05-01", "2025-05-01", "2026-05-01"), ("0-20cm", "0～20", None), strict=True)
    samples = soil(*({"point_code": "P", "sampled_on": day, "depth": depth} for day, depth in days))
    assert last_samples(samples).keys.tolist() == ["S2"]


def bare(*classes, samples=None, **changes):
    with speaking("zh"):
        return listed("unit_without_sample", units(*classes), samples or soil({"at": at(0, 5000)}), **changes)


def test_units_of_strict_control_are_listed_one_by_one_and_those_of_safe_use_by_township():
    found = bare(3, 2, 2, 1, 3)
    assert found[["level", "of_key", "township"]].values.tolist() == [
        ["medium", "U0", "示例镇"], ["medium", "U4", "示例镇"], ["low", "", "示例镇"],
    ]  # fmt: skip
    assert "示例镇安全利用类单元2个中有2个（共120.00亩）" in found["reason"][2]


def test_the_area_is_that_of_the_units_on_the_ellipsoid():
    # 200 m x 200 m are 60 亩.
    assert bare(3)["value"].tolist() == pytest.approx([60.0], abs=0.01)


def test_a_unit_with_a_sample_is_not_listed():
    assert bare(3, 3, samples=soil({}))["of_key"].tolist() == ["U1"]


def test_a_project_may_list_every_unit():
    assert bare(3, 2, each=["严格管控类", "安全利用类"])["of_key"].tolist() == ["U0", "U1"]


def test_a_unit_whose_only_sample_lies_elsewhere_is_not_known():
    found = bare(3, samples=soil({"unit_code": "U0", "at": at(0, 5000)}))
    assert found["level"].tolist() == ["unknown"] and "有无样品不能判定" in found["reason"][0]


def test_where_nobody_knows_in_which_unit_the_samples_are_none_is_said_to_have_no_sample():
    found = bare(3, 2, samples=soil({"at": None}, {"at": None}))
    assert found["level"].tolist() == ["unknown"]
    assert "2个没有坐标，也没有可对应" in found["reason"][0]


def test_a_few_samples_of_which_nobody_knows_the_unit_are_told_beside_the_units_without_samples():
    found = bare(3, samples=soil({"at": None}, *({"at": at(0, 5000)} for _ in range(9))))
    assert sorted(found["level"]) == ["medium", "unknown"]


def test_a_unit_without_a_place_is_not_said_to_have_no_sample():
    land = layer("cultivated_land", [{"unit_code": "U0", "unit_name": "单元0", "land_class": CLASSES[3]}], [None])
    with speaking("zh"):
        found = listed("unit_without_sample", land, soil({}))
    assert found[found["of_key"] == "U0"]["level"].tolist() == ["unknown"]


def test_a_sample_is_in_the_unit_without_a_place_that_it_names():
    land = layer("cultivated_land", [{"unit_code": "U0", "unit_name": "单元0", "land_class": CLASSES[3]}], [None])
    assert join(land, soil({"unit_code": "U0"}), 30).units.to_dict() == {0: 0}


def test_the_neighbour_with_the_longest_border_is_named():
    west, north = square(270, 200, 100), square(0, 150, 50)
    records = [{"unit_code": code, "unit_name": code, "land_class": own}
               for code, own in (("U", "strict_control"), ("W", "safe_use"), ("N", "priority_protection"))]  # fmt: skip
    land = layer("cultivated_land", records, [square(0, 0, 100), west, north])
    # Their corners are one, as in a coverage.
    shapes = land.frame.geometry
    land = type(land)(land.spec, land.frame.set_geometry(snapped(shapes)))
    with speaking("zh"):
        found = listed("unit_without_sample", land, soil({"at": at(0, 5000)}))
    assert "与其共有边界最长的相邻单元为“W”（安全利用类）" in found[found["of_key"] == "U"]["reason"].iloc[0]


def snapped(shapes):
    """Return shapes in a plane with corners at whole metres, where squares that touch share theirs."""
    x, y = (round(value) for value in shapes.iloc[0].centroid.coords[0])
    boxes = [
        box(x - 100, y - 100, x + 100, y + 100),
        box(x - 300, y - 100, x - 100, y + 100),
        box(x - 50, y + 100, x + 50, y + 200),
    ]
    return gpd.GeoSeries(boxes, index=shapes.index, crs=shapes.crs)
