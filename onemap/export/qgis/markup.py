"""How QGIS writes things down in XML, whatever they are part of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from xml.etree import ElementTree as ET

from onemap.export.xml_text import UNKNOWN

DOCTYPE: Final = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
VERSION: Final = "3.22.0"
"""The oldest QGIS whose structure is written; newer ones read it."""

MM_PER_PIXEL: Final = 25.4 / 96
FONT: Final = "Microsoft YaHei"
FALLBACK_FONTS: Final = ("Noto Sans CJK SC", "PingFang SC", "SimHei")
BOLD: Final = {"fontWeight": "75", "namedStyle": "Bold"}
BLACK, WHITE, PAPER = "#000000", "#ffffff", "#f6f3ec"
INK: Final = "#4a4238"


def document(root: ET.Element) -> str:
    """Return a whole file of QGIS."""
    return DOCTYPE + ET.tostring(root, encoding="unicode")


def add(parent: ET.Element, tag: str, text: str = "", **attributes: object) -> ET.Element:
    """Add an element with a text and attributes; a final _ of a name is left out, and truth is 1.

    Characters that XML has no way to say are left out: one of them in a name would keep QGIS from opening anything.
    """
    told = {name.rstrip("_"): _told(value) for name, value in attributes.items()}
    element = ET.SubElement(parent, tag, told)
    element.text = _told(text) or None
    return element


def _told(value: object) -> str:
    return UNKNOWN.sub("", str(int(value)) if isinstance(value, bool) else str(value))


def add_options(parent: ET.Element, options: Mapping[str, str]) -> None:
    """Write options as both QGIS 3.18 and later, and those before it, read them."""
    wrapper = add(parent, "Option", type="Map")
    for key, value in options.items():
        add(wrapper, "Option", name=key, value=value, type="QString")
    for key, value in options.items():
        add(parent, "prop", k=key, v=value)


def add_typed(parent: ET.Element, options: Mapping[str, object]) -> None:
    """Write options with their types, as a map of a map where one holds others."""
    wrapper = add(parent, "Option", type="Map")
    for key, value in options.items():
        _add_typed(wrapper, key, value)


def _add_typed(parent: ET.Element, key: str, value: object) -> None:
    if isinstance(value, Mapping):
        wrapper = add(parent, "Option", name=key, type="Map")
        for own_key, own in value.items():
            _add_typed(wrapper, own_key, own)
        return
    kinds: dict[type, str] = {bool: "bool", int: "int", float: "double"}
    text = str(value).lower() if isinstance(value, bool) else str(value)
    add(parent, "Option", name=key, value=text, type=kinds.get(type(value), "QString"))


def add_properties(parent: ET.Element, expressions: Mapping[str, str], tag: str = "data_defined_properties") -> None:
    """Let expressions say the properties of something, each by the name that QGIS has for it."""
    properties = {
        name: {"active": True, "expression": expression, "type": 3} for name, expression in expressions.items()
    }
    add_typed(add(parent, tag), {"name": "", "properties": properties, "type": "collection"})


def mm(pixels: float) -> str:
    """Return pixels of 1/96 inch as millimetres."""
    return f"{pixels * MM_PER_PIXEL:.3f}"


def rgba(colour: str, opacity: float = 1.0) -> str:
    """Return a colour as QGIS has it."""
    return ",".join(str(part) for part in (*parts_of(colour), round(opacity * 255)))


def parts_of(colour: str) -> tuple[int, int, int]:
    """Return red, green and blue of a colour like #4aa3d8."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return red, green, blue


def quoted(name: str) -> str:
    """Return the name of a column as an expression has it."""
    return '"' + name.replace('"', '""') + '"'


def verbatim(text: str) -> str:
    """Return a text as a label or legend of a layout shows it: what stands in [% … %] is no expression of ours."""
    return f"[% {literal(text)} %]" if "[%" in text else text


def literal(text: str) -> str:
    """Return a text as an expression has it, also within [% … %], which ends at the first %] whatever is quoted."""
    parts = text.replace("\\", "\\\\").replace("'", "\\'").split("%]")
    return f"'{parts[0]}'" if len(parts) == 1 else "('" + "%' || ']".join(parts) + "')"


def add_text_style(parent: ET.Element, size: float, colour: str = INK, **attributes: object) -> ET.Element:
    """Write how text looks, `size` in points; Chinese fonts of Windows, Linux and macOS are tried in this order."""
    usual: dict[str, object] = {
        "fontFamily": FONT, "fontSize": f"{size:g}", "fontSizeUnit": "Point", "textColor": rgba(colour),
        "textOpacity": "1", "fontWeight": "50", "namedStyle": "Regular", "multilineHeight": "1",
    }  # fmt: skip
    style = add(parent, "text-style", "", **{**usual, **attributes})
    families = add(style, "families")
    for name in FALLBACK_FONTS:
        add(families, "family", name=name)
    return style
