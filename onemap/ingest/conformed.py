"""Sources that fit their layers, and what comparing them with one another says of their coordinates."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, TypeAlias

import geopandas as gpd
import pandas as pd
import shapely

from onemap.cache import Cache, digest_of
from onemap.ingest.cells import fill_samples
from onemap.ingest.conform import STEPS, conform
from onemap.ingest.placement.neighbours import Placed, Whereabouts
from onemap.ingest.placement.registration import Comparison, Offset, comparison_faults, find_offsets, offset_fault
from onemap.ingest.raster_source import RasterFile
from onemap.ingest.raw import Fault
from onemap.ingest.references import Arrival, Register
from onemap.ingest.source import Source, Summary
from onemap.ingest.stamp import stamp
from onemap.model import Confidence, Issue
from onemap.progress import doing
from onemap.spec.layer import LayerSpec
from onemap.text import tr

Rasters = Mapping[str, Sequence[RasterFile]]
Features: TypeAlias = gpd.GeoDataFrame | None

_SHAPES: Final = ("invalid_geometry", "wrong_geometry")


@dataclass(frozen=True)
class Conformed:
    """A source whose rows are features of its layer: what is known of it, and the features when they are asked for."""

    summary: Summary
    issues: tuple[Issue, ...]
    """Its issues so far."""
    there: bool
    """Whether it has features."""
    lies: Whereabouts | None
    """Where its features lie and what they are called; None where none has a place."""
    load: Callable[[], Features]

    @property
    def frame(self) -> Features:
        """Its features; None where there are none."""
        return self.load()


def conform_layer(
    arrivals: Sequence[Arrival], crs: str, rasters: Rasters, keeping: tuple[Cache, str | None]
) -> tuple[list[Conformed], str | None]:
    """Make the sources of a layer fit it, with what its fields sample filled in.

    Parameters
    ----------
    keeping
        Where it is kept, and the digest of the sources; None where that is not known.

    Returns
    -------
    conformed, digest
        The sources, and the digest of their features.
    """
    if not arrivals:
        return [], keeping[1]
    register = Register({(one.summary.layer.id, one.summary.name): one for one in arrivals})

    def make() -> tuple[list[tuple[tuple[Issue, ...], bool, Whereabouts | None]], list[Features]]:
        notes, frames = [], []
        for arrival in arrivals:
            with doing(arrival.summary.name, len(STEPS)):
                frame, issues = _conform(arrival.source, crs, rasters)
            referred = tuple(register.refer(issue) for issue in issues)
            notes.append((referred, frame is not None, _lie(frame, arrival.summary)))
            frames.append(frame)
        return notes, frames

    cells = [repr((file.digest, file.raster)) for files in rasters.values() for file in files]
    kept = keeping[0].keep("conform", [keeping[1], crs, *cells], make)
    conformed = [
        Conformed(arrival.summary, issues, there, lies, lambda at=at: kept.heavy[at])  # type: ignore[misc]
        for at, (arrival, (issues, there, lies)) in enumerate(zip(arrivals, kept.light, strict=True))
    ]
    return conformed, kept.digest or None


def _conform(source: Source, crs: str, rasters: Rasters) -> tuple[Features, Iterable[Issue]]:
    spec, letters = source.layer, {source.name: source.letters}
    raw = source.features(crs)
    if raw is None:
        return None, stamp(source.faults, None, source.name, spec, letters)
    frame, found = conform(raw, spec)
    sampled = {own_id: [file.raster for file in files if file.raster is not None] for own_id, files in rasters.items()}
    frame, blank = fill_samples(frame, spec, sampled)
    return frame, stamp([*_once(source, frame, found), *blank], raw, source.name, spec, letters)


def _once(source: Source, frame: gpd.GeoDataFrame, found: list[Fault]) -> list[Fault]:
    """Return the faults of reading and conforming, one for each: not two where both missed the same place."""
    dropped = {fault.at for fault in found if fault.action == "dropped"}
    early = [fault for fault in source.faults if fault.at is None or fault.at not in dropped]
    # A place that a reader has blanked has been told, and is not missed a second time.
    told = {f.at for f in early if f.field in ("x", "y") or (f.kind in _SHAPES and f.action == "blanked")}
    late = [f for f in found if f.kind != "null_geometry" or (source.placed and f.at not in told)]
    return [*early, *late]


def compare_sources(conformed: Sequence[Conformed], cache: Cache) -> list[Conformed]:
    """Return the sources with what comparing them with one another says of their coordinates."""

    def compare() -> dict[str, Offset | Comparison]:
        return find_offsets([KeptPlaced(str(at), one) for at, one in enumerate(conformed) if one.lies], cache)

    told = cache.value("compare", (one.lies.whole if one.lies else "" for one in conformed), compare)
    compared = []
    for at, one in enumerate(conformed):
        found = told.get(str(at))
        if found is None:
            compared.append(one)
            continue
        record = one.summary.crs
        record = replace(record, evidence=tr("; ").join(filter(None, [record.evidence, found.evidence])))
        if isinstance(found, Offset):
            record = replace(record, inferred=found.kind, confidence="cannot-tell")
            faults = [offset_fault(found)]
        else:
            unsure: Confidence = (
                "cannot-tell" if found.in_vain else "likely" if not found.checked else record.confidence
            )
            record = replace(record, confidence=_least(record.confidence, unsure))
            faults = comparison_faults(found)
        issues = (*one.issues, *stamp(faults, None, one.summary.name, one.summary.layer, {}))
        compared.append(replace(one, summary=replace(one.summary, crs=record), issues=issues))
    return compared


def _least(*confidences: Confidence) -> Confidence:
    order: tuple[Confidence, ...] = ("cannot-tell", "likely", "sure")
    return min(confidences, key=order.index)


def _named_by(spec: LayerSpec) -> list[str]:
    """Return the columns by which the features of sources are compared beside their places."""
    return [name for name in (spec.label, spec.key, spec.township_field) if name]


def _lie(frame: Features, summary: Summary) -> Whereabouts | None:
    """Return digests of all that it is compared by."""
    if frame is None or not summary.placed or frame.geometry.isna().all():
        return None
    shapes = hashlib.blake2b(repr((str(frame.crs), frame.index.tolist())).encode(), digest_size=20)
    for shape in shapely.to_wkb(frame.geometry.to_numpy()):
        shapes.update(shape or b"-")
    told = (summary.layer.id, summary.part.spec.coord_type, summary.anchored)
    columns = [frame[name].tolist() for name in _named_by(summary.layer)]
    return Whereabouts(shapes.hexdigest(), digest_of([shapes.hexdigest(), repr([told, *columns])]))


class KeptPlaced(Placed):
    """A source whose features are read when they are asked for."""

    def __init__(self, name: str, one: Conformed) -> None:
        own = {
            "name": name,
            "layer": one.summary.layer,
            "coord_type": one.summary.part.spec.coord_type,
            "anchored": one.summary.anchored,
            "lies": one.lies,
            "_one": one,
        }
        for field, value in own.items():
            object.__setattr__(self, field, value)

    _one: Conformed

    @cached_property
    def _frame(self) -> gpd.GeoDataFrame:
        frame = self._one.frame
        assert frame is not None
        return frame

    @cached_property
    def shapes(self) -> gpd.GeoSeries:
        """In the metric CRS that all sources share; None where a record has no place."""
        return self._frame.geometry

    @cached_property
    def labels(self) -> pd.Series[Any]:
        """What its records are called."""
        labels: pd.Series[Any] = self._frame[self.layer.label]
        return labels

    @cached_property
    def keys(self) -> pd.Series[Any] | None:
        """Their keys."""
        keys: pd.Series[Any] = self._frame[self.layer.key]
        return keys

    @cached_property
    def stated(self) -> pd.Series[Any] | None:
        """The township that each record states."""
        name = self.layer.township_field
        stated: pd.Series[Any] | None = self._frame[name] if name else None
        return stated
