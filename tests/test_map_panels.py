"""The panels of the one map in a real browser: lists, evidence, issues, townships, overview numbers."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from onemap.export.webmap import draw, write
from onemap.model import SCORECARD_COLUMNS, Atlas, Scorecard
from onemap.text import speaking
from tests.atlases import ENTERPRISE_FILE, FARMLAND_FILE, TOWNSHIPS, small_atlas
from tests.browser import Page
from tests.hands import press
from tests.mappage import Opened, click, open_list, text_of

WEST, EAST = TOWNSHIPS
NAN = float("nan")
ROWS = "[...document.querySelectorAll('.groups .row .name')].map((one) => one.innerText)"

OpenedAtlas = Callable[[Atlas], Page]


@pytest.fixture
def opened_atlas(browser: Page, tmp_path: Path) -> OpenedAtlas:
    """Open the map of an atlas, in English, in a window of 1366 x 768."""

    def open_map(atlas: Atlas) -> Page:
        with speaking("en"):
            (file,) = write(atlas, tmp_path)
        return browser.size(1366, 768).open(file)

    return open_map


def choose(page: Page, selector: str, title: str) -> None:
    """Choose what a drop-down offers under a title."""
    page.run(
        f"(() => {{ const list = document.querySelector({selector!r});"
        f"list.selectedIndex = [...list.options].findIndex((one) => one.textContent.includes({title!r}));"
        "list.dispatchEvent(new Event('change')); })()"
    )
    page.settle(0.2)


def write_words(page: Page, words: str) -> None:
    page.run("document.querySelector('.choices input').focus()")
    page.call("Input.insertText", text=words)
    page.settle(0.3)


def downloaded(page: Page, folder: Path, selector: str) -> Path:
    """Press a button that hands out a file, and return the file."""
    folder.mkdir()
    page.call("Page.setDownloadBehavior", behavior="allow", downloadPath=str(folder))
    press(page, selector)
    page.settle(1.0)
    (file,) = folder.iterdir()
    return file


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


def pasted(page: Page) -> str:
    """What the clipboard holds, as a text box gets it."""
    page.run("document.body.append(Object.assign(document.createElement('textarea'), { id: 'box' }))")
    page.run("document.getElementById('box').focus()")
    page.call("Input.dispatchKeyEvent", type="keyDown", key="v", code="KeyV", modifiers=2, commands=["paste"])
    return str(page.run("document.getElementById('box').value"))


# The lists


@pytest.mark.external
def test_the_lists_are_filtered_by_township(opened: Opened) -> None:
    page = opened()
    choose(page, ".choices select", WEST)
    assert set(page.run(ROWS)) == {"示例电镀厂（一厂）"}


@pytest.mark.external
def test_the_lists_are_filtered_by_words_of_a_reason(opened: Opened) -> None:
    page = opened()
    write_words(page, "示例 小学")
    assert page.run(ROWS) == ["示例电镀厂（一厂）"]


@pytest.mark.external
def test_the_pills_count_what_the_other_filters_leave(opened: Opened) -> None:
    page = opened()
    choose(page, ".choices select", EAST)
    # By hand: in the eastern township two findings are medium or low, one each high and unknown.
    assert " ".join(text_of(page, ".filter").split()) == "All levels 4 high 1 medium 1 low 1 not known 1"


@pytest.mark.external
def test_the_file_of_all_lists_has_what_the_filters_leave(opened: Opened, tmp_path: Path) -> None:
    page = opened()
    click(page, ".filter button", "medium")
    file = downloaded(page, tmp_path / "csv", ".handout .csv")
    assert [(row["List"], row["Name"], row["Receptor name"], row["Value"], row["Unit"]) for row in rows_of(file)] == [
        ("Plots near receptors", "示例冶炼厂旧址", "示例新村", "149.98", "m"),
        ("Enterprises near receptors", "示例电镀厂（一厂）", "示例一号井", "199.97", "m"),
    ]


@pytest.mark.external
def test_the_file_of_one_list_has_its_lines_alone(opened: Opened, tmp_path: Path) -> None:
    page = opened()
    found = open_list(page, "Enterprises near receptors")
    page.run(f"{found}.querySelector('.csv').classList.add('this')")
    file = downloaded(page, tmp_path / "csv", ".csv.this")
    rows = rows_of(file)
    assert [row["Receptor name"] for row in rows] == ["示例一号井", "示例小学", "示例水源地"]
    assert {row["Basis"] for row in rows} == {"孟州市2025年净土保卫战实施方案 二(一)1; 环办土壤〔2021〕21号"}


@pytest.mark.external
def test_the_name_of_the_file_tells_title_period_and_list(opened: Opened, tmp_path: Path) -> None:
    page = opened()
    click(page, ".filter button", "high")
    file = downloaded(page, tmp_path / "csv", ".handout .csv")
    assert file.name == "示例县土壤污染源头防控一张图_2026-11_all lists_high.csv"


@pytest.mark.external
def test_the_file_is_what_excel_reads_as_utf_8(opened: Opened, tmp_path: Path) -> None:
    content = downloaded(opened(), tmp_path / "csv", ".handout .csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == content.count(b"\n") == 8


@pytest.mark.external
@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@a", "\ta", "＝1", "0012", "4108832026000311"])
def test_excel_takes_no_name_for_a_formula_or_a_number(opened: Opened, tmp_path: Path, name: str) -> None:
    file = downloaded(opened(name=name), tmp_path / "csv", ".handout .csv")
    assert f"'{name}" in [row["Name"] for row in rows_of(file)]


@pytest.mark.external
@pytest.mark.parametrize("name", ['a"b', "a,b", "a\nb", "-,\"'\r\n"])
def test_a_name_with_marks_of_csv_comes_back_whole(opened: Opened, tmp_path: Path, name: str) -> None:
    file = downloaded(opened(name=name), tmp_path / "csv", ".handout .csv")
    assert name in [row["Name"].removeprefix("'") for row in rows_of(file)]


@pytest.mark.external
@pytest.mark.parametrize("clipboard", ["the browser's own", "none"])
def test_a_list_is_copied_as_excel_pastes_it(opened: Opened, clipboard: str) -> None:
    page = opened()
    if clipboard == "none":
        page.run("Object.defineProperty(navigator, 'clipboard', { value: undefined }) && null")
    click(page, ".filter button", "high")
    press(page, ".handout .copy")
    assert text_of(page, ".handout .copy") == "Copied"
    header, row, rest = pasted(page).split("\n")
    assert dict(zip(header.split("\t"), row.split("\t"), strict=True))["Name"] == "示例化工厂旧址"
    assert rest == ""


@pytest.mark.external
def test_a_copy_that_fails_says_so(opened: Opened) -> None:
    page = opened()
    page.run("Object.defineProperty(navigator, 'clipboard', { value: undefined }) && null")
    page.run("(() => { document.execCommand = () => false; })()")
    press(page, ".handout .copy")
    assert text_of(page, ".handout .copy") == "Could not copy"


# The evidence


@pytest.mark.external
def test_the_evidence_tells_file_bureau_and_date_of_the_other_side(opened: Opened) -> None:
    page = opened()
    click(page, open_and_name(page, "Farmland around enterprises"))
    told = text_of(page, ".feature-panel .evidence")
    assert f"Cultivated-land class · {FARMLAND_FILE} · from 农业农村局 · as of 2026-10-31" in told


@pytest.mark.external
def test_the_evidence_tells_a_basis_that_all_reasons_share_once(opened: Opened) -> None:
    page = opened()
    click(page, open_and_name(page, "Enterprises near receptors"))
    first = page.run("document.querySelector('.evidence details').innerText")
    assert (first.count("因距"), first.count("环办土壤〔2021〕21号")) == (2, 1)


@pytest.mark.external
def test_long_evidence_is_folded_and_unfolds(tmp_path: Path, opened_atlas: OpenedAtlas) -> None:
    atlas = small_atlas(tmp_path)
    near = atlas.findings[atlas.findings["rule"] == "enterprise_near_receptor"].head(1)
    many = [near.assign(to_label=f"示例{n}村", reason=f"因距“示例{n}村”{n}米") for n in range(1, 41)]
    findings = pd.concat([atlas.findings, *many], ignore_index=True)
    links = pd.concat([atlas.links, atlas.links.iloc[[1] * 40]], ignore_index=True)
    page = opened_atlas(replace(atlas, findings=findings, links=links))
    click(page, open_and_name(page, "Enterprises near receptors"))
    reasons = "document.querySelectorAll('.evidence details:first-of-type li').length"
    assert page.run(reasons) == 6
    press(page, ".evidence .rest")
    assert page.run(reasons) == 42


@pytest.mark.external
def test_a_list_that_is_unfolded_in_the_evidence_draws_its_lines(tmp_path: Path, opened_atlas: OpenedAtlas) -> None:
    atlas = small_atlas(tmp_path)
    ring = atlas.findings.head(1)
    findings = pd.concat([atlas.findings, *[ring] * 9], ignore_index=True)
    links = pd.concat([atlas.links, atlas.links.iloc[[0] * 9]], ignore_index=True)
    page = opened_atlas(replace(atlas, findings=findings, links=links))
    click(page, open_and_name(page, "Farmland around enterprises"))
    tags = "[...document.querySelectorAll('.link-tag')].map((one) => one.innerText)"
    assert page.run(tags) == []
    press(page, ".evidence summary", "Enterprises near receptors")
    assert page.run(tags) == ["200 m", "500 m"]


def open_and_name(page: Page, rule: str) -> str:
    """Unfold a list, and return the selector of its first row."""
    page.run(f"{open_list(page, rule)}.querySelector('.row').id = 'row'")
    return "#row"


# The issues


@pytest.mark.external
def test_issues_are_a_layer_that_is_off_at_first(opened: Opened) -> None:
    page = opened()
    assert page.run("onemap.app.layer('data_issue')._map") is None
    click(page, ".tab-row button", "Layers")
    press(page, ".tree label", "Data issues with a place")
    assert page.run("onemap.app.layer('data_issue').painted") == 1


@pytest.mark.external
def test_an_issue_on_the_map_tells_message_hint_file_and_row(opened: Opened) -> None:
    page = opened()
    click(page, ".tab-row button", "Data issues")
    press(page, ".issues button.row", "“四类”不是质量类别")
    page.screenshot("map-issue.png")
    told = text_of(page, ".feature-panel")
    for words in ("“四类”不是质量类别", "改为三类之一", f"{FARMLAND_FILE}, row 4", "value blanked"):
        assert words in told
    assert "示例村4组" in text_of(page, ".feature-panel footer")


@pytest.mark.external
def test_issues_are_filtered_by_severity_and_by_bureau(opened: Opened) -> None:
    page = opened()
    click(page, ".tab-row button", "Data issues")
    rows = "[...document.querySelectorAll('.issues .row b')].map((one) => one.innerText)"
    assert len(page.run(rows)) == 3
    choose(page, ".issues select", "生态环境局: all")
    assert page.run(rows) == ["合计行不作为要素"]
    press(page, ".issues .filter button", "warning")
    assert page.run(rows) == []


@pytest.mark.external
def test_an_issue_without_a_place_goes_to_its_feature(opened: Opened) -> None:
    page = opened()
    click(page, ".tab-row button", "Data issues")
    press(page, ".issues .row", "没有图形")
    assert text_of(page, ".feature-panel h2") == "示例卫生院"


@pytest.mark.external
def test_a_row_that_leads_nowhere_is_no_button(opened: Opened) -> None:
    page = opened()
    click(page, ".tab-row button", "Data issues")
    row = "[...document.querySelectorAll('.issues .row')].find((one) => one.innerText.includes('合计行不作为要素'))"
    assert page.run(f"{row}.tagName") == "DIV"
    assert f"{ENTERPRISE_FILE} · row 9 · cell A9" in page.run(f"{row}.innerText")


@pytest.mark.external
def test_data_without_issues_has_neither_tab_nor_layer(tmp_path: Path, opened_atlas: OpenedAtlas) -> None:
    page = opened_atlas(replace(small_atlas(tmp_path), told=()))
    assert "issues" not in text_of(page, ".tab-row").lower()
    assert page.run("onemap.app.layers.some((one) => one.id === 'data_issue')") is False


def test_a_map_with_issues_is_the_same_twice(tmp_path: Path) -> None:
    pages = {str(draw(small_atlas(tmp_path)).get_root().render()) for _ in range(2)}
    assert len(pages) == 1


# The townships


def scored(tmp_path: Path) -> Atlas:
    """A small atlas with one rate: 5 of 20 villages are done in the west, of 4 of 10 in the east one is not known."""
    atlas = small_atlas(tmp_path)
    columns = [name for name in SCORECARD_COLUMNS if name != "township_key"]
    lines = [
        (WEST, 20.0, 5.0, 0.0, 25.0, 25.0, 40.0, 8.0, 15.0, 3.0, "missed", False, ""),
        (EAST, 10.0, 3.0, 1.0, 30.0, 40.0, 40.0, 4.0, NAN, NAN, "unknown", False, ""),
        ("全县（市）", 30.0, 8.0, 1.0, 26.6, 30.0, 40.0, 12.0, 10.0, 3.0, "missed", True, ""),
    ]
    table = pd.DataFrame(lines, columns=columns).assign(township_key="")
    rule = atlas.project.catalogue.rules["village_sewage_rate"]
    return replace(atlas, rules=(*atlas.rules, rule), scorecards=(Scorecard(rule.id, "count", table),))


def lines_of(page: Page) -> list[list[str]]:
    return [
        [word for word in line.split("\n") if word]
        for line in page.run("[...document.querySelectorAll('.scorecard > button')].map((one) => one.innerText)")
    ]


@pytest.mark.external
def test_a_rate_is_told_with_what_is_missing_to_its_target(tmp_path: Path, opened_atlas: OpenedAtlas) -> None:
    page = opened_atlas(scored(tmp_path))
    click(page, ".tab-row button", "Townships")
    choose(page, ".scorecard select", "Sewage treatment in villages")
    page.screenshot("map-rates.png")
    assert lines_of(page) == [[WEST, "25.0%", "15 below"], [EAST, "≥30.0%", "not known"]]


@pytest.mark.external
def test_the_mark_of_the_target_stands_at_the_target(tmp_path: Path, opened_atlas: OpenedAtlas) -> None:
    page = opened_atlas(scored(tmp_path))
    click(page, ".tab-row button", "Townships")
    choose(page, ".scorecard select", "Sewage treatment in villages")
    share = page.run(
        "(() => { const bar = document.querySelector('.scorecard > button .bar'), box = bar.getBoundingClientRect();"
        "const mark = bar.querySelector('b').getBoundingClientRect();"
        "return ((mark.left + mark.right) / 2 - box.left) / box.width; })()"
    )
    assert share == pytest.approx(0.4, abs=0.01)


@pytest.mark.external
def test_townships_are_sorted_by_name_and_the_other_way_round(tmp_path: Path, opened_atlas: OpenedAtlas) -> None:
    page = opened_atlas(scored(tmp_path))
    click(page, ".tab-row button", "Townships")
    choose(page, ".scorecard select", "Records on the lists")
    # By hand: one high record lies in the east, none in the west.
    assert [line[0] for line in lines_of(page)] == [EAST, WEST]
    press(page, ".scorecard .head button", "Township")
    assert [line[0] for line in lines_of(page)] == [WEST, EAST]
    press(page, ".scorecard .head button", "Township")
    assert [line[0] for line in lines_of(page)] == [EAST, WEST]


@pytest.mark.external
def test_a_rate_that_is_withheld_says_why(tmp_path: Path, opened_atlas: OpenedAtlas) -> None:
    atlas = scored(tmp_path)
    card = replace(atlas.scorecards[0], table=atlas.scorecards[0].table.head(0), withheld="no data of villages")
    page = opened_atlas(replace(atlas, scorecards=(card,)))
    click(page, ".tab-row button", "Townships")
    choose(page, ".scorecard select", "Sewage treatment in villages")
    assert "no data of villages" in text_of(page, ".scorecard")
    assert lines_of(page) == []


@pytest.mark.external
def test_a_click_on_a_township_goes_there_and_tells_all_its_indicators(
    tmp_path: Path, opened_atlas: OpenedAtlas
) -> None:
    page = opened_atlas(scored(tmp_path))
    click(page, ".tab-row button", "Townships")
    press(page, ".scorecard > button", EAST)
    page.screenshot("map-township.png")
    told = text_of(page, ".scorecard")
    for words in (EAST, "Strict control", "3 of 10 pieces done · 1 pieces not known · target 40%", "Its 4 records"):
        assert words in told
    assert text_of(page, ".feature-panel h2") == EAST


@pytest.mark.external
def test_the_card_of_a_township_leads_to_its_lists(tmp_path: Path, opened_atlas: OpenedAtlas) -> None:
    page = opened_atlas(scored(tmp_path))
    click(page, ".tab-row button", "Townships")
    press(page, ".scorecard > button", WEST)
    press(page, ".scorecard .records button", "Its 3 records")
    assert set(page.run(ROWS)) == {"示例电镀厂（一厂）"}
    click(page, ".tab-row button", "Townships")
    press(page, ".scorecard .back")
    click(page, ".tab-row button", "Risk lists")
    assert page.run("document.querySelector('.choices select').selectedIndex") == 0


# The overview numbers


def cards_of(page: Page) -> list[list[str]]:
    return [
        text.split("\n")
        for text in page.run("[...document.querySelectorAll('.cards > *')].map((one) => one.innerText)")
    ]


@pytest.mark.external
def test_the_number_of_high_records_leads_to_them(opened: Opened) -> None:
    page = opened()
    click(page, ".tab-row button", "Townships")
    press(page, ".cards button", "high-level records")
    assert page.run(ROWS) == ["示例化工厂旧址"]


@pytest.mark.external
def test_it_leads_there_from_a_search_too(opened: Opened) -> None:
    page = opened()
    page.run("document.querySelector('.search input').focus()")
    page.call("Input.insertText", text="示例村")
    press(page, ".cards button", "high-level records")
    assert page.run("document.querySelector('.tabs').hidden") is False


@pytest.mark.external
def test_a_county_without_enterprises_and_farmland_has_numbers_too(opened: Opened) -> None:
    page = opened(leave_out=["cadmium_enterprise", "cultivated_land"])
    assert cards_of(page) == [["1", "high-level records"], ["1", "records not judged"], ["2", "Priority plot"],
                              ["1", "Groundwater point"]]  # fmt: skip


@pytest.mark.external
def test_there_are_at_most_four_numbers(opened: Opened) -> None:
    assert len(cards_of(opened())) == 4


@pytest.mark.external
@pytest.mark.parametrize("word", ["</script><img src=x onerror=alert(1)>", "{{ 7*7 }}"])
def test_hostile_words_of_an_issue_are_shown_as_text(tmp_path: Path, opened_atlas: OpenedAtlas, word: str) -> None:
    atlas = small_atlas(tmp_path)
    page = opened_atlas(replace(atlas, told=tuple(replace(issue, message=word, hint=word) for issue in atlas.told)))
    click(page, ".tab-row button", "Data issues")
    assert word in page.run("document.querySelector('.issues').textContent")
    assert (page.dialogs, page.errors, page.foreign_requests) == ([], [], [])
