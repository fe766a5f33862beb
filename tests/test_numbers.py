import datetime as dt

import pytest

from onemap.dates import parse_date
from onemap.ingest.numbers import parse_number


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


@pytest.mark.parametrize("text", ["12,5", "3,4", "1,23,456", "1234,567"])
def test_a_comma_that_separates_no_thousands_is_not_passed_over(text):
    assert parse_number(text) is None


@pytest.mark.parametrize(("text", "number"), [("1,234", 1234), ("1,234,567.5", 1234567.5), ("-1,234", -1234)])
def test_commas_between_thousands_are(text, number):
    assert parse_number(text) == number
