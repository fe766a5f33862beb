"""How the classes of a part look in drawings that know nothing of layer files: KML and DXF."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from onemap.export.formats.parts import FINDINGS, Part
from onemap.export.look import LINK, LINK_WIDTHS, SEVERITY_FILLS
from onemap.export.words import severity_title
from onemap.model import level_title
from onemap.spec.layer import ClassSpec, GeometryKind, LayerSpec, Style
from onemap.text import fold, tr


@dataclass(frozen=True)
class Look:
    """How the features of one class are drawn."""

    id: str
    title: str
    style: Style
    kind: GeometryKind


def looks_of(part: Part) -> tuple[list[Look], NDArray[np.intp]]:
    """Return the classes of a part in the order of their legend, and for each feature the number of its own.

    The last one is of features that have no class.
    """
    column, looks, words = classes_of(part)
    if column is None or column not in part.frame:
        return looks[-1:], np.zeros(len(part.frame), dtype=np.intp)
    values = part.frame[column].astype("string").fillna("")
    number_of = {value: words.get(fold(value), len(looks) - 1) for value in values.unique()}
    return looks, values.map(number_of).to_numpy(dtype=np.intp)


def classes_of(part: Part) -> tuple[str | None, list[Look], dict[str, int]]:
    """Return the column that classes a part, its classes, and the number of each for the words that mean it."""
    if part.spec:
        return _of_layer(part, part.spec)
    if part.name == FINDINGS:
        base = Style(fill=LINK, stroke=LINK, opacity=1)
        styles = {level: base.model_copy(update={"width": width}) for level, width in LINK_WIDTHS.items()}
        titles = {level: level_title(level) for level in styles}
        return _listed(part, "level", titles, styles)
    styles = {own: Style(fill=fill, stroke="#ffffff", shape="cross", size=7) for own, fill in SEVERITY_FILLS.items()}
    return _listed(part, "severity", {own: severity_title(own) for own in styles}, styles)


def _of_layer(part: Part, spec: LayerSpec) -> tuple[str | None, list[Look], dict[str, int]]:
    plain = Look(f"{part.name}.none", spec.name, spec.style, part.kind)
    if spec.class_field is None:
        return None, [plain], {}
    field = spec.fields[spec.class_field]
    looks = [
        Look(f"{part.name}.{own_id}", own.label, _own_style(spec.style, own, part.kind), part.kind)
        for own_id, own in field.classes.items()
    ]
    numbers = {own_id: number for number, own_id in enumerate(field.classes)}
    words = {word: numbers[own_id] for word, own_id in field.class_of.items()}
    return spec.class_field, [*looks, Look(plain.id, tr("not classified"), spec.style, part.kind)], words


def _own_style(style: Style, own: ClassSpec, kind: GeometryKind) -> Style:
    """Return the style of a class; a line has the colour of its class, where it has one."""
    told = {"fill": own.fill, "shape": own.shape, "stroke": own.fill if kind == "line" else None}
    return style.model_copy(update={name: value for name, value in told.items() if value})


def _listed(
    part: Part, column: str, titles: dict[str, str], styles: dict[str, Style]
) -> tuple[str, list[Look], dict[str, int]]:
    looks = [Look(f"{part.name}.{own}", titles[own], style, part.kind) for own, style in styles.items()]
    words = {fold(word): number for number, own in enumerate(styles) for word in (own, titles[own])}
    looks.append(Look(f"{part.name}.none", tr("not classified"), looks[-1].style, part.kind))
    return column, looks, words
