"""Where a county is: boxes of China's counties that travel with the program (layers/county_boxes.LICENSE.md)."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from onemap.spec.catalogue import shipped

TABLE: Final = "county_boxes.csv"

Level = Literal["county", "prefecture"]


@dataclass(frozen=True)
class CountyExtent:
    """The box of a county, or of its prefecture, in degrees of CGCS2000 or WGS 84.

    It is an estimate from populated places: it tells a coordinate system that is degrees off, and is no boundary.
    """

    name: str
    box: tuple[float, float, float, float]
    """West, south, east, north."""
    level: Level
    """Whose box it is: where nothing is known of a county, its prefecture's."""
    places: int
    """The more places it is drawn around, the better it is; with less than five it is rough."""


def county_extent(code: str) -> CountyExtent | None:
    """Return where the county of a GB/T 2260 code is, or else its prefecture, or None where neither is known.

    >>> county_extent("410883").name
    '孟州市'
    >>> county_extent("410883").box
    (112.39, 34.67, 112.99, 35.11)
    >>> county_extent("410899").name, county_extent("410899").level
    ('焦作市', 'prefecture')
    >>> county_extent("990001") is None
    True
    """
    extents = _extents()
    return extents.get(code) or extents.get(f"{code[:4]}00")


@cache
def _extents() -> Mapping[str, CountyExtent]:
    with (shipped("layers") / TABLE).open(encoding="utf-8", newline="") as file:
        return {row["code"]: _extent(row) for row in csv.DictReader(file)}


def _extent(row: Mapping[str, str]) -> CountyExtent:
    box = (float(row["west"]), float(row["south"]), float(row["east"]), float(row["north"]))
    return CountyExtent(row["name"], box, "county" if row["level"] == "county" else "prefecture", int(row["places"]))
