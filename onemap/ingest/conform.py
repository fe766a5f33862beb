"""Raw rows into features: the steps that make one source fit its layer, each reporting what it found."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from onemap.dates import is_day_number
from onemap.geodesy import lonlat_of
from onemap.ingest.quality.outlines import check_outlines
from onemap.ingest.raw import AS_WRITTEN, TOTALS_WORD, Fault, written
from onemap.ingest.values import DTYPES, Reading, read_value
from onemap.model import Action, Repair
from onemap.spec.layer import FieldSpec, LayerSpec
from onemap.text import fold, tr

Step = Callable[[gpd.GeoDataFrame, LayerSpec], tuple[gpd.GeoDataFrame, list[Fault]]]

TOTALS: Final = re.compile(r".{0,12}(合计|总计|小计|共计|累计)[::]?(\(.*\))?|(sub|grand)?total[::]?")
"""What the cell says that makes its row a sum of others (compared folded): 合计, 本页小计, 化工镇合计."""
LEADING: Final = 4
"""Among so many columns from the left stands the word: after a serial number, or a township merged over its rows."""

KIND_OF_TYPE: Final = {0: "point", 1: "line", 2: "line", 3: "polygon", 4: "point", 5: "line", 6: "polygon"}
"""Kind of geometry of shapely's type ids; collections (7) are of none."""

COLLECTION: Final = 7
_PLACE: Final = re.compile(r"\[(?P<x>[-\d.e+]+) (?P<y>[-\d.e+]+)")

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
    columns = {}
    for name, field in spec.fields.items():
        told = AS_WRITTEN.format(name)
        columns[name], found = _read_column(frame[name], frame[told if told in frame else name], name, field)
        faults += found
    return frame.assign(**columns), faults


def _read_column(
    raw: pd.Series[Any], told: pd.Series[Any], name: str, field: FieldSpec
) -> tuple[pd.Series[Any], list[Fault]]:
    # Towns, crops and classes repeat: each spelling is read once.
    codes, spellings = pd.factorize(raw, use_na_sentinel=False)
    readings = [read_value(value, field) for value in spellings]
    values = pd.Series([readings[code].value for code in codes], index=raw.index, dtype=object)
    faulty = {code for code, reading in enumerate(readings) if reading.kind}
    faults = [
        Fault(r.kind, r.message, r.hint, at, name, written(told[at]), r.action, repair=_repair(told[at], r))
        for at, code in zip(raw.index, codes, strict=True)
        if code in faulty and (r := readings[code])
    ]
    if field.type == "date":
        faults += _day_numbers(raw, values, name)
    # A column that is missing or blank altogether is one fault, which the matching of columns has told.
    if field.required and raw.notna().any():
        message, hint = tr("{field} is blank", field=field.label), tr("fill it in; the record is kept")
        silent = {code for code, reading in enumerate(readings) if reading.value is None and not reading.kind}
        faults += [
            Fault("missing_value", message, hint, at, name, "" if pd.isna(told[at]) else written(told[at]))
            for at, code in zip(raw.index, codes, strict=True)
            if code in silent
        ]
    return values.astype(DTYPES[field.type]), faults


def _repair(raw: Any, reading: Reading) -> Repair | None:
    return Repair(str(raw), str(reading.value)) if reading.action == "repaired" else None


def _day_numbers(raw: pd.Series[Any], values: pd.Series[Any], name: str) -> list[Fault]:
    """Tell once of the dates of a column that are Excel's numbers of days: they were read, but nobody sees a date."""
    numbers = [at for at, value in zip(raw.index, raw, strict=True) if is_day_number(value)]
    if not numbers:
        return []
    first = numbers[0]
    message = tr(
        "{count} dates stand as Excel's day numbers; {value} was read as {date}",
        count=len(numbers), value=written(raw[first]), date=values[first].date().isoformat(),
    )  # fmt: skip
    hint = tr("format the column as dates")
    return [Fault("wrong_type", message, hint, first, name, written(raw[first]), "repaired", "info")]


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
        gone_wrong = _Invalid.of(shapes[at], shapes.crs)
        repaired = _of_kind(shapely.make_valid(shapes[at], method="structure", keep_collapsed=False), shapes[at])
        before, after = _painted_area(shapes[at]), repaired.area
        if repaired.is_empty or abs(after - before) > REPAIR_BUDGET * max(before, after):
            message = tr(
                "invalid geometry ({reason}); a repair would change its area too much", reason=gone_wrong.reason
            )
            faults.append(gone_wrong.fault(at, message, tr("draw it again in the source"), "blanked"))
            shapes[at] = None
        else:
            message = tr("invalid geometry ({reason})", reason=gone_wrong.reason)
            if round(after - before, 2):
                message = tr(
                    "invalid geometry ({reason}); the repair changed its area from {before:.2f} to {after:.2f} m²",
                    reason=gone_wrong.reason, before=before, after=after,
                )  # fmt: skip
            hint = tr("compare the repaired shape with the source")
            told = gone_wrong.fault(at, message, hint, "repaired")
            areas = Repair(f"{before:.2f} m²", f"{after:.2f} m²", after / before - 1)
            faults.append(replace(told, repair=areas))
            shapes[at] = repaired
    return frame.set_geometry(shapes), faults


@dataclass(frozen=True)
class _Invalid:
    """Why a shape is invalid, and where, in degrees."""

    reason: str
    lon: float | None
    lat: float | None

    @classmethod
    def of(cls, shape: shapely.Geometry, crs: Any) -> _Invalid:
        said = shapely.is_valid_reason(shape)
        place = _PLACE.search(said)
        if place is None:
            return cls(_reason_words(said.split("[")[0]), None, None)
        lon, lat = lonlat_of(np.array([[float(place["x"]), float(place["y"])]]), crs)
        return cls(_reason_words(said.split("[")[0]), round(float(lon[0]), 7), round(float(lat[0]), 7))

    def fault(self, at: Any, message: str, hint: str, action: Action) -> Fault:
        return Fault("invalid_geometry", message, hint, at, "", self.reason, action, lon=self.lon, lat=self.lat)


def _reason_words(reason: str) -> str:
    """Return GEOS's reason in the language spoken now; rare ones stay as GEOS says them."""
    words = {
        "Self-intersection": tr("its edges cross"),
        "Ring Self-intersection": tr("a ring touches itself"),
        "Hole lies outside shell": tr("a hole lies outside"),
        "Holes are nested": tr("holes lie in one another"),
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


STEPS: Final[tuple[Step, ...]] = (
    drop_totals, read_values, part_mixtures, blank_geometry, repair_geometry, check_outlines,
)  # fmt: skip
"""What is done with each source, in this order."""


def conform(frame: gpd.GeoDataFrame, spec: LayerSpec) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Make the rows of one source fit their layer; a frame that fits is not changed."""
    faults: list[Fault] = []
    for step in STEPS:
        frame, found = step(frame, spec)
        faults += found
    return frame, faults
