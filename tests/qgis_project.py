"""Open a project in a real QGIS and say as JSON what it sees; run by the Python that QGIS is installed for.

    python3 qgis_project.py PROJECT.qgz [FOLDER]

With a folder, its layouts are exported there as PNG and PDF, and its themes drawn as the canvas shows them.
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
    QgsExpression,
    QgsExpressionContextScope,
    QgsLayoutExporter,
    QgsLayoutObject,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsRenderContext,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

QUIET: list[str] = []


def main(arguments: list[str]) -> None:
    application = QgsApplication([], False)
    application.initQgis()
    log = QgsApplication.messageLog()
    log.messageReceived.connect(lambda text, tag, level: QUIET.append(f"{tag}: {text}"))
    project = QgsProject.instance()
    opened = project.read(arguments[0])
    told = {"opened": opened, **seen(project)}
    if len(arguments) > 1:
        told["files"] = export(project, Path(arguments[1]))
    told["messages"] = QUIET
    print(json.dumps(told, ensure_ascii=False))
    sys.stdout.flush()
    # QGIS crashes on the way out when Python takes its layers apart in the wrong order.
    os._exit(0)


def seen(project: QgsProject) -> dict:
    view = project.viewSettings().defaultViewExtent()
    return {
        "title": project.title(),
        "crs": project.crs().authid(),
        "ellipsoid": project.ellipsoid(),
        "invalid": [layer.id() for layer in project.mapLayers().values() if not layer.isValid()],
        "layers": {layer.id(): layer_seen(layer) for layer in project.mapLayers().values()},
        "tree": tree_seen(project.layerTreeRoot()),
        "order": [layer.id() for layer in project.layerTreeRoot().layerOrder()],
        "themes": {
            name: [layer.id() for layer in project.mapThemeCollection().mapThemeVisibleLayers(name)]
            for name in project.mapThemeCollection().mapThemes()
        },
        "bookmarks": [
            [mark.name(), mark.group(), mark.extent().crs().authid(), mark.extent().toString(0)]
            for mark in project.bookmarkManager().bookmarks()
        ],
        "layouts": [layout.name() for layout in project.layoutManager().layouts()],
        "degrees": [degrees_seen(layout) for layout in project.layoutManager().layouts()],
        "view": [view.crs().authid(), view.toString(0)],
    }


def degrees_seen(layout) -> dict:
    """How many minutes are between two lines at the frame of the map, and what is said at one of 112.5083333333."""
    grid = layout.referenceMap().grids().grid(0)
    context = layout.referenceMap().createExpressionContext()
    degrees = grid.dataDefinedProperties().property(QgsLayoutObject.MapGridIntervalX).valueAsDouble(context)[0]
    scope = QgsExpressionContextScope()
    scope.setVariable("grid_number", 112.5083333333)
    scope.setVariable("grid_axis", "x")
    context.appendScope(scope)
    said = QgsExpression(grid.annotationExpression()).evaluate(context)
    return {"minutes": round(degrees * 60, 6), "said": said, "scale": layout.referenceMap().scale()}


def layer_seen(layer) -> dict:
    renderer = layer.renderer()
    categories = renderer.categories() if renderer and renderer.type() == "categorizedSymbol" else []
    configuration = layer.fields()
    metadata = layer.metadata()
    return {
        "name": layer.name(),
        "valid": layer.isValid(),
        "source": layer.source(),
        "crs": layer.crs().authid(),
        "features": layer.featureCount(),
        "geometry": layer.geometryType(),
        "aliases": {field.name(): field.alias() for field in configuration},
        "widgets": {field.name(): layer.editorWidgetSetup(n).type() for n, field in enumerate(configuration)},
        "values": {
            field.name(): layer.editorWidgetSetup(n).config().get("map")
            for n, field in enumerate(configuration)
            if layer.editorWidgetSetup(n).type() == "ValueMap"
        },
        "categories": [
            [category.value(), category.label(), category.symbol().color().name()] for category in categories
        ],
        "symbol_layers": [
            [category.symbol().symbolLayer(n).layerType() for n in range(category.symbol().symbolLayerCount())]
            for category in categories
        ],
        "labels": layer.labelsEnabled(),
        "label": layer.labeling().settings().fieldName if layer.labeling() else "",
        "tip": layer.mapTipTemplate(),
        "name_expression": layer.displayExpression(),
        "metadata": {
            "title": metadata.title(),
            "abstract": metadata.abstract(),
            "history": metadata.history(),
            "contacts": [contact.organization for contact in metadata.contacts()],
            "days": [span.begin().date().toPyDate().isoformat() for span in metadata.extent().temporalExtents()],
            "crs": metadata.crs().authid(),
        },
    }


def tree_seen(group) -> list:
    told = []
    for child in group.children():
        if hasattr(child, "layerId"):
            told.append([child.layerId(), child.itemVisibilityChecked()])
        else:
            told.append({"group": child.name(), "children": tree_seen(child)})
    return told


def export(project: QgsProject, folder: Path) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for number, layout in enumerate(project.layoutManager().layouts()):
        exporter = QgsLayoutExporter(layout)
        pictures, pages = QgsLayoutExporter.ImageExportSettings(), QgsLayoutExporter.PdfExportSettings()
        pictures.dpi = 100
        if int(layout.customProperty("pdfTextFormat", -1)) == 1:
            # As its dialog does: a property of the layout goes before what QGIS is set to.
            pages.textRenderFormat = QgsRenderContext.TextFormatAlwaysText
        if layout.atlas().enabled():
            done, _fault = QgsLayoutExporter.exportToPdf(layout.atlas(), str(folder / f"layout{number}.pdf"), pages)
            written.append([f"layout{number}.pdf", int(done), layout.atlas().count()])
            layout.atlas().beginRender()
            layout.atlas().first()
            for page in range(layout.atlas().count()):
                done = exporter.exportToImage(str(folder / f"layout{number}-{page}.png"), pictures)
                written.append([f"layout{number}-{page}.png", int(done), layout.atlas().currentFilename()])
                layout.atlas().next()
            layout.atlas().endRender()
        else:
            done = exporter.exportToPdf(str(folder / f"layout{number}.pdf"), pages)
            written.append([f"layout{number}.pdf", int(done), 1])
            done = exporter.exportToImage(str(folder / f"layout{number}.png"), pictures)
            written.append([f"layout{number}.png", int(done), 1])
    for number, name in enumerate(project.mapThemeCollection().mapThemes()):
        draw(project, name, folder / f"theme{number}.png")
        written.append([f"theme{number}.png", 0, name])
    return written


def draw(project: QgsProject, theme: str, picture: Path) -> None:
    settings = QgsMapSettings()
    settings.setDestinationCrs(project.crs())
    settings.setBackgroundColor(QColor("#f6f3ec"))
    settings.setOutputSize(QSize(1400, 900))
    settings.setOutputDpi(96)
    settings.setLayers(project.mapThemeCollection().mapThemeVisibleLayers(theme))
    settings.setExtent(project.viewSettings().defaultViewExtent())
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(str(picture))


main(sys.argv[1:])
