"""Seconds to read 200,000 parcels of a GBK shapefile: onemap, which finds the encoding, and pyogrio, which is told."""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from onemap.ingest.readers.vectors import read_vector
from onemap.spec.project import SourceSpec

CLASSES = ("优先保护类", "安全利用类", "严格管控类")
TOWNS = ("河雍街道", "会昌街道", "大定街道", "河阳街道", "化工镇", "南庄镇", "城伯镇", "谷旦镇", "西虢镇", "赵和镇")
CROPS = ("小麦", "玉米", "水稻", "花生", "大豆", "山药", "冬小麦—夏玉米轮作")
CORNERS = 26
"""Of a parcel; the ring that closes has one more vertex."""


def parcels(count: int) -> gpd.GeoDataFrame:
    """Return parcels as a bureau's cropland layer has them: codes of their own, and few classes, towns and crops."""
    chance = np.random.default_rng(410883)
    number = np.arange(count)
    side = int(np.ceil(np.sqrt(count)))
    angle = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    radius = 25 + 4 * chance.random((count, CORNERS))
    x = 389_000 + 60 * (number % side)[:, None] + radius * np.cos(angle)
    y = 3_865_000 + 60 * (number // side)[:, None] + radius * np.sin(angle)
    return gpd.GeoDataFrame(
        {
            "DYBM": [f"410883101{one:09d}" for one in number],
            "LBMC": chance.choice(CLASSES, count),
            "XZMC": chance.choice(TOWNS, count),
            "ZWMC": chance.choice(CROPS, count),
            "PH": chance.normal(7, 0.5, count).round(2),
            "MJ": (30 * chance.random(count)).round(4),
            "BH": number,
        },
        geometry=shapely.polygons(shapely.linearrings(np.stack([x, y], axis=-1))),
        crs="EPSG:4547",
    )


def ours(path: Path) -> int:
    """Read as the program does, and return the number of rows."""
    return len(read_vector(path, SourceSpec(path=path.name), set()).frame)


def theirs(path: Path) -> int:
    """Read as pyogrio does at its fastest, and return the number of rows."""
    return len(pyogrio.read_dataframe(path, use_arrow=True, encoding="gbk"))


def main() -> None:
    """Print the seconds of alternating runs, their medians and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "parcels.shp"
        parcels(asked.parcels).to_file(path, encoding="gbk", engine="pyogrio")
        path.with_suffix(".cpg").unlink()
        seconds: dict[str, list[float]] = {"onemap": [], "pyogrio": []}
        for run in range(asked.runs + 1):
            for name, read in (("onemap", ours), ("pyogrio", theirs)):
                start = time.perf_counter()
                if read(path) != asked.parcels:
                    sys.exit(f"{name} lost rows")
                if run:  # The first run warms the cache of the disk.
                    seconds[name].append(time.perf_counter() - start)
    for name, runs in seconds.items():
        print(f"{name:8}", *(f"{one:6.2f}" for one in runs), f"  median {median(runs):.2f} s")
    print(f"onemap / pyogrio: {median(seconds['onemap']) / median(seconds['pyogrio']):.2f}")


if __name__ == "__main__":
    main()
