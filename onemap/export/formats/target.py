"""What every writer of a format takes and gives back: parts and a target, and what was written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import pandas as pd
import shapely

from onemap.export.parts import Part
from onemap.model import level_title
from onemap.spec.rule import Rule
from onemap.text import tr


class Standing(NamedTuple):
    """That a feature stands on a list, in the language spoken now."""

    rule: str
    level: str
    reason: str
    """With its basis."""


Standings = Mapping[tuple[str, str, str], Sequence[Standing]]
"""The lists on which a feature stands, by its layer, key and label."""


@dataclass(frozen=True)
class Target:
    """Where parts are written to, and what is said beside them."""

    path: Path
    """The file, or the folder of a format that has a file for each part; not there yet."""
    crs: str
    """That of the parts, as in "EPSG:4547"."""
    day: date
    """The date that it carries, whenever it is written."""
    title: str
    standings: Standings = field(default_factory=dict)


@dataclass(frozen=True)
class Written:
    """The files of a product, and what its format could not hold as it is."""

    paths: tuple[Path, ...]
    told: tuple[str, ...] = ()
    """Sentences in the language spoken when it was written."""


def standings_of(findings: pd.DataFrame, rules: Mapping[str, Rule]) -> dict[tuple[str, str, str], list[Standing]]:
    """Return the lists on which features stand, gravest records as the lists have them.

    Parameters
    ----------
    findings
        With the columns of findings; rules and levels by their ids.
    """
    found: dict[tuple[str, str, str], list[Standing]] = {}
    names = ("of_layer", "of_key", "of_label", "rule", "level", "reason")
    columns = (findings[name].astype("string").fillna("") for name in names)
    for layer, key, label, rule, level, reason in zip(*columns, strict=True):
        name = rules[rule].name if rule in rules else rule
        found.setdefault((layer, key, label), []).append(Standing(name, level_title(level), reason))
    return found


def placed(part: Part, crs: str) -> gpd.GeoSeries:
    """Return the shapes of a part in degrees or another CRS."""
    shapes: gpd.GeoSeries = part.frame.geometry
    return shapes if shapes.isna().all() else shapes.to_crs(crs)


def without_place(parts: Sequence[Part]) -> tuple[str, ...]:
    """Return a sentence on the records that a format without null shapes leaves out, where there are any."""
    counts: dict[str, int] = {}
    for part in parts:
        count = len(part.frame) if part.kind == "table" else int(shapely.is_missing(part.frame.geometry.array).sum())
        if count:
            counts[part.title] = counts.get(part.title, 0) + count
    told = tr(", ").join(f"{title} {count}" for title, count in counts.items())
    return (tr("records without a place were left out: {told}", told=told),) if counts else ()
