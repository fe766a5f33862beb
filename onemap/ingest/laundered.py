"""A layer of our own that a program has saved as a shapefile: GDAL cuts the ids of its columns to ten characters.

What several ids begin with alike is numbered in the order of the columns, and that order is known: where a file has
all of the columns in it, each of them is certain.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from onemap.model import LOCATED_IN, SOURCE, SOURCE_ROW
from onemap.spec.layer import LayerSpec

LONGEST, STEM = 10, 8
"""Characters of a name, and of one that is numbered behind them."""

SINGLE, MOST = 10, 100
"""From here on a number has two digits, and from there on there is none."""

ROW: Final = "fid"
"""What QGIS puts before the columns of a GeoPackage."""


def columns_of_ours(spec: LayerSpec, columns: Sequence[str]) -> dict[str, str]:
    """Return the column of each field of a layer whose ids GDAL has cut; none where it is not certain."""
    ids = [*spec.fields, SOURCE, SOURCE_ROW, LOCATED_IN]
    there = [*columns[1:]] if columns and columns[0] == ROW else [*columns]
    cut = [*_laundered(ids)]
    # Columns that somebody has added stand behind them.
    return dict(zip(spec.fields, cut, strict=False)) if cut != ids and there[: len(cut)] == cut else {}


def _laundered(names: Sequence[str]) -> Iterator[str]:
    """Yield what GDAL calls columns in a DBF file, as LaunderName of its shapefile driver does."""
    taken: set[str] = set()
    for name in names:
        numbered = [f"{name[:STEM]}_{number}" for number in range(1, SINGLE)]
        numbered += [f"{name[:STEM]}{number}" for number in range(SINGLE, MOST)]
        free = next((own for own in (name[:LONGEST], *numbered) if own.upper() not in taken), name)
        taken.add(free.upper())
        yield free
