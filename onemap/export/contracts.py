"""The data contract: an empty workbook for a bureau to fill in, one sheet a layer, which reads back as that layer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from onemap.export.sheets import HEADER_FILL, Book, text_width
from onemap.geodesy import unit_title
from onemap.spec.layer import FieldSpec, LayerSpec
from onemap.text import tr

LAST_ROW: Final = 5000
"""Down to here the cells have drop-downs and formats."""

LONGEST_LIST: Final = 255
"""Characters that Excel takes in the choices of a drop-down."""

LONGITUDE, LATITUDE = "经度", "纬度"


def write(path: Path, title: str, specs: Sequence[LayerSpec], day: datetime) -> Path:
    """Write an empty workbook with a sheet for each layer.

    Headers are Chinese in every language: they are what a bureau fills in, and what is read back.
    """
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as made:
        made.set_properties({"title": title, "created": day})
        book = Book(made, title)
        for spec in specs:
            _write_sheet(book, book.sheet(spec.title), spec)
    return path


def _write_sheet(book: Book, sheet: Worksheet, spec: LayerSpec) -> None:
    for place, field in enumerate(spec.fields.values()):
        _write_column(book, sheet, place, (field.title, _note(field), field.required))
        _limit(book, sheet, place, field)
    if "point" in spec.geometry:
        note = tr("decimal degrees, CGCS2000")
        for place, word in enumerate((LONGITUDE, LATITUDE), start=len(spec.fields)):
            _write_column(book, sheet, place, (word, note, spec.geometry == ("point",)))
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)


def _write_column(book: Book, sheet: Worksheet, place: int, header: tuple[str, str, bool]) -> None:
    title, note, required = header
    ground = HEADER_FILL if required else "#7d8f84"
    look = book.style(bold=True, font_color="#ffffff", bg_color=ground, border=1, align="center")
    sheet.write_string(0, place, title, look)
    # Text cells keep long codes whole and leading zeros in place.
    sheet.set_column(place, place, max(12, text_width(title) + 4), book.style(num_format="@"))
    sheet.write_comment(0, place, note, {"author": "onemap", "x_scale": 1.6, "y_scale": 1.4})


def _note(field: FieldSpec) -> str:
    """Say what goes into a column."""
    kinds = {
        "text": tr("text"),
        "integer": tr("whole number"),
        "number": tr("number"),
        "date": tr("date, as 2026-11-30"),
        "class": tr("one of: {classes}", classes="、".join(spec.title for spec in field.classes.values())),
    }
    lines = [
        tr("required") if field.required else tr("may be left empty"),
        *([tr("may not occur twice")] if field.unique else []),
        kinds[field.type],
        *([tr("unit: {unit}", unit=unit_title(field.unit))] if field.unit else []),
        *([tr("form: {pattern}", pattern=field.pattern)] if field.pattern else []),
        tr("column of a shapefile: {name}", name=field.dbf),
    ]
    return "\n".join(lines)


def _limit(book: Book, sheet: Worksheet, place: int, field: FieldSpec) -> None:
    """Let Excel offer the classes, and take numbers for numbers."""
    titles = [spec.title for spec in field.classes.values()]
    if titles and len(",".join(titles)) <= LONGEST_LIST:
        choice = {"validate": "list", "source": titles, "error_type": "warning"}
        sheet.data_validation(1, place, LAST_ROW, place, choice)
    if field.type in ("integer", "number"):
        sheet.set_column(place, place, max(12, text_width(field.title) + 4), book.style(num_format="General"))
