"""Base maps in a real browser: a server of tiles is asked when somebody switches one on, and not before."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from onemap.export.png import packed
from onemap.export.webmap import write
from onemap.spec.base_map import BaseMapSpec
from onemap.text import speaking
from tests.atlases import small_atlas, with_base_maps
from tests.browser import Page
from tests.mappage import click, text_of

TILE = packed(np.full((256, 256, 4), 255, np.uint8), 1_000_000)


class TileServer(ThreadingHTTPServer):
    """Gives a tile for every path below /tiles/."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.asked: list[str] = []
        self.permits = True
        """Whether it says that who gets a picture may copy it."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answer(BaseHTTPRequestHandler):
    server: TileServer

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        found = self.path.startswith("/tiles/")
        self.send_response(200 if found else 404)
        if self.server.permits:
            self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        self.wfile.write(TILE if found and TILE else b"")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[TileServer]:
    with TileServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def shown(browser: Page, server: TileServer, tmp_path: Path) -> Callable[[], Page]:
    """Open the map of a small atlas with a good and a bad base map of the server, on the tab of the layers."""

    def open_map() -> Page:
        specs = (
            BaseMapSpec(
                tiles=f"{server.address}/tiles/{{z}}/{{x}}/{{y}}.png", title="Good", max_zoom=13, attribution="Survey"
            ),
            BaseMapSpec(tiles=f"{server.address}/none/{{z}}/{{x}}/{{y}}.png", title="Bad"),
        )
        with speaking("en"):
            (file,) = write(with_base_maps(small_atlas(tmp_path), *specs), tmp_path)
        page = browser.size(1366, 768).open(file)
        page.run("onemap.started")
        click(page, ".tab-row button", "Layers")
        return page

    return open_map


def switch(page: Page, title: str) -> None:
    """Click on the box of a base map in the layer tree."""
    at = page.run(
        f"(() => {{ const all = [...document.querySelectorAll('.tree label')];"
        f"const one = all.find((one) => one.innerText === {title!r});"
        "one.scrollIntoView({ block: 'center' }); const box = one.firstChild.getBoundingClientRect();"
        "return [box.left + box.width / 2, box.top + box.height / 2]; })()"
    )
    page.click(*at)
    page.settle(0.8)


def shows(page: Page) -> list[str]:
    return [
        str(one) for one in page.run("onemap.app.grounds.filter((one) => one._map).map((one) => one.content.title)")
    ]


@pytest.mark.external
def test_no_tile_is_asked_for_before_a_base_map_is_on(shown: Callable[[], Page], server: TileServer) -> None:
    page = shown()
    page.settle(0.5)
    assert (server.asked, page.foreign_requests, page.errors) == ([], [], [])


@pytest.mark.external
def test_tiles_are_shown_when_it_is_switched_on(shown: Callable[[], Page], server: TileServer) -> None:
    page = shown()
    switch(page, "Good")
    assert server.asked
    assert page.run("document.querySelectorAll('.leaflet-tile-pane .leaflet-tile-loaded').length") > 3
    page.screenshot("map-base-map.png")
    assert page.errors == []
    assert text_of(page, ".credit") == "Survey"
    assert page.run("document.querySelector('.notice').hidden")


@pytest.mark.external
def test_none_is_asked_for_after_it_is_switched_off(shown: Callable[[], Page], server: TileServer) -> None:
    page = shown()
    switch(page, "Good")
    switch(page, "Good")
    server.asked.clear()
    page.run("onemap.app.map.zoomIn(1, { animate: false }) && null")
    page.settle(0.5)
    assert (server.asked, shows(page)) == ([], [])


@pytest.mark.external
def test_the_map_zooms_deeper_than_the_tiles(shown: Callable[[], Page], server: TileServer) -> None:
    page = shown()
    switch(page, "Good")
    server.asked.clear()
    page.run("onemap.app.map.setZoom(16, { animate: false }) && null")
    page.settle(0.8)
    assert {path.split("/")[2] for path in server.asked} <= {"13"}
    assert page.run("document.querySelectorAll('.leaflet-tile-pane .leaflet-tile-loaded').length") > 0


@pytest.mark.external
def test_a_base_map_without_tiles_says_so_and_the_map_goes_on(shown: Callable[[], Page]) -> None:
    page = shown()
    switch(page, "Bad")
    page.screenshot("map-no-tiles.png")
    assert "No tile of the base map “Bad” has come" in text_of(page, ".notice")
    assert page.run("document.querySelectorAll('.notice').length") == 1
    click(page, ".tab-row button", "Risk lists")
    click(page, ".groups .row")
    assert page.run("!document.querySelector('.feature-panel').hidden")


@pytest.mark.external
def test_only_one_base_map_is_on(shown: Callable[[], Page]) -> None:
    page = shown()
    switch(page, "Good")
    switch(page, "Bad")
    assert shows(page) == ["Bad"]


@pytest.mark.external
@pytest.mark.parametrize("permits", [True, False])
def test_a_base_map_says_whether_a_picture_of_it_may_be_saved(
    shown: Callable[[], Page], server: TileServer, permits: bool
) -> None:
    server.permits = permits
    page = shown()
    switch(page, "Good")
    assert page.run("document.querySelectorAll('.leaflet-tile-pane .leaflet-tile-loaded').length") > 3
    assert page.run("onemap.app.grounds[0].tainted") is not permits


@pytest.mark.external
def test_what_is_not_configured_is_not_loaded_even_if_a_script_asks(
    shown: Callable[[], Page], server: TileServer
) -> None:
    page = shown()
    other = server.address.replace("127.0.0.1", "localhost")
    page.run(f"(() => {{ new Image().src = '{other}/tiles/1/1/1.png'; }})()")
    page.settle(0.5)
    assert server.asked == []
