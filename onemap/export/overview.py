"""The overview of the lists: what was asked, what was found, and where, in tables whose sums close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pandas as pd
from xlsxwriter.worksheet import Worksheet

from onemap.export.look import LEVEL_TINTS
from onemap.export.sheets import HEADER_FILL, Book, text_width
from onemap.export.words import layer_title, verdict_title
from onemap.model import TOWNSHIP, Atlas, Layer, level_title, township_table
from onemap.spec.rule import LEVELS, Rule
from onemap.text import pick, tr

FIRST_WIDTH: Final = 24
OTHER_WIDTH: Final = 9.5
FEWEST_COLUMNS: Final = 15
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


def write_overview(book: Book, sheet: Worksheet, atlas: Atlas) -> None:
    """Write the overview on `sheet`."""
    findings, layers = _finding_groups(atlas), _layer_groups(atlas)
    widest = max(1 + sum(len(group.columns) for group in groups) for groups in (findings, layers))
    page = Page(book, sheet, max(FEWEST_COLUMNS, widest))
    sheet.set_column(0, 0, FIRST_WIDTH)
    sheet.set_column(1, page.columns - 1, OTHER_WIDTH)
    row = _write_head(page, atlas)
    row = _write_rules(page, row + 1, atlas)
    if _township_names(atlas):
        row = _write_groups(page, row + 1, tr("Records of the lists by township"), findings)
        _write_groups(page, row + 1, tr("Layers by township"), layers)
    # The title stays in sight and on each page.
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)


def empty_sentence(rule: Rule, atlas: Atlas) -> str:
    """Return what a list without records says: that the rule was run, on what, and that nothing was found."""
    count = len(atlas.layers[rule.of].frame) if rule.of in atlas.layers else 0
    absent = [own_id for own_id in rule.layers if own_id not in atlas.layers or atlas.layers[own_id].frame.empty]
    if absent:
        names = tr(", ").join(layer_title(atlas, own_id) for own_id in absent)
        return tr("No data of {layers} were provided: cannot be judged. This is not a finding of none.", layers=names)
    to = tr(", ").join(layer_title(atlas, own_id) for own_id in rule.to)
    reach = max([*rule.rings, rule.reach or 0])
    values = {"count": count, "of": layer_title(atlas, rule.of), "to": to, "reach": f"{reach:g}"}
    if reach:
        return tr(
            "The rule was run on the data of {of} ({count} features): none that it concerns has {to} within {reach} m.",
            **values,
        )
    return tr("The rule was run on the data of {of} ({count} features): none that it concerns overlaps {to}.", **values)


def shares(values: Sequence[float], digits: int = 2) -> list[float]:
    """Round values so that they add up to their rounded sum: the largest remainders are rounded up.

    Examples
    --------
    >>> shares([0.333, 0.333, 0.334])
    [0.33, 0.33, 0.34]
    """
    scaled = np.asarray(values, dtype=float) * 10**digits
    # What is whole but for the noise of binary fractions is whole.
    floors = np.floor(scaled + 1e-6)
    missing = round(float(scaled.sum())) - int(floors.sum())
    order = np.argsort(-(scaled - floors), kind="stable")
    floors[order[:missing]] += 1
    return [round(float(share) / 10**digits, digits) for share in floors]


def _write_head(page: Page, atlas: Atlas) -> int:
    spec = atlas.project.spec
    title = page.book.style(bold=True, font_size=16)
    page.sheet.write_string(0, 0, spec.title, title)
    page.sheet.set_row(0, 30)
    facts = {
        tr("County"): spec.county,
        tr("Period"): spec.period,
        tr("Verdict"): verdict_title(atlas.verdict),
        tr("Coordinate system"): atlas.crs,
    }
    for row, (name, fact) in enumerate(facts.items(), start=1):
        page.sheet.write_string(row, 0, name, page.book.style(font_color="#5b665f"))
        page.sheet.write_string(row, 1, fact, page.book.style(bold=name == tr("Verdict")))
    return 1 + len(facts)


def _write_rules(page: Page, row: int, atlas: Atlas) -> int:
    """Write one line a rule: the counts, the basis, and in words what they do not say."""
    middle = 1 + len(LEVELS) + (page.columns - 1 - len(LEVELS)) // 2
    edges = (1 + len(LEVELS), middle, page.columns)
    titles = [tr("List"), *(level_title(level) for level in LEVELS)]
    for place, name in enumerate(titles):
        page.sheet.write_string(row, place, name, _header(page))
    for (start, end), name in zip(pairwise(edges), (tr("Basis"), tr("In words")), strict=True):
        _merge(page, (row, start, row, end - 1), name, _header(page))
    for rule, counts, basis, sentence in _rule_lines(atlas):
        row += 1
        page.sheet.write_string(row, 0, rule, _cell(page, text_wrap=True))
        for place, level in enumerate(LEVELS, start=1):
            if counts is None:
                page.sheet.write_string(row, place, "—", _cell(page, align="center"))
            else:
                tint = {"bg_color": LEVEL_TINTS[level]} if counts[level] else {}
                page.sheet.write_number(row, place, counts[level], _cell(page, num_format="0", align="center", **tint))
        for (start, end), text in zip(pairwise(edges), (basis, sentence), strict=True):
            _merge(page, (row, start, row, end - 1), text, _cell(page, text_wrap=True))
        room = OTHER_WIDTH * (edges[1] - edges[0]) - 2
        lines = max(_lines(rule, FIRST_WIDTH - 2), _lines(basis, room), _lines(sentence, room))
        page.sheet.set_row(row, LINE_HEIGHT * lines + 4)
    return row + 1


def _rule_lines(atlas: Atlas) -> list[tuple[str, dict[str, int] | None, str, str]]:
    """Return for each rule its title, its counts (None where it was not run), its basis and a sentence."""
    counts = atlas.level_counts
    lines: list[tuple[str, dict[str, int] | None, str, str]] = []
    for rule in atlas.rules:
        rows = atlas.findings[atlas.findings["rule"] == rule.id]
        lines.append((rule.name, counts[rule.id], _basis(rule), _sentence(rule, rows, atlas)))
    run = {rule.id for rule in atlas.rules}
    for rule in atlas.project.catalogue.rules.values():
        # Rules that the project did not ask for are not missed.
        if rule.id not in run and atlas.project.run is None:
            names = layer_title(atlas, rule.of)
            sentence = tr("Not run: no data of {layers} were provided. This is not a finding of none.", layers=names)
            lines.append((rule.name, None, _basis(rule), sentence))
    return lines


def _basis(rule: Rule) -> str:
    return pick(rule.basis, rule.basis_en)


def _sentence(rule: Rule, rows: pd.DataFrame, atlas: Atlas) -> str:
    if rows.empty:
        return empty_sentence(rule, atlas)
    unknown = rows[rows["level"] == "unknown"]
    if unknown.empty:
        return tr("Records: {count}, all of them judged.", count=len(rows))
    # A gap of the whole list has no feature of its own.
    gaps = unknown[unknown["of_key"].fillna("") == ""]["reason"].drop_duplicates()
    single = len(unknown) - (unknown["of_key"].fillna("") == "").sum()
    sentences = [*gaps]
    if single:
        sentences.append(tr("Records that cannot be judged: {count}; the list says why.", count=single))
    return "\n".join(sentences)


def _finding_groups(atlas: Atlas) -> list[Group]:
    names = _township_names(atlas)
    towns = atlas.findings["township"].fillna("")
    groups = []
    for rule in atlas.rules:
        own = atlas.findings["rule"] == rule.id
        counts = pd.crosstab(towns[own], atlas.findings["level"][own])
        counts = counts.reindex(index=names, columns=list(LEVELS), fill_value=0)
        groups.append(Group(rule.name, [level_title(level) for level in LEVELS], _with_total(counts)))
    return groups


def _layer_groups(atlas: Atlas) -> list[Group]:
    """Return for each township how many features each layer has, and the 亩 of the classes of a covering layer."""
    table, names = township_table(atlas), _township_names(atlas)
    layers = [own_id for own_id in atlas.layers if own_id != TOWNSHIP]
    counts = table.pivot_table(index="township", columns="layer", values="features", aggfunc="sum", fill_value=0)
    counts = counts.reindex(index=names, columns=layers, fill_value=0)
    titles = [layer_title(atlas, own_id) for own_id in layers]
    groups = [Group(tr("Features"), titles, _with_total(counts))] if layers else []
    for own_id in layers:
        layer = atlas.layers[own_id]
        if layer.spec.coverage and layer.spec.class_field:
            groups.append(_area_group(layer, table[table["layer"] == own_id], names))
    return groups


def _area_group(layer: Layer, table: pd.DataFrame, names: list[str]) -> Group:
    classes = layer.spec.fields[layer.spec.class_field or ""].classes
    titles = {own_id: spec.label for own_id, spec in classes.items()}
    if (table["class"] == "").any():
        titles[""] = tr("not classified")
    areas = table.pivot_table(index="township", columns="class", values="area_mu", aggfunc="sum", fill_value=0.0)
    areas = areas.reindex(index=names, columns=list(titles), fill_value=0.0)
    areas = areas.apply(lambda column: pd.Series(shares(column.to_list()), index=column.index))
    areas["total"] = areas.sum(axis=1).round(2)
    title = tr("{layer} (mu)", layer=layer.spec.name)
    return Group(title, [*titles.values(), tr("Total")], _with_total(areas).round(2), "#,##0.00")


def _with_total(counts: pd.DataFrame) -> pd.DataFrame:
    named = counts.rename(index={"": tr("township not known")})
    return pd.concat([named, pd.DataFrame([counts.sum()], index=[tr("Total")])])


def _township_names(atlas: Atlas) -> list[str]:
    """Return the townships of the county, then those that only features speak of, then "" if any has none."""
    known = list(atlas.layers[TOWNSHIP].labels) if TOWNSHIP in atlas.layers else []
    spoken = {*township_table(atlas)["township"], *atlas.findings["township"].fillna("")}
    return [name for name in dict.fromkeys([*known, *sorted(spoken)]) if name] + ([""] if "" in spoken else [])


def _write_groups(page: Page, row: int, title: str, groups: Sequence[Group]) -> int:
    if not groups:
        return row
    page.sheet.write_string(row, 0, title, page.book.style(bold=True, font_size=12))
    row += 1
    _merge(page, (row, 0, row + 1, 0), tr("Township"), _header(page))
    start = 1
    for group in groups:
        _merge(page, (row, start, row, start + len(group.columns) - 1), group.title, _header(page))
        for place, name in enumerate(group.columns, start=start):
            page.sheet.write_string(row + 1, place, name, _header(page))
        for line, values in enumerate(group.counts.to_numpy(), start=row + 2):
            last = line == row + 1 + len(group.counts)
            look = _cell(page, num_format=group.number_format, bold=last)
            for place, value in enumerate(values, start=start):
                page.sheet.write_number(line, place, value, look)
        start += len(group.columns)
    page.sheet.set_row(row + 1, 2 * LINE_HEIGHT)
    names = groups[0].counts.index
    for line, name in enumerate(names, start=row + 2):
        page.sheet.write_string(line, 0, name, _cell(page, bold=line == row + 1 + len(names)))
    return row + 2 + len(names)


def _merge(page: Page, area: tuple[int, int, int, int], text: str, look: Any) -> None:
    """Write text over an area, which Excel calls merged only if it is more than one cell."""
    if area[:2] == area[2:]:
        page.sheet.write_string(*area[:2], text, look)
    else:
        page.sheet.merge_range(*area, text, look)


def _lines(text: str, room: float) -> int:
    """Return how many lines a text takes where there is room for so many characters."""
    return sum(1 + int(text_width(line) / room) for line in text.split("\n"))


def _header(page: Page) -> Any:
    return page.book.style(
        bold=True, font_color="#ffffff", bg_color=HEADER_FILL, border=1, border_color="#b9c4bd",
        text_wrap=True, align="center",
    )  # fmt: skip


def _cell(page: Page, **properties: Any) -> Any:
    return page.book.style(border=1, border_color="#d9ddd9", **properties)
