"""Work in pieces that fit the cache, on two threads: numpy lets go of the interpreter while it computes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

Piece = TypeVar("Piece")
Result = TypeVar("Result")

VERTICES: Final = 1 << 17
"""So much is worked on at once. In smaller pieces two threads wait for one another; larger ones leave the cache."""

THREADS: Final = min(2, os.cpu_count() or 1)


def each(work: Callable[[Piece], Result], pieces: Iterable[Piece]) -> list[Result]:
    """Return what `work` makes of each piece, in their order."""
    todo = list(pieces)
    if len(todo) < 2 or THREADS < 2:
        return [work(piece) for piece in todo]
    pool = ThreadPoolExecutor(THREADS)
    try:
        return list(pool.map(work, todo))
    finally:
        # Where the work is broken off, only the pieces that have begun are still done.
        pool.shutdown(cancel_futures=True)


def cut(costs: NDArray[Any], size: int = VERTICES) -> list[slice]:
    """Return consecutive pieces whose costs add up to about `size`; one that costs more stands alone."""
    if len(costs) == 0:
        return []
    number = (np.cumsum(costs) - costs) // size
    edges = np.flatnonzero(np.diff(number)) + 1
    return [slice(*ends) for ends in zip([0, *edges], [*edges, len(costs)], strict=True)]


def even(count: int, pieces: int) -> list[slice]:
    """Return so many consecutive pieces of `count` things, none of them empty."""
    edges = np.linspace(0, count, min(pieces, count) + 1).astype(int)
    return [slice(start, end) for start, end in pairwise(edges)]
