"""Files that came back from a bureau, checked by themselves: what each sheet is, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from onemap.cache import NOTHING_KEPT
from onemap.decision import REFERENCE
from onemap.errors import PathError
from onemap.ingest.columns import words_of
from onemap.ingest.files import EVERY, GUESSED, RASTERS, Part, Search, check_kind, find_parts
from onemap.ingest.folders import ending
from onemap.ingest.raw import Fault, Raw, UnreadableError
from onemap.ingest.readers.vectors import TABLE
from onemap.likeness import Guess, guess_layer, is_list, layers_apart, project_above, rank_layers
from onemap.model import Atlas, Issue, sorted_issues
from onemap.pipeline import check
from onemap.progress import Progress, begin, doing, expect, telling
from onemap.spec.layer import LayerSpec
from onemap.spec.project import PROJECT_FILE, Project, SourceSpec
from onemap.text import tr

NEAREST: Final = 3
"""So many layers are named that come near to a file that is of none."""


@dataclass(frozen=True)
class _Known:
    """A sheet or file whose layer is known, as a source of it."""

    layer: LayerSpec
    source: SourceSpec
    issue: Issue


@dataclass(frozen=True)
class _Stranger:
    """A sheet or file that fills no layer: what is said of it, and where it lies."""

    part: Part
    message: str
    hint: str
    kind: str


def is_project(path: Path) -> bool:
    """Tell whether a path is to be read as a project, and not as what a bureau sent.

    What is not there is a project too, unless it has the name of a file that is read.
    """
    if path.is_dir():
        return (path / PROJECT_FILE).is_file() or not any(path.iterdir())
    return path.suffix.lower() == ".toml" or (not path.exists() and path.suffix.lower() not in (*GUESSED, ".zip"))


def check_file(path: Path, county: str | None = None, progress: Progress | None = None) -> Atlas:
    """Read and prove what a bureau sent, without a project: an atlas of the layers that it fills.

    The layer of each sheet or file is told by the mark of the template, or else by the columns.

    Parameters
    ----------
    path
        A file, a zip or a folder. Where a project lies above it, that project's county and layers count.
    county
        Code of the county, GB/T 2260, where no project says it.
    progress
        Is told of each file or sheet, and of each check of each layer.

    Raises
    ------
    PathError
        There is no such file, it cannot be read, or it fills no layer.
    ProjectError
        The project file above it is not TOML.
    """
    with telling(progress):
        return _checked(path, county)


def _checked(path: Path, county: str | None) -> Atlas:
    if not path.exists():
        raise PathError(tr("no such file: {path}", path=path), tr("check the path"))
    endings = (*GUESSED, TABLE)
    check_kind(path, endings, tr("{path} is of a kind that is not read", path=path))
    project, source = project_above(path.resolve(), county, path.resolve().parent)
    words = {word for layer in project.catalogue.layers.values() for word in words_of(layer, source)}
    known: list[_Known] = []
    strangers: list[_Stranger] = []
    told: list[Issue] = []
    begin("recognising", 1)
    with ExitStack() as stack:
        with doing(path.name, steps=0):
            files = find_parts(source, project, Search(words, endings, stack))
            parts = [part for file in files for part in layers_apart(file, words, project.catalogue)]
        expect(len(parts) - 1)
        for part in parts:
            told += [_issue(fault, part) for fault in part.faults]
            with doing(part.name):
                found = _recognise(part, project, words)
            if isinstance(found, _Known):
                known.append(found)
            else:
                strangers.append(found)
    if not known:
        raise _unknown(path, strangers)
    told += [*(one.issue for one in known), *(_issue(_passed_over(one, known), one.part) for one in strangers)]
    # Nothing is left beside a file that somebody sent.
    atlas = check(_as_project(project, known), cache=NOTHING_KEPT)
    return replace(atlas, told=sorted_issues((*atlas.told, *told)))


def _recognise(part: Part, project: Project, words: set[str]) -> _Known | _Stranger:
    """Return which layer a part fills, or why it fills none."""
    if ending(part.path) in RASTERS and part.trouble is None:
        layer = next(layer for layer in project.catalogue.layers.values() if layer.is_raster)
        return _known(part, Guess(layer, {}, 1), tr("it is a raster"))
    try:
        raw = part.read(words)
    except UnreadableError as fault:
        return _lone(part) or _Stranger(part, fault.message, fault.hint, "unreadable")
    if REFERENCE in raw.frame.columns:
        hint = tr("name it in project.toml, and build: [review] workbook = …")
        raise PathError(tr("{file} is an issue workbook, not data", file=part.name), hint)
    if is_list(raw):
        message = tr("{file} is the lists of a build, which follow from its layers", file=_name(part))
        return _Stranger(part, message, tr("nothing to do, if that is right"), "no_data")
    guess = guess_layer(part, raw, project.catalogue)
    if guess is None or guess.layer.geometry != ("table",):
        lone = _lone(part)
        if lone is not None:
            return lone
    if guess is not None:
        marked = (
            tr("by the mark of its template") if guess.layer.id == raw.mark else tr("by the columns of its template")
        )
        return _known(part, guess, marked if guess.is_form else _by_columns(guess))
    return _of_no_layer(part, raw, project)


def _of_no_layer(part: Part, raw: Raw, project: Project) -> _Stranger:
    if not len(raw.frame.columns):
        return _Stranger(part, tr("there is no record in it"), tr("nothing to do, if that is right"), "no_data")
    columns = ", ".join(map(str, raw.frame.columns))
    message = tr("no layer fits {file}; its columns are: {columns}", file=_name(part), columns=columns)
    return _Stranger(part, message, _nearest(part, raw, project), "parts_chosen")


def _lone(part: Part) -> _Stranger | None:
    """Return what is said of a .dbf that is what is left of a shapefile; None of other files."""
    if ending(part.path) != TABLE:
        return None
    shapes = Path(part.name).with_suffix(".shp").as_posix()
    message = tr("{missing} is missing: only {files} came", missing=shapes, files=part.path.name)
    hint = tr("ask for it: without it there are no shapes; if it is not wanted, take the rest of it away")
    return _Stranger(part, message, hint, "missing_part")


def _known(part: Part, guess: Guess, evidence: str) -> _Known:
    layer = guess.layer
    message = tr("read as {layer} ({title}): {evidence}", layer=layer.id, title=layer.name, evidence=evidence)
    hint = tr("if it is another layer, name it in a project")
    if guess.rivals:
        rivals = ", ".join(f"{rival.id} ({rival.name})" for rival in guess.rivals)
        message = tr("{message}; as likely: {layers}", message=message, layers=rivals)
        hint = tr("if it is another layer, name its sheet after that, or name it in a project")
    # What a template asks for are coordinates of CGCS2000.
    source = part.spec.model_copy(update={"coord_type": "cgcs2000" if guess.is_form else None})
    return _Known(layer, source, Issue("parts_chosen", layer.id, _name(part), message, hint))


def _by_columns(guess: Guess) -> str:
    return tr("{count} of its {all} fields have a column", count=len(guess.columns), all=len(guess.layer.fields))


def _nearest(part: Part, raw: Raw, project: Project) -> str:
    """Say which layers come nearest, and with which columns."""
    near = [guess for guess in rank_layers(part, raw, project.catalogue) if guess.columns][:NEAREST]
    told = "; ".join(f"{one.layer.id} ({one.layer.name}): {', '.join(one.columns.values())}" for one in near)
    advice = tr("onemap sketch FILE drafts a layer for it")
    return tr("the nearest are {layers}; {advice}", layers=told, advice=advice) if near else advice


def _name(part: Part) -> str:
    """Return how issues call a part: as `take_in` does."""
    sheet = part.spec.layer if part.spec.layer != EVERY else None
    return part.name if not sheet or part.name.endswith(f"[{sheet}]") else f"{part.name} [{sheet}]"


def _passed_over(one: _Stranger, known: Sequence[_Known]) -> Fault:
    """Return what is said of a sheet or file that fills no layer, beside others that do."""
    if one.kind == "no_data":
        return Fault("parts_chosen", one.message, one.hint)
    # Beside sheets that are known stand notes and lists; a file of its own was sent for something.
    beside = any(other.source.path == one.part.spec.path for other in known)
    severity = None if one.kind == "unreadable" else "info" if beside else "warning"
    severity = "error" if one.kind == "missing_part" else severity
    return Fault(one.kind, one.message, one.hint, action="dropped", severity=severity)


def _issue(fault: Fault, part: Part) -> Issue:
    source = fault.source or _name(part)
    return Issue(fault.kind, "", source, fault.message, fault.hint, fault.action, severity=fault.severity)


def _unknown(path: Path, strangers: Sequence[_Stranger]) -> PathError:
    """Return the error of a path of which nothing fills a layer."""
    telling = [one for one in strangers if one.kind != "no_data"] or strangers
    if not telling:
        return PathError(tr("there is no record in {path}", path=path), tr("check that it is the right file"))
    return PathError("; ".join(one.message for one in telling), telling[0].hint)


def _as_project(project: Project, known: Sequence[_Known]) -> Project:
    """Return the project of which the known parts are the sources."""
    sources = {layer: tuple(one.source for one in known if one.layer.id == layer) for layer in project.catalogue.layers}
    there = {layer: own for layer, own in sources.items() if own}
    return replace(project, spec=project.spec.model_copy(update={"sources": there}), returned=True)
