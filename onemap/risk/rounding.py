"""Controlled rounding: a table whose rows, columns and whole add up as they are shown.

After L. H. Cox, A constructive procedure for unbiased controlled rounding, JASA 82 (1987), but that each step
takes the shorter way instead of a drawn one.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from onemap.flat import Floats

Numbers = NDArray[np.int64]
UNIT: Final = 1_000_000
"""Hundredths are parted into so many: whole numbers lose nothing on the way, and what is nearly whole is whole."""

Cell = tuple[int, int]


def round_table(values: Floats) -> Floats:
    """Round a table, rows x columns, to two decimals.

    Every cell, every sum of a row, every sum of a column and the sum of all become one of the two hundredths
    that they lie between, and the sum of all the nearer one. What is whole, and so 0, stays.

    Examples
    --------
    >>> round_table(np.array([[0.335, 0.335]])).tolist()
    [[0.34, 0.33]]
    """
    parts = np.round(values * 100 * UNIT).astype(np.int64)
    whole, loose = parts // UNIT, _with_margins(parts % UNIT)
    while (cycle := _cycle(loose % UNIT != 0)) is not None:
        _shift(loose, cycle)
    return np.asarray((whole + loose[:-1, :-1] // UNIT) / 100)


def _with_margins(loose: Numbers) -> Numbers:
    """Return a table with one more row and column, which make all its sums whole."""
    table = np.pad(loose, ((0, 1), (0, 1)))
    table[:-1, -1] = -loose.sum(axis=1) % UNIT
    table[-1, :-1] = -loose.sum(axis=0) % UNIT
    table[-1, -1] = loose.sum() % UNIT
    return table


def _cycle(loose: NDArray[np.bool_]) -> list[Cell] | None:
    """Return loose cells around which one can go, by row and by column in turn; None where none is loose."""
    if not loose.any():
        return None
    # In a line whose sum is whole no cell is loose alone, so the walk always leads on, until it meets itself.
    row = int(np.flatnonzero(loose.any(axis=1))[0])
    column = -1
    walk: list[Cell] = []
    corners: dict[tuple[str, int], int] = {}
    while True:
        if ("row", row) in corners:
            return walk[corners["row", row] :]
        corners["row", row] = len(walk)
        column = next(int(at) for at in np.flatnonzero(loose[row]) if at != column)
        walk.append((row, column))
        if ("column", column) in corners:
            return walk[corners["column", column] :]
        corners["column", column] = len(walk)
        row = next(int(at) for at in np.flatnonzero(loose[:, column]) if at != row)
        walk.append((row, column))


def _shift(loose: Numbers, cycle: list[Cell]) -> None:
    """Raise every other cell of a cycle and lower those between, the shorter way, until one is whole."""
    last = (loose.shape[0] - 1, loose.shape[1] - 1)
    if last in cycle:
        # This cell says whether the sum of all is rounded up: it goes to its nearer side alone.
        at = cycle.index(last)
        cycle = cycle[at:] + cycle[:at]
    ups, downs = (tuple(np.array(cells).T) for cells in (cycle[::2], cycle[1::2]))
    up = min((UNIT - loose[ups]).min(), loose[downs].min())
    down = min(loose[ups].min(), (UNIT - loose[downs]).min())
    rises = loose[last] * 2 >= UNIT if last in cycle else up <= down
    loose[ups] += up if rises else -down
    loose[downs] -= up if rises else -down
