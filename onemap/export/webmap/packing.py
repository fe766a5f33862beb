"""Shapes as short text: web-mercator decimetres, differences, variable-length bytes, base64."""

from __future__ import annotations

from base64 import b64encode
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

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

    The bytes are LEB128 numbers: how many shapes, rings and vertices there are; the kind of each shape
    (0 none, 1 points, 2 lines, 3 polygons); its number of rings; the vertices of each ring; and for each
    vertex its zigzag difference in x and y to the vertex before, over all rings. Closing vertices are left out.
    """
    kinds = np.clip(shapely.get_dimensions(drawn) + 1, 0, _POLYGON)
    rings, owner, closed = _rings(drawn, kinds)
    vertices, ring_of = shapely.get_coordinates(rings, return_index=True)
    last_of_ring = np.append(ring_of[1:] != ring_of[:-1], True) if len(ring_of) else np.zeros(0, dtype=bool)
    kept = ~(last_of_ring & closed[ring_of])
    grid = np.rint(vertices[kept] / STEP_M).astype(np.int64)
    steps = np.diff(grid, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    numbers = np.concatenate(
        [
            np.array([len(drawn), len(rings), len(grid)]),
            kinds,
            np.bincount(owner, minlength=len(drawn)),
            np.bincount(ring_of[kept], minlength=len(rings)),
            _zigzag(steps).ravel(),
        ]
    )
    return b64encode(_leb128(numbers).tobytes()).decode()


def _rings(drawn: NDArray[Any], kinds: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return the parts that are drawn, the shape that owns each, and whether its last vertex is its first.

    Of a collection only the parts of its highest dimension are drawn.
    """
    parts, owner = drawn, np.arange(len(drawn))
    while np.isin(shapely.get_type_id(parts), (4, 5, 6, 7)).any():
        parts, inner = shapely.get_parts(parts, return_index=True)
        owner = owner[inner]
    alike = shapely.get_dimensions(parts) + 1 == kinds[owner]
    parts, owner = parts[alike & ~shapely.is_missing(parts)], owner[alike & ~shapely.is_missing(parts)]
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
