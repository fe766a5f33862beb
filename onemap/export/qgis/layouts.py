"""Print layouts of the QGIS project: the county on A3, and an atlas with a page for each township."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final
from xml.etree import ElementTree as ET

import pyproj

from onemap.export.crs_titles import crs_titles
from onemap.export.qgis.layout_items import CELL_MARGIN, Box, Page, TableColumn, item_titles
from onemap.export.qgis.map_layers import ALL_FINDINGS, MapLayer, mu_title
from onemap.export.qgis.markup import add, literal, quoted, verbatim
from onemap.export.sheets import text_width
from onemap.export.townships import feature_counts
from onemap.export.words import ground_classes, layer_title
from onemap.model import TOWNSHIP, Atlas, level_title
from onemap.spec.crs import name_of
from onemap.spec.rule import LEVELS
from onemap.text import tr

A3: Final = (420.0, 297.0)
EDGE: Final = 10.0
"""Millimetres around everything on a page."""

TOP: Final = 26.0
MAP_HEIGHT: Final = 250.0
COUNTY_WIDTHS: Final = {1: 312.0, 2: 284.0}
"""Of the map of the county, by how many columns the legend beside it takes."""

TOWNSHIP_MAP: Final = Box(14, TOP, 242, MAP_HEIGHT)
KILOMETRES: Final = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20)
"""The lengths of parts of a scale bar."""

LINES: Final = 18
"""How many records a page of the atlas tells."""

CHARACTER: Final = 2.35
"""Millimetres that a Chinese character takes in a table."""

FIGURES_WIDTH: Final = 108
"""How many Latin letters, of which a Chinese character takes two, a line of the figures beside a map has."""

ENTRY, HEADING = 4.6, 6.2
"""Millimetres that an entry and a heading of a legend take."""


def add_layouts(root: ET.Element, layers: Sequence[MapLayer], extent: Sequence[float], atlas: Atlas) -> None:
    """Write the layouts."""
    layouts = add(root, "Layouts")
    _add_county(layouts, layers, extent, atlas)
    townships = [layer for layer in layers if layer.part.name == TOWNSHIP and layer.part.frame.geometry.notna().any()]
    for township in townships:
        _add_townships(layouts, township, layers, atlas)


def _add_county(layouts: ET.Element, layers: Sequence[MapLayer], extent: Sequence[float], atlas: Atlas) -> None:
    page = Page(layouts, tr("A3 county map"), A3)
    shown = [layer for layer in layers if layer.shown and (layer.legend or layer.drawing.column is None)]
    columns = 1 if _legend_height(shown) < MAP_HEIGHT - 26 else 2
    county_map = Box(14, TOP, COUNTY_WIDTHS[columns], MAP_HEIGHT)
    scale = round_scale(extent, county_map)
    _put_frame(page, verbatim(atlas.project.spec.title), tr("Scale 1:{number}", number=f"{scale:.0f}"), atlas)
    page.put_map(county_map, _shaped(extent, county_map, scale), tr("One map"))
    column = _beside(county_map)
    page.put_north_arrow(Box(column.x + 2, column.y, 11, 17))
    page.put_scale_bar(Box(column.x + 16, column.y + 3, column.width - 16, 11), _round_kilometres(scale))
    legend = page.put_legend(Box(column.x, column.y + 20, column.width, 200), tr("Legend"), False, columns)
    _add_legend_tree(legend, shown, counted=True)


def _add_townships(layouts: ET.Element, township: MapLayer, layers: Sequence[MapLayer], atlas: Atlas) -> None:
    page = Page(layouts, tr("A3 township atlas"), A3)
    title = tr("{title}: {township}", title=verbatim(atlas.project.spec.title), township="[% @atlas_pagename %]")
    scale = f"[% round(map_get(item_variables({literal(item_titles()['map'])}), 'map_scale'), -2) %]"
    _put_frame(page, title, tr("Scale about 1:{number}", number=scale), atlas)
    box = TOWNSHIP_MAP
    boxes = [tuple(map(float, edges)) for edges in township.part.frame.geometry.dropna().bounds.to_numpy()]
    page.put_map(box, _shaped(boxes[0], box, 1), tr("One map"), margin=0.06)
    column = _beside(box)
    page.put_north_arrow(Box(column.x + 2, column.y, 11, 17))
    widest = max(round_scale(edges, box) for edges in boxes)
    page.put_scale_bar(Box(column.x + 16, column.y + 3, 60, 11), _round_kilometres(widest))
    page.put_label("figures", Box(column.x, column.y + 19, column.width, 26), _figures(atlas), size=7.5, vertical="top")
    here = f"{quoted('township')} = attribute(@atlas_feature, {literal(_name_column(atlas))})"
    count = f"[% aggregate({literal(ALL_FINDINGS)}, 'count', {quoted('of_key')}, {here}) %]"
    told = tr(
        "Records of the lists: {count}; the gravest of them as far as there is room, all in lists.xlsx:", count=count
    )
    page.put_label("records", Box(column.x, column.y + 46, column.width, 6), told, size=8, bold=True)
    table = Box(column.x, column.y + 53, column.width, 122)
    page.put_table(table, _source(layers, ALL_FINDINGS), _columns(atlas, table.width), _rows(here))
    legend = page.put_legend(Box(column.x, table.y + table.height + 3, column.width, 60), tr("Legend"), True, 4)
    _add_legend_tree(legend, [layer for layer in layers if layer.shown], counted=False)
    coverage = {f"coverage{name}": value for name, value in _named(township).items()}
    page.make_atlas(coverage, quoted(_name_column(atlas)), f"{literal(tr('township map') + ' ')} || @atlas_pagename")


def _beside(box: Box) -> Box:
    """Return the column to the right of a map."""
    x = box.x + box.width + 4
    return Box(x, box.y, A3[0] - EDGE - 3 - x, box.height)


def _put_frame(page: Page, title: str, scale: str, atlas: Atlas) -> None:
    """Put on a page what every map has around it: who made it, of what, in which coordinates."""
    spec, width = atlas.project.spec, A3[0] - 2 * EDGE
    page.put_label("title", Box(EDGE, 6, width, 14), title, size=22, bold=True, align="center")
    page.put_box("frame", Box(EDGE, 22, width, 262))
    crs = pyproj.CRS.from_user_input(atlas.crs)
    told = [tr("Coordinates: {name} ({code})", name=crs_titles(crs)[0], code=name_of(atlas.crs)), scale]
    told += [tr("data of {period}", period=spec.period)]
    if atlas.edition == "internal":
        told.append(tr("For internal use; this map has not been through map review"))
    page.put_label("notes", Box(EDGE, 285.5, 250, 5), "    ".join(told), size=7.5)
    signed = [
        (tr("Made by"), verbatim(spec.sheet.made_by)),
        (tr("Checked by"), verbatim(spec.sheet.checked_by)),
        (tr("Date of the map"), f"[% format_date(now(), {literal('yyyy-MM-dd')}) %]"),
    ]
    text = "    ".join(tr("{label}: {value}", label=label, value=value or "＿＿＿＿＿＿") for label, value in signed)
    page.put_label("signatures", Box(EDGE + 250, 285.5, width - 250, 5), text, size=7.5, align="right")


def round_scale(extent: Sequence[float], box: Box) -> float:
    """Return the denominator of the largest scale of two digits at which an extent has room in a box."""
    west, south, east, north = extent
    needed = max((east - west) / box.width, (north - south) / box.height) * 1000
    step = 10.0 ** max(math.floor(math.log10(needed)) - 1, 0)
    return math.ceil(needed / step) * step


def _round_kilometres(scale: float) -> float:
    """Return how long a part of a scale bar is so that it takes between 10 and 25 mm."""
    return next((km for km in KILOMETRES if km * 1e6 / scale >= 10), KILOMETRES[-1])


def _legend_height(layers: Sequence[MapLayer]) -> float:
    """Return about how many millimetres a legend takes in one column."""
    own = [layer for layer in layers if layer.drawing.column]
    entries = sum(len(layer.legend) for layer in own) + len(layers) - len(own)
    return entries * ENTRY + HEADING * (1 + len(own))


def _shaped(extent: Sequence[float], box: Box, scale: float) -> list[float]:
    """Return an extent around the same middle that has the shape of a box, at a scale or larger if it must."""
    west, south, east, north = extent
    metres = max(scale / 1000, (east - west) / box.width, (north - south) / box.height)
    x, y = (west + east) / 2, (south + north) / 2
    half_width, half_height = metres * box.width / 2, metres * box.height / 2
    return [x - half_width, y - half_height, x + half_width, y + half_height]


def _add_legend_tree(legend: ET.Element, layers: Sequence[MapLayer], counted: bool) -> None:
    """Write what stands in a legend: of each layer its largest part, its name above its classes."""
    tree = add(legend, "layer-tree-group")
    largest: dict[str, MapLayer] = {}
    for layer in layers:
        own = layer.part.spec.id if layer.part.spec else layer.id
        if own not in largest or len(layer.part.frame) > len(largest[own].part.frame):
            largest[own] = layer
    for layer in largest.values():
        name = layer.part.title if layer.part.spec else layer.name
        leaf = add(
            tree, "layer-tree-layer", id=layer.id, name=name, source=layer.address, providerKey="ogr",
            checked="Qt::Checked", expanded="1", legend_exp="",
        )  # fmt: skip
        told = {f"legend/label-{place}": text for place, text in layer.legend.items()} if counted else {}
        # Without this QGIS says here what the layer is called in the project.
        titled = {"legend/title-label": name}
        if layer.drawing.column:
            order = ",".join(str(place) for place in layer.legend)
            _add_custom(leaf, {**titled, "legend/title-style": "subgroup", "legend/node-order": order, **told})
        else:
            _add_custom(leaf, {"legend/title-style": "hidden", "legend/label-0": name, **told})


def _add_custom(element: ET.Element, told: Mapping[str, str]) -> None:
    wrapper = add(add(element, "customproperties"), "Option", type="Map")
    for name, value in told.items():
        add(wrapper, "Option", name=name, value=value, type="QString")


def _named(layer: MapLayer) -> dict[str, str]:
    return {"Layer": layer.id, "LayerName": layer.name, "LayerSource": layer.address, "LayerProvider": "ogr"}


def _source(layers: Sequence[MapLayer], own_id: str) -> dict[str, str]:
    """Return the attributes that name the layer of a table."""
    [layer] = [one for one in layers if one.id == own_id]
    return {f"vector{name}": value for name, value in _named(layer).items()}


def _name_column(atlas: Atlas) -> str:
    return atlas.layers[TOWNSHIP].spec.label


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
    shown = [level, *(_broken(text, own) for text, own in zip(texts, widths[1:], strict=True))]
    titles = [tr("Level"), tr("List"), tr("Name"), tr("Reason")]
    return [TableColumn(*column) for column in zip(shown, titles, widths, strict=True)]


def _broken(expression: str, width: float) -> str:
    """Return an expression of a text in lines: QGIS breaks lines at blanks alone, of which Chinese has none."""
    count = int(width / CHARACTER)
    return f"regexp_replace({expression}, '(.{{{count}}})(?=.)', '\\\\1\\n')"


def in_lines(heading: str, told: Sequence[str]) -> list[str]:
    """Return an enumeration in lines that have room beside the map: newer QGIS breaks labels at blanks alone."""
    lines = [heading]
    for number, own in enumerate(told, start=1):
        text = own + tr(", ") * (number < len(told))
        fits = text_width(lines[-1] + text.rstrip()) <= FIGURES_WIDTH
        lines = [*lines[:-1], lines[-1] + text] if fits or not lines[-1] else [*lines, text]
    return [line.rstrip() for line in lines if line]


def _renamed(column: str, words: Mapping[str, str]) -> str:
    """Return an expression that says what the ids in a column are called."""
    pairs = ", ".join(f"{literal(own_id)}, {literal(title)}" for own_id, title in words.items())
    return f"coalesce(map_get(map({pairs}), {quoted(column)}), {quoted(column)})"


def _figures(atlas: Atlas) -> str:
    """Return an expression of what is told of the township of a page: its ground by class, and what lies in it."""
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
    pairs = ", ".join(f"{literal(name)}, {literal(chr(10).join(lines))}" for name, lines in texts.items())
    return f"[% coalesce(map_get(map({pairs}), @atlas_pagename), '') %]" if texts else ""
