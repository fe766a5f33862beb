"""The one map: what the page is made of, and what it does in a real browser."""

from __future__ import annotations

import hashlib
import json
import math
from base64 import b64decode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import pyproj
import pytest
from branca.element import Element, JavascriptLink
from shapely.geometry import Point, box

from onemap.export.webmap import draw, write
from onemap.export.webmap.assets import ASSETS
from onemap.export.webmap.elements import json_block
from onemap.export.webmap.layers import layer_content
from onemap.export.webmap.packing import mercator, pack
from onemap.model import Atlas, Layer
from onemap.risk.assess import Ground
from onemap.risk.balance import balances
from onemap.text import fold, speaking
from tests.atlases import CRS, RARE_NAME, SOUTH, WEST, small_atlas
from tests.browser import Page, chromium
from tests.externals import need
from tests.ground import geodesic_area_m2

HOSTILE = (
    "</script><img src=x onerror=alert(1)>",
    "<!--<script>alert(1)</script>",
    "`${alert(1)}`",
    "\"'+alert(1)+'\"",
    "{{ 7*7 }}{% raw %}",
    "\u2028alert(1)\u2029",
)
FILL_OF_STRICT_CONTROL = [0xDB, 0x4C, 0x48, 255]
PAINTED = "Object.fromEntries(onemap.app.layers.map((layer) => [layer.id, layer.painted]))"


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


def test_vendored_files_are_the_recorded_ones() -> None:
    files = [file for package in json.loads((ASSETS / "vendored.json").read_text()) for file in package["files"]]
    assert {file["sha256"] for file in files} == {
        hashlib.sha256((ASSETS / file["file"]).read_bytes()).hexdigest() for file in files
    }


def test_every_vendored_package_brings_its_licence() -> None:
    packages = json.loads((ASSETS / "vendored.json").read_text())
    assert all(any(file["file"] == f"{one['name']}-LICENSE" for file in one["files"]) for one in packages)


def numbers(text: str) -> Iterator[int]:
    """Read LEB128 numbers, as DWARF 5 section 7.6 tells them."""
    number, shift = 0, 0
    for byte in b64decode(text):
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield number
            number, shift = 0, 0


def signed(number: int) -> int:
    return number // 2 if number % 2 == 0 else -(number + 1) // 2


def test_a_packed_point_lies_at_its_web_mercator_decimetre() -> None:
    x, y = pyproj.Transformer.from_crs(CRS, "EPSG:3857", always_xy=True).transform(WEST, SOUTH)
    packed = list(numbers(pack(mercator(gpd.GeoSeries([Point(WEST, SOUTH)], crs=CRS)))))
    assert packed[:6] == [1, 1, 1, 1, 1, 1]
    assert [signed(number) for number in packed[6:]] == [round(x * 10), round(y * 10)]


def test_packed_neighbours_share_their_corners() -> None:
    squares = [box(WEST, SOUTH, WEST + 50.03, SOUTH + 50), box(WEST + 50.03, SOUTH, WEST + 90, SOUTH + 50)]
    packed = list(numbers(pack(mercator(gpd.GeoSeries(squares, crs=CRS)))))
    counts, steps = packed[:9], [signed(number) for number in packed[9:]]
    xs = [sum(steps[0 : 2 * n + 1 : 2]) for n in range(8)]
    ys = [sum(steps[1 : 2 * n + 2 : 2]) for n in range(8)]
    corners = list(zip(xs, ys, strict=True))
    assert counts == [2, 2, 8, 3, 3, 1, 1, 4, 4]
    assert len(set(corners[:4]) & set(corners[4:])) == 2


def test_shapes_without_a_place_are_packed_as_nothing() -> None:
    nowhere = gpd.GeoSeries([None, Point(), Point(math.nan, 1)], crs=CRS)
    assert list(numbers(pack(mercator(nowhere)))) == [3, 0, 0, 0, 0, 0, 0, 0, 0]


# What it does in a browser


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with chromium(need("chromium"), tmp_path_factory.mktemp("profile")) as page:
        yield page


Opened = Callable[..., Page]


@pytest.fixture
def opened(browser: Page, tmp_path: Path) -> Opened:
    """Open the map of a small atlas, in English, in a window of 1366 x 768."""

    def open_map(**changes: Any) -> Page:
        with speaking("en"):
            (file,) = write(small_atlas(tmp_path, **changes), tmp_path)
        return browser.size(1366, 768).open(file)

    return open_map


def text_of(page: Page, selector: str) -> str:
    return str(page.run(f"document.querySelector({selector!r}).innerText"))


def click(page: Page, selector: str, containing: str = "") -> None:
    found = f"[...document.querySelectorAll({selector!r})].find((one) => one.innerText.includes({containing!r}))"
    page.run(f"{found}.click()")
    page.settle(0.25)


def open_list(page: Page, rule: str) -> str:
    """Unfold a list, and return how to say it in a script."""
    found = f"[...document.querySelectorAll('.groups details')].find((one) => one.innerText.includes({rule!r}))"
    page.run(f"{found}.open = true")
    page.settle(0.25)
    return found


def open_row(page: Page, rule: str) -> None:
    """Open the first row of a list."""
    page.run(f"{open_list(page, rule)}.querySelector('.row').click()")
    page.settle(0.25)


def click_at(page: Page, east: float, north: float) -> None:
    """Click on the map where so many metres east and north of the county's corner are."""
    lon, lat = pyproj.Transformer.from_crs(CRS, "EPSG:4490", always_xy=True).transform(WEST + east, SOUTH + north)
    place = page.run(
        f"(() => {{ const p = onemap.app.map.latLngToContainerPoint([{lat}, {lon}]);"
        "const box = onemap.app.map.getContainer().getBoundingClientRect();"
        "return [p.x + box.left, p.y + box.top]; })()"
    )
    page.click(*place)
    page.settle(0.25)


@pytest.mark.external
def test_the_page_asks_for_nothing_and_complains_of_nothing(opened: Opened) -> None:
    page = opened()
    page.screenshot("map.png")
    assert (page.foreign_requests, page.errors) == ([], [])


@pytest.mark.external
def test_every_layer_is_painted(opened: Opened) -> None:
    assert opened().run(PAINTED) == {
        "cadmium_enterprise": 2, "construction_plot": 1, "cultivated_land": 6, "drinking_water_source": 1,
        "groundwater_point": 1, "priority_plot": 2, "river": 1, "sensitive_receptor": 2, "township": 2,
    }  # fmt: skip


@pytest.mark.external
def test_a_strict_parcel_has_the_colour_of_its_class(opened: Opened) -> None:
    lon, lat = pyproj.Transformer.from_crs(CRS, "EPSG:4490", always_xy=True).transform(WEST + 5500, SOUTH + 2500)
    pixel = opened().run(
        f"""(() => {{
            const layer = onemap.app.layer("cultivated_land"), canvas = layer._container;
            const at = onemap.app.map.latLngToLayerPoint([{lat}, {lon}]).subtract(layer._bounds.min);
            return [...canvas.getContext("2d").getImageData(at.x, at.y, 1, 1).data];
        }})()"""
    )
    assert pixel == FILL_OF_STRICT_CONTROL


@pytest.mark.external
def test_a_list_row_tells_reason_and_basis(opened: Opened) -> None:
    page = opened()
    open_list(page, "Enterprises near receptors")
    click(page, ".groups .row", "示例蓄电池厂")
    page.screenshot("map-evidence.png")
    evidence = text_of(page, ".feature-panel .evidence")
    assert "因距饮用水水源“示例水源地”400米" in evidence
    assert "环办土壤〔2021〕21号" in evidence


@pytest.mark.external
def test_a_list_row_goes_there_and_draws_its_lines_with_metres(opened: Opened) -> None:
    page = opened()
    open_row(page, "Enterprises near receptors")
    tags = page.run("[...document.querySelectorAll('.link-tag')].map((one) => one.innerText)")
    assert tags == ["200 m", "500 m"]
    assert page.run("onemap.app.map.getZoom()") > 13


@pytest.mark.external
def test_a_finding_without_a_level_is_shown_as_not_known(opened: Opened) -> None:
    page = opened()
    rows = page.run("[...document.querySelectorAll('.groups .row')].map((one) => one.innerText)")
    assert [row for row in rows if "未提供数据, 不能判定" in row and "not known" in row]


@pytest.mark.external
def test_numbers_are_rounded_as_in_the_sentences_of_the_lists(opened: Opened) -> None:
    page = opened()
    values = [0.5, 1.5, 2.5, 38.5, 39.495, 39.5, 1234.4999, 12.125, 0.0]
    told = page.run(f"{values}.map((one) => onemap.number(one))")
    assert told == [f"{value:,.0f}" for value in values]


@pytest.mark.external
def test_the_level_filter_leaves_records_of_that_level(opened: Opened) -> None:
    page = opened()
    click(page, ".filter button", "high")
    assert page.run("[...document.querySelectorAll('.groups .row .name')].map((one) => one.innerText)") == [
        "示例化工厂旧址"
    ]


@pytest.mark.external
def test_a_click_on_a_parcel_tells_its_fields_and_its_source(opened: Opened) -> None:
    page = opened()
    click_at(page, 5500, 2500)
    page.screenshot("map-parcel.png")
    told = text_of(page, ".feature-panel")
    assert RARE_NAME in told
    assert "Strict control" in told
    assert "农业农村局/耕地类别.shp, row 3" in told
    assert "as of 2026-10-31" in told


@pytest.mark.external
def test_a_symbol_is_hit_before_the_parcel_below_it(opened: Opened) -> None:
    page = opened()
    # Near enough that the well 200 m away has a mark of its own.
    page.run("onemap.app.map.zoomIn(1, { animate: false }) && null")
    click_at(page, 3000, 3000)
    assert text_of(page, ".feature-panel h2") == "示例电镀厂（一厂）"


@pytest.mark.external
def test_the_legend_switches_a_class_off(opened: Opened) -> None:
    page = opened()
    click(page, ".legend .class", "Safe use")
    assert page.run(PAINTED)["cultivated_land"] == 4
    assert page.run("document.querySelector('.feature-panel').hidden")


@pytest.mark.external
def test_the_layer_tree_switches_a_layer_off(opened: Opened) -> None:
    page = opened()
    page.run("[...document.querySelectorAll('.tree label')].find((one) => one.innerText.includes('River')).click()")
    assert page.run("onemap.app.layer('river')._map") is None


@pytest.mark.external
@pytest.mark.parametrize("query", ["𠮷", "20260003", " ２０２６０００３ "])
def test_search_finds_a_parcel_by_name_and_by_code(opened: Opened, query: str) -> None:
    page = opened()
    page.run(
        f"(() => {{ const box = document.querySelector('.search input'); box.value = {query!r};"
        "box.dispatchEvent(new Event('input')); })()"
    )
    assert RARE_NAME in text_of(page, ".results .row")


@pytest.mark.external
def test_the_scorecard_tells_the_ground_of_each_township_and_adds_up(opened: Opened) -> None:
    page = opened()
    click(page, ".tab-row button", "Townships")
    page.screenshot("map-townships.png")
    # The strict parcels lie 1.5 km and 0.5 km each in the western and the eastern township, 4 km from south to north.
    parts = [box(WEST + start, SOUTH + 1500, WEST + end, SOUTH + 5500) for start, end in ((4500, 6000), (6000, 6500))]
    west, east = (geodesic_area_m2(part) * 3 / 2000 for part in parts)
    told = page.run("[...document.querySelectorAll('.scorecard .value')].map((one) => one.innerText)")
    shown = [float(text.removesuffix(" mu").replace(",", "")) for text in told]
    assert shown == pytest.approx([west, east, west + east], abs=0.02)
    assert round(shown[0] + shown[1], 2) == shown[2]


@pytest.mark.external
def test_a_balance_that_is_withheld_is_told_where_its_figures_would_stand(opened: Opened) -> None:
    page = opened(leave_out=["township"])
    click(page, ".tab-row button", "Townships")
    assert "no balance" in text_of(page, ".scorecard .remark")


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
    assert content["mu"] == pytest.approx(sum(geodesic_area_m2(one) for one in ground) * 3 / 2000, abs=0.05)


@pytest.mark.external
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_shown_as_text(opened: Opened, name: str) -> None:
    page = opened(name=name)
    open_row(page, "Enterprises near receptors")
    assert page.run("document.querySelector('.feature-panel h2').textContent") == name
    assert (page.dialogs, page.errors, page.foreign_requests) == ([], [], [])


@pytest.mark.external
@pytest.mark.parametrize(
    "leave_out", [("township",), ("cultivated_land",), ("cadmium_enterprise", "priority_plot"), ("sensitive_receptor",)]
)
def test_a_map_without_some_layers_still_opens(opened: Opened, leave_out: tuple[str, ...]) -> None:
    page = opened(leave_out=leave_out)
    assert page.errors == []
    assert all(page.run(PAINTED).values())


@pytest.mark.external
def test_a_map_with_nothing_on_it_says_so(opened: Opened) -> None:
    page = opened(located=False)
    assert "Nothing in this build has a place" in text_of(page, ".nothing")
    assert page.errors == []


@pytest.mark.external
def test_the_page_fits_a_small_window(opened: Opened) -> None:
    page = opened()
    outside = page.run(
        "[...document.querySelectorAll('.page-head button, .cards div, .tab-row button, .legend, .caution')]"
        ".filter((one) => { const box = one.getBoundingClientRect();"
        "return box.right > 1366 || box.bottom > 768 || box.left < 0; }).map((one) => one.className)"
    )
    assert outside == []


@pytest.mark.external
def test_the_map_prints_on_one_sheet(opened: Opened) -> None:
    printed = opened().pdf("map.pdf").read_bytes()
    assert printed.count(b"/Type /Page\n") == 1


@pytest.mark.external
def test_a_reach_is_a_circle_on_the_ground(opened: Opened) -> None:
    outline = opened().run("onemap.circleAround(L.latLng(34.9, 112.8), 1000).map((one) => [one.lng, one.lat])")
    geod = pyproj.Geod(a=6378137, rf=298.257222101)
    assert [geod.inv(112.8, 34.9, *position)[2] for position in outline] == pytest.approx([1000] * 180, rel=1e-3)


@pytest.mark.external
@pytest.mark.parametrize("text", [" Ⅲ 类 ", "ＤＫ０１", "示例𠮷村", "Cd\u3000Pb"])
def test_the_page_folds_text_as_the_program_does(opened: Opened, text: str) -> None:
    assert opened().run(f"onemap.fold({json.dumps(text)})") == fold(text)


@pytest.mark.external
def test_a_value_below_detection_is_shown_as_less_than_the_limit_of_detection(
    browser: Page, sample_atlas: Atlas, tmp_path: Path
) -> None:
    soil = sample_atlas.layers["soil_sample"].frame
    place = soil.index[soil["undetected"].eq("汞") & soil["mercury"].notna()][0]
    (file,) = write(sample_atlas, tmp_path)
    page = browser.size(1366, 768).open(file)
    page.run(f"onemap.app.goTo(onemap.app.layer('soil_sample'), {place})")
    page.settle(0.5)
    told = text_of(page, ".feature-panel dl").split("\n")
    assert told[told.index("汞") + 1] == f"<{soil['mercury'][place]:g} mg/kg"
    assert told[told.index("镉") + 1] == f"{soil['cadmium'][place]:g} mg/kg"


@pytest.mark.external
def test_a_line_on_the_map_has_the_metres_of_its_sentence(browser: Page, sample_atlas: Atlas, tmp_path: Path) -> None:
    rows = sample_atlas.findings
    row = rows[(rows["rule"] == "farmland_source_trace") & (rows["level"] == "medium")].iloc[0]
    (file,) = write(sample_atlas, tmp_path)
    page = browser.size(1366, 768).open(file)
    place = sample_atlas.layers["cultivated_land"].keys.tolist().index(row["of_key"])
    page.run(f"onemap.app.goTo(onemap.app.layer('cultivated_land'), {place})")
    page.settle(0.8)
    tags = page.run("[...document.querySelectorAll('.link-tag')].map((one) => one.innerText)")
    assert f"{row['value']:,.0f} 米" in tags
    assert f"{row['value']:.0f}米" in row["reason"]
