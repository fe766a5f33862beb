import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onemap.ingest.placement.angles import join_parts, parse_angle, parse_packed, read_angle, read_pair

TWELVE = 112 + 47 / 60 + 12 / 3600
THIRTY_SIX = 34 + 54 / 60 + 36 / 3600


@pytest.mark.parametrize(
    "text",
    [
        "112°47′12″", "112度47分12秒", "112-47-12", "112 47 12", "112:47:12", "112.47.12", "112°47 12", "112°47′12",
        "E112°47′12″", "112°47′12″E", "112°47'12\"e", "东经112°47′12″", "东经：112度47分12秒", "E 112 47 12",
        "经度:112°47′12″", "经度112度47分12秒", "Lon: 112°47'12\"", "112度47分12秒E",
        "１１２°４７′１２″", "１１２度４７分１２秒", "112º47'12''", "112˚47`12``", "112°47´12´´", "112o47'12\"",
        "112°47’12”", "112°47‘12“", "112°47＇12＂", "112d47m12s", "112D47M12S", "112—47—12", "112：47：12",
        "112 ° 47 ′ 12 ″", "1 12°4 7′1 2″", "112° 47'12. 0\"", " 112°47′12″。", "112°47′12″，", "(112°47′12″)",
        "112°-47′-12″", "112-47′12″", "112.47′12″", "112 47'12\"", "112．47．12", "112°47′12″\u200b", "112\xa047\xa012",
    ],
)  # fmt: skip
def test_every_spelling_of_degrees_minutes_seconds_is_the_same_angle(text):
    assert parse_angle(text) == pytest.approx(TWELVE, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "angle"),
    [
        ("112°47.2′", 112 + 47.2 / 60), ("112°47′", 112 + 47 / 60), ("112 47", 112 + 47 / 60),
        ("112:47.5", 112 + 47.5 / 60),
        ("112.786667°", 112.786667), ("112.786667度", 112.786667), ("112. 786667", 112.786667), ("112.79E", 112.79),
        ("112°", 112), ("112.", 112), ("112°12″", 112 + 12 / 3600), ("112°47′12.5″", 112 + 47 / 60 + 12.5 / 3600),
        ("112°47′12″.5", 112 + 47 / 60 + 12.5 / 3600), ("112.47.12.5", 112 + 47 / 60 + 12.5 / 3600),
        ("389417.646", 389417.646), ("389,417.646", 389417.646), ("3,865,276", 3865276), ("389,417", 389417),
        (112.5, 112.5), (112, 112), ("1.125e2", 112.5), ("-112.5", -112.5), ("−112-30-0", -112.5),
        ("12°30′W", -12.5), ("西经12°30′", -12.5), ("12°30′S", -12.5), ("南纬12.5", -12.5),
    ],
)  # fmt: skip
def test_minutes_decimals_signs_and_metres_are_read(text, angle):
    assert parse_angle(text) == pytest.approx(angle, abs=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "约三十", "112°75′", "112°47′80″", "112°47′60″", "112°60.0′", "112-75-12", "112 47 60", "", "二十", "1_000",
        "nan",
        "inf", "北纬", "E", "°", "112,79", "112,790", "112.79 34.91", "112.79,34.91", "112°4712", "112°47′12″34",
        "1122°47′",
        "112.5°47′", "112°47.2′12″", "112 47 12 34", "2026-06-30", "112..5", "--112", "12亩", "112米", "N/A",
        "/", None, True,
        "E112N", "112°47′12″E N",
    ],
)  # fmt: skip
def test_what_is_no_angle_is_none(text):
    assert parse_angle(text) is None


@pytest.mark.parametrize(
    ("text", "axis"),
    [("N 34 54 36", "y"), ("北纬34°", "y"), ("34°N", "y"), ("lat 34.5", "y"), ("纬度34度", "y"), ("E112°47′12″", "x"),
     ("东经112°", "x"), ("112.5", ""), ("112°47′12″", "")],
)  # fmt: skip
def test_letters_and_words_name_the_axis(text, axis):
    assert read_angle(text).axis == axis


SPELLINGS = ["{d}°{m}′{s}″", "{d}度{m}分{s}秒", "{d}-{m}-{s}", "{d} {m} {s}", "{d}:{m}:{s}", "{d}.{m}.{s}",
             "东经{d}°{m}′{s}″",
             "{d}°{m}'{s}''", "{d}º {m}` {s}``", "{d}d{m}m{s}s", "E{d}°{m}’{s}”", "{d}°{m}′{s}″E"]  # fmt: skip


@given(st.sampled_from(SPELLINGS), st.integers(0, 179), st.integers(0, 59), st.integers(0, 599_999), st.booleans())
def test_an_angle_comes_back_from_every_spelling(spelling, degrees, minutes, parts, wide):
    text = spelling.format(d=degrees, m=f"{minutes:02d}", s=f"{parts / 10_000:.4f}")
    if wide:
        text = re.sub(r"\d", lambda digit: chr(ord(digit[0]) + 0xFEE0), text)
    assert parse_angle(text) == pytest.approx(degrees + minutes / 60 + parts / 36_000_000, abs=1e-9)


@given(st.text(alphabet="0123456789.-+°′″'\" ,EN东经北纬度分秒:()xX", max_size=20))
def test_no_text_is_too_much(text):
    angle, pair = read_angle(text), read_pair(text)
    assert angle is None or isinstance(angle.value, float)
    assert pair is None or len(pair) == 2


@pytest.mark.parametrize(
    ("value", "angle"),
    [(112.4712, TWELVE), ("112.4712", TWELVE), (112.47, 112 + 47 / 60), (112.46999999999999, 112 + 47 / 60),
     ("112.471234", 112 + 47 / 60 + 12.34 / 3600), (112, 112), (-112.3, -112.5), ("112°47′12″", TWELVE)],
)  # fmt: skip
def test_packed_degrees_are_unpacked(value, angle):
    assert parse_packed(value) == pytest.approx(angle, abs=1e-9)


@pytest.mark.parametrize("value", [112.4760, 112.6, "112.475960"[:6] + "99", 389417.6, "无", None])
def test_packed_minutes_and_seconds_stay_below_sixty(value):
    assert parse_packed(value) is None


@pytest.mark.parametrize("parts", [(112, 47, 12), ("112", "47", "12"), ("112°", "47′", "12″"), ("E112", 47.0, "12秒")])
def test_parts_in_cells_of_their_own_are_joined(parts):
    assert join_parts(*parts).value == pytest.approx(TWELVE, abs=1e-12)


@pytest.mark.parametrize(
    "parts",
    [(112, 60, 0), (112, 47, 60), (112.5, 47, 12), (112, 47.5, 12), (112, None, 12), (112, 47, None), (112, -1, 0)],
)
def test_parts_that_do_not_fit_together_are_none(parts):
    assert join_parts(*parts) is None


@pytest.mark.parametrize(
    "text",
    [
        "112°47′12″,34°54′36″", "东经112°47′12″，北纬34°54′36″", "E112°47′12″ N34°54′36″", "112 47 12 34 54 36",
        "112°47′12″34°54′36″", "112°47 12 34°54 36", "112°47′12″、34°54′36″", "112°47′12″/34°54′36″",
        "112-47-12,34-54-36",
        "经度：112°47′12″ 纬度：34°54′36″", "经度112度47分12秒纬度34度54分36秒", "E:112°47′12″；N:34°54′36″",
        "112°47′12″\n34°54′36″", "（E112°47′12″，N34°54′36″）", "112°47'12\"E34°54'36\"N", "112° 47′ 12″ 34° 54′ 36″",
        "X:112°47′12″,Y:34°54′36″",
    ],
)  # fmt: skip
def test_a_cell_that_holds_both_is_cut_in_two(text):
    assert [angle.value for angle in read_pair(text)] == pytest.approx([TWELVE, THIRTY_SIX], abs=1e-12)


@pytest.mark.parametrize(
    "text", ["112.79,34.91", "(112.79 34.91)", "[112.79，34.91]", "112.79;34.91", "POINT (112.79 34.91)",
             "112.79E 34.91N",
             "112.79°、34.91°", "x=112.79 y=34.91", "112.79\t34.91", "lon:112.79,lat:34.91"]
)  # fmt: skip
def test_decimal_pairs_are_read(text):
    assert [angle.value for angle in read_pair(text)] == [112.79, 34.91]


@pytest.mark.parametrize(
    "text", ["112.79", "", "/", "112,79,34,91", "389,417.6,3,865,276.6", "甲乙", "112.79,", "待定,无", None, 5]
)
def test_what_is_no_pair_is_none(text):
    assert read_pair(text) is None
