import datetime as dt
import zipfile

import pytest
from openpyxl import Workbook

from onemap.ingest.raw import UnreadableError
from onemap.ingest.readers.sheets import known_sheets, read_text_table, read_workbook
from onemap.spec.project import SourceSpec
from onemap.text import tr
from tests.old_workbooks import write_compound, write_xls

WORDS = {"企业名称", "乡镇", "经度", "纬度", "经度度", "经度分", "经度秒", "镉"}
SOURCE = SourceSpec(path="t")
B, C, D = (tr("column {letter}", letter=letter) for letter in "BCD")


def workbook(path, rows, merged=()):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for area in merged:
        book.active.merge_cells(area)
    book.save(path)
    return path


def sheet(tmp_path, rows, merged=()):
    return read_workbook(workbook(tmp_path / "t.xlsx", rows, merged), SOURCE, WORDS)


def text(tmp_path, content, encoding="utf-8-sig", name="t.csv"):
    (tmp_path / name).write_bytes(content.encode(encoding) if isinstance(content, str) else content)
    return read_text_table(tmp_path / name, SOURCE, WORDS)


def told(raw):
    return [(fault.kind, fault.action) for fault in raw.faults]


def test_a_header_is_found_below_title_rows(tmp_path):
    raw = sheet(tmp_path, [["台账"], ["填报单位", "示例"], ["企业名称", "乡镇"], ["甲厂", "化工镇"]])
    assert raw.frame.to_dict("records") == [{"企业名称": "甲厂", "乡镇": "化工镇"}]
    assert raw.rows == [4]
    assert raw.letters["乡镇"] == "B"


def test_a_header_is_found_below_a_hundred_lines_of_text(tmp_path):
    rows = [[f"第{number}条"] for number in range(100)]
    assert sheet(tmp_path, [*rows, ["企业名称", "乡镇"], ["甲厂", "化工镇"]]).rows == [102]


def test_a_two_row_header_with_merged_groups_is_read(tmp_path):
    rows = [["企业名称", "坐标", None], [None, "经度", "纬度"], ["甲厂", 112.7, 34.9]]
    raw = sheet(tmp_path, rows, ["A1:A2", "B1:C1"])
    assert raw.frame.to_dict("records") == [{"企业名称": "甲厂", "经度": 112.7, "纬度": 34.9}]


def test_groups_tell_columns_of_one_name_apart(tmp_path):
    rows = [
        ["企业名称", "经度", None, None, "纬度", None, None],
        [None, *"度分秒度分秒"],
        ["甲厂", 112, 47, 12, 34, 54, 36],
    ]
    raw = sheet(tmp_path, rows, ["A1:A2", "B1:D1", "E1:G1"])
    assert list(raw.frame) == ["企业名称", "经度度", "经度分", "经度秒", "纬度度", "纬度分", "纬度秒"]


def test_groups_hold_for_their_columns_where_a_csv_has_lost_the_merging(tmp_path):
    raw = text(tmp_path, "企业名称,经度,,,纬度,,\n,度,分,秒,度,分,秒\n甲厂,112,47,12,34,54,36\n")
    assert list(raw.frame) == ["企业名称", "经度度", "经度分", "经度秒", "纬度度", "纬度分", "纬度秒"]
    assert len(raw.frame) == 1


def test_a_header_goes_on_as_far_as_its_merged_cells_reach(tmp_path):
    rows = [["企业名称", "乡镇", "样品", None], [None, None, "上层", "下层"], ["甲厂", "化工镇", 1, 2]]
    raw = sheet(tmp_path, rows, ["A1:A2", "B1:B2", "C1:D1"])
    assert list(raw.frame) == ["企业名称", "乡镇", "上层", "下层"]
    assert raw.rows == [3]


def test_a_header_of_three_rows_is_read(tmp_path):
    rows = [["企业名称", "基本", None], [None, "位置", None], [None, "经度", "纬度"], ["甲厂", 112.7, 34.9]]
    raw = sheet(tmp_path, rows, ["A1:A3", "B1:C1", "B2:C2"])
    assert list(raw.frame) == ["企业名称", "经度", "纬度"]


def test_the_name_above_a_unit_names_the_column(tmp_path):
    raw = sheet(tmp_path, [["企业名称", "镉"], [None, "mg/kg"], ["甲厂", 0.3]], ["A1:A2"])
    assert list(raw.frame) == ["企业名称", "镉"]
    assert len(raw.frame) == 1


def test_a_first_record_does_not_pass_for_a_header(tmp_path):
    raw = text(tmp_path, "企业名称,,乡镇\n甲厂,备用,\n")
    assert raw.frame.to_dict("records") == [{"企业名称": "甲厂", B: "备用", "乡镇": None}]


def test_a_merged_cell_holds_for_all_its_rows(tmp_path):
    rows = [["乡镇", "企业名称"], ["化工镇", "甲厂"], [None, "乙厂"]]
    assert list(sheet(tmp_path, rows, ["A2:A3"]).frame["乡镇"]) == ["化工镇", "化工镇"]


def test_a_merged_cell_alone_makes_no_record(tmp_path):
    rows = [["乡镇", "企业名称"], ["化工镇", "甲厂"], [None, None], ["城伯镇", "乙厂"]]
    assert sheet(tmp_path, rows, ["A2:A3"]).rows == [2, 4]


def test_a_repeated_header_is_no_record_and_is_told(tmp_path):
    title, header = ["企业台账", None], ["企业名称", "乡镇"]
    raw = sheet(tmp_path, [title, header, ["甲厂", "化工镇"], title, header, ["乙厂", "城伯镇"]])
    assert raw.rows == [3, 6]
    assert told(raw) == [("not_a_record", "dropped")] * 2


def test_units_and_column_numbers_under_the_header_are_no_records(tmp_path):
    raw = sheet(tmp_path, [["企业名称", "乡镇", "镉"], [1, 2, 3], [None, None, "mg/kg"], ["甲厂", "化工镇", 0.3]])
    assert raw.rows == [4]
    assert told(raw) == [("not_a_record", "dropped")] * 2


@pytest.mark.parametrize(
    "note",
    [
        ["备注：本表按季度更新"], ["填表人：张三", "审核人：李四"], ["注：1.空白为未测"],
        ["本表数据来自各乡镇上报，未经核实，仅供参考。"], ["填报日期：2026年6月30日"],
        ["2026年5月1日"], ["以上数据截至2026年5月"], ["截至2026年5月1日"], [dt.date(2026, 5, 1)],
    ],
)  # fmt: skip
def test_notes_below_the_table_are_no_records_and_are_told(tmp_path, note):
    raw = sheet(tmp_path, [["企业名称", "乡镇"], ["甲厂", "化工镇"], note])
    assert raw.rows == [2]
    assert told(raw) == [("not_a_record", "dropped")]


def test_a_note_merged_over_all_columns_is_one(tmp_path):
    raw = sheet(tmp_path, [["企业名称", "乡镇"], ["甲厂", "化工镇"], ["说明：无", None]], ["A3:B3"])
    assert raw.rows == [2]


@pytest.mark.parametrize(
    "name",
    ["注塑厂", "河南省孟州市某某某某有色金属冶炼有限责任公司", "日期化工厂", "说明书印刷厂", "以上寨村", "截流沟泵站"],
)
def test_a_record_with_nothing_but_a_name_is_no_note(tmp_path, name):
    assert sheet(tmp_path, [["企业名称", "乡镇"], ["甲厂", "化工镇"], [name, None]]).rows == [2, 3]


@pytest.mark.parametrize("totals", ["合计", "总计：2家"])
@pytest.mark.parametrize("last", [0, 1])
def test_a_note_above_or_below_the_totals_is_no_record(tmp_path, totals, last):
    rows = [["填表人：张三", None], [totals, None]]
    raw = sheet(tmp_path, [["企业名称", "乡镇"], ["甲厂", "化工镇"], rows[last], rows[1 - last]])
    # The totals themselves are dropped later, when it is known that they have no place.
    assert list(raw.frame["企业名称"]) == ["甲厂", totals]
    assert [(fault.kind, fault.value) for fault in raw.faults] == [("not_a_record", "填表人：张三")]


SERIAL = ["序号", "企业名称", "乡镇"]


def test_lines_of_a_form_with_nothing_but_a_number_are_told_run_by_run(tmp_path):
    rows = [SERIAL, [1, "甲厂", "化工镇"], [2], [3], [4, "乙厂", "化工镇"], ["5"], [6], [7]]
    raw = sheet(tmp_path, rows)
    assert list(raw.frame["企业名称"]) == ["甲厂", "乙厂"]
    assert [(fault.row, fault.action) for fault in raw.faults] == [(3, "kept"), (6, "kept")]


def test_a_record_under_a_number_and_a_township_merged_over_two_is_one(tmp_path):
    rows = [["序号", "乡镇", "企业名称"], [1, "化工镇", "甲厂"], [None, None, "乙厂"], [2, "南庄镇", "丙厂"]]
    assert list(sheet(tmp_path, rows, ["A2:A3", "B2:B3"]).frame["企业名称"]) == ["甲厂", "乙厂", "丙厂"]


def test_a_township_merged_over_lines_with_nothing_but_a_number_makes_no_records(tmp_path):
    rows = [["序号", "乡镇", "企业名称"], [1, "化工镇", "甲厂"], [2, None, None], [3, None, None]]
    assert list(sheet(tmp_path, rows, ["B2:B4"]).frame["企业名称"]) == ["甲厂"]


@pytest.mark.parametrize("text", ["说明：以上为2026年数据", "填表人：张三", "本页空白"])
def test_words_where_others_have_their_number_are_told_with_their_row(tmp_path, text):
    raw = sheet(tmp_path, [SERIAL, [1, "甲厂", "化工镇"], [text], [2, "乙厂", "化工镇"]])
    assert list(raw.frame["企业名称"]) == ["甲厂", "乙厂"]
    assert [(fault.kind, fault.row, fault.value) for fault in raw.faults] == [("not_a_record", 3, text)]


@pytest.mark.parametrize("text", ["注：以上为一期", "备注：下列为新增", "填表人：张三"])
def test_a_remark_between_records_is_told(tmp_path, text):
    raw = sheet(tmp_path, [["企业名称", "乡镇"], ["甲厂", "化工镇"], [text, None], ["乙厂", "化工镇"]])
    assert (list(raw.frame["企业名称"]), raw.faults[0].value) == (["甲厂", "乙厂"], text)


def test_a_second_column_of_the_same_name_is_kept(tmp_path):
    raw = sheet(tmp_path, [["企业名称", "备注", "备注"], ["甲厂", "一", "二"]])
    assert raw.frame.to_dict("records") == [{"企业名称": "甲厂", "备注": "一", "备注_2": "二"}]
    assert raw.letters["备注_2"] == "C"


def test_values_without_a_column_name_are_kept_and_told(tmp_path):
    raw = sheet(tmp_path, [["企业名称", None], ["甲厂", "停产"]])
    assert raw.frame.to_dict("records") == [{"企业名称": "甲厂", B: "停产"}]
    assert [fault.severity for fault in raw.faults] == ["info"]


def test_rows_longer_than_the_header_are_kept_and_told_once(tmp_path):
    raw = text(tmp_path, "企业名称,乡镇\n甲厂,化工镇,多,余\n乙厂\n丙厂,化工镇,多\n")
    assert list(raw.frame) == ["企业名称", "乡镇", C, D]
    assert len(raw.faults) == 1
    assert raw.frame.loc[1].tolist() == ["乙厂", None, None, None]


def test_a_table_without_known_header_says_so(tmp_path):
    raw = sheet(tmp_path, [["表一"], ["甲", "乙"], ["丙", "丁"]])
    assert list(raw.frame) == ["甲", "乙"]
    assert told(raw) == [("missing_column", "kept")]


def test_the_sheet_with_the_known_header_is_read(tmp_path):
    book = Workbook()
    book.active.append(["说明"])
    sheet = book.create_sheet("名单")
    sheet.append(["企业名称"])
    sheet.append(["甲厂"])
    sheet.sheet_state = "hidden"
    book.create_chartsheet("图")
    book.save(tmp_path / "t.xlsx")
    assert list(read_workbook(tmp_path / "t.xlsx", SOURCE, WORDS).frame["企业名称"]) == ["甲厂"]
    assert [one[:3] for one in known_sheets(tmp_path / "t.xlsx", WORDS)] == [("Sheet", 0, False), ("名单", 1, True)]


def test_a_sheet_that_is_not_there_is_named_with_those_that_are(tmp_path):
    path = workbook(tmp_path / "t.xlsx", [["企业名称"]])
    with pytest.raises(UnreadableError, match="Sheet"):
        read_workbook(path, SourceSpec(path="t", layer="名单"), WORDS)


def test_cells_arrive_as_what_they_are(tmp_path):
    values = [912, 1.5, True, dt.datetime(2026, 6, 30), dt.datetime(2026, 6, 30, 8), " ", "0912", 914108830000001000.0]
    raw = sheet(tmp_path, [["企业名称", "值"], *([f"厂{at}", value] for at, value in enumerate(values))])
    came = list(raw.frame["值"])
    assert came == [
        912,
        1.5,
        True,
        dt.date(2026, 6, 30),
        dt.datetime(2026, 6, 30, 8),
        None,
        "0912",
        914108830000001000.0,
    ]
    # A long code must stay the float that Excel made of it: its lost digits are told from that.
    assert [type(value) for value in came] == [int, float, bool, dt.date, dt.datetime, type(None), str, float]


def test_an_error_reads_as_excel_shows_it(tmp_path):
    book = Workbook()
    for row in (["企业名称", "镉"], ["甲厂", "#DIV/0!"]):
        book.active.append(row)
    book.active["B2"].data_type = "e"
    book.save(tmp_path / "t.xlsx")
    assert read_workbook(tmp_path / "t.xlsx", SOURCE, WORDS).frame.loc[0, "镉"] == "#DIV/0!"


def test_formulas_that_were_never_computed_are_told(tmp_path):
    raw = sheet(tmp_path, [["企业名称", "镉"], ["甲厂", "=1+1"], ["乙厂", "=1+2"]])
    assert list(raw.frame["镉"]) == [None, None]
    assert [(fault.kind, fault.value) for fault in raw.faults] == [("missing_value", "B2")]


def test_rows_and_letters_are_true_where_the_table_starts_in_the_middle(tmp_path):
    raw = sheet(tmp_path, [[], [], [None, None, "企业名称", "乡镇"], [], [None, None, "甲厂", "化工镇"]])
    assert raw.rows == [5]
    assert dict(raw.letters) == {"企业名称": "C", "乡镇": "D"}


def test_a_workbook_of_excel_97_is_read_whatever_its_ending(tmp_path):
    rows = [["企业名称", "镉"], ["甲厂", 1.5], [None, 914108830000001000.0]]
    raw = read_workbook(write_xls(tmp_path / "t.et", rows, [(1, 2, 0, 0)]), SOURCE, WORDS)
    assert raw.frame.to_dict("list") == {"企业名称": ["甲厂", "甲厂"], "镉": [1.5, 914108830000001000.0]}


def test_a_workbook_of_libreoffice_is_read(tmp_path):
    cells = "".join(f"<table:table-cell office:value-type='string'><text:p>{text}</text:p></table:table-cell>"
                    for text in ("企业名称", "乡镇"))  # fmt: skip
    row = f"<table:table-row>{cells}</table:table-row>"
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    with zipfile.ZipFile(tmp_path / "t.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "META-INF/manifest.xml", '<manifest xmlns="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
        )
        archive.writestr("content.xml", f"<office:document-content {spaces}><office:body><office:spreadsheet>"
                         f'<table:table table:name="名单">{row}{row.replace("企业名称", "甲厂")}</table:table>'
                         "</office:spreadsheet></office:body></office:document-content>")  # fmt: skip
    assert list(read_workbook(tmp_path / "t.ods", SOURCE, WORDS).frame["企业名称"]) == ["甲厂"]


@pytest.mark.parametrize("data", [b"not a workbook", b"", b"<html><table></table></html>", b"PK\x03\x04 cut off"])
def test_a_file_that_is_no_workbook_is_unreadable(tmp_path, data):
    (tmp_path / "t.xlsx").write_bytes(data)
    with pytest.raises(UnreadableError):
        read_workbook(tmp_path / "t.xlsx", SOURCE, WORDS)


@pytest.mark.parametrize("length", [600, 1500, 2500])
def test_a_workbook_that_was_cut_off_is_unreadable(tmp_path, length):
    path = write_xls(tmp_path / "t.xls", [["企业名称"], ["甲厂"]])
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(UnreadableError):
        read_workbook(path, SOURCE, WORDS)


def test_a_workbook_with_a_password_says_so(tmp_path):
    path = write_compound(tmp_path / "t.xlsx", "EncryptedPackage", b"secret")
    with pytest.raises(UnreadableError, match=r"password|密码"):
        read_workbook(path, SOURCE, WORDS)


def test_a_stray_cell_at_the_end_of_the_sheet_is_refused_and_not_the_end_of_the_program(tmp_path):
    book = Workbook()
    book.active["A1"], book.active["A2"], book.active["XFD1048576"] = "企业名称", "甲厂", " "
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(UnreadableError, match="Sheet"):
        read_workbook(tmp_path / "t.xlsx", SOURCE, WORDS)


def test_formats_without_values_at_the_end_of_the_sheet_do_no_harm(tmp_path):
    book = Workbook()
    book.active["A1"], book.active["A2"] = "企业名称", "甲厂"
    book.active["XFD1048576"].number_format = "0.00"
    book.save(tmp_path / "t.xlsx")
    assert len(read_workbook(tmp_path / "t.xlsx", SOURCE, WORDS).frame) == 1


def test_a_record_with_a_line_break_keeps_the_line_numbers_right(tmp_path):
    raw = text(tmp_path, '企业名称,乡镇\n"甲\n厂",化工镇\n\n乙厂,城伯镇\n', "gb18030")
    assert list(raw.frame["企业名称"]) == ["甲\n厂", "乙厂"]
    assert raw.rows == [2, 5]


@pytest.mark.parametrize("delimiter", [*",\t;|，；"])
def test_what_separates_the_cells_is_found(tmp_path, delimiter):
    content = "单位,a;b\n企业名称@乡镇\n甲厂@化工镇\n".replace("@", delimiter)
    assert text(tmp_path, content).frame.to_dict("records") == [{"企业名称": "甲厂", "乡镇": "化工镇"}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_text_table_is_read_however_it_is_written(tmp_path, encoding):
    content = "企业名称,乡镇\n甲厂甲厂甲厂,化工镇\n" + "x,y\n" * 30
    assert text(tmp_path, content, encoding).frame.loc[0, "乡镇"] == "化工镇"


def test_text_far_down_decides_the_encoding(tmp_path):
    raw = text(tmp_path, b"name,x\n" + b"abc,1\n" * 400_000 + "甲厂,2\n".encode("gb18030"))
    assert raw.frame["name"].iloc[-1] == "甲厂"
    assert raw.encoding.found == "gb18030"


def test_nul_bytes_are_left_out(tmp_path):
    assert text(tmp_path, "企业名称,乡镇\n甲\0厂,\0\n".encode()).frame.loc[0].tolist() == ["甲厂", None]


def test_a_quotation_mark_that_is_not_closed_is_told_with_its_line(tmp_path):
    with pytest.raises(UnreadableError, match="2"):
        text(tmp_path, '企业名称,乡镇\n"甲厂,化工镇\n' + "乙厂,城伯镇\n" * 200)


def test_text_that_is_not_what_the_project_says_is_unreadable(tmp_path):
    (tmp_path / "t.csv").write_bytes("企业名称\n甲厂\n".encode("gb18030"))
    with pytest.raises(UnreadableError, match="utf-8"):
        read_text_table(tmp_path / "t.csv", SourceSpec(path="t", encoding="utf-8"), WORDS)


def test_text_that_can_be_read_in_two_ways_is_told(tmp_path):
    assert ("encoding_unproved", "kept") in told(text(tmp_path, "code,x\n乡镇,1\n", "utf-8"))


def test_equal_texts_are_kept_once(tmp_path):
    column = text(tmp_path, "企业名称,乡镇\n" + "甲厂,化工镇\n" * 3).frame["乡镇"]
    assert column[0] is column[2]


# What stands below a header and is, or is not, a record


@pytest.mark.parametrize("mark", ["镉", "乡镇", "经度"])
def test_a_record_that_holds_a_known_word_is_no_header(tmp_path, mark):
    rows = [["企业名称", "乡镇", "备注"], ["甲厂", "化工镇", mark], ["乙厂", "化工镇", None]]
    assert list(sheet(tmp_path, rows).frame["企业名称"]) == ["甲厂", "乙厂"]


def test_where_no_name_is_known_a_record_with_a_known_word_is_no_header(tmp_path):
    rows = [["甲", "乙", "丙"], ["a", 1, "镉"], ["b", 2, None]]
    assert list(sheet(tmp_path, rows).frame["甲"]) == ["a", "b"]


def test_a_second_table_below_is_told_and_not_read(tmp_path):
    rows = [["企业名称", "乡镇", "镉"], ["甲厂", "化工镇", 1], ["乡镇", "企业名称", "镉"], ["南庄镇", "乙厂", 2]]
    raw = sheet(tmp_path, rows)
    (fault,) = raw.faults
    assert list(raw.frame["企业名称"]) == ["甲厂"]
    assert (fault.kind, fault.severity, fault.row, "2" in fault.message) == ("unreadable", "error", 3, True)


ENTERPRISES = [["企业名称", "编码", "乡镇", "镉", "经度", "纬度"],
               ["甲厂", "A1", "化工镇", 1, 112.7, 34.9], ["乙厂", "A2", "化工镇", 2, 112.8, 34.9]]  # fmt: skip
WELLS = [["井号", "井名", "经度", "纬度"], ["W1", "东井", 112.7, 34.9], ["W2", "西井", 112.8, 34.9]]
CONTACTS = [["姓名", "手机", "单位"], ["张三", 13800000000, "水利局"]]


@pytest.mark.parametrize(
    ("below", "row"),
    [(WELLS, 4), ([[], *WELLS], 5), ([[], ["2026年地下水点位表"], *WELLS], 6), ([["通讯录"], *CONTACTS], 5),
     ([[], [None, "河流编码", "河流名称", "级别", "起点", "终点"], [None, "R1", "黄河", "一级", "甲", "乙"]], 5)],
    ids=["right below", "a blank row between", "under a title", "no name known, under a title", "no name known"],
)  # fmt: skip
def test_a_table_of_another_kind_below_is_told_once_and_none_of_it_is_read(tmp_path, below, row):
    raw = sheet(tmp_path, [*ENTERPRISES, *below])
    assert list(raw.frame["企业名称"]) == ["甲厂", "乙厂"]
    assert [(fault.kind, fault.severity, fault.row) for fault in raw.faults] == [("unreadable", "error", row)]


def test_the_title_of_a_second_table_is_told_with_it(tmp_path):
    (fault,) = sheet(tmp_path, [*ENTERPRISES, ["地下水点位表"], *WELLS]).faults
    assert fault.value == "地下水点位表"


def test_a_table_of_another_kind_above_is_told_once_and_none_of_it_is_read(tmp_path):
    raw = sheet(tmp_path, [*WELLS, [], ["涉镉企业"], *ENTERPRISES])
    assert list(raw.frame["企业名称"]) == ["甲厂", "乙厂"]
    assert [(fault.kind, fault.severity, fault.row) for fault in raw.faults] == [("unreadable", "error", 1)]


@pytest.mark.parametrize(
    "head", [["填报单位", "乡镇", "经度"], ["企业名称", "黄河公司", "乡镇", "化工镇"]], ids=["names alone", "a form"]
)
def test_lines_above_the_header_are_no_other_table(tmp_path, head):
    raw = sheet(tmp_path, [head, ["联系电话", "13800000000"], *ENTERPRISES])
    assert (len(raw.frame), raw.faults) == (2, ())


@pytest.mark.parametrize(
    "below",
    [[[], ["丙厂", "待编", "化工镇", None, "待测", "待测"]], [["化工企业"], ["丙厂", "待编", "南庄镇", "无"]],
     [["制革企业名单"], ["丙厂", "待编", "化工镇", "无"]], [[], ["丙厂", "待编"]]],
    ids=["apart", "under a heading", "under a list's name", "short"],
)  # fmt: skip
def test_a_record_without_figures_is_no_header(tmp_path, below):
    assert "丙厂" in list(sheet(tmp_path, [*ENTERPRISES, *below]).frame["企业名称"])


def test_signatures_side_by_side_under_a_line_of_text_are_no_header(tmp_path):
    raw = sheet(tmp_path, [*ENTERPRISES, ["以上数据为2026年统计"], ["填表人", "张三", "审核人", "李四"]])
    assert "unreadable" not in {fault.kind for fault in raw.faults}


def test_names_once_more_right_under_the_header_are_no_record(tmp_path):
    raw = sheet(tmp_path, [["企业名称", "乡镇", "镉"], ["乡镇", "经度", "纬度"], ["甲厂", "化工镇", 1]])
    assert (list(raw.frame["企业名称"]), told(raw)) == (["甲厂"], [("not_a_record", "dropped")])


@pytest.mark.parametrize(
    ("row", "merged"), [(["一、化工企业"], ["A2:D2"]), (["一、化工企业"], []), (["十二、制革"], [])]
)
def test_a_heading_over_rows_is_no_record(tmp_path, row, merged):
    raw = sheet(tmp_path, [["企业名称", "乡镇", "镉", "备注"], row, ["甲厂", "化工镇", 1, None]], merged)
    assert (list(raw.frame["企业名称"]), told(raw)) == (["甲厂"], [("not_a_record", "dropped")])


def test_a_name_alone_in_its_row_is_a_record(tmp_path):
    assert len(sheet(tmp_path, [["企业名称", "乡镇", "镉"], ["甲厂", None, None], ["乙厂", "化工镇", 1]]).frame) == 2


def test_a_known_name_over_two_columns_is_told(tmp_path):
    raw = sheet(tmp_path, [["企业名称", "乡镇", None, "企业名称", "乡镇"], ["甲厂", "化工镇", None, "乙厂", "南庄镇"]])
    (fault,) = raw.faults
    assert (fault.kind, fault.severity, "企业名称" in fault.message) == ("parts_chosen", "warning", True)


def test_a_quotation_mark_that_swallows_rows_is_refused_with_its_line(tmp_path):
    rows = ["企业名称,乡镇,镉", '"甲厂,化工镇,1', "乙厂,化工镇,2", "丙厂,化工镇,3"]
    with pytest.raises(UnreadableError, match="2"):
        text(tmp_path, "\n".join(rows))


def test_two_stray_quotation_marks_are_refused_too(tmp_path):
    rows = ["企业名称,乡镇,镉", '"甲厂,化工镇,1', "乙厂,化工镇,2", '丙厂",化工镇,3']
    with pytest.raises(UnreadableError, match="2"):
        text(tmp_path, "\n".join(rows))


def test_an_address_of_two_lines_is_one_cell(tmp_path):
    raw = text(tmp_path, '企业名称,乡镇,镉\n"甲厂\n化工路1号, 2楼",化工镇,1\n')
    assert list(raw.frame["企业名称"]) == ["甲厂\n化工路1号, 2楼"]


def test_one_damaged_line_of_utf_8_is_named(tmp_path):
    lines = ["企业名称,乡镇,镉".encode(), *(f"厂{n},化工镇,1".encode() for n in range(20))]
    lines[7] = lines[7][:2] + lines[7][3:]
    with pytest.raises(UnreadableError, match="8"):
        text(tmp_path, b"\n".join(lines))


@pytest.mark.parametrize(
    "rows",
    [
        [["企业名称", "镉"], [None, "亩"], ["甲厂", 30]],
        [["台账（单位：亩）"], ["企业名称", "镉"], ["甲厂", 30]],
    ],
)
def test_the_unit_that_a_table_states_beside_a_name_is_kept(tmp_path, rows):
    assert sheet(tmp_path, rows).units["镉"] == "mu"


def test_of_two_units_above_a_table_none_is_taken(tmp_path):
    assert sheet(tmp_path, [["单位：亩", "单位：公顷"], ["企业名称", "镉"], ["甲厂", 30]]).units == {}


def test_records_in_hidden_rows_are_read_and_told(tmp_path):
    book = Workbook()
    for row in [["企业名称", "乡镇"], ["甲厂", "化工镇"], ["乙厂", "化工镇"]]:
        book.active.append(row)
    book.active.row_dimensions[3].hidden = True
    book.save(tmp_path / "t.xlsx")
    raw = read_workbook(tmp_path / "t.xlsx", SOURCE, WORDS)
    (fault,) = raw.faults
    assert (len(raw.frame), fault.kind, "3" in fault.message) == (2, "parts_chosen", True)


@pytest.mark.parametrize(("lost", "encoding"), [("\ufffd", "utf-8"), ("锟斤拷", "utf-8"), ("锟斤拷", "gbk")])
def test_characters_that_were_lost_before_are_told_with_their_line(tmp_path, lost, encoding):
    raw = text(tmp_path, f"企业名称,乡镇\n甲厂,化工镇\n乙{lost}厂,化工镇\n", encoding)
    assert any(fault.kind == "encoding_unproved" and "3" in fault.message for fault in raw.faults)


# What looks like that and is none of it


@pytest.mark.parametrize("mark", ["ND", "Y", "x"])
def test_marks_of_two_letters_are_no_names_of_columns(tmp_path, mark):
    words = {*WORDS, "nd", "y", "x", "n", "ns"}
    path = workbook(
        tmp_path / "t.xlsx", [["企业名称", "铅", "镉", "汞"], *([f"厂{n}", mark, mark, mark] for n in range(3))]
    )
    assert len(read_workbook(path, SOURCE, words).frame) == 3


@pytest.mark.parametrize("name", ["三小", "十里铺村", "一号井", "八一小学", "二里头村"])
def test_a_name_that_begins_with_a_chinese_number_is_no_heading(tmp_path, name):
    assert len(sheet(tmp_path, [["企业名称", "乡镇", "镉"], [name, None, None], ["乙厂", "化工镇", 1]]).frame) == 2


def test_a_merged_cell_with_nothing_to_show_is_no_crash(tmp_path):
    book = Workbook()
    for row in [["企业名称", "乡镇", "镉"], ["甲厂", "化工镇", 1], [None, None, "x"]]:
        book.active.append(row)
    book.active.merge_cells("C2:C3")
    book.active["C2"] = None
    book.save(tmp_path / "t.xlsx")
    assert list(read_workbook(tmp_path / "t.xlsx", SOURCE, WORDS).frame["企业名称"]) == ["甲厂"]


@pytest.mark.parametrize(
    "content",
    [
        '企业名称,乡镇,镉\n"甲厂","化工镇","化工镇东街,\n1号,2栋"\n',
        '企业名称,乡镇,"备注\n(一,二,三,四,五,六)"\n甲厂,化工镇,无\n',
    ],
)
def test_cells_of_several_lines_with_commas_are_cells(tmp_path, content):
    assert list(text(tmp_path, content).frame["企业名称"]) == ["甲厂"]


def test_a_long_name_with_commas_in_the_last_row_is_no_note(tmp_path):
    name = "孟州市第一高级中学（含东校区、西校区、南校区）"
    assert len(sheet(tmp_path, [["企业名称", "乡镇"], ["甲厂", "化工镇"], [name, None]]).frame) == 2


def dated(tmp_path, date, number_format):
    book = Workbook()
    book.active.append(["企业名称", "乡镇", "完成时间"])
    book.active.append(["甲厂", "化工镇", date])
    book.active["C2"].number_format = number_format
    book.save(tmp_path / "t.xlsx")
    return read_workbook(tmp_path / "t.xlsx", SOURCE, {*WORDS, "完成时间"}).frame["完成时间"][0]


@pytest.mark.parametrize("number_format", ['yyyy"年"m"月"', 'yyyy"年"m"月";@', "mmm-yy", "yyyy/m", "[$-804]yyyy\\-mm"])
def test_a_month_that_excel_keeps_as_its_first_day_is_the_month_that_was_typed(tmp_path, number_format):
    assert dated(tmp_path, dt.datetime(2026, 6, 1), number_format) == "2026年6月"


@pytest.mark.parametrize("number_format", ["yyyy/m/d", 'yyyy"年"m"月"d"日"', "mm-dd-yy", "d-mmm"])
def test_the_first_day_of_a_month_that_shows_its_day_is_that_day(tmp_path, number_format):
    assert dated(tmp_path, dt.datetime(2026, 6, 1), number_format) == dt.date(2026, 6, 1)


def test_a_day_that_is_only_shown_as_its_month_is_that_day(tmp_path):
    assert dated(tmp_path, dt.datetime(2026, 6, 30), "mmm-yy") == dt.date(2026, 6, 30)
