"""The overview numbers: at most four, of what the county has."""

from __future__ import annotations

from typing import Any, Final

from onemap.export.webmap.texts import card_titles
from onemap.model import Atlas
from onemap.spec.rule import LEVELS

MOST: Final = 4
SOURCES: Final = "cadmium_enterprise"
FARMLAND: Final = "cultivated_land"
STRICT: Final = "strict_control"
OTHERS: Final = (
    "priority_plot",
    "key_unit",
    "groundwater_point",
    "drinking_water_source",
    "village",
    "sensitive_receptor",
)
"""Layers whose features are counted where a county lacks what comes first."""


def cards(atlas: Atlas) -> list[dict[str, Any]]:
    """Return the overview numbers; one with a level leads to its records in the lists."""
    found = [*_usual(atlas), *_records(atlas, LEVELS[-1])]
    found += [_count(atlas, own_id, atlas.layers[own_id].spec.name) for own_id in OTHERS if _has(atlas, own_id)]
    return found[:MOST]


def _usual(atlas: Atlas) -> list[dict[str, Any]]:
    titles, found = card_titles(), []
    if _has(atlas, SOURCES):
        found.append(_count(atlas, SOURCES, titles["enterprises"]))
    # None at the highest level is news as well.
    found += _records(atlas, LEVELS[0], even_none=True)
    if balance := atlas.balance_of(FARMLAND):
        strict_mu = float(balance.by_class["area_mu"].get(STRICT, 0.0))
        found.append({"title": titles["strict"], "value": round(strict_mu), "alarm": True})
    if _has(atlas, FARMLAND):
        found.append(_count(atlas, FARMLAND, titles["parcels"]))
    return found


def _has(atlas: Atlas, own_id: str) -> bool:
    return own_id in atlas.layers and atlas.layers[own_id].count > 0


def _count(atlas: Atlas, own_id: str, title: str) -> dict[str, Any]:
    return {"title": title, "value": atlas.layers[own_id].count}


def _records(atlas: Atlas, level: str, even_none: bool = False) -> list[dict[str, Any]]:
    count = int((atlas.findings["level"] == level).sum())
    if not atlas.rules or not (count or even_none):
        return []
    return [{"title": card_titles()[level], "value": count, "alarm": level == LEVELS[0], "level": level}]
