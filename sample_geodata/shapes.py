"""Shapes and groups of cells: what the county and the ledgers are drawn with, knowing neither."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from shapely.affinity import rotate, translate
from shapely.geometry import LineString, Point, Polygon

Points = NDArray[np.float64]
Rng = np.random.Generator

CRS: Final = "EPSG:4547"
GEOD: Final = pyproj.Geod(a=6378137.0, rf=298.257222101)
TO_LONLAT: Final = pyproj.Transformer.from_crs(CRS, "EPSG:4490", always_xy=True)


def smooth_line(places: Points, step: float = 90.0) -> LineString:
    """Return a meandering line through some places (Catmull-Rom), a vertex every `step` metres."""
    padded = np.vstack([2 * places[0] - places[1], places, 2 * places[-1] - places[-2]])
    t = np.linspace(0, 1, 60, endpoint=False)[:, None]
    parts = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        parts.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    line = LineString(np.vstack([*parts, places[-1:]]))
    along = np.arange(0, line.length, step)
    points = shapely.get_coordinates(shapely.line_interpolate_point(line, along))
    points[:, 1] += 70 * np.sin(along / 430) + 45 * np.sin(along / 170 + 1)
    return LineString(np.round(points, 2))


def lonlat(shape: Any) -> Any:
    """Return a shape in degrees of CGCS2000, to 1e-7 (a centimetre)."""
    return shapely.transform(_degrees(shape), lambda xy: np.round(xy, 7))


def area_m2(shape: Any) -> float:
    """Return the area on the ellipsoid of a shape in EPSG:4547."""
    ground = shapely.orient_polygons(shapely.make_valid(_degrees(shape)))
    return abs(float(GEOD.geometry_area_perimeter(ground)[0]))


def _degrees(shape: Any) -> Any:
    return shapely.transform(shape, lambda xy: np.column_stack(TO_LONLAT.transform(xy[:, 0], xy[:, 1])))


def plot_shape(cell: Polygon, rng: Rng) -> Polygon:
    """Return a walled plot inside a cell: a turned rectangle with one corner cut off."""
    circle = shapely.maximum_inscribed_circle(cell, tolerance=1)
    centre, radius = Point(circle.coords[0]), circle.length
    reach, slim = radius * rng.uniform(0.55, 0.92), rng.uniform(0.35, 0.75)
    width, height = reach * np.cos(slim), reach * np.sin(slim)
    cut = height * rng.uniform(0.2, 0.7)
    corners = [(-width, -height), (width, -height), (width, height - cut), (width - cut, height), (-width, height)]
    turned = rotate(Polygon(corners), rng.uniform(-25, 25), origin=(0, 0))
    return shapely.transform(translate(turned, centre.x, centre.y), lambda xy: np.round(xy, 2))


def blob(centre: Point, radius: float, rng: Rng) -> Polygon:
    """Return something nearly round."""
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    sway = radius * (1 + 0.08 * np.sin(2 * angle + rng.uniform(0, 6)) + 0.05 * np.sin(3 * angle + rng.uniform(0, 6)))
    return Polygon(np.round(np.column_stack([centre.x + sway * np.cos(angle), centre.y + sway * np.sin(angle)]), 2))


def smooth_labels(labels: NDArray[np.int64], neighbours: list[list[int]]) -> NDArray[np.int64]:
    """Let a cell follow its neighbours where most of them agree otherwise, so that no label lies scattered."""
    labels = labels.copy()
    for _ in range(4):
        for cell, around in enumerate(neighbours):
            values, counts = np.unique(labels[around], return_counts=True)
            if len(around) > 2 and counts.max() * 5 >= len(around) * 3:
                labels[cell] = values[np.argmax(counts)]
    return labels


def connected(cells: NDArray[np.int64], neighbours: list[list[int]]) -> list[int]:
    """Return the largest connected group of `cells`."""
    left, groups = set(cells.tolist()), []
    while left:
        group, edge = [], [min(left)]
        left.discard(edge[0])
        while edge:
            group.append(edge.pop())
            found = [n for n in neighbours[group[-1]] if n in left]
            left.difference_update(found)
            edge += found
        groups.append(sorted(group))
    return max(groups, key=len, default=[])
