from __future__ import annotations

import re
import subprocess
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import fiona
import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from onemap.export.formats import dbf, shapefiles
from onemap.ingest.placement.crs_names import read_declaration
from onemap.ingest.readers.vectors import read_vector
from onemap.ingest.values import read_value
from onemap.model import Atlas, Layer
from onemap.pipeline import check
from onemap.spec.layer import FieldSpec
from onemap.spec.project import SourceSpec, load_project
from onemap.text import speaking
from tests import real_qgis
from tests.atlases import CRS, small_atlas
from tests.externals import need
from tests.projects import PLOT_KEY, small_project
from tests.projects import PLOTS as PLOTS_OF_PROJECT

LONG_NAME = "孟州市大定街道示例化工原料第二分厂及其附属危险废物暂存场地块"
VILLAGE = "孟州市大定街道示例社区第十二网格北侧临时安置点居民小组"
"""Its first 24 characters are 48 bytes in GBK, the first 15 with one beyond the plane 49 in UTF-8."""

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


def read_by_ogrinfo(path: Path, columns: list[str]) -> list[list[Any]]:
    command = [need("ogrinfo"), "-al", "-q", "-geom=NO", path]
    text = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    types = {"String": str, "Integer": int, "Integer64": int, "Real": float, "Date": lambda day: day.replace("/", "-")}
    rows: list[dict[str, Any]] = []
    for line in text.splitlines():
        found = re.fullmatch(r"  (\w+) \((\w+)\) = (.*)", line)
        if line.startswith("OGRFeature("):
            rows.append({})
        elif found and rows:
            name, kind, value = found.groups()
            rows[-1][name] = None if value == "(null)" else types[kind](value)
    return [[row[name] for name in columns] for row in rows]


READERS = (
    read_by_pyogrio,
    read_by_fiona,
    pytest.param(read_by_ogrinfo, marks=pytest.mark.external),
    pytest.param(read_by_qgis, marks=pytest.mark.external),
)


@pytest.mark.parametrize("read", READERS)
def test_every_reader_finds_the_same_values(tmp_path: Path, read: Any) -> None:
    assert read(plots(tmp_path, PLOTS), COLUMNS) == READ


@pytest.mark.parametrize("read", READERS)
def test_rare_characters_come_through(tmp_path: Path, read: Any) -> None:
    rows = [{"plot_code": "4108832100001", "plot_name": "𠮷㛃䶮村示例地块"}, PLOTS[0]]
    assert read(plots(tmp_path, rows), ["DKMC"]) == [["𠮷㛃䶮村示例地块"], [LONG_NAME]]


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("name", [VILLAGE[:24], VILLAGE[:15] + "𠮷"])
def test_a_name_of_48_bytes_or_more_comes_through(tmp_path: Path, read: Any, name: str) -> None:
    assert read(plots(tmp_path, [{"plot_code": "4108832100001", "plot_name": name}]), ["DKMC"]) == [[name]]


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


texts = st.text(min_size=1, max_size=60).map(lambda text: text.replace("\0", "").strip()).filter(bool)
numbers = st.floats(-1e15, 1e15).filter(lambda x: x == 0 or abs(x) > 1e-15) | st.floats(-1e9, 1e9).map(
    lambda x: round(x, 3)
)
whole = st.integers(-(2**53), 2**53)
days = st.dates(date(1949, 1, 1), date(2100, 12, 31)).map(pd.Timestamp)
FIELDS = {"text": (texts, "string"), "number": (numbers, "Float64"), "integer": (whole, "Int64")}
FIELDS["date"] = (days, "datetime64[s]")
"""For each type of field what a layer can hold in it: of numbers and dates no others come in."""


@pytest.mark.parametrize("kind", FIELDS)
@given(data=st.data())
def test_whatever_a_field_can_hold_is_read_back_as_it_was(kind: str, data: st.DataObject) -> None:
    values, dtype = FIELDS[kind]
    column = pd.Series(data.draw(st.lists(st.none() | values, min_size=1, max_size=5)), dtype=dtype)
    encoding = dbf.encoding_of(column.to_frame())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.dbf"
        dbf.write(path, [dbf.column("T", column, encoding)], encoding, date(2026, 11, 1))
        read = pyogrio.read_dataframe(path, read_geometry=False)["T"]
        ours = read_vector(path, SourceSpec(path="t.dbf"), set()).frame["T"]
    wanted = none_for_null([column.astype(object).tolist()])
    field = FieldSpec(title="T", dbf="T", type=kind)
    assert none_for_null([pd.Series(read, dtype=dtype).astype(object).tolist()]) == wanted
    twice = [read_value(value, field).value for value in wanted[0]]
    assert [read_value(value, field).value for value in ours] == twice


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


ZONES = [4490, *range(4491, 4555)]
"""CGCS2000: geographic; 6 degrees with and without the zone before the easting, 3 degrees likewise."""


def prj(tmp_path: Path, crs: str) -> str:
    shapefiles.write(replace(small_atlas(tmp_path), crs=crs), tmp_path)
    return (tmp_path / "shapefiles" / "priority_plot.prj").read_text()


@pytest.mark.parametrize("code", [4490, 4498, 4509, 4526, 4547])
def test_a_prj_is_what_esri_writes(tmp_path: Path, code: int) -> None:
    # PROJ's database has the names and parameters of Esri's own.
    assert prj(tmp_path, f"EPSG:{code}") == pyproj.CRS(code).to_wkt("WKT1_ESRI")


@pytest.mark.parametrize("code", ZONES)
def test_what_esri_writes_of_a_zone_is_read_as_that_zone(code: int) -> None:
    # By the reader of sources: that writes a .prj is held above.
    read = read_declaration(pyproj.CRS(code).to_wkt("WKT1_ESRI"))
    assert read.crs is not None
    assert read.crs.to_epsg() == code


def test_the_spelling_of_arcgis_has_the_names_that_arcgis_gives(tmp_path: Path) -> None:
    text = plots(tmp_path, PLOTS).with_suffix(".prj").read_text()
    assert text.startswith('PROJCS["CGCS2000_3_Degree_GK_CM_114E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000"')


COUNTY_GRID = "+proj=tmerc +lat_0=0 +lon_0=112.75 +k=1 +x_0=500000 +y_0=-3800000 +ellps=GRS80 +units=m +no_defs"


def test_a_grid_of_the_county_itself_has_its_parameters_in_the_prj(tmp_path: Path) -> None:
    read = pyproj.CRS.from_wkt(prj(tmp_path, COUNTY_GRID))
    there = pyproj.Transformer.from_crs(read, "EPSG:4490", always_xy=True).transform(500_000, 61_000)
    assert there == pytest.approx(pyproj.Proj(COUNTY_GRID)(500_000, 61_000, inverse=True), abs=1e-9)


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


def issues_of(project: Path) -> list[dict[str, Any]]:
    with speaking("en"):
        table = check(load_project(project)).issues
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


@pytest.mark.parametrize(("name", "held"), [("示例" * 64, 127), ("示𠮷" + "例" * 83, 84), ("a" * 255, 254)])
def test_each_text_that_is_cut_is_an_issue_of_its_own(tmp_path: Path, name: str, held: int) -> None:
    [(values, shape)] = PLOTS_OF_PROJECT
    told = issues_of(small_project(tmp_path, [({**values, "地块名称": name}, shape)]))
    assert [(one["severity"], one["kind"], one["layer"], one["field"], one["key"]) for one in told] == [
        ("info", "shapefile_cut", "priority_plot", "plot_name", PLOT_KEY)
    ]
    assert (told[0]["row"], told[0]["source"], told[0]["value"]) == (0, "priority_plot.geojson", name)
    assert f"only the first {held} of its {len(name)} characters" in told[0]["message"]


def test_of_the_long_name_of_a_source_one_issue_is_enough(tmp_path: Path) -> None:
    layer = small_atlas(tmp_path).layers["cultivated_land"]
    long = "农业农村局/" * 30
    cuts = shapefiles.find_cuts(Layer(layer.spec, layer.frame.assign(source=long)))
    assert [(cut.at, cut.column, cut.text) for cut in cuts] == [(0, "source", long)]


@pytest.mark.parametrize("name", ["示例" * 63 + "a", "示𠮷" + "例" * 82, "a" * 254])
def test_a_text_that_fits_is_no_issue(tmp_path: Path, name: str) -> None:
    [(values, shape)] = PLOTS_OF_PROJECT
    assert issues_of(small_project(tmp_path, [({**values, "地块名称": name}, shape)])) == []


def test_a_text_that_may_have_been_cut_is_told_when_it_comes_back(tmp_path: Path) -> None:
    path = plots(tmp_path, [{"plot_code": "4108832100001", "plot_name": "示例" * 64}, PLOTS[0]])
    [fault] = read_vector(path, SourceSpec(path="t"), set()).faults
    assert (fault.kind, "DKMC" in fault.message) == ("cut_text", True)


def pieces(tmp_path: Path, limit: int, count: int = 400) -> list[Path]:
    rows = [{"plot_code": f"{410883210000 + at}", "plot_name": f"示例地块{at}"} for at in range(count)]
    atlas = with_rows(small_atlas(tmp_path), "priority_plot", rows)
    frame = atlas.layers["priority_plot"].frame
    shapes = [None if at % 7 == 0 else shapely.Point(386_000, 3_860_000).buffer(9, at % 5 + 1) for at in range(count)]
    layer = Layer(atlas.layers["priority_plot"].spec, frame.set_geometry(gpd.GeoSeries(shapes, crs=CRS)))
    shapefiles.write(replace(atlas, layers={"priority_plot": layer}), tmp_path, limit)
    return sorted((tmp_path / "shapefiles").glob("*.shp"))


@pytest.mark.parametrize("limit", [9_000, 20_000])
def test_what_would_pass_the_limit_is_split_and_fills_it(tmp_path: Path, limit: int) -> None:
    paths = pieces(tmp_path, limit)
    sizes = [max(path.stat().st_size, path.with_suffix(".dbf").stat().st_size) for path in paths]
    assert max(sizes) <= limit
    # No record of these shapes or of this table takes half a kilobyte.
    assert min(sizes[:-1]) > limit - 500


def test_pieces_follow_one_another_and_are_alike(tmp_path: Path) -> None:
    paths = pieces(tmp_path, 9_000)
    assert [path.stem for path in paths[:2]] == ["priority_plot_01", "priority_plot_02"]
    codes = [code for path in paths for [code] in read_by_fiona(path, ["DKBM"])]
    assert codes == [f"{410883210000 + at}" for at in range(400)]
    schemas = [fiona.open(path).schema for path in paths]
    assert all(schema == schemas[0] for schema in schemas)
    assert all(path.with_suffix(kind).is_file() for path in paths for kind in (".qml", ".cpg", ".prj"))


def test_the_field_workbook_tells_every_piece(tmp_path: Path) -> None:
    paths = pieces(tmp_path, 20_000)
    rows = list(openpyxl.load_workbook(paths[0].with_name("字段对照表.xlsx")).worksheets[0].values)[1:]
    assert {row[0] for row in rows} == {path.stem for path in paths}


def test_a_table_is_split_too(tmp_path: Path) -> None:
    rows = [{"manifest_code": f"LD-{at:04}"} for at in range(300)]
    spec = small_atlas(tmp_path).project.catalogue.layers["soil_transfer"]
    frame = gpd.GeoDataFrame(
        {name: pd.array([None] * len(rows), dtype="str") for name in spec.fields}, geometry=[None] * 300
    )
    frame[spec.key] = [row["manifest_code"] for row in rows]
    frame = frame.assign(source="a", source_row=pd.array(range(300), dtype="Int64"), located_in="")
    atlas = replace(small_atlas(tmp_path), layers={"soil_transfer": Layer(spec, frame)})
    shapefiles.write(atlas, tmp_path, 50_000)
    paths = sorted((tmp_path / "shapefiles").glob("*.dbf"))
    assert len(paths) > 1
    assert max(path.stat().st_size for path in paths) <= 50_000
    assert sum(pyogrio.read_info(path, force_feature_count=True)["features"] for path in paths) == 300


def test_a_piece_is_not_called_as_another_layer_is(tmp_path: Path) -> None:
    names = shapefiles._names("river", 3, frozenset({"river", "river_2"}))
    assert names == ["river__1", "river__2", "river__3"]


def test_points_among_multipoints_are_written(tmp_path: Path) -> None:
    atlas = small_atlas(tmp_path)
    layer = atlas.layers["groundwater_point"]
    shapes = [shapely.Point(1, 2), shapely.MultiPoint([(3, 4), (5, 6)])]
    frame = pd.concat([layer.frame, layer.frame], ignore_index=True).set_geometry(gpd.GeoSeries(shapes, crs=CRS))
    atlas = replace(atlas, layers={"groundwater_point": Layer(layer.spec, frame)})
    shapefiles.write(atlas, tmp_path)
    read = pyogrio.read_dataframe(tmp_path / "shapefiles" / "groundwater_point.shp")
    wanted = [shapely.MultiPoint([(1, 2)]), shapely.MultiPoint([(3, 4), (5, 6)])]
    assert read.geometry.geom_equals(gpd.GeoSeries(wanted, crs=CRS)).all()
