"""Reads tables: workbooks and text tables, with title rows, merged and two-row headers, and merged cells."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import openpyxl
import pandas as pd
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from onemap.ingest.encoding import find_text_encoding
from onemap.ingest.raw import Raw, UnreadableError
from onemap.model import EncodingRecord
from onemap.spec.project import SourceSpec
from onemap.text import fold, tr

HEADER_ROWS: Final = 20
"""How many rows from the top may be titles and headers."""

Grid = list[list[Any]]


@dataclass(frozen=True)
class Header:
    """Where the header of a grid ends, its column names, and how many of them are known."""

    last_row: int
    names: list[str]
    known: int


def read_workbook(path: Path, source: SourceSpec, words: set[str]) -> Raw:
    """Read the sheet of an xlsx workbook that the project names, or else the one whose header is known best.

    Raises
    ------
    UnreadableError
        It is no workbook, or it has no such sheet.
    """
    try:
        book = openpyxl.load_workbook(path, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as fault:
        raise UnreadableError(
            tr(
                "{file} is not a readable xlsx workbook ({reason})",
                file=path.name,
                reason=type(fault).__name__,
            ),
            tr("open it in Excel or WPS and save it as .xlsx, without a password"),
        ) from None
    sheets = [sheet for sheet in book.worksheets if source.layer in (None, sheet.title)]
    if not sheets:
        names = ", ".join(sheet.title for sheet in book.worksheets)
        raise UnreadableError(
            tr(
                "{file} has no sheet {sheet!r}; it has: {names}",
                file=path.name,
                sheet=source.layer,
                names=names,
            ),
            tr("name the sheet in the project: layer = …"),
        )
    grids = [_grid(sheet) for sheet in sheets]
    grid = max(grids, key=lambda grid: _header(grid, words).known)
    return _raw(grid, words, EncodingRecord("utf-8", tr("the format's own encoding")))


def read_text_table(path: Path, source: SourceSpec, words: set[str]) -> Raw:
    """Read a csv, tsv or txt table.

    Raises
    ------
    UnreadableError
        Its text is neither UTF-8 nor GB18030, nor what the project says.
    """
    data = path.read_bytes()
    if source.encoding:
        record, codec = EncodingRecord(source.encoding, tr("named in the project")), source.encoding
    else:
        finding = find_text_encoding(data)
        record, codec = finding.record, finding.codec
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as fault:
        raise UnreadableError(
            tr("{file} is not {codec} (byte {at})", file=path.name, codec=codec, at=fault.start),
            tr("leave encoding out of the project, and it is found"),
        ) from None
    head = text[:10_000]
    delimiter = max(",\t;|", key=head.count)
    return _raw(list(_lines(text, delimiter)), words, record)


def _lines(text: str, delimiter: str) -> Iterator[list[Any]]:
    """Yield the cells of each line, so that a record's place in the list is its line in the file."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    last = 0
    for cells in reader:
        # A quoted cell may hold line breaks; the record is called by its first line.
        yield from ([] for _ in range(reader.line_num - last - 1))
        last = reader.line_num
        yield list(cells)


def _grid(sheet: Worksheet) -> Grid:
    grid = [list(row) for row in sheet.iter_rows(values_only=True)]
    for area in sheet.merged_cells.ranges:
        value = grid[area.min_row - 1][area.min_col - 1] if area.min_row <= len(grid) else None
        for row in range(area.min_row - 1, min(area.max_row, len(grid))):
            # A merged cell's value holds for all of it: a township over its enterprises, a group over its columns.
            grid[row][area.min_col - 1 : area.max_col] = [value] * (area.max_col - area.min_col + 1)
    return grid


def _header(grid: Grid, words: set[str]) -> Header:
    best = Header(0, [], -1)
    for last in range(min(HEADER_ROWS, len(grid))):
        for first in (last, last - 1):
            if first < 0:
                continue
            names = [_name(grid[first : last + 1], column, words) for column in range(len(grid[last]))]
            known = len({fold(name) for name in names} & words)
            if known > best.known:
                best = Header(last, names, known)
    return best


def _name(rows: Grid, column: int, words: set[str]) -> str:
    """Return the name of a column from its one or two header cells: whichever is known, the lower first."""
    cells = [" ".join(str(row[column]).split()) for row in rows if column < len(row) and row[column] is not None]
    options = [*reversed(cells), "".join(dict.fromkeys(cells))]
    return next((option for option in options if fold(option) in words), options[0])


def _raw(grid: Grid, words: set[str], encoding: EncodingRecord) -> Raw:
    header = _header(grid, words)
    places: dict[str, int] = {}
    for at, name in enumerate(header.names):
        if name:
            places.setdefault(name, at)
    records, rows = [], []
    for number, cells in enumerate(grid[header.last_row + 1 :], start=header.last_row + 2):
        record = {name: cells[at] if at < len(cells) else None for name, at in places.items()}
        if any(value is not None and str(value).strip() for value in record.values()):
            records.append(record)
            rows.append(number)
    frame = pd.DataFrame(records, columns=list(places), dtype=object)
    letters = {name: get_column_letter(at + 1) for name, at in places.items()}
    return Raw(frame.where(frame.notna(), None), None, rows, encoding, letters)
