"""The QGIS project: what it says, and what a real QGIS makes of it."""

from __future__ import annotations

import re
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from onemap.export.formats import geopackage
from onemap.export.look import LEVEL_FILLS
from onemap.export.qgz import project
from onemap.model import Atlas, Layer
from onemap.spec.rule import LEVELS
from tests import real_qgis
from tests.atlases import CRS, small_atlas

CSS = Path(__file__).parent.parent / "onemap" / "export" / "assets" / "onemap.css"


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("build")
    atlas = replace(small_atlas(tmp_path_factory.mktemp("project")), edition="internal")
    geopackage.write(atlas, folder)
    project.write(atlas, folder)
    return folder


@pytest.fixture(scope="module")
def xml(build: Path) -> ET.Element:
    return read(build / "onemap.qgz")


def read(path: Path) -> ET.Element:
    with zipfile.ZipFile(path) as archive:
        [name] = archive.namelist()
        assert name == "onemap.qgs"
        return ET.fromstring(archive.read(name))


def layers(root: ET.Element) -> dict[str, ET.Element]:
    return {layer.findtext("id", ""): layer for layer in root.iter("maplayer")}


def test_every_layer_is_a_table_of_the_geopackage_beside_the_project(build: Path, xml: ET.Element) -> None:
    with closing(sqlite3.connect(build / "onemap.gpkg")) as database:
        tables = {name for (name,) in database.execute("SELECT table_name FROM gpkg_contents")}
    sources = [layer.findtext("datasource", "") for layer in xml.iter("maplayer")]
    named = [re.fullmatch(r"\./onemap\.gpkg\|layername=(\w+)(\|subset=.*)?", source) for source in sources]
    assert {one.group(1) for one in named if one} <= tables
    assert all(named)


def test_every_table_with_features_is_a_layer(build: Path, xml: ET.Element) -> None:
    with closing(sqlite3.connect(build / "onemap.gpkg")) as database:
        tables = {name for (name,) in database.execute("SELECT table_name FROM gpkg_contents")}
    shown = {re.findall(r"layername=(\w+)", layer.findtext("datasource", ""))[0] for layer in xml.iter("maplayer")}
    assert tables - shown == {"layer_styles"}


def test_ids_are_one_each_and_long_enough_for_qgis_to_keep_them(xml: ET.Element) -> None:
    ids = [layer.findtext("id", "") for layer in xml.iter("maplayer")]
    assert len(set(ids)) == len(ids)
    assert min(map(len, ids)) >= 17


def test_whatever_names_a_layer_names_one_that_is_there(xml: ET.Element) -> None:
    named = [own.get("id") for own in xml.iter("layer-tree-layer")] + [own.text for own in xml.iter("item")]
    named += [own.get("id") for own in xml.iter("layer") if own.get("id")]
    assert set(named) == set(layers(xml))


def test_a_layer_looks_in_the_project_as_in_the_geopackage(build: Path, xml: ET.Element) -> None:
    with closing(sqlite3.connect(build / "onemap.gpkg")) as database:
        [(qml,)] = database.execute("SELECT styleQML FROM layer_styles WHERE f_table_name = 'cultivated_land'")
    own = layers(xml)["onemap_layer_cultivated_land"]
    for tag in ("renderer-v2", "labeling", "aliases", "fieldConfiguration", "mapTip"):
        one, other = own.find(tag), ET.fromstring(qml).find(tag)
        assert one is not None
        assert other is not None
        assert ET.tostring(one) == ET.tostring(other)


def test_no_path_of_the_machine_it_is_made_on_is_in_it(build: Path) -> None:
    with zipfile.ZipFile(build / "onemap.qgz") as archive:
        text = archive.read("onemap.qgs").decode("utf-8")
    assert [place for place in (str(build), tempfile.gettempdir(), str(Path.home())) if f"{place}/" in text] == []


def test_two_writes_are_the_same_bytes(build: Path, tmp_path: Path) -> None:
    atlas = replace(small_atlas(tmp_path), edition="internal")
    assert [path.name for path in project.write(atlas, tmp_path)] == ["onemap.gpkg", "onemap.qgz"]
    assert (tmp_path / "onemap.qgz").read_bytes() == (build / "onemap.qgz").read_bytes()


def test_the_level_colours_are_those_of_the_one_map() -> None:
    told = dict(re.findall(r"--(high|medium|low|unknown): (#[0-9a-f]{6})", CSS.read_text("utf-8")))
    assert told == LEVEL_FILLS


def test_an_atlas_without_places_is_a_project_all_the_same(tmp_path: Path) -> None:
    project.write(small_atlas(tmp_path, located=False), tmp_path)
    assert len(layers(read(tmp_path / "onemap.qgz"))) > 5


def test_a_character_that_xml_does_not_know_keeps_nothing_from_being_opened(tmp_path: Path) -> None:
    atlas = small_atlas(tmp_path)
    township = atlas.layers["township"]
    frame = township.frame.assign(township_name="示例\x0b'西'镇")
    layers_ = {**atlas.layers, "township": Layer(township.spec, frame)}
    project.write(replace(atlas, layers=layers_), tmp_path)
    marks = [mark.get("name") for mark in read(tmp_path / "onemap.qgz").iter("Bookmark")]
    assert marks[1:] == ["示例'西'镇"] * 2


@pytest.fixture(scope="module")
def seen(build: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What QGIS sees of the project after its folder was moved to a path with a blank and Chinese."""
    moved = tmp_path_factory.mktemp("moved") / "成果 移交"
    shutil.copytree(build, moved)
    return real_qgis.open_project(moved / "onemap.qgz", moved / "out")


@pytest.mark.external
def test_qgis_opens_it_without_one_invalid_layer_or_complaint(seen: dict[str, Any]) -> None:
    assert (seen["opened"], seen["invalid"], seen["messages"]) == (True, [], [])


@pytest.mark.external
def test_qgis_takes_the_projects_crs(seen: dict[str, Any]) -> None:
    assert (seen["crs"], seen["ellipsoid"]) == (CRS, "EPSG:1024")
    assert {layer["crs"] for layer in seen["layers"].values() if layer["geometry"] < 3} == {CRS}


@pytest.mark.external
def test_qgis_draws_classes_in_the_colours_of_the_layer_file_with_their_hatches(seen: dict[str, Any]) -> None:
    own = seen["layers"]["onemap_layer_cultivated_land"]
    assert own["categories"][:3] == [
        ["优先保护类", "优先保护类", "#63b56e"],
        ["安全利用类", "安全利用类", "#f4cb42"],
        ["严格管控类", "严格管控类", "#db4c48"],
    ]
    assert own["symbol_layers"][:3] == [
        ["SimpleFill"], ["SimpleFill", "PointPatternFill"], ["SimpleFill", "LinePatternFill"],
    ]  # fmt: skip


@pytest.mark.external
def test_qgis_puts_the_character_of_a_class_into_its_marker(seen: dict[str, Any]) -> None:
    assert seen["layers"]["onemap_layer_sensitive_receptor_points"]["symbol_layers"][0] == [
        "SimpleMarker",
        "FontMarker",
    ]


@pytest.mark.external
def test_qgis_offers_the_classes_and_a_calendar_to_whoever_edits(seen: dict[str, Any]) -> None:
    own = seen["layers"]["onemap_layer_cadmium_enterprise"]
    assert [*own["values"]["remediation_state"][0]] == ["未启动"]
    assert own["widgets"]["remediation_deadline"] == "DateTime"
    assert own["aliases"]["credit_code"] == "统一社会信用代码"


@pytest.mark.external
def test_qgis_knows_where_a_layer_comes_from(seen: dict[str, Any]) -> None:
    told = seen["layers"]["onemap_layer_cultivated_land"]["metadata"]
    assert (told["contacts"], told["days"], told["crs"]) == (["农业农村局"], ["2026-10-31"], CRS)
    assert "sha" in told["history"][0].lower()


@pytest.mark.external
def test_qgis_finds_in_the_layers_of_a_list_its_records_alone(seen: dict[str, Any], tmp_path: Path) -> None:
    counts = small_atlas(tmp_path).findings["rule"].value_counts()
    lines = seen["layers"]["onemap_list_enterprise_near_receptor_line"]
    assert lines["features"] == counts["enterprise_near_receptor"]
    assert [category[1] for category in lines["categories"]] == ["高", "中", "低", "信息不足"]


@pytest.mark.external
def test_qgis_draws_points_above_lines_and_farmland_at_the_bottom(seen: dict[str, Any]) -> None:
    order = seen["order"]
    heights = [order.index(f"onemap_layer_{name}") for name in ("cadmium_enterprise", "river", "cultivated_land")]
    assert heights == sorted(heights)
    assert order[0].startswith("onemap_list_")


@pytest.mark.external
def test_qgis_has_a_bookmark_for_each_township(seen: dict[str, Any]) -> None:
    assert {mark[0] for mark in seen["bookmarks"]} == {"全图", "示例东镇", "示例西镇"}
    assert {mark[2] for mark in seen["bookmarks"]} == {CRS}


@pytest.mark.external
def test_qgis_prints_the_county_on_one_a3_and_a_page_for_each_township(seen: dict[str, Any]) -> None:
    done = {name: rest for name, *rest in seen["files"]}
    assert (done["layout0.pdf"], done["layout1.pdf"]) == ([0, 1], [0, 2])


@pytest.mark.external
@pytest.mark.parametrize(
    "words", ["图例", "EPSG:4547", "比例尺 1:", "数据截至 2026-11", "制图单位", "审核", "未经地图审核"]
)
def test_the_printed_sheet_says_what_it_is(seen: dict[str, Any], words: str) -> None:
    assert words in real_qgis.text_of(seen["folder"] / "layout0.pdf")


@pytest.mark.external
def test_the_legend_counts_each_class(seen: dict[str, Any], tmp_path: Path) -> None:
    count = int((small_atlas(tmp_path).layers["cultivated_land"].classes == "safe_use").sum())
    assert f"安全利用类({count}块" in real_qgis.text_of(seen["folder"] / "layout0.pdf")


@pytest.mark.external
@pytest.mark.parametrize("number", [0, 1])
def test_a_page_of_the_atlas_tells_the_records_of_its_township(
    seen: dict[str, Any], tmp_path: Path, number: int
) -> None:
    atlas = small_atlas(tmp_path)
    count = int((atlas.findings["township"] == atlas.layers["township"].labels[number]).sum())
    page = real_qgis.text_of(seen["folder"] / "layout1.pdf").split("\f")[number]
    assert f"清单记录共 {count} 条" in page


@pytest.fixture
def read_only(build: Path) -> Iterator[Path]:
    """Yield a copy of the build that nobody may write into."""
    with real_qgis.shared_folder() as folder:
        for name in ("onemap.gpkg", "onemap.qgz"):
            shutil.copy(build / name, folder)
            (folder / name).chmod(0o444)
        folder.chmod(0o555)
        yield folder
        folder.chmod(0o755)


@pytest.mark.external
def test_reading_a_folder_that_is_read_only_changes_no_byte_of_it(read_only: Path) -> None:
    before = {path.name: sha256(path.read_bytes()).hexdigest() for path in read_only.iterdir()}
    seen = real_qgis.open_project(read_only / "onemap.qgz", as_nobody=True)
    assert (seen["opened"], seen["invalid"]) == (True, [])
    assert {path.name: sha256(path.read_bytes()).hexdigest() for path in read_only.iterdir()} == before


@pytest.mark.external
def test_qgis_opens_the_sample_county_and_prints_all_its_townships(sample_atlas: Atlas, tmp_path: Path) -> None:
    project.write(sample_atlas, tmp_path)
    seen = real_qgis.open_project(tmp_path / "onemap.qgz", real_qgis.ARTIFACTS / "qgis")
    assert (seen["invalid"], seen["messages"]) == ([], [])
    counts = sample_atlas.findings.groupby(["rule", "level"]).size()
    told = seen["layers"]["onemap_list_plot_grade_point"]["features"]
    assert told == sum(counts.get(("plot_grade", level), 0) for level in LEVELS)
    assert (
        len([name for name, *_ in seen["files"] if name.startswith("layout1-")])
        == sample_atlas.layers["township"].count
    )


@pytest.mark.external
def test_pages_of_the_atlas_tell_of_townships_of_any_name(tmp_path: Path) -> None:
    atlas = small_atlas(tmp_path)
    township = atlas.layers["township"]
    frame = township.frame.assign(township_name=["[% 1+1 %]镇", None])
    project.write(replace(atlas, layers={**atlas.layers, "township": Layer(township.spec, frame)}), tmp_path)
    seen = real_qgis.open_project(tmp_path / "onemap.qgz", tmp_path / "out")
    pages = [rest[-1] for name, *rest in seen["files"] if name.startswith("layout1-")]
    assert sorted(pages) == sorted(f"乡镇图 {name}" for name in ("[% 1+1 %]镇", township.keys.iloc[1]))
    assert "coalesce" not in real_qgis.text_of(tmp_path / "out" / "layout1.pdf")


@pytest.mark.external
def test_degrees_at_the_frame_are_of_whole_minutes_and_say_what_they_are(seen: dict[str, Any]) -> None:
    """QGIS by itself would put them 2.4 minutes apart and call them 2."""
    county = seen["degrees"][0]
    assert 40_000 < county["scale"] < 45_000
    # A minute of longitude is 1.52 km here, which is 34 to 38 mm on paper.
    assert (county["minutes"], county["said"]) == (2, "112°30′30″E")
