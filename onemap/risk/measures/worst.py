"""Measure: the level of features over several lists, the worst of them or their weighted mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from onemap.model import Layer, level_title
from onemap.risk.measurement import COLUMNS, SUM, Given
from onemap.spec.measures.grades import WorstRule
from onemap.spec.rule import GRADES
from onemap.text import tr

POINTS: Final = {level: len(GRADES) - place for place, level in enumerate(GRADES)}
"""What a level counts: high 3, medium 2, low 1; a feature that is not on a list has 0 of it."""


WORST: Final = len(GRADES)


class Pathway(NamedTuple):
    """What one list says of its features, each by its index label."""

    name: str
    weight: float
    points: pd.Series[int]
    """Of those that are graded, the worst."""
    told: pd.Series[str]
    """Why, for these."""
    unknown: frozenset[object]
    """Of which something cannot be judged."""
    gap: bool
    """Whether there is something that the list could not judge of anybody."""


def measure(of: Layer, rule: WorstRule, given: Given) -> pd.DataFrame:
    """Return for each feature the worst level of its lists, or their weighted mean, and which lists say so.

    Returns
    -------
    DataFrame
        grade is 3 for high, 2 for medium and 1 for low, or the weighted mean of these with 0 for lists that do not
        have the feature; value how many lists have it; to_key their ids; `when` what each says. A list that cannot
        judge a feature, or misses data for all, is an unknown input: of a feature with more of them than the
        rule allows grade is NaN, and `unknown` says what is known all the same.
    """
    pathways = [_pathway(name, rule, given) for name in rule.lists]
    rows = [_row(at, pathways, rule) for at in of.frame.index]
    same = {"to": SUM, "to_class": "", "ring": np.nan, "link": None}
    kept = [{**row, **same} for row in rows if row is not None]
    return pd.DataFrame(kept, columns=[*COLUMNS, "grade", "when", "unknown"])


def _pathway(name: str, rule: WorstRule, given: Given) -> Pathway:
    one = given.lists.get(name)
    weight = rule.weights.get(name, 1.0)
    if one is None:
        # A list that the project did not ask for has judged nobody.
        nobody = pd.Series(dtype=int)
        return Pathway(given.titles.get(name, name), weight, nobody, nobody.astype(str), frozenset(), gap=True)
    rows = one.rows
    graded = rows[rows["level"].isin(GRADES)]
    points = graded["level"].map(POINTS).groupby(graded["of"]).max()
    # Lists are in order: the first of a feature is its worst.
    worst = graded[~graded["of"].duplicated()].set_index("of")
    told = pd.Series(
        [tr("{list} {level} ({clause})", list=one.title, level=level_title(level), clause=clause)
         for level, clause in zip(worst["level"], worst["clause"], strict=True)],
        index=worst.index, dtype=object,
    )  # fmt: skip
    unknown = frozenset(rows.loc[rows["level"] == "unknown", "of"])
    return Pathway(one.title, weight, points, told, unknown - {SUM}, gap=SUM in unknown)


def _row(at: Any, pathways: list[Pathway], rule: WorstRule) -> dict[str, object] | None:
    graded = [one for one in pathways if at in one.points.index]
    lost = [one for one in pathways if one not in graded and (one.gap or at in one.unknown)]
    if not graded and not lost:
        return None
    whole = sum(one.weight for one in pathways)
    share = sum(one.weight for one in lost) / whole
    points = [int(one.points[at]) for one in graded]
    grade = float(max(points, default=0))
    if rule.weights:
        grade = sum(one.weight * value for one, value in zip(graded, points, strict=True)) / whole
    order = sorted(range(len(graded)), key=lambda place: -points[place])
    told = tr("; ").join([*(graded[place].told[at] for place in order), *_graver(at, graded, rule)])
    doubts = tr(", ").join(one.name for one in lost)
    unknown = ""
    if share > rule.unknown_above or not graded:
        unknown = tr("not known of {lists}, {share:.0f} % of what it is graded by; cannot be judged", lists=doubts,
                     share=share * 100)  # fmt: skip
        unknown = tr("{known}; {unknown}", known=told, unknown=unknown) if told else unknown
    return {
        "of": at,
        "to_key": "",
        "to_label": tr(", ").join(graded[place].name for place in order),
        "value": float(len(graded)),
        "grade": np.nan if unknown else grade,
        "when": tr("{known}; not known of {lists}", known=told, lists=doubts) if lost and not unknown else told,
        "unknown": unknown,
    }


def _graver(at: Any, graded: list[Pathway], rule: WorstRule) -> Iterator[str]:
    """Yield which lists know of something bad and lack what may be worse, where that may change the grade."""
    worst = max((one.points[at] for one in graded), default=0)
    open_lists = [one.name for one in graded if one.points[at] < WORST and (one.gap or at in one.unknown)]
    if open_lists and (rule.weights or worst < WORST):
        yield tr("{lists} lacks some of its data and may be graver", lists=tr(", ").join(open_lists))
