"""Rates in whole numbers: what is done of what there is, how far that is from a target, and what is not known."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple


class Tally(NamedTuple):
    """What is done, in numbers or in hundredths of a 亩. What is not known makes it a range.

    The rate lies between `done` of `base`, where nothing of what is not known is done, and `most_done` of `most_base`,
    where all of it is.
    """

    done: int = 0
    base: int = 0
    """With what may be one of these or not."""
    most_done: int = 0
    most_base: int = 0
    """Without what may be none of these, and surely is not done."""

    @property
    def unknown(self) -> int:
        """Of how much it is not known whether it is done, or one of these."""
        return (self.most_done - self.done) + (self.base - self.most_base)

    @property
    def least(self) -> Fraction | None:
        """The rate if nothing of what is not known is done; None where there is nothing of which it could be."""
        return Fraction(self.done, self.base) if self.base else None

    @property
    def most(self) -> Fraction | None:
        """The rate if all of it is."""
        return Fraction(self.most_done, self.most_base) if self.most_base else None

    def plus(self, other: Tally) -> Tally:
        """Return both together."""
        return Tally(*(one + more for one, more in zip(self, other, strict=True)))

    def with_missing(self, count: int) -> Tally:
        """Return it with so many more of which nothing is known but that they are there."""
        return Tally(self.done, self.base + count, self.most_done + count, self.most_base + count)


class Goal(NamedTuple):
    """What is to be reached: a share of what there is, or a number of these."""

    share: Fraction | None = None
    number: int | None = None


class Standing(NamedTuple):
    """How a tally stands to its goal: whether it meets it (None: nobody can tell), and by how much it misses it.

    Of a range it is told how much is missing at least: as if all were done of which that is not known.
    """

    met: bool | None
    points: Fraction = Fraction(0)
    """Percentage points."""
    left: int = 0
    """In numbers or hundredths of a 亩."""


def share_of_goal(goal: Goal, tally: Tally) -> Fraction | None:
    """Return the share of what there is that a goal asks for."""
    if goal.number is None:
        return goal.share
    return Fraction(goal.number, tally.base) if tally.base else None


def compare(tally: Tally, goal: Goal) -> Standing:
    """Return how a tally stands to a goal; what equals the goal meets it.

    Examples
    --------
    >>> compare(Tally(14, 23, 14, 23), Goal(number=15))
    Standing(met=False, points=Fraction(100, 23), left=1)
    >>> compare(Tally(19, 20, 19, 20), Goal(share=Fraction(95, 100))).met
    True
    """
    least, most = tally.least, tally.most
    if least is None or most is None:
        return Standing(None)
    if goal.number is not None:
        if tally.done >= goal.number:
            return Standing(True)
        left = goal.number - tally.most_done
        return Standing(False, Fraction(left * 100, tally.base), left) if left > 0 else Standing(None)
    if goal.share is None or (least < goal.share <= most):
        return Standing(None)
    if least >= goal.share:
        return Standing(True)
    left = ceil(goal.share * tally.most_base) - tally.most_done
    return Standing(False, (goal.share - most) * 100, left)


def percent(share: Fraction, decimals: int = 1, truncated: bool = True) -> float:
    """Return a share in percent as it is printed: cut off after so many decimals, or rounded, half up.

    Examples
    --------
    >>> percent(Fraction(14, 23)), percent(Fraction(14, 23), truncated=False), percent(Fraction(16, 44), 2)
    (60.8, 60.9, 36.36)
    """
    units = share * 100 * 10**decimals
    whole = floor(units if truncated else units + Fraction(1, 2))
    return float(whole / 10**decimals)
