"""Measure: which sources near polluted farmland are to be looked into, and what wind and water say for each.

It finds clues to be followed up. That a source is the cause nothing here can tell.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
import shapely

from onemap import geodesy
from onemap.flat import Bools
from onemap.model import Layer
from onemap.risk.inputs import located
from onemap.risk.measurement import COLUMNS, SUM, Given
from onemap.risk.measures.distance import table_of, ways_within
from onemap.risk.plane.network import Flow, Network, Stretch, make_network, stretches
from onemap.risk.wind import SECTORS, Rose, blown, read_rose, sectors_faced, winds_toward
from onemap.spec.measures.farmland import TraceRule
from onemap.text import fold, tr

FLOWS: Final = {"forward": 1, "backward": -1}
WINDING: Final = 10.0
"""A way along lines that is longer than so many times the reach is none between neighbours."""

STRONG, SPEAKS, WITHIN = 1.0, 2.0, 3.0
"""The grades."""


class Water(NamedTuple):
    """The lines along which water flows."""

    network: Network
    names: list[str]
    """For each line what it is called."""
    scale: float
    """How many metres of the plane one on the ground takes there."""


class Along(NamedTuple):
    """What the water says of a pair."""

    flow: Flow
    words: str


def measure(of: Layer, rule: TraceRule, given: Given) -> pd.DataFrame:
    """Return the candidate sources of each unit, the likeliest first, and of how many units there is none.

    Returns
    -------
    DataFrame
        value is the distance; `when` the rank of the candidate, and what air and water say or cannot say. Rows of none
        tell of units without a candidate, and of what could not be looked at.
    """
    water = _water_of(rule, given)
    rose = read_rose(given.sides[rule.air].layer if rule.air in given.sides else None, rule.rose_tolerance)
    pairs = [_candidates(of, name, (rule, given), rose, water) for name in rule.to if name in given.sides]
    found = pd.concat(pairs, ignore_index=True) if pairs else pd.DataFrame(columns=[*COLUMNS, "grade"])
    rows = pd.concat([_ranked(found, rule), _told(of, rule, given, found["of"])], ignore_index=True)
    return rows.assign(**{name: rows[name].astype(object).fillna("") for name in ("when", "unknown", "to_doubt")})


def _candidates(of: Layer, name: str, known: tuple[TraceRule, Given], rose: Rose, water: Water | None) -> pd.DataFrame:
    """Return all sources of a layer within reach of units, with their grades and the words for both pathways."""
    rule, given = known
    side = given.sides[name]
    to = side.layer
    ways = ways_within(of, to, rule.reach)
    rows = table_of(of, to, ways).assign(to_layer=name, to_doubt=side.doubts.to_numpy()[ways.to])
    at_source, at_unit = _ordinals(to)[ways.to], _ordinals(of)[ways.of]
    origins = shapely.get_coordinates(shapely.point_on_surface(to.flat.shapes))
    faced = sectors_faced(origins[at_source], of.flat, at_unit, of.frame.crs)
    by_air, by_water = _pathways(to, rule, ways.to)
    shares, times = blown(rose, faced)
    times = np.where(by_air, times, np.nan)
    along = [
        one if wet else None
        for one, wet in zip(_along(of, to, (at_unit, at_source), rule, water), by_water, strict=True)
    ]
    unsure = np.array([one is not None and one.flow == "unsure" for one in along], dtype=bool)
    speaks = np.array([one is not None and one.flow == "down" for one in along], dtype=bool)
    strong = speaks | (times >= rule.favoured)
    near = (ways.metres <= rule.near) | (times >= 1)
    directions = given.sides[rule.air].layer if rule.air in given.sides else None
    return rows.assign(
        grade=np.where(strong, STRONG, np.where(near, SPEAKS, WITHIN)),
        air=[_air(rose, directions, *one) for one in zip(faced, shares, times, strict=True)],
        water=[_water(one, water, wet) for one, wet in zip(along, by_water, strict=True)],
        outlets=rule.medium in to.spec.fields,
        code_of=to.spec.key,
        known=(~by_air | (not rose.problem)) & (~by_water | (water is not None)) & ~unsure,
    )


def _pathways(to: Layer, rule: TraceRule, at: Any) -> tuple[Any, Any]:
    """Return which sources may give something off by air, and which by water: both, unless they say which."""
    if rule.medium not in to.spec.fields:
        return np.ones(len(at), dtype=bool), np.ones(len(at), dtype=bool)
    media = to.frame[rule.medium].astype("string").fillna("").to_numpy(dtype=object)[at]
    return media != "water", media != "air"


def _ordinals(layer: Layer) -> Any:
    """Return for each position in a layer's frame that in its flat shapes."""
    found = np.full(layer.count, -1, dtype=np.intp)
    found[layer.flat.rows] = np.arange(len(layer.flat.rows))
    return found


def _air(rose: Rose, directions: Layer | None, faced: Any, share: float, times: float) -> str:
    if np.isnan(times):
        return tr("it gives off to water alone")
    if rose.problem or directions is None:
        return tr("{why}: by air it cannot be told", why=rose.problem)
    if faced.all():
        return tr("every wind blows from it onto the unit, which lies all around it")
    titles = {sector: directions.spec.fields["direction"].classes[sector].label for sector in SECTORS}
    words = {"winds": winds_toward(faced, titles), "share": share, "times": times}
    if times >= 1:
        return tr("down the wind from it ({winds}: {share:.1f} % of the time, {times:.2f} times an even wind)", **words)
    return tr(
        "seldom down the wind from it ({winds}: {share:.1f} % of the time, {times:.2f} times an even wind)", **words
    )


def _water_of(rule: TraceRule, given: Given) -> Water | None:
    """Return the lines of the layers with water as one network; None where there is no such line."""
    layers = [given.sides[name].layer for name in rule.water if name in given.sides]
    lines, flows, names = [], [], []
    for layer in layers:
        flow = layer.frame["flow"] if "flow" in layer.spec.fields else pd.Series(None, index=layer.frame.index)
        lines += list(layer.frame.geometry.array)
        flows += [FLOWS.get(word, 0) for word in flow]
        names += [label or tr("{layer} without a name", layer=layer.spec.name) for label in layer.labels]
    shapes = np.array([*lines, None], dtype=object)[:-1]
    if not (shapely.get_dimensions(shapes) == 1).any():
        return None
    crs = layers[0].frame.crs
    middle = np.array([shapely.total_bounds(shapes).reshape(2, 2).mean(axis=0)])
    scale = float(geodesy.scale_factors(middle, crs)[0])
    return Water(make_network(shapes, np.array(flows), rule.snap, scale), names, scale)


def _along(of: Layer, to: Layer, pairs: tuple[Any, Any], rule: TraceRule, water: Water | None) -> list[Along | None]:
    """Return for each pair of a unit and a source how the one lies to the other along the water, if it does."""
    found: list[Along | None] = [None] * len(pairs[0])
    if water is None:
        return found
    own = (rule.bank, water.scale)
    sources = {at: stretches(water.network, to.flat.shapes[[at]], *own).get(0) for at in np.unique(pairs[1]).tolist()}
    wet = np.array([sources[at] is not None for at in pairs[1].tolist()], dtype=bool)
    units_there = np.unique(pairs[0][wet])
    units = stretches(water.network, of.flat.shapes[units_there], *own)
    by_unit = {int(units_there[at]): stretch for at, stretch in units.items()}
    for source, stretch in sources.items():
        if stretch is None:
            continue
        places = np.flatnonzero(pairs[1] == source)
        beside = {int(at): by_unit[int(pairs[0][at])] for at in places if int(pairs[0][at]) in by_unit}
        for at, way in water.network.ways(stretch, beside, WINDING * rule.reach).items():
            lines = dict.fromkeys(water.names[water.network.lines[edge]] for edge in way.edges)
            found[at] = Along(way.flow, _along_words(way.flow, way.metres, tr(", ").join(lines)))
        for at, beside_unit in beside.items():
            if _apart(water.network, stretch, beside_unit):
                found[at] = Along("unsure", _apart_words(water, stretch[0], beside_unit[0]))
    return found


def _apart(network: Network, one: Sequence[Stretch], other: Sequence[Stretch]) -> bool:
    """Tell whether no line beside one place is joined with one beside the other, by however long a way."""
    return not {network.pieces[own.edge] for own in one} & {network.pieces[own.edge] for own in other}


def _apart_words(water: Water, source: Stretch, unit: Stretch) -> str:
    one, other = (water.names[water.network.lines[place.edge]] for place in (source, unit))
    return tr("it lies beside {one} and the unit beside {other}, whose lines do not meet: whether down the stream "
              "cannot be told", one=one, other=other)  # fmt: skip


def _along_words(flow: Flow, metres: float, lines: str) -> str:
    if flow == "down":
        return tr("down the stream from it along {lines}, {metres:.0f} m by water", lines=lines, metres=metres)
    if flow == "unsure":
        return tr("{metres:.0f} m from it along {lines}, whose flow is not known: whether down the stream cannot be "
                  "told", lines=lines, metres=metres)  # fmt: skip
    return tr("not down the stream from it along {lines}", lines=lines)


def _water(along: Along | None, water: Water | None, by_water: bool) -> str:
    if not by_water:
        return tr("it gives off to the air alone")
    if water is None:
        return tr("there are no lines of rivers: by water it cannot be told")
    return along.words if along else ""


def _ranked(found: pd.DataFrame, rule: TraceRule) -> pd.DataFrame:
    """Return the first candidates of each unit, with words that tell their rank and their pathways."""
    if found.empty:
        return found.reindex(columns=[*COLUMNS, "grade", "when", "to_layer", "to_doubt"])
    order = found.sort_values(["of", "grade", "value", "to_layer", "to_key", "to_label"], kind="stable")
    order = order[_first_of_works(order)]
    units = order.groupby("of", sort=False)
    order = order.assign(rank=units.cumcount() + 1, count=units["of"].transform("size"))
    # For which nothing speaks, and both pathways are known, a source adds nothing to those before it.
    idle = (order["grade"] == WITHIN) & order["known"].astype(bool)
    listed = order[(order["rank"] == 1) | ((order["rank"] <= rule.top) & ~idle)]
    listed = listed.assign(shown=listed.groupby("of", sort=False)["of"].transform("size"))
    pathways = zip(*(listed[name] for name in ("rank", "count", "shown", "air", "water")), strict=True)
    listed["when"] = [tr("; ").join(filter(None, (_rank(*one[:3]), *one[3:]))) for one in pathways]
    return listed[[*COLUMNS, "grade", "when", "to_layer", "to_doubt"]]


class Record(NamedTuple):
    """A record of a ledger."""

    ledger: str
    outlets: bool
    """Whether the records of the ledger are outlets, of which a works may have several."""
    code_of: str
    """The field that has its code."""
    code: str
    name: str

    def same_works(self, other: Record) -> bool:
        """Tell whether two records are of one works: by the code where both have one of the kind, else by the name."""
        if self.ledger == other.ledger and not self.outlets:
            return False
        if self.ledger != other.ledger and self.code_of == other.code_of and self.code and other.code:
            return self.code == other.code
        return self.name != "" and self.name == other.name


def _first_of_works(order: pd.DataFrame) -> Bools:
    """Return which rows are the first of their works at their unit: one works stands in several ledgers."""
    kept: dict[Any, list[Record]] = defaultdict(list)
    first = np.zeros(len(order), dtype=bool)
    columns = [order[name] for name in ("to_layer", "outlets", "code_of", "to_key", "to_label")]
    for place, (unit, *own) in enumerate(zip(order["of"], *columns, strict=True)):
        record = Record(*own[:3], *map(fold, own[3:]))
        first[place] = not any(record.same_works(other) for other in kept[unit])
        if first[place]:
            kept[unit].append(record)
    return first


def _rank(rank: int, count: int, shown: int) -> str:
    if count == 1:
        return tr("the only candidate source of the unit")
    if shown < count:
        return tr("number {rank} of the {count} candidate sources of the unit, of which {shown} are listed", rank=rank,
                  count=count, shown=shown)  # fmt: skip
    return tr("number {rank} of the {count} candidate sources of the unit", rank=rank, count=count)


def _told(of: Layer, rule: TraceRule, given: Given, traced: pd.Series[Any]) -> pd.DataFrame:
    """Return rows that say what is not known: units without candidates, and what could not be looked at."""
    placed = located(of)
    rows = [_row(at, tr("it has no coordinates: cannot be judged")) for at in of.frame.index[~placed]]
    far = int((placed & ~of.frame.index.isin(traced)).sum())
    if far:
        rows.append(_row(SUM, tr("{count} units have no candidate source within {reach:g} m: where their pollution may "
                                 "come from cannot be told from these data", count=far, reach=rule.reach)))  # fmt: skip
    for name in rule.to:
        lost = int((~given.sides[name].located).sum()) if name in given.sides else 0
        if lost:
            spec = given.sides[name].layer.spec
            why = tr("{count} records of {layer} have no coordinates and were not judged", count=lost, layer=spec.name)
            rows.append({**_row(SUM, why), "to_layer": name})
    for layer in (given.sides[name].layer for name in rule.water if name in given.sides):
        areas = int((shapely.get_dimensions(layer.frame.geometry.array) == 2).sum())
        if areas:
            rows.append(_row(SUM, tr("{count} records of {layer} are drawn as areas, without a line along which the "
                                     "water flows: they say nothing of up and down the stream", count=areas,
                                     layer=layer.spec.name)))  # fmt: skip
    return pd.DataFrame(rows, columns=[*COLUMNS, "grade", "unknown", "to_layer"])


def _row(at: Any, why: str) -> dict[str, Any]:
    return {"of": at, "to": SUM, "to_class": "", "to_key": "", "to_label": "", "value": np.nan, "ring": np.nan,
            "link": None, "grade": np.nan, "unknown": why, "to_layer": ""}  # fmt: skip
