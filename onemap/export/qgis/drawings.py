"""How a table is drawn and filled in, as QGIS writes it down: classes, labels, aliases, what editors are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from xml.etree import ElementTree as ET

from onemap.export.qgis.markup import (
    BOLD,
    PAPER,
    VERSION,
    add,
    add_text_style,
    add_typed,
    document,
    literal,
    quoted,
    rgba,
)
from onemap.export.qgis.symbols import Symbol, add_symbol
from onemap.model import LOCATED_IN, SOURCE, SOURCE_ROW
from onemap.spec.layer import FieldSpec, GeometryKind

NAMES: Final = "#3c3630"
"""The colour of names."""

FIXED: Final = (SOURCE, SOURCE_ROW, LOCATED_IN)
"""Columns that nobody fills in by hand."""

Words = Mapping[str, Mapping[str, str]]
"""For each column that holds one of a few values, what each of them is called."""


@dataclass(frozen=True)
class Category:
    """How the features with one value of the classified column are drawn."""

    value: str
    title: str
    symbol: Symbol


@dataclass(frozen=True)
class Labels:
    """What is written beside each feature."""

    expression: str
    size: float = 7.0
    """Points."""
    colour: str = NAMES
    bold: bool = False
    scale: int = 0
    """The smallest scale at which they are shown, as its denominator; 0 for any."""
    along: bool = False
    """Whether they run along lines that are straight."""


@dataclass(frozen=True)
class Drawing:
    """How QGIS shows a table."""

    kind: GeometryKind
    categories: Sequence[Category]
    titles: Mapping[str, str]
    """What each column is called."""
    column: str | None = None
    """The column by which features are classified; None draws all alike."""
    labels: Labels | None = None
    words: Words = field(default_factory=dict)
    dates: Sequence[str] = ()
    rules: Mapping[str, FieldSpec] = field(default_factory=dict)
    """What the columns that are fields must fulfil; told to whoever edits them, not enforced."""
    name: str = ""
    """An expression that names a feature."""
    tip: str = ""
    """What is shown of a feature under the pointer, in HTML with expressions."""


def qml(drawing: Drawing) -> str:
    """Return a drawing as a file of QGIS of its own."""
    categories = "Symbology|Labeling|Fields|Forms|MapTips"
    root = ET.Element("qgis", version=VERSION, styleCategories=categories)
    root.set("labelsEnabled", str(int(drawing.labels is not None)))
    add_drawing(root, drawing)
    return document(root)


def add_drawing(parent: ET.Element, drawing: Drawing) -> None:
    """Write a drawing into a style file, or into a layer of a project."""
    if drawing.kind != "table":
        _add_renderer(parent, drawing)
        if drawing.labels:
            _add_labels(parent, drawing.labels, drawing.kind)
    _add_fields(parent, drawing)
    add(parent, "previewExpression", drawing.name)
    add(parent, "mapTip", drawing.tip)


def _add_renderer(parent: ET.Element, drawing: Drawing) -> None:
    common = {"symbollevels": "0", "forceraster": "0", "enableorderby": "0", "referencescale": "-1"}
    if drawing.column is None:
        renderer = add(parent, "renderer-v2", type="singleSymbol", **common)
    else:
        renderer = add(parent, "renderer-v2", type="categorizedSymbol", attr=drawing.column, **common)
        categories = add(renderer, "categories")
        for number, one in enumerate(drawing.categories):
            add(categories, "category", value=one.value, symbol=number, label=one.title, render="true", type="string")
    symbols = add(renderer, "symbols")
    for number, category in enumerate(drawing.categories):
        add_symbol(symbols, category.symbol, str(number))


def _add_labels(parent: ET.Element, labels: Labels, kind: GeometryKind) -> None:
    settings = add(add(parent, "labeling", type="simple"), "settings", calloutType="simple")
    weight = BOLD if labels.bold else {}
    style = add_text_style(
        settings, labels.size, labels.colour, fieldName=labels.expression, isExpression="1", **weight
    )
    add(
        style, "text-buffer", bufferDraw="1", bufferSize="0.7", bufferSizeUnits="MM", bufferColor=rgba(PAPER),
        bufferOpacity="0.9", bufferJoinStyle="128", bufferNoFill="1",
    )  # fmt: skip
    # 0 puts labels around points, 1 over the middle of shapes, 2 along straight lines and 3 along bent ones; by the
    # flags the former stand above or below their line, the latter on it.
    placement = {"point": "0", "polygon": "1", "line": "2" if labels.along else "3"}[kind]
    add(
        settings, "placement", placement=placement, placementFlags="10" if labels.along else "9",
        dist="2" if kind == "point" else "0", distUnits="MM", polygonPlacementFlags="2", centroidInside="1",
        priority="5",
    )  # fmt: skip
    # Names may stand on polygons: were these obstacles, nothing over farmland would have one.
    add(
        settings, "rendering", drawLabels="1", scaleVisibility=labels.scale > 0, scaleMin="0", scaleMax=labels.scale,
        obstacle=kind == "point", obstacleFactor="1", displayAll="0", fontMinPixelSize="3", fontMaxPixelSize="10000",
    )  # fmt: skip


def _add_fields(parent: ET.Element, drawing: Drawing) -> None:
    configuration = add(parent, "fieldConfiguration")
    for column, values in drawing.words.items():
        # The entries stand in their order, each a map of one: its title and the value that is kept.
        config = add(add(_field(configuration, column), "editWidget", type="ValueMap"), "config")
        entries = add(add(config, "Option", type="Map"), "Option", name="map", type="List")
        for value, title in values.items():
            add_typed(entries, {title: value})
    for column in drawing.dates:
        config = add(add(_field(configuration, column), "editWidget", type="DateTime"), "config")
        told = {
            "allow_null": True,
            "calendar_popup": True,
            "display_format": "yyyy-MM-dd",
            "field_format": "yyyy-MM-dd",
        }
        add_typed(config, told)
    aliases = add(parent, "aliases")
    for index, (column, title) in enumerate(drawing.titles.items()):
        add(aliases, "alias", index=index, field=column, name=title)
    _add_constraints(parent, drawing.rules)
    editable = add(parent, "editable")
    for column in drawing.titles:
        add(editable, "field", name=column, editable=column not in FIXED)


def _field(configuration: ET.Element, column: str) -> ET.Element:
    return add(configuration, "field", name=column, configurationFlags="None")


def _add_constraints(parent: ET.Element, rules: Mapping[str, FieldSpec]) -> None:
    """Write what columns must fulfil, all of it soft (2): QGIS tells, and lets whoever edits go on."""
    constraints = add(parent, "constraints")
    expressions = add(parent, "constraintExpressions")
    for column, own in rules.items():
        kinds = 1 * own.required + 2 * own.unique + 4 * (own.pattern is not None)
        add(
            constraints, "constraint", field=column, constraints=kinds, notnull_strength=2 * own.required,
            unique_strength=2 * own.unique, exp_strength=2 * (own.pattern is not None),
        )  # fmt: skip
        if own.pattern is not None:
            # A value that is not there has no form.
            exp = f"{quoted(column)} is null or regexp_match({quoted(column)}, {literal(f'^(?:{own.pattern})$')}) = 1"
            add(expressions, "constraint", field=column, exp=exp, desc=own.note)
