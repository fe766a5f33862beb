"""Groundwater: units of a long table, the class of a sample, its change, trends, and what lies up-gradient."""

from __future__ import annotations

import datetime as dt
from itertools import permutations
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon

from onemap.errors import SpecError
from onemap.ingest.intake import take_in
from onemap.model import Layer
from onemap.risk.assess import Ground, assess
from onemap.risk.measurement import Given
from onemap.risk.trends import _mann_kendall
from onemap.spec.catalogue import load_catalogue
from onemap.spec.known import Known
from onemap.spec.layer import LayerSpec
from onemap.spec.measures import make_rule
from onemap.spec.project import load_project
from onemap.spec.rule import Rule
from onemap.text import speaking
from tests.ground import CRS, away, placed

CATALOGUE = load_catalogue()
KNOWN = Known(CATALOGUE.layers, CATALOGUE.standards)
DAY = dt.date(2026, 11, 30)
PLACE = (112.79, 34.91)
HEAD = 'title = "t"\ncounty = "410883"\nperiod = "2026-11"\n[sources.groundwater_sample]\npath = "s.csv"\n'
UNITS = {field.title: own_id for own_id, field in CATALOGUE.layers["groundwater_sample"].fields["unit"].classes.items()}


def layer(own_id: str, records: list[dict[str, Any]], shapes: list[Any] | None = None) -> Layer:
    spec = CATALOGUE.layers[own_id]
    kinds = {"number": "Float64", "date": "datetime64[s]"}
    columns = {
        name: pd.Series([record.get(name) for record in records]).astype(kinds.get(field.type, "string"))
        for name, field in spec.fields.items()
    }
    shapes = shapes or [placed(Point(PLACE))] * len(records)
    return Layer(spec, gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS).assign(located_in=""))


def wells(*records: dict[str, Any]) -> Layer:
    return layer("groundwater_point", [{"point_code": "W1", **record} for record in records])


def sample(item: str, value: float | None, unit: str | None = "mg/L", day: str = "2026-05-01", **more: Any) -> Any:
    own = {"point_code": "W1", "item": item, "value": value, "unit": UNITS.get(unit or ""), "sampled_on": day}
    return {**own, **more}


def rule(own_id: str, **changes: Any) -> Rule:
    own = CATALOGUE.rules[own_id].model_dump()
    if own_id == "groundwater_sources":
        # A level for each grade of the measure: the list that ships puts some of them together.
        own["levels"] = {"high": 1, "medium": 2, "low": 3}
    return make_rule({**own, **changes}, KNOWN)


def listed(own_id: str, samples: list[Any], of: Layer | None = None, *others: Layer, **changes: Any) -> pd.DataFrame:
    layers = [of or wells({}), layer("groundwater_sample", samples), *others]
    ground = Ground(
        {one.spec.id: one for one in layers if one.count}, frozenset(), CATALOGUE.layers, CRS,
        Given(DAY, CATALOGUE.standards),
    )  # fmt: skip
    with speaking("zh"):
        table = assess([rule(own_id, **changes)], ground)[0]
    return table[~table["reason"].str.startswith("未提供")] if others else table


def levels(*args: Any, **changes: Any) -> list[str]:
    return listed(*args, **changes)["level"].tolist()


# GB/T 14848-2017 table 1: 砷 0.001, 0.001, 0.01, 0.05 mg/L; pH 6.5 to 8.5, 5.5 to 9.0.
@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (0.01, "mg/L", []), (0.0101, "mg/L", ["medium"]), (0.05, "mg/L", ["medium"]), (0.0501, "mg/L", ["high"]),
        (10, "μg/L", []), (50, "μg/L", ["medium"]), (51, "μg/L", ["high"]), (51000, "ng/L", ["high"]),
        (0.00005, "g/L", ["medium"]),
    ],
)  # fmt: skip
def test_a_value_is_brought_into_the_unit_of_the_standard_and_an_equal_one_has_the_better_class(value, unit, expected):
    assert levels("groundwater_class", [sample("砷", value, unit)]) == expected


# GB/T 14848-2017: 铍 0.06 mg/L is the limit of class IV, 克百威 1.40 μg/L that of class II.
@pytest.mark.parametrize(("item", "value", "unit", "level"), [("铍", 6e-05, "g/L", 4), ("克百威", 1400, "ng/L", 2)])
def test_a_limit_in_another_unit_is_still_no_more_than_the_limit(item, value, unit, level):
    limits = {"levels": {"high": 5, "medium": 3, "low": 1}}
    expected = {4: ["medium"], 2: ["low"]}[level]
    assert levels("groundwater_class", [sample(item, value, unit)], **limits) == expected


@settings(max_examples=30)
@given(st.integers(1, 200_000), st.sampled_from(["镉", "铅", "汞", "砷"]))
def test_the_class_is_the_same_in_whatever_unit_a_value_is_written(nanograms, item):
    written = ((nanograms, "ng/L"), (nanograms / 1e3, "μg/L"), (nanograms / 1e6, "mg/L"))
    samples = [sample(item, value, unit, point_code=unit) for value, unit in written]
    of = wells(*({"point_code": unit} for _, unit in written))
    found = listed("groundwater_class", samples, of, levels={"high": 5, "medium": 4, "low": 1})
    assert len(found) == 3
    assert found["level"].nunique() == 1


@pytest.mark.parametrize(("unit", "told"), [(None, "没有写明单位"), ("NTU", "NTU"), ("Bq/L", "不能换算")])
def test_a_value_without_a_unit_or_in_one_of_another_kind_is_told_and_not_judged(unit, told):
    [row] = listed("groundwater_class", [sample("砷", 9, unit), sample("铁", 0.2)]).to_dict("records")
    assert row["level"] == "unknown"
    assert told in row["reason"]


def test_what_is_not_known_takes_nothing_from_a_class_that_is_the_worst_already():
    assert levels("groundwater_class", [sample("砷", 9, None), sample("铁", 2.5)]) == ["high"]


@pytest.mark.parametrize("unit", ["无量纲", None, "mg/L"])
@pytest.mark.parametrize(("value", "expected"), [(8.5, []), (8.6, ["medium"]), (5.4, ["high"])])
def test_a_ph_needs_no_unit_and_has_no_times_over(value, expected, unit):
    found = listed("groundwater_class", [sample("pH值", value, unit)])
    assert found["level"].tolist() == expected
    assert found["value"].isna().all()


def test_the_sentence_names_the_items_that_set_the_class_with_their_times_over():
    [row] = listed("groundwater_class", [sample("氨氮", 0.75), sample("铁", 0.3), sample("锰", 0.2)]).to_dict("records")
    manganese, ammonia = "锰 0.2 mg/L（Ⅲ类限值0.1，超标1.00倍）", "氨氮 0.75 mg/L（Ⅲ类限值0.5，超标0.50倍）"
    assert row["reason"].startswith(f"因2026-05-01样品按3项指标评价为Ⅳ类：{manganese}、{ammonia}（依据")
    assert row["value"] == 1.0


@pytest.mark.parametrize(
    ("limit", "expected"), [(0.01, []), (0.02, ["unknown"]), (None, [])]
)  # 镉: class III to 0.005, IV to 0.01
def test_a_detection_limit_above_a_class_limit_leaves_the_class_open(limit, expected):
    found = levels("groundwater_class", [sample("镉", limit, undetected="监测值"), sample("铁", 0.1)],
                   items=["cadmium", "iron"])  # fmt: skip
    assert found == (["unknown"] if limit else expected)


def test_a_detection_limit_that_keeps_class_iii_exceeds_nothing():
    assert levels("groundwater_class", [sample("镉", 0.005, undetected="监测值")]) == []


def test_a_detection_limit_may_stand_in_a_column_of_its_own():
    found = [sample("镉", None, undetected="监测值", detection_limit=0.02)]
    assert levels("groundwater_class", found) == ["unknown"]


def test_of_two_values_of_one_sample_the_worse_decides():
    assert levels("groundwater_class", [sample("铁", 0.2), sample("铁", 2.4)]) == ["high"]


def test_items_that_count_are_the_only_ones_and_each_is_asked_for():
    samples = [sample("铁", 9.0), sample("砷", 0.001)]
    assert levels("groundwater_class", samples, items=["arsenic"]) == []
    [row] = listed("groundwater_class", samples, items=["arsenic", "lead"]).to_dict("records")
    assert (row["level"], "铅未测" in row["reason"]) == ("unknown", True)


def test_what_has_no_limit_in_the_standard_is_told_once():
    samples = [sample("总铬", 0.2), sample("总铬", 0.3, day="2026-08-01"), sample("铁", 0.1)]
    [row] = listed("groundwater_class", samples).to_dict("records")
    assert "总铬在GB/T 14848-2017的限值表中没有限值，2个监测值未参与判定" in row["reason"]


def test_samples_of_another_year_or_after_the_period_are_not_those_of_the_year():
    samples = [sample("铁", 9.0, day="2025-12-31"), sample("铁", 9.0, day="2026-12-01")]
    reasons = listed("groundwater_class", samples)["reason"].tolist()
    assert any("2026年没有可评价的监测数据（最近一次为2025-12-31）" in reason for reason in reasons)
    assert any("1个监测值的采样日期在本期之后" in reason for reason in reasons)


def test_codes_are_one_however_they_are_spelt():
    assert levels("groundwater_class", [sample("铁", 9.0, point_code="ｗ1")]) == ["high"]


def test_a_code_of_two_points_and_a_sample_of_none_are_told():
    of = wells({}, {})
    found = listed("groundwater_class", [sample("铁", 9.0), sample("铁", 9.0, point_code="W9")], of)
    assert found["level"].tolist() == ["unknown", "unknown"]
    assert found["of_key"].tolist() == ["W1", "W9"]


def test_samples_of_points_that_the_conditions_leave_out_are_no_strangers():
    of = wells({"point_type": "national_assessment"}, {"point_code": "W2", "point_type": "other"})
    samples, where = [sample("铁", 9.0, point_code="W2")], {"groundwater_point": {"point_type": ["国考"]}}
    assert listed("groundwater_class", samples, of, where=where)["of_key"].tolist() == ["W1"]


@pytest.mark.parametrize(
    ("baseline", "iron", "expected"),
    [("iii", 2.5, ["high"]), ("iv", 2.5, ["medium"]), ("v", 2.5, []), ("iii", 0.3, []), (None, 0.3, ["unknown"])],
)
def test_a_change_is_graded_by_how_many_classes_it_is_worse(baseline, iron, expected):
    found = listed("groundwater_change", [sample("铁", iron)], wells({"baseline_class": baseline}))
    assert found["level"].tolist() == expected


def test_only_the_latest_sample_of_the_year_is_compared():
    samples = [sample("铁", 2.5, day="2026-02-01"), sample("铁", 0.1, day="2026-09-01")]
    assert levels("groundwater_change", samples, wells({"baseline_class": "iii"})) == []


def test_a_class_that_is_not_sure_but_no_worse_than_the_baseline_is_not_worse():
    samples = [sample("镉", 0.02, undetected="监测值")]
    assert levels("groundwater_change", samples, wells({"baseline_class": "v"})) == []
    assert levels("groundwater_change", samples, wells({"baseline_class": "iv"})) == ["unknown"]


def test_where_some_points_cannot_be_judged_the_list_says_how_the_others_stand():
    of = wells({"baseline_class": "v"}, {"point_code": "W2", "baseline_class": "iii"}, {"point_code": "W3"})
    found = listed("groundwater_change", [sample("铁", 0.1), sample("铁", 0.25, point_code="W2")], of)
    assert "1个点位不能判定；其余2个点位中，与基准类别相比改善1个、保持1个、变差0个" in " ".join(found["reason"])


def course(*values: float, **more: Any) -> list[Any]:
    return [sample("氨氮", value, day=f"2026-{at:02d}-01", **more) for at, value in enumerate(values, 1)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((0.1, 0.2, 0.3, 0.4), ["medium"]), ((0.1, 0.2, 0.3, 0.6), ["high"]), ((0.4, 0.3, 0.2, 0.1), []),
        ((0.1, 0.2, 0.3, 0.3), []), ((0.2, 0.2, 0.2, 0.2, 0.2), []), ((0.1, 0.2, 0.3), ["unknown"]),
    ],
)  # fmt: skip
def test_a_rise_takes_four_samples_and_is_worse_above_class_iii(values, expected):
    assert levels("groundwater_trend", course(*values)) == expected


def test_the_first_and_latest_value_and_the_rise_of_a_year_are_told():
    [row] = listed("groundwater_trend", course(0.1, 0.2, 0.3, 0.4)).to_dict("records")
    assert row["to_label"] == "氨氮由0.1（2026-01-01）升至0.4 mg/L（2026-04-01）"
    # About a tenth a month; class III ends at 0.5.
    assert "年均升高约1.2mg/L" in row["reason"]
    assert row["value"] == 0.8


def test_a_ph_that_rises_is_neither_better_nor_worse():
    samples = [sample("pH", value, None, f"2026-{at:02d}-01") for at, value in enumerate((7, 7.2, 7.4, 7.6, 7.8), 1)]
    assert levels("groundwater_trend", samples) == ["unknown"]


def below(*texts: str) -> list[Any]:
    return [
        sample("氨氮", float(text.rstrip("L")), day=f"2026-{at:02d}-01", undetected="监测值" if "L" in text else None)
        for at, text in enumerate(texts, 1)
    ]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("0.02L", "0.02L", "0.1", "0.2", "0.3", "0.4"), ["medium"]),
        (("0.02L", "0.05L", "0.1", "0.2", "0.3"), ["unknown"]),
        (("0.2L", "0.1", "0.2", "0.3", "0.4"), ["unknown"]),
        (("0.02L", "0.05L", "0.1L", "0.2L"), []),
    ],
)
def test_below_one_detection_limit_values_are_equal_and_where_limits_differ_nobody_can_tell(texts, expected):
    assert levels("groundwater_trend", below(*texts)) == expected


@given(st.lists(st.integers(0, 20), min_size=5, max_size=12), st.integers(1, 9))
def test_a_trend_does_not_hang_on_the_unit(values, times):
    assert _mann_kendall(pd.Series(values, dtype=float).to_numpy()) == _mann_kendall(
        pd.Series([value * times for value in values], dtype=float).to_numpy()
    )


@pytest.mark.parametrize("values", [(1, 2, 3, 4), (1, 3, 2, 4, 5), (5, 4, 3, 2, 1), (2, 1, 3, 5, 4, 6)])
def test_the_probability_is_about_that_of_all_orders(values):
    def score(order: tuple[int, ...]) -> int:
        return sum((b > a) - (b < a) for at, a in enumerate(order) for b in order[at + 1 :])

    orders = [score(order) for order in permutations(values)]
    exact = sum(one >= score(values) for one in orders) / len(orders)
    # The test takes the normal distribution for it.
    assert _mann_kendall(pd.Series(values, dtype=float).to_numpy())[1] == pytest.approx(exact, abs=0.03)


@pytest.mark.parametrize(
    ("first", "later", "expected"),
    [(0.3, 2.5, ["high"]), (0.3, 1.0, ["medium"]), (0.3, 0.25, []), (2.5, 0.1, ["high"])],
)
def test_a_point_whose_classes_differ_within_the_year_is_not_stable(first, later, expected):
    samples = [sample("铁", first, day="2026-02-01"), sample("铁", later, day="2026-09-01")]
    assert levels("groundwater_unstable", samples) == expected


def test_the_years_before_count_where_the_project_says_so():
    samples = [sample("铁", 2.5, day="2025-02-01"), sample("铁", 0.3, day="2026-09-01")]
    assert levels("groundwater_unstable", samples) == ["unknown"]
    assert levels("groundwater_unstable", samples, years=2) == ["high"]


def sources(*places: tuple[float, float]) -> Layer:
    records = [{"discharger_code": f"S{at}", "discharger_name": f"源{at}"} for at in range(len(places))]
    return layer("groundwater_discharger", records, [placed(Point(away(PLACE, *one))) for one in places])


BAD = [sample("铁", 2.5)]


@pytest.mark.parametrize(
    ("azimuth", "expected"), [(315, "high"), (285, "high"), (345, "high"), (284.9, "low"), (345.1, "low"), (135, "low")]
)
def test_what_lies_within_30_degrees_of_whence_the_water_comes_is_worst(azimuth, expected):
    # It flows to the south-east, 135 degrees, and comes from 315.
    found = listed("groundwater_sources", BAD, wells({"flow_azimuth": 135.0}), sources((azimuth, 400)))
    assert found["level"].tolist() == [expected]
    assert found["value"].tolist() == [pytest.approx(400, abs=0.01)]


def test_the_way_whence_the_water_comes_may_lie_across_north():
    found = listed("groundwater_sources", BAD, wells({"flow_azimuth": 170.0}), sources((15, 400), (325, 400)))
    assert found["level"].tolist() == ["high", "high"]


def test_without_a_flow_what_lies_within_reach_is_medium_and_beyond_it_nothing():
    found = listed("groundwater_sources", BAD, wells({}), sources((10, 999.9), (10, 1000.2)))
    assert found[["level", "to_key"]].values.tolist() == [["medium", "S0"]]


def test_an_area_lies_up_gradient_if_any_of_it_does():
    corners = [away(PLACE, azimuth, metres) for azimuth, metres in ((40, 300), (40, 600), (344, 600), (344, 300))]
    shape = placed(Polygon(corners))
    area = layer("groundwater_discharger", [{"discharger_code": "S0"}], [shape])
    assert levels("groundwater_sources", BAD, wells({"flow_azimuth": 135.0}), area) == ["high"]
    assert levels("groundwater_sources", BAD, wells({"flow_azimuth": 200.0}), area) == ["high"]
    assert levels("groundwater_sources", BAD, wells({"flow_azimuth": 330.0}), area) == ["low"]


@settings(max_examples=30)
@given(st.floats(0, 360), st.floats(0, 359), st.floats(1, 89))
def test_a_source_is_up_gradient_where_the_angle_says_so(flow, azimuth, half_angle):
    apart = abs((azimuth - flow - 180 + 180) % 360 - 180)
    found = listed("groundwater_sources", BAD, wells({"flow_azimuth": flow}), sources((azimuth, 500)),
                   half_angle=half_angle)  # fmt: skip
    if abs(apart - half_angle) > 0.001:
        assert found["level"].tolist() == ["high" if apart < half_angle else "low"]


def test_good_water_has_no_sources():
    assert levels("groundwater_sources", [sample("铁", 0.3)], wells({}), sources((10, 100))) == []


def test_bad_water_near_which_there_is_nothing_is_told():
    [row] = listed("groundwater_sources", BAD, wells({}), sources((10, 5000))).to_dict("records")
    assert (row["level"], "1000米内没有名单上的潜在污染源" in row["reason"]) == ("unknown", True)


def test_the_class_in_the_register_counts_where_there_is_no_sample_of_the_year():
    old = [sample("铁", 0.1, day="2024-01-01")]
    assert levels("groundwater_sources", old, wells({"water_class": "v"}), sources((10, 100))) == ["medium"]
    assert levels("groundwater_sources", old, wells({"water_class": "ii"}), sources((10, 100))) == []
    assert levels("groundwater_sources", old, wells({}), sources((10, 100))) == ["unknown"]


@pytest.mark.parametrize(
    ("own_id", "changes", "told"),
    [
        ("groundwater_class", {"standard": "gb15618"}, "gb15618"),
        ("groundwater_class", {"standard": "gbt14849"}, "gbt14848"),
        ("groundwater_class", {"items": ["arsenik"]}, "arsenic"),
        ("groundwater_class", {"to": ["township"]}, "to"),
        ("groundwater_change", {"baseline": "township"}, "baseline"),
        ("groundwater_trend", {"alpha": 0.6}, "alpha"),
        ("groundwater_trend", {"least": 3}, "least"),
        ("groundwater_unstable", {"years": 0}, "years"),
        ("groundwater_sources", {"flow": "township"}, "flow"),
        ("groundwater_sources", {"beside": ["township"]}, "beside"),
        ("groundwater_sources", {"half_angle": 120}, "half_angle"),
    ],
)
def test_a_rule_that_cannot_be_run_is_refused(own_id, changes, told):
    with pytest.raises(SpecError) as fault:
        rule(own_id, **changes)
    assert told in f"{fault.value.message} {fault.value.hint}"


def taken(folder: Path, *lines: str, header: str = "井号,采样日期,检测项目,检测结果,单位") -> tuple[pd.DataFrame, Any]:
    (folder / "s.csv").write_text("\n".join([header, *lines]), "utf-8")
    (folder / "project.toml").write_text(HEAD, "utf-8")
    intake = take_in(load_project(folder))
    return intake.layers["groundwater_sample"].frame, intake.issues


@pytest.mark.parametrize(
    ("text", "unit", "value", "own"),
    [
        ("0.5", "mg/L", 0.5, "mg_per_l"), ("0.5mg/L", "", 0.5, "mg_per_l"), ("8 µg/L", "", 8.0, "ug_per_l"),
        ("<0.3ug/L", "", 0.3, "ug_per_l"), ("0.3L", "微克/升", 0.3, "ug_per_l"), ("0.5", "", 0.5, None),
    ],
)  # fmt: skip
def test_a_unit_is_taken_from_its_column_or_from_the_cell(tmp_path, text, unit, value, own):
    frame, issues = taken(tmp_path, f"W1,2026-05-01,砷,{text},{unit}")
    assert (frame["value"][0], None if pd.isna(frame["unit"][0]) else frame["unit"][0]) == (value, own)
    assert issues.empty


def test_a_cell_that_states_another_unit_than_its_column_is_read_in_its_own_and_told(tmp_path):
    frame, issues = taken(tmp_path, "W1,2026-05-01,砷,8μg/L,mg/L")
    assert (frame["value"][0], frame["unit"][0]) == (8.0, "ug_per_l")
    assert issues[["kind", "value"]].values.tolist() == [["unit_differs", "8μg/L"]]


def test_the_unit_over_the_column_holds_where_the_row_states_none(tmp_path):
    lines = ["W1,2026-05-01,砷,8,", "W1,2026-05-01,镉,8,ng/L"]
    frame, _ = taken(tmp_path, *lines, header="井号,采样日期,检测项目,检测结果（μg/L）,单位")
    assert frame["unit"].tolist() == ["ug_per_l", "ng_per_l"]


def test_a_unit_that_nobody_knows_is_told(tmp_path):
    frame, issues = taken(tmp_path, "W1,2026-05-01,砷,8,亩")
    assert frame["unit"].isna().all()
    assert issues["kind"].tolist() == ["unknown_class"]


@pytest.mark.parametrize("changes", [{"unit_in": "units"}, {"type": "text"}, {"unit": "mg/L"}])
def test_the_unit_of_a_number_stands_in_a_field_that_is_there(changes):
    fields = {
        "code": {"title": "编号", "dbf": "BH"},
        "value": {"title": "数值", "dbf": "SZ", "type": "number", "unit_in": "unit", **changes},
        "unit": {"title": "单位", "dbf": "DW", "type": "class", "classes": {"mg": {"title": "mg/L"}}},
    }
    table = {"id": "t", "title": "表", "geometry": "table", "key": "code", "label": "code", "fields": fields}
    with pytest.raises(ValueError, match="unit_in"):
        LayerSpec.model_validate(table)


def test_a_rise_that_begins_below_detection_says_so():
    found = listed("groundwater_trend", below("0.02L", "0.02L", "0.1", "0.2", "0.3", "0.4"))
    assert found["to_label"].tolist() == ["氨氮由<0.02（2026-01-01）升至0.4 mg/L（2026-06-01）"]


def test_a_class_is_said_to_stand_on_no_more_items_than_could_be_judged():
    samples = [sample("pH", 9.5, "无量纲"), sample("总大肠菌群", 5, "NTU"), sample("砷", None)]
    assert "按1项指标评价为Ⅴ类" in listed("groundwater_class", samples)["reason"][0]


def test_a_point_whose_values_of_the_year_have_no_limit_is_not_said_to_have_no_data():
    reasons = listed("groundwater_class", [sample("总铬", 0.2)])["reason"]
    assert any("2026年没有可评价的监测数据" in reason for reason in reasons)


def test_of_a_sample_of_which_nothing_is_known_no_class_is_named():
    [reason] = listed("groundwater_class", [sample("砷", None)])["reason"]
    assert "2026-05-01样品不能定类：砷没有数值" in reason
    assert "Ⅰ类" not in reason


def test_a_class_that_may_be_worse_is_said_to_be_no_better():
    [reason] = listed("groundwater_class", [sample("砷", 0.02), sample("铁", None)])["reason"]
    assert "样品不优于Ⅳ类" in reason


def test_the_times_over_are_those_of_the_items_that_set_the_class():
    # GB/T 14848-2017: 硫酸盐 250 (III), 350 (IV); 锰 0.10 (III), 1.50 (IV).
    [row] = listed("groundwater_class", [sample("硫酸盐", 375), sample("锰", 1.4)]).to_dict("records")
    assert row["level"] == "high" and row["value"] == 0.5


def test_a_layer_called_data_is_not_said_to_have_data_of_data():
    [reason] = listed("groundwater_class", [])["reason"]
    assert reason.startswith("未提供地下水监测数据, 不能判定")
