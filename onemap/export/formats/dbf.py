"""dBASE tables, the attributes of shapefiles, to the byte: GDAL leaves widths and nulls to chance.

Shapefile writers cut Chinese text inside a character, know no date without a time, or write every number
in 24 bytes. The format is small enough to be written right here: one header, records of fixed width.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

MAXIMUM_WIDTH: Final = 254
"""Bytes of the longest text."""

NUMBER_WIDTH: Final = 24
"""Bytes of the longest number, as GDAL and ArcGIS write them."""

DECIMALS: Final = 15
EMPTY_WIDTHS: Final = {"C": 50, "N": 9}
"""Where no value says how wide a column is, there is room for who fills it in."""

GBK_LDID: Final = 0x4D
"""The language driver id of code page 936; readers without a .cpg go by it."""

Encoding = Literal["GBK", "UTF-8"]


@dataclass(frozen=True)
class Column:
    """A column as it is written."""

    name: str
    """At most 10 ASCII bytes."""
    type: Literal["C", "N", "D"]
    width: int
    decimals: int
    cells: NDArray[np.bytes_]
    cut: pd.Series[str]
    """The full texts, by row, of those that were longer than a column can be."""

    @property
    def description(self) -> bytes:
        """Its 32 bytes in the header."""
        return struct.pack("<11sc4xBB14x", self.name.encode("ascii"), self.type.encode(), self.width, self.decimals)


def encoding_of(frame: pd.DataFrame) -> Encoding:
    """Return GBK, which every program in China reads, or UTF-8 where a value does not fit it."""
    for name in frame.columns:
        if not _is_text(frame[name]):
            continue
        try:
            "".join(frame[name].dropna().astype(str).tolist()).encode("gbk")
        except UnicodeEncodeError:
            return "UTF-8"
    return "GBK"


def column(name: str, values: pd.Series, encoding: Encoding) -> Column:
    """Return a column with exactly the width that its values need."""
    if pd.api.types.is_datetime64_dtype(values):
        texts = [f"{day:%Y%m%d}".encode() for day in values.dropna()]
        return _column(name, "D", values, texts, (8, 0))
    if pd.api.types.is_numeric_dtype(values):
        # Even where all are whole a column of numbers has a decimal, or readers take it for one of integers.
        decimals = 0 if pd.api.types.is_integer_dtype(values) else max(1, _decimals(values.dropna()))
        texts = [_number(number, decimals) for number in values.dropna().tolist()]
        return _column(name, "N", values, texts, (max(map(len, texts), default=EMPTY_WIDTHS["N"]), decimals))
    full = values.dropna().astype(str)
    texts = [text.encode(encoding) for text in full.tolist()]
    long = np.array([len(text) > MAXIMUM_WIDTH for text in texts], dtype=bool)
    texts = [_cut(text, encoding) if len(text) > MAXIMUM_WIDTH else text for text in texts]
    made = _column(name, "C", values, texts, (max(map(len, texts), default=0) or EMPTY_WIDTHS["C"], 0))
    return Column(made.name, made.type, made.width, made.decimals, made.cells, full[long])


def write(path: Path, columns: Sequence[Column], encoding: Encoding, day: date) -> None:
    """Write columns, at least one and all of one length, as a .dbf with its .cpg beside it."""
    count = len(columns[0].cells)
    width = 1 + sum(own.width for own in columns)
    language = GBK_LDID if encoding == "GBK" else 0
    header = struct.pack(
        "<BBBBIHH17xB2x", 3, day.year - 1900, day.month, day.day, count, 33 + 32 * len(columns), width, language
    )
    records = np.full((count, width), b" ", dtype="S1")
    start = 1
    for own in columns:
        records[:, start : start + own.width] = own.cells.view("S1").reshape(count, own.width)
        start += own.width
    with path.open("wb") as file:
        file.write(header + b"".join(own.description for own in columns) + b"\r")
        # A NUL byte is how numpy pads, and no text holds one.
        file.write(records.tobytes().replace(b"\0", b" "))
        file.write(b"\x1a")
    path.with_suffix(".cpg").write_text(encoding, encoding="ascii")


def _is_text(values: pd.Series) -> bool:
    return not (pd.api.types.is_datetime64_dtype(values) or pd.api.types.is_numeric_dtype(values))


def _column(
    name: str, own_type: Literal["C", "N", "D"], values: pd.Series, texts: list[bytes], size: tuple[int, int]
) -> Column:
    """Lay the texts of the values that are there, and the null of the type for the others, into cells."""
    width, decimals = size
    null = {"C": b" ", "N": b"*", "D": b"0"}[own_type] * width
    cells = np.full(len(values), null, dtype=f"S{width}")
    cells[values.notna().to_numpy()] = [text.rjust(width) if own_type == "N" else text for text in texts]
    return Column(name, own_type, width, decimals, cells, pd.Series(dtype=str))


def _decimals(numbers: pd.Series) -> int:
    """Return how many decimals it takes that every number reads back as it is."""
    shortest = (np.format_float_positional(number, trim="-") for number in numbers.to_numpy(dtype=float))
    return min(DECIMALS, max((len(text.partition(".")[2]) for text in shortest), default=0))


def _number(number: float, decimals: int) -> bytes:
    text = f"{number:.{decimals}f}" if decimals else str(int(number))
    return (text if len(text) <= NUMBER_WIDTH else f"{number:.15e}").encode("ascii")


def _cut(text: bytes, encoding: Encoding) -> bytes:
    """Cut at the end of a character."""
    return text[:MAXIMUM_WIDTH].decode(encoding, errors="ignore").encode(encoding)
