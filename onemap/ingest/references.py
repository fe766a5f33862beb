"""How issues are found again in a later build: what is known of the records that they are about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from onemap.decision import AXES, Presence, Reference
from onemap.ingest.digests import digest_of_sources
from onemap.ingest.records import Records, short_text
from onemap.ingest.source import Source, Summary
from onemap.model import Issue


@dataclass(frozen=True)
class Arrival:
    """A source that came in: what is known of it, and itself when its rows are asked for."""

    summary: Summary
    load: Callable[[], Source]

    @property
    def source(self) -> Source:
        """The source with its rows."""
        return self.load()


class Register:
    """The sources of a project, by layer id and name."""

    def __init__(self, arrivals: Mapping[tuple[str, str], Arrival]) -> None:
        self._arrivals = arrivals

    def refer(self, issue: Issue) -> Issue:
        """Return an issue with what it takes to find it again in a later build, and to see whether it has changed."""
        if issue.reference is not None:
            return issue
        arrival = self._arrivals.get((issue.layer, issue.source))
        records = self._written(issue.layer, issue.source) if issue.row is not None else None
        at = records.at_row(issue.row) if records is not None and issue.row is not None else None
        told = {name: getattr(issue, name) for name in ("kind", "layer", "source", "row", "field", "partner", "facts")}
        told |= {"key": issue.key, "value": short_text(issue.value)}
        if records is not None and at is not None:
            key = records.key(at)
            several = bool(key) and sum(len(one.labels(key)) for _, one in self._records(issue.layer)) > 1
            told |= {"key": key, "seen": records.seen(at, issue.field), "record": records.digest(at)}
            told |= {"several": several, "pair": self._pair(issue, str(told["record"]))}
        else:
            own = [other for (layer, _), other in self._arrivals.items() if layer == issue.layer]
            told["record"] = digest_of_sources(one.summary.digest for one in ([arrival] if arrival else own))
        return replace(issue, reference=Reference(**told))

    def letters(self, layer: str) -> dict[str, Mapping[str, str]]:
        """Return, for each source of a layer, the Excel letter of each field where it is a sheet."""
        return {name: one.summary.letters for (own_id, name), one in self._arrivals.items() if own_id == layer}

    def presence(self, about: Reference) -> Presence:
        """Say whether the record that was decided about is there, so that a fault of it would have been found."""
        if all(layer != about.layer for layer, _ in self._arrivals):
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

    def _pair(self, issue: Issue, own: str) -> str:
        """Return the digest of the two records that an issue is about; "" where it is about one."""
        if issue.other is None:
            return ""
        name, row = issue.other
        records = self._written(issue.layer, name)
        at = records.at_row(row) if records else None
        return "" if records is None or at is None else digest_of_sources([own, records.digest(at)])

    def _written(self, layer: str, name: str) -> Records | None:
        arrival = self._arrivals.get((layer, name))
        return arrival.source.written if arrival else None

    def _records(self, layer: str) -> list[tuple[Source, Records]]:
        """Return the sources of a layer whose records came in, and these as they were written."""
        own = [arrival.source for (name, _), arrival in self._arrivals.items() if name == layer]
        return [(source, source.written) for source in own if source.written and source.fields is not None]
