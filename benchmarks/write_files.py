"""Seconds to write 200,000 parcels as a shapefile and as a GeoPackage, beside `pyogrio.write_dataframe` and fiona."""

import argparse
import shutil
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

import fiona
import geopandas as gpd
import pyogrio
from county import CRS, Size, write_county

from onemap import load_project
from onemap.cache import NOTHING_KEPT
from onemap.export.formats import geopackage, shapefiles
from onemap.export.parts import layer_columns, readable
from onemap.model import Atlas
from onemap.pipeline import check

LAYER = "cultivated_land"


def land_atlas(parcels: int) -> Atlas:
    """Return an atlas of the cropland alone, as a build has it before anything is written."""
    with tempfile.TemporaryDirectory() as folder:
        write_county(Path(folder), Size(parcels), only_land=True)
        atlas = check(load_project(folder), cache=NOTHING_KEPT)
    return replace(atlas, told=())


def by_fiona(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write a frame with geopandas' other engine, which knows no nullable numbers."""
    plain = {name: "float64" for name, kind in frame.dtypes.items() if str(kind) in ("Float64", "Int64")}
    frame.astype(plain).to_file(path, engine="fiona", encoding="GBK", driver="ESRI Shapefile")


def cases(atlas: Atlas) -> dict[str, dict[str, Callable[[Path], object]]]:
    """Return for each format who writes it, each to be called with an empty folder; ours comes first."""
    frame = readable(atlas.layers[LAYER])
    short = frame.rename(columns={column.name: column.dbf for column in layer_columns(atlas.layers[LAYER].spec)})
    short = short.set_geometry("geometry", crs=CRS)
    return {
        "shapefile": {
            "onemap": lambda folder: shapefiles.write(atlas, folder),
            "pyogrio": lambda folder: pyogrio.write_dataframe(short, folder / "x.shp", encoding="GBK"),
            "fiona": lambda folder: by_fiona(short, folder / "x.shp"),
        },
        "GeoPackage": {
            "onemap": lambda folder: geopackage.write(atlas, folder),
            "pyogrio": lambda folder: pyogrio.write_dataframe(frame, folder / "x.gpkg"),
        },
    }


def seconds_of(write: Callable[[Path], object]) -> float:
    """Return how long a writer takes to fill an empty folder."""
    folder = Path(tempfile.mkdtemp(prefix="onemap-bench-"))
    try:
        start = time.perf_counter()
        write(folder)
        return time.perf_counter() - start
    finally:
        shutil.rmtree(folder)


def main() -> None:
    """Print the seconds of alternating runs, their medians, and the ratios to pyogrio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--fiona", action="store_true", help="once, and after the others: it takes a minute")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    print(f"pyogrio {pyogrio.__version__} with GDAL {pyogrio.__gdal_version_string__}; fiona {fiona.__version__}")
    for kind, writers in cases(land_atlas(asked.parcels)).items():
        slow = writers.pop("fiona", None)
        seconds: dict[str, list[float]] = {name: [] for name in writers}
        for run in range(asked.runs + 1):
            for name, write in writers.items():
                took = seconds_of(write)
                if run:  # The first run warms up.
                    seconds[name].append(took)
        if slow and asked.fiona:
            seconds["fiona"] = [seconds_of(slow)]
        for name, runs in seconds.items():
            ratio = median(runs) / median(seconds["pyogrio"])
            print(f"{kind:11}{name:8}", *(f"{one:6.2f}" for one in runs), f"  median {median(runs):.2f} s, {ratio:.2f}")


if __name__ == "__main__":
    main()
