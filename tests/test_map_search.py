"""The search of the one map: by name, code and township, and by how they are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from onemap.export.webmap.pinyin import readings_of
from tests.atlases import RARE_NAME, small_atlas
from tests.browser import Page
from tests.mappage import Opened, click_with_mouse, text_of

NAMES = "[...document.querySelectorAll('.results .row .name')].map((one) => one.innerText)"
MARKED = "[...document.querySelectorAll('.results .row .name mark')].map((one) => one.innerText)"
CHOSEN = "(document.querySelector('.results [aria-selected=true] .name') || {}).innerText"
ACTIVE = (
    "document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))"
    ".querySelector('.name').innerText"
)
WORKS, BATTERIES, SMELTER = "示例化工厂旧址", "示例蓄电池厂", "示例冶炼厂旧址"


def search(page: Page, query: str) -> list[str]:
    """Write into the search field, and return the names that are found."""
    page.run("(() => { const field = document.querySelector('.search input'); field.focus(); field.select(); })()")
    page.call("Input.insertText", text=query)
    return list(page.run(NAMES))


def readings(folder: Path, name: str) -> dict[str, str]:
    return readings_of(small_atlas(folder, name=name).layers.values())


def test_a_character_stands_with_each_of_its_readings(tmp_path: Path) -> None:
    table = readings(tmp_path, "长")
    assert "长" in table["chang"]
    assert "长" in table["zhang"]


def test_the_table_of_readings_has_each_character_once_a_reading(tmp_path: Path) -> None:
    assert readings(tmp_path, "村村村") == readings(tmp_path, "村")


def test_letters_and_digits_are_not_in_the_table_of_readings(tmp_path: Path) -> None:
    assert not any(sign.isascii() for signs in readings(tmp_path, "Ａ1b").values() for sign in signs)


def test_u_with_dots_is_typed_as_v(tmp_path: Path) -> None:
    assert "吕" in readings(tmp_path, "吕")["lv"]


@pytest.mark.external
@pytest.mark.parametrize(
    "query",
    [
        "shilihuagongchangjiuzhi",
        "slhgcjz",
        "huagong",
        "huag",
        "slhuagong",
        "示例hg",
        "hg厂",
        "SLHG",
        "ｓｌｈｇ",
        "hua'gong",
        "hgchjzh",
    ],
)
def test_search_finds_a_name_by_how_it_is_read(opened: Opened, query: str) -> None:
    assert WORKS in search(opened(), query)


@pytest.mark.external
@pytest.mark.parametrize("query", ["chang", "zhang", "zhonggong", "chonggong", "hang", "xing", "cxzg", "zhhchg"])
def test_search_finds_each_reading_of_a_character(opened: Opened, query: str) -> None:
    assert "长行重工" in search(opened(name="长行重工"), query)


@pytest.mark.external
@pytest.mark.parametrize("query", ["mzhuagong", "mzhg", "孟州hg", "mengzhouhuagongyou", "mzhhgyxgs"])
def test_search_finds_a_company_however_its_name_is_shortened(opened: Opened, query: str) -> None:
    assert "孟州化工有限公司" in search(opened(name="孟州化工有限公司"), query)


@pytest.mark.external
def test_search_does_not_take_the_middle_of_a_reading(opened: Opened) -> None:
    assert WORKS not in search(opened(), "uagong")


@pytest.mark.external
def test_a_name_that_begins_so_comes_before_one_that_has_it_inside(opened: Opened) -> None:
    found = search(opened(name="电池"), "电池")
    assert found == ["电池", BATTERIES]


@pytest.mark.external
def test_a_whole_code_comes_before_codes_that_begin_so(opened: Opened) -> None:
    assert search(opened(), "DX-01") == ["示例一号井"]


@pytest.mark.external
def test_a_written_name_comes_before_names_that_are_read_so(opened: Opened) -> None:
    assert search(opened(name="HGC"), "hgc")[:2] == ["HGC", WORKS]


@pytest.mark.external
def test_what_lies_in_a_township_comes_after_the_township_itself(opened: Opened) -> None:
    found = search(opened(), "sldz")
    assert found[0] == "示例东镇"
    assert {WORKS, SMELTER, BATTERIES} <= set(found[1:])


@pytest.mark.external
@pytest.mark.parametrize(
    ("query", "marked"), [("化工", "化工"), ("hg", "化工"), ("slhuag", "示例化工"), ("hg厂", "化工厂")]
)
def test_what_was_meant_is_marked(opened: Opened, query: str, marked: str) -> None:
    page = opened()
    search(page, query)
    assert marked in page.run(MARKED)


@pytest.mark.external
@pytest.mark.parametrize(("query", "marked"), [("三组", "三组"), ("csz", "村三组"), ("𠮷cun", "𠮷村")])
def test_a_rare_character_shifts_no_mark(opened: Opened, query: str, marked: str) -> None:
    page = opened()
    assert search(page, query)[0] == RARE_NAME
    assert page.run(MARKED)[0] == marked


@pytest.mark.external
def test_arrow_keys_walk_the_results_and_the_field_keeps_the_focus(opened: Opened) -> None:
    page = opened()
    found = search(page, "旧址")
    page.press("ArrowDown", "ArrowDown")
    assert page.run(CHOSEN) == page.run(ACTIVE) == found[1]
    assert page.run("document.activeElement.type") == "search"


@pytest.mark.external
def test_enter_opens_the_chosen_result(opened: Opened) -> None:
    page = opened()
    found = search(page, "旧址")
    page.press("ArrowDown", "ArrowDown", "Enter")
    page.settle()
    assert text_of(page, ".feature-panel h2") == found[1]


@pytest.mark.external
def test_enter_opens_the_first_result_where_none_is_chosen(opened: Opened) -> None:
    page = opened()
    search(page, "hgcjz")
    page.press("Enter")
    page.settle()
    assert text_of(page, ".feature-panel h2") == WORKS


@pytest.mark.external
def test_escape_empties_the_search_and_the_lists_come_back(opened: Opened) -> None:
    page = opened()
    search(page, "hg")
    page.press("Escape")
    page.settle()
    assert page.run("document.querySelector('.search input').value") == ""
    assert page.run("document.querySelector('.results').hidden && !document.querySelector('.tabs').hidden")


@pytest.mark.external
def test_search_follows_an_input_method_while_it_composes(opened: Opened) -> None:
    page = opened()
    page.run("document.querySelector('.search input').focus()")
    page.call("Input.imeSetComposition", text="hua'gong", selectionStart=8, selectionEnd=8)
    assert WORKS in page.run(NAMES)


@pytest.mark.external
def test_a_click_on_a_result_opens_it(opened: Opened) -> None:
    page = opened()
    search(page, "hgcjz")
    click_with_mouse(page, ".results .row")
    assert text_of(page, ".feature-panel h2") == WORKS


@pytest.mark.external
def test_search_says_that_nothing_matches(opened: Opened) -> None:
    page = opened()
    assert search(page, "qqq") == []
    assert "qqq" in text_of(page, ".results .remark")
