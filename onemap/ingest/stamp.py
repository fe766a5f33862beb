"""Faults into issues: where each lies in its source, cell by cell, and on the ground."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import geopandas as gpd
import pyproj

from onemap.geodesy import LONLAT
from onemap.ingest.raw import Fault
from onemap.ingest.values import read_value
from onemap.model import SOURCE, SOURCE_ROW, Issue
from onemap.spec.layer import LayerSpec


def stamp(
    faults: Iterable[Fault],
    frame: gpd.GeoDataFrame | None,
    source: str,
    spec: LayerSpec,
    letters: Mapping[str, Mapping[str, str]],
) -> list[Issue]:
    """Say of each fault where it lies: source, row, cell, key and place."""
    issues = []
    to_lonlat = pyproj.Transformer.from_crs(LONLAT if frame is None else frame.crs, LONLAT, always_xy=True)
    for fault in faults:
        at: dict[str, Any] = {"source": source, "key": fault.key or "", "lon": fault.lon, "lat": fault.lat}
        at |= {"row": fault.row, "cell": fault.cell}
        if fault.at is not None and frame is not None:
            row = frame.loc[fault.at]
            number = int(row[SOURCE_ROW])
            letter = letters.get(row[SOURCE], {}).get(fault.field, "")
            at |= {"source": row[SOURCE], "row": number, "cell": f"{letter}{number}" if letter else ""}
            at |= _place(row["geometry"], to_lonlat)
            if fault.key is None:
                at["key"] = str(read_value(row[spec.key], spec.fields[spec.key]).value or "")
        issues.append(
            Issue(fault.kind, spec.id, message=fault.message, hint=fault.hint, action=fault.action,
                  field=fault.field, value=fault.value, severity=fault.severity, **at)
        )  # fmt: skip
    return issues


def _place(shape: Any, to_lonlat: pyproj.Transformer) -> dict[str, float | None]:
    if shape is None or shape.is_empty:
        return {}
    # The middle of the box is there for every shape, valid or not.
    west, south, east, north = shape.bounds
    x, y = to_lonlat.transform((west + east) / 2, (south + north) / 2)
    return {"lon": round(x, 7), "lat": round(y, 7)}
