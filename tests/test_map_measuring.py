"""Measuring on the one map: distances and areas on the ellipsoid."""

from __future__ import annotations

import re

import numpy as np
import pyproj
import pytest

from tests.browser import Page
from tests.hands import double_click, hover, key, paste_into, press
from tests.mappage import Opened, click_at, text_of

GEOD = pyproj.Geod(a=6378137, rf=298.257222101)
RESULT = ".measure-panel .result"
CORNERS = ((700, 300), (900, 320), (860, 520))
"""Of the window, on the map and clear of panels and of one another's lengths."""


def clicked(page: Page, *corners: tuple[float, float]) -> tuple[list[float], list[float]]:
    """Click on the map at places of the window; return their longitudes and latitudes."""
    for x, y in corners:
        page.click(x, y)
        page.settle(0.1)
    where = page.run(
        "(() => { const box = onemap.app.map.getContainer().getBoundingClientRect();"
        f"return {[list(corner) for corner in corners]}.map(([x, y]) => {{"
        "const at = onemap.app.map.containerPointToLatLng([x - box.left, y - box.top]); return [at.lng, at.lat]; });"
        "})()"
    )
    return [at[0] for at in where], [at[1] for at in where]


def centre(page: Page) -> list[float]:
    where: list[float] = page.run("(() => { const at = onemap.app.map.getCenter(); return [at.lng, at.lat]; })()")
    return where


def metres(text: str) -> float:
    """Return the first length of a text."""
    found = re.search(r"([\d,.]+) (k?m)\b", text)
    assert found is not None, text
    return float(found[1].replace(",", "")) * {"m": 1, "km": 1000}[found[2]]


@pytest.mark.external
def test_lengths_are_geodesic(opened: Opened) -> None:
    pairs = np.random.default_rng(3).uniform(-0.5, 0.5, (500, 4)) + np.array([112.8, 34.9, 112.8, 34.9])
    told = opened().run(
        f"{pairs.tolist()}.map(([a, b, c, d]) => onemap.metresBetween({{ lng: a, lat: b }}, {{ lng: c, lat: d }}))"
    )
    assert told == pytest.approx(GEOD.inv(*pairs.T)[2], rel=1e-9)


@pytest.mark.external
@pytest.mark.parametrize("turn", [1, -1])
def test_areas_and_perimeters_are_geodesic_whichever_way_a_ring_turns(opened: Opened, turn: int) -> None:
    angles = np.sort(np.random.default_rng(4).uniform(0, 2 * np.pi, 12))[::turn]
    lng, lat = 112.8 + 0.2 * np.cos(angles), 34.9 + 0.15 * np.sin(angles)
    ring = [{"lng": x, "lat": y} for x, y in zip(lng.tolist(), lat.tolist(), strict=True)]
    told = opened().run(f"onemap.insideOf({ring})")
    area, perimeter = GEOD.polygon_area_perimeter(lng, lat)
    assert told["area"] == pytest.approx(abs(area), rel=1e-9)
    assert told["perimeter"] == pytest.approx(perimeter, rel=1e-9)


@pytest.mark.external
def test_a_double_click_ends_a_distance_with_its_total_and_its_parts(opened: Opened) -> None:
    page = opened()
    press(page, "button.measure")
    places = clicked(page, *CORNERS)
    double_click(page, *CORNERS[-1])
    hover(page, 700, 600)
    page.screenshot("map-measuring.png")
    parts = GEOD.line_lengths(*places)
    assert metres(text_of(page, RESULT)) == pytest.approx(sum(parts), abs=0.51)
    tags = page.run("[...document.querySelectorAll('.measure-tag')].map((one) => one.innerText)")
    assert [metres(tag) for tag in tags] == pytest.approx(parts, abs=0.51)


@pytest.mark.external
def test_enter_ends_an_area_in_mu_square_metres_and_hectares_with_its_perimeter(opened: Opened) -> None:
    page = opened()
    press(page, "button.measure")
    press(page, ".measure-panel header button:nth-child(2)")
    places = clicked(page, *CORNERS)
    key(page, "Enter")
    page.screenshot("map-measuring-area.png")
    area, perimeter = GEOD.polygon_area_perimeter(*places)
    told = text_of(page, RESULT).replace(",", "")
    mu, m2, ha = (re.search(rf"([\d.]+) {unit}", told) for unit in ("mu", "m²", "ha"))
    assert mu and m2 and ha
    assert float(mu[1]) == pytest.approx(abs(area) * 3 / 2000, abs=0.006)
    assert float(m2[1]) == pytest.approx(abs(area), abs=0.51)
    assert float(ha[1]) == pytest.approx(abs(area) / 10_000, abs=0.00006)
    assert metres(told[told.index("perimeter") :]) == pytest.approx(perimeter, abs=0.51)


@pytest.mark.external
def test_edges_that_cross_have_no_area(opened: Opened) -> None:
    page = opened()
    press(page, "button.measure")
    press(page, ".measure-panel header button:nth-child(2)")
    clicked(page, (700, 300), (900, 500), (900, 300), (700, 500))
    assert text_of(page, RESULT) == "Edges cross: no area"


@pytest.mark.external
def test_a_notched_outline_whose_edges_lie_in_one_line_has_an_area(opened: Opened) -> None:
    page = opened()
    press(page, "button.measure")
    press(page, ".measure-panel header button:nth-child(2)")
    clicked(page, (700, 300), (760, 300), (760, 380), (820, 380), (820, 300), (900, 300), (900, 500), (700, 500))
    assert "mu" in text_of(page, RESULT)


@pytest.mark.external
def test_the_last_edge_follows_the_pointer(opened: Opened) -> None:
    page = opened()
    press(page, "button.measure")
    clicked(page, CORNERS[0])
    hover(page, 900, 320)
    first = metres(text_of(page, RESULT))
    hover(page, 1100, 340)
    assert metres(text_of(page, RESULT)) == pytest.approx(2 * first, rel=0.01)


@pytest.mark.external
def test_clicks_open_no_panel_while_measuring_and_do_again_after_it(opened: Opened) -> None:
    page = opened()
    press(page, "button.measure")
    click_at(page, 5500, 2500)
    assert page.run("document.querySelector('.feature-panel').hidden")
    press(page, "button.measure")
    click_at(page, 5500, 2500)
    assert not page.run("document.querySelector('.feature-panel').hidden")


@pytest.mark.external
def test_backspace_takes_the_last_point_back(opened: Opened) -> None:
    page = opened()
    press(page, "button.measure")
    places = clicked(page, *CORNERS)
    key(page, "Backspace")
    key(page, "Enter")
    assert metres(text_of(page, RESULT)) == pytest.approx(GEOD.line_lengths(*places)[0], abs=0.51)


@pytest.mark.external
def test_escape_ends_what_is_drawn_and_then_the_tool(opened: Opened) -> None:
    page = opened()
    press(page, "button.measure")
    clicked(page, *CORNERS)
    key(page, "Escape")
    told = text_of(page, RESULT)
    hover(page, 700, 600)
    assert text_of(page, RESULT) == told
    key(page, "Escape")
    assert page.run("document.querySelector('.measure-panel').hidden")
    assert page.run("document.querySelectorAll('.leaflet-onemap-measure-pane path').length") == 0


@pytest.mark.external
def test_a_click_after_the_end_measures_anew(opened: Opened) -> None:
    page = opened()
    press(page, "button.measure")
    clicked(page, *CORNERS)
    key(page, "Enter")
    places = clicked(page, (720, 520), (820, 520))
    assert metres(text_of(page, RESULT)) == pytest.approx(GEOD.line_length(*places), abs=0.51)


@pytest.mark.external
def test_a_result_is_copied(opened: Opened) -> None:
    page = opened()
    press(page, "button.measure")
    clicked(page, *CORNERS)
    key(page, "Enter")
    press(page, ".measure-panel .copy")
    told = text_of(page, f"{RESULT} b")
    assert paste_into(page, ".search input").startswith(told)


@pytest.mark.external
def test_clear_begins_anew(opened: Opened) -> None:
    page = opened()
    press(page, "button.measure")
    clicked(page, *CORNERS)
    press(page, ".measure-panel footer button:nth-child(2)")
    assert text_of(page, RESULT) == "Click on the map"


@pytest.mark.external
def test_a_distance_is_measured_by_keys_alone(opened: Opened) -> None:
    page = opened()
    page.run("document.querySelector('button.measure').focus()")
    key(page, "Enter")
    key(page, " ")
    start = centre(page)
    key(page, " ")
    key(page, "ArrowRight")
    page.settle(0.4)
    key(page, " ")
    key(page, "Enter")
    page.screenshot("map-measuring-keys.png")
    assert start != centre(page)
    assert metres(text_of(page, RESULT)) == pytest.approx(GEOD.inv(*start, *centre(page))[2], abs=0.51)


@pytest.mark.external
def test_measuring_complains_of_nothing_and_asks_for_nothing(opened: Opened) -> None:
    page = opened()
    press(page, "button.measure")
    clicked(page, *CORNERS)
    page.run("onemap.app.map.setZoom(12, { animate: false }) && null")
    key(page, "Escape")
    key(page, "Escape")
    assert (page.errors, page.foreign_requests) == ([], [])
