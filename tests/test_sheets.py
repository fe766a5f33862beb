import pytest
from openpyxl import Workbook

from onemap.ingest.raw import UnreadableError
from onemap.ingest.sheets import read_text_table, read_workbook
from onemap.spec.project import SourceSpec

WORDS = {"企业名称", "乡镇", "经度", "纬度"}
SOURCE = SourceSpec(path="t")


def workbook(path, rows, merged=()):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for area in merged:
        book.active.merge_cells(area)
    book.save(path)
    return path


def test_a_header_is_found_below_title_rows(tmp_path):
    path = workbook(tmp_path / "t.xlsx", [["台账"], ["填报单位", "示例"], ["企业名称", "乡镇"], ["甲厂", "化工镇"]])
    raw = read_workbook(path, SOURCE, WORDS)
    assert raw.frame.to_dict("records") == [{"企业名称": "甲厂", "乡镇": "化工镇"}]
    assert raw.rows == [4]
    assert raw.letters["乡镇"] == "B"


def test_a_two_row_header_with_merged_groups_is_read(tmp_path):
    rows = [["企业名称", "坐标", None], [None, "经度", "纬度"], ["甲厂", 112.7, 34.9]]
    raw = read_workbook(workbook(tmp_path / "t.xlsx", rows, ["A1:A2", "B1:C1"]), SOURCE, WORDS)
    assert raw.frame.to_dict("records") == [{"企业名称": "甲厂", "经度": 112.7, "纬度": 34.9}]


def test_a_merged_cell_holds_for_all_its_rows(tmp_path):
    rows = [["乡镇", "企业名称"], ["化工镇", "甲厂"], [None, "乙厂"]]
    raw = read_workbook(workbook(tmp_path / "t.xlsx", rows, ["A2:A3"]), SOURCE, WORDS)
    assert list(raw.frame["乡镇"]) == ["化工镇", "化工镇"]


def test_the_sheet_with_the_known_header_is_read(tmp_path):
    book = Workbook()
    book.active.append(["说明"])
    sheet = book.create_sheet("名单")
    sheet.append(["企业名称"])
    sheet.append(["甲厂"])
    book.save(tmp_path / "t.xlsx")
    assert list(read_workbook(tmp_path / "t.xlsx", SOURCE, WORDS).frame["企业名称"]) == ["甲厂"]


def test_a_file_that_is_no_workbook_is_unreadable(tmp_path):
    (tmp_path / "t.xlsx").write_bytes(b"not a workbook")
    with pytest.raises(UnreadableError):
        read_workbook(tmp_path / "t.xlsx", SOURCE, WORDS)


def test_a_record_with_a_line_break_keeps_the_line_numbers_right(tmp_path):
    (tmp_path / "t.csv").write_text('企业名称,乡镇\n"甲\n厂",化工镇\n乙厂,城伯镇\n', "gb18030")
    raw = read_text_table(tmp_path / "t.csv", SOURCE, WORDS)
    assert list(raw.frame["企业名称"]) == ["甲\n厂", "乙厂"]
    assert raw.rows[-1] == 4


def test_tabs_and_semicolons_separate_too(tmp_path):
    (tmp_path / "t.csv").write_text("企业名称;乡镇\n甲厂;化工镇\n", "utf-8-sig")
    assert read_text_table(tmp_path / "t.csv", SOURCE, WORDS).frame.loc[0, "乡镇"] == "化工镇"
