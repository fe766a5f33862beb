"""One raw value into one value of a field's type, with the fault that it has."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import pandas as pd

from onemap.dates import parse_date
from onemap.geodesy import unit_title
from onemap.ingest.codes import check_code, is_proved
from onemap.ingest.numbers import parse_number
from onemap.ingest.raw import written
from onemap.model import Action
from onemap.spec.layer import FieldSpec, FieldType
from onemap.text import fold, tr

EXCEL_DIGITS: Final = 10**15
"""Excel keeps 15 digits of a number: the rest of a longer code is lost."""

EXACT: Final = 2**53
"""Beyond this a float no longer tells one whole number from the next."""

SCIENTIFIC: Final = re.compile(r"\d(\.\d+)?[eE]\+\d+")


YEARS: Final = range(1949, 2101)
"""A date of another year is a slip, or what a program writes for none: 1900-01-01, 9999-12-31."""

_NO_DAY: Final = re.compile(r"\d{4}([-/.年]\d{1,2}月?)?年?[份底末初]?前?")
_YEAR_LAST: Final = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_SHORT_YEAR: Final = re.compile(r"'?\d{1,2}([-/.])\d{1,2}\1\d{1,2}|\d{2}年\d{1,2}月\d{1,2}日?")


class Reading(NamedTuple):
    """A value (None: none), and what was wrong with it."""

    value: Any
    kind: str = ""
    action: Action = "blanked"
    message: str = ""
    hint: str = ""


def read_value(raw: Any, field: FieldSpec) -> Reading:
    """Return the value of `field` that `raw` means; unknown stays unknown, and nothing is guessed."""
    if raw is None or raw is pd.NA or raw is pd.NaT or raw != raw or fold(raw) in field.blanks:
        return Reading(None)
    return _READERS[field.type](raw, field)


def _text(raw: Any, field: FieldSpec) -> Reading:
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        if abs(raw) >= EXCEL_DIGITS:
            return _damaged()
        text = str(int(raw)) if float(raw).is_integer() else repr(raw)
    else:
        # NUL pads DBF fields of some programs, and no file format of ours can hold it.
        text = written(raw).replace("\0", "").strip()
        if SCIENTIFIC.fullmatch(text):
            return _damaged()
        if isinstance(raw, dt.date) and (field.pattern is not None or field.unique):
            message = tr("Excel has turned the code into a date; what it was cannot be told")
            return Reading(
                None, "code_damaged", "blanked", message, tr("type the code again, in a cell formatted as text")
            )
    if field.pattern is not None:
        text = unicodedata.normalize("NFKC", text)
    if field.pattern is not None and not re.fullmatch(field.pattern, text):
        return _repaired_code(text, field)
    wrong = check_code(text, field.check) if field.check else None
    return Reading(text, wrong.kind, "kept", wrong.message, wrong.hint) if wrong else Reading(text)


def _damaged() -> Reading:
    return Reading(
        None, "code_damaged", "blanked", tr("Excel has turned the code into a number; its last digits are lost"),
        tr("type the code again, in a cell formatted as text"),
    )  # fmt: skip


def _repaired_code(text: str, field: FieldSpec) -> Reading:
    """Put back leading zeros, or take out what is no code, where exactly that makes it whole; else keep it."""
    # Programs that took the code for a number have written 4108832260001.0.
    tidy = re.sub(r"[\s'`‘’_–—-]", "", re.sub(r"\.0+$", "", text)).upper()
    if _is_whole(tidy, field):
        message = tr("the code is written another way than it should be: read as {code}", code=tidy)
        return Reading(tidy, "code_damaged", "repaired", message, tr("write the code as it is printed"))
    for padded in ("0" + text, "00" + text):
        if text.isdigit() and _is_whole(padded, field):
            message = tr("Excel has dropped the leading zero: read as {code}", code=padded)
            return Reading(padded, "code_damaged", "repaired", message, tr("format the cells as text"))
    message = tr("{field} has not the form of such a code", field=field.label)
    return Reading(text, "code_damaged", "kept", message, tr("compare it with the certificate or ledger"))


def _is_whole(text: str, field: FieldSpec) -> bool:
    """Tell whether a code that was put right has its form, and where there is a check, stands it for sure."""
    formed = re.fullmatch(field.pattern or "", text) is not None
    return formed and (field.check is None or is_proved(text, field.check))


def _number(raw: Any, field: FieldSpec) -> Reading:
    number = parse_number(raw)
    if number is None:
        return _wrong(raw, tr("a number"))
    low, high = field.minimum, field.maximum
    if (low is not None and number < low) or (high is not None and number > high):
        limits = {"field": field.label, "low": _limit(low), "high": _limit(high)}
        message = tr("{field} must lie between {low} and {high}", **limits)
        if field.unit is not None:
            message = tr("{field} must lie between {low} and {high}; this is {number:g} {unit}",
                         **limits, number=number, unit=unit_title(field.unit))  # fmt: skip
        return Reading(None, "out_of_range", "blanked", message, tr("check the value and its unit"))
    return Reading(number)


def _limit(value: float | None) -> str:
    return "…" if value is None else f"{value:g}"


def _integer(raw: Any, field: FieldSpec) -> Reading:
    reading = _number(raw, field)
    if reading.value is None:
        return reading
    whole = float(reading.value).is_integer() and abs(reading.value) <= EXACT
    return Reading(int(reading.value)) if whole else _wrong(raw, tr("a whole number"))


def _date(raw: Any, field: FieldSpec) -> Reading:
    date = parse_date(raw, field.formats)
    if date is None:
        reading = _wrong(raw, tr("a date, such as 2026-06-30"))
        return reading._replace(message=_why_no_day(raw) or reading.message)
    if date.year not in YEARS:
        message = tr("{value} is no date that can be meant", value=date.isoformat())
        return Reading(None, "out_of_range", "blanked", message, tr("correct the value in the source"))
    return Reading(pd.Timestamp(date))


def _why_no_day(raw: Any) -> str:
    """Say why a date that people would understand is not taken, or "": what day it means nobody can tell for sure."""
    text = fold(written(raw))
    parts = _YEAR_LAST.fullmatch(text)
    if parts and max(int(parts[1]), int(parts[2])) <= 12:
        return tr("in {value} nobody can tell the day from the month; write dates like 2026-06-30", value=written(raw))
    if parts:
        return tr("{value} has its year last; write dates like 2026-06-30", value=written(raw))
    if _NO_DAY.fullmatch(text):
        return tr("{value} names no day; write dates like 2026-06-30", value=written(raw))
    if _SHORT_YEAR.fullmatch(text):
        return tr("{value} has a year of two digits; write dates like 2026-06-30", value=written(raw))
    return ""


def _class(raw: Any, field: FieldSpec) -> Reading:
    word = raw if not isinstance(raw, float) or not raw.is_integer() else int(raw)
    found = field.class_of.get(fold(word))
    if found is not None:
        return Reading(found)
    known = "、".join(spec.label for spec in field.classes.values())
    message = tr(
        "{value} is none of the classes of {field}: {known}", value=written(raw), field=field.label, known=known
    )
    return Reading(None, "unknown_class", "blanked", message, tr("correct it, or add it to the aliases of a class"))


def _wrong(raw: Any, wanted: str) -> Reading:
    message = tr("{value} is not {wanted}", value=written(raw), wanted=wanted)
    return Reading(None, "wrong_type", "blanked", message, tr("correct the value in the source"))


_READERS: Final[Mapping[FieldType, Callable[[Any, FieldSpec], Reading]]] = {
    "text": _text,
    "number": _number,
    "integer": _integer,
    "date": _date,
    "class": _class,
}
DTYPES: Final[Mapping[FieldType, Any]] = {
    "text": "string",
    "number": "Float64",
    "integer": "Int64",
    "date": "datetime64[s]",
    "class": "string",
}
"""The column type of each field type in a layer's frame."""
