import pytest

from onemap.ingest.columns import match_columns, tell_cut_names, tell_near_misses, words_of
from onemap.spec.catalogue import load_catalogue
from onemap.spec.layer import LayerSpec
from onemap.spec.project import SourceSpec

SOURCE = SourceSpec(path="t")
LAYER = LayerSpec.model_validate(
    {
        "id": "plot", "title": "地块", "geometry": "point", "key": "code", "label": "name",
        "fields": {
            "code": {"title": "统一社会信用代码", "dbf": "XYDM"},
            "name": {"title": "企业名称", "dbf": "QYMC"},
            "owner": {"title": "所属企业名称全称", "dbf": "SSQY"},
            "first": {"title": "土壤环境质量类别", "dbf": "LB1"},
            "second": {"title": "土壤环境质量等级", "dbf": "LB2"},
        },
    }
)  # fmt: skip


@pytest.mark.parametrize("cut", ["统一社会信", "统一社"])
def test_a_name_cut_in_gbk_or_utf8_is_the_fields(cut):
    # Ten bytes hold five characters of GBK, or three of UTF-8 and a part of the fourth.
    assert match_columns(LAYER, [cut], SOURCE, frozenset({cut})) == {"code": cut}


def test_a_name_that_was_not_cut_is_not_restored():
    assert match_columns(LAYER, ["统一社会信"], SOURCE) == {}


def test_a_cut_name_that_may_be_two_fields_is_neither():
    assert match_columns(LAYER, ["土壤环境质"], SOURCE, frozenset({"土壤环境质"})) == {}


def test_a_whole_name_is_taken_before_a_cut_one():
    columns = ["统一社会信", "统一社会信用代码"]
    assert match_columns(LAYER, columns, SOURCE, frozenset({"统一社会信"})) == {"code": "统一社会信用代码"}


def test_two_columns_cut_to_one_field_are_neither():
    columns = ["统一社会信", "统一社"]
    assert match_columns(LAYER, columns, SOURCE, frozenset(columns)) == {}


def test_the_projects_word_decides_between_two_fields():
    source = SourceSpec(path="t", columns={"second": "土壤环境质"})
    matches = match_columns(LAYER, ["土壤环境质"], source, frozenset({"土壤环境质"}))
    assert matches == {"second": "土壤环境质"}


def test_what_was_restored_is_told():
    matches = {"code": "统一社会信", "name": "企业名称"}
    [fault] = tell_cut_names(LAYER, matches, frozenset({"统一社会信", "企业名称"}))
    assert (fault.kind, fault.field, fault.value) == ("cut_text", "code", "统一社会信")


def test_columns_cut_to_what_two_fields_can_be_are_told_and_not_read():
    # As QGIS saves our GeoPackage as a shapefile.
    layer = load_catalogue().layers["cadmium_enterprise"]
    columns = ["credit_cod", "remediatio", "remediat_1"]
    matches = match_columns(layer, columns, SOURCE, frozenset(columns))
    assert matches == {"credit_code": "credit_cod"}
    fault = tell_cut_names(layer, matches, frozenset(columns))[-1]
    assert (fault.kind, fault.severity) == ("cut_text", "warning")
    assert all(column in fault.message for column in columns[1:])


def test_a_long_name_that_no_field_begins_with_is_not_told_as_cut():
    assert tell_cut_names(LAYER, {}, frozenset({"geological", "elevation1"})) == []


def test_the_words_of_a_header_hold_the_projects_and_those_of_coordinates():
    words = words_of(LAYER, SourceSpec(path="t", x=("A", "B"), columns={"code": "编号"}))
    assert {"a", "b", "编号", "企业名称", "经度", "纬度分", "经纬度"} <= words


LAND = load_catalogue().layers["cultivated_land"]


@pytest.mark.parametrize("column", ["登记面积(千亩)", "年末登记面积", "实测面积", "批准面积(亩)", "面积(市亩)"])
def test_a_column_that_is_nearly_a_fields_is_told(column):
    (fault,) = tell_near_misses(LAND, [column, "备注"], [], ["unit_code"])
    assert (fault.kind, column in fault.message, "备注" in fault.message) == ("parts_chosen", True, False)


def test_a_column_that_was_read_is_no_near_miss():
    assert tell_near_misses(LAND, ["登记面积(万亩)"], ["登记面积(万亩)"], []) == []


def test_beside_a_column_that_fills_the_field_another_is_no_near_miss():
    assert tell_near_misses(LAND, ["登记面积(旧)"], [], ["declared_area_m2"]) == []
