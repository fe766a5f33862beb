"""dBASE tables, the attributes of shapefiles, to the byte: GDAL leaves widths and nulls to chance.

Shapefile writers cut Chinese text inside a character, know no date without a time, or write every number
in 24 bytes. The format is small enough to be written right here: one header, records of fixed width.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

MAXIMUM_WIDTH: Final = 254
"""Bytes of the longest text."""

NUMBER_WIDTH: Final = 24
"""Bytes of the longest number, as GDAL and ArcGIS write them."""

DECIMALS: Final = 15
"""More digits than these behind the point no header states."""

BYTES_OF_CHARACTER: Final = 4
"""A character has no more of them in either encoding."""

SURELY_FIT: Final = MAXIMUM_WIDTH // BYTES_OF_CHARACTER
"""A text of so many characters fits whatever they are."""

EMPTY_WIDTHS: Final = {"C": 50, "N": 9}
"""Where no value says how wide a column is, there is room for who fills it in."""

GBK_LDID: Final = 0x4D
"""The language driver id of code page 936; readers without a .cpg go by it."""

NO_LDID: Final = 0
"""Of UTF-8 there is no id. Nought says nothing, so that the .cpg is believed, by ArcGIS too, which otherwise may go by
the id (support.esri.com, technical article 000013192)."""

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
    cut: Mapping[int, tuple[Any, str]]
    """By place in the whole table, the label of the row and the full text of what was longer than a column can be."""

    def take(self, rows: slice) -> Column:
        """Return the column with some of its rows, as wide as it was: pieces of a table are all alike."""
        first, beyond, _ = rows.indices(len(self.cells))
        cut = {place: own for place, own in self.cut.items() if first <= place < beyond}
        return replace(self, cells=self.cells[rows], cut=cut)

    @property
    def description(self) -> bytes:
        """Its 32 bytes in the header."""
        return struct.pack("<11sc4xBB14x", self.name.encode("ascii"), self.type.encode(), self.width, self.decimals)


def encoding_of(frame: pd.DataFrame) -> Encoding:
    """Return GBK, which every program in China reads, or UTF-8 where a value does not fit it."""
    for name in frame.columns:
        if not is_text(frame[name]):
            continue
        try:
            "".join(frame[name].dropna().astype(str).tolist()).encode("gbk")
        except UnicodeEncodeError:
            return "UTF-8"
    return "GBK"


def column(name: str, values: pd.Series, encoding: Encoding) -> Column:
    """Return a column with exactly the width that its values need."""
    if pd.api.types.is_datetime64_dtype(values):
        days = np.datetime_as_string(values.dropna().to_numpy("datetime64[D]")).tolist()
        return _column(name, "D", values, [day.replace("-", "").encode() for day in days], (8, 0))
    if pd.api.types.is_integer_dtype(values):
        texts = [b"%d" % number for number in values.dropna().tolist()]
        return _column(name, "N", values, texts, (max(map(len, texts), default=EMPTY_WIDTHS["N"]), 0))
    if pd.api.types.is_numeric_dtype(values):
        texts, decimals = _numbers(values.dropna().tolist())
        return _column(name, "N", values, texts, (max(map(len, texts), default=EMPTY_WIDTHS["N"]), decimals))
    texts = [text.encode(encoding) for text in values.dropna().astype(str).tolist()]
    width = max(map(len, texts), default=0)
    if width <= MAXIMUM_WIDTH:
        return _column(name, "C", values, texts, (width or EMPTY_WIDTHS["C"], 0))
    beyond = dict(too_long(values, encoding))
    held = {text.encode(encoding): cut(text, encoding).encode(encoding) for _, text in beyond.values()}
    texts = [held.get(text, text) for text in texts]
    return replace(_column(name, "C", values, texts, (max(map(len, texts)), 0)), cut=beyond)


def too_long(values: pd.Series, encoding: Encoding) -> Iterator[tuple[int, tuple[Any, str]]]:
    """Yield, of the texts that are longer than a column can be, their place, the label of their row, and the text."""
    for place, (label, text) in enumerate(values.items()):
        # pandas' nulls are no texts.
        if isinstance(text, str) and len(text) > SURELY_FIT and len(text.encode(encoding)) > MAXIMUM_WIDTH:
            yield place, (label, text)


def cut(text: str, encoding: Encoding) -> str:
    """Return as much of a text as a column can hold, cut at the end of a character."""
    return text.encode(encoding)[:MAXIMUM_WIDTH].decode(encoding, errors="ignore")


def write(path: Path, columns: Sequence[Column], encoding: Encoding, day: date) -> None:
    """Write columns, at least one and all of one length, as a .dbf with its .cpg beside it."""
    count = len(columns[0].cells)
    width = record_bytes(columns)
    language = GBK_LDID if encoding == "GBK" else NO_LDID
    header = struct.pack(
        "<BBBBIHH17xB2x", 3, day.year - 1900, day.month, day.day, count, header_bytes(columns), width, language
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


def header_bytes(columns: Sequence[Column]) -> int:
    """Return how long the header of a table is."""
    return 33 + 32 * len(columns)


def record_bytes(columns: Sequence[Column]) -> int:
    """Return how long each record of a table is."""
    return 1 + sum(own.width for own in columns)


def is_text(values: pd.Series) -> bool:
    """Tell whether a column is written as text."""
    return not (pd.api.types.is_datetime64_dtype(values) or pd.api.types.is_numeric_dtype(values))


def _column(
    name: str, own_type: Literal["C", "N", "D"], values: pd.Series, texts: list[bytes], size: tuple[int, int]
) -> Column:
    """Lay the texts of the values that are there, and the null of the type for the others, into cells."""
    width, decimals = size
    null = {"C": b" ", "N": b"*", "D": b"0"}[own_type] * width
    cells = np.full(len(values), null, dtype=f"S{width}")
    cells[values.notna().to_numpy()] = [text.rjust(width) if own_type == "N" else text for text in texts]
    return Column(name, own_type, width, decimals, cells, {})


def _numbers(numbers: list[float]) -> tuple[list[bytes], int]:
    """Return numbers as texts that read back as what they are, and how many decimals the header is to state.

    Where the same number of decimals for all would be more than a column can hold, or too few for one of them, that
    one is written as briefly as it can be, if need be with an exponent: that takes 24 bytes at most.
    """
    # Even where all are whole a column of numbers has a decimal, or readers take it for one of integers.
    decimals = min(DECIMALS, max(map(_decimals, numbers), default=1))
    texts = [f"{number:.{decimals}f}" for number in numbers]
    brief = (
        repr(number) if len(text) > NUMBER_WIDTH or float(text) != number else text
        for number, text in zip(numbers, texts, strict=True)
    )
    return [text.encode("ascii") for text in brief], decimals


def _decimals(number: float) -> int:
    """Return how many decimals it takes that a number reads back as it is."""
    digits, _, exponent = repr(number).partition("e")
    behind = len(digits.partition(".")[2])
    return behind - int(exponent) if exponent else behind
