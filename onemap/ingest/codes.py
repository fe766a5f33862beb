"""Codes whose characters check one another: credit codes, plot codes, industry codes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from stdnum.cn import uscc

from onemap.spec.layer import CodeCheck
from onemap.text import tr

PLOT_TYPES: Final = "1234"
"""The seventh digit of a plot code: 1 operating, 2 closed or relocated; 3 and 4 are met too."""

DIVISIONS: Final = range(1, 98)
"""GB/T 4754-2017 has the divisions (大类) 01 to 97, without a gap."""

CLASSES: Final[Mapping[str, frozenset[str]]] = {
    "08": frozenset({"0810", "0820", "0890"}),
    "09": frozenset(
        {
            "0911", "0912", "0913", "0914", "0915", "0916", "0917", "0919",
            "0921", "0922", "0929", "0931", "0932", "0933", "0939",
        }
    ),
    "31": frozenset({"3110", "3120", "3130", "3140"}),
    "32": frozenset(
        {
            "3211", "3212", "3213", "3214", "3215", "3216", "3217", "3218", "3219", "3221", "3222", "3229",
            "3231", "3232", "3239", "3240", "3251", "3252", "3253", "3254", "3259",
        }
    ),
}  # fmt: skip
"""All classes (小类) of GB/T 4754-2017 in the divisions of ores and metals that this work turns on.

Of other divisions no list travels with the program: a class of theirs is not judged.
"""

GROUPS: Final = frozenset({"921", "922", "929", "931", "932"})
"""The groups (中类) of the divisions 92 and 93 that read as classes of the division 09 without its zero."""

SECTIONS: Final[Mapping[str, range]] = {
    "A": range(1, 6), "B": range(6, 13), "C": range(13, 44), "D": range(44, 47), "E": range(47, 51),
    "F": range(51, 53), "G": range(53, 61), "H": range(61, 63), "I": range(63, 66), "J": range(66, 70),
    "K": range(70, 71), "L": range(71, 73), "M": range(73, 76), "N": range(76, 80), "O": range(80, 83),
    "P": range(83, 84), "Q": range(84, 86), "R": range(86, 91), "S": range(91, 97), "T": range(97, 98),
}  # fmt: skip
"""The divisions of each section (门类) of GB/T 4754-2017, whose letter is often written before a code."""

_LETTERED: Final = re.compile(r"(?P<letter>[A-T]?)(?P<digits>\d{2,4})[^\dA-Z]*")

OF_2011: Final[Mapping[str, str]] = {
    "3150": "3140", "3250": "3392",
    "3261": "3251", "3262": "3252", "3263": "3253", "3264": "3254", "3269": "3259",
}  # fmt: skip
"""Classes of the 2011 edition in those divisions, and where the 2017 edition has them."""


class Objection(NamedTuple):
    """What is wrong with a code."""

    kind: str
    message: str
    hint: str


def check_code(text: str, check: CodeCheck) -> Objection | None:
    """Return what is wrong with a code of the right form, or None."""
    return _CHECKS[check](text)


def has_lost_zero(text: str, check: CodeCheck | None) -> bool:
    """Tell whether a code is one for sure once a zero stands before it: the standard has that, and nothing else.

    Codes of counties and of units never begin with a zero. Where no list tells, 321 may be the group 321 of the
    standard as well as the class 0321, and so may 921 although 0921 is listed.

    Examples
    --------
    >>> [has_lost_zero(text, "industry_code") for text in ("912", "321", "921")]
    [True, False, False]
    """
    listed = f"0{text}" in CLASSES.get(f"0{text}"[:2], ())
    return check == "industry_code" and listed and text not in GROUPS


def industry_digits(text: str) -> str:
    """Return the digits of an industry code with its section's letter before it, or its name behind; "" of others.

    A zero that is lost behind the letter is put back, as only one division of that section can be meant.

    Examples
    --------
    >>> [industry_digits(text) for text in ("C3212", "3212铅锌冶炼", "B921", "A3212", "C32")]
    ['3212', '3212', '0921', '', '32']
    """
    found = _LETTERED.fullmatch(text)
    if found is None:
        return ""
    letter, digits = found["letter"], found["digits"]
    if not letter or int(digits[:2]) in SECTIONS[letter]:
        return digits
    padded = f"0{digits}"
    return padded if len(padded) == 4 and padded in CLASSES.get(padded[:2], ()) and letter == "B" else ""


def _credit_code(text: str) -> Objection | None:
    right = uscc.calc_check_digit(text[:-1])
    if text[-1] == right:
        return None
    message = tr(
        "by GB 32100 its last character would be {right}, not {found}: one of the 18 is wrong",
        right=right, found=text[-1],
    )  # fmt: skip
    return Objection("credit_code_wrong", message, tr("correct it by the business licence"))


def _plot_code(text: str) -> Objection | None:
    kind, division, serial = text[6], text[7:9], text[9:]
    if text.startswith("0"):
        wrong = tr("no county's code begins with 0")
    elif kind not in PLOT_TYPES:
        wrong = tr("its 7th digit, the type, is {digit} (1: operating, 2: closed or relocated)", digit=kind)
    elif int(division) not in DIVISIONS:
        wrong = tr("its 8th and 9th digits, {digits}, are no division of GB/T 4754 (01 to 97)", digits=division)
    elif int(serial) == 0:
        wrong = tr("its serial number is {digits}", digits=serial)
    else:
        return None
    return Objection("plot_code_wrong", wrong, tr("compare it with the national soil information platform"))


def _industry_code(text: str) -> Objection | None:
    division = text[:2]
    if not text.isdigit() or int(division) not in DIVISIONS:
        message = tr("GB/T 4754-2017 has no division {division} (01 to 97)", division=division)
        return Objection("industry_code_wrong", message, tr("correct it by GB/T 4754-2017"))
    if division not in CLASSES or text in CLASSES[division]:
        return None
    if text in OF_2011:
        message = tr(
            "{code} is a code of the 2011 edition; in GB/T 4754-2017 it is {new}", code=text, new=OF_2011[text]
        )
    else:
        message = tr("GB/T 4754-2017 has no class {code}", code=text)
    return Objection("industry_code_wrong", message, tr("correct it by GB/T 4754-2017"))


_CHECKS: Final[Mapping[CodeCheck, Callable[[str], Objection | None]]] = {
    "credit_code": _credit_code,
    "plot_code": _plot_code,
    "industry_code": _industry_code,
}
