"""Which layer a file or sheet fills: told by a template's mark, or else by its columns, its shapes and its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pandas as pd
import shapely

from onemap.errors import ProjectError
from onemap.export.words import finding_columns
from onemap.ingest.columns import match_columns
from onemap.ingest.files import EVERY, Part
from onemap.ingest.folders import ending
from onemap.ingest.placement.coordinates import coordinate_columns
from onemap.ingest.raw import Fault, Raw, UnreadableError
from onemap.ingest.readers.kml import KML, side_by_side
from onemap.ingest.repairs import KIND_OF_TYPE
from onemap.ingest.source import Placement
from onemap.ingest.values import read_value
from onemap.spec.catalogue import Catalogue, load_catalogue
from onemap.spec.contract import columns_of
from onemap.spec.layer import FieldSpec, LayerSpec
from onemap.spec.project import PROJECT_FILE, Project, ProjectSpec, SourceSpec
from onemap.spec.toml import parse, read
from onemap.text import LANGUAGES, fold, speaking, tr

NO_COUNTY: Final = "000000"

ENOUGH: Final = 0.4
"""A file is taken for a layer when it fits this well: two fifths of the fields have a column, or fewer and the name."""

NEAR: Final = 0.1
"""Layers that fit no worse than this below the best one are as likely: one more column would decide otherwise."""


@dataclass(frozen=True)
class Guess:
    """A layer that a file may fill: the raw column of each field that has one, and how well it fits."""

    layer: LayerSpec
    columns: Mapping[str, str]
    score: float
    rivals: tuple[LayerSpec, ...] = ()
    """The layers that are as likely."""
    is_form: bool = False
    """Whether it is our own form for that layer, by its mark or by having all of its columns and no other."""


def project_above(path: Path, county: str | None, otherwise: Path) -> tuple[Project, SourceSpec]:
    """Return the project that a file lies in, or one made up for it, and the file as a source of it.

    Parameters
    ----------
    county
        Code of the county, where it is not that of the project.
    otherwise
        The folder from which paths are told where there is no project.

    Raises
    ------
    ProjectError
        The project file above it is not TOML, or has no right county.
    """
    home = next((folder for folder in path.parents if (folder / PROJECT_FILE).is_file()), None)
    table = read(home / PROJECT_FILE, ProjectError) if home else {}
    folder = home or otherwise
    overlay = table.get("layers")
    catalogue = load_catalogue(folder / overlay if overlay and (folder / overlay).is_dir() else None)
    name = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.as_posix()
    source = SourceSpec(path=name, layer=EVERY)
    code = county or str(table.get("county", NO_COUNTY))
    sources = {next(iter(catalogue.layers)): (source,)}
    own = {"title": path.name, "county": code, "period": "2000", "sources": sources}
    spec = parse(ProjectSpec, own, PROJECT_FILE, ProjectError)
    return Project(folder, spec, catalogue), source


def guess_layer(part: Part, raw: Raw, catalogue: Catalogue, wanted: str | None = None) -> Guess | None:
    """Return the layer that the mark, the columns, the shapes and the name speak for, if any does.

    Parameters
    ----------
    wanted
        Id of the layer, where that is known.
    """
    guesses = rank_layers(part, raw, catalogue, wanted)
    best = guesses[0]
    marked = next((guess for guess in guesses if guess.layer.id == raw.mark and guess.columns), None)
    # A mark stays where somebody has put another table in the place of its own.
    if marked is not None and not (best.score >= ENOUGH and len(best.columns) > 2 * len(marked.columns)):
        return replace(marked, is_form=True)
    if not wanted and best.score < ENOUGH:
        return None
    if _is_form(best.layer, raw):
        return replace(best, is_form=True)
    return replace(best, rivals=tuple(one.layer for one in guesses[1:] if one.score > max(0, best.score - NEAR)))


def layers_apart(part: Part, words: set[str], catalogue: Catalogue) -> list[Part]:
    """Return the folders of a KML that are layers of their own; of one whose folders are alike, and of others, itself.

    People keep the classes and the townships of one layer in folders too: folders are read apart only where their
    columns tell of several layers.
    """
    if ending(part.path) not in KML or part.spec.layer is not None or part.trouble is not None:
        return [part]
    try:
        found = side_by_side(part.path, part.spec.encoding)
        parts = [_folder(part, name) for name in found.names]
        guesses = [guess_layer(own, own.read(words), catalogue) for own in parts]
    except (UnreadableError, OSError):
        # Whoever reads it as a whole tells why it cannot be read.
        return [part]
    known = {guess.layer.id: frozenset(guess.columns.values()) for guess in guesses if guess}
    if not parts or (len(set(known.values())) < 2 and not found.has_lists):
        return [part]
    # What was said of the file is said once.
    parts = [parts[0], *(replace(own, faults=()) for own in parts[1:])]
    if found.loose:
        message = tr("{count} placemarks lie in no folder, beside the folders of several layers", count=found.loose)
        hint = tr("drag them into the folder of their layer, and save it again")
        fault = Fault("parts_chosen", message, hint, action="dropped", severity="warning")
        parts[0] = replace(parts[0], faults=(*parts[0].faults, fault))
    return parts


def is_list(raw: Raw) -> bool:
    """Tell whether a table is the lists of a build as they are exported, in either language."""
    there = {*map(str, raw.frame.columns)}
    for language in LANGUAGES.values():
        with speaking(language):
            if {*finding_columns().values()} <= there:
                return True
    return False


def _folder(part: Part, name: str) -> Part:
    spec = part.spec.model_copy(update={"layer": name})
    return replace(part, spec=spec, name=f"{part.name} [{name}]", several=True)


def rank_layers(part: Part, raw: Raw, catalogue: Catalogue, wanted: str | None = None) -> list[Guess]:
    """Return the layers of the catalogue, those first that fit best."""
    guesses = []
    name = f"{part.name} [{part.spec.layer or ''}]"
    kinds = geometry_kinds(raw)
    if raw.geometry is None and coordinate_columns(raw, part.spec):
        kinds = {"point"}
    for spec in catalogue.layers.values():
        if not spec.is_raster and wanted in (None, spec.id):
            columns = match_columns(spec, raw.frame.columns, part.spec, raw.cut_names)
            guesses.append(Guess(spec, columns, _score(spec, columns, raw, (name, kinds))))
    return sorted(guesses, key=lambda guess: -guess.score)


def _is_form(spec: LayerSpec, raw: Raw) -> bool:
    """Tell whether a table is our form that has lost its mark, as in other formats than xlsx."""
    return raw.geometry is None and set(map(fold, columns_of(spec))) == set(map(fold, raw.frame.columns))


def _score(spec: LayerSpec, columns: Mapping[str, str], raw: Raw, known: tuple[str, set[str]]) -> float:
    """Return how well a layer fits: the share of its fields that have a column, its class words, its name.

    Parameters
    ----------
    known
        How the file and the sheet are called, and which kinds of geometry they have.
    """
    name, kinds = known
    misplaced = bool(kinds) and not kinds & set(spec.geometry)
    named = fold(spec.title[:4]) in fold(name) or spec.id in fold(name)
    if len(columns) + named < 2 or (misplaced and raw.geometry is not None):
        return 0
    telling = {spec.key, spec.label, spec.class_field, *(n for n, field in spec.fields.items() if field.required)}
    weights = {field: 3 if field in telling else 1 for field in spec.fields}
    fields = sum(weights[field] for field in columns) / sum(weights.values())
    shares = [
        _share_known(raw.frame[column], spec.fields[field])
        for field, column in columns.items()
        if spec.fields[field].classes
    ]
    classes = sum(shares) / len(shares) - 0.5 if shares else 0
    if misplaced and not named and classes <= 0:
        # The centres of what has outlines say of themselves what they are, or else it is a list of points.
        return 0
    return fields + 0.5 * classes + 0.3 * named


def geometry_kinds(raw: Raw, placement: Placement | None = None) -> set[str]:
    """Return the kinds of geometry that a source has; a table has points where its coordinates were found."""
    if raw.geometry is None:
        return set() if placement is None else {"point" if placement.shapes is not None else "table"}
    kinds = {KIND_OF_TYPE.get(kind, "") for kind in set(shapely.get_type_id(raw.geometry.array).tolist())} - {""}
    return kinds or {"table"}


def _share_known(values: pd.Series[Any], field: FieldSpec) -> float:
    """Return which share of the values that are there the classes of a field know."""
    readings = [read_value(value, field) for value in values.drop_duplicates()]
    there = [reading for reading in readings if reading.value is not None or reading.kind]
    return sum(not reading.kind for reading in there) / len(there) if there else 0.5
