"""Shapefiles written byte by byte, as no library of today would write them."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

Field = tuple[bytes, bytes, int]
"""Name, type and width of a field of a DBF."""


def dbf(fields: Sequence[Field], rows: Sequence[Sequence[bytes]], *, ldid: int = 0, deleted: int = -1) -> bytes:
    width = 1 + sum(field[2] for field in fields)
    head = struct.pack("<B3BIHH16xBB2x", 3, 125, 1, 1, len(rows), 33 + 32 * len(fields), width, 0, ldid)
    head += b"".join(struct.pack("<11sc4xBB14x", name, kind, size, 0) for name, kind, size in fields) + b"\r"
    body = b""
    for number, row in enumerate(rows):
        cells = zip(row, fields, strict=True)
        body += b"*" if number == deleted else b" "
        body += b"".join(
            (cell.rjust(size) if kind in b"NF" else cell.ljust(size))[:size] for cell, (_, kind, size) in cells
        )
    return head + body + b"\x1a"


def points(count: int) -> tuple[bytes, bytes]:
    """Return the .shp and .shx of points at (0, 0), (1, 1) …"""
    records, index = b"", b""
    for number in range(count):
        index += struct.pack(">ii", (100 + len(records)) // 2, 10)
        records += struct.pack(">ii", number + 1, 10) + struct.pack("<idd", 1, number, number)

    def head(size: int) -> bytes:
        return struct.pack(">i5ii", 9994, 0, 0, 0, 0, 0, 50 + size // 2) + struct.pack("<ii8d", 1000, 1, *[0] * 8)

    return head(len(records)) + records, head(len(index)) + index


def write_shapefile(
    folder: Path, table: bytes, count: int = 3, parts: Mapping[str, bytes | None] | None = None
) -> Path:
    """Write a shapefile; `parts` adds parts by ending, or replaces them, or with None leaves them out."""
    shp, shx = points(count)
    for ending, data in {"shp": shp, "shx": shx, "dbf": table, **(parts or {})}.items():
        if data is not None:
            (folder / f"t.{ending}").write_bytes(data)
    return folder / "t.shp"
