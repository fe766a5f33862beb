"""Choose the rules, have them measured, and make the lists: every finding graded and explained."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from onemap.cache import NOTHING_KEPT, Cache
from onemap.model import FINDING_COLUMNS, Layer
from onemap.progress import doing
from onemap.risk.grading import grade, in_order
from onemap.risk.inputs import Side, located, missing_classes, select, unknown_share
from onemap.risk.measurement import SUM, FeatureMeasure, Given, List, PairMeasure, class_label
from onemap.risk.measures import (
    code_group,
    coverage,
    distance,
    due,
    exceedance,
    frequency,
    inspection,
    overlap,
    rate,
    ring_area,
    state,
    trace,
    transfer,
    transition,
    unit_check,
    unsampled,
    warning,
    water_change,
    water_class,
    water_sources,
    water_trend,
    water_unstable,
    worst,
)
from onemap.risk.reasons import basis, clauses, sentence
from onemap.spec.layer import LayerSpec
from onemap.spec.measures.pairs import PairRule
from onemap.spec.project import Project
from onemap.spec.rule import Rule, Unit
from onemap.text import tr

PAIRS: Final[Mapping[str, PairMeasure]] = {
    "distance": distance.measure,
    "nearest": distance.measure_nearest,
    "count": distance.count,
    "ring_area": ring_area.measure,
    "overlap": overlap.measure,
}
"""The measures of features of one layer and of another, by the name that rules call them: (of, to, rule)."""

FEATURES: Final[Mapping[str, FeatureMeasure]] = {
    "due": due.measure,
    "exceedance": exceedance.measure,
    "warning": warning.measure,
    "trace": trace.measure,
    "unit_check": unit_check.measure,
    "unsampled": unsampled.measure,
    "groundwater_class": water_class.measure,
    "groundwater_change": water_change.measure,
    "groundwater_trend": water_trend.measure,
    "groundwater_unstable": water_unstable.measure,
    "groundwater_sources": water_sources.measure,
    "transition": transition.measure,
    "inspection": inspection.measure,
    "transfer": transfer.measure,
    "rate": rate.measure,
    "state": state.measure,
    "worst": worst.measure,
    "frequency": frequency.measure,
    "code_group": code_group.measure,
    "coverage": coverage.measure,
}
"""The measures of the features of one layer, each by itself: (of, rule, what is given beside them)."""

ROW: Final = (
    "of", "of_layer", "of_key", "of_label", "township", "to_layer", "to_class", "to_key", "to_label",
    "value", "unit", "level", "reason", "link",
)  # fmt: skip
"""What is told of a finding before its rule is: `reason` is still only the clause. `of` is the index label of the
feature, or `SUM`."""


def chosen_rules(project: Project, layers: Collection[str]) -> tuple[Rule, ...]:
    """Return the rules to run: those asked for by name, or else every one whose `of` layer is among `layers`."""
    rules = project.catalogue.rules
    if project.run is not None:
        return tuple(rules[own_id] for own_id in project.run)
    return tuple(rules[own_id] for own_id in rules if rules[own_id].of in layers)


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
    """
    made: dict[str, List] = {}
    # Those that go by other lists come after these.
    for rule in sorted(rules, key=lambda rule: bool(rule.lists_used)):
        with doing(rule.name):
            used = [other for other in rules if other.id in rule.lists_used]
            inputs = [rule.id, *ground.inputs(*(layer for one in (rule, *used) for layer in one.layers))]
            inputs += [other.id for other in used]
            given = replace(ground.given, lists={other.id: made[other.id] for other in used})
            rows = ground.cache.value("rule", inputs, partial(_list, rule, replace(ground, given=given)))
            made[rule.id] = List(rule.name, rows)
    columns = [*FINDING_COLUMNS, "link"]
    lists = [made[rule.id].rows for rule in rules]
    table = pd.concat(lists, ignore_index=True)[columns] if lists else pd.DataFrame(columns=columns)
    links = gpd.GeoSeries(list(table.pop("link")), index=table.index, crs=ground.crs)
    types = {name: "Float64" if name == "value" else "str" for name in FINDING_COLUMNS}
    return table.astype(types), links


def _list(rule: Rule, ground: Ground) -> pd.DataFrame:
    """Return the findings of one rule in the order of its list, with the line that was measured."""
    rows = _rows(rule, ground)
    rows["clause"] = rows["reason"]
    rows["reason"] = [sentence(why, rule, level) for why, level in zip(rows["reason"], rows["level"], strict=True)]
    rows["of_layer"] = rows["of_layer"].where(rows["of_layer"] != "", rule.of)
    same = {"rule": rule.id, "measure": rule.measure, "basis": basis(rule)}
    return in_order(rows, rule.worse).assign(**same)


def _rows(rule: Rule, ground: Ground) -> pd.DataFrame:
    """Return the findings of one rule, unordered."""
    layers, specs = ground.layers, ground.specs
    if why := nothing_to_judge(rule, ground):
        return _table([_gap(why)])
    of, sides = sides_of(rule, layers)
    if isinstance(rule, PairRule):
        return _pairs(of, sides, rule, ground)
    gaps = [_gap(not_provided(specs[own_id].name), own_id) for own_id in rule.to if own_id not in sides]
    if rule.to and len(gaps) == len(rule.to):
        return _table(gaps)
    return pd.concat([_table(gaps), _alone(of, sides, rule, replace(ground.given, specs=specs))], ignore_index=True)


def nothing_to_judge(rule: Rule, ground: Ground) -> str:
    """Return why nothing at all can be told by a rule; "" where something can."""
    layers, specs = ground.layers, ground.specs
    spoiled = [own_id for own_id in dict.fromkeys(rule.layers) if own_id in ground.withheld]
    if spoiled:
        names = ", ".join(specs[own_id].name for own_id in spoiled)
        return tr("the list is withheld: the data of {layers} stands with errors", layers=_data_of(names))
    if rule.asked:
        keys = ", ".join(rule.asked)
        why = tr("{keys}: nobody has laid down a value; write it below [rules.{rule}] in project.toml", keys=keys,
                 rule=rule.id)  # fmt: skip
        return tr("{why}; cannot be judged", why=why)
    if rule.of not in layers or layers[rule.of].frame.empty:
        return not_provided(specs[rule.of].name)
    return ""


def sides_of(rule: Rule, layers: Mapping[str, Layer]) -> tuple[Side, dict[str, Side]]:
    """Return the features of `of` that fit the conditions of a rule, and those of its other layers that are there."""
    there = [own_id for own_id in (*rule.to, *rule.beside) if own_id in layers and layers[own_id].count]
    sides = {own_id: select(layers[own_id], rule.where.get(own_id, {})) for own_id in there}
    return select(layers[rule.of], rule.where.get(rule.of, {})), sides


def _pairs(of: Side, sides: Mapping[str, Side], rule: PairRule, ground: Ground) -> pd.DataFrame:
    """Return the findings of a rule about features of one layer and those of others."""
    layers, specs = ground.layers, ground.specs
    placed = [own_id for own_id in sides if located(layers[own_id]).any()]
    gaps = [
        *_unlocated_of(of),
        *(_gap(not_provided(specs[own_id].name), own_id) for own_id in rule.to if own_id not in placed),
        *(gap for own_id in placed for gap in _gaps_in(layers[own_id], sides[own_id], rule)),
    ]
    rows = pd.concat([_table(gaps), *(_measured(of, sides[own_id], rule) for own_id in placed)], ignore_index=True)
    share = unknown_share([of, *sides.values()])
    if share > rule.unknown_above:
        note = tr(
            "{share:.0f} % of its inputs are unknown, more than {limit:.0f} %: nothing is graded",
            share=share * 100,
            limit=rule.unknown_above * 100,
        )
        rows = rows.assign(level="unknown", reason=[f"{why}; {note}" for why in rows["reason"]])
    return rows


def _alone(of: Side, sides: Mapping[str, Side], rule: Rule, given: Given) -> pd.DataFrame:
    """Return the findings of a rule about the features of one layer, each by itself."""
    # What is not known of one feature takes nothing from what is known of another: each has its own level.
    rows = FEATURES[rule.measure](of.layer, rule, replace(given, of=of, sides=sides))
    return _told(rows, of, {own_id: side.layer for own_id, side in sides.items()}, rule)


def _measured(of: Side, to: Side, rule: Rule) -> pd.DataFrame:
    """Return the findings between two layers; what lies beyond every level is not listed."""
    parts = [PAIRS[rule.measure](of.layer, layer, rule).assign(to_doubt=doubt) for doubt, layer in to.parts()]
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    return _told(rows.assign(to_layer=to.layer.spec.id), of, {to.layer.spec.id: to.layer}, rule)


def _told(rows: pd.DataFrame, of: Side, to: Mapping[str, Layer], rule: Rule) -> pd.DataFrame:
    """Return measurements as findings, graded and explained; what lies beyond every level is not listed."""
    if rows.empty:
        return _table([])
    rows["level"] = grade(rows[rule.graded_by], rule, rule.limits)
    rows = rows[rows["level"].notna()]
    own = {"of_key": of.layer.keys, "of_label": of.layer.labels, "township": of.layer.townships, "doubt": of.doubts}
    told = {name: values.reindex(rows["of"], fill_value="").to_numpy() for name, values in own.items()}
    doubts = zip(told.pop("doubt"), rows.get("to_doubt", pd.Series("", rows.index)), strict=True)
    rows = rows.assign(
        # What a sum is of, its measure says.
        **{name: values for name, values in told.items() if name not in rows},
        of_layer=rows.get("of_layer", ""),
        to_layer=rows.get("to_layer", ""),
        value=rows["value"].round(3),
        unit=_unit(rule.unit),
        doubt=[", ".join(filter(None, pair)) for pair in doubts],
    )
    rows["level"] = rows["level"].where(rows["doubt"] == "", "unknown")
    rows["reason"] = clauses(rows, of.layer.spec, to, rule)
    return rows[list(ROW)]


def _gaps_in(layer: Layer, side: Side, rule: Rule) -> Iterator[dict[str, Any]]:
    """Yield what a `to` layer that is there does not hold: classes, and places."""
    own_id = layer.spec.id
    for missing in missing_classes(layer, rule.where.get(own_id, {})):
        yield _gap(not_provided(class_label(layer, missing)), own_id, missing)
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
    told = (layer.frame.index[lost], layer.keys[lost], layer.labels[lost], layer.townships[lost])
    for at, key, label, township in zip(*told, strict=True):
        yield {
            **_gap(tr("it has no coordinates: cannot be judged")),
            "of": at, "of_key": key, "of_label": label, "township": township,
        }  # fmt: skip


def not_provided(name: str) -> str:
    """Return what is told of a layer, or a class, that is not there."""
    return tr("no data of {name} were provided: cannot be judged", name=_data_of(name))


def _data_of(name: str) -> str:
    """Return a name before the word 数据, which some layers end in."""
    return name.removesuffix("数据")


def _gap(why: str, to_layer: str = "", to_class: str = "") -> dict[str, Any]:
    """Return a finding that says what is not known."""
    return {**dict.fromkeys(ROW, ""), "of": SUM, "to_layer": to_layer, "to_class": to_class,
            "value": np.nan, "level": "unknown", "reason": why, "link": None}  # fmt: skip


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(ROW)).astype({"value": float, "link": object})


def _unit(unit: Unit) -> str:
    """Return a unit in the language spoken now."""
    return {
        "m": tr("m"), "mu": tr("mu"), "count": tr("in number"), "days": tr("days"), "times": tr("times"), "share": "%",
        "classes": tr("classes"),
    }[unit]  # fmt: skip
