"""Reads KML, KMZ and what 奥维 makes of them; GDAL turns Chinese names of ExtendedData into underscores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple

import geopandas as gpd
import pandas as pd

from onemap.geodesy import LONLAT
from onemap.ingest.raw import Fault, Raw, UnreadableError
from onemap.ingest.readers.archives import is_zip, members, unpacked
from onemap.ingest.readers.decoding import unproved
from onemap.ingest.readers.encoding import Finding
from onemap.ingest.readers.kml_document import Document, read_document
from onemap.ingest.readers.kml_marks import DATUM, DESCRIPTION, NAME, Folder, Mark
from onemap.ingest.readers.kml_shapes import ShapeError
from onemap.model import EncodingRecord
from onemap.spec.project import SourceSpec
from onemap.text import fold, tr

WGS84: Final = "EPSG:4326"
"""What KML is in, by its standard."""

CGCS2000: Final = "EPSG:4490"
DATUMS: Final[Mapping[str, str]] = {"cgcs2000": CGCS2000, "wgs84": WGS84}
"""What 奥维 says of a placemark's coordinates, folded, where they are not offset."""

KML: Final = (".kml", ".kmz", ".ovkml", ".ovkmz")

FOLDER: Final = "Folder"
LAST: Final = (FOLDER, DESCRIPTION, DATUM)

FEW_LINKS: Final = 5
MAIN: Final = "doc.kml"
MOST_COLUMNS: Final = 1000
"""More attributes than this are sentences taken for attributes, or a file made to fill the memory."""


def read_kml(path: Path, source: SourceSpec, words: set[str]) -> Raw:
    """Read the placemarks of a KML or KMZ file, in the order of the file and numbered from 1.

    Which of the two it is its content says, not its ending. `source.layer` names a folder or document in it.

    Raises
    ------
    UnreadableError
        It is neither, or only links to the data, or has no such folder.
    """
    del words  # Placemarks have no header to find.
    layer = source.layer
    documents, here = (_read if layer is None else _read_once)(path, source.encoding)
    marks = [mark for document in documents for mark in document.marks]
    # A KMZ may link to files of its own, which are read.
    links = [link for document in documents for link in document.links if PurePosixPath(link).name not in here]
    if links and not marks:
        message = tr("{file} holds no data, only a link to it: {link}", file=path.name, link=links[0])
        raise UnreadableError(message, tr("open it in Google Earth, and save the places themselves as KML"))
    folders = [folder for document in documents for folder in document.folders]
    rows = [n for n, mark in enumerate(marks, 1) if layer is None or _is_in(mark, layer)]
    if layer is not None and not any(folder.name == layer for folder in folders):
        raise _no_folder(path, layer, folders)
    chosen = [marks[row - 1] for row in rows]
    titles = {name: title for document in documents for name, title in document.titles.items()}
    findings = [document.finding for document in documents]
    faults = (
        *(fault for finding in findings for fault in unproved(finding)),
        *_link_faults(links),
        *_shape_faults(chosen),
        *_offset_faults(chosen, source),
    )
    shapes = [None if isinstance(mark.shape, ShapeError) else mark.shape.geometry for mark in chosen]
    declared = {DATUMS.get(_folded(mark.datum), WGS84) for mark in chosen}
    return Raw(
        _frame(chosen, titles, path),
        gpd.GeoSeries(shapes, crs=LONLAT),
        rows,
        _record(findings),
        declared_crs=CGCS2000 if declared == {CGCS2000} else WGS84,
        faults=faults,
    )


class SideBySide(NamedTuple):
    """The outermost folders of a file that stand beside one another."""

    names: tuple[str, ...] = ()
    """Of those with placemarks; none where a folder cannot be told by its name."""
    loose: int = 0
    """How many placemarks stand beside them, in none."""
    has_lists: bool = False
    """Whether lists of a build stand beside them."""


def side_by_side(path: Path, encoding: str | None) -> SideBySide:
    """Return the folders of a file each of which may be a layer of its own; the lists of a build are none.

    Raises
    ------
    UnreadableError
        It is no KML.
    """
    documents, _ = _read_once(path, encoding)
    marks = [mark for document in documents for mark in document.marks]
    level = 0
    while marks and all(len(mark.around) > level and mark.around[level] is marks[0].around[level] for mark in marks):
        level += 1
    inside: dict[int, list[Mark]] = {}
    for mark in marks:
        if len(mark.around) > level:
            inside.setdefault(id(mark.around[level]), []).append(mark)
    # A source names a folder wherever it lies.
    called = Counter(folder.name for document in documents for folder in document.folders)
    names = {own[0].around[level].name: own for own in inside.values()}
    if any(not name or called[name] > 1 for name in names):
        return SideBySide()
    layers = [name for name, own in names.items() if not all(one.is_listed for one in own)]
    loose = sum(len(mark.around) == level for mark in marks)
    return SideBySide(tuple(layers), loose, has_lists=len(layers) < len(names))


def _read(path: Path, encoding: str | None) -> tuple[list[Document], set[str]]:
    """Return the documents of a file, and what they are called."""
    with _plain(path) as files:
        return [read_document(file, encoding) for file in files], {file.name for file in files}


def _read_once(path: Path, encoding: str | None) -> tuple[list[Document], set[str]]:
    """Read a file whose folders are asked for one after another."""
    state = path.stat()
    return _kept(path, encoding, (state.st_size, state.st_mtime_ns))


@lru_cache(maxsize=1)
def _kept(path: Path, encoding: str | None, state: tuple[int, int]) -> tuple[list[Document], set[str]]:
    del state
    return _read(path, encoding)


def _link_faults(links: Sequence[str]) -> Iterator[Fault]:
    if links:
        message = tr(
            "it links to more places elsewhere, which were not read: {links}", links=", ".join(links[:FEW_LINKS])
        )
        hint = tr("open it in Google Earth, and save the places themselves as KML")
        yield Fault("parts_chosen", message, hint, action="dropped", severity="warning")


@contextmanager
def _plain(path: Path) -> Iterator[list[Path]]:
    """Give the KML files that a file is or holds: the main one first, then those that it links to."""
    if not is_zip(path):
        yield [path]
        return
    names = [name for name in members(path) if _is_kml(name)]
    if not names:
        message = tr("{file} holds no KML", file=path.name)
        raise UnreadableError(message, tr("open it in Google Earth or 奥维, and export it again"))
    names.sort(key=lambda name: (PurePosixPath(name).name.lower() != MAIN, name.count("/"), name))
    with unpacked(path, _is_kml) as folder:
        yield [folder / name for name in names]


def _is_kml(name: str) -> bool:
    return name.lower().endswith((".kml", ".ovkml"))


def _is_in(mark: Mark, layer: str) -> bool:
    return any(folder.name == layer for folder in mark.around)


def _no_folder(path: Path, layer: str, folders: list[Folder]) -> UnreadableError:
    names = ", ".join(dict.fromkeys(folder.name for folder in folders if folder.name)) or tr("none")
    return UnreadableError(
        tr("{file} has no folder {layer!r}; it has: {names}", file=path.name, layer=layer, names=names),
        tr("name one of them in the project: layer = …"),
    )


def _frame(marks: list[Mark], titles: Mapping[str, str], path: Path) -> pd.DataFrame:
    columns: dict[str, list[str | None]] = {NAME: [None] * len(marks)}
    for at, mark in enumerate(marks):
        folder = next((folder.name for folder in reversed(mark.around) if folder.name), "")
        for name, value in {**mark.fields, FOLDER: mark.fields.get(FOLDER) or folder}.items():
            if name not in columns:
                columns[name] = [None] * len(marks)
            columns[name][at] = value or None
        if len(columns) > MOST_COLUMNS:
            message = tr("{file} has more than {count} attributes", file=path.name, count=MOST_COLUMNS)
            raise UnreadableError(message, tr("open it in Google Earth or 奥维, and export it again"))
    # Columns of our own making stand behind the file's, where there is anything in them.
    kept = [name for name in columns if name and name not in LAST]
    kept += [name for name in LAST if any(columns.get(name, ()))]
    called = {name: titles[name] for name in kept if titles.get(name) and titles[name] not in columns}
    index = pd.RangeIndex(len(marks))
    return pd.DataFrame({called.get(name, name): columns[name] for name in kept}, index=index, dtype=object)


def _shape_faults(marks: list[Mark]) -> Iterator[Fault]:
    labels = 0
    for at, mark in enumerate(marks):
        if isinstance(mark.shape, ShapeError):
            hint = tr("draw it again in the source; without it the record is in no list by place")
            yield Fault("invalid_geometry", mark.shape.reason, hint, at, "x", mark.shape.written, "blanked")
            continue
        labels += mark.shape.label_left
        hint = tr("compare the repaired shape with the source")
        for message in dict.fromkeys(mark.shape.mended):
            yield Fault("invalid_geometry", message, hint, at, action="repaired")
    if labels:
        message = tr("{count} polygons carry a point for their label; the points were left out", count=labels)
        yield Fault("invalid_geometry", message, tr("nothing to do"), action="repaired", severity="info")


def _offset_faults(marks: list[Mark], source: SourceSpec) -> Iterator[Fault]:
    """Tell that 奥维 says of its own placemarks that they are offset, where the project does not know it."""
    said = Counter(_folded(mark.datum) for mark in marks)
    for datum, count in said.items():
        known = {"gcj02": "gcj02", "bd09": "bd09"}.get(datum)
        if known is None or source.coord_type == known:
            continue
        message = tr(
            "{count} placemarks say that they are in {datum} coordinates, which are shifted by hundreds of metres",
            count=count,
            datum=datum.upper(),
        )
        hint = tr("export it from 奥维 in CGCS2000, or write in the project: coord_type = {known!r}", known=known)
        yield Fault("likely_offset", message, hint, value=datum.upper())


def _folded(datum: str) -> str:
    return fold(datum).replace("-", "")


def _record(findings: list[Finding]) -> EncodingRecord:
    found = dict.fromkeys(finding.record.found for finding in findings)
    evidence = dict.fromkeys(finding.record.evidence for finding in findings)
    return EncodingRecord(", ".join(found), " | ".join(evidence))
