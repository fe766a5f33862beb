"""QML, the style files of QGIS: symbols by class, labels, and Chinese names of columns and values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

from onemap.export.formats.parts import Part
from onemap.export.look import LINK, LINK_WIDTHS, SEVERITY_FILLS
from onemap.export.words import finding_columns, issue_columns, severity_title
from onemap.model import Atlas, level_title
from onemap.spec.kinds import KINDS
from onemap.spec.layer import GeometryKind, Style
from onemap.text import tr

MM_PER_PIXEL: Final = 25.4 / 96
SYMBOL_TYPES: Final[dict[GeometryKind, str]] = {"polygon": "fill", "line": "line", "point": "marker"}
MARKERS: Final = {"cross": "cross_fill"}
"""What QGIS calls the shapes that it has another name for."""

Words = Mapping[str, Mapping[str, str]]
"""For each column that holds ids, what each of them is called."""


@dataclass(frozen=True)
class Category:
    """How the features with one value of the classified column are drawn."""

    value: str
    title: str
    style: Style


@dataclass(frozen=True)
class Symbology:
    """How a table is drawn: by the values of `column`, or all alike where that is None."""

    kind: GeometryKind
    categories: Sequence[Category]
    column: str | None = None
    label: str | None = None
    """The column that is written beside each feature."""


def layer_qml(part: Part, names: Mapping[str, str]) -> str:
    """Return the style of a part of a layer.

    Parameters
    ----------
    names
        For each of its columns what it is called in the file; class columns hold titles.
    """
    spec = part.spec
    assert spec is not None
    categories = [Category("", spec.name, spec.style)]
    column = spec.class_field
    if column is not None:
        drawn = [
            Category(own.label, own.label, _of_class(spec.style, own.fill, own.shape))
            for own in spec.fields[column].classes.values()
        ]
        categories = [*drawn, Category("", tr("not classified"), spec.style)]
    label = names[spec.label] if spec.style.labels else None
    symbology = Symbology(part.kind, categories, None if column is None else names[column], label)
    return _qml(symbology, {names[own.name]: own.title for own in part.columns}, {})


def findings_qml(atlas: Atlas) -> str:
    """Return the style of the lines from features to their receptors."""
    style = Style(fill=LINK, stroke=LINK, dash="6 3", opacity=1)
    words = {
        "level": {level: level_title(level) for level in LINK_WIDTHS},
        "rule": {rule.id: rule.name for rule in atlas.rules},
        **{side: _layer_words(atlas) for side in ("of_layer", "to_layer")},
    }
    categories = [
        Category(level, level_title(level), style.model_copy(update={"width": width}))
        for level, width in LINK_WIDTHS.items()
    ]
    return _qml(Symbology("line", categories, "level"), finding_columns(), words)


def issues_qml(atlas: Atlas) -> str:
    """Return the style of the places of issues."""
    words = {
        "severity": {severity: severity_title(severity) for severity in SEVERITY_FILLS},
        "kind": {kind: KINDS[kind].name for kind in KINDS},
        "layer": _layer_words(atlas),
    }
    categories = [
        Category(severity, severity_title(severity), Style(fill=fill, stroke="#ffffff", shape="cross", size=7))
        for severity, fill in SEVERITY_FILLS.items()
    ]
    return _qml(Symbology("point", categories, "severity"), issue_columns(), words)


def _layer_words(atlas: Atlas) -> dict[str, str]:
    return {own_id: spec.name for own_id, spec in atlas.project.catalogue.layers.items()}


def _of_class(style: Style, fill: str | None, shape: str | None) -> Style:
    """Return the style of a class: its own fill and shape over the layer's."""
    own = {"fill": fill, "shape": shape}
    return style.model_copy(update={key: value for key, value in own.items() if value})


def _qml(symbology: Symbology, titles: Mapping[str, str], words: Words) -> str:
    root = ET.Element("qgis", version="3.22.0", styleCategories="Symbology|Labeling|Fields|Forms")
    _renderer(root, symbology)
    if symbology.label:
        _labels(root, symbology.label, symbology.kind)
    fields = ET.SubElement(root, "fieldConfiguration")
    for column, values in words.items():
        _value_map(fields, column, values)
    aliases = ET.SubElement(root, "aliases")
    for index, (column, title) in enumerate(titles.items()):
        ET.SubElement(aliases, "alias", index=str(index), field=column, name=title)
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + ET.tostring(root, encoding="unicode")


def _renderer(root: ET.Element, symbology: Symbology) -> None:
    if symbology.column is None:
        renderer = ET.SubElement(root, "renderer-v2", type="singleSymbol", symbollevels="0", forceraster="0")
    else:
        renderer = ET.SubElement(
            root, "renderer-v2", type="categorizedSymbol", attr=symbology.column, symbollevels="0", forceraster="0"
        )
        categories = ET.SubElement(renderer, "categories")
        for number, category in enumerate(symbology.categories):
            ET.SubElement(
                categories, "category", value=category.value, symbol=str(number), label=category.title, render="true"
            )
    symbols = ET.SubElement(renderer, "symbols")
    for number, category in enumerate(symbology.categories):
        symbol = ET.SubElement(
            symbols, "symbol", name=str(number), type=SYMBOL_TYPES[symbology.kind], alpha="1", clip_to_extent="1"
        )
        for own_class, options in _symbol_layers(symbology.kind, category.style):
            layer = ET.SubElement(symbol, "layer", {"class": own_class}, enabled="1", locked="0")
            layer.set("pass", "0")
            _options(layer, options)


def _symbol_layers(kind: GeometryKind, style: Style) -> list[tuple[str, dict[str, str]]]:
    """Return the QGIS symbol layers that draw a style, each as its class and options."""
    fill, stroke = _rgba(style.fill, style.opacity), _rgba(style.stroke, 1)
    if kind == "line":
        return [("SimpleLine", _line(_rgba(style.stroke, style.opacity), style))]
    if kind == "point":
        size = _mm(2 * style.size)
        shape = MARKERS.get(style.shape, style.shape)
        options = {"name": shape, "size": size, "size_unit": "MM", "color": fill}
        return [("SimpleMarker", {**options, **_outline(stroke, style.width)})]
    if not style.dash:
        return [("SimpleFill", {"color": fill, "style": "solid", **_outline(stroke, style.width)})]
    # A simple fill knows no dashes of our own: a line is drawn around it.
    return [
        ("SimpleFill", {"color": fill, "style": "solid", "outline_style": "no"}),
        ("SimpleLine", _line(stroke, style)),
    ]


def _outline(colour: str, width: float) -> dict[str, str]:
    return {"outline_color": colour, "outline_style": "solid", "outline_width": _mm(width), "outline_width_unit": "MM"}


def _line(colour: str, style: Style) -> dict[str, str]:
    options = {
        "line_color": colour, "line_style": "solid", "line_width": _mm(style.width), "line_width_unit": "MM",
        "capstyle": "round", "joinstyle": "round",
    }  # fmt: skip
    if not style.dash:
        return options
    dashes = ";".join(_mm(float(length)) for length in style.dash.split())
    return {
        **options, "capstyle": "flat", "use_custom_dash": "1", "customdash": dashes, "customdash_unit": "MM",
    }  # fmt: skip


def _labels(root: ET.Element, column: str, kind: GeometryKind) -> None:
    labeling = ET.SubElement(root, "labeling", type="simple")
    settings = ET.SubElement(labeling, "settings", calloutType="simple")
    text = ET.SubElement(
        settings, "text-style", fieldName=column, isExpression="0", fontSize="9", fontSizeUnit="Point",
        textColor="74,66,56,255", textOpacity="1", fontFamily="Microsoft YaHei",
    )  # fmt: skip
    ET.SubElement(
        text, "text-buffer", bufferDraw="1", bufferSize="0.8", bufferSizeUnits="MM",
        bufferColor="246,243,236,255", bufferOpacity="1",
    )  # fmt: skip
    # 3 writes the names of lines along them, 1 those of the others over the middle.
    ET.SubElement(settings, "placement", placement="3" if kind == "line" else "1", placementFlags="10", dist="0")


def _value_map(fields: ET.Element, column: str, values: Mapping[str, str]) -> None:
    """Let a column that holds ids show what they are called."""
    widget = ET.SubElement(ET.SubElement(fields, "field", name=column), "editWidget", type="ValueMap")
    config = ET.SubElement(ET.SubElement(widget, "config"), "Option", type="Map")
    entries = ET.SubElement(config, "Option", name="map", type="List")
    for value, title in values.items():
        entry = ET.SubElement(entries, "Option", type="Map")
        ET.SubElement(entry, "Option", name=title, value=value, type="QString")


def _options(layer: ET.Element, options: Mapping[str, str]) -> None:
    """Write options as both QGIS 3.18 and later, and those before it, read them."""
    wrapper = ET.SubElement(layer, "Option", type="Map")
    for key, value in options.items():
        ET.SubElement(wrapper, "Option", name=key, value=value, type="QString")
    for key, value in options.items():
        ET.SubElement(layer, "prop", k=key, v=value)


def _mm(pixels: float) -> str:
    return f"{pixels * MM_PER_PIXEL:.3f}"


def _rgba(colour: str, opacity: float) -> str:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"{red},{green},{blue},{round(opacity * 255)}"
