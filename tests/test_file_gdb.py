"""File geodatabases, read back by pyogrio, ogrinfo and QGIS."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyogrio
import pytest
import shapely

from onemap.export.formats.file_gdb import write_gdb
from onemap.export.parts import Column, Part
from onemap.handover import Handed
from tests import real_qgis
from tests.atlases import CRS
from tests.exports import HOSTILE, LONG_VILLAGE, RARE, all_parts, built, export, hostile_atlas, target
from tests.externals import need


@pytest.fixture(scope="module")
def handed(tmp_path_factory: pytest.TempPathFactory) -> Handed:
    folder = tmp_path_factory.mktemp("gdb")
    return export(built(folder), "gdb", folder / "x.gdb")


def with_column(part: Part, name: str, values: list[Any]) -> Part:
    """Return a part with one more column."""
    frame = part.frame.assign(**{name: values})
    return replace(part, frame=frame, columns=(*part.columns, Column(name, f"标题 {name}", "X")))


def river(tmp_path: Path) -> Part:
    [part] = [part for part in all_parts(hostile_atlas(tmp_path)) if part.name == "river"]
    return part


def test_every_part_is_a_feature_class_of_many(handed: Handed) -> None:
    types = dict(pyogrio.list_layers(handed.path))
    assert (types["cultivated_land"], types["river"]) == ("MultiPolygon", "MultiLineString")
    assert (types["cadmium_enterprise"], types["issues"], types["findings"]) == ("Point", "Point", "MultiLineString")


def test_rare_characters_long_names_and_hostile_ones_come_through(handed: Handed) -> None:
    frame = pyogrio.read_dataframe(handed.path, layer="cultivated_land")
    assert (frame["unit_name"].tolist()[:2], frame["village"][0]) == ([RARE, HOSTILE], LONG_VILLAGE)
    assert frame["unit_code"].tolist()[1] == "010883202600002"


def test_dates_are_dates_without_a_time_zone_and_null_dates_are_null(handed: Handed) -> None:
    days = pyogrio.read_dataframe(handed.path, layer="construction_plot")["supplied_on"]
    assert str(days.dtype).startswith("datetime64")
    assert (days[0], pd.isna(days[1])) == (pd.Timestamp("2019-02-28"), True)


def test_whole_numbers_are_of_32_bits_and_null_where_not_known(handed: Handed) -> None:
    info = pyogrio.read_info(handed.path, layer="township")
    assert dict(zip(info["fields"], info["ogr_types"], strict=True))["village_count"] == "OFTInteger"
    assert pyogrio.read_dataframe(handed.path, layer="township")["village_count"].fillna(-1).tolist() == [21, -1]


def test_larger_numbers_ask_for_a_later_arcgis_and_say_so(tmp_path: Path) -> None:
    atlas = hostile_atlas(tmp_path)
    written = write_gdb([with_column(river(tmp_path / "p"), "volume", [2**40])], target(tmp_path / "x.gdb", atlas))
    assert pyogrio.read_dataframe(tmp_path / "x.gdb")["volume"].tolist() == [2**40]
    assert ["ArcGIS Pro 3.2" in text for text in written.told] == [True]


@pytest.mark.parametrize("name", ["order", "select", "group", "long_name_" + "x" * 60])
def test_a_name_that_a_geodatabase_changes_is_told(tmp_path: Path, name: str) -> None:
    atlas = hostile_atlas(tmp_path)
    written = write_gdb([with_column(river(tmp_path / "p"), name, ["甲"])], target(tmp_path / "x.gdb", atlas))
    *_, other = pyogrio.read_info(tmp_path / "x.gdb")["fields"]
    assert other != name
    assert [name in text and other in text for text in written.told] == [True]


@pytest.mark.parametrize("name", ["objectid", "shape", "SHAPE", "OBJECTID"])
def test_a_name_of_the_geodatabase_itself_is_kept_for_the_field(tmp_path: Path, name: str) -> None:
    atlas = hostile_atlas(tmp_path)
    written = write_gdb([with_column(river(tmp_path / "p"), name, ["甲"])], target(tmp_path / "x.gdb", atlas))
    assert (pyogrio.read_info(tmp_path / "x.gdb")["fields"][-1], written.told) == (name, ())


def test_no_field_of_ours_is_called_otherwise(tmp_path: Path) -> None:
    atlas = hostile_atlas(tmp_path)
    made = all_parts(atlas)
    written = write_gdb(made, target(tmp_path / "x.gdb", atlas))
    names = {part.name: [column.name for column in part.columns] for part in made}
    assert {name: pyogrio.read_info(tmp_path / "x.gdb", layer=name)["fields"].tolist() for name in names} == names
    assert written.told == ()


def test_places_are_kept_and_so_are_features_without(handed: Handed) -> None:
    frame = pyogrio.read_dataframe(handed.path, layer="sensitive_receptor")
    assert (frame.crs.to_epsg(), frame.geometry.isna().tolist()) == (4547, [False, True])
    assert shapely.area(frame.geometry[0]) == pytest.approx(60_000, rel=1e-6)


def test_gdal_knows_the_chinese_names_and_the_widths(handed: Handed) -> None:
    run = [need("ogrinfo"), "-so", str(handed.path), "cultivated_land"]
    told = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert re.search(r'unit_name: String \(255\.0\), alternative name="单元名称"', told)


@pytest.mark.external
def test_qgis_opens_it_with_chinese_names_of_columns(handed: Handed) -> None:
    land, plots = real_qgis.load(
        [f"{handed.path}|layername={name}" for name in ("cultivated_land", "construction_plot")]
    )
    assert (land["valid"], land["crs"], land["aliases"]["land_class"]) == (True, CRS, "质量类别")
    rows = [dict(zip(plots["fields"], row, strict=True)) for row in plots["rows"]]
    assert [row["supplied_on"] and row["supplied_on"][:10] for row in rows] == ["2019-02-28", None]


def test_lists_and_issues_are_in_words(handed: Handed) -> None:
    assert set(pyogrio.read_dataframe(handed.path, layer="findings")["level"]) <= {"高", "中", "低", "信息不足"}
    assert set(pyogrio.read_dataframe(handed.path, layer="issues")["severity"]) <= {"错误", "警告", "提示"}


def test_an_earlier_geodatabase_is_replaced_when_asked_for(tmp_path: Path) -> None:
    build = built(tmp_path)
    for _ in range(2):
        path = export(build, "gdb", tmp_path / "x", "river", overwrite=True).path
    assert (path.name, [name for name, _ in pyogrio.list_layers(path)]) == ("x.gdb", ["river"])
