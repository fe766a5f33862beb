"""Pictures as PNG, packed strip by strip: a large one can be given up, or broken off, before it is whole."""

from __future__ import annotations

import struct
import zlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

STRIP: Final = 16
"""So many rows are packed at once."""

RGBA: Final = 6
"""The PNG number for a byte each of red, green, blue and opacity."""


def packed(picture: NDArray[np.uint8], most: int = 2**31) -> bytes | None:
    """Return a picture of red, green, blue and opacity as PNG; None if that takes more bytes than `most`."""
    height, width, _ = picture.shape
    # Each row begins with how it is filtered: not at all.
    rows = np.concatenate([np.zeros((height, 1), np.uint8), picture.reshape(height, -1)], axis=1)
    packer, data = zlib.compressobj(9), b""
    for at in range(0, height, STRIP):
        data += packer.compress(rows[at : at + STRIP].tobytes())
        if len(data) > most:
            return None
    data += packer.flush()
    header = struct.pack(">2I5B", width, height, 8, RGBA, 0, 0, 0)
    whole = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")
    return whole if len(whole) <= most else None


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
