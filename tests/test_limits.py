"""Samples against limits: every printed cell, and laws that hold for any values."""

from __future__ import annotations

import csv
import math
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onemap.risk.limits import CROP, DECIDING, SOIL, WATER, bands_of, classes_of, judge, worst_of
from onemap.spec.catalogue import load_catalogue
from onemap.text import fold
from tests.printed import BAND_OF_PH, GB2762, GB15618_CONTROL, GB15618_SCREENING, GBT14848, control, lines, screening

STANDARDS = load_catalogue().standards
SOIL_LIMITS, FOOD, GROUNDWATER = STANDARDS["gb15618"], STANDARDS["gb2762"], STANDARDS["gbt14848"]
INDICES = [line.split() for line in GBT14848.strip().splitlines()]
NONE_MAY_BE_FOUND = "不得检出"
QIYANG = Path(__file__).parents[2] / "shared" / "data" / "qiyang_cd" / "pri_Cd_data.csv"
PH_OF_BAND = (4.5, 6.0, 7.0, 8.0)
LANDS = ("水田", "果园", "其他")

values = st.floats(0.001, 2000)
phs = st.floats(3, 10)
elements = st.sampled_from(DECIDING)


def soil(**columns):
    """Judge one sample; what is not said is not known."""
    return judge(pd.DataFrame({name: [value] for name, value in columns.items()}), SOIL_LIMITS, SOIL).iloc[0]


def expected(item, land, band, value):
    return 1 + (value > screening(item, land, band)) + (value > control(item, band))


@pytest.mark.parametrize("band", range(4))
@pytest.mark.parametrize(("item", "word", "limits"), lines(GB15618_SCREENING))
def test_a_value_at_its_screening_value_keeps_it_and_one_above_does_not(item, word, limits, band):
    land = "其他" if word == "*" else word
    at, above = limits[band], math.nextafter(limits[band], math.inf)
    frame = pd.DataFrame({"ph": PH_OF_BAND[band], "land_use": land, item: [at, above]})
    assert judge(frame, SOIL_LIMITS, SOIL)["level"].tolist() == [1, 2]


@pytest.mark.parametrize("band", range(4))
@pytest.mark.parametrize(("item", "word", "limits"), lines(GB15618_CONTROL))
def test_a_value_at_its_control_value_keeps_it_and_one_above_does_not(item, word, limits, band):
    at, above = limits[band], math.nextafter(limits[band], math.inf)
    frame = pd.DataFrame({"ph": PH_OF_BAND[band], "land_use": "水田", item: [at, above]})
    assert judge(frame, SOIL_LIMITS, SOIL)["level"].tolist() == [2, 3]


@pytest.mark.parametrize(("item", "crop", "limits"), lines(GB2762))
def test_a_crop_at_its_limit_keeps_it_and_one_above_does_not(item, crop, limits):
    frame = pd.DataFrame({"crop": crop, item: [limits[0], math.nextafter(limits[0], math.inf)]})
    assert judge(frame, FOOD, CROP)["level"].tolist() == [1, 2]


def test_an_edge_of_ph_belongs_to_the_band_below_it():
    assert bands_of(pd.Series([*BAND_OF_PH]), SOIL_LIMITS).tolist() == [band + 1 for band in BAND_OF_PH.values()]


@pytest.mark.parametrize(
    ("word", "own_class"),
    [("水田", "paddy"), ("0101", "paddy"), ("旱地", "other"), ("水浇地", "other"), ("0201", "orchard"), ("林地", None)],
)
def test_land_uses_are_known_by_their_words_and_codes(word, own_class):
    assert classes_of(pd.Series([word]), SOIL_LIMITS).tolist() == [own_class or pd.NA]


@pytest.mark.parametrize(
    ("word", "own_class"),
    [("水稻", "rice"), ("冬小麦", "wheat"), ("玉米", "maize"), ("大白菜", "vegetable"), ("番茄", "fruiting_vegetable")],
)
def test_crops_are_known_by_the_words_that_people_use(word, own_class):
    assert classes_of(pd.Series([word]), FOOD).tolist() == [own_class]


@given(elements, st.sampled_from(LANDS), phs, values)
def test_a_level_is_that_of_the_printed_table(item, land, ph, value):
    band = (ph > 5.5) + (ph > 6.5) + (ph > 7.5)
    found = soil(ph=ph, land_use=land, **{item: value})
    assert found["level"] == expected(item, land, band, value)
    assert found["ratio"] == pytest.approx(value / screening(item, land, band))


@given(elements, st.sampled_from(LANDS), phs, st.lists(values, min_size=2, max_size=8))
def test_a_level_never_falls_when_the_value_rises(item, land, ph, rising):
    frame = pd.DataFrame({"ph": ph, "land_use": land, item: sorted(rising)})
    levels = judge(frame, SOIL_LIMITS, SOIL)["level"].tolist()
    assert levels == sorted(levels)


@given(elements, phs, values)
def test_an_unknown_land_use_matters_only_where_the_levels_differ(item, ph, value):
    band = (ph > 5.5) + (ph > 6.5) + (ph > 7.5)
    levels = {expected(item, land, band, value) for land in LANDS}
    found = soil(ph=ph, **{item: value})
    assert (found["at_least"], found["at_most"]) == (min(levels), max(levels))
    assert (found["level"], found["unknown"]) == ((levels.pop(), "") if len(levels) == 1 else (pd.NA, "class"))


@given(elements, st.sampled_from(LANDS), values)
def test_a_missing_ph_bands_nothing(item, land, value):
    found = soil(land_use=land, **{item: value})
    assert (found["level"], found["limit"], found["unknown"]) == (pd.NA, pd.NA, "ph")


def test_what_has_one_limit_for_every_ph_needs_none():
    assert soil(land_use="水田", ddt=0.11)["level"] == 2


@given(elements, st.sampled_from(LANDS), phs, values)
def test_a_value_below_detection_is_undetermined_only_where_the_detection_limit_exceeds_a_limit(item, land, ph, at):
    band = (ph > 5.5) + (ph > 6.5) + (ph > 7.5)
    found = soil(ph=ph, land_use=land, undetected="镉、汞、砷、铅、铬", **{item: at})
    wanted = expected(item, land, band, at)
    assert (found["at_least"], found["at_most"]) == (1, wanted)
    assert (found["level"], found["unknown"]) == ((1, "") if wanted == 1 else (pd.NA, "detection_limit"))
    assert found["ratio"] is pd.NA


def test_what_was_not_found_keeps_its_limits_though_nobody_says_the_detection_limit():
    assert soil(ph=8, land_use="旱地", undetected="镉", cadmium=None)["level"] == 1


def test_a_value_that_is_missing_has_no_level():
    found = soil(ph=8, land_use="旱地", cadmium=None)
    assert (found["level"], found["at_most"], found["unknown"]) == (pd.NA, 3, "value")


def test_a_crop_that_is_not_known_is_told():
    assert judge(pd.DataFrame({"crop": ["香菜精", None], "lead": 9.0}), FOOD, CROP)["unknown"].tolist() == ["class"] * 2


def test_a_crop_without_a_limit_is_told():
    assert judge(pd.DataFrame({"crop": ["白菜"], "cadmium": 9.0}), FOOD, CROP)["unknown"].tolist() == ["limit"]


def test_a_limit_that_must_be_looked_up_says_so_beside_the_level():
    found = judge(pd.DataFrame({"crop": ["水稻"], "inorganic_arsenic": 0.3}), FOOD, CROP).iloc[0]
    assert (found["level"], found["confidence"]) == (2, "B")
    assert "版本" in found["what_to_check"]


def test_the_worst_element_sets_the_level_of_a_sample():
    frame = pd.DataFrame({"ph": [8.0], "land_use": "旱地", "cadmium": 0.7, "mercury": 0.1, "arsenic": 26.0,
                          "lead": 30.0, "chromium": 70.0})  # fmt: skip
    worst = worst_of(judge(frame, SOIL_LIMITS, SOIL, DECIDING)).iloc[0]
    assert (worst["level"], worst["set_by"]) == (2, ("cadmium", "arsenic"))


def test_nothing_sets_the_level_of_a_sample_that_keeps_all_limits():
    frame = pd.DataFrame({"ph": [8.0], "land_use": "旱地", **dict.fromkeys(DECIDING, 0.1)})
    worst = worst_of(judge(frame, SOIL_LIMITS, SOIL, DECIDING)).iloc[0]
    assert (worst["level"], worst["set_by"], worst["unknown"]) == (1, (), ())


def test_what_was_not_analysed_leaves_the_worst_level_open():
    frame = pd.DataFrame({"ph": [8.0], "land_use": "旱地", "cadmium": 0.7})
    worst = worst_of(judge(frame, SOIL_LIMITS, SOIL, DECIDING)).iloc[0]
    assert (worst["level"], worst["at_least"], worst["at_most"]) == (pd.NA, 2, 3)
    assert worst["unknown"] == ("mercury", "arsenic", "lead", "chromium")


def test_the_worst_level_there_is_needs_no_other_element():
    frame = pd.DataFrame({"ph": [8.0], "land_use": "旱地", "cadmium": 4.1})
    worst = worst_of(judge(frame, SOIL_LIMITS, SOIL, DECIDING)).iloc[0]
    assert (worst["level"], worst["set_by"]) == (3, ("cadmium",))


@settings(max_examples=30)
@given(st.lists(st.tuples(phs, st.sampled_from([*LANDS, None]), values, values), min_size=1, max_size=12))
def test_a_sample_is_judged_alike_among_others_and_alone(rows):
    frame = pd.DataFrame(rows, columns=["ph", "land_use", "cadmium", "lead"])
    together = worst_of(judge(frame, SOIL_LIMITS, SOIL))
    alone = pd.concat([worst_of(judge(frame.iloc[[at]], SOIL_LIMITS, SOIL)) for at in range(len(frame))])
    pd.testing.assert_frame_equal(together, alone)


def water_classes(item, *found, against=2):
    return judge(pd.DataFrame({item: found}), GROUNDWATER, WATER, against=against)["level"].tolist()


@pytest.mark.parametrize("printed", INDICES, ids=lambda line: line[0])
def test_groundwater_has_the_best_class_whose_limit_it_keeps(printed):
    title, *words = printed
    limits = [0.0 if word == NONE_MAY_BE_FOUND else float(word) for word in words]
    item = GROUNDWATER.item_of[fold(title)]
    for limit in limits:
        above = math.nextafter(limit, math.inf)
        # The better of two classes with one limit; above the last one it is class V.
        wanted = [1 + limits.index(limit), 1 + sum(above > other for other in limits)]
        assert water_classes(item, limit, above) == wanted


@pytest.mark.parametrize(
    ("ph", "water_class"),
    [(7.0, 1), (6.5, 1), (8.5, 1), (6.49, 4), (5.5, 4), (8.51, 4), (9.0, 4), (5.49, 5), (9.01, 5)],
)
def test_acid_and_alkaline_groundwater_is_worse(ph, water_class):
    assert water_classes("ph", ph) == [water_class]


def test_of_groundwater_below_detection_only_the_classes_that_could_be_seen_are_told():
    frame = pd.DataFrame({"cadmium": [0.0001, 0.002, None], "undetected": "镉"})
    assert judge(frame, GROUNDWATER, WATER, ["cadmium"])["level"].tolist() == [1, pd.NA, 1]


def test_a_comma_in_the_name_of_an_index_parts_no_list():
    frame = pd.DataFrame({"dichloroethane_12": [5.0], "cadmium": [0.1], "undetected": "镉,1,2-二氯乙烷"})
    judged = judge(frame, GROUNDWATER, WATER, ["dichloroethane_12", "cadmium"])
    assert judged["undetected"].tolist() == [True, True]


def test_what_may_not_be_found_at_all_keeps_class_one_where_it_was_not_found():
    frame = pd.DataFrame({"anionic_surfactants": [0.05, 0.05], "undetected": ["阴离子表面活性剂", None]})
    assert judge(frame, GROUNDWATER, WATER, ["anionic_surfactants"])["level"].tolist() == [1, 2]


def test_to_what_may_not_be_found_at_all_nothing_has_a_ratio():
    assert judge(pd.DataFrame({"anionic_surfactants": [0.05]}), GROUNDWATER, WATER)["ratio"].tolist() == [pd.NA]


def test_groundwater_is_compared_with_the_limit_of_class_three_where_that_is_asked():
    judged = judge(pd.DataFrame({"arsenic": [0.03], "ph": 9.5}), GROUNDWATER, WATER, against=4)
    assert judged["limit"].tolist() == [pd.NA, 0.01]
    assert judged["ratio"].iloc[1] == pytest.approx(3)


def test_copper_has_no_limit_of_level_three_to_be_compared_with():
    frame = pd.DataFrame({"ph": [8.0], "land_use": "旱地", "copper": 120.0})
    assert judge(frame, SOIL_LIMITS, SOIL, against=3)["ratio"].tolist() == [pd.NA]


def test_real_samples_of_cadmium_have_the_levels_of_the_printed_table():
    if not QIYANG.is_file():
        pytest.skip("the shared data is not here")
    rows = list(csv.DictReader(QIYANG.read_text("utf-8").splitlines()[2:]))
    lands = {"Upland": "其他", "Paddy": "水田"}
    frame = pd.DataFrame(
        {
            "ph": [float(row["pH"]) for row in rows],
            "land_use": [lands[row["land_use"].strip().capitalize()] for row in rows],
            "cadmium": [float(row["SoilCdtot"]) for row in rows],
        }
    )
    wanted = Counter(
        expected("cadmium", land, (ph > 5.5) + (ph > 6.5) + (ph > 7.5), value)
        for ph, land, value in frame.itertuples(index=False)
    )
    assert Counter(judge(frame, SOIL_LIMITS, SOIL)["level"]) == wanted
