"""onemap.qgz: a QGIS project over the GeoPackage beside it, made without QGIS.

It holds the same groups, symbols and names as the one map, the lists as layers of their own, themes, bookmarks of the
townships, and print layouts. Its paths are relative: the folder may be moved.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import numpy as np

from onemap.dates import first_day
from onemap.export.formats import geopackage
from onemap.export.qgis.drawings import add_drawing
from onemap.export.qgis.markup import PAPER, VERSION, add, document, parts_of
from onemap.export.qgis.metadata import add_metadata, add_project_metadata
from onemap.export.qgis.reference_systems import add_reference_system
from onemap.export.qgz.layouts import add_layouts
from onemap.export.qgz.map_layers import MapLayer, map_layers
from onemap.model import TOWNSHIP, Atlas
from onemap.text import tr

FILE: Final = "onemap.qgz"
GEOMETRIES: Final = {"polygon": "Polygon", "line": "Line", "point": "Point", "table": "No geometry"}
MARGIN: Final = 0.03
"""How much more than the county is shown around it, as a share."""

LEAST_SIDE: Final = 1000.0
"""Metres that are shown at least, also of a county of which a single point is known."""

Extent = tuple[float, float, float, float]
"""West, south, east and north in the project's CRS."""


def write(atlas: Atlas, folder: Path) -> list[Path]:
    """Write onemap.qgz into `folder`, and the GeoPackage that it shows unless it is there."""
    path = folder / FILE
    written = [] if (folder / geopackage.FILE).exists() else geopackage.write(atlas, folder)
    text = document(_project(atlas))
    day = first_day(atlas.project.spec.period)
    entry = zipfile.ZipInfo("onemap.qgs", (day.year, day.month, day.day, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(entry, text.encode("utf-8"))
    return [*written, path]


def _project(atlas: Atlas) -> ET.Element:
    layers = map_layers(atlas, geopackage.tables(atlas))
    extent = _extent(layers)
    title = atlas.project.spec.title
    root = ET.Element("qgis", projectname=title, version=VERSION)
    add(root, "homePath", path="")
    add(root, "title", title)
    add(root, "autotransaction", active="0")
    add(root, "evaluateDefaultValues", active="0")
    add(root, "trust", active="0")
    add_reference_system(add(root, "projectCrs"), atlas.crs)
    add_tree(root, layers)
    add(root, "relations")
    _add_canvas(root, extent, atlas.crs)
    places = add(root, "projectlayers")
    for layer in layers:
        _add_layer(places, layer, atlas)
    order = add(root, "layerorder")
    for layer in by_height(layers):
        add(order, "layer", id=layer.id)
    _add_properties(root, atlas)
    _add_themes(root, layers)
    add_project_metadata(root, atlas)
    add_layouts(root, layers, extent, atlas)
    _add_bookmarks(root, layers, extent, atlas)
    view = add(root, "ProjectViewSettings", UseProjectScales="0", rotation="0")
    add(view, "Scales")
    default = add(view, "DefaultViewExtent", "", **_edges(extent))
    add_reference_system(default, atlas.crs)
    return root


def by_height(layers: Sequence[MapLayer]) -> list[MapLayer]:
    """Return layers from the uppermost down."""
    return sorted(layers, key=lambda layer: -layer.order)


def _extent(layers: Sequence[MapLayer]) -> Extent:
    """Return where the county is: its townships, or else all that has a place."""
    placed = [layer.part.frame.geometry for layer in layers if layer.part.kind != "table"]
    county = [layer.part.frame.geometry for layer in layers if layer.part.name == TOWNSHIP]
    boxes = [shapes[shapes.notna()].total_bounds for shapes in county or placed if shapes.notna().any()]
    if not boxes:
        return (0.0, 0.0, 1000.0, 1000.0)
    west, south = np.min([box[:2] for box in boxes], axis=0)
    east, north = np.max([box[2:] for box in boxes], axis=0)
    wide = max(east - west, north - south)
    spare = max(MARGIN * wide, (LEAST_SIDE - wide) / 2)
    return (float(west - spare), float(south - spare), float(east + spare), float(north + spare))


def _edges(extent: Extent) -> dict[str, str]:
    return {name: f"{edge:.3f}" for name, edge in zip(("xmin", "ymin", "xmax", "ymax"), extent, strict=True)}


def add_tree(parent: ET.Element, layers: Sequence[MapLayer]) -> ET.Element:
    """Write the tree of layers, and in which order they are drawn, whatever the groups."""
    root = add(parent, "layer-tree-group")
    add(add(root, "customproperties"), "Option")
    groups: dict[tuple[str, ...], ET.Element] = {(): root}
    for layer in layers:
        for depth in range(1, len(layer.groups) + 1):
            path = layer.groups[:depth]
            if path not in groups:
                groups[path] = _add_group(groups[path[:-1]], path, layers)
        _add_leaf(groups[layer.groups], layer)
    order = add(root, "custom-order", enabled="1")
    for layer in by_height(layers):
        add(order, "item", layer.id)
    return root


def _add_group(parent: ET.Element, path: tuple[str, ...], layers: Sequence[MapLayer]) -> ET.Element:
    shown = any(layer.shown for layer in layers if layer.groups[: len(path)] == path)
    group = add(parent, "layer-tree-group", name=path[-1], checked=_checked(True), expanded=shown)
    add(add(group, "customproperties"), "Option")
    return group


def _add_leaf(parent: ET.Element, layer: MapLayer) -> None:
    leaf = add(
        parent, "layer-tree-layer", id=layer.id, name=layer.name, source=layer.address, providerKey="ogr",
        checked=_checked(layer.shown), expanded=layer.shown, legend_exp="", patch_size="-1,-1",
        legend_split_behavior="0",
    )  # fmt: skip
    wrapper = add(add(leaf, "customproperties"), "Option", type="Map")
    add(wrapper, "Option", name="showFeatureCount", type="int", value="1")


def _checked(shown: bool) -> str:
    return "Qt::Checked" if shown else "Qt::Unchecked"


def _add_layer(parent: ET.Element, layer: MapLayer, atlas: Atlas) -> None:
    part = layer.part
    kind = geopackage.geometry_type(part) or "NoGeometry"
    element = add(
        parent, "maplayer", type="vector", geometry=GEOMETRIES[part.kind], wkbType=kind, readOnly="0",
        labelsEnabled=layer.drawing.labels is not None, styleCategories="AllStyleCategories", minScale="100000000",
        maxScale="0", hasScaleBasedVisibilityFlag="0", simplifyDrawingHints="1", simplifyDrawingTol="1",
        simplifyAlgorithm="0", simplifyLocal="1", simplifyMaxScale="1", refreshOnNotifyEnabled="0",
        autoRefreshEnabled="0", autoRefreshTime="0",
    )  # fmt: skip
    add(element, "id", layer.id)
    add(element, "datasource", layer.address)
    add(element, "layername", layer.name)
    if part.kind != "table":
        add_reference_system(add(element, "srs"), atlas.crs)
    add_metadata(add(element, "resourceMetadata"), part, atlas)
    add(element, "provider", "ogr", encoding="UTF-8")
    for tag in ("vectorjoins", "layerDependencies", "dataDependencies", "expressionfields"):
        add(element, tag)
    styles = add(element, "map-layer-style-manager", current="default")
    add(styles, "map-layer-style", name="default")
    flags = add(element, "flags")
    for name, value in (("Identifiable", 1), ("Removable", 1), ("Searchable", 1), ("Private", 0)):
        add(flags, name, str(value))
    add_drawing(element, layer.drawing)


def _add_canvas(root: ET.Element, extent: Extent, crs: str) -> None:
    canvas = add(root, "mapcanvas", name="theMapCanvas", annotationsVisible="1")
    add(canvas, "units", "meters")
    box = add(canvas, "extent")
    for name, edge in _edges(extent).items():
        add(box, name, edge)
    add(canvas, "rotation", "0")
    add_reference_system(add(canvas, "destinationsrs"), crs)
    add(canvas, "rendermaptile", "0")


def _add_properties(root: ET.Element, atlas: Atlas) -> None:
    """Write what QGIS keeps of a project: without SpatialRefSys it leaves the project's CRS aside."""
    red, green, blue = parts_of(PAPER)
    told: dict[str, dict[str, tuple[str, object]]] = {
        "Gui": {
            "CanvasColorRedPart": ("int", red), "CanvasColorGreenPart": ("int", green),
            "CanvasColorBluePart": ("int", blue),
        },
        "Measure": {"Ellipsoid": ("QString", "EPSG:1024")},
        "Measurement": {"DistanceUnits": ("QString", "meters"), "AreaUnits": ("QString", "ha")},
        "PAL": {"PlacementEngineVersion": ("int", 1)},
        "Paths": {"Absolute": ("bool", "false")},
        "PositionPrecision": {"Automatic": ("bool", "false"), "DecimalPlaces": ("int", 2)},
        "SpatialRefSys": {"ProjectionsEnabled": ("int", 1)},
    }  # fmt: skip
    properties = add(root, "properties")
    for group, entries in told.items():
        element = add(properties, group)
        for name, (kind, value) in entries.items():
            add(element, name, str(value), type=kind)
    variables = {"onemap_title": atlas.project.spec.title, "onemap_period": atlas.project.spec.period}
    element = add(properties, "Variables")
    for tag, values in (("variableNames", variables), ("variableValues", variables.values())):
        entries_of = add(element, tag, type="QStringList")
        for value in values:
            add(entries_of, "value", value)


def themes(layers: Sequence[MapLayer]) -> dict[str, list[MapLayer]]:
    """Return which layers each theme shows: first what is shown at first, then that with the lists of a group.

    What lies within reach is in no theme: it covers what is below.
    """
    base = [layer for layer in layers if layer.shown]
    ground = [layer for layer in base if not layer.theme]
    groups = list(dict.fromkeys(layer.theme for layer in layers if layer.theme))
    own = {name: [one for one in layers if one.theme == name and one.part.kind != "polygon"] for name in groups}
    return {tr("One map"): base, **{name: [*ground, *lists] for name, lists in own.items()}}


def _add_themes(root: ET.Element, layers: Sequence[MapLayer]) -> None:
    presets = add(root, "visibility-presets")
    for name, shown in themes(layers).items():
        preset = add(presets, "visibility-preset", name=name)
        preset.set("has-checked-group-info", "0")
        preset.set("has-expanded-info", "0")
        for layer in shown:
            add(preset, "layer", id=layer.id, visible="1", expanded="1", style="default")


def _add_bookmarks(root: ET.Element, layers: Sequence[MapLayer], extent: Extent, atlas: Atlas) -> None:
    bookmarks = add(root, "Bookmarks")
    for own_id, name, group, box in _bookmarks(layers, extent, atlas):
        west, south, east, north = box
        ring = [(west, south), (east, south), (east, north), (west, north), (west, south)]
        text = ", ".join(f"{x:.3f} {y:.3f}" for x, y in ring)
        told: dict[str, Any] = {"id": own_id, "name": name, "group": group, "extent": f"POLYGON(({text}))"}
        add_reference_system(add(bookmarks, "Bookmark", "", **told), atlas.crs)


def _bookmarks(layers: Sequence[MapLayer], extent: Extent, atlas: Atlas) -> Iterator[tuple[str, str, str, Extent]]:
    yield "county", tr("Whole county"), "", extent
    for layer in layers:
        if layer.part.name != TOWNSHIP:
            continue
        names = atlas.layers[TOWNSHIP].labels
        for place, box in layer.part.frame.geometry.bounds.iterrows():
            if not box.isna().any():
                west, south, east, north = (float(edge) for edge in box)
                spare = MARGIN * max(east - west, north - south)
                edges = (west - spare, south - spare, east + spare, north + spare)
                yield f"township-{place}", str(names[place]), tr("Townships"), edges
