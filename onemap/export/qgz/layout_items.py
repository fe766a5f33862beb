"""What stands on the pages of a print layout of QGIS: maps, texts, legends, scale bars, tables."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from xml.etree import ElementTree as ET

from onemap.export.qgis.markup import BLACK, BOLD, FONT, INK, WHITE, add, add_text_style, add_typed, parts_of, rgba
from onemap.export.qgis.symbols import Symbol, SymbolLayer, add_symbol
from onemap.export.qgz.graticule import add_graticule
from onemap.text import tr

PAGE, MAP, PICTURE, LABEL, LEGEND, SHAPE, SCALE_BAR, FRAME, TABLE = (
    "65638", "65639", "65640", "65641", "65642", "65643", "65646", "65647", "65649",
)  # fmt: skip
"""The types of items, by QGIS's own numbers."""

POINTS_PER_MM: Final = 72 / 25.4
NAMESPACE: Final = uuid.UUID("0d8f6d4e-6c4b-5d0e-9f0a-2f1f5a1f8c51")
"""Of the ids of items, which are the same in every build."""

NORTH_ARROW: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 90"><path d="M30 4 8 84 30 66Z" fill="#26302d"/>'
    '<path d="M30 4 52 84 30 66Z" fill="#fff" stroke="#26302d" stroke-width="2" stroke-linejoin="round"/></svg>'
)


LINE_BREAK: Final = "⏎"
"""What breaks lines in a legend, as QGIS does nowhere by itself."""

CELL_MARGIN: Final = 0.9
"""Millimetres around what stands in a cell of a table."""


@dataclass(frozen=True)
class Box:
    """Where an item stands on its page: millimetres from the upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def place(self) -> str:
        """The corner, as QGIS has it."""
        return f"{self.x:g},{self.y:g},mm"

    @property
    def size(self) -> str:
        """The size, as QGIS has it."""
        return f"{self.width:g},{self.height:g},mm"


class Page:
    """A layout of one page, onto which items are put; what comes later lies above."""

    def __init__(self, parent: ET.Element, name: str, size: tuple[float, float]) -> None:
        self.name, self.size = name, size
        self.layout = add(parent, "Layout", name=name, units="mm", printResolution="300", worldFileMap="")
        add(self.layout, "Snapper", tolerance="5", snapToGuides="1", snapToItems="1", snapToGrid="0")
        add(self.layout, "Grid", resUnits="mm", offsetUnits="mm", offsetX="0", offsetY="0", resolution="10")
        pages = add(self.layout, "PageCollection")
        add_symbol(pages, _plain(WHITE))
        self._items = 0
        add_symbol(self._add(pages, PAGE, "page", Box(0, 0, *size), background="true"), _plain(WHITE))
        add(pages, "GuideCollection", visible="1")
        # What the dialog of the PDF begins with: 1 has text that can be searched, as newer QGIS would not by itself.
        add_typed(add(self.layout, "customproperties"), {"pdfTextFormat": 1})

    def _add(self, parent: ET.Element, kind: str, own_id: str, box: Box, **attributes: object) -> ET.Element:
        common = {
            "type": kind, "id": item_titles()[own_id], "uuid": self.id_of(own_id),
            "templateUuid": self.id_of(own_id), "position": box.place, "positionOnPage": box.place, "size": box.size,
            "zValue": self._items, "visibility": "1", "opacity": "1", "blendMode": "0", "itemRotation": "0",
            "referencePoint": "0",
            "frame": "false", "frameJoinStyle": "miter", "outlineWidthM": "0.2,mm", "background": "false",
            "positionLock": "false", "excludeFromExports": "0", "groupUuid": "",
        }  # fmt: skip
        self._items += 1
        item = add(parent, "LayoutItem", "", **{**common, **attributes})
        _add_colour(item, "FrameColor", INK)
        _add_colour(item, "BackgroundColor", WHITE)
        return item

    def id_of(self, own_id: str) -> str:
        """Return the id of an item that is called `own_id`."""
        return "{" + str(uuid.uuid5(NAMESPACE, f"{self.name}/{own_id}")) + "}"

    def put_label(self, own_id: str, box: Box, text: str, **look: Any) -> None:
        """Put a text, in which [% … %] are expressions, at `size` points; `align` is left, center or right."""
        align = {"left": "1", "right": "2", "center": "4"}[look.get("align", "left")]
        vertical = {"top": "32", "bottom": "64", "middle": "128"}[look.get("vertical", "middle")]
        told = {"labelText": text, "halign": align, "valign": vertical, "marginX": "0", "marginY": "0"}
        item = self._add(self.layout, LABEL, own_id, box, htmlState="0", **told)
        weight = 75 if look.get("bold") else 50
        add(item, "LabelFont", description=f"{FONT},{look.get('size', 9):g},-1,5,{weight},0,0,0,0,0", style="")
        _add_colour(item, "FontColor", look.get("colour", INK))
        # Newer versions read this, and older ones the two above.
        add_text_style(item, look.get("size", 9), look.get("colour", INK), **(BOLD if look.get("bold") else {}))

    def put_box(self, own_id: str, box: Box) -> None:
        """Put a frame around what comes above it."""
        item = self._add(self.layout, SHAPE, own_id, box, shapeType="1", cornerRadiusMeasure="0,mm")
        add_symbol(item, _plain(WHITE, INK))

    def put_north_arrow(self, box: Box) -> None:
        """Put an arrow that points to the north of the map called map."""
        file = "base64:" + base64.b64encode(NORTH_ARROW.encode()).decode()
        self._add(
            self.layout, PICTURE, "north", box, file=file, mode="0", resizeMode="0", anchorPoint="4",
            mapUuid=self.id_of("map"), northMode="1", northOffset="0", pictureRotation="0", pictureWidth=box.width,
            pictureHeight=box.height, svgFillColor=rgba(BLACK), svgBorderColor=rgba(BLACK), svgBorderWidth="0.2",
        )  # fmt: skip

    def put_scale_bar(self, box: Box) -> None:
        """Put a scale bar for the map called map, of two parts of as many kilometres as its scale leaves room for."""
        item = self._add(
            self.layout, SCALE_BAR, "scale", box, style="Double Box", unitType="km", unitLabel="km",
            numMapUnitsPerScaleBarUnit="1", segmentSizeMode="1", minBarWidth="20", maxBarWidth="50", numSegments="2",
            numSegmentsLeft="0", numUnitsPerSegment="1",
            segmentMillimeters="10", height="2", labelBarSpace="1.2", boxContentSpace="1", alignment="1",
            outlineWidth="0.2", mapUuid=self.id_of("map"), labelVerticalPlacement="0", labelHorizontalPlacement="0",
            numSubdivisions="1", subdivisionsHeight="1.5", lineJoinStyle="miter", lineCapStyle="square",
        )  # fmt: skip
        add_text_style(item, 7.5)
        for tag, colour in (("fillColor", INK), ("fillColor2", WHITE), ("strokeColor", INK)):
            _add_colour(item, tag, colour)

    def put_map(self, box: Box, extent: Sequence[float], theme: str, margin: float | None = None) -> None:
        """Put a map of what a theme shows, with a graticule at its frame.

        Parameters
        ----------
        extent
            West, south, east and north in the project's CRS, of the shape of the box.
        margin
            Of an atlas: how much more than the feature of a page is shown, as a share of it.
        """
        item = self._add(
            self.layout, MAP, "map", box, followPreset="true", followPresetName=theme, keepLayerSet="false",
            drawCanvasItems="false", mapRotation="0", frame="true", background="true", labelMargin="0,mm",
            mapFlags="1", isTemporal="0",
        )  # fmt: skip
        names = ("xmin", "ymin", "xmax", "ymax")
        add(item, "Extent", "", **{name: f"{edge:.3f}" for name, edge in zip(names, extent, strict=True)})
        add(item, "LayerSet")
        add_graticule(item, self.id_of("graticule"))
        told = {"atlasDriven": margin is not None, "scalingMode": "2", "margin": margin or 0.1}
        add(item, "AtlasMap", "", **told)

    def put_legend(self, box: Box, title: str, filtered: bool, columns: int = 1) -> ET.Element:
        """Put a legend and return it: what stands in it is added as a tree of layers.

        Parameters
        ----------
        filtered
            Whether only what the map called map shows stands in it.
        """
        item = self._add(
            self.layout, LEGEND, "legend", box, title=title, map_uuid=self.id_of("map"), resizeToContents="1",
            legendFilterByMap=filtered, legendFilterByAtlas="0", symbolWidth="6", symbolHeight="3.2",
            symbolAlignment="1", columnCount=columns, columnSpace="3", equalColumnWidth="0", splitLayer="1",
            boxSpace="1", titleAlignment="1", lineSpacing="0.6", wrapChar=LINE_BREAK, fontColor=INK, minSymbolSize="0",
            maxSymbolSize="4.2", wmsLegendWidth="50", wmsLegendHeight="25", rasterBorder="1",
        )  # fmt: skip
        styles = add(item, "styles")
        for name, size, weight, space in (
            ("title", 11, 75, "1.5"), ("group", 9, 75, "1.8"), ("subgroup", 8, 75, "1.4"), ("symbol", 7.5, 50, "0.9"),
            ("symbolLabel", 7.5, 50, "0"),
        ):  # fmt: skip
            margins = {"marginBottom" if name == "title" else "marginTop": space}
            margins |= {"marginLeft": "1.8"} if name == "symbolLabel" else {}
            style = add(styles, "style", "", name=name, indent="0", alignment="1", **margins)
            add(style, "styleFont", description=f"{FONT},{size:g},-1,5,{weight},0,0,0,0,0", style="")
            add_text_style(style, size, **(BOLD if weight == 75 else {}))
        return item

    def put_table(
        self, box: Box, source: Mapping[str, str], columns: Sequence[TableColumn], told: Mapping[str, Any]
    ) -> None:
        """Put a table of the features of a layer.

        Parameters
        ----------
        source
            The attributes that name the layer.
        told
            order: an expression by which rows are sorted; filter: an expression of those that are there; rows: how
            many at most; empty: what is said where there is none.
        """
        frame = self.id_of("table frame")
        table = add(
            self.layout, "LayoutMultiFrame", "", type=TABLE, uuid=self.id_of("table"), templateUuid=self.id_of("table"),
            **source, maxFeatures=told["rows"], filterFeatures="true", featureFilter=told["filter"], source="0",
            showOnlyVisibleFeatures="0", showUniqueRowsOnly="0", filterToAtlasIntersection="0", relationId="",
            headerMode="0", headerHAlignment="0", wrapBehavior="1", wrapString="", useConditionalStyling="0",
            emptyTableMode="2", emptyTableMessage=told["empty"], showEmptyRows="0", cellMargin=CELL_MARGIN,
            showGrid="1", gridStrokeWidth="0.15", gridColor=rgba("#c9c4ba"), horizontalGrid="1", verticalGrid="0",
            resizeMode="0", backgroundColor=rgba(WHITE),
        )  # fmt: skip
        add(table, "childFrame", uuid=frame, templateUuid=frame)
        for tag, weight in (
            ("headerTextFormat", {"fontWeight": "75", "namedStyle": "Bold"}),
            ("contentTextFormat", {}),
        ):
            add_text_style(add(table, tag), 6.5, **weight)
        shown = add(table, "displayColumns")
        for column in columns:
            _add_column(shown, column)
        _add_column(add(table, "sortColumns"), TableColumn(told["order"], "", 0))
        styles = add(table, "cellStyles")
        for tag in (
            "oddColumns",
            "evenColumns",
            "oddRows",
            "evenRows",
            "firstColumn",
            "lastColumn",
            "firstRow",
            "lastRow",
        ):
            add(styles, tag, cellBackgroundColor=rgba(WHITE), enabled="0")
        add(styles, "headerRow", cellBackgroundColor=rgba("#efece4"), enabled="1")
        self._add(
            self.layout, FRAME, "table frame", box, multiFrame=self.id_of("table"),
            multiFrameTemplateUuid=self.id_of("table"), sectionX="0", sectionY="0", sectionWidth=box.width,
            sectionHeight=box.height, hidePageIfEmpty="0", hideBackgroundIfEmpty="0",
        )  # fmt: skip

    def make_atlas(self, layer: Mapping[str, str], name: str, file_name: str) -> None:
        """Let there be a page for each feature of a layer, called by an expression."""
        add(
            self.layout, "Atlas", "", **layer, enabled="1", hideCoverage="0", filterFeatures="0", sortFeatures="0",
            pageNameExpression=name, filenamePattern=file_name,
        )  # fmt: skip


def item_titles() -> dict[str, str]:
    """Return what the items of a layout are called in QGIS, by their ids here."""
    return {
        "page": tr("Page"), "map": tr("Map"), "title": tr("Title of the map"), "frame": tr("Frame"),
        "north": tr("North arrow"), "scale": tr("Scale bar"), "legend": tr("Legend"), "notes": tr("Notes"),
        "signatures": tr("Signatures"), "figures": tr("Figures of the township"),
        "records": tr("Number of records"), "table frame": tr("Table of records"),
    }  # fmt: skip


@dataclass(frozen=True)
class TableColumn:
    """A column of a table: an expression, its heading, and its width in millimetres."""

    expression: str
    heading: str
    width: float


def _add_column(parent: ET.Element, column: TableColumn) -> None:
    element = add(
        parent, "column", attribute=column.expression, heading=column.heading, width=f"{column.width:g}",
        hAlignment="1", vAlignment="32", sortByRank="0", sortOrder="0",
    )  # fmt: skip
    add(element, "backgroundColor", red="0", green="0", blue="0", alpha="0")


def _add_colour(parent: ET.Element, tag: str, colour: str) -> None:
    red, green, blue = parts_of(colour)
    add(parent, tag, red=red, green=green, blue=blue, alpha="255")


def _plain(fill: str, outline: str = "") -> Symbol:
    stroke = {"outline_color": rgba(outline or fill), "outline_width": "0.2", "outline_width_unit": "MM"}
    style = {"color": rgba(fill), "style": "solid", "outline_style": "solid" if outline else "no"}
    return Symbol("polygon", [SymbolLayer("SimpleFill", {**style, **stroke})])
