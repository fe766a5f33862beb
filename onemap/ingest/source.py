"""One source on its way in: read, its columns matched, its coordinates proved."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd
import shapely

from onemap.errors import PathError
from onemap.ingest.columns import match_columns, take_fields, words_of
from onemap.ingest.coordinates import locate
from onemap.ingest.crs import Box, Proof, prove
from onemap.ingest.kml import read_kml
from onemap.ingest.raw import AREA_AS_WRITTEN, FIRST_CELL, Fault, Raw, UnreadableError
from onemap.ingest.sheets import read_text_table, read_workbook
from onemap.ingest.vectors import read_parquet, read_vector, read_zip
from onemap.model import SOURCE, SOURCE_ROW, CrsRecord, EncodingRecord, SourceRecord
from onemap.spec.layer import LayerSpec
from onemap.spec.project import Project, SourceSpec
from onemap.text import fold, tr

VECTORS: Final = (".shp", ".gdb", ".gpkg", ".geojson", ".json", ".fgb")
SPATIAL: Final[Mapping[str, Callable[[Path, SourceSpec], Raw]]] = {
    **dict.fromkeys(VECTORS, read_vector),
    ".kml": read_kml,
    ".kmz": read_kml,
    ".parquet": read_parquet,
    ".zip": read_zip,
}
TABLES: Final[Mapping[str, Callable[[Path, SourceSpec, set[str]], Raw]]] = {
    ".xlsx": read_workbook,
    ".xlsm": read_workbook,
    ".csv": read_text_table,
    ".tsv": read_text_table,
    ".txt": read_text_table,
}
"""The reader of each file ending."""


@dataclass(frozen=True)
class Source:
    """A source that was read: its rows with the layer's fields, still raw, and its shapes, proved."""

    layer: LayerSpec
    spec: SourceSpec
    path: Path
    name: str
    """How issues and features call it."""
    faults: tuple[Fault, ...]
    raw: Raw | None = None
    fields: pd.DataFrame | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    """The raw column of each field that has one, and of "x" and "y"."""
    shapes: gpd.GeoSeries | None = None
    proof: Proof | None = None

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
            frame[FIRST_CELL] = self.raw.frame.bfill(axis=1).iloc[:, 0]
        area = self.columns.get(self.layer.area_field or "")
        if area is not None:
            frame[AREA_AS_WRITTEN] = self.raw.frame[area]
        nowhere = gpd.GeoSeries([None] * len(frame), index=frame.index, crs=crs)
        shapes = nowhere if self.shapes is None or not self.placed else self.shapes.to_crs(crs)
        return gpd.GeoDataFrame(frame, geometry=shapes.rename("geometry"))

    def record(self, kept: int) -> SourceRecord:
        """Return what the manifest says of it, `kept` of its rows having come into the layer."""
        rows = 0 if self.raw is None else len(self.raw.frame)
        return SourceRecord(
            layer=self.layer.id,
            path=self.spec.path,
            sha256=_digest(self.path),
            rows=rows,
            kept=kept,
            dropped=rows - kept,
            encoding=self.raw.encoding if self.raw else EncodingRecord("", tr("not read")),
            crs=self.proof.record if self.proof else CrsRecord("", "", "", "cannot-tell", tr("not read")),
            as_of=self.spec.as_of.isoformat() if self.spec.as_of else "",
            provided_by=self.spec.provided_by,
        )


def check_ending(layer: LayerSpec, spec: SourceSpec) -> None:
    """Raise PathError where no reader reads files of that ending."""
    ending = Path(spec.path).suffix.lower()
    if ending not in SPATIAL and ending not in TABLES:
        message = tr("sources.{layer}: {path} is of a kind that is not read", layer=layer.id, path=spec.path)
        raise PathError(message, tr("save it as one of: {endings}", endings=" ".join([*SPATIAL, *TABLES])))


def read_source(layer: LayerSpec, spec: SourceSpec, project: Project, county: Box | None) -> Source:
    """Read a source, match its columns to the layer's fields, and prove where its shapes lie."""
    path = project.find(spec)
    name = _name(spec, project)
    ending = path.suffix.lower()
    try:
        raw = SPATIAL[ending](path, spec) if ending in SPATIAL else TABLES[ending](path, spec, words_of(layer, spec))
    except UnreadableError as fault:
        return Source(layer, spec, path, name, (Fault("unreadable", fault.message, fault.hint, action="dropped"),))
    raw = _only(raw, spec)
    if raw.frame.empty:
        hint = tr("check that it is the right file, sheet or layer")
        return Source(
            layer, spec, path, name, (*raw.faults, Fault("no_data", tr("there is no record in it"), hint)), raw
        )
    matches = match_columns(layer, raw.frame.columns, spec)
    fields, missing = take_fields(raw.frame, layer, matches)
    points, places, unplaced = (raw.geometry, {}, []) if raw.geometry is not None else locate(raw, spec)
    if points is None:
        message = tr("no coordinate columns; {columns}", columns=_columns(raw))
        unplaced = [Fault("missing_column", message, tr("name them in the project: x = …, y = …"), field="x")]
        if layer.geometry == ("table",):
            unplaced = []
    shapes, proof = (None, None) if points is None else _proved(points, raw, spec, county)
    return Source(
        layer,
        spec,
        path,
        name,
        (*raw.faults, *missing, *unplaced, *(proof.faults if proof else ())),
        raw,
        fields,
        {**matches, **places},
        shapes,
        proof,
    )


def _name(spec: SourceSpec, project: Project) -> str:
    """Return the path of a source, with its sheet or layer where the project takes several from one file."""
    paths = [other.path for sources in project.sources.values() for other in sources]
    return f"{spec.path} [{spec.layer}]" if spec.layer and paths.count(spec.path) > 1 else spec.path


def _proved(points: gpd.GeoSeries, raw: Raw, spec: SourceSpec, county: Box | None) -> tuple[gpd.GeoSeries, Proof]:
    shapes = gpd.GeoSeries(shapely.force_2d(points.array), index=points.index)
    proof = prove(shapes, raw.declared_crs, spec, county)
    if proof.swapped:
        shapes = shapes.transform(lambda pairs: pairs[:, ::-1])
    return shapes.set_crs(proof.crs, allow_override=True), proof


def _only(raw: Raw, spec: SourceSpec) -> Raw:
    """Return the rows that the project asks for."""
    missing = [column for column in spec.only if column not in raw.frame]
    if missing:
        message = tr("only: there is no column {column}", column=missing[0])
        return replace(raw, faults=(*raw.faults, Fault("missing_column", message, _columns(raw), field=missing[0])))
    keep = pd.Series(True, index=raw.frame.index)
    for column, wanted in spec.only.items():
        texts = raw.frame[column].map(lambda value: "" if value is None else fold(value))
        keep &= texts.isin({fold(word) for word in wanted})
    if keep.all():
        return raw
    return replace(
        raw,
        frame=raw.frame[keep].reset_index(drop=True),
        geometry=None if raw.geometry is None else raw.geometry[keep].reset_index(drop=True),
        rows=[row for row, kept in zip(raw.rows, keep, strict=True) if kept],
    )


def _columns(raw: Raw) -> str:
    return tr("the columns are: {columns}", columns=", ".join(map(str, raw.frame)))


def _digest(path: Path) -> str:
    """Return the SHA-256 of a file; of a shapefile or a folder that of its files' names and digests."""
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file())
    elif path.suffix.lower() == ".shp":
        files = sorted(file for file in path.parent.glob(f"{path.stem}.*") if file.is_file())
    else:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    digests = (f"{file.name}:{hashlib.sha256(file.read_bytes()).hexdigest()}\n" for file in files)
    return hashlib.sha256("".join(digests).encode()).hexdigest()
