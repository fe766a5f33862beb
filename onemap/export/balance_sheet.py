"""The sheet of a balance: township by class, in 亩 and hectares, and what was covered more than once."""

from __future__ import annotations

from typing import Final

import pandas as pd

from onemap.export.groups import FIRST_WIDTH, LINE_HEIGHT, Group, Page, cell, header, merge, with_total, write_groups
from onemap.export.sheets import Book, lines_of, text_width
from onemap.export.words import class_title, ground_classes, kind_title, layer_title
from onemap.geodesy import MU_M2
from onemap.model import Atlas, Balance
from onemap.text import tr

AREA: Final = "#,##0.00"
WIDTH: Final = 12.5
FEWEST_COLUMNS: Final = 9
MOST_DOUBLES: Final = 30
"""So many pairs are told one by one; all others are told together."""


def write_balances(book: Book, atlas: Atlas) -> None:
    """Write a sheet for each balance."""
    for balance in atlas.balances:
        _write(book, atlas, balance)


def _write(book: Book, atlas: Atlas, balance: Balance) -> None:
    sheet = book.sheet(tr("County balance"))
    units = [] if balance.withheld else _groups(atlas, balance)
    page = Page(book, sheet, max(FEWEST_COLUMNS, 1 + sum(len(unit.columns) for unit in units)))
    sheet.set_column(0, 0, FIRST_WIDTH)
    sheet.set_column(1, page.columns - 1, WIDTH)
    title = tr("{layer}: county balance", layer=layer_title(atlas, balance.layer))
    sheet.write_string(0, 0, title, book.style(bold=True, font_size=16))
    sheet.set_row(0, 30)
    row = _write_words(page, 1, _words(balance))
    row = write_groups(page, row + 1, tr("Ground by township and class"), units)
    if len(balance.doubles):
        _write_doubles(page, row + 1, atlas, balance)
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)


def _words(balance: Balance) -> list[str]:
    """Return what is to be known of the figures."""
    if balance.withheld:
        return [balance.withheld]
    words = [
        tr(
            "Ellipsoidal areas, divided at the borders of the townships; every piece of ground counts once. "
            "1 ha = 15 mu. The figures are rounded so that all sums are the sums of the figures shown."
        )
    ]
    if len(balance.twice):
        words.append(
            tr(
                "Townships overlap by {area:,.2f} mu: ground there counts for the one with the lower code ({kind}).",
                area=balance.twice["area_m2"].sum() / MU_M2,
                kind=kind_title("overlap"),
            )
        )
    return [*words, *balance.notes]


def _groups(atlas: Atlas, balance: Balance) -> list[Group]:
    classes = ground_classes(atlas, balance)
    # Two townships may have one name, but not one key.
    keys = list(balance.table[["township_key", "township"]].itertuples(index=False, name=None))
    towns = pd.MultiIndex.from_tuples(dict.fromkeys(keys))
    names = [name or tr("outside every township") for name in towns.get_level_values(1)]
    titles = [*classes.values(), tr("Total")]
    groups = []
    for name, title in (("area_mu", tr("Area (mu)")), ("area_ha", tr("Area (ha)"))):
        areas = balance.table.pivot(index=["township_key", "township"], columns="class", values=name)
        areas = areas.reindex(index=towns, columns=list(classes)).fillna(0.0).set_axis(names, axis=0)
        areas["total"] = areas.sum(axis=1)
        groups.append(Group(title, titles, with_total(areas).round(2), AREA))
    return groups


def _write_words(page: Page, row: int, words: list[str]) -> int:
    room = int(FIRST_WIDTH + WIDTH * (page.columns - 1))
    for text in words:
        merge(page, (row, 0, row, page.columns - 1), text, page.book.style(text_wrap=True, font_color="#5b665f"))
        page.sheet.set_row(row, LINE_HEIGHT * lines_of(text, room) + 2)
        row += 1
    return row


def _write_doubles(page: Page, row: int, atlas: Atlas, balance: Balance) -> None:
    """Write which features cover the same ground, how much, and for which of them it counts; the largest first."""
    doubles = balance.doubles.sort_values("area_m2", ascending=False, kind="stable")
    page.sheet.write_string(row, 0, tr("Covered more than once"), page.book.style(bold=True, font_size=12))
    told = tr(
        "It counts once, for the gravest class. Pairs of {least:g} m² and more are issues too ({kind}), to be settled "
        "in the data. The areas of all features, less these, are the total above.",
        kind=kind_title("overlap"),
        least=atlas.project.catalogue.layers[balance.layer].overlap_tolerance_m2,
    )
    row = _write_words(page, row + 1, [told])
    keys = max(text_width(str(key)) for key in [*doubles["key"], *doubles["other_key"]])
    span = 1 if keys < WIDTH else 2
    titles = (tr("Counts for"), tr("Class"), tr("Does not count for"), tr("Class"), tr("Area (mu)"))
    edges = (0, 1, 2, 2 + span, 3 + span, 4 + span)
    for start, end, title in zip(edges, edges[1:], titles, strict=False):
        merge(page, (row, start, row, end - 1), title, header(page))
    lines = [
        (one["key"], _class(atlas, balance, one["class"]), one["other_key"],
         _class(atlas, balance, one["other_class"]), one["area_m2"] / MU_M2)
        for one in doubles[:MOST_DOUBLES].to_dict("records")
    ]  # fmt: skip
    if len(doubles) > MOST_DOUBLES:
        rest = doubles[MOST_DOUBLES:]
        count = tr("{count} more pairs", count=len(rest))
        lines.append((count, "", "", "", rest["area_m2"].sum() / MU_M2))
    lines.append((tr("Total"), "", "", "", doubles["area_m2"].sum() / MU_M2))
    for line in lines:
        row += 1
        bold = line is lines[-1]
        for start, end, text in zip(edges, edges[1:-1], line[:-1], strict=False):
            merge(page, (row, start, row, end - 1), text, cell(page, bold=bold))
        page.sheet.write_number(row, edges[-2], line[-1], cell(page, num_format="#,##0.000", bold=bold))


def _class(atlas: Atlas, balance: Balance, own_id: str) -> str:
    return class_title(atlas, balance.layer, own_id) or tr("not classified")
