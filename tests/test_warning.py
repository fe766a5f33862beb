"""Early warnings: points near a limit that they do not exceed, and points that rise."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onemap.text import speaking
from tests.farmland import CLEAN, layer, listed


def warned(*records, **changes):
    """Return the list of some samples of one point, the last of which is of this year."""
    days = [f"{2026 - 2 * back}-06-01" for back in reversed(range(len(records)))]
    rows = [{"sample_code": f"S{n}", "point_code": "P", "sampled_on": day, **CLEAN, **one}
            for n, (day, one) in enumerate(zip(days, records, strict=True))]  # fmt: skip
    with speaking("zh"):
        return listed("soil_sample_warning", layer("soil_sample", rows), **changes)


@pytest.mark.parametrize(
    ("cadmium", "level"),
    [
        (0.47, None), (0.48, "low"), (0.6, "low"), (0.61, None), (3.19, None), (3.2, "high"), (4.0, "high"),
        (4.01, None),
    ],
)  # fmt: skip
def test_near_a_limit_begins_at_four_fifths_of_it_and_ends_where_it_is_exceeded(cadmium, level):
    # GB 15618-2018, dry land above pH 7.5: 0.6 and 4.0 mg/kg.
    assert warned({"cadmium": cadmium})["level"].tolist() == ([level] if level else [])


def test_the_share_is_a_key_of_the_rule():
    assert warned({"cadmium": 0.45}, near=0.7)["level"].tolist() == ["low"]


@pytest.mark.parametrize(("before", "now", "level"), [(0.3, 0.39, None), (0.3, 0.4, "medium"), (0.4, 0.3, None)])
def test_a_rise_is_more_than_thirty_percent_over_the_sample_before(before, now, level):
    assert warned({"cadmium": before}, {"cadmium": now})["level"].tolist() == ([level] if level else [])


def test_only_the_last_two_samples_count():
    assert warned({"cadmium": 0.1}, {"cadmium": 0.4}, {"cadmium": 0.42}).empty


def test_a_rise_far_below_every_limit_is_none():
    # 0.9 of mercury is 0.26 of the 3.4 that are allowed.
    assert warned({"mercury": 0.3}, {"mercury": 0.9}).empty
    assert warned({"mercury": 0.3}, {"mercury": 1.1})["to_key"].tolist() == ["mercury"]


def test_a_rise_from_below_detection_is_none():
    assert warned({"cadmium": 0.2, "undetected": "镉"}, {"cadmium": 0.4}).empty


def test_without_dates_nothing_rises():
    rows = [
        {"sample_code": f"S{n}", "point_code": "P", **CLEAN, "cadmium": value} for n, value in enumerate((0.2, 0.4))
    ]
    assert listed("soil_sample_warning", layer("soil_sample", rows)).empty


def test_what_is_near_and_rises_says_both():
    row = warned({"cadmium": 0.3}, {"cadmium": 0.5}).iloc[0]
    assert row["level"] == "medium"
    assert (
        "镉0.5mg/kg，比2024-06-01的0.3升高67%" in row["reason"] and "较上次升高且接近筛选值（未超过）" in row["reason"]
    )


def test_the_line_gives_value_limit_and_ratio():
    row = warned({"cadmium": 3.5}).iloc[0]
    assert (row["to_key"], row["value"]) == ("cadmium", 0.875)
    assert "镉3.5mg/kg（为管制值4的0.88倍），接近管制值（未超过）" in row["reason"]


def test_a_point_above_the_control_value_is_no_warning_any_more():
    assert warned({"cadmium": 9.0, "lead": 165}).empty


def test_without_ph_it_cannot_be_judged():
    row = warned({"cadmium": 3.5, "ph": None}).iloc[0]
    assert row["level"] == "unknown" and "缺 pH" in row["reason"]


def test_what_is_not_known_of_one_element_takes_nothing_from_another_and_is_said():
    with speaking("zh"):
        rows = [{"sample_code": "S0", **CLEAN, "cadmium": 3.5, "arsenic": None}, {"sample_code": "S1", **CLEAN}]
        row = listed("soil_sample_warning", layer("soil_sample", rows)).iloc[0]
    assert row["level"] == "high" and "砷未测" in row["reason"]


@settings(max_examples=25)
@given(st.floats(0.01, 8.0))
def test_a_warning_and_an_exceedance_of_the_control_value_exclude_one_another(cadmium):
    rows = [{"sample_code": "S", **CLEAN, "cadmium": cadmium}]
    above = "high" in listed("soil_sample_exceedance", layer("soil_sample", rows))["level"].tolist()
    assert not (above and len(listed("soil_sample_warning", layer("soil_sample", rows))))
