"""Seconds to find the overlaps and gaps of 200,000 parcels, beside `shapely.coverage_invalid_edges` of the same."""

import argparse
import time
from statistics import median

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from county import CRS, Size, make_land, make_towns
from numpy.typing import NDArray

from onemap.ingest.quality.coverage import check_coverage
from onemap.model import SOURCE, SOURCE_ROW
from onemap.spec.catalogue import load_catalogue

LAYER = load_catalogue().layers["cultivated_land"]


def layer_of(land: gpd.GeoDataFrame, shapes: NDArray[np.object_]) -> gpd.GeoDataFrame:
    """Return shapes as they come into the check: valid, in a layer's frame."""
    frame = pd.DataFrame({"unit_code": land["LBBM"], SOURCE: "parcels.shp", SOURCE_ROW: range(len(land))})
    return gpd.GeoDataFrame(frame, geometry=shapely.make_valid(shapes), crs=CRS)


def make_cases(count: int) -> dict[str, gpd.GeoDataFrame]:
    """Return a sound layer, and layers with ever more that is wrong."""
    towns = make_towns(np.random.default_rng(1))
    cases = {}
    for faults in (0, 100, 5000):
        land = make_land(Size(count, faults), np.random.default_rng(2), towns)
        cases[f"{faults} faults" if faults else "sound"] = layer_of(land, land.geometry.to_numpy())
    land = make_land(Size(count), np.random.default_rng(2), towns)
    shapes = land.geometry.to_numpy()
    town = (land["TXZQMC"] == towns["乡镇名称"][5]).to_numpy()
    moved = shapes.copy()
    moved[town] = shapely.transform(shapes[town], lambda points: np.add(points, (0.5, 0.3)))
    cases["a township off by 0.6 m"] = layer_of(land, moved)
    # As after a conversion parcel by parcel: each is off by millimetres of its own.
    off = np.random.default_rng(3).uniform(-5e-3, 5e-3, (len(shapes), 2)).round(3)
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    cases["no edge shared"] = layer_of(land, shapely.set_coordinates(shapes.copy(), points + off[owner]))
    return cases


def main() -> None:
    """Print for each case the medians of alternating runs, their ratio, and how much was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    for name, frame in make_cases(asked.parcels).items():
        shapes = frame.geometry.to_numpy()
        ours: list[float] = []
        theirs: list[float] = []
        for _ in range(asked.runs):
            start = time.perf_counter()
            _, faults = check_coverage(frame, LAYER)
            middle = time.perf_counter()
            shapely.coverage_invalid_edges(shapes)
            ours.append(middle - start)
            theirs.append(time.perf_counter() - middle)
        kinds = [fault.kind for fault in faults]
        print(
            f"{name:24} check_coverage {median(ours):6.2f} s  coverage_invalid_edges {median(theirs):6.2f} s  "
            f"ratio {median(ours) / median(theirs):5.2f}  "
            f"{kinds.count('overlap'):>6,} overlaps {kinds.count('gap'):>6,} gaps",
            flush=True,
        )


if __name__ == "__main__":
    main()
