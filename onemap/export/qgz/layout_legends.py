"""The legends of printed maps: what stands in them, and how much room it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

import numpy as np

from onemap.export.qgis.markup import add, verbatim
from onemap.export.qgz.layout_items import LINE_BREAK
from onemap.export.qgz.layout_texts import letters_in, wrapped
from onemap.export.qgz.map_layers import MapLayer

ENTRY, HEADING, LINE = 4.6, 6.2, 3.4
"""Millimetres that an entry, a heading, and a further line of one of these take."""

COLUMN: Final = 52.5
"""Millimetres that a column takes."""

ENTRY_SIZE, HEADING_SIZE = 7.5, 8.0
"""Points."""

BOLDER: Final = 1.15
"""How much wider bold Latin letters are; Chinese characters are not."""

SYMBOL, GAP = 9.0, 3.0
"""Millimetres that a symbol takes, and the space between two columns."""

TITLE: Final = 12.0
"""Millimetres that the title takes, and what one column may be longer than the others."""


def entries(layers: Sequence[MapLayer]) -> list[MapLayer]:
    """Return the layers that stand in a legend: those that are shown, of each its largest part."""
    largest: dict[str, MapLayer] = {}
    for layer in layers:
        own = layer.part.spec.id if layer.part.spec else layer.id
        if layer.shown and (own not in largest or len(layer.part.frame) > len(largest[own].part.frame)):
            largest[own] = layer
    return [layer for layer in largest.values() if layer.legend or layer.drawing.column is None]


@dataclass(frozen=True)
class Room:
    """The room of a column of a legend: how many Latin letters, of which a Chinese character takes two, a line has."""

    entry: int
    heading: int

    @classmethod
    def of(cls, width: float) -> Room:
        """Return that of a column of so many millimetres: of its width the symbol takes some."""
        return cls(letters_in(width - SYMBOL, ENTRY_SIZE), letters_in(width - GAP, HEADING_SIZE))

    def headed(self, text: str) -> list[str]:
        """Return a heading in lines that have room."""
        return wrapped(text, int(self.heading / BOLDER) if text.isascii() else self.heading)


def height(told: Mapping[str, Sequence[str]], width: float) -> float:
    """Return about how many millimetres a legend takes in one column of a width: for each heading what stands below."""
    room = Room.of(width)
    lines = [text for texts in told.values() for text in texts]
    further = sum(len(wrapped(text, room.entry)) - 1 for text in lines)
    further += sum(len(room.headed(text)) - 1 for text in told)
    return len(lines) * ENTRY + HEADING * sum(bool(heading) for heading in told) + further * LINE


def county_texts(layers: Sequence[MapLayer]) -> dict[str, list[str]]:
    """Return what stands in the legend of the whole county; a layer without classes has no heading."""
    told: dict[str, list[str]] = {}
    for layer in entries(layers):
        classified = layer.drawing.column is not None
        told.setdefault(_name(layer) if classified else "", []).extend(layer.legend.values() or [_name(layer)])
    return told


def largest_texts(layers: Sequence[MapLayer], boxes: Sequence[Sequence[float]], width: float) -> dict[str, list[str]]:
    """Return what stands in the legend of that of several maps, each of a box, on which the most is seen."""
    shown = entries(layers)
    of_each: list[dict[str, list[str]]] = [{} for _ in boxes]
    for layer in shown:
        bounds = layer.part.frame.geometry.bounds.to_numpy()
        column = layer.drawing.column
        values = layer.part.frame[column].fillna("").astype(str).to_numpy() if column else None
        titles = {one.value: one.title for one in layer.drawing.categories}
        for told, (west, south, east, north) in zip(of_each, boxes, strict=True):
            there = (bounds[:, 0] <= east) & (bounds[:, 2] >= west) & (bounds[:, 1] <= north) & (bounds[:, 3] >= south)
            if not there.any():
                continue
            if values is None:
                told.setdefault("", []).append(_name(layer))
            else:
                told[_name(layer)] = [titles.get(value, "") for value in np.unique(values[there])]
    return max(of_each, key=lambda told: height(told, width), default={})


def add_legend_tree(legend: ET.Element, layers: Sequence[MapLayer], width: float, counted: bool) -> None:
    """Write what stands in a legend whose columns have a width: each layer above its classes, perhaps with numbers."""
    room = Room.of(width)
    tree = add(legend, "layer-tree-group")
    for layer in entries(layers):
        leaf = add(
            tree, "layer-tree-layer", id=layer.id, name=_name(layer), source=layer.address, providerKey="ogr",
            checked="Qt::Checked", expanded="1", legend_exp="",
        )  # fmt: skip
        own = _name(layer)
        name = in_column(room.headed(own) if layer.drawing.column else wrapped(own, room.entry))
        plain = {place: one.title for place, one in enumerate(layer.drawing.categories)}
        texts = layer.legend if counted else {place: plain[place] for place in layer.legend}
        told = {f"legend/label-{place}": in_column(wrapped(text, room.entry)) for place, text in texts.items()}
        # Without this QGIS says here what the layer is called in the project.
        titled = {"legend/title-label": name}
        if layer.drawing.column:
            order = ",".join(str(place) for place in layer.legend)
            _add_custom(leaf, {**titled, "legend/title-style": "subgroup", "legend/node-order": order, **told})
        else:
            told = told if counted else {}
            _add_custom(leaf, {"legend/title-style": "hidden", "legend/label-0": name, **told})


def in_column(lines: Sequence[str]) -> str:
    """Return a text of a legend in its lines."""
    return verbatim(LINE_BREAK.join(lines))


def _name(layer: MapLayer) -> str:
    return layer.part.title if layer.part.spec else layer.name


def _add_custom(element: ET.Element, told: Mapping[str, str]) -> None:
    wrapper = add(add(element, "customproperties"), "Option", type="Map")
    for name, value in told.items():
        add(wrapper, "Option", name=name, value=value, type="QString")
