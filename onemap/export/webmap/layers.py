"""A layer as the map's scripts read it: shapes, columns, classes, counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from onemap.export.webmap.columns import column, plain, rounded
from onemap.export.webmap.packing import mercator, pack
from onemap.geodesy import MU_M2
from onemap.model import SOURCE, SOURCE_ROW, Layer
from onemap.spec.layer import FieldSpec, LayerSpec

UNCLASSIFIED: Final = "#9a9a94"


def layer_content(layer: Layer, ground_mu: Mapping[str, float] | None = None) -> dict[str, Any]:
    """Return everything that the map's scripts know of a layer.

    Parameters
    ----------
    ground_mu
        Its ground counted once, 亩 by class; left out, its 亩 are sums over its features.
    """
    spec, ground = layer.spec, _ground(layer) if ground_mu is None else ground_mu
    drawn = mercator(layer.frame.geometry)
    symbols = "point" in spec.geometry
    return {
        "id": spec.id,
        "title": spec.name,
        "group": spec.group_name,
        "basis": spec.basis,
        "style": spec.style.model_dump(),
        "coverage": spec.coverage,
        "symbols": symbols,
        "areal": "polygon" in spec.geometry,
        "count": len(layer.frame),
        "placed": spec.geometry != ("table",),
        "mu": rounded(sum(ground.values()), 2),
        "once": ground_mu is not None,
        "shapes": pack(drawn),
        "anchors": pack(_anchors(drawn)) if symbols or spec.style.labels else None,
        "fields": [_field(name, field) for name, field in spec.fields.items()],
        "values": [column(plain(layer.frame[name], field.type)) for name, field in spec.fields.items()],
        "keys": column(list(layer.keys)),
        "labels": column(list(layer.labels)),
        "townships": column(list(layer.townships)),
        "areas": column([rounded(area, 1) or None for area in layer.areas_m2]),
        "sources": column(list(layer.frame[SOURCE].astype(str))),
        "rows": column([None if pd.isna(row) else str(row) for row in layer.frame[SOURCE_ROW]]),
        **_classes(layer, ground),
    }


def _field(name: str, field: FieldSpec) -> dict[str, Any]:
    words = {own_id: spec.label for own_id, spec in field.classes.items()}
    facts = {"id": name, "title": field.label, "type": field.type, "unit": field.unit or "", "classes": words}
    # The list of what was below detection names its items in Chinese, whatever is spoken.
    return (
        facts
        | ({"below": field.title} if field.below_detection else {})
        | ({"listsBelow": True} if field.lists_undetected else {})
    )


def _classes(layer: Layer, ground: Mapping[str, float]) -> dict[str, Any]:
    """Return the classes of a layer, with how many features each has, and the place of each feature's class.

    Features without a class come last, as a class of their own with no id, if there are any.
    """
    spec, of_feature = layer.spec, layer.classes
    ids = list(_class_specs(spec))
    if not ids or (of_feature == "").any() or not of_feature.isin(ids).all():
        ids.append("")
    place = {own_id: number for number, own_id in enumerate(ids)}
    return {
        "classes": [_class(layer, own_id, ground.get(own_id, 0.0)) for own_id in ids],
        "classOf": [place.get(own_id, len(ids) - 1) for own_id in of_feature],
    }


def _class_specs(spec: LayerSpec) -> dict[str, Any]:
    return spec.fields[spec.class_field].classes if spec.class_field else {}


def _class(layer: Layer, own_id: str, mu: float) -> dict[str, Any]:
    spec = layer.spec
    look = _class_specs(spec).get(own_id)
    return {
        "id": own_id,
        "title": look.label if look else "",
        "fill": (look.fill if look else None) or _plain_fill(spec, own_id),
        "shape": (look.shape if look else None) or spec.style.shape,
        "count": int((layer.classes == own_id).sum()),
        "mu": rounded(mu, 2),
    }


def _plain_fill(spec: LayerSpec, own_id: str) -> str:
    """Return the fill of the layer; for features without a class a grey, where a class looks like the layer."""
    fills = {look.fill for look in _class_specs(spec).values()}
    return UNCLASSIFIED if own_id == "" and spec.style.fill in fills else spec.style.fill


def _ground(layer: Layer) -> dict[str, float]:
    """Return the 亩 that the features of each class have together."""
    sums = (layer.areas_m2 / MU_M2).groupby(layer.classes).sum()
    return {str(own_id): float(area) for own_id, area in sums.items()}


def _anchors(drawn: NDArray[Any]) -> NDArray[Any]:
    """Return for each shape the point where its symbol or name goes: inside a polygon, on the middle of a line."""
    anchors = shapely.centroid(drawn)
    polygons, lines = shapely.get_dimensions(drawn) == 2, shapely.get_dimensions(drawn) == 1
    outside = polygons & ~shapely.contains(drawn, anchors)
    anchors[outside] = shapely.point_on_surface(drawn[outside])
    anchors[lines] = [_middle(line) for line in drawn[lines]]
    return np.asarray(anchors, dtype=object)


def _middle(line: Any) -> Any:
    parts = shapely.get_parts(line)
    longest = parts[int(np.argmax(shapely.length(parts)))]
    return shapely.line_interpolate_point(longest, 0.5, normalized=True)
