"""By township: of how much something is done, in whole numbers, and what its target asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from onemap.geodesy import MU_M2
from onemap.model import TOWNSHIP, Layer
from onemap.risk.divided import divide
from onemap.risk.ground import ground_once
from onemap.risk.inputs import Side, select
from onemap.risk.measurement import Given
from onemap.risk.plane.ledger import in_steps
from onemap.risk.tally import Goal, Tally
from onemap.spec.measures.rates import RateRule, Target
from onemap.text import tr
from onemap.township_names import TownshipNames

YES, NO, UNSURE = 1, 0, -1

HUNDREDTHS: Final = 100
"""Ground is counted in hundredths of a 亩, as it is shown."""


@dataclass(frozen=True)
class Score:
    """One line: a township, or what lies in none that is known (its name is ""), or the whole county."""

    name: str
    tally: Tally
    goal: Goal | None
    """None where it is asked for nothing, or nobody knows for what."""
    key: str = ""
    """In the township layer; "" where that is not there or has two of this name."""
    missing: int = 0
    """How many of these the table of targets has more than the layer: nothing is known of them."""
    remark: str = ""
    whole: bool = False
    """Whether it is the county."""


def scores(of: Side, rule: RateRule, given: Given) -> list[Score]:
    """Return a line for each township, in the order of the township layer, and last one for the county.

    A feature belongs to the township in which most of it lies, or else to the one that it states; ground is divided
    at the borders. Without a township layer they go by their names alone.
    """
    towns = _Towns(given.sides.get(TOWNSHIP), rule, given)
    tallies = _by_area(of, rule, towns) if rule.quantity == "area" else _by_count(of, rule, towns)
    table = given.sides[rule.target.layer].layer if rule.target.layer else None
    goals = _Goals(rule.target, table, towns)
    found = [_score(name, tallies.get(name, Tally()), goals, towns) for name in towns.order(tallies)]
    return [*found, _whole(found, rule.target)] if found else []


def states(of: Side, rule: RateRule) -> NDArray[Any]:
    """Return of each feature whether it is done: YES, NO, or UNSURE where that is not known or only a part is."""
    fits = select(of.layer, rule.reached)
    found = pd.Series(NO, index=of.layer.frame.index, dtype=np.int64)
    found[fits.doubts.index] = np.where(fits.doubts == "", YES, UNSURE)
    for name, words in rule.partly.items():
        part = select(of.layer, {name: words})
        found[part.doubts.index[part.doubts == ""]] = UNSURE
    return found.to_numpy()


class _Towns:
    """The townships by whatever name they go."""

    def __init__(self, side: Side | None, rule: RateRule, given: Given) -> None:
        self.layer: Layer | None = side.layer if side else None
        table = given.sides[rule.target.layer].layer if rule.target.layer else None
        here = self.layer if self.layer is not None else table
        names = [] if here is None else list(here.labels if here is self.layer else here.townships)
        self.known = list(dict.fromkeys(filter(None, names)))
        self._names = TownshipNames(self.known)
        self._found: dict[str, str] = {}
        keys = [] if self.layer is None else list(zip(self.layer.labels, self.layer.keys, strict=True))
        self.keys: Mapping[str, str] = {name: key for name, key in keys if names.count(name) == 1}

    def of(self, name: str) -> str:
        """Return a township as its layer spells it; the name itself where it is none of these, or may be several."""
        if name not in self._found:
            meant = self._names.find(name).names if name else frozenset()
            self._found[name] = next(iter(meant)) if len(meant) == 1 else name
        return self._found[name]

    def order(self, there: Mapping[str, Tally]) -> list[str]:
        """Return the known townships, then those that only features speak of, then "" where some are in none."""
        others = sorted({*there} - {*self.known, ""})
        return [*self.known, *others, *([""] if "" in there else [])]


def _by_count(of: Side, rule: RateRule, towns: _Towns) -> dict[str, Tally]:
    names = [towns.of(name) for name in of.layer.townships]
    return _added_up(names, states(of, rule), of.doubts == "", np.ones(len(names), dtype=np.int64))


def _by_area(of: Side, rule: RateRule, towns: _Towns) -> dict[str, Tally]:
    if towns.layer is not None and towns.layer.flat.areal.any():
        ground = divide(of.layer, towns.layer)
        rows, areas_m2 = ground.rows, ground.areas_m2
        names = np.append(towns.layer.labels.to_numpy(dtype=object), "")[ground.towns]
    else:
        once = ground_once(of.layer)
        rows, areas_m2 = once.flat.rows, in_steps(once.areas_m2)
        names = np.array([towns.of(name) for name in of.layer.townships], dtype=object)[rows]
    sure = (of.doubts == "").to_numpy()
    return _added_up(list(names), states(of, rule)[rows], sure[rows], areas_m2)


def _added_up(names: list[str], state: NDArray[Any], sure: Any, sizes: NDArray[Any]) -> dict[str, Tally]:
    """Return the tally of each township; `sizes` are how many, or how much ground, stands behind each state.

    Of ground each part is rounded by itself to what is shown of it, so that the rate is that of the figures, and what
    the rounding of places has left between townships that share a crooked edge is no ground.
    """
    whole, sure = np.issubdtype(sizes.dtype, np.integer), np.asarray(sure)
    parts = {
        "done": sure & (state == YES),
        "left": sure & (state == NO),
        "open": (sure & (state == UNSURE)) | (~sure & (state != NO)),
        "out": ~sure & (state == NO),
    }
    table = pd.DataFrame({name: np.where(chosen, sizes, 0) for name, chosen in parts.items()})
    sums = table.groupby(np.array(names, dtype=object), sort=True).sum()
    found = {}
    for name, *row in sums.itertuples():
        done, left, unsure, out = (int(size) if whole else round(size / MU_M2 * HUNDREDTHS) for size in row)
        found[str(name)] = Tally(done, done + left + unsure + out, done + unsure, done + left + unsure)
    return {name: tally for name, tally in found.items() if tally.base}


class _Goals:
    """What a target asks for in each township, and how many there are by its table."""

    def __init__(self, target: Target, table: Layer | None, towns: _Towns) -> None:
        self.target, self.lines = target, dict[str, dict[str, Any]]()
        self.twice: set[str] = set()
        if table is None:
            return
        for name, line in zip(table.townships, table.frame.to_dict("records"), strict=True):
            own = towns.of(name)
            self.twice |= {own} & {*self.lines}
            self.lines[own] = line

    def of(self, name: str) -> tuple[Goal | None, str]:
        """Return what is asked for in a township, and why that is not known where it is not."""
        target = self.target
        if target.percent is not None:
            return Goal(share=_fraction(target.percent) / 100), ""
        line = self.lines.get(name)
        if line is None:
            return None, tr("no line in the table of targets")
        if name in self.twice:
            return None, tr("the table of targets has two lines for it")
        field = target.rate or target.stood or ""
        if pd.isna(line[field]):
            return None, tr("the table of targets does not say how many")
        if target.rate is not None:
            return Goal(share=_fraction(line[field]) / 100), ""
        more = line[target.more] if target.more else 0
        return Goal(number=int(line[field]) + (0 if pd.isna(more) else int(more))), ""

    def base_of(self, name: str) -> int | None:
        """Return how many there are in a township by the table; None where it does not say."""
        value = self.lines.get(name, {}).get(self.target.base) if self.target.base else None
        return None if value is None or pd.isna(value) else int(value)


def _score(name: str, tally: Tally, goals: _Goals, towns: _Towns) -> Score:
    if name == "":
        return Score(name, tally, None, remark=tr("their township is not known"))
    goal, remark = goals.of(name)
    told = goals.base_of(name)
    missing = max(0, told - tally.base) if told is not None else 0
    if told is not None and told < tally.base:
        more = tr("the layer has {count} of them, the table of targets {told}", count=tally.base, told=told)
        remark = tr("; ").join(filter(None, [remark, more]))
    tally = tally.with_missing(missing)
    if goal and goal.number is not None and goal.number > tally.base > 0:
        # Nobody can do more than there are: the table and the layer do not go together.
        over = tr("the table of targets asks for {number} of {count}", number=goal.number, count=tally.base)
        goal, remark = None, tr("; ").join(filter(None, [remark, over]))
    return Score(name, tally, goal, towns.keys.get(name, ""), missing, remark)


def _whole(found: list[Score], target: Target) -> Score:
    """Return the line of the county: all townships, and what lies in none that is known, together."""
    tally, missing = Tally(), sum(one.missing for one in found)
    for one in found:
        tally = tally.plus(one.tally)
    # What is in no known township is there already, as some of those that are missing elsewhere.
    lost = min(missing, next((one.tally.base for one in found if one.name == ""), 0))
    tally = tally.with_missing(-lost)
    # A township that has none, and no line in the table, asks for nothing.
    asked = [one for one in found if one.name and (one.goal or one.tally.base)]
    goal, numbers = None, [one.goal.number if one.goal else None for one in asked]
    if target.percent is not None:
        goal = Goal(share=_fraction(target.percent) / 100)
    elif target.stood is not None and numbers and None not in numbers:
        goal = Goal(number=sum(filter(None, numbers)))
    return Score(tr("whole county"), tally, goal, missing=missing - lost, whole=True)


def _fraction(number: Any) -> Fraction:
    """Return a number as it is written: 0.1 is a tenth."""
    return Fraction(str(number))
