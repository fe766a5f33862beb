"""What stands in the QGIS project: the layers of the build and its lists, in groups, as the one map has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pandas as pd

from onemap.export.look import looks
from onemap.export.parts import FINDINGS, ISSUES, REACHES, Part
from onemap.export.qgis.drawings import Drawing
from onemap.export.qgis.styles import drawing_of
from onemap.geodesy import MU_M2
from onemap.model import Atlas, Layer
from onemap.spec.rule import Rule
from onemap.text import language, tr

LISTS_ORDER: Final = 200
"""Above every layer; below it what lies within reach, which may cover much."""

REACHES_ORDER: Final = 45
ISSUES_ORDER: Final = 190
LAYER_ID: Final = "onemap_layer_{name}"
"""QGIS gives a layer whose id has less than 17 characters another one."""

LIST_ID: Final = "onemap_list_{rule}_{kind}"
ALL_FINDINGS: Final = LAYER_ID.format(name=FINDINGS)
"""The id of the layer of all records, of which tables are made."""


@dataclass(frozen=True)
class MapLayer:
    """A layer of the QGIS project."""

    id: str
    name: str
    part: Part
    drawing: Drawing
    groups: tuple[str, ...]
    """The groups in which it stands, from the outermost."""
    order: int
    """Higher is drawn above lower."""
    shown: bool
    subset: str = ""
    """The condition, in SQL, of the rows that it has; "" has all."""
    theme: str = ""
    """The group of lists to which it belongs; "" for what every theme shows."""
    legend: Mapping[int, str] = field(default_factory=dict)
    """What the legend of a printed map says of its classes, by their place; none stands there that is not in it."""

    @property
    def address(self) -> str:
        """Where it is, from the project's folder."""
        subset = f"|subset={self.subset}" if self.subset else ""
        return f"./onemap.gpkg|layername={self.part.name}{subset}"


def map_layers(atlas: Atlas, tables: Sequence[Part]) -> list[MapLayer]:
    """Return the layers of the project in the order of its tree.

    Parameters
    ----------
    tables
        The tables of the GeoPackage.
    """
    lists = {part.name: part for part in tables if part.spec is None}
    own = [_layer(part, atlas) for part in tables if part.spec]
    highest: dict[str, int] = {}
    for one in own:
        highest[one.groups[0]] = max(highest.get(one.groups[0], 0), one.order)
    # Tables without places last, and the groups by what is drawn highest in them.
    own.sort(key=lambda one: (-highest[one.groups[0]], one.groups[0], one.part.kind == "table", -one.order, one.id))
    return [*_list_layers(atlas, lists), *own, *_issue_layers(atlas, lists)]


def _layer(part: Part, atlas: Atlas) -> MapLayer:
    spec = part.spec
    assert spec is not None
    layer = atlas.layers[spec.id]
    suffix = {"_lines": tr("line shapes"), "_points": tr("points")}.get(part.name.removeprefix(spec.id), "")
    return MapLayer(
        LAYER_ID.format(name=part.name),
        tr("{layer} ({kind})", layer=part.title, kind=suffix) if suffix else part.title,
        part,
        drawing_of(part, atlas),
        (spec.group_name or tr("Other layers"),),
        spec.style.order,
        spec.style.shown and part.kind != "table",
        legend=_legend(layer, atlas),
    )


def _legend(layer: Layer, atlas: Atlas) -> dict[int, str]:
    """Return what the legend says of each class that occurs: how many there are, and how much ground."""
    balance = atlas.balance_of(layer.spec.id)
    areal = layer.spec.geometry == ("polygon",)
    areas: pd.Series = layer.areas_m2.groupby(layer.classes).sum() / MU_M2 if areal else pd.Series(dtype=float)
    ground = balance.by_class["area_mu"] if balance else areas
    counts = layer.classes.value_counts()
    told = {}
    for place, (own_id, look) in enumerate(looks(layer.spec).items()):
        count, mu = int(counts.get(own_id, 0)), float(ground.get(own_id, 0))
        if count and mu:
            told[place] = tr("{title} ({count} pcs, {mu})", title=look.title, count=count, mu=mu_title(mu))
        elif count:
            told[place] = tr("{title} ({count})", title=look.title, count=count)
    return told


def mu_title(mu: float) -> str:
    """Return an area as people say it."""
    if mu >= 10_000:
        # Nobody counts in ten thousands in English.
        if language() == "zh":
            return tr("{number} ×10⁴ mu", number=f"{mu / 10_000:.2f}")
        return tr("{number} mu", number=f"{mu:,.0f}")
    return tr("{number} mu", number=f"{mu:.1f}")


def _list_layers(atlas: Atlas, lists: Mapping[str, Part]) -> Iterator[MapLayer]:
    """Return for each list a layer of each way in which its records lie, and one of all records."""
    for rule in atlas.rules:
        # A list of which no record has a line, nor a feature with a place, is a table.
        own = [part for part in lists.values() if _lies(part, rule)] or [lists[FINDINGS]]
        if (own[0].frame["rule"] == rule.id).any():
            yield from (_list_layer(rule, part, atlas, alone=len(own) == 1) for part in own)
    part = lists[FINDINGS]
    name = tr("All records of the lists")
    yield MapLayer(ALL_FINDINGS, name, part, drawing_of(part, atlas), (tr("Risk lists"),), LISTS_ORDER, False)


def _lies(part: Part, rule: Rule) -> bool:
    """Tell whether there is something to draw of a list in a table."""
    return "rule" in part.frame and bool(part.frame.geometry[part.frame["rule"] == rule.id].notna().any())


def _list_layer(rule: Rule, part: Part, atlas: Atlas, alone: bool) -> MapLayer:
    kinds = {"line": tr("lines"), "point": tr("features"), "polygon": tr("reach")}
    reach = part.name == REACHES
    counts = part.frame.loc[part.frame["rule"] == rule.id, "level"].value_counts()
    drawing = drawing_of(part, atlas)
    legend = {
        place: tr("{title} ({count})", title=one.title, count=int(counts[one.value]))
        for place, one in enumerate(drawing.categories)
        if counts.get(one.value, 0)
    }
    return MapLayer(
        LIST_ID.format(rule=rule.id, kind=part.kind),
        rule.name if alone else tr("{layer} ({kind})", layer=rule.name, kind=kinds[part.kind]),
        part,
        drawing,
        (tr("Risk lists"), rule.group_name or tr("Other lists")),
        REACHES_ORDER if reach else LISTS_ORDER,
        not reach and rule.measure == "worst",
        subset=f"\"rule\" = '{rule.id}'",
        theme=rule.group_name,
        legend=legend,
    )


def _issue_layers(atlas: Atlas, lists: Mapping[str, Part]) -> Iterator[MapLayer]:
    part = lists[ISSUES]
    if len(part.frame):
        yield MapLayer(
            LAYER_ID.format(name=ISSUES), tr("Data issues"), part, drawing_of(part, atlas), (), ISSUES_ORDER, False
        )
