"""Tables of a sheet whose columns stand in groups, each under one title, with a row of sums below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
from xlsxwriter.worksheet import Worksheet

from onemap.export.sheets import HEADER_FILL, Book
from onemap.text import tr

FIRST_WIDTH: Final = 24
OTHER_WIDTH: Final = 9.5
LINE_HEIGHT: Final = 16
"""Points that a line of text takes."""


@dataclass(frozen=True)
class Page:
    """The sheet, and how many columns its tables share."""

    book: Book
    sheet: Worksheet
    columns: int


@dataclass(frozen=True)
class Group:
    """Columns of a table under one title."""

    title: str
    columns: Sequence[str]
    counts: pd.DataFrame
    """By row title and column."""
    number_format: str = "#,##0"


def with_total(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with the sums of its columns below."""
    return pd.concat([table, pd.DataFrame([table.sum()], index=[tr("Total")])])


def write_groups(page: Page, row: int, title: str, groups: Sequence[Group]) -> int:
    """Write groups beside one another, under a title, from a row on; return the row after them."""
    if not groups:
        return row
    page.sheet.write_string(row, 0, title, page.book.style(bold=True, font_size=12))
    row += 1
    merge(page, (row, 0, row + 1, 0), tr("Township"), header(page))
    start = 1
    for group in groups:
        merge(page, (row, start, row, start + len(group.columns) - 1), group.title, header(page))
        for place, name in enumerate(group.columns, start=start):
            page.sheet.write_string(row + 1, place, name, header(page))
        for line, values in enumerate(group.counts.to_numpy(), start=row + 2):
            last = line == row + 1 + len(group.counts)
            look = cell(page, num_format=group.number_format, bold=last)
            for place, value in enumerate(values, start=start):
                page.sheet.write_number(line, place, value, look)
        start += len(group.columns)
    page.sheet.set_row(row + 1, 2 * LINE_HEIGHT)
    names = groups[0].counts.index
    for line, name in enumerate(names, start=row + 2):
        page.sheet.write_string(line, 0, name, cell(page, bold=line == row + 1 + len(names)))
    return row + 2 + len(names)


def merge(page: Page, area: tuple[int, int, int, int], text: str, look: Any) -> None:
    """Write text over an area, which Excel calls merged only if it is more than one cell."""
    if area[:2] == area[2:]:
        page.sheet.write_string(*area[:2], text, look)
    else:
        page.sheet.merge_range(*area, text, look)


def header(page: Page) -> Any:
    """Return the format of the titles of columns."""
    return page.book.style(
        bold=True, font_color="#ffffff", bg_color=HEADER_FILL, border=1, border_color="#b9c4bd",
        text_wrap=True, align="center",
    )  # fmt: skip


def cell(page: Page, **properties: Any) -> Any:
    """Return the format of a cell, over its frame."""
    return page.book.style(border=1, border_color="#d9ddd9", **properties)
