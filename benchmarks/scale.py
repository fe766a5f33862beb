"""Ring areas at the size of a prefecture: seconds, memory, and what doubling the radius costs."""

import argparse
import resource
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from county import HIGH_M, SOUTH, WEST, WIDE_M, make_parcels, polygons

from onemap.flat import flatten
from onemap.risk.plane.discs import Discs, sum_in_discs
from onemap.risk.plane.ledger import ledger_of
from onemap.risk.plane.tree import grow

RINGS = (100.0, 300.0, 1000.0)
DOUBLED = (250.0, 500.0, 1000.0, 2000.0, 4000.0)
CLASSES, RUNS = 3, 3


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds of the best of several runs, and what the last returned."""
    seconds, found = [], None
    for _ in range(RUNS):
        start = time.perf_counter()
        found = work()
        seconds.append(time.perf_counter() - start)
    return min(seconds), found


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=1_000_000)
    parser.add_argument("--enterprises", type=int, default=6000)
    asked = parser.parse_args()
    chance = np.random.default_rng(5)
    stretch = 3 * np.sqrt(asked.parcels / 200_000)
    corner, size = np.array([WEST, SOUTH]), np.array([WIDE_M, HIGH_M]) * stretch
    shapes = polygons((make_parcels(asked.parcels, chance) - corner) * stretch + corner)
    classes = chance.choice(CLASSES, asked.parcels, p=(0.8, 0.15, 0.05))
    clusters = chance.uniform(0.05, 0.95, (asked.enterprises // 30 + 1, 2)) * size + corner
    places = clusters[chance.integers(0, len(clusters), asked.enterprises)]
    sources = flatten(shapely.points(places + chance.normal(0, 1500, places.shape)))

    def measure(radii: tuple[float, ...]) -> Any:
        land = flatten(shapes)
        axes = (np.repeat(axis, len(radii)) for axis in (sources.x, sources.y))
        discs = Discs(*axes, np.tile(radii, len(sources.rows)))
        return sum_in_discs(land, grow(land), discs, ledger_of(land.areas, classes, CLASSES))

    held = peak_gb()
    seconds, _ = timed(lambda: measure(RINGS))
    print(
        f"{asked.parcels:,} parcels, {asked.enterprises:,} enterprises, rings {RINGS}: {seconds:.2f} s, index and all; "
        f"memory {peak_gb():.2f} GB at most, of which {held:.2f} GB before measuring"
    )
    land = flatten(shapes)
    tree, ledger = grow(land), ledger_of(land.areas, classes, CLASSES)
    print("| radius, m | seconds without the index | times the half |")
    print("|---|---|---|")
    before = None
    for radius in DOUBLED:
        discs = Discs(sources.x, sources.y, np.full(len(sources.rows), radius))
        seconds, _ = timed(lambda discs=discs: sum_in_discs(land, tree, discs, ledger))
        print(
            f"| {radius:g} | {seconds:.3f} | {seconds / before:.2f} |"
            if before
            else f"| {radius:g} | {seconds:.3f} | |"
        )
        before = seconds


def peak_gb() -> float:
    """Return the most memory that this process has held (10⁹ bytes)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


if __name__ == "__main__":
    main()
