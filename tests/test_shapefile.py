"""Shapefiles whose parts are missing, cut off or do not belong together: all is read or told, and nothing made up."""

import datetime as dt
import os
import re
import struct

import geopandas as gpd
import pytest
from shapely import Point

from onemap.ingest.placement.crs_names import read_declaration
from onemap.ingest.raw import UnreadableError
from onemap.ingest.readers.vectors import read_vector
from onemap.spec.project import SourceSpec
from onemap.text import speaking
from tests.handmade import dbf, points, write_shapefile

NAMES = [(b"NAME", b"C", 20)]
TABLE = dbf(NAMES, [(b"a",), (b"b",), (b"c",)])
SHP, SHX = points(3)
WGS84 = (
    'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137,298.257223563]],'
    'PRIMEM["Greenwich",0],UNIT["Degree",0.0174532925199433]]'
)
HTML = b"<!DOCTYPE html><html><body>Please log in</body></html>" * 10


@pytest.fixture(autouse=True)
def english():
    with speaking("en"):
        yield


@pytest.fixture
def read(tmp_path):
    def read(table=TABLE, **parts):
        path = write_shapefile(tmp_path, table, parts=parts)
        before = {file: file.read_bytes() for file in tmp_path.iterdir()}
        try:
            return read_vector(path, SourceSpec(path="t"), set())
        finally:
            assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before, "the folder was touched"

    return read


def told(raw):
    return [(fault.kind, fault.severity, fault.action) for fault in raw.faults]


def test_a_sound_shapefile_has_no_fault(read):
    raw = read()
    assert (raw.frame["NAME"].tolist(), raw.rows, told(raw)) == (["a", "b", "c"], [0, 1, 2], [])
    assert raw.geometry.x.tolist() == [0, 1, 2]


@pytest.mark.parametrize("shx", [None, b"", HTML, SHX[:110]], ids=["missing", "empty", "web page", "cut"])
def test_the_shx_is_made_again_without_touching_the_folder(read, shx):
    raw = read(shx=shx)
    assert (raw.geometry.x.tolist(), raw.frame["NAME"].tolist()) == ([0, 1, 2], ["a", "b", "c"])
    assert told(raw) == [("missing_part", None, "repaired")]


def test_records_without_numbers_are_found(read):
    unnumbered = b"".join(SHP[at : at + 28].replace(SHP[at : at + 4], bytes(4), 1) for at in range(100, len(SHP), 28))
    assert read(shp=SHP[:100] + unnumbered, shx=None).geometry.x.tolist() == [0, 1, 2]


def test_a_read_only_folder_is_no_hindrance(read, tmp_path):
    write_shapefile(tmp_path, TABLE)
    tmp_path.chmod(0o500)
    try:
        assert len(read_vector(tmp_path / "t.shp", SourceSpec(path="t"), set()).frame) == 3
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize("table", [None, b"", HTML], ids=["missing", "empty", "web page"])
def test_without_a_dbf_the_shapes_are_kept_and_it_is_told(read, table):
    raw = read(table)
    assert (len(raw.frame), len(raw.geometry)) == (3, 3)
    assert told(raw) == [("missing_part", "error", "kept")]


@pytest.mark.parametrize(
    ("shp", "said"),
    [
        (b"", "is empty"),
        (HTML, "is a web page"),
        (b"garbage" * 50, "does not begin as one"),
        (SHP[:50], "cut off"),
        (SHP[:100], "none of its 3 shapes"),
    ],
)
def test_a_shp_without_shapes_is_named_plainly(read, shp, said):
    with pytest.raises(UnreadableError, match=said):
        read(shp=shp)


def test_shapes_lost_with_the_end_of_the_shp_are_counted(read):
    raw = read(shp=SHP[:140])
    assert (len(raw.frame), raw.geometry.notna().sum()) == (3, 1)
    assert told(raw) == [("unreadable", None, "blanked")]
    assert "2 of its 3 shapes" in raw.faults[0].message


@pytest.mark.parametrize(
    ("table", "counts"),
    [
        (dbf(NAMES, [(b"a",)]), ("3 shapes", "1 records")),
        (dbf(NAMES, [(b"a",)] * 5), ("3 shapes", "5 records")),
        (TABLE[:90], ("1 of 3 records", "3 shapes")),
    ],
)
def test_shapes_and_records_that_are_not_as_many_are_told_with_both_numbers(read, table, counts):
    raw = read(table)
    assert told(raw) == [("missing_part", "error", "dropped")]
    assert all(count in raw.faults[0].message for count in counts)


def test_deleted_records_are_told(read):
    raw = read(dbf(NAMES, [(b"a",), (b"b",), (b"c",)], deleted=1))
    assert (raw.frame["NAME"].tolist(), raw.rows) == (["a", "c"], [0, 2])
    assert told(raw) == [("not_a_record", None, "dropped")]


@pytest.mark.parametrize(
    "endings", [("SHP", "SHX", "DBF", "CPG"), ("shp", "Shx", "Dbf", "Cpg"), ("SHP", "shx", "Dbf", "CPG")]
)
def test_endings_are_found_in_any_case(tmp_path, endings):
    name = "优先保护类".encode("gbk")
    for ending, data in zip(endings, (SHP, SHX, dbf(NAMES, [(name,)] * 3), b"GBK"), strict=True):
        (tmp_path / f"t.{ending}").write_bytes(data)
    raw = read_vector(tmp_path / f"t.{endings[0]}", SourceSpec(path="t"), set())
    assert (raw.frame["NAME"][0], told(raw)) == ("优先保护类", [])
    assert "the .cpg file says so" in raw.encoding.evidence


@pytest.mark.parametrize("prj", [HTML, WGS84[:60].encode(), b"", b"\xff\xfe\x00"])
def test_a_prj_that_cannot_be_understood_is_none_and_told(read, prj):
    raw = read(prj=prj)
    assert raw.declared_crs is None
    assert told(raw) == [("crs_unproved", None, "kept")]


def test_the_text_of_the_prj_is_what_is_declared(read):
    # GDAL would match this to another system by its name, with low confidence.
    odd = (
        WGS84.replace("GCS_WGS_1984", "CGCS_2000")
        .replace("D_WGS_1984", "D_2000")
        .replace("298.257223563", "298.257222101")
    )
    assert read(prj=b"\xef\xbb\xbf" + odd.encode()).declared_crs == odd


@pytest.mark.parametrize("prj", ["EPSG:4490", "+proj=longlat +ellps=GRS80", "4547"])
def test_a_prj_in_other_words_is_understood_or_told(read, prj):
    raw = read(prj=prj.encode())
    assert (raw.declared_crs == prj) != (told(raw) == [("crs_unproved", None, "kept")])


def test_without_a_prj_nothing_is_declared_and_nothing_told(read):
    raw = read()
    assert (raw.declared_crs, raw.faults) == (None, ())


def test_codes_are_exact_whatever_their_width(read):
    fields = [(b"K18", b"N", 18), (b"K20", b"N", 20), (b"I", b"N", 5)]
    rows = [(b"410883101200000123", b"41088310120000012345", b"7"), (b"", b"", b""), (b"-1", b"****", b"0")]
    frame = read(dbf(fields, rows)).frame
    assert frame["K18"].tolist() == ["410883101200000123", None, "-1"]
    assert frame["K20"].tolist() == ["41088310120000012345", None, None]
    assert frame["I"].tolist() == ["7", None, "0"]


def test_dates_stay_dates_and_what_is_none_stays_as_written(read):
    # GDAL makes 1970-01-01 of "2025", and 2 March of 30 February.
    frame = read(dbf([(b"D", b"D", 8)], [(b"20250304",), (b"2025",), (b"",)])).frame
    assert frame["D"].tolist() == [dt.date(2025, 3, 4), "2025", None]
    frame = read(dbf([(b"D", b"D", 8)], [(b"19700101",), (b"00000000",), (b"20250230",)])).frame
    assert frame["D"].tolist() == [dt.date(1970, 1, 1), None, "20250230"]


def test_a_blank_yes_or_no_says_nothing(read):
    assert read(dbf([(b"L", b"L", 1)], [(b"T",), (b" ",), (b"n",)])).frame["L"].tolist() == [True, None, False]


def test_two_columns_of_the_same_name_are_both_kept(read):
    name = "地块名称".encode("gbk")
    frame = read(dbf([(name, b"C", 5), (name, b"C", 5)], [(b"1", b"2")] * 3)).frame
    assert frame.iloc[0].to_dict() == {"地块名称": "1", "地块名称_2": "2"}


def test_names_that_fill_the_field_are_told_as_perhaps_cut(read):
    names = ["土壤环境质".encode("gbk"), b"LBMC", b"TENLETTERS", "土壤环境".encode("gbk") + b"\xd6"]
    raw = read(dbf([(name, b"C", 5) for name in names], [(b"1",) * 4] * 3))
    assert raw.cut_names == {"土壤环境质", "TENLETTERS", "土壤环境"}


def test_rows_with_the_same_text_share_it(read):
    values = read(dbf(NAMES, [("西虢镇".encode("gbk"),)] * 3)).frame["NAME"]
    assert values[0] is values[2]


def test_a_polygon_of_two_corners_is_told_and_its_row_kept(tmp_path):
    ring = struct.pack("<i4diii", 5, 0, 0, 0, 0, 1, 2, 0) + bytes(32)
    record = struct.pack(">ii", 1, len(ring) // 2) + ring
    head = struct.pack(">i5ii", 9994, 0, 0, 0, 0, 0, 50 + len(record) // 2) + struct.pack("<ii8d", 1000, 5, *[0] * 8)
    path = write_shapefile(tmp_path, dbf(NAMES, [(b"a",)]), parts={"shp": head + record, "shx": None})
    raw = read_vector(path, SourceSpec(path="t"), set())
    assert (len(raw.frame), raw.geometry.isna().all()) == (1, True)
    assert told(raw)[-1] == ("invalid_geometry", None, "blanked")


@pytest.mark.skipif(os.name == "nt", reason="Windows lets few people link")
def test_without_leave_to_link_parts_are_copied(read, monkeypatch):
    def refuse(*_):
        raise OSError

    monkeypatch.setattr("pathlib.Path.symlink_to", refuse)
    assert len(read(shx=None).frame) == 3


def test_a_prj_with_chinese_names_in_gbk_is_read(tmp_path):
    points = gpd.GeoDataFrame({"DWBM": ["D1"]}, geometry=[Point(389000, 3865000)], crs="EPSG:4547")
    points.to_file(tmp_path / "t.shp")
    prj = tmp_path / "t.prj"
    prj.write_bytes(re.sub(r'^PROJCS\["[^"]*"', 'PROJCS["国家2000高斯"', prj.read_text()).encode("gbk"))
    raw = read_vector(tmp_path / "t.shp", SourceSpec(path="t"), set())
    assert read_declaration(raw.declared_crs).accepted == "EPSG:4547"
