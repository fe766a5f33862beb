"""What is due, and overdue at the end of the period."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from onemap.dates import last_day
from onemap.errors import SpecError
from onemap.model import Layer
from onemap.risk.assess import Ground, assess
from onemap.risk.measurement import Given
from onemap.risk.measures.due import measure
from onemap.spec.catalogue import load_catalogue
from onemap.spec.known import Known
from onemap.spec.measures import make_rule
from onemap.spec.measures.dates import Due
from onemap.spec.rule import Rule
from onemap.text import speaking

SPECS = load_catalogue().layers
DAY = dt.date(2026, 11, 30)


def enterprises(deadlines: list[str | None], states: list[str | None] | None = None) -> Layer:
    spec = SPECS["cadmium_enterprise"]
    frame = gpd.GeoDataFrame(dict.fromkeys(spec.fields), index=range(len(deadlines)), geometry=[None] * len(deadlines))
    return Layer(
        spec,
        frame.assign(
            credit_code=[f"key-{at}" for at in range(len(deadlines))],
            remediation_deadline=pd.to_datetime(pd.Series(deadlines)),
            remediation_state=states or ["in_progress"] * len(deadlines),
            located_in="",
        ),
    )


def rule(**changes) -> Rule:
    keys = {
        "id": "r", "title": "清单", "basis": "依据", "measure": "due", "of": "cadmium_enterprise",
        "due": {"on": "remediation_deadline"}, "levels": {"high": 90, "medium": 1, "low": -30},
        "where": {"cadmium_enterprise": {"remediation_state": ["未启动", "整治中"]}},
        "reason": "因应于{to_label}完成，{when}",
    }  # fmt: skip
    return make_rule({**keys, **changes})


def listed(layer: Layer, **changes) -> dict[str, tuple[str, float]]:
    table, _ = assess([rule(**changes)], Ground({layer.spec.id: layer}, frozenset(), SPECS, given=Given(DAY)))
    return {row["of_key"]: (row["level"], row["value"]) for row in table.to_dict("records")}


@pytest.mark.parametrize(
    ("deadline", "level", "days"),
    [
        ("2026-09-01", "high", 90),
        ("2026-09-02", "medium", 89),
        ("2026-11-29", "medium", 1),
        ("2026-11-30", "low", 0),
        ("2026-12-30", "low", -30),
    ],
)
def test_days_overdue_at_the_end_of_the_period_give_the_level(deadline, level, days):
    assert listed(enterprises([deadline])) == {"key-0": (level, days)}


def test_what_is_due_later_than_every_level_is_not_listed():
    assert listed(enterprises(["2026-12-31"])) == {}


def test_what_is_done_is_not_listed():
    assert listed(enterprises(["2026-01-01"], ["done"])) == {}


def test_a_deadline_that_is_not_known_cannot_be_judged_and_takes_nothing_from_others():
    found = listed(enterprises([None, None, None, "2026-01-01"]))
    assert [level for level, _ in found.values()] == ["high", "unknown", "unknown", "unknown"]


def test_whether_it_is_done_may_not_be_known():
    table, _ = assess(
        [rule()],
        Ground({"cadmium_enterprise": enterprises(["2026-01-01"], [None])}, frozenset(), SPECS, given=Given(DAY)),
    )
    assert table["level"].tolist() == ["unknown"]
    assert "整治进展" in table["reason"][0]


def test_the_sentence_says_when_it_was_due_and_how_long_ago():
    with speaking("zh"):
        layers = {"cadmium_enterprise": enterprises(["2026-11-10"])}
        table, _ = assess([rule()], Ground(layers, frozenset(), SPECS, given=Given(DAY)))
    assert table["reason"][0] == "因应于2026-11-10完成，截至本期末已超期20天（依据 依据）定为中"


def test_without_the_layer_nothing_is_judged():
    table, _ = assess([rule()], Ground({}, frozenset(), SPECS, given=Given(DAY)))
    assert table["level"].tolist() == ["unknown"]


@given(st.dates(dt.date(2000, 1, 31), DAY), st.integers(1, 600))
def test_what_is_to_be_done_again_is_due_months_after_the_last_time(last, months):
    asked = rule(due={"since": "remediation_deadline", "months": months})
    found = measure(enterprises([last.isoformat()]), asked, Given(DAY))["value"][0]
    years, month = divmod(last.month - 1 + months, 12)
    # In a month that has no such day it is the last of that month.
    days = (dt.date(last.year + years + (month == 11), (month + 1) % 12 + 1, 1) - dt.timedelta(1)).day
    expected = dt.date(last.year + years, month + 1, min(last.day, days))
    assert found == (DAY - expected).days


@pytest.mark.parametrize(
    ("period", "day"),
    [("2026", (2026, 12, 31)), ("2026-11", (2026, 11, 30)), ("2028-02", (2028, 2, 29)), ("2026-11-12", (2026, 11, 12))],
)
def test_a_period_ends_with_its_last_day(period, day):
    assert last_day(period) == dt.date(*day)


@pytest.mark.parametrize(
    "due",
    [
        {},
        {"on": "a", "since": "b"},
        {"on": "a", "each_year": "b"},
        {"on": "a", "months": 3},
        {"since": "", "months": 0},
    ],
)
def test_due_goes_by_one_date(due):
    with pytest.raises(ValidationError):
        Due(**due)


@pytest.mark.parametrize(
    ("last", "due"), [("2025-01-01", "2026-12-31"), ("2025-12-31", "2026-12-31"), ("2026-02-28", "2027-12-31")]
)
def test_what_is_done_once_a_year_is_due_by_the_end_of_the_next(last, due):
    found = measure(enterprises([last]), rule(due={"each_year": "remediation_deadline"}), Given(DAY))
    assert found["to_label"].tolist() == [due]


def test_a_date_that_nobody_filled_in_is_told_once():
    with speaking("zh"):
        found = measure(enterprises([None, None, None]), rule(), Given(DAY))
    assert found["unknown"].tolist() == ["涉镉等重金属企业的 3 条记录都没有填写完成时间，不能判定"]


@pytest.mark.parametrize(
    "due", [{"since": "remediation_deadline", "months": 12}, {"each_year": "remediation_deadline"}]
)
def test_what_was_last_done_after_the_period_cannot_be_judged(due):
    # 2062 for 2026 would never be due again.
    assert listed(enterprises(["2062-01-05", "2026-11-30"]), due=due) == {"key-0": ("unknown", None)}


def test_the_line_names_the_day_that_lies_after_the_period():
    with speaking("zh"):
        found = measure(enterprises(["2026-12-01"]), rule(due={"each_year": "remediation_deadline"}), Given(DAY))
    assert found["unknown"].tolist() == ["“完成时间”2026-12-01晚于本期最后一天，不能判定"]


def test_a_deadline_may_lie_after_the_period():
    assert listed(enterprises(["2062-01-05"])) == {}


UNPLANNED = {"on": "remediation_deadline", "unplanned": {"remediation_state": "未启动"}}


def test_who_is_in_no_plan_yet_has_no_date_and_nothing_due():
    layer = enterprises([None, None, "2026-01-01"], ["not_started", "in_progress", "not_started"])
    found = {key: level for key, (level, _) in listed(layer, due=UNPLANNED).items()}
    assert found == {"key-1": "unknown", "key-2": "high"}


@pytest.mark.parametrize("unplanned", [{"remediation_stat": "未启动"}, {"remediation_state": "没有"}])
def test_who_is_in_no_plan_is_said_by_values_that_are_there(unplanned):
    keys = {key: value for key, value in rule().model_dump(exclude_unset=True).items() if key != "due"}
    with pytest.raises(SpecError):
        make_rule({**keys, "due": {"on": "remediation_deadline", "unplanned": unplanned}}, Known(SPECS))


def test_a_frequency_that_nobody_laid_down_is_asked_for():
    table, _ = assess(
        [rule(due={"since": "remediation_deadline"})],
        Ground({"cadmium_enterprise": enterprises(["2026-01-01"])}, frozenset(), SPECS, given=Given(DAY)),
    )
    assert table["level"].tolist() == ["unknown"]
    assert "[rules.r]" in table["reason"][0]


@pytest.mark.parametrize("changes", [{"to": "township"}, {"due": None}, {"measure": "distance"}])
def test_a_rule_that_mixes_one_layer_and_two_is_refused(changes):
    with pytest.raises(ValueError, match="r"):
        rule(**changes)
