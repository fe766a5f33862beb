"""Scorecards: every township against the target of a rate, those that meet it too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from math import ceil
from typing import Final

import pandas as pd

from onemap.model import SCORECARD_COLUMNS, Scorecard
from onemap.risk.assess import Ground, not_provided, nothing_to_judge, sides_of
from onemap.risk.measures.rate import in_unit, printed, standing
from onemap.risk.scores import Score, scores
from onemap.risk.tally import Standing, share_of_goal
from onemap.spec.measures.rates import RateRule
from onemap.spec.rule import Rule
from onemap.text import pick

STATES: Final = {True: "met", False: "missed", None: "unknown"}


def scorecards(rules: Sequence[Rule], ground: Ground) -> tuple[Scorecard, ...]:
    """Return the scorecard of each rule about a rate, in the order of the rules."""
    return tuple(
        ground.cache.value("scorecard", [rule.id, *ground.inputs(*rule.layers)], partial(_scorecard, rule, ground))
        for rule in rules
        if isinstance(rule, RateRule)
    )


def _scorecard(rule: RateRule, ground: Ground) -> Scorecard:
    """Return the scorecard of a rule, or why there is none."""
    absent = [own_id for own_id in rule.to if own_id not in ground.layers or not ground.layers[own_id].count]
    why = nothing_to_judge(rule, ground) or (not_provided(ground.specs[absent[0]].name) if absent else "")
    if why:
        return Scorecard(rule.id, rule.quantity, pd.DataFrame(columns=list(SCORECARD_COLUMNS)), withheld=why)
    of, sides = sides_of(rule, ground.layers)
    lines = scores(of, rule, replace(ground.given, of=of, sides=sides))
    table = pd.DataFrame([_line(score, rule) for score in lines], columns=list(SCORECARD_COLUMNS))
    note = pick(rule.note, rule.note_en)
    return Scorecard(rule.id, rule.quantity, table, (note,) if note else ())


def _line(score: Score, rule: RateRule) -> dict[str, object]:
    """Return a line as it is shown; what nobody can tell is NaN."""
    tally, stands = score.tally, standing(score)
    goal = share_of_goal(score.goal, tally) if score.goal else None
    return {
        "township_key": score.key,
        "township": score.name,
        "base": in_unit(tally.base, rule),
        "done": in_unit(tally.done, rule),
        "unknown": in_unit(tally.unknown, rule),
        "rate": printed(tally.least, rule),
        "rate_to": printed(tally.most, rule),
        "target": printed(goal, rule),
        "needed": _needed(score, rule),
        **_missing(stands, rule),
        "met": STATES[stands.met] if score.goal and tally.base else "",
        "whole": score.whole,
        "remark": score.remark,
    }


def _needed(score: Score, rule: RateRule) -> float:
    """Return how many, or how much, the target asks for."""
    if score.goal is None or not score.tally.base:
        return float("nan")
    if score.goal.number is not None:
        return float(score.goal.number)
    return in_unit(ceil((score.goal.share or 0) * score.tally.base), rule)


def _missing(stands: Standing, rule: RateRule) -> dict[str, float]:
    if stands.met is None:
        return {"gap": float("nan"), "left": float("nan")}
    return {"gap": float(stands.points), "left": in_unit(stands.left, rule)}
