"""How classes look in KML: their own colours, and for points their own shapes."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from onemap.export.formats.looks import Look, classes_of
from onemap.export.formats.parts import Part

ICON_SIZE: Final = 32
"""Pixels of a symbol, and of what Google Earth shows at scale 1."""


def style_text(look: Look, *, packed: bool) -> str:
    """Return the Style of a class; `packed` with the symbol that the KMZ holds."""
    style = look.style
    if look.kind == "line":
        own = f"<LineStyle>{_colour(style.stroke, 1)}<width>{style.width:g}</width></LineStyle>"
    elif look.kind == "polygon":
        own = (
            f"<LineStyle>{_colour(style.stroke, 1)}<width>{style.width:g}</width></LineStyle>"
            f"<PolyStyle>{_colour(style.fill, style.opacity)}<fill>1</fill><outline>1</outline></PolyStyle>"
        )
    else:
        icon = f"<Icon><href>{_icon(style.shape)}</href></Icon>" if packed else ""
        scale = f"<scale>{max(0.5, 2 * style.size / ICON_SIZE):.2f}</scale>"
        own = f"<IconStyle>{_colour(style.fill, 1)}{scale}{icon}</IconStyle>"
        own += "<LabelStyle><scale>0.7</scale></LabelStyle>"
    return f'<Style id="{look.id}">{own}</Style>\n'


def _colour(colour: str, opacity: float) -> str:
    """Return a colour as KML writes it: opacity, blue, green, red."""
    red, green, blue = colour[1:3], colour[3:5], colour[5:7]
    return f"<color>{round(opacity * 255):02x}{blue}{green}{red}</color>".lower()


def icons(parts: Sequence[Part]) -> dict[str, bytes]:
    """Return the symbols of the points in parts, white, so that they take the colour of their class."""
    shapes = {look.style.shape for part in parts if part.kind == "point" for look in classes_of(part)[1]}
    return {_icon(shape): _png(_drawn(shape)) for shape in sorted(shapes)}


def _icon(shape: str) -> str:
    """Return the file of a symbol in a KMZ."""
    return f"icons/{shape}.png"


def _drawn(shape: str) -> NDArray[np.uint8]:
    """Return a symbol as pixels: white with a dark edge, on nothing."""
    fine = 4
    line = (np.arange(ICON_SIZE * fine) + 0.5) / (ICON_SIZE * fine) * 2 - 1
    x, y = np.meshgrid(line, line)
    across, down = abs(x), abs(y)
    away = {
        "square": np.maximum(across, down) / 0.8,
        "diamond": (across + down) / 0.98,
        "triangle": np.maximum(y - 0.15, (np.sqrt(3) * across - y + 0.15) / 2) / 0.5,
        "cross": np.where(np.minimum(across, down) < 0.3, np.maximum(across, down) / 0.92, 2.0),
    }.get(shape, np.hypot(x, y) / 0.92)
    inside, core = away <= 1, away <= 0.8
    white, alpha = (own.reshape(ICON_SIZE, fine, ICON_SIZE, fine).mean(axis=(1, 3)) for own in (core, inside))
    pixels = np.empty((ICON_SIZE, ICON_SIZE, 4), dtype=np.uint8)
    pixels[..., :3] = np.round(60 + 195 * np.divide(white, alpha, out=np.zeros_like(white), where=alpha > 0))[..., None]
    pixels[..., 3] = np.round(255 * alpha)
    return pixels


def _png(pixels: NDArray[np.uint8]) -> bytes:
    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    told = [struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
            for name, data in chunks]  # fmt: skip
    return b"\x89PNG\r\n\x1a\n" + b"".join(told)
