"""Reads KML and KMZ; GDAL's own reader turns Chinese names of ExtendedData into underscores."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import geopandas as gpd
import pandas as pd
import shapely

from onemap.geodesy import LONLAT
from onemap.ingest.raw import Raw, UnreadableError
from onemap.model import EncodingRecord
from onemap.spec.project import SourceSpec
from onemap.text import tr

WGS84: Final = "EPSG:4326"


def read_kml(path: Path, source: SourceSpec) -> Raw:
    """Read the placemarks of a KML or KMZ file, in the order of the file and numbered from 1.

    Raises
    ------
    UnreadableError
        The file is not XML, or a placemark's coordinates are not numbers.
    """
    del source  # KML has no layers to choose from, and says its encoding itself.
    try:
        root = ElementTree.fromstring(_document(path))
        marks = list(_all(root, "Placemark"))
        shapes = [_shape(mark) for mark in marks]
    except (ElementTree.ParseError, zipfile.BadZipFile, ValueError, StopIteration) as fault:
        raise UnreadableError(
            tr("{file} cannot be read: {reason}", file=path.name, reason=fault),
            tr("open it in Google Earth or 奥维, and export it again"),
        ) from None
    frame = pd.DataFrame([_attributes(mark) for mark in marks], dtype=object)
    record = EncodingRecord("utf-8", tr("the format's own encoding"))
    return Raw(frame, gpd.GeoSeries(shapes, crs=LONLAT), list(range(1, len(marks) + 1)), record, {}, WGS84)


def _document(path: Path) -> bytes:
    if path.suffix.lower() != ".kmz":
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return archive.read(next(name for name in archive.namelist() if name.lower().endswith(".kml")))


def _all(element: Element, name: str) -> Iterator[Element]:
    """Yield descendants by local name: files use the 2.0, 2.1, 2.2 and Google name spaces, or none."""
    return (e for e in element.iter() if isinstance(e.tag, str) and e.tag.rpartition("}")[2] == name)


def _text(element: Element, name: str) -> str:
    return next((e.text or "" for e in element if e.tag.rpartition("}")[2] == name), "").strip()


def _attributes(mark: Element) -> dict[str, str]:
    data = {e.get("name", ""): _text(e, "value") for e in _all(mark, "Data")}
    simple = {e.get("name", ""): (e.text or "").strip() for e in _all(mark, "SimpleData")}
    return {"Name": _text(mark, "name"), "Description": _text(mark, "description"), **data, **simple}


def _shape(mark: Element) -> shapely.Geometry | None:
    polygons = [_polygon(e) for e in _all(mark, "Polygon")]
    lines = [shapely.LineString(_coordinates(e)) for e in _all(mark, "LineString")]
    points = [shapely.Point(_coordinates(e)[0]) for e in _all(mark, "Point")]
    parts = [*polygons, *lines, *points]
    if len(parts) < 2:
        return parts[0] if parts else None
    if len(polygons) == len(parts):
        return shapely.MultiPolygon(polygons)
    if len(lines) == len(parts):
        return shapely.MultiLineString(lines)
    return shapely.GeometryCollection(parts)


def _polygon(element: Element) -> shapely.Polygon:
    shell = [_coordinates(ring) for e in _all(element, "outerBoundaryIs") for ring in _all(e, "LinearRing")]
    holes = [_coordinates(ring) for e in _all(element, "innerBoundaryIs") for ring in _all(e, "LinearRing")]
    return shapely.Polygon(shell[0] if shell else None, holes)


def _coordinates(element: Element) -> list[tuple[float, float]]:
    text = next((e.text or "" for e in _all(element, "coordinates")), "")
    pairs = [tuple(float(n) for n in triple.split(",")[:2]) for triple in text.split()]
    return [(x, y) for x, y in pairs]
