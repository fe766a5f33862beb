"""Angles and pairs of coordinates as people write them."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from typing import Any, Final, Literal, NamedTuple

from onemap.ingest.numbers import parse_number


class Angle(NamedTuple):
    """Degrees or metres, and the axis where the text names it: "x" by E, W or 东经, "y" by N, S or 北纬."""

    value: float
    axis: Literal["x", "y", ""] = ""


# The signs that keyboards, fonts and scanners put for one another. NFKC tears some of them apart, so this comes first.
_SIGNS: Final = str.maketrans(
    {
        **dict.fromkeys("º˚∘⁰○度", "°"),
        **dict.fromkeys("′‵ʹ’‘＇`´ˊˋ｀分", "'"),
        **dict.fromkeys("″‶ʺ”“＂〃秒", '"'),
        **dict.fromkeys("\N{MINUS SIGN}–—‐‑－﹣", "-"),
        **dict.fromkeys("，、；", ","),
        **dict.fromkeys("。．·", "."),
        "：": ":",
        "\N{IDEOGRAPHIC SPACE}": " ",
        "\N{NO-BREAK SPACE}": " ",
        "\N{ZERO WIDTH SPACE}": None,
        "\N{ZERO WIDTH NO-BREAK SPACE}": None,
    }
)
_USUAL: Final = re.compile(
    r"""\s*(东经|北纬|[EN])?\s*(\d{1,3})(?:\s*[°º度:-]\s*|\s+)(\d{1,2})(?:\s*['′’分:-]\s*|\s+)
    (\d{1,2}(?:\.\d+)?)\s*(?:["″”秒]|''|′′|’’)?\s*([EN])?\s*""",
    re.VERBOSE,
)
"""Most of what comes, told at once; everything else goes the long way."""

_ALL_LETTERS: Final = re.compile(r"(\d)\s*d\s*([\d.\s]+)m\s*([\d.\s]+)s(?![a-z])", re.IGNORECASE)
_LETTERS: Final = re.compile(r"(\d)\s*[oOdD]\s*(?=[\d\s]|$)")
_MINUTES: Final = re.compile(r"(?<=°)(\s*[\d.]+\s*)[mM](?![a-zA-Z])")
_SECONDS: Final = re.compile(r"(?<=')(\s*[\d.]+\s*)s(?![a-zA-Z])")
_TWO_STROKES: Final = re.compile(r"'\s*'")

_AXIS: Final = re.compile(
    r"(?P<x>[东西]经|经°|经|longitude|long|lon|lng|[EW东西])|(?P<y>[南北]纬|纬°|纬|latitude|lat|[NS南北])",
    re.IGNORECASE,
)
"""Words and letters of an axis; "经°" is 经度, whose 度 has become a sign."""

_NO_AXES: Final = re.compile(r"\bpoint\b|[xy]\s*(坐标)?\s*[:=]?\s*(?=[-\d])", re.IGNORECASE)
"""To a surveyor X is north, to others east: X and Y before numbers say nothing."""

_BACKWARDS: Final = re.compile(r"[WS西南]")
_AROUND: Final = " \t\r\n,.;:=~()[]{}<>【】〔〕《》|/&"
_THOUSANDS: Final = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")
_ANGLE_PARTS: Final = (re.compile(r"\d{1,3}"), re.compile(r"\d{1,2}"), re.compile(r"\d{1,2}"))
_DECIMAL: Final = re.compile(r"\d{1,3}(\.\d*)?|\.\d+")
_POSSIBLE_CUT: Final = re.compile(r"\s+|(?<=[°'\"])|(?=[A-Z东西南北经纬])|(?<=[A-Z东西南北])")


def parse_angle(value: Any) -> float | None:
    """Return degrees from decimal degrees or degrees, minutes and seconds, or None for what is neither.

    Plain numbers pass as they are, so metres stay metres.

    Examples
    --------
    >>> round(parse_angle("东经112度47分12.5秒"), 6)
    112.786806
    >>> parse_angle("112-47-30"), parse_angle("112°47.5′W")
    (112.79166666666667, -112.79166666666667)
    >>> parse_angle("112°60′") is None
    True
    """
    angle = read_angle(value)
    return None if angle is None else angle.value


def read_angle(value: Any) -> Angle | None:
    """Return the angle that a cell means, with the axis that it names, or None.

    Examples
    --------
    >>> read_angle("北纬 34.5°")
    Angle(value=34.5, axis='y')
    """
    if value is None or isinstance(value, bool | int | float):
        number = parse_number(value)
        return None if number is None else Angle(number)
    text = str(value)
    try:
        number = float(text)
    except ValueError:
        usual = _USUAL.fullmatch(text)
        return _angle(_normal(text)) if usual is None else _usual(usual)
    return Angle(number) if math.isfinite(number) and "_" not in text else None


def _usual(found: re.Match[str]) -> Angle | None:
    before, degrees, minutes, seconds, after = found.groups()
    if int(minutes) >= 60 or float(seconds) >= 60 or (before and after):
        return None
    axis: Any = {"东经": "x", "E": "x", "北纬": "y", "N": "y", "": ""}[before or after or ""]
    return Angle(int(degrees) + int(minutes) / 60 + float(seconds) / 3600, axis)


def parse_packed(value: Any) -> float | None:
    """Return degrees from packed degrees, minutes and seconds (D.MMSS); other spellings are read as they are.

    Examples
    --------
    >>> round(parse_packed(112.4712), 6)
    112.786667
    >>> parse_packed(112.4772) is None
    True
    """
    number = parse_number(value)
    if number is None:
        return parse_angle(value)
    # Ten decimals: 112.47 may have come as 112.46999999999999, and Excel drops the last noughts.
    whole, _, decimals = f"{abs(number):.10f}".partition(".")
    minutes, seconds = int(decimals[:2]), float(f"{decimals[2:4]}.{decimals[4:]}")
    if minutes >= 60 or seconds >= 60 or len(whole) > 3:
        return None
    return math.copysign(int(whole) + minutes / 60 + seconds / 3600, number)


def join_parts(degrees: Any, minutes: Any, seconds: Any = 0) -> Angle | None:
    """Return the angle whose degrees, minutes and seconds stand in cells of their own, or None.

    Examples
    --------
    >>> join_parts("E112", 47, "30″")
    Angle(value=112.79166666666667, axis='x')
    """
    whole = read_angle(degrees)
    small = [parse_number(_number_of(value)) for value in (minutes, seconds)]
    if whole is None or small[0] is None or small[1] is None:
        return None
    if not (0 <= small[0] < 60 and 0 <= small[1] < 60):
        return None
    if (not whole.value.is_integer() and any(small)) or (not small[0].is_integer() and small[1]):
        return None
    return whole._replace(value=math.copysign(abs(whole.value) + small[0] / 60 + small[1] / 3600, whole.value))


def read_pair(value: Any) -> tuple[Angle, Angle] | None:
    """Return the two coordinates of a cell that holds both, in the order in which they are written, or None.

    Examples
    --------
    >>> read_pair("N34°30′ E112°30′")
    (Angle(value=34.5, axis='y'), Angle(value=112.5, axis='x'))
    >>> read_pair("(112.5，34.5)")
    (Angle(value=112.5, axis=''), Angle(value=34.5, axis=''))
    >>> read_pair("112.5") is None
    True
    """
    if value is None or isinstance(value, int | float):
        return None
    halves = re.split("[,，]", str(value))
    if len(halves) == 2 and (pair := _pair(*map(read_angle, halves))):
        return pair
    text = _NO_AXES.sub(" ", _normal(str(value))).strip(_AROUND)
    pairs = {pair for one, other in _cuts(text) if (pair := _pair(_angle(one), _angle(other)))}
    return pairs.pop() if len(pairs) == 1 else None


def _cuts(text: str) -> Iterator[tuple[str, str]]:
    """Yield the ways of cutting a text in two: at its separator, or wherever a number can end."""
    halves = [half for half in re.split(r"[,;|/&\n]", text) if half.strip(_AROUND)]
    if len(halves) == 2:
        yield halves[0], halves[1]
    elif len(halves) == 1:
        for place in _POSSIBLE_CUT.finditer(text):
            if place.start() > 0 and place.end() < len(text):
                yield text[: place.start()], text[place.end() :]


def _pair(first: Angle | None, second: Angle | None) -> tuple[Angle, Angle] | None:
    alike = first is None or second is None or (first.axis and first.axis == second.axis)
    return None if first is None or second is None or alike else (first, second)


def _normal(text: str) -> str:
    """Return a text with ASCII digits and one sign for each meaning, such as " for seconds."""
    text = unicodedata.normalize("NFKC", text.translate(_SIGNS)).translate(_SIGNS)
    text = _LETTERS.sub(r"\1°", _ALL_LETTERS.sub(r'''\1°\2'\3"''', text))
    text = _SECONDS.sub(r'\1"', _MINUTES.sub(r"\1'", text))
    return _TWO_STROKES.sub('"', text).strip(_AROUND)


def _angle(text: str) -> Angle | None:
    """Return the angle of a normal text."""
    axes = list(_AXIS.finditer(text))
    if len(axes) > 1 and not (len(axes) == 2 and axes[0].lastgroup == axes[1].lastgroup):
        return None
    axis: Any = axes[0].lastgroup if axes else ""
    backwards = any(_BACKWARDS.fullmatch(found[0][0].upper()) and found[0].lower() != "lat" for found in axes)
    for found in reversed(axes):
        before, after = text[: found.start()].strip(_AROUND), text[found.end() :].strip(_AROUND)
        if before and after:
            return None
        text = before or after
    text = text.strip(_AROUND)
    sign = -1 if text[:1] == "-" else 1
    value = _degrees(text[1:].strip() if text[:1] in ("-", "+") else text)
    if value is None:
        return None
    return Angle(-value if backwards or sign < 0 else value, axis)


def _degrees(text: str) -> float | None:
    """Return the value of an unsigned angle or number in normal signs."""
    if "," in text:
        return _with_thousands(text)
    parts = _parts(text)
    if parts is None:
        return None
    if len(parts) == 1:
        return _number(parts[0]) if _DECIMAL.fullmatch(parts[0]) or "°" not in text else None
    *whole, last = parts
    if not all(pattern.fullmatch(part) for pattern, part in zip(_ANGLE_PARTS, whole, strict=False)):
        return None
    if not re.fullmatch(r"\d{1,2}(\.\d+)?", last):
        return None
    small = [float(part) for part in parts[1:]]
    if any(part >= 60 for part in small):
        return None
    return int(parts[0]) + small[0] / 60 + (small[1] / 3600 if len(small) > 1 else 0)


def _parts(text: str) -> list[str] | None:
    """Return the written degrees, minutes and seconds, as many as there are."""
    if "°" in text or "'" in text or '"' in text:
        return _marked_parts(text)
    if re.search(r"[-: ]", text):
        # Scanners put spaces beside the point; between numbers they part them.
        parts = re.split(r"\s*[-:]\s*|\s+", re.sub(r"\s*\.\s*", ".", text))
    elif text.count(".") > 1:
        degrees, minutes, seconds, *more = text.split(".")
        parts = [degrees, minutes, ".".join([seconds, *more])]
    else:
        parts = [text]
    return parts if len(parts) <= 3 and all(parts) else None


def _marked_parts(text: str) -> list[str] | None:
    if "°" not in text:
        text = re.sub(r"^(\d{1,3})\s*[-: .]\s*(\d{1,2}\s*'\s*\d)", r"\1°\2", text)
    degrees, mark, rest = text.partition("°")
    if not mark:
        return None
    rest = re.sub(r"^\s*-\s*|\s*-\s*(?=\d)", " ", rest).strip()
    # 12″.5 is 12.5″, as surveyors write it.
    rest = re.sub(r"(\d)\s*\"\s*\.\s*(\d+)$", r'\1.\2"', rest)
    minutes, mark, seconds = rest.partition("'")
    if not mark and '"' in minutes and " " not in minutes.replace(' "', '"'):
        minutes, seconds = "0", minutes
    elif not mark:
        minutes, _, seconds = re.sub(r"\s*\.\s*", ".", minutes).partition(" ")
    if seconds.count('"') > 1 or ('"' in seconds and not seconds.endswith('"')):
        return None
    parts = [re.sub(r"\s", "", part) for part in (degrees, minutes, seconds.removesuffix('"'))]
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return parts if all(parts) else None


def _with_thousands(text: str) -> float | None:
    """Return a number with thousands separators, unless it could as well be one with a decimal comma."""
    groups = text.split(",")
    doubtful = len(groups) == 2 and "." not in text and int(groups[0]) <= 180 if groups[0].isdigit() else True
    return _number(text.replace(",", "")) if _THOUSANDS.fullmatch(text) and not doubtful else None


def _number(text: str) -> float | None:
    return parse_number(text) if re.fullmatch(r"(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", text) else None


def _number_of(value: Any) -> Any:
    """Return a part of an angle without its sign."""
    return _normal(value).strip(" °'\"") if isinstance(value, str) else value
