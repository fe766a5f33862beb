"""Controlled rounding: tables that add up as they are shown."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from onemap.risk.rounding import round_table

TABLES = arrays(float, array_shapes(min_dims=2, max_dims=2, max_side=12), elements=st.floats(0, 1e6))
HUNDREDTH = 0.01 + 1e-6


@given(TABLES)
def test_cells_and_the_sums_of_rows_and_columns_move_by_less_than_a_hundredth(values):
    shown = round_table(values)
    for sums in (lambda table: table, lambda table: table.sum(axis=0), lambda table: table.sum(axis=1)):
        assert np.abs(sums(shown) - sums(values)).max() < HUNDREDTH


@given(TABLES)
def test_the_sum_of_all_is_the_rounded_sum(values):
    assert abs(round_table(values).sum() - values.sum()) <= 0.005 + 1e-5


@given(TABLES)
def test_every_cell_has_two_decimals(values):
    cents = round_table(values) * 100
    assert np.abs(cents - np.round(cents)).max() < 1e-6


@given(TABLES, st.integers(0, 2**31))
def test_what_is_nothing_stays_nothing(values, seed):
    holes = np.random.default_rng(seed).random(values.shape) < 0.5
    assert (round_table(np.where(holes, 0.0, values))[holes] == 0).all()


def test_rounding_each_cell_by_itself_would_not_do():
    # Every row and column is 0.01, and each cell by itself would be 0.00.
    values = np.array([[0.004, 0.004, 0.002], [0.004, 0.002, 0.004], [0.002, 0.004, 0.004]])
    shown = round_table(values)
    assert shown.sum(axis=0).tolist() == pytest.approx([0.01] * 3)
    assert shown.sum(axis=1).tolist() == pytest.approx([0.01] * 3)


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (2, 2)])
def test_nothing_is_rounded_to_nothing(shape):
    assert round_table(np.zeros(shape)).tolist() == np.zeros(shape).tolist()
