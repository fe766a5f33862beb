"""Worksheets as an office prints them: Chinese headers, widths by content, codes as text, A4 landscape."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from onemap.dates import first_day
from onemap.model import Atlas
from onemap.text import tr

FONT: Final = "Microsoft YaHei"
HEADER_FILL: Final = "#3f5a4c"
LONGEST_TEXT: Final = 32_767
"""Characters that Excel takes in a cell."""

LONGEST_LIST: Final = 255
"""Characters that Excel takes in the choices of a drop-down, and in a message of one."""

NARROWEST: Final = 6
WIDEST: Final = 56
SHEET_NAME: Final = 31
A4: Final = 9
LINE_HEIGHT: Final = 14
"""Points, at the font's size."""


@dataclass(frozen=True)
class Column:
    """A column of a sheet: text, or numbers where it has a number format."""

    title: str
    values: Sequence[Any]
    number_format: str = ""
    tints: Sequence[str] = ()
    """The ground of each cell; none where there is nothing."""
    printed: bool = True
    """Columns that are not printed stand last."""
    entry: Sequence[str] = ()
    """The ground of each cell in which people are to write; none where the column is not for writing."""
    width: int = 0
    """Characters; 0 lets the content decide."""


class Book:
    """A workbook with the formats that all its sheets share."""

    def __init__(self, workbook: Workbook, title: str) -> None:
        self.workbook = workbook
        self.title = title
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}
        self._cells: dict[tuple[str, str, bool], Format] = {}
        self._names: set[str] = set()

    def style(self, **properties: Any) -> Format:
        """Return the format with these properties, over the font of the book."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            base = {"font_name": FONT, "font_size": 10, "valign": "vcenter"}
            self._formats[key] = self.workbook.add_format({**base, **properties})
        return self._formats[key]

    def cell_style(self, number_format: str, tint: str, *, wrapped: bool) -> Format:
        """Return the format of a cell of a table."""
        look = (number_format, tint, wrapped)
        if look not in self._cells:
            properties: dict[str, Any] = {"border": 1, "border_color": "#d9ddd9"}
            properties |= {"bg_color": tint, "align": "center"} if tint else {}
            properties |= {"num_format": number_format} if number_format else {}
            properties |= {"text_wrap": True} if wrapped else {}
            self._cells[look] = self.style(**properties)
        return self._cells[look]

    def sheet(self, name: str) -> Worksheet:
        """Return a new sheet, its name cleaned and cut to what Excel takes, and unlike the others."""
        sheet = self.workbook.add_worksheet(free_name(name, self._names))
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
        title = self.title.replace("&", "&&")[:180]
        internal, page = tr("For internal use"), tr("Page {page} of {pages}", page="&P", pages="&N")
        sheet.set_header(f"&L{title}&C&A&R{internal}")
        sheet.set_footer(f"&C{page}")
        return sheet


class Choices:
    """The hidden sheet of choices that are too long for a drop-down of their own."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.columns: dict[tuple[str, ...], int] = {}

    def source(self, titles: Sequence[str]) -> list[str] | str:
        """Return what a drop-down offers: the titles, or where they stand."""
        if len(",".join(titles)) <= LONGEST_LIST and not any("," in title for title in titles):
            return list(titles)
        at = self.columns.setdefault(tuple(titles), len(self.columns))
        letter = xl_col_to_name(at, col_abs=True)
        return f"='{self.name}'!{letter}$1:{letter}${len(titles)}"

    def write(self, book: Book) -> None:
        """Write those that are too long for a drop-down, once all have been asked for."""
        if self.columns:
            sheet = book.sheet(self.name)
            for titles, at in self.columns.items():
                sheet.write_column(0, at, titles)
            sheet.hide()


@contextmanager
def workbook(path: Path, atlas: Atlas, title: str) -> Iterator[Book]:
    """Yield a new workbook that says the same whenever it is written, and takes no text for a formula."""
    with dated_workbook(path, first_day(atlas.project.spec.period), title) as book:
        yield book


@contextmanager
def dated_workbook(path: Path, day: date, title: str) -> Iterator[Book]:
    """Yield a new workbook that carries a date, whenever it is written, and takes no text for a formula."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with whole_workbook(path, options) as made:
        made.set_properties({"title": title, "created": datetime(day.year, day.month, day.day)})
        yield Book(made, title)


@contextmanager
def whole_workbook(path: Path, options: Mapping[str, bool]) -> Iterator[xlsxwriter.Workbook]:
    """Yield a new workbook that is written when the block ends, and not at all where it is broken off."""
    # Its parts are files for a moment, which go with their folder even where the writing of them is broken off.
    with TemporaryDirectory(prefix="onemap-") as folder:
        made = xlsxwriter.Workbook(str(path), {**options, "tmpdir": folder})
        yield made
        made.close()


def write_table(book: Book, sheet: Worksheet, columns: Sequence[Column], empty: str = "") -> None:
    """Write columns from the sheet's first row on, with a frozen header that filters and repeats on each page.

    Parameters
    ----------
    empty
        The sentence that stands in place of the rows where there are none.
    """
    header = book.style(bold=True, font_color="#ffffff", bg_color=HEADER_FILL, border=1, border_color="#b9c4bd",
                        text_wrap=True, align="center")  # fmt: skip
    count = max((len(column.values) for column in columns), default=0)
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column.title, header)
        sheet.set_column(place, place, _width(column))
        for row, value in enumerate(column.values, start=1):
            if column.entry:
                _write_entry(book, sheet, (row, place), value, (column.number_format, column.entry[row - 1]))
                continue
            tint = column.tints[row - 1] if column.tints else ""
            write_cell(book, sheet, (row, place), value, (column.number_format, tint))
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    printed = sum(column.printed for column in columns)
    widths = [(column, _width(column)) for column in columns if column.printed]
    sheet.print_area(0, 0, max(count, 1), printed - 1)
    for row in range(count):
        # Only Excel fits the height of wrapped rows by itself when it opens a file; WPS and others print what is set.
        lines = max(lines_of(column.values[row], width) for column, width in widths)
        sheet.set_row(row + 1, LINE_HEIGHT * lines + 3)
    if count:
        sheet.autofilter(0, 0, count, len(columns) - 1)
    elif empty:
        sheet.merge_range(1, 0, 1, len(columns) - 1, empty, book.style(text_wrap=True, italic=True))
        sheet.set_row(1, 36)


def write_cell(book: Book, sheet: Worksheet, place: tuple[int, int], value: Any, look: tuple[str, str]) -> None:
    """Write a value as a number if `look`, a number format and a tint, has a format and it is no text."""
    if _is_blank(value) or value == "":
        sheet.write_blank(*place, None, book.cell_style("", look[1], wrapped=False))
    elif look[0] and not isinstance(value, str):
        sheet.write_number(*place, float(value), book.cell_style(*look, wrapped=False))
    else:
        sheet.write_string(*place, str(value)[:LONGEST_TEXT], book.cell_style(*look, wrapped=True))


def _is_blank(value: Any) -> bool:
    # As pandas.isna, which takes ten times as long for a single value.
    return value is None or value is pd.NA or bool(value != value)


def _write_entry(book: Book, sheet: Worksheet, place: tuple[int, int], value: Any, look: tuple[str, str]) -> None:
    """Write a cell that people fill in: as text, so that codes stay as they are typed, or else in a format."""
    number_format, ground = look
    style = book.style(
        num_format=number_format or "@", text_wrap=True, border=1, border_color="#d9ddd9", bg_color=ground
    )
    if not value:
        sheet.write_blank(*place, None, style)
    elif isinstance(value, date):
        sheet.write_datetime(*place, value, style)
    else:
        sheet.write_string(*place, str(value), style)


def free_name(name: str, taken: set[str]) -> str:
    """Return a sheet's name cleaned and cut to what Excel takes, and unlike those `taken`, to which it is added."""
    clean = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", name).strip("' ") or tr("Sheet")
    number = 1
    # Excel compares names without case, and keeps "History" for itself.
    while (free := _numbered(clean, number)).casefold() in {*taken, "history"}:
        number += 1
    taken.add(free.casefold())
    return free


@lru_cache(maxsize=100_000)
def text_width(text: str) -> int:
    """Return how many columns of a fixed-width font a text takes: Chinese characters take two."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _width(column: Column) -> int:
    if column.width:
        return max(column.width, text_width(column.title) + 4)
    longest = max(map(text_width, {str(value) for value in _shown(column.values)}), default=0)
    # The button of the filter covers the end of the header.
    return min(WIDEST, max(NARROWEST, longest + 2, text_width(column.title) + 4))


def lines_of(value: Any, width: int) -> int:
    """Return how many lines a value takes in a column: Excel leaves some of the width free."""
    return 1 if _is_blank(value) else max(1, math.ceil(text_width(str(value)) / (width - 2)))


def _shown(values: Sequence[Any]) -> Iterable[Any]:
    return (value for value in values if not _is_blank(value))


def _numbered(name: str, number: int) -> str:
    suffix = f" ({number})" if number > 1 else ""
    return name[: SHEET_NAME - len(suffix)].rstrip("' ") + suffix
