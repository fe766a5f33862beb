from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import fiona
import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pyproj
import pytest

from onemap.export.formats import dbf, shapefiles
from onemap.model import Atlas, Layer
from tests import real_qgis
from tests.atlases import CRS, small_atlas

LONG_NAME = "孟州市大定街道示例化工原料第二分厂及其附属危险废物暂存场地块"
DAY = pd.Timestamp("2019-02-28")
PLOTS: list[dict[str, Any]] = [
    {
        "plot_code": "4108832100001", "plot_name": LONG_NAME, "closed_year": 1998, "declared_area_m2": 22_500.1,
        "control_state": "uncontrolled",
    },
    {"plot_code": "0108832100002", "plot_name": "·—Ⅲ（示例）", "declared_area_m2": 0.123456789012345},
    {"plot_code": "4108832100003", "plot_name": "=1+1", "closed_year": -5, "declared_area_m2": 123_456_789.5},
]  # fmt: skip
"""Codes of 13 digits, one with a leading zero; a number that needs every digit; a text like a formula."""

READ = [
    ["4108832100001", LONG_NAME, 1998, 22_500.1, "未管控"],
    ["0108832100002", "·—Ⅲ（示例）", None, 0.123456789012345, None],
    ["4108832100003", "=1+1", -5, 123_456_789.5, None],
]
COLUMNS = ["DKBM", "DKMC", "GBNF", "ZDMJ", "GKZT"]


def with_rows(atlas: Atlas, layer_id: str, rows: list[dict[str, Any]]) -> Atlas:
    """Return an atlas whose layer has these rows, at the places of the rows it had and without a place beyond."""
    old = atlas.layers[layer_id]
    frame = old.frame.reindex(range(len(rows)))
    for name in old.spec.fields:
        frame[name] = pd.array([row.get(name) for row in rows], dtype=old.frame[name].dtype)
    layer = Layer(old.spec, gpd.GeoDataFrame(frame, geometry="geometry", crs=atlas.crs))
    return replace(atlas, layers={**atlas.layers, layer_id: layer})


def plots(tmp_path: Path, rows: list[dict[str, Any]]) -> Path:
    shapefiles.write(with_rows(small_atlas(tmp_path), "priority_plot", rows), tmp_path)
    return tmp_path / "shapefiles" / "priority_plot.shp"


def none_for_null(rows: list[list[Any]]) -> list[list[Any]]:
    return [[None if pd.isna(value) else value for value in row] for row in rows]


def read_by_pyogrio(path: Path, columns: list[str]) -> list[list[Any]]:
    frame = pyogrio.read_dataframe(path)
    assert frame.crs.to_epsg() == 4547
    return none_for_null(frame[columns].astype(object).to_numpy().tolist())


def read_by_fiona(path: Path, columns: list[str]) -> list[list[Any]]:
    with fiona.open(path) as records:
        return [[record["properties"][name] for name in columns] for record in records]


def read_by_qgis(path: Path, columns: list[str]) -> list[list[Any]]:
    [table] = real_qgis.load([path])
    assert (table["valid"], table["crs"]) == (True, CRS)
    order = [list(table["fields"]).index(name) for name in columns]
    return [[row[place] for place in order] for row in table["rows"]]


READERS = (read_by_pyogrio, read_by_fiona, pytest.param(read_by_qgis, marks=pytest.mark.external))


@pytest.mark.parametrize("read", READERS)
def test_every_reader_finds_the_same_values(tmp_path: Path, read: Any) -> None:
    assert read(plots(tmp_path, PLOTS), COLUMNS) == READ


@pytest.mark.parametrize("read", READERS)
def test_rare_characters_come_through(tmp_path: Path, read: Any) -> None:
    rows = [{"plot_code": "4108832100001", "plot_name": "𠮷㛃䶮村示例地块"}, PLOTS[0]]
    assert read(plots(tmp_path, rows), ["DKMC"]) == [["𠮷㛃䶮村示例地块"], [LONG_NAME]]


@pytest.mark.parametrize("read", READERS)
def test_dates_are_dates_and_null_dates_are_null(tmp_path: Path, read: Any) -> None:
    rows = [{"plot_code": "JS-1", "supplied_on": DAY}, {"plot_code": "JS-2"}]
    shapefiles.write(with_rows(small_atlas(tmp_path), "construction_plot", rows), tmp_path)
    days = read(tmp_path / "shapefiles" / "construction_plot.shp", ["GYRQ"])
    assert [None if day is None else str(day)[:10] for [day] in days] == ["2019-02-28", None]


def test_types_do_not_hang_on_the_values(tmp_path: Path) -> None:
    with fiona.open(plots(tmp_path, [{"plot_code": "4108832100001", "declared_area_m2": 5.0}])) as records:
        types = {name: kind.split(":")[0] for name, kind in records.schema["properties"].items()}
    assert (types["DKBM"], types["GBNF"], types["ZDMJ"]) == ("str", "int32", "float")


def test_widths_are_what_the_values_need(tmp_path: Path) -> None:
    with fiona.open(plots(tmp_path, PLOTS)) as records:
        types = records.schema["properties"]
    assert (types["DKBM"], types["DKMC"], types["GBNF"]) == (
        "str:13",
        f"str:{len(LONG_NAME.encode('gbk'))}",
        "int32:4",
    )


def test_gbk_is_said_in_the_cpg_and_in_the_header(tmp_path: Path) -> None:
    path = plots(tmp_path, PLOTS)
    header = path.with_suffix(".dbf").read_bytes()[:32]
    assert (path.with_suffix(".cpg").read_text(), header[29]) == ("GBK", 0x4D)
    assert tuple(header[1:4]) == (2026 - 1900, 11, 1)


def test_one_value_beyond_gbk_makes_the_whole_file_utf_8(tmp_path: Path) -> None:
    path = plots(tmp_path, [{"plot_code": "1", "plot_name": "𠮷"}, *PLOTS])
    header = path.with_suffix(".dbf").read_bytes()[:32]
    assert (path.with_suffix(".cpg").read_text(), header[29]) == ("UTF-8", 0)


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
def test_a_long_text_is_cut_at_a_character(encoding: dbf.Encoding) -> None:
    full = "a" + "示例" * 100
    column = dbf.column("DKMC", pd.Series(["短", full]), encoding)
    text = column.cells[1].decode(encoding)
    assert full.startswith(text)
    assert 254 - len("示".encode(encoding)) < len(text.encode(encoding)) <= 254
    assert column.cut == {1: (1, full)}


def test_cut_texts_are_told_in_full(tmp_path: Path) -> None:
    full = "示例地块" * 40
    folder = plots(tmp_path, [{"plot_code": "4108832100001", "plot_name": full}]).parent
    rows = list(openpyxl.load_workbook(folder / "字段对照表.xlsx").worksheets[1].values)
    assert rows[1] == ("priority_plot", "4108832100001", "DKMC 地块名称", full)


def test_the_projection_is_spelt_as_arcgis_spells_it(tmp_path: Path) -> None:
    text = plots(tmp_path, PLOTS).with_suffix(".prj").read_text()
    assert text.startswith('PROJCS["CGCS2000_3_Degree_GK_CM_114E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000"')
    assert pyproj.CRS.from_wkt(text).to_epsg() == 4547


def test_a_layer_of_polygons_and_points_is_two_files(tmp_path: Path) -> None:
    shapefiles.write(small_atlas(tmp_path), tmp_path)
    folder = tmp_path / "shapefiles"
    polygons = pyogrio.read_dataframe(folder / "sensitive_receptor.shp")
    points = pyogrio.read_dataframe(folder / "sensitive_receptor_points.shp")
    assert (polygons["STBM"].tolist(), points["STBM"].tolist()) == (["ST-02", "ST-03"], ["ST-01"])
    assert polygons.geometry.isna().tolist() == [False, True]


def test_a_layer_without_rows_is_a_file_with_columns(tmp_path: Path) -> None:
    path = plots(tmp_path, [])
    info = pyogrio.read_info(path)
    assert (info["features"], info["geometry_type"], info["fields"][0]) == (0, "Polygon", "DKBM")


def test_no_text_of_a_null_is_ever_written(tmp_path: Path) -> None:
    shapefiles.write(small_atlas(tmp_path, located=False), tmp_path)
    for path in (tmp_path / "shapefiles").glob("*.dbf"):
        assert not {b"NaT", b"nan", b"None", b"<NA>"} & set(path.read_bytes().split())


def test_two_writes_are_the_same_bytes(tmp_path: Path) -> None:
    atlas = small_atlas(tmp_path)
    first = {path.name: path.read_bytes() for path in shapefiles.write(atlas, tmp_path)}
    assert {path.name: path.read_bytes() for path in shapefiles.write(atlas, tmp_path)} == first


def test_the_field_workbook_tells_every_column_of_every_file(tmp_path: Path) -> None:
    paths = shapefiles.write(small_atlas(tmp_path), tmp_path)
    rows = list(openpyxl.load_workbook(paths[-1]).worksheets[0].values)[1:]
    told = {(row[0], row[2]) for row in rows}
    assert told == {
        (path.stem, name) for path in paths if path.suffix == ".shp" for name in pyogrio.read_info(path)["fields"]
    }
    [land_class] = [row for row in rows if row[:3:2] == ("cultivated_land", "ZLLB")]
    assert land_class[3:5] == ("质量类别", "Class")
    assert "安全利用类" in land_class[8]


@pytest.mark.external
def test_qgis_opens_every_shapefile_styled_and_with_chinese_names(tmp_path: Path) -> None:
    paths = [path for path in shapefiles.write(small_atlas(tmp_path), tmp_path) if path.suffix == ".shp"]
    seen = {path.stem: table for path, table in zip(paths, real_qgis.load(paths), strict=True)}
    assert {name for name, table in seen.items() if not (table["valid"] and table["styled"])} == set()
    assert list(seen["cultivated_land"]["categories"])[:3] == ["优先保护类", "安全利用类", "严格管控类"]
    assert seen["cultivated_land"]["aliases"]["ZLLB"] == "质量类别"
