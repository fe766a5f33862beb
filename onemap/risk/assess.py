"""Choose the rules, have them measured, and make the lists: every finding graded and explained."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from onemap.cache import NOTHING_KEPT, Cache
from onemap.errors import SpecError, nearest
from onemap.model import FINDING_COLUMNS, Layer
from onemap.progress import doing
from onemap.risk import distance, due, exceedance, overlap, ring_area
from onemap.risk.grading import UNKNOWN_LIMIT, Worse, grade, in_order
from onemap.risk.inputs import Side, located, missing_classes, select, unknown_share
from onemap.risk.measurement import Given, class_label
from onemap.risk.reasons import basis, check_reason, clauses, sentence
from onemap.spec.layer import LayerSpec
from onemap.spec.project import Project
from onemap.spec.rule import Rule
from onemap.text import tr

Unit = Literal["m", "mu", "count", "days", "times"]


@dataclass(frozen=True)
class Measure:
    """A way to measure, and how what it measures is graded."""

    function: Callable[..., pd.DataFrame]
    """(of, to, rule), or of a measure of one layer alone (of, rule, what is given)."""
    unit: Unit
    worse: Worse
    """Which values are worse."""
    graded_by: Literal["value", "ring", "grade"]
    """What is compared with the limits: the value, the outer edge of its ring (the smaller the worse), or a grade of
    its own that goes by more than one value."""
    needs: str | None = None
    """The key of the rule without which it cannot measure."""
    alone: bool = False
    """Whether it looks at the features of one layer by themselves, wherever they lie."""

    @property
    def limits(self) -> Worse:
        """Which of the numbers that are compared with the limits are worse."""
        return "small" if self.graded_by == "ring" else self.worse


MEASURES: Final[Mapping[str, Measure]] = {
    "distance": Measure(distance.measure, "m", "small", "value", "reach"),
    "nearest": Measure(distance.measure_nearest, "m", "small", "value"),
    "count": Measure(distance.count, "count", "large", "value", "reach"),
    "ring_area": Measure(ring_area.measure, "mu", "large", "ring", "rings"),
    "overlap": Measure(overlap.measure, "mu", "large", "value"),
    "due": Measure(due.measure, "days", "large", "value", "due", alone=True),
    "exceedance": Measure(exceedance.measure, "times", "large", "grade", "standard", alone=True),
}
"""Every measure by the name that rules call it."""

ROW: Final = (
    "of_key", "of_label", "township", "to_layer", "to_class", "to_key", "to_label",
    "value", "unit", "level", "reason", "link",
)  # fmt: skip
"""What is told of a finding before its rule is: `reason` is still only the clause."""


def chosen_rules(project: Project, layers: Collection[str]) -> tuple[Rule, ...]:
    """Return the rules to run: those asked for by name, or else every one whose `of` layer is among `layers`."""
    rules = project.catalogue.rules
    if project.run is not None:
        return tuple(rules[own_id] for own_id in project.run)
    return tuple(rules[own_id] for own_id in rules if rules[own_id].of in layers)


def check_measures(rules: Sequence[Rule]) -> None:
    """Raise if a rule cannot be run, before any work is done.

    Raises
    ------
    SpecError
        A rule asks for a measure that is not there, lacks a key that its measure needs, writes its
        levels the wrong way round, or has a reason that cannot be filled in.
    """
    for rule in rules:
        if rule.measure not in MEASURES:
            meant = nearest(rule.measure, MEASURES)
            hint = tr('did you mean "{meant}"?', meant=meant) if meant else ", ".join(MEASURES)
            raise SpecError(tr('rule {rule}: there is no measure "{name}"', rule=rule.id, name=rule.measure), hint)
        measure = MEASURES[rule.measure]
        needed = [key for key in (measure.needs, None if measure.alone else "to") if key and not getattr(rule, key)]
        if needed:
            message = tr('rule {rule}: the measure {measure} needs the key "{key}"', rule=rule.id,
                         measure=rule.measure, key=needed[0])  # fmt: skip
            raise SpecError(message, tr("add it to {file}", file=f"rules/{rule.id}.toml"))
        if measure.alone and rule.to:
            message = tr("rule {rule}: the measure {measure} looks at one layer alone", rule=rule.id,
                         measure=rule.measure)  # fmt: skip
            raise SpecError(message, tr('take the key "to" out of {file}', file=f"rules/{rule.id}.toml"))
        if rule.measure == "nearest" and rule.of in rule.to:
            message = tr("rule {rule}: what is nearest within a layer is not measured", rule=rule.id)
            raise SpecError(message, tr("use the measure distance with a reach"))
        limits = list(rule.levels.values())
        if limits != sorted(limits, reverse=measure.limits == "large"):
            message = tr("rule {rule}: the limits run from good to bad", rule=rule.id)
            raise SpecError(message, tr("write the worst level first, with the limit that is hardest to reach"))
        check_reason(rule)


@dataclass(frozen=True)
class Ground:
    """What rules are run on."""

    layers: Mapping[str, Layer]
    """The layers that are there, all in one metric CRS."""
    withheld: frozenset[str]
    """Layers whose data stands with errors: lists that need them are withheld and say so."""
    specs: Mapping[str, LayerSpec]
    """Every layer that the project knows, which gives the layers that are not there their names."""
    crs: str | None = None
    """That of the layers."""
    given: Given = field(default_factory=Given)
    cache: Cache = NOTHING_KEPT

    def inputs(self, *layers: str) -> Iterator[str | None]:
        """Yield all that follows from layers and the project: which, whether they are withheld, what they hold."""
        for own_id in dict.fromkeys(layers):
            layer = self.layers.get(own_id)
            withheld = f"{own_id} {own_id in self.withheld}"
            yield withheld if layer is None else f"{withheld} {layer.digest}" if layer.digest else None


def assess(rules: Sequence[Rule], ground: Ground) -> tuple[pd.DataFrame, gpd.GeoSeries]:
    """Run rules, each a step of the stage that has begun.

    Returns
    -------
    findings, links
        `FINDING_COLUMNS`; and for each finding the line that was measured, or None.

    Raises
    ------
    SpecError
        A rule cannot be run.
    """
    check_measures(rules)
    lists = []
    for rule in rules:
        with doing(rule.name):
            inputs = [rule.id, *ground.inputs(*rule.layers)]
            lists.append(ground.cache.value("rule", inputs, partial(_list, rule, ground)))
    columns = [*FINDING_COLUMNS, "link"]
    table = pd.concat(lists, ignore_index=True)[columns] if lists else pd.DataFrame(columns=columns)
    links = gpd.GeoSeries(list(table.pop("link")), index=table.index, crs=ground.crs)
    types = {name: "Float64" if name == "value" else "str" for name in FINDING_COLUMNS}
    return table.astype(types), links


def _list(rule: Rule, ground: Ground) -> pd.DataFrame:
    """Return the findings of one rule in the order of its list, with the line that was measured."""
    rows = _rows(rule, ground)
    rows["reason"] = [sentence(why, rule, level) for why, level in zip(rows["reason"], rows["level"], strict=True)]
    same = {"rule": rule.id, "of_layer": rule.of, "measure": rule.measure, "basis": basis(rule)}
    return in_order(rows, MEASURES[rule.measure].worse).assign(**same)


def _rows(rule: Rule, ground: Ground) -> pd.DataFrame:
    """Return the findings of one rule, unordered."""
    layers, specs = ground.layers, ground.specs
    spoiled = [own_id for own_id in dict.fromkeys(rule.layers) if own_id in ground.withheld]
    if spoiled:
        names = ", ".join(specs[own_id].name for own_id in spoiled)
        why = tr("the list is withheld: the data of {layers} stands with errors", layers=names)
        return _table([_gap(why)])
    if rule.of not in layers or layers[rule.of].frame.empty:
        return _table([_gap(_not_provided(specs[rule.of].name))])
    of = select(layers[rule.of], rule.where.get(rule.of, {}))
    if MEASURES[rule.measure].alone:
        return _alone(of, rule, ground.given)
    to = {own_id: select(layers[own_id], rule.where.get(own_id, {})) for own_id in rule.to if own_id in layers}
    placed = [own_id for own_id in to if located(layers[own_id]).any()]
    gaps = [
        *_unlocated_of(of),
        *(_gap(_not_provided(specs[own_id].name), own_id) for own_id in rule.to if own_id not in placed),
        *(gap for own_id in placed for gap in _gaps_in(layers[own_id], to[own_id], rule)),
    ]
    rows = pd.concat([_table(gaps), *(_measured(of, to[own_id], rule) for own_id in placed)], ignore_index=True)
    share = unknown_share([of, *to.values()])
    if share > UNKNOWN_LIMIT:
        note = tr(
            "{share:.0f} % of its inputs are unknown, more than {limit:.0f} %: nothing is graded",
            share=share * 100,
            limit=UNKNOWN_LIMIT * 100,
        )
        rows = rows.assign(level="unknown", reason=[f"{why}; {note}" for why in rows["reason"]])
    return rows


def _alone(of: Side, rule: Rule, given: Given) -> pd.DataFrame:
    """Return the findings of a rule about the features of one layer, each by itself."""
    # What is not known of one feature takes nothing from what is known of another: each has its own level.
    return _told(MEASURES[rule.measure].function(of.layer, rule, given).assign(to_doubt=""), of, None, rule)


def _measured(of: Side, to: Side, rule: Rule) -> pd.DataFrame:
    """Return the findings between two layers; what lies beyond every level is not listed."""
    measure = MEASURES[rule.measure]
    parts = [measure.function(of.layer, layer, rule).assign(to_doubt=doubt) for doubt, layer in to.parts()]
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    return _told(rows, of, to.layer, rule)


def _told(rows: pd.DataFrame, of: Side, to: Layer | None, rule: Rule) -> pd.DataFrame:
    """Return measurements as findings, graded and explained; what lies beyond every level is not listed."""
    measure = MEASURES[rule.measure]
    if rows.empty:
        return _table([])
    rows["level"] = grade(rows[measure.graded_by], rule, measure.limits)
    rows = rows[rows["level"].notna()]
    doubts = of.doubts.reindex(rows["of"], fill_value="").to_numpy(), rows["to_doubt"].to_numpy()
    rows = rows.assign(
        of_key=of.layer.keys.reindex(rows["of"], fill_value="").to_numpy(),
        of_label=of.layer.labels.reindex(rows["of"], fill_value="").to_numpy(),
        township=of.layer.townships.reindex(rows["of"], fill_value="").to_numpy(),
        to_layer=to.spec.id if to else "",
        value=rows["value"].round(3),
        unit=_unit(measure.unit),
        doubt=[", ".join(filter(None, pair)) for pair in zip(*doubts, strict=True)],
    )
    rows["level"] = rows["level"].where(rows["doubt"] == "", "unknown")
    rows["reason"] = clauses(rows, of.layer.spec, to, rule)
    return rows[list(ROW)]


def _gaps_in(layer: Layer, side: Side, rule: Rule) -> Iterator[dict[str, Any]]:
    """Yield what a `to` layer that is there does not hold: classes, and places."""
    own_id = layer.spec.id
    for missing in missing_classes(layer, rule.where.get(own_id, {})):
        yield _gap(_not_provided(class_label(layer, missing)), own_id, missing)
    count = int((~side.located).sum())
    if count:
        why = tr(
            "{count} records of {layer} have no coordinates and were not judged",
            count=count,
            layer=layer.spec.name,
        )
        yield _gap(why, own_id)


def _unlocated_of(of: Side) -> Iterator[dict[str, Any]]:
    """Yield the features of which nothing can be measured."""
    lost = ~of.located
    layer = of.layer
    for key, label, township in zip(layer.keys[lost], layer.labels[lost], layer.townships[lost], strict=True):
        yield {
            **_gap(tr("it has no coordinates: cannot be judged")),
            "of_key": key, "of_label": label, "township": township,
        }  # fmt: skip


def _not_provided(name: str) -> str:
    return tr("no data of {name} were provided: cannot be judged", name=name)


def _gap(why: str, to_layer: str = "", to_class: str = "") -> dict[str, Any]:
    """Return a finding that says what is not known."""
    return {**dict.fromkeys(ROW, ""), "to_layer": to_layer, "to_class": to_class,
            "value": np.nan, "level": "unknown", "reason": why, "link": None}  # fmt: skip


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(ROW)).astype({"value": float, "link": object})


def _unit(unit: Unit) -> str:
    """Return a unit in the language spoken now."""
    return {"m": tr("m"), "mu": tr("mu"), "count": tr("in number"), "days": tr("days"), "times": tr("times")}[unit]
