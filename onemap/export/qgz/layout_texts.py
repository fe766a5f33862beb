"""Texts that fit their place on a page: newer QGIS breaks lines at blanks alone, of which Chinese has none."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Final

from onemap.export.sheets import text_width
from onemap.text import tr

POINT: Final = 25.4 / 72
"""Millimetres."""

LETTER: Final = 0.53
"""How wide a Latin letter is, of which a Chinese character takes two, as a multiple of the size of its text."""

LEADING: Final = 1.4
"""How high a line is, as a multiple of the size of its text."""

EXPRESSION: Final = re.compile(r"\[%.*?%\]", re.DOTALL)
EVALUATED: Final = "0" * 8
"""As wide as what an expression of ours says."""

TITLE_SIZES: Final = (22, 20, 18, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5)
NOTE_SIZES: Final = (7.5, 7, 6.5, 6, 5.5, 5, 4.5, 4)
"""Points, the usual size first: the next one is for what has no room."""

FIGURES_WIDTH: Final = 108
"""How many Latin letters a line of the figures beside a map has."""


def letters_in(width: float, size: float) -> int:
    """Return how many Latin letters of a size in points have room in so many millimetres."""
    return int(width / (size * POINT * LETTER))


def lines_in(height: float, size: float) -> int:
    """Return how many lines of a size in points have room in so many millimetres."""
    return int(height / (size * POINT * LEADING))


def size_of(lines: int, height: float) -> float:
    """Return the largest size, in points, of which so many lines have room in so many millimetres."""
    return next((size for size in NOTE_SIZES if lines_in(height, size) >= lines), NOTE_SIZES[-1])


def fitted(text: str, width: float, height: float) -> tuple[float, str]:
    """Return the largest size, in points, at which a title has room in a box, and the title in its lines."""
    for size in TITLE_SIZES:
        count = max(1, math.ceil(text_width(text) / letters_in(width, size)))
        # Lines of about one length look like a title; a character may be too wide for the last place of a line.
        even = math.ceil(text_width(text) / count) + 1
        lines = broken(text, min(even, letters_in(width, size)))
        if len(lines) <= lines_in(height, size):
            break
    return size, "\n".join(lines)


def packed_into(told: Iterable[str], width: float, height: float) -> tuple[float, str]:
    """Return the largest size, in points, at which notes have room in a box, and the notes in their lines."""
    notes = list(told)
    for size in NOTE_SIZES:
        letters = letters_in(width, size)
        pieces = [piece for note in notes for piece in (broken(note, letters) if _wide(note) > letters else [note])]
        lines = packed(pieces, "    ", letters)
        if len(lines) <= lines_in(height, size):
            break
    return size, "\n".join(lines)


def broken(text: str, letters: int) -> list[str]:
    """Return a text in lines of no more than so many Latin letters."""
    lines = [""]
    for character in text:
        if lines[-1] and text_width(lines[-1] + character) > letters:
            lines.append("")
        lines[-1] += character
    return lines


def wrapped(text: str, letters: int) -> list[str]:
    """Return a text in lines of so many Latin letters at most, broken before a bracket, or else a word, if it can."""
    if text_width(text) <= letters:
        return [text]
    [line, *_] = broken(text, letters)
    places = range(max(len(line) // 4, 1), len(line) + 1)
    brackets = [place for place in places if text[place] in "（("]
    words = [place for place in places if text[place - 1] == " "]
    place = max(brackets or words, default=len(line))
    return [text[:place].rstrip(), *wrapped(text[place:], letters)]


def packed(told: Sequence[str], separator: str, letters: int, heading: str = "") -> list[str]:
    """Return an enumeration in lines of no more than so many Latin letters, broken between its parts."""
    lines = [heading]
    for number, own in enumerate(told, start=1):
        text = own + separator * (number < len(told))
        fits = _wide(lines[-1] + text.rstrip()) <= letters
        lines = [*lines[:-1], lines[-1] + text] if fits or not lines[-1] else [*lines, text]
    return [line.rstrip() for line in lines if line]


def _wide(text: str) -> int:
    return text_width(EXPRESSION.sub(EVALUATED, text))


def in_lines(heading: str, told: Sequence[str]) -> list[str]:
    """Return an enumeration in lines that have room beside the map."""
    return packed(told, tr(", "), FIGURES_WIDTH, heading)


def broken_value(expression: str, width: float, character: float) -> str:
    """Return an expression of a text in lines of so many millimetres, of which a Chinese character takes some."""
    return f"regexp_replace({expression}, '{line_pattern(int(width / character))}', '\\\\1\\n')"


def line_pattern(count: int) -> str:
    """Return the pattern of a line of a text that is longer: of so many characters, or two Latin letters for each.

    Lines do not end within a number or a word or after what opens, nor begin with what closes, as long as two thirds
    of a line are left.
    """
    unit = "(?>[ -~]{1,2}|[^ -~])"
    closes, opens = "[，。；：、？！）》”’〕%),.;:]", "[（《“‘〔(]"
    within = "(?<=[0-9A-Za-z.])(?=[0-9A-Za-z.])"
    longer = f"(?={unit}{{{count}}}.)"
    return f"{longer}({unit}{{{max(count * 2 // 3, 1)},{count}}})(?<!{opens})(?!{closes})(?!{within}) *"
