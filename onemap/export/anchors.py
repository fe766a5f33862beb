"""The one point of a feature at which its symbol, its name or its list is shown."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray


def anchors_of(shapes: NDArray[Any]) -> NDArray[Any]:
    """Return for each shape the point where its symbol or name goes: inside a polygon, on the middle of a line.

    Parameters
    ----------
    shapes
        Geometries of a plane; null and empty ones have no such point.
    """
    anchors = shapely.centroid(shapes)
    polygons, lines = shapely.get_dimensions(shapes) == 2, shapely.get_dimensions(shapes) == 1
    outside = polygons & ~shapely.contains(shapes, anchors)
    anchors[outside] = shapely.point_on_surface(shapes[outside])
    anchors[lines] = [_middle(line) for line in shapes[lines]]
    return np.asarray(anchors, dtype=object)


def _middle(line: Any) -> Any:
    parts = shapely.get_parts(line)
    longest = parts[int(np.argmax(shapely.length(parts)))]
    return shapely.line_interpolate_point(longest, 0.5, normalized=True)
