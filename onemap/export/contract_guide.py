"""The sheet of a data contract that says how to fill in the others, made from the layer files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from xlsxwriter.worksheet import Worksheet

from onemap.export.sheets import HEADER_FILL, LINE_HEIGHT, Book, lines_of, write_cell
from onemap.geodesy import unit_title
from onemap.spec.contract import EXAMPLE, LATITUDE, LONGITUDE, example_of
from onemap.spec.layer import FieldSpec, LayerSpec
from onemap.text import tr

WIDTHS: Final = (18, 7, 18, 8, 36, 26, 24, 42, 12)
ALIASES_SHOWN: Final = 4
"""So many of the other names of a column are told."""

BORDER: Final = "#b9c4bd"
BAND: Final = "#dfe8e2"
REQUIRED: Final = "#e6efe9"
DRAWN: Final = "#fff4dc"

_DIGITS: Final = re.compile(r"\\d\{(\d+)\}")
_CAPITALS: Final = re.compile(r"\[[0-9A-Z-]+\]\{(\d+)\}")


def is_drawn(spec: LayerSpec) -> bool:
    """Tell whether a layer has outlines or lines only, which no sheet can hold."""
    return not {"point", "table"} & set(spec.geometry)


def how_to_send() -> str:
    """Say what is to come in place of a sheet whose layer is drawn."""
    return tr(
        "This layer is drawn: a sheet cannot hold its outlines. Send them as shapefile (all its files in one zip), "
        "GDB or GeoPackage; its columns are to be those of this sheet, by these titles or by their shapefile names. "
        "There is nothing to fill in here."
    )


def kind_words(spec: FieldSpec) -> str:
    """Say what a value of a field is."""
    kinds = {
        "text": tr("text"),
        "integer": tr("whole number"),
        "number": tr("number"),
        "date": tr("date, as 2026-11-30"),
        "class": tr("one of: {classes}", classes="、".join(one.title for one in spec.classes.values())),
    }
    return kinds[spec.type]


def range_words(spec: FieldSpec) -> str:
    """Say between what a number lies, "" where nothing is asked."""
    low, high = spec.minimum, spec.maximum
    if low is None and high is None:
        return ""
    if low is not None and high is not None:
        return tr("from {low} to {high}", low=f"{low:.15g}", high=f"{high:.15g}")
    return tr("at least {low}", low=f"{low:.15g}") if low is not None else tr("at most {high}", high=f"{high:.15g}")


def form_words(spec: FieldSpec) -> str:
    """Say how a code is written, "" where nothing is asked; what has no plain words is told as its pattern."""
    pattern = spec.pattern or ""
    if digits := _DIGITS.fullmatch(pattern):
        return tr("{count} digits", count=digits[1])
    capitals = _CAPITALS.fullmatch(pattern)
    return tr("{count} digits and capital letters", count=capitals[1]) if capitals else pattern


def write_guide(book: Book, sheet: Worksheet, specs: Sequence[LayerSpec]) -> None:
    """Write what holds for every sheet, and below it each layer with its columns."""
    for place, width in enumerate(WIDTHS):
        sheet.set_column(place, place, width)
    last = len(WIDTHS) - 1
    title = tr("{title}: how to fill in", title=book.title)
    sheet.merge_range(0, 0, 0, last, title, book.style(bold=True, font_size=16, font_color=HEADER_FILL))
    sheet.set_row(0, 30)
    row = 1
    for number, text in enumerate(_rules(), start=1):
        sheet.merge_range(row, 0, row, last, f"{number}. {text}", book.style(text_wrap=True))
        sheet.set_row(row, LINE_HEIGHT * lines_of(text, sum(WIDTHS)) + 5)
        row += 1
    for spec in specs:
        row = _write_layer(book, sheet, row + 1, spec)
    sheet.hide_gridlines(2)
    sheet.print_area(0, 0, row - 1, last)
    sheet.set_tab_color(HEADER_FILL)
    sheet.activate()


def _rules() -> list[str]:
    return [
        tr("Dark headers are required, grey ones may be left empty. Each row is one record; no headings between."),
        tr('The row marked "{word}" is an example: delete it or leave it, it is passed over. Do not write over it.',
           word=EXAMPLE),
        tr("Keep the titles of the columns; the sheets and the file may get other names, and columns may move."),
        tr("{longitude} and {latitude} are decimal degrees of CGCS2000, with at least five decimals; if they were read "
           "off a web map, say off which when you send this.", longitude=LONGITUDE, latitude=LATITUDE),
        tr("What is not known stays empty: neither 0 nor a guess. Type codes in whole, with their leading zeros."),
        tr("Where a cell offers a list, choose from it. Write no unit behind a number: it is said below."),
    ]  # fmt: skip


def _write_layer(book: Book, sheet: Worksheet, row: int, spec: LayerSpec) -> int:
    """Write a layer from a row on, and return the row below it."""
    last = len(WIDTHS) - 1
    band = book.style(bold=True, bg_color=BAND, font_size=12, border=1, border_color=BORDER)
    sheet.merge_range(row, 0, row, last, spec.title, band)
    sheet.set_row(row, 22)
    row += 1
    for text, ground in _facts(spec):
        look = book.style(text_wrap=True, bg_color=ground, border=1, border_color=BORDER)
        sheet.merge_range(row, 0, row, last, text, look)
        sheet.set_row(row, LINE_HEIGHT * lines_of(text, sum(WIDTHS)) + 4)
        row += 1
    header = book.style(bold=True, font_color="#ffffff", bg_color=HEADER_FILL, border=1, border_color=BORDER,
                        text_wrap=True, align="center")  # fmt: skip
    titles = (tr("Column"), tr("Required"), tr("Type"), tr("Unit"), tr("Choices"), tr("Form"), tr("Example"),
              tr("Meaning"), tr("DBF name"))  # fmt: skip
    for place, title in enumerate(titles):
        sheet.write_string(row, place, title, header)
    for line in _lines(spec):
        row += 1
        tint = REQUIRED if line[1] else ""
        for place, text in enumerate(line):
            write_cell(book, sheet, (row, place), text, ("", tint if place < 2 else ""))
        sheet.set_row(row, LINE_HEIGHT * max(map(lines_of, line, WIDTHS)) + 3)
    return row + 1


def _facts(spec: LayerSpec) -> list[tuple[str, str]]:
    """Return what is said above the columns of a layer, each with its ground."""
    facts = [(tr("Basis: {basis}", basis=spec.basis), "#ffffff")] if spec.basis else []
    if is_drawn(spec):
        facts.append((how_to_send(), DRAWN))
    elif set(spec.geometry) & {"line", "polygon"}:
        text = tr("Either points, in this sheet, or outlines, as shapefile, GDB or GeoPackage with the same columns.")
        facts.append((text, DRAWN))
    return facts


def _lines(spec: LayerSpec) -> list[tuple[str, ...]]:
    """Return the line of each column."""
    yes = tr("yes")
    lines: list[tuple[str, ...]] = [
        (
            one.title,
            yes if one.required else "",
            tr("one of a list") if one.classes else kind_words(one),
            unit_title(one.unit) if one.unit else "",
            "、".join(each.title for each in one.classes.values()),
            tr("; ").join(filter(None, [form_words(one), range_words(one), tr("may not occur twice") * one.unique])),
            example_of(one),
            _meaning(one),
            one.dbf,
        )
        for one in spec.fields.values()
    ]
    if "point" in spec.geometry:
        form, needed = tr("decimal degrees, CGCS2000"), yes if spec.geometry == ("point",) else ""
        lines += [(word, needed, tr("number"), "°", "", form, "", "", "") for word in (LONGITUDE, LATITUDE)]
    return lines


def _meaning(spec: FieldSpec) -> str:
    names = "、".join(alias.name for alias in spec.aliases[:ALIASES_SHOWN])
    also = tr("also called: {names}", names=names) if names else ""
    return tr("; ").join(filter(None, [spec.note, also]))
