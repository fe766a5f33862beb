"""The overview of the lists: what was asked, what was found, and where, in tables whose sums close."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby, pairwise
from typing import Final

import pandas as pd
from xlsxwriter.worksheet import Worksheet

from onemap.export.groups import (
    FIRST_WIDTH,
    LINE_HEIGHT,
    OTHER_WIDTH,
    Group,
    Page,
    cell,
    header,
    merge,
    with_total,
    write_groups,
)
from onemap.export.look import LEVEL_TINTS
from onemap.export.sheets import Book, text_width
from onemap.export.townships import feature_counts, township_names
from onemap.export.words import empty_sentence, ground_classes, layer_title, verdict_title
from onemap.model import TOWNSHIP, Atlas, Balance, level_title
from onemap.spec.rule import LEVELS, Rule
from onemap.text import pick, tr

FEWEST_COLUMNS: Final = 15
ABREAST: Final = 4
"""So many lists stand beside one another."""


def write_overview(book: Book, sheet: Worksheet, atlas: Atlas, names: Mapping[str, str]) -> None:
    """Write the overview on `sheet`.

    Parameters
    ----------
    names
        Of the sheets of the lists, by rule id.
    """
    blocks, layers = _finding_blocks(atlas), _layer_groups(atlas)
    every = (*(own for _, own in blocks), *([group] for group in layers))
    widest = max(1 + sum(len(group.columns) for group in groups) for groups in (*every, []))
    page = Page(book, sheet, max(FEWEST_COLUMNS, widest))
    sheet.set_column(0, 0, FIRST_WIDTH)
    sheet.set_column(1, page.columns - 1, OTHER_WIDTH)
    row = _write_head(page, atlas)
    row = _write_rules(page, row + 1, atlas, names)
    if township_names(atlas):
        for name, groups in blocks:
            title = tr("Records of the lists by township")
            row = write_groups(page, row + 1, tr("{title}: {name}", title=title, name=name) if name else title, groups)
        for group in layers:
            row = write_groups(page, row + 1, tr("Layers by township"), [group])
    # The title stays in sight and on each page.
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)


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
    lines = [*facts.items(), *((tr("County balance"), _ground(atlas, one)) for one in atlas.balances)]
    for row, (name, fact) in enumerate(lines, start=1):
        page.sheet.write_string(row, 0, name, page.book.style(font_color="#5b665f"))
        page.sheet.write_string(row, 1, fact, page.book.style(bold=name == tr("Verdict")))
    return 1 + len(lines)


def _ground(atlas: Atlas, balance: Balance) -> str:
    """Return in a line how much ground there is of each class, or why that is not known."""
    name = layer_title(atlas, balance.layer)
    if balance.withheld:
        return tr("{layer}: {told}", layer=name, told=balance.withheld)
    sums = balance.by_class["area_mu"]
    parts = [(title, float(sums[own_id])) for own_id, title in ground_classes(atlas, balance).items()]
    parts.append((tr("Total"), float(sums.sum())))
    told = tr(", ").join(tr("{name} {area:,.2f} mu", name=part, area=area) for part, area in parts)
    return tr("{layer}: {told}", layer=name, told=told)


def _write_rules(page: Page, row: int, atlas: Atlas, names: Mapping[str, str]) -> int:
    """Write one line a rule: the counts, the basis, and in words what they do not say."""
    middle = 1 + len(LEVELS) + (page.columns - 1 - len(LEVELS)) // 2
    edges = (1 + len(LEVELS), middle, page.columns)
    titles = [tr("List"), *(level_title(level) for level in LEVELS)]
    for place, name in enumerate(titles):
        page.sheet.write_string(row, place, name, header(page))
    for (start, end), name in zip(pairwise(edges), (tr("Basis"), tr("In words")), strict=True):
        merge(page, (row, start, row, end - 1), name, header(page))
    group = ""
    for rule, counts, sentence in _rule_lines(atlas):
        if rule.group_name != group:
            group, row = rule.group_name, row + 1
            merge(page, (row, 0, row, page.columns - 1), group, cell(page, bold=True, font_color="#1f6f5c"))
        row += 1
        _write_name(page, row, rule, names.get(rule.id))
        for place, level in enumerate(LEVELS, start=1):
            if counts is None:
                page.sheet.write_string(row, place, "—", cell(page, align="center"))
            else:
                tint = {"bg_color": LEVEL_TINTS[level]} if counts[level] else {}
                page.sheet.write_number(row, place, counts[level], cell(page, num_format="0", align="center", **tint))
        basis = pick(rule.basis, rule.basis_en)
        for (start, end), text in zip(pairwise(edges), (basis, sentence), strict=True):
            merge(page, (row, start, row, end - 1), text, cell(page, text_wrap=True))
        room = OTHER_WIDTH * (edges[1] - edges[0]) - 2
        lines = max(_lines(rule.name, FIRST_WIDTH - 2), _lines(basis, room), _lines(sentence, room))
        page.sheet.set_row(row, LINE_HEIGHT * lines + 4)
    return row + 1


def _write_name(page: Page, row: int, rule: Rule, sheet: str | None) -> None:
    """Write what a list is called, as a link to its sheet if it has one."""
    if sheet is None:
        page.sheet.write_string(row, 0, rule.name, cell(page, text_wrap=True))
        return
    place = sheet.replace("'", "''")
    look = cell(page, text_wrap=True, font_color="#1f6f5c", underline=1)
    page.sheet.write_url(row, 0, f"internal:'{place}'!A1", look, rule.name)


def _rule_lines(atlas: Atlas) -> list[tuple[Rule, dict[str, int] | None, str]]:
    """Return for each rule its counts (None where it was not run) and a sentence."""
    counts = atlas.level_counts
    # Rules that the project did not ask for are not missed.
    rules = atlas.rules if atlas.project.run is not None else atlas.project.catalogue.rules.values()
    lines: list[tuple[Rule, dict[str, int] | None, str]] = []
    for rule in rules:
        if rule.id in counts:
            rows = atlas.findings[atlas.findings["rule"] == rule.id]
            lines.append((rule, counts[rule.id], _sentence(rule, rows, atlas)))
        else:
            name = layer_title(atlas, rule.of)
            sentence = tr("Not run: no data of {layers} were provided. This is not a finding of none.", layers=name)
            lines.append((rule, None, sentence))
    return lines


def _sentence(rule: Rule, rows: pd.DataFrame, atlas: Atlas) -> str:
    if rows.empty:
        return empty_sentence(rule, atlas)
    unknown = rows[rows["level"] == "unknown"]
    if unknown.empty:
        return tr("Records: {count}, all of them judged.", count=len(rows))
    # A gap of the whole list has no feature of its own.
    of_none = (unknown["of_key"].fillna("") == "") & (unknown["of_label"].fillna("") == "")
    gaps = unknown[of_none]["reason"].drop_duplicates()
    single = len(unknown) - of_none.sum()
    sentences = [*gaps]
    if single:
        sentences.append(tr("Records that cannot be judged: {count}; the list says why.", count=single))
    return "\n".join(sentences)


def _finding_blocks(atlas: Atlas) -> list[tuple[str, list[Group]]]:
    """Return the tables of the lists that stand beside one another: group by group, a few at a time.

    Side by side all lists would print too small to be read.
    """
    groups = dict(zip((rule.id for rule in atlas.rules), _finding_groups(atlas), strict=True))
    blocks = []
    for name, rules in groupby(atlas.rules, key=lambda rule: rule.group_name):
        own = [groups[rule.id] for rule in rules]
        blocks += [(name, own[at : at + ABREAST]) for at in range(0, len(own), ABREAST)]
    return blocks


def _finding_groups(atlas: Atlas) -> list[Group]:
    names = township_names(atlas)
    towns = atlas.findings["township"].fillna("")
    groups = []
    for rule in atlas.rules:
        own = atlas.findings["rule"] == rule.id
        counts = pd.crosstab(towns[own], atlas.findings["level"][own])
        counts = counts.reindex(index=names, columns=list(LEVELS), fill_value=0)
        groups.append(Group(rule.name, [level_title(level) for level in LEVELS], _with_total(counts)))
    return groups


def _layer_groups(atlas: Atlas) -> list[Group]:
    """Return for each township how many features each layer has, so many layers at a time as print well."""
    layers = [own_id for own_id in atlas.layers if own_id != TOWNSHIP]
    counts = feature_counts(atlas).reindex(index=township_names(atlas), columns=layers, fill_value=0)
    parts = [layers[at : at + FEWEST_COLUMNS - 1] for at in range(0, len(layers), FEWEST_COLUMNS - 1)]
    return [
        Group(tr("Features"), [layer_title(atlas, own_id) for own_id in part], _with_total(counts[part]))
        for part in parts
    ]


def _with_total(counts: pd.DataFrame) -> pd.DataFrame:
    return with_total(counts.rename(index={"": tr("township not known")}))


def _lines(text: str, room: float) -> int:
    """Return how many lines a text takes where there is room for so many characters."""
    return sum(1 + int(text_width(line) / room) for line in text.split("\n"))
