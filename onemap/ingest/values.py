"""One raw value into one value of a field's type, with the fault that it has."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple

import pandas as pd

from onemap.dates import is_day_number, parse_date
from onemap.geodesy import unit_title
from onemap.ingest.codes import check_code, has_lost_zero, industry_digits
from onemap.ingest.numbers import parse_number, parse_undetected
from onemap.ingest.raw import written
from onemap.model import Action
from onemap.spec.kinds import Severity
from onemap.spec.layer import FieldSpec, FieldType
from onemap.text import EXCEL_DIGITS, fold, tr

EXACT: Final = 2**53
"""Beyond this a float no longer tells one whole number from the next."""

SCIENTIFIC: Final = re.compile(r"\d(\.\d+)?[eE]\+\d+|\d\.\d+[eE]\d{2}")
"""How Excel, and programs that read it, write long numbers; without a plus only what has a point is one for sure."""

ZEROED: Final = re.compile(r"\d{15}0+")
"""What Excel leaves of a longer number."""

ERRORS: Final = re.compile(r"#(ref|name|value|div/0|num|null|spill|calc|field|blocked|connect|unknown)[!?]")
"""What a cell of Excel shows whose formula has failed (compared folded); #N/A is a blank: people write it too."""

_COUNTED: Final = re.compile(r"(?P<number>[\d,.]+)\s*(?P<wan>万)?\s*(?P<counter>[^\d\s,.]{1,3})")
_ENDLESS: Final = re.compile(r"长期(有效)?|永久(有效)?|持续|常年|无限期|(已|未|正在)?(完成|结束|整治|办理)(中)?")

YEARS: Final = range(1949, 2101)
"""A date of another year is a slip, or what a program writes for none: 1900-01-01, 9999-12-31."""

_NO_DAY: Final = re.compile(r"\d{4}([-/.年]\d{1,2}月?)?年?[份底末初]?前?")
_YEAR_LAST: Final = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_SHORT_YEAR: Final = re.compile(r"'?\d{1,2}([-/.])\d{1,2}\1\d{1,2}|\d{2}年\d{1,2}月\d{1,2}日?")


Habit = Literal["", "day_number", "around_code", "counter"]
"""A way of writing that runs through whole columns, is understood for sure, and is told once of each."""


class Reading(NamedTuple):
    """A value (None: none), and what was wrong with it."""

    value: Any
    kind: str = ""
    action: Action = "blanked"
    message: str = ""
    hint: str = ""
    severity: Severity | None = None
    habit: Habit = ""
    undetected: bool = False
    """The value is the limit of detection, below which it lies; None where nobody says how low that is."""


def is_blank(raw: Any, field: FieldSpec) -> bool:
    """Tell whether a cell says that there is no value."""
    # NUL pads DBF fields of some programs.
    return raw is None or raw is pd.NA or raw is pd.NaT or raw != raw or field.has_none(fold(raw).replace("\0", ""))


def read_value(raw: Any, field: FieldSpec) -> Reading:
    """Return the value of `field` that `raw` means; unknown stays unknown, and nothing is guessed."""
    if is_blank(raw, field):
        return Reading(None)
    folded = fold(raw)
    if folded.startswith("#") and ERRORS.fullmatch(folded):
        message = tr("{value} is an error of Excel, and no value", value=written(raw))
        return Reading(None, "wrong_type", "blanked", message, tr("correct the formula, or type the value"))
    return _READERS[field.type](raw, field)


def _text(raw: Any, field: FieldSpec) -> Reading:
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        if abs(raw) >= EXCEL_DIGITS:
            return _damaged()
        text = str(int(raw)) if float(raw).is_integer() else repr(raw)
    else:
        # No file format of ours can hold a NUL.
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
    if wrong and ZEROED.fullmatch(text):
        return _damaged()
    return Reading(text, wrong.kind, "kept", wrong.message, wrong.hint) if wrong else Reading(text)


def _damaged() -> Reading:
    return Reading(
        None, "code_damaged", "blanked", tr("Excel has turned the code into a number; its last digits are lost"),
        tr("type the code again, in a cell formatted as text"),
    )  # fmt: skip


def _repaired_code(text: str, field: FieldSpec) -> Reading:
    """Put back a leading zero, or take out what is no code, where that makes it whole for sure; else keep it."""
    # Programs that took the code for a number have written 4108832260001.0.
    tidy = re.sub(r"[\s'`‘’_–—-]", "", re.sub(r"\.0+$", "", text)).upper()
    if _is_whole(tidy, field):
        message = tr("the code is written another way than it should be: read as {code}", code=tidy)
        return Reading(tidy, "code_damaged", "repaired", message, tr("write the code as it is printed"))
    if text.isdigit() and has_lost_zero(text, field.check):
        message = tr("Excel has dropped the leading zero: read as {code}", code=f"0{text}")
        return Reading(f"0{text}", "code_damaged", "repaired", message, tr("format the cells as text"))
    digits = industry_digits(tidy) if field.check == "industry_code" else ""
    if digits:
        return _industry_code(text, digits, field)
    message = tr("{field} has not the form of such a code", field=field.label)
    return Reading(text, "code_damaged", "kept", message, tr("compare it with the certificate or ledger"))


def _is_whole(text: str, field: FieldSpec) -> bool:
    """Tell whether a code that was put right has its form, and stands its check where there is one."""
    formed = re.fullmatch(field.pattern or "", text) is not None
    return formed and (field.check is None or check_code(text, field.check) is None)


def _industry_code(text: str, digits: str, field: FieldSpec) -> Reading:
    """Read the digits of an industry code with more around them; a division or group is no class."""
    if _is_whole(digits, field):
        message = tr("the code has a letter before it or words behind it: read as {code}", code=digits)
        hint = tr("write the digits alone")
        return Reading(digits, "code_damaged", "repaired", message, hint, "info", "around_code")
    if len(digits) == 4:
        wrong = check_code(digits, "industry_code")
        return Reading(digits, wrong.kind, "kept", wrong.message, wrong.hint) if wrong else Reading(digits)
    message = tr(
        "{field} has 4 digits; {value} names a division or group, or has lost a zero", field=field.label, value=text
    )
    return Reading(text, "code_damaged", "kept", message, tr("write the class, of 4 digits, by GB/T 4754-2017"))


def _number(raw: Any, field: FieldSpec) -> Reading:
    below = parse_undetected(raw) if field.below_detection else None
    if below is not None:
        # Whether it lies within the range nobody knows, but the limit of detection must.
        reading = _number(below.limit, field) if below.limit == below.limit else Reading(None)
        return reading._replace(undetected=not reading.kind)
    if field.prefixes and isinstance(raw, str):
        raw = _without_prefix(raw, field)
    number = parse_number(raw)
    if number is None:
        return _counted(raw, field) or _wrong(raw, tr("a number"))
    low, high = field.minimum, field.maximum
    if (low is not None and number < low) or (high is not None and number > high):
        limits = {"field": field.label, "low": _limit(low), "high": _limit(high)}
        message = tr("{field} must lie between {low} and {high}", **limits)
        if field.unit is not None:
            message = tr("{field} must lie between {low} and {high}; this is {number:g} {unit}",
                         **limits, number=number, unit=unit_title(field.unit))  # fmt: skip
        return Reading(None, "out_of_range", "blanked", message, tr("check the value and its unit"))
    return Reading(number)


def _without_prefix(raw: str, field: FieldSpec) -> str:
    """Return what stands behind a word that belongs before the numbers of a field, as 不少于 does before a target."""
    text = unicodedata.normalize("NFKC", raw).strip()
    found = next((prefix for prefix in field.prefixes if text.startswith(prefix)), "")
    return text[len(found) :].strip()


def _counted(raw: Any, field: FieldSpec) -> Reading | None:
    """Read a number that says what it counts, where that is what the field counts; None where it is no such number."""
    found = _COUNTED.fullmatch(unicodedata.normalize("NFKC", str(raw)).strip()) if field.counters else None
    number = parse_number(found["number"]) if found else None
    if found is None or number is None:
        return None
    # Decimal, so that 1.2万 is 12000 and no hair more.
    number = float(Decimal(repr(number)) * (10_000 if found["wan"] else 1))
    if found["counter"] not in field.counters:
        message = tr("{value} counts {found}, and not {wanted}", value=written(raw), found=found["counter"],
                     wanted=field.counters[0])  # fmt: skip
        return Reading(None, "wrong_type", "blanked", message, tr("correct the value in the source"))
    reading = _number(number, field)
    if reading.kind:
        return reading
    message = tr("{value} has a word behind it: read as {number:g}", value=written(raw), number=number)
    hint = tr("write the number alone")
    return Reading(number, "wrong_type", "repaired", message, hint, "info", "counter")


def _limit(value: float | None) -> str:
    return "…" if value is None else f"{value:g}"


def _integer(raw: Any, field: FieldSpec) -> Reading:
    reading = _number(raw, field)
    if reading.value is None:
        return reading
    whole = float(reading.value).is_integer() and abs(reading.value) <= EXACT
    return reading._replace(value=int(reading.value)) if whole else _wrong(raw, tr("a whole number"))


def _date(raw: Any, field: FieldSpec) -> Reading:
    date = parse_date(raw, field.formats)
    if date is None:
        reading = _wrong(raw, tr("a date, such as 2026-06-30"))
        return reading._replace(message=_why_no_day(raw) or reading.message)
    if date.year not in YEARS:
        message = tr("{value} is no date that can be meant", value=date.isoformat())
        return Reading(None, "out_of_range", "blanked", message, tr("correct the value in the source"))
    if is_day_number(raw):
        message = tr("Excel's day number {value} was read as {date}", value=written(raw), date=date.isoformat())
        hint = tr("format the column as dates")
        return Reading(pd.Timestamp(date), "wrong_type", "repaired", message, hint, "info", "day_number")
    return Reading(pd.Timestamp(date))


def _why_no_day(raw: Any) -> str:
    """Say why a date that people would understand is not taken, or "": what day it means nobody can tell for sure."""
    text = fold(written(raw))
    parts = _YEAR_LAST.fullmatch(text)
    if parts and max(int(parts[1]), int(parts[2])) <= 12:
        return tr("in {value} nobody can tell the day from the month; write dates like 2026-06-30", value=written(raw))
    if parts:
        return tr("{value} has its year last; write dates like 2026-06-30", value=written(raw))
    if _NO_DAY.fullmatch(text) or _ENDLESS.fullmatch(text):
        return tr("{value} names no day; write dates like 2026-06-30", value=written(raw))
    if _SHORT_YEAR.fullmatch(text):
        return tr("{value} has a year of two digits; write dates like 2026-06-30", value=written(raw))
    return ""


def _class(raw: Any, field: FieldSpec) -> Reading:
    word = raw if not isinstance(raw, float) or not raw.is_integer() else int(raw)
    found = field.class_of.get(fold(word))
    if found is not None:
        return Reading(found)
    known = tr(", ").join(spec.label for spec in field.classes.values())
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
