import pandas as pd
import pytest

from onemap.ingest.values import read_value
from onemap.spec.catalogue import load_catalogue
from onemap.spec.layer import FieldSpec
from onemap.text import speaking

CREDIT = FieldSpec(title="统一社会信用代码", dbf="XYDM", pattern="[0-9A-HJ-NPQRTUWXY]{18}")
INDUSTRY = FieldSpec(title="行业代码", dbf="HYDM", pattern=r"\d{4}", check="industry_code")
LAND = FieldSpec(
    title="质量类别", dbf="ZLLB", type="class",
    classes={"strict_control": {"title": "严格管控类", "aliases": ["3", "Ⅲ", "严格"]}},
)  # fmt: skip


def test_an_eighteen_digit_code_that_excel_turned_into_a_number_is_blanked_not_guessed():
    reading = read_value(9.14108830000001e17, CREDIT)
    assert (reading.value, reading.kind, reading.action) == (None, "code_damaged", "blanked")


def test_scientific_notation_as_text_is_a_damaged_code_too():
    assert read_value("9.14109E+17", CREDIT).kind == "code_damaged"


def test_a_whole_number_beyond_what_a_float_holds_is_not_taken():
    assert read_value(9.3e18, FieldSpec(title="人数", dbf="RS", type="integer")).kind == "wrong_type"


def test_a_lost_leading_zero_is_put_back_and_told():
    reading = read_value(912, INDUSTRY)
    assert (reading.value, reading.kind, reading.action) == ("0912", "code_damaged", "repaired")


def test_a_code_of_thirteen_digits_in_a_number_cell_is_whole():
    assert (
        read_value(4108832260001, FieldSpec(title="地块编码", dbf="DKBM", pattern=r"\d{13}")).value == "4108832260001"
    )


@pytest.mark.parametrize("raw", ["3", 3, 3.0, "Ⅲ", "III", " 严格 ", "３", "严格管控类", "strict_control"])
def test_every_spelling_of_a_class_is_that_class(raw):
    assert read_value(raw, LAND).value == "strict_control"


def test_an_unknown_class_is_blanked_and_told():
    reading = read_value("半停产", LAND)
    assert (reading.value, reading.kind) == (None, "unknown_class")


@pytest.mark.parametrize("raw", [None, "", " ", "—", "/", "-", float("nan"), pd.NA, pd.NaT, "\0", " \0\0"])
def test_a_blank_is_no_value_and_no_fault(raw):
    assert read_value(raw, LAND)[:2] == (None, "")


@pytest.mark.parametrize(
    ("raw", "kind"), [(-1, "out_of_range"), (5000, "out_of_range"), ("约三十", "wrong_type"), (1000, "")]
)
def test_limits_belong_to_the_range(raw, kind):
    assert read_value(raw, FieldSpec(title="井深", dbf="JS", type="number", minimum=0, maximum=1000)).kind == kind


@pytest.mark.parametrize("raw", ["32", "09", 33])
def test_a_division_is_no_industry_code_that_lost_its_zeros(raw):
    assert read_value(raw, INDUSTRY)[:3] == (str(raw), "code_damaged", "kept")


# 321 is the smelting of common metals; 0321 would be the keeping of poultry. 921 and 931 are organs of the state.
@pytest.mark.parametrize("raw", [321, "321", "0321 ", 921, "931", 932])
def test_a_group_of_the_standard_is_not_made_a_class_of_another_division(raw):
    assert read_value(raw, INDUSTRY).value == str(raw).strip()


def test_no_zero_is_put_before_a_code_of_which_nothing_proves_it():
    # No county's code begins with 0, and so no township's.
    field = FieldSpec(title="乡镇代码", dbf="XZDM", pattern=r"\d{9}")
    assert read_value(41088310, field)[:3] == ("41088310", "code_damaged", "kept")


@pytest.mark.parametrize("raw", [32, "C32", 321, "C321", "c321"])
def test_of_a_division_or_group_it_is_said_that_four_digits_are_wanted(raw):
    with speaking("en"):
        assert "has 4 digits" in read_value(raw, INDUSTRY).message


@pytest.mark.parametrize(
    ("raw", "code"),
    [("C3212", "3212"), ("c 3212", "3212"), ("C-3212", "3212"), ("3212 铅锌冶炼", "3212"), ("C2613无机盐制造", "2613"),
     ("B0921", "0921"), ("B921", "0921")],
)  # fmt: skip
def test_an_industry_code_with_its_sections_letter_or_its_name_is_its_digits(raw, code):
    assert read_value(raw, INDUSTRY)[:3] == (code, "code_damaged", "repaired")


@pytest.mark.parametrize("raw", ["A3212", "3212/3216", "B32", "X3212"])
def test_a_letter_of_another_section_proves_nothing(raw):
    # Section A is farming, 01 to 05; B is mining, 06 to 12; the letters end with T.
    assert read_value(raw, INDUSTRY)[:3] == (raw, "code_damaged", "kept")


def test_a_class_that_the_standard_has_not_is_told_with_its_letter_too():
    assert read_value("C3199", INDUSTRY)[:2] == ("3199", "industry_code_wrong")


NAME = FieldSpec(title="名称", dbf="MC")
ERRORS = ["#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!"]


@pytest.mark.parametrize("field", [NAME, LAND, INDUSTRY, FieldSpec(title="人数", dbf="RS", type="integer")])
@pytest.mark.parametrize("raw", ERRORS)
def test_an_error_of_excel_is_no_value_and_is_told(raw, field):
    assert read_value(raw, field)[:3] == (None, "wrong_type", "blanked")


@pytest.mark.parametrize("raw", ["#1井", "#REF", "3#"])
def test_a_name_with_a_number_sign_is_a_name(raw):
    assert read_value(raw, NAME)[:2] == (raw, "")


def test_scientific_notation_without_a_plus_is_a_damaged_code():
    assert read_value("1.23E17", NAME)[:2] == (None, "code_damaged")


@pytest.mark.parametrize("raw", ["1E17", "3E5", "2E05"])
def test_letters_and_digits_that_may_be_a_code_are_one(raw):
    assert read_value(raw, NAME)[:2] == (raw, "")


@pytest.mark.parametrize("raw", ["914108830000000000", 914108830000000000, "914403001922038000"])
def test_a_credit_code_whose_last_digits_excel_made_zeros_is_no_code(raw):
    field = CREDIT.model_copy(update={"check": "credit_code"})
    assert read_value(raw, field)[:3] == (None, "code_damaged", "blanked")


UNKNOWN = ["无", "不详", "未知", "暂无", "待定", "待定？", "待编", "（无）", "空", "未 知", "？"]
PEOPLE = FieldSpec(title="人数", dbf="RS", type="integer", counters=("人", "名"))


@pytest.mark.parametrize("raw", UNKNOWN)
@pytest.mark.parametrize(
    "field",
    [CREDIT, PEOPLE, FieldSpec(title="日期", dbf="RQ", type="date"), FieldSpec(title="码", dbf="M", unique=True)],
)
def test_what_nobody_knows_is_a_blank_in_codes_numbers_and_dates(raw, field):
    assert read_value(raw, field)[:2] == (None, "")


@pytest.mark.parametrize("raw", ["无", "不详", "待定"])
def test_such_a_word_may_be_the_answer_in_a_text(raw):
    # 管控措施: 无 says that none was taken.
    assert read_value(raw, FieldSpec(title="管控措施", dbf="CS")).value == raw


@pytest.mark.parametrize("layer", ["sensitive_receptor", "river", "cultivated_land"])
def test_such_a_word_is_neither_the_name_nor_the_key_of_a_feature(layer):
    spec = load_catalogue().layers[layer]
    assert [read_value("无", spec.fields[name]).value for name in (spec.key, spec.label)] == [None, None]


def test_in_a_class_such_a_word_is_told():
    assert read_value("无", LAND).kind == "unknown_class"


def test_a_time_without_end_is_no_day():
    with speaking("en"):
        assert "names no day" in read_value("长期", FieldSpec(title="日期", dbf="RQ", type="date")).message


@pytest.mark.parametrize(("raw", "number"), [("300人", 300), ("1,200 名", 1200), ("３００人", 300), ("1.2万人", 12000)])
def test_a_number_that_says_what_it_counts_is_read_and_told(raw, number):
    assert read_value(raw, PEOPLE)[:3] == (number, "wrong_type", "repaired")


@pytest.mark.parametrize("raw", ["420户", "约300人", "300-400人", "12.5人", "3万户"])
def test_a_number_of_something_else_or_no_exact_one_is_not_read(raw):
    assert read_value(raw, PEOPLE)[:3] == (None, "wrong_type", "blanked")


def test_a_year_with_its_word_is_a_year():
    year = load_catalogue().layers["priority_plot"].fields["closed_year"]
    assert read_value("2018年", year).value == 2018


@pytest.mark.parametrize(
    "raw",
    ["9144030071526726xg", "9144 0300 7152 6726 XG", "'9144030071526726XG", "９１４４０３００７１５２６７２６ｘｇ"],
)
def test_a_credit_code_in_small_letters_or_with_spaces_is_put_right_where_its_check_character_says_so(raw):
    field = CREDIT.model_copy(update={"check": "credit_code"})
    assert read_value(raw, field)[:3] == ("9144030071526726XG", "code_damaged", "repaired")


@pytest.mark.parametrize("raw", ["4108832260001.0", "410883-2-26-0001", "410883 2260001", "'4108832260001"])
def test_a_plot_code_is_whole_without_what_programs_and_people_put_into_it(raw):
    field = FieldSpec(title="地块编码", dbf="DKBM", pattern=r"\d{13}", check="plot_code")
    assert read_value(raw, field)[:3] == ("4108832260001", "code_damaged", "repaired")


def test_a_credit_code_that_has_another_fault_besides_is_left_as_it_is():
    field = CREDIT.model_copy(update={"check": "credit_code"})
    assert read_value("9144030071526727xg", field)[:3] == ("9144030071526727xg", "code_damaged", "kept")


def test_a_plot_code_that_lacks_a_digit_gets_no_zero():
    field = FieldSpec(title="地块编码", dbf="DKBM", pattern=r"\d{13}", check="plot_code")
    assert read_value("410883226001", field)[:3] == ("410883226001", "code_damaged", "kept")


def test_full_width_digits_of_a_code_are_digits():
    field = FieldSpec(title="地块编码", dbf="DKBM", pattern=r"\d{13}", check="plot_code")
    assert read_value("４１０８８３２２６０００１", field)[:2] == ("4108832260001", "")


DATE = FieldSpec(title="完成时间", dbf="WCSJ", type="date")


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("2026年6月", "names no day"), ("2026.6", "names no day"),
        (2026, "names no day"), ("2026年6月底前", "names no day"),
        ("03/04/2026", "the day from the month"), ("30/06/2026", "year last"), ("26.6.30", "two digits"),
        ("26年6月30日", "two digits"), ("6月30日", "is not a date"),
    ],
)  # fmt: skip
def test_a_date_that_may_be_another_day_is_blanked_and_why_is_said(raw, why):
    with speaking("en"):
        reading = read_value(raw, DATE)
    assert (reading.value, reading.kind, why in reading.message) == (None, "wrong_type", True)


@pytest.mark.parametrize("raw", ["1900-01-01", "1899-12-31", "9999-12-31", "2206-06-30"])
def test_a_date_that_cannot_be_meant_is_blanked_and_told(raw):
    assert read_value(raw, DATE)[:2] == (None, "out_of_range")


@pytest.mark.parametrize("raw", ["1949-10-01", "2100-12-31"])
def test_the_first_and_the_last_years_are_dates(raw):
    assert str(read_value(raw, DATE).value.date()) == raw


def test_a_number_out_of_range_is_told_in_the_unit_of_its_limits():
    depth = FieldSpec(title="井深", dbf="JS", type="number", unit="m", minimum=0, maximum=1000)
    with speaking("en"):
        assert read_value(5000.0, depth).message.endswith("between 0 and 1000; this is 5000 metres")
