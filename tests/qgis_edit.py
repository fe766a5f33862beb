"""Edit a layer in a real QGIS as its user does; run by the Python that QGIS is installed for.

    python3 qgis_edit.py SOURCE EDITS.json [SAVED.shp ENCODING]

A source is what QGIS opens: `file.shp`, or `file.gpkg|layername=name`. The edits name features by their key:
{"key": column, "set": {key: {column: value}}, "move": [key], "delete": [key], "add": {column: value}, "column": name}.
With no edit at all the layer is opened and shown, no more. With two more words it is then saved as a shapefile.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("XDG_RUNTIME_DIR", "/tmp")

from qgis.core import (
    QgsApplication,
    QgsCoordinateTransformContext,
    QgsFeature,
    QgsField,
    QgsGeometry,
    QgsProject,
    QgsRectangle,
    QgsVectorFileWriter,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QVariant


def main(source: str, edits: str, *saved: str) -> None:
    application = QgsApplication([], False)
    application.initQgis()
    layer = QgsVectorLayer(source, "edited", "ogr")
    assert layer.isValid(), source
    QgsProject.instance().addMapLayer(layer)
    list(layer.getFeatures())
    wanted = json.loads(Path(edits).read_text("utf-8"))
    if wanted:
        assert layer.startEditing()
        edit(layer, wanted)
        assert layer.commitChanges(), layer.commitErrors()
    if saved:
        save(layer, *saved)
    # As when the program is closed: whatever it holds open is written.
    QgsProject.instance().clear()
    sys.stdout.flush()
    os._exit(0)


def edit(layer: QgsVectorLayer, wanted: dict) -> None:
    ids = {feature[wanted["key"]]: feature.id() for feature in layer.getFeatures()}
    for key, values in wanted.get("set", {}).items():
        for column, value in values.items():
            assert layer.changeAttributeValue(ids[key], layer.fields().indexOf(column), value)
    for key in wanted.get("move", []):
        corner = layer.getFeature(ids[key]).geometry().vertexAt(1)
        assert layer.moveVertex(corner.x() + 1, corner.y() + 2, ids[key], 1)
    assert layer.deleteFeatures([ids[key] for key in wanted.get("delete", [])])
    if "add" in wanted:
        feature = QgsFeature(layer.fields())
        for column, value in wanted["add"].items():
            feature[column] = value
        box = layer.extent()
        middle = QgsRectangle.fromCenterAndSize(box.center(), 20, 10)
        feature.setGeometry(QgsGeometry.fromRect(middle))
        assert layer.addFeature(feature)
    if "column" in wanted:
        assert layer.addAttribute(QgsField(wanted["column"], QVariant.String, len=50))


def save(layer: QgsVectorLayer, path: str, encoding: str) -> None:
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "ESRI Shapefile"
    options.fileEncoding = encoding
    done = QgsVectorFileWriter.writeAsVectorFormatV3(layer, path, QgsCoordinateTransformContext(), options)
    assert done[0] == QgsVectorFileWriter.NoError, done


main(*sys.argv[1:])
