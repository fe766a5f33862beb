"""Reads tables: workbooks of Excel, WPS and LibreOffice, and text tables."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, Final, TextIO
from xml.etree.ElementTree import ParseError

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from onemap.ingest.raw import Fault, Inner, Raw, UnreadableError, not_opened
from onemap.ingest.readers.archives import check_zip, is_zip
from onemap.ingest.readers.decoding import unproved
from onemap.ingest.readers.headers import SCANNED_ROWS, find_header
from onemap.ingest.readers.records import Row, read_records
from onemap.ingest.readers.remarks import is_blank
from onemap.ingest.readers.text_files import find_file_encoding, tell_lost_characters
from onemap.ingest.readers.xlsx import Place, SheetNotes, note_cells, sheet_marks
from onemap.model import EncodingRecord
from onemap.spec.contract import GUIDE, LISTS
from onemap.spec.project import SourceSpec
from onemap.text import column_letter, tr

DELIMITERS: Final = ",\t;|，；"
OLE: Final = b"\xd0\xcf\x11\xe0"
LOCKED: Final = "EncryptedPackage".encode("utf-16-le")
"""A workbook with a password is an Office 97 file with a part of this name."""

DAMAGE: Final = (
    CalamineError, zipfile.BadZipFile, zlib.error, ParseError, KeyError, ValueError, OSError, EOFError,
    NotImplementedError,
)  # fmt: skip
"""What is raised for workbooks that are damaged."""

MOST_LINES: Final = 150
"""No cell has so many lines; where one seems to, a quotation mark was never closed."""

FEWEST_CELLS: Final = 3
"""Of fewer cells nothing is concluded."""


def known_sheets(path: Path, words: AbstractSet[str]) -> list[Inner]:
    """Return the sheets of a workbook, and of each how many column names are known.

    Charts, and the sheets without records of our own templates, are left out.

    Raises
    ------
    UnreadableError
        It is no workbook, damaged, or has a password.
    """
    with _opened(path) as book:
        shut = {sheet.name for sheet in book.sheets_metadata if sheet.visible != SheetVisibleEnum.Visible}
        marks = sheet_marks(path) if is_zip(path) else {}
        names = _sheets(book)
        for_data = [name for name in names if marks.get(name) not in (GUIDE, LISTS)]
        return [Inner(name, _known(_sheet(book, path, name)[0], words), name in shut) for name in for_data or names]


def read_workbook(path: Path, source: SourceSpec, words: set[str]) -> Raw:
    """Read the sheet of a workbook that the project names, or else the one whose header is known best.

    Raises
    ------
    UnreadableError
        It is no workbook, damaged, has a password, or has no such sheet.
    """
    with _opened(path) as book:
        names = _sheets(book)
        wanted = [name for name in names if source.layer in (None, name)]
        if not wanted:
            message = tr("{file} has no sheet {sheet!r}; it has: {names}",
                         file=path.name, sheet=source.layer or "", names=", ".join(names))  # fmt: skip
            raise UnreadableError(message, tr("name the sheet in the project: layer = …"))
        known = {name: _known(_sheet(book, path, name)[0], words) for name in wanted} if len(wanted) > 1 else {}
        name = max(wanted, key=lambda name: known.get(name, 0))
        sheet, notes = _sheet(book, path, name)
        encoding = EncodingRecord("utf-8", tr("the format's own encoding"))
        merged = sheet.merged_cell_ranges or []
        reach: dict[int, int] = {}
        for (top, _), (bottom, _) in merged:
            reach[top + 1] = max(reach.get(top + 1, 0), bottom + 1)
        raw = read_records(_filled(_rows(sheet, notes), merged), words, encoding, reach)
        raw = replace(raw, mark=sheet_marks(path).get(name, "") if is_zip(path) else "")
    return _with_faults(raw, [*_bare_formulas(notes.bare_formulas), *_hidden_rows(notes.hidden_rows, raw.rows)])


def read_text_table(path: Path, source: SourceSpec, words: set[str]) -> Raw:
    """Read a csv, tsv or txt table.

    Raises
    ------
    UnreadableError
        Its text is neither UTF-8, UTF-16 nor GB18030, nor what the project says, or a quotation mark is not closed.
    """
    finding = find_file_encoding(path, source.encoding)
    try:
        with path.open(encoding=finding.codec, newline="") as file:
            delimiter = _delimiter(file, words)
            file.seek(0)
            raw = read_records(_lines(file, delimiter), words, finding.record)
    except UnicodeError as fault:
        message = tr("{file} is not {codec} ({reason})", file=path.name, codec=finding.codec, reason=fault)
        raise UnreadableError(message, tr("save it again as UTF-8, or name its encoding in the project")) from None
    except csv.Error as fault:
        message = tr("{file} is no table of text ({reason})", file=path.name, reason=fault)
        raise UnreadableError(message, tr("open it in Excel or WPS and save it as .xlsx")) from None
    return _with_faults(raw, [*unproved(finding), *tell_lost_characters(path, finding.codec)])


@contextmanager
def _opened(path: Path) -> Iterator[CalamineWorkbook]:
    """Open a workbook, and call whatever its reader stumbles over by its name."""
    try:
        if is_zip(path):
            check_zip(path)
        else:
            _check_kind(path)
        # By its content: the endings .xls and .et stand for whatever a program exports.
        with path.open("rb") as file, CalamineWorkbook.from_filelike(file) as book:
            yield book
    except PasswordError:
        raise _locked(path) from None
    except DAMAGE as fault:
        if isinstance(fault, OSError) and fault.errno:
            raise not_opened(path, fault) from None
        raise _damaged(path, fault) from None
    except BaseException as fault:
        # The reader is written in Rust; its panics are no Exceptions, and have no class that could be imported.
        if type(fault).__name__ != "PanicException":
            raise
        raise _damaged(path, fault) from None


def _check_kind(path: Path) -> None:
    """Raise for what is no workbook, though it is called so."""
    data = path.read_bytes()
    if data.startswith(OLE) and LOCKED in data:
        raise _locked(path)
    if not data.startswith(OLE):
        if re.match(rb"\s*<", data.removeprefix(b"\xef\xbb\xbf")[:100]):
            message = tr("{file} is a web page or XML, and no workbook", file=path.name)
        else:
            message = tr("{file} is no workbook", file=path.name)
        raise UnreadableError(message, tr("open it in Excel or WPS and save it as .xlsx; if it is text, as .csv"))


def _locked(path: Path) -> UnreadableError:
    message = tr("{file} has a password", file=path.name)
    return UnreadableError(message, tr("open it in Excel or WPS and save it as .xlsx, without a password"))


def _damaged(path: Path, fault: BaseException) -> UnreadableError:
    message = tr("{file} is not a readable workbook ({reason})", file=path.name, reason=fault)
    return UnreadableError(message, tr("open it in Excel or WPS and save it as .xlsx, without a password"))


def _sheets(book: CalamineWorkbook) -> list[str]:
    return [sheet.name for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]


def _sheet(book: CalamineWorkbook, path: Path, name: str) -> tuple[CalamineSheet, SheetNotes]:
    """Return a sheet, and what was noticed in it; the notes come first, as a stray cell would end the whole program."""
    notes = note_cells(path, name) if is_zip(path) else SheetNotes()
    if notes.too_far:
        message = tr(
            "sheet {sheet} of {file} reaches to a stray cell far away, and is too large", sheet=name, file=path.name
        )
        raise UnreadableError(message, tr("delete all rows and columns beyond the table in Excel, and save it"))
    return book.get_sheet_by_name(name), notes


def _known(sheet: CalamineSheet, words: AbstractSet[str]) -> int:
    merged = sheet.merged_cell_ranges or []
    rows = islice(_filled(_rows(sheet, SheetNotes()), merged), SCANNED_ROWS)
    return find_header([row.cells for row in rows], words).known


def _rows(sheet: CalamineSheet, notes: SheetNotes) -> Iterator[list[Any]]:
    """Yield the cells of each row from A1 on; errors and months read as Excel shows them."""
    months: dict[int, list[int]] = {}
    for at, column in notes.months:
        months.setdefault(at, []).append(column)
    indent = [None] * (sheet.start[1] if sheet.start else 0)
    by_row: dict[int, list[tuple[int, str]]] = {}
    for (at, column), text in notes.errors.items():
        by_row.setdefault(at, []).append((column, text))
    for number, cells in enumerate(sheet.iter_rows()):
        row: list[Any] = [*indent, *cells]
        for column, text in by_row.get(number, ()):
            row += [None] * (column + 1 - len(row))
            row[column] = text
        for column in months.get(number, ()):
            row[column : column + 1] = [_as_month(value) for value in row[column : column + 1]]
        yield row


def _as_month(value: Any) -> Any:
    """Return the first of a month as that month, of which nobody said a day."""
    first = isinstance(value, dt.date) and value.day == 1
    return f"{value.year}年{value.month}月" if first else value


def _filled(rows: Iterator[list[Any]], merged: Sequence[tuple[Place, Place]]) -> Iterator[Row]:
    """Yield rows in which a merged cell's value holds for all of it: a township over its enterprises."""
    begin: dict[int, list[tuple[Place, Place]]] = {}
    for area in merged:
        begin.setdefault(area[0][0], []).append(area)
    lasting: list[tuple[int, int, int, Any]] = []
    for number, cells in enumerate(rows):
        own = len(cells) - sum(map(is_blank, cells))
        lasting = [area for area in lasting if area[0] >= number]
        for (_, left), (bottom, right) in begin.get(number, ()):
            lasting.append((bottom, left, right, cells[left] if left < len(cells) else None))
        for _, left, right, value in lasting:
            end = min(right + 1, len(cells))
            cells[left:end] = [value] * (end - left)
        yield Row(number + 1, cells, own)


def _bare_formulas(places: Sequence[Place]) -> list[Fault]:
    """Tell of the formulas that have no value, column by column."""
    faults = []
    for column, count in sorted(Counter(column for _, column in places).items()):
        row = min(row for row, own in places if own == column) + 1
        cell = f"{column_letter(column)}{row}"
        message = tr("{count} formulas have no computed value, and are read as blanks; the first is {cell}",
                     count=count, cell=cell)  # fmt: skip
        hint = tr("open the workbook in Excel or WPS and save it: that computes them")
        faults.append(Fault("missing_value", message, hint, value=cell, action="blanked", row=row, cell=cell))
    return faults


def _hidden_rows(hidden: Sequence[int], read: Sequence[int]) -> list[Fault]:
    """Tell of records in rows that are hidden: people hide what they have withdrawn, or only filter the sheet."""
    rows = sorted({*hidden} & {*read})
    if not rows:
        return []
    message = tr("{count} records stand in hidden rows, and were read; the first is row {row}",
                 count=len(rows), row=rows[0])  # fmt: skip
    return [Fault("parts_chosen", message, tr("if they were withdrawn, delete them in the workbook"))]


def _with_faults(raw: Raw, faults: Sequence[Fault]) -> Raw:
    return replace(raw, faults=(*faults, *raw.faults))


def _delimiter(file: TextIO, words: AbstractSet[str]) -> str:
    """Return what separates the cells: with which most names are known, or else the rows are most alike."""
    head = "".join(islice(file, SCANNED_ROWS))[: 2**20]

    def score(delimiter: str) -> tuple[int, int]:
        rows = [row for row in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter) if row]
        known = find_header(rows, words).known
        widths = Counter(len(row) for row in rows if len(row) > 1)
        return known, max((width * count for width, count in widths.items()), default=0)

    return max(DELIMITERS, key=score)


def _lines(file: TextIO, delimiter: str) -> Iterator[Row]:
    """Yield the records of a text, each by the number of its first line."""
    reader = csv.reader(file, delimiter=delimiter)
    last, width = 0, 0
    for cells in reader:
        first, last = last + 1, reader.line_num
        swallowed = last > first and width >= FEWEST_CELLS and _has_swallowed(cells, width, delimiter)
        if swallowed or last - first > MOST_LINES:
            message = tr("a quotation mark in line {line} is not closed", line=first)
            raise csv.Error(message)
        width = width or len(cells)
        yield Row(first, cells, len(cells) - sum(map(is_blank, cells)))


def _has_swallowed(cells: Sequence[str], width: int, delimiter: str) -> bool:
    """Tell whether a cell of several lines holds whole rows, because a quotation mark opens it that was never closed.

    A line inside it then has the delimiters of a row; where it is of two lines, they have together those of two rows.
    """
    for at, cell in enumerate(cells):
        counts = [line.count(delimiter) for line in cell.split("\n")]
        if len(counts) < 2:
            continue
        if any(count >= width - 1 for count in counts[1:-1]):
            return True
        whole = counts[0] == width - 1 - at and counts[-1] == at
        if (len(cells) == width and whole) or (len(cells) != width and sum(counts) >= width - 1):
            return True
    return False
