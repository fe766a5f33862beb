"""How classes look in KML: their own colours, and for points their own shapes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from onemap.export.formats.looks import Drawn, classes_of
from onemap.export.parts import Part
from onemap.export.png import packed as packed_png

ICON_SIZE: Final = 32
"""Pixels of a symbol, and of what Google Earth shows at scale 1."""


def style_text(own: Drawn, *, packed: bool) -> str:
    """Return the Style of a class; `packed` with the symbol that the KMZ holds."""
    look = own.look
    if own.kind == "line":
        style = f"<LineStyle>{_colour(own.colour, 1)}<width>{look.width:g}</width></LineStyle>"
    elif own.kind == "polygon":
        style = (
            f"<LineStyle>{_colour(look.stroke, 1)}<width>{look.width:g}</width></LineStyle>"
            f"<PolyStyle>{_colour(look.fill, look.opacity)}<fill>1</fill><outline>1</outline></PolyStyle>"
        )
    else:
        icon = f"<Icon><href>{_icon(look.shape)}</href></Icon>" if packed else ""
        scale = f"<scale>{max(0.5, 2 * look.size / ICON_SIZE):.2f}</scale>"
        style = f"<IconStyle>{_colour(look.fill, 1)}{scale}{icon}</IconStyle>"
        style += "<LabelStyle><scale>0.7</scale></LabelStyle>"
    return f'<Style id="{own.id}">{style}</Style>\n'


def _colour(colour: str, opacity: float) -> str:
    """Return a colour as KML writes it: opacity, blue, green, red."""
    red, green, blue = colour[1:3], colour[3:5], colour[5:7]
    return f"<color>{round(opacity * 255):02x}{blue}{green}{red}</color>".lower()


def icons(parts: Sequence[Part]) -> dict[str, bytes]:
    """Return the symbols of the points in parts, white, so that they take the colour of their class."""
    shapes = {own.look.shape for part in parts if part.kind == "point" for own in classes_of(part)}
    return {_icon(shape): packed_png(_drawn(shape)) or b"" for shape in sorted(shapes)}


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
