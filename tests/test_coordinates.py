import math

import numpy as np
import pandas as pd
import pytest

from onemap.ingest.placement.coordinates import locate
from onemap.ingest.raw import Raw
from onemap.model import EncodingRecord
from onemap.spec.project import SourceSpec

TWELVE = 112 + 47 / 60 + 12 / 3600
THIRTY_SIX = 34 + 54 / 60 + 36 / 3600


def read(columns, **keys):
    frame = pd.DataFrame(columns, dtype=object)
    frame = frame.where(frame.notna(), None)
    raw = Raw(frame, None, list(range(2, len(frame) + 2)), EncodingRecord("utf-8", ""))
    return locate(raw, SourceSpec(path="t", **keys))


def places(columns, **keys):
    points = read(columns, **keys)[0]
    return [None if point is None else (round(point.x, 9), round(point.y, 9)) for point in points]


def kinds(columns, **keys):
    return [(fault.kind, fault.at, fault.action) for fault in read(columns, **keys)[2]]


HERE = [(round(TWELVE, 9), round(THIRTY_SIX, 9))]


def test_a_table_without_coordinates_has_no_points():
    assert read({"名称": ["甲"]}) == (None, {}, [])


@pytest.mark.parametrize(
    ("x", "y"),
    [("经度", "纬度"), ("东经", "北纬"), ("Longitude", "Latitude"), ("X 坐标", "Y 坐标"), ("中心经度", "中心纬度"),
     ("经度（°）", "纬度（°）"), ("经度坐标", "纬度坐标")],
)  # fmt: skip
def test_the_columns_are_found_by_their_names(x, y):
    points, columns, faults = read({x: [112.79], y: [34.91]})
    assert (points[0].x, points[0].y, columns, faults) == (112.79, 34.91, {"x": x, "y": y}, [])


@pytest.mark.parametrize(
    "way", ["（度分秒）", "(°′″)", "（° ′ ″）", "(DMS)", "(十进制度)", "（CGCS2000）", "(2000坐标系)", "（WGS84）"]
)
def test_what_stands_behind_the_name_to_say_how_it_is_written_does_no_harm(way):
    columns = {f"经度{way}": ["112°47′12″"], f"纬度{way}": ["34°54′36″"]}
    assert places(columns) == HERE


@pytest.mark.parametrize("way", ["(米)", "（m）", "（CGCS2000）"])
def test_metres_may_be_named_so(way):
    assert places({f"X坐标{way}": [480000.0], f"Y坐标{way}": [3860000.0]}) == [(480000.0, 3860000.0)]


@pytest.mark.parametrize("system", ["GCJ02", "BD09", "北京54"])
def test_a_name_that_states_a_system_of_other_degrees_is_left_to_the_project(system):
    assert read({f"经度({system})": [112.79], f"纬度({system})": [34.91]})[0] is None


def test_minutes_and_seconds_in_brackets_are_no_coordinates_by_themselves():
    assert read({"经度(分)": [47], "纬度(分)": [54]})[0] is None


def test_columns_of_the_project_are_taken():
    assert places({"a": [112.79], "b": [34.91], "经度": [0], "纬度": [0]}, x="a", y="b") == [(112.79, 34.91)]


@pytest.mark.parametrize(
    "names",
    ["经度度 经度分 经度秒 纬度度 纬度分 纬度秒", "经度_度 经度_分 经度_秒 纬度_度 纬度_分 纬度_秒",
     "经度（度） 经度（分） 经度（秒） 纬度（度） 纬度（分） 纬度（秒）", "东经度 东经分 东经秒 北纬度 北纬分 北纬秒",
     "lon_d lon_m lon_s lat_d lat_m lat_s", "E度 E分 E秒 N度 N分 N秒", "经度° 经度′ 经度″ 纬度° 纬度′ 纬度″"],
)  # fmt: skip
def test_degrees_minutes_and_seconds_in_columns_of_their_own_are_joined(names):
    columns = dict(zip(names.split(), [[112], [47], [12], ["34"], ["54"], ["36"]], strict=True))
    assert places(columns) == HERE
    assert read(columns)[1] == {"x": names.split()[0], "y": names.split()[3]}


def test_the_project_can_name_the_parts():
    columns = {"a": [112], "b": [47], "c": [12], "d": [34], "e": [54], "f": [36]}
    assert places(columns, x=("a", "b", "c"), y=("d", "e", "f")) == HERE


@pytest.mark.parametrize("name", ["经纬度", "坐标", "中心坐标", "地理坐标", "中心经纬度", "位置坐标", "经纬度坐标"])
@pytest.mark.parametrize("text", ["112.79,34.91", "34.91 112.79", "N34.91 E112.79", "东经112.79°，北纬34.91°"])
def test_one_column_may_hold_both(name, text):
    assert places({name: [text]}) == [(112.79, 34.91)]
    assert kinds({name: [text]}) == []


def test_the_project_can_name_one_column_for_both():
    assert places({"位置": ["112.79,34.91"]}, x="位置", y="位置") == [(112.79, 34.91)]


def test_packed_degrees_are_read_only_where_the_project_says_so():
    columns = {"经度": [112.4712, 112.4760], "纬度": [34.5436, 34.5436]}
    assert places(columns)[0] == (112.4712, 34.5436)
    assert places(columns, angles="D.MMSS") == [*HERE, None]
    assert kinds(columns, angles="D.MMSS") == [("wrong_type", 1, "blanked")]


def test_exchanged_coordinates_are_put_right_and_told():
    columns = {"经度": [112.79, "34°54′36″"], "纬度": [34.91, "112°47′12″"]}
    assert places(columns)[1] == HERE[0]
    assert kinds(columns) == [("axes_swapped", 1, "repaired")]


def test_letters_tell_of_exchanged_coordinates_too():
    columns = {"经度": ["N60°"], "纬度": ["E61°"]}
    assert places(columns) == [(61, 60)]
    assert kinds(columns) == [("axes_swapped", 0, "repaired")]


def test_two_longitudes_are_no_place():
    assert kinds({"经度": ["E112°"], "纬度": ["E34°"]}) == [("wrong_type", 0, "blanked")]


def test_missing_and_unreadable_coordinates_are_told_as_written():
    points, _, faults = read({"经度": [None, "/", "112,79", "约112"], "纬度": [None, "—", "34,91", 34.9]})
    assert points.isna().all()
    assert [fault.kind for fault in faults] == ["null_geometry", "null_geometry", "wrong_type", "wrong_type"]
    assert faults[2].value == "112,79, 34,91"


def test_half_a_coordinate_is_none():
    assert kinds({"经度": [112.79], "纬度": [None]}) == [("wrong_type", 0, "blanked")]


def test_a_coordinate_that_alone_cannot_be_read_is_the_one_that_is_told():
    _, _, faults = read({"经度": [112.79, "约112"], "纬度": ["34度缺", 34.9]})
    assert {fault.at: fault.field for fault in faults} == {0: "y", 1: "x"}


@pytest.mark.parametrize(
    ("x", "y"), [(0, 0), ("0", 34.9), (11279, 3491), (200, 34), (112.79, 112.79), (1127900, 34.91), (389417, 38652)]
)
def test_what_is_no_place_on_earth_is_told_and_blanked(x, y):
    assert places({"经度": [x], "纬度": [y]}) == [None]
    assert kinds({"经度": [x], "纬度": [y]}) == [("out_of_range", 0, "blanked")]


def test_metres_stay_as_they_are_written():
    # To a Chinese surveyor X is north; the proof of the coordinate system tries both orders.
    columns = {"X坐标": [3865276.625], "Y坐标": [389417.646]}
    assert places(columns) == [(3865276.625, 389417.646)]
    assert kinds(columns) == []


def test_degrees_among_metres_are_told_and_blanked():
    columns = {"x": [389417.6, 389500.1, 112.79], "y": [3865276.6, 3865300.2, 34.91]}
    assert places(columns)[2] is None
    assert kinds(columns) == [("wrong_type", 2, "blanked")]


def test_metres_among_degrees_are_told_and_blanked():
    columns = {"x": [112.7, 112.8, 389417.6], "y": [34.9, 34.91, 3865276.6]}
    assert kinds(columns) == [("wrong_type", 2, "blanked")]


def test_offset_coordinates_of_web_maps_are_moved_back():
    # AMap's published test point for Beijing: 116.481488, 39.990464 (GCJ-02) lies some 500 m off WGS 84.
    [(x, y)] = places({"经度": [116.481488], "纬度": [39.990464]}, coord_type="gcj02")
    metres = math.hypot((x - 116.481488) * 111320 * math.cos(math.radians(40)), (y - 39.990464) * 111320)
    assert 400 < metres < 800


def test_a_large_table_is_read():
    seconds = np.arange(20_000) % 6000 / 100
    columns = {"经度": [f"112°47′{s:.2f}″" for s in seconds], "纬度": [f"34度54分{s:.2f}秒" for s in seconds]}
    points, _, faults = read(columns)
    assert faults == []
    assert points.x.to_numpy() == pytest.approx(112 + 47 / 60 + seconds / 3600, abs=1e-9)
