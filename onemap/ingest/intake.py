"""The whole room in order: read and prove each source, conform it, check each layer, place it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from onemap.geodesy import LONLAT, zone_crs
from onemap.ingest.checks import CHECKS, place
from onemap.ingest.conform import conform
from onemap.ingest.crs import Box, county_box
from onemap.ingest.raw import Fault
from onemap.ingest.source import Source, check_ending, read_source
from onemap.ingest.stamp import stamp
from onemap.model import LOCATED_IN, SOURCE, SOURCE_ROW, TOWNSHIP, Issue, Layer, SourceRecord, issue_table
from onemap.spec.layer import LayerSpec
from onemap.spec.project import Project
from onemap.text import tr

TOWNSHIP_NAME: Final = "township_name"


@dataclass(frozen=True)
class Intake:
    """What came in: the layers that are there, what is wrong with them, and where they are from."""

    layers: Mapping[str, Layer]
    issues: pd.DataFrame
    sources: tuple[SourceRecord, ...]
    crs: str


def take_in(project: Project, progress: Callable[[str, float], None] | None = None) -> Intake:
    """Read and prove every source of a project.

    Parameters
    ----------
    progress
        Called with what is being read and how far it is, 0 to 1.

    Raises
    ------
    PathError
        A source has a file ending that no reader reads.
    """
    specs = project.catalogue.layers
    # Townships come first: they say where the county is, and everything else is held against them.
    order = sorted(project.sources, key=lambda layer: layer != TOWNSHIP)
    wanted = [(specs[layer], spec) for layer in order for spec in project.sources[layer]]
    for layer, spec in wanted:
        check_ending(layer, spec)
    sources: list[Source] = []
    for layer, spec in wanted:
        if progress:
            progress(spec.path, len(sources) / len(wanted))
        county = _county(sources)
        sources.append(read_source(layer, spec, project, county))
    crs = project.spec.crs or _zone(sources)
    layers: dict[str, Layer] = {}
    issues: list[Issue] = []
    for layer_id in order:
        own = [source for source in sources if source.layer.id == layer_id]
        frame, found = _layer(own, specs[layer_id], crs, layers.get(TOWNSHIP))
        issues += found
        if frame is not None:
            layers[layer_id] = Layer(specs[layer_id], frame)
    return Intake(
        {layer_id: layers[layer_id] for layer_id in specs if layer_id in layers},
        issue_table(issues),
        tuple(source.record(_kept(source, layers)) for source in sources),
        crs,
    )


def _county(sources: Iterable[Source]) -> Box | None:
    """Return the box of the townships read so far."""
    shapes = [s.shapes.to_crs(LONLAT) for s in sources if s.layer.id == TOWNSHIP and s.shapes is not None and s.placed]
    there = gpd.GeoSeries(pd.concat(shapes), crs=LONLAT) if shapes else gpd.GeoSeries(crs=LONLAT)
    return county_box(there) if np.isfinite(there.total_bounds).all() else None


def _zone(sources: Iterable[Source]) -> str:
    """Return the 3-degree zone of the county, or else of what there is."""
    sources = list(sources)
    county = _county(sources)
    if county is not None:
        return zone_crs((county[0] + county[2]) / 2)
    boxes = [
        source.shapes.to_crs(LONLAT).total_bounds for source in sources if source.shapes is not None and source.placed
    ]
    middles = [(west + east) / 2 for west, _, east, _ in boxes if np.isfinite(west)]
    return zone_crs(float(np.median(middles)) if middles else 114.0)


def _kept(source: Source, layers: Mapping[str, Layer]) -> int:
    layer = layers.get(source.layer.id)
    return 0 if layer is None else int((layer.frame[SOURCE] == source.name).sum())


def _layer(
    sources: Sequence[Source], spec: LayerSpec, crs: str, townships: Layer | None
) -> tuple[gpd.GeoDataFrame | None, list[Issue]]:
    """Conform the sources of a layer, put them together, check the whole and place it."""
    letters = {source.name: source.letters for source in sources}
    issues: list[Issue] = []
    frames = []
    for source in sources:
        raw = source.features(crs)
        if raw is None:
            issues += stamp(source.faults, None, source.name, spec, letters)
            continue
        frame, found = conform(raw, spec)
        issues += stamp(_once(source, frame, found), raw, source.name, spec, letters)
        frames.append(frame)
    if not frames:
        return None, issues
    whole = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), geometry="geometry", crs=crs)
    for check in CHECKS:
        checked, found = check(whole, spec)
        issues += stamp(found, whole, sources[0].name, spec, letters)
        whole = checked
    towns = whole if spec.id == TOWNSHIP else (townships.frame if townships else None)
    whole, found = place(whole, spec, towns, TOWNSHIP_NAME)
    if whole.geometry.isna().all() and all(source.placed for source in sources) and spec.geometry != ("table",):
        found.append(
            Fault("no_data", tr("not one of its records has a place"), tr("ask for the data with coordinates"))
        )
    issues += stamp(found, whole, sources[0].name, spec, letters)
    return whole[[*spec.fields, SOURCE, SOURCE_ROW, LOCATED_IN, "geometry"]], issues


def _once(source: Source, frame: gpd.GeoDataFrame, found: list[Fault]) -> list[Fault]:
    """Return the faults of reading and conforming, one for each: not two where both missed the same place."""
    dropped = {fault.at for fault in found if fault.action == "dropped"}
    early = [fault for fault in source.faults if fault.at is None or fault.at not in dropped]
    told = {fault.at for fault in early if fault.field == "x"}
    late = [f for f in found if f.kind != "null_geometry" or (source.placed and f.at not in told)]
    return [*early, *late]
