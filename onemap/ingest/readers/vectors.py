"""Reads vector files: everything that GDAL reads, and GeoParquet."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyproj
from shapely.errors import ShapelyError

from onemap.ingest.raw import Fault, Inner, Raw, UnreadableError
from onemap.ingest.readers.declared import declared_crs
from onemap.ingest.readers.decoding import distinct, unproved
from onemap.ingest.readers.dxf import read_dxf
from onemap.ingest.readers.encoding import find_text_encoding
from onemap.ingest.readers.features import GDAL_ERRORS, Features, quiet, read_features, refused
from onemap.ingest.readers.mapinfo import read_mapinfo
from onemap.ingest.readers.shapefile import read_dbf_table, read_shapefile
from onemap.model import FINDING_COLUMNS, ISSUE_COLUMNS, REACH_COLUMNS, EncodingRecord
from onemap.spec.project import SourceSpec
from onemap.text import fold, tr

TABLE: Final = ".dbf"
"""A table without shapes; beside a .shp or .tab it is no file of its own."""

SINGLE: Final[Mapping[str, Callable[[Path, SourceSpec], Raw]]] = {
    ".shp": read_shapefile,
    ".tab": read_mapinfo,
    ".mif": read_mapinfo,
    ".dxf": read_dxf,
    TABLE: read_dbf_table,
}
"""Formats with one layer, and texts in any encoding."""

COUNTED: Final = (".gdb", ".gpkg", ".fgb")
"""Formats that know how many features they hold; of a .gdb that is cut off GDAL reads what is left, and is silent."""

SOLE: Final = (".geojson", ".fgb")
"""Formats with one layer; only to ask for its name would mean to read a GeoJSON file once more."""

GEOJSON: Final = (".geojson", ".json")

NO_LAYERS: Final = ("layer_styles", "qgis_projects")
"""What QGIS keeps in a GeoPackage beside its layers."""

LISTS: Final = (frozenset(FINDING_COLUMNS), frozenset(REACH_COLUMNS), frozenset(ISSUE_COLUMNS))
"""The columns of tables that a build has beside its layers, and that follow from them."""

MOST_COUNTED: Final = 2**26
"""Larger GeoJSON files are not read twice to count what GDAL passes over."""


def read_vector(path: Path, source: SourceSpec, words: set[str]) -> Raw:
    """Read a layer of a GDAL source: the one that the project names, or else the one whose columns know most `words`.

    Raises
    ------
    UnreadableError
        GDAL cannot read it, or it has several layers and nothing tells which is meant.
    """
    kind = path.suffix.lower()
    if kind in SINGLE:
        if source.layer not in (None, path.stem, path.name):
            raise _no_layer(path, source, [path.stem])
        return SINGLE[kind](path, source)
    layer = None
    try:
        layer = None if kind in SOLE and source.layer is None else _choose(path, source, words)
        features = read_features(path, path.name, layer)
    except UnicodeDecodeError:
        if kind not in GEOJSON:
            message = tr("{file} holds text that is not UTF-8, as its format prescribes", file=path.name)
            raise UnreadableError(
                message, tr("ask for the file again, straight from the program that made it")
            ) from None
        return _foreign_geojson(path, source)
    except UnreadableError:
        if kind in GEOJSON and _is_utf16(path):
            return _foreign_geojson(path, source)
        raise
    record = EncodingRecord("utf-8", tr("the format's own encoding"))
    return _raw(features, record, (*_short(path, layer, len(features.ids)), *features.faults))


def _raw(features: Features, record: EncodingRecord, faults: tuple[Fault, ...]) -> Raw:
    geometry = None if features.shapes is None else gpd.GeoSeries(features.shapes)
    frame = features.frame(distinct(features.names))
    return Raw(frame, geometry, features.ids.tolist(), record, declared_crs=declared_crs(features.crs), faults=faults)


def _short(path: Path, layer: str | None, read: int) -> tuple[Fault, ...]:
    """Tell where a file holds more than could be read."""
    kind, count = path.suffix.lower(), 0
    if kind in GEOJSON and path.stat().st_size <= MOST_COUNTED:
        count = _elements(path)
    elif kind in COUNTED:
        with quiet():
            count = pyogrio.read_info(path, layer=layer)["features"]
    if count <= read:
        return ()
    message = tr("it is damaged or cut off: {read} of its {count} records could be read", read=read, count=count)
    return (Fault("unreadable", message, tr("ask for the file again"), action="dropped"),)


def _elements(path: Path) -> int:
    """Return how many elements a GeoJSON file lists, those too that GDAL passes over as no features."""
    try:
        content = json.loads(path.read_text("utf-8-sig"))
    except (ValueError, RecursionError):
        return 0
    listed = content.get("features") if isinstance(content, dict) else None
    return len(listed) if isinstance(listed, list) else 0


def _foreign_geojson(path: Path, source: SourceSpec) -> Raw:
    """Read a GeoJSON file that is not in UTF-8, though all are to be."""
    data = path.read_bytes()
    finding = find_text_encoding(data)
    codec = source.encoding or finding.codec
    try:
        text = data.decode(codec)
    except (UnicodeDecodeError, LookupError):
        message = tr("{file} is neither UTF-8 nor {codec}", file=path.name, codec=codec)
        raise UnreadableError(message, tr("leave encoding out of the project, and it is found")) from None
    features = read_features(text.encode(), path.name)
    return _raw(features, finding.record, (*unproved(finding), *features.faults))


def _is_utf16(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) in (b"\xff\xfe", b"\xfe\xff")


def read_parquet(path: Path, source: SourceSpec, words: set[str]) -> Raw:
    """Read a GeoParquet file, or a table in Parquet; GDAL's wheels lack its driver. Records are numbered from 1.

    Raises
    ------
    UnreadableError
        The file is no Parquet, or its shapes cannot be read.
    """
    del source, words  # Parquet has no layers to choose from, and says its encoding itself.
    try:
        is_table = b"geo" not in (pq.read_schema(path).metadata or {})
        frame = pd.read_parquet(path) if is_table else gpd.read_parquet(path)
    except (ValueError, KeyError, OSError, ShapelyError, pyproj.exceptions.ProjError, pa.ArrowException) as fault:
        raise refused(path, path.name, fault) from None
    record = EncodingRecord("utf-8", tr("the format's own encoding"))
    rows = list(range(1, len(frame) + 1))
    if is_table:
        return Raw(_plain(frame.reset_index(drop=True)), None, rows, record)
    columns = pd.DataFrame(frame.drop(columns=frame.geometry.name)).reset_index(drop=True)
    shapes = frame.geometry.reset_index(drop=True)
    return Raw(_plain(columns), shapes, rows, record, declared_crs=frame.crs)


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return integers as text, which keeps codes of 18 digits whole, and lists as the text of JSON."""
    changed: dict[str, Any] = {}
    for name in frame.columns:
        if pd.api.types.is_integer_dtype(frame[name].dtype):
            changed[name] = frame[name].astype("string").astype(object)
        elif frame[name].dtype == object:
            changed[name] = frame[name].map(_flat)
    return frame.assign(**changed)


def _flat(value: Any) -> Any:
    if hasattr(value, "tolist"):
        value = value.tolist()
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, list | dict) else value


def known_layers(path: Path, words: set[str]) -> list[Inner]:
    """Return the layers of a file, and how many columns of each are among the folded `words`.

    Raises
    ------
    UnreadableError
        GDAL cannot read it.
    """
    names = _layers(path)
    try:
        with quiet():
            columns = {
                name: {str(column) for column in pyogrio.read_info(path, layer=name)["fields"]} for name in names
            }
    except GDAL_ERRORS as fault:
        raise refused(path, path.name, fault) from None
    layers = {name: own for name, own in columns.items() if not any(listed <= own for listed in LISTS)}
    return [Inner(name, len({fold(one) for one in own} & words)) for name, own in layers.items()]


def _layers(path: Path) -> list[str]:
    try:
        with quiet():
            names = [str(name) for name, _ in pyogrio.list_layers(path)]
    except GDAL_ERRORS as fault:
        raise refused(path, path.name, fault) from None
    return [name for name in names if name not in NO_LAYERS]


def _choose(path: Path, source: SourceSpec, words: set[str]) -> str:
    """Return the layer that is meant."""
    names = found = _layers(path)
    if source.layer:
        exact = [name for name in names if name == source.layer]
        found = exact or [name for name in names if fold(name) == fold(source.layer)]
    elif len(names) > 1:
        listed = known_layers(path, words)
        best = max((one.known for one in listed), default=0)
        found = [one.name for one in listed if one.known and one.known == best]
    if len(found) != 1:
        raise _no_layer(path, source, names)
    return found[0]


def _no_layer(path: Path, source: SourceSpec, names: list[str]) -> UnreadableError:
    asked = tr("no layer {layer!r}", layer=source.layer) if source.layer else tr("several layers")
    return UnreadableError(
        tr("{file} has {asked}; it has: {names}", file=path.name, asked=asked, names=", ".join(names)),
        tr("name the layer in the project: layer = …"),
    )
