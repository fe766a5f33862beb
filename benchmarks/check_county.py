"""Seconds of `onemap check` on a county of 50,000 parcels, a process of its own from start to end.

Beside it: the same parcels read by geopandas, and shapely's `coverage_invalid_edges` and `is_valid` of them.
"""

import argparse
import cProfile
import pstats
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import geopandas as gpd
import shapely
from county import Size, write_county

import onemap
from onemap.pipeline import check
from onemap.spec.project import load_project

CODE = Path(onemap.__file__).parent


def ours(folder: Path) -> str:
    """Check as a user does, and return what is said last."""
    command = [sys.executable, "-m", "onemap", "check", str(folder), "--lang", "en"]
    done = subprocess.run(command, cwd=CODE.parent, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode > 1:
        sys.exit(done.stderr)
    return done.stderr.strip().splitlines()[-1]


def theirs(land: Path) -> None:
    """Read the parcels, and ask of them the two questions that shapely answers."""
    shapes = gpd.read_file(land, encoding="gbk").geometry.array
    shapely.is_valid(shapes)
    shapely.coverage_invalid_edges(shapes)


def seconds(runs: int, work: "list[object]") -> list[float]:
    """Return the medians of alternating runs of some pieces of work."""
    taken: list[list[float]] = [[] for _ in work]
    for _ in range(runs):
        for piece, times in zip(work, taken, strict=True):
            start = time.perf_counter()
            piece()  # type: ignore[operator]
            times.append(time.perf_counter() - start)
    return [median(times) for times in taken]


def where_time_goes(folder: Path, most: int) -> None:
    """Print the functions of ours that take longest, with what they call."""
    profile = cProfile.Profile()
    profile.runcall(check, load_project(folder))
    rows = [
        (total, f"{Path(file).relative_to(CODE)}:{name}")
        for (file, _, name), (_, _, _, total, _) in pstats.Stats(profile).stats.items()  # type: ignore[attr-defined]
        if file.startswith(str(CODE)) and not name.startswith("<")
    ]
    for total, name in sorted(rows, reverse=True)[:most]:
        print(f"    {total:6.2f} s  {name}")


def main() -> None:
    """Print, for a sound and a faulty county, the seconds, the ratio, and where the time goes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=50_000)
    parser.add_argument("--faults", type=int, default=5000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only-land", action="store_true", help="the parcels alone, without townships and lists")
    parser.add_argument("--profile", type=int, default=0, metavar="N", help="print the N functions that take longest")
    asked = parser.parse_args()
    for faults in (0, asked.faults):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            land = write_county(folder, Size(asked.parcels, faults), asked.only_land)
            said = ours(folder)
            own, other = seconds(asked.runs, [lambda folder=folder: ours(folder), lambda land=land: theirs(land)])
            print(
                f"{asked.parcels:,} parcels, {faults:,} faults: onemap check {own:.1f} s, "
                f"read_file + is_valid + coverage_invalid_edges {other:.1f} s: {own / other:.1f} times\n    {said}",
                flush=True,
            )
            if asked.profile:
                where_time_goes(folder, asked.profile)


if __name__ == "__main__":
    main()
