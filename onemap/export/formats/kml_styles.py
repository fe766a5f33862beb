"""How the classes of a layer look in KML: its own colours, and for points its own shapes."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from onemap.export.formats.parts import FINDINGS, Part
from onemap.export.look import LINK, LINK_WIDTHS, SEVERITY_FILLS
from onemap.export.words import severity_title
from onemap.model import level_title
from onemap.spec.layer import ClassSpec, GeometryKind, LayerSpec, Style
from onemap.text import fold, tr

ICON_SIZE: Final = 32
"""Pixels of a symbol, and of what Google Earth shows at scale 1."""


@dataclass(frozen=True)
class Look:
    """How the features of one class are drawn."""

    id: str
    title: str
    style: Style
    kind: GeometryKind

    @property
    def icon(self) -> str:
        """The file of its symbol in a KMZ."""
        return f"icons/{self.style.shape}.png"


def looks_of(part: Part) -> tuple[list[Look], NDArray[np.intp]]:
    """Return the classes of a part in the order of their legend, and for each feature the number of its own.

    The last one is of features that have no class.
    """
    column, looks, words = _classes(part)
    if column is None or column not in part.frame:
        return looks[-1:], np.zeros(len(part.frame), dtype=np.intp)
    values = part.frame[column].astype("string").fillna("")
    number_of = {value: words.get(fold(value), len(looks) - 1) for value in values.unique()}
    return looks, values.map(number_of).to_numpy(dtype=np.intp)


def _classes(part: Part) -> tuple[str | None, list[Look], dict[str, int]]:
    """Return the column that classes a part, its classes, and the number of each for the words that mean it."""
    if part.spec:
        return _of_layer(part, part.spec)
    if part.name == FINDINGS:
        base = Style(fill=LINK, stroke=LINK, opacity=1)
        styles = {level: base.model_copy(update={"width": width}) for level, width in LINK_WIDTHS.items()}
        titles = {level: level_title(level) for level in styles}
        return _listed(part, "level", titles, styles)
    styles = {own: Style(fill=fill, stroke="#ffffff", shape="cross", size=7) for own, fill in SEVERITY_FILLS.items()}
    return _listed(part, "severity", {own: severity_title(own) for own in styles}, styles)


def _of_layer(part: Part, spec: LayerSpec) -> tuple[str | None, list[Look], dict[str, int]]:
    plain = Look(f"{part.name}.none", spec.name, spec.style, part.kind)
    if spec.class_field is None:
        return None, [plain], {}
    field = spec.fields[spec.class_field]
    looks = [
        Look(f"{part.name}.{own_id}", own.label, _own_style(spec.style, own, part.kind), part.kind)
        for own_id, own in field.classes.items()
    ]
    numbers = {own_id: number for number, own_id in enumerate(field.classes)}
    words = {word: numbers[own_id] for word, own_id in field.class_of.items()}
    return spec.class_field, [*looks, Look(plain.id, tr("not classified"), spec.style, part.kind)], words


def _own_style(style: Style, own: ClassSpec, kind: GeometryKind) -> Style:
    """Return the style of a class; a line has the colour of its class, where it has one."""
    told = {"fill": own.fill, "shape": own.shape, "stroke": own.fill if kind == "line" else None}
    return style.model_copy(update={name: value for name, value in told.items() if value})


def _listed(
    part: Part, column: str, titles: dict[str, str], styles: dict[str, Style]
) -> tuple[str, list[Look], dict[str, int]]:
    looks = [Look(f"{part.name}.{own}", titles[own], style, part.kind) for own, style in styles.items()]
    words = {fold(word): number for number, own in enumerate(styles) for word in (own, titles[own])}
    looks.append(Look(f"{part.name}.none", tr("not classified"), looks[-1].style, part.kind))
    return column, looks, words


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
        icon = f"<Icon><href>{look.icon}</href></Icon>" if packed else ""
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
    shapes = {look.style.shape: look.icon for part in parts for look in _point_looks(part)}
    return {name: _png(_drawn(shape)) for shape, name in sorted(shapes.items())}


def _point_looks(part: Part) -> Iterable[Look]:
    return [look for look in _classes(part)[1] if look.kind == "point"]


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
