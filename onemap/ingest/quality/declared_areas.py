"""Declared areas against the measured ones: zeros, other units, and what differs in earnest."""

from __future__ import annotations

from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from onemap.geodesy import MU_M2, SQUARE_METRES, area_m2, unit_title
from onemap.ingest.numbers import parse_quantity
from onemap.ingest.raw import AS_WRITTEN, Fault, written
from onemap.model import SOURCE, SOURCE_ROW
from onemap.spec.layer import LayerSpec
from onemap.text import tr

AREA_TOLERANCE: Final = 0.05
"""A declared area may differ from the measured one by this share."""

MANY_AREAS: Final = 5
"""Where so many areas of a source fit in one other unit, that is no accident: it is one fault of its column."""
NEARLY_ALL: Final = 0.8
"""With less than this share of its areas it is told which rows they are."""
MOST_ROWS: Final = 20
"""So many rows are named, of more only how many there are."""


def compare_areas(frame: gpd.GeoDataFrame, spec: LayerSpec) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Report declared areas that differ from the measured ones."""
    told = AS_WRITTEN.format(spec.area_field)
    if spec.area_field is None or told not in frame:
        return frame, []
    declared = frame[spec.area_field].astype(float)
    measured = area_m2(frame.geometry)
    far = (np.abs(declared - measured) > AREA_TOLERANCE * measured) & (measured > 0) & declared.notna()
    zero = far & (declared == 0)
    faults, explained = _other_units(frame, spec, measured, far & ~zero)
    for at in frame.index[far & ~zero].difference(explained):
        message = tr(
            "declared {declared:.2f} mu, measured {measured:.2f} mu ({share:+.1%})",
            declared=declared[at] / MU_M2,
            measured=measured[at] / MU_M2,
            share=declared[at] / measured[at] - 1,
        )
        hint = tr("check the unit of the area, and whether the boundary was changed")
        faults.append(Fault("area_mismatch", message, hint, at, spec.area_field, written(frame.at[at, told])))
    return frame, [*_zeros(frame, spec.area_field, zero), *faults]


def _zeros(frame: gpd.GeoDataFrame, field: str, zero: pd.Series[Any]) -> list[Fault]:
    """Tell once in each source of areas that are 0: nobody has filled them in."""
    hint = tr("fill in the areas, or leave the cells empty")
    faults = []
    for source, own in frame[zero].groupby(SOURCE, sort=False):
        message = tr("{count} declared areas are 0: not filled in", count=len(own))
        at, key = (own.index[0], None) if len(own) == 1 else (None, "")
        faults.append(
            Fault("area_mismatch", message, hint, at, field, "0", severity="info", key=key, source=str(source))
        )
    return faults


def _other_units(
    frame: gpd.GeoDataFrame, spec: LayerSpec, measured: pd.Series[Any], far: pd.Series[Any]
) -> tuple[list[Fault], pd.Index[Any]]:
    """Report sources many of whose areas fit the ground in one other unit, and the rows that this explains."""
    faults, explained = [], frame.index[:0]
    told = AS_WRITTEN.format(spec.area_field)
    for source, own in frame[told][far].groupby(frame[SOURCE]):
        read = own.map(parse_quantity)
        bare = read[[quantity is not None and quantity[1] is None for quantity in read]]
        numbers = bare.map(lambda quantity: quantity[0]).astype(float)
        everything = int((frame[SOURCE].eq(source) & frame[told].notna() & (measured > 0)).sum())
        for unit, factor in SQUARE_METRES.items():
            ground = measured[numbers.index]
            fit = numbers.index[np.abs(numbers * factor - ground) <= AREA_TOLERANCE * ground]
            if len(fit) < MANY_AREAS:
                continue
            message = tr(
                "{count} of {all} declared areas are {unit}, by what is measured, and were read in another unit",
                count=len(fit), all=everything, unit=unit_title(unit),
            )  # fmt: skip
            hint = tr("write the unit behind the column's name, such as 面积(亩)")
            if len(fit) < NEARLY_ALL * everything:
                rows = [*map(str, frame.loc[fit, SOURCE_ROW])]
                shown = tr(", ").join(rows[:MOST_ROWS]) + ("…" if len(rows) > MOST_ROWS else "")
                hint = tr("write all areas of the column in one unit; these are rows {rows}", rows=shown)
            faults.append(
                Fault("area_mismatch", message, hint, field=spec.area_field or "", source=str(source), key="")
            )
            explained = explained.union(fit)
    return faults, explained
