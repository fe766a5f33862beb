"""Print layouts of the QGIS project: the county on A3, and an atlas with a page for each township."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

from onemap.export.crs_titles import public_title
from onemap.export.qgis.markup import add, literal, quoted, verbatim
from onemap.export.qgz.layout_items import CELL_MARGIN, Box, Page, TableColumn, item_titles
from onemap.export.qgz.layout_legends import COLUMN, TITLE, add_legend_tree, county_texts, height, largest_texts
from onemap.export.qgz.layout_texts import broken_value, fitted, in_lines, packed_into, size_of
from onemap.export.qgz.map_layers import ALL_FINDINGS, MapLayer, mu_title
from onemap.export.sheets import text_width
from onemap.export.townships import feature_counts
from onemap.export.words import ground_classes, layer_title
from onemap.model import TOWNSHIP, Atlas, level_title
from onemap.spec.rule import LEVELS
from onemap.text import tr

A3: Final = (420.0, 297.0)
EDGE: Final = 10.0
"""Millimetres around everything on a page."""

LEFT, TOP, BOTTOM, GAP = 14.0, 26.0, 21.0, 6.0
"""Millimetres beside, above and below a map, and between it and what belongs to it."""

MAP_HEIGHT: Final = A3[1] - TOP - BOTTOM
TITLE_HEIGHT: Final = 17.0
NOTES_HEIGHT: Final = 10.0
TOWNSHIP_MAP: Final = Box(LEFT, TOP, 242, MAP_HEIGHT)
LINES: Final = 18
"""How many records a page of the atlas tells."""

CHARACTER: Final = 2.4
"""Millimetres that a Chinese character takes in a table."""

LEGEND_COLUMNS: Final = 4
"""Of a legend below a map or a table."""

LEAST_LEGEND, LEAST_TABLE = 60.0, 60.0
"""Millimetres on a page of the atlas."""

LEAST_MAP: Final = 50.0
"""Millimetres that are left above however long a legend."""

PAGE_NAME: Final = "[% @atlas_pagename %]"


@dataclass(frozen=True)
class Sheet:
    """A page with a map of the county, and where on it everything stands."""

    size: tuple[float, float]
    map: Box
    north: Box
    scale: Box
    legend: Box
    columns: int
    """Of the legend."""


def sheet_of(extent: Sequence[float], legend: float) -> Sheet:
    """Return the page on which the map is larger: a lying one, or a standing one with the legend below the map.

    Parameters
    ----------
    legend
        The millimetres that the legend takes in one column.
    """
    return min(_lying(legend), _standing(legend), key=lambda sheet: round_scale(extent, sheet.map))


def _lying(legend: float) -> Sheet:
    room = MAP_HEIGHT - 20
    columns = min(LEGEND_COLUMNS, max(1, math.ceil(legend / (room - TITLE))))
    # A single one has room for what is called a little longer.
    width = 77 if columns == 1 else columns * COLUMN
    county_map = Box(LEFT, TOP, A3[0] - EDGE - 3 - GAP - LEFT - width, MAP_HEIGHT)
    beside = _beside(county_map)
    return Sheet(
        A3, county_map, Box(beside.x + 2, beside.y, 11, 17), Box(beside.x + 16, beside.y + 3, beside.width - 16, 11),
        Box(beside.x, beside.y + 20, beside.width, room), columns,
    )  # fmt: skip


def _standing(legend: float) -> Sheet:
    below = max(legend / LEGEND_COLUMNS + TITLE, 34)
    width, tall = A3[1] - 2 * LEFT, max(LEAST_MAP, A3[0] - TOP - BOTTOM - below - GAP)
    y, legend_width = TOP + tall + GAP, LEGEND_COLUMNS * COLUMN
    x = LEFT + width - legend_width
    return Sheet(
        (A3[1], A3[0]), Box(LEFT, TOP, width, tall), Box(LEFT + 1, y, 11, 17),
        Box(LEFT, y + 19, x - LEFT - GAP, 11), Box(x, y, legend_width, below), LEGEND_COLUMNS,
    )  # fmt: skip


def add_layouts(root: ET.Element, layers: Sequence[MapLayer], extent: Sequence[float], atlas: Atlas) -> None:
    """Write the layouts."""
    layouts = add(root, "Layouts")
    _add_county(layouts, layers, extent, atlas)
    townships = [layer for layer in layers if layer.part.name == TOWNSHIP and layer.part.frame.geometry.notna().any()]
    for township in townships:
        _add_townships(layouts, township, layers, atlas)


def _add_county(layouts: ET.Element, layers: Sequence[MapLayer], extent: Sequence[float], atlas: Atlas) -> None:
    sheet = sheet_of(extent, height(county_texts(layers), COLUMN))
    page = Page(layouts, tr("A3 county map"), sheet.size)
    scale = round_scale(extent, sheet.map)
    _put_title(page, atlas)
    _put_notes(page, tr("Scale 1:{number}", number=f"{scale:.0f}"), atlas)
    page.put_map(sheet.map, _shaped(extent, sheet.map, scale), tr("One map"))
    page.put_north_arrow(sheet.north)
    page.put_scale_bar(sheet.scale)
    legend = page.put_legend(sheet.legend, tr("Legend"), False, sheet.columns)
    add_legend_tree(legend, layers, sheet.legend.width / sheet.columns, counted=True)


def _add_townships(layouts: ET.Element, township: MapLayer, layers: Sequence[MapLayer], atlas: Atlas) -> None:
    page, box = Page(layouts, tr("A3 township atlas"), A3), TOWNSHIP_MAP
    scale = f"[% round(map_get(item_variables({literal(item_titles()['map'])}), 'map_scale'), -2) %]"
    _put_title(page, atlas, max(atlas.layers[TOWNSHIP].labels, key=text_width))
    _put_notes(page, tr("Scale about 1:{number}", number=scale), atlas)
    boxes = [tuple(map(float, edges)) for edges in township.part.frame.geometry.dropna().bounds.to_numpy()]
    page.put_map(box, _shaped(boxes[0], box, 1), tr("One map"), margin=0.06)
    column = _beside(box)
    page.put_north_arrow(Box(column.x + 2, column.y, 11, 17))
    page.put_scale_bar(Box(column.x + 16, column.y + 3, 60, 11))
    figures, own = Box(column.x, column.y + 19, column.width, 26), figures_of(atlas)
    size = size_of(max(map(len, own.values()), default=0), figures.height)
    page.put_label("figures", figures, _of_page(own), size=size, vertical="top")
    here = f"{quoted('township')} = @atlas_pagename"
    count = f"[% aggregate({literal(ALL_FINDINGS)}, 'count', {quoted('of_key')}, {here}) %]"
    told = tr(
        "Records of the lists: {count}; the gravest of them as far as there is room, all in lists.xlsx:", count=count
    )
    page.put_label("records", Box(column.x, column.y + 46, column.width, 6), told, size=8, bold=True)
    seen = [_shaped(edges, box, 1) for edges in boxes]
    width = column.width / LEGEND_COLUMNS
    room = max(LEAST_LEGEND, height(largest_texts(layers, seen, width), width) / LEGEND_COLUMNS + TITLE)
    table = Box(column.x, column.y + 53, column.width, max(LEAST_TABLE, column.height - 53 - 3 - room))
    page.put_table(table, _source(layers, ALL_FINDINGS), _columns(atlas, table.width), _rows(here))
    y = table.y + table.height + 3
    legend = page.put_legend(Box(column.x, y, column.width, room), tr("Legend"), True, LEGEND_COLUMNS)
    add_legend_tree(legend, layers, width, counted=False)
    coverage = {f"coverage{name}": value for name, value in _named(township).items()}
    page.make_atlas(coverage, _page_name(atlas), f"{literal(tr('township map') + ' ')} || @atlas_pagename")


def _page_name(atlas: Atlas) -> str:
    """Return the expression of what a township is called, as records call it: without a name by its code."""
    spec = atlas.layers[TOWNSHIP].spec
    name, code = quoted(spec.label), quoted(spec.key)
    return f"if(coalesce({name}, '') = '', {code}, {name})"


def _beside(box: Box) -> Box:
    """Return the column to the right of a map."""
    x = box.x + box.width + GAP
    return Box(x, box.y, A3[0] - EDGE - 3 - x, box.height)


def _put_title(page: Page, atlas: Atlas, longest: str = "") -> None:
    """Put the title on a page; on those of the atlas with the name of each, of which the longest is given."""
    width, text = page.size[0] - 2 * EDGE, atlas.project.spec.title
    whole = tr("{title}: {township}", title=text, township=longest) if longest else text
    size, shown = fitted(whole, width, TITLE_HEIGHT)
    if not longest:
        shown = verbatim(shown)
    elif "\n" not in shown:
        shown = tr("{title}: {township}", title=verbatim(text), township=PAGE_NAME)
    else:
        # The name has a line of its own.
        size, shown = fitted(text, width, TITLE_HEIGHT * 2 / 3)
        size = min(size, fitted(longest, width, TITLE_HEIGHT / 3)[0])
        shown = f"{verbatim(shown)}\n{PAGE_NAME}"
    page.put_label("title", Box(EDGE, 4, width, TITLE_HEIGHT), shown, size=size, bold=True, align="center")


def _put_notes(page: Page, scale: str, atlas: Atlas) -> None:
    """Put on a page the frame that every map has, and below it who made it, of what, in which coordinates."""
    spec, (width, bottom) = atlas.project.spec, page.size
    page.put_box("frame", Box(EDGE, 22, width - 2 * EDGE, bottom - 22 - 13))
    told = [tr("Coordinates: {name}", name=public_title(atlas.crs)), scale]
    told += [tr("data of {period}", period=spec.period)]
    errors = atlas.issues.loc[atlas.issues["severity"] == "error", "layer"]
    if len(errors):
        # A sheet of paper has no panel of issues beside it.
        names = tr(", ").join(layer_title(atlas, str(own_id)) for own_id in dict.fromkeys(errors))
        told.append(tr("Data with errors, not to be relied on: {layers}", layers=names))
    if atlas.edition == "internal":
        told.append(tr("For internal use; this map has not been through map review"))
    signed = [
        (tr("Made by"), verbatim(spec.sheet.made_by)),
        (tr("Checked by"), verbatim(spec.sheet.checked_by)),
        (tr("Date of the map"), f"[% format_date(now(), {literal('yyyy-MM-dd')}) %]"),
    ]
    signatures = [tr("{label}: {value}", label=label, value=value or "＿＿＿＿＿＿") for label, value in signed]
    room = (width - 2 * EDGE - GAP) / 2
    for own_id, texts, x, align in (
        ("notes", told, EDGE, "left"),
        ("signatures", signatures, EDGE + GAP + room, "right"),
    ):
        size, text = packed_into(texts, room, NOTES_HEIGHT)
        box = Box(x, bottom - 11.5, room, NOTES_HEIGHT)
        page.put_label(own_id, box, text, size=size, align=align, vertical="top")


def round_scale(extent: Sequence[float], box: Box) -> float:
    """Return the denominator of the largest scale of two digits at which an extent has room in a box."""
    west, south, east, north = extent
    needed = max((east - west) / box.width, (north - south) / box.height) * 1000
    step = 10.0 ** max(math.floor(math.log10(needed)) - 1, 0)
    return math.ceil(needed / step) * step


def _shaped(extent: Sequence[float], box: Box, scale: float) -> list[float]:
    """Return an extent around the same middle that has the shape of a box, at a scale or larger if it must."""
    west, south, east, north = extent
    metres = max(scale / 1000, (east - west) / box.width, (north - south) / box.height)
    x, y = (west + east) / 2, (south + north) / 2
    half_width, half_height = metres * box.width / 2, metres * box.height / 2
    return [x - half_width, y - half_height, x + half_width, y + half_height]


def _named(layer: MapLayer) -> dict[str, str]:
    return {"Layer": layer.id, "LayerName": layer.name, "LayerSource": layer.address, "LayerProvider": "ogr"}


def _source(layers: Sequence[MapLayer], own_id: str) -> dict[str, str]:
    """Return the attributes that name the layer of a table."""
    [layer] = [one for one in layers if one.id == own_id]
    return {f"vector{name}": value for name, value in _named(layer).items()}


def _rows(here: str) -> dict[str, object]:
    ranks = ", ".join(literal(level) for level in LEVELS)
    return {
        "order": f"array_find(array({ranks}), {quoted('level')})",
        "filter": here,
        "rows": LINES,
        "empty": tr("No record in the lists of this build."),
    }


def _columns(atlas: Atlas, width: float) -> list[TableColumn]:
    rules = {rule.id: rule.name for rule in atlas.rules}
    spare = width - 4 * 2 * CELL_MARGIN
    widths = [round(spare * share, 1) for share in (0.07, 0.23, 0.2, 0.5)]
    level = _renamed("level", {level: level_title(level) for level in LEVELS})
    texts = [_renamed("rule", rules), quoted("of_label"), quoted("reason")]
    shown = [level, *(broken_value(text, own, CHARACTER) for text, own in zip(texts, widths[1:], strict=True))]
    titles = [tr("Level"), tr("List"), tr("Name"), tr("Reason")]
    return [TableColumn(*column) for column in zip(shown, titles, widths, strict=True)]


def _renamed(column: str, words: Mapping[str, str]) -> str:
    """Return an expression that says what the ids in a column are called."""
    pairs = ", ".join(f"{literal(own_id)}, {literal(title)}" for own_id, title in words.items())
    return f"coalesce(map_get(map({pairs}), {quoted(column)}), {quoted(column)})"


def figures_of(atlas: Atlas) -> dict[str, list[str]]:
    """Return the lines of what is told of each township: its ground by class, and what lies in it."""
    texts: dict[str, list[str]] = {}
    for balance in atlas.balances:
        titles = {} if balance.withheld else ground_classes(atlas, balance)
        for name, own in balance.table.groupby("township") if titles else ():
            sums = own.groupby("class")["area_mu"].sum()
            told = [f"{title} {mu_title(sums[own_id])}" for own_id, title in titles.items() if sums.get(own_id, 0)]
            heading = tr("{label}: {value}", label=layer_title(atlas, balance.layer), value="")
            texts.setdefault(str(name), []).extend(in_lines(heading, told))
    counts = feature_counts(atlas)
    for place, town in enumerate(counts.index):
        row = counts.iloc[place].items()
        told = [tr("{title} ({count})", title=layer_title(atlas, str(own)), count=n) for own, n in row if n]
        texts.setdefault(str(town), []).extend(in_lines("", told))
    return {town: lines for town, lines in texts.items() if town}


def _of_page(texts: Mapping[str, Sequence[str]]) -> str:
    """Return an expression of the lines that belong to the page of the atlas."""
    pairs = ", ".join(f"{literal(name)}, {literal(chr(10).join(lines))}" for name, lines in texts.items())
    return f"[% coalesce(map_get(map({pairs}), @atlas_pagename), '') %]" if texts else ""
