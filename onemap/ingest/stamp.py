"""Faults into issues: where each lies in its source, cell by cell, and on the ground."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import geopandas as gpd
import pandas as pd
import pyproj

from onemap.geodesy import LONLAT
from onemap.ingest.raw import Fault
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
    for fault in faults:
        at: dict[str, Any] = {"source": source, "key": fault.key or "", "lon": fault.lon, "lat": fault.lat}
        if fault.at is not None and frame is not None:
            row = frame.loc[fault.at]
            number = int(row[SOURCE_ROW])
            letter = letters.get(row[SOURCE], {}).get(fault.field, "")
            at |= {"source": row[SOURCE], "row": number, "cell": f"{letter}{number}" if letter else ""}
            at |= _place(row["geometry"], frame.crs)
            if fault.key is None:
                at["key"] = _key(row[spec.key])
        issues.append(
            Issue(fault.kind, spec.id, message=fault.message, hint=fault.hint, action=fault.action,
                  field=fault.field, value=fault.value, severity=fault.severity, **at)
        )  # fmt: skip
    return issues


def _key(key: Any) -> str:
    if key is None or pd.isna(key):
        return ""
    return str(int(key)) if isinstance(key, float) and key.is_integer() else str(key).strip()


def _place(shape: Any, crs: Any) -> dict[str, float | None]:
    if shape is None or shape.is_empty:
        return {}
    to_lonlat = pyproj.Transformer.from_crs(crs, LONLAT, always_xy=True)
    # The middle of the box is there for every shape, valid or not.
    west, south, east, north = shape.bounds
    x, y = to_lonlat.transform((west + east) / 2, (south + north) / 2)
    return {"lon": round(x, 7), "lat": round(y, 7)}
