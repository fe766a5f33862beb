"""DXF for AutoCAD and 南方CASS: outlines, lines and points in metres, on a layer for each class, in its colour.

Rings are closed light-weight polylines, also those of holes. Layer, key and label of a feature stand in its extended
data under ONEMAP; the label is also written as a text, on a layer of its own that can be turned off.

A drawing is of AutoCAD 2004 and in GBK, which AutoCAD, CASS and GDAL alike read by its code page; what GBK lacks is
written by number. Characters beyond four digits (𠮷) have no number there: with one of them the drawing is of AutoCAD
2010 and in UTF-8, which GDAL, and so QGIS, reads wrongly. That is told.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely

from onemap.errors import PathError
from onemap.export.crs_titles import public_title
from onemap.export.formats.looks import drawn
from onemap.export.formats.target import Target, Written, without_place
from onemap.export.parts import Part
from onemap.text import tr

VERSION: Final = "R2004"
MODERN: Final = "R2010"
CODE_PAGE: Final = "gbk"
LAST_NUMBERED: Final = 0xFFFF

APPLICATION: Final = "ONEMAP"
METRES: Final = 6
FONT: Final = "simsun.ttc"
TEXT_STYLE: Final = "SimSun"
TEXT_HEIGHT: Final = 5.0
SMALLEST_TEXT, LARGEST_TEXT = 2.0, 60.0
"""Metres: of the text beside points and lines, and in areas by their size."""

LONGEST: Final = 250
"""Bytes of a text in extended data."""

FORBIDDEN: Final = re.compile(r"[<>/\\\":;?*|=`,\x00-\x1f]")
"""What no name of a layer may hold."""

DATES: Final = re.compile(r"(\$TD(?:CREATE|UCREATE|UPDATE|UUPDATE)\n 40\n)[^\n]+")
MOMENT: Final = re.compile(r"(\n\d+\.\d+[\w.]* @ )\d{4}-\d{2}-\d{2}T[^\n]+")
"""When the library made and wrote a drawing, which it notes in each."""


def write_dxf(parts: Sequence[Part], target: Target) -> Written:
    """Write parts into a drawing, in the metres of their CRS.

    Raises
    ------
    PathError
        The library for drawings is not installed.
    """
    ezdxf = library()
    drawn = [part for part in parts if part.kind != "table"]
    told = list(without_place(parts))
    drawing = _Drawing.begun(ezdxf.new(VERSION, units=METRES), drawn)
    for part in drawn:
        drawing.add(part)
    note = tr("Coordinates in metres of {crs}, x east, y north", crs=public_title(target.crs))
    told += _write(ezdxf.options, drawing.document, note, target)
    told += [tr('the drawing calls the layer "{name}" "{other}"', name=name, other=other)
             for name, other in drawing.renamed.items()]  # fmt: skip
    if drawing.cut:
        text = tr("{count} texts are longer than a drawing takes beside a feature, and were cut", count=drawing.cut)
        told.append(text)
    return Written((target.path,), tuple(told))


def library() -> Any:
    """Return the library for drawings.

    Raises
    ------
    PathError
        It is not installed.
    """
    try:
        # The extra `dxf`: most offices have a GIS. It takes half a second to load; no other command is to wait for it.
        import ezdxf
    except ImportError:
        message = tr("a drawing cannot be written: the part for DXF is not installed")
        raise PathError(message, tr("install it: {command}", command='pip install "onemap[dxf]"')) from None
    return ezdxf


def _write(options: Any, document: Any, note: str, target: Target) -> list[str]:
    """Write a drawing with a comment on what its numbers are, and return what is to be known of its characters."""
    for name, text in (("title", target.title), ("CRS", note)):
        document.header.custom_vars.append(name, text)
    content, encoding = _content(options, document, target)
    comment = f"999\n{_line(target.title)}\n999\n{_line(note)}\n"
    lacking = [character for character in sorted(set(comment + content)) if not character.encode(encoding, "ignore")]
    numbers = {ord(character): f"\\U+{ord(character):04X}" for character in lacking}
    target.path.write_bytes((comment + content).translate(numbers).encode(encoding))
    told = []
    if lacking:
        told.append(tr("characters such as {text} are written by number: AutoCAD shows them, QGIS the number",
                       text=lacking[0]))  # fmt: skip
    if encoding != CODE_PAGE:
        told.append(tr("characters such as {text}: the drawing is in UTF-8, for AutoCAD 2010 and later; QGIS shows its "
                       "texts wrongly", text=_rarest(content)))  # fmt: skip
    return told


def _content(options: Any, document: Any, target: Target) -> tuple[str, str]:
    """Return a drawing as text that is the same whenever it is written, and its encoding."""
    document.encoding = CODE_PAGE
    before = options.write_fixed_meta_data_for_testing
    try:
        # Without it the drawing says the second in which it was written.
        options.write_fixed_meta_data_for_testing = True
        encoding, text = CODE_PAGE, _written(document)
        if _rarest(text):
            document.dxfversion = MODERN
            encoding, text = "utf-8", _written(document)
    finally:
        options.write_fixed_meta_data_for_testing = before
    text = MOMENT.sub(rf"\g<1>{target.day.isoformat()}", text)
    # Days are counted from noon in the year 4713 before Christ.
    return DATES.sub(rf"\g<1>{target.day.toordinal() + 1721424.5}", text, count=4), encoding


def _written(document: Any) -> str:
    stream = io.StringIO()
    document.write(stream)
    return stream.getvalue()


def _rarest(text: str) -> str:
    """Return a character that has no number of four digits; "" where there is none."""
    return next((character for character in sorted(set(text), reverse=True) if ord(character) > LAST_NUMBERED), "")


def _line(text: str) -> str:
    """Return a text as one line without control characters, which a drawing would take for an end."""
    return re.sub(r"[\x00-\x1f]+", " ", text)


@dataclass
class _Drawing:
    """A drawing on its way."""

    document: Any
    space: Any
    renamed: dict[str, str] = field(default_factory=dict)
    cut: int = 0

    @classmethod
    def begun(cls, document: Any, parts: Sequence[Part]) -> _Drawing:
        """Begin a drawing that opens with all of the parts in view."""
        document.appids.add(APPLICATION)
        style = document.styles.add(TEXT_STYLE, font=FONT)
        style.set_extended_font_data(TEXT_STYLE)
        # Points are small circles, and not single pixels.
        document.header["$PDMODE"], document.header["$PDSIZE"] = 33, TEXT_HEIGHT
        boxes = [part.frame.total_bounds for part in parts if not part.frame.geometry.isna().all()]
        if boxes:
            low, high = np.min(boxes, axis=0)[:2], np.max(boxes, axis=0)[2:]
            document.modelspace().reset_extents((*low.tolist(), 0), (*high.tolist(), 0))
            document.set_modelspace_vport(float((high - low).max()) or 1.0, tuple(((low + high) / 2).tolist()))
        return cls(document, document.modelspace())

    def add(self, part: Part) -> None:
        """Draw the features of a part."""
        classes, at = drawn(part)
        names = [f"{part.title}-{own.title}" if len(classes) > 1 else part.title for own in classes]
        layers = [self._layer(name, own.colour) for name, own in zip(names, classes, strict=True)]
        texts = self._layer(tr("{title}-labels", title=part.title), classes[-1].colour)
        shapes = part.frame.geometry.to_numpy()
        for shape, number, (key, label) in zip(shapes, at.tolist(), _named(part), strict=True):
            if shape is None:
                continue
            told = [(1000, self._short(text)) for text in (part.name, key, label)]
            for entity in self._entities(shape, layers[number]):
                entity.set_xdata(APPLICATION, told)
            if label:
                place = shapely.get_coordinates(shapely.point_on_surface(shape))[0].tolist()
                text = {"layer": texts, "style": TEXT_STYLE, "height": _height(shape)}
                self.space.add_text(_line(label), dxfattribs=text).set_placement(place)

    def _entities(self, shape: Any, layer: str) -> Iterator[Any]:
        at = {"layer": layer}
        for part in shapely.get_parts(shape):
            dimension = shapely.get_dimensions(part)
            if dimension == 0:
                yield self.space.add_point((part.x, part.y), dxfattribs=at)
                continue
            lines = shapely.get_rings(part) if dimension == 2 else [part]
            for line in lines:
                places = shapely.get_coordinates(line).tolist()
                closed = dimension == 2
                yield self.space.add_lwpolyline(places[:-1] if closed else places, close=closed, dxfattribs=at)

    def _layer(self, name: str, colour: str) -> str:
        """Return the name of the layer of a class, made where it is new."""
        own = FORBIDDEN.sub("_", name).strip()
        if own != name:
            self.renamed[name] = own
        if own not in self.document.layers:
            layer = self.document.layers.add(own)
            layer.rgb = tuple(bytes.fromhex(colour[1:]))
        return own

    def _short(self, text: str) -> str:
        line = _line(text)
        short = line.encode("utf-8")[:LONGEST].decode(errors="ignore")
        self.cut += short != line
        return short


def _named(part: Part) -> list[tuple[str, str]]:
    """Return the key and the label of each feature."""
    names = {column.name for column in part.columns}
    spec = part.spec
    # Lines to receptors and places of issues have keys, but nothing that is to be written beside them.
    columns = (spec.key, spec.label) if spec else ("of_key" if "of_key" in names else "key", "")
    none = pd.Series("", index=part.frame.index)
    texts = [part.frame[name].astype("string").fillna("") if name in names else none for name in columns]
    return [*zip(*texts, strict=True)]


def _height(shape: Any) -> float:
    """Return a height of text that fits the size of an area."""
    area = shapely.area(shape)
    return min(LARGEST_TEXT, max(SMALLEST_TEXT, float(np.sqrt(area)) / 12)) if area else TEXT_HEIGHT
