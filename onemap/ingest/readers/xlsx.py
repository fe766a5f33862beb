"""What .xlsx files say of their cells that their reader does not: errors, months, bare formulas, stray cells."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from defusedxml import ElementTree

from onemap.spec.contract import MARK

CHUNK: Final = 4 * 2**20
MOST_CELLS: Final = 50_000_000
"""The reader makes room for every cell between the first and the last: a blank one takes 32 bytes."""

_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT: Final = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"

_ERROR: Final = re.compile(rb'<(?:\w+:)?c\s([^>]*\bt="e"[^>]*)>.*?<(?:\w+:)?v>([^<]*)<', re.DOTALL)
_BARE_FORMULA: Final = re.compile(
    rb"<(?:\w+:)?c\s([^>]*[^/>])>\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_PLACE: Final = re.compile(rb'\br="([A-Z]{1,3})(\d+)"')
_ROW: Final = re.compile(rb'<(?:\w+:)?row\s[^>]*?\br="(\d+)"')
_HIDDEN: Final = re.compile(rb'<(?:\w+:)?row\s([^>]*\bhidden="(?:1|true)"[^>]*)>')
_NUMBER: Final = re.compile(rb'\br="(\d+)"')
_WIDE: Final = re.compile(rb' r="([A-Z]{2,3})\d')
_FILLED: Final = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})(\d+)"[^>]*?(?<!/)>(?!\s*</)')

_OF_SHEET: Final = re.compile(r"(?:'(?P<quoted>(?:[^']|'')+)'|(?P<plain>[^'!]+))!.*")
"""What a defined name stands for: a range of a sheet, whose name is quoted where it is more than letters."""

_CODE_NAME: Final = re.compile(rb'<(?:\w+:)?sheetPr\s[^>]*?\bcodeName="([^"]*)"')
HEAD: Final = 4096
"""So many bytes from the start of a sheet have its properties."""
_STYLED: Final = re.compile(rb'<(?:\w+:)?c\s([^>]*\bs="(\d+)"[^>]*[^/])>')

_MONTH_IDS: Final = frozenset({"17", "27", "36", "50", "52", "57"})
"""The formats of a month that a workbook need not spell out: mmm-yy, and in a Chinese Excel yyyy"年"m"月"."""

_LITERAL: Final = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|;.*')

Place = tuple[int, int]
"""Row and column from 0."""


@dataclass(frozen=True)
class SheetNotes:
    """What was noticed in the cells of a sheet."""

    errors: dict[Place, str] = field(default_factory=dict)
    """The error that Excel shows, such as #N/A."""
    bare_formulas: list[Place] = field(default_factory=list)
    """Formulas without a value: the program that wrote them never computed them."""
    months: list[Place] = field(default_factory=list)
    """Cells that show a year and a month: Excel keeps the first day of the month for what was typed as 2026年6月."""
    hidden_rows: list[int] = field(default_factory=list)
    """Rows that are hidden, by hand or by a filter, as Excel numbers them."""
    rows: int = 0
    columns: int = 0
    """How far the cells reach that hold something."""

    @property
    def too_far(self) -> bool:
        """Whether a stray cell makes the sheet larger than can be read."""
        return self.rows * self.columns > MOST_CELLS


def note_cells(path: Path, sheet: str) -> SheetNotes:
    """Look through the cells of a sheet.

    Raises
    ------
    zipfile.BadZipFile, KeyError, ElementTree.ParseError
        The file is damaged.
    """
    with zipfile.ZipFile(path) as archive:
        part = _parts_of(archive).get(sheet)
        if part is None:
            return SheetNotes()
        errors: dict[Place, str] = {}
        bare: list[Place] = []
        hidden: list[int] = []
        months: list[Place] = []
        month_styles = _month_styles(archive)
        last_row, last_column = 0, 26
        for text in _rows_of(archive, part):
            if b'"e"' in text:
                errors |= {place: found[2].decode("utf-8", "replace") for found in _ERROR.finditer(text)
                           if (place := _place(found[1])) is not None}  # fmt: skip
            if b"<f" in text or b":f" in text:
                formulas = (found[1] for found in _BARE_FORMULA.finditer(text) if b't="str"' not in found[1])
                bare += [place for formula in formulas if (place := _place(formula)) is not None]
            if month_styles:
                styled = (_place(cell[1]) for cell in _STYLED.finditer(text) if int(cell[2]) in month_styles)
                months += [place for place in styled if place is not None]
            if b"hidden" in text:
                numbers = (_NUMBER.search(row) for row in _HIDDEN.findall(text))
                hidden += [int(number[1]) for number in numbers if number]
            last_row = max((int(row) for row in _ROW.findall(text)), default=last_row)
            last_column = max([last_column, *map(_column, set(_WIDE.findall(text)))])
        if last_row * last_column > MOST_CELLS:
            # Formats reach that far; whether values do takes a closer look.
            last_row, last_column = _reach(archive, part)
    return SheetNotes(errors, bare, months, hidden, last_row, last_column)


def sheet_marks(path: Path) -> dict[str, str]:
    """Return for each sheet that a template has marked what for: the id of a layer.

    There are two marks, as programs keep one or the other: the sheet's code name, and a defined name that stands for
    the sheet and follows it where Excel, WPS or LibreOffice give it another name.

    Raises
    ------
    zipfile.BadZipFile, KeyError, ElementTree.ParseError
        The file is damaged.
    """
    with zipfile.ZipFile(path) as archive:
        book = _book_of(archive)
        names = ElementTree.fromstring(archive.read(book)).findall(".//{*}definedName") if book else []
        marks = {}
        for one in names:
            name, target = one.get("name", ""), _OF_SHEET.fullmatch((one.text or "").strip())
            if name.startswith(MARK) and target is not None:
                marks[(target["quoted"] or target["plain"]).replace("''", "'")] = name.removeprefix(MARK)
        for sheet, part in _parts_of(archive).items():
            with archive.open(part) as file:
                found = _CODE_NAME.search(file.read(HEAD))
            if found and (code := found[1].decode("utf-8", "replace")).startswith(MARK):
                marks[sheet] = code.removeprefix(MARK)
        return marks


def _book_of(archive: zipfile.ZipFile) -> str | None:
    return next((name for name in archive.namelist() if name.lower() == "xl/workbook.xml"), None)


def _parts_of(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the name of the part that holds each sheet."""
    book = _book_of(archive)
    if book is None:
        return {}
    targets = {relation.get("Id"): relation.get("Target", "")
               for relation in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))}  # fmt: skip
    parts: dict[str, str] = {}
    for own in ElementTree.fromstring(archive.read(book)).findall(".//{*}sheet"):
        target = targets.get(own.get(_RELATION) or own.get(_STRICT), "")
        part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        if part in archive.namelist():
            parts.setdefault(own.get("name", ""), part)
    return parts


def _month_styles(archive: zipfile.ZipFile) -> set[int]:
    """Return the numbers of the cell formats that show a year and a month, and no day."""
    if "xl/styles.xml" not in archive.namelist():
        return set()
    styles = ElementTree.fromstring(archive.read("xl/styles.xml"))
    codes = {form.get("numFmtId", ""): form.get("formatCode", "") for form in styles.findall(".//{*}numFmts/{*}numFmt")}
    used = [form.get("numFmtId", "") for form in styles.findall("{*}cellXfs/{*}xf")]
    return {at for at, own in enumerate(used) if (_is_month(codes[own]) if own in codes else own in _MONTH_IDS)}


def _is_month(code: str) -> bool:
    letters = _LITERAL.sub("", code).lower()
    return "y" in letters and "m" in letters and "d" not in letters


def _rows_of(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """Yield the text of a sheet in pieces that end with a row."""
    rest = b""
    with archive.open(part) as file:
        while chunk := file.read(CHUNK):
            rest += chunk
            end = rest.rfind(b"row>") + 4
            if end >= 4:
                yield rest[:end]
                rest = rest[end:]
    yield rest


def _reach(archive: zipfile.ZipFile, part: str) -> tuple[int, int]:
    row, column = 0, 0
    for text in _rows_of(archive, part):
        places = _FILLED.findall(text)
        row = max([row, *(int(number) for _, number in places)])
        column = max([column, *map(_column, {letters for letters, _ in places})])
    return row, column


def _place(attributes: bytes) -> Place | None:
    found = _PLACE.search(attributes)
    return None if found is None else (int(found[2]) - 1, _column(found[1]) - 1)


def _column(letters: bytes) -> int:
    """Return the number of a column, from 1."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
