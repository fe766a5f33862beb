"""The issues of the data: the rows of their tab, and the layer of those that have a place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onemap.export.bureau_sheets import bureau_of, bureaus, townships_of
from onemap.export.words import action_title, field_title, issue_columns, kind_title, layer_title, severity_title
from onemap.geodesy import LONLAT
from onemap.model import LOCATED_IN, SOURCE, SOURCE_ROW, Atlas, Issue, Layer
from onemap.spec.layer import LayerSpec
from onemap.text import tr

LAYER: Final = "data_issue"
FILLS: Final = {"info": "#7d8a90", "warning": "#c9772a", "error": "#b3382c"}
"""The classes of the layer: the gravest is drawn last, above the others."""

_TEXTS: Final = ("message", "hint", "layer", "key", "field", "value", "action", "cell")
_STYLE: Final = {"shape": "triangle", "glyph": "!", "size": 7.5, "stroke": "#ffffff", "shown": False, "order": 95}


def issue_rows(atlas: Atlas, shown: Mapping[str, Layer]) -> list[dict[str, Any]]:
    """Return the issues as their tab tells them.

    `at` is the place of an issue in its layer, `of` the feature that it is about: [layer id, its place].
    """
    known, at = bureaus(atlas), {place: number for number, place in enumerate(_located(atlas))}
    features = _features(atlas, shown)
    return [
        {
            "severity": issue.weight,
            "kind": kind_title(issue.kind),
            "layer": issue.layer,
            "layerTitle": layer_title(atlas, issue.layer),
            "bureau": bureau_of(issue, known),
            "source": issue.source,
            "row": issue.row,
            "cell": issue.cell,
            "key": issue.key,
            "message": issue.message,
            "hint": issue.hint,
            "at": at.get(place),
            "of": features.get((issue.layer, issue.key)),
        }
        for place, issue in enumerate(atlas.told)
    ]


def _features(atlas: Atlas, shown: Mapping[str, Layer]) -> dict[tuple[str, str], list[Any]]:
    """Return by layer id and key the first feature of each key that an issue names, as [layer id, its place]."""
    named = {issue.key for issue in atlas.told} - {""}
    found: dict[tuple[str, str], list[Any]] = {}
    for own_id, layer in shown.items():
        for place in np.flatnonzero(layer.keys.isin(named)).tolist():
            found.setdefault((own_id, layer.keys.iloc[place]), [own_id, place])
    return found


def issue_layer(atlas: Atlas) -> Layer | None:
    """Return the issues that have a place as a layer; None where there are none."""
    issues = [atlas.told[place] for place in _located(atlas)]
    if not issues:
        return None
    columns: dict[str, Any] = {
        "severity": _texts([issue.weight for issue in issues]),
        "kind": _texts([kind_title(issue.kind) for issue in issues]),
        **{name: _texts([_told(issue, name, atlas) for issue in issues]) for name in _TEXTS},
        SOURCE: _texts([issue.source for issue in issues]),
        SOURCE_ROW: pd.array([issue.row for issue in issues], dtype="Int64"),
        LOCATED_IN: _texts(list(townships_of(atlas, issues))),
    }
    places = shapely.points([issue.lon or 0.0 for issue in issues], [issue.lat or 0.0 for issue in issues])
    return Layer(_spec(), gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(places, crs=LONLAT).to_crs(atlas.crs)))


def _located(atlas: Atlas) -> list[int]:
    return [place for place, issue in enumerate(atlas.told) if issue.lon is not None and issue.lat is not None]


def _texts(values: list[str]) -> Any:
    return pd.array([value or None for value in values], dtype="str")


def _told(issue: Issue, name: str, atlas: Atlas) -> str:
    if name == "layer":
        return layer_title(atlas, issue.layer)
    if name == "field":
        return field_title(atlas, issue.layer, issue.field)
    return action_title(issue.action) if name == "action" else str(getattr(issue, name))


def _spec() -> LayerSpec:
    titles = issue_columns()
    return LayerSpec.model_validate(
        {
            "id": LAYER,
            "title": tr("Data issues with a place"),
            "geometry": "point",
            "key": "key",
            "label": "kind",
            "class": "severity",
            "group": tr("Quality of the data"),
            "fields": {
                name: {"title": titles[name], "dbf": f"F{number}", "type": "class" if name == "severity" else "text"}
                for number, name in enumerate(("severity", "kind", *_TEXTS))
            },
            "classes": {own_id: {"title": severity_title(own_id), "fill": fill} for own_id, fill in FILLS.items()},
            "style": _STYLE,
        }
    )
