"""Vector files as they come; the bad ones are real ones, which are not in the repository."""

import datetime as dt
import json
import sqlite3
import struct
from pathlib import Path

import fiona
import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from shapely import Point, box

from onemap.ingest.intake import take_in
from onemap.ingest.raw import UnreadableError
from onemap.ingest.readers.vectors import read_parquet, read_vector
from onemap.spec.project import SourceSpec, load_project
from onemap.text import speaking

REAL = Path(__file__).parents[2] / "shared" / "data"
BAD = sorted(REAL.glob("bad_shapefiles/*.shp"))
PROJECT = 'title = "t"\ncounty = "410883"\nperiod = "2026-11"\n[sources.priority_plot]\npath = "{path}"\n'
POINTS = gpd.GeoDataFrame(
    {"地块编码": ["4108832260001", "4108832260002"], "地块名称": ["示例𠮷地块", "示例二"]},
    geometry=[Point(112.79, 34.91), Point(112.80, 34.92)],
    crs="EPSG:4490",
)
SPEC = SourceSpec(path="t")


@pytest.fixture(autouse=True)
def english():
    with speaking("en"):
        yield


def taken(folder, path):
    (folder / "project.toml").write_text(PROJECT.format(path=path), "utf-8")
    return take_in(load_project(folder))


def read(path, words=frozenset(), **spec):
    return read_vector(path, SourceSpec(path="t", **spec), set(words))


def feature(shape, **values):
    return {"type": "Feature", "properties": values, "geometry": shape}


def geojson(*features):
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


HERE = {"type": "Point", "coordinates": [112.79, 34.91]}


@pytest.mark.parametrize("ending", ["geojson", "gpkg", "fgb", "parquet", "gdb", "shp"])
def test_every_format_gives_the_same_layer(tmp_path, ending):
    path = tmp_path / f"p.{ending}"
    if ending == "parquet":
        POINTS.to_parquet(path)
    else:
        columns = {"地块编码": "DKBM", "地块名称": "DKMC"} if ending == "shp" else {}
        driver = "OpenFileGDB" if ending == "gdb" else None
        POINTS.rename(columns=columns).to_file(path, driver=driver, encoding="utf-8")
    intake = taken(tmp_path, path.name)
    assert len(intake.issues) == 0
    assert sorted(intake.layers["priority_plot"].frame["plot_name"]) == ["示例二", "示例𠮷地块"]


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_shapefile_becomes_issues_and_never_a_traceback(tmp_path, path):
    assert "error" in set(taken(tmp_path, path.as_posix()).issues["severity"])


@pytest.mark.skipif(not BAD, reason="the real data is not here")
@pytest.mark.parametrize(
    ("name", "rows", "without_shape", "kinds"),
    [
        ("221-1_28.03.202411-16", 1492, 0, {"invalid_geometry"}),
        ("AllNulls", 1, 0, {"missing_part"}),
        ("EmptyShapeFile", 0, 0, {"missing_part"}),
        ("PPPP29_0", 50, 0, {"invalid_geometry"}),
        ("UnifiedChecksMaterialNullAtStart", 3, 1, {"missing_part"}),
        ("UnifiedChecksMaterialNullInMiddle", 3, 1, {"missing_part"}),
        ("Victoria North", 2, 1, {"invalid_geometry"}),
        ("__emptyShapefile", 0, 0, set()),
        ("chinese_encoding", 78, 0, set()),
        ("chinese_poly", 1, 0, set()),
        ("crustal_test_bugged", 19, 0, {"missing_part", "encoding_unproved"}),
        ("error_union", 511, 0, {"missing_part"}),
        ("fields_utf8", 4, 0, set()),
        ("nested_polygons", 1, 0, set()),
        ("shape_PointZM", 3, 0, {"missing_part"}),
        ("with_M", 55, 0, {"missing_part"}),
    ],
)
def test_what_is_said_of_a_real_shapefile_is_true(name, rows, without_shape, kinds):
    # Rows and null shapes were counted from the record headers of each file; one of Victoria North is a mere point.
    raw = read(REAL / "bad_shapefiles" / f"{name}.shp")
    assert (len(raw.frame), int(raw.geometry.isna().sum())) == (rows, without_shape)
    assert {fault.kind for fault in raw.faults} == kinds


@pytest.mark.skipif(not BAD, reason="the real data is not here")
@pytest.mark.parametrize(("name", "text"), [("chinese_encoding", "安徽"), ("chinese_poly", "黑龙江省")])
def test_chinese_of_a_real_shapefile_is_read(name, text):
    assert text in set(read(REAL / "bad_shapefiles" / f"{name}.shp").frame.to_numpy().ravel())


@pytest.mark.skipif(not BAD, reason="the real data is not here")
def test_rings_that_do_not_close_are_closed_and_told(tmp_path):
    issues = taken(tmp_path, (REAL / "bad_shapefiles" / "221-1_28.03.202411-16.shp").as_posix()).issues
    assert set(issues.query("kind == 'invalid_geometry'")["action"]) == {"repaired"}


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("p.gpkg", b"", "is empty"),
        ("p.fgb", b"<html><body>log in</body></html>", "is a web page"),
        ("p.gpkg", b"SQLite format 3\0", "damaged"),
        ("p.geojson", geojson(feature(HERE, a="x")).encode()[:-5], "no whole GeoJSON"),
        ("p.json", b'{"a": 1}', "not what its ending says"),
        ("p.dxf", b"AutoCAD", "not what its ending says"),
    ],
)
def test_a_broken_file_is_named_plainly(tmp_path, name, data, said):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UnreadableError, match=said) as caught:
        read(tmp_path / name)
    assert str(tmp_path) not in caught.value.message


def test_a_geodatabase_that_is_cut_off_tells_what_is_lost(tmp_path):
    many = gpd.GeoDataFrame({"a": ["x" * 50] * 2000}, geometry=[Point(1, 2)] * 2000, crs=4490)
    many.to_file(tmp_path / "p.gdb", driver="OpenFileGDB")
    table = max((tmp_path / "p.gdb").glob("*.gdbtable"), key=lambda file: file.stat().st_size)
    table.write_bytes(table.read_bytes()[: table.stat().st_size // 2])
    raw = read(tmp_path / "p.gdb")
    (fault,) = raw.faults
    assert 0 < len(raw.frame) < 2000
    assert fault.message == f"it is damaged or cut off: {len(raw.frame)} of its 2000 records could be read"


@pytest.mark.parametrize("codec", ["gbk", "utf-16"])
def test_geojson_that_is_not_utf8_is_read(tmp_path, codec):
    (tmp_path / "p.geojson").write_bytes(geojson(feature(HERE, 地块名称="示例地块")).encode(codec))
    raw = read(tmp_path / "p.geojson")
    assert raw.frame["地块名称"].tolist() == ["示例地块"]
    assert raw.encoding.found in ("gb18030", "utf-16")


def test_the_layer_whose_columns_are_known_best_is_taken(tmp_path):
    path = tmp_path / "p.gpkg"
    POINTS.rename(columns={"地块编码": "a", "地块名称": "b"}).to_file(path, layer="other")
    POINTS.to_file(path, layer="plots")
    assert "地块编码" in read(path, {"地块编码", "地块名称"}).frame
    assert "a" in read(path, layer="OTHER").frame


@pytest.mark.parametrize("words", [set(), {"地块编码"}])
def test_layers_that_are_alike_must_be_named(tmp_path, words):
    POINTS.to_file(tmp_path / "p.gpkg", layer="one")
    POINTS.to_file(tmp_path / "p.gpkg", layer="two")
    with pytest.raises(UnreadableError, match="several layers; it has: one, two"):
        read(tmp_path / "p.gpkg", words)


def test_a_layer_that_is_not_there_is_named_with_those_that_are(tmp_path):
    POINTS.to_file(tmp_path / "p.gpkg", layer="one")
    with pytest.raises(UnreadableError, match="no layer 'two'; it has: one"):
        read(tmp_path / "p.gpkg", layer="two")


def test_lists_and_objects_are_texts(tmp_path):
    (tmp_path / "p.geojson").write_text(geojson(feature(HERE, a=["x", "y"], b={"k": 1}, c=410883101200000123)), "utf-8")
    row = read(tmp_path / "p.geojson").frame.iloc[0]
    assert (json.loads(row["a"]), json.loads(row["b"]), row["c"]) == (["x", "y"], {"k": 1}, "410883101200000123")


@pytest.mark.parametrize("ending", ["gpkg", "fgb", "geojson"])
def test_times_are_those_of_the_clock_on_the_wall(tmp_path, ending):
    # In UTC midnight in China is the day before.
    frame = POINTS.assign(t=pd.to_datetime(["2025-03-04 00:00:00", "2025-03-05 12:30:01"]).tz_localize("Asia/Shanghai"))
    frame.to_file(tmp_path / f"p.{ending}")
    times = set(read(tmp_path / f"p.{ending}").frame["t"])
    assert times == {pd.Timestamp("2025-03-04"), pd.Timestamp("2025-03-05 12:30:01")}


def test_a_table_without_shapes_is_a_table(tmp_path):
    pyogrio.write_dataframe(pd.DataFrame({"地块编码": ["1"]}), tmp_path / "p.gpkg")
    raw = read(tmp_path / "p.gpkg")
    assert (raw.geometry, raw.frame["地块编码"].tolist()) == (None, ["1"])


def gpkg_of(path, shapes):
    """Write shapes, as WKB, past all that would refuse them."""
    gpd.GeoDataFrame({"n": range(len(shapes))}, geometry=[Point(0, 0)] * len(shapes), crs=4547).to_file(path, layer="t")
    header = b"GP\0\x01" + struct.pack("<i", 4547)
    with sqlite3.connect(path) as base:
        for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            base.execute(f'DROP TRIGGER "{name}"')
        base.execute("UPDATE gpkg_geometry_columns SET geometry_type_name = 'GEOMETRY'")
        for number, wkb in enumerate(shapes):
            base.execute("UPDATE t SET geom = ? WHERE n = ?", (None if wkb is None else header + wkb, number))
    base.close()


def line(kind, *points):
    return struct.pack("<BII", 1, kind, len(points)) + b"".join(struct.pack("<dd", *point) for point in points)


CIRCLE = struct.pack("<BII", 1, 10, 1) + line(8, (-100, 0), (0, 100), (100, 0), (0, -100), (-100, 0))
TRIANGLE = struct.pack("<BII", 1, 17, 1) + struct.pack("<I8d", 4, 0, 0, 1, 0, 1, 1, 0, 0)


def test_arcs_become_lines_within_a_centimetre(tmp_path):
    gpkg_of(tmp_path / "p.gpkg", [box(0, 0, 1, 1).wkb, CIRCLE])
    raw = read(tmp_path / "p.gpkg")
    radii = np.hypot(*shapely.get_coordinates(shapely.segmentize(raw.geometry[1].exterior, 0.05)).T)
    assert 99.99 <= radii.min() <= radii.max() <= 100.0001
    assert (raw.geometry[0].area, [fault.kind for fault in raw.faults]) == (1, ["curved_geometry"])


def test_solids_and_mixtures_with_arcs_are_told_and_their_rows_kept(tmp_path):
    tin = struct.pack("<BII", 1, 16, 1) + TRIANGLE
    mixture = struct.pack("<BII", 1, 7, 1) + line(8, (0, 0), (1, 1), (2, 0))
    gpkg_of(tmp_path / "p.gpkg", [tin, TRIANGLE, mixture, None, box(0, 0, 1, 1).wkb])
    raw = read(tmp_path / "p.gpkg")
    assert raw.geometry.isna().tolist() == [True, True, True, True, False]
    assert sorted((fault.kind, fault.at) for fault in raw.faults) == [("wrong_geometry", n) for n in range(3)]


def test_a_file_that_is_no_parquet_is_unreadable(tmp_path):
    (tmp_path / "p.parquet").write_bytes(b"PAR1 not at all PAR1")
    with pytest.raises(UnreadableError):
        read_parquet(tmp_path / "p.parquet", SPEC, set())


def test_a_parquet_file_without_shapes_is_a_table(tmp_path):
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "p.parquet")
    raw = read_parquet(tmp_path / "p.parquet", SPEC, set())
    assert (raw.geometry, raw.frame["a"].tolist()) == (None, ["1"])


def test_a_flatgeobuf_with_a_feature_without_a_place_is_read(tmp_path):
    frame = gpd.GeoDataFrame({"a": ["x", "y"]}, geometry=[None, Point(112, 35)], crs="EPSG:4490")
    frame.to_file(tmp_path / "p.fgb", SPATIAL_INDEX="NO")
    raw = read_vector(tmp_path / "p.fgb", SPEC, set())
    assert [shape is None for shape in raw.geometry] == [True, False]
    assert raw.frame["a"].tolist() == ["x", "y"]


def test_codes_of_a_parquet_file_are_exact(tmp_path):
    POINTS.assign(c=pd.array([410883101200000123, None], dtype="Int64")).to_parquet(tmp_path / "p.parquet")
    assert read_parquet(tmp_path / "p.parquet", SPEC, set()).frame["c"][0] == "410883101200000123"


def test_dates_and_texts_of_fiona_are_read(tmp_path):
    schema = {"geometry": "Point", "properties": {"NAME": "str:20", "RQ": "date"}}
    with fiona.open(tmp_path / "p.shp", "w", driver="ESRI Shapefile", schema=schema, encoding="gbk") as file:
        file.write({"geometry": HERE, "properties": {"NAME": "西虢镇", "RQ": "2025-03-04"}})
    assert read(tmp_path / "p.shp").frame.iloc[0].to_dict() == {"NAME": "西虢镇", "RQ": dt.date(2025, 3, 4)}


@pytest.mark.parametrize("stray", [None, {"type": "feature", "geometry": None}, {"properties": {}}])
def test_elements_that_are_no_features_are_counted(tmp_path, stray):
    features = [json.loads(POINTS.to_json())["features"][0], stray]
    (tmp_path / "t.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    (fault,) = read(tmp_path / "t.geojson").faults
    assert (fault.kind, "1 of its 2 records" in fault.message) == ("unreadable", True)


def test_a_parquet_whose_shapes_cannot_be_read_is_refused(tmp_path):
    POINTS.to_parquet(tmp_path / "t.parquet")
    table = pq.read_table(tmp_path / "t.parquet")
    at = table.schema.get_field_index("geometry")
    broken = table.set_column(at, "geometry", pa.array([b"no", b"wkb"]))
    pq.write_table(broken.replace_schema_metadata(table.schema.metadata), tmp_path / "t.parquet")
    with pytest.raises(UnreadableError):
        read_parquet(tmp_path / "t.parquet", SPEC, set())
