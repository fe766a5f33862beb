"""The records of a source as they were written: how an issue finds its own again, and whether it has changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import shapely

from onemap.decision import Reference, cell_text
from onemap.ingest.digests import digest_of_text
from onemap.ingest.raw import Raw
from onemap.ingest.values import read_value
from onemap.spec.layer import LayerSpec
from onemap.text import fold


@dataclass(frozen=True)
class Records:
    """The rows of a source as they were written, by what issues and corrections call them."""

    layer: LayerSpec
    name: str
    raw: Raw
    columns: Mapping[str, str]
    """The raw column of each field, and of "x" and "y"."""

    @cached_property
    def _places(self) -> dict[Any, int]:
        return {at: place for place, at in enumerate(self.raw.frame.index)}

    @cached_property
    def _cells(self) -> dict[str, list[Any]]:
        return {field: self.raw.frame[column].tolist() for field, column in self.columns.items()}

    @cached_property
    def _of_row(self) -> dict[int, Any]:
        return dict(zip(self.raw.rows, self.raw.frame.index, strict=True))

    @cached_property
    def _of_key(self) -> dict[str, list[Any]]:
        column, field = self.columns.get(self.layer.key), self.layer.fields[self.layer.key]
        found: dict[str, list[Any]] = defaultdict(list)
        if column is not None:
            for at, value in self.raw.frame[column].items():
                found[str(read_value(value, field).value or "")].append(at)
        return found

    def find(self, issue: Reference) -> Any:
        """Return the index label of the record of an issue, by its key where that is one record's, or None."""
        there = self._of_row.get(issue.row) if issue.row is not None and issue.source == self.name else None
        if not issue.key:
            return there
        found = self._of_key.get(issue.key, [])
        return found[0] if len(found) == 1 else there if there in found else None

    def row(self, at: Any) -> int:
        """Return what a record is called in its source."""
        return self.raw.rows[self._places[at]]

    def seen(self, at: Any, field: str) -> str:
        """Return a cell as it was written; "" where the field has no column."""
        return cell_text(self._cells[field][self._places[at]]) if field in self._cells else ""

    def digest(self, at: Any) -> str:
        """Return what tells whether a record has changed: a digest of its fields and its shape as they were written."""
        cells = [f"{field}={fold(self.seen(at, field))}" for field in sorted(self.columns)]
        shape = None if self.raw.geometry is None else self.raw.geometry.array[self._places[at]]
        drawn = "" if shape is None else shapely.normalize(shape).wkb_hex
        return digest_of_text("\n".join([*cells, drawn]))

    def refer(self, row: int, field: str) -> tuple[str, str]:
        """Return a cell as it was written, and the digest of its record; of a row that is not there, nothing."""
        at = self._of_row.get(row)
        return ("", "") if at is None else (self.seen(at, field), self.digest(at))
