"""Parcels on the map: each pixel has the class of the parcel in which its centre lies, also where parcels are tiny."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyproj
import pytest
import shapely

from onemap.export.webmap import write
from onemap.model import Atlas
from tests.browser import Page

LAND = "cultivated_land"
MERCATOR_HALF = 20_037_508.342789244
PIXELS = f"""(() => {{
    const layer = onemap.app.layer("{LAND}"), view = onemap.app.map.surface.view, canvas = layer.kept.canvas;
    const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    const inks = layer.looks.map((look) => onemap.inkOf(look.fill, look.hatch, layer.content.style.stroke));
    const number = new Map();
    inks.forEach((ink, n) => [ink.plain, ink.dark].forEach((colour) => number.set(colour, n)));
    const classes = Array.from(new Uint32Array(data.buffer), (colour) => (colour ? number.get(colour) : -1));
    return {{ zoom: view.zoom, x: view.origin.x, y: view.origin.y, width: canvas.width, height: canvas.height,
        classes: classes.map((one) => (one === undefined ? "?" : one < 0 ? "." : one)).join("") }};
}})()"""
"""The number of the class of every pixel; "." where there is none, "?" where the colour is of no class."""


@pytest.fixture(scope="module")
def page(browser: Page, sample_atlas: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Page:
    (file,) = write(sample_atlas, tmp_path_factory.mktemp("map"))
    return browser.size(1000, 700).open(file)


def at_zoom(page: Page, zoom: float) -> Any:
    page.run(f"onemap.started.then(() => void onemap.app.map.setZoom({zoom}, {{ animate: false }}))")
    page.settle(1)
    return page.run(PIXELS)


def seen(told: Any) -> np.ndarray[Any, Any]:
    return np.array(list(told["classes"])).reshape(told["height"], told["width"])


def parcels(atlas: Atlas) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return the parcels in web mercator, and the numbers of their classes."""
    layer = atlas.layers[LAND]
    shapes = np.array(layer.frame.geometry.to_crs("EPSG:3857").array, dtype=object)
    names = list(layer.spec.fields[layer.spec.class_field or ""].classes)
    return shapes, np.array([str(names.index(one)) if one in names else "3" for one in layer.classes])


def centres(told: Any) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return where the centres of the pixels lie in web mercator, metres."""
    metres = 2 * MERCATOR_HALF / (256 * 2 ** told["zoom"])
    column, row = np.meshgrid(np.arange(told["width"]), np.arange(told["height"]))
    return (told["x"] + column + 0.5) * metres - MERCATOR_HALF, MERCATOR_HALF - (told["y"] + row + 0.5) * metres


@pytest.mark.external
@pytest.mark.parametrize("zoom", [10, 11])
def test_a_pixel_has_the_class_of_the_parcel_that_holds_its_centre(
    page: Page, sample_atlas: Atlas, zoom: float
) -> None:
    told = at_zoom(page, zoom)
    shapes, classes = parcels(sample_atlas)
    x, y = centres(told)
    pixels = shapely.points(x.ravel(), y.ravel())
    tree = shapely.STRtree(shapes)
    pixel, parcel = tree.query(pixels, predicate="intersects")
    # Shapes lie on a grid of decimetres: a centre that near to an edge may fall either way.
    far = shapely.distance(pixels[pixel], shapely.boundary(shapes[parcel])) > 0.2
    chosen = far & (np.bincount(pixel, minlength=len(pixels))[pixel] == 1)
    painted = seen(told).ravel()[pixel[chosen]]
    wrong = painted != classes[parcel[chosen]]
    assert chosen.sum() > 1000
    # The gravest class may take pixels of its neighbours so as not to vanish.
    assert not (wrong & (painted != "2")).any()
    assert wrong.mean() < 0.01


@pytest.mark.external
def test_neighbours_leave_no_gap(page: Page, sample_atlas: Atlas) -> None:
    told = at_zoom(page, 12)
    ground = shapely.buffer(shapely.union_all(parcels(sample_atlas)[0]), -1.0)
    shapely.prepare(ground)
    x, y = centres(told)
    inside = shapely.contains_xy(ground, x, y)
    assert inside.sum() > 10_000
    assert not (seen(told)[inside] == ".").any()


@pytest.mark.external
def test_a_strict_parcel_never_vanishes(page: Page, sample_atlas: Atlas) -> None:
    told = at_zoom(page, 6)
    shapes, classes = parcels(sample_atlas)
    strict = shapely.centroid(shapely.envelope(shapes[classes == "2"]))
    metres = 2 * MERCATOR_HALF / (256 * 2 ** told["zoom"])
    column = np.floor((shapely.get_x(strict) + MERCATOR_HALF) / metres - told["x"]).astype(int)
    row = np.floor((MERCATOR_HALF - shapely.get_y(strict)) / metres - told["y"]).astype(int)
    assert (seen(told)[row, column] == "2").all()


@pytest.mark.external
def test_the_map_stands_where_its_coordinates_are(page: Page, sample_atlas: Atlas) -> None:
    shape = sample_atlas.layers[LAND].frame.geometry.iloc[0].representative_point()
    lon, lat = pyproj.Transformer.from_crs(sample_atlas.crs, "EPSG:4490", always_xy=True).transform(shape.x, shape.y)
    key = sample_atlas.layers[LAND].keys.iloc[0]
    found = page.run(f"onemap.app.at(L.latLng({lat}, {lon})).map(([layer, n]) => layer.keys(n))")
    assert key in found
