"""Reasons of several kinds about one feature: the gravest decides, all are told, and what is not known may be too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from onemap.text import tr


class Reason(NamedTuple):
    """A reason that holds, or that may hold."""

    grade: int
    text: str
    """What it is, or why it is not known."""
    is_sure: bool = True


def weigh(reasons: Iterable[Reason]) -> dict[str, Any] | None:
    """Return the row of a feature with some reasons; None where none holds, and none that may hold would be graver.

    Returns
    -------
    dict
        grade of the gravest, value how many hold, to_label all of them. Where one that is not known would be graver,
        neither grade nor value is told, and `unknown` says what holds and what is not known.
    """
    told = [reason for reason in reasons if reason.grade]
    held = [reason for reason in told if reason.is_sure]
    grade = max((reason.grade for reason in held), default=0)
    graver = [reason.text for reason in told if not reason.is_sure and reason.grade > grade]
    label = tr("; ").join(reason.text for reason in held)
    if not graver:
        return {"to_label": label, "value": len(held), "grade": grade, "unknown": ""} if held else None
    # One cell that cannot be read may leave several reasons open: it is told once.
    told_once = [text for text in dict.fromkeys(graver) if not any(text != one and text in one for one in graver)]
    why = tr("; ").join(told_once)
    unknown = tr("{why}; cannot be judged", why=why)
    if held:
        unknown = tr("{reasons}; not known: {why}; cannot be judged further", reasons=label, why=why)
    return {"to_label": label, "value": np.nan, "grade": np.nan, "unknown": unknown}
