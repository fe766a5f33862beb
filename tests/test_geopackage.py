from __future__ import annotations

import sqlite3
import tomllib
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pyogrio
import pyproj
import pytest
import shapely

from onemap.export.formats import geopackage
from onemap.spec.catalogue import shipped
from tests import real_qgis
from tests.atlases import CRS, FARMLAND_FILE, RARE_NAME, small_atlas

SPATIAL = (
    "issues", "findings_points", "cadmium_enterprise", "groundwater_point", "findings", "reaches",
    "sensitive_receptor_points",
    "sensitive_receptor", "priority_plot", "drinking_water_source", "construction_plot", "river", "township",
    "cultivated_land",
)  # fmt: skip
"""From the top of the map to its ground."""


@pytest.fixture(scope="module")
def gpkg(tmp_path_factory: pytest.TempPathFactory) -> Path:
    [path] = geopackage.write(small_atlas(tmp_path_factory.mktemp("project")), tmp_path_factory.mktemp("build"))
    return path


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(query).fetchall()


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        return list(database.iterdump())


def test_every_layer_is_a_table_and_so_are_findings_and_issues(gpkg: Path) -> None:
    assert {name for name, _ in pyogrio.list_layers(gpkg)} == {*SPATIAL, "layer_styles"}


def test_a_layer_of_polygons_and_points_is_two_tables(gpkg: Path) -> None:
    types = dict(pyogrio.list_layers(gpkg))
    assert (types["sensitive_receptor"], types["sensitive_receptor_points"]) == ("MultiPolygon", "Point")


def test_a_feature_without_geometry_is_in_the_first_table(gpkg: Path) -> None:
    frame = pyogrio.read_dataframe(gpkg, layer="sensitive_receptor").set_index("receptor_code")
    assert frame.index.tolist() == ["ST-02", "ST-03"]
    assert frame.geometry.isna().tolist() == [False, True]


def test_an_empty_layer_keeps_its_columns(tmp_path: Path) -> None:
    atlas = small_atlas(tmp_path, located=False)
    [path] = geopackage.write(atlas, tmp_path)
    info = pyogrio.read_info(path, layer="river")
    assert (info["geometry_type"], info["fields"].tolist()[:2]) == (
        "MultiLineString",
        ["river_code", "river_name"],
    )


def test_classes_are_words_and_rare_characters_survive(gpkg: Path) -> None:
    found = rows(gpkg, "SELECT unit_code, unit_name, land_class FROM cultivated_land")
    assert found[2] == ("41088320260003", RARE_NAME, "严格管控类")


def test_dates_are_dates_and_null_dates_are_null(gpkg: Path) -> None:
    types = dict(rows(gpkg, "SELECT name, type FROM pragma_table_info('cadmium_enterprise')"))
    assert types["remediation_deadline"] == "DATE"
    assert rows(gpkg, "SELECT remediation_deadline FROM cadmium_enterprise") == [("2026-12-31",), (None,)]


def test_integers_are_integers_and_null_where_not_known(gpkg: Path) -> None:
    assert rows(gpkg, "SELECT typeof(village_count), village_count FROM township") == [
        ("integer", 21),
        ("null", None),
    ]


def test_each_feature_says_where_it_comes_from(gpkg: Path) -> None:
    assert rows(gpkg, "SELECT source, source_row, located_in FROM cultivated_land")[1] == (
        FARMLAND_FILE,
        2,
        "示例西镇",
    )


def test_findings_carry_their_lines(gpkg: Path) -> None:
    frame = pyogrio.read_dataframe(gpkg, layer="findings")
    assert frame.geometry.isna().tolist() == [True, False, False, False, False, True, False]
    assert shapely.length(frame.geometry[1]) == pytest.approx(200)


def test_issues_lie_at_their_longitude_and_latitude(gpkg: Path) -> None:
    frame = pyogrio.read_dataframe(gpkg, layer="issues").set_index("kind")
    x, y = pyproj.Transformer.from_crs("EPSG:4490", CRS, always_xy=True).transform(112.79, 34.88)
    assert frame.geometry["unknown_class"].equals_exact(shapely.Point(x, y), 1e-6)
    assert frame.geometry["null_geometry"] is None


def test_layers_are_described_by_title_and_basis(gpkg: Path) -> None:
    [(text,)] = rows(gpkg, "SELECT description FROM gpkg_contents WHERE table_name = 'river'")
    assert text == "河流; 水系图层"


def test_the_file_says_version_1_2_and_the_date_of_the_period(gpkg: Path) -> None:
    assert rows(gpkg, "PRAGMA user_version") == [(10200,)]
    assert {moment[:10] for (moment,) in rows(gpkg, "SELECT last_change FROM gpkg_contents")} == {"2026-11-01"}


def test_two_writes_are_the_same_file(gpkg: Path, tmp_path: Path) -> None:
    [again] = geopackage.write(small_atlas(tmp_path), tmp_path)
    assert dump(again) == dump(gpkg)


def test_nothing_is_left_beside_the_file(gpkg: Path) -> None:
    assert [path.name for path in gpkg.parent.iterdir()] == ["onemap.gpkg"]


def test_styles_have_the_colours_of_the_layer_file(gpkg: Path) -> None:
    table = tomllib.loads((shipped("layers") / "cultivated_land.toml").read_text("utf-8"))
    opacity = round(table["style"]["opacity"] * 255)
    wanted = {own["title"]: (*bytes.fromhex(own["fill"][1:]), opacity) for own in table["classes"].values()}
    [(qml,)] = rows(gpkg, "SELECT styleQML FROM layer_styles WHERE f_table_name = 'cultivated_land'")
    root = ET.fromstring(qml)
    colours = {
        symbol.get("name"): symbol.find("layer/Option/Option[@name='color']").get("value")
        for symbol in root.iterfind("renderer-v2/symbols/symbol")
    }
    drawn = {c.get("value"): tuple(map(int, colours[c.get("symbol")].split(","))) for c in root.iter("category")}
    assert {title: drawn[title] for title in wanted} == wanted


def test_every_spatial_table_has_one_default_style(gpkg: Path) -> None:
    assert {name for (name,) in rows(gpkg, "SELECT f_table_name FROM layer_styles WHERE useAsDefault = 1")} == {
        *SPATIAL
    }


@pytest.fixture(scope="module")
def seen(gpkg: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What QGIS sees in each table of a copy, for QGIS changes the journal mode of what it opens."""
    copy = tmp_path_factory.mktemp("qgis") / gpkg.name
    copy.write_bytes(gpkg.read_bytes())
    tables = real_qgis.load([f"{copy}|layername={name}" for name in SPATIAL], "geopackage_in_qgis.png")
    return dict(zip(SPATIAL, tables, strict=True))


@pytest.mark.external
@pytest.mark.parametrize("name", SPATIAL)
def test_qgis_opens_each_table_in_its_crs_and_styled(seen: dict[str, dict[str, Any]], name: str) -> None:
    assert (seen[name]["valid"], seen[name]["crs"], seen[name]["styled"]) == (True, CRS, True)


@pytest.mark.external
def test_qgis_reads_chinese_codes_and_nulls(seen: dict[str, dict[str, Any]]) -> None:
    table = seen["cultivated_land"]
    row = dict(zip(table["fields"], table["rows"][4], strict=True))
    assert (row["unit_code"], row["land_class"], row["crop"]) == ("41088320260005", "安全利用类", None)


@pytest.mark.external
def test_qgis_reads_dates_as_dates(seen: dict[str, dict[str, Any]]) -> None:
    table = seen["cadmium_enterprise"]
    days = [dict(zip(table["fields"], row, strict=True))["remediation_deadline"] for row in table["rows"]]
    assert (table["fields"]["remediation_deadline"], days) == ("Date", ["2026-12-31", None])


@pytest.mark.external
def test_qgis_draws_by_class_with_titles(seen: dict[str, dict[str, Any]]) -> None:
    assert seen["cultivated_land"]["categories"] | {"": None} == {
        "优先保护类": ["优先保护类", "#63b56e"],
        "安全利用类": ["安全利用类", "#f4cb42"],
        "严格管控类": ["严格管控类", "#db4c48"],
        "": None,
    }


@pytest.mark.external
def test_qgis_shows_chinese_names_of_columns_and_labels_townships(seen: dict[str, dict[str, Any]]) -> None:
    assert seen["priority_plot"]["aliases"]["plot_code"] == "地块编码"
    assert (seen["township"]["labels"], seen["issues"]["labels"]) == (True, False)
