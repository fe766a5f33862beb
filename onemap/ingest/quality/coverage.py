"""Overlaps and gaps of a layer whose features may have neither, found from the edges that no two features share.

An edge that two neighbours draw in opposite directions lies inside the layer and can be forgotten. What is left is
the outline of the whole, of its holes, and of everything that is wrong; it divides the ground into faces. Of each face
one point says how many features lie on it: none is a hole or a gap, more than one an overlap. That is exact, and
many times less work than uniting all features, since few edges of a sound layer are left.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from onemap.edges import Edges, Numbers, Places, Shapes, depths, find_faces
from onemap.geodesy import MU_M2, area_m2, lonlat_of
from onemap.ingest.quality.outlines import TINY_M2
from onemap.ingest.quality.slits import SLIT_M, find_slits
from onemap.ingest.raw import Fault
from onemap.model import SOURCE, SOURCE_ROW
from onemap.spec.layer import LayerSpec
from onemap.text import tr

LEAST_GAP_M2: Final = 0.05
"""A gap that would be told as 0.0 m² is none: it comes from a vertex that rounding has put beside a straight edge."""

TOUCHING_M: Final = 1e-6
"""What is cut where edges cross lies beside them by the rounding of coordinates."""

MOST_GAPS: Final = 500
"""More gaps are not told one by one: the layer was drawn without snapping, which nobody mends gap by gap."""


def check_coverage(frame: gpd.GeoDataFrame, spec: LayerSpec) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Report overlaps and small gaps of a layer whose features may have neither."""
    shapes = frame.geometry[shapely.area(frame.geometry.array) > 0]
    if not spec.coverage or shapes.empty:
        return frame, []
    areas = np.asarray(shapes.array)
    tree, edges = shapely.STRtree(areas), Edges.of(areas).unshared()
    faces = find_faces(edges)
    covered = depths(faces, tree)
    deep = tree.query(faces[covered > 1], predicate="intersects")[1]
    holes = gpd.GeoSeries(faces[covered == 0], crs=shapes.crs)
    gaps = _are_gaps(holes, spec)
    around = _around(holes.array, gaps, tree)
    # Of a tiny hole of one feature alone its outline tells.
    alone = [at for at, own in around.items() if len(own) < 2]
    gaps[[at for at, area in zip(alone, area_m2(holes.iloc[alone]), strict=True) if area < TINY_M2]] = False
    slits = find_slits(edges, areas, tree, holes.array[gaps])
    slits = slits[slits["width_m"] * slits["length_m"] >= LEAST_GAP_M2]
    overlaps = _overlaps(frame, shapes, np.unique(deep), spec)
    between = [around[at] for at in np.flatnonzero(gaps).tolist()]
    told = [*_gaps(frame, shapes, holes[gaps], between, spec), *_slits(frame, shapes, slits, spec)]
    return frame, [*overlaps, *_largest(told, len(shapes))]


def _largest(gaps: list[Fault], features: int) -> list[Fault]:
    """Return the gaps; of more than anyone mends by hand the largest, and what the others are together."""
    if len(gaps) <= MOST_GAPS:
        return gaps
    gaps = sorted(gaps, key=lambda fault: -float(fault.value))
    total = sum(float(fault.value) for fault in gaps[MOST_GAPS:])
    message = tr(
        "{count} more gaps of {area:.1f} m² together: the {features} features do not share their edges",
        count=len(gaps) - MOST_GAPS, area=total, features=features,
    )  # fmt: skip
    hint = tr("snap the layer to itself, as with Snap geometries to layer in QGIS, and check it again")
    return [*gaps[:MOST_GAPS], Fault("gap", message, hint, value=f"{total:.1f}", key="")]


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
        (first, at), (second, beside) = _pair(frame, (shapes.index[one[pair]], shapes.index[other[pair]]), spec)
        message = tr(
            "{one} and {other} overlap by {area:.1f} m² ({mu:.3f} mu)",
            one=first, other=second, area=areas[pair], mu=areas[pair] / MU_M2,
        )  # fmt: skip
        yield Fault("overlap", message, hint, at, value=f"{first} / {second}", key=first, lon=x, lat=y,
                    other=beside, partner=second, facts=f"{areas[pair]:.0f}")  # fmt: skip


def _are_gaps(holes: gpd.GeoSeries, spec: LayerSpec) -> NDArray[np.bool_]:
    areas = area_m2(holes).to_numpy()
    return (areas >= LEAST_GAP_M2) & ((areas < spec.gap_tolerance_m2) | (_widths(holes) < SLIT_M))


def _around(holes: Shapes, chosen: NDArray[np.bool_], tree: shapely.STRtree) -> dict[int, list[int]]:
    """Return for each of the chosen holes, by their positions, the features at its edge."""
    at = np.flatnonzero(chosen)
    found, feature = tree.query(holes[at], predicate="dwithin", distance=TOUCHING_M)
    around: dict[int, list[int]] = {int(one): [] for one in at}
    for one, other in zip(at[found].tolist(), feature.tolist(), strict=True):
        around[one].append(other)
    return around


def _widths(holes: gpd.GeoSeries) -> Numbers:
    return np.asarray(2 * shapely.area(holes.array) / shapely.length(holes.array))


def _gaps(
    frame: gpd.GeoDataFrame, shapes: gpd.GeoSeries, holes: gpd.GeoSeries, between: list[list[int]], spec: LayerSpec
) -> Iterator[Fault]:
    lon, lat = _inside(holes)
    hint = tr("draw the edges of its neighbours again")
    for area, width, x, y, around in zip(area_m2(holes), _widths(holes), lon, lat, between, strict=True):
        (first, at), *others = sorted((_name(frame, shapes.index[one], spec), shapes.index[one]) for one in around)
        fault = Fault("gap", "", hint, at, value=f"{area:.1f}", key=first, lon=x, lat=y,
                      partner=f"{x:.6f},{y:.6f}", facts=f"{area:.0f}")  # fmt: skip
        if not others:
            # A grave or a well: nobody's ground, or that of the feature around it.
            message = tr("a hole of {area:.1f} m² in {one}", area=area, one=first)
            own_hint = tr("fill it if the ground is its own; otherwise nothing is to be done")
            yield replace(fault, message=message, hint=own_hint, severity="info")
            continue
        told = {"area": area, "one": first, "other": others[0][0], "count": len(around)}
        message = tr("a gap of {area:.1f} m² between {one} and {other}", **told)
        if len(around) > 2:
            message = tr("a gap of {area:.1f} m² among {count} features, {one} and {other} among them", **told)
        if area >= spec.gap_tolerance_m2:
            message = tr("{message}, only {width:.2f} m wide", message=message, width=width)
        yield replace(fault, message=message)


def _slits(frame: gpd.GeoDataFrame, shapes: gpd.GeoSeries, slits: pd.DataFrame, spec: LayerSpec) -> Iterator[Fault]:
    lon, lat = _rounded(slits[["x", "y"]].to_numpy(dtype=float), shapes.crs)
    hint = tr("draw the edge of the two again, as one")
    columns = (slits[name].tolist() for name in ("one", "other", "width_m", "length_m"))
    for one, other, width, length, x, y in zip(*columns, lon, lat, strict=True):
        (first, at), (second, _) = _pair(frame, (shapes.index[one], shapes.index[other]), spec)
        message = tr(
            "a slit {width:.2f} m wide and some {length:.0f} m long between {one} and {other}",
            width=width, length=length, one=first, other=second,
        )  # fmt: skip
        yield Fault("gap", message, hint, at, value=f"{width * length:.1f}", key=first, lon=x, lat=y,
                    partner=second, facts=f"{width:.2f} {length:.0f}")  # fmt: skip


def _pair(frame: gpd.GeoDataFrame, rows: tuple[Any, Any], spec: LayerSpec) -> list[tuple[str, Any]]:
    """Return what two features are called and their rows, the one whose name comes first before the other."""
    one, other = sorted((_name(frame, row, spec), row) for row in rows)
    if one[0] != other[0]:
        return [one, other]
    # A key that stands twice does not say which two they are.
    return [(f"{name} ({frame.at[row, SOURCE]} {frame.at[row, SOURCE_ROW]})", row) for name, row in (one, other)]


def _name(frame: gpd.GeoDataFrame, at: Any, spec: LayerSpec) -> str:
    key = frame.at[at, spec.key]
    return str(key) if pd.notna(key) else f"{frame.at[at, SOURCE]} {frame.at[at, SOURCE_ROW]}"


def _inside(shapes: gpd.GeoSeries) -> tuple[list[float], list[float]]:
    """Return the degrees of a point inside each shape."""
    return _rounded(shapely.get_coordinates(shapely.point_on_surface(shapes.array)), shapes.crs)


def _rounded(places: Numbers, crs: Any) -> tuple[list[float], list[float]]:
    """Return places in degrees, as issues tell them."""
    if not len(places):
        return [], []
    lon, lat = lonlat_of(places, crs)
    return np.round(lon, 7).tolist(), np.round(lat, 7).tolist()
