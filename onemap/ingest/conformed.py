"""Sources that fit their layers, and what comparing them with one another says of their coordinates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import geopandas as gpd

from onemap.ingest.cells import fill_samples
from onemap.ingest.conform import conform
from onemap.ingest.placement.neighbours import Placed
from onemap.ingest.placement.registration import Offset, comparison_faults, find_offsets, offset_fault
from onemap.ingest.raster_source import RasterFile
from onemap.ingest.raw import Fault
from onemap.ingest.source import Source
from onemap.ingest.stamp import stamp
from onemap.model import Confidence, Issue
from onemap.text import tr

Rasters = Mapping[str, Sequence[RasterFile]]

_SHAPES: Final = ("invalid_geometry", "wrong_geometry")


@dataclass(frozen=True)
class Conformed:
    """A source, its features as its layer has them (None: there are none), and its issues so far."""

    source: Source
    frame: gpd.GeoDataFrame | None
    issues: tuple[Issue, ...]


def conform_source(source: Source, crs: str, rasters: Rasters) -> Conformed:
    """Make a source fit its layer, with what its fields sample filled in."""
    spec, letters = source.layer, {source.name: source.letters}
    raw = source.features(crs)
    if raw is None:
        return Conformed(source, None, tuple(stamp(source.faults, None, source.name, spec, letters)))
    frame, found = conform(raw, spec)
    sampled = {own_id: [file.raster for file in files if file.raster is not None] for own_id, files in rasters.items()}
    frame, blank = fill_samples(frame, spec, sampled)
    return Conformed(
        source, frame, tuple(stamp([*_once(source, frame, found), *blank], raw, source.name, spec, letters))
    )


def _once(source: Source, frame: gpd.GeoDataFrame, found: list[Fault]) -> list[Fault]:
    """Return the faults of reading and conforming, one for each: not two where both missed the same place."""
    dropped = {fault.at for fault in found if fault.action == "dropped"}
    early = [fault for fault in source.faults if fault.at is None or fault.at not in dropped]
    # A place that a reader has blanked has been told, and is not missed a second time.
    told = {f.at for f in early if f.field in ("x", "y") or (f.kind in _SHAPES and f.action == "blanked")}
    late = [f for f in found if f.kind != "null_geometry" or (source.placed and f.at not in told)]
    return [*early, *late]


def compare_sources(conformed: Sequence[Conformed]) -> list[Conformed]:
    """Return the sources with what comparing them with one another says of their coordinates."""
    placed = {str(at): _placed(str(at), one) for at, one in enumerate(conformed)}
    told = find_offsets([one for one in placed.values() if one is not None])
    compared = []
    for at, one in enumerate(conformed):
        found, proof = told.get(str(at)), one.source.proof
        if found is None or proof is None:
            compared.append(one)
            continue
        record = replace(proof.record, evidence=tr("; ").join(filter(None, [proof.record.evidence, found.evidence])))
        issues = one.issues
        if isinstance(found, Offset):
            record = replace(record, inferred=found.kind, confidence="cannot-tell")
            issues += tuple(stamp([offset_fault(found)], None, one.source.name, one.source.layer, {}))
        else:
            unsure: Confidence = (
                "cannot-tell" if found.in_vain else "likely" if not found.checked else record.confidence
            )
            record = replace(record, confidence=_least(record.confidence, unsure))
            issues += tuple(stamp(comparison_faults(found), None, one.source.name, one.source.layer, {}))
        source = replace(one.source, proof=replace(proof, record=record))
        compared.append(replace(one, source=source, issues=issues))
    return compared


def _least(*confidences: Confidence) -> Confidence:
    order: tuple[Confidence, ...] = ("cannot-tell", "likely", "sure")
    return min(confidences, key=order.index)


def _placed(name: str, one: Conformed) -> Placed | None:
    frame, spec, proof = one.frame, one.source.layer, one.source.proof
    if frame is None or proof is None or proof.crs is None or frame.geometry.isna().all():
        return None
    coord_type = one.source.part.spec.coord_type
    return Placed(
        name=name,
        layer=spec,
        shapes=frame.geometry,
        labels=frame[spec.label],
        keys=frame[spec.key],
        stated=frame[spec.township_field] if spec.township_field else None,
        coord_type=coord_type,
        anchored=coord_type is not None or proof.crs.is_projected,
    )
