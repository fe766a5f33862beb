"""Which files a source of the project means: a file, a sheet, a folder, a pattern, a zip, a table of a database."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from glob import has_magic
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from onemap.errors import PathError
from onemap.ingest.folders import Contents, ending, look_into, relative, tell_contents
from onemap.ingest.raw import Fault, Inner, Raw, UnreadableError, not_opened
from onemap.ingest.readers.archives import unpacked
from onemap.ingest.readers.kml import KML, read_kml
from onemap.ingest.readers.sheets import known_sheets, read_text_table, read_workbook
from onemap.ingest.readers.tables_in_databases import source_name
from onemap.ingest.readers.vectors import TABLE, known_layers, read_parquet, read_vector
from onemap.spec.layer import LayerSpec
from onemap.spec.project import Project, SourceSpec, split_at_zip
from onemap.text import tr

Reader = Callable[[Path, SourceSpec, set[str]], Raw]

WORKBOOKS: Final = (".xlsx", ".xlsm", ".xls", ".xlsb", ".et", ".ods")

READERS: Final[Mapping[str, Reader]] = {
    **dict.fromkeys((".shp", ".gdb", ".gpkg", ".geojson", ".json", ".fgb", ".dxf", ".tab", ".mif", TABLE), read_vector),
    **dict.fromkeys(KML, read_kml),
    **dict.fromkeys((".parquet", ".geoparquet"), read_parquet),
    **dict.fromkeys(WORKBOOKS, read_workbook),
    **dict.fromkeys((".csv", ".tsv", ".txt"), read_text_table),
}
"""The reader of each file ending."""

LISTINGS: Final[Mapping[str, Callable[[Path, set[str]], list[Inner]]]] = {
    **dict.fromkeys((".gdb", ".gpkg"), known_layers),
    **dict.fromkeys(WORKBOOKS, known_sheets),
}
"""What lists the sheets or layers of files that may have several."""

ALIKE: Final = 0.6
"""Sheets belong together whose headers know at least this share of the columns that the best known one does."""

ZIP: Final = ".zip"
GEODATABASE: Final = ".gdb"
NOTE: Final = ".txt"
RASTERS: Final = (".tif", ".tiff", ".img", ".asc")

GUESSED: Final = (*(kind for kind in READERS if kind != TABLE), *RASTERS)
"""The endings of files of which somebody asks what layer they fill. A .dbf without its .shp is what is left of a
shapefile; only the project knows where it is a table by itself."""

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
    member: str = ""
    """What the project names in the zip."""
    several: bool = False
    """Whether it is one of several that were found, so that it may turn out to be of another kind."""
    faults: tuple[Fault, ...] = ()
    """What was taken, and what was left."""
    trouble: UnreadableError | None = None
    """Why it cannot even be opened."""
    may_be_empty: bool = False
    """Whether it is a sheet of a form, in which there need be no record."""

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
            # Its library takes a while to load, and most projects have files only.
            from onemap.ingest.readers.postgis import read_postgis

            return read_postgis(self.spec.path, self.spec, words)
        try:
            return READERS[ending(self.path)](self.path, self.spec, words)
        except OSError as fault:
            raise not_opened(self.path, fault) from None


def endings_of(layer: LayerSpec) -> tuple[str, ...]:
    """Return the endings of the files that can fill a layer."""
    if layer.is_raster:
        return RASTERS
    # A table of what has places is what is left of a shapefile.
    return tuple(kind for kind in READERS if kind != TABLE or layer.geometry == ("table",))


def check_ending(layer: LayerSpec, spec: SourceSpec, project: Project) -> None:
    """Raise PathError where no reader of such a layer reads what the project names."""
    if has_magic(spec.path):
        return
    for path in project.find(spec):
        message = tr("sources.{layer}: {path} is of a kind that is not read", layer=layer.id, path=spec.path)
        if ending(path) in (*READERS, *RASTERS):
            message = tr("sources.{layer}: {path} cannot fill such a layer", layer=layer.id, path=spec.path)
        check_kind(path, endings_of(layer), message)


def check_kind(path: Path, endings: Sequence[str], message: str) -> None:
    """Raise PathError with a message and advice where a path is no folder, no zip, and has none of the endings."""
    kind = ending(path)
    if path.exists() and not path.is_file() and not path.is_dir():
        raise PathError(message, tr("it is no file"))
    if kind not in (*endings, ZIP) and not path.is_dir():
        raise PathError(message, _advise(kind, endings))


def _advise(kind: str, endings: Sequence[str]) -> str:
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
    bulk = len(found) != 1 or has_magic(spec.path) or (found[0].is_dir() and ending(found[0]) != GEODATABASE)
    if not bulk:
        member = split_at_zip(spec.path, project.folder)[1]
        return _opened(Part(spec, shown(spec.path), found[0], found[0], member=member), search)
    wanted = [*search.endings, ZIP]
    contents = look_into(found, wanted, _named_folder(spec, project))
    if not has_magic(spec.path):
        contents = _without_notes(contents)
    parts = []
    for file in contents.taken:
        path = relative(file, project.folder)
        parts += _opened(Part(spec.model_copy(update={"path": path}), shown(path), file, file, several=True), search)
    if not parts:
        hint = tr("put the data there, as one of: {endings}", endings=" ".join(wanted))
        nothing = UnreadableError(tr("{file} holds no file that is read", file=spec.path), hint)
        parts = [Part(spec, shown(spec.path), Path(), None, trouble=nothing)]
    return _told(parts, tell_contents(contents, lambda path: shown(relative(path, project.folder))))


def _named_folder(spec: SourceSpec, project: Project) -> Path:
    """Return the folder that a source names, of a pattern as far as it is none."""
    path = project.folder / spec.path
    return next((above for above in path.parents if not has_magic(str(above))), path) if has_magic(spec.path) else path


def shown(path: str) -> str:
    """Return how a path is written in a build: an absolute one by its name alone, as it tells of someone's machine."""
    return Path(path).name if Path(path).is_absolute() else path


def _opened(part: Part, search: Search) -> list[Part]:
    """Return what is inside a zip or a workbook, and anything else as it is."""
    if ending(part.path) == GEODATABASE and part.path.suffix.lower() != GEODATABASE:
        part = replace(part, path=_with_its_ending(part.path, search.stack))
    try:
        if ending(part.path) == ZIP:
            return _members(part, search)
        if ending(part.path) in LISTINGS and part.spec.layer in (None, EVERY):
            return _sheets(part, search.words)
    except UnreadableError as fault:
        return [replace(part, trouble=fault)]
    except OSError as fault:
        return [replace(part, trouble=not_opened(part.path, fault))]
    if part.spec.layer == EVERY:
        return [replace(part, spec=part.spec.model_copy(update={"layer": None}))]
    return [part]


def _with_its_ending(geodatabase: Path, stack: ExitStack) -> Path:
    """Return a geodatabase by a name that GDAL knows it by: people zip or copy what is inside a .gdb alone."""
    target = Path(stack.enter_context(TemporaryDirectory(prefix="onemap-"))) / f"t{GEODATABASE}"
    try:
        target.symlink_to(geodatabase.resolve(), target_is_directory=True)
    except OSError:
        # Windows lets only administrators and developers link.
        shutil.copytree(geodatabase, target)
    return target


def _without_notes(contents: Contents) -> Contents:
    """Take a text file for a note where there is other data beside it, and for a table where there is none."""
    notes = [file for file in contents.taken if ending(file) == NOTE]
    if len(notes) == len(contents.taken):
        return contents
    taken = [file for file in contents.taken if file not in notes]
    return replace(contents, taken=taken, left=sorted([*contents.left, *notes]))


def _members(part: Part, search: Search) -> list[Part]:
    folder = search.stack.enter_context(unpacked(part.path))
    contents = look_into([folder], search.endings)
    contents = contents if part.member else _without_notes(contents)
    told = tell_contents(contents, lambda path: f"{part.name}/{relative(path, folder)}")
    inside = {relative(file, folder): file for file in contents.taken}
    named, layer = _named_members(part, inside)
    if not named:
        left = ", ".join(relative(file, folder) for file in contents.left) or tr("none")
        nothing = UnreadableError(
            tr("{file} holds no file that is read; it holds: {names}", file=part.name, names=left),
            tr("look into it, and ask for the data"),
        )
        return _told([replace(part, trouble=nothing)], [fault for fault in told if fault.source])
    parts = []
    for name in named:
        spec = part.spec.model_copy(update={"layer": layer})
        own = replace(part, spec=spec, path=inside[name], member="")
        if len(named) > 1:
            spec = spec.model_copy(update={"path": f"{part.spec.path}/{name}"})
            own = replace(own, spec=spec, name=f"{part.name}/{name}", several=True)
        parts += _opened(own, search)
    # Who names a file means that and no other.
    everything = len(named) == len(inside) and not part.member
    return _told(parts, told) if everything else parts


def _named_members(part: Part, inside: Mapping[str, Path]) -> tuple[list[str], str | None]:
    """Return which files of a zip are meant, and the layer that is meant in each."""
    asked, layer = part.member or part.spec.layer, part.spec.layer if part.member else None
    if not part.member and (len(inside) <= 1 or asked == EVERY):
        return [*inside], part.spec.layer
    named = [name for name in inside if name == asked]
    named = named or [name for name, file in inside.items() if asked in (file.name, file.stem)]
    if len(named) != 1:
        names = ", ".join(inside) or tr("none")
        hint = tr('name one of them: path = "{path}/{name}"; or take all of them: layer = "*"',
                  path=part.name.removesuffix(f"/{part.member}"), name=next(iter(inside), "…"))  # fmt: skip
        raise UnreadableError(tr("{file} holds several files: {names}", file=part.name, names=names), hint)
    return named, layer


def _sheets(part: Part, words: set[str]) -> list[Part]:
    """Return the sheets of a workbook, or the layers of a geodatabase, that know most; of `EVERY` all of them.

    Hidden sheets are drop-down lists, or what somebody has put away: they are read only where no other is known.
    """
    listed = LISTINGS[ending(part.path)](part.path, words)
    known = any(one.known for one in listed)
    visible = [one for one in listed if not one.hidden and (one.known or not known or part.spec.layer == EVERY)]
    open_to = visible or [one for one in listed if one.known] or listed
    best = max((one.known for one in open_to), default=0)
    taken = [one for one in open_to if part.spec.layer == EVERY or one.known >= max(ALIKE * best, min(best, 2))]
    if best == 0 and part.spec.layer is None:
        # No sheet has a header that says anything: the reader takes the first, and its columns are told.
        taken = taken[:1]
    several = len(taken) > 1
    sheets = [
        replace(
            part,
            spec=part.spec.model_copy(update={"layer": one.name}),
            name=f"{part.name} [{one.name}]" if several else part.name,
            several=part.several or several,
        )
        for one in taken
    ]
    together = several and part.spec.layer != EVERY
    return _told(sheets, _tell_sheets(taken, [one for one in listed if one not in taken], together))


def _tell_sheets(taken: Sequence[Inner], left: Sequence[Inner], together: bool) -> list[Fault]:
    """Return what is to be said of sheets that are read together by their headers, and of those that are left."""
    faults = []
    name_it = tr("if only one is meant, name it: layer = …")
    if together:
        message = tr("read together, as their headers are alike: {names}", names=_names(taken))
        faults.append(Fault("parts_chosen", message, name_it))
    shut = [one for one in taken if one.hidden]
    if shut:
        message = tr("hidden, but read, as no other sheet has a known header: {names}", names=_names(shut))
        faults.append(Fault("parts_chosen", message, name_it, severity="warning"))
    for hidden, template in (
        (False, tr("not read: {names}", names=_names([one for one in left if not one.hidden]))),
        (True, tr("hidden sheets, not read: {names}", names=_names([one for one in left if one.hidden]))),
    ):
        if any(one.hidden == hidden for one in left):
            faults.append(Fault("parts_chosen", template, tr("if it is data, name it in the project")))
    return faults


def _names(listed: Sequence[Inner]) -> str:
    return ", ".join(one.name for one in listed)


def _told(parts: list[Part], faults: Sequence[Fault]) -> list[Part]:
    """Return the parts, the first of which says what was read together and what was left."""
    if not faults or not parts:
        return parts
    return [replace(parts[0], faults=(*parts[0].faults, *faults)), *parts[1:]]
