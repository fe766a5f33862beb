"""The sources of a layer put together: the whole checked, placed in its townships, and held against other layers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

import geopandas as gpd
import pandas as pd

from onemap.cache import Cache, Kept
from onemap.ingest.conformed import Conformed
from onemap.ingest.placement.candidates import Extent
from onemap.ingest.quality.between import check_between
from onemap.ingest.quality.checks import CHECKS
from onemap.ingest.quality.counties import check_counties
from onemap.ingest.quality.townships import place, place_roughly
from onemap.ingest.raw import Fault
from onemap.ingest.references import Register
from onemap.ingest.source import Summary
from onemap.ingest.stamp import stamp
from onemap.model import LOCATED_IN, SOURCE, SOURCE_ROW, TOWNSHIP, Issue, Layer
from onemap.progress import doing
from onemap.spec.kinds import KINDS
from onemap.spec.layer import LayerSpec
from onemap.text import tr

TOWNSHIP_NAME: Final = "township_name"


class Notes(NamedTuple):
    """What is known of a layer without its features."""

    issues: list[Issue]
    counts: dict[str, int]
    """How many features came from each source."""


class KeptLayer(Layer):
    """A layer whose features are read when they are asked for."""

    _kept: Kept[Notes, gpd.GeoDataFrame]

    _cache: Cache

    def __init__(self, spec: LayerSpec, kept: Kept[Notes, gpd.GeoDataFrame], cache: Cache) -> None:
        own = {"spec": spec, "digest": kept.digest, "_kept": kept, "_cache": cache}
        for name, value in own.items():
            object.__setattr__(self, name, value)

    @property
    def count(self) -> int:
        """How many features it has."""
        return sum(self._kept.light.counts.values())

    @cached_property
    def frame(self) -> gpd.GeoDataFrame:
        """The features."""
        return self._kept.heavy

    # What products ask of layers of which they need nothing else.

    @cached_property
    def areas_m2(self) -> pd.Series[float]:
        """The ellipsoidal area of each feature, square metres."""
        return self._once("areas", lambda: super(KeptLayer, self).areas_m2)

    @cached_property
    def keys(self) -> pd.Series[str]:
        """The key of each feature, as text; empty where there is none."""
        return self._once("keys", lambda: super(KeptLayer, self).keys)

    @cached_property
    def townships(self) -> pd.Series[str]:
        """The township of each feature: the one it lies in, or else the one that it states."""
        return self._once("townships", lambda: super(KeptLayer, self).townships)

    def _once(self, name: str, make: Callable[[], pd.Series[Any]]) -> pd.Series[Any]:
        return self._cache.value(name, [self.digest or None], make)


@dataclass(frozen=True)
class Ground:
    """Where a project is, and what is known of its sources."""

    county: str
    crs: str
    extent: Extent | None
    register: Register
    cache: Cache


@dataclass(frozen=True)
class Assembled:
    """A layer put together: None where there is none, the issues of the whole, and how many rows came in of each."""

    layer: Layer | None
    issues: Sequence[Issue]
    kept: Mapping[str, int]


def assemble(
    conformed: Sequence[Conformed], digest: str | None, spec: LayerSpec, townships: Layer | None, ground: Ground
) -> Assembled:
    """Put the sources of a layer together, check the whole and place it.

    Parameters
    ----------
    digest
        That of the features of the sources.
    townships
        The layer of townships, where it is there and is another than this.
    """
    if not any(one.there for one in conformed):
        name = conformed[0].summary.name if conformed else ""
        return Assembled(None, stamp(_nothing_at_all(conformed), None, name, spec, {}) if conformed else [], {})

    def make() -> tuple[Notes, gpd.GeoDataFrame]:
        frame, issues = _whole(conformed, spec, townships, ground)
        return Notes([ground.register.refer(issue) for issue in issues], dict(Counter(frame[SOURCE]))), frame

    within = repr(ground.extent) if townships is None else townships.digest or None
    kept = ground.cache.keep("layer", [digest, within], make)
    return Assembled(KeptLayer(spec, kept, ground.cache), kept.light.issues, kept.light.counts)


def check_beside(
    layer: Layer, layers: Mapping[str, Layer], sources: Sequence[Summary], ground: Ground
) -> Sequence[Issue]:
    """Return what comes to light of a layer beside others, and beside the county's own code.

    Parameters
    ----------
    sources
        Those of the layer.
    """
    others = {*layer.spec.apart_from, *layer.spec.shares_keys_with}
    beside = {own_id: other for own_id, other in layers.items() if own_id in others}

    def check() -> list[Issue]:
        letters = {source.name: source.letters for source in sources}
        faults = [*check_between(layer, beside), *check_counties(layer, ground.county)]
        found = stamp(faults, layer.frame, sources[0].name, layer.spec, letters)
        return [ground.register.refer(issue) for issue in found]

    told = (f"{own_id} {other.digest}" if other.digest else None for own_id, other in beside.items())
    return ground.cache.value("beside", [layer.digest or None, *told], check)


def _whole(
    conformed: Sequence[Conformed], spec: LayerSpec, townships: Layer | None, ground: Ground
) -> tuple[gpd.GeoDataFrame, list[Issue]]:
    letters = {one.summary.name: one.summary.letters for one in conformed}
    name, frames = conformed[0].summary.name, [one.frame for one in conformed]
    issues: list[Issue] = []
    together: Any = pd.concat([frame for frame in frames if frame is not None], ignore_index=True)
    whole = gpd.GeoDataFrame(together, geometry="geometry", crs=ground.crs)
    for check in CHECKS:
        with doing():
            checked, found = check(whole, spec)
            issues += stamp(found, whole, name, spec, letters)
        whole = checked
    towns = whole if spec.id == TOWNSHIP else (townships.frame if townships else None)
    whole, found = place(whole, spec, towns, TOWNSHIP_NAME)
    if towns is None and ground.extent is not None:
        found += place_roughly(whole, *ground.extent.box)
    placed = all(one.summary.placed for one in conformed if one.there)
    if whole.geometry.isna().all() and placed and "table" not in spec.geometry:
        message, hint = tr("not one of its records has a place"), tr("ask for the data with coordinates")
        found.append(Fault("no_data", message, hint))
    issues += stamp(found, whole, name, spec, letters)
    return whole[[*spec.fields, SOURCE, SOURCE_ROW, LOCATED_IN, "geometry"]], issues


def _nothing_at_all(conformed: Sequence[Conformed]) -> list[Fault]:
    """Return the fault of a layer of whose files and sheets each was passed over with good reason."""
    issues = [issue for one in conformed for issue in one.issues]
    may_be_empty = all(one.summary.part.may_be_empty for one in conformed)
    if may_be_empty or any((issue.severity or KINDS[issue.kind].severity) == "error" for issue in issues):
        return []
    message = tr("none of its files and sheets holds a record of this layer")
    return [Fault("no_data", message, tr("check that it is the right file, sheet or layer"))]
