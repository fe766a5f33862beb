"""Writes workbooks as Excel 97 does, byte by byte: one stream in a compound file, numbers and texts in BIFF 8."""

import struct
from pathlib import Path

SECTOR = 512
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def write_xls(path: Path, rows, merged=()) -> Path:
    """Write one sheet called 名单; `merged` has (top, bottom, left, right) from 0."""
    cells = b"".join(
        _number(row, column, value) if isinstance(value, int | float) else _label(row, column, value)
        for row, values in enumerate(rows)
        for column, value in enumerate(values)
        if value is not None
    )
    areas = struct.pack("<H", len(merged)) + b"".join(struct.pack("<4H", *area) for area in merged)
    sheet = _begin(0x10) + cells + _record(0xE5, areas) + _record(0x0A, b"")
    name = "名单".encode("utf-16-le")
    start = len(_begin(0x05)) + 4 + 6 + 2 + len(name) + 4
    bound = _record(0x85, struct.pack("<IBB", start, 0, 0) + struct.pack("<BB", 2, 1) + name)
    return write_compound(path, "Workbook", _begin(0x05) + bound + _record(0x0A, b"") + sheet)


def write_compound(path: Path, name: str, data: bytes) -> Path:
    """Write a compound file with one stream."""
    data = data.ljust(max(len(data), 4096), b"\0")
    count = -(-len(data) // SECTOR)
    chain = [*range(1, count), END]
    fat = [at + 2 for at in chain[:-1]] + [END]
    table = struct.pack("<128I", *([FAT, END, *fat] + [FREE] * 128)[:128])
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<9I", 0, 1, 1, 0, 4096, END, 0, END, 0) + struct.pack("<109I", 0, *[FREE] * 108)
    entries = _entry("Root Entry", 5, END, 0, child=1) + _entry(name, 2, 2, len(data)) + bytes(256)
    path.write_bytes(head + table + entries + data.ljust(count * SECTOR, b"\0"))
    return path


def _entry(name: str, kind: int, start: int, size: int, child: int = FREE) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    entry = text.ljust(64, b"\0") + struct.pack("<HBB3I", len(text), kind, 1, FREE, FREE, child)
    return entry + bytes(36) + struct.pack("<IQ", start, size)


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _begin(kind: int) -> bytes:
    return _record(0x809, struct.pack("<HHHHII", 0x600, kind, 0, 0, 0, 0))


def _number(row: int, column: int, value: float) -> bytes:
    return _record(0x203, struct.pack("<HHHd", row, column, 0, value))


def _label(row: int, column: int, text: str) -> bytes:
    return _record(0x204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + text.encode("utf-16-le"))
