"""The table of a shapefile, as far as GDAL does not tell: its header, and what single cells really hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

NAME_BYTES: Final = 10
"""How long the name of a field can be."""

KINDS: Final = "CNFDLMBGPTIYO@+0VQ"

CHUNK: Final = 20_000
"""Records that are looked at together."""


@dataclass(frozen=True)
class DbfField:
    """One field of the table: its type, the place of its cells in a record, and their width."""

    kind: str
    at: int
    width: int
    decimals: int


@dataclass(frozen=True)
class Dbf:
    """What the header of a DBF file says."""

    path: Path
    fields: tuple[DbfField, ...]
    announced: int
    """How many records the header promises."""
    records: int
    """How many are there."""
    start: int
    width: int
    language_byte: int

    def cells(self, fields: Sequence[DbfField], rows: NDArray[np.int64]) -> list[NDArray[np.bytes_]]:
        """Return the bytes of some fields' cells in some rows, which must ascend; the file is read once for all."""
        found: list[list[NDArray[np.bytes_]]] = [[] for _ in fields]
        for first in range(0, self.records, CHUNK):
            here = rows[(rows >= first) & (rows < first + CHUNK)] - first
            count = min(CHUNK, self.records - first) * self.width
            block = np.fromfile(self.path, np.uint8, count, offset=self.start + first * self.width)
            records = block.reshape(-1, self.width)[here]
            for kept, field in zip(found, fields, strict=True):
                cells = np.ascontiguousarray(records[:, field.at : field.at + field.width])
                kept.append(cells.view(f"S{field.width}").ravel())
        return [np.concatenate(kept) if kept else np.array([], dtype="S1") for kept in found]


def read_dbf(path: Path) -> Dbf | None:
    """Return what the header of a DBF file says, or None where it is no DBF file."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(32)
        if len(head) < 32:
            return None
        announced = int.from_bytes(head[4:8], "little")
        start, width = int.from_bytes(head[8:10], "little"), int.from_bytes(head[10:12], "little")
        descriptors = file.read(max(0, start - 32))
    fields, at = [], 1
    for place in range(0, len(descriptors) - 31, 32):
        descriptor = descriptors[place : place + 32]
        if descriptor[0] == 0x0D:
            break
        fields.append(DbfField(chr(descriptor[11]), at, descriptor[16], descriptor[17]))
        at += descriptor[16]
    if start < 33 or start > size or not all(field.kind in KINDS for field in fields):
        return None
    if not fields:
        # Some programs give records without fields no width, not even that of the mark of deletion.
        return Dbf(path, (), announced, announced, start, width, head[29])
    if at != width:
        return None
    return Dbf(path, tuple(fields), announced, min(announced, (size - start) // width), start, width, head[29])
