"""Faults into issues: where each lies in its source, cell by cell, and on the ground."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from onemap.geodesy import LONLAT
from onemap.ingest.raw import Fault
from onemap.ingest.values import read_value
from onemap.model import SOURCE, SOURCE_ROW, Issue
from onemap.spec.layer import LayerSpec

Place = dict[str, Any]


def stamp(
    faults: Iterable[Fault],
    frame: gpd.GeoDataFrame | None,
    source: str,
    spec: LayerSpec,
    letters: Mapping[str, Mapping[str, str]],
) -> list[Issue]:
    """Say of each fault where it lies: source, row, cell, key and place."""
    faults = list(faults)
    places = (
        {}
        if frame is None
        else _places(frame, [at for fault in faults for at in (fault.at, fault.other) if at is not None], spec)
    )
    issues = []
    for fault in faults:
        at: Place = {"source": source, "key": "", "row": fault.row, "cell": fault.cell, "lon": None, "lat": None}
        at |= places.get(fault.at, {}) if fault.at is not None else {}
        if fault.at is not None and (letter := letters.get(at["source"], {}).get(fault.field, "")):
            at["cell"] = f"{letter}{at['row']}"
        if fault.other is not None and (beside := places.get(fault.other)):
            at["other"] = (beside["source"], beside["row"])
        own = {"key": fault.key, "lon": fault.lon, "lat": fault.lat, "source": fault.source}
        at |= {name: value for name, value in own.items() if value is not None}
        issues.append(
            Issue(fault.kind, spec.id, message=fault.message, hint=fault.hint, action=fault.action,
                  field=fault.field, value=fault.value, severity=fault.severity, repair=fault.repair,
                  partner=fault.partner, facts=fault.facts,
                  decision=fault.decision, reference=fault.decision.issue if fault.decision else None, **at)
        )  # fmt: skip
    return issues


def _places(frame: gpd.GeoDataFrame, labels: Sequence[Any], spec: LayerSpec) -> dict[Any, Place]:
    """Return, by their labels in the frame, where rows lie in their sources and on the ground."""
    labels = list(dict.fromkeys(labels))
    if not labels:
        return {}
    rows = frame.loc[labels]
    # The middle of the box is there for every shape, valid or not.
    west, south, east, north = shapely.bounds(rows.geometry.array).T
    to_lonlat = pyproj.Transformer.from_crs(frame.crs, LONLAT, always_xy=True)
    lon, lat = to_lonlat.transform((west + east) / 2, (south + north) / 2)
    keys = [str(read_value(value, spec.fields[spec.key]).value or "") for value in rows[spec.key]]
    columns = zip(labels, rows[SOURCE], rows[SOURCE_ROW], keys, lon, lat, strict=True)
    return {
        label: {"source": source, "row": int(row), "key": key}
        | ({"lon": round(float(x), 7), "lat": round(float(y), 7)} if np.isfinite(x) and np.isfinite(y) else {})
        for label, source, row, key, x, y in columns
    }
