"""Peak memory of reading a large file, against the size of the table that comes out of it: at most three times."""

import argparse
import gc
import multiprocessing
import resource
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import shapely
from read_shapefile import parcels

from onemap.ingest.raw import Raw
from onemap.ingest.readers.sheets import read_text_table
from onemap.ingest.readers.vectors import read_vector
from onemap.spec.project import SourceSpec

KINDS = ("shp", "gpkg", "csv")
TABLE_BYTES = {"shp": 920, "gpkg": 920, "csv": 340}
"""Bytes that a parcel takes in memory, roughly: how many make the megabytes that are asked for."""

SHAPE_BYTES = 340
"""What a polygon takes beside its coordinates, measured with GEOS 3.14: growth of a process by 936 bytes for 27 corners
and 1533 for 54, of which this is the part that does not grow."""

CHUNK = 100_000


def write(path: Path, count: int) -> None:
    """Write parcels in pieces, so that the file can be larger than the memory of its writer."""
    piece = parcels(min(count, CHUNK))
    for first in range(0, count, CHUNK):
        part = piece.iloc[: count - first]
        part = part.assign(DYBM=[f"410883101{one:09d}" for one in range(first, first + len(part))])
        if path.suffix == ".csv":
            middle = part.geometry.centroid
            table = pd.DataFrame(part.drop(columns="geometry")).assign(x=middle.x, y=middle.y)
            table.to_csv(path, mode="a", header=first == 0, index=False)
        else:
            encoding = {"encoding": "gbk"} if path.suffix == ".shp" else {}
            pyogrio.write_dataframe(part, path, append=first > 0, **encoding)


def table_bytes(raw: Raw) -> int:
    """Return the size of a table: each Python object once, and of each shape the coordinates and GEOS's objects."""
    seen: set[int] = set()
    size = 8 * len(raw.rows)
    for name in raw.frame:
        column = raw.frame[name]
        size += column.memory_usage(index=False)
        if column.dtype == object:
            fresh = {id(value): sys.getsizeof(value) for value in column.array if id(value) not in seen}
            seen |= set(fresh)
            size += sum(fresh.values())
        elif pd.api.types.is_string_dtype(column.dtype):
            size += column.memory_usage(index=False, deep=True) - column.memory_usage(index=False)
    if raw.geometry is not None:
        shapes = np.asarray(raw.geometry.array)
        size += 16 * shapely.get_num_coordinates(shapes).sum() + len(shapes) * (8 + SHAPE_BYTES)
    return int(size)


def peak_bytes() -> int:
    """Return the most memory that this process ever had."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def measure(path: Path, answers: "multiprocessing.Queue[tuple[int, int, int, int]]") -> None:
    """Read a file in a process of its own, and answer: rows, bytes before, bytes at most, bytes of the table."""
    gc.collect()
    before = peak_bytes()
    read = read_text_table if path.suffix == ".csv" else read_vector
    raw = read(path, SourceSpec(path=path.name), {"dybm", "lbmc"})
    peak = peak_bytes()
    answers.put((len(raw.frame), before, peak, table_bytes(raw)))


def main() -> None:
    """Print, for each kind of file, the memory that was needed and how many times the table that is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=300, help="roughly the size of the table")
    parser.add_argument("--kind", choices=KINDS, action="append")
    asked = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    for kind in asked.kind or KINDS:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"parcels.{kind}"
            answers = context.Queue()
            # The peak of a process begins with that of its parent, so that the writing has a child of its own.
            writer = context.Process(target=write, args=(path, asked.megabytes * 1_000_000 // TABLE_BYTES[kind]))
            writer.start()
            writer.join()
            child = context.Process(target=measure, args=(path, answers))
            child.start()
            rows, before, peak, table = answers.get()
            child.join()
            file = sum(part.stat().st_size for part in Path(folder).iterdir())
        needed = peak - before
        print(
            f"{kind:5} {rows:>9,} rows  file {file / 1e6:6.0f} MB  table {table / 1e6:6.0f} MB  "
            f"needed {needed / 1e6:6.0f} MB = {needed / table:.2f} x  (with Python's own {peak / table:.2f} x)",
            flush=True,
        )


if __name__ == "__main__":
    main()
