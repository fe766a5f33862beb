import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onemap.ingest.numbers import parse_angle, parse_date, parse_number


@pytest.mark.parametrize(
    "text",
    [
        "112°47′12.5″", "112度47分12.5秒", "１１２°４７′１２．５″", "112-47-12.5", "112°47'12.5\"", "112°47′12.5″E",
        "E112°47′12.5″", "东经112°47′12.5″", "112 ° 47 ′ 12.5 ″", "112°47’12.5”",
    ],
)  # fmt: skip
def test_every_spelling_of_degrees_minutes_seconds_is_the_same_angle(text):
    assert parse_angle(text) == pytest.approx(112 + 47 / 60 + 12.5 / 3600, abs=1e-12)


@pytest.mark.parametrize("text", ["约三十", "112°75′", "112°47′80″", "", "二十", "1_000", "nan", "inf", "北纬"])
def test_what_is_no_angle_is_none(text):
    assert parse_angle(text) is None


def test_west_and_south_are_negative():
    assert parse_angle("12°30′W") == -12.5


@given(st.integers(0, 179), st.integers(0, 59), st.integers(0, 5999))
def test_degrees_minutes_seconds_come_back_as_written(degrees, minutes, hundredths):
    text = f"{degrees}°{minutes}′{hundredths / 100:.2f}″"
    assert parse_angle(text) == pytest.approx(degrees + minutes / 60 + hundredths / 100 / 3600, abs=1e-9)


@pytest.mark.parametrize(("text", "number"), [("１,234.5 ", 1234.5), ("−3", -3), (7, 7), ("1e3", 1000)])
def test_numbers_as_people_write_them(text, number):
    assert parse_number(text) == number


@pytest.mark.parametrize("text", ["约三十", True, None, "12亩", float("nan")])
def test_what_is_no_number_is_none(text):
    assert parse_number(text) is None


@pytest.mark.parametrize(
    "value",
    ["2026-06-30", "2026/6/30", "2026.6.30", "2026年6月30日", "20260630", "2026-06-30 00:00:00", 46203,
     dt.datetime(2026, 6, 30, 8), dt.date(2026, 6, 30)],
)  # fmt: skip
def test_every_spelling_of_a_date_is_the_same_day(value):
    # 46203 is the number that Excel shows for 2026-06-30 when the cell loses its format.
    assert parse_date(value) == dt.date(2026, 6, 30)


@pytest.mark.parametrize("value", ["2026-13-45", "2026年6月", "去年", 12, 2026.5])
def test_what_is_no_day_is_none(value):
    assert parse_date(value) is None
