from __future__ import annotations

import pytest

from onemap.errors import SpecError
from onemap.spec import toml
from onemap.spec.code_table import CodeTable
from onemap.text import speaking

TABLE = {
    "id": "uses", "title": "用途", "number": "试", "source": "编", "confidence": "B", "checked_by": "",
    "groups": {"home": {"title": "住宅"}, "works": {"title": "工业"}},
    "codes": {
        "07": {"title": "居住用地", "group": "home"},
        "0703": {"title": "农村宅基地", "group": "home", "aliases": ["宅基地"]},
        "1001": {"title": "工业用地", "group": "works"},
    },
}  # fmt: skip


def table(**changes) -> CodeTable:
    return toml.parse(CodeTable, {**TABLE, **changes}, "codes/uses.toml", SpecError)


@pytest.mark.parametrize(
    ("text", "code"),
    [("0703", "0703"), ("0701", "07"), ("070102", "07"), ("居住用地", "07"), ("宅基地", "0703"),
     ("1001 工业用地", "1001"),
     ("工业用地(1001)", "1001"), ("０７０３", "0703"), ("09", None), ("1", None), ("待定", None)],
)  # fmt: skip
def test_a_code_is_found_by_itself_by_one_above_it_or_by_its_name(text, code):
    assert table().find(text) == code


def test_everything_wrong_in_a_table_is_told_at_once():
    codes = {**TABLE["codes"], "1002": {"title": "工业用地", "group": "wroks"}}
    with speaking("en"), pytest.raises(SpecError) as fault:
        table(codes=codes)
    assert "no group 'wroks'" in fault.value.message
    assert "means both 1001 and 1002" in fault.value.message


def test_a_code_of_an_earlier_edition_is_found_and_known_as_such():
    codes = {**TABLE["codes"], "1002": {"title": "采矿用地", "group": "works", "former": ["0602"]}}
    found = table(codes=codes)
    assert (found.find("0602"), found.is_former("0602"), found.is_former("1002")) == ("1002", True, False)


@pytest.mark.parametrize(("code", "none"), [("1001", False), ("1009", True), ("0801", False)])
def test_where_a_table_is_complete_what_is_not_in_it_is_no_code(code, none):
    assert table(complete=["10"]).is_none(code) is none


def test_the_beginning_of_a_code_is_no_whole_code():
    found = table()
    assert [found.is_part(code) for code in ("10", "1001", "08")] == [True, False, False]
