"""Words: folding of text for comparison, and the language of messages."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final, Literal

from babel.messages.pofile import read_po

Language = Literal["zh", "en"]
DEFAULT_LANGUAGE: Final[Language] = "zh"
LANGUAGES: Final[dict[str, Language]] = {"zh": "zh", "en": "en"}
VARIABLE: Final = "ONEMAP_LANG"
"""The environment variable that asks for a language."""

CATALOGUES: Final = Path(__file__).parent / "locale"
EXCEL_DIGITS: Final = 10**15
"""Excel keeps 15 digits of a number: the rest of a longer code is lost."""

PO_FILES: Final[dict[Language, str]] = {"zh": "zh_CN.po"}

LIST_MARK: Final = "、"
_LIST_MARKS: Final = re.compile(r"[、，;；\s]+|(?<!\d),|,(?!\d)")
"""What parts the words of a list; a comma between digits is part of a name: 1,2-二氯乙烷."""

_language: ContextVar[Language] = ContextVar("language", default=DEFAULT_LANGUAGE)


def fold(text: object) -> str:
    """Return `text` as it is compared: NFKC, lower case, without white space.

    Examples
    --------
    >>> fold(" Ⅲ 类 ")
    'iii类'
    """
    return "".join(unicodedata.normalize("NFKC", str(text)).casefold().replace("\ufeff", "").split())


def listed_words(text: object) -> list[str]:
    """Return the words of a list in one text.

    Examples
    --------
    >>> listed_words("镉、汞, 1,2-二氯乙烷")
    ['镉', '汞', '1,2-二氯乙烷']
    """
    return [word for word in _LIST_MARKS.split(str(text)) if word]


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Let everything inside speak `language`."""
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


def asked_language(words: Sequence[str]) -> Language:
    """Return the language that the words of a command ask for, or else the environment; a wrong one is no language."""
    asked = [os.environ.get(VARIABLE, "")]
    for word, following in pairwise([*words, ""]):
        if word == "--lang":
            asked.append(following)
        elif word.startswith("--lang="):
            asked.append(word.removeprefix("--lang="))
    return next((LANGUAGES[word] for word in reversed(asked) if word in LANGUAGES), DEFAULT_LANGUAGE)


def language() -> Language:
    """Return the language that is spoken now."""
    return _language.get()


def tr(msgid: str, /, **values: object) -> str:
    """Return the message `msgid` in the language spoken now, with `values` filled in.

    The msgid is the English message, a `str.format` template; `locale/zh_CN.po` holds the Chinese.
    """
    template = msgid if _language.get() == "en" else _messages(_language.get()).get(msgid, msgid)
    return template.format(**values) if values else template


def pick(chinese: str, english: str) -> str:
    """Return whichever of two given texts is in the language spoken now; Chinese where there is no English."""
    return english if english and _language.get() == "en" else chinese


@cache
def _messages(name: Language) -> dict[str, str]:
    with (CATALOGUES / PO_FILES[name]).open("rb") as file:
        catalogue = read_po(file)
    return {str(m.id): str(m.string) for m in catalogue if m.id and m.string}


def column_letter(at: int) -> str:
    """Return the letters of a column in a workbook.

    Examples
    --------
    >>> column_letter(0), column_letter(25), column_letter(26), column_letter(701), column_letter(702)
    ('A', 'Z', 'AA', 'ZZ', 'AAA')
    """
    letters, rest = "", at + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters
