"""The records of a source as they were written: how an issue finds its own again, and whether it has changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import shapely

from onemap.decision import cell_text
from onemap.ingest.digests import digest_of_text
from onemap.ingest.raw import Raw
from onemap.ingest.values import read_value
from onemap.spec.layer import LayerSpec

LONGEST: Final = 200
"""Of longer cells a digest stands for the rest."""


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
    def _labels(self) -> dict[int, Any]:
        return dict(zip(self.raw.rows, self.raw.frame.index, strict=True))

    @cached_property
    def _of_key(self) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = defaultdict(list)
        for at in self.raw.frame.index:
            found[self.key(at)].append(at)
        return found

    def labels(self, key: str) -> Sequence[Any]:
        """Return the index labels of the records that have a key as it was written; "" for none."""
        return self._of_key.get(key, ())

    def at_row(self, row: int) -> Any:
        """Return the index label of the record that the source calls so, or None."""
        return self._labels.get(row)

    def row(self, at: Any) -> int:
        """Return what a record is called in its source."""
        return self.raw.rows[self._places[at]]

    def key(self, at: Any) -> str:
        """Return the key of a record, as far as it can be read as it was written."""
        if self.layer.key not in self._cells:
            return ""
        read = read_value(self._cells[self.layer.key][self._places[at]], self.layer.fields[self.layer.key])
        return str(read.value or "")

    def seen(self, at: Any, field: str) -> str:
        """Return a cell as it was written; "" where the field has no column."""
        return short_text(cell_text(self._cells[field][self._places[at]])) if field in self._cells else ""

    def shape(self, at: Any) -> shapely.Geometry | None:
        """Return the shape of a record that is not one of a table."""
        return None if self.raw.geometry is None else self.raw.geometry.array[self._places[at]]

    def place(self, at: Any) -> str:
        """Return where a record lies as it was written: its coordinates, or else its shape."""
        written = [self.seen(at, axis) for axis in ("x", "y") if axis in self._cells]
        shape = self.shape(at)
        if not written and shape is not None and not shapely.is_empty(shape):
            written = [
                f"{number:.7g}" if abs(number) < 1000 else f"{number:.2f}" for number in shape.centroid.coords[0]
            ]
        return ", ".join(filter(None, written))

    def digest(self, at: Any) -> str:
        """Return what tells whether a record has changed: a digest of its fields and its shape as they were written."""
        cells = {field: cell_text(column[self._places[at]]) for field, column in sorted(self._cells.items())}
        shape = self.shape(at)
        drawn = "" if shape is None else shapely.normalize(shape).wkb_hex
        return digest_of_text("\n".join([*(f"{field}={text}" for field, text in cells.items() if text), drawn]))


def short_text(text: str) -> str:
    """Return a text that fits into a cell beside others; two that differ stay two.

    Examples
    --------
    >>> short_text("半停产")
    '半停产'
    """
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…{digest_of_text(text)}"
