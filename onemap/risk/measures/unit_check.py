"""Measure: whether the class of a unit fits the levels of the soil samples in it.

It checks, and classes nothing anew: that is for the bureaus together.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from onemap.model import Layer
from onemap.risk.limits import worst_of
from onemap.risk.measurement import COLUMNS, SUM, Given, class_label
from onemap.risk.measures.exceedance import items_of, judged_of, none_measured
from onemap.risk.sampled import Joined, join, last_samples, lost_samples, until
from onemap.spec.measures.farmland import UnitCheckRule
from onemap.text import tr

WORSE, OTHERWISE_WORSE, BETTER = 1.0, 2.0, 3.0
"""The grades."""

NAMED = 3
"""So many samples are named in a sentence."""


class Levels(NamedTuple):
    """The levels that the samples of a unit have at least, and at most."""

    low: Any
    high: Any

    def sure(self, level: int) -> int:
        """Return how many samples surely have a level."""
        return int(((self.low == level) & (self.high == level)).sum())

    def may(self, level: int) -> int:
        """Return how many samples have a level, or may have it."""
        return int(((self.low <= level) & (self.high >= level)).sum())


class Break(NamedTuple):
    """A rule that the samples of a unit break, or may break."""

    grade: float
    sure: bool
    words: str


def measure(of: Layer, rule: UnitCheckRule, given: Given) -> pd.DataFrame:
    """Return the units whose class does not fit the samples in them, and those of which that is not sure.

    Of several samples of a point the last one counts.

    Returns
    -------
    DataFrame
        value is the percentage of the samples that surely have the level of the unit's class; to_label how many samples
        have which level; `when` which rules are broken, and what the crops say.
    """
    sampled, later = until(given.sides[rule.to[0]].layer, given.day)
    samples = last_samples(sampled)
    joined = join(of, samples, rule.place_tolerance)
    standard = given.standards[rule.standard]
    judged, absent = judged_of(samples, standard, items_of(samples, standard, rule.items))
    worst = worst_of(judged)[["at_least", "at_most"]]
    crops = _crops(of, rule, given)
    rows = []
    for unit, own in joined.units.groupby(joined.units, sort=False):
        ranges = worst.reindex(own.index).dropna()
        if not ranges.empty:
            levels = Levels(ranges["at_least"].to_numpy(), ranges["at_most"].to_numpy())
            doubtful = samples.keys[ranges.index[levels.low != levels.high]]
            rows.append(_checked(of, unit, rule, (levels, list(doubtful)), crops.get(unit, [])))
    lost = [*later, *none_measured(absent, standard), *lost_samples(of, samples, joined)]
    told = [*filter(None, rows), *_disputes(of, samples, joined), *(_row(SUM, unknown=why) for why in lost)]
    columns = [*COLUMNS, "grade", "when", "unknown", "to_layer"]
    return pd.DataFrame([{"to_layer": rule.to[0], **row} for row in told], columns=columns)


def _checked(
    of: Layer, unit: Any, rule: UnitCheckRule, found: tuple[Levels, list[str]], crops: list[int | None]
) -> dict[str, Any] | None:
    """Return the row of a unit; none where its class surely fits."""
    levels, doubtful = found
    own_class = of.classes[unit]
    if own_class not in rule.unit_classes:
        return _row(unit, unknown=tr("its class is not known: cannot be checked"), label=_counts(levels))
    own = rule.unit_classes.index(own_class) + 1
    breaks = _breaks(own, levels, rule)
    if not breaks:
        return None
    words = [tr("it is of the class {title}", title=class_label(of, own_class))]
    sure = [one for one in breaks if one.sure]
    doubt = _doubt([one for one in breaks if not one.sure], doubtful)
    words += [one.words for one in sure]
    words += filter(None, [doubt, _products(own, levels, crops, rule)])
    text = tr("; ").join(words)
    if not sure:
        return _row(unit, unknown=tr("{counts}; {why}; cannot be judged", counts=_counts(levels), why=text),
                    label=_counts(levels))  # fmt: skip
    share = 100 * levels.sure(own) / len(levels.low)
    return _row(unit, value=share, grade=min(one.grade for one in sure), when=text, label=_counts(levels))


def _breaks(own: int, levels: Levels, rule: UnitCheckRule) -> list[Break]:
    """Return the rules that samples break, or may break, in a unit of the class of a level."""
    count = len(levels.low)
    breaks = []

    def share(level: int, asked: float, grade: float) -> None:
        least, most = 100 * levels.sure(level) / count, 100 * levels.may(level) / count
        if least < asked:
            percent = "–".join(dict.fromkeys(_percent(one, asked) for one in (least, most)))
            words = tr("of its samples {share} % are of level {level}, less than {asked:g} %", share=percent,
                       level=level, asked=asked)  # fmt: skip
            breaks.append(Break(grade, most < asked, words))

    if own < 3 and levels.may(3):
        many = levels.sure(3) or levels.may(3)
        words = tr("{count} samples of level 3, of which a unit of a lower class may have none", count=many)
        breaks.append(Break(WORSE, levels.sure(3) > 0, words))
    if own == 3:
        share(3, rule.strict_share, BETTER)
    else:
        share(own, rule.own_share, OTHERWISE_WORSE if own == 1 else BETTER)
    if own == 1 and levels.may(2) > rule.level_2_in_class_1:
        sure = levels.sure(2) > rule.level_2_in_class_1
        many = levels.sure(2) if sure else levels.may(2)
        words = tr("{count} samples of level 2, more than {most}", count=many, most=rule.level_2_in_class_1)
        breaks.append(Break(OTHERWISE_WORSE, sure, words))
    return breaks


def _percent(share: float, asked: float) -> str:
    """Return a percentage with one decimal; what is less than was asked is never rounded up to it."""
    rounded = round(share, 1)
    return f"{rounded if share >= asked or rounded < asked else math.floor(share * 10) / 10:g}"


def _doubt(unsure: list[Break], doubtful: list[str]) -> str:
    """Say which rules may be broken, and by which samples that is not sure."""
    if not unsure:
        return ""
    names = tr(", ").join(doubtful[:NAMED])
    words = tr(", ").join(one.words for one in unsure)
    return tr("the level of {count} samples is not sure ({names}), so that it may be: {words}", count=len(doubtful),
              names=names, words=words)  # fmt: skip


def _counts(levels: Levels) -> str:
    counted = {level: levels.sure(level) for level in (1, 2, 3)}
    parts = [tr("{count} of level {level}", count=count, level=level) for level, count in counted.items() if count]
    unsure = len(levels.low) - sum(counted.values())
    parts += [tr("{count} not sure", count=unsure)] if unsure else []
    return tr("{count} samples ({parts})", count=len(levels.low), parts=tr(", ").join(parts))


def _crops(of: Layer, rule: UnitCheckRule, given: Given) -> dict[Any, list[int | None]]:
    """Return for each unit the class of each crop sample in it: 1 to the limit, 2 to twice as much, 3 above it."""
    if rule.products not in given.sides:
        return {}
    crops = given.sides[rule.products].layer
    standard = given.standards[rule.product_standard]
    judged, _ = judged_of(crops, standard, items_of(crops, standard, ()))
    worst = worst_of(judged)
    # Of a crop whose level is sure and that exceeds no limit the ratio may still not be known: below detection.
    ratio = judged.groupby("sample")["ratio"].max().astype("Float64").fillna(0.0)
    level = worst["level"].dropna().astype(int)
    known = {sample: 1 if own == 1 else 2 if far <= 2 else 3
             for sample, own, far in zip(level.index, level, ratio.reindex(level.index), strict=True)}  # fmt: skip
    found: dict[Any, list[int | None]] = {}
    for sample, unit in join(of, crops, rule.place_tolerance).units.items():
        found.setdefault(unit, []).append(known.get(sample))
    return found


def _products(own: int, levels: Levels, crops: list[int | None], rule: UnitCheckRule) -> str:
    """Say what crops say of a unit whose soil speaks for the next worse class: whether they may have lowered it."""
    asked = own == 1 and not levels.may(3) and levels.may(2) > 0, own == 2 and levels.may(3) > 0
    if not any(asked):
        return ""
    if len(crops) < rule.fewest_products:
        return tr("{count} crop samples, fewer than {fewest}: the crops decide nothing", count=len(crops),
                  fewest=rule.fewest_products)  # fmt: skip
    if None in crops:
        return tr("{count} crop samples, not all of them judged: whether the crops may have decided is not known",
                  count=len(crops))  # fmt: skip
    kept = crops.count(1)
    enough = kept == len(crops) or (own == 2 and 100 * kept / len(crops) >= rule.product_share and 3 not in crops)
    words = {"count": len(crops), "kept": kept}
    if enough:
        return tr("of {count} crop samples {kept} keep all limits: the crops may have decided for this class "
                  "(confidence B)", **words)  # fmt: skip
    return tr("of {count} crop samples {kept} keep all limits: the crops do not speak for this class (confidence B)",
              **words)  # fmt: skip


def _disputes(of: Layer, samples: Layer, joined: Joined) -> list[dict[str, Any]]:
    """Return a row for each sample that lies elsewhere than in the unit that it names."""
    rows = []
    for sample, unit, other in joined.disputed.itertuples(index=False):
        place = tr("in no unit") if other is None else tr("in the unit {unit}", unit=of.keys[other])
        why = tr("the sample {sample} names this unit and lies {place}: it was counted in neither",
                 sample=samples.keys[sample], place=place)  # fmt: skip
        rows.append({**_row(unit, unknown=why), "to_key": samples.keys[sample]})
    return rows


def _row(unit: Any, unknown: str = "", label: str = "", **told: Any) -> dict[str, Any]:
    return {"of": unit, "to": SUM, "to_class": "", "to_key": "", "to_label": label, "value": np.nan, "ring": np.nan,
            "link": None, "grade": np.nan, "when": "", "unknown": unknown, **told}  # fmt: skip
