"""Raw rows into features: the steps that make one source fit its layer, each reporting what it found."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from onemap.ingest.outlines import check_outlines
from onemap.ingest.raw import TOTALS_WORD, Fault
from onemap.ingest.values import DTYPES, read_value
from onemap.spec.layer import FieldSpec, LayerSpec
from onemap.text import fold, tr

Step = Callable[[gpd.GeoDataFrame, LayerSpec], tuple[gpd.GeoDataFrame, list[Fault]]]

TOTALS: Final = re.compile(r".{0,12}(合计|总计|小计|共计|累计)[::]?(\(.*\))?|(sub|grand)?total[::]?")
"""What the cell says that makes its row a sum of others (compared folded): 合计, 本页小计, 化工镇合计."""
LEADING: Final = 4
"""Among so many columns from the left stands the word: after a serial number, or a township merged over its rows."""

KIND_OF_TYPE: Final = {0: "point", 1: "line", 2: "line", 3: "polygon", 4: "point", 5: "line", 6: "polygon"}
"""Kind of geometry of shapely's type ids; collections (7) are of none."""

REPAIR_BUDGET: Final = 0.05
"""A repair that changes the area by more than this share is not made."""


def totals_words(frame: pd.DataFrame) -> list[str]:
    """Return for each row of a table the cell that says that it sums up others, "" where none of the first does."""
    found = [""] * len(frame)
    for name in frame.columns[:LEADING]:
        for at, cell in enumerate(frame[name]):
            if isinstance(cell, str) and ("计" in cell or "otal" in cell.lower()) and TOTALS.fullmatch(fold(cell)):
                found[at] = found[at] or cell
    return found


def drop_totals(frame: gpd.GeoDataFrame, spec: LayerSpec) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Drop rows that sum up others: one of their first cells says so, and they have no place."""
    if TOTALS_WORD not in frame:
        return frame, []
    totals = (frame[TOTALS_WORD] != "") & shapely.is_missing(frame.geometry.array)
    message, hint = tr("a row of totals, not a record"), tr("nothing to do")
    faults = [
        Fault("totals_row", message, hint, at, value=str(frame.at[at, TOTALS_WORD]), action="dropped", key="")
        for at in frame.index[totals]
    ]
    return frame[~totals].drop(columns=TOTALS_WORD), faults


def read_values(frame: gpd.GeoDataFrame, spec: LayerSpec) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Read every value as its field's type, and miss the required ones."""
    faults: list[Fault] = []
    columns = {}
    for name, field in spec.fields.items():
        columns[name], found = _read_column(frame[name], name, field)
        faults += found
    return frame.assign(**columns), faults


def _read_column(raw: pd.Series[Any], name: str, field: FieldSpec) -> tuple[pd.Series[Any], list[Fault]]:
    # Towns, crops and classes repeat: each spelling is read once.
    codes, spellings = pd.factorize(raw, use_na_sentinel=False)
    readings = [read_value(value, field) for value in spellings]
    values = pd.Series([readings[code].value for code in codes], index=raw.index, dtype=object)
    faulty = {code for code, reading in enumerate(readings) if reading.kind}
    faults = [
        Fault(r.kind, r.message, r.hint, at, name, str(raw[at]), r.action)
        for at, code in zip(raw.index, codes, strict=True)
        if code in faulty and (r := readings[code])
    ]
    # A column that is missing or blank altogether is one fault, which the matching of columns has told.
    if field.required and raw.notna().any():
        message, hint = tr("{field} is blank", field=field.label), tr("fill it in; the record is kept")
        silent = {code for code, reading in enumerate(readings) if reading.value is None and not reading.kind}
        faults += [
            Fault("missing_value", message, hint, at, name)
            for at, code in zip(raw.index, codes, strict=True)
            if code in silent
        ]
    return values.astype(DTYPES[field.type]), faults


def blank_geometry(frame: gpd.GeoDataFrame, spec: LayerSpec) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Blank geometry that is empty or of a wrong kind, and report what has none; the records stay."""
    shapes = frame.geometry
    null, empty = shapely.is_missing(shapes.array), shapely.is_empty(shapes.array)
    kinds = pd.Series([KIND_OF_TYPE.get(int(t), "") for t in shapely.get_type_id(shapes.array)], index=frame.index)
    nowhere = ~(null | empty) & ~_is_finite(shapes)
    wrong = ~(null | empty | nowhere) & ~kinds.isin(spec.geometry).to_numpy()
    hint = tr("draw it again in the source; without it the record is in no list by place")
    faults = [
        Fault("null_geometry", tr("no geometry, or one that cannot be read"), hint, at) for at in frame.index[null]
    ]
    faults += [Fault("empty_geometry", tr("empty geometry"), hint, at, action="blanked") for at in frame.index[empty]]
    lost = tr("its coordinates lie nowhere on the map; perhaps longitude and latitude are exchanged")
    faults += [Fault("invalid_geometry", lost, hint, at, action="blanked") for at in frame.index[nowhere]]
    for at in frame.index[wrong]:
        kind = shapes[at].geom_type
        words = _kind_words()
        wanted = " / ".join(words[own] for own in spec.geometry)
        message = tr("a {kind} where the layer has {wanted}", kind=words.get(kinds[at], kind), wanted=wanted)
        faults.append(Fault("wrong_geometry", message, hint, at, value=kind, action="blanked"))
    return frame.set_geometry(shapes.where(~(empty | wrong | nowhere), None)), faults


def _is_finite(shapes: gpd.GeoSeries) -> NDArray[np.bool_]:
    """Tell which shapes have no coordinate that is infinite or no number."""
    coordinates, owners = shapely.get_coordinates(shapes.array, return_index=True)
    finite = np.ones(len(shapes), dtype=bool)
    finite[owners[~np.isfinite(coordinates).all(axis=1)]] = False
    return finite


def _kind_words() -> dict[str, str]:
    return {"point": tr("point"), "line": tr("line"), "polygon": tr("polygon"), "table": tr("table")}


def repair_geometry(frame: gpd.GeoDataFrame, spec: LayerSpec) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Make invalid shapes valid, where that keeps their kind and their area."""
    shapes = frame.geometry.copy()
    faults = []
    for at in frame.index[~shapely.is_missing(shapes.array) & ~shapely.is_valid(shapes.array)]:
        reason = _reason_words(shapely.is_valid_reason(shapes[at]).split("[")[0])
        repaired = _of_kind(shapely.make_valid(shapes[at], method="structure", keep_collapsed=False), shapes[at])
        before, after = _painted_area(shapes[at]), repaired.area
        if repaired.is_empty or abs(after - before) > REPAIR_BUDGET * max(before, after):
            message = tr("invalid geometry ({reason}); a repair would change its area too much", reason=reason)
            faults.append(
                Fault(
                    "invalid_geometry",
                    message,
                    tr("draw it again in the source"),
                    at,
                    value=reason,
                    action="blanked",
                )
            )
            shapes[at] = None
        else:
            message = tr("invalid geometry ({reason})", reason=reason)
            faults.append(
                Fault(
                    "invalid_geometry",
                    message,
                    tr("compare the repaired shape with the source"),
                    at,
                    value=reason,
                    action="repaired",
                )
            )
            shapes[at] = repaired
    return frame.set_geometry(shapes), faults


def _reason_words(reason: str) -> str:
    """Return GEOS's reason in the language spoken now; rare ones stay as GEOS says them."""
    words = {
        "Self-intersection": tr("its edges cross"),
        "Ring Self-intersection": tr("a ring touches itself"),
        "Hole lies outside shell": tr("a hole lies outside"),
        "Nested holes": tr("holes lie in one another"),
        "Nested shells": tr("parts lie in one another"),
        "Duplicate Rings": tr("a ring stands twice"),
        "Interior is disconnected": tr("its inside falls apart"),
        "Too few points in geometry component": tr("a ring has too few points"),
        "Invalid Coordinate": tr("a coordinate is no number"),
    }
    return words.get(reason, reason)


def _painted_area(shape: shapely.Geometry) -> float:
    """Return the area that a reader of the map sees filled, whatever way the rings cross."""
    return float(shapely.make_valid(shape, method="linework").area)


def _of_kind(shape: shapely.Geometry, like: shapely.Geometry) -> shapely.Geometry:
    """Return the parts of a repaired shape that are of the kind it was: a repair may leave lines behind."""
    kind = KIND_OF_TYPE.get(int(shapely.get_type_id(like)), "")
    parts = [p for p in shapely.get_parts(shape) if KIND_OF_TYPE.get(int(shapely.get_type_id(p))) == kind]
    return shapely.union_all(parts) if len(parts) != 1 else parts[0]


STEPS: Final[tuple[Step, ...]] = (drop_totals, read_values, blank_geometry, repair_geometry, check_outlines)
"""What is done with each source, in this order."""


def conform(frame: gpd.GeoDataFrame, spec: LayerSpec) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Make the rows of one source fit their layer; a frame that fits is not changed."""
    faults: list[Fault] = []
    for step in STEPS:
        frame, found = step(frame, spec)
        faults += found
    return frame, faults
