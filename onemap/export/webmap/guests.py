"""What people add to the map from Python: what of it would have a browser load something from outside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from branca.colormap import ColorMap
from branca.element import Element
from folium.features import CustomIcon, VegaLite
from folium.map import Icon
from folium.raster_layers import TileLayer, WmsTileLayer

from onemap.export.webmap.assets import is_vendored
from onemap.text import tr

ADDRESSES: Final = ("tiles", "url", "video_url", "embed_link")
"""Where elements of folium keep the address of what the browser is to load."""

DRAWN_BY: Final = ((Icon, "Leaflet.awesome-markers"), (ColorMap, "d3"), (VegaLite, "vega"))
"""Elements that are drawn by a library of which they say nothing until they are rendered."""


def check_guests(page: Element) -> None:
    """Raise if something on the page would have the browser load anything from outside.

    Raises
    ------
    ValueError
        The first that would: what it is, what it would load, and what to do instead.
    """
    for guest in all_in(page):
        for url in _loads(guest):
            message = tr(
                "the one map may not load anything from outside, and {guest} would load {url}. {instead}",
                guest=type(guest).__name__,
                url=url.split("?")[0],
                instead=_instead(guest),
            )
            raise ValueError(message)


def all_in(element: Element) -> Iterator[Any]:
    """Yield everything that an element holds, and that this holds in turn."""
    for child in element._children.values():
        yield child
        yield from all_in(child)


def _loads(guest: Any) -> list[str]:
    links = [*getattr(guest, "default_js", ()), *getattr(guest, "default_css", ())]
    urls = [url for _, url in links if not is_vendored(url)]
    if isinstance(guest, CustomIcon):
        urls.append(guest.options["icon_url"])
    else:
        urls += [library for kind, library in DRAWN_BY if isinstance(guest, kind)]
    urls += [str(getattr(guest, name, None) or "") for name in ADDRESSES]
    return [url for url in urls if url and not url.startswith("data:")]


def _instead(guest: Any) -> str:
    if isinstance(guest, TileLayer | WmsTileLayer):
        return tr("Write [basemap] into project.toml: the map then has tiles for who switches them on")
    if isinstance(guest, Icon):
        return tr("Leave the icon out for a pin, or take folium.DivIcon, or folium.CustomIcon with a file")
    return tr("Leave it out; docs/map-in-python.md tells what works without a network")
