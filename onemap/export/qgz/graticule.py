"""Degrees at the frame of a printed map."""

from __future__ import annotations

from typing import Final
from xml.etree import ElementTree as ET

from onemap.export.qgis.markup import BLACK, INK, WHITE, add, add_properties, add_text_style, rgba
from onemap.export.qgis.reference_systems import add_reference_system
from onemap.geodesy import LONLAT

MINUTES: Final = (0.25, 0.5, 1, 2, 5, 10, 15, 20, 30, 60)
"""How many minutes there may be between two of them: QGIS itself would take 2.4, and call it 2."""

LEAST_MM: Final = 45
MINUTE_M: Final = 1500
"""How far apart two of them are on paper at least, and how long a minute of longitude is about."""

CUSTOM: Final = "8"
"""The format of annotations that an expression says."""

NORTH_SIDES, EAST_SIDES = ("left", "right"), ("top", "bottom")
LATITUDES, LONGITUDES = "1", "2"


def interval() -> str:
    """Return the expression of the degrees between two lines, by the scale of the map."""
    needed = f"@map_scale * {LEAST_MM / 1000 / MINUTE_M:g}"
    fitting = f"array_filter(array({', '.join(f'{own:g}' for own in MINUTES)}), @element >= {needed})"
    return f"coalesce(array_first({fitting}), {MINUTES[-1]}) / 60"


def annotation() -> str:
    """Return the expression of what is said at a line: 112°36′E, or 34°48′30″N."""
    seconds = "round(abs(@grid_number) * 3600)"
    degrees, minutes = f"floor({seconds} / 3600)", f"lpad(floor({seconds} % 3600 / 60), 2, '0')"
    rest = f"if({seconds} % 60 = 0, '', lpad({seconds} % 60, 2, '0') || '″')"
    return f"{degrees} || '°' || {minutes} || '′' || {rest} || if(@grid_axis = 'x', 'E', 'N')"


def add_graticule(item: ET.Element, own_id: str) -> None:
    """Write degrees at the frame of a map, as far apart as its scale asks for: meridians above and below alone."""
    told = [("Position", "1"), ("Direction", "0"), ("Display", LONGITUDES)]
    turned = [("Position", "1"), ("Direction", "1"), ("Display", LATITUDES)]
    own = {side: turned if side in NORTH_SIDES else told for side in (*NORTH_SIDES, *EAST_SIDES)}
    sides = {f"{side}Annotation{part}": value for side, values in own.items() for part, value in values}
    grid = add(
        item, "ComposerMapGrid", "", uuid=own_id, name="graticule", show="1", position="3", gridStyle="3", unit="0",
        intervalX="0.1", intervalY="0.1", offsetX="0", offsetY="0", crossLength="3", blendMode="0",
        gridFrameStyle="3", gridFrameWidth="1.5", gridFrameMargin="0", gridFramePenThickness="0.2",
        gridFramePenColor=rgba(INK), frameFillColor1=rgba(WHITE), frameFillColor2=rgba(BLACK),
        gridFrameSideFlags="15", leftFrameDivisions="0", rightFrameDivisions="0", topFrameDivisions="0",
        bottomFrameDivisions="0", showAnnotation="1", annotationFormat=CUSTOM, annotationPrecision="0",
        annotationExpression=annotation(), frameAnnotationDistance="0.8", **sides,
    )  # fmt: skip
    add_reference_system(grid, LONLAT)
    add_text_style(grid, 6)
    intervals = {f"dataDefinedMapGridInterval{axis}": interval() for axis in "XY"}
    add_properties(add(grid, "LayoutObject"), intervals, "dataDefinedProperties")
