"""A first word on an unknown file: the entry of a known layer for the project file, or the draft of a layer file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pandas as pd

from onemap.draft import draft_layer, name_layer
from onemap.errors import KeyNotFoundError, PathError, nearest
from onemap.export.words import confidence_title
from onemap.ingest.columns import words_of
from onemap.ingest.examples import set_examples_aside
from onemap.ingest.files import EVERY, GUESSED, RASTERS, Part, Search, check_kind, find_parts
from onemap.ingest.folders import ending
from onemap.ingest.intake import built_in_extent
from onemap.ingest.raster_source import read_raster
from onemap.ingest.raw import Fault, Raw, UnreadableError
from onemap.ingest.readers.vectors import TABLE
from onemap.ingest.source import Placement, place_rows
from onemap.ingest.values import read_value
from onemap.likeness import Guess, geometry_kinds, guess_layer, layers_apart, project_above
from onemap.model import CrsRecord
from onemap.spec.layer import FieldSpec, LayerSpec
from onemap.spec.project import Project
from onemap.spec.toml import quoted
from onemap.text import fold, tr

SHOWN: Final = 12
"""So many values or notes are shown."""

FEW: Final = 4
"""So many possible coordinate systems are named."""

Draft = Iterator[str]


def sketch(path: Path, county: str | None = None, layer: str | None = None) -> Iterator[str]:
    """Yield what each sheet or file at `path` seems to be, as text for `project.toml` or for a layer file.

    Parameters
    ----------
    path
        A file, a zip or a folder. Where a project lies above it, that project's county and layers count.
    county
        Code of the county, GB/T 2260, where no project says it.
    layer
        Id of the layer that it fills, where that is known.

    Raises
    ------
    PathError
        There is no such file, or it is of a kind that is not read.
    ProjectError
        The project file above it is not TOML.
    KeyNotFoundError
        There is no such layer.
    """
    if not path.exists():
        raise PathError(tr("no such file: {path}", path=path), tr("check the path"))
    project, spec = project_above(path.resolve(), county, Path.cwd())
    if layer is not None:
        check_layer(layer, project.catalogue.layers)
    endings = (*GUESSED, TABLE)
    check_kind(path, endings, tr("{path} is of a kind that is not read", path=path))
    words = {word for known in project.catalogue.layers.values() for word in words_of(known, spec)}
    with ExitStack() as stack:
        for file in find_parts(spec, project, Search(words, endings, stack)):
            for part in [file] if layer else layers_apart(file, words, project.catalogue):
                yield "\n".join(_lines(part, project, layer, words)) + "\n"


def check_layer(layer: str, layers: Mapping[str, LayerSpec]) -> None:
    """Raise KeyNotFoundError where there is no layer of an id."""
    if layer not in layers:
        meant = nearest(layer, layers)
        hint = tr('did you mean "{meant}"?', meant=meant) if meant else tr("known: {names}", names=", ".join(layers))
        raise KeyNotFoundError(tr('there is no layer "{layer}"', layer=layer), hint)


def _raster_lines(part: Part, project: Project) -> Draft:
    """Yield what is known of a raster, and the entry that makes it a source of the raster layers."""
    layers = [layer for layer in project.catalogue.layers.values() if layer.is_raster]
    file = read_raster(layers[0], replace(part, faults=()), built_in_extent(project.spec.county))
    if file.raster is not None:
        facts = ", ".join(f"{name} {value}" for name, value in file.raster.facts.items())
        yield from _comment(tr("Raster: {facts}", facts=facts))
        yield from _comment(_crs_words(file.record().crs))
    for fault in file.faults:
        yield from _fault(fault)
    yield from _comment(tr("Raster layers: {layers}", layers=", ".join(f"{one.id} ({one.name})" for one in layers)))
    if file.raster is not None:
        yield from ("", *_entry(part, layers[0].id, Placement(proof=file.raster.proof)))


def _lines(part: Part, project: Project, wanted: str | None, words: set[str]) -> Draft:
    yield f"# {part.name}"
    for fault in part.faults:
        yield from _fault(fault)
    if ending(part.path) in RASTERS:
        yield from _raster_lines(part, project)
    else:
        yield from _record_lines(part, project, wanted, words)


def _record_lines(part: Part, project: Project, wanted: str | None, words: set[str]) -> Draft:
    try:
        raw = part.read(words)
    except UnreadableError as fault:
        yield from _comment(f"{fault.message}; {fault.hint}")
        yield from _lone_table(part)
        return
    guess = guess_layer(part, raw, project.catalogue, wanted)
    if ending(part.path) == TABLE and (guess is None or guess.layer.geometry != ("table",)):
        yield from _lone_table(part)
        return
    own = (guess.layer, guess.columns, guess.layer.id == raw.mark) if guess else ()
    raw, examples = set_examples_aside(raw, *own)
    raw = replace(raw, faults=(*raw.faults, *examples))
    placement = place_rows(raw, part.spec, built_in_extent(project.spec.county))
    yield from _facts(raw, placement)
    if guess is not None:
        yield from _fit(guess, raw, placement)
        yield from ("", *_entry(part, guess.layer.id, placement), *_columns(guess))
        yield f"provided_by = {quoted(guess.layer.provided_by)}"
    elif len(raw.frame.columns):
        own_id = name_layer(part.path.stem)
        frame = raw.frame.drop(columns=list(placement.columns.values()))
        yield from _comment(
            tr("No layer fits. A draft of one, to be corrected and saved as layers/{id}.toml:", id=own_id)
        )
        yield from (
            "",
            *draft_layer(part.path.stem, frame, sorted(geometry_kinds(raw, placement)), project.catalogue),
            "",
        )
        yield from _comment(tr('and what the project then says of it, beside layers = "layers":'))
        yield from _entry(part, own_id, placement)


def _lone_table(part: Part) -> Draft:
    """Yield what is said of a .dbf that is what is left of a shapefile."""
    if ending(part.path) == TABLE:
        missing = part.path.with_suffix(".shp").name
        yield from _comment(tr("{missing} is missing: only {files} came", missing=missing, files=part.path.name))


def _comment(text: str) -> list[str]:
    return [f"#   {' '.join(text.split())}"]


def _fault(fault: Fault) -> list[str]:
    return _comment(f"{fault.message}; {fault.hint}")


def _facts(raw: Raw, placement: Placement) -> Iterator[str]:
    """Yield what was read, how it is written, where it lies, and what is wrong with it."""
    shapes = Counter(shape.geom_type for shape in raw.geometry if shape is not None) if raw.geometry is not None else {}
    told = ", ".join(f"{kind} {count}" for kind, count in sorted(shapes.items())) or tr("table")
    yield from _comment(tr("{count} records; {shapes}", count=len(raw.frame), shapes=told))
    yield from _comment(tr("Encoding: {found} ({evidence})", found=raw.encoding.found, evidence=raw.encoding.evidence))
    if placement.proof is not None:
        yield from _comment(_crs_words(placement.proof.record))
    # What the proof of the CRS says stands above already.
    faults = [*raw.faults, *(fault for fault in placement.faults if placement.proof is None)]
    for fault in [fault for fault in faults if fault.at is None][:SHOWN]:
        yield from _fault(fault)


def _crs_words(record: CrsRecord) -> str:
    none = tr("none")
    possible = record.inferred.split(" / ")
    names = tr(
        "CRS: declared {declared}, by its numbers {inferred}, accepted {accepted}",
        declared=record.declared or none,
        inferred=" / ".join([*possible[:FEW], "…"] if len(possible) > FEW else possible) or none,
        accepted=record.accepted or none,
    )
    return f"{names} ({confidence_title(record.confidence)}: {record.evidence})"


def _fit(guess: Guess, raw: Raw, placement: Placement) -> Draft:
    """Yield which columns fill which fields, what is left on either side, and which values cannot be read."""
    spec = guess.layer
    yield from _comment(tr("Like the layer {layer} ({title})", layer=spec.id, title=spec.name))
    if guess.rivals:
        rivals = ", ".join(f"{rival.id} ({rival.name})" for rival in guess.rivals)
        yield from _comment(tr("As likely: {layers}", layers=rivals))
    for name, column in guess.columns.items():
        yield from _comment(
            f"  {column} -> {name} ({spec.fields[name].label}){_unread(raw.frame[column], spec.fields[name])}"
        )
    absent = [name for name in spec.fields if name not in guess.columns]
    needed = [f"{name} ({spec.fields[name].label})" for name in absent if spec.fields[name].required]
    if needed:
        yield from _comment(tr("Required, and without a column: {names}", names=", ".join(needed)))
    if absent:
        yield from _comment(tr("Fields without a column: {names}", names=", ".join(absent)))
    taken = {*guess.columns.values(), *placement.columns.values()}
    left = [str(column) for column in raw.frame if column not in taken]
    if left:
        yield from _comment(tr("Columns that fill no field: {names}", names=", ".join(left)))


def _unread(values: pd.Series[Any], field: FieldSpec) -> str:
    """Say how often each class occurs, and which values of a column the field does not understand."""
    counts = Counter(str(value).strip() for value in values if value is not None and value == value)
    readings = {text: read_value(text, field) for text in counts}
    wrong = {text: counts[text] for text, reading in readings.items() if reading.kind and not reading.habit}
    told = ""
    if field.classes:
        known = {text: count for text, count in counts.items() if text not in wrong}
        told += f": {_counted(known)}"
    if wrong:
        told += f"; {tr('not understood: {values}', values=_counted(wrong))}"
    return told


def _counted(counts: Mapping[str, int]) -> str:
    shown = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:SHOWN]
    return ", ".join(f"{text} {count}" for text, count in shown) + (" …" if len(counts) > SHOWN else "")


def _entry(part: Part, layer: str, placement: Placement) -> Draft:
    """Yield the lines of `project.toml` that make the file a source of a layer."""
    yield f"[[sources.{layer}]]"
    yield f"path = {quoted(part.spec.path)}"
    if part.spec.layer not in (None, EVERY):
        yield f"layer = {quoted(part.spec.layer)}"
    for axis in ("x", "y"):
        if axis in placement.columns:
            yield f"{axis} = {quoted(placement.columns[axis])}"
    record = placement.proof.record if placement.proof else None
    if placement.columns:
        yield f'# coord_type = "cgcs2000"   # {tr("or wgs84, gcj02, bd09: ask where the coordinates are from")}'
    elif record is not None and not record.declared:
        # Of several that are possible none is written down as if it were known.
        known = record.inferred if record.inferred and " / " not in record.inferred else "EPSG:…"
        yield f"# crs = {quoted(known)}   # {tr('ask for it')}"
    yield f"# as_of = 2026-01-31   # {tr('date of the data')}"


def _columns(guess: Guess) -> Draft:
    """Yield the columns that the layer does not know by their names as they stand."""
    fields = guess.layer.fields
    restored = {field: column for field, column in guess.columns.items() if not _said(fields[field], field, column)}
    if restored:
        pairs = ", ".join(f"{field} = {quoted(column)}" for field, column in restored.items())
        yield f"columns = {{ {pairs} }}"


def _said(field: FieldSpec, own_id: str, column: str) -> bool:
    """Tell whether a field is known by this column's name as it stands."""
    words = (field.title, own_id, field.dbf, *(word for alias in field.aliases for word in alias.names))
    return fold(column) in {fold(word) for word in words}
