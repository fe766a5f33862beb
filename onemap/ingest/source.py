"""One source on its way in: read, its columns matched, its coordinates proved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onemap.decision import AXES, Ruling
from onemap.geodesy import LONLAT
from onemap.ingest.columns import match_columns, take_fields, tell_cut_names, tell_near_misses, words_of
from onemap.ingest.corrections import Target, correct, tell_corrections
from onemap.ingest.digests import digest_of
from onemap.ingest.examples import set_examples_aside
from onemap.ingest.files import Part
from onemap.ingest.placement.candidates import Extent
from onemap.ingest.placement.coordinates import coordinate_columns, locate
from onemap.ingest.placement.crs import Proof, prove, settle
from onemap.ingest.placement.offsets import OFFSET_SYSTEMS, undo
from onemap.ingest.raw import AS_WRITTEN, TOTALS_WORD, Fault, Raw, UnreadableError, keep_rows
from onemap.ingest.readers.tables_in_databases import content_digest
from onemap.ingest.records import Records
from onemap.ingest.totals import totals_words
from onemap.model import SOURCE, SOURCE_ROW, CrsRecord, EncodingRecord, SourceRecord
from onemap.spec.layer import LayerSpec
from onemap.spec.project import SourceSpec
from onemap.text import fold, tr


@dataclass(frozen=True)
class Placement:
    """Where the rows of a source lie: their shapes, proved, and the raw columns that "x" and "y" came from."""

    shapes: gpd.GeoSeries | None = None
    proof: Proof | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Summary:
    """What is known of a source without its rows."""

    layer: LayerSpec
    part: Part
    digest: str
    """SHA-256 of what was sent."""
    read: int
    """How many rows it has, before the project's filter, those included that were told to be no records."""
    letters: Mapping[str, str]
    """The Excel letter of each field, and of "x" and "y", where it is a sheet."""
    encoding: EncodingRecord
    crs: CrsRecord
    placed: bool
    """Whether its coordinate system was accepted."""
    anchored: bool
    """Whether it is likely of no web map: in metres, or the project states its coord_type."""
    rulings: tuple[Ruling, ...]
    """What became of the corrections of its records."""
    opened: bool
    """Whether it could be read."""

    @property
    def name(self) -> str:
        """How issues and features call it."""
        return self.part.name

    def record(self, kept: int) -> SourceRecord:
        """Return what the manifest says of it, `kept` of its rows having come into the layer."""
        spec = self.part.spec
        return SourceRecord(
            layer=self.layer.id,
            path=self.name,
            sha256=self.digest,
            rows=self.read,
            kept=kept,
            dropped=self.read - kept,
            encoding=self.encoding,
            crs=self.crs,
            as_of=spec.as_of.isoformat() if spec.as_of else "",
            provided_by=spec.provided_by,
        )


@dataclass(frozen=True)
class Source:
    """A source that was read: its rows with the layer's fields, still raw, and its shapes, proved."""

    layer: LayerSpec
    part: Part
    faults: tuple[Fault, ...]
    raw: Raw | None = None
    read: int = 0
    """How many rows it has, before the project's filter, those included that were told to be no records."""
    digest: str = ""
    """SHA-256 of what was sent."""
    fields: pd.DataFrame | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    """The raw column of each field that has one, and of "x" and "y"."""
    shapes: gpd.GeoSeries | None = None
    proof: Proof | None = None
    written: Records | None = None
    """Its rows as they were written, without corrections."""
    rulings: tuple[Ruling, ...] = ()
    """What became of the corrections of its records."""

    @property
    def name(self) -> str:
        """How issues and features call it."""
        return self.part.name

    @property
    def letters(self) -> Mapping[str, str]:
        """The Excel letter of each field, and of "x" and "y", where the source is a sheet."""
        known = self.raw.letters if self.raw else {}
        return {name: known[column] for name, column in self.columns.items() if column in known}

    @property
    def placed(self) -> bool:
        """Whether its coordinate system was accepted."""
        return self.proof is not None and self.proof.crs is not None

    def features(self, crs: str) -> gpd.GeoDataFrame | None:
        """Return its rows as raw features in `crs`, or None where there are none."""
        if self.fields is None or self.raw is None or self.fields.empty:
            return None
        frame = self.fields.copy()
        frame[SOURCE], frame[SOURCE_ROW] = self.name, self.raw.rows
        if self.raw.geometry is None:
            frame[TOTALS_WORD] = totals_words(self.raw.frame)
        for name, spec in self.layer.fields.items():
            if spec.has_unit and name in self.columns:
                frame[AS_WRITTEN.format(name)] = self.raw.frame[self.columns[name]]
        nowhere = gpd.GeoSeries([None] * len(frame), index=frame.index, crs=crs)
        shapes = nowhere if self.shapes is None or not self.placed else self.shapes.to_crs(crs)
        return gpd.GeoDataFrame(frame, geometry=shapes.rename("geometry"))

    @property
    def summary(self) -> Summary:
        """What is known of it without its rows."""
        metric = self.proof is not None and self.proof.crs is not None and self.proof.crs.is_projected
        return Summary(
            layer=self.layer,
            part=self.part,
            digest=self.digest,
            read=self.read,
            letters=self.letters,
            encoding=self.raw.encoding if self.raw else EncodingRecord("", tr("not read")),
            crs=self.proof.record if self.proof else self._unplaced_record(),
            placed=self.placed,
            anchored=metric or self.part.spec.coord_type is not None,
            rulings=self.rulings,
            opened=self.raw is not None,
        )

    def _unplaced_record(self) -> CrsRecord:
        """Return what is said of the coordinate system of what has no places."""
        if self.raw is None:
            return CrsRecord("", "", "", "cannot-tell", tr("not read"))
        if self.raw.frame.empty:
            return CrsRecord("", "", "", "cannot-tell", tr("there is no record in it"))
        if "table" in self.layer.geometry:
            return CrsRecord("", "", "", "sure", tr("a table without places"))
        return CrsRecord("", "", "", "cannot-tell", tr("not read"))


def read_source(layer: LayerSpec, part: Part, extent: Extent | None) -> Source:
    """Read a source, match its columns to the layer's fields, and prove where its shapes lie.

    Parameters
    ----------
    extent
        Where the county lies, or None where that is not known.
    """
    digest = digest_of(part.origin) if part.origin else ""
    try:
        raw = part.read(words_of(layer, part.spec))
    except UnreadableError as fault:
        unreadable = Fault("unreadable", fault.message, fault.hint, action="dropped")
        return Source(layer, part, (*part.faults, unreadable), digest=digest)
    digest = digest or content_digest(raw)
    matches = match_columns(layer, raw.frame.columns, part.spec, raw.cut_names)
    raw, examples = set_examples_aside(raw, layer, matches, raw.mark == layer.id)
    raw = replace(raw, faults=(*raw.faults, *examples))
    if len(raw.frame) and part.several and len(raw.frame.columns) and not matches:
        return Source(layer, part, (*part.faults, *_stranger(raw)), raw, len(raw.frame), digest)
    written = Records(layer, part.name, raw, {**matches, **_axes(raw, part.spec)})
    return _proved(Source(layer, part, (), raw, _count(raw), digest, written=written), matches, extent)


def _count(raw: Raw) -> int:
    """Return how many rows a source has: its records, and the rows that were told to be none."""
    return len(raw.frame) + sum(fault.action == "dropped" and fault.row is not None for fault in raw.faults)


def correct_source(source: Source, targets: Sequence[Target], extent: Extent | None) -> Source:
    """Return a source as it is read with corrections laid over it."""
    if not targets or source.written is None:
        return source
    raw = source.written.raw
    matches = match_columns(source.layer, raw.frame.columns, source.part.spec, raw.cut_names)
    return _proved(source, matches, extent, targets)


def _proved(
    source: Source, matches: Mapping[str, str], extent: Extent | None, targets: Sequence[Target] = ()
) -> Source:
    """Return a source with its fields and shapes, from its rows as they were written and the corrections of them."""
    layer, part, written = source.layer, source.part, source.written
    if written is None:
        return source
    corrected = correct(written, targets)
    raw, passed = _only(corrected.raw, part.spec)
    told = (*part.faults, *raw.faults, *passed)
    rulings = [
        _held(ruling) if ruling.outcome == "corrected" and at not in raw.frame.index else ruling
        for (at, _), ruling in zip(targets, corrected.rulings, strict=True)
    ]
    if len(raw.frame) == 0:
        return replace(source, faults=(*told, _nothing(part)), raw=raw, rulings=tuple(rulings))
    fields, missing = take_fields(raw.frame, layer, matches, raw.units)
    if not len(raw.frame.columns) and any(fault.kind == "missing_part" for fault in raw.faults):
        # All its columns went with that part, which is one fault.
        missing = []
    placed = _moved(place_rows(raw, part.spec, extent), corrected.places)
    rulings = [_ruling(ruling, placed) for ruling in rulings]
    near = tell_near_misses(layer, raw.frame.columns, [*matches.values(), *placed.columns.values()], matches)
    found = (*tell_cut_names(layer, matches, raw.cut_names), *missing, *near, *_unplaced(layer, raw, placed))
    return replace(
        source,
        faults=(*told, *found, *tell_corrections(written, targets, rulings)),
        raw=raw,
        fields=fields,
        columns={**matches, **placed.columns},
        shapes=placed.shapes,
        proof=placed.proof,
        rulings=tuple(rulings),
    )


def _held(ruling: Ruling) -> Ruling:
    return replace(ruling, outcome="held", remark=tr("the project does not take its record"))


def _axes(raw: Raw, spec: SourceSpec) -> dict[str, str]:
    """Return the raw columns of x and y where each has one."""
    found = coordinate_columns(raw, spec) if raw.geometry is None else None
    return {axis: names[0] for axis, names in zip(AXES, found, strict=True) if len(names) == 1} if found else {}


def place_rows(raw: Raw, spec: SourceSpec, extent: Extent | None) -> Placement:
    """Prove where the rows of a source lie; rows of a table by their coordinate columns."""
    columns: dict[str, str] = {}
    faults: list[Fault] = []
    shapes = raw.geometry
    if shapes is None:
        shapes, columns, faults = locate(raw, spec)
    if shapes is None:
        message = tr("no coordinate columns; {columns}", columns=_columns(raw))
        hint = tr("name them in the project: x = …, y = …")
        return Placement(faults=(*faults, Fault("missing_column", message, hint, field="x")))
    if _has_heights(shapes):
        message = tr("its shapes have heights or measures, which are not used")
        faults = [*faults, Fault("dimensions_dropped", message, tr("nothing to do"))]
    shapes = gpd.GeoSeries(shapely.force_2d(shapes.array), index=shapes.index)
    proof = prove(shapes, raw.declared_crs, spec, extent)
    shapes = settle(shapes, proof)
    if proof.crs is not None and spec.coord_type in OFFSET_SYSTEMS and not (raw.geometry is None and proof.in_degrees):
        # Degrees of tables were turned back when they were read; where others lie is known only now.
        shapes = undo(shapes.to_crs(LONLAT), spec.coord_type)
        turned = tr("turned back from {system}, as the project says", system=spec.coord_type)
        record = replace(proof.record, evidence=tr("; ").join([proof.record.evidence, turned]))
        proof = replace(proof, record=record)
    return Placement(shapes, proof, columns, (*faults, *proof.faults))


def _moved(placed: Placement, places: Mapping[Any, tuple[float, float]]) -> Placement:
    """Put records where people have said they lie, if it is known where the others are."""
    if placed.shapes is None or placed.proof is None or placed.proof.crs is None:
        return placed
    there = {at: place for at, place in places.items() if at in placed.shapes.index}
    if not there:
        return placed
    points = gpd.GeoSeries([shapely.Point(place) for place in there.values()], index=[*there], crs=LONLAT)
    shapes = placed.shapes.copy()
    shapes[points.index] = points.to_crs(shapes.crs)
    # What was told of the place that is no more.
    faults = tuple(fault for fault in placed.faults if fault.at is None or fault.at not in there)
    return replace(placed, shapes=shapes, faults=faults)


def _ruling(ruling: Ruling, placed: Placement) -> Ruling:
    """Refuse the correction of a place where nobody knows the coordinate system of the source."""
    is_place = ruling.decision.issue.field in ("", *AXES)
    if ruling.outcome == "corrected" and is_place and (placed.proof is None or placed.proof.crs is None):
        return replace(ruling, outcome="refused", remark=tr("where its source lies is not known"))
    return ruling


def _unplaced(layer: LayerSpec, raw: Raw, placed: Placement) -> tuple[Fault, ...]:
    """Return what is wrong with the places of a source; a table of what has outlines lacks no columns but those."""
    if placed.shapes is None and layer.geometry == ("table",):
        return ()
    if placed.shapes is None and raw.geometry is None and "table" in layer.geometry:
        # Of a ledger much can be told without its places; what cannot says so.
        message = tr("it has no places: it will not be on the map, and lists that go by places cannot judge it")
        hint = tr("ask for coordinates or shapes, if it is to be on the map")
        return (*placed.faults[:-1], Fault("missing_column", message, hint, field="x", severity="warning"))
    if placed.shapes is None and raw.geometry is None and "point" not in layer.geometry:
        message = tr("it is a table, without the shapes that this layer has")
        hint = tr("ask for it as shapefile, GDB or GeoPackage; these columns can stay as they are")
        return (*placed.faults[:-1], Fault("null_geometry", message, hint, severity="error"))
    return placed.faults


def _has_heights(shapes: gpd.GeoSeries) -> bool:
    """Tell whether shapes have a third number that says something; KML has a height of 0 everywhere."""
    third = shapely.get_coordinates(shapes.array[shapely.has_z(shapes.array)], include_z=True)[:, 2]
    return bool((np.isfinite(third) & (third != 0)).any()) or bool(shapely.has_m(shapes.array).any())


def _stranger(raw: Raw) -> list[Fault]:
    """Return what is said of one of several files or sheets that proves to be of another kind."""
    message = tr("not read: none of its columns is known; {columns}", columns=_columns(raw))
    hint = tr("if it is data, name its columns in the project: columns = …")
    damage = [fault for fault in raw.faults if fault.kind in ("unreadable", "missing_part")]
    return [*damage, Fault("parts_chosen", message, hint, action="dropped", severity="warning")]


def _nothing(part: Part) -> Fault:
    message = tr("there is no record in it")
    if part.several or part.may_be_empty:
        return Fault("parts_chosen", message, tr("nothing to do, if that is right"))
    return Fault("no_data", message, tr("check that it is the right file, sheet or layer"))


def _only(raw: Raw, spec: SourceSpec) -> tuple[Raw, list[Fault]]:
    """Return the rows that the project asks for, and how many those are."""
    missing = [column for column in spec.only if column not in raw.frame]
    if missing:
        message = tr("only: there is no column {column}", column=missing[0])
        return raw, [Fault("missing_column", message, _columns(raw), field=missing[0])]
    keep = pd.Series(True, index=raw.frame.index)
    for column, wanted in spec.only.items():
        texts = raw.frame[column].map(lambda value: "" if value is None else fold(value))
        keep &= texts.isin({fold(word) for word in wanted})
    if keep.all():
        return raw, []
    message = tr("{kept} of {all} records were taken, as the project asks", kept=int(keep.sum()), all=len(keep))
    passed = Fault("parts_chosen", message, tr("nothing to do, if that is right"), action="dropped")
    return keep_rows(raw, keep.to_numpy()), [passed]


def _columns(raw: Raw) -> str:
    return tr("the columns are: {columns}", columns=", ".join(map(str, raw.frame)))
