"""What the one map is made of."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from pathlib import Path

import folium
import geopandas as gpd
import numpy as np
import pyproj
import pytest
from branca.element import Element, JavascriptLink
from shapely.geometry import MultiPolygon, Point, box

from onemap.export.webmap import draw, write
from onemap.export.webmap.assets import ASSETS, SCRIPTS
from onemap.export.webmap.columns import PLAIN
from onemap.export.webmap.elements import json_block
from onemap.export.webmap.layers import layer_content
from onemap.export.webmap.packing import mercator, pack
from onemap.model import Atlas, Layer
from onemap.risk.assess import Ground
from onemap.risk.balance import balances
from tests.atlases import CRS, HOSTILE, SOUTH, WEST, small_atlas
from tests.ground import geodesic_area_m2
from tests.unpacked import unpacked


@pytest.fixture
def atlas(tmp_path: Path) -> Atlas:
    return small_atlas(tmp_path)


def page_of(atlas: Atlas) -> str:
    return str(draw(atlas).get_root().render())


# What the page is made of


def test_the_map_is_a_folium_map(atlas: Atlas) -> None:
    assert type(draw(atlas)) is folium.Map


def test_two_draws_are_byte_identical(atlas: Atlas) -> None:
    assert page_of(atlas) == page_of(atlas)


def test_rendering_twice_changes_nothing(atlas: Atlas) -> None:
    root = draw(atlas).get_root()
    assert root.render() == root.render()


def test_the_writer_tells_what_it_wrote(atlas: Atlas, tmp_path: Path) -> None:
    assert write(atlas, tmp_path) == [tmp_path / "onemap.html"]


def test_an_unknown_script_fails_the_page(atlas: Atlas) -> None:
    chart = draw(atlas)
    chart.get_root().header.add_child(JavascriptLink("https://example.com/tracker.js"))
    with pytest.raises(ValueError, match=r"example\.com/tracker\.js"):
        chart.get_root().render()


def test_an_unknown_picture_fails_the_page(atlas: Atlas) -> None:
    chart = draw(atlas)
    chart.get_root().html.add_child(Element("<p><img alt='' src='//example.com/dot.png'></p>"))
    with pytest.raises(ValueError, match=r"example\.com/dot\.png"):
        chart.get_root().render()


def test_a_name_that_looks_like_a_tag_does_not_fail_the_page(tmp_path: Path) -> None:
    assert page_of(small_atlas(tmp_path, name='<img src="https://example.com/x.png">'))


def test_children_of_the_user_are_on_the_map(atlas: Atlas) -> None:
    chart = draw(atlas)
    folium.Circle((34.88, 112.79), radius=500).add_to(chart)
    assert "L.circle(" in chart.get_root().render()


@pytest.mark.parametrize("text", HOSTILE)
def test_a_json_block_holds_any_text_and_nothing_else(text: str) -> None:
    inside = json_block("id", [text]).removeprefix('<script type="application/json" id="id">').removesuffix("</script>")
    assert not set("<>&\u2028\u2029") & set(inside)
    assert json.loads(inside) == [text]


def test_a_packed_point_lies_at_its_web_mercator_decimetre() -> None:
    x, y = pyproj.Transformer.from_crs(CRS, "EPSG:3857", always_xy=True).transform(WEST, SOUTH)
    packed = pack(mercator(gpd.GeoSeries([Point(WEST, SOUTH)], crs=CRS)))
    assert unpacked(packed) == [(1, [[(round(x * 10), round(y * 10))]])]


def test_shapes_without_a_place_are_packed_as_nothing() -> None:
    nowhere = gpd.GeoSeries([None, Point(), Point(math.nan, 1)], crs=CRS)
    assert unpacked(pack(mercator(nowhere))) == [(0, []), (0, []), (0, [])]


def test_the_legend_counts_ground_under_two_parcels_once(atlas: Atlas) -> None:
    land = atlas.layers["cultivated_land"]
    frame = land.frame.copy()
    frame.loc[1, "geometry"] = frame.geometry[0]
    layers = {**atlas.layers, "cultivated_land": Layer(land.spec, frame)}
    [told] = balances(Ground(layers, frozenset(), atlas.project.catalogue.layers), layers)
    content = layer_content(layers["cultivated_land"], told.by_class["area_mu"].to_dict())
    # Of six parcels one lies on another and has no ground of its own.
    ground = [
        box(WEST + 500, SOUTH + 1500, WEST + 2500, SOUTH + 5500),
        box(WEST + 4500, SOUTH + 1500, WEST + 6500, SOUTH + 5500),
        box(WEST + 2500, SOUTH + 3500, WEST + 4500, SOUTH + 5500),
    ]
    assert content["onemap"]["mu"] == pytest.approx(sum(geodesic_area_m2(one) for one in ground) * 3 / 2000, abs=0.05)


def test_no_two_scripts_give_the_same_name_to_different_things() -> None:
    given = [
        name
        for script in SCRIPTS
        for name in re.findall(
            r"^  onemap\.(\w+) = ", (ASSETS / "js" / f"{script}.js").read_text("utf-8"), re.MULTILINE
        )
    ]
    assert sorted(given) == sorted(set(given))


def test_every_script_is_part_of_the_page() -> None:
    found = {path.relative_to(ASSETS / "js").with_suffix("").as_posix() for path in (ASSETS / "js").rglob("*.js")}
    assert found == set(SCRIPTS)


@pytest.mark.parametrize("place", [None, Point()])
def test_a_large_layer_of_which_nothing_has_a_place_is_drawn(atlas: Atlas, place: Point | None) -> None:
    land = atlas.layers["cultivated_land"]
    frame = land.frame.iloc[[0] * (PLAIN + 1)].reset_index(drop=True)
    frame["geometry"] = gpd.GeoSeries([place] * len(frame), crs=CRS)
    layers = {**atlas.layers, "cultivated_land": Layer(land.spec, frame)}
    assert "cultivated_land" in page_of(replace(atlas, layers=layers))


def test_few_features_of_very_many_corners_are_packed(atlas: Atlas) -> None:
    land = atlas.layers["cultivated_land"]
    whole = land.frame.iloc[[0]].reset_index(drop=True)
    steps = (np.indices((150, 150)) * 10.0).reshape(2, -1).T
    pieces = [box(WEST + east, SOUTH + north, WEST + east + 9, SOUTH + north + 9) for east, north in steps]
    shapes = (MultiPolygon(pieces[:9]), MultiPolygon(pieces))
    few, many = (layer_content(Layer(land.spec, whole.set_geometry([shape], crs=CRS))) for shape in shapes)
    assert ("features" in few, "features" in many) == (True, False)
    [(_, rings)] = unpacked(many["onemap"]["shapes"])
    assert len(rings) == len(pieces)
