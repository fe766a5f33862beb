"""Headers of tables: below any number of titles, in one to three rows, with groups over columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final

from onemap.text import fold

SCANNED_ROWS: Final = 200
"""How many rows from the top may be titles and headers."""

LEAST_LETTERS: Final = 3

LEAST_NAMES: Final = 2
"""The header of another table has so many names, and more where they alone prove it."""

MOST_ROWS: Final = 3
"""How many rows a header may have."""

Cells = Sequence[Any]

UNIT: Final = re.compile(
    r"[(\[]?(单位[::]?)?("
    r"([mμuµnk]?g|cmol|mmol|ml|t|kg|吨|万吨|千克|公斤|毫克|微克)(/(kg|g|m?l|m3|m²|d|a|h|天|日|年|月|亩|公顷))?|"
    r"m|m2|m3|km|km2|hm2|ha|cm|mm|米|千米|公里|平方米|立方米|平方公里|平方千米|万平方米|公顷|亩|万亩|万元|元|人|户|个|家|%|‰|无量纲|°|度|分|秒|℃|°c|′|″|年|m/s|"
    r"ms/m|ms/cm|us/cm|μs/cm|mpn/100ml|cfu/ml|ntu|m3/d|m3/a"
    r")[)\]]?"
)
"""What stands under the name of a column to say its unit (compared folded)."""


@dataclass(frozen=True)
class Header:
    """Where the header lies among the first rows of a table, its column names ("" where none), how many are known."""

    first: int
    last: int
    names: tuple[str, ...]
    known: int


def find_header(rows: Sequence[Cells], words: AbstractSet[str], reach: Mapping[int, int] | None = None) -> Header:
    """Find the header among the first rows of a table.

    It is where most names are known. Where none is, it is the first row that names more than half of the columns.

    Parameters
    ----------
    rows
        The first rows, merged cells filled.
    words
        The folded names that are known.
    reach
        For each row, the last row into which merged cells reach that begin there.

    Examples
    --------
    >>> find_header([["台账", None], ["坐标", None], ["经度", "纬度"]], {"经度", "纬度"})
    Header(first=2, last=2, names=('经度', '纬度'), known=2)
    """
    best = Header(0, 0, (), 0)
    for last in range(min(len(rows), SCANNED_ROWS)):
        for first in range(last, max(-1, last - MOST_ROWS), -1):
            names = name_columns(rows[first : last + 1], words)
            known = count_known(names, words)
            if known > best.known and (first == last or _adds_names(rows[first : last + 1], words)):
                best = Header(first, last, names, known)
    fullest = _fullest(rows)
    if best.known == 0 or (best.known == 1 and fullest < best.first and _is_record_under(rows, fullest, best)):
        first = last = fullest
    else:
        first, last = _upwards(rows, best), _downwards(rows, best, reach or {})
    names = name_columns(rows[first : last + 1], words)
    known = count_known(names, words)
    return Header(first, last, names, known) if known >= best.known or first == fullest else best


def count_known(names: Iterable[str], words: AbstractSet[str]) -> int:
    """Return how many names are known. Of those of one or two letters x and y count, together: ND and Y are marks.

    Examples
    --------
    >>> count_known(["X", "Y", "名称"], {"x", "y", "名称"}), count_known(["ND", "井1"], {"nd"})
    (3, 0)
    """
    known = {fold(name) for name in names} & words
    short = {word for word in known if word.isascii() and len(word) < LEAST_LETTERS}
    return len(known) - (0 if {"x", "y"} <= short else len(short))


def name_columns(rows: Sequence[Cells], words: AbstractSet[str]) -> tuple[str, ...]:
    """Return the name of each column of a header, "" where it has none.

    The lowest cell names a column, with its groups where that alone would not tell it from others.

    Examples
    --------
    >>> name_columns([["经度", None, "备注"], ["度", "分", None]], set())
    ('经度度', '经度分', '备注')
    >>> name_columns([["经度", None, "纬度", None], ["度", "分", "度", "分"]], set())
    ('经度度', '经度分', '纬度度', '纬度分')
    """
    levels = _levels(rows)
    lowest = Counter(column[-1] for column in levels if column)
    others = Counter(level for column in levels for level in set(column[:-1]))
    tails = Counter("".join(column[-size:]) for column in levels for size in range(2, len(column) + 1))

    def name(column: Sequence[str]) -> str:
        if not column:
            return ""
        low, above = column[-1], column[:-1]
        joined = ["".join(column[-size:]) for size in range(2, len(column) + 1)]
        options = [low] if lowest[low] == 1 else []
        options += joined
        # A group over one column is its name as well: 镉 over mg/kg.
        options += [level for level in reversed(above) if others[level] == 1]
        known = [option for option in options if fold(option) in words]
        if known or not above:
            return known[0] if known else low
        if lowest[low] == 1 and not UNIT.fullmatch(fold(low)):
            return low
        return next((option for option in joined if tails[option] == 1), joined[-1])

    return tuple(name(column) for column in levels)


def is_other_header(cells: Cells, words: AbstractSet[str], above: Sequence[Cells] = (), titled: bool = False) -> bool:
    """Tell whether a row is the header of another table, whose names need not be known: that may be of any layer.

    It holds different words and no figures. Two of them are known, as coordinates are everywhere; or they stand side by
    side where the records above have figures, and none of those records holds one of them.

    Parameters
    ----------
    above
        Records above the row, where it stands apart from them.
    titled
        Whether a title stands right over it.

    Examples
    --------
    >>> is_other_header(["井号", "井名", "经度", "纬度"], {"经度", "纬度"})
    True
    >>> is_other_header(["姓名", "单位"], set(), [["DX-1", "东井"], ["DX-2", "西井"]], titled=True)
    True
    """
    # This is asked of every row, and nearly all have a figure.
    if any(isinstance(cell, int | float) or (type(cell) is str and cell[:1].isdigit() and cell[-1:].isdigit())
           for cell in cells):  # fmt: skip
        return False
    texts = [_text(cell) for cell in cells]
    filled = [at for at, text in enumerate(texts) if text]
    names = [texts[at] for at in filled]
    if any(map(_is_figure, names)) or len({*names}) < max(len(names), LEAST_NAMES):
        return False
    if len(names) > LEAST_NAMES and count_known(names, words) >= LEAST_NAMES:
        return True
    if filled[-1] - filled[0] >= len(filled) or any(re.search(r"\d", name) for name in names):
        return False
    columns = [[text for row in above if at < len(row) and (text := _text(row[at]))] for at in filled]
    if any(texts[at] in column for at, column in zip(filled, columns, strict=True)):
        return False
    figures = sum(len(column) > 1 and all(re.search(r"\d", text) for text in column) for column in columns)
    return figures >= (1 if titled else LEAST_NAMES)


def _levels(rows: Sequence[Cells]) -> list[list[str]]:
    """Return the header cells of each column from top to bottom, groups spread over their columns."""
    width = max((len(row) for row in rows), default=0)
    texts = [[_text(row[at]) if at < len(row) else "" for at in range(width)] for row in rows]
    for upper, row in enumerate(texts[:-1]):
        for at in range(1, width):
            # Without merged cells a group stands only over its first column.
            if not row[at] and any(lower[at] for lower in texts[upper + 1 :]):
                row[at] = row[at - 1]
    columns = []
    for at in range(width):
        column = [row[at] for row in texts if row[at]]
        columns.append([text for place, text in enumerate(column) if place == 0 or text != column[place - 1]])
    return columns


def _adds_names(rows: Sequence[Cells], words: AbstractSet[str]) -> bool:
    """Tell whether the lowest row names more columns than it contradicts: a record stands under names known already."""
    upper, whole = name_columns(rows[:-1], words), name_columns(rows, words)
    gained = count_known({fold(name) for name in whole} - {fold(name) for name in upper}, words)
    lower = [_text(cell) for cell in rows[-1]]
    contradicted = [
        at
        for at, name in enumerate(upper)
        if fold(name) in words
        and (low := lower[at] if at < len(lower) else "")
        and not {fold(low), fold(name + low), fold(whole[at])} & (words - {fold(name)})
        and fold(low) != fold(name)
        and not UNIT.fullmatch(fold(low))
    ]
    return gained > len(contradicted)


def _is_record_under(rows: Sequence[Cells], upper: int, header: Header) -> bool:
    """Tell whether what has one known name is but a record that holds that word, under names of which none is known."""
    words, cells = [_text(cell) for cell in rows[upper]], rows[header.first]
    return not any(_is_figure(word) for word in words) and any(_is_figure(_text(cell)) for cell in cells)


def _is_figure(text: str) -> bool:
    return re.fullmatch(r"[-+]?[\d.,:/\-]*\d[\d.,:/\-]*", text) is not None


def _text(cell: Any) -> str:
    return "" if cell is None else " ".join(str(cell).split())


def _fullest(rows: Sequence[Cells]) -> int:
    """Return the first row that names more than half as many columns as any row has."""
    counts = [len({_text(cell) for cell in row} - {""}) for row in rows[:SCANNED_ROWS]]
    return next((at for at, count in enumerate(counts) if count * 2 > max(counts)), 0)


def _upwards(rows: Sequence[Cells], header: Header) -> int:
    """Return the first row of a header, groups above it included where its names alone are not distinct."""
    first = header.first
    while first > 0 and header.last - first + 1 < MOST_ROWS:
        counts = Counter(name for row in rows[first : first + 1] for cell in row if (name := _text(cell)))
        above = [_text(cell) for cell in rows[first - 1]]
        if max(counts.values(), default=0) < 2 or len(set(above) - {""}) < 2:
            break
        first -= 1
    return first


def _downwards(rows: Sequence[Cells], header: Header, reach: Mapping[int, int]) -> int:
    """Return the last row of a header: merged cells may reach into it, or it may name columns that had no name."""
    last = header.last
    while last + 1 < len(rows) and last - header.first + 1 < MOST_ROWS:
        merged = any(reach.get(row, row) > last for row in range(header.first, last + 1))
        if not merged and not _goes_on(rows[last], rows[last + 1]):
            break
        last += 1
    return last


def _goes_on(upper: Cells, lower: Cells) -> bool:
    """Tell whether a row only splits columns of the one above: all words, blank where the upper needs no more.

    The first column always stands for itself, or else a record under a column without a name would pass for names.
    """
    width = max(len(upper), len(lower))
    above = [_text(upper[at]) if at < len(upper) else "" for at in range(width)]
    below = [_text(lower[at]) if at < len(lower) else "" for at in range(width)]
    splits = any(low and not up for up, low in zip(above, below, strict=True))
    complete = all(up or low for up, low in zip(above, below, strict=True))
    alone = bool(above[:1] and above[0] and not below[0])
    return splits and complete and alone and not any(re.search(r"\d", low) for low in below)
