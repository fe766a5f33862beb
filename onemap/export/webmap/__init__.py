"""The one map: one HTML file that needs no network, made with folium."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import folium

from onemap.export.webmap.assets import library_links
from onemap.export.webmap.base_maps import base_maps
from onemap.export.webmap.content import map_content, on_map
from onemap.export.webmap.elements import CanvasLayer, Page, layer_block
from onemap.export.webmap.figure import OfflineFigure
from onemap.export.webmap.hillshade import hillshades
from onemap.export.webmap.issues import issue_layer
from onemap.export.webmap.layers import layer_content
from onemap.model import Atlas, Layer
from onemap.progress import doing
from onemap.text import language

FILE: Final = "onemap.html"

_CHINA: Final = (35.0, 105.0)
"""Where the map looks until its scripts have fitted it to the data, and where it stays without data."""

_LANGUAGE_TAGS: Final = {"zh": "zh-CN", "en": "en"}


def write(atlas: Atlas, folder: Path) -> list[Path]:
    """Write the one map into `folder`."""
    path = folder / FILE
    path.write_text(draw(atlas).get_root().render(), encoding="utf-8", newline="\n")
    return [path]


def _canvas_layer(layer: Layer, atlas: Atlas) -> CanvasLayer:
    balance = atlas.balance_of(layer.spec.id)
    ground_mu = {str(own_id): float(mu) for own_id, mu in balance.by_class["area_mu"].items()} if balance else None

    def make() -> str:
        return layer_block(layer.spec.id, layer_content(layer, ground_mu))

    # In the order of the map a layer has no digest of its own; the layer of the issues has none at all.
    source = atlas.layers.get(layer.spec.id, layer)
    with doing(layer.spec.name):
        block = atlas.cache.value("html", [source.digest or None, repr(ground_mu)], make)
    return CanvasLayer(layer.spec.id, layer.spec.name, block, layer.spec.style.shown)


def draw(atlas: Atlas) -> folium.Map:
    """Return the one map, in the language spoken now; more folium children can be added to it.

    Parameters
    ----------
    atlas
        What the map shows.

    Returns
    -------
    folium.Map
        Its root is a page that carries everything inside; rendering it fails if a child would load
        anything from outside.
    """
    # Without tiles Leaflet does not know how far one may zoom. Small steps let a county fill the window.
    chart = folium.Map(
        location=_CHINA,
        zoom_start=4,
        tiles=None,
        zoom_control=False,
        font_size="13px",
        attribution_control=False,
        maxZoom=20,
        minZoom=4,
        zoomSnap=0.1,
        wheelPxPerZoomLevel=90,
    )
    chart._id = "onemap"
    # The other files that folium links to (jquery, bootstrap, icon fonts) are used by nothing here.
    chart.default_js, chart.default_css = library_links()
    bases = base_maps(atlas)
    servers = [host for base in bases for host in base.hosts]
    OfflineFigure(atlas.project.spec.title, _LANGUAGE_TAGS[language()], servers).add_child(chart)
    shown, issues = on_map(atlas), issue_layer(atlas)
    ordered = sorted(
        [*shown.values(), *([issues] if issues else [])], key=lambda layer: (layer.spec.style.order, layer.spec.id)
    )
    layers = [_canvas_layer(layer, atlas) for layer in ordered]
    grounds = [*bases, *hillshades(atlas)]
    for layer in (*grounds, *layers):
        layer.add_to(chart)
    Page(map_content(atlas, shown), layers, grounds).add_to(chart)
    return chart
