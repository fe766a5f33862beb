"""KML and KMZ for phones and Google Earth: a folder for each layer and class, in the layer's own colours.

KML is in degrees of WGS 84 by its standard. CGCS2000 is the same to centimetres, and its degrees are taken as they are.
Each feature has a balloon with its values and, below them, the lists on which it stands, each with its reason; the same
values stand in its ExtendedData under their titles, from where they are read back.
"""

from __future__ import annotations

import html
import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import IO, Final
from xml.sax.saxutils import quoteattr

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from onemap.export.formats.kml_shapes import geometry_texts
from onemap.export.formats.kml_styles import icons, style_text
from onemap.export.formats.looks import Drawn, drawn
from onemap.export.formats.target import Standing, Standings, Target, Written, placed, without_place
from onemap.export.parts import Column, Part
from onemap.export.xml_text import Cleaner
from onemap.geodesy import LONLAT, unit_title
from onemap.text import tr

HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">\n<Document>\n'
CHUNK: Final = 1000
"""Features whose text is held in memory at a time."""

DOCUMENT: Final = "doc.kml"


def write_kml(parts: Sequence[Part], target: Target) -> Written:
    """Write parts into a KML file."""
    with target.path.open("w", encoding="utf-8", newline="\n") as file:
        return _write(parts, target, file, packed=False)


def write_kmz(parts: Sequence[Part], target: Target) -> Written:
    """Write parts into a KMZ file, with the symbols of their points."""
    moment = (max(target.day.year, 1980), target.day.month, target.day.day, 0, 0, 0)
    with zipfile.ZipFile(target.path, "w") as archive:

        def entry(name: str) -> zipfile.ZipInfo:
            info = zipfile.ZipInfo(name, moment)
            info.compress_type = zipfile.ZIP_DEFLATED
            return info

        with (
            archive.open(entry(DOCUMENT), "w", force_zip64=True) as packed,
            io.TextIOWrapper(packed, encoding="utf-8", newline="\n") as file,
        ):
            written = _write(parts, target, file, packed=True)
        for name, content in icons(parts).items():
            archive.writestr(entry(name), content)
    return written


def _write(parts: Sequence[Part], target: Target, file: IO[str], *, packed: bool) -> Written:
    clean = Cleaner()
    file.write(HEAD)
    file.write(f"<name>{clean(target.title)}</name>\n")
    file.write(f"<description>{clean(tr('Degrees of CGCS2000, which is WGS 84 to centimetres.'))}</description>\n")
    # Records that never have a place are of no use on a map, unless there is nothing else.
    made = [part for part in parts if part.kind != "table"] or parts
    contents = [_Content(part, target.standings, clean, len(made) > 1) for part in made]
    for content in contents:
        file.writelines(style_text(look, packed=packed) for look in content.classes)
    taken: set[str] = set()
    for title in dict.fromkeys(part.title for part in made):
        file.writelines(_folder(title, [content for content in contents if content.part.title == title], taken))
    file.write("</Document>\n</kml>\n")
    told = without_place([part for part in parts if part.kind == "table"] if made is not parts else [])
    if clean.left_out:
        told += (tr("{count} characters that XML does not know were left out", count=clean.left_out),)
    return Written((target.path,), told)


def _folder(title: str, contents: Sequence[_Content], taken: set[str]) -> Iterator[str]:
    """Yield the text of the folder of a layer, the features of each class in one of their own.

    Parameters
    ----------
    taken
        Names of folders that there are: GDAL makes a layer of each, and knows it by its name.
    """
    clean = contents[0].clean
    own = _free(title, "", taken)
    yield f"<Folder>\n<name>{clean(own)}</name>\n"
    classes = dict.fromkeys(look.title for content in contents for look in content.classes)
    for name in classes:
        there = [content for content in contents if any(len(rows) for _, rows in content.rows(name))]
        nested = bool(there) and len(classes) > 1
        if nested:
            yield f"<Folder>\n<name>{clean(_free(name, own, taken))}</name>\n"
        for content in there:
            yield from content.marks(name)
        if nested:
            yield "</Folder>\n"
    yield "</Folder>\n"


class _Content:
    """A part on its way into a document."""

    def __init__(self, part: Part, standings: Standings, clean: Cleaner, among_others: bool) -> None:
        self.part, self.standings, self.clean = part, standings, clean
        self.classes, self.at = drawn(part)
        shown = part.spec.style.shown if part.spec else False
        self.hidden = among_others and not shown
        self.places = None if part.kind == "table" else placed(part, LONLAT).to_numpy()

    def rows(self, title: str) -> list[tuple[Drawn, NDArray[np.intp]]]:
        """Return where the features of a class are."""
        named = [(number, look) for number, look in enumerate(self.classes) if look.title == title]
        return [(look, np.flatnonzero(self.at == number)) for number, look in named]

    def marks(self, title: str) -> Iterator[str]:
        """Yield the text of the features of a class."""
        for look, rows in self.rows(title):
            for start in range(0, len(rows), CHUNK):
                yield from self._marks(rows[start : start + CHUNK], look)

    def _marks(self, rows: NDArray[np.intp], look: Drawn) -> Iterator[str]:
        frame = self.part.frame.iloc[rows]
        values = [_texts(frame[column.name]) for column in self.part.columns]
        shapes = [""] * len(rows) if self.places is None else geometry_texts(self.places[rows])
        lists = self._lists(frame)
        names = self._names(frame)
        visibility = "<visibility>0</visibility>" if self.hidden else ""
        for row, shape in enumerate(shapes):
            own = [(column, cells[row]) for column, cells in zip(self.part.columns, values, strict=True)]
            yield (
                f'<Placemark><name>{self.clean(names[row])}</name>{visibility}<Snippet maxLines="0"></Snippet>'
                f"<description><![CDATA[{self._balloon(own, lists[row])}]]></description>"
                f"<styleUrl>#{look.id}</styleUrl><ExtendedData>{self._data(own)}</ExtendedData>{shape}</Placemark>\n"
            )

    def _names(self, frame: pd.DataFrame) -> list[str]:
        spec = self.part.spec
        label, key = (spec.label, spec.key) if spec else _called(self.part)
        labels, keys = (frame[name].astype("string").fillna("") for name in (label, key))
        return [*labels.where(labels != "", keys)]

    def _lists(self, frame: pd.DataFrame) -> list[Sequence[Standing]]:
        spec = self.part.spec
        if spec is None or not self.standings:
            return [()] * len(frame)
        keys = frame[spec.key].astype("string").fillna("")
        return [
            self.standings.get((spec.id, key, label), ()) for key, label in zip(keys, self._names(frame), strict=True)
        ]

    def _data(self, own: Sequence[tuple[Column, str | None]]) -> str:
        return "".join(
            f"<Data name={quoteattr(column.name)}><displayName>{self.clean(column.title)}</displayName>"
            f"<value>{self.clean(text)}</value></Data>"
            for column, text in own
            if text is not None
        )

    def _balloon(self, own: Sequence[tuple[Column, str | None]], lists: Sequence[Standing]) -> str:
        """Return the balloon of a feature as HTML: values that are there, and the lists."""
        rows = "".join(
            f"<tr><td>{_html(column.title)}</td><td>{_html(_with_unit(column, text))}</td></tr>"
            for column, text in own
            if text is not None
        )
        table = f'<table border="1" cellspacing="0" cellpadding="3">{rows}</table>' if rows else ""
        items = "".join(
            f"<li><b>{_html(one.rule)} ({_html(one.level)})</b><br>{_html(one.reason)}</li>" for one in lists
        )
        told = f"<p>{_html(tr('On these lists'))}</p><ol>{items}</ol>" if items else ""
        return self.clean.plain(table + told)


def _free(name: str, around: str, taken: set[str]) -> str:
    """Return a name that no folder has: with that of the folder around it, or else with a number."""
    free, number = name, 1
    while free in taken:
        free = f"{name} ({around})" if around and number == 1 else f"{name} ({number})"
        number += 1
    taken.add(free)
    return free


def _called(part: Part) -> tuple[str, str]:
    """Return the columns that name a record of what is no layer."""
    names = [column.name for column in part.columns]
    return next((name for name in ("of_label", "kind") if name in names), names[0]), names[0]


def _with_unit(column: Column, text: str) -> str:
    return f"{text} {unit_title(column.field.unit)}" if column.field and column.field.unit else text


def _html(text: str) -> str:
    return html.escape(text, quote=False)


def _texts(values: pd.Series) -> list[str | None]:
    """Return values as texts, and None where there is none."""
    there = values.notna()
    if pd.api.types.is_datetime64_dtype(values):
        texts = pd.Series(np.datetime_as_string(values.to_numpy("datetime64[D]")), index=values.index)
    elif pd.api.types.is_float_dtype(values):
        texts = values.map(lambda number: np.format_float_positional(number, trim="-"), na_action="ignore")
    else:
        texts = values.astype("string")
    return [text if own and text else None for text, own in zip(texts, there, strict=True)]
