"""The data contract: a workbook for a bureau to fill in, one sheet a layer, which reads back as that layer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from xlsxwriter.worksheet import Worksheet

from onemap.export import contract_guide
from onemap.export.contract_guide import form_words, how_to_send, is_drawn, kind_words, range_words
from onemap.export.sheets import HEADER_FILL, LONGEST_LIST, Book, Choices, free_name, text_width, whole_workbook
from onemap.geodesy import unit_title
from onemap.spec.contract import EXAMPLE, GUIDE, LATITUDE, LISTS, LONGITUDE, MARK, example_of, serial_of
from onemap.spec.layer import FieldSpec, LayerSpec
from onemap.text import fold, tr

LAST_ROW: Final = 5000
"""Down to here the cells have drop-downs and formats."""

MARKED: Final = "$A$1:$IV$65536"
"""What the mark of a sheet covers: more than anybody deletes, and no more than old programs know."""

OPTIONAL_FILL: Final = "#7d8f84"
EXAMPLE_LOOK: Final = {"italic": True, "font_color": "#7a6a3a", "bg_color": "#fbf3d9", "border": 1,
                       "border_color": "#e3d7ad"}  # fmt: skip
DRAWN_TAB, FILLED_TAB = "#d9a441", "#3f5a4c"

SOMEWHERE: Final = (113.0, 35.0)
"""The place of an example where nothing is known of the county."""

DEGREES: Final = "0.00000"
DAY: Final = "yyyy-mm-dd"
DAY_TEXT: Final = re.compile(r"\d{4}-\d{2}-\d{2}")

_CHINA: Final = {LONGITUDE: (73, 136), LATITUDE: (3, 54)}


@dataclass(frozen=True)
class _Column:
    """A column of a sheet: its header, the note on it, and what its example says."""

    title: str
    note: str
    required: bool
    example: str
    number_format: str
    check: Mapping[str, Any] = field(default_factory=dict)
    """What Excel is told of its values."""


def sheet_names(specs: Iterable[LayerSpec]) -> dict[str, str]:
    """Return for each layer, and for `GUIDE` and `LISTS`, what its sheet in a workbook is called."""
    taken: set[str] = set()
    own = {GUIDE: tr("How to fill in"), LISTS: tr("Choices")}
    return {key: free_name(title, taken) for key, title in (*own.items(), *((spec.id, spec.title) for spec in specs))}


def write(
    path: Path, title: str, specs: Sequence[LayerSpec], day: datetime, place: tuple[float, float] | None = None
) -> Path:
    """Write a workbook with a sheet for each layer, in which only an example is filled in.

    Headers and examples are Chinese in every language: they are what a bureau fills in, and what is read back.

    Parameters
    ----------
    place
        Longitude and latitude of the examples: somewhere in the county.
    """
    names = sheet_names(specs)
    with whole_workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as made:
        made.set_properties({"title": title, "created": day})
        book, lists = Book(made, title), Choices(names[LISTS])
        contract_guide.write_guide(book, book.sheet(names[GUIDE]), specs)
        for spec in specs:
            _write_sheet(book, book.sheet(names[spec.id]), _columns(spec, lists, place or SOMEWHERE), spec)
        lists.write(book)
        keys = {name: key for key, name in names.items()}
        for sheet in made.worksheets():
            _mark(book, sheet, keys[sheet.get_name()])
    return path


def _mark(book: Book, sheet: Worksheet, key: str) -> None:
    """Mark what a sheet is for, so that it is known when it comes back, whatever it and its file are called then."""
    quoted = sheet.get_name().replace("'", "''")
    book.workbook.define_name(MARK + key, f"='{quoted}'!{MARKED}")
    sheet.set_vba_name(MARK + key)


def _columns(spec: LayerSpec, lists: Choices, place: tuple[float, float]) -> list[_Column]:
    """Return the columns of a layer's sheet: a number, its fields, and coordinates where it may have points."""
    titles = {fold(one.title) for one in spec.fields.values()}
    counted = tr("a number, or nothing; where {word} stands, the row is an example and is passed over", word=EXAMPLE)
    note = f"{counted}\n\n{how_to_send()}" if is_drawn(spec) else counted
    columns = [_Column(serial_of(spec), note, False, EXAMPLE, "General")]
    columns += [_column(one, lists) for one in spec.fields.values()]
    if "point" in spec.geometry:
        note = tr("decimal degrees, CGCS2000")
        for word, degrees in zip((LONGITUDE, LATITUDE), place, strict=True):
            low, high = _CHINA[word]
            check = _check("decimal", low, high, tr("{field} lies between {low} and {high} degrees",
                                                    field=word, low=low, high=high))  # fmt: skip
            if fold(word) not in titles:
                columns.append(_Column(word, note, spec.geometry == ("point",), f"{degrees:.5f}", DEGREES, check))
    return columns


def _column(spec: FieldSpec, lists: Choices) -> _Column:
    number_format = {"integer": "General", "number": "General", "date": DAY}.get(spec.type, "@")
    return _Column(spec.title, _note(spec), spec.required, example_of(spec), number_format, _limits(spec, lists))


def _write_sheet(book: Book, sheet: Worksheet, columns: Sequence[_Column], spec: LayerSpec) -> None:
    for place, column in enumerate(columns):
        _write_column(book, sheet, place, column)
    left_alone = tr("This row is an example: delete it or leave it, it is passed over.")
    sheet.write_comment(1, 0, left_alone, {"author": "onemap", "x_scale": 1.6})
    sheet.set_row(0, 24)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_tab_color(DRAWN_TAB if is_drawn(spec) else FILLED_TAB)
    if is_drawn(spec):
        look = {"width": 640, "height": 96, "fill": {"color": "#fff4dc"}, "line": {"color": DRAWN_TAB}}
        font = {"name": "Microsoft YaHei", "size": 10}
        box = {**look, "font": font, "align": {"vertical": "middle"}, "object_position": 3}
        sheet.insert_textbox(3, 1, how_to_send(), box)


def _write_column(book: Book, sheet: Worksheet, place: int, column: _Column) -> None:
    ground = HEADER_FILL if column.required else OPTIONAL_FILL
    look = book.style(bold=True, font_color="#ffffff", bg_color=ground, border=1, border_color="#ffffff",
                      align="center")  # fmt: skip
    sheet.write_string(0, place, column.title, look)
    # Text cells keep long codes whole and leading zeros in place.
    width = min(36, max(10, text_width(column.title) + 4, text_width(column.example) + 3))
    sheet.set_column(place, place, width, book.style(num_format=column.number_format))
    sheet.write_comment(0, place, column.note, {"author": "onemap", "x_scale": 1.8, "y_scale": 1.6})
    _write_example(book, sheet, place, column)
    if column.check:
        sheet.data_validation(1, place, LAST_ROW, place, dict(column.check))


def _write_example(book: Book, sheet: Worksheet, place: int, column: _Column) -> None:
    look = book.style(num_format=column.number_format, **EXAMPLE_LOOK)
    if not column.example:
        sheet.write_blank(1, place, None, look)
    elif column.number_format == DAY and DAY_TEXT.fullmatch(column.example):
        sheet.write_datetime(1, place, datetime.fromisoformat(column.example), look)
    elif column.number_format in ("General", DEGREES) and place > 0:
        sheet.write_number(1, place, float(column.example), look)
    else:
        sheet.write_string(1, place, column.example, look)


def _note(spec: FieldSpec) -> str:
    """Say what goes into a column."""
    lines = [
        tr("required") if spec.required else tr("may be left empty"),
        *([spec.note] if spec.note else []),
        *([tr("may not occur twice")] if spec.unique else []),
        kind_words(spec),
        *([tr("unit: {unit}", unit=unit_title(spec.unit))] if spec.unit else []),
        *([range_words(spec)] if range_words(spec) else []),
        *([tr("form: {form}", form=form_words(spec))] if form_words(spec) else []),
        tr("column of a shapefile: {name}", name=spec.dbf),
    ]
    return "\n".join(lines)


def _limits(spec: FieldSpec, lists: Choices) -> dict[str, Any]:
    """Let Excel offer the classes, and warn of what is no number or no date."""
    if spec.classes:
        source = lists.source([one.title for one in spec.classes.values()])
        return {"validate": "list", "source": source, **_warning(tr("choose one of the list"))}
    if spec.type == "date":
        first, last = datetime(1950, 1, 1), datetime(2100, 12, 31)
        return _check("date", first, last, tr("date, as 2026-11-30"))
    # Of an item that was not found a laboratory writes "<0.01", of which Excel must not warn.
    if spec.type in ("integer", "number") and not spec.below_detection:
        low = -1e12 if spec.minimum is None else spec.minimum
        high = 1e12 if spec.maximum is None else spec.maximum
        words = "; ".join(filter(None, [kind_words(spec), range_words(spec)]))
        return _check("integer" if spec.type == "integer" else "decimal", low, high, words)
    return {}


def _check(kind: str, low: Any, high: Any, words: str) -> dict[str, Any]:
    return {"validate": kind, "criteria": "between", "minimum": low, "maximum": high, **_warning(words)}


def _warning(words: str) -> dict[str, Any]:
    # A warning lets through what people know better: a date of which only the year is known.
    return {"error_type": "warning", "error_title": tr("Please check"), "error_message": words[:LONGEST_LIST]}
