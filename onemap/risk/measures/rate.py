"""Measure: by township, of how many or how much something is done, against a target, percent."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from onemap.model import TOWNSHIP, Layer
from onemap.risk.measurement import COLUMNS, SUM, Given
from onemap.risk.scores import HUNDREDTHS, UNSURE, Score, scores, states
from onemap.risk.tally import Standing, compare, percent, share_of_goal
from onemap.spec.measures.rates import RateRule
from onemap.text import pick, tr

EXTRA = ("grade", "when", "at_most", "unknown", "of_layer", "of_key", "of_label", "township")


def measure(of: Layer, rule: RateRule, given: Given) -> pd.DataFrame:
    """Return the townships that miss their target, and those of which nobody can tell; and so the county.

    What is not known makes a range: a line is graded only where both ends of it miss the target, and then by the better
    end, so that it says how much is missing at least. Where the ends disagree `unknown` says from where to where the
    rate may lie. Townships that meet their target have no line: they stand in the scorecard.

    A line is about a township and not about a feature of `of`: its of_layer is the township layer, its of_key the
    township's code, so that it leads to the township on the map and `why` tells it there. The line of the county, and
    every line where there is no township layer, has the layer of the rule and no key. `township` is the township; ""
    of the county.

    Returns
    -------
    DataFrame
        value is the rate in percent, as it is printed; grade how far it is from the target, in percentage points, or in
        numbers or 亩 by the rule's `gap`; to_label of how many how many are done; `when` the target, and what is left.
    """
    side = given.of
    if side is None or side.layer.frame.empty:
        return _table([])
    if (states(side, rule) == UNSURE).all():
        return _table([_nothing_known(of, rule)])
    rows = [_row(score, rule) for score in scores(side, rule, given)]
    return _table([row for row in rows if row is not None])


def standing(score: Score) -> Standing:
    """Return how a line stands to its target."""
    return compare(score.tally, score.goal) if score.goal else Standing(None)


def in_unit(amount: int, rule: RateRule) -> float:
    """Return an amount of a tally in numbers, or in 亩."""
    return float(amount) if rule.quantity == "count" else amount / HUNDREDTHS


def printed(share: Fraction | None, rule: RateRule) -> float:
    """Return a share in percent as the rule has it printed; NaN for none."""
    return float("nan") if share is None else percent(share, rule.decimals, rule.truncated)


def _row(score: Score, rule: RateRule) -> dict[str, Any] | None:
    stands = standing(score)
    if stands.met or score.tally.base == 0 or (score.whole and score.goal is None):
        return None
    told = {
        "of": SUM,
        "of_layer": TOWNSHIP if score.key else "",
        "of_key": score.key,
        "of_label": score.name or tr("township not known"),
        "township": "" if score.whole else score.name,
        "to_label": "", "value": np.nan, "grade": np.nan, "when": "", "at_most": "",
    }  # fmt: skip
    if stands.met is None:
        return {**told, "unknown": _why(score, rule)}
    return {
        **told,
        "to_label": _figures(score, rule),
        "value": printed(score.tally.most, rule),
        "grade": float(stands.points) if rule.gap == "points" else in_unit(stands.left, rule),
        "when": _shortfall(score, stands, rule),
        "at_most": tr("at most ") if score.tally.unknown else "",
        "unknown": "",
    }


def _figures(score: Score, rule: RateRule) -> str:
    """Say of how many how many are done; where that is not known, what it is at best."""
    tally = score.tally
    words = {"done": _amount(tally.most_done, rule), "base": _amount(tally.most_base, rule)}
    if not tally.unknown:
        return tr("{done} of {base}", **words)
    unknown = _amount(tally.unknown, rule)
    return tr("at best {done} of {base}, if all of {unknown} of which it is not known were done", **words,
              unknown=unknown)  # fmt: skip


def _shortfall(score: Score, stands: Standing, rule: RateRule) -> str:
    """Say what the target is, and how much is missing."""
    words = {
        "target": _target(score, rule),
        "left": _amount(stands.left, rule),
        "points": _points(stands.points),
    }
    if score.tally.unknown:
        return tr("at least {points} percentage points below the target of {target}, at least {left} left", **words)
    return tr("{points} percentage points below the target of {target}, {left} left", **words)


def _why(score: Score, rule: RateRule) -> str:
    """Say why nobody can tell whether a line meets its target, and what is known all the same."""
    tally, notes = score.tally, filter(None, [score.remark, pick(rule.note, rule.note_en)])
    words = {
        "done": _amount(tally.done, rule),
        "base": _amount(tally.base, rule),
        "low": _rate(tally.least, rule),
        "high": _rate(tally.most, rule),
        "unknown": _amount(tally.unknown, rule),
    }
    if not score.name:
        return tr("{base} whose township is not known ({done} done): they count in the whole county only", **words)
    if score.goal is None:
        text = tr("{name}: {done} of {base} are done, but the target is not known", name=score.name, **words)
    else:
        text = tr(
            "{name}: between {low} and {high} ({done} of {base} are done, of {unknown} it is not known), the target is "
            "{target}", name=score.name, target=_target(score, rule), **words,
        )  # fmt: skip
        if score.missing:
            count = _amount(score.missing, rule)
            text = tr("{text}; {count} of these are in the table of targets and not in the layer", text=text,
                      count=count)  # fmt: skip
    return tr("{why}; cannot be judged", why=tr("; ").join([text, *notes]))


def _nothing_known(of: Layer, rule: RateRule) -> dict[str, Any]:
    fields = tr(", ").join(of.spec.fields[name].label for name in rule.reached)
    why = tr("{field} is filled in for none of {count} records of {layer}: cannot be judged", field=fields,
             count=len(of.frame), layer=of.spec.name)  # fmt: skip
    blank = dict.fromkeys(("of_layer", "of_key", "of_label", "township", "to_label", "when", "at_most"), "")
    return {"of": SUM, **blank, "value": np.nan, "grade": np.nan, "unknown": why}


def _amount(amount: int, rule: RateRule) -> str:
    if rule.quantity == "area":
        return tr("{area:,.2f} mu", area=in_unit(amount, rule))
    return tr("{count:d}", count=amount)


def _rate(share: Fraction | None, rule: RateRule) -> str:
    return "—" if share is None else f"{printed(share, rule):.{rule.decimals}f}%"


def _target(score: Score, rule: RateRule) -> str:
    """Return a target as it was set: a number with what that is in percent, or a share."""
    if score.goal is None:
        return ""
    if score.goal.number is None:
        return f"{float((score.goal.share or Fraction(0)) * 100):g}%"
    rate = _rate(share_of_goal(score.goal, score.tally), rule)
    return tr("{number} ({rate})", number=_amount(score.goal.number, rule), rate=rate)


def _points(points: Fraction) -> str:
    """Return percentage points with two decimals; what is less is not told as none."""
    return tr("less than 0.01") if points < Fraction(1, 200) else f"{float(points):.2f}"


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    same = {"to": SUM, "to_class": "", "to_key": "", "ring": np.nan, "link": None}
    return pd.DataFrame([{**row, **same} for row in rows], columns=[*COLUMNS, *EXTRA])
