"""Shapes as short text: web-mercator decimetres, arcs, differences, variable-length bytes, zlib, base64."""

from __future__ import annotations

import zlib
from base64 import b64encode
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from onemap.export.webmap.arcs import arcs

MERCATOR: Final = "EPSG:3857"
STEP_M: Final = 0.1
"""The grid on which coordinates lie. Neighbours share their vertices' grid points, so no gap opens between them."""

_LIMIT = 20_037_508.0  # the edge of the web-mercator world, metres
_POINT, _LINE, _POLYGON = 1, 2, 3


def mercator(shapes: gpd.GeoSeries) -> NDArray[Any]:
    """Return shapes in web mercator; None where there is none that can be drawn."""
    drawn: NDArray[Any] = np.array(shapes.to_crs(MERCATOR).array, dtype=object)
    extents = shapely.bounds(drawn)
    # A shape beyond the poles or with NaN in it has no place on a map; an empty one has NaN bounds.
    outside = ~np.isfinite(extents).all(axis=1) | (np.abs(np.nan_to_num(extents)) > _LIMIT).any(axis=1)
    drawn[outside] = None
    return drawn


def pack(drawn: NDArray[Any]) -> str:
    """Pack shapes that lie in web mercator.

    The bytes are LEB128 numbers: how many shapes, parts, arcs, new arcs, vertices of new arcs and vertices of
    parts there are; the kind of each shape (0 none, 1 points, 2 lines, 3 polygons); its number of parts; the
    number of arcs of each part and what each arc is, and the length of each new one, as in `arcs.Arcs`; and the
    zigzag difference in x and y of each vertex that is written to the one before. A ring does not repeat its
    first vertex.
    """
    kinds = np.clip(shapely.get_dimensions(drawn) + 1, 0, _POLYGON)
    parts, owner, closed = _parts(drawn, kinds)
    grid, part_of = _grid_points(parts, closed)
    cut = arcs(grid, part_of, closed)
    new_vertices = int(cut.lengths.sum()) + len(cut.lengths)
    numbers = np.concatenate(
        [
            np.array([len(drawn), len(parts), len(cut.codes), len(cut.lengths), new_vertices, len(grid)]),
            kinds,
            np.bincount(owner, minlength=len(drawn)),
            cut.of_part,
            cut.codes,
            cut.lengths,
            _zigzag(cut.steps).ravel(),
        ]
    )
    return deflated(_leb128(numbers).tobytes())


def deflated(content: bytes) -> str:
    """Return bytes as base64 of their zlib form (RFC 1950)."""
    return b64encode(zlib.compress(content)).decode()


def _grid_points(parts: NDArray[Any], closed: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the grid points of parts, none twice in a row, and which part each is of."""
    vertices, part_of = shapely.get_coordinates(parts, return_index=True)
    grid = np.rint(vertices / STEP_M).astype(np.int64)
    first = np.diff(part_of, prepend=-1) > 0
    moves = np.append(False, (np.diff(grid, axis=0) != 0).any(axis=1))[: len(grid)]
    grid, part_of = grid[first | moves], part_of[first | moves]
    # A ring ends where it begins; that one is said once.
    first = np.flatnonzero(np.diff(part_of, prepend=-1))
    last = np.append(first[1:], len(grid))[: len(first)] - 1
    again = last[closed & (last > first) & (grid[last] == grid[first]).all(axis=1)]
    return np.delete(grid, again, axis=0), np.delete(part_of, again).astype(np.int64)


def _parts(drawn: NDArray[Any], kinds: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return the parts that are drawn, the shape that owns each, and whether its last vertex is its first.

    Of a collection only the parts of its highest dimension are drawn.
    """
    parts, owner = drawn, np.arange(len(drawn))
    while np.isin(shapely.get_type_id(parts), (4, 5, 6, 7)).any():
        parts, inner = shapely.get_parts(parts, return_index=True)
        owner = owner[inner]
    alike = (shapely.get_dimensions(parts) + 1 == kinds[owner]) & ~shapely.is_missing(parts) & ~shapely.is_empty(parts)
    parts, owner = parts[alike], owner[alike]
    polygons = shapely.get_dimensions(parts) + 1 == _POLYGON
    rings, inner = shapely.get_rings(parts[polygons], return_index=True)
    everything = np.concatenate([parts[~polygons], rings])
    owners = np.concatenate([owner[~polygons], owner[polygons][inner]])
    order = np.argsort(owners, kind="stable")
    closed = np.concatenate([np.zeros((~polygons).sum(), dtype=bool), np.ones(len(rings), dtype=bool)])
    return everything[order], owners[order], closed[order]


def _zigzag(steps: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return small numbers for steps that are small either way."""
    return (steps << 1) ^ (steps >> 63)


def _leb128(numbers: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return numbers as bytes of seven bits, lowest first; the eighth bit says that more follow."""
    lengths = np.ones(len(numbers), dtype=np.int64)
    for bits in (7, 14, 21, 28):
        lengths += numbers >= 1 << bits
    starts = np.cumsum(lengths) - lengths
    packed = np.zeros(int(lengths.sum()), dtype=np.uint8)
    for place in range(5):
        has = lengths > place
        more = lengths[has] > place + 1
        packed[starts[has] + place] = ((numbers[has] >> 7 * place) & 127) | (more.astype(np.int64) << 7)
    return packed
