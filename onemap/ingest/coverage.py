"""Overlaps and gaps of a layer whose features may have neither, found from the edges that no two features share.

An edge that two neighbours draw in opposite directions lies inside the layer and can be forgotten. What is left is
the outline of the whole, of its holes, and of everything that is wrong; it divides the ground into faces. Of each face
one point says how many features lie on it: none is a hole or a gap, more than one an overlap. That is exact, and
many times less work than uniting all features, since few edges of a sound layer are left.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from onemap.geodesy import MU_M2, area_m2, lonlat_of
from onemap.ingest.raw import Fault
from onemap.model import SOURCE, SOURCE_ROW
from onemap.spec.layer import LayerSpec
from onemap.text import tr

LEAST_FACE_M2: Final = 1e-4
"""What is smaller comes from the rounding of coordinates."""

LEAST_GAP_M2: Final = 0.05
"""A gap that would be told as 0.0 m² is none: it comes from a vertex that rounding has put beside a straight edge."""

SLIT_M: Final = 1.0
"""A gap narrower than this is one whatever its area: twice its area over its perimeter."""

Places = NDArray[np.intp]
Shapes = NDArray[np.object_]


def check_coverage(frame: gpd.GeoDataFrame, spec: LayerSpec) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Report overlaps and small gaps of a layer whose features may have neither."""
    shapes = frame.geometry[shapely.area(frame.geometry.array) > 0]
    if not spec.coverage or shapes.empty:
        return frame, []
    tree = shapely.STRtree(shapes.array)
    faces = find_faces(np.asarray(shapes.array))
    spots = shapely.point_on_surface(faces)
    covered = np.bincount(tree.query(spots, predicate="intersects")[0], minlength=len(faces))
    deep = tree.query(faces[covered > 1], predicate="intersects")[1]
    overlaps = _overlaps(frame, shapes, np.unique(deep), spec)
    return frame, [*overlaps, *_gaps(gpd.GeoSeries(faces[covered == 0], crs=shapes.crs), spec)]


def find_faces(shapes: Shapes) -> Shapes:
    """Return the pieces into which the edges that no two shapes share divide the ground.

    In each of them equally many shapes lie everywhere; the ground around all shapes is none of them.

    Parameters
    ----------
    shapes
        Valid polygons and multipolygons.
    """
    # Edges that cross are cut where they do; then each piece is led as far as no other meets it.
    lines = shapely.line_merge(shapely.union_all(_unshared_lines(shapes)))
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    return np.asarray(faces[shapely.area(faces) > LEAST_FACE_M2])


@dataclass(frozen=True)
class _Edges:
    """The edges of shapes: `starts` says at which of the `points` each begins; it ends at the next one."""

    points: NDArray[np.float64]
    starts: Places
    turn: NDArray[np.int8]
    """1 where the ground of its shape lies to the left, -1 where to the right."""

    @classmethod
    def of(cls, shapes: Shapes) -> _Edges:
        parts = shapely.get_parts(shapes)
        rings, part_of_ring = shapely.get_rings(parts, return_index=True)
        # The first ring of a part is its outside.
        hole = np.r_[False, part_of_ring[1:] == part_of_ring[:-1]]
        turn = np.where(shapely.is_ccw(rings) != hole, 1, -1).astype(np.int8)
        points, ring = shapely.get_coordinates(rings, return_index=True)
        starts = np.flatnonzero((ring[1:] == ring[:-1]) & (points[1:] != points[:-1]).any(axis=1))
        return cls(points, starts, turn[ring[starts]])

    def unshared(self) -> NDArray[np.bool_]:
        """Tell which edges no other edge in the opposite direction makes up for."""
        x, y = (self.points + 0.0).T.copy()  # -0.0 is 0.0, but has other bits.
        corner = _mix(_mix(x.view(np.uint64)) + y.view(np.uint64))
        slant = x + np.pi * y
        # The same number for both directions; edges of the same number follow one another in the order.
        number = corner[self.starts] + corner[self.starts + 1]
        middle = slant[self.starts] + slant[self.starts + 1]
        way = np.where(slant[self.starts] < slant[self.starts + 1], self.turn, -self.turn)
        order = np.argsort(number)
        number, middle = number[order], middle[order]
        # Should two edges have the same number by chance, their middles lie apart.
        new = np.r_[True, (number[1:] != number[:-1]) | (middle[1:] != middle[:-1])]
        first = np.flatnonzero(new)
        left = np.add.reduceat(way[order], first, dtype=np.int64) != 0
        unshared = np.empty(len(order), dtype=bool)
        unshared[order] = np.repeat(left, np.diff(np.r_[first, len(order)]))
        return unshared


def _mix(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return numbers whose every bit depends on all bits of `bits` (the finaliser of MurmurHash3)."""
    mixed = (bits ^ (bits >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    mixed = (mixed ^ (mixed >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return mixed ^ (mixed >> np.uint64(33))


def _unshared_lines(shapes: Shapes) -> Shapes:
    """Return the edges that no two shapes share, those that follow one another as one line."""
    edges = _Edges.of(shapes)
    starts = edges.starts[edges.unshared()]
    first = np.r_[True, starts[1:] != starts[:-1] + 1][: len(starts)]
    ends = starts[np.r_[first[1:], True][: len(starts)]] + 1
    # Each line is the starts of its edges, and the end of the last one.
    points = np.concatenate([starts, ends])
    line = np.concatenate([np.cumsum(first) - 1, np.arange(len(ends))])
    order = np.lexsort((points, line))
    return np.asarray(shapely.linestrings(edges.points[points[order]], indices=line[order]))


def _overlaps(frame: gpd.GeoDataFrame, shapes: gpd.GeoSeries, suspects: Places, spec: LayerSpec) -> Iterator[Fault]:
    suspected = shapes.array[suspects]
    one, other = shapely.STRtree(suspected).query(suspected, predicate="intersects")
    one, other = suspects[one[one < other]], suspects[other[one < other]]
    common = gpd.GeoSeries(shapely.intersection(shapes.array[one], shapes.array[other]), crs=shapes.crs)
    areas = area_m2(common).to_numpy()
    large = np.flatnonzero(areas >= spec.overlap_tolerance_m2)
    lon, lat = _inside(common.iloc[large])
    hint = tr("decide which of the two the ground belongs to")
    for pair, x, y in zip(large, lon, lat, strict=True):
        rows = [shapes.index[side[pair]] for side in (one, other)]
        (first, at), (second, _) = sorted((_name(frame, row, spec), row) for row in rows)
        message = tr(
            "{one} and {other} overlap by {area:.1f} m² ({mu:.3f} mu)",
            one=first, other=second, area=areas[pair], mu=areas[pair] / MU_M2,
        )  # fmt: skip
        yield Fault("overlap", message, hint, at, value=f"{first} / {second}", key=first, lon=x, lat=y)


def _gaps(holes: gpd.GeoSeries, spec: LayerSpec) -> Iterator[Fault]:
    areas = area_m2(holes).to_numpy()
    widths = 2 * shapely.area(holes.array) / shapely.length(holes.array)
    small = np.flatnonzero((areas >= LEAST_GAP_M2) & ((areas < spec.gap_tolerance_m2) | (widths < SLIT_M)))
    lon, lat = _inside(holes.iloc[small])
    hint = tr("draw the edges of its neighbours again")
    for at, x, y in zip(small, lon, lat, strict=True):
        message = tr("a gap of {area:.1f} m² between features", area=areas[at])
        if areas[at] >= spec.gap_tolerance_m2:
            message = tr(
                "a gap of {area:.1f} m² between features, only {width:.2f} m wide", area=areas[at], width=widths[at]
            )
        yield Fault("gap", message, hint, value=f"{areas[at]:.1f}", key="", lon=x, lat=y)


def _name(frame: gpd.GeoDataFrame, at: Any, spec: LayerSpec) -> str:
    key = frame.at[at, spec.key]
    return str(key) if pd.notna(key) else f"{frame.at[at, SOURCE]} {frame.at[at, SOURCE_ROW]}"


def _inside(shapes: gpd.GeoSeries) -> tuple[list[float], list[float]]:
    """Return the degrees of a point inside each shape."""
    if shapes.empty:
        return [], []
    lon, lat = lonlat_of(shapely.get_coordinates(shapely.point_on_surface(shapes.array)), shapes.crs)
    return np.round(lon, 7).tolist(), np.round(lat, 7).tolist()
