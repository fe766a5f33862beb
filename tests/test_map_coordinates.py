"""Coordinates on the one map: what lies under the pointer, and going to coordinates that somebody has."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
from numpy.typing import NDArray

from onemap.export.webmap.projection import projection
from onemap.model import Atlas
from onemap.text import speaking
from tests.atlases import CRS, SOUTH, WEST, small_atlas
from tests.browser import Page
from tests.hands import hover, key, paste_into, press, right_click, type_into
from tests.mappage import Opened, click_at, text_of

FIELD = ".position input"
CARD = ".position-card"
PLACE = (112.787500, 34.885000)
"""112°47′15″E 34°53′06″N, in the small county."""

LOCAL = "+proj=tmerc +lat_0=34 +lon_0=112.75 +k=1 +x_0=50000 +y_0=-20000 +ellps=GRS80 +units=m"
PLANES = ("EPSG:4547", "EPSG:4526", "EPSG:4509", "EPSG:32649", LOCAL)


@pytest.fixture
def atlas(tmp_path: Path) -> Atlas:
    (tmp_path / "atlas").mkdir()
    return small_atlas(tmp_path / "atlas")


def plane_of(atlas: Atlas, crs: str) -> dict[str, Any]:
    with speaking("en"):
        return projection(replace(atlas, crs=crs))


def around(count: int = 2000) -> NDArray[np.float64]:
    """Return longitudes and latitudes within five degrees of the county."""
    return np.random.default_rng(7).uniform(-5, 5, (count, 2)) + np.array(PLACE)


def metres_of(lonlat: NDArray[np.float64], crs: str) -> NDArray[np.float64]:
    to_plane = pyproj.Transformer.from_crs("EPSG:4490", crs, always_xy=True)
    return np.column_stack(to_plane.transform(lonlat[:, 0], lonlat[:, 1]))


def enter(page: Page, text: str) -> None:
    type_into(page, FIELD, text)
    key(page, "Enter")


def centre(page: Page) -> list[float]:
    where: list[float] = page.run("(() => { const at = onemap.app.map.getCenter(); return [at.lng, at.lat]; })()")
    return where


# The plane


@pytest.mark.external
def test_metres_are_those_of_pyproj_to_a_tenth_of_a_millimetre(opened: Opened, atlas: Atlas) -> None:
    page, lonlat = opened(), around()
    for crs in PLANES:
        plane = json.dumps(plane_of(atlas, crs))
        told = page.run(
            f"(() => {{ const plane = new onemap.Projection({plane}); return {lonlat.tolist()}.map(([lng, lat]) => {{"
            "const metres = plane.forward({ lng: lng, lat: lat }); return [metres.east, metres.north]; }); })()"
        )
        assert np.abs(np.array(told) - metres_of(lonlat, crs)).max() < 1e-4, crs


@pytest.mark.external
def test_degrees_are_those_of_pyproj_to_a_tenth_of_a_millimetre(opened: Opened, atlas: Atlas) -> None:
    page, lonlat = opened(), around()
    for crs in PLANES:
        plane = json.dumps(plane_of(atlas, crs))
        told = page.run(
            f"(() => {{ const plane = new onemap.Projection({plane}); return {metres_of(lonlat, crs).tolist()}"
            ".map(([east, north]) => { const at = plane.inverse(north, east); return [at.lng, at.lat]; }); })()"
        )
        assert np.abs(np.array(told) - lonlat).max() < 1e-9, crs


@pytest.mark.parametrize(
    ("crs", "name"),
    [
        ("EPSG:4547", "CGCS2000 3-degree zone, central meridian 114°E"),
        ("EPSG:4526", "CGCS2000 3-degree zone, zone 38, central meridian 114°E"),
        ("EPSG:4497", "CGCS2000 6-degree zone, zone 19, central meridian 111°E"),
        ("EPSG:32649", "WGS 84 / UTM zone 49N, central meridian 111°E"),
    ],
)
def test_a_plane_is_called_by_zone_and_meridian(atlas: Atlas, crs: str, name: str) -> None:
    assert plane_of(atlas, crs)["name"] == name


def test_a_plane_that_is_no_transverse_mercator_gives_way_to_the_zone_of_the_county(atlas: Atlas) -> None:
    town = atlas.layers["township"]
    layers = {**atlas.layers, "township": replace(town, frame=town.frame.to_crs("EPSG:3857"))}
    with speaking("en"):
        plane = projection(replace(atlas, layers=layers, crs="EPSG:3857"))
    assert (plane["longitude"], plane["name"]) == (114, "CGCS2000 3-degree zone, central meridian 114°E")


def test_where_no_township_is_known_the_built_in_box_tells_the_zone(tmp_path: Path) -> None:
    atlas = replace(small_atlas(tmp_path, leave_out=["township"]), crs="EPSG:3857")
    # 孟州 lies at 112.39 to 112.99 E: its middle is nearer to 114 than to 111.
    assert projection(atlas)["longitude"] == 114


# Under the pointer


@pytest.mark.external
def test_the_read_out_tells_degrees_and_metres_under_the_pointer(opened: Opened) -> None:
    page = opened()
    hover(page, 800, 400)
    told = text_of(page, ".readout")
    x, y = page.run("(() => { const box = onemap.app.map.getContainer().getBoundingClientRect();"
                    "return [800 - box.left, 400 - box.top]; })()")  # fmt: skip
    lng, lat = page.run(
        f"(() => {{ const at = onemap.app.map.containerPointToLatLng([{x}, {y}]); return [at.lng, at.lat]; }})()"
    )
    east, north = metres_of(np.array([[lng, lat]]), CRS)[0]
    assert f"X (north) {north:.1f}  Y (east) {east:.1f}  central meridian 114°E" in told
    found = re.match(r"(\d+)°(\d\d)′(\d\d\.\d)″E (\d+)°(\d\d)′(\d\d\.\d)″N", told)
    assert found is not None
    degrees = [float(part) for part in found.groups()]
    assert degrees[0] + degrees[1] / 60 + degrees[2] / 3600 == pytest.approx(lng, abs=0.06 / 3600)
    assert degrees[3] + degrees[4] / 60 + degrees[5] / 3600 == pytest.approx(lat, abs=0.06 / 3600)


@pytest.mark.external
def test_a_click_on_the_degrees_changes_them_to_decimals(opened: Opened) -> None:
    page = opened()
    hover(page, 800, 400)
    press(page, ".readout .degrees")
    assert re.fullmatch(r"112\.\d{6}°E 34\.\d{6}°N", text_of(page, ".readout .degrees"))


@pytest.mark.external
def test_what_lies_under_a_panel_is_not_named(opened: Opened) -> None:
    page = opened()
    page.run("onemap.app.map.panBy([80, 0], { animate: false }) && null")
    over_a_parcel = (630, 470)
    hover(page, *over_a_parcel)
    assert page.run("document.querySelector('.tip').hidden")
    press(page, ".legend .fold")
    hover(page, *over_a_parcel)
    assert "Priority protection" in text_of(page, ".tip")


# Going there

SPELLINGS = (
    "112.7875, 34.885", "34.885 112.7875", "112.7875，34.885", "１１２．７８７５；３４．８８５", "N34.885 E112.7875",
    "112.7875E 34.885N", "东经112.7875° 北纬34.885°", "北纬34度53分06秒，东经112度47分15秒", "112°47′15″E 34°53′06″N",
    "34°53'06\"N, 112°47'15\"E", "112 47 15 34 53 6", "34 53 06 N 112 47 15 E", "E112°47.25′ N34°53.1′",
    "112-47-15, 34-53-06", "112:47:15 34:53:06", "经度：112.7875 纬度：34.885", "(112.7875, 34.885)",
    "lat 34.885 lon 112.7875",
)  # fmt: skip


@pytest.mark.external
def test_degrees_are_read_in_every_usual_spelling(opened: Opened) -> None:
    assert read(opened(), SPELLINGS) == {text: pytest.approx(PLACE, abs=1e-9) for text in SPELLINGS}


@pytest.mark.external
def test_metres_are_read_with_and_without_zone_in_either_order(opened: Opened) -> None:
    [[east, north]] = metres_of(np.array([PLACE]), "EPSG:4547")
    [[wide_east, wide_north]] = metres_of(np.array([PLACE]), "EPSG:4497")
    texts = (
        f"{north:.4f}, {east:.4f}", f"{east:.4f} {north:.4f}", f"{north:.4f}，38{east:.4f}",
        f"38{east:.4f} {north:.4f}",
        f"X={north:.4f} Y={east:.4f}", f"X（北）{north:.4f}  Y（东）{east:.4f}", f"x: {east:.4f}m y: {north:.4f}m",
        f"{wide_north:.4f} {wide_east:.4f}",
    )  # fmt: skip
    assert read(opened(), texts) == {text: pytest.approx(PLACE, abs=2e-9) for text in texts}


@pytest.mark.external
def test_what_is_no_position_is_not_read_as_one(opened: Opened) -> None:
    texts = (
        "孟州", "112.7875", "112°47′75″E 34°53′06″N", "112 60 00 34 53 06", "112.5 30 34.5 30", "E112.78 E34.88",
        "112.7875 河雍街道 34.885", "112.78 3861000", "112.78 34.88 7", "99123456 3861000", "112.78 134.88",
        "12 34 56 78 90",
    )  # fmt: skip
    assert read(opened(), texts) == dict.fromkeys(texts)


def read(page: Page, texts: tuple[str, ...]) -> dict[str, list[float] | None]:
    told: dict[str, list[float] | None] = page.run(
        f"(() => {{ const plane = new onemap.Projection(onemap.app.content.crs.projection);"
        f"return Object.fromEntries({json.dumps(texts)}.map((text) => {{"
        "const at = onemap.readPosition(text, plane, onemap.app.whole().getCenter());"
        "return [text, at && [at.lng, at.lat]]; })); })()"
    )
    return told


@pytest.mark.external
def test_coordinates_that_are_typed_are_gone_to_and_told_in_both_forms(opened: Opened) -> None:
    page = opened()
    enter(page, "112°47′15″E 34°53′06″N")
    page.screenshot("map-coordinates.png")
    assert centre(page) == pytest.approx(PLACE, abs=1e-4)
    [[east, north]] = metres_of(np.array([PLACE]), CRS)
    told = text_of(page, CARD)
    assert "112°47′15.0000″E 34°53′06.0000″N" in told
    assert "112.78750000°E 34.88500000°N" in told
    assert f"X (north) {north:.3f}  Y (east) {east:.3f}" in told


@pytest.mark.external
def test_coordinates_are_copied_in_a_form_that_is_read_again(opened: Opened) -> None:
    page = opened()
    enter(page, "112.7875 34.885")
    press(page, f"{CARD} .coordinates:nth-child(3) .copy")
    copied = paste_into(page, ".search input")
    assert copied in text_of(page, CARD)
    assert read(page, (copied,)) == {copied: pytest.approx(PLACE, abs=1e-8)}


@pytest.mark.external
def test_a_right_click_tells_the_coordinates_of_its_place(opened: Opened) -> None:
    page = opened()
    right_click(page, 800, 400)
    assert re.search(r"112\.\d{8}°E 34\.\d{8}°N", text_of(page, CARD))


@pytest.mark.external
def test_closing_the_card_takes_its_mark_away(opened: Opened) -> None:
    page = opened()
    enter(page, "112.7875 34.885")
    assert page.run("document.querySelectorAll('.leaflet-marker-pane path').length") == 1
    press(page, f"{CARD} .leaflet-popup-close-button")
    assert page.run("document.querySelectorAll('.leaflet-marker-pane path').length") == 0


@pytest.mark.external
def test_a_text_that_is_no_position_is_answered_with_examples(opened: Opened) -> None:
    page = opened()
    before = centre(page)
    enter(page, "<b>somewhere</b>")
    told = text_of(page, ".position .help")
    assert "“<b>somewhere</b>” is not understood" in told
    examples = page.run("[...document.querySelectorAll('.position .help li')].map((one) => one.innerText)")
    assert [text for text, at in read(page, tuple(examples)).items() if at is None] == []
    assert centre(page) == before


@pytest.mark.external
def test_a_place_outside_the_county_is_told_with_its_distance(opened: Opened) -> None:
    page = opened()
    # The county of the small atlas is a box whose southern edge is the northing SOUTH.
    enter(page, f"{SOUTH - 2000}, {WEST + 3000}")
    (metres,) = re.findall(r"(\d\.\d+) km outside the county", text_of(page, CARD))
    assert float(metres) == pytest.approx(2.0, abs=0.005)


@pytest.mark.external
def test_the_map_does_not_go_to_a_place_far_from_the_county(opened: Opened) -> None:
    page = opened()
    before = centre(page)
    enter(page, "120.5, 34.9")
    assert "km outside the county" in text_of(page, ".position .help .fault")
    assert centre(page) == before


@pytest.mark.external
def test_escape_empties_the_field(opened: Opened) -> None:
    page = opened()
    type_into(page, FIELD, "112.7")
    key(page, "Escape")
    assert page.run("document.querySelector('.position input').value") == ""
    assert page.run("document.querySelector('.position .help').hidden")


@pytest.mark.external
def test_a_map_without_any_place_still_tells_what_can_be_typed(opened: Opened) -> None:
    page = opened(located=False)
    press(page, FIELD)
    assert "Type coordinates" in text_of(page, ".position .help")
    assert page.errors == []


@pytest.mark.external
def test_the_card_does_not_hinder_a_click_on_a_parcel(opened: Opened) -> None:
    page = opened()
    enter(page, "112.7875 34.885")
    page.run("onemap.app.showWhole()")
    click_at(page, 5500, 2500)
    assert "Strict control" in text_of(page, ".feature-panel")
