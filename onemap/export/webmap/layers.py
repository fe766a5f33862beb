"""What the map shows of a layer: its features, its fields, its classes and how they look.

A layer of up to `PLAIN` features and `CORNERS` corners stands in the page as GeoJSON (RFC 7946), which anything can
read. A larger one is packed, its features in the order in which a curve of Hilbert goes through them, so that what is
near stands together.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from onemap.export.anchors import anchors_of
from onemap.export.look import Look, looks
from onemap.export.webmap.columns import PLAIN, plain, rounded, table
from onemap.export.webmap.packing import MERCATOR, mercator, pack
from onemap.geodesy import MU_M2
from onemap.model import SOURCE, SOURCE_ROW, Layer
from onemap.spec.layer import FieldSpec

CORNERS: Final = 100_000
"""A class of a whole county may be one feature."""

_DEGREES: Final = "EPSG:4490"
_DIGITS: Final = 7
"""Decimals of a degree: a centimetre."""


def in_map_order(layer: Layer) -> Layer:
    """Return a layer with its features in the order in which the map has them."""
    if layer.count <= PLAIN:
        return layer
    shapes = layer.frame.geometry
    placed = np.flatnonzero(~(shapes.isna() | shapes.is_empty).to_numpy())
    if not len(placed):
        return layer
    along = placed[np.argsort(shapes.iloc[placed].hilbert_distance().to_numpy(), kind="stable")]
    nowhere = np.setdiff1d(np.arange(layer.count), placed)
    return layer.take(np.concatenate([along, nowhere]))


def layer_content(layer: Layer, ground_mu: Mapping[str, float] | None = None) -> dict[str, Any]:
    """Return everything that the map's scripts know of a layer.

    Parameters
    ----------
    layer
        In the order of the map (see `in_map_order`).
    ground_mu
        Its ground counted once, 亩 by class; left out, its 亩 are sums over its features.
    """
    spec, ground = layer.spec, _ground(layer) if ground_mu is None else ground_mu
    classes, drawn_as = _classes(layer), looks(spec)
    head = {
        "id": spec.id,
        "title": spec.name,
        "group": spec.group_name,
        "basis": spec.basis,
        "style": spec.style.model_dump(),
        "coverage": spec.coverage,
        "gravest": spec.gravest,
        "symbols": "point" in spec.geometry,
        "areal": "polygon" in spec.geometry,
        "count": len(layer.frame),
        "placed": spec.geometry != ("table",),
        "mu": rounded(sum(ground.values()), 2),
        "once": ground_mu is not None,
        "fields": [_field(name, field) for name, field in spec.fields.items()],
        "classes": [_class(layer, own_id, drawn_as[own_id], ground.get(own_id, 0.0)) for own_id in classes],
    }
    columns, drawn = _columns(layer, classes), mercator(layer.frame.geometry)
    anchors = anchors_of(drawn) if head["symbols"] or spec.style.labels else None
    if layer.count <= PLAIN and int(shapely.get_num_coordinates(drawn).sum()) <= CORNERS:
        return {"type": "FeatureCollection", "onemap": head, "features": _features(layer, columns, drawn, anchors)}
    packed = {"shapes": pack(drawn), "anchors": None if anchors is None else pack(anchors), "table": table(columns)}
    return {"onemap": head | packed}


def _columns(layer: Layer, classes: list[str]) -> dict[str, list[Any]]:
    """Return what is known of each feature: its fields by their ids, and by names with _ what we know beside.

    `_class` is the place of its class among the classes.
    """
    place = {own_id: number for number, own_id in enumerate(classes)}
    fields = {name: plain(layer.frame[name], field.type) for name, field in layer.spec.fields.items()}
    return fields | {
        "_key": layer.keys.tolist(),
        "_label": layer.labels.tolist(),
        "_township": layer.townships.tolist(),
        "_area_m2": [rounded(area, 1) or None for area in layer.areas_m2.tolist()],
        "_source": layer.frame[SOURCE].astype(str).tolist(),
        "_row": [None if pd.isna(row) else str(row) for row in layer.frame[SOURCE_ROW].tolist()],
        "_class": [place.get(own_id, len(classes) - 1) for own_id in layer.classes.tolist()],
    }


def _features(
    layer: Layer, columns: Mapping[str, list[Any]], drawn: NDArray[Any], anchors: NDArray[Any] | None
) -> list[dict[str, Any]]:
    """Return features as GeoJSON, in degrees of CGCS2000; `_anchor` is where the symbol or name of a shape goes."""
    shapes = np.array(layer.frame.geometry.to_crs(_DEGREES).array, dtype=object)
    shapes[shapely.is_missing(drawn)] = None
    rounded_shapes = shapely.transform(shapes, lambda places: np.round(places, _DIGITS))
    if anchors is not None:
        at = _degrees(anchors)
        off_shape = shapely.get_dimensions(drawn) > 0
        columns = {**columns, "_anchor": [at[n] if off_shape[n] else None for n in range(len(drawn))]}
    names = list(columns)
    return [
        {
            "type": "Feature",
            "geometry": None if text is None else json.loads(text),
            "properties": {name: value for name, value in zip(names, values, strict=True) if value is not None},
        }
        for text, *values in zip(shapely.to_geojson(rounded_shapes), *columns.values(), strict=True)
    ]


def _degrees(anchors: NDArray[Any]) -> list[list[float] | None]:
    points = gpd.GeoSeries(anchors, crs=MERCATOR).to_crs(_DEGREES)
    return [
        None if point is None or point.is_empty else [round(point.x, _DIGITS), round(point.y, _DIGITS)]
        for point in points
    ]


def _field(name: str, field: FieldSpec) -> dict[str, Any]:
    words = {own_id: spec.label for own_id, spec in field.classes.items()}
    facts = {"id": name, "title": field.label, "type": field.type, "unit": field.unit or "", "classes": words}
    # The list of what was below detection names its items in Chinese, whatever is spoken.
    return (
        facts
        | ({"below": field.title} if field.below_detection else {})
        | ({"listsBelow": True} if field.lists_undetected else {})
    )


def _classes(layer: Layer) -> list[str]:
    """Return the ids of the classes of a layer.

    Features without a class come last, as a class of their own with no id, if there are any.
    """
    ids, of_feature = [own_id for own_id in looks(layer.spec) if own_id], layer.classes
    if not ids or (of_feature == "").any() or not of_feature.isin(ids).all():
        ids.append("")
    return ids


def _class(layer: Layer, own_id: str, look: Look, mu: float) -> dict[str, Any]:
    return {
        "id": own_id,
        "title": look.title if own_id else "",
        "fill": look.fill,
        "shape": look.shape,
        "hatch": look.hatch,
        "glyph": look.glyph,
        "count": int((layer.classes == own_id).sum()),
        "mu": rounded(mu, 2),
    }


def _ground(layer: Layer) -> dict[str, float]:
    """Return the 亩 that the features of each class have together."""
    sums = (layer.areas_m2 / MU_M2).groupby(layer.classes).sum()
    return {str(own_id): float(area) for own_id, area in sums.items()}
