"""What is due the oftener, the more the class of a feature and what lies near ask."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from onemap.errors import SpecError
from onemap.model import Layer
from onemap.risk.assess import Ground, assess
from onemap.risk.measurement import Given
from onemap.spec.catalogue import load_catalogue
from onemap.spec.known import Known
from onemap.spec.measures import make_rule
from onemap.text import speaking

CATALOGUE = load_catalogue()
SPECS = CATALOGUE.layers
DAY = dt.date(2026, 11, 30)


def layer(name: str, places: list[float | None], **columns) -> Layer:
    spec = SPECS[name]
    shapes = [None if east is None else Point(389_000 + east, 3_865_000) for east in places]
    frame = gpd.GeoDataFrame(dict.fromkeys(spec.fields), index=range(len(places)), geometry=shapes, crs="EPSG:4547")
    keys = {spec.key: [f"key-{at}" for at in range(len(places))], "located_in": ""}
    return Layer(spec, frame.assign(**keys, **columns))


def unit(last: str | None, unit_class: str | None = "first", east: float | None = 0) -> Layer:
    return layer(
        "key_unit", [east], unit_class=[unit_class], groundwater_monitored_on=pd.to_datetime(pd.Series([last]))
    )


FAR, NEAR = layer("drinking_water_source", [5000.0]), layer("drinking_water_source", [600.0], source_name="东街水厂")


def judged(of: Layer, source: Layer | None = FAR, **changes) -> tuple[str, str, float, str] | None:
    """Return level, due date, days and reason of the only line of the shipped list; None where it has none."""
    rule = CATALOGUE.rules["key_unit_groundwater_monitoring_due"].model_copy(update=changes)
    layers = {one.spec.id: one for one in (of, source) if one is not None}
    with speaking("en"):
        table, _ = assess([rule], Ground(layers, frozenset(), SPECS, given=Given(DAY)))
    if table.empty:
        return None
    [row] = table.to_dict("records")
    return row["level"], row["to_label"], float("nan") if pd.isna(row["value"]) else row["value"], row["reason"]


@pytest.mark.parametrize(
    ("unit_class", "source", "due"),
    [
        ("first", FAR, "2026-05-15"),
        ("second", FAR, "2026-11-15"),
        ("first", NEAR, "2026-02-15"),
        ("second", NEAR, "2026-05-15"),
    ],
)
def test_units_are_monitored_as_hj_1209_says_and_twice_as_often_near_a_water_source(unit_class, source, due):
    level, day, days, _ = judged(unit("2025-11-15", unit_class), source)
    assert (day, days) == (due, (DAY - dt.date.fromisoformat(due)).days)
    assert level == ("high" if days >= 90 else "medium")


def test_the_water_source_is_named_and_that_it_counts_is_to_be_verified():
    _, _, _, reason = judged(unit("2025-11-15"), NEAR)
    assert "东街水厂 is 600 m away, within 1000 m (to be verified whether it counts), every 3 months" in reason


def test_a_source_beyond_the_reach_changes_nothing():
    assert judged(unit("2026-06-15"), layer("drinking_water_source", [1010.0]))[1] == "2026-12-15"


def test_what_is_not_due_for_long_is_not_listed():
    assert judged(unit("2026-11-01")) is None


@pytest.mark.parametrize(
    ("last", "level", "due"),
    [("2026-01-10", "high", "2026-07-10"), ("2026-09-10", "low", "2026-12-10"), ("2026-11-10", None, "")],
)
def test_without_data_of_water_sources_what_is_sure_all_the_same_is_told(last, level, due):
    found = judged(unit(last), None)
    if level is None:
        assert found is None
        return
    assert found[:2] == (level, due)
    assert "no data of Drinking-water source were provided" in found[3]


def test_without_data_of_water_sources_it_is_not_known_between_the_two_frequencies():
    level, day, days, reason = judged(unit("2026-07-10"), None)
    assert (level, day) == ("unknown", "")
    assert np.isnan(days)
    assert "due on 2026-10-10 if every 3 months, on 2027-01-10 if every 6" in reason


def test_a_class_that_is_not_known_is_told_with_what_is_sure():
    level, day, _, reason = judged(unit("2025-11-15", None))
    assert (level, day) == ("medium", "2026-11-15")
    assert "is not filled in; even if every 12 months" in reason


def test_between_the_frequencies_of_two_classes_it_is_not_known():
    assert judged(unit("2026-03-15", None))[0] == "unknown"


def test_of_a_unit_without_a_place_it_is_not_known_what_lies_near():
    level, _, _, reason = judged(unit("2026-07-10", east=None))
    assert level == "unknown"
    assert "it has no coordinates" in reason


def test_a_source_without_a_place_may_be_near():
    assert judged(unit("2026-07-10"), layer("drinking_water_source", [5000.0, None]))[0] == "unknown"


def test_a_date_that_is_not_filled_in_cannot_be_judged():
    assert judged(unit(None))[0] == "unknown"


def test_what_was_last_done_after_the_period_cannot_be_judged():
    found = judged(unit("2027-03-01", "first"))
    assert found is not None
    assert found[0] == "unknown"


def test_a_reach_without_end_is_refused():
    with pytest.raises(SpecError, match="reach"):
        load_catalogue(changes={"key_unit_groundwater_monitoring_due": {"reach": float("inf")}})


def test_a_date_that_is_filled_in_for_none_is_told_once():
    dates = pd.to_datetime(pd.Series([None, None]))
    of = layer("key_unit", [0, 10], unit_class="first", groundwater_monitored_on=dates)
    assert "none of the 2 records" in judged(of)[3]


@settings(max_examples=25)
@given(st.dates(dt.date(2020, 1, 1), dt.date(2026, 11, 30)), st.sampled_from(["first", "second", None]))
def test_what_is_told_without_knowing_all_is_true_whatever_the_truth_is(last, unit_class):
    of = unit(last.isoformat(), unit_class)
    found = judged(of, None)
    truths = [judged(unit(last.isoformat(), one), source) for one in (("first", "second") if unit_class is None
              else (unit_class,)) for source in (FAR, NEAR)]  # fmt: skip
    overdue = [truth is not None and truth[2] > 0 for truth in truths]
    if found is not None and found[0] == "unknown":
        assert len(set(overdue)) == 2
    else:
        assert set(overdue) == {found is not None and found[2] > 0}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"months": {"有一类单元": 6}}, "All of class 2"),
        ({"months": {"有一类单元": 6, "仅三类单元": 12}}, "仅三类单元"),
        ({"months_near": {"有一类单元": 0, "仅二类单元": 6}}, "from 1"),
        ({"since": "unit_name"}, "no date"),
        ({"by": "unit_klass"}, "unit_class"),
        ({"to": "drinking_water_source", "beside": []}, "beside"),
    ],
)
def test_what_is_wrong_in_a_rule_is_told(changes, told):
    keys = {
        "id": "r", "title": "清单", "basis": "依据", "measure": "frequency", "of": "key_unit",
        "beside": "drinking_water_source", "since": "groundwater_monitored_on", "by": "unit_class",
        "months": {"有一类单元": 6, "仅二类单元": 12}, "reach": 1000, "months_near": {"一类": 3, "二类": 6},
        "levels": {"medium": 1}, "reason": "因{when}",
    }  # fmt: skip
    make_rule(keys, Known(SPECS))
    with speaking("en"), pytest.raises(SpecError) as fault:
        make_rule({**keys, **changes}, Known(SPECS))
    assert told in f"{fault.value.message} {fault.value.hint}"
