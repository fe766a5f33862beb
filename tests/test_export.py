"""onemap export: a part of a build in another format."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import fiona
import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pyproj
import pytest
import shapely

from onemap.cli import main
from onemap.errors import KeyNotFoundError, OnemapError, PathError, ProjectError
from onemap.export.formats import shapefiles
from onemap.export.parts import parts
from onemap.handover import FORMATS
from onemap.model import Layer
from onemap.pipeline import build as build_project
from onemap.pipeline import publish
from onemap.record import Build, open_build
from onemap.spec.project import load_project
from tests import real_qgis
from tests.atlases import CRS, SOUTH, WEST, small_atlas
from tests.exports import HOSTILE, LONG_VILLAGE, RARE, built, export, target
from tests.projects import small_project
from tests.test_shapefiles import with_rows

TABLES = ("gpkg", "shp", "geojson", "parquet", "fgb")
"""Formats that GDAL or geopandas reads."""


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    return built(tmp_path_factory.mktemp("built"))


def layer_file(path: Path, name: str) -> Path:
    """Return the file of a table in what was exported."""
    return next(iter(path.glob(f"{name}.[!dcq]*")), path) if path.is_dir() and path.suffix != ".gdb" else path


def read(path: Path, name: str) -> gpd.GeoDataFrame:
    file = layer_file(path, name)
    if file.suffix == ".parquet":
        return gpd.read_parquet(file)
    return pyogrio.read_dataframe(file, layer=name if file.suffix in (".gpkg", ".gdb") else None)


def named(frame: pd.DataFrame, *names: str) -> pd.Series:
    return next(frame[name] for name in names if name in frame)


@pytest.mark.parametrize("form", TABLES)
def test_rare_characters_long_names_and_hostile_ones_come_through(build: Build, tmp_path: Path, form: str) -> None:
    assert len(LONG_VILLAGE.encode()) == 48
    frame = read(export(build, form, tmp_path / "x", "cultivated_land").path, "cultivated_land")
    assert {RARE, HOSTILE} <= {*named(frame, "unit_name", "DYMC")}
    assert LONG_VILLAGE in {*named(frame, "village", "XZQMC")}


@pytest.mark.parametrize("form", TABLES)
def test_null_dates_are_null_and_dates_are_dates(build: Build, tmp_path: Path, form: str) -> None:
    frame = read(export(build, form, tmp_path / "x", "construction_plot").path, "construction_plot")
    days = pd.to_datetime(named(frame, "supplied_on", "GYRQ"))
    assert [None if pd.isna(day) else f"{day:%Y-%m-%d}" for day in days] == ["2019-02-28", None]


@pytest.mark.parametrize("form", TABLES)
def test_a_feature_without_a_place_is_kept(build: Build, tmp_path: Path, form: str) -> None:
    handed = export(build, form, tmp_path / "x", "cultivated_land", "sensitive_receptor")
    assert read(handed.path, "sensitive_receptor").geometry.isna().tolist() == [False, True]
    assert ("敏感受体", 2, 1) in handed.counts


@pytest.mark.parametrize("form", [form for form in TABLES if form != "geojson"])
def test_shapes_are_in_the_crs_of_the_build(build: Build, tmp_path: Path, form: str) -> None:
    frame = read(export(build, form, tmp_path / "x", "township").path, "township")
    assert frame.crs.to_epsg() == 4547
    assert frame.total_bounds.tolist() == pytest.approx([WEST, SOUTH, WEST + 12_000, SOUTH + 6000])


@pytest.mark.parametrize("form", TABLES)
def test_shapes_are_in_degrees_where_they_are_asked_for(build: Build, tmp_path: Path, form: str) -> None:
    frame = read(export(build, form, tmp_path / "x", "township", crs="lonlat").path, "township")
    west, south = pyproj.Transformer.from_crs(CRS, "EPSG:4490", always_xy=True).transform(WEST, SOUTH)
    assert frame.crs.to_epsg() == (4326 if form == "geojson" else 4490)
    assert abs(shapely.get_coordinates(frame.geometry) - (west, south)).sum(axis=1).min() < 4e-8


def test_degrees_of_wgs_84_are_those_of_cgcs2000(build: Build, tmp_path: Path) -> None:
    own, other = (
        read(export(build, "gpkg", tmp_path / crs[5:], "township", crs=crs).path, "township")
        for crs in ("EPSG:4490", "EPSG:4326")
    )
    np.testing.assert_allclose(own.total_bounds, other.total_bounds, atol=1e-9)


def test_another_zone_is_told_where_it_is_not_meant_for_the_place(build: Build, tmp_path: Path) -> None:
    handed = export(build, "gpkg", tmp_path / "x", "township", crs="EPSG:4549")
    assert "EPSG:4549" in " ".join(handed.told)
    assert pyogrio.read_info(handed.path, layer="township")["crs"] == "EPSG:4549"


@pytest.mark.parametrize(
    "crs", ["EPSG:4214", "EPSG:2362", "EPSG:4610", "gcj02", "BD-09", "EPSG:4979", "EPSG:4269", "EPSG:99999", "x"]
)
def test_what_is_not_on_cgcs2000_is_refused(build: Build, tmp_path: Path, crs: str) -> None:
    with pytest.raises(ProjectError) as fault:
        export(build, "gpkg", tmp_path / "x", crs=crs)
    assert fault.value.hint
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", [name for name, form in FORMATS.items() if form.crs == "degrees"])
def test_a_format_in_degrees_is_in_no_other_system(build: Build, tmp_path: Path, form: str) -> None:
    with pytest.raises(ProjectError, match="度"):
        export(build, form, tmp_path / "x", crs=CRS)


def test_fields_are_chosen_by_id_or_title_and_the_key_stays(build: Build, tmp_path: Path) -> None:
    path = export(build, "gpkg", tmp_path / "x", "cultivated_land", fields=("village", "质量类别")).path
    assert pyogrio.read_info(path, layer="cultivated_land")["fields"].tolist() == ["unit_code", "land_class", "village"]


def test_a_field_that_no_layer_has_is_told_with_the_one_meant(build: Build, tmp_path: Path) -> None:
    with pytest.raises(KeyNotFoundError) as fault:
        export(build, "gpkg", tmp_path / "x", "cultivated_land", fields=("vilage",))
    assert fault.value.hint == "是不是“village”？"


@pytest.mark.external
def test_qgis_colours_by_class_only_where_the_class_is_there(build: Build, tmp_path: Path) -> None:
    asked: list[dict[str, Any]] = [{}, {"fields": ("village",)}]
    paths = [export(build, "gpkg", tmp_path / str(n), "cultivated_land", **more).path for n, more in enumerate(asked)]
    whole, part = real_qgis.load([f"{path}|layername=cultivated_land" for path in paths])
    assert whole["categories"]["严格管控类"] == ["严格管控类", "#db4c48"]
    assert (part["styled"], part["categories"]) == (True, {})


@pytest.mark.parametrize("word", ["cultivated_land", "耕地土壤环境质量类别", "Cultivated-land class"])
def test_a_layer_is_named_by_its_id_or_a_title(build: Build, tmp_path: Path, word: str) -> None:
    path = export(build, "gpkg", tmp_path / "x", word).path
    assert {name for name, _ in pyogrio.list_layers(path)} - {"layer_styles"} == {"cultivated_land"}


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("耕地土壤环境质量", "是不是“耕地土壤环境质量类别”？"),
        ("zzzz", "已有：cadmium_enterprise"),
        ("elevation", "已有："),
    ],
)
def test_a_layer_that_is_not_there_is_told(build: Build, tmp_path: Path, word: str, hint: str) -> None:
    with pytest.raises(KeyNotFoundError) as fault:
        export(build, "gpkg", tmp_path / "x", word)
    assert fault.value.hint.startswith(hint)


def test_a_list_is_the_findings_of_its_rule(build: Build, tmp_path: Path) -> None:
    title = build.catalogue.rules["enterprise_near_receptor"].title
    frame = read(export(build, "gpkg", tmp_path / "x", title).path, "findings")
    assert set(frame["rule"]) == {"enterprise_near_receptor"}
    assert len(frame) == sum(one["rule"] == "enterprise_near_receptor" for one in build.findings) > 0


def test_levels_leave_the_other_findings_out(build: Build, tmp_path: Path) -> None:
    frame = read(export(build, "gpkg", tmp_path / "x", "findings", levels=("低",)).path, "findings")
    assert len(frame) == sum(one["level"] == "low" for one in build.findings) > 0


def test_a_level_without_lists_is_refused(build: Build, tmp_path: Path) -> None:
    with pytest.raises(KeyNotFoundError, match="level"):
        export(build, "gpkg", tmp_path / "x", "river", levels=("high",))


def test_lists_are_in_words_where_nothing_else_says_what_their_ids_mean(build: Build, tmp_path: Path) -> None:
    frame = read(export(build, "shp", tmp_path / "x", "enterprise_near_receptor").path, "findings")
    rule = build.catalogue.rules["enterprise_near_receptor"].title
    assert (set(frame["RULE"]), set(frame["LEVEL"])) == ({rule}, {"中", "低"})
    assert {"国考点位", "学校"} <= set(frame["TO_CLASS"])


def test_a_township_is_found_by_whatever_name(build: Build, tmp_path: Path) -> None:
    path = export(build, "gpkg", tmp_path / "x", township="示例县示例东镇人民政府").path
    assert read(path, "cadmium_enterprise")["credit_code"].tolist() == ["91410883MA0000002X"]
    assert set(read(path, "findings")["township"]) == {"示例东镇"}


def test_an_unknown_township_is_told_with_the_one_meant(build: Build, tmp_path: Path) -> None:
    with pytest.raises(KeyNotFoundError) as fault:
        export(build, "gpkg", tmp_path / "x", township="示东镇")
    assert fault.value.hint == "是不是“示例东镇”？"


def test_nothing_to_hand_over_is_an_error_and_no_file(build: Build, tmp_path: Path) -> None:
    with pytest.raises(KeyNotFoundError):
        export(build, "gpkg", tmp_path / "x", "river", township="示例东镇")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_layer_among_others_is_told(build: Build, tmp_path: Path) -> None:
    assert "河流" in " ".join(export(build, "gpkg", tmp_path / "x", "river", "township", township="示例东镇").told)


def test_a_csv_opens_in_excel_and_calculates_nothing(build: Build, tmp_path: Path) -> None:
    path = export(build, "csv", tmp_path / "x.csv", "cultivated_land").path
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["单元编码"] for row in rows] == ["'410883202600001", "'010883202600002", "'410883202600003"]
    assert [row["单元名称"] for row in rows] == [RARE, HOSTILE, "'=1+1"]
    assert rows[1]["登记面积"] == "1500.25"


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_table_tells_the_place_of_a_shape_by_a_point_in_it(build: Build, tmp_path: Path, form: str) -> None:
    path = export(build, form, tmp_path / f"x.{form}", "township").path
    rows: list[Any] = list(openpyxl.load_workbook(path).worksheets[0].values) if form == "xlsx" else []
    if form == "csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
    assert rows[0][-2:] in (("经度", "纬度"), ["经度", "纬度"])
    place = shapely.Point(*map(float, rows[1][-2:]))
    to_metres = pyproj.Transformer.from_crs("EPSG:4490", CRS, always_xy=True)
    assert shapely.box(WEST, SOUTH, WEST + 6000, SOUTH + 6000).contains(
        shapely.Point(*to_metres.transform(place.x, place.y))
    )


def test_a_workbook_has_codes_as_text_and_dates_as_dates(build: Build, tmp_path: Path) -> None:
    path = export(build, "xlsx", tmp_path / "x", "cultivated_land", "construction_plot").path
    book = openpyxl.load_workbook(path)
    assert [cell.value for cell in book["耕地土壤环境质量类别"]["A"]][1:] == [
        "410883202600001", "010883202600002", "410883202600003",
    ]  # fmt: skip
    [column] = [one for one in book["建设用地地块"].iter_cols() if one[0].value == "供应日期"]
    assert column[1].is_date
    assert [cell.value and f"{cell.value:%Y-%m-%d}" for cell in column[1:]] == ["2019-02-28", None]


def test_parquet_knows_its_crs_and_what_its_columns_are_called(build: Build, tmp_path: Path) -> None:
    schema = pq.read_schema(export(build, "parquet", tmp_path / "x.parquet", "cultivated_land").path)
    geo = json.loads(schema.metadata[b"geo"])
    assert (geo["primary_column"], geo["columns"]["geometry"]["encoding"]) == ("geometry", "WKB")
    assert pyproj.CRS.from_json_dict(geo["columns"]["geometry"]["crs"]).to_epsg() == 4547
    assert schema.field("land_class").metadata[b"title"].decode() == "质量类别"


def test_flatgeobuf_has_an_index_and_titles_unless_a_place_is_missing(build: Build, tmp_path: Path) -> None:
    path = export(build, "fgb", tmp_path / "x", "township").path
    assert pyogrio.read_info(path)["capabilities"]["fast_spatial_filter"]
    west = (WEST + 10, SOUTH + 10, WEST + 20, SOUTH + 20)
    assert pyogrio.read_dataframe(path, bbox=west)["township_name"].tolist() == ["示例西镇"]


def test_geojson_is_as_its_standard_has_it(build: Build, tmp_path: Path) -> None:
    table = json.loads(export(build, "geojson", tmp_path / "x.geojson", "township").path.read_text(encoding="utf-8"))
    assert (table["type"], "crs" in table) == ("FeatureCollection", False)
    ring = shapely.LinearRing(table["features"][0]["geometry"]["coordinates"][0])
    assert (ring.is_ccw, table["features"][0]["properties"]["township_name"]) == (True, "示例西镇")


def test_texts_that_a_shapefile_cuts_are_counted(tmp_path: Path) -> None:
    atlas = with_rows(small_atlas(tmp_path), "priority_plot", [{"plot_code": "1", "plot_name": "示例地块" * 40}])
    written = shapefiles.write_parts(parts(atlas.layers["priority_plot"]), target(tmp_path / "x", atlas))
    assert [text[:4] for text in written.told] == ["1 处文"]


def test_a_shapefile_of_fiona_has_the_same_rows(build: Build, tmp_path: Path) -> None:
    path = export(build, "shp", tmp_path / "x", "cultivated_land").path
    with fiona.open(path / "cultivated_land.shp") as records:
        assert [record["properties"]["LBBM"] for record in records] == [
            "410883202600001", "010883202600002", "410883202600003",
        ]  # fmt: skip


def test_several_tables_of_a_format_for_one_are_a_folder(build: Build, tmp_path: Path) -> None:
    path = export(build, "fgb", tmp_path / "x", "township", "sensitive_receptor").path
    assert {one.name for one in path.iterdir()} == {
        "township.fgb", "sensitive_receptor.fgb", "sensitive_receptor_points.fgb",
    }  # fmt: skip
    with pytest.raises(PathError):
        export(build, "fgb", tmp_path / "x.fgb", "township", "sensitive_receptor")


def test_the_name_says_what_it_is(tmp_path: Path) -> None:
    build = built(tmp_path)
    named: list[Callable[[], Path]] = [
        lambda: export(build, "xlsx", None, "耕地土壤环境质量类别", township="示例西镇").path,  # type: ignore[arg-type]
        lambda: export(build, "shp", None, "township").path,  # type: ignore[arg-type]
    ]
    assert [make().name for make in named] == [
        "孟州市-示例西镇-耕地土壤环境质量类别-2026-11.xlsx",
        "孟州市-乡镇界线-2026-11-shp",
    ]
    assert {path.parent for path in tmp_path.glob("孟州市*")} == {build.folder.parent}


def test_nothing_is_written_into_a_build(build: Build) -> None:
    with pytest.raises(PathError):
        export(build, "gpkg", build.folder / "mine.gpkg")


def test_nothing_is_overwritten_unless_it_is_asked_for(build: Build, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("mine")
    with pytest.raises(PathError):
        export(build, "csv", tmp_path / "x.csv", "township")
    assert (tmp_path / "x.csv").read_text() == "mine"
    export(build, "csv", tmp_path / "x.csv", "township", overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]
    assert "示例西镇" in (tmp_path / "x.csv").read_text(encoding="utf-8")


def test_a_folder_is_replaced_as_a_whole_and_only_if_it_holds_nothing_else(build: Build, tmp_path: Path) -> None:
    path = export(build, "shp", tmp_path / "x", "township", "river").path
    export(build, "shp", tmp_path / "x", "township", overwrite=True)
    assert not (path / "river.shp").exists()
    (path / "thesis.docx").write_text("mine")
    with pytest.raises(PathError, match=r"thesis\.docx"):
        export(build, "shp", tmp_path / "x", "river", overwrite=True)
    assert (path / "thesis.docx").read_text() == "mine"


@pytest.mark.parametrize("form", ["gpkg", "parquet", "fgb", "geojson", "csv", "xlsx"])
def test_two_exports_are_the_same_bytes(build: Build, tmp_path: Path, form: str) -> None:
    one, other = (export(build, form, tmp_path / name, "cultivated_land").path for name in ("a", "b"))
    assert one.read_bytes() == other.read_bytes()


def test_a_layer_that_no_catalogue_knows_has_plain_columns(tmp_path: Path) -> None:
    build = built(tmp_path)
    known = {own_id: spec for own_id, spec in build.catalogue.layers.items() if own_id != "cultivated_land"}
    catalogue = type(build.catalogue)(known, build.catalogue.rules, build.catalogue.standards, build.catalogue.codes)
    frame = read(export(Build(build.folder, build.manifest, catalogue), "gpkg", tmp_path / "x").path, "cultivated_land")
    assert frame["unit_name"].tolist()[:2] == [RARE, HOSTILE]


def test_a_layer_file_that_has_changed_since_the_build_is_not_trusted(tmp_path: Path) -> None:
    build = built(tmp_path)
    other = build.catalogue.layers["river"].model_copy(update={"id": "cultivated_land"})
    known = {**build.catalogue.layers, "cultivated_land": other}
    catalogue = type(build.catalogue)(known, build.catalogue.rules, build.catalogue.standards, build.catalogue.codes)
    for form in ("gpkg", "kml"):
        handed = export(Build(build.folder, build.manifest, catalogue), form, tmp_path / form, "cultivated_land")
        assert handed.counts[0][1] == 3


def test_an_exported_layer_is_valid_input(build: Build, tmp_path: Path) -> None:
    export(build, "parquet", tmp_path / "land.parquet", "cultivated_land")
    lines = ['title = "x"', 'county = "410883"', 'period = "2026-11"', "[sources.cultivated_land]",
             'path = "land.parquet"']  # fmt: skip
    (tmp_path / "project.toml").write_text("\n".join(lines), encoding="utf-8")
    frame = build_project(load_project(tmp_path)).layers["cultivated_land"].frame
    assert frame["unit_name"].tolist()[:2] == [RARE, HOSTILE]
    assert frame["land_class"].tolist()[:2] == ["strict_control", "safe_use"]


def test_the_command_tells_where_the_file_is_and_what_is_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["build", str(small_project(tmp_path / "p")), "--only", "gpkg,csv", "--lang", "en"])
    capsys.readouterr()
    words = ["export", str(tmp_path / "p" / "build"), "--format", "csv", "--layer", "priority_plot,township"]
    assert main([*words, "--out", str(tmp_path / "x"), "--lang", "en"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == [str(tmp_path / "x")]
    assert err.splitlines()[0].endswith(": 1 records")


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["--layer", "priority_plt"], 'did you mean "priority_plot"?'),
        (["--fields", "plot_nme"], 'did you mean "plot_name"?'),
        (["--crs", "EPSG:4214"], "ask for EPSG:4490"),
        (["--level", "huge"], "known: high, medium, low, unknown"),
    ],
)
def test_the_command_fails_in_two_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], hint: str
) -> None:
    main(["build", str(small_project(tmp_path / "p")), "--only", "gpkg,csv", "--lang", "en"])
    capsys.readouterr()
    assert main(["export", str(tmp_path / "p" / "build"), "--format", "gpkg", *words, "--lang", "en"]) == 2
    out, err = capsys.readouterr()
    assert (out, [line.split(":")[0] for line in err.splitlines()]) == ("", ["error", "hint"])
    assert hint in err


def test_a_damaged_geopackage_is_told(tmp_path: Path) -> None:
    build = built(tmp_path)
    (build.folder / "onemap.gpkg").write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    with pytest.raises(PathError):
        export(build, "csv", tmp_path / "x", "township")


def test_every_refusal_is_an_error_of_ours(build: Build, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OnemapError):
        export(build, "csv", tmp_path / "file" / "x.csv", "township")


def test_a_list_without_lines_is_at_its_features(build: Build, tmp_path: Path) -> None:
    path = export(build, "gpkg", tmp_path / "x.gpkg", "enterprise_near_farmland").path
    assert [name for name, _ in pyogrio.list_layers(path) if name != "layer_styles"] == ["findings_points"]
    [place] = pyogrio.read_dataframe(path, layer="findings_points").geometry
    enterprises = pyogrio.read_dataframe(build.folder / "onemap.gpkg", layer="cadmium_enterprise")
    assert place.equals(enterprises.set_index("credit_code").geometry["91410883MA0000001X"])


def test_a_table_of_a_list_has_each_record_once(build: Build, tmp_path: Path) -> None:
    path = export(build, "csv", tmp_path / "x.csv", "findings").path
    assert len([*csv.reader(path.read_text("utf-8-sig").splitlines())]) - 1 == len(build.findings)


def test_a_layer_of_the_projects_own_is_known_from_the_build(tmp_path: Path) -> None:
    atlas = small_atlas(tmp_path)
    river = atlas.layers["river"]
    own = river.spec.model_copy(update={"id": "own_ditch", "title": "自有沟渠"})
    made = replace(atlas, layers={"own_ditch": Layer(own, river.frame)}, findings=atlas.findings.iloc[:0],
                   links=atlas.links.iloc[:0], rules=(), balances=())  # fmt: skip
    publish(made, tmp_path / "own", only=["gpkg", "csv"])
    opened = open_build(tmp_path / "own")
    assert opened.catalogue.layers["own_ditch"] == own
    frame = read(export(opened, "shp", tmp_path / "x", "自有沟渠").path, "own_ditch")
    assert {field.dbf for field in own.fields.values()} <= {*frame.columns}


@pytest.mark.parametrize("crs", ["EPSG:2414", "gcj02"])
def test_no_message_repeats_the_parameters_of_a_countys_own_grid(build: Build, tmp_path: Path, crs: str) -> None:
    grid = "+proj=tmerc +lat_0=0 +lon_0=112.783 +x_0=123456 +y_0=-3800000 +ellps=GRS80 +units=m"
    opened = Build(build.folder, {**build.manifest, "crs": grid}, build.catalogue)
    with pytest.raises(ProjectError) as refused:
        export(opened, "gpkg", tmp_path / "x", crs=crs)
    assert "123456" not in refused.value.message + refused.value.hint
