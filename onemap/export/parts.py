"""What stands in one table of a GIS file: the features of a layer that have one kind of geometry, or the lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import geopandas as gpd
import numpy as np
import shapely

from onemap.export.words import finding_columns, issue_columns, origin_columns
from onemap.geodesy import LONLAT
from onemap.model import FINDING_COLUMNS, ISSUE_COLUMNS, LOCATED_IN, SOURCE, SOURCE_ROW, Atlas, Layer
from onemap.spec.catalogue import PART_SUFFIXES
from onemap.spec.layer import FieldSpec, GeometryKind, LayerSpec
from onemap.text import tr

FINDINGS: Final = "findings"
FINDINGS_POINTS: Final = "findings_points"
REACHES: Final = "reaches"
ISSUES: Final = "issues"
LISTED: Final = (FINDINGS, FINDINGS_POINTS)
"""The tables of which each row is a record of a list."""

DIMENSIONS: Final[dict[GeometryKind, int]] = {"polygon": 2, "line": 1, "point": 0}
"""The kinds in the order in which one of them is the main part of a layer."""

SUFFIXES: Final[dict[GeometryKind, str]] = {"polygon": "", **{kind: own for own, kind in PART_SUFFIXES.items()}}
OWN_NAMES: Final = {SOURCE: "SOURCE", SOURCE_ROW: "SOURCE_ROW", LOCATED_IN: "LOCATED_IN"}
"""DBF names of the columns of a layer that are not fields."""


@dataclass(frozen=True)
class Column:
    """A column, and what it is called."""

    name: str
    title: str
    """In the language spoken when it was made."""
    dbf: str
    """At most 10 ASCII bytes, as in a shapefile."""
    field: FieldSpec | None = None
    """What the layer file says of it; None for what the program adds."""


@dataclass(frozen=True)
class Part:
    """A table ready to be written, whose geometries are all of one kind."""

    name: str
    """Of a layer its id, with a suffix for the parts after the first; or findings, issues."""
    title: str
    """In the language spoken when it was made."""
    kind: GeometryKind
    frame: gpd.GeoDataFrame
    """The columns, with the titles of classes in place of their ids, and plain 2D geometry or None."""
    columns: tuple[Column, ...]
    """All columns of the frame but the geometry, in their order."""
    spec: LayerSpec | None = None
    """The layer that it is a part of; None for findings and issues."""
    qml: str = ""
    """How QGIS draws it; "" where that follows from the spec."""
    metadata: str = ""
    """What QGIS tells of it beside its data; "" where nothing is known."""


def parts(layer: Layer) -> list[Part]:
    """Return the features of a layer, one part for each kind of geometry that occurs.

    The first part has the layer's own name and also the features without geometry: the polygons, or else
    the lines, or else the points; a layer without any geometry is of the first kind that its spec names.
    """
    frame, spec = readable(layer), layer.spec
    columns = layer_columns(spec)

    def part(name: str, kind: GeometryKind, rows: gpd.GeoDataFrame) -> Part:
        return Part(name, spec.name, kind, rows, columns, spec)

    if spec.geometry == ("table",):
        return [part(spec.id, "table", frame)]
    shapes = np.asarray(frame.geometry.to_numpy())
    # Nearly never; and to make all of them anew takes as long as to write them.
    if (shapely.has_z(shapes) | shapely.has_m(shapes)).any():
        shapes = shapely.force_2d(shapes)
    there = gpd.GeoSeries(shapes, frame.index, frame.crs)
    frame = frame.set_geometry(there.where(~shapely.is_empty(shapes), None))
    # A missing geometry has the dimension -1.
    dimension = shapely.get_dimensions(frame.geometry.to_numpy())
    kinds = [kind for kind, number in DIMENSIONS.items() if (dimension == number).any()]
    if not kinds:
        return [part(spec.id, next(kind for kind in spec.geometry if kind != "table"), frame)]
    first = part(spec.id, kinds[0], frame[np.isin(dimension, (DIMENSIONS[kinds[0]], -1))])
    return [first, *(part(spec.id + SUFFIXES[kind], kind, frame[dimension == DIMENSIONS[kind]]) for kind in kinds[1:])]


def readable(layer: Layer) -> gpd.GeoDataFrame:
    """Return a layer's frame with the titles of classes, in the language spoken now, in place of their ids."""
    titles = {
        name: layer.frame[name].map({own_id: spec.label for own_id, spec in field.classes.items()}).astype("string")
        for name, field in layer.spec.fields.items()
        if field.type == "class"
    }
    return layer.frame.assign(**titles)


def layer_columns(spec: LayerSpec) -> tuple[Column, ...]:
    """Return the columns of a layer: its fields, then where each feature comes from and lies."""
    fields = [Column(name, field.label, field.dbf, field) for name, field in spec.fields.items()]
    return (*fields, *origin())


def origin() -> tuple[Column, ...]:
    """Return the columns of every layer that say where a feature comes from and lies."""
    return tuple(Column(name, title, OWN_NAMES[name]) for name, title in origin_columns().items())


def findings_part(atlas: Atlas) -> Part:
    """Return the lists, each record with the line to its receptor, or without a geometry."""
    frame = gpd.GeoDataFrame(atlas.findings[list(FINDING_COLUMNS)], geometry=atlas.links, crs=atlas.crs)
    title = tr("The lists, each record with the line to its receptor")
    return Part(FINDINGS, title, "line", frame, list_columns(FINDINGS))


def issues_part(atlas: Atlas) -> Part:
    """Return the faults in the data, each at its place where that is known."""
    table = atlas.issues[list(ISSUE_COLUMNS)]
    longitude, latitude = (table[name].to_numpy(dtype=float, na_value=np.nan) for name in ("lon", "lat"))
    there = ~(np.isnan(longitude) | np.isnan(latitude))
    places = np.full(len(table), None, dtype=object)
    places[there] = shapely.points(longitude[there], latitude[there])
    points = gpd.GeoSeries(places, index=table.index, crs=LONLAT).to_crs(atlas.crs)
    title = tr("The faults in the data, each at its place where that is known")
    return Part(ISSUES, title, "point", gpd.GeoDataFrame(table, geometry=points), list_columns(ISSUES))


def list_columns(name: Literal["findings", "issues"]) -> tuple[Column, ...]:
    """Return the columns of the findings or of the issues."""
    titles = finding_columns() if name == FINDINGS else issue_columns()
    return tuple(Column(own_id, title, own_id.upper()) for own_id, title in titles.items())


def geometry_type_of(part: Part, types: Mapping[GeometryKind, str]) -> str:
    """Return the type of a part's table: that of its kind, or MultiPoint where a point has several members."""
    several = shapely.get_type_id(part.frame.geometry.to_numpy()) == shapely.GeometryType.MULTIPOINT
    return "MultiPoint" if several.any() else types[part.kind]
