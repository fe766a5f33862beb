"""Shapes as KML has them: polygons with holes, lines and points, alone or several in one."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

POSITION: Final = "%.8f,%.8f"
"""Longitude and latitude to a millimetre."""


def geometry_texts(shapes: NDArray[Any]) -> list[str]:
    """Return the KML of shapes in degrees, all of one kind; "" where there is none."""
    parts, of_shape = shapely.get_parts(shapes, return_index=True)
    texts = _polygons(parts) if (shapely.get_dimensions(parts) == 2).any() else _simple(parts)
    members: list[list[str]] = [[] for _ in shapes]
    for at, text in zip(of_shape.tolist(), texts, strict=True):
        members[at].append(text)
    return [_together(own) for own in members]


def _together(members: list[str]) -> str:
    return "".join(members) if len(members) < 2 else f"<MultiGeometry>{''.join(members)}</MultiGeometry>"


def _polygons(parts: NDArray[Any]) -> list[str]:
    # The outer ring runs against the clock, as Google Earth wants it.
    rings, of_part = shapely.get_rings(shapely.orient_polygons(parts), return_index=True)
    texts = [f"<LinearRing>{text}</LinearRing>" for text in _coordinates(rings)]
    starts = np.searchsorted(of_part, np.arange(len(parts) + 1)).tolist()
    return [_polygon(texts[first:last]) for first, last in pairwise(starts)]


def _polygon(rings: list[str]) -> str:
    holes = "".join(f"<innerBoundaryIs>{ring}</innerBoundaryIs>" for ring in rings[1:])
    return f"<Polygon><outerBoundaryIs>{rings[0]}</outerBoundaryIs>{holes}</Polygon>"


def _simple(parts: NDArray[Any]) -> list[str]:
    texts = _coordinates(parts)
    if len(parts) and shapely.get_dimensions(parts[0]) == 1:
        # Lines follow the ground.
        return [f"<LineString><tessellate>1</tessellate>{text}</LineString>" for text in texts]
    return [f"<Point>{text}</Point>" for text in texts]


def _coordinates(lines: NDArray[Any]) -> list[str]:
    coordinates, of_line = shapely.get_coordinates(lines, return_index=True)
    numbers = coordinates.ravel().tolist()
    ends = (2 * np.searchsorted(of_line, np.arange(len(lines) + 1))).tolist()
    texts = []
    for first, last in pairwise(ends):
        text = " ".join([POSITION] * ((last - first) // 2)) % tuple(numbers[first:last])
        texts.append(f"<coordinates>{text}</coordinates>")
    return texts
