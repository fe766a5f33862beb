"""Codes are judged by printed standards: GB 32100, GB/T 4754, and the structure of plot codes."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onemap.ingest.codes import check_code
from onemap.ingest.columns import match_columns, take_fields
from onemap.ingest.numbers import parse_quantity
from onemap.spec.catalogue import load_catalogue
from onemap.spec.project import SourceSpec
from onemap.text import speaking

# Codes of real public bodies, as they print them on their own pages.
TENCENT, HUAWEI = "9144030071526726XG", "914403001922038216"
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.mark.parametrize("code", [TENCENT, HUAWEI])
def test_a_real_credit_code_is_right(code):
    assert check_code(code, "credit_code") is None


@given(st.integers(0, 16), st.sampled_from(ALPHABET))
def test_a_credit_code_with_one_wrong_character_is_found(place, letter):
    wrong = TENCENT[:place] + letter + TENCENT[place + 1 :]
    found = check_code(wrong, "credit_code")
    # The weights of GB 32100 are no multiples of 31, so that every single slip shows.
    assert (found is None) == (wrong == TENCENT)


@given(st.integers(0, 15))
def test_two_neighbours_that_changed_places_in_a_credit_code_are_found(place):
    wrong = TENCENT[:place] + TENCENT[place + 1] + TENCENT[place] + TENCENT[place + 2 :]
    assert (check_code(wrong, "credit_code") is None) == (wrong == TENCENT)


@pytest.mark.parametrize("code", ["4108832260001", "4108831320012", "4108833970001"])
def test_a_plot_code_of_the_right_structure_is_right(code):
    assert check_code(code, "plot_code") is None


@pytest.mark.parametrize(
    ("code", "digits"),
    [("4108835260001", "5"), ("4108832980001", "98"), ("4108832000001", "00"), ("4108832260000", "0000")],
)
def test_the_part_of_a_plot_code_that_is_wrong_is_named(code, digits):
    found = check_code(code, "plot_code")
    assert (found.kind, digits in found.message) == ("plot_code_wrong", True)


@pytest.mark.parametrize("code", ["0912", "0933", "3212", "3140", "2613", "3360", "9700"])
def test_an_industry_code_of_2017_is_right(code):
    assert check_code(code, "industry_code") is None


@pytest.mark.parametrize("code", ["0000", "9899", "3199", "0918"])
def test_an_industry_code_that_the_standard_has_not_is_told(code):
    assert check_code(code, "industry_code").kind == "industry_code_wrong"


def test_a_code_of_2011_is_told_with_that_of_2017():
    with speaking("en"):
        assert "2011 edition; in GB/T 4754-2017 it is 3140" in check_code("3150", "industry_code").message


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("12.5亩", (12.5, "mu")), ("１２．５ 亩", (12.5, "mu")), ("1,200 m²", (1200.0, "m2")), ("3.2公顷", (3.2, "ha")),
        ("1.2万亩", (12000.0, "mu")), ("1.2万平方米", (12000.0, "m2")), ("30米", (30.0, "m")),
        ("12", (12.0, None)), (7, (7.0, None)),
        ("约30亩", None), ("30-40亩", None), ("三亩", None), ("", None), ("亩", None),
    ],
)  # fmt: skip
def test_a_quantity_is_a_number_and_its_unit(text, quantity):
    assert parse_quantity(text) == quantity


LAND = load_catalogue().layers["cultivated_land"]


def areas(column, *cells):
    frame = pd.DataFrame({column: pd.Series(cells, dtype=object)})
    fields, faults = take_fields(frame, LAND, {"declared_area_m2": column})
    return list(fields["declared_area_m2"]), [fault.at for fault in faults if fault.kind == "unit_differs"]


def test_a_unit_that_a_cell_states_is_taken_and_told_where_it_is_another():
    values, told = areas("面积(亩)", "3亩", 3, "1公顷")
    assert values == pytest.approx([2000, 2000, 10000])
    assert told == [2]


def test_a_column_whose_cells_all_state_another_unit_is_told_once():
    values, told = areas("面积(亩)", *["1公顷"] * 4, None, "2公顷")
    assert (values[0], values[5], told) == (pytest.approx(10000), pytest.approx(20000), [None])


def test_a_unit_of_another_dimension_is_no_area():
    assert areas("面积(亩)", "3米")[0] == ["3米"]


@pytest.mark.parametrize(
    "column", ["登记面积(亩)", "登记面积（单位：亩）", "登记面积[亩]", "登记面积_亩", "登记面积/亩", "登记面积 亩"]
)
def test_a_unit_behind_the_name_of_a_column_is_its_unit(column):
    frame = pd.DataFrame({column: pd.Series([3], dtype=object)})
    matches = match_columns(LAND, frame.columns, SourceSpec(path="t"))
    assert list(take_fields(frame, LAND, matches)[0]["declared_area_m2"]) == pytest.approx([2000])


def test_a_column_that_says_everywhere_that_nobody_knows_is_told_once():
    column = "单元编码"
    frame = pd.DataFrame({column: pd.Series(["无", "不详", "无"], dtype=object)})
    fields, faults = take_fields(frame, LAND, {"unit_code": column})
    told = [(fault.kind, fault.at) for fault in faults if fault.field == "unit_code"]
    assert (told, fields["unit_code"].isna().all()) == ([("missing_value", None)], True)


PLOTS = ["cultivated_land", "construction_plot", "priority_plot"]


# 15 亩 = 1 公顷 = 10 000 平方米.
@pytest.mark.parametrize(
    ("column", "number"),
    [("面积（㎡）", 10_000), ("面积(m2)", 10_000), ("面积(平米)", 10_000), ("面积_亩", 15), ("面积(万亩)", 0.0015),
     ("MJ", 10_000), ("面积", 10_000), ("占地面积（公顷）", 1), ("用地面积(亩)", 15), ("土地面积(平方米)", 10_000),
     ("面积(万平方米)", 1), ("面积(平方公里)", 0.01), ("面积亩", 15), ("MJ_MU", 15)],
)  # fmt: skip
@pytest.mark.parametrize("layer", PLOTS)
def test_an_area_is_read_whatever_its_column_is_called(layer, column, number):
    spec = load_catalogue().layers[layer]
    frame = pd.DataFrame({column: pd.Series([number], dtype=object)})
    fields, _ = take_fields(frame, spec, match_columns(spec, frame.columns, SourceSpec(path="t")))
    assert list(fields["declared_area_m2"]) == pytest.approx([10_000])


@pytest.mark.parametrize("column", ["SHAPE_Area", "水面积水点", "面积说明"])
def test_what_a_program_measured_or_people_remark_is_no_declared_area(column):
    assert "declared_area_m2" not in match_columns(LAND, [column], SourceSpec(path="t"))


def test_a_unit_that_the_table_states_goes_before_the_columns_usual_one():
    frame = pd.DataFrame({"图斑面积": pd.Series([3], dtype=object)})
    fields, _ = take_fields(frame, LAND, {"declared_area_m2": "图斑面积"}, {"图斑面积": "mu"})
    assert list(fields["declared_area_m2"]) == pytest.approx([2000])


def test_brackets_behind_a_name_that_hold_no_unit_belong_to_it():
    assert match_columns(LAND, ["登记面积(旧)"], SourceSpec(path="t")) == {}
