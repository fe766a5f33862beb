import csv
import doctest
import re
from pathlib import Path

import pytest

from onemap.spec import county
from onemap.spec.catalogue import shipped
from onemap.spec.county import county_extent

CHINA = (73.4, 3.8, 135.1, 53.6)
TABLE = shipped("layers") / "county_boxes.csv"
QIYANG = Path(__file__).parents[2] / "shared" / "data" / "qiyang_cd" / "pri_Cd_data.csv"

# Where these counties' seats are, to about 0.05 degrees, as any atlas has it: east and north.
SEATS = {
    "110105": (116.44, 39.92), "130732": (115.83, 40.91), "140729": (111.77, 36.85), "210281": (121.98, 39.63),
    "220283": (126.94, 44.41), "231183": (125.23, 49.19), "310120": (121.47, 30.92), "320583": (120.98, 31.39),
    "330782": (120.07, 29.31), "340123": (117.17, 31.72), "350583": (118.39, 24.96), "360112": (115.81, 28.70),
    "370614": (120.76, 37.81), "410883": (112.79, 34.91), "420526": (110.75, 31.21), "430181": (113.64, 28.16),
    "431181": (111.84, 26.58), "440513": (116.60, 23.30), "450330": (110.64, 24.63), "460200": (109.51, 18.25),
    "510181": (103.65, 30.99), "520402": (105.93, 26.25), "520526": (104.28, 26.86), "530112": (102.66, 25.04),
    "540102": (91.13, 29.66), "610111": (109.07, 34.27), "610881": (110.49, 38.84), "620102": (103.83, 36.06),
    "630121": (101.69, 36.92), "640121": (106.25, 38.28), "652701": (82.07, 44.90),
}  # fmt: skip


def rows():
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(county).failed == 0


@pytest.mark.parametrize(("code", "seat"), SEATS.items())
def test_a_county_seat_lies_in_its_county_s_box(code, seat):
    west, south, east, north = county_extent(code).box
    assert west <= seat[0] <= east
    assert south <= seat[1] <= north


def test_mengzhou_s_box_covers_mengzhou_and_little_more():
    west, south, east, north = county_extent("410883").box
    assert 112.3 < west <= 112.55
    assert 112.93 <= east < 113.1
    assert 34.6 < south <= 34.8
    assert 35.0 <= north < 35.2


def test_qiyang_s_box_covers_the_samples_that_were_taken_there():
    if not QIYANG.exists():
        pytest.skip("the shared data is not here")
    west, south, east, north = county_extent("431181").box
    with QIYANG.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))[3:]
    samples = [(float(line[0]), float(line[1])) for line in lines if line[0]]
    assert len(samples) == 136
    assert all(west <= x <= east and south <= y <= north for x, y in samples)


def test_a_county_of_unknown_code_is_looked_for_in_its_prefecture():
    extent = county_extent("410899")
    assert (extent.name, extent.level) == ("焦作市", "prefecture")


@pytest.mark.parametrize("code", ["000000", "990101", "", "孟州市"])
def test_a_code_of_no_known_prefecture_is_nowhere(code):
    assert county_extent(code) is None


def test_the_table_is_sorted_by_codes_that_occur_once():
    codes = [row["code"] for row in rows()]
    assert codes == sorted(set(codes))
    assert all(re.fullmatch(r"\d{6}", code) for code in codes)


def test_the_codes_of_prefectures_end_in_two_zeros_and_no_others():
    assert all((row["level"] == "prefecture") == row["code"].endswith("00") for row in rows())


def test_every_box_is_a_box_in_china():
    for code in (row["code"] for row in rows()):
        west, south, east, north = county_extent(code).box
        # At the border a box may reach a little beyond, into land without Chinese towns.
        assert CHINA[0] - 1.2 <= west < east <= CHINA[2] + 1.2, code
        assert CHINA[1] - 1.2 <= south < north <= CHINA[3] + 1.2, code


def test_only_counties_of_the_empty_north_and_west_are_wider_than_three_degrees():
    # Zones of the 3-degree Gauss-Krüger projection are told apart by boxes narrower than that.
    wide = {
        row["code"][:2]
        for row in rows()
        if row["level"] == "county" and float(row["east"]) - float(row["west"]) > 3 and row["code"] != "210224"
    }
    # 210224 is 长海县, islands.
    assert wide <= {"15", "22", "23", "54", "62", "63", "65"}


def test_nearly_all_prefectures_have_a_box():
    # 338 with the four municipalities (Chongqing twice); two are left out.
    assert sum(row["level"] == "prefecture" for row in rows()) == 336


def test_the_licence_travels_with_the_table_and_names_it():
    text = (shipped("layers") / "county_boxes.LICENSE.md").read_text(encoding="utf-8")
    assert "GeoNames" in text
    assert "https://creativecommons.org/licenses/by/4.0/" in text


def test_the_table_is_small():
    assert TABLE.stat().st_size < 200_000
