"""The one map in a real browser: what is seen and what a click does."""

from __future__ import annotations

import json
from pathlib import Path

import pyproj
import pytest
from shapely.geometry import box

from onemap.export.webmap import write
from onemap.model import Atlas
from onemap.text import fold
from tests.atlases import CRS, HOSTILE, RARE_NAME, SOUTH, WEST
from tests.browser import Page
from tests.ground import geodesic_area_m2
from tests.mappage import Opened, click, click_at, open_list, open_row, text_of

FILL_OF_STRICT_CONTROL = [0xDB, 0x4C, 0x48, 255]
PAINTED = "Object.fromEntries(onemap.app.layers.filter((one) => one._map).map((one) => [one.id, one.painted]))"


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
            const layer = onemap.app.layer("cultivated_land"), view = onemap.app.map.surface.view;
            const at = onemap.app.map.project([{lat}, {lon}]).subtract(view.origin);
            return [...layer.kept.canvas.getContext("2d").getImageData(at.x, at.y, 1, 1).data];
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


@pytest.mark.external
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_shown_as_text(opened: Opened, name: str) -> None:
    page = opened(name=name)
    open_row(page, "Enterprises near receptors")
    assert page.run("document.querySelector('.feature-panel h2').textContent") == name
    assert (page.dialogs, page.errors, page.foreign_requests) == ([], [], [])


@pytest.mark.external
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_text_in_results_lists_and_on_the_sheet(opened: Opened, name: str) -> None:
    page = opened(name=name)
    page.run(
        "(() => { const field = document.querySelector('.search input');"
        f"field.value = {json.dumps(name)}; field.dispatchEvent(new Event('input')); }})()"
    )
    page.settle()
    assert name in page.run("[...document.querySelectorAll('.results .name')].map((one) => one.textContent)")
    open_row(page, "Enterprises near receptors")
    for button in (".handout .csv", ".handout .copy", ".feature-panel .copy", ".page-head .print"):
        page.run(f"document.querySelector({button!r}).click()")
        page.settle()
    assert page.run("document.querySelectorAll('img[src=x]').length") == 0
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
    page.run(
        "(() => { const layer = onemap.app.layer('cultivated_land');"
        f"onemap.app.goTo(layer, layer.classOf.findIndex((_, n) => layer.keys(n) === {row['of_key']!r})); }})()"
    )
    page.settle(0.8)
    tags = page.run("[...document.querySelectorAll('.link-tag')].map((one) => one.innerText)")
    assert f"{row['value']:,.0f} 米" in tags
    assert f"{row['value']:.0f}米" in row["reason"]
