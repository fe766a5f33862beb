"""The map for who works in Python: what may be added to it, and that the page of the handbook is true."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import branca.colormap
import folium
import numpy as np
import pytest
from folium import plugins

from onemap.export.webmap import draw
from onemap.model import Atlas
from onemap.spec.base_map import BaseMapSpec
from onemap.text import speaking
from tests.atlases import small_atlas
from tests.browser import Page

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "docs" / "map-in-python.md", ROOT / "docs" / "map-in-python.zh-CN.md")
PLACE, NORTH_EAST = (34.87, 112.78), (34.89, 112.80)
POINTS = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"name": "S1"},
            "geometry": {"type": "Point", "coordinates": [112.78, 34.87]},
        }
    ],
}

WORKS: dict[str, Callable[[], Any]] = {
    "marker": lambda: folium.Marker(PLACE, popup="<b>S1</b>", tooltip="S1"),
    "div icon": lambda: folium.Marker(PLACE, icon=folium.DivIcon(html="S1")),
    "icon of a file": lambda: folium.Marker(PLACE, icon=folium.CustomIcon(str(ROOT / "docs" / "map.png"))),
    "circle": lambda: folium.Circle(PLACE, radius=500, popup="500"),
    "circle marker": lambda: folium.CircleMarker(PLACE, tooltip="S1"),
    "line": lambda: folium.PolyLine([PLACE, NORTH_EAST]),
    "coloured line": lambda: folium.ColorLine([PLACE, NORTH_EAST, PLACE], [0, 1], colormap=["red", "green"]),
    "polygon": lambda: folium.Polygon([PLACE, NORTH_EAST, (34.87, 112.80)]),
    "rectangle": lambda: folium.Rectangle([PLACE, NORTH_EAST]),
    "GeoJSON": lambda: folium.GeoJson(
        POINTS, tooltip=folium.GeoJsonTooltip(["name"]), popup=folium.GeoJsonPopup(["name"])
    ),
    "frame in a popup": lambda: folium.Marker(PLACE, popup=folium.Popup(folium.IFrame("S1", 200, 100))),
    "group": lambda: folium.FeatureGroup("group").add_child(folium.Marker(PLACE)),
    "layer control": lambda: folium.LayerControl(),
    "picture": lambda: folium.raster_layers.ImageOverlay(np.ones((4, 4, 4)), [PLACE, NORTH_EAST]),
    "position of clicks": lambda: folium.LatLngPopup(),
    "markers by clicks": lambda: folium.ClickForMarker(),
    "bounds": lambda: folium.FitBounds([PLACE, NORTH_EAST]),
}
ASKS: dict[str, Callable[[], Any]] = {
    "Icon": lambda: folium.Marker(PLACE, icon=folium.Icon(color="red")),
    "CustomIcon": lambda: folium.Marker(PLACE, icon=folium.CustomIcon("https://example.com/a.png")),
    "TileLayer": lambda: folium.TileLayer(),
    "WmsTileLayer": lambda: folium.WmsTileLayer("http://example.com/wms", layers="a"),
    "ImageOverlay": lambda: folium.raster_layers.ImageOverlay("https://example.com/a.png", [PLACE, NORTH_EAST]),
    "RegularPolygonMarker": lambda: folium.RegularPolygonMarker(PLACE),
    "LinearColormap": lambda: branca.colormap.LinearColormap(["red", "green"]),
    "MarkerCluster": lambda: plugins.MarkerCluster([PLACE]),
    "HeatMap": lambda: plugins.HeatMap([PLACE]),
    "MiniMap": lambda: plugins.MiniMap(),
    "Fullscreen": lambda: plugins.Fullscreen(),
}


@pytest.fixture
def chart(tmp_path: Path) -> folium.Map:
    with speaking("en"):
        return draw(small_atlas(tmp_path))


def opened(browser: Page, chart: folium.Map, folder: Path) -> Page:
    with speaking("en"):
        chart.save(folder / "map.html")
    page = browser.size(1366, 768).open(folder / "map.html")
    page.run("onemap.started")
    page.settle()
    return page


@pytest.mark.external
@pytest.mark.parametrize("name", WORKS)
def test_it_works_without_a_network(browser: Page, chart: folium.Map, tmp_path: Path, name: str) -> None:
    WORKS[name]().add_to(chart)
    page = opened(browser, chart, tmp_path)
    assert (page.errors, page.foreign_requests) == ([], [])


@pytest.mark.parametrize("name", ASKS)
def test_what_would_ask_the_network_is_named_and_refused(chart: folium.Map, name: str) -> None:
    ASKS[name]().add_to(chart)
    with speaking("en"), pytest.raises(ValueError, match=rf"may not load anything from outside, and {name} would load"):
        chart.get_root().render()


def test_tiles_are_refused_with_how_a_base_map_is_had(chart: folium.Map) -> None:
    folium.TileLayer().add_to(chart)
    with speaking("en"), pytest.raises(ValueError, match=r"\[basemap\] into project\.toml"):
        chart.get_root().render()


def test_a_key_in_an_address_is_not_repeated(chart: folium.Map) -> None:
    folium.WmsTileLayer("http://example.com/wms?key=5ec2e7", layers="a").add_to(chart)
    with pytest.raises(ValueError, match=r"example\.com") as raised:
        chart.get_root().render()
    assert "5ec2e7" not in str(raised.value)


@pytest.mark.parametrize("name", WORKS)
def test_rendering_twice_gives_the_same_page(chart: folium.Map, name: str) -> None:
    WORKS[name]().add_to(chart)
    assert chart.get_root().render() == chart.get_root().render()


@pytest.mark.external
def test_a_marker_is_a_pin_whose_popup_opens_on_a_click(browser: Page, chart: folium.Map, tmp_path: Path) -> None:
    folium.Marker(PLACE, popup="<b>S1</b>").add_to(chart)
    page = opened(browser, chart, tmp_path)
    at = page.run(
        "(() => { const box = document.querySelector('.leaflet-marker-icon.pin').getBoundingClientRect();"
        "return [box.left + box.width / 2, box.top + 10]; })()"
    )
    assert page.run("document.querySelector('.leaflet-marker-icon.pin').naturalWidth") > 0
    page.click(*at)
    page.settle(0.5)
    page.screenshot("map-pin.png")
    assert page.run("document.querySelector('.leaflet-popup-content b').innerText") == "S1"


@pytest.mark.external
def test_a_click_on_a_circle_opens_its_popup_and_not_what_lies_below(
    browser: Page, chart: folium.Map, tmp_path: Path
) -> None:
    folium.Circle(PLACE, radius=600, popup="500 m", fill=True).add_to(chart)
    page = opened(browser, chart, tmp_path)
    at = page.run(
        f"(() => {{ const p = onemap.app.map.latLngToContainerPoint({list(PLACE)});"
        "const box = onemap.app.map.getContainer().getBoundingClientRect();"
        "return [p.x + box.left, p.y + box.top]; })()"
    )
    page.click(*at)
    page.settle(0.5)
    assert "500 m" in page.run("document.querySelector('.leaflet-popup-content').innerText")
    assert page.run("document.querySelector('.feature-panel').hidden")


@pytest.mark.external
def test_a_layer_control_lists_what_was_added_and_none_of_the_build(
    browser: Page, chart: folium.Map, tmp_path: Path
) -> None:
    folium.FeatureGroup("mine").add_to(chart)
    folium.LayerControl(collapsed=False).add_to(chart)
    page = opened(browser, chart, tmp_path)
    labels = page.run(
        "[...document.querySelectorAll('.leaflet-control-layers label')].map((one) => one.innerText.trim())"
    )
    assert labels == ["mine"]


@pytest.mark.external
def test_the_map_looks_where_python_has_told_it_to(browser: Page, chart: folium.Map, tmp_path: Path) -> None:
    chart.fit_bounds([PLACE, NORTH_EAST])
    page = opened(browser, chart, tmp_path)
    centre = page.run("(() => { const at = onemap.app.map.getCenter(); return [at.lat, at.lng]; })()")
    assert centre == pytest.approx([34.88, 112.79], abs=0.002)


@pytest.mark.external
def test_a_notebook_shows_the_map(browser: Page, chart: folium.Map, tmp_path: Path) -> None:
    with speaking("en"):
        shown = chart._repr_html_()
    (tmp_path / "notebook.html").write_text(f'<meta charset="utf-8"><div style="width: 900px">{shown}</div>', "utf-8")
    page = browser.size(1366, 900).open(tmp_path / "notebook.html")
    page.settle(0.7)
    page.screenshot("map-notebook.png")
    inside = "document.querySelector('iframe').contentWindow"
    assert page.run(f"{inside}.onemap.app.layers.filter((one) => one._map).every((one) => one.painted > 0)")
    assert page.run(f"{inside}.document.querySelector('.legend .fold').getAttribute('aria-expanded')") == "false"
    assert (page.errors, page.foreign_requests) == ([], [])


# The page of the handbook


def blocks(file: Path) -> list[str]:
    return re.findall(r"```python\n(.*?)```", file.read_text("utf-8"), re.DOTALL)


def test_both_languages_show_the_same_code() -> None:
    assert blocks(PAGES[0]) == blocks(PAGES[1])


@pytest.mark.external
def test_the_code_of_the_handbook_runs_and_its_maps_open(
    browser: Page, sample_atlas: Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sample_geodata").symlink_to(ROOT / "sample_geodata")
    monkeypatch.chdir(tmp_path)
    # The sample is built once for all tests.
    monkeypatch.setattr("onemap.build", lambda _: sample_atlas)
    names: dict[str, Any] = {}
    for block in blocks(PAGES[0]):
        exec(block, names)
    for file in ("map-with-site.html", "map-with-plots.html"):
        page = browser.size(1366, 768).open(tmp_path / file)
        page.run("onemap.started")
        page.settle(0.5)
        page.screenshot(file.replace(".html", ".png"))
        assert (page.errors, page.foreign_requests) == ([], [])
        assert page.run("document.querySelectorAll('.leaflet-marker-icon.pin').length") == 1
    assert page.run("document.querySelectorAll('.leaflet-overlay-pane path[stroke=\"#b3382c\"]').length") > 5


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
def test_the_base_maps_of_the_handbook_are_ones_that_a_project_may_have(file: Path) -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", file.read_text("utf-8"), re.DOTALL)
    specs = [BaseMapSpec.model_validate(table) for table in tomllib.loads(block)["basemap"]]
    assert [len(spec.hosts) for spec in specs] == [2, 1, 1]
