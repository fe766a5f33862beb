"""Exact areas of polygons inside a disc."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def shares_inside(polygons: NDArray[Any], centre: tuple[float, float], radius: float) -> Floats:
    """Return which part (0 to 1) of the planar area of each polygon lies inside a disc.

    By Green's theorem the area is the sum over the edges of the signed area that the triangle of the
    centre and the edge has inside the disc, which has a closed form: nothing is approximated by chords.

    Parameters
    ----------
    polygons
        Polygons or MultiPolygons whose outer rings all turn one way and whose holes turn the other way
        (`shapely.orient_polygons`).
    """
    start, end, owner = _edges(polygons)
    start, end = start - centre, end - centre
    count = len(polygons)
    cut = np.bincount(owner, weights=_signed_areas(start, end, radius), minlength=count)
    whole = shapely.area(polygons)
    shares = np.divide(np.abs(cut), whole, out=np.zeros(count), where=whole > 0)
    # What lies wholly inside is taken whole, so that no rounding takes anything away from it.
    outside = np.bincount(owner, weights=np.hypot(start[:, 0], start[:, 1]) > radius, minlength=count)
    return np.where((outside == 0) & (whole > 0), 1.0, np.clip(shares, 0.0, 1.0))


def _edges(polygons: NDArray[Any]) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """Return starts, ends and polygon of all edges of all rings."""
    parts, part_owner = shapely.get_parts(polygons, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    joined = (ring[1:] == ring[:-1]) & (points[1:] != points[:-1]).any(axis=1)
    return points[:-1][joined], points[1:][joined], part_owner[ring_part[ring[:-1][joined]]]


def _signed_areas(start: Floats, end: Floats, radius: float) -> Floats:
    """Return the signed area inside the disc around the origin of each triangle (origin, start, end)."""
    along = end - start
    # Where start + t * along meets the circle: square * t² + 2 * half * t + rest = 0.
    square, half, rest = _dot(along, along), _dot(start, along), _dot(start, start) - radius**2
    root = np.sqrt(np.maximum(half**2 - square * rest, 0.0))
    enter = np.clip((-half - root) / square, 0.0, 1.0)[:, None]
    leave = np.clip((-half + root) / square, 0.0, 1.0)[:, None]
    first, last = start + enter * along, start + leave * along
    sectors = _angle(start, first) + _angle(last, end)
    areas: Floats = (radius**2 * sectors + _cross(first, last)) / 2
    return areas


def _dot(one: Floats, other: Floats) -> Floats:
    product: Floats = one[:, 0] * other[:, 0] + one[:, 1] * other[:, 1]
    return product


def _cross(one: Floats, other: Floats) -> Floats:
    product: Floats = one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]
    return product


def _angle(one: Floats, other: Floats) -> Floats:
    """Return the angle from one direction to the other, seen from the origin, signed."""
    return np.arctan2(_cross(one, other), _dot(one, other))
