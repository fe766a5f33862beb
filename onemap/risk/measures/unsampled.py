"""Measure: which units have no soil sample, 亩."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import numpy as np
import pandas as pd
import shapely

from onemap.geodesy import MU_M2
from onemap.model import Layer
from onemap.risk.inputs import located
from onemap.risk.measurement import COLUMNS, SUM, Given, class_label
from onemap.risk.sampled import Joined, join, nowhere
from onemap.spec.measures.farmland import UnsampledRule
from onemap.text import tr


def measure(of: Layer, rule: UnsampledRule, given: Given) -> pd.DataFrame:
    """Return the units of some classes without a sample: one by one, or summed by township.

    Returns
    -------
    DataFrame
        value is the area; `when` says what is without a sample, and which unit it shares its longest border with. A
        unit that has no other sample than one that lies elsewhere than it says is not known, nor is one that has no
        place; and none is where of too many samples nobody can tell in which unit they are.
    """
    samples = given.sides[rule.to[0]].layer
    joined = join(of, samples, rule.place_tolerance)
    count, why = nowhere(of, samples, joined)
    told = [_sum_row(one) for one in why]
    if count > rule.unknown_above * samples.count:
        return _table(told, rule)
    bare, drawn = ~of.frame.index.isin(joined.units.unique()), located(of).to_numpy()
    classes = of.classes
    unplaced = np.flatnonzero(bare & ~drawn & classes.isin(["", *rule.unit_classes]).to_numpy())
    bare &= drawn
    single = np.flatnonzero(bare & classes.isin(rule.each).to_numpy())
    summed = np.flatnonzero(bare & classes.isin([own for own in rule.unit_classes if own not in rule.each]).to_numpy())
    lost = np.flatnonzero(bare & (classes == "").to_numpy())
    rows = [
        *_singly(of, rule, single, joined),
        *_by_township(of, rule, summed),
        *(
            _row(of, at, unknown=tr("without a sample, and its class is not known: cannot be judged"))
            for at in lost.tolist()
        ),
        *(_row(of, at, unknown=tr("it has no coordinates: cannot be judged")) for at in unplaced.tolist()),
        *told,
    ]
    return _table(rows, rule)


def _table(rows: list[dict[str, Any]], rule: UnsampledRule) -> pd.DataFrame:
    columns = [*COLUMNS, "grade", "when", "unknown", "to_layer", "of_key", "of_label", "township"]
    return pd.DataFrame([{"to_layer": rule.to[0], **row} for row in rows], columns=columns)


def _singly(of: Layer, rule: UnsampledRule, at: Any, joined: Joined) -> list[dict[str, Any]]:
    """Return a row for each unit."""
    neighbours = _longest_border(of, at)
    astray = set(joined.disputed["unit"])
    rows = []
    for place in at.tolist():
        own = of.classes.iloc[place]
        words = {"title": class_label(of, own), "area": of.areas_m2.iloc[place] / MU_M2}
        text = tr("a unit of the class {title}, {area:.2f} mu", **words)
        other = neighbours.get(place)
        label = "" if other is None else of.labels.iloc[other]
        if other is not None:
            text = tr("{text}, that shares its longest border with {unit} ({title})", text=text, unit=label,
                      title=class_label(of, of.classes.iloc[other]))  # fmt: skip
        unknown = ""
        if of.frame.index[place] in astray:
            unknown = tr("{text}: the only sample that names it lies elsewhere: whether it has one cannot be judged",
                         text=text)  # fmt: skip
        rows.append(_row(of, place, unknown=unknown, when=text, label=label)
                    | {"value": words["area"], "grade": _grade(rule, own)})  # fmt: skip
    return [row | ({"value": np.nan, "grade": np.nan} if row["unknown"] else {}) for row in rows]


def _by_township(of: Layer, rule: UnsampledRule, at: Any) -> list[dict[str, Any]]:
    """Return a row for each township and class."""
    pairs = list(zip(of.townships, of.classes, strict=True))
    all_units = Counter(pairs)
    areas: dict[tuple[str, str], list[float]] = defaultdict(list)
    for place in at.tolist():
        areas[pairs[place]].append(of.areas_m2.iloc[place] / MU_M2)
    rows = []
    for (township, own_class), own in sorted(areas.items()):
        title, area = class_label(of, own_class), sum(own)
        words = {"count": len(own), "all": all_units[township, own_class], "title": title, "area": area,
                 "township": township}  # fmt: skip
        rows.append(
            {**_sum_row(), "value": area, "grade": _grade(rule, own_class), "of_label": title, "township": township,
             "when": tr("{count} of {all} units of the class {title} in {township}, {area:.2f} mu", **words)}
        )  # fmt: skip
    return rows


def _grade(rule: UnsampledRule, own_class: str) -> float:
    return float(len(rule.unit_classes) - rule.unit_classes.index(own_class))


def _longest_border(of: Layer, at: Any) -> dict[int, int]:
    """Return for units, by their positions, the unit with which each shares the longest border; none without one."""
    shapes, placed = of.flat.shapes, of.flat.rows
    mine = np.flatnonzero(np.isin(placed, at))
    own, other = shapely.STRtree(shapes).query(shapes[mine], predicate="intersects")
    own = mine[own]
    own, other = own[own != other], other[own != other]
    rims = shapely.boundary(shapes)
    borders = shapely.length(shapely.intersection(rims[own], rims[other]))
    own, other = placed[own], placed[other]
    table = pd.DataFrame({"own": own, "other": other, "border": borders.round(3), "key": of.keys.to_numpy()[other]})
    table = table[table["border"] > 0].sort_values(["own", "border", "key"], ascending=[True, False, True])
    first = table.drop_duplicates("own")
    return dict(zip(first["own"].tolist(), first["other"].tolist(), strict=True))


def _sum_row(why: str = "") -> dict[str, Any]:
    """Return a row about no single unit."""
    return {"of": SUM, "to": SUM, "to_class": "", "to_key": "", "to_label": "", "value": np.nan, "ring": np.nan,
            "link": None, "grade": np.nan, "when": "", "unknown": why, "of_key": "", "of_label": "",
            "township": ""}  # fmt: skip


def _row(of: Layer, place: int, *, unknown: str = "", when: str = "", label: str = "") -> dict[str, Any]:
    return {"of": of.frame.index[place], "to": SUM, "to_class": "", "to_key": "", "to_label": label, "value": np.nan,
            "ring": np.nan, "link": None, "grade": np.nan, "when": when, "unknown": unknown,
            "of_key": of.keys.iloc[place], "of_label": of.labels.iloc[place],
            "township": of.townships.iloc[place]}  # fmt: skip
