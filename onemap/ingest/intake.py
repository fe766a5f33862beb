"""The whole room in order: read and prove each source, conform it, compare them, check each layer, place it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onemap.decision import AXES, Decision, Presence, Reference, Ruling
from onemap.geodesy import LONLAT, zone_crs
from onemap.ingest.cells import preview
from onemap.ingest.columns import words_of
from onemap.ingest.conformed import Conformed, compare_sources, conform_source
from onemap.ingest.corrections import assign
from onemap.ingest.digests import digest_of_sources
from onemap.ingest.files import WORKBOOKS, Part, Search, check_ending, endings_of, find_parts
from onemap.ingest.folders import ending
from onemap.ingest.placement.candidates import Extent
from onemap.ingest.placement.coordinates import CHINA
from onemap.ingest.placement.crs import MARGIN_DEG, county_box
from onemap.ingest.quality.between import check_between
from onemap.ingest.quality.checks import CHECKS
from onemap.ingest.quality.counties import check_counties
from onemap.ingest.quality.townships import place, place_roughly
from onemap.ingest.raster_source import RasterFile, read_raster
from onemap.ingest.raw import Fault
from onemap.ingest.records import Records, short_text
from onemap.ingest.source import Source, correct_source, read_source
from onemap.ingest.stamp import stamp
from onemap.ingest.versions import keep_newest
from onemap.model import (
    LOCATED_IN,
    SOURCE,
    SOURCE_ROW,
    TOWNSHIP,
    Issue,
    Layer,
    Raster,
    SourceRecord,
    issue_table,
    sorted_issues,
)
from onemap.spec.county import county_extent
from onemap.spec.kinds import KINDS
from onemap.spec.layer import LayerSpec
from onemap.spec.project import Project
from onemap.text import tr

TOWNSHIP_NAME: Final = "township_name"
_SHAPES: Final = ("invalid_geometry", "wrong_geometry")

DRAWN_IN: Final = "EPSG:3857"
"""What rasters are drawn in: the map's own projection."""

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Intake:
    """What came in: the layers that are there, what is wrong with them, and where they are from."""

    layers: Mapping[str, Layer]
    told: tuple[Issue, ...]
    sources: tuple[SourceRecord, ...]
    crs: str
    rasters: Mapping[str, Raster] = field(default_factory=dict)
    rulings: tuple[Ruling, ...] = ()
    """What became of the corrections."""
    written: Mapping[tuple[str, str], Source] = field(default_factory=dict)
    """The sources by layer id and name."""

    @property
    def issues(self) -> pd.DataFrame:
        """One row a fault, as in an atlas."""
        return issue_table(sorted_issues(self.told))

    def refer(self, issue: Issue) -> Issue:
        """Return an issue with what it takes to find it again in a later build, and to see whether it has changed."""
        if issue.reference is not None:
            return issue
        source = self.written.get((issue.layer, issue.source))
        records = source.written if source else None
        at = records.at_row(issue.row) if records is not None and issue.row is not None else None
        told = {name: getattr(issue, name) for name in ("kind", "layer", "source", "row", "field", "partner", "facts")}
        told |= {"key": issue.key, "value": short_text(issue.value)}
        if records is not None and at is not None:
            key = records.key(at)
            several = bool(key) and sum(len(one.labels(key)) for _, one in self._records(issue.layer)) > 1
            told |= {"key": key, "seen": records.seen(at, issue.field), "record": records.digest(at)}
            told |= {"several": several, "pair": self._pair(issue, str(told["record"]))}
        else:
            own = [other for (layer, _), other in self.written.items() if layer == issue.layer]
            told["record"] = digest_of_sources(one.digest for one in ([source] if source else own))
        return replace(issue, reference=Reference(**told))

    def _pair(self, issue: Issue, own: str) -> str:
        """Return the digest of the two records that an issue is about; "" where it is about one."""
        if issue.other is None:
            return ""
        name, row = issue.other
        source = self.written.get((issue.layer, name))
        records = source.written if source else None
        at = records.at_row(row) if records else None
        return "" if records is None or at is None else digest_of_sources([own, records.digest(at)])

    def _records(self, layer: str) -> list[tuple[Source, Records]]:
        """Return the sources of a layer whose records came in, and these as they were written."""
        own = [source for (name, _), source in self.written.items() if name == layer]
        return [(source, source.written) for source in own if source.written and source.fields is not None]

    def presence(self, about: Reference) -> Presence:
        """Say whether the record that was decided about is there, so that a fault of it would have been found."""
        if all(layer != about.layer for layer, _ in self.written):
            return "unseen"
        there = [
            (source, records, at)
            for source, records in self._records(about.layer)
            for at in records.labels(about.key)
            if about.key or records.digest(at) == about.record
        ]
        if not there:
            return "gone"
        layer = there[0][1].layer
        of_place = about.field in ("", *AXES, layer.township_field) and layer.geometry != ("table",)
        unseen = all(
            source.raw is None
            or at not in source.raw.frame.index
            or (of_place and not source.placed)
            or (about.field not in ("", *records.columns) and bool(about.seen))
            for source, records, at in there
        )
        return "unseen" if unseen else "here"


def take_in(project: Project, progress: Progress | None = None, corrections: Sequence[Decision] = ()) -> Intake:
    """Read and prove every source of a project.

    Parameters
    ----------
    corrections
        What people have corrected, and is laid over the sources.
    progress
        Called with what is being read and how far it is, 0 to 1.

    Raises
    ------
    PathError
        A source has a file ending that no reader reads.
    """
    # What zips were unpacked into, and rasters that features sample, are there until everything is in.
    with ExitStack() as stack:
        sources, files, lost = _read(project, stack, progress, corrections)
        intake = _put_together(project, sources, files)
    return replace(intake, rulings=(*intake.rulings, *lost))


def built_in_extent(code: str) -> Extent | None:
    """Return where the county of a code is by the table that travels with the program."""
    found = county_extent(code)
    if found is None:
        return None
    west, south, east, north = found.box
    box = (west - MARGIN_DEG, south - MARGIN_DEG, east + MARGIN_DEG, north + MARGIN_DEG)
    return Extent(box, tr("the rough box of {county} in the built-in table", county=found.name), rough=True)


def _read(
    project: Project, stack: ExitStack, progress: Progress | None, corrections: Sequence[Decision]
) -> tuple[list[Source], list[RasterFile], list[Ruling]]:
    """Read the sources of each layer and lay the corrections over them."""
    specs = project.catalogue.layers
    # Townships come first: they say where the county is, and everything else is held against them.
    order = sorted(project.sources, key=lambda layer: layer != TOWNSHIP)
    count = sum(map(len, project.sources.values()))
    for own_id in order:
        for spec in project.sources[own_id]:
            check_ending(specs[own_id], spec, project)
    sources: list[Source] = []
    files: list[RasterFile] = []
    lost: list[Ruling] = []
    names: set[tuple[str, str]] = set()
    done = 0
    for layer in (specs[own_id] for own_id in order):
        # Townships that come in several files lie beside one another, and not in one another.
        extent = (_county(sources) if layer.id != TOWNSHIP else None) or built_in_extent(project.spec.county)
        own: list[Source] = []
        for spec in project.sources[layer.id]:
            found: list[Source] = []
            for part in find_parts(spec, project, Search(words_of(layer, spec), endings_of(layer), stack)):
                part = _named_apart(_as_returned(part) if project.returned else part, layer, names)
                if progress:
                    progress(part.name, done / count)
                if layer.is_raster:
                    files.append(read_raster(layer, part, extent))
                else:
                    found.append(read_source(layer, part, extent))
            own += keep_newest(found)
            done += 1
        corrected, unfound = _corrected(own, [one for one in corrections if one.issue.layer == layer.id], extent)
        sources += corrected
        lost += unfound
    of_no_layer = [one for one in corrections if one.issue.layer not in project.sources]
    return sources, files, [*lost, *(Ruling(one, "lost") for one in of_no_layer)]


def _corrected(
    sources: Sequence[Source], corrections: Sequence[Decision], extent: Extent | None
) -> tuple[list[Source], list[Ruling]]:
    """Return the sources of a layer with the corrections laid over them, and those that found no record."""
    if not corrections:
        return [*sources], []
    # Of older versions of a list no record comes in.
    kept = [source for source in sources if source.written is not None and source.fields is not None]
    targets, rulings = assign([source.written for source in kept if source.written], corrections)
    there = {id(source): own for source, own in zip(kept, targets, strict=True)}
    return [correct_source(source, there.get(id(source), ()), extent) for source in sources], rulings


def _as_returned(part: Part) -> Part:
    """Return a part by the name of its sheet too: the sheets of a form fill layers of their own, or are left empty."""
    name = f"{part.name} [{part.spec.layer}]" if part.spec.layer else part.name
    return replace(part, name=name, may_be_empty=ending(part.path) in WORKBOOKS)


def _named_apart(part: Part, layer: LayerSpec, names: set[tuple[str, str]]) -> Part:
    """Return a part by a name that no other part of its layer has: two entries may name two sheets of one file."""
    options = [part.name, *([f"{part.name} [{part.spec.layer}]"] if part.spec.layer else [])]
    options += [f"{part.name} ({number})" for number in range(2, len(names) + 3)]
    name = next(option for option in options if (layer.id, option) not in names)
    names.add((layer.id, name))
    return replace(part, name=name)


def _put_together(project: Project, sources: list[Source], files: list[RasterFile]) -> Intake:
    crs = project.spec.crs or _zone(sources, project.spec.county)
    specs = project.catalogue.layers
    rasters = {own_id: [file for file in files if file.layer.id == own_id] for own_id in specs}
    conformed = compare_sources([conform_source(source, crs, rasters) for source in sources])
    issues = [issue for file in files for issue in stamp(file.faults, None, file.part.name, file.layer, {})]
    layers: dict[str, Layer] = {}
    for layer_id in sorted(project.sources, key=lambda layer: layer != TOWNSHIP):
        own = [one for one in conformed if one.source.layer.id == layer_id]
        frame, found = _layer(own, specs[layer_id], crs, layers.get(TOWNSHIP), built_in_extent(project.spec.county))
        issues += [*(issue for one in own for issue in one.issues), *found]
        if frame is not None:
            layers[layer_id] = Layer(specs[layer_id], frame)
    between = check_between(layers)
    for layer_id, layer in layers.items():
        # A workbook may fill several layers: only in its own is a source's name its own.
        own_letters = {one.source.name: one.source.letters for one in conformed if one.source.layer.id == layer_id}
        faults = [*between.get(layer_id, []), *check_counties(layer, project.spec.county)]
        issues += stamp(faults, layer.frame, next(iter(own_letters)), layer.spec, own_letters)
    drawn = {own_id: _drawn(own, layers.get(TOWNSHIP)) for own_id, own in rasters.items() if own}
    return Intake(
        {layer_id: layers[layer_id] for layer_id in specs if layer_id in layers},
        tuple(issues),
        (*(one.source.record(_kept(one.source, layers)) for one in conformed), *(file.record() for file in files)),
        crs,
        {own_id: raster for own_id, raster in drawn.items() if raster is not None},
        tuple(ruling for source in sources for ruling in source.rulings),
        {(source.layer.id, source.name): source for source in sources},
    )


def _county(sources: Iterable[Source]) -> Extent | None:
    """Return the box of the townships read so far."""
    shapes = [s.shapes.to_crs(LONLAT) for s in sources if s.layer.id == TOWNSHIP and s.shapes is not None and s.placed]
    there = gpd.GeoSeries(pd.concat(shapes), crs=LONLAT) if shapes else gpd.GeoSeries(crs=LONLAT)
    return county_box(there) if np.isfinite(there.total_bounds).all() else None


def _zone(sources: Sequence[Source], code: str) -> str:
    """Return the 3-degree zone of the county, or else, where nobody knows it, of most features that lie in China."""
    extent = _county(sources) or built_in_extent(code)
    if extent is not None:
        return zone_crs((extent.box[0] + extent.box[2]) / 2)
    placed = [source.shapes.to_crs(LONLAT) for source in sources if source.shapes is not None and source.placed]
    west, _, east, _ = shapely.bounds(np.concatenate([shapes.array for shapes in placed])).T if placed else [[]] * 4
    middles = np.add(west, east) / 2
    middles = middles[(middles > CHINA[0]) & (middles < CHINA[2])]
    return zone_crs(float(np.median(middles)) if len(middles) else 114.0)


def _kept(source: Source, layers: Mapping[str, Layer]) -> int:
    layer = layers.get(source.layer.id)
    return 0 if layer is None else int((layer.frame[SOURCE] == source.name).sum())


def _layer(
    conformed: Sequence[Conformed], spec: LayerSpec, crs: str, townships: Layer | None, extent: Extent | None
) -> tuple[gpd.GeoDataFrame | None, list[Issue]]:
    """Put the sources of a layer together, check the whole and place it."""
    letters = {one.source.name: one.source.letters for one in conformed}
    frames = [one.frame for one in conformed if one.frame is not None]
    name = conformed[0].source.name if conformed else ""
    if not frames:
        return None, stamp(_nothing_at_all(conformed), None, name, spec, {}) if conformed else []
    issues: list[Issue] = []
    whole = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), geometry="geometry", crs=crs)
    for check in CHECKS:
        checked, found = check(whole, spec)
        issues += stamp(found, whole, name, spec, letters)
        whole = checked
    towns = whole if spec.id == TOWNSHIP else (townships.frame if townships else None)
    whole, found = place(whole, spec, towns, TOWNSHIP_NAME)
    if towns is None and extent is not None:
        found += place_roughly(whole, *extent.box)
    placed = all(one.source.placed for one in conformed if one.frame is not None)
    if whole.geometry.isna().all() and placed and spec.geometry != ("table",):
        message, hint = tr("not one of its records has a place"), tr("ask for the data with coordinates")
        found.append(Fault("no_data", message, hint))
    issues += stamp(found, whole, name, spec, letters)
    return whole[[*spec.fields, SOURCE, SOURCE_ROW, LOCATED_IN, "geometry"]], issues


def _nothing_at_all(conformed: Sequence[Conformed]) -> list[Fault]:
    """Return the fault of a layer of whose files and sheets each was passed over with good reason."""
    issues = [issue for one in conformed for issue in one.issues]
    may_be_empty = all(one.source.part.may_be_empty for one in conformed)
    if may_be_empty or any((issue.severity or KINDS[issue.kind].severity) == "error" for issue in issues):
        return []
    message = tr("none of its files and sheets holds a record of this layer")
    return [Fault("no_data", message, tr("check that it is the right file, sheet or layer"))]


def _drawn(files: Sequence[RasterFile], townships: Layer | None) -> Raster | None:
    """Return the rasters of a layer as the map draws them, over the townships."""
    box = None
    if townships is not None and not townships.frame.geometry.isna().all():
        west, south, east, north = townships.frame.geometry.to_crs(LONLAT).total_bounds
        box = (west, south, east, north)
    there = [file.raster for file in files if file.raster is not None]
    return preview(there, DRAWN_IN, box) if there else None
