"""Measure: what lies near points of bad or rising groundwater, and whether the water comes from there."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from onemap.geodesy import azimuths, sector
from onemap.model import Layer
from onemap.risk.inputs import Side, located
from onemap.risk.measurement import Given
from onemap.risk.measures import distance
from onemap.risk.measures.water_change import levels_of
from onemap.risk.measures.water_class import unsure
from onemap.risk.measures.water_trend import ends
from onemap.risk.trends import trends_at
from onemap.risk.water import EXCEEDING, Water, water_of
from onemap.risk.water_rows import Row, no_samples, point_row, rows_table, sum_row, unnamed
from onemap.spec.measures.groundwater import WaterSourcesRule
from onemap.text import tr

UP_GRADIENT, NOT_KNOWN, ASIDE = 1.0, 2.0, 3.0
"""The grades: the water comes from there; nobody knows whence it comes; it comes from elsewhere."""

BEYOND: Final = 1.001
"""How much longer than the reach the sector is, whose arc runs straight between its corners."""


def measure(of: Layer, rule: WaterSourcesRule, given: Given) -> pd.DataFrame:
    """Return what lies within reach of each point whose water is of class IV or V, or rising.

    Returns
    -------
    DataFrame
        grade is 1 where some of it lies up-gradient of the point, 2 where it is not known whither the water flows,
        and 3 where it lies elsewhere; value is the distance; `when` what is the matter with the water, and where the
        thing lies. Points near which there is none, and those of which it is not known whether they are of concern,
        have a row that says so.
    """
    water = water_of(of, rule, given)
    rows: list[Row] = []
    concerns: dict[Any, str] = {}
    for at in water.places.values():
        concern, doubt = _concern(water, at, rule, given)
        if concern and located(of)[at]:
            concerns[at] = concern
        elif concern:
            doubt = tr("{concern}, but it has no coordinates: cannot be judged", concern=concern)
        rows += [point_row(of, at, unknown=doubt)] if doubt and not concerns.get(at) else []
    sides = {name: side for name, side in given.sides.items() if name in rule.to}
    near = Layer(of.spec, of.frame.loc[[*concerns]])
    parts = [_near(near, name, side, rule, concerns) for name, side in sides.items() if len(near.frame)]
    found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({"of": []})
    rows += [_alone(of, at, concern, rule) for at, concern in concerns.items() if at not in {*found["of"]}]
    rows += [row for name, side in sides.items() for row in _unplaced(name, side)]
    table = rows_table([*rows, *unnamed(water)])
    return pd.concat([table, found], ignore_index=True) if len(found) else table


def _concern(water: Water, at: Any, rule: WaterSourcesRule, given: Given) -> tuple[str, str]:
    """Return what is the matter with the water of a point, "" for nothing; and why that is not known."""
    samples = water.since(at, dt.date(given.day.year, 1, 1))
    told = []
    bad = [sample for sample in samples if sample.least >= EXCEEDING]
    if bad:
        worst = max(bad, key=lambda sample: (sample.least, sample.day))
        told.append(tr("the sample of {day} is of {level} ({items})", day=worst.date, items=water.setting(worst),
                       level=water.class_of(worst.least)))  # fmt: skip
    rising = [ends(water, trend) for trend in trends_at(water, at, rule, given.day) if trend.verdict == "rising"]
    told += [tr("rising: {items}", items=tr(", ").join(rising))] if rising else []
    if told or not samples:
        return _registered(water, at, rule, given, tr("; ").join(told))
    unsettled = [sample for sample in samples if sample.most >= EXCEEDING]
    return "", unsure(water, unsettled[-1]) if unsettled else ""


def _registered(water: Water, at: Any, rule: WaterSourcesRule, given: Given, concern: str) -> tuple[str, str]:
    """Return the concern, or that which the register has where there are no samples of the year."""
    if concern:
        return concern, ""
    known = levels_of(water.of, rule.known_class, water.standard) if rule.known_class else {}
    level = known.get(str(water.of.frame.at[at, rule.known_class])) if known else None
    if level is None:
        return "", no_samples(water, at, given.day.year)["unknown"]
    if level < EXCEEDING:
        return "", ""
    return tr("the register has it as {level}, without a sample of this year", level=water.class_of(level)), ""


def _near(of: Layer, name: str, side: Side, rule: WaterSourcesRule, concerns: dict[Any, str]) -> pd.DataFrame:
    """Return the features of a layer within reach of points, graded by where they lie."""
    rows = distance.within_reach(of, side.layer, rule.reach)
    flows = of.frame[rule.flow].to_numpy(dtype=float, na_value=np.nan)
    whence = pd.Series((flows + 180) % 360, index=of.frame.index)
    directions = whence.reindex(rows["of"]).to_numpy()
    inside = _up_gradient(of, side.layer, rows, directions, rule)
    grades = np.where(np.isnan(directions), NOT_KNOWN, np.where(inside, UP_GRADIENT, ASIDE))
    told = [
        tr("{concern}; {where}", concern=concerns[at], where=_where(grade, direction, rule))
        for at, grade, direction in zip(rows["of"], grades, directions, strict=True)
    ]
    own = {"of_key": of.keys, "of_label": of.labels, "township": of.townships}
    return rows.assign(
        grade=grades, when=told, unknown="", to_layer=name, to_doubt=side.doubts.reindex(rows["to"]).to_numpy(),
        **{column: values.reindex(rows["of"]).to_numpy() for column, values in own.items()},
    )  # fmt: skip


def _where(grade: float, direction: float, rule: WaterSourcesRule) -> str:
    words = {"from_": round(float(direction), 1) if grade != NOT_KNOWN else "", "angle": rule.half_angle}
    if grade == NOT_KNOWN:
        return tr("whither the groundwater flows is not known")
    if grade == UP_GRADIENT:
        return tr("it lies where the groundwater comes from ({from_:g}° ± {angle:g}°)", **words)
    return tr("it does not lie where the groundwater comes from ({from_:g}° ± {angle:g}°)", **words)


def _up_gradient(
    of: Layer, to: Layer, rows: pd.DataFrame, directions: NDArray[np.float64], rule: WaterSourcesRule
) -> NDArray[np.bool_]:
    """Tell of which pairs some of the thing lies within the angle of the direction from which the water comes."""
    places = shapely.get_coordinates(shapely.point_on_surface(of.frame.geometry.loc[rows["of"]].array))
    things = np.asarray(to.frame.geometry.loc[rows["to"]].array)
    inside = np.zeros(len(rows), dtype=bool)
    points = shapely.get_type_id(things) == 0
    there = shapely.get_coordinates(things[points])
    turned = (azimuths(places[points], there, of.frame.crs) - directions[points] + 180) % 360 - 180
    # Some hundredths of a second of arc are the rounding of coordinates.
    inside[points] = (np.abs(turned) <= rule.half_angle + 1e-5) | (rows["value"].to_numpy()[points] == 0)
    for at in np.flatnonzero(~points & ~np.isnan(directions)):
        bounds = directions[at] - rule.half_angle, directions[at] + rule.half_angle
        inside[at] = shapely.intersects(sector(places[at], bounds, rule.reach * BEYOND, of.frame.crs), things[at])
    return inside


def _alone(of: Layer, at: Any, concern: str, rule: WaterSourcesRule) -> Row:
    why = tr(
        "{concern}; within {reach:g} m there is nothing on the lists that it could come from: where it comes from "
        "cannot be told",
        concern=concern, reach=rule.reach,
    )  # fmt: skip
    return point_row(of, at, unknown=why)


def _unplaced(name: str, side: Side) -> list[Row]:
    count = int((~side.located).sum())
    if not count:
        return []
    why = tr(
        "{count} records of {layer} have no coordinates and were not judged", count=count, layer=side.layer.spec.name
    )
    return [sum_row(to_layer=name, unknown=why)]
