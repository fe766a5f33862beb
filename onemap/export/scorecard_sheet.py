"""The sheet of the scorecards: how every township stands to the target of each rate, one block a rate."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import pandas as pd

from onemap.export.groups import FIRST_WIDTH, LINE_HEIGHT, Page, cell, header, merge
from onemap.export.look import LEVEL_TINTS
from onemap.export.sheets import Book, lines_of
from onemap.model import Atlas, Scorecard
from onemap.spec.rule import Rule
from onemap.text import pick, tr

WIDTH: Final = 11.5
COLUMNS: Final = 12
TINTS: Final = {"met": "#d8ecd3", "missed": LEVEL_TINTS["medium"], "unknown": LEVEL_TINTS["unknown"]}
RATE, POINTS, COUNT, AREA = "0.0##", "0.00", "#,##0", "#,##0.00"


class _Look(NamedTuple):
    """A column: where its values stand, what it is called, and its number format."""

    name: str
    title: str
    number_format: str


def write_scorecards(book: Book, atlas: Atlas) -> None:
    """Write the sheet, where there is any rate."""
    if not atlas.scorecards:
        return
    page = Page(book, book.sheet(tr("Township scorecard")), COLUMNS)
    page.sheet.set_column(0, 0, FIRST_WIDTH)
    page.sheet.set_column(1, COLUMNS - 2, WIDTH)
    page.sheet.set_column(COLUMNS - 1, COLUMNS - 1, FIRST_WIDTH)
    page.sheet.write_string(0, 0, tr("Township scorecard"), book.style(bold=True, font_size=16))
    page.sheet.set_row(0, 30)
    words = tr(
        "The rate is done of all, in percent. Where it is not known whether all are done, the rate if they were stands "
        "beside it, and what is left is left at least. Rates are cut off or rounded as each list says."
    )
    row = _write_words(page, 1, words)
    rules = {rule.id: rule for rule in atlas.rules}
    for card in atlas.scorecards:
        row = _write_block(page, row + 1, rules[card.rule], card)
    page.sheet.freeze_panes(1, 1)
    page.sheet.repeat_rows(0)


def _write_block(page: Page, row: int, rule: Rule, card: Scorecard) -> int:
    """Write a scorecard from a row on; return the row after it."""
    page.sheet.write_string(row, 0, rule.name, page.book.style(bold=True, font_size=12))
    row += 1
    basis = tr("Basis: {basis}", basis=pick(rule.basis, rule.basis_en))
    for text in (basis, *card.notes, *([card.withheld] if card.withheld else [])):
        row = _write_words(page, row, text)
    if card.withheld:
        return row
    looks = _looks(card)
    page.sheet.write_string(row, 0, tr("Township"), header(page))
    for place, look in enumerate(looks, 1):
        page.sheet.write_string(row, place, look.title, header(page))
    page.sheet.write_string(row, len(looks) + 1, tr("Target met"), header(page))
    page.sheet.write_string(row, len(looks) + 2, tr("Remark"), header(page))
    page.sheet.set_row(row, 2 * LINE_HEIGHT)
    for line in card.table.to_dict("records"):
        row += 1
        _write_line(page, row, looks, line)
    return row + 1


def _looks(card: Scorecard) -> list[_Look]:
    amount, unit = (AREA, tr("mu")) if card.quantity == "area" else (COUNT, tr("pieces"))
    return [
        _Look("base", tr("In all ({unit})", unit=unit), amount),
        _Look("done", tr("Done ({unit})", unit=unit), amount),
        _Look("unknown", tr("Not known ({unit})", unit=unit), amount),
        _Look("rate", tr("Rate (%)"), RATE),
        _Look("rate_to", tr("At best (%)"), RATE),
        _Look("needed", tr("Target ({unit})", unit=unit), amount),
        _Look("target", tr("Target (%)"), RATE),
        _Look("gap", tr("Gap (points)"), POINTS),
        _Look("left", tr("Left ({unit})", unit=unit), amount),
    ]


def _write_line(page: Page, row: int, looks: list[_Look], line: dict[Any, Any]) -> None:
    bold = bool(line["whole"])
    name = line["township"] or tr("township not known")
    page.sheet.write_string(row, 0, name, cell(page, bold=bold))
    for place, look in enumerate(looks, 1):
        value = line[look.name]
        if pd.isna(value):
            page.sheet.write_string(row, place, "—", cell(page, bold=bold, align="right"))
        else:
            page.sheet.write_number(row, place, float(value), cell(page, bold=bold, num_format=look.number_format))
    titles = {"met": tr("target met"), "missed": tr("target missed"), "unknown": tr("not known"), "": "—"}
    tint = {"bg_color": TINTS[line["met"]]} if line["met"] else {}
    page.sheet.write_string(row, len(looks) + 1, titles[line["met"]], cell(page, bold=bold, align="center", **tint))
    page.sheet.write_string(row, len(looks) + 2, line["remark"], cell(page, text_wrap=True))


def _write_words(page: Page, row: int, text: str) -> int:
    room = int(FIRST_WIDTH + WIDTH * (COLUMNS - 2) + FIRST_WIDTH)
    merge(page, (row, 0, row, COLUMNS - 1), text, page.book.style(text_wrap=True, font_color="#5b665f"))
    page.sheet.set_row(row, LINE_HEIGHT * lines_of(text, room) + 2)
    return row + 1
