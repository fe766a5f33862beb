"""Standards as TOML: they say what is printed, and what is wrong in such a file is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from onemap.errors import SpecError
from onemap.spec.catalogue import load_catalogue, shipped
from onemap.text import fold, speaking
from tests.printed import GB2762, GB15618_CONTROL, GB15618_SCREENING, GBT14848, lines

STANDARDS = load_catalogue().standards
SOIL, FOOD = STANDARDS["gb15618"], STANDARDS["gb2762"]
SOIL_FILE = (shipped("layers") / "standards" / "gb15618.toml").read_text("utf-8")

SMALL = """
title = "小标准"
number = "X 1"
unit = "mg/kg"
bands = ["pH≤5.5", "5.5<pH≤6.5", "pH>6.5"]
rest = "other"
items = { cadmium = { title = "镉" } }
levels = { 1 = { title = "一" }, 2 = { title = "二" }, 3 = { title = "三" } }
[classes]
paddy = { title = "水田" }
other = { title = "其他" }
[tables.inner]
title = "筛选值"
above = 2
source = "印本"
confidence = "A"
checked_by = ""
limits = [ { item = "镉", class = "其他", at = [1, 2, 3] } ]
[tables.outer]
title = "管制值"
above = 3
source = "印本"
confidence = "A"
checked_by = ""
limits = [ { item = "镉", at = [4, 5, 6] } ]
"""


@pytest.fixture(autouse=True)
def english():
    with speaking("en"):
        yield


def load(folder: Path, text: str):
    (folder / "standards").mkdir()
    (folder / "standards" / "small.toml").write_text(text, "utf-8")
    return load_catalogue(folder).standards["small"]


def refused(folder: Path, *changes: tuple[str, str]) -> SpecError:
    text = SMALL
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    with pytest.raises(SpecError) as raised:
        load(folder, text)
    assert raised.value.message.startswith("standards/small.toml: ")
    return raised.value


@pytest.mark.parametrize(("item", "word", "limits"), lines(GB15618_SCREENING))
def test_screening_values_are_those_printed(item, word, limits):
    for own_class in [*SOIL.classes] if word == "*" else [SOIL.class_of[fold(word)]]:
        assert [cell.high for cell in SOIL.cells(item, 2, own_class)] == limits


@pytest.mark.parametrize(("item", "word", "limits"), lines(GB15618_CONTROL))
def test_control_values_are_those_printed_for_every_land_use(item, word, limits):
    for own_class in SOIL.classes:
        assert [cell.high for cell in SOIL.cells(item, 3, own_class)] == limits


@pytest.mark.parametrize("item", ["copper", "nickel", "zinc"])
def test_copper_nickel_and_zinc_have_no_control_value(item):
    assert SOIL.levels_of(item) == (1, 2)


@pytest.mark.parametrize(("item", "value"), [("hch", 0.10), ("ddt", 0.10), ("bap", 0.55)])
def test_other_items_have_one_screening_value_for_every_ph(item, value):
    assert [cell.high for cell in SOIL.cells(item, 2, "other")] == [value] * 4


def test_a_value_that_two_transcriptions_give_otherwise_says_so():
    assert "0.05" in SOIL.cells("hch", 2, "other")[0].what_to_check
    assert SOIL.cells("ddt", 2, "other")[0].what_to_check == ""


@pytest.mark.parametrize(("item", "word", "limits"), lines(GB2762))
def test_limits_of_crops_are_those_printed(item, word, limits):
    assert [cell.high for cell in FOOD.cells(item, 2, FOOD.class_of[fold(word)])] == limits


def test_no_other_limits_of_crops_are_made_up():
    found = {(item, c) for item in FOOD.items for c in FOOD.classes if FOOD.cells(item, 2, c)}
    printed = {(item, FOOD.class_of[fold(word)]) for item, word, _ in lines(GB2762)}
    # What holds for vegetables holds for those that bear fruit too.
    assert found == printed | {("mercury", "fruiting_vegetable"), ("chromium", "fruiting_vegetable")}


def test_inorganic_arsenic_in_rice_says_that_its_edition_must_be_checked():
    assert "edition" in FOOD.cells("inorganic_arsenic", 2, "rice")[0].what_to_check


@pytest.mark.parametrize(
    ("item", "crop", "confidence"),
    [("cadmium", "rice", "A"), ("cadmium", "wheat", "B+M"), ("arsenic", "maize", "B"), ("lead", "wheat", "A")],
)
def test_a_limit_says_how_well_it_is_known(item, crop, confidence):
    assert FOOD.cells(item, 2, crop)[0].confidence == confidence


@pytest.mark.parametrize("standard", STANDARDS.values(), ids=lambda one: one.id)
def test_a_table_waits_for_whoever_compares_it_with_the_print(standard):
    assert {table.checked_by for table in standard.tables.values()} == {""}


def test_groundwater_has_the_indices_that_are_numbers():
    # 93 are printed: two are words (无), and of two kinds of radioactivity IV and V are told apart by no number.
    assert len(STANDARDS["gbt14848"].items) == 93 - 4
    assert len(GBT14848.strip().splitlines()) == 93 - 4 - 1


def test_rotation_of_paddy_and_upland_takes_the_stricter_value():
    assert [cell.high for cell in SOIL.cells("cadmium", 2, "rotation")] == [0.3, 0.3, 0.3, 0.6]
    assert [cell.high for cell in SOIL.cells("mercury", 2, "rotation")] == [0.5, 0.5, 0.6, 1.0]


def test_a_project_lays_its_own_standard_over_ours(tmp_path):
    (tmp_path / "standards").mkdir()
    own = SOIL_FILE.replace('checked_by = ""', 'checked_by = "张三 2026-11"')
    (tmp_path / "standards" / "gb15618.toml").write_text(own, "utf-8")
    laid = load_catalogue(tmp_path).standards
    assert laid["gb15618"].tables["control"].checked_by == "张三 2026-11"
    assert laid["gb2762"] == FOOD


def test_the_small_standard_that_is_broken_below_is_whole(tmp_path):
    assert [cell.high for cell in load(tmp_path, SMALL).cells("cadmium", 2, "paddy")] == [1, 2, 3]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('item = "镉", at', 'item = "镉镉", at'), r'tables\.outer, line 1 .*no item "镉镉" \(did you mean "镉"'),
        (('class = "其他"', 'class = "其它"'), r'tables\.inner, line 1 .*no class "其它" \(水田, 其他\)'),
        (("[4, 5, 6]", "[4, 5]"), r"tables\.outer, line 1 .*2 values for 3 columns"),
        (("[4, 5, 6]", "[4, 1.5, 6]"), r"tables\.outer \(镉\): 1\.5 is stricter than 2 in tables\.inner"),
        (("5.5<pH≤6.5", "5.4<pH≤6.5"), r"pH≤5\.5 and 5\.4<pH≤6\.5 overlap"),
        (("5.5<pH≤6.5", "5.6<pH≤6.5"), r"pH≤5\.5 and 5\.6<pH≤6\.5 leave a hole"),
        (('"pH>6.5"', '"6.5<pH≤7.5"'), r"nothing is said of pH>7\.5"),
        (('"pH≤5.5", ', ""), r"nothing is said of pH≤5\.5"),
        (("pH≤5.5", "pH<5.5"), r"bands\.0: 'pH<5\.5' is no band"),
        (('source = "印本"\n', ""), r'key "tables\.inner\.source" is missing'),
        (('source = "印本"\n', 'source = ""\n'), r"tables\.inner\.source"),
        (('confidence = "A"\n', ""), r'key "tables\.inner\.confidence" is missing'),
        (('checked_by = ""\n', ""), r'key "tables\.inner\.checked_by" is missing'),
        (('confidence = "A"', 'confidence = "U"'), r"tables\.inner\.confidence: 'U' is no confidence"),
        (("above = 3", "above = 4"), r"tables\.outer: above names a level of 2, 3"),
        (('rest = "other"', 'rest = "others"'), r"rest: there is no class 'others'"),
        (("[4, 5, 6]", "[4, -1, 6]"), r"limits are numbers from 0 up"),
        (('cadmium = { title = "镉" }', 'cadmium = { title = "镉" }, lead = { title = "铅" }'), r"items\.lead"),
        (
            ("at = [4, 5, 6] }", 'at = [4, 5, 6] }, { item = "cadmium", at = 9 }'),
            r"line 2 .*stands already in .*line 1",
        ),
    ],
)
def test_what_is_wrong_in_a_standard_is_refused_with_its_file_and_key(tmp_path, change, told):
    assert re.search(told, refused(tmp_path, change).message)


def test_a_misspelt_key_is_told_with_the_one_that_was_meant(tmp_path):
    fault = refused(tmp_path, ("checked_by", "cheked_by"))
    assert 'unknown key "tables.inner.cheked_by"' in fault.message
    assert 'did you mean "checked_by"?' in fault.hint


def test_missing_and_misspelt_keys_are_told_at_once(tmp_path):
    fault = refused(tmp_path, ('source = "印本"\n', ""), ('confidence = "A"', 'confidense = "A"'), ("pH≤5.5", "pH"))
    for part in ("tables.inner.source", "tables.inner.confidense", "tables.inner.confidence", "bands.0"):
        assert part in fault.message


def test_numbers_words_and_bands_that_do_not_fit_are_told_at_once(tmp_path):
    fault = refused(
        tmp_path,
        ("5.5<pH≤6.5", "5.4<pH≤6.5"),
        ("[1, 2, 3]", "[1, 2]"),
        ('"其他", at', '"水地", at'),
        ("above = 3", "above = 7"),
    )
    for part in ("overlap", "2 values for 3 columns", '"水地"', "tables.outer: above"):
        assert part in fault.message


def test_limits_that_fall_are_told_beside_bands_that_overlap(tmp_path):
    fault = refused(tmp_path, ("5.5<pH≤6.5", "5.4<pH≤6.5"), ("[4, 5, 6]", "[4, 1.5, 6]"))
    assert "overlap" in fault.message
    assert "1.5 is stricter than 2" in fault.message


def test_one_number_does_not_stand_for_the_classes_of_groundwater(tmp_path):
    water = (shipped("layers") / "standards" / "gbt14848.toml").read_text("utf-8")
    with pytest.raises(SpecError, match="1 values for 4 columns"):
        load(tmp_path, water.replace("at = [0.0001, 0.001, 0.005, 0.01]", "at = 0.0001"))
