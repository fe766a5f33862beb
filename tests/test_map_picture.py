"""The sheet of the map: what stands on it, how it is printed, and the picture that is saved."""

from __future__ import annotations

import re
import threading
import tomllib
import warnings
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
import rasterio
from numpy.typing import NDArray

from onemap.export.webmap import write
from onemap.export.webmap.content import map_content
from onemap.model import Atlas
from onemap.spec.base_map import BaseMapSpec
from onemap.spec.catalogue import shipped
from onemap.spec.project import load_project
from onemap.text import speaking
from tests.atlases import CRS, SOUTH, WEST, small_atlas, with_base_maps
from tests.browser import Page
from tests.hands import press
from tests.mappage import Opened, open_row

TITLE = "示例县土壤污染源头防控一张图"
MERCATOR = pyproj.Transformer.from_crs(CRS, "EPSG:3857", always_xy=True)
DEGREES = pyproj.Transformer.from_crs(CRS, "EPSG:4490", always_xy=True)
SHEET = "document.querySelector('dialog .map-sheet')"


def key(page: Page, name: str, code: int) -> None:
    for kind in ("keyDown", "keyUp"):
        page.call("Input.dispatchKeyEvent", type=kind, key=name, code=name, windowsVirtualKeyCode=code)
    page.settle(0.3)


def texts_of(page: Page, sheet: str = SHEET) -> list[str]:
    return list(page.run(f"[...{sheet}.querySelectorAll('text')].map((one) => one.textContent)"))


def ratio_of(texts: list[str]) -> int:
    """Return the n of the scale 1 : n that is written on the sheet."""
    return next(int(text[4:].replace(",", "")) for text in texts if re.fullmatch(r"1 : [\d,]+", text))


def save(page: Page, folder: Path, button: str = "button.savePicture") -> Path | None:
    """Press the button, and return the file that comes of it, if any does."""
    page.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder))
    press(page, button)
    for _ in range(50):
        if files := list(folder.glob("*.png")):
            return files[0]
        if page.run("document.querySelector('[role=alert]') !== null"):
            break
        page.settle(0.2)
    return None


def pixels_of(file: Path) -> NDArray[np.uint8]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a picture lies nowhere on the earth
        with rasterio.open(file) as picture:
            return np.moveaxis(picture.read(), 0, -1)


def pages_of(pdf: bytes) -> list[tuple[int, int]]:
    """Return the width and height of each page in millimetres."""
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    return [(round(float(width) / 72 * 25.4), round(float(height) / 72 * 25.4)) for width, height in boxes]


@pytest.mark.external
def test_the_picture_is_a_sheet_across_a4_with_two_pixels_to_one_of_the_page(opened: Opened, tmp_path: Path) -> None:
    file = save(opened(), tmp_path)
    assert file is not None
    height, width = pixels_of(file).shape[:2]
    assert (width, height) == (round(297 / 25.4 * 96 * 2), round(210 / 25.4 * 96 * 2))


@pytest.mark.external
def test_the_picture_is_called_by_title_and_period(opened: Opened, tmp_path: Path) -> None:
    file = save(opened(), tmp_path)
    assert file is not None
    assert file.name == f"{TITLE}_2026-11.png"


@pytest.mark.external
def test_saving_and_printing_ask_for_nothing_and_complain_of_nothing(opened: Opened, tmp_path: Path) -> None:
    page = opened()
    assert save(page, tmp_path)
    press(page, "button.print")
    page.pdf("map-asks.pdf")
    assert (page.foreign_requests, page.errors, page.dialogs) == ([], [], [])


@pytest.mark.external
def test_a_strict_parcel_lies_where_the_scale_says_in_the_colour_of_its_class(opened: Opened, tmp_path: Path) -> None:
    page = opened()
    press(page, "button.print")
    ratio = ratio_of(texts_of(page))
    left, top, width, height = page.run(
        f"(({{x, y, width, height}}) => [x, y, width, height].map((one) => one.baseVal.value))"
        f"([...{SHEET}.querySelectorAll('rect')].find((one) => one.getAttribute('stroke-width') === '0.25'"
        f" && one.width.baseVal.value > 100))"
    )
    key(page, "Escape", 27)
    file = save(page, tmp_path)
    assert file is not None
    county = page.run("(({_southWest: a, _northEast: b}) => [a.lng, a.lat, b.lng, b.lat])(onemap.app.whole())")
    project = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)
    (x0, y0), (x1, y1) = project.transform(*county[:2]), project.transform(*county[2:])
    middle = ((x0 + x1) / 2, (y0 + y1) / 2)
    # Millimetres of the sheet to a metre of web mercator, which is more than a metre of ground.
    lat = (county[1] + county[3]) / 2
    ground = pyproj.Geod(ellps="GRS80").inv(112.8, lat, 112.8 + 1e-3, lat)[2] / np.radians(1e-3) / 6_378_137
    millimetre = 1000 * ground / ratio
    x, y = MERCATOR.transform(WEST + 5500, SOUTH + 2500)
    at = [left + width / 2 + (x - middle[0]) * millimetre, top + height / 2 - (y - middle[1]) * millimetre]
    column, row = (int(one / 25.4 * 96 * 2) for one in at)
    opacity = tomllib.loads((shipped("layers") / "cultivated_land.toml").read_text("utf-8"))["style"]["opacity"]
    seen = [round(part * opacity + 255 * (1 - opacity)) for part in (0xDB, 0x4C, 0x48)]
    assert pixels_of(file)[row, column, :3].tolist() == pytest.approx(seen, abs=2)


@pytest.mark.external
def test_the_scale_is_that_of_the_ground(opened: Opened) -> None:
    page = opened()
    press(page, "button.print")
    texts = texts_of(page)
    marks = page.run(
        f"[...{SHEET}.querySelectorAll('text')].filter((one) => /^\\d+°\\d\\d′(\\d\\d″)?E$/.test(one.textContent))"
        ".map((one) => [one.textContent, Number(one.getAttribute('x'))])"
    )
    found = sorted({(sum(int(n) / 60**i for i, n in enumerate(re.findall(r"\d+", text))), x) for text, x in marks})
    (west, x0), (east, x1) = found[0], found[-1]
    latitude = DEGREES.transform(WEST + 6000, SOUTH + 3500)[1]
    metres = pyproj.Geod(ellps="GRS80").inv(west, latitude, east, latitude)[2]
    assert (x1 - x0) / 1000 * ratio_of(texts) == pytest.approx(metres, rel=2e-3)


@pytest.mark.external
def test_the_bar_is_as_long_as_it_says(opened: Opened) -> None:
    page = opened()
    press(page, "button.print")
    widths = page.run(f"[...{SHEET}.querySelectorAll('.scale-bar rect')].map((one) => one.width.baseVal.value)")
    told = page.run(f"[...{SHEET}.querySelectorAll('.scale-bar text')].pop().textContent")
    number, unit = told.split()
    metres = float(number) * {"m": 1, "km": 1000}[unit]
    assert sum(widths) / 1000 * ratio_of(texts_of(page)) == pytest.approx(metres, rel=1e-5)


@pytest.mark.external
def test_the_sheet_says_what_it_is_and_who_may_see_it(opened: Opened) -> None:
    page = opened()
    press(page, "button.print")
    texts = texts_of(page)
    assert {TITLE, "data of 2026-11", "internal edition", "Legend", "N"} <= {*texts}
    assert "Coordinates: CGCS2000 3-degree zone, central meridian 114°E (EPSG:4547)" in texts
    assert "For internal use; this map has not been through map review" in texts


@pytest.mark.external
def test_the_legend_tells_the_number_and_the_ground_of_a_class(opened: Opened) -> None:
    page = opened()
    press(page, "button.print")
    texts = texts_of(page)
    # Two strict parcels, 2 km by 4 km together.
    assert re.fullmatch(r"2 parcels / 1[12],\d{3} mu", texts[texts.index("Strict control") + 1])


@pytest.mark.external
def test_the_legend_leaves_out_what_is_switched_off(opened: Opened) -> None:
    page = opened()
    press(page, ".legend .class", "Strict control")
    press(page, "button.print")
    assert "Strict control" not in texts_of(page)
    assert "Safe use" in texts_of(page)


@pytest.mark.external
def test_the_legend_leaves_out_what_is_not_in_the_view(opened: Opened) -> None:
    page = opened()
    lon, lat = DEGREES.transform(WEST + 5500, SOUTH + 2500)
    page.run(f"onemap.app.map.setView([{lat}, {lon}], 17, {{ animate: false }}) && null")
    press(page, "button.print")
    texts = texts_of(page)
    assert "Strict control" in texts
    assert "Safe use" not in texts
    assert "Numbers and areas are those of the whole county." in texts


@pytest.mark.external
@pytest.mark.parametrize(
    ("paper", "turn", "size"),
    [("A4", "Landscape", (297, 210)), ("A4", "Portrait", (210, 297)), ("A3", "Landscape", (420, 297))],
)
def test_the_dialog_prints_one_page_of_the_paper_that_is_chosen(
    opened: Opened, paper: str, turn: str, size: tuple[int, int]
) -> None:
    page = opened()
    press(page, "button.print")
    press(page, ".choice label", paper)
    press(page, ".choice label", turn)
    assert pages_of(page.pdf(f"map-{paper}-{turn}.pdf").read_bytes()) == [size]


@pytest.mark.external
def test_the_key_for_printing_gives_one_sheet_of_a4_across(opened: Opened) -> None:
    page = opened()
    told = "document.querySelector('.paper').textContent"
    page.run(f"window.addEventListener('beforeprint', () => {{ window.printed = {told}; }})")
    assert pages_of(page.pdf("map.pdf").read_bytes()) == [(297, 210)]
    assert TITLE in page.run("window.printed")


@pytest.mark.external
def test_the_map_is_after_printing_as_it_was(opened: Opened) -> None:
    page = opened()
    state = "[onemap.app.map.getCenter().lat, onemap.app.map.getZoom(), onemap.app.map.getSize().x]"
    before = page.run(state)
    page.pdf("map.pdf")
    page.settle(0.5)
    assert page.run(state) == before
    assert page.run("document.querySelector('.paper').childElementCount") == 0


@pytest.mark.external
def test_what_is_typed_stands_on_the_sheet(opened: Opened) -> None:
    page = opened()
    press(page, "button.print")
    press(page, ".word", "Made by")
    page.call("Input.insertText", text="<b>示例局</b>")
    assert "Made by: <b>示例局</b>" in texts_of(page)
    assert page.errors == []


@pytest.mark.external
def test_escape_closes_the_dialog(opened: Opened) -> None:
    page = opened()
    press(page, "button.print")
    open_before = page.run("document.querySelector('dialog').open")
    key(page, "Escape", 27)
    assert (open_before, page.run("document.querySelector('dialog').open")) == (True, False)


@pytest.mark.external
def test_the_button_of_the_dialog_prints(opened: Opened) -> None:
    page = opened()
    page.run("window.print = () => { window.asked = true; }; 0")
    press(page, "button.print")
    press(page, ".print-dialog button", "Print")
    assert page.run("window.asked") is True


@pytest.mark.external
def test_the_picture_from_the_dialog_has_its_paper(opened: Opened, tmp_path: Path) -> None:
    page = opened()
    press(page, "button.print")
    press(page, ".choice label", "Portrait")
    file = save(page, tmp_path, ".actions button:nth-child(2)")
    assert file is not None
    height, width = pixels_of(file).shape[:2]
    assert width / height == pytest.approx(210 / 297, rel=1e-3)


def colour_on_sheet(page: Page, east: float, north: float) -> list[int]:
    """Return the colour of the map of a sheet so many metres east and north of the county's corner."""
    lon, lat = DEGREES.transform(WEST + east, SOUTH + north)
    plan = "{ paper: 'A4', across: true, whole: true, pixels: 2 }"
    return list(
        page.run(
            f"(() => {{ const sheet = new onemap.Sheet(onemap.app, {plan}, onemap.app.words), from = sheet.canvas;"
            "const copy = document.createElement('canvas'), context = copy.getContext('2d');"
            "copy.width = from.width; copy.height = from.height; context.drawImage(from, 0, 0);"
            f"const at = onemap.gridOf({{ lat: {lat}, lng: {lon} }});"
            "const [x, y] = [sheet.view.x(at.x), sheet.view.y(at.y)].map((one) => Math.round(one * 2));"
            "return [...context.getImageData(x, y, 1, 1).data]; })()"
        )
    )


ABOVE = "pane: 'markerPane', fillOpacity: 1, weight: 4, color: '#102030', fillColor: '#0000fe'"


@pytest.mark.external
@pytest.mark.parametrize(
    ("drawn", "colour"),
    [
        ("L.circle(at, { radius: 900, %s })", [0, 0, 254]),
        ("L.circleMarker(at, { radius: 20, %s })", [0, 0, 254]),
        ("L.polygon([[s, w], [s, e], [n, at.lng]], { %s })", [0, 0, 254]),
        ("L.polyline([[at.lat, w], [at.lat, e]], { %s })", [16, 32, 48]),
        ("L.marker(at, { icon: L.divIcon({ className: 'own', iconSize: [40, 40], html: '' }) })", [0, 0, 254]),
    ],
)  # fmt: skip
def test_what_a_user_has_put_on_the_map_is_on_the_sheet(opened: Opened, drawn: str, colour: list[int]) -> None:
    page = opened()
    lon, lat = DEGREES.transform(WEST + 5500, SOUTH + 2500)
    made = drawn % ABOVE if "%s" in drawn else drawn
    page.run(
        f"(() => {{ const at = L.latLng({lat}, {lon});"
        "const [s, w, n, e] = [at.lat - 0.01, at.lng - 0.01, at.lat + 0.01, at.lng + 0.01];"
        "document.head.append(onemap.element('style', {}, '.own { background: #0000fe; }'));"
        f"{made}.addTo(onemap.app.map); }})()"
    )
    assert colour_on_sheet(page, 5500, 2500)[:3] == colour


@pytest.mark.external
def test_what_is_pointed_out_is_explained_in_the_legend(opened: Opened) -> None:
    page = opened()
    open_row(page, "Enterprises near receptors")
    press(page, "button.print")
    assert {"what is chosen", "within its reach", "line to what was found"} <= {*texts_of(page)}


class Tile(BaseHTTPRequestHandler):
    """Gives everybody the same small picture, and nobody leave to read it."""

    def do_GET(self) -> None:
        """Answer with one grey pixel."""
        self.send_response(200)
        self.send_header("Content-Type", "image/gif")
        self.end_headers()
        self.wfile.write(
            b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x80\x80\x80\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
        )

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def elsewhere() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Tile) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.external
def test_a_base_map_that_may_not_be_read_is_told_and_still_printed(
    browser: Page, tmp_path: Path, elsewhere: str
) -> None:
    base_map = BaseMapSpec(tiles=f"{elsewhere}/{{z}}/{{x}}/{{y}}.gif")
    with speaking("en"):
        (file,) = write(with_base_maps(small_atlas(tmp_path), base_map), tmp_path)
    page = browser.size(1366, 768).open(file)
    page.run("onemap.started")
    page.run("onemap.app.grounds[0].addTo(onemap.app.map) && null")
    page.settle(1)
    assert save(page, tmp_path) is None
    assert "a base map on it comes from a server" in page.run("document.querySelector('[role=alert]').innerText")
    assert pages_of(page.pdf("map-base.pdf").read_bytes()) == [(297, 210)]


@pytest.mark.external
@pytest.mark.parametrize(
    "leave_out", [("township",), ("cultivated_land", "river"), ("cadmium_enterprise", "priority_plot")]
)
def test_a_map_without_some_layers_has_a_sheet_too(opened: Opened, leave_out: tuple[str, ...]) -> None:
    page = opened(leave_out=leave_out)
    press(page, "button.print")
    assert TITLE in texts_of(page)
    assert page.errors == []


@pytest.mark.external
def test_a_map_with_nothing_on_it_has_a_sheet_too(opened: Opened) -> None:
    page = opened(located=False)
    press(page, "button.print")
    assert TITLE in texts_of(page)
    assert page.errors == []


def test_the_names_on_the_sheet_come_from_the_project(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("地块编码\n", "utf-8")
    (tmp_path / "project.toml").write_text(
        'title = "t"\ncounty = "410883"\nperiod = "2026-11"\n[sources.priority_plot]\npath = "p.csv"\n'
        '[sheet]\nmade_by = "示例市生态环境局"\n',
        "utf-8",
    )
    sheet = load_project(tmp_path).spec.sheet
    assert (sheet.made_by, sheet.checked_by) == ("示例市生态环境局", "")


@pytest.mark.external
def test_who_made_the_sample_stands_on_its_sheet(browser: Page, sample_atlas: Atlas, tmp_path: Path) -> None:
    (file,) = write(sample_atlas, tmp_path)
    page = browser.size(1366, 768).open(file)
    press(page, "button.print")
    assert "制图单位：孟州市生态环境局（示例）" in texts_of(page)


def test_a_coordinate_system_has_its_chinese_name_on_the_sheet(tmp_path: Path) -> None:
    with speaking("zh"):
        assert map_content(small_atlas(tmp_path), {})["sheet"]["crs"] == "CGCS2000 3度带，中央经线 114°E"
