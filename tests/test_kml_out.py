"""KML and KMZ that we write: sound, in the layer's colours, and read back with the same values."""

from __future__ import annotations

import re
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from shapely.geometry import MultiPolygon, Polygon, box

from onemap.export.formats.kml import write_kml
from onemap.export.formats.kml_shapes import geometry_texts
from onemap.export.formats.target import standings_of
from onemap.export.parts import parts
from onemap.handover import Handed
from onemap.model import Atlas, Layer
from onemap.pipeline import build as build_project
from onemap.record import Build
from onemap.spec.catalogue import shipped
from onemap.spec.project import load_project
from tests import real_qgis
from tests.exports import HOSTILE, LONG_VILLAGE, PARCELS, RARE, built, export, hostile_atlas, target

SPACE = "{http://www.opengis.net/kml/2.2}"


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    return built(tmp_path_factory.mktemp("kml"))


@pytest.fixture(scope="module")
def handed(build: Build, tmp_path_factory: pytest.TempPathFactory) -> Handed:
    return export(build, "kml", tmp_path_factory.mktemp("out") / "x.kml")


@pytest.fixture(scope="module")
def root(handed: Handed) -> ET.Element:
    return ET.parse(handed.path).getroot()


def marks(root: ET.Element, code: str) -> Iterator[ET.Element]:
    """Yield the placemarks that have a code among their values."""
    for mark in root.iter(f"{SPACE}Placemark"):
        if code in [value.text for value in mark.iter(f"{SPACE}value")]:
            yield mark


def folders(element: ET.Element) -> dict[str, ET.Element]:
    return {str(one.findtext(f"{SPACE}name")): one for one in element.findall(f"{SPACE}Folder")}


def style_of(root: ET.Element, mark: ET.Element) -> ET.Element:
    url = str(mark.findtext(f"{SPACE}styleUrl"))
    [style] = [one for one in root.iter(f"{SPACE}Style") if f"#{one.get('id')}" == url]
    return style


def test_there_is_a_folder_for_each_layer_and_in_it_for_each_class(root: ET.Element) -> None:
    layers = folders(root[0])
    assert {"耕地土壤环境质量类别", "敏感受体", "清单", "数据问题"} <= set(layers)
    classes = folders(layers["耕地土壤环境质量类别"])
    assert {name: len(one.findall(f"{SPACE}Placemark")) for name, one in classes.items() if "未分类" not in name} == {
        "安全利用类": 1,
        "严格管控类": 1,
    }


def test_polygons_and_points_of_a_layer_are_in_one_folder(root: ET.Element) -> None:
    folder = folders(root[0])["敏感受体"]
    assert len(list(folder.iter(f"{SPACE}Placemark"))) == 3


def test_no_two_folders_are_called_alike(root: ET.Element) -> None:
    names = [one.findtext(f"{SPACE}name") for one in root.iter(f"{SPACE}Folder")]
    assert len(names) == len(set(names))


def test_colours_are_opacity_blue_green_red(root: ET.Element) -> None:
    table = tomllib.loads((shipped("layers") / "cultivated_land.toml").read_text("utf-8"))
    red, green, blue = (table["classes"]["strict_control"]["fill"][at : at + 2] for at in (1, 3, 5))
    wanted = f"{round(table['style']['opacity'] * 255):02x}{blue}{green}{red}"
    [mark] = marks(root, PARCELS[0]["unit_code"])
    assert style_of(root, mark).findtext(f"{SPACE}PolyStyle/{SPACE}color") == wanted


def test_names_with_marks_of_xml_are_names(root: ET.Element) -> None:
    [mark] = marks(root, PARCELS[1]["unit_code"])
    assert mark.findtext(f"{SPACE}name") == HOSTILE
    balloon = str(mark.findtext(f"{SPACE}description"))
    assert '<td>A&amp;B &lt;化工&gt; "厂" ]]&gt;</td>' in balloon


def test_what_is_not_known_is_left_out_and_never_a_text(root: ET.Element) -> None:
    values = [value.text for value in root.iter(f"{SPACE}value")]
    assert not {"NaT", "nan", "None", "<NA>", None, ""} & set(values)
    [mark] = marks(root, "JS-2")
    assert "供应日期" not in [title.text for title in mark.iter(f"{SPACE}displayName")]


def test_a_balloon_tells_the_lists_with_their_reasons(root: ET.Element, build: Build) -> None:
    [finding] = [one for one in build.findings if one["rule"] == "enterprise_near_farmland"]
    [mark, *_] = marks(root, finding["of_key"])
    balloon = str(mark.findtext(f"{SPACE}description"))
    rule = build.catalogue.rules["enterprise_near_farmland"].title
    assert f"<li><b>{rule} (低)</b><br>{finding['reason']}</li>" in balloon


def test_a_feature_on_no_list_has_none_in_its_balloon(root: ET.Element) -> None:
    [mark] = marks(root, PARCELS[0]["unit_code"])
    assert "<li>" not in str(mark.findtext(f"{SPACE}description"))


def test_lists_of_which_no_record_has_a_line_are_told() -> None:
    # A frame whose shapes are all null takes no text for them.
    rows = {
        "of_layer": ["plot"],
        "of_key": ["1"],
        "of_label": ["甲"],
        "rule": ["r"],
        "level": ["high"],
        "reason": ["因"],
    }
    findings = gpd.GeoDataFrame(rows, geometry=gpd.GeoSeries([None], crs="EPSG:4490"))
    assert standings_of(findings, {})["plot", "1", "甲"][0].reason == "因"


def test_chosen_fields_are_all_that_is_told(build: Build, tmp_path: Path) -> None:
    handed = export(build, "kml", tmp_path / "x.kml", "cadmium_enterprise", fields=("metals",))
    text = handed.path.read_text(encoding="utf-8")
    assert len(handed.told) == 1
    assert ("镉、铅、六价铬" in text, "示例电镀厂" in text, "<li>" in text) == (True, False, False)


def test_tables_are_left_out_beside_a_map_and_that_is_told(tmp_path: Path) -> None:
    atlas = hostile_atlas(tmp_path)
    [river] = parts(atlas.layers["river"])
    table = replace(river, name="wind", title="风玫瑰", kind="table")
    written = write_kml([river, table], target(tmp_path / "x.kml", atlas))
    assert len(list(marks(ET.parse(tmp_path / "x.kml").getroot(), "HL01"))) == 1
    assert ["风玫瑰" in text for text in written.told] == [True]


def test_a_hole_and_several_members_are_kept() -> None:
    ring = Polygon(box(0, 0, 4, 4).exterior, [box(1, 1, 2, 2).exterior])
    [text, none] = geometry_texts(np.array([MultiPolygon([ring, box(5, 5, 6, 6)]), None], dtype=object))
    element = ET.fromstring(text)
    assert none == ""
    assert (element.tag, len(element.findall("Polygon"))) == ("MultiGeometry", 2)
    assert [len(one.findall("innerBoundaryIs")) for one in element.findall("Polygon")] == [1, 0]
    outer = element.findtext("Polygon/outerBoundaryIs/LinearRing/coordinates") or ""
    assert shapely.LinearRing([tuple(map(float, place.split(","))) for place in outer.split()]).is_ccw


def test_a_kmz_holds_the_document_and_its_symbols_and_is_the_same_each_time(build: Build, tmp_path: Path) -> None:
    one, other = (export(build, "kmz", tmp_path / f"{name}.kmz").path for name in "ab")
    with zipfile.ZipFile(one) as archive:
        names = archive.namelist()
        text = archive.read("doc.kml").decode()
        pictures = [archive.read(name)[:8] for name in names[1:]]
    assert set(re.findall("<href>(.*?)</href>", text)) <= set(names)
    assert set(pictures) == {b"\x89PNG\r\n\x1a\n"}
    assert one.read_bytes() == other.read_bytes()


def test_characters_that_xml_does_not_know_are_left_out_and_counted(tmp_path: Path) -> None:
    atlas = hostile_atlas(tmp_path)
    layer = atlas.layers["cultivated_land"]
    frame = layer.frame.assign(crop="小\x0b麦\x00")
    written = write_kml(parts(Layer(layer.spec, frame)), target(tmp_path / "x.kml", atlas))
    assert {"小麦"} <= {value.text for value in ET.parse(tmp_path / "x.kml").getroot().iter(f"{SPACE}value")}
    assert len(written.told) == 1


def read_back(folder: Path, file: str) -> Atlas:
    lines = ['title = "x"', 'county = "410883"', 'period = "2026-11"']
    for layer, title in (("cultivated_land", "耕地土壤环境质量类别"), ("construction_plot", "建设用地地块")):
        lines += [f"[sources.{layer}]", f'path = "{file}"', f'layer = "{title}"']
    (folder / "project.toml").write_text("\n".join(lines), encoding="utf-8")
    return build_project(load_project(folder))


@pytest.mark.parametrize("form", ["kml", "kmz"])
def test_our_own_ingest_reads_the_same_values(build: Build, tmp_path: Path, form: str) -> None:
    export(build, form, tmp_path / f"x.{form}")
    own = hostile_atlas(tmp_path / "own")
    atlas = read_back(tmp_path, f"x.{form}")
    for name in ("cultivated_land", "construction_plot"):
        spec = own.layers[name].spec
        frames = [one.layers[name].frame.set_index(spec.key).sort_index() for one in (own, atlas)]
        fields = [field for field in spec.fields if field != spec.key]
        texts = [frame[fields].astype("string").fillna("").to_dict("index") for frame in frames]
        assert texts[0] == texts[1]
        places = [gpd.GeoSeries(frame.geometry, crs=own.crs) for frame in frames]
        assert [one for one in places[0].distance(places[1]) if one > 0.001] == []
        assert places[1].area.sum() == pytest.approx(places[0].area.sum(), rel=1e-6)


def test_gdal_reads_the_values_too(handed: Handed) -> None:
    layers = {name for name, _ in pyogrio.list_layers(handed.path)}
    assert "严格管控类" in layers
    frame: Any = pyogrio.read_dataframe(handed.path, layer="严格管控类")
    assert (frame["Name"][0], frame["village"][0], frame.crs.to_epsg()) == (RARE, LONG_VILLAGE, 4326)


@pytest.mark.external
def test_qgis_opens_a_class_of_a_layer(handed: Handed) -> None:
    [table] = real_qgis.load([f"{handed.path}|layername=严格管控类"])
    assert (table["valid"], table["features"], table["crs"]) == (True, 1, "EPSG:4326")
    assert dict(zip(table["fields"], table["rows"][0], strict=True))["unit_name"] == RARE
