"""Load GIS files in a real QGIS and say as JSON what it sees; run by the Python that QGIS is installed for.

    python3 qgis_load.py [--picture FILE.png] SOURCE…

A source is what QGIS opens: `file.shp`, or `file.gpkg|layername=name`.
"""

from __future__ import annotations

import json
import os
import sys

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("XDG_RUNTIME_DIR", "/tmp")

from qgis.core import (
    QgsApplication,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor


def main(arguments: list[str]) -> None:
    picture = None
    if arguments[0] == "--picture":
        picture, arguments = arguments[1], arguments[2:]
    application = QgsApplication([], False)
    application.initQgis()
    layers = [QgsVectorLayer(source, source, "ogr") for source in arguments]
    print(json.dumps([seen(layer) for layer in layers], ensure_ascii=False))
    if picture:
        draw(layers, picture)
    sys.stdout.flush()
    # QGIS crashes on the way out when Python takes its layers apart in the wrong order.
    os._exit(0)


def seen(layer: QgsVectorLayer) -> dict:
    message, styled = layer.loadDefaultStyle()
    renderer = layer.renderer()
    categories = renderer.categories() if renderer and renderer.type() == "categorizedSymbol" else []
    return {
        "valid": layer.isValid(),
        "crs": layer.crs().authid(),
        "crs_wkt": layer.crs().toWkt(),
        "features": layer.featureCount(),
        "without_geometry": sum(not feature.hasGeometry() for feature in layer.getFeatures()),
        "fields": {field.name(): field.typeName() for field in layer.fields()},
        "widths": {field.name(): [field.length(), field.precision()] for field in layer.fields()},
        "aliases": {field.name(): field.alias() for field in layer.fields()},
        "rows": [[cell(value) for value in feature.attributes()] for feature in layer.getFeatures()][:50],
        "styled": styled,
        "style_message": message,
        "categories": {str(c.value()): [c.label(), c.symbol().color().name()] for c in categories},
        "labels": layer.labelsEnabled(),
    }


def cell(value: object) -> object:
    """Return a value as JSON has it: None for a null, dates in ISO."""
    if hasattr(value, "isNull") and value.isNull():
        return None
    if hasattr(value, "toPyDateTime"):
        return value.toPyDateTime().isoformat()
    if hasattr(value, "toPyDate"):
        return value.toPyDate().isoformat()
    return value if isinstance(value, str | int | float | None) else str(value)


def draw(layers: list[QgsVectorLayer], picture: str) -> None:
    settings = QgsMapSettings()
    settings.setDestinationCrs(layers[0].crs())
    settings.setBackgroundColor(QColor("#f6f3ec"))
    settings.setOutputSize(QSize(1400, 900))
    settings.setOutputDpi(96)
    spatial = [layer for layer in layers if layer.isSpatial()]
    settings.setLayers(spatial)
    extent = QgsRectangle()
    for layer in spatial:
        if layer.featureCount() and not layer.extent().isEmpty():
            extent.combineExtentWith(layer.extent())
    settings.setExtent(extent.buffered(extent.width() * 0.05))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(picture)


main(sys.argv[1:])
