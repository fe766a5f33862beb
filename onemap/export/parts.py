"""The features of a layer by kind of geometry: a table of a GIS file holds one kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from onemap.model import Layer
from onemap.spec.layer import GeometryKind

DIMENSIONS: Final[dict[GeometryKind, int]] = {"polygon": 2, "line": 1, "point": 0}
"""The kinds in the order in which one of them is the main part of a layer."""

SUFFIXES: Final[dict[GeometryKind, str]] = {"polygon": "", "line": "_lines", "point": "_points"}


@dataclass(frozen=True)
class Part:
    """The features of a layer that have one kind of geometry, ready to be written."""

    name: str
    """The layer's id; with a suffix for the parts after the first."""
    kind: GeometryKind
    frame: gpd.GeoDataFrame
    """The layer's columns with the titles of classes in place of their ids, and plain 2D geometry or None."""


def parts(layer: Layer) -> list[Part]:
    """Return the features of a layer, one part for each kind of geometry that occurs.

    The first part has the layer's own name and also the features without geometry: the polygons, or else
    the lines, or else the points; a layer without any geometry is of the first kind that its spec names.
    """
    frame = readable(layer)
    if layer.spec.geometry == ("table",):
        return [Part(layer.spec.id, "table", frame)]
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    frame = frame.set_geometry(gpd.GeoSeries(np.where(shapely.is_empty(shapes), None, shapes), frame.index, frame.crs))
    # A missing geometry has the dimension -1.
    dimension = shapely.get_dimensions(frame.geometry.to_numpy())
    kinds = [kind for kind, number in DIMENSIONS.items() if (dimension == number).any()]
    if not kinds:
        return [Part(layer.spec.id, next(kind for kind in layer.spec.geometry if kind != "table"), frame)]
    first = Part(layer.spec.id, kinds[0], frame[np.isin(dimension, (DIMENSIONS[kinds[0]], -1))])
    others = [Part(layer.spec.id + SUFFIXES[kind], kind, frame[dimension == DIMENSIONS[kind]]) for kind in kinds[1:]]
    return [first, *others]


def readable(layer: Layer) -> gpd.GeoDataFrame:
    """Return a layer's frame with the titles of classes, in the language spoken now, in place of their ids."""
    titles = {
        name: layer.frame[name].map({own_id: spec.label for own_id, spec in field.classes.items()}).astype("string")
        for name, field in layer.spec.fields.items()
        if field.type == "class"
    }
    return layer.frame.assign(**titles)


def geometry_type_of(part: Part, types: Mapping[GeometryKind, str]) -> str:
    """Return the type of a part's table: that of its kind, or MultiPoint where a point has several members."""
    several = shapely.get_type_id(part.frame.geometry.to_numpy()) == shapely.GeometryType.MULTIPOINT
    return "MultiPoint" if several.any() else types[part.kind]
