"""What a project is: which files fill which layers, and what is asked of them, as in `project.toml`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from glob import has_magic
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, field_validator

from onemap.errors import PathError, ProjectError, nearest
from onemap.spec import toml
from onemap.spec.base_map import BaseMapSpec
from onemap.spec.catalogue import Catalogue, load_catalogue
from onemap.spec.crs import crs_of, is_modern, is_shift, name_of
from onemap.spec.layer import as_tuple
from onemap.spec.suggestions import meant, orphans, similar_file
from onemap.spec.toml import Spec
from onemap.text import tr

PROJECT_FILE: Final = "project.toml"
FORCE: Final = "force:"
DATABASES: Final = ("postgresql://", "postgres://")
"""How the URLs of databases begin."""

LOCKS: Final = ("~$", ".~lock.")
"""How the files are called that Excel, WPS and LibreOffice keep beside one that is open."""

CoordType = Literal["cgcs2000", "wgs84", "gcj02", "bd09"]
Columns = Annotated[tuple[str, ...], BeforeValidator(as_tuple), Field(min_length=1, max_length=3)]
"""One column, or those of degrees, minutes and seconds."""


class DatumShift(Spec):
    """Seven parameters that turn an older datum into CGCS2000 (布尔沙 model): metres, arc-seconds, parts per million.

    The two conventions differ in the sign of the rotations (EPSG methods 9606 and 9607); a project says which it has.
    """

    dx: float
    dy: float
    dz: float
    rx: float = 0
    ry: float = 0
    rz: float = 0
    ds: float = 0
    convention: Literal["position_vector", "coordinate_frame"]


class SourceSpec(Spec):
    """A file, sheet or gdb layer that fills a layer."""

    path: str
    layer: str | None = None
    encoding: str | None = None
    crs: str | None = None
    datum_shift: DatumShift | str | None = Field(default=None, description="seven parameters, or a PROJ string")
    x: Columns | None = None
    y: Columns | None = None
    angles: Literal["D.MMSS"] | None = Field(default=None, description="packed degrees: 112.4712 is 112°47′12″")
    coord_type: CoordType | None = None
    columns: dict[str, str] = {}
    only: dict[str, Annotated[tuple[str, ...], BeforeValidator(as_tuple)]] = {}
    as_of: dt.date | None = None
    provided_by: str = ""

    @property
    def in_database(self) -> bool:
        """Whether it is a table of a database, and `path` the URL of the connection."""
        return self.path.startswith(DATABASES)

    @field_validator("crs")
    @classmethod
    def _crs_is_known(cls, crs: str | None) -> str | None:
        if crs is not None:
            crs_of(crs.removeprefix(FORCE))
        return crs

    @field_validator("datum_shift")
    @classmethod
    def _shift_is_understood(cls, shift: DatumShift | str | None) -> DatumShift | str | None:
        # Its numbers are secrets: no message repeats them.
        if isinstance(shift, str) and not is_shift(shift):
            message = tr("this is no PROJ string: write +proj=pipeline …, or +towgs84= with 3 or 7 numbers")
            raise ValueError(message)
        return shift

    @field_validator("encoding")
    @classmethod
    def _encoding_is_known(cls, encoding: str | None) -> str | None:
        if encoding is not None:
            try:
                "".encode(encoding)
            except LookupError:
                message = tr("there is no encoding {encoding!r}; usual ones are gbk and utf-8", encoding=encoding)
                raise ValueError(message) from None
        return encoding


class ReviewSpec(Spec):
    """The issue workbooks that came back with decisions."""

    workbook: Annotated[tuple[str, ...], BeforeValidator(as_tuple), Field(min_length=1)]


class SheetSpec(Spec):
    """What stands in the margin of printed maps; a name that is left out is a line to sign on."""

    made_by: str = ""
    checked_by: str = ""


class ProjectSpec(Spec):
    """The keys of a project file."""

    title: str
    county: str = Field(pattern=r"^\d{6}$", description="GB/T 2260")
    period: str = Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")
    crs: str | None = None
    layers: str | None = None
    previous: str | None = None
    sources: dict[str, Annotated[tuple[SourceSpec, ...], BeforeValidator(as_tuple)]] = Field({}, validate_default=True)
    rules: dict[str, Any] = {}
    review: ReviewSpec | None = None
    sheet: SheetSpec = SheetSpec()
    # Nothing that is worked out follows from them, and they may hold a token: they stay out of what is kept and told.
    basemap: Annotated[tuple[BaseMapSpec, ...], BeforeValidator(as_tuple)] = Field((), exclude=True, repr=False)

    @field_validator("sources")
    @classmethod
    def _sources_are_named(cls, sources: dict[str, Any]) -> dict[str, Any]:
        if not sources:
            message = tr("no source is named yet; write [sources.<layer>], and below it path = …")
            raise ValueError(message)
        return sources

    @field_validator("crs")
    @classmethod
    def _crs_is_metric(cls, crs: str | None) -> str | None:
        if crs is not None and not crs_of(crs).is_projected:
            message = tr("{crs} is not a projected CRS in metres; for example EPSG:4547", crs=name_of(crs))
            raise ValueError(message)
        if crs is not None and not is_modern(crs_of(crs)):
            message = tr(
                "{crs} is not on CGCS2000, in which everything is kept; for example EPSG:4547", crs=name_of(crs)
            )
            raise ValueError(message)
        return crs


@dataclass(frozen=True)
class Project:
    """A project file, read and checked, with the catalogue that it knows."""

    folder: Path
    spec: ProjectSpec
    catalogue: Catalogue
    run: tuple[str, ...] | None = None
    """The rules asked for by name; None runs every rule whose layers are there."""
    returned: bool = False
    """Whether it stands for files that came back by themselves, in whose sheets there need be no record yet."""

    @property
    def sources(self) -> Mapping[str, tuple[SourceSpec, ...]]:
        """For each layer id the sources that fill it."""
        return self.spec.sources

    @property
    def previous(self) -> Path | None:
        """The folder of the build with which this one is compared."""
        return self.folder / self.spec.previous if self.spec.previous else None

    def find(self, source: SourceSpec) -> list[Path]:
        """Return where the files of a source lie on this machine: one, those that a pattern finds, or none."""
        if source.in_database:
            return []
        return self._files(split_at_zip(source.path, self.folder)[0])

    def _files(self, pattern: str) -> list[Path]:
        path = Path(pattern)
        if (self.folder / path).exists() or not has_magic(pattern):
            return [self.folder / path]
        home = Path(path.anchor) if path.is_absolute() else self.folder
        return sorted(home.glob(str(path.relative_to(path.anchor))))

    def find_workbooks(self) -> list[tuple[str, Path]]:
        """Return the issue workbooks that came back with decisions: what messages call each, and where it is."""
        named = self.spec.review.workbook if self.spec.review else ()
        files = [file for pattern in named for file in self._files(pattern) if not file.name.startswith(LOCKS)]
        return [(self._name(file), file) for file in dict.fromkeys(files)]

    def _name(self, file: Path) -> str:
        inside = file.is_relative_to(self.folder)
        return file.relative_to(self.folder).as_posix() if inside else file.name


def split_at_zip(path: str, folder: Path) -> tuple[str, str]:
    """Return a path up to the zip into which it leads, and what it names in there; "" where it leads into none."""
    for outer in Path(path).parents:
        if outer.suffix.lower() == ".zip" and (folder / outer).is_file():
            return outer.as_posix(), Path(path).relative_to(outer).as_posix()
    return path, ""


def load_project(path: str | Path) -> Project:
    """Read and check a project.

    Parameters
    ----------
    path
        A folder that holds `project.toml`, or that file.

    Raises
    ------
    PathError
        The project, or a file that it names, is not there.
    ProjectError
        The project file is wrong: everything that is wrong in it is told at once.
    SpecError
        A layer or rule file is wrong.

    Examples
    --------
    >>> load_project("no-such-folder")
    Traceback (most recent call last):
    onemap.errors.PathError: no-such-folder 中没有 project.toml
    """
    file = Path(path)
    if file.suffix != ".toml":
        if not (file / PROJECT_FILE).is_file():
            message = tr("there is no {file} in {folder}", file=PROJECT_FILE, folder=file)
            raise PathError(message, tr("make one with: onemap init DIR --county 410883 --name 孟州市"))
        file = file / PROJECT_FILE
    table = toml.read(file, ProjectError)
    spec = toml.parse(ProjectSpec, table, file.name, ProjectError)
    folder = file.resolve().parent
    overlay = folder / spec.layers if spec.layers else None
    if overlay and not overlay.is_dir():
        message = tr("layers: there is no folder {folder}", folder=spec.layers)
        raise PathError(message, tr("leave the key out to use the built-in layers"))
    changes = {own_id: change for own_id, change in spec.rules.items() if own_id != "run"}
    _check_changes(changes)
    catalogue = load_catalogue(overlay, changes)
    run = _rules_asked_for(spec.rules.get("run"), catalogue)
    project = Project(folder, spec, catalogue, run)
    _check_sources(project)
    _check_workbooks(project)
    return project


def _check_changes(changes: Mapping[str, Any]) -> None:
    for own_id, change in changes.items():
        if not isinstance(change, dict) or "id" in change:
            message = tr("rules.{rule} is not a table of keys to overrule", rule=own_id)
            raise ProjectError(message, tr("write [rules.{rule}] and below it, for example, reach = 800", rule=own_id))


def _rules_asked_for(run: Any, catalogue: Catalogue) -> tuple[str, ...] | None:
    if run is None:
        return None
    names = as_tuple(run)
    unknown = [str(name) for name in names if name not in catalogue.rules]
    if unknown:
        message = tr("rules.run: there is no rule {rules}", rules=", ".join(unknown))
        meant = nearest(unknown[0], catalogue.rules)
        hint = tr('did you mean "{meant}"?', meant=meant) if meant else ", ".join(catalogue.rules)
        raise ProjectError(message, hint)
    return tuple(names)


def _check_sources(project: Project) -> None:
    """Raise for the layers and fields of the sources that are not there, all told at once."""
    messages: list[str] = []
    hints: list[str] = []
    for layer, sources in project.sources.items():
        if layer not in project.catalogue.layers:
            messages.append(tr('sources: there is no layer "{layer}"', layer=layer))
            hints.append(meant(layer, project.catalogue.layers))
            continue
        fields = project.catalogue.layers[layer].fields
        for name in [name for source in sources for name in source.columns if name not in fields]:
            messages.append(tr('sources.{layer}.columns: there is no field "{name}"', layer=layer, name=name))
            hints.append(meant(name, fields))
    if messages:
        raise ProjectError("; ".join(messages), "; ".join(hints))
    _check_files(project)


def _check_files(project: Project) -> None:
    """Raise for the files of the sources that are not there, all told at once."""
    messages: list[str] = []
    hints: list[str] = []
    for layer, source in ((layer, source) for layer, sources in project.sources.items() for source in sources):
        files = project.find(source)
        if not source.in_database and not files:
            messages.append(tr("sources.{layer}: no file is called {path}", layer=layer, path=source.path))
            hints.append(tr("put files there, or correct the pattern; paths are relative to project.toml"))
        # What a pattern finds is there, though it may be a link that leads nowhere: an issue, as of any bad file.
        if not has_magic(source.path) and not all(file.exists() for file in files):
            messages.append(tr("sources.{layer}: no such file: {path}", layer=layer, path=source.path))
            hints.append(orphans(files[0]) or similar_file(files[0], project.folder))
    if messages:
        raise PathError("; ".join(messages), "; ".join(hints))


def _check_workbooks(project: Project) -> None:
    """Raise for issue workbooks that are not there: nobody's decisions are left out unnoticed."""
    found = project.find_workbooks()
    absent = [name for name, file in found if not file.is_file()]
    if project.spec.review is not None and (absent or not found):
        names = absent or [*project.spec.review.workbook]
        message = tr("review: no such workbook: {path}", path=", ".join(names))
        raise PathError(message, similar_file(project.folder / names[0], project.folder))
