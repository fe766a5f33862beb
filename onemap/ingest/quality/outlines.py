"""Small faults of outlines, told and left as they are: slivers, spikes, tiny parts and holes, repeated vertices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from onemap.geodesy import lonlat_of
from onemap.ingest.raw import Fault
from onemap.spec.layer import LayerSpec
from onemap.text import tr

SLIVER_M: Final = 1.0
"""An area is a sliver when it is less wide than this: twice its area over its perimeter."""

TINY_M2: Final = 1.0
"""A part or a hole smaller than this is a slip of the mouse."""

SPIKE_DEG: Final = 1.0
SPIKE_M: Final = 1.0
"""A spike runs out and back at less than this angle, both ways for more than this."""

WEDGE: Final = 0.5
"""A corner that spans more than this share of its shape is the shape."""

SAME_M: Final = 1e-4
"""Vertices that follow one another nearer than this are one, twice."""

Numbers = NDArray[np.float64]
Places = NDArray[np.intp]


def check_outlines(frame: gpd.GeoDataFrame, spec: LayerSpec) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Report what is odd of the outlines of areas; nothing is changed.

    Parameters
    ----------
    frame
        Features in a metric CRS, valid or without a shape.
    """
    areas = frame.geometry[np.isin(shapely.get_type_id(frame.geometry.array), (3, 6))]
    if areas.empty:
        return frame, []
    return frame, [*_slivers(areas), *_tiny_parts(areas), *_tiny_holes(areas), *_of_corners(areas)]


def _slivers(areas: gpd.GeoSeries) -> Iterator[Fault]:
    width = 2 * shapely.area(areas.array) / shapely.length(areas.array)
    hint = tr("merge it into its neighbour, or delete it")
    for at in np.flatnonzero(width < SLIVER_M):
        message = tr("the whole area is only {width:.2f} m wide", width=width[at])
        yield Fault("sliver", message, hint, areas.index[at], value=f"{width[at]:.2f}")


def _tiny_parts(areas: gpd.GeoSeries) -> Iterator[Fault]:
    parts, owners = shapely.get_parts(areas.array, return_index=True)
    sizes = shapely.area(parts)
    tiny = (sizes < TINY_M2) & (np.bincount(owners)[owners] > 1)
    for at, owner, lon, lat in _spots(
        areas, np.flatnonzero(tiny), owners, shapely.get_coordinates(shapely.centroid(parts))
    ):
        message = tr("one of its parts has only {area:.2f} m²", area=sizes[at])
        hint = tr("delete that part in the source")
        yield Fault("tiny_part", message, hint, owner, value=f"{sizes[at]:.2f}", **_spot(lon, lat))


def _tiny_holes(areas: gpd.GeoSeries) -> Iterator[Fault]:
    parts, owner_of_part = shapely.get_parts(areas.array, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    # The first ring of a part is its outside.
    holes = np.flatnonzero(np.r_[False, part_of_ring[1:] == part_of_ring[:-1]])
    shapes = shapely.polygons(rings[holes])
    sizes = shapely.area(shapes)
    owners = owner_of_part[part_of_ring[holes]]
    centres = shapely.get_coordinates(shapely.centroid(shapes))
    for at, owner, lon, lat in _spots(areas, np.flatnonzero(sizes < TINY_M2), owners, centres):
        message, hint = tr("it has a hole of only {area:.2f} m²", area=sizes[at]), tr("fill the hole in the source")
        yield Fault("tiny_hole", message, hint, owner, value=f"{sizes[at]:.2f}", **_spot(lon, lat))


def _of_corners(areas: gpd.GeoSeries) -> Iterator[Fault]:
    places, before, after, owners = _corners(areas)
    yield from _spikes(areas, places, (before, after), owners)
    yield from _repeated(after, owners)


def _spikes(areas: gpd.GeoSeries, places: Numbers, ways: tuple[Numbers, Numbers], owners: Places) -> Iterator[Fault]:
    before, after = ways
    lengths = np.hypot(*before.T), np.hypot(*after.T)
    turned = (before * after).sum(axis=1) / np.maximum(lengths[0] * lengths[1], 1e-12)
    sharp = np.flatnonzero((turned > np.cos(np.radians(SPIKE_DEG))) & (np.minimum(*lengths) > SPIKE_M))
    # What is most of its shape is no spike but a wedge, as a field between two roads may be.
    ground = np.abs(before[sharp, 0] * after[sharp, 1] - before[sharp, 1] * after[sharp, 0]) / 2
    sharp = sharp[ground < WEDGE * shapely.area(areas.array)[owners[sharp]]]
    for at, owner, lon, lat in _spots(areas, sharp, owners, places):
        message = tr("its edge runs out {length:.1f} m and back", length=min(lengths[0][at], lengths[1][at]))
        hint = tr("delete the vertex at its tip in the source")
        yield Fault(
            "spike", message, hint, owner, value=f"{min(lengths[0][at], lengths[1][at]):.1f}", **_spot(lon, lat)
        )


def _corners(areas: gpd.GeoSeries) -> tuple[Numbers, Numbers, Numbers, Places]:
    """Return each vertex, the ways from it to the ones before and after it in its ring, and whose it is."""
    parts, owner_of_part = shapely.get_parts(areas.array, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    points, ring_of_point = shapely.get_coordinates(rings, return_index=True)
    first = np.r_[True, ring_of_point[1:] != ring_of_point[:-1]]
    last = np.r_[first[1:], True]
    starts = np.flatnonzero(first)
    # The last vertex of a ring is its first again: the vertex before the first is the last but one.
    at = np.flatnonzero(~last)
    previous = np.where(first[at], np.r_[starts[1:], len(points)][ring_of_point[at]] - 2, at - 1)
    return (
        points[at],
        points[previous] - points[at],
        points[at + 1] - points[at],
        owner_of_part[part_of_ring[ring_of_point[at]]],
    )


def _repeated(after: Numbers, owners: Places) -> Iterator[Fault]:
    """Tell once of all vertices that stand twice: they move nothing."""
    twice = np.hypot(*after.T) < SAME_M
    if twice.any():
        message = tr(
            "{count} vertices of {features} features stand twice in a row",
            count=int(twice.sum()), features=len(np.unique(owners[twice])),
        )  # fmt: skip
        yield Fault("duplicate_vertex", message, tr("nothing to do; clean them up when it is next exported"))


def _spot(lon: float, lat: float) -> dict[str, Any]:
    """Return where a fault lies; one record may have several of a kind, each known by its place."""
    return {"lon": lon, "lat": lat, "partner": f"{lon},{lat}"}


def _spots(
    areas: gpd.GeoSeries, chosen: Places, owners: Places, places: Numbers
) -> Iterator[tuple[int, Any, float, float]]:
    """Yield the chosen of some places, the labels of whose they are, and where they are in degrees."""
    if len(chosen):
        lon, lat = lonlat_of(places[chosen], areas.crs)
        for at, x, y in zip(chosen, lon, lat, strict=True):
            yield int(at), areas.index[owners[at]], round(float(x), 7), round(float(y), 7)
