"""The pages that `web_map.py` holds against one another: the same parcels by us and others, each one offline file."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

import folium
import geopandas as gpd
import shapely
from branca.element import MacroElement
from county import Size, write_county
from jinja2 import Template

sys.path.append(str(Path(__file__).parents[1]))
from onemap import build, load_project
from onemap.export.webmap import write
from onemap.export.webmap.assets import ASSETS, CDN
from onemap.export.webmap.elements import json_block
from onemap.export.webmap.figure import OfflineFigure, Verbatim, script_element
from onemap.model import Atlas

COLOURS = {"priority_protection": "#63b56e", "safe_use": "#f4cb42", "strict_control": "#db4c48"}
TOLD = ["unit_code", "unit_name", "land_class", "township", "area_mu", "crop"]
"""What a click on a parcel tells on the pages of others; ours tells all that is known."""

WIDTH, HEIGHT = 1018, 716
"""Pixels of our map in a window of 1366 x 768; that of the others is as large."""

VECTORGRID = "leaflet.vectorgrid@1.3.0"


@dataclass(frozen=True)
class Kind:
    """How a kind of page is spoken to; all are expressions of JavaScript.

    Parameters
    ----------
    title
        What it is called in the table.
    map
        The Leaflet map.
    painted
        Whether nothing is left to be painted.
    answered
        Whether a click has been answered.
    close
        Take the answer away.
    """

    title: str
    map: str = "map_bench"
    painted: str = "true"
    answered: str = "!!document.querySelector('.leaflet-popup')"
    close: str = "map_bench.closePopup()"


KINDS = {
    "ours": Kind(
        "`onemap.html`",
        map="onemap.app.map",
        painted="(onemap.app.painted !== false && (!onemap.app.map.sheet || onemap.app.map.sheet.idle !== false))",
        answered="!document.querySelector('.feature-panel').hidden",
        close="onemap.app.panel.close()",
    ),
    "empty": Kind("empty folium map", answered="window.clicked === true", close="window.clicked = false"),
    "geojson": Kind("folium.GeoJson (SVG)"),
    "canvas": Kind("folium.GeoJson, prefer_canvas"),
    "vectorgrid": Kind("VectorGrid slicer", painted="!parcels.isLoading()"),
}
DIES_FROM = {"geojson": 200_000, "canvas": 200_000}
"""Parcels from which a page is not tried unless asked for: it is not there within minutes."""


class Script(MacroElement):
    """A script that runs once the map is there."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self._template = Template("{% macro script(this, kwargs) %}" + code + "{% endmacro %}")


def make_pages(names: list[str], parcels: int, folder: Path, cache: Path) -> dict[str, Path]:
    """Return the pages of these kinds; if all are in `folder` they are taken as they are."""
    pages = {name: folder / f"{name}-{parcels}.html" for name in names}
    if not all(page.exists() for page in pages.values()):
        atlas = _county(parcels, folder / f"county-{parcels}")
        (ours,) = write(atlas, folder)
        ours.replace(pages["ours"])
        land = atlas.layers["cultivated_land"].frame.to_crs("EPSG:4326")
        land = land[[name for name in TOLD if name in land] + [land.geometry.name]]
        charts = {
            "empty": lambda: _empty(land),
            "geojson": lambda: _geojson(land, prefer_canvas=False),
            "canvas": lambda: _geojson(land, prefer_canvas=True),
            "vectorgrid": lambda: _vectorgrid(land, cache),
        }
        for name in set(names) & set(charts):
            pages[name].write_text(charts[name]().get_root().render(), encoding="utf-8")
    return pages


def _county(parcels: int, folder: Path) -> Atlas:
    folder.mkdir(parents=True, exist_ok=True)
    write_county(folder, Size(parcels))
    return build(load_project(folder))


def _chart(land: gpd.GeoDataFrame, prefer_canvas: bool = False) -> folium.Map:
    """Return a folium map of the size of ours, with Leaflet inside it and nothing else."""
    chart = folium.Map(tiles=None, width=WIDTH, height=HEIGHT, prefer_canvas=prefer_canvas, maxZoom=20, minZoom=4)
    chart._id = "bench"
    packages = json.loads((ASSETS / "vendored.json").read_text(encoding="utf-8"))
    leaflet = next(package for package in packages if package["name"] == "leaflet")
    urls = [CDN.format(name="leaflet", version=leaflet["version"], path=file["path"]) for file in leaflet["files"]]
    chart.default_js = [("leaflet", url) for url in urls if url.endswith(".js")]
    chart.default_css = [("leaflet_css", url) for url in urls if url.endswith(".css")]
    OfflineFigure("benchmark", "en").add_child(chart)
    west, south, east, north = land.total_bounds
    chart.fit_bounds([[south, west], [north, east]])
    return chart


def _empty(land: gpd.GeoDataFrame) -> folium.Map:
    chart = _chart(land)
    Script("map_bench.on('click', () => { window.clicked = true; });").add_to(chart)
    return chart


def _geojson(land: gpd.GeoDataFrame, prefer_canvas: bool) -> folium.Map:
    """Return the map as its manual makes it: a style function, and a popup with fields."""
    chart = _chart(land, prefer_canvas)

    def style(feature: dict) -> dict:
        fill = COLOURS.get(feature["properties"]["land_class"], "#999999")
        return {"fillColor": fill, "fillOpacity": 0.8, "color": "#ffffff", "weight": 0.5}

    popup = folium.GeoJsonPopup([name for name in TOLD if name in land], labels=True)
    folium.GeoJson(land, style_function=style, popup=popup).add_to(chart)
    return chart


def _vectorgrid(land: gpd.GeoDataFrame, cache: Path) -> folium.Map:
    """Return the map with the parcels cut into vector tiles by the browser."""
    chart = _chart(land)
    root = chart.get_root()
    # Clicks need a function that Leaflet has no longer.
    shim = "L.DomEvent.fakeStop = L.DomEvent.fakeStop || function () {};"
    root.html.add_child(Verbatim(script_element(_fetched(cache) + shim)))
    land = land.set_geometry(shapely.set_precision(land.geometry.array, 1e-7, mode="pointwise"))
    root.html.add_child(Verbatim(json_block("parcels", json.loads(land.to_json(drop_id=True)))))
    code = f"""
        const colours = {json.dumps(COLOURS)};
        var parcels = L.vectorGrid.slicer(JSON.parse(document.getElementById("parcels").textContent), {{
            rendererFactory: L.canvas.tile, interactive: true, maxZoom: 20,
            vectorTileLayerStyles: {{ sliced: (told) => ({{
                fill: true, fillColor: colours[told.land_class] || "#999999", fillOpacity: 0.8,
                color: "#ffffff", weight: 0.5,
            }}) }},
        }});
        parcels.on("click", (event) => {{
            const text = document.createElement("div");
            text.textContent = Object.values(event.layer.properties).join(" ");
            L.popup().setLatLng(event.latlng).setContent(text).openOn(map_bench);
        }});
        parcels.addTo(map_bench);
    """
    Script(code).add_to(chart)
    return chart


def _fetched(cache: Path) -> str:
    """Return the script of VectorGrid, fetched from the npm registry once."""
    archive = cache / (VECTORGRID.replace("@", "-") + ".tgz")
    if not archive.exists():
        npm = shutil.which("npm")
        if npm is None:
            sys.exit("error: npm is not installed\nhint: install Node.js, which fetches VectorGrid")
        cache.mkdir(parents=True, exist_ok=True)
        subprocess.run([npm, "pack", "--silent", VECTORGRID], cwd=cache, check=True, stdout=subprocess.DEVNULL)
    with tarfile.open(archive) as tarball:
        content = tarball.extractfile("package/dist/Leaflet.VectorGrid.bundled.min.js")
        assert content is not None
        return content.read().decode().partition("//# sourceMappingURL")[0]


def spots(land: Path) -> list[tuple[float, float]]:
    """Return positions on parcels near the middle of the county, as latitude and longitude, nearest first."""
    shapes = gpd.read_file(land, columns=[]).geometry
    middle = shapely.box(*shapes.total_bounds).centroid
    near = shapes.iloc[shapely.distance(shapes.array, middle).argsort()[:40:8]]
    places = near.representative_point().to_crs("EPSG:4326")
    return [(place.y, place.x) for place in places]
