"""The whole room in order: read, match, prove, conform, check, place."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj

from onemap.errors import PathError
from onemap.geodesy import LONLAT, zone_crs
from onemap.ingest.checks import CHECKS, place
from onemap.ingest.columns import match_columns, take_fields, words_of
from onemap.ingest.conform import conform
from onemap.ingest.coordinates import locate
from onemap.ingest.crs import Box, Proof, county_box, prove
from onemap.ingest.kml import read_kml
from onemap.ingest.raw import Fault, Raw, UnreadableError
from onemap.ingest.sheets import read_text_table, read_workbook
from onemap.ingest.vectors import read_vector, read_zip
from onemap.model import (
    LOCATED_IN,
    SOURCE,
    SOURCE_ROW,
    TOWNSHIP,
    CrsRecord,
    EncodingRecord,
    Issue,
    Layer,
    SourceRecord,
    issue_table,
)  # fmt: skip
from onemap.spec.layer import LayerSpec
from onemap.spec.project import Project, SourceSpec
from onemap.text import fold, tr

VECTORS: Final = (".shp", ".gdb", ".gpkg", ".geojson", ".json", ".fgb", ".parquet")
SPATIAL: Final[Mapping[str, Callable[[Path, SourceSpec], Raw]]] = {
    **dict.fromkeys(VECTORS, read_vector),
    ".kml": read_kml,
    ".kmz": read_kml,
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

TOWNSHIP_NAME: Final = "township_name"


@dataclass(frozen=True)
class Intake:
    """What came in: the layers that are there, what is wrong with them, and where they are from."""

    layers: Mapping[str, Layer]
    issues: pd.DataFrame
    sources: tuple[SourceRecord, ...]
    crs: str


@dataclass
class _Source:
    """One source on its way in."""

    layer: LayerSpec
    spec: SourceSpec
    path: Path
    raw: Raw | None = None
    fields: pd.DataFrame | None = None
    letters: Mapping[str, str] = field(default_factory=dict)
    geometry: gpd.GeoSeries | None = None
    proof: Proof | None = None
    faults: list[Fault] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.spec.path} [{self.spec.layer}]" if self.spec.layer else self.spec.path


def take_in(project: Project, progress: Callable[[str, float], None] | None = None) -> Intake:
    """Read and prove every source of a project.

    Parameters
    ----------
    progress
        Called with what is being read and how far it is, 0 to 1.

    Raises
    ------
    PathError
        A source has a file ending that no reader reads.
    """
    specs = project.catalogue.layers
    # Townships come first: they say where the county is, and everything else is held against them.
    order = sorted(project.sources, key=lambda layer: layer != TOWNSHIP)
    sources = [_Source(specs[layer], spec, project.find(spec)) for layer in order for spec in project.sources[layer]]
    _check_endings(sources)
    county: Box | None = None
    for done, source in enumerate(sources):
        if progress:
            progress(source.name, done / len(sources))
        _read(source)
        _prove(source, county)
        if source.layer.id == TOWNSHIP:
            county = _box([s for s in sources if s.layer.id == TOWNSHIP])
    crs = project.spec.crs or _zone(sources, county)
    layers: dict[str, Layer] = {}
    issues: list[Issue] = []
    for layer_id in order:
        frame, found = _layer(
            [s for s in sources if s.layer.id == layer_id], specs[layer_id], crs, layers.get(TOWNSHIP)
        )
        issues += found
        if frame is not None:
            layers[layer_id] = Layer(specs[layer_id], frame)
    catalogue_order = {layer: layers[layer] for layer in specs if layer in layers}
    return Intake(catalogue_order, issue_table(issues), tuple(_record(s, layers) for s in sources), crs)


def _check_endings(sources: Iterable[_Source]) -> None:
    for source in sources:
        ending = source.path.suffix.lower()
        if ending not in SPATIAL and ending not in TABLES:
            message = tr(
                "sources.{layer}: {path} is of a kind that is not read",
                layer=source.layer.id,
                path=source.spec.path,
            )
            hint = tr("save it as one of: {endings}", endings=" ".join([*SPATIAL, *TABLES]))
            raise PathError(message, hint)


def _read(source: _Source) -> None:
    """Read a source, and match its columns and coordinates."""
    ending = source.path.suffix.lower()
    try:
        if ending in SPATIAL:
            raw = SPATIAL[ending](source.path, source.spec)
        else:
            raw = TABLES[ending](source.path, source.spec, words_of(source.layer, source.spec))
    except UnreadableError as fault:
        source.faults.append(Fault("unreadable", fault.message, fault.hint, action="dropped"))
        return
    raw = _only(raw, source.spec)
    source.raw = raw
    source.faults += raw.faults
    if raw.frame.empty:
        source.faults.append(
            Fault(
                "no_data",
                tr("there is no record in it"),
                tr("check that it is the right file, sheet or layer"),
            )
        )
    source.geometry, places = raw.geometry, {}
    if source.geometry is None and not raw.frame.empty:
        source.geometry, places, found = locate(raw, source.spec)
        source.faults += found
        if source.geometry is None:
            message = tr("no coordinate columns; the columns are: {columns}", columns=", ".join(map(str, raw.frame)))
            source.faults.append(
                Fault("missing_column", message, tr("name them in the project: x = …, y = …"), field="x")
            )
    matches = match_columns(source.layer, raw.frame.columns, source.spec)
    source.letters = {name: raw.letters.get(column, "") for name, column in {**matches, **places}.items()}
    source.fields, found = take_fields(raw.frame, source.layer, matches)
    source.faults += found if not raw.frame.empty else []


def _only(raw: Raw, spec: SourceSpec) -> Raw:
    """Return the rows that the project asks for."""
    keep = pd.Series(True, index=raw.frame.index)
    for column, wanted in spec.only.items():
        if column not in raw.frame:
            message = tr("only: there is no column {column}", column=column)
            hint = tr("the columns are: {columns}", columns=", ".join(map(str, raw.frame)))
            fault = Fault("missing_column", message, hint, field=column)
            return Raw(
                raw.frame,
                raw.geometry,
                raw.rows,
                raw.encoding,
                raw.letters,
                raw.declared_crs,
                (*raw.faults, fault),
            )
        words = {fold(word) for word in wanted}
        keep &= raw.frame[column].map(lambda value: fold("" if value is None else value) in words).astype(bool)
    if keep.all():
        return raw
    rows = [row for row, kept in zip(raw.rows, keep, strict=True) if kept]
    geometry = None if raw.geometry is None else raw.geometry[keep].reset_index(drop=True)
    frame = raw.frame[keep].reset_index(drop=True)
    return Raw(frame, geometry, rows, raw.encoding, raw.letters, raw.declared_crs, raw.faults)


def _prove(source: _Source, county: Box | None) -> None:
    if source.geometry is None or source.raw is None:
        return
    shapes = gpd.GeoSeries(source.geometry.force_2d().array, index=source.geometry.index)
    proof = prove(shapes, source.raw.declared_crs, source.spec, county)
    source.proof = proof
    source.faults += proof.faults
    if proof.crs is None:
        shapes = gpd.GeoSeries([None] * len(shapes), index=shapes.index)
    elif proof.swapped:
        shapes = shapes.transform(lambda points: points[:, ::-1])
    source.geometry = shapes.set_crs(proof.crs or LONLAT, allow_override=True)


def _box(townships: Iterable[_Source]) -> Box | None:
    shapes = [s.geometry.to_crs(LONLAT) for s in townships if s.geometry is not None and s.proof and s.proof.crs]
    there = pd.concat(shapes).dropna() if shapes else None
    return county_box(gpd.GeoSeries(there)) if there is not None and len(there) else None


def _zone(sources: Iterable[_Source], county: Box | None) -> str:
    """Return the 3-degree zone of the county, or else of what there is."""
    if county is not None:
        return zone_crs((county[0] + county[2]) / 2)
    boxes = [
        s.geometry.to_crs(LONLAT).total_bounds for s in sources if s.geometry is not None and s.geometry.notna().any()
    ]
    middles = [(box[0] + box[2]) / 2 for box in boxes if np.isfinite(box).all()]
    return zone_crs(float(np.median(middles))) if middles else zone_crs(114.0)


def _layer(
    sources: list[_Source], spec: LayerSpec, crs: str, townships: Layer | None
) -> tuple[gpd.GeoDataFrame | None, list[Issue]]:
    """Conform the sources of a layer, put them together, check the whole and place it."""
    issues: list[Issue] = []
    frames = []
    letters = {}
    for source in sources:
        letters[source.name] = source.letters
        frame = _features(source, crs)
        issues += _stamp(source.faults, frame, source.name, spec, letters)
        if frame is not None:
            frames.append(frame)
            kept, faults = conform(frame, spec)
            told = {
                fault.at
                for fault in source.faults
                if fault.kind in ("null_geometry", "wrong_type") and fault.field == "x"
            }
            refused = source.proof is None or source.proof.crs is None
            faults = [f for f in faults if f.kind != "null_geometry" or not (refused or f.at in told)]
            issues += _stamp(faults, frame, source.name, spec, letters)
            frames[-1] = kept
    if not frames:
        return None, issues
    frame = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), geometry="geometry", crs=crs)
    for check in CHECKS:
        before = frame
        frame, faults = check(frame, spec)
        issues += _stamp(faults, before, sources[0].name, spec, letters)
    towns = frame if spec.id == TOWNSHIP else (townships.frame if townships else None)
    frame, faults = place(frame, spec, towns, TOWNSHIP_NAME)
    issues += _stamp(faults, frame, sources[0].name, spec, letters)
    if (
        len(frame)
        and frame.geometry.isna().all()
        and not any(issue.severity == "error" or issue.kind == "crs_conflict" for issue in issues)
    ):
        fault = Fault("no_data", tr("not one of its records has a place"), tr("ask for the data with coordinates"))
        issues += _stamp([fault], frame, sources[0].name, spec, letters)
    return frame[[*spec.fields, SOURCE, SOURCE_ROW, LOCATED_IN, "geometry"]], issues


def _features(source: _Source, crs: str) -> gpd.GeoDataFrame | None:
    if source.fields is None or source.raw is None or source.fields.empty:
        return None
    shapes = source.geometry
    if shapes is None:
        shapes = gpd.GeoSeries([None] * len(source.fields), index=source.fields.index, crs=crs)
    frame = source.fields.assign(**{SOURCE: source.name, SOURCE_ROW: source.raw.rows})
    return gpd.GeoDataFrame(frame, geometry=_to(shapes, crs).rename("geometry"))


def _to(shapes: gpd.GeoSeries, crs: str) -> gpd.GeoSeries:
    """Return shapes in `crs`; zones that differ only in their prefix differ by a whole number of metres."""
    if shapes.crs is not None and pyproj.CRS(crs).equals(shapes.crs):
        return shapes
    return shapes.to_crs(crs)


def _stamp(
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
            at |= _lonlat(row["geometry"], frame.crs)
            if fault.key is None:
                at["key"] = _clean(row[spec.key])
        issues.append(
            Issue(fault.kind, spec.id, message=fault.message, hint=fault.hint, action=fault.action,
                  field=fault.field, value=fault.value, severity=fault.severity, **at)
        )  # fmt: skip
    return issues


def _clean(key: Any) -> str:
    if key is None or pd.isna(key):
        return ""
    return str(int(key)) if isinstance(key, float) and key.is_integer() else str(key).strip()


def _lonlat(shape: Any, crs: Any) -> dict[str, float | None]:
    if shape is None or shape.is_empty:
        return {}
    to_lonlat = pyproj.Transformer.from_crs(crs, LONLAT, always_xy=True)
    x, y = to_lonlat.transform(*shape.centroid.coords[0])
    return {"lon": round(x, 7), "lat": round(y, 7)}


def _record(source: _Source, layers: Mapping[str, Layer]) -> SourceRecord:
    rows = 0 if source.raw is None else len(source.raw.frame)
    kept = int((layers[source.layer.id].frame[SOURCE] == source.name).sum()) if source.layer.id in layers else 0
    unknown = tr("not read")
    crs = source.proof.record if source.proof else CrsRecord("", "", "", "cannot-tell", unknown)
    encoding = source.raw.encoding if source.raw else EncodingRecord("", unknown)
    as_of = source.spec.as_of.isoformat() if source.spec.as_of else ""
    digest = _digest(source.path)
    return SourceRecord(
        source.layer.id,
        source.spec.path,
        digest,
        rows,
        kept,
        rows - kept,
        encoding,
        crs,
        as_of,
        source.spec.provided_by,
    )


def _digest(path: Path) -> str:
    """Return the SHA-256 of a file, or of all files of a folder or of a shapefile, by name."""
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    if path.suffix.lower() == ".shp":
        files = sorted(p for p in path.parent.glob(f"{path.stem}.*") if p.is_file())
    total = hashlib.sha256()
    for file in files:
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        total.update(f"{file.name}:{digest}\n".encode())
    return hashlib.sha256(path.read_bytes()).hexdigest() if files == [path] else total.hexdigest()
