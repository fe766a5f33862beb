"""Symbols of QGIS, drawn as the one map draws: fills with hatches, lines with dashes, markers with characters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np

from onemap.export.look import HATCH_INK, Look
from onemap.export.qgis.markup import FONT, MM_PER_PIXEL, WHITE, add, add_options, add_properties, mm, parts_of, rgba
from onemap.geodesy import area_m2
from onemap.spec.layer import GeometryKind

SYMBOL_TYPES: Final[dict[GeometryKind, str]] = {"polygon": "fill", "line": "line", "point": "marker"}
MARKERS: Final = {"cross": "cross_fill"}
"""What QGIS calls the shapes that it has another name for."""

SPREADS: Final = {"circle": 2.0, "square": 1.8, "diamond": 2.5, "triangle": 2.2, "cross": 2.0}
"""How wide a marker is, as a multiple of the size of its look: so that all look equally large."""

SHRINK: Final = 0.75
"""A sheet of paper is read closer than a screen, and shows more at a time."""

HATCH_PERIOD: Final = 8.0
HATCH_LINE, HATCH_DOT = 1.0, 2.2
"""Pixels between two lines of a hatch, and how wide lines and dots are."""

LEAST_SIDE: Final = HATCH_PERIOD / 2
"""Pixels: shapes of a smaller side have no room for a hatch, and outlines in another colour would cover them."""

SAMPLE: Final = 1000
"""Of how many shapes the side is asked."""

GLYPH: Final = 1.12
"""The height of the character inside a marker, as a multiple of its size."""


@dataclass(frozen=True)
class SymbolLayer:
    """One layer of a symbol: what it is for QGIS, its options, and the symbol that it repeats, if any."""

    own_class: str
    options: Mapping[str, str]
    repeated: Symbol | None = None
    expressions: Mapping[str, str] = field(default_factory=dict)
    """Properties that expressions say."""


@dataclass(frozen=True)
class Symbol:
    """A symbol, from its lowest layer up."""

    kind: GeometryKind
    layers: Sequence[SymbolLayer]


def symbol_of(kind: GeometryKind, look: Look, marked: bool = False, scale: float = 0) -> Symbol:
    """Return the symbol that draws a look.

    Parameters
    ----------
    marked
        Whether a polygon carries its marker too, as small plots do on the one map.
    scale
        The smallest scale at which polygons have hatches, and outlines of another colour than their own, as its
        denominator; 0 for any.
    """
    if kind == "point":
        return Symbol("point", _marker(look))
    if kind == "line":
        line = _line(look.line_colour, look.width, look.dash, look.opacity)
        return Symbol("line", [SymbolLayer("SimpleLine", line)])
    marks = [SymbolLayer("CentroidFill", CENTRED, Symbol("point", _marker(look)))] if marked else []
    layers = _fill(look) if look.dash or not scale else _plainer(look, scale)
    return Symbol("polygon", [*layers, *marks])


def scale_of(shapes: gpd.GeoSeries) -> float:
    """Return the smallest scale, as its denominator, at which shapes that tile the ground are not too small."""
    there = shapes[shapes.notna() & ~shapes.is_empty]
    if there.empty:
        return 0
    side = float(np.sqrt(area_m2(there.iloc[:: -(-len(there) // SAMPLE)]).median()))
    return round(side * 1000 / (LEAST_SIDE * MM_PER_PIXEL), -3)


def _plainer(look: Look, scale: float) -> list[SymbolLayer]:
    """Return the layers of a fill that below a scale has no hatch, and its outline in the colour of its ground."""
    # Opaque, as the ground looks on white paper: an outline that is seen through makes a PDF eight times as large.
    ground = tuple(round(part * look.opacity + 255 * (1 - look.opacity)) for part in parts_of(look.fill))
    text = f"if(@map_scale > {scale:.0f}, '{','.join(map(str, ground))},255', '{rgba(look.stroke)}')"
    first, *hatches = _fill(look)
    # Where nothing is known of a scale a hatch is drawn.
    enabled = {"enabled": f"coalesce(@map_scale, 0) <= {scale:.0f}"}
    return [replace(first, expressions={"outlineColor": text}), *(replace(one, expressions=enabled) for one in hatches)]


CENTRED: Final = {"point_on_surface": "1", "point_on_all_parts": "0"}


def _fill(look: Look) -> list[SymbolLayer]:
    colour = rgba(look.fill, look.opacity)
    if not look.dash:
        outline = _outline(look.stroke, look.width)
        return [SymbolLayer("SimpleFill", {"color": colour, "style": "solid", **outline}), *_hatch(look)]
    # A simple fill knows no dashes of our own: a line is drawn around it.
    plain = SymbolLayer("SimpleFill", {"color": colour, "style": "solid", "outline_style": "no"})
    return [plain, *_hatch(look), SymbolLayer("SimpleLine", _line(look.stroke, look.width, look.dash))]


def _hatch(look: Look) -> list[SymbolLayer]:
    ink = "#" + "".join(f"{round(part * HATCH_INK):02x}" for part in parts_of(look.fill))
    angles = {"diagonal": (45,), "cross": (45, 135)}.get(look.hatch or "", ())
    line = Symbol("line", [SymbolLayer("SimpleLine", _line(ink, HATCH_LINE, "", look.opacity))])
    distance = mm(HATCH_PERIOD / 2**0.5)
    lines = [
        SymbolLayer("LinePatternFill", {"angle": str(angle), "distance": distance, "distance_unit": "MM"}, line)
        for angle in angles
    ]
    if look.hatch != "dots":
        return lines
    dot = {"name": "circle", "size": mm(HATCH_DOT), "size_unit": "MM", "color": rgba(ink), "outline_style": "no"}
    period = mm(HATCH_PERIOD)
    grid = {
        "distance_x": period, "distance_x_unit": "MM", "distance_y": period, "distance_y_unit": "MM",
        "displacement_x": mm(HATCH_PERIOD / 2), "displacement_x_unit": "MM",
    }  # fmt: skip
    return [SymbolLayer("PointPatternFill", grid, Symbol("point", [SymbolLayer("SimpleMarker", dot)]))]


def _marker(look: Look) -> list[SymbolLayer]:
    size = look.size * SHRINK
    options = {
        "name": MARKERS.get(look.shape, look.shape), "size": mm(SPREADS[look.shape] * size), "size_unit": "MM",
        "color": rgba(look.fill, look.opacity), **_outline(look.stroke, look.width * SHRINK),
    }  # fmt: skip
    shape = SymbolLayer("SimpleMarker", options)
    if not look.glyph:
        return [shape]
    # A triangle has its middle below that of the square around it.
    down = mm(size * 0.25) if look.shape == "triangle" else "0"
    glyph = {
        "chr": look.glyph, "font": FONT, "font_style": "Bold", "size": mm(GLYPH * size), "size_unit": "MM",
        "color": rgba(WHITE), "outline_width": "0", "offset": f"0,{down}", "offset_unit": "MM",
        "horizontal_anchor_point": "1", "vertical_anchor_point": "1",
    }  # fmt: skip
    return [shape, SymbolLayer("FontMarker", glyph)]


def ring(colour: str, size: float, width: float) -> SymbolLayer:
    """Return a ring around whatever marker is there, in pixels."""
    nothing = {"name": "circle", "color": rgba(colour, 0), "size": mm(2 * size), "size_unit": "MM"}
    return SymbolLayer("SimpleMarker", {**nothing, **_outline(colour, width)})


def _outline(colour: str, width: float) -> dict[str, str]:
    return {
        "outline_color": rgba(colour), "outline_style": "solid", "outline_width": mm(width),
        "outline_width_unit": "MM", "joinstyle": "bevel",
    }  # fmt: skip


def _line(colour: str, width: float, dash: str, opacity: float = 1.0) -> dict[str, str]:
    options = {
        "line_color": rgba(colour, opacity), "line_style": "solid", "line_width": mm(width), "line_width_unit": "MM",
        "capstyle": "round", "joinstyle": "round",
    }  # fmt: skip
    if not dash:
        return options
    dashes = ";".join(mm(float(length)) for length in dash.split())
    return {**options, "capstyle": "flat", "use_custom_dash": "1", "customdash": dashes, "customdash_unit": "MM"}


def add_symbol(parent: ET.Element, symbol: Symbol, name: str = "") -> ET.Element:
    """Write a symbol."""
    told: dict[str, Any] = {"type": SYMBOL_TYPES[symbol.kind], "alpha": "1", "clip_to_extent": "1", "force_rhr": "0"}
    element = add(parent, "symbol", name=name, **told)
    for number, layer in enumerate(symbol.layers):
        own = add(element, "layer", class_=layer.own_class, enabled="1", locked="0", pass_="0")
        add_options(own, layer.options)
        if layer.expressions:
            add_properties(own, layer.expressions)
        if layer.repeated:
            add_symbol(own, layer.repeated, f"@{name}@{number}")
    return element
