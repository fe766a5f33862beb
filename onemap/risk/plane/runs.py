"""Runs: consecutive entries that belong together, as the vertices of a shape or the candidates of a query."""

from __future__ import annotations

import numpy as np

from onemap.flat import Floats, Ints


def starts_of(numbers: Ints) -> Ints:
    """Return where each run of equal numbers starts."""
    return np.flatnonzero(np.append(True, numbers[1:] != numbers[:-1])) if len(numbers) else numbers


def lengths_of(first: Ints, count: int) -> Ints:
    """Return how long each run is, of `count` entries in all."""
    return np.diff(np.append(first, count))


def lowest(values: Floats, first: Ints) -> Ints:
    """Return for each run the position of the first of its lowest values."""
    low = np.repeat(np.minimum.reduceat(values, first), lengths_of(first, len(values)))
    hits = np.flatnonzero(values == low)
    run = np.searchsorted(first, hits, side="right")
    return hits[starts_of(run)]
