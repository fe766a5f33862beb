"""Geometry of placemarks: coordinates as programs and hands write them, into shapes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

import numpy as np
import shapely
from numpy.typing import NDArray

from onemap.text import tr

Positions = NDArray[np.float64]

SHOWN: Final = 60
"""Characters of unreadable coordinates that a message shows."""


class ShapeError(ValueError):
    """The geometry of a placemark cannot be read: the reason, for its issue, and what is written there."""

    def __init__(self, reason: str, written: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.written = " ".join(written[: 4 * SHOWN].split())[:SHOWN]


@dataclass(frozen=True)
class Shape:
    """The shape of a placemark, or None where it has none, and what was mended to get it."""

    geometry: shapely.Geometry | None
    mended: tuple[str, ...] = ()
    label_left: bool = False
    """Whether a point that only carries the label of a polygon was left out."""


def read_shape(mark: Element) -> Shape:
    """Return the shape of a placemark. Heights are dropped; overlays and models have none.

    Raises
    ------
    ShapeError
        It cannot be read.
    """
    mended: list[str] = []
    parts = list(_parts(mark, mended))
    kinds = {part.geom_type for part in parts}
    label_left = kinds == {"Point", "Polygon"} and _labels(parts)
    if label_left:
        parts = [part for part in parts if part.geom_type == "Polygon"]
    return Shape(_together(parts), tuple(mended), label_left)


def _parts(mark: Element, mended: list[str]) -> Iterator[shapely.Geometry]:
    in_polygons: set[Element] = set()
    for element in mark.iter():
        if element.tag == "Polygon":
            in_polygons.update(element.iter("LinearRing"))
            yield _polygon(element, mended)
        elif element.tag == "LineString" or (element.tag == "LinearRing" and element not in in_polygons):
            yield _line(_positions_of(element))
        elif element.tag == "Track":
            yield _line(_positions_of_track(element))
        elif element.tag == "Point":
            positions = _positions_of(element)
            yield shapely.Point(positions[0]) if len(positions) else shapely.Point()


def _labels(parts: list[shapely.Geometry]) -> bool:
    """Tell whether the points among `parts` lie in its polygons, as ArcGIS and GDAL place labels."""
    ground = shapely.union_all([shapely.envelope(part) for part in parts if part.geom_type == "Polygon"])
    return all(ground.covers(part) for part in parts if part.geom_type == "Point")


def _together(parts: list[shapely.Geometry]) -> shapely.Geometry | None:
    if len(parts) < 2:
        return parts[0] if parts else None
    kinds = {part.geom_type for part in parts}
    many = {"Polygon": shapely.MultiPolygon, "LineString": shapely.MultiLineString, "Point": shapely.MultiPoint}
    return many[kinds.pop()](parts) if len(kinds) == 1 else shapely.GeometryCollection(parts)


def _line(positions: Positions) -> shapely.Geometry:
    if len(positions) == 1:
        raise ShapeError(tr("a line has a single point"))
    return shapely.LineString(positions)


def _polygon(element: Element, mended: list[str]) -> shapely.Geometry:
    shells = [ring for side in element.findall("outerBoundaryIs") for ring in side.iter("LinearRing")]
    holes = [ring for side in element.findall("innerBoundaryIs") for ring in side.iter("LinearRing")]
    if len(shells) != 1:
        raise ShapeError(tr("a polygon has {count} outer rings", count=len(shells)))
    shell = _ring(_positions_of(shells[0]), mended)
    inner = []
    for hole in holes:
        try:
            inner.append(_ring(_positions_of(hole), mended))
        except _TooFewError:
            mended.append(tr("a hole has too few points; it was left out"))
    return shapely.Polygon(shell, [hole for hole in inner if len(hole)])


class _TooFewError(ShapeError):
    """A ring encloses nothing."""


def _ring(positions: Positions, mended: list[str]) -> Positions:
    if len(positions) and (positions[0] != positions[-1]).any():
        positions = np.vstack([positions, positions[:1]])
        mended.append(tr("a ring that does not close; it was closed"))
    if 0 < len(positions) < 4:
        raise _TooFewError(tr("a ring has too few points"))
    return positions


def _positions_of(element: Element) -> Positions:
    return parse_positions(next((child.text or "" for child in element if child.tag == "coordinates"), ""))


def _positions_of_track(element: Element) -> Positions:
    # In a track blanks part the numbers, and each position has an element.
    texts = [",".join((child.text or "").split()) for child in element if child.tag == "coord"]
    return parse_positions(" ".join(texts))


def parse_positions(text: str) -> Positions:
    """Return the longitudes and latitudes of a coordinates element, one position a row.

    Raises
    ------
    ShapeError
        They cannot be read.

    Examples
    --------
    >>> parse_positions("112.79, 34.91, 0").tolist()
    [[112.79, 34.91]]
    """
    tokens = text.split()
    commas = {token.count(",") for token in tokens}
    if len(commas) > 1 or not commas <= {1, 2}:
        tokens = re.sub(r"\s*[,，]\s*", ",", text).split()
        # Heights are left out here and there, and some programs end each position with a comma.
        tokens = [token.rstrip(",") for token in tokens]
        commas = {token.count(",") for token in tokens}
        if not commas <= {1, 2}:
            raise _unreadable(text)
        tokens = [",".join(token.split(",")[:2]) for token in tokens]
    width = tokens[0].count(",") + 1 if tokens else 2
    try:
        numbers = np.array([float(number) for token in tokens for number in token.split(",")]).reshape(-1, width)
    except ValueError:
        raise _unreadable(text) from None
    if not np.isfinite(numbers[:, :2]).all():
        raise _unreadable(text)
    return numbers[:, :2]


def _unreadable(text: str) -> ShapeError:
    written = " ".join(text[: 4 * SHOWN].split())[:SHOWN]
    return ShapeError(tr("coordinates that cannot be read: {texts}", texts=written), text)
