"""Where the records of the lists lie: those without a line at their features, and what lies within reach."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onemap.export.anchors import anchors_of
from onemap.export.parts import FINDINGS, FINDINGS_POINTS, REACHES, Column, Part, list_columns
from onemap.export.words import finding_columns
from onemap.geodesy import around
from onemap.model import FINDING_COLUMNS, REACH_COLUMNS, Atlas
from onemap.spec.rule import LEVELS
from onemap.text import tr

Shapes = dict[tuple[str, str], Any]
"""For the layer and key of a feature on a list, its shape."""


def findings_points_part(atlas: Atlas) -> Part:
    """Return the records that have no line to a receptor, each at the feature that it is about if that has a place."""
    rows = atlas.findings[atlas.links.isna().to_numpy()]
    shapes = _shapes(atlas, rows)
    ends = zip(rows["of_layer"], rows["of_key"], strict=True)
    places = anchors_of(np.array([shapes.get(end) for end in ends], dtype=object))
    frame = gpd.GeoDataFrame(rows[list(FINDING_COLUMNS)], geometry=places, crs=atlas.crs)
    title = tr("Records of the lists without a line, each at its feature")
    return Part(FINDINGS_POINTS, title, "point", frame.reset_index(drop=True), list_columns(FINDINGS))


def reaches_part(atlas: Atlas) -> Part:
    """Return what lies within reach of the features on a list, at each distance that the rule speaks of.

    They are for the eye (see `around`): the lists measure to the edge, and need no such outline. Of the parcels of a
    coverage, of which thousands may be on a list, there is none.
    """
    rules = {rule.id: rule for rule in atlas.rules if rule.radii}
    coverages = [own_id for own_id, layer in atlas.layers.items() if layer.spec.coverage]
    rows = atlas.findings[atlas.findings["rule"].isin(rules) & ~atlas.findings["of_layer"].isin(coverages)]
    # The gravest level of a feature on a list is that of its outlines.
    order = {level: number for number, level in enumerate(LEVELS)}
    rows = rows.sort_values("level", key=lambda levels: levels.map(order), kind="stable")
    rows = rows.drop_duplicates(["rule", "of_layer", "of_key"]).sort_index()
    shapes = _shapes(atlas, rows)
    told, outlines = [], []
    for row in rows[list(REACH_COLUMNS[:-1])].fillna("").astype(str).to_numpy().tolist():
        rule, _, *end, _ = row
        shape = shapes.get((end[0], end[1]))
        for reach in rules[rule].radii if shape is not None else ():
            told.append((*row, float(reach)))
            outlines.append(around(shape, float(reach), atlas.crs))
    table = pd.DataFrame(told, columns=list(REACH_COLUMNS)).astype({"reach_m": float})
    frame = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(outlines, crs=atlas.crs, dtype="geometry"))
    titles = {**finding_columns(), "reach_m": tr("Within metres")}
    columns = tuple(Column(name, titles[name], name.upper()) for name in REACH_COLUMNS)
    return Part(REACHES, tr("What lies within reach of the features on a list"), "polygon", frame, columns)


def _shapes(atlas: Atlas, rows: pd.DataFrame) -> Shapes:
    """Return the shapes of the features that rows of findings are about, of features with one key the first."""
    found: Shapes = {}
    for own_id, keys in rows.groupby("of_layer")["of_key"]:
        layer = atlas.layers.get(str(own_id))
        if layer is None:
            continue
        shapes, spoken = np.asarray(layer.frame.geometry.array), set(keys.dropna()) - {""}
        for place in np.flatnonzero(layer.keys.isin(spoken))[::-1]:
            if shapes[place] is not None and not shapes[place].is_empty:
                found[str(own_id), layer.keys.iloc[place]] = shapely.force_2d(shapes[place])
    return found
