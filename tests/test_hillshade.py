"""The hillshade of the one map: light where the ground faces the sun, and a picture that needs nothing outside."""

from __future__ import annotations

import re
import struct
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyproj
import pytest
from branca.utilities import write_png

from onemap.export.png import packed
from onemap.export.webmap import draw, write
from onemap.export.webmap.hillshade import EXAGGERATION, LARGEST, LIGHT, SHADOW, Hillshade, brightness, picture, slopes
from onemap.model import Atlas, Raster
from onemap.spec.catalogue import load_catalogue
from onemap.text import speaking
from tests.atlases import CRS, SOUTH, WEST, small_atlas
from tests.browser import Page, chromium
from tests.externals import need

ELEVATION = load_catalogue().layers["elevation"]
TO_MERCATOR = pyproj.Transformer.from_crs(CRS, "EPSG:3857", always_xy=True)
CORNER = TO_MERCATOR.transform(WEST, SOUTH + 6000)
STEP = 37.0


def dem(values: np.ndarray, step: float = STEP) -> Raster:
    """Return heights as a raster whose upper left corner is that of the county of `small_atlas`."""
    return Raster(ELEVATION, values.astype("float32"), (step, 0.0, CORNER[0], 0.0, -step, CORNER[1]), "EPSG:3857")


def ramp(east: float, north: float, rows: int = 40, columns: int = 60) -> np.ndarray:
    """Return heights that rise by so many metres a cell to the east and to the north."""
    return np.arange(columns)[None, :] * float(east) - np.arange(rows)[:, None] * float(north)


def ink(drawn: np.ndarray) -> tuple[int, int]:
    """Return the colour and the opacity of the middle of a picture."""
    middle = drawn[drawn.shape[0] // 2, drawn.shape[1] // 2]
    return int(middle[0]), int(middle[3])


@pytest.fixture
def atlas(tmp_path: Path) -> Atlas:
    hills = 30 * np.sin(np.arange(400) / 25)[None, :] + 20 * np.cos(np.arange(220) / 18)[:, None]
    return replace(small_atlas(tmp_path), rasters={"elevation": dem(hills)})


def page_of(atlas: Atlas) -> str:
    return str(draw(atlas).get_root().render())


def picture_of(page: str) -> bytes:
    found = re.search(r"data:image/png;base64,([A-Za-z0-9+/=]+)", page.split("new onemap.Hillshade", 1)[1])
    assert found
    return b64decode(found.group(1))


# Light and shadow


@pytest.mark.parametrize(("east", "north"), [(0, 0), (0.3, 0), (0, -0.7), (0.25, 0.5)])
def test_a_plane_slopes_as_it_was_made_up_to_its_edges(east: float, north: float) -> None:
    rises = slopes(ramp(east * 20, north * 20), 20.0)
    assert np.allclose(rises[0][1:-1, 1:-1], east)
    assert np.allclose(rises[1][1:-1, 1:-1], north)


def test_the_side_of_unknown_ground_is_level() -> None:
    heights = np.full((9, 9), 50.0)
    heights[:, :4] = np.nan
    east, north = slopes(heights, 10.0)
    assert np.array_equal(np.nan_to_num(east), np.zeros((9, 9)))
    assert np.array_equal(np.nan_to_num(north), np.zeros((9, 9)))


@pytest.mark.parametrize(
    ("east", "north", "bright"),
    [
        (0.0, 0.0, 1.0),
        # The ground faces the sun, 45 degrees steep to the south-east: fullest light, 1 / sin 45°.
        (np.sqrt(0.5), -np.sqrt(0.5), np.sqrt(2)),
        # It falls to the south-east by 45 degrees: the sun just grazes it.
        (-np.sqrt(0.5), np.sqrt(0.5), 0.0),
        (-3.0, 3.0, 0.0),
        # Across the light only the tilt counts.
        (1.0, 1.0, 1 / np.sqrt(3)),
    ],
)
def test_the_sun_stands_in_the_north_west_at_45_degrees(east: float, north: float, bright: float) -> None:
    assert brightness(np.array([east]), np.array([north])) == pytest.approx(bright, abs=1e-12)


def test_level_ground_is_clear() -> None:
    assert not picture(dem(np.full((20, 20), 130.0))).any()


def test_what_faces_the_sun_is_white_and_what_turns_away_black() -> None:
    lit, dark = ink(picture(dem(ramp(8, -8)))), ink(picture(dem(ramp(-8, 8))))
    assert (lit[0], dark[0]) == (255, 0)
    assert 0 < lit[1] < LIGHT
    assert 0 < dark[1] < SHADOW


def test_a_slope_is_taken_on_the_ground_and_not_in_web_mercator() -> None:
    # Steep enough not to be exaggerated: black by 1 - brightness of the true slope.
    ground_m = STEP * np.cos(np.radians(34.88))
    expected = 1 - float(brightness(np.array([-0.5]), np.array([0.0]))[0])
    assert ink(picture(dem(ramp(-0.5 * ground_m, 0))))[1] == pytest.approx(expected * SHADOW, abs=4)


def test_gentle_relief_is_exaggerated_but_a_plain_stays_a_plain() -> None:
    ground_m = STEP * np.cos(np.radians(34.88))
    expected = 1 - float(brightness(np.array([-0.01 * EXAGGERATION]), np.array([0.0]))[0])
    assert ink(picture(dem(ramp(-0.01 * ground_m, 0))))[1] == pytest.approx(expected * SHADOW, abs=4)


def test_unknown_ground_is_clear() -> None:
    values = ramp(-9, 9).astype(float)
    values[:, 30:] = np.nan
    drawn = picture(dem(values))
    assert not drawn[:, 30:].any()
    assert drawn[:, :30, 3].any()


# The page


def test_a_map_without_a_dem_has_no_hillshade(tmp_path: Path) -> None:
    assert "new onemap.Hillshade(" not in page_of(small_atlas(tmp_path))


def test_a_raster_that_is_no_dem_is_not_shaded(atlas: Atlas) -> None:
    metal = replace(atlas.rasters["elevation"], spec=ELEVATION.model_copy(update={"shading": False}))
    assert "new onemap.Hillshade(" not in page_of(replace(atlas, rasters={"elevation": metal}))


def test_two_draws_with_a_hillshade_are_byte_identical(atlas: Atlas) -> None:
    assert page_of(atlas) == page_of(atlas)


def test_rendering_a_hillshade_twice_changes_nothing(atlas: Atlas) -> None:
    root = draw(atlas).get_root()
    assert root.render() == root.render()


def test_the_picture_has_a_pixel_for_each_cell(atlas: Atlas) -> None:
    assert struct.unpack("!II", picture_of(page_of(atlas))[16:24]) == (400, 220)


def test_rough_ground_is_drawn_coarser_until_the_picture_is_small() -> None:
    rough = Hillshade(dem(np.random.default_rng(5).normal(size=(1201, 1501)) * 40))
    assert len(b64decode(rough.url.split(",")[1])) <= LARGEST
    assert rough.bounds[1][1] == pytest.approx(Hillshade(dem(np.zeros((600, 750)), STEP * 2)).bounds[1][1])


def test_a_hostile_title_stays_text(atlas: Atlas) -> None:
    spec = ELEVATION.model_copy(update={"group": "</script><script>alert(1)</script>", "group_en": ""})
    page = page_of(replace(atlas, rasters={"elevation": replace(atlas.rasters["elevation"], spec=spec)}))
    assert "<script>alert(1)" not in page


# What it does in a browser


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with chromium(need("chromium"), tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.fixture
def opened(browser: Page, atlas: Atlas, tmp_path: Path) -> Page:
    with speaking("en"):
        (file,) = write(atlas, tmp_path)
    return browser.size(1366, 768).open(file)


SWITCH = "[...document.querySelectorAll('.tree label')].find((one) => one.innerText.includes('Hillshade'))"


PAINTED = """(() => {
    const drawn = [], context = { drawImage: (picture, ...at) => drawn.push(at) };
    onemap.app.map.surface.painters.filter((one) => one instanceof onemap.Hillshade)
        .forEach((one) => one.paint(context, onemap.app.map.surface.view));
    return drawn;
})()"""
"""Where the surface paints hillshades: left, top, width and height in its pixels."""


@pytest.mark.external
def test_the_page_with_a_hillshade_asks_for_nothing_and_complains_of_nothing(opened: Page) -> None:
    assert (opened.foreign_requests, opened.errors) == ([], [])


@pytest.mark.external
def test_the_hillshade_is_switched_off_and_on(opened: Page) -> None:
    seen = [opened.run(PAINTED)]
    for _ in range(2):
        opened.run(f"{SWITCH}.querySelector('input').click()")
        opened.settle(0.5)
        seen.append(opened.run(PAINTED))
    assert [len(one) for one in seen] == [1, 0, 1]


@pytest.mark.external
def test_the_hillshade_lies_where_the_dem_does(opened: Page) -> None:
    lon, lat = pyproj.Transformer.from_crs(CRS, "EPSG:4326", always_xy=True).transform(WEST, SOUTH + 6000)
    corner = opened.run(
        f"(() => {{ const at = onemap.app.map.project([{lat}, {lon}]), view = onemap.app.map.surface.view;"
        "return [at.x - view.origin.x, at.y - view.origin.y]; })()"
    )
    [(left, top, _, _)] = opened.run(PAINTED)
    assert np.abs(np.subtract((left, top), corner)).max() <= 1.5


@pytest.mark.external
def test_the_hillshade_is_printed(opened: Page) -> None:
    painted = opened.run(
        "(() => { const drawn = [], own = OffscreenCanvasRenderingContext2D.prototype, draw = own.drawImage;"
        "own.drawImage = function (picture, ...at) { drawn.push(picture.className); draw.call(this, picture, ...at); };"
        "window.dispatchEvent(new Event('beforeprint')); own.drawImage = draw;"
        "return drawn.filter((name) => String(name).includes('hillshade')).length; })()"
    )
    assert painted == 1


@pytest.mark.external
def test_the_legend_has_no_hillshade(opened: Page) -> None:
    assert "Hillshade" not in opened.run("document.querySelector('.legend').innerText")


def test_a_picture_is_given_up_when_it_takes_more_bytes_than_it_may() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (50, 40, 4)).astype(np.uint8)
    whole = packed(noise, 100_000)
    assert whole is not None
    assert packed(noise, len(whole)) == whole
    assert packed(noise, len(whole) - 1) is None


@pytest.mark.parametrize("rows", [1, 15, 16, 17, 40])
def test_a_picture_of_any_height_is_packed_as_branca_does(rows: int) -> None:
    noise = np.random.default_rng(rows).integers(0, 9, (rows, 7, 4)).astype(np.uint8)
    assert packed(noise, 100_000) == write_png(noise)
