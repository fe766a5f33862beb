"""One placemark of a KML document: its attributes, wherever programs put them, and its shape."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from onemap.ingest.readers.kml_balloons import TAG, clean, read_balloon
from onemap.ingest.readers.kml_shapes import Shape, ShapeError, read_shape

NAME: Final = "Name"
DESCRIPTION: Final = "Description"
DATUM: Final = "OvCoordType"
"""奥维 writes with each placemark in which coordinates it is: CGCS2000, WGS84, GCJ02."""

OWN: Final = {"name": NAME, "description": DESCRIPTION, "address": "Address", "phonenumber": "PhoneNumber"}
"""Columns of what every placemark may have; attributes of the same name go into the same column."""

LISTED: Final = (
    frozenset(("rule", "level", "measure", "reason")),
    frozenset(("severity", "kind", "source", "message")),
)
"""What the lists and the issues of a build call attributes that all of their placemarks have."""


@dataclass
class Folder:
    """A folder or document around placemarks; its name may come after them."""

    name: str = ""
    datum: str = ""


@dataclass(frozen=True)
class Mark:
    """A placemark."""

    fields: dict[str, str]
    shape: Shape | ShapeError
    around: tuple[Folder, ...]
    """The folders it lies in, the innermost last."""
    is_listed: bool = False
    """Whether it is from a list of a build, and follows from its layers."""

    @property
    def datum(self) -> str:
        """The coordinates it says it is in, or the folders around it say."""
        said = (self.fields.get(DATUM, ""), *(folder.datum for folder in reversed(self.around)))
        return next(filter(None, said), "")


def read_mark(element: Element, around: tuple[Folder, ...]) -> Mark:
    """Read a placemark: attributes of its ExtendedData go before those of its description."""
    fields: dict[str, str] = {}
    for name, value in _extended(element):
        _put(fields, name, value)
    found, text = read_balloon(_description(element))
    for name, value in found.items():
        _put(fields, name, value)
    texts = {name: clean(text_of(element, name)) for name in ("name", "address", "phoneNumber", DATUM)}
    for name, value in {**texts, DESCRIPTION: text}.items():
        if value:
            _put(fields, name, value)
    try:
        shape: Shape | ShapeError = read_shape(element)
    except ShapeError as fault:
        shape = fault
    ids = {data.get("name") for data in element.iterfind("ExtendedData/Data")}
    return Mark(fields, shape, around, any(listed <= ids for listed in LISTED))


def text_of(element: Element, tag: str) -> str:
    """Return the text of the first child of that name."""
    return element.findtext(tag) or ""


def _put(fields: dict[str, str], name: str, value: str) -> None:
    """Add an attribute; what is already there stays, unless it is blank."""
    own = OWN.get(name.lower(), name)
    fields[own] = fields.get(own) or value


def _extended(element: Element) -> Iterator[tuple[str, str]]:
    for data in element.findall("ExtendedData"):
        titled: set[str] = set()
        for child in data.iter():
            if child.tag == "Data":
                # What people see is the display name; some programs give all fields the same one.
                title = clean(TAG.sub("", text_of(child, "displayName")))
                name = child.get("name", "") if title in titled else title or child.get("name", "")
                titled.add(name)
                yield clean(name), clean(text_of(child, "value"))
            elif child.tag == "SimpleData":
                yield clean(child.get("name", "")), clean(child.text or "")
        # Elements of a program's own name space.
        own = (child for child in data if child.tag not in ("Data", "SchemaData") and not len(child))
        yield from ((child.tag, clean(child.text or "")) for child in own)


def _description(element: Element) -> str:
    description = element.find("description")
    if description is None:
        return ""
    if len(description):  # Markup that stands there as it is, not as text.
        return ElementTree.tostring(description, encoding="unicode", method="html")
    return description.text or ""
