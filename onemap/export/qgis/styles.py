"""How each table of a build is shown in QGIS: layers by their classes, lists by their levels, issues by severity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import Final

from onemap.export.look import (
    LINK,
    LINK_WIDTHS,
    SEVERITY_FILLS,
    Look,
    finding_looks,
    issue_looks,
    looks,
    reach_looks,
)
from onemap.export.parts import ISSUES, Part
from onemap.export.qgis.drawings import Category, Drawing, Labels
from onemap.export.qgis.markup import (
    literal,
    mm,
    quoted,
)
from onemap.export.qgis.symbols import Symbol, SymbolLayer, ring, scale_of, symbol_of
from onemap.export.words import layer_title, severity_title
from onemap.model import TOWNSHIP, Atlas, level_title
from onemap.spec.kinds import KINDS
from onemap.spec.layer import FieldSpec, GeometryKind, LayerSpec
from onemap.text import tr

RING: Final = 8.5
"""Pixels from the middle of a feature that is on a list to the ring around it."""

SCALES: Final = {"always": 0, "main": 60_000, "usual": 25_000, "coverage": 5_000}
"""From which scale on features have their names beside them: of a coverage only where it is seen from close by."""

TIP_ROWS: Final = 10
"""How many columns a map tip tells."""


def drawing_of(part: Part, atlas: Atlas) -> Drawing:
    """Return how QGIS shows a table of the GeoPackage, whose columns have their own names."""
    if part.spec:
        return layer_drawing(part, {column.name: column.name for column in part.columns})
    return issues_drawing(part, atlas) if part.name == ISSUES else findings_drawing(part, atlas)


def layer_drawing(part: Part, names: Mapping[str, str]) -> Drawing:
    """Return how QGIS shows a part of a layer.

    Parameters
    ----------
    names
        For each of its columns what it is called in the file; class columns hold titles. Fields may be left out, all
        but the key.
    """
    spec = part.spec
    assert spec is not None
    fields = {names[own_id]: own for own_id, own in spec.fields.items() if own_id in names}
    label = names.get(spec.label, names[spec.key])
    classified = spec.class_field in names
    marked = "point" in spec.geometry and part.kind == "polygon"
    scale = scale_of(part.frame.geometry) if spec.coverage and part.kind == "polygon" else 0
    categories = [
        Category(look.title if own_id else "", look.title, symbol_of(part.kind, look, marked, scale))
        for own_id, look in (looks(spec).items() if part.kind != "table" else ())
        if classified or not own_id
    ]
    return Drawing(
        part.kind,
        _with_current_page(categories, names[spec.key]) if spec.id == TOWNSHIP else categories,
        {names[own.name]: own.title for own in part.columns},
        column=names.get(spec.class_field or ""),
        labels=_labels(spec, label),
        words={
            name: {one.label: one.label for one in own.classes.values()} for name, own in fields.items() if own.classes
        },
        dates=[name for name, own in fields.items() if own.type == "date"],
        rules=fields,
        name=quoted(label),
        tip=_tip(label, fields),
    )


def _labels(spec: LayerSpec, label: str) -> Labels:
    expression = quoted(label)
    if spec.style.labels:
        return Labels(expression, 10 if spec.id == TOWNSHIP else 8, spec.style.stroke, spec.id == TOWNSHIP)
    scale = "coverage" if spec.coverage else "main" if spec.style.glyph else "usual"
    return Labels(expression, scale=SCALES[scale])


def _with_current_page(categories: Sequence[Category], key: str) -> list[Category]:
    """Let the outline of the township that a page of the atlas is about be drawn thicker; key names its column."""
    current = f"coalesce({quoted(key)} = attribute(@atlas_feature, {literal(key)}), false)"
    wider = {"outlineWidth": f"if({current}, {mm(4)}, {mm(1.4)})"}

    def widened(layer: SymbolLayer) -> SymbolLayer:
        return replace(layer, expressions=wider) if layer.own_class == "SimpleLine" else layer

    return [
        replace(own, symbol=replace(own.symbol, layers=[widened(layer) for layer in own.symbol.layers]))
        for own in categories
    ]


def findings_drawing(part: Part, atlas: Atlas) -> Drawing:
    """Return how QGIS shows records of lists: a ring of their level around the feature, a line to the receptor."""
    words = {
        "level": {level: level_title(level) for level in LINK_WIDTHS},
        "rule": {rule.id: rule.name for rule in atlas.rules},
        **{side: _layer_words(atlas) for side in ("of_layer", "to_layer")},
    }
    own_looks = reach_looks() if part.kind == "polygon" else finding_looks()
    categories = [Category(level, look.title, _finding_symbol(part.kind, look)) for level, look in own_looks.items()]
    metres = f"if(\"unit\" = 'm', round(\"value\") || {literal(' ' + tr('m'))}, '')"
    labels = Labels(metres, 6.5, LINK, scale=SCALES["main"], along=True) if part.kind == "line" else None
    titles = {own.name: own.title for own in part.columns}
    if part.kind == "polygon":
        words = {column: own for column, own in words.items() if column in titles}
        return Drawing(part.kind, categories, titles, "level", None, words, name=quoted("of_label"))
    tip = f"<b>{_shown('of_label')}</b><br>{_shown('reason')}<br><i>{_shown('basis')}</i>"
    name = 'coalesce("of_label", "of_key") || \' → \' || coalesce("to_label", \'\')'
    return Drawing(part.kind, categories, titles, "level", labels, words, name=name, tip=tip)


def _finding_symbol(kind: GeometryKind, look: Look) -> Symbol:
    """Return a ring in the colour of the level, and from it the line to what was found; of a reach its outline."""
    if kind == "polygon":
        return symbol_of(kind, look)
    around = Symbol("point", [ring(look.fill, RING, 2.2)])
    if kind == "point":
        return around
    first = SymbolLayer("MarkerLine", {"placement": "firstvertex", "rotate": "0"}, around)
    return Symbol("line", [*symbol_of("line", look).layers, first])


def issues_drawing(part: Part, atlas: Atlas) -> Drawing:
    """Return how QGIS shows the places of faults in the data."""
    words = {
        "severity": {severity: severity_title(severity) for severity in SEVERITY_FILLS},
        "kind": {kind: KINDS[kind].name for kind in KINDS},
        "layer": _layer_words(atlas),
    }
    categories = [Category(severity, look.title, symbol_of("point", look)) for severity, look in issue_looks().items()]
    titles = {own.name: own.title for own in part.columns}
    tip = f"<b>{_shown('message')}</b><br>{_shown('hint')}<br>{_shown('source')} {_shown('cell')}"
    return Drawing("point", categories, titles, "severity", None, words, name=quoted("message"), tip=tip)


def _layer_words(atlas: Atlas) -> dict[str, str]:
    return {own_id: layer_title(atlas, own_id) for own_id in atlas.project.catalogue.layers}


def _tip(label: str, fields: Mapping[str, FieldSpec]) -> str:
    """Return the name of a feature and below it what is known of it, without what is not."""
    told = [(column, own) for column, own in fields.items() if column != label][:TIP_ROWS]
    rows = [
        f"[% if({quoted(column)} is null, '', {literal(_row(own.label))} || {_escaped(column)} || '</td></tr>') %]"
        for column, own in told
    ]
    return f"<b>{_shown(label)}</b><table>{''.join(rows)}</table>"


def _row(title: str) -> str:
    return f"<tr><td>{escape(title)}&nbsp;</td><td>"


def _shown(column: str) -> str:
    return f"[% coalesce({_escaped(column)}, '') %]"


def _escaped(column: str) -> str:
    """Return the expression of a value in HTML: a name may hold what HTML takes for its own."""
    return f"replace(replace(to_string({quoted(column)}), '&', '&amp;'), '<', '&lt;')"
