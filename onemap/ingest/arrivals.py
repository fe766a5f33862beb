"""The sources of a layer on their way in: found, read, and with the corrections laid over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from onemap.cache import Cache
from onemap.decision import Decision, Ruling
from onemap.ingest.corrections import assign
from onemap.ingest.digests import digest_beside
from onemap.ingest.files import Part
from onemap.ingest.placement.candidates import Extent
from onemap.ingest.references import Arrival
from onemap.ingest.source import Source, Summary, correct_source, read_source
from onemap.ingest.versions import keep_newest
from onemap.spec.layer import LayerSpec


@dataclass(frozen=True)
class Arrivals:
    """What came in of a layer."""

    arrivals: Sequence[Arrival] = ()
    lost: Sequence[Ruling] = ()
    """What became of the corrections that found no record."""
    digest: str | None = None
    """What tells it from whatever else may come in; None where that is not known."""


def read_layer(
    layer: LayerSpec,
    parts: Sequence[Sequence[Part]],
    extent: Extent | None,
    corrections: Sequence[Decision],
    cache: Cache,
) -> Arrivals:
    """Read the sources of a layer, of several versions of a list the newest, and lay the corrections over them.

    Parameters
    ----------
    parts
        What is to be read for each of its sources.
    extent
        Where the county lies, or None where that is not known.
    """

    def make() -> tuple[tuple[list[Summary], list[Ruling]], list[Source]]:
        found: list[Source] = []
        for own in parts:
            found += keep_newest([read_source(layer, part, extent) for part in own])
        sources, lost = _corrected(found, corrections, extent)
        return ([source.summary for source in sources], lost), sources

    def identities() -> list[str | None]:
        return [_identity(part) for own in parts for part in own]

    def holds(light: tuple[list[Summary], list[Ruling]]) -> bool:
        # What could not be opened may open another time; and somebody may have saved while it was read.
        return all(summary.opened for summary in light[0]) and identities() == before

    before = identities()
    inputs = [layer.id, repr(extent), repr([*corrections]), repr([len(own) for own in parts]), *before]
    kept = cache.keep("read", inputs, make, holds)
    summaries, lost = kept.light
    arrivals = [Arrival(summary, lambda at=at: kept.heavy[at]) for at, summary in enumerate(summaries)]  # type: ignore[misc]
    return Arrivals(arrivals, lost, kept.digest or None)


def _identity(part: Part) -> str | None:
    """Return all that reading a part depends on; None for a table of a database, of which nobody knows it."""
    if part.spec.in_database:
        return None
    origin = part.origin or part.path
    inside = part.path.relative_to(origin).as_posix() if part.path.is_relative_to(origin) else part.path.name
    told = (part.spec, part.name, origin.name, inside, part.member, part.several, part.faults, part.may_be_empty)
    trouble = (part.trouble.message, part.trouble.hint) if part.trouble else None
    return f"{told!r} {trouble!r} {digest_beside(origin)}"


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
