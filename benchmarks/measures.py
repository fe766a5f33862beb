"""The measures beside other programs in one run: answers checked equal, then seconds and ratios as a table."""

import argparse
import gc
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any

import numpy as np
import peers
import shapely
from county import HIGH_M, SOUTH, WEST, WIDE_M, make_cells, make_parcels, polygons
from numpy.typing import NDArray

from onemap.flat import Flat, flatten
from onemap.risk.plane.discs import Discs, sum_in_discs
from onemap.risk.plane.ledger import ledger_of
from onemap.risk.plane.neighbours import nearest, within
from onemap.risk.plane.tree import grow
from onemap.risk.plane.zones import sum_in_zones

RINGS = {"ring areas to 1000 m": (100.0, 300.0, 1000.0), "ring areas to 2000 m": (500.0, 1000.0, 2000.0)}
"""Radii in metres: those of the rule for enterprises, and those of the reference figures."""

Radii = tuple[float, ...]
REACH = 1000.0
CLASSES = 3
OURS = "onemap"
SLOW_S = 3.0
"""What takes longer than this is run once only."""


@dataclass(frozen=True)
class Ground:
    """What is measured, as the geometries that a GeoDataFrame holds."""

    land: NDArray[Any]
    classes: NDArray[np.intp]
    enterprises: NDArray[Any]
    villages: NDArray[Any]
    towns: NDArray[Any]


def make_ground(parcels: int, sources: int, stretch: float) -> Ground:
    """Return a county, its parcels larger than those of `county.py` by a factor each way."""
    chance = np.random.default_rng(5)
    corner, size = np.array([WEST, SOUTH]), np.array([WIDE_M, HIGH_M]) * stretch
    wide = lambda rings: (rings - corner) * stretch + corner  # noqa: E731
    land = polygons(wide(make_parcels(parcels, chance)))
    clusters = chance.uniform(0.05, 0.95, (max(sources // 30, 1), 2)) * size + corner
    places = clusters[chance.integers(0, len(clusters), sources)] + chance.normal(0, 1500, (sources, 2))
    middles = chance.uniform(0, 1, (600, 2)) * size + corner
    turns, reach = np.linspace(0, 2 * np.pi, 24, endpoint=False), chance.uniform(0.6, 1.4, (600, 24))
    reach *= chance.uniform(50, 250, (600, 1))
    outlines = middles[:, None] + np.stack([np.cos(turns), np.sin(turns)], axis=-1) * reach[..., None]
    towns = polygons(wide(make_cells(chance, 9, 9, 800)))
    return Ground(
        land,
        chance.choice(CLASSES, parcels, p=(0.8, 0.15, 0.05)),
        shapely.points(places),
        polygons(outlines),
        towns[shapely.is_valid(towns)],
    )


def our_pairs(ground: Ground, land: Flat) -> peers.Answer:
    """Return the sum of distances and the number of pairs, of each enterprise."""
    sources = flatten(ground.enterprises)
    one, _, gaps = within(sources, land, grow(land), np.full(len(sources.rows), REACH))
    return peers.per_source(one, gaps.length, len(ground.enterprises))


def our_rings(ground: Ground, land: Flat, radii: Radii) -> peers.Answer:
    """Return the area of each class within each radius of each enterprise."""
    sources = flatten(ground.enterprises)
    ledger = ledger_of(land.areas, ground.classes, CLASSES)
    discs = Discs(*(np.repeat(axis, len(radii)) for axis in (sources.x, sources.y)), np.tile(radii, len(sources.rows)))
    return sum_in_discs(land, grow(land), discs, ledger)


def our_zones(ground: Ground, land: Flat, zones: NDArray[Any]) -> peers.Answer:
    """Return the area of each class in each zone."""
    return sum_in_zones(land, grow(land), flatten(zones), ledger_of(land.areas, ground.classes, CLASSES))


def our_nearest(ground: Ground, land: Flat, targets: NDArray[Any]) -> peers.Answer:
    """Return how far each parcel is from its nearest target."""
    others = flatten(targets)
    one, _, gaps = nearest((land, grow(land)), (others, grow(others)))
    found = np.full(len(ground.land), np.inf)
    found[one] = gaps.length
    return found


def tasks(ground: Ground) -> dict[str, dict[str, Callable[[], peers.Answer]]]:
    """Return for each task who does it and how."""
    ours: dict[str, Callable[[Flat], peers.Answer]] = {
        "pairs within 1000 m": lambda land: our_pairs(ground, land),
        **{name: lambda land, radii=radii: our_rings(ground, land, radii) for name, radii in RINGS.items()},
        "nearest enterprise": lambda land: our_nearest(ground, land, ground.enterprises),
        "nearest village": lambda land: our_nearest(ground, land, ground.villages),
        "townships by class": lambda land: our_zones(ground, land, ground.towns),
    }
    at_hand = flatten(ground.land)
    found: dict[str, dict[str, Callable[[], peers.Answer]]] = {
        name: {
            OURS: lambda work=work: work(flatten(ground.land)),
            # As in a build, where a layer is made flat once and measured by many rules; a copy has no areas yet.
            "onemap, arrays at hand": lambda work=work: work(replace(at_hand)),
        }
        for name, work in ours.items()
    }
    found["pairs within 1000 m"] |= {
        "geopandas": lambda: peers.naive_pairs(ground, REACH),
        "shapely": lambda: peers.tuned_pairs(ground, REACH),
    }
    for name, radii in RINGS.items():
        found[name] |= {
            "geopandas": lambda radii=radii: peers.naive_areas(ground, peers.discs_of(ground, radii, 16)),
            "shapely": lambda radii=radii: peers.tuned_areas(ground, peers.discs_of(ground, radii, 16)),
        }
    for name, targets in {"nearest enterprise": ground.enterprises, "nearest village": ground.villages}.items():
        found[name] |= {
            "geopandas": lambda targets=targets: peers.naive_nearest(ground, targets),
            "shapely": lambda targets=targets: peers.tuned_nearest(ground, targets),
        }
    found["townships by class"] |= {
        "geopandas": lambda: peers.naive_areas(ground, ground.towns),
        "shapely": lambda: peers.tuned_areas(ground, ground.towns),
    }
    for engine in peers.engines(ground, [peers.discs_of(ground, radii, 16) for radii in RINGS.values()]):
        found["pairs within 1000 m"][engine.name] = lambda engine=engine: engine.pairs(REACH)
        for number, name in enumerate(RINGS):
            found[name][engine.name] = lambda engine=engine, number=number: engine.areas(f"discs{number}")
        found["townships by class"][engine.name] = lambda engine=engine: engine.areas("towns")
        if engine.knows_nearest:
            found["nearest enterprise"][engine.name] = lambda engine=engine: engine.nearest("enterprises")
            found["nearest village"][engine.name] = lambda engine=engine: engine.nearest("villages")
    return found


def check_discs(ground: Ground, radii: Radii, count: int = 40) -> float:
    """Return how far discs are from polygons of 32,768 corners at most, as a share of the disc."""
    tree, worst, ours = shapely.STRtree(ground.land), 0.0, our_rings(ground, flatten(ground.land), radii)
    for number in np.linspace(0, len(ours) - 1, count).astype(int):
        source, radius = ground.enterprises[number // len(radii)], radii[number % len(radii)]
        disc = shapely.buffer(source, radius, quad_segs=8192)
        near = tree.query(disc)
        areas = shapely.area(shapely.intersection(disc, ground.land[near]))
        expected = np.bincount(ground.classes[near], weights=areas, minlength=CLASSES)
        worst = max(worst, float(np.abs(ours[number] - expected).max() / shapely.area(disc)))
    return worst


def compare(
    name: str, ways: dict[str, Callable[[], peers.Answer]], expected: peers.Answer | None, runs: int, scale: Any
) -> None:
    """Print the best of alternating runs, the ratios, and how far the answers differ: as a share of `scale`."""
    seconds: dict[str, list[float]] = {who: [] for who in ways}
    cpu: dict[str, list[float]] = {who: [] for who in ways}
    answers: dict[str, peers.Answer] = {}
    for run in range(runs):
        for who, way in ways.items():
            if run and min(seconds[who]) > SLOW_S:
                continue
            gc.collect()
            start, cpu_start = time.perf_counter(), time.process_time()
            answers[who] = way()
            seconds[who].append(time.perf_counter() - start)
            cpu[who].append(time.process_time() - cpu_start)
    ours, our_cpu = min(seconds[OURS]), min(cpu[OURS])
    expected = answers[OURS] if expected is None else expected
    for who, took in seconds.items():
        same = "" if who.startswith(OURS) else f"differs by {(np.abs(answers[who] - expected) / scale).max():.1e}"
        runs_text = ", ".join(f"{second:.3f}" for second in took)
        elapsed, work = min(took), min(cpu[who])
        work_text = "– | –" if who == peers.PostGIS.name else f"{work:.3f} | {work / our_cpu:.1f}"
        print(
            f"| {name} | {who} | {elapsed:.3f} | {elapsed / ours:.1f} | {work_text} | {same} | {runs_text} |",
            flush=True,
        )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=200_000)
    parser.add_argument("--enterprises", type=int, default=1200)
    parser.add_argument("--stretch", type=float, default=3.0, help="3: parcels of 35 mu; 1: of 4 mu")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="", help="a part of the names of the tasks to run")
    parser.add_argument("--without", default="", help="peers to leave out, with commas")
    asked = parser.parse_args()
    names = ("numpy", "shapely", "geopandas", "duckdb", "sedonadb")
    print(platform.python_version(), *(f"{name} {peers.version_of(name)}" for name in names), "onemap", version_here())
    ground = make_ground(asked.parcels, asked.enterprises, asked.stretch)
    print("| task | who | seconds | times ours | CPU seconds | times ours | answer | runs |")
    print("|---|---|---|---|---|---|---|---|")
    for name, ways in tasks(ground).items():
        if asked.only not in name:
            continue
        ways = {who: way for who, way in ways.items() if who not in asked.without.split(",")}
        reference, scale = None, np.float64(1.0)
        if name == "townships by class":
            scale = shapely.area(ground.towns)[:, None]
        if name in RINGS:
            # The others measure polygons of 64 corners, which are smaller: those are what answers are held against.
            zones = peers.discs_of(ground, RINGS[name], 16)
            reference, scale = our_zones(ground, flatten(ground.land), zones), shapely.area(zones)[:, None]
        compare(name, ways, reference, asked.runs, scale)
        if reference is not None:
            print(f"discs differ from polygons of 32,768 corners by {check_discs(ground, RINGS[name]):.1e}")


def version_here() -> str:
    """Return the version of onemap, also from a checkout."""
    try:
        return version("onemap")
    except ModuleNotFoundError:
        return "checkout"


if __name__ == "__main__":
    main()
