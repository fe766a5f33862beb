"""Dates as people write them."""

from __future__ import annotations

import calendar
import datetime as dt
import math
import re
import unicodedata
from collections.abc import Iterable
from typing import Any, Final

EXCEL_EPOCH: Final = dt.date(1899, 12, 30)
EXCEL_DAYS: Final = range(20_000, 80_000)
"""Excel's day numbers from 1954 to 2119: what a date turned into a number can be."""

_DATE: Final = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T ]\s*\d{1,2}:\d{2}.*)?")
_DIGITS: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")


def is_day_number(value: Any) -> bool:
    """Tell whether a cell holds a date as Excel counts days, because it has lost its format; a time is a fraction.

    Examples
    --------
    >>> is_day_number(46203), is_day_number(46203.35), is_day_number(20260630), is_day_number("46203")
    (True, True, False, False)
    """
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value) and int(value) in EXCEL_DAYS


def parse_date(value: Any, formats: Iterable[str] = ()) -> dt.date | None:
    """Return a date from a date, an Excel day number or text in year-month-day order, or None."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if is_day_number(value):
        return EXCEL_EPOCH + dt.timedelta(int(value))
    # A cell of eight digits is the same date, whether Excel holds it as a text or as a number.
    whole = isinstance(value, float) and value.is_integer()
    text = unicodedata.normalize("NFKC", str(int(value) if whole else value)).strip()
    for pattern in formats:
        try:
            return dt.datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    found = _DATE.fullmatch(text) or _DIGITS.fullmatch(text)
    try:
        return dt.date(*map(int, found.groups()[:3])) if found else None
    except ValueError:
        return None


def first_day(period: str) -> dt.date:
    """Return the first day of a period ("2026", "2026-11", "2026-11-24"): the date that a build carries."""
    year, month, day = (*map(int, re.findall(r"\d+", period)), 1, 1)[:3]
    return dt.date(year, month, day)


def last_day(period: str) -> dt.date:
    """Return the last day of a period.

    Examples
    --------
    >>> last_day("2026"), last_day("2026-02"), last_day("2026-11-24")
    (datetime.date(2026, 12, 31), datetime.date(2026, 2, 28), datetime.date(2026, 11, 24))
    """
    year, *rest = map(int, re.findall(r"\d+", period))
    month = rest[0] if rest else 12
    return dt.date(year, month, rest[1] if len(rest) > 1 else calendar.monthrange(year, month)[1])
