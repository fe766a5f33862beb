"""Checks of a whole layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import geopandas as gpd

from onemap.ingest.quality.coverage import check_coverage
from onemap.ingest.quality.declared_areas import compare_areas
from onemap.ingest.quality.twins import drop_repeats, find_twins
from onemap.ingest.raw import Fault
from onemap.model import SOURCE
from onemap.spec.layer import LayerSpec
from onemap.text import tr

Check = Callable[[gpd.GeoDataFrame, LayerSpec], tuple[gpd.GeoDataFrame, list[Fault]]]

MANY_A_CLASS: Final = 5
"""A list with less than so many records for each class need not have one of each."""

FEW_BLANK: Final = 0.5
"""Where more records than this share have no name, names are not what the layer has."""


def miss_classes(frame: gpd.GeoDataFrame, spec: LayerSpec) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Report the classes of which a layer has no record: there may be none, or nobody has sent them."""
    if spec.class_field is None:
        return frame, []
    there, classes = frame[spec.class_field].dropna(), spec.fields[spec.class_field].classes
    ids = [own_id for own_id in classes if own_id not in {*there}]
    absent = [classes[own_id].label for own_id in ids]
    if not spec.every_class or not absent or len(there) < MANY_A_CLASS * len(classes):
        return frame, []
    message = tr("no record is of the class: {classes}", classes=tr(", ").join(absent))
    hint = tr("ask the bureau whether there is none")
    value, facts = tr(", ").join(absent), " ".join(ids)
    # No file of several is to blame for what none of them has.
    source = "" if SOURCE in frame and frame[SOURCE].nunique() > 1 else None
    found = Fault(
        "class_absent", message, hint, field=spec.class_field, value=value, key="", facts=facts, source=source
    )
    return frame, [found]


def name_blanks(frame: gpd.GeoDataFrame, spec: LayerSpec) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Report records without a name, where others of the layer have one; what must have one is missed already."""
    blank = frame[spec.label].isna()
    if spec.label == spec.key or spec.fields[spec.label].required or blank.mean() > FEW_BLANK:
        return frame, []
    message, hint = tr("{field} is blank", field=spec.fields[spec.label].label), tr("fill it in where there is a name")
    return frame, [Fault("blank_label", message, hint, at, spec.label) for at in frame.index[blank]]


CHECKS: Final[tuple[Check, ...]] = (
    drop_repeats, find_twins, miss_classes, name_blanks, check_coverage, compare_areas,
)  # fmt: skip
"""What is checked in each layer, in this order."""
