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

from onemap.cache import NOTHING_KEPT, Cache
from onemap.decision import Decision, Ruling
from onemap.geodesy import LONLAT, zone_crs
from onemap.ingest.arrivals import Arrivals, read_layer
from onemap.ingest.assembly import Ground, assemble, check_beside
from onemap.ingest.cells import preview
from onemap.ingest.columns import words_of
from onemap.ingest.conformed import compare_sources, conform_layer
from onemap.ingest.files import WORKBOOKS, Part, Search, check_ending, endings_of, find_parts
from onemap.ingest.folders import ending
from onemap.ingest.placement.candidates import Extent
from onemap.ingest.placement.coordinates import CHINA
from onemap.ingest.placement.crs import MARGIN_DEG, county_box
from onemap.ingest.raster_source import RasterFile, read_raster
from onemap.ingest.references import Arrival, Register
from onemap.ingest.stamp import stamp
from onemap.model import TOWNSHIP, Issue, Layer, Raster, SourceRecord, issue_table, sorted_issues
from onemap.spec.county import county_extent
from onemap.spec.layer import LayerSpec
from onemap.spec.project import Project
from onemap.text import tr

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
    register: Register
    rasters: Mapping[str, Raster] = field(default_factory=dict)
    rulings: tuple[Ruling, ...] = ()
    """What became of the corrections."""

    @property
    def issues(self) -> pd.DataFrame:
        """One row a fault, as in an atlas."""
        return issue_table(sorted_issues(self.told))


def take_in(
    project: Project,
    progress: Progress | None = None,
    corrections: Sequence[Decision] = (),
    cache: Cache = NOTHING_KEPT,
) -> Intake:
    """Read and prove every source of a project.

    Parameters
    ----------
    progress
        Called with what is being read and how far it is, 0 to 1.
    corrections
        What people have corrected, and is laid over the sources.
    cache
        What earlier builds worked out.

    Raises
    ------
    PathError
        A source has a file ending that no reader reads.
    """
    # What zips were unpacked into, and rasters that features sample, are there until everything is in.
    with ExitStack() as stack:
        arrivals, files = _read(project, stack, progress, (corrections, cache))
        intake = _put_together(project, arrivals, files, cache)
    of_no_layer = [Ruling(one, "lost") for one in corrections if one.issue.layer not in project.sources]
    return replace(intake, rulings=(*intake.rulings, *of_no_layer))


def built_in_extent(code: str) -> Extent | None:
    """Return where the county of a code is by the table that travels with the program."""
    found = county_extent(code)
    if found is None:
        return None
    west, south, east, north = found.box
    box = (west - MARGIN_DEG, south - MARGIN_DEG, east + MARGIN_DEG, north + MARGIN_DEG)
    return Extent(box, tr("the rough box of {county} in the built-in table", county=found.name), rough=True)


def _read(
    project: Project, stack: ExitStack, progress: Progress | None, given: tuple[Sequence[Decision], Cache]
) -> tuple[dict[str, Arrivals], list[RasterFile]]:
    """Read the sources of each layer and lay the corrections over them."""
    corrections, cache = given
    specs = project.catalogue.layers
    # Townships come first: they say where the county is, and everything else is held against them.
    order = sorted(project.sources, key=lambda layer: layer != TOWNSHIP)
    count = sum(map(len, project.sources.values()))
    for own_id in order:
        for spec in project.sources[own_id]:
            check_ending(specs[own_id], spec, project)
    arrivals: dict[str, Arrivals] = {}
    files: list[RasterFile] = []
    names: set[tuple[str, str]] = set()
    done = 0
    for layer in (specs[own_id] for own_id in order):
        # Townships that come in several files lie beside one another, and not in one another.
        towns = arrivals[TOWNSHIP].arrivals if TOWNSHIP in arrivals else ()
        extent = _county(towns) or built_in_extent(project.spec.county)
        parts: list[list[Part]] = []
        for spec in project.sources[layer.id]:
            found = find_parts(spec, project, Search(words_of(layer, spec), endings_of(layer), stack))
            found = [_named_apart(_as_returned(part) if project.returned else part, layer, names) for part in found]
            if progress:
                progress(found[0].name, done / count)
            parts.append(found)
            done += 1
        own = [one for one in corrections if one.issue.layer == layer.id]
        if layer.is_raster:
            files += [read_raster(layer, part, extent) for found in parts for part in found]
        arrivals[layer.id] = read_layer(layer, [] if layer.is_raster else parts, extent, own, cache)
    return arrivals, files


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


def _put_together(project: Project, arrivals: Mapping[str, Arrivals], files: list[RasterFile], cache: Cache) -> Intake:
    specs, code = project.catalogue.layers, project.spec.county
    everything = [one for own in arrivals.values() for one in own.arrivals]
    register = Register({(one.summary.layer.id, one.summary.name): one for one in everything})
    crs = project.spec.crs or _zone(everything, code)
    ground = Ground(code, crs, built_in_extent(code), register, cache)
    rasters = {own_id: [file for file in files if file.layer.id == own_id] for own_id in specs}
    fitted = {
        own_id: conform_layer(own.arrivals, crs, rasters, (cache, own.digest)) for own_id, own in arrivals.items()
    }
    compared = compare_sources([one for conformed, _ in fitted.values() for one in conformed], cache)
    issues = [issue for file in files for issue in stamp(file.faults, None, file.part.name, file.layer, {})]
    issues += [issue for one in compared for issue in one.issues]
    layers: dict[str, Layer] = {}
    kept: dict[tuple[str, str], int] = {}
    for own_id, (_, digest) in fitted.items():
        own = [one for one in compared if one.summary.layer.id == own_id]
        whole = assemble(own, digest, specs[own_id], layers.get(TOWNSHIP), ground)
        issues += whole.issues
        kept |= {(own_id, name): count for name, count in whole.kept.items()}
        if whole.layer is not None:
            layers[own_id] = whole.layer
    for own_id, layer in layers.items():
        # A workbook may fill several layers: only in its own is a source's name its own.
        sources = [one.summary for one in compared if one.summary.layer.id == own_id]
        issues += check_beside(layer, layers, sources, ground)
    records = [one.summary.record(kept.get((one.summary.layer.id, one.summary.name), 0)) for one in compared]
    drawn = {own_id: _drawn(own, layers.get(TOWNSHIP)) for own_id, own in rasters.items() if own}
    return Intake(
        {own_id: layers[own_id] for own_id in specs if own_id in layers},
        tuple(register.refer(issue) for issue in issues),
        (*records, *(file.record() for file in files)),
        crs,
        register,
        {own_id: raster for own_id, raster in drawn.items() if raster is not None},
        (
            *(ruling for one in compared for ruling in one.summary.rulings),
            *(one for own in arrivals.values() for one in own.lost),
        ),
    )


def _county(arrivals: Iterable[Arrival]) -> Extent | None:
    """Return the box of the townships read so far."""
    shapes = [
        shapes.to_crs(LONLAT) for one in arrivals if (shapes := one.source.shapes) is not None and one.source.placed
    ]
    there = gpd.GeoSeries(pd.concat(shapes), crs=LONLAT) if shapes else gpd.GeoSeries(crs=LONLAT)
    return county_box(there) if np.isfinite(there.total_bounds).all() else None


def _zone(arrivals: Sequence[Arrival], code: str) -> str:
    """Return the 3-degree zone of the county, or else, where nobody knows it, of most features that lie in China."""
    extent = _county(one for one in arrivals if one.summary.layer.id == TOWNSHIP) or built_in_extent(code)
    if extent is not None:
        return zone_crs((extent.box[0] + extent.box[2]) / 2)
    sources = [one.source for one in arrivals if one.summary.placed]
    placed = [source.shapes.to_crs(LONLAT) for source in sources if source.shapes is not None]
    west, _, east, _ = shapely.bounds(np.concatenate([shapes.array for shapes in placed])).T if placed else [[]] * 4
    middles = np.add(west, east) / 2
    middles = middles[(middles > CHINA[0]) & (middles < CHINA[2])]
    return zone_crs(float(np.median(middles)) if len(middles) else 114.0)


def _drawn(files: Sequence[RasterFile], townships: Layer | None) -> Raster | None:
    """Return the rasters of a layer as the map draws them, over the townships."""
    box = None
    if townships is not None and not townships.frame.geometry.isna().all():
        west, south, east, north = townships.frame.geometry.to_crs(LONLAT).total_bounds
        box = (west, south, east, north)
    there = [file.raster for file in files if file.raster is not None]
    return preview(there, DRAWN_IN, box) if there else None
