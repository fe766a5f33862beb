"""Points from the coordinate columns of a table."""

from __future__ import annotations

from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from onemap.ingest.columns import X_WORDS, Y_WORDS, find_column
from onemap.ingest.numbers import parse_angle
from onemap.ingest.offsets import gcj02_from_bd09, wgs84_from_gcj02
from onemap.ingest.raw import Fault, Raw
from onemap.spec.project import SourceSpec
from onemap.text import fold, tr

CHINA: Final = (73.0, 3.0, 136.0, 54.0)
"""West, south, east, north in degrees: no Chinese latitude is a Chinese longitude."""


def locate(raw: Raw, source: SourceSpec) -> tuple[gpd.GeoSeries | None, dict[str, str], list[Fault]]:
    """Make points of the coordinate columns.

    Returns
    -------
    points, columns, faults
        The points in the numbers of the table (GCJ-02 and BD-09 are converted to WGS 84), or None
        where the table has no coordinate columns; the raw columns of "x" and "y"; and the rows whose
        coordinates are missing, unreadable or exchanged.
    """
    x_name = find_column([source.x] if source.x else X_WORDS, raw.frame.columns)
    y_name = find_column([source.y] if source.y else Y_WORDS, raw.frame.columns)
    if x_name is None or y_name is None:
        return None, {}, []
    x = _angles(raw.frame[x_name])
    y = _angles(raw.frame[y_name])
    faults = [_missing(raw.frame, at, (x_name, y_name)) for at in raw.frame.index[np.isnan(x) | np.isnan(y)]]
    swapped = _in_china(y, x)
    for at in raw.frame.index[swapped]:
        message = tr(
            "longitude and latitude are exchanged: {x}, {y}",
            x=raw.frame.at[at, x_name],
            y=raw.frame.at[at, y_name],
        )
        hint = tr("exchange them in the table; they were exchanged for this build")
        value = str(raw.frame.at[at, x_name])
        faults.append(Fault("axes_swapped", message, hint, at, "x", value, "repaired"))
    x, y = np.where(swapped, y, x), np.where(swapped, x, y)
    if source.coord_type == "bd09":
        x, y = gcj02_from_bd09(x, y)
    if source.coord_type in ("gcj02", "bd09"):
        x, y = wgs84_from_gcj02(x, y)
    points = gpd.GeoSeries(gpd.points_from_xy(x, y), index=raw.frame.index)
    return points.where(~(np.isnan(x) | np.isnan(y)), None), {"x": x_name, "y": y_name}, faults


def _angles(column: pd.Series[Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([np.nan if (v := parse_angle(value)) is None else v for value in column], dtype=float)


def _in_china(x: Any, y: Any) -> Any:
    west, south, east, north = CHINA
    return (x >= west) & (x <= east) & (y >= south) & (y <= north)


def _missing(frame: pd.DataFrame, at: Any, names: tuple[str, str]) -> Fault:
    written = [frame.at[at, name] for name in names]
    texts = ["" if value is None else str(value).strip() for value in written]
    hint = tr("ask for the coordinates; without them the record is in no list by place")
    if not any(fold(text) for text in texts):
        return Fault("null_geometry", tr("no coordinates"), hint, at, "x", "")
    message = tr("coordinates that cannot be read: {texts}", texts=", ".join(texts))
    return Fault("wrong_type", message, hint, at, "x", ", ".join(texts), "blanked")
