"""Which files a source of the project means: a file, a sheet, a folder, a pattern, a zip, a table of a database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from glob import escape, has_magic
from pathlib import Path
from typing import Final

from onemap.errors import PathError
from onemap.ingest.raw import Fault, Raw, UnreadableError
from onemap.ingest.readers.archives import unpacked
from onemap.ingest.readers.kml import read_kml
from onemap.ingest.readers.postgis import read_postgis, source_name
from onemap.ingest.readers.sheets import known_sheets, read_text_table, read_workbook
from onemap.ingest.readers.vectors import known_layers, read_parquet, read_vector
from onemap.spec.layer import LayerSpec
from onemap.spec.project import Project, SourceSpec
from onemap.text import tr

Reader = Callable[[Path, SourceSpec, set[str]], Raw]

WORKBOOKS: Final = (".xlsx", ".xlsm", ".xls", ".xlsb", ".et", ".ods")

READERS: Final[Mapping[str, Reader]] = {
    **dict.fromkeys((".shp", ".gdb", ".gpkg", ".geojson", ".json", ".fgb", ".dxf", ".tab", ".mif"), read_vector),
    **dict.fromkeys((".kml", ".kmz", ".ovkml", ".ovkmz"), read_kml),
    **dict.fromkeys((".parquet", ".geoparquet"), read_parquet),
    **dict.fromkeys(WORKBOOKS, read_workbook),
    **dict.fromkeys((".csv", ".tsv", ".txt"), read_text_table),
}
"""The reader of each file ending."""

LISTINGS: Final[Mapping[str, Callable[[Path, set[str]], list[tuple[str, int]]]]] = {
    **dict.fromkeys((".gdb", ".gpkg"), known_layers),
    **dict.fromkeys(WORKBOOKS, known_sheets),
}
"""What lists the sheets or layers of files that may have several, and how many columns of each are known."""

ZIP: Final = ".zip"
RASTERS: Final = (".tif", ".tiff", ".img", ".asc")

SIDE_FILES: Final = (
    *(".dbf", ".shx", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".qmd", ".qml", ".qpj", ".fix", ".atx", ".ain", ".aih"),
    *(".ixs", ".mxs", ".dat", ".map", ".id", ".ind", ".mid", ".tfw", ".ovr", ".aux", ".rrd"),
    *(".lock", ".xml", ".txt", ".md", ".ini", ".db", ".toml"),
)
"""Endings of files that go with others or hold no records; in a folder they are passed over without a word."""

BUILD: Final = "manifest.json"
"""The file by which a folder is known for a build."""

EVERY: Final = "*"
"""`layer = "*"` takes every sheet of a workbook, or every file of a zip."""


@dataclass(frozen=True)
class Part:
    """One thing to read for a source: a file, a sheet, a table."""

    spec: SourceSpec
    """The project's word for it, with the sheet or layer that was found."""
    name: str
    """How issues, features and the manifest call it."""
    path: Path
    """What is read; of a database, nothing."""
    origin: Path | None
    """The file that was sent, such as the zip it lay in; None for a database."""
    several: bool = False
    """Whether it is one of several that were found, so that it may turn out to be of another kind."""
    faults: tuple[Fault, ...] = ()
    """What was taken, and what was left."""
    trouble: UnreadableError | None = None
    """Why it cannot even be opened."""

    def read(self, words: set[str]) -> Raw:
        """Read it.

        Raises
        ------
        UnreadableError
            It cannot be read.
        """
        if self.trouble is not None:
            raise self.trouble
        if self.spec.in_database:
            return read_postgis(self.spec.path, self.spec, words)
        return READERS[ending(self.path)](self.path, self.spec, words)


def ending(path: Path) -> str:
    """Return the ending of a file's name in lower case; a geodatabase's folder ends in ".gdb" whatever its name."""
    if path.is_dir() and any(path.glob("*.gdbtable")):
        return ".gdb"
    return path.suffix.lower()


def endings_of(layer: LayerSpec) -> tuple[str, ...]:
    """Return the endings of the files that can fill a layer."""
    return RASTERS if layer.is_raster else tuple(READERS)


def check_ending(layer: LayerSpec, spec: SourceSpec, project: Project) -> None:
    """Raise PathError where no reader of such a layer reads what the project names."""
    if has_magic(spec.path):
        return
    for path in project.find(spec):
        kind = ending(path)
        if kind not in (*endings_of(layer), ZIP) and not path.is_dir():
            message = tr("sources.{layer}: {path} is of a kind that is not read", layer=layer.id, path=spec.path)
            if kind in (*READERS, *RASTERS):
                message = tr("sources.{layer}: {path} cannot fill such a layer", layer=layer.id, path=spec.path)
            raise PathError(message, _advice(kind, endings_of(layer)))


def _advice(kind: str, endings: Sequence[str]) -> str:
    """Say what to do with a file that is not read."""
    if kind == ".mdb":
        return tr("only ArcGIS reads a personal geodatabase: ask for it as .gdb, .gpkg or shapefile")
    if kind == ".dwg":
        return tr("save it as .dxf in CAD, or ask for it as shapefile")
    if kind in (".rar", ".7z"):
        return tr("unpack it, and name the folder")
    return tr("save it as one of: {endings}", endings=" ".join([*endings, ZIP]))


@dataclass(frozen=True)
class Search:
    """What is looked for."""

    words: set[str]
    """The folded column names that mean something: of a workbook those sheets are read that know most."""
    endings: tuple[str, ...]
    stack: ExitStack
    """Keeps what zips were unpacked into until everything is read."""


def find_parts(spec: SourceSpec, project: Project, search: Search) -> list[Part]:
    """Return everything that is to be read for a source, in the order of the names."""
    if spec.in_database:
        return [Part(spec, source_name(spec.path, spec.layer), Path(), None)]
    found = project.find(spec)
    bulk = len(found) != 1 or has_magic(spec.path) or (found[0].is_dir() and ending(found[0]) != ".gdb")
    # In a folder a text file is a note; a pattern that finds it means it.
    wanted = [kind for kind in (*search.endings, ZIP) if kind != ".txt" or has_magic(spec.path)]
    files, left = _sorted_out(found, wanted) if bulk else (found, [])
    if not files:
        hint = tr("put the data there, as one of: {endings}", endings=" ".join(wanted))
        nothing = UnreadableError(tr("{file} holds no file that is read", file=spec.path), hint)
        return [Part(spec, shown(spec.path), Path(), None, trouble=nothing)]
    parts = []
    for file in files:
        path = _relative(file, project.folder) if bulk else spec.path
        whole = Part(spec.model_copy(update={"path": path}), shown(path), file, file, several=bulk)
        parts += _opened(whole, search)
    return _told(parts, [], [_relative(file, project.folder) for file in left])


def shown(path: str) -> str:
    """Return how a path is written in a build: an absolute one by its name alone, as it tells of someone's machine."""
    return Path(path).name if Path(path).is_absolute() else path


def _opened(part: Part, search: Search) -> list[Part]:
    """Return what is inside a zip or a workbook, and anything else as it is."""
    try:
        if ending(part.path) == ZIP:
            return _members(part, search)
        if ending(part.path) in LISTINGS and part.spec.layer in (None, EVERY):
            return _sheets(part, search.words)
    except UnreadableError as fault:
        return [replace(part, trouble=fault)]
    if part.spec.layer == EVERY:
        return [replace(part, spec=part.spec.model_copy(update={"layer": None}))]
    return [part]


def _members(part: Part, search: Search) -> list[Part]:
    folder = search.stack.enter_context(unpacked(part.path))
    files, left = _sorted_out([folder], [kind for kind in search.endings if kind != ".txt"])
    asked = part.spec.layer
    names = ", ".join(file.name for file in files) or tr("none")
    if len(files) > 1 and asked != EVERY:
        named = [file for file in files if asked in (file.name, file.stem)]
        if len(named) != 1:
            raise UnreadableError(
                tr("{file} holds several files: {names}", file=part.name, names=names),
                tr('name one of them: layer = …; or take all of them: layer = "*"'),
            )
        files, left, asked = named, [*(file for file in files if file not in named), *left], None
    if not files:
        inside = ", ".join(file.name for file in left) or tr("none")
        raise UnreadableError(
            tr("{file} holds no file that is read; it holds: {names}", file=part.name, names=inside),
            tr("look into it, and ask for the data"),
        )
    several = part.several or len(files) > 1
    parts = []
    for file in files:
        name = f"{part.name}/{_relative(file, folder)}" if len(files) > 1 else part.name
        spec = part.spec.model_copy(update={"layer": asked if len(files) == 1 else None})
        parts += _opened(replace(part, spec=spec, name=name, path=file, several=several), search)
    return _told(parts, [], [_relative(file, folder) for file in left])


def _sheets(part: Part, words: set[str]) -> list[Part]:
    """Return the sheets of a workbook, or the layers of a geodatabase, that know most; of `EVERY` all of them."""
    known = dict(LISTINGS[ending(part.path)](part.path, words))
    best = max(known.values(), default=0)
    taken = [sheet for sheet, count in known.items() if part.spec.layer == EVERY or count == best]
    if best == 0 and part.spec.layer is None:
        # No sheet has a header that says anything: the reader takes the first, and its columns are told.
        taken = taken[:1]
    several = len(taken) > 1
    sheets = [
        replace(
            part,
            spec=part.spec.model_copy(update={"layer": sheet}),
            name=f"{part.name} [{sheet}]" if several else part.name,
            several=part.several or several,
        )
        for sheet in taken
    ]
    return _told(sheets, taken if several else [], [sheet for sheet in known if sheet not in taken])


def _told(parts: list[Part], together: Sequence[str], left: Sequence[str]) -> list[Part]:
    """Return the parts, the first of which says what was read together and what was left."""
    faults = []
    if together:
        message = tr("read together, as their headers are alike: {names}", names=", ".join(together))
        faults.append(Fault("parts_chosen", message, tr("if only one is meant, name it: layer = …")))
    if left:
        message = tr("not read: {names}", names=", ".join(left))
        faults.append(Fault("parts_chosen", message, tr("if it is data, name it in the project")))
    if not faults or not parts:
        return parts
    return [replace(parts[0], faults=(*parts[0].faults, *faults)), *parts[1:]]


def _sorted_out(paths: Iterable[Path], wanted: Sequence[str]) -> tuple[list[Path], list[Path]]:
    """Return the files that are read and those that are left, of files and of everything in folders."""
    taken, left = [], []
    for path in sorted(paths):
        # An earlier build beside the data is not data.
        if path.name.startswith((".", "~$")) or any(_is_build(folder) for folder in (path, *path.parents[:2])):
            continue
        kind = ending(path)
        if path.is_dir() and kind != ".gdb":
            inner = _sorted_out(path.iterdir(), wanted)
            taken += inner[0]
            left += inner[1]
        elif kind in wanted:
            taken.append(path)
        elif kind not in SIDE_FILES or _is_orphan(path):
            left.append(path)
    return taken, left


def _is_build(folder: Path) -> bool:
    try:
        return '"products"' in (folder / BUILD).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return False


def _is_orphan(path: Path) -> bool:
    """Tell whether a table of attributes came without the shapes that it goes with."""
    return path.suffix.lower() == ".dbf" and not any(path.parent.glob(f"{escape(path.stem)}.[sS][hH][pP]"))


def _relative(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.as_posix()
