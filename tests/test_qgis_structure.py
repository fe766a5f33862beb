"""What the QGIS project is made of: names that QGIS reads, symbols by scale, what stands on the printed pages."""

from __future__ import annotations

import re
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import geopandas as gpd
import pytest
from shapely.geometry import box

from onemap.export.crs_titles import public_title
from onemap.export.formats import geopackage
from onemap.export.look import Look
from onemap.export.qgis.markup import literal, verbatim
from onemap.export.qgis.metadata import metadata_document
from onemap.export.qgis.symbols import scale_of, symbol_of
from onemap.export.qgz import project
from onemap.export.qgz.layout_legends import in_column
from onemap.export.qgz.layout_texts import fitted, in_lines, line_pattern, packed_into, size_of, wrapped
from onemap.export.qgz.layouts import sheet_of
from onemap.export.qgz.map_layers import mu_title
from onemap.export.sheets import text_width
from onemap.model import Atlas, Issue, Layer
from onemap.text import speaking
from tests.atlases import CRS, SOUTH, WEST, small_atlas

OUTLINE: Final = "joinstyle offset offset_unit outline_color outline_style outline_width outline_width_unit"
MARKER: Final = f"{OUTLINE} angle color horizontal_anchor_point size size_unit vertical_anchor_point"
OPTIONS: Final = {
    "CentroidFill": "clip_on_current_part_only clip_points point_on_all_parts point_on_surface",
    "FontMarker": f"{MARKER} chr font font_style",
    "LinePatternFill": "angle color distance distance_unit line_width line_width_unit offset offset_unit",
    # Of these 3.24 and later write placement as placements, and read it all the same.
    "MarkerLine": "average_angle_length interval interval_unit offset offset_along_line offset_unit placement "
    "ring_filter rotate",
    "PointPatternFill": "displacement_x displacement_x_unit displacement_y displacement_y_unit distance_x "
    "distance_x_unit distance_y distance_y_unit offset_x offset_y",
    "SimpleFill": f"{OUTLINE} color style",
    "SimpleLine": "capstyle customdash customdash_unit draw_inside_polygon joinstyle line_color line_style line_width "
    "line_width_unit offset offset_unit ring_filter use_custom_dash",
    "SimpleMarker": f"{MARKER} cap_style name scale_method",
}
"""The options that QGIS 3.22.16, 3.40.6 and 3.44.15 all write of a layer of a symbol when they save a project."""

PROPERTIES: Final = {"enabled", "outlineColor", "outlineWidth"}
"""Of `QgsSymbolLayer::initPropertyDefinitions`: what expressions may say."""


@pytest.fixture(scope="module")
def xml(tmp_path_factory: pytest.TempPathFactory) -> ET.Element:
    folder = tmp_path_factory.mktemp("build")
    project.write(small_atlas(tmp_path_factory.mktemp("project")), folder)
    return read(folder)


def read(folder: Path) -> ET.Element:
    with zipfile.ZipFile(folder / "onemap.qgz") as archive:
        return ET.fromstring(archive.read("onemap.qgs"))


def test_every_option_of_a_symbol_is_one_that_old_and_new_qgis_know(xml: ET.Element) -> None:
    layers = [layer for layer in xml.iter("layer") if layer.get("class")]
    told = {(layer.get("class"), own.get("name")) for layer in layers for own in layer.findall("Option/Option")}
    assert {own for own, _ in told} == set(OPTIONS)
    assert {(own, name) for own, name in told if name not in OPTIONS[own or ""].split()} == set()


def test_every_property_that_an_expression_says_is_one_that_qgis_knows(xml: ET.Element) -> None:
    told = xml.findall(".//data_defined_properties/Option/Option[@name='properties']/Option")
    assert {own.get("name") for own in told} == PROPERTIES


def test_fields_of_100_m_are_four_pixels_wide_at_94_thousand() -> None:
    # Four pixels of 1/96 inch are 1.0583 mm, 100 m / 1.0583 mm = 94,488.
    fields = [box(WEST + 100 * place, SOUTH, WEST + 100 * place + 100, SOUTH + 100) for place in range(3)]
    assert scale_of(gpd.GeoSeries([None, *fields], crs=CRS)) == 94_000


def test_the_scale_is_of_the_ground_also_where_coordinates_are_degrees() -> None:
    fields = gpd.GeoSeries([box(WEST, SOUTH, WEST + 100, SOUTH + 100)], crs=CRS)
    assert scale_of(fields.to_crs("EPSG:4490")) == 94_000


def test_ground_without_a_place_has_no_scale() -> None:
    assert scale_of(gpd.GeoSeries([None], crs=CRS)) == 0


def test_small_parcels_have_an_opaque_outline_of_the_colour_of_their_ground() -> None:
    # Half red on white is 255, 128, 128.
    look = Look("", "#ff0000", "#000000", opacity=0.5, hatch="diagonal")
    ground, hatch = symbol_of("polygon", look, scale=5000).layers
    assert ground.expressions["outlineColor"] == "if(@map_scale > 5000, '255,128,128,255', '0,0,0,255')"
    assert hatch.expressions["enabled"].endswith("<= 5000")


def test_only_what_tiles_the_ground_looks_otherwise_from_afar(xml: ET.Element) -> None:
    said = {
        layer.findtext("id", "").removeprefix("onemap_layer_")
        for layer in xml.iter("maplayer")
        if "@map_scale" in ET.tostring(layer, encoding="unicode")
    }
    assert said == {"cultivated_land"}


def test_a_legend_says_what_a_layer_is_called_where_its_largest_part_has_another_name(
    sample_atlas: Atlas, tmp_path: Path
) -> None:
    project.write(sample_atlas, tmp_path)
    leaves = read(tmp_path).findall("Layouts//layer-tree-layer[@id='onemap_layer_black_water_lines']")
    titles = [own.get("value") for leaf in leaves for own in leaf.iterfind(".//Option[@name='legend/title-label']")]
    assert titles == ["农村黑臭水体", "农村黑臭水体"]


def test_an_enumeration_is_broken_between_its_parts_and_no_line_is_too_wide() -> None:
    told = [f"图层名称{place}（{place}）" for place in range(30)]
    lines = in_lines("镇：", told)
    assert "".join(lines) == "镇：" + "、".join(told)
    assert all(line.endswith("、") for line in lines[:-1])
    # 145 mm of 7.5 points, of which a Chinese character takes 2.65 mm.
    assert max(map(text_width, lines)) <= 2 * 145 / 2.65
    assert len(lines) > 1


def test_a_name_wider_than_a_line_has_one_of_its_own() -> None:
    assert in_lines("", ["甲" * 80, "乙"]) == ["甲" * 80 + "、", "乙"]


def test_regular_text_says_so_by_name(xml: ET.Element) -> None:
    """QGIS on Qt 6 counts weights otherwise: there the 50 that is regular on Qt 5 is thinner than thin."""
    styles = {(own.get("fontWeight"), own.get("namedStyle")) for own in xml.iter("text-style")}
    assert styles == {("50", "Regular"), ("75", "Bold")}


def test_a_county_that_is_taller_than_wide_is_printed_on_a_standing_page() -> None:
    assert sheet_of((0, 0, 12_000, 40_000), legend=170).size == (297, 420)
    assert sheet_of((0, 0, 40_000, 12_000), legend=170).size == (420, 297)


@pytest.mark.parametrize("legend", [20, 170, 390, 700])
@pytest.mark.parametrize("extent", [(0, 0, 12_000, 40_000), (0, 0, 40_000, 12_000)])
def test_everything_on_the_county_map_is_within_its_frame_and_apart(
    extent: tuple[float, float, float, float], legend: float
) -> None:
    sheet = sheet_of(extent, legend)
    [frame, *shapes] = [
        box(one.x, one.y, one.x + one.width, one.y + one.height)
        for one in (sheet.map, sheet.north, sheet.scale, sheet.legend)
    ]
    page = box(10, 22, sheet.size[0] - 10, sheet.size[1] - 13)
    assert all(page.covers(shape) and shape.disjoint(frame) for shape in shapes)
    assert legend / sheet.columns <= sheet.legend.height


def test_a_title_of_any_length_is_whole_and_within_its_box() -> None:
    title = "河南省某某市某某县农用地与建设用地土壤污染源头防控“一张图”（送审稿）" * 3
    size, shown = fitted(title, 277, 17)
    lines = shown.split("\n")
    assert "".join(lines) == title
    # A point is 25.4 / 72 mm, a Chinese character as wide as high; lines stand at least their height apart.
    assert max(map(text_width, lines)) / 2 * size * 25.4 / 72 <= 277
    assert len(lines) * size * 25.4 / 72 <= 17


def test_more_lines_than_usual_are_smaller() -> None:
    # Seven lines of 7.5 points, at 1.4 times that from one to the next, take 25.9 mm; ten of 5 points 24.7 mm.
    assert (size_of(7, 26), size_of(10, 26)) == (7.5, 5)


def test_a_short_title_is_large() -> None:
    assert fitted("示例县一张图", 277, 17) == (22, "示例县一张图")


def test_long_names_of_those_who_sign_are_whole() -> None:
    names = ["制图单位：" + "某某市生态环境局某某分局土壤科、" * 8, "审核：" + "张三、" * 30]
    _, text = packed_into(names, 130, 10)
    assert text.replace("\n", "").replace("    ", "") == "".join(names)


def test_a_long_class_is_broken_in_the_legend() -> None:
    assert in_column(wrapped("甲" * 20, 34)) == "甲" * 17 + "⏎" + "甲" * 3


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("优先保护类（15016块，153.87 万亩）", ["优先保护类", "（15016块，153.87 万亩）"]),
        ("Priority protection (5016 pcs, 538,700 mu)", ["Priority protection", "(5016 pcs, 538,700 mu)"]),
        ("Central drinking-water source (6)", ["Central drinking-water source", "(6)"]),
        ("", [""]),
    ],
)
def test_a_long_entry_of_a_legend_is_broken_before_what_is_in_brackets(text: str, lines: list[str]) -> None:
    assert wrapped(text, 31) == lines


def test_areas_are_told_in_ten_thousands_in_chinese_alone() -> None:
    assert mu_title(25_780) == "2.58 万亩"
    with speaking("en"):
        assert mu_title(25_780) == "25,780 mu"


def test_what_looks_like_an_expression_in_the_name_of_a_class_is_a_text_for_the_legend() -> None:
    assert in_column(["甲 [% 1+1 %]"]) == "[% ('甲 [% 1+1 %' || ']') %]"


def test_the_history_of_a_table_without_places_says_nothing_of_coordinates(tmp_path: Path) -> None:
    atlas = small_atlas(tmp_path)
    source = replace(atlas.sources[0], crs=replace(atlas.sources[0].crs, accepted=""))
    [part] = [own for own in geopackage.tables(atlas) if own.name == source.layer]
    assert "坐标" in metadata_document(part, atlas)
    document = metadata_document(part, replace(atlas, sources=(source,)))
    assert source.sha256 in document
    assert "坐标" not in document


@pytest.mark.parametrize("text", ["一二三四五六七八", "GB 15618-2018 abc"])
def test_a_text_that_has_room_in_a_line_of_a_table_is_not_broken(text: str) -> None:
    assert re.sub(line_pattern(9), "\\1\n", text) == text


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("一二三四五六七八九十", ["一二三四五六七八九", "十"]),
        ("一二三四五六七八九，十", ["一二三四五六七八", "九，十"]),
        ("一二三四五六七八1234", ["一二三四五六七八", "1234"]),
        ("一二三四五六七八（九十）", ["一二三四五六七八", "（九十）"]),
    ],
)
def test_lines_of_a_table_break_where_people_break_them(text: str, lines: list[str]) -> None:
    assert re.sub(line_pattern(9), "\\1\n", text).split("\n") == lines


def test_a_text_within_an_expression_of_a_label_does_not_end_it() -> None:
    """QGIS takes what is between [% and the first %] for an expression, whatever is quoted."""
    assert verbatim("[% 1+1 %]镇").index("%]") == len(verbatim("[% 1+1 %]镇")) - 2
    assert literal("a'b") == "'a\\'b'"


def test_meridians_are_named_above_and_below_a_map_and_parallels_beside_it(xml: ET.Element) -> None:
    for grid in xml.iter("ComposerMapGrid"):
        sides = [grid.get(f"{side}AnnotationDisplay") for side in ("left", "right", "top", "bottom")]
        assert sides == ["1", "1", "2", "2"]  # QgsLayoutItemMapGrid.LatitudeOnly, LongitudeOnly


OWN_GRID: Final = "+proj=tmerc +lat_0=0 +lon_0=112.7891 +k=1 +x_0=87654.321 +y_0=-3812345.678 +ellps=GRS80 +units=m"


def test_a_printed_map_tells_nothing_of_the_parameters_of_a_countys_own_grid() -> None:
    assert public_title(OWN_GRID) == "地方坐标系"
    assert "EPSG:4547" in public_title("EPSG:4547")


def test_metadata_tell_nothing_of_the_parameters_of_a_countys_own_grid(tmp_path: Path) -> None:
    atlas = small_atlas(tmp_path)
    own = {name: Layer(one.spec, one.frame.to_crs(OWN_GRID)) for name, one in atlas.layers.items()}
    geopackage.write(replace(atlas, crs=OWN_GRID, layers=own, links=atlas.links.to_crs(OWN_GRID)), tmp_path)
    with closing(sqlite3.connect(tmp_path / "onemap.gpkg")) as database:
        texts = [text for (text,) in database.execute("SELECT metadata FROM gpkg_metadata")]
    assert len(texts) > 10
    assert not [text for text in texts if "87654" in text or "112.789" in text]


def test_a_county_of_one_point_is_shown_with_its_surroundings(tmp_path: Path) -> None:
    atlas = small_atlas(tmp_path)
    alone = {"groundwater_point": atlas.layers["groundwater_point"]}
    lists = {"findings": atlas.findings.head(0), "links": atlas.links.head(0), "told": ()}
    project.write(replace(atlas, layers=alone, **lists), tmp_path)
    view = read(tmp_path).find("ProjectViewSettings/DefaultViewExtent")
    assert view is not None
    west, south, east, north = (float(view.get(name, "")) for name in ("xmin", "ymin", "xmax", "ymax"))
    assert (east - west, north - south) == (1000, 1000)


def test_a_scale_bar_follows_the_scale_of_its_page(xml: ET.Element) -> None:
    bars = [item for item in xml.iter("LayoutItem") if item.get("type") == "65646"]
    # QgsScaleBarSettings::SegmentSizeFitWidth: townships of one county differ in size tenfold.
    assert [bar.get("segmentSizeMode") for bar in bars] == ["1", "1"]


def test_a_printed_map_says_which_data_has_errors(tmp_path: Path) -> None:
    atlas = small_atlas(tmp_path)
    fault = Issue("unreadable", "river", "水利局/河流.geojson", "读不出", "重新索取")
    for told, wanted in (((), 0), ((fault,), 2)):
        project.write(replace(atlas, told=(*atlas.told, *told)), tmp_path)
        notes = [label for label in read(tmp_path).iter("LayoutItem") if "尚不可靠" in label.get("labelText", "")]
        assert len(notes) == wanted
        assert all("尚不可靠：河流" in label.get("labelText", "") for label in notes)
