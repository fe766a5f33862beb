"""Reads shapefiles as they come: parts missing, cut off or named anyhow, texts in any encoding."""

from __future__ import annotations

import datetime as dt
import mmap
import struct
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from onemap.ingest.raw import Fault, Raw, UnreadableError
from onemap.ingest.readers.dbf import NAME_BYTES, Dbf, DbfField, read_dbf
from onemap.ingest.readers.declared import read_prj
from onemap.ingest.readers.decoding import AS_BYTES, decode_all
from onemap.ingest.readers.encoding import Label, read_label
from onemap.ingest.readers.features import Column, Features, Shared, read_features
from onemap.ingest.readers.siblings import put_beside, siblings, starts_as_web_page
from onemap.model import EncodingRecord
from onemap.spec.project import SourceSpec
from onemap.text import tr

PARTS: Final = (".shx", ".dbf", ".prj", ".cpg")
HEADER: Final = 100
"""Bytes of the header of a .shp or .shx."""

MAGIC: Final = b"\x00\x00\x27\x0a"
EXACT_DIGITS: Final = 18
"""GDAL makes floats of whole numbers with more."""

LONGEST: Final = 254
"""Bytes that a cell holds at most."""

LOGICAL: Final = {"T": True, "Y": True, "F": False, "N": False}


@dataclass(frozen=True)
class Index:
    """Where the records of a .shp lie: offset and length in bytes, of each."""

    places: NDArray[np.int64]
    size: int
    """Bytes of the .shp."""
    rebuilt: bytes | None = None
    """A new .shx, where there is none that can be used."""
    cut: bool = False
    """Whether the .shp goes on after the last whole record."""

    @property
    def beyond(self) -> int:
        """How many records lie beyond the end of the .shp."""
        return int((self.places.sum(axis=1) + 8 > self.size).sum())


def read_shapefile(path: Path, source: SourceSpec) -> Raw:
    """Read a shapefile; its folder is left as it is.

    Raises
    ------
    UnreadableError
        Its .shp holds no shapes, or its text is in no encoding that is known.
    """
    parts = siblings(path, PARTS)
    _check_head(path)
    index = _read_index(path, parts.get(".shx"))
    table = read_dbf(parts[".dbf"]) if ".dbf" in parts else None
    crs, crs_faults = read_prj(parts.get(".prj"))
    if crs is None or not crs.isascii():
        # One that nobody understands, or with names in GBK, would keep pyogrio from reading the rest.
        parts.pop(".prj", None)
    with _set_up(path, parts, index) as shp:
        features = read_features(shp, path.name, encoding=AS_BYTES)
    label = read_label(parts.get(".cpg"), table.language_byte) if table else Label("")
    faults = (*_told(index, parts, table, len(features.ids)), *crs_faults, *features.faults)
    faults = (*faults, *_unread(path, index, features))
    raw = _raw(features, table, label, source)
    return replace(raw, declared_crs=crs, faults=(*faults, *raw.faults))


def read_dbf_table(path: Path, source: SourceSpec) -> Raw:
    """Read a DBF file that is a table by itself, without shapes.

    Raises
    ------
    UnreadableError
        It is no DBF file, or its text is in no encoding that is known.
    """
    table = read_dbf(path)
    if table is None:
        raise UnreadableError(tr("{file} is no DBF file", file=path.name), tr("ask for the file again"))
    with tempfile.TemporaryDirectory(prefix="onemap-") as folder:
        # By itself: beside a .cpg GDAL would decode the text.
        alone = Path(folder) / "t.dbf"
        put_beside(path, alone)
        features = read_features(alone, path.name, encoding=AS_BYTES)
    label = read_label(siblings(path, [".cpg"]).get(".cpg"), table.language_byte)
    return replace(_raw(features, table, label, source), geometry=None)


def _raw(features: Features, table: Dbf | None, label: Label, source: SourceSpec) -> Raw:
    geometry = gpd.GeoSeries(features.shapes)
    rows = features.ids.tolist()
    if table is None:
        return Raw(features.frame(features.names), geometry, rows, EncodingRecord("", tr("there is no text in it")))
    columns = features.columns
    if len(columns) == len(table.fields):
        columns = _as_written(columns, table, features.ids)
    text = decode_all(features.names, columns, label, asked=source.encoding, name_bytes=NAME_BYTES)
    frame = replace(features, columns=text.columns).frame(text.names)
    faults = (*text.faults, *_brimful(text.names, columns))
    return Raw(frame, geometry, rows, text.record, cut_names=text.cut_names, faults=faults)


def _brimful(names: Sequence[str], columns: Sequence[Column]) -> Iterator[Fault]:
    """Tell of texts with no room for a character more: of those that were longer the rest is lost."""
    full = [
        name
        for name, column in zip(names, columns, strict=True)
        for text in (column.values if isinstance(column, Shared) else ())
        # Of Chinese two or three bytes are one character.
        if isinstance(text, str) and len(text) > LONGEST - (1 if text.isascii() else 3)
    ]
    if full:
        where = ", ".join(dict.fromkeys(full))
        message = tr("{count} texts fill a cell of 254 bytes to its end; perhaps they went on: {columns}",
                     count=len(full), columns=where)  # fmt: skip
        hint = tr("compare them; if they are cut, ask for the data as GeoPackage (.gpkg), where texts have any length")
        yield Fault("cut_text", message, hint)


def _check_head(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(HEADER)
    if not head:
        raise UnreadableError(tr("{file} is empty", file=path.name), _again())
    if starts_as_web_page(path):
        raise UnreadableError(tr("{file} is a web page, not data", file=path.name), _again())
    if not head.startswith(MAGIC):
        raise UnreadableError(tr("{file} is no shapefile: it does not begin as one", file=path.name), _again())
    if len(head) < HEADER:
        raise UnreadableError(tr("{file} is damaged or cut off", file=path.name), _again())


def _read_index(path: Path, shx: Path | None) -> Index:
    """Return where the records lie: from the .shx, or else from the .shp itself."""
    size = path.stat().st_size
    data = shx.read_bytes() if shx else b""
    announced = int.from_bytes(data[24:28], "big") * 2
    if data.startswith(MAGIC) and HEADER <= announced <= len(data):
        count = (announced - HEADER) // 8
        places = np.frombuffer(data, ">u4", 2 * count, HEADER).reshape(-1, 2).astype(np.int64) * 2
        index = Index(places, size)
        if count and index.beyond == count:
            raise UnreadableError(
                tr("{file} is cut off: none of its {count} shapes is there", file=path.name, count=count), _again()
            )
        return index
    places, end = _walk(path)
    with path.open("rb") as file:
        head = bytearray(file.read(HEADER))
    head[24:28] = struct.pack(">i", (HEADER + 8 * len(places)) // 2)
    return Index(places, size, bytes(head) + (places // 2).astype(">u4").tobytes(), end < size)


def _walk(path: Path) -> tuple[NDArray[np.int64], int]:
    """Return where the whole records of a .shp lie, one after the other, and where the last of them ends."""
    places: list[tuple[int, int]] = []
    at = HEADER
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        usual = data[32:36]
        while at + 12 <= len(data):
            # Not by their numbers: some programs count from 0, or not at all.
            words = struct.unpack_from(">i", data, at + 4)[0]
            if words < 2 or at + 8 + 2 * words > len(data) or data[at + 8 : at + 12] not in (bytes(4), usual):
                break
            places.append((at, 2 * words))
            at += 8 + 2 * words
    return np.array(places, dtype=np.int64).reshape(-1, 2), at


@contextmanager
def _set_up(path: Path, parts: Mapping[str, Path], index: Index) -> Iterator[Path]:
    """Give a .shp beside which GDAL finds its parts: the one that was sent, or one in a folder of our own."""
    as_gdal_wants = all(file.stem == path.stem and file.suffix in (e, e.upper()) for e, file in parts.items())
    strange_prj = ".prj" not in parts and bool(siblings(path, [".prj"]))
    if index.rebuilt is None and as_gdal_wants and not strange_prj:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="onemap-") as folder:
        shp = Path(folder) / "t.shp"
        put_beside(path, shp)
        for ending, file in parts.items():
            if ending != ".shx" or index.rebuilt is None:
                put_beside(file, shp.with_suffix(ending))
        if index.rebuilt is not None:
            shp.with_suffix(".shx").write_bytes(index.rebuilt)
        yield shp


def _told(index: Index, parts: Mapping[str, Path], table: Dbf | None, read: int) -> Iterator[Fault]:
    """Tell of parts that are missing, damaged, cut off, or do not belong together."""
    shapes = len(index.places)
    if index.rebuilt is not None:
        said = tr("its .shx is damaged") if ".shx" in parts else tr("its .shx is missing")
        message = tr("{said}; it was made again from the .shp, with {count} records", said=said, count=shapes)
        yield Fault("missing_part", message, _again(), action="repaired")
    if table is None:
        said = tr("its .dbf is no DBF file") if ".dbf" in parts else tr("its .dbf is missing")
        message = tr("{said}: there are no attributes, only {count} shapes", said=said, count=shapes)
        yield Fault("missing_part", message, _again(), severity="error")
    elif index.cut:
        counts = {"shapes": shapes, "records": table.records}
        message = tr("its .shp is cut off or damaged after {shapes} shapes; its .dbf has {records} records", **counts)
        yield Fault("unreadable", message, _again(), action="dropped")
    elif table.records < table.announced:
        counts = {"records": table.records, "announced": table.announced, "shapes": shapes}
        message = tr("its .dbf is cut off: {records} of {announced} records are there, for {shapes} shapes", **counts)
        yield Fault("missing_part", message, _again(), action="dropped", severity="error")
    elif table.records != shapes:
        message = tr(
            "its .shp has {shapes} shapes, its .dbf {records} records; only {count} were read, if they belong together",
            shapes=shapes, records=table.records, count=min(shapes, table.records),
        )  # fmt: skip
        yield Fault("missing_part", message, _again(), action="dropped", severity="error")
    if index.rebuilt is None and index.beyond:
        message = tr("its .shp is cut off: {count} of its {shapes} shapes are lost", count=index.beyond, shapes=shapes)
        yield Fault("unreadable", message, _again(), action="blanked")
    deleted = (shapes if table is None else min(shapes, table.records)) - read
    if deleted > 0:
        message = tr("{count} records are marked as deleted in its .dbf and were not read", count=deleted)
        yield Fault("not_a_record", message, tr("if they are wanted, ask for a fresh copy with them"), action="dropped")


def _unread(path: Path, index: Index, features: Features) -> Iterator[Fault]:
    """Tell of records that are not null, though GDAL makes nothing of them."""
    told = {fault.at for fault in features.faults}
    missing = [row for row in np.flatnonzero(shapely.is_missing(features.shapes)).tolist() if row not in told]
    with path.open("rb") as file:
        for row in missing:
            offset, length = index.places[features.ids[row]]
            file.seek(int(offset) + 8)
            if offset + 8 + length <= index.size and any(file.read(4)):
                message = tr("its shape cannot be read: a ring with fewer than three corners, or damaged bytes")
                yield Fault("invalid_geometry", message, tr("draw it again in the source"), row, action="blanked")


def _as_written(columns: Sequence[Column], table: Dbf, ids: NDArray[np.int64]) -> list[Column]:
    """Return the columns; those of kinds of which GDAL makes more than is written are taken from the cells."""
    places = [at for at, field in enumerate(table.fields) if _reading(field)]
    written = list(columns)
    if places:
        for at, cells in zip(places, table.cells([table.fields[at] for at in places], ids), strict=True):
            written[at] = _shared(cells, READINGS[_reading(table.fields[at])])
    return written


def _reading(field: DbfField) -> str:
    """Return how the cells of a field are to be read by ourselves, or "" where GDAL is right."""
    if field.kind in "NF" and field.decimals == 0 and field.width > EXACT_DIGITS:
        return "N"
    return field.kind if field.kind in "DL" and field.width else ""


def _shared(cells: NDArray[np.bytes_], read: Callable[[str], object]) -> Shared:
    distinct, at = np.unique(cells, return_inverse=True)
    values = [read(cell.decode("latin-1").strip("\0 ")) for cell in distinct.tolist()]
    known = np.array([value is not None for value in values], dtype=bool)
    places = np.where(known, np.cumsum(known) - 1, -1).astype(np.int32)
    return Shared([value for value in values if value is not None], places[at])


def _date(text: str) -> dt.date | str | None:
    """Return the date that a cell holds, or its text where it is none; GDAL makes 2 March of 30 February."""
    if not text.strip("0"):
        return None
    try:
        return dt.datetime.strptime(text, "%Y%m%d").date()
    except ValueError:
        return text


def _yes_or_no(text: str) -> bool | None:
    """Return what a logical cell says; a blank says nothing, though for GDAL it says no."""
    return LOGICAL.get(text.upper())


def _whole_number(text: str) -> str | None:
    """Return the digits of a number too long for GDAL, which makes a float of it; asterisks are an overflow."""
    return text if text.strip("*") else None


READINGS: Final[Mapping[str, Callable[[str], object]]] = {"D": _date, "L": _yes_or_no, "N": _whole_number}


def _again() -> str:
    return tr("ask for the shapefile again, with all its parts")
