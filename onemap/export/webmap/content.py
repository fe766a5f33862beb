"""What the map shows beside its layers: overview, lists, townships, issues, sources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from onemap.export.crs_titles import crs_titles
from onemap.export.townships import feature_counts, township_names
from onemap.export.webmap.cards import FARMLAND, STRICT, cards
from onemap.export.webmap.columns import rounded, table
from onemap.export.webmap.issues import issue_rows
from onemap.export.webmap.layers import in_map_order
from onemap.export.webmap.packing import STEP_M, mercator, pack
from onemap.export.webmap.pinyin import readings_of
from onemap.export.webmap.projection import projection
from onemap.export.webmap.rates import rates
from onemap.export.webmap.texts import level_titles, texts
from onemap.export.words import empty_sentence, finding_columns, layer_title, titles_alone
from onemap.geodesy import around
from onemap.model import TOWNSHIP, Atlas, Layer
from onemap.spec.crs import name_of
from onemap.spec.rule import LEVELS, Rule
from onemap.text import language, pick

Places = dict[str, dict[str, int]]
"""For each layer, the place of the feature of a key."""


def on_map(atlas: Atlas) -> dict[str, Layer]:
    """Return the layers of the map, as it has them: all with places, and the tables whose records are on a list."""
    listed = set(atlas.findings["of_layer"])
    tables = {own_id for own_id, layer in atlas.layers.items() if layer.spec.geometry == ("table",)}
    return {own_id: in_map_order(layer) for own_id, layer in atlas.layers.items() if own_id not in tables - listed}


def map_content(atlas: Atlas, layers: Mapping[str, Layer]) -> dict[str, Any]:
    """Return everything that the map's scripts know beside the layers.

    Parameters
    ----------
    layers
        What `on_map` returns.
    """
    places = _places(atlas, layers)
    return {
        "texts": texts(),
        "language": language(),
        "title": atlas.project.spec.title,
        "period": atlas.project.spec.period,
        "crs": {
            # The parameters of a county's own grid are secret.
            "code": name_of(atlas.crs),
            "name": pyproj.CRS.from_user_input(atlas.crs).name,
            "projection": projection(atlas),
        },
        "sheet": _sheet(atlas),
        "levels": [{"id": level, "title": title} for level, title in level_titles().items()],
        "cards": cards(atlas),
        "rules": [_rule(rule, atlas) for rule in atlas.rules],
        "findings": _findings(atlas, places),
        "reaches": _reaches(atlas, layers, places),
        "county": _county(atlas),
        "townships": _townships(atlas),
        "readings": readings_of(layers.values()),
        "rates": rates(atlas),
        "columns": finding_columns(),
        "issues": issue_rows(atlas, layers),
        "sources": [
            {
                "layer": source.layer,
                "title": layer_title(atlas, source.layer),
                "path": source.path,
                "asOf": source.as_of,
                "by": source.provided_by,
            }
            for source in atlas.sources
        ],
    }


def _sheet(atlas: Atlas) -> dict[str, str]:
    """Return what the margin of a printed map says of who made it and in which coordinates."""
    sheet = atlas.project.spec.sheet
    return {
        "madeBy": sheet.made_by,
        "checkedBy": sheet.checked_by,
        "crs": crs_titles(pyproj.CRS.from_user_input(atlas.crs))[0],
    }


def _rule(rule: Rule, atlas: Atlas) -> dict[str, Any]:
    counts = atlas.level_counts[rule.id]
    return {
        "id": rule.id,
        "title": rule.name,
        "group": rule.group_name,
        "basis": pick(rule.basis, rule.basis_en),
        "to": [*rule.to],
        "columns": {} if rule.pairs else titles_alone(rule.measure),
        "reaches": [*rule.radii],
        "lists": [*rule.lists_used],
        "empty": "" if any(counts.values()) else empty_sentence(rule, atlas),
    }


def _findings(atlas: Atlas, places: Places) -> dict[str, Any]:
    """Return the findings as a table; a side that is a feature is [layer id, its place], a link is in packed metres."""
    rules = {rule.id: number for number, rule in enumerate(atlas.rules)}
    known = atlas.findings["rule"].isin(list(rules)).to_numpy()
    rows, links = atlas.findings[known], atlas.links[known]
    texts = rows.drop(columns="value").astype(object)
    texts = texts.where(texts.notna(), "")
    return table(
        {
            "rule": [rules[own_id] for own_id in rows["rule"]],
            "level": list(texts["level"]),
            "ofLayer": list(texts["of_layer"]),
            "ofPlace": _places_of(places, texts["of_layer"], texts["of_key"]),
            "name": list(texts["of_label"].where(texts["of_label"] != "", texts["of_key"])),
            "toLayer": list(texts["to_layer"]),
            "toPlace": _places_of(places, texts["to_layer"], texts["to_key"]),
            "toName": list(texts["to_label"]),
            "value": [_number(value) for value in rows["value"]],
            "unit": list(texts["unit"]),
            "township": list(texts["township"]),
            "reason": list(texts["reason"]),
            "basis": list(texts["basis"]),
            "link": _link_ends(links),
        }
    )


def _places(atlas: Atlas, layers: Mapping[str, Layer]) -> Places:
    """Return for each layer where the first feature stands of each key that the lists speak of."""
    spoken = {*atlas.findings["of_key"].dropna(), *atlas.findings["to_key"].dropna()} - {""}
    places = {}
    for own_id, layer in layers.items():
        at = np.flatnonzero(layer.keys.isin(spoken))
        places[own_id] = dict(zip(layer.keys.iloc[at[::-1]].tolist(), at[::-1].tolist(), strict=True))
    return places


def _places_of(places: Places, layers: pd.Series[Any], keys: pd.Series[Any]) -> list[int | None]:
    return [places.get(layer, {}).get(key) for layer, key in zip(layers, keys, strict=True)]


def _number(value: Any) -> float | int | None:
    return None if pd.isna(value) else rounded(float(value), 3)


def _link_ends(links: gpd.GeoSeries) -> list[list[int] | None]:
    """Return for each link its two ends in the map's grid, x and y; None where there is no link."""
    return [
        None if line is None else np.rint(shapely.get_coordinates(line)[[0, -1]] / STEP_M).astype(int).ravel().tolist()
        for line in mercator(links)
    ]


def _reaches(atlas: Atlas, layers: Mapping[str, Layer], places: Places) -> dict[str, Any]:
    """Return the outlines of what lies within reach of lines and polygons that are on a list.

    Around a point the browser draws an ellipse that is a circle on the ground; around anything else it has
    no way to know. Each outline is named "layer place metres".
    """
    rules = {rule.id: rule for rule in atlas.rules}
    sides = ["rule", "of_layer", "of_key"]
    listed = atlas.findings[sides].drop_duplicates().sort_values(sides)
    # Of the parcels of a whole county there may be thousands on a list: to them the lines show the way.
    outlined = [own_id for own_id in places if not layers[own_id].spec.coverage]
    listed = listed[listed["rule"].isin(rules) & listed["of_layer"].isin(outlined)]
    names, outlines = [], []
    for rule_id, layer_id, key in listed.itertuples(index=False):
        place = places[layer_id].get(key)
        shape = None if place is None else layers[layer_id].frame.geometry.iloc[place]
        if shape is None or shape.is_empty or shapely.get_dimensions(shape) == 0:
            continue
        for metres in rules[rule_id].radii:
            names.append(f"{layer_id} {place} {metres:g}")
            outlines.append(around(shape, metres, atlas.crs, quad_segs=16))
    order = {name: number for number, name in reversed(list(enumerate(names)))}
    chosen = np.array([outlines[number] for number in order.values()], dtype=object)
    return {"names": list(order), "shapes": pack(mercator(gpd.GeoSeries(chosen, crs=atlas.crs)))}


def _county(atlas: Atlas) -> str | None:
    """Return the union of the townships, packed; None where they are not known."""
    if TOWNSHIP not in atlas.layers:
        return None
    drawn: NDArray[Any] = mercator(atlas.layers[TOWNSHIP].frame.geometry)
    polygons = drawn[shapely.get_dimensions(drawn) == 2]
    return pack(np.array([shapely.union_all(polygons)], dtype=object)) if len(polygons) else None


def _townships(atlas: Atlas) -> dict[str, Any]:
    """Return the scorecard: for each township the 亩 of each farmland class, and how many it has of each layer.

    The 亩 are those of the balance; ground outside every township is a row of its own, without a name.
    """
    counts = feature_counts(atlas)
    findings = atlas.findings.groupby(["township", "level"]).size()
    balance = atlas.balance_of(FARMLAND)
    mu: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    if balance:
        for name, own_id, area in balance.table[["township", "class", "area_mu"]].itertuples(index=False):
            if area:
                mu[name][own_id] = round(mu[name][own_id] + area, 2)
    rows = [
        {
            "name": name,
            "mu": mu.get(name, {}),
            "counts": {layer: int(n) for layer, n in counts.loc[name].items() if n} if name in counts.index else {},
            "levels": {level: int(findings.get((name, level), 0)) for level in LEVELS},
        }
        for name in township_names(atlas)
        if name
    ]
    if "" in mu:
        rows.append({"name": "", "mu": mu[""], "counts": {}, "levels": dict.fromkeys(LEVELS, 0)})
    remark = next((one.withheld for one in atlas.balances if one.layer == FARMLAND), "")
    farmland = FARMLAND if balance else None
    return {"boundaries": TOWNSHIP, "layer": farmland, "alarm": STRICT, "rows": rows, "remark": remark}
