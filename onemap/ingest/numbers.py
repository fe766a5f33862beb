"""Numbers as people write them."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from onemap.spec.layer import Unit

UNIT_WORDS: Final[Mapping[str, Unit]] = {
    **dict.fromkeys(("亩", "市亩", "mu"), "mu"),
    **dict.fromkeys(("万亩", "wanmu"), "wan_mu"),
    # 万平方米 is just as much as 公顷.
    **dict.fromkeys(("公顷", "ha", "hm2", "万平方米", "万平米", "万平", "万m2"), "ha"),
    **dict.fromkeys(("平方米", "平米", "m2", "㎡"), "m2"),
    **dict.fromkeys(("平方千米", "平方公里", "km2"), "km2"),
    **dict.fromkeys(("米", "m"), "m"),
    **dict.fromkeys(("千米", "公里", "km"), "km"),
    **dict.fromkeys(("mg/kg", "mg·kg-1", "毫克/千克", "毫克/公斤"), "mg/kg"),
    **dict.fromkeys(("ug/kg", "μg/kg", "μg·kg-1", "微克/千克", "微克/公斤"), "ug/kg"),
    **dict.fromkeys(("g/l", "g·l-1", "克/升"), "g/L"),
    **dict.fromkeys(("mg/l", "mg·l-1", "毫克/升"), "mg/L"),
    **dict.fromkeys(("ug/l", "μg/l", "ug·l-1", "μg·l-1", "微克/升"), "ug/L"),
    **dict.fromkeys(("ng/l", "ng·l-1", "纳克/升"), "ng/L"),
    **dict.fromkeys(("吨", "公吨", "t"), "t"),
    **dict.fromkeys(("千克", "公斤", "kg"), "kg"),
}
"""How units are written behind numbers, in lower case and after NFKC."""

_UNIT: Final = "|".join(sorted(map(re.escape, UNIT_WORDS), key=len, reverse=True))
_QUANTITY: Final = re.compile(rf"(?P<number>[-+]?[\d,.]+)\s*(?P<wan>万)?\s*(?P<unit>{_UNIT})", re.I)
_NONE_FOUND: Final = r"未检出|低于检出限|小于检出限|<检出限|<m?dl|<lo[dq]|n\.?d\.?|bdl"
_LESS: Final = r"<|小于|低于"
_DIGITS: Final = r"\d[\d.]*(?:e-?\d+)?"
_UNDETECTED: Final = re.compile(
    rf"({_LESS})\s*(?P<less>{_DIGITS})\s*(?P<unit>{_UNIT})?"
    rf"|(?P<marked>{_DIGITS})\s*\(?l\)?"
    rf"|({_NONE_FOUND})\s*\(?\s*((检出限)?:?\s*({_LESS})?\s*(?P<named>{_DIGITS})l?)?\s*\)?",
    re.I,
)
_BEHIND: Final = re.compile(r"(?P<name>.+?)[(\[](单位:?)?(?P<unit>[^()\[\]]+)[)\]]")
_JOINED: Final = re.compile(r"(?P<name>.+?)[_/\-\s]+(?P<unit>[^\s()\[\]_/\-]+)")
_PER_KG: Final = re.compile(
    rf"(?P<name>.+?)[_\-\s]*(?P<unit>{'|'.join(re.escape(word) for word in UNIT_WORDS if '/' in word)})", re.I
)
_STATED: Final = re.compile(r"单位:?\s*(?P<unit>[^\s,、;()\[\]]+)")
_THOUSANDS: Final = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d*)?")


def parse_number(value: Any) -> float | None:
    """Return a number, or None for what is none; thousands separators and full-width digits are understood.

    Examples
    --------
    >>> parse_number("１,234.5 ")
    1234.5
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value) if math.isfinite(value) else None
    text = unicodedata.normalize("NFKC", str(value)).replace("\N{MINUS SIGN}", "-").strip()
    if "," in text:
        # In "12,5" it is somebody's decimal point, and nobody knows whether it is.
        text = text.replace(",", "") if _THOUSANDS.fullmatch(text) else ""
    try:
        number = float(text) if "_" not in text else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def parse_quantity(value: Any) -> tuple[float, Unit | None] | None:
    """Return a number and the unit that is written behind it, or None for what is none.

    Examples
    --------
    >>> parse_quantity("12.5亩")
    (12.5, 'mu')
    >>> parse_quantity("1.2万亩")
    (12000.0, 'mu')
    >>> parse_quantity(3)
    (3.0, None)
    """
    number = parse_number(value)
    if number is not None or not isinstance(value, str):
        return None if number is None else (number, None)
    found = _QUANTITY.fullmatch(unicodedata.normalize("NFKC", value).strip())
    number = parse_number(found["number"]) if found else None
    if found is None or number is None:
        return None
    # Decimal, so that 1.2万 is 12000 and no hair more.
    return float(Decimal(repr(number)) * (10_000 if found["wan"] else 1)), UNIT_WORDS[found["unit"].lower()]


class Undetected(NamedTuple):
    """What a laboratory did not find: less than `limit`, which is NaN where it does not say how little it can find."""

    limit: float
    unit: Unit | None = None


def parse_undetected(value: Any) -> Undetected | None:
    """Return what a text says that was below detection, or None where it says nothing like that.

    Examples
    --------
    >>> parse_undetected("<0.05"), parse_undetected("0.05Ｌ"), parse_undetected("未检出")
    (Undetected(limit=0.05, unit=None), Undetected(limit=0.05, unit=None), Undetected(limit=nan, unit=None))
    >>> parse_undetected("<20 μg/kg")
    Undetected(limit=20.0, unit='ug/kg')
    """
    if not isinstance(value, str):
        return None
    found = _UNDETECTED.fullmatch(unicodedata.normalize("NFKC", value).strip())
    if found is None:
        return None
    digits = found["less"] or found["marked"] or found["named"]
    limit = parse_number(digits) if digits else math.nan
    unit = UNIT_WORDS[found["unit"].lower()] if found["unit"] else None
    return None if limit is None else Undetected(limit, unit)


def split_unit(name: str) -> tuple[str, Unit | None]:
    """Return what a column is called, and the unit that stands behind it in brackets, or after a stroke or space.

    Examples
    --------
    >>> split_unit("占地面积（单位：公顷）")
    ('占地面积', 'ha')
    >>> split_unit("面积_万亩"), split_unit("面积（万㎡）")
    (('面积', 'wan_mu'), ('面积', 'ha'))
    >>> split_unit("总汞（µg/kg）"), split_unit("镉mg/kg")
    (('总汞', 'ug/kg'), ('镉', 'mg/kg'))
    >>> split_unit("备注(其他)")
    ('备注(其他)', None)
    """
    plain = unicodedata.normalize("NFKC", name).strip()
    found = _BEHIND.fullmatch(plain) or _PER_KG.fullmatch(plain) or _JOINED.fullmatch(plain)
    unit = UNIT_WORDS.get(found["unit"].lower()) if found else None
    return (found["name"].strip(), unit) if found and unit else (name, None)


def find_unit(text: object, alone: bool = False) -> Unit | None:
    """Return the unit that a text states: "单位:亩" anywhere in it, or, where it stands `alone`, "亩" as well.

    Examples
    --------
    >>> find_unit("台账（单位：亩）"), find_unit("(公顷)", alone=True), find_unit("单位：某局")
    ('mu', 'ha', None)
    """
    plain = unicodedata.normalize("NFKC", str(text)).strip()
    found = _STATED.search(plain)
    word = found["unit"] if found else plain.strip("()[] ") if alone else ""
    return UNIT_WORDS.get(word.lower())
