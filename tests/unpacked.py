"""Packed shapes and columns of the map read back."""

from __future__ import annotations

import json
import zlib
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

Place = tuple[int, int]
Part = list[Place]


def numbers(text: str) -> Iterator[int]:
    """Read LEB128 numbers, as DWARF 5 section 7.6 tells them."""
    number, shift = 0, 0
    for byte in zlib.decompress(b64decode(text)):
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield number
            number, shift = 0, 0


def signed(number: int) -> int:
    return number // 2 if number % 2 == 0 else -(number + 1) // 2


def unpacked(text: str) -> list[tuple[int, list[Part]]]:
    """Return the kind of each shape and its parts, as `onemap.export.webmap.packing` tells how they are written.

    A ring does not repeat its first place.
    """
    told = numbers(text)
    shapes, parts, arcs, new, _, _ = (next(told) for _ in range(6))
    kinds = [next(told) for _ in range(shapes)]
    of_shape = [next(told) for _ in range(shapes)]
    of_part = [next(told) for _ in range(parts)]
    codes = iter([next(told) for _ in range(arcs)])
    lengths = iter([next(told) for _ in range(new)])
    known: list[Part] = []
    pen = (0, 0)

    def step() -> Place:
        nonlocal pen
        pen = (pen[0] + signed(next(told)), pen[1] + signed(next(told)))
        return pen

    counts = iter(of_part)
    result = []
    for kind, number in zip(kinds, of_shape, strict=True):
        found = []
        for _ in range(number):
            part: Part = []
            for _ in range(next(counts)):
                code = next(codes)
                if code == 0:
                    if part:
                        pen = part[-1]
                    arc = [part[-1] if part else step()]
                    arc += [step() for _ in range(next(lengths))]
                    known.append(arc)
                else:
                    arc = known[len(known) - code // 2]
                    arc = arc[::-1] if code % 2 else arc
                part += arc[1:] if part else arc
            found.append(part[:-1] if kind == 3 and len(part) > 1 else part)
        result.append((kind, found))
    assert next(told, None) is None, "there is more than was announced"
    return result


def values_of(told: Any) -> list[Any]:
    """Return the values of a column, as `onemap.export.webmap.columns` tells how they are written."""
    if isinstance(told, str):
        lines = zlib.decompress(b64decode(told)).decode().split("\n")
        return [value for line in lines for value in values_of(json.loads(line))]
    return told if isinstance(told, list) else [None if place < 0 else told["d"][place] for place in told["c"]]
