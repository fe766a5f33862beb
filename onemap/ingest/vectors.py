"""Reads vector files: everything that GDAL reads, and the field texts of shapefiles with proved encoding."""

from __future__ import annotations

import tempfile
import warnings
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from onemap.ingest.encoding import Finding, find_dbf_encoding
from onemap.ingest.raw import Fault, Raw, UnreadableError
from onemap.model import EncodingRecord
from onemap.spec.project import SourceSpec
from onemap.text import tr


def read_vector(path: Path, source: SourceSpec) -> Raw:
    """Read a layer of a GDAL source.

    Raises
    ------
    UnreadableError
        GDAL cannot read it, or it has several layers and the project names none of them.
    """
    layer = _layer_of(path, source)
    shapefile = path.suffix.lower() == ".shp"
    finding = _shapefile_encoding(path, source) if shapefile else None
    frame = _read(path, layer, finding, "ignore")
    record = finding.record if finding else EncodingRecord("utf-8", tr("the format's own encoding"))
    rows = [int(fid) for fid in frame.index]
    frame = frame.reset_index(drop=True)
    if not isinstance(frame, gpd.GeoDataFrame):
        return Raw(_codes_as_text(frame), None, rows, record)
    columns = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    shapes, faults = frame.geometry, _unproved(finding)
    if shapely.is_missing(shapes.array).any():
        shapes, closed = _close_rings(shapes, _read(path, layer, finding, "fix").geometry)
        faults = (*faults, *closed)
    return Raw(_codes_as_text(columns), shapes, rows, record, {}, frame.crs, faults)


def _read(path: Path, layer: str | None, finding: Finding | None, on_invalid: str) -> Any:
    try:
        with warnings.catch_warnings():
            # GDAL warns of rings that do not close; they become issues.
            warnings.simplefilter("ignore", RuntimeWarning)
            # Arrow hands dates over as dates and keeps integers with blanks as integers.
            return pyogrio.read_dataframe(
                path,
                layer=layer,
                encoding=finding.codec if finding else None,
                fid_as_index=True,
                use_arrow=True,
                on_invalid=on_invalid,
            )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError) as fault:
        raise _unreadable(path, fault) from None
    except UnicodeDecodeError as fault:
        raise _unreadable(path, fault) from None


def _close_rings(read: gpd.GeoSeries, fixed: gpd.GeoSeries) -> tuple[gpd.GeoSeries, list[Fault]]:
    """Take from `fixed` the shapes that could not be read for rings that do not close, and tell of each."""
    fixed = gpd.GeoSeries(fixed.array, index=read.index, crs=read.crs)
    closed = shapely.is_missing(read.array) & ~(shapely.is_missing(fixed.array) | shapely.is_empty(fixed.array))
    message, hint = tr("a ring that does not close; it was closed"), tr("compare the repaired shape with the source")
    faults = [Fault("invalid_geometry", message, hint, at, action="repaired") for at in read.index[closed]]
    return read.where(~closed, fixed), faults


def read_parquet(path: Path, source: SourceSpec) -> Raw:
    """Read a GeoParquet file; GDAL's wheels come without its driver. Records are numbered from 1.

    Raises
    ------
    UnreadableError
        The file is no Parquet, or has no geometry column.
    """
    del source  # Parquet has no layers to choose from, and says its encoding itself.
    try:
        frame = gpd.read_parquet(path)
    except (ValueError, KeyError, OSError) as fault:
        raise _unreadable(path, fault) from None
    record = EncodingRecord("utf-8", tr("the format's own encoding"))
    columns = pd.DataFrame(frame.drop(columns=frame.geometry.name)).reset_index(drop=True)
    shapes = frame.geometry.reset_index(drop=True)
    return Raw(_codes_as_text(columns), shapes, list(range(1, len(frame) + 1)), record, {}, frame.crs)


def read_zip(path: Path, source: SourceSpec) -> Raw:
    """Read the one shapefile, geodatabase or other vector file inside a zip."""
    try:
        with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
            for info in archive.infolist():
                # Zips made in Chinese Windows carry GBK names without saying so; zipfile reads those as cp437.
                if not info.flag_bits & 0x800:
                    info.filename = info.filename.encode("cp437").decode("gb18030", "replace")
                archive.extract(info, folder)
            root = Path(folder)
            inside = sorted(p for s in ("*.shp", "*.gdb", "*.gpkg", "*.geojson", "*.fgb") for p in root.rglob(s))
            if len(inside) != 1:
                names = ", ".join(p.name for p in inside) or tr("none")
                raise UnreadableError(
                    tr("{file} holds not one vector file but: {names}", file=path.name, names=names),
                    tr("unpack it, and name the file in the project"),
                )
            return read_vector(inside[0], source)
    except (zipfile.BadZipFile, UnicodeError) as fault:
        raise _unreadable(path, fault) from None


def _layer_of(path: Path, source: SourceSpec) -> str | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            names = [str(name) for name, _ in pyogrio.list_layers(path)]
    except pyogrio.errors.DataSourceError as fault:
        raise _unreadable(path, fault) from None
    if source.layer is None and len(names) == 1:
        return names[0]
    if source.layer in names:
        return source.layer
    asked = tr("no layer {layer!r}", layer=source.layer) if source.layer else tr("several layers")
    raise UnreadableError(
        tr("{file} has {asked}; it has: {names}", file=path.name, asked=asked, names=", ".join(names)),
        tr("name the layer in the project: layer = …"),
    )


def _shapefile_encoding(path: Path, source: SourceSpec) -> Finding | None:
    if source.encoding:
        return Finding(EncodingRecord(source.encoding, tr("named in the project")), source.encoding)
    dbf = next((path.with_suffix(s) for s in (".dbf", ".DBF") if path.with_suffix(s).is_file()), None)
    return find_dbf_encoding(dbf) if dbf else None


def _unproved(finding: Finding | None) -> tuple[Fault, ...]:
    if finding is None or not finding.readings:
        return ()
    utf8, gbk = finding.readings
    message = tr('the text can be read as "{utf8}" (UTF-8) or "{gbk}" (GBK); UTF-8 was taken', utf8=utf8, gbk=gbk)
    return (Fault("encoding_unproved", message, tr("name the encoding in the project: encoding = …"), value=gbk),)


def _codes_as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Return integers as text: in these formats they are exact, and codes of 18 digits stay whole."""
    whole = [name for name in frame.columns if pd.api.types.is_integer_dtype(frame[name].dtype)]
    return frame.assign(**{name: frame[name].astype("string").astype(object) for name in whole})


def _unreadable(path: Path, fault: Exception) -> UnreadableError:
    parts = [s for s in (".shx", ".dbf") if path.suffix.lower() == ".shp" and not path.with_suffix(s).exists()]
    if parts:
        return UnreadableError(
            tr("{file} cannot be read: its {parts} is missing", file=path.name, parts=", ".join(parts)),
            tr("ask for the shapefile again, with all its parts"),
        )
    # GDAL's messages name the file by its path, which is this machine's business.
    reason = str(fault).replace(str(path), path.name)
    return UnreadableError(
        tr("{file} cannot be read: {reason}", file=path.name, reason=reason),
        tr("open it in QGIS; if it fails there too, ask for the file again"),
    )
