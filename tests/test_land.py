"""Land put to another use: how uses are read, when a survey is due before, and which plots are to be inspected."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onemap.errors import SpecError
from onemap.model import Layer
from onemap.risk.assess import Ground, assess
from onemap.risk.land_use import reader
from onemap.risk.measurement import Given
from onemap.spec.catalogue import load_catalogue
from onemap.spec.known import Known
from onemap.spec.measures import make_rule
from onemap.spec.rule import Rule
from onemap.spec.toml import read
from onemap.text import speaking

LAYERS = Path(__file__).parent.parent / "layers"
CATALOGUE = load_catalogue()
SPEC = CATALOGUE.layers["construction_plot"]
DAY = dt.date(2026, 11, 30)
SURVEY, INSPECTION = "survey_before_change", "construction_inspection"
PLOT = {
    "former_use": "工业用地", "planned_use": "城镇住宅用地", "survey_state": "missing", "supplied_on": "2026-11-30",
    "plan_state": "clear", "public_concern": "no",
}  # fmt: skip


def plots(*records: dict[str, Any]) -> Layer:
    columns: dict[str, Any] = {}
    for name, field in SPEC.fields.items():
        values = [record.get(name) for record in records]
        columns[name] = pd.to_datetime(pd.Series(values)) if field.type == "date" else pd.array(values, dtype="string")
    frame = gpd.GeoDataFrame(columns, geometry=[None] * len(records))
    frame["plot_code"] = [f"P{at}" for at in range(len(records))]
    return Layer(SPEC, frame.assign(located_in=""))


def with_codes(own_id: str, codes: str | None = "land_sea_2023") -> Rule:
    return CATALOGUE.rules[own_id].model_copy(update={"codes": codes})


def listed(rule: Rule, *records: dict[str, Any]) -> pd.DataFrame:
    layers = {"construction_plot": plots(*records)}
    codes = Given(DAY, codes=CATALOGUE.codes)
    return assess([rule], Ground(layers, frozenset(), CATALOGUE.layers, None, codes))[0]


def survey(*changes: dict[str, Any], codes: str | None = "land_sea_2023") -> list[str]:
    return listed(with_codes(SURVEY, codes), *({**PLOT, **one} for one in changes))["level"].tolist()


def inspection(*changes: dict[str, Any], codes: str | None = "land_sea_2023") -> pd.DataFrame:
    return listed(with_codes(INSPECTION, codes), *({**PLOT, **one} for one in changes))


def read_use(text: Any, codes: str | None = None) -> tuple[set[str], bool]:
    use = reader(with_codes(SURVEY, codes), ["home_public"], CATALOGUE.codes).read(text, "规划用途")
    return set(use.groups), not use.unknown


# 用地用海分类 2023: 05 is wetland, 09 is business; in the land survey 05 is business.
@pytest.mark.parametrize(
    ("text", "land_sea", "land_survey"),
    [
        ("0701", {"home_public"}, {"home_public"}),
        ("070102", {"home_public"}, {"home_public"}),
        ("05", {"farmland"}, {"business"}),
        ("05商业服务业用地", set(), {"business"}),
        ("1001 工业用地", {"industry"}, {"industry"}),
        ("公园绿地", {"other"}, {"home_public"}),
        ("16", {"unclear"}, set()),
        ("08H2", {"home_public"}, {"home_public"}),
        ("0701/09", {"home_public", "business"}, {"home_public"}),
        ("幸福小区", set(), set()),
    ],
)
def test_a_use_is_read_by_the_table_that_was_named(text, land_sea, land_survey):
    assert (read_use(text, "land_sea_2023")[0], read_use(text, "land_survey_3")[0]) == (land_sea, land_survey)


@pytest.mark.parametrize("text", ["城镇住宅用地", "0701 城镇住宅用地", "中小学用地", "医疗卫生用地", "住宅、商业用地"])
def test_without_a_table_a_name_is_read_that_means_the_same_in_every_one(text):
    groups, is_known = read_use(text)
    assert ("home_public" in groups, is_known) == (True, True)


@pytest.mark.parametrize(
    "text", ["07", "05", "0701", "公园绿地", "公用设施用地", "05 城镇住宅用地", "留白用地", "R2", "", None]
)
def test_without_a_table_neither_a_bare_code_nor_a_name_that_tables_differ_about_is_read(text):
    assert read_use(text) == (set(), False)


@given(st.text("0123456789", min_size=1, max_size=6))
def test_no_bare_code_is_read_without_a_table(code):
    assert read_use(code) == (set(), False)


@pytest.mark.parametrize("codes", ["land_sea_2023", "land_survey_3"])
def test_what_is_read_without_a_table_is_what_each_table_says(codes):
    for table in CATALOGUE.codes.values():
        for code in table.codes.values():
            for word in (code.title, *code.aliases):
                groups, is_known = read_use(word)
                assert not is_known or groups == read_use(word, codes)[0]


def test_a_line_asks_for_the_table_and_names_those_that_there_are():
    with speaking("zh"):
        table = listed(with_codes(SURVEY, None), {**PLOT, "planned_use": "0701"})
    assert table["level"].tolist() == ["unknown"]
    assert "[rules.survey_before_change]" in table["reason"][0]
    assert '"land_sea_2023"或"land_survey_3"' in table["reason"][0]


@pytest.mark.parametrize(
    ("first", "levels"),
    [
        ("2026-11-30", ["high"]),
        ("2026-12-01", ["medium"]),
        ("2027-02-28", ["medium"]),
        ("2027-03-01", ["low"]),
        ("2027-11-30", ["low"]),
        ("2027-12-01", []),
        (None, ["unknown"]),
    ],
)
def test_the_first_date_that_has_come_or_will_come_gives_the_level(first, levels):
    assert survey({"supplied_on": first}) == levels


def test_of_several_dates_the_first_decides_and_is_told():
    with speaking("zh"):
        dates = {"change_on": "2027-01-01", "reserved_on": "2026-11-10", "supplied_on": "2027-06-01"}
        table = listed(with_codes(SURVEY), {**PLOT, **dates})
    assert (table["to_label"][0], table["value"][0]) == ("2026-11-10", 20)
    assert table["reason"][0].startswith(
        "因规划用途属住宅、公共管理与公共服务用地（工业用地→城镇住宅用地），应先调查；"
        "收储日期2026-11-10已过20天，调查状态为“未调查”（依据 土壤污染防治法 第五十九条"
    )


@pytest.mark.parametrize("planned", ["商业用地", "工业用地", "公园绿地", "留白用地"])
def test_no_survey_is_due_before_other_uses(planned):
    assert survey({"planned_use": planned}) == []


def test_a_plot_that_is_surveyed_is_not_listed():
    assert survey({"survey_state": "done"}) == []


def test_whether_it_is_surveyed_may_not_be_known():
    assert survey({"survey_state": None}) == ["unknown"]


def test_a_use_that_does_not_change_is_no_change():
    assert survey({"former_use": "城镇住宅用地"}) == []


def test_from_homes_to_schools_is_for_a_person_to_judge():
    assert survey({"former_use": "城镇住宅用地", "planned_use": "中小学用地"}) == ["unknown"]


def test_a_former_use_that_is_not_known_takes_nothing_from_what_is_planned():
    assert survey({"former_use": None}) == ["high"]


def test_planned_uses_that_nobody_filled_in_are_told_once():
    assert survey({"planned_use": None}, {"planned_use": None}) == ["unknown"]


def test_one_planned_use_that_is_not_filled_in_cannot_be_judged():
    assert survey({"planned_use": None}, {}) == ["high", "unknown"]


@settings(max_examples=30)
@given(st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)), st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)))
def test_another_later_date_never_changes_what_is_listed(one, other):
    first, later = sorted([one, other])
    assert survey({"supplied_on": first.isoformat(), "reserved_on": later.isoformat()}) == survey(
        {"supplied_on": first.isoformat()}
    )


@pytest.mark.parametrize(
    ("changes", "level", "count"),
    [
        ({}, "high", 1),
        ({"public_concern": "yes"}, "high", 2),
        ({"former_use": "仓储用地", "public_concern": "yes"}, "medium", 1),
        ({"planned_use": "16 留白用地"}, "low", 1),
        ({"planned_use": "商业用地", "plan_state": "unclear"}, "low", 1),
        ({"planned_use": None, "plan_state": "unclear"}, "low", 1),
        ({"former_use": "仓储用地", "public_concern": "yes", "plan_state": "unclear"}, "medium", 2),
    ],
)
def test_the_gravest_reason_gives_the_level_and_all_are_counted(changes, level, count):
    # Beside a plot of which nothing is to be told, so that no column is empty.
    table = inspection(changes, {"planned_use": "商业用地"})
    assert list(zip(table["level"], table["value"], strict=True)) == [(level, count)]


def test_each_line_names_all_its_reasons():
    with speaking("zh"):
        [reason] = inspection({"public_concern": "yes", "plan_state": "unclear"})["reason"]
    assert reason == (
        "因工业用地→城镇住宅用地；规划是否明确为“不明确”；舆情信访为“有”，应纳入调查监督检查"
        "（依据 孟州市2025年净土保卫战实施方案 二(一)5）定为高"
    )


def test_a_plot_with_no_reason_is_not_listed():
    assert inspection({"former_use": "农用地"}).empty


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({"former_use": "农用地", "public_concern": None}, "unknown"),
        ({"former_use": None}, "unknown"),
        ({"former_use": None, "planned_use": "商业用地"}, None),
        # What may hold beside it is no graver than what holds.
        ({"public_concern": None}, "high"),
        ({"planned_use": "商业用地", "plan_state": None}, None),
        ({"former_use": "农用地", "planned_use": None, "plan_state": None}, "unknown"),
        ({"former_use": "农用地", "planned_use": None, "plan_state": "clear"}, None),
    ],
)
def test_what_is_not_known_counts_only_where_it_would_be_graver(changes, level):
    table = inspection(changes, {"planned_use": "商业用地"})
    assert table["level"].tolist() == ([level] if level else [])


def test_a_use_that_cannot_be_read_is_told_once():
    table = inspection({"planned_use": "0701", "public_concern": "no", "plan_state": None}, codes=None)
    assert table["reason"][0].count("0701") == 1


def test_of_a_ledger_without_a_column_one_line_says_that_nobody_was_judged_by_it():
    table = inspection({"public_concern": None}, {"public_concern": None, "former_use": "农用地"})
    assert table["level"].tolist() == ["high", "unknown"]
    assert table["of_key"].tolist() == ["P0", ""]


def rule_of(own_id: str, **changes: Any) -> Rule:
    table = read(LAYERS / "rules" / f"{own_id}.toml", SpecError)
    return make_rule({"id": own_id, **table, **changes}, Known(CATALOGUE.layers, CATALOGUE.standards, CATALOGUE.codes))


@pytest.mark.parametrize(
    ("own_id", "changes", "told"),
    [
        (SURVEY, {"codes": "land_see_2023"}, 'did you mean "land_sea_2023"?'),
        (SURVEY, {"into": ["homes_public"]}, 'did you mean "home_public"?'),
        (SURVEY, {"dates": ["plot_name"]}, "is no date"),
        (SURVEY, {"dates": []}, "dates"),
        (SURVEY, {"state": "survey"}, "survey_state"),
        (SURVEY, {"state": "plot_name"}, "has no classes"),
        (SURVEY, {"planned": "planed_use"}, 'did you mean "planned_use"?'),
        (INSPECTION, {"concern": {"grade": 2, "field": "public_concern", "words": ["也许"]}}, "也许"),
        (INSPECTION, {"change": {"grade": 3, "out_of": ["industrie"], "into": ["home_public"]}}, "industry"),
        (INSPECTION, {"to": "township"}, "one layer alone"),
    ],
)
def test_a_rule_that_names_what_is_not_there_is_refused(own_id, changes, told):
    with speaking("en"), pytest.raises(SpecError) as fault:
        rule_of(own_id, **changes)
    assert told in f"{fault.value.message} {fault.value.hint}"
