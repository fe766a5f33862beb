"""Rates in whole numbers: exact at the edges, and ranges where something is not known."""

from __future__ import annotations

import csv
import re
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onemap.risk.tally import Goal, Tally, compare, percent

ANNEX = Path(__file__).parent.parent.parent / "shared" / "data" / "township_targets.csv"
COUNTS = st.integers(0, 60)


def known(done: int, base: int) -> Tally:
    return Tally(done, base, done, base)


def tallies() -> st.SearchStrategy[Tally]:
    """Return tallies of so many that are done, left, open, and perhaps none of these but surely not done."""
    parts = st.tuples(COUNTS, COUNTS, COUNTS, COUNTS)
    return parts.map(lambda p: Tally(p[0], sum(p), p[0] + p[2], p[0] + p[1] + p[2]))


@pytest.mark.skipif(not ANNEX.exists(), reason="the annex of the plan is not at hand")
def test_the_rates_that_the_annex_prints_are_those_of_its_numbers_cut_off():
    with ANNEX.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    [villages, done, rate] = [next(name for name in lines[0] if re.search(word, name))
                              for word in ("行政村总数", "年底前完成村庄数", "率$")]  # fmt: skip
    printed = {line[next(iter(line))]: float(line[rate].rstrip("%")) for line in lines}
    assert len(printed) == 12
    own = {line[next(iter(line))]: percent(Fraction(int(line[done]), int(line[villages]))) for line in lines}
    assert own == printed


@pytest.mark.parametrize(
    ("done", "base", "printed"), [(14, 23, 60.8), (16, 44, 36.3), (199, 274, 72.6), (20, 20, 100.0)]
)
def test_a_rate_is_cut_off_as_plans_print_it(done, base, printed):
    assert percent(Fraction(done, base)) == printed


@given(st.integers(0, 400), st.integers(1, 400), st.integers(0, 4))
def test_a_printed_rate_is_that_of_decimal_arithmetic(done, base, decimals):
    exact = Decimal(done * 100) / Decimal(base)
    step = Decimal(1).scaleb(-decimals)
    for truncated, way in ((True, ROUND_DOWN), (False, ROUND_HALF_UP)):
        assert percent(Fraction(done, base), decimals, truncated) == float(exact.quantize(step, way))


@given(st.integers(1, 100), st.integers(1, 300))
def test_what_equals_its_target_meets_it_and_one_less_does_not(share, base):
    needed = -(-share * base // 100)
    goal = Goal(share=Fraction(share, 100))
    assert compare(known(needed, base), goal).met is True
    missed = compare(known(needed - 1, base), goal)
    assert (missed.met, missed.left) == (False, 1)


@given(st.integers(0, 100), st.integers(1, 100), st.integers(1, 100))
def test_a_number_to_be_reached_is_compared_as_a_number(done, base, needed):
    stands = compare(known(min(done, base), base), Goal(number=needed))
    assert stands.met is (min(done, base) >= needed)
    assert stands.left == max(0, needed - min(done, base))


@given(tallies(), st.integers(1, 100))
def test_a_range_is_judged_only_where_every_way_it_may_be_comes_out_alike(tally, share):
    goal = Goal(share=Fraction(share, 100))
    left, unsure, out = tally.most_base - tally.most_done, tally.most_done - tally.done, tally.base - tally.most_base
    # What is open is done, left or none of these; what is out is left or none of these.
    ways = [
        (tally.done + more, tally.done + more + left + rest + stray)
        for more in range(unsure + 1)
        for rest in {0, unsure - more}
        for stray in {0, out}
    ]
    met = {Fraction(done, base) >= goal.share for done, base in ways if base}
    judged = compare(tally, goal).met
    if judged is not None:
        assert met == {judged}


@given(tallies(), tallies())
def test_tallies_add_up(one, other):
    both = one.plus(other)
    assert (both.done, both.base, both.unknown) == (
        one.done + other.done,
        one.base + other.base,
        one.unknown + other.unknown,
    )


@given(tallies(), st.integers(0, 20))
def test_what_is_missing_widens_the_range(tally, count):
    wider = tally.with_missing(count)
    assert wider.unknown == tally.unknown + count
    if tally.base and tally.most_base:
        assert wider.least <= tally.least
        assert tally.most <= wider.most
