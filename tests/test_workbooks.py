from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from shapely.geometry import box

from onemap.export import issue_workbook, workbooks
from onemap.export.words import action_title, finding_columns, severity_title, titles_alone, verdict_title
from onemap.model import Atlas, Layer
from onemap.risk.assess import Ground
from onemap.risk.balance import balances
from onemap.spec.kinds import KINDS
from onemap.spec.measures import RULES
from onemap.text import speaking
from tests.atlases import CRS, SOUTH, TOWNSHIPS, WEST, small_atlas
from tests.ground import geodesic_area_m2

LIST_HEADERS = (
    "序号",
    "等级",
    "编码",
    "名称",
    "乡镇",
    "受体类别",
    "受体编码",
    "受体名称",
    "数值",
    "单位",
    "原因",
    "受体图层",
    "依据",
)
BALANCE = "面积平衡表"
OVERVIEW, FARMLAND, RECEPTORS = "总览", "涉镉企业周边耕地清单", "涉镉企业周边敏感受体清单"
PLOTS, DEVELOPMENT = "重点管控清单", "疑似违规开发清单"

Writer = Callable[[Atlas, Path], list[Path]]
WRITERS = (workbooks.write, issue_workbook.write)


def lists(atlas: Atlas, folder: Path) -> dict[str, Worksheet]:
    """Return the sheets of lists.xlsx by name."""
    return {sheet.title: sheet for sheet in openpyxl.load_workbook(workbooks.write(atlas, folder)[0])}


def values(sheet: Worksheet) -> list[tuple[Any, ...]]:
    return list(sheet.values)


def without_findings(atlas: Atlas) -> Atlas:
    return replace(atlas, findings=atlas.findings[:0], links=atlas.links[:0])


def block(sheet: Worksheet, title: str) -> list[tuple[Any, ...]]:
    """Return the rows of a table of the overview, from its township rows to its total."""
    rows = values(sheet)
    start = next(number for number, row in enumerate(rows) if row[0] == title) + 3
    length = next(number for number, row in enumerate(rows[start:]) if row[0] == "合计") + 1
    return [tuple(value for value in row if value is not None) for row in rows[start : start + length]]


def test_the_overview_comes_first_and_then_the_balance_and_each_rule(tmp_path: Path) -> None:
    atlas = small_atlas(tmp_path)
    assert list(lists(atlas, tmp_path)) == ["总览", "面积平衡表", *(rule.title for rule in atlas.rules)]


def test_a_list_speaks_chinese(tmp_path: Path) -> None:
    header, first, *_ = values(lists(small_atlas(tmp_path), tmp_path)[RECEPTORS])
    assert header == LIST_HEADERS
    assert first == (
        1, "中", "91410883MA0000001X", "示例电镀厂（一厂）", "示例西镇", "国考点位", "DX-01",
        "示例一号井", 199.97, "米", "因距地下水点位“示例一号井”200米", "地下水点位",
        "孟州市2025年净土保卫战实施方案 二(一)1; 环办土壤〔2021〕21号",
    )  # fmt: skip


def test_codes_are_text_and_values_are_numbers(tmp_path: Path) -> None:
    sheet = lists(small_atlas(tmp_path), tmp_path)[PLOTS]
    assert (sheet["C2"].value, sheet["C2"].data_type) == ("4108832100002", "s")
    assert (sheet["I2"].value, sheet["I2"].data_type, sheet["I2"].number_format) == (149.98, "n", "#,##0.00")


@pytest.mark.parametrize("name", ["=1+1", "+86", "-甲", "@SUM(A1)", "{=A1}", "http://example.com", "0123", "1e5"])
def test_no_text_becomes_a_formula_a_link_or_a_number(tmp_path: Path, name: str) -> None:
    cell = lists(small_atlas(tmp_path, name=name), tmp_path)[RECEPTORS]["D2"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (name, "s", None)


def test_levels_are_coloured_as_well_as_worded(tmp_path: Path) -> None:
    sheets = lists(small_atlas(tmp_path), tmp_path)
    cells = [sheets[DEVELOPMENT]["B2"], sheets[PLOTS]["B2"], sheets[FARMLAND]["B2"], sheets[PLOTS]["B3"]]
    assert [cell.value for cell in cells] == ["高", "中", "低", "信息不足"]
    assert len({cell.fill.start_color.rgb for cell in cells}) == 4


def test_a_list_prints_up_to_its_reason(tmp_path: Path) -> None:
    assert lists(small_atlas(tmp_path), tmp_path)[RECEPTORS].print_area.endswith("$A$1:$K$4")


def test_lists_filter_and_keep_their_header(tmp_path: Path) -> None:
    sheet = lists(small_atlas(tmp_path), tmp_path)[RECEPTORS]
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.print_title_rows) == ("A2", "A1:M4", "$1:$1")


@pytest.mark.parametrize("write", WRITERS)
def test_every_sheet_prints_on_a4_landscape_one_page_wide(tmp_path: Path, write: Writer) -> None:
    for sheet in openpyxl.load_workbook(write(small_atlas(tmp_path), tmp_path)[0]):
        setup = sheet.page_setup
        assert (setup.orientation, int(setup.paperSize), setup.fitToHeight) == ("landscape", 9, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert "内部使用" in sheet.oddHeader.right.text
        assert "&P" in sheet.oddFooter.center.text or "&[Page]" in sheet.oddFooter.center.text


def test_columns_are_as_wide_as_chinese_is(tmp_path: Path) -> None:
    sheet = lists(small_atlas(tmp_path), tmp_path)[RECEPTORS]
    # Excel keeps columns of one width under the first of them.
    [width] = [column.width for column in sheet.column_dimensions.values() if column.min <= 4 <= column.max]
    assert width >= 2 * len("示例电镀厂（一厂）")


@pytest.mark.parametrize("write", WRITERS)
def test_two_writes_are_the_same_bytes(tmp_path: Path, write: Writer) -> None:
    atlas = small_atlas(tmp_path)
    first = write(atlas, tmp_path)[0].read_bytes()
    assert write(atlas, tmp_path)[0].read_bytes() == first


def test_the_overview_counts_by_rule_and_level(tmp_path: Path) -> None:
    rows = {row[0]: row[1:5] for row in values(lists(small_atlas(tmp_path), tmp_path)[OVERVIEW])}
    assert rows["涉镉企业周边敏感受体清单"] == (0, 1, 2, 0)
    assert rows["重点管控清单"] == (0, 1, 0, 1)


def test_township_counts_of_findings_add_up(tmp_path: Path) -> None:
    *towns, total = block(lists(small_atlas(tmp_path), tmp_path)[OVERVIEW], "各乡镇清单记录数：关闭搬迁地块")
    assert (towns[0][0], sum(towns[0][1:]), sum(towns[1][1:])) == ("示例西镇", 0, 3)
    assert [sum(column) for column in zip(*(row[1:] for row in towns), strict=True)] == list(total[1:])
    assert sum(total[1:]) == 3


def test_the_balance_adds_up_as_it_is_shown_in_both_units(tmp_path: Path) -> None:
    *towns, total = block(lists(small_atlas(tmp_path), tmp_path)[BALANCE], "各乡镇各类别面积")
    assert [round(sum(column), 2) for column in zip(*(row[1:] for row in towns), strict=True)] == list(total[1:])
    for row in (*towns, total):
        assert (round(sum(row[1:4]), 2), round(sum(row[5:8]), 2)) == (row[4], row[8])


def test_the_balance_divides_a_parcel_between_the_townships_in_which_it_lies(tmp_path: Path) -> None:
    west, east, total = block(lists(small_atlas(tmp_path), tmp_path)[BALANCE], "各乡镇各类别面积")
    # Two parcels of 2000 m each way lie 500 m in the eastern township.
    part = geodesic_area_m2(box(WEST + 6000, SOUTH + 1500, WEST + 6500, SOUTH + 5500)) * 3 / 2000
    assert (west[0], east[0], east[4]) == (*TOWNSHIPS, pytest.approx(part, abs=0.02))
    whole = geodesic_area_m2(box(WEST + 500, SOUTH + 1500, WEST + 6500, SOUTH + 5500))
    assert (total[4], total[8]) == (pytest.approx(whole * 3 / 2000, abs=0.02), pytest.approx(whole / 10_000, abs=0.01))


def test_the_overview_tells_the_ground_of_the_balance(tmp_path: Path) -> None:
    sheets = lists(small_atlas(tmp_path), tmp_path)
    total = block(sheets[BALANCE], "各乡镇各类别面积")[-1]
    rows = {row[0]: row[1] for row in values(sheets[OVERVIEW])}
    assert rows["面积平衡表"].endswith(f"合计{total[4]:,.2f}亩")


def test_what_is_covered_twice_is_told_below_the_balance_with_the_class_it_went_to(tmp_path: Path) -> None:
    atlas = small_atlas(tmp_path)
    land = atlas.layers["cultivated_land"]
    shapes = land.frame.geometry.to_list()
    shapes[1] = box(WEST + 2500, SOUTH + 1500, WEST + 4510, SOUTH + 3500)
    layers = {**atlas.layers, "cultivated_land": Layer(land.spec, land.frame.set_geometry(shapes, crs=CRS))}
    told = balances(Ground(layers, frozenset(), atlas.project.catalogue.layers), layers)
    rows = values(lists(replace(atlas, layers=layers, balances=told), tmp_path)[BALANCE])
    at = next(number for number, row in enumerate(rows) if row[0] == "计入")
    pair = [value for value in rows[at + 1] if value is not None]
    area = geodesic_area_m2(box(WEST + 4500, SOUTH + 1500, WEST + 4510, SOUTH + 3500)) * 3 / 2000
    assert pair[:4] == ["41088320260003", "严格管控类", "41088320260002", "安全利用类"]
    assert pair[4] == pytest.approx(area, abs=0.01)


def test_ground_outside_every_township_is_named_so(tmp_path: Path) -> None:
    atlas = small_atlas(tmp_path)
    town = atlas.layers["township"]
    layers = {**atlas.layers, "township": Layer(town.spec, town.frame[:1])}
    told = balances(Ground(layers, frozenset(), atlas.project.catalogue.layers), layers)
    sheet = lists(replace(atlas, layers=layers, balances=told), tmp_path)[BALANCE]
    assert [row[0] for row in block(sheet, "各乡镇各类别面积")] == [TOWNSHIPS[0], "乡镇界线以外", "合计"]


def test_a_balance_that_is_withheld_says_why(tmp_path: Path) -> None:
    atlas = small_atlas(tmp_path)
    told = balances(Ground(atlas.layers, frozenset({"township"}), atlas.project.catalogue.layers), atlas.layers)
    sheets = lists(replace(atlas, balances=told), tmp_path)
    said = "因乡镇界线的数据存在错误，暂不给出"
    assert sheets[BALANCE]["A2"].value == said
    assert said in {row[0]: row[1] for row in values(sheets[OVERVIEW])}["面积平衡表"]


def test_an_empty_list_says_that_the_rule_ran(tmp_path: Path) -> None:
    with speaking("en"):
        sheet = lists(without_findings(small_atlas(tmp_path)), tmp_path)["Farmland around enterprises"]
    assert sheet["A2"].value.startswith("The rule was run on the data of Cadmium-related enterprise (2 features)")
    assert sheet["A2"].value.endswith("within 1000 m.")


def test_a_list_without_data_says_that_it_cannot_be_judged(tmp_path: Path) -> None:
    with speaking("en"):
        sheets = lists(without_findings(small_atlas(tmp_path, leave_out=["cultivated_land"])), tmp_path)
    said = "No data of Cultivated-land class were provided: cannot be judged. This is not a finding of none."
    assert sheets["Farmland around enterprises"]["A2"].value == said
    assert said in {value for row in values(sheets["Overview"]) for value in row}


def test_a_rule_that_was_not_run_is_told_in_the_overview(tmp_path: Path) -> None:
    with speaking("en"):
        sheets = lists(small_atlas(tmp_path, leave_out=["priority_plot"]), tmp_path)
    row = next(row for row in values(sheets["Overview"]) if row[0] == "Plots near receptors")
    assert row[1:5] == ("—", "—", "—", "—")
    assert "Not run: no data of Priority plot were provided." in str(row)


def test_sheet_names_are_what_excel_takes(tmp_path: Path) -> None:
    atlas = small_atlas(tmp_path)
    titles = ["a/b:c[d]*?" * 6, "a/b:c[d]*?" * 6, "'总览'", "History"]
    rules = tuple(rule.model_copy(update={"title": t}) for rule, t in zip(atlas.rules, titles, strict=True))
    names = list(lists(replace(atlas, rules=rules), tmp_path))
    assert len({name.casefold() for name in names}) == 6
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)
    assert "history" not in {name.casefold() for name in names}


def test_a_gap_of_the_whole_list_is_told_in_words_in_the_overview(tmp_path: Path) -> None:
    atlas = small_atlas(tmp_path)
    known = atlas.findings["level"] != "unknown"
    gap = atlas.findings.assign(**{side: atlas.findings[side].where(known, "") for side in ("of_key", "of_label")})
    rows = {row[0]: row for row in values(lists(replace(atlas, findings=gap), tmp_path)[OVERVIEW])}
    assert "未提供数据, 不能判定" in rows["重点管控清单"]


def test_issues_are_told_in_words(tmp_path: Path) -> None:
    overview, issues, *_ = openpyxl.load_workbook(issue_workbook.write(small_atlas(tmp_path), tmp_path)[0]).worksheets
    first = dict(zip(values(issues)[0], values(issues)[1], strict=True))
    assert (first["严重程度"], first["问题类型"], first["图层"], first["字段"], first["处理方式"]) == (
        "警告", "305 未知类别", "耕地土壤环境质量类别", "质量类别", "已置空",
    )  # fmt: skip
    assert (first["编码"], first["行号"], first["经度"]) == ("41088320260004", 4, 112.79)
    assert issues.title == "农业农村局"
    assert ("农业农村局", "耕地土壤环境质量类别", "305 未知类别", "警告", 1) in values(overview)


def test_the_proof_of_every_source_is_told_in_words(tmp_path: Path) -> None:
    atlas = small_atlas(tmp_path)
    sources = openpyxl.load_workbook(issue_workbook.write(atlas, tmp_path)[0])["数据来源"]
    first = dict(zip(values(sources)[0], values(sources)[1], strict=True))
    record = atlas.sources[0]
    assert (first["数据来源"], first["采用的坐标系"], first["可信程度"]) == (record.path, record.crs.accepted, "确定")
    assert first["坐标系依据"] == record.crs.evidence


def test_no_issue_is_said_in_words(tmp_path: Path) -> None:
    atlas = small_atlas(tmp_path)
    with speaking("en"):
        [path] = issue_workbook.write(replace(atlas, told=()), tmp_path)
    assert openpyxl.load_workbook(path).worksheets[1]["A2"].value == "All sources were checked; no issue was found."


def test_every_kind_severity_action_and_verdict_has_a_word() -> None:
    words = [
        *(kind.name for kind in KINDS.values()),
        *map(severity_title, ("error", "warning", "info")),
        *map(action_title, ("kept", "repaired", "blanked", "dropped")),
        *map(verdict_title, ("pass", "pass-with-issues", "blocked")),
    ]
    assert len(set(words)) == len(KINDS) + 3 + 4 + 3


@pytest.mark.parametrize("leave_out", [["township"], ["cultivated_land", "township"]])
def test_the_overview_needs_no_townships(tmp_path: Path, leave_out: list[str]) -> None:
    assert lists(small_atlas(tmp_path, leave_out=leave_out), tmp_path)[OVERVIEW]["A1"].value


def test_the_kinds_that_occur_are_explained(tmp_path: Path) -> None:
    atlas = small_atlas(tmp_path)
    *_, kinds = openpyxl.load_workbook(issue_workbook.write(atlas, tmp_path)[0]).worksheets
    there = [f"{KINDS[own_id].number} {KINDS[own_id].title}" for own_id in KINDS if own_id in {*atlas.issues["kind"]}]
    assert [row[0] for row in kinds.iter_rows(min_row=2, values_only=True)] == there


def test_a_list_about_single_features_has_no_columns_for_receptors(sample_atlas: Atlas, tmp_path: Path) -> None:
    with speaking("zh"):
        sheets = lists(sample_atlas, tmp_path)
    due, soil = (values(sheets[name])[0] for name in ("涉镉企业整治超期清单", "农用地土壤点位超标清单"))
    assert due == ("序号", "等级", "编码", "名称", "乡镇", "应于", "超期天数", "原因", "依据")
    # A sample is called by its code.
    assert soil == ("序号", "等级", "编码", "乡镇", "项目、数值与限值", "最大倍数", "原因", "依据")


def test_the_overview_is_no_wider_than_can_be_read_when_there_are_many_lists(
    sample_atlas: Atlas, tmp_path: Path
) -> None:
    with speaking("zh"):
        overview = lists(sample_atlas, tmp_path)[OVERVIEW]
    assert overview.max_column <= 17
    titles = {cell for row in values(overview) for cell in row}
    assert {rule.title for rule in sample_atlas.rules} <= titles


def test_a_feature_without_a_code_is_no_gap_of_the_whole_list(sample_atlas: Atlas, tmp_path: Path) -> None:
    with speaking("zh"):
        rows = values(lists(sample_atlas, tmp_path)[OVERVIEW])
    [words] = [[str(cell) for cell in row] for row in rows if row[0] == "涉镉企业整治超期清单" and row[1] is not None]
    assert any("其中10条信息不足" in word for word in words)


def test_the_overview_leads_to_the_sheet_of_each_list(tmp_path: Path) -> None:
    atlas = small_atlas(tmp_path)
    sheet = lists(atlas, tmp_path)[OVERVIEW]
    led = {cell.value: cell.hyperlink.location for row in sheet.iter_rows() for cell in row if cell.hyperlink}
    assert led == {rule.name: f"'{rule.name}'!A1" for rule in atlas.rules}


@pytest.mark.parametrize("measure", [name for name, kind in RULES.items() if not kind.pairs])
def test_a_list_of_features_by_themselves_has_columns_of_its_own(measure: str) -> None:
    with speaking("zh"):
        assert finding_columns()["to_label"] not in titles_alone(measure).values()
