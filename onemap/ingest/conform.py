"""Raw rows into features: the steps that make one source fit its layer, each reporting what it found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from onemap.geodesy import lonlat_of
from onemap.ingest.habits import Cell, repair_of, tell_habits
from onemap.ingest.quality.outlines import check_outlines
from onemap.ingest.raw import AS_WRITTEN, TOTALS_WORD, Fault, written
from onemap.ingest.repairs import KIND_OF_TYPE, repair_geometry
from onemap.ingest.undetected import list_undetected
from onemap.ingest.values import DTYPES, read_value
from onemap.model import SOURCE_ROW, Repair
from onemap.progress import doing
from onemap.spec.layer import FieldSpec, LayerSpec
from onemap.text import tr

Step = Callable[[gpd.GeoDataFrame, LayerSpec], tuple[gpd.GeoDataFrame, list[Fault]]]


COLLECTION: Final = 7


def drop_totals(frame: gpd.GeoDataFrame, spec: LayerSpec) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Drop rows that sum up others: one of their first cells says so, and they have no place."""
    if TOTALS_WORD not in frame:
        return frame, []
    missing = shapely.is_missing(frame.geometry.array)
    rows = zip(frame[TOTALS_WORD], frame[spec.key], frame[spec.label], missing, strict=True)
    # What has a key and a name beside that word is a record, of which it says something.
    totals = np.array(
        [
            bool(word) and nowhere and any(pd.isna(own) or str(own) == word for own in (key, label))
            for word, key, label, nowhere in rows
        ],
        dtype=bool,
    )
    message, hint = tr("a row of totals, not a record"), tr("nothing to do")
    faults = [
        Fault("totals_row", message, hint, at, value=str(frame.at[at, TOTALS_WORD]), action="dropped", key="")
        for at in frame.index[totals]
    ]
    return frame[~totals].drop(columns=TOTALS_WORD), faults


def read_values(frame: gpd.GeoDataFrame, spec: LayerSpec) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Read every value as its field's type, and miss the required ones."""
    faults: list[Fault] = []
    columns, undetected = {}, {}
    rows = dict(zip(frame.index, frame[SOURCE_ROW], strict=True)) if SOURCE_ROW in frame else {}
    for name, field in spec.fields.items():
        told = AS_WRITTEN.format(name)
        read = _read_column(frame[name], frame[told if told in frame else name], name, field)
        columns[name], undetected[name] = read.values, read.undetected
        faults += [*read.faults, *tell_habits(read.habits, name, rows)]
    listed = spec.undetected_field
    if listed is not None:
        columns[listed] = list_undetected(columns[listed], undetected, spec)
    return frame.assign(**columns), faults


class _Column(NamedTuple):
    """The values of a column, what is wrong with them, and the cells that are written in a way of their own."""

    values: pd.Series[Any]
    faults: list[Fault]
    habits: list[Cell]
    undetected: NDArray[np.bool_]


def _read_column(raw: pd.Series[Any], told: pd.Series[Any], name: str, field: FieldSpec) -> _Column:
    # Towns, crops and classes repeat: each spelling is read once.
    codes, spellings = pd.factorize(raw, use_na_sentinel=False)
    readings = [read_value(value, field) for value in spellings]
    values = pd.Series([readings[code].value for code in codes], index=raw.index, dtype=object)
    faulty = {code for code, reading in enumerate(readings) if reading.kind}
    cells = [(at, told[at], readings[code]) for at, code in zip(raw.index, codes, strict=True) if code in faulty]
    faults = [
        Fault(r.kind, r.message, r.hint, at, name, written(cell), r.action, r.severity, repair=repair_of(cell, r))
        for at, cell, r in cells
        if not r.habit
    ]
    # A column that is missing or blank altogether is one fault, which the matching of columns has told.
    if field.required and raw.notna().any():
        message, hint = tr("{field} is blank", field=field.label), tr("fill it in; the record is kept")
        silent = {
            code
            for code, reading in enumerate(readings)
            if reading.value is None and not (reading.kind or reading.undetected)
        }
        faults += [
            Fault("missing_value", message, hint, at, name, "" if pd.isna(told[at]) else written(told[at]))
            for at, code in zip(raw.index, codes, strict=True)
            if code in silent
        ]
    below = np.array([reading.undetected for reading in readings], dtype=bool)[codes]
    return _Column(values.astype(DTYPES[field.type]), faults, [cell for cell in cells if cell[2].habit], below)


def part_mixtures(frame: gpd.GeoDataFrame, spec: LayerSpec) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Keep of collections the parts that are of a kind of the layer, where all of these are of one kind."""
    shapes = frame.geometry.copy()
    faults = []
    for at in frame.index[shapely.get_type_id(shapes.array) == COLLECTION]:
        parts = _flat_parts(shapes[at])
        kinds = {KIND_OF_TYPE.get(int(kind), "") for kind in shapely.get_type_id(parts)}
        wanted = kinds & set(spec.geometry)
        if len(wanted) != 1:
            continue
        (kind,) = wanted
        own = [part for part in parts if KIND_OF_TYPE.get(int(shapely.get_type_id(part))) == kind]
        shapes[at] = own[0] if len(own) == 1 else _multi(own)
        if kinds != wanted:
            words = _kind_words()
            message = tr(
                "one record has {kinds}; only the {kind} was kept",
                kinds=" / ".join(words.get(one, one) for one in sorted(kinds)), kind=words[kind],
            )  # fmt: skip
            told = Repair(" + ".join(words.get(one, one) for one in sorted(kinds)), words[kind])
            hint = tr("separate them in the source")
            faults.append(Fault("mixed_geometry", message, hint, at, action="repaired", repair=told))
    return frame.set_geometry(shapes), faults


def _flat_parts(shape: shapely.Geometry) -> list[shapely.Geometry]:
    """Return the points, lines and areas of a collection, whose parts may be collections and multiparts themselves."""
    if shapely.get_type_id(shape) not in (4, 5, 6, COLLECTION):
        return [shape]
    return [inner for part in shapely.get_parts(shape) for inner in _flat_parts(part)]


def _multi(parts: list[shapely.Geometry]) -> shapely.Geometry:
    make = {0: shapely.multipoints, 1: shapely.multilinestrings, 3: shapely.multipolygons}
    return make[int(shapely.get_type_id(parts[0]))](parts)


def blank_geometry(frame: gpd.GeoDataFrame, spec: LayerSpec) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Blank geometry that is empty or of a wrong kind, and report what has none; the records stay."""
    shapes = frame.geometry
    null, empty = shapely.is_missing(shapes.array), shapely.is_empty(shapes.array)
    kinds = pd.Series([KIND_OF_TYPE.get(int(t), "") for t in shapely.get_type_id(shapes.array)], index=frame.index)
    nowhere = ~(null | empty) & ~_lies_somewhere(shapes)
    wrong = ~(null | empty | nowhere) & ~kinds.isin(spec.geometry).to_numpy()
    hint = tr("draw it again in the source; without it the record is in no list by place")
    # Formats for maps write a table with null shapes.
    lacking = frame.index[null] if spec.geometry != ("table",) else ()
    faults = [Fault("null_geometry", tr("no geometry, or one that cannot be read"), hint, at) for at in lacking]
    faults += [Fault("empty_geometry", tr("empty geometry"), hint, at, action="blanked") for at in frame.index[empty]]
    lost = tr("its coordinates lie nowhere on the map; perhaps longitude and latitude are exchanged")
    faults += [Fault("invalid_geometry", lost, hint, at, action="blanked") for at in frame.index[nowhere]]
    for at in frame.index[wrong]:
        kind = shapes[at].geom_type
        words = _kind_words()
        wanted = " / ".join(words[own] for own in spec.geometry if own != "table")
        message = tr("a {kind} where the layer has {wanted}", kind=words.get(kinds[at], kind), wanted=wanted)
        faults.append(Fault("wrong_geometry", message, hint, at, value=kind, action="blanked"))
    return frame.set_geometry(shapes.where(~(empty | wrong | nowhere), None)), faults


def _lies_somewhere(shapes: gpd.GeoSeries) -> NDArray[np.bool_]:
    """Tell which shapes have every coordinate on the map: a number, and in the plane not off the earth."""
    coordinates, owners = shapely.get_coordinates(shapes.array, return_index=True)
    there = np.isfinite(coordinates).all(axis=1)
    # Where the corners of all lie on the earth, all between them does.
    corners = [coordinates[there].min(axis=0), coordinates[there].max(axis=0)] if there.any() else []
    if len(corners) and not np.isfinite(lonlat_of(np.array(corners), shapes.crs)).all():
        there[there] = np.isfinite(lonlat_of(coordinates[there], shapes.crs)).all(axis=0)
    found = np.ones(len(shapes), dtype=bool)
    found[owners[~there]] = False
    return found


def _kind_words() -> dict[str, str]:
    return {"point": tr("point"), "line": tr("line"), "polygon": tr("polygon"), "table": tr("table")}


STEPS: Final[tuple[Step, ...]] = (
    drop_totals, read_values, part_mixtures, blank_geometry, repair_geometry, check_outlines,
)  # fmt: skip
"""What is done with each source, in this order."""


def conform(frame: gpd.GeoDataFrame, spec: LayerSpec) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Make the rows of one source fit their layer; a frame that fits is not changed."""
    faults: list[Fault] = []
    for step in STEPS:
        with doing():
            frame, found = step(frame, spec)
        faults += found
    return frame, faults
