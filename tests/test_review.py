"""The issue workbook goes out, comes back with decisions, and the next build does exactly what they say."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook

from onemap.errors import OnemapError
from onemap.model import Atlas, Repair
from onemap.pipeline import build, publish, run
from onemap.spec.project import load_project
from onemap.text import speaking
from tests.projects import TOWNSHIPS, box, write_geojson
from tests.returned import Line, correct, fill_in, lines_of, waive

SAMPLE = Path(__file__).parent.parent / "sample_geodata"
HEADER = ["统一社会信用代码", "企业名称", "乡镇", "生产状态", "经度", "纬度"]
GOOD = ["91410883MA00000019", "示例甲厂", "示例镇", "在产", 112.75, 34.90]
UNKNOWN_CLASS = ["91410883MA0000002C", "示例乙厂", "示例镇", "半停产", 112.76, 34.91]
OTHER = ["91410883MA0000004J", "示例丁厂", "示例镇", "关闭", 112.77, 34.89]
FAR_OFF = ["91410883MA0000003F", "示例丙厂", "示例镇", "停产", 113.75, 34.90]
BOOK = "企业.xlsx"


class County:
    """A county with a list of enterprises, and the workbook that comes back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.period = "2026-11"
        self.workbooks: list[str] = []
        write_geojson(folder / "township.geojson", TOWNSHIPS)
        self.send(GOOD, UNKNOWN_CLASS, FAR_OFF, OTHER)

    def send(self, *rows: list[Any], name: str = BOOK) -> None:
        for old in self.folder.glob("企业*.xlsx"):
            old.unlink()
        book = Workbook()
        for row in (HEADER, *rows):
            book.active.append(row)
        book.save(self.folder / name)

    def build(self) -> Atlas:
        lines = ['title = "示例县一张图"', 'county = "410883"', f'period = "{self.period}"']
        lines += ["[sources.township]", 'path = "township.geojson"', 'provided_by = "民政局"']
        lines += ["[sources.cadmium_enterprise]", 'path = "企业*.xlsx"', 'coord_type = "cgcs2000"']
        lines += ['provided_by = "生态环境局"']
        if self.workbooks:
            lines += ["[review]", f"workbook = {self.workbooks}"]
        (self.folder / "project.toml").write_text("\n".join(lines), encoding="utf-8")
        return build(load_project(self.folder))

    def workbook(self, name: str = "清单.xlsx") -> Path:
        publish(self.build(), self.folder / "build", ["issues"])
        return Path(shutil.copy(self.folder / "build" / "issues.xlsx", self.folder / name))

    def decide(self, decisions: Mapping[str, Mapping[str, Any]], name: str = "清单.xlsx") -> Atlas:
        """Build, fill in what is decided for each kind of issue, and build again with it."""
        fill_in(self.workbook(name), by_kind(decisions))
        self.workbooks = [*dict.fromkeys([*self.workbooks, name])]
        return self.build()


@pytest.fixture
def county(tmp_path: Path) -> County:
    return County(tmp_path)


def by_kind(decisions: Mapping[str, Mapping[str, Any]]) -> Callable[[Line], Mapping[str, Any] | None]:
    return lambda line: decisions.get(line["问题类型"][:3])


def kinds(atlas: Atlas) -> list[str]:
    return [issue.kind for issue in atlas.told]


def told(atlas: Atlas, kind: str) -> Any:
    [issue] = [issue for issue in atlas.told if issue.kind == kind]
    return issue


def outcomes(atlas: Atlas) -> list[str]:
    return [ruling.outcome for ruling in atlas.rulings]


def enterprise(atlas: Atlas, code: str) -> Any:
    frame = atlas.layers["cadmium_enterprise"].frame
    [(_, row)] = frame[frame["credit_code"] == code].iterrows()
    return row


# What is asked for


def test_three_waivers_and_five_corrections_come_back_as_exactly_that(tmp_path: Path) -> None:
    folder = tmp_path / "县"
    shutil.copytree(SAMPLE, folder)
    before = run(load_project(folder), tmp_path / "build", ["issues"])
    decisions = {
        ("305", "91410883MA0000015N"): correct("停产"),
        ("308", "91410883MA0000031C"): correct("槐树乡"),
        ("303", "DX410883011"): correct("30"),
        ("302", "410883-105-00420"): correct("安全利用类"),
        ("306", "91410883MA00000092"): correct("0912"),
        ("205", "DX410883024"): waive("2026-12-31"),
        ("405", "4108832330005"): waive(),
        ("501", "410883-004-00294"): waive("2027-06-30"),
    }

    def decide(line: Line) -> Mapping[str, Any] | None:
        return decisions.get((line["问题类型"][:3], line["编码"]))

    fill_in(tmp_path / "build" / "issues.xlsx", decide, folder / "整改" / "回.xlsx")
    project = folder / "project.toml"
    project.write_text(project.read_text("utf-8") + '\n[review]\nworkbook = "整改/回.xlsx"\n', encoding="utf-8")
    after = build(load_project(folder))

    lost, came = difference(before.issues, after.issues)
    assert sorted(came["kind"]) == sorted([*["corrected"] * 5, "outside_county", "area_mismatch", "overlap"])
    assert set(came["severity"]) == {"info"}
    assert sorted(lost["kind"]) == sorted(
        ["unknown_class", "township_mismatch", "wrong_type", "missing_value", "code_damaged",
         "outside_county", "area_mismatch", "overlap"]
    )  # fmt: skip
    assert sorted(outcomes(after)) == ["corrected"] * 5 + ["waived"] * 3


def difference(before: pd.DataFrame, after: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    columns = ["severity", "kind", "layer", "key", "field", "message"]
    both = before[columns].merge(after[columns], how="outer", indicator=True)
    return both[both["_merge"] == "left_only"], both[both["_merge"] == "right_only"]


# The workbook that goes out


def test_there_is_a_sheet_for_each_bureau_with_issues(county: County) -> None:
    assert {line["sheet"] for line in lines_of(county.workbook())} == {"生态环境局"}


def test_an_issue_says_in_which_township_its_record_lies(county: County) -> None:
    lines = {line["问题类型"][:3]: line for line in lines_of(county.workbook())}
    assert lines["305"]["乡镇"] == "示例镇"


def test_the_township_can_be_filtered_by(county: County) -> None:
    sheet = load_workbook(county.workbook())["生态环境局"]
    header = [cell.value for cell in sheet[1]]
    first, last = sheet.auto_filter.ref.split(":")
    assert sheet[first].column <= header.index("乡镇") + 1 <= sheet[last].column


def validations(workbook: Path, title: str) -> list[Any]:
    sheet = load_workbook(workbook)["生态环境局"]
    column = [cell.value for cell in sheet[1]].index(title) + 1
    return [
        one
        for one in sheet.data_validations.dataValidation
        if any(cells.min_col <= column <= cells.max_col for cells in one.sqref.ranges)
    ]


def test_the_decision_is_chosen_from_a_list(county: County) -> None:
    [choice] = validations(county.workbook(), "处理决定")
    assert (choice.type, choice.formula1) == ("list", '"改正,豁免,待核"')


def test_the_new_value_of_a_class_is_chosen_from_the_classes(county: County) -> None:
    [choice] = validations(county.workbook(), "新值")
    assert choice.formula1 == '"在产,停产,关闭,搬迁,历史遗留"'


def test_the_column_by_which_lines_are_found_is_hidden(county: County) -> None:
    sheet = load_workbook(county.workbook())["生态环境局"]
    [cell] = [cell for cell in sheet[1] if cell.value == "onemap"]
    assert sheet.column_dimensions[cell.column_letter].hidden


# Corrections


def test_a_correction_is_laid_over_the_value(county: County) -> None:
    atlas = county.decide({"305": correct("停产")})
    assert enterprise(atlas, UNKNOWN_CLASS[0])["production_state"] == "suspended"


def test_a_corrected_issue_is_gone(county: County) -> None:
    assert "unknown_class" not in kinds(county.decide({"305": correct("停产")}))


def test_a_correction_says_what_stood_in_which_cell_and_who_corrected_it_why(county: County) -> None:
    issue = told(county.decide({"305": correct("停产", who="王五", why="现场核查")}), "corrected")
    assert (issue.cell, issue.repair) == ("D3", Repair("半停产", "停产"))
    assert "王五" in issue.message
    assert "现场核查" in issue.message


def test_a_correction_leaves_the_file_as_it_was(county: County) -> None:
    sent = (county.folder / BOOK).read_bytes()
    county.decide({"305": correct("停产")})
    assert (county.folder / BOOK).read_bytes() == sent


def test_a_correction_finds_its_record_by_its_key_in_a_file_of_another_name(county: County) -> None:
    county.decide({"305": correct("停产")})
    county.send(GOOD, FAR_OFF, UNKNOWN_CLASS, name="企业2027.xlsx")
    assert outcomes(county.build()) == ["corrected"]


def test_a_correction_that_the_bureau_made_itself_is_done(county: County) -> None:
    county.decide({"305": correct("停产")})
    county.send(GOOD, [*UNKNOWN_CLASS[:3], "停产", *UNKNOWN_CLASS[4:]], FAR_OFF)
    atlas = county.build()
    assert outcomes(atlas) == ["done"]
    assert "corrected" not in kinds(atlas)


def test_a_correction_does_not_overwrite_what_the_bureau_has_changed(county: County) -> None:
    county.decide({"305": correct("停产")})
    county.send(GOOD, [*UNKNOWN_CLASS[:3], "已停", *UNKNOWN_CLASS[4:]], FAR_OFF)
    atlas = county.build()
    assert outcomes(atlas) == ["overtaken"]
    assert told(atlas, "correction_overtaken").cell == "D3"
    assert "unknown_class" in kinds(atlas)


def test_a_correction_whose_issue_the_bureau_settled_otherwise_is_settled(county: County) -> None:
    county.decide({"305": correct("停产")})
    county.send(GOOD, [*UNKNOWN_CLASS[:3], "关闭", *UNKNOWN_CLASS[4:]], FAR_OFF)
    atlas = county.build()
    assert outcomes(atlas) == ["settled"]
    assert enterprise(atlas, UNKNOWN_CLASS[0])["production_state"] == "closed"


def test_a_correction_that_finds_no_record_is_reported(county: County) -> None:
    county.decide({"305": correct("停产")})
    county.send(GOOD, FAR_OFF, OTHER)
    atlas = county.build()
    assert outcomes(atlas) == ["lost"]
    issue = told(atlas, "correction_lost")
    assert (issue.source, issue.key) == ("清单.xlsx [生态环境局]", UNKNOWN_CLASS[0])


def test_a_correction_that_is_wrong_itself_leaves_an_issue(county: County) -> None:
    issue = told(county.decide({"305": correct("不知道")}), "unknown_class")
    assert issue.value == "不知道"


def test_a_place_is_corrected_in_degrees(county: County) -> None:
    atlas = county.decide({"205": correct("112.75, 34.905")})
    point = atlas.layers["cadmium_enterprise"].frame.to_crs("EPSG:4490").geometry.iloc[2]
    assert (point.x, point.y) == pytest.approx((112.75, 34.905), abs=1e-9)
    assert "outside_county" not in kinds(atlas)


def test_a_place_may_be_written_latitude_first_in_degrees_minutes_seconds(county: County) -> None:
    atlas = county.decide({"205": correct("34°54′18″N 112°45′00″E")})
    point = atlas.layers["cadmium_enterprise"].frame.to_crs("EPSG:4490").geometry.iloc[2]
    assert (point.x, point.y) == pytest.approx((112.75, 34.905), abs=1e-9)


def test_a_place_that_is_none_is_refused(county: County) -> None:
    atlas = county.decide({"205": correct("河边")})
    assert outcomes(atlas) == ["refused"]
    assert {"decision_unclear", "outside_county"} <= {*kinds(atlas)}


def test_a_coordinate_that_cannot_be_read_is_corrected_in_its_cell(county: County) -> None:
    county.send(GOOD, [*UNKNOWN_CLASS[:3], "在产", "一百一十二", 34.91])
    atlas = county.decide({"303": correct("112.76")})
    assert [kind for kind in kinds(atlas) if kind != "corrected"] == []
    assert enterprise(atlas, UNKNOWN_CLASS[0]).geometry is not None


def test_a_damaged_code_is_corrected_by_its_row(county: County) -> None:
    county.send(GOOD, [9.14108830000002e17, *UNKNOWN_CLASS[1:3], "在产", 112.76, 34.91])
    atlas = county.decide({"306": correct(UNKNOWN_CLASS[0])})
    assert kinds(atlas) == ["corrected"]
    assert enterprise(atlas, UNKNOWN_CLASS[0])["enterprise_name"] == "示例乙厂"


def test_a_correction_without_key_goes_with_its_record_and_not_with_its_row(county: County) -> None:
    damaged = [9.14108830000002e17, *UNKNOWN_CLASS[1:3], "在产", 112.76, 34.91]
    county.send(GOOD, damaged)
    county.decide({"306": correct(UNKNOWN_CLASS[0])})
    county.send(damaged, GOOD)
    atlas = county.build()
    assert enterprise(atlas, GOOD[0])["enterprise_name"] == "示例甲厂"
    assert enterprise(atlas, UNKNOWN_CLASS[0])["enterprise_name"] == "示例乙厂"


# Waivers


def test_a_waived_issue_stays_as_a_note_that_says_who_and_why_and_how_long(county: County) -> None:
    issue = told(county.decide({"205": waive("2027-06-30", who="赵六", why="飞地")}), "outside_county")
    assert issue.weight == "info"
    for word in ("赵六", "飞地", "2027-06-30"):
        assert word in issue.message


def test_a_waiver_holds_for_a_file_of_another_name_with_other_rows(county: County) -> None:
    county.decide({"205": waive()})
    county.send(FAR_OFF, GOOD, OTHER, name="企业2027.xlsx")
    assert outcomes(county.build()) == ["waived"]


def test_a_waiver_is_reopened_when_its_record_has_changed(county: County) -> None:
    county.decide({"205": waive()})
    county.send(GOOD, OTHER, [*FAR_OFF[:4], 113.80, 34.90])
    atlas = county.build()
    assert outcomes(atlas) == ["ended"]
    assert told(atlas, "outside_county").weight == "warning"
    assert told(atlas, "decision_ended").key == FAR_OFF[0]


def test_a_waiver_of_one_record_is_not_reopened_by_another(county: County) -> None:
    county.decide({"205": waive()})
    county.send([*GOOD[:3], "停产", *GOOD[4:]], UNKNOWN_CLASS, FAR_OFF)
    assert outcomes(county.build()) == ["waived"]


def test_a_waiver_is_not_reopened_by_a_correction_of_the_same_record(county: County) -> None:
    county.send(GOOD, OTHER, [*FAR_OFF[:3], "半停产", *FAR_OFF[4:]])
    atlas = county.decide({"205": waive(), "305": correct("停产")})
    assert sorted(outcomes(atlas)) == ["corrected", "waived"]


def test_a_waiver_has_ended_when_it_does_not_reach_to_the_end_of_the_period(county: County) -> None:
    county.decide({"205": waive("2026-12-31")})
    assert outcomes(county.build()) == ["waived"]
    county.period = "2027-01"
    atlas = county.build()
    assert outcomes(atlas) == ["ended"]
    assert {"outside_county", "decision_ended"} <= {*kinds(atlas)}


def test_a_waiver_whose_issue_is_no_more_is_settled(county: County) -> None:
    county.decide({"205": waive()})
    county.send(GOOD, UNKNOWN_CLASS, [*FAR_OFF[:4], 112.755, 34.9], OTHER)
    atlas = county.build()
    assert outcomes(atlas) == ["settled"]
    assert kinds(atlas) == ["unknown_class"]


def test_a_waiver_whose_record_is_not_found_is_noted(county: County) -> None:
    county.decide({"205": waive()})
    county.send(GOOD, UNKNOWN_CLASS, OTHER)
    atlas = county.build()
    assert (outcomes(atlas), told(atlas, "correction_lost").weight) == (["lost"], "info")


@pytest.mark.parametrize("absent", ["决定人", "理由"])
def test_a_waiver_without_who_or_why_is_not_followed(county: County, absent: str) -> None:
    atlas = county.decide({"205": {**waive(), absent: None}})
    assert told(atlas, "decision_unclear").source == "清单.xlsx [生态环境局]"
    assert told(atlas, "outside_county").weight == "warning"


def test_an_error_cannot_be_waived(county: County) -> None:
    book = load_workbook(county.folder / BOOK)
    book.active.delete_cols(2)
    book.save(county.folder / BOOK)
    atlas = county.decide({"301": waive()})
    assert atlas.verdict == "blocked"
    assert outcomes(atlas) == ["refused"]


# Pending, and what cannot be understood


def test_a_pending_issue_stays_as_it_is(county: County) -> None:
    atlas = county.decide({"205": {"处理决定": "待核", "决定人": "张三"}})
    assert (told(atlas, "outside_county").weight, outcomes(atlas)) == ("warning", ["pending"])


@pytest.mark.parametrize(
    ("decision", "title"),
    [
        ({"处理决定": "改正"}, "新值"),
        ({"新值": "停产"}, "处理决定"),
        ({"处理决定": "同意"}, "处理决定"),
        ({**waive(), "有效期至": "明年"}, "有效期至"),
    ],
)
def test_an_incomplete_decision_is_told_by_its_cell(county: County, decision: dict[str, Any], title: str) -> None:
    issue = told(county.decide({"305": decision}), "decision_unclear")
    sheet = load_workbook(county.folder / "清单.xlsx")["生态环境局"]
    column = next(cell.column_letter for cell in sheet[1] if cell.value == title)
    assert issue.cell == f"{column}{issue.row}"
    assert sheet[f"A{issue.row}"].value is not None


def test_a_line_that_lost_its_hidden_cell_is_told(county: County) -> None:
    path = county.workbook()
    book = load_workbook(path)
    sheet = book["生态环境局"]
    sheet.append(["警告", *[None] * 12, "改正", "停产"])
    book.save(path)
    county.workbooks = [path.name]
    assert told(county.build(), "decision_unclear").row == sheet.max_row


@pytest.mark.parametrize("until", ["2027年6月30日", "2027/6/30", "2027.06.30", pd.Timestamp("2027-06-30")])
def test_the_end_of_a_waiver_may_be_written_as_people_write_dates(county: County, until: Any) -> None:
    atlas = county.decide({"205": waive(until)})
    assert str(atlas.rulings[0].decision.until) == "2027-06-30"


def test_decisions_are_read_in_the_other_language(county: County) -> None:
    with speaking("en"):
        path = county.workbook()
    fill_in(path, lambda line: {"Decision": "correct", "New value": "停产"} if line["Kind"][:3] == "305" else None)
    county.workbooks = [path.name]
    assert outcomes(county.build()) == ["corrected"]


# Several colleagues, several rounds


def test_colleagues_return_copies_of_their_own(county: County) -> None:
    fill_in(county.workbook("甲.xlsx"), by_kind({"305": correct("停产")}))
    fill_in(county.workbook("乙.xlsx"), by_kind({"205": waive()}))
    county.workbooks = ["[甲乙].xlsx"]
    assert sorted(outcomes(county.build())) == ["corrected", "waived"]


def test_two_that_contradict_one_another_are_told_and_not_followed(county: County) -> None:
    fill_in(county.workbook("甲.xlsx"), by_kind({"305": correct("停产")}))
    fill_in(county.workbook("乙.xlsx"), by_kind({"305": correct("关闭")}))
    county.workbooks = ["甲.xlsx", "乙.xlsx"]
    atlas = county.build()
    assert {"unknown_class", "decision_unclear"} <= {*kinds(atlas)}
    assert outcomes(atlas) == []


def test_a_copy_that_nobody_touched_contradicts_nobody(county: County) -> None:
    county.decide({"205": waive("2026-12-31")}, "一.xlsx")
    fill_in(county.workbook("甲.xlsx"), by_kind({"205": waive("2027-12-31")}))
    county.workbook("乙.xlsx")
    county.workbooks = ["甲.xlsx", "乙.xlsx"]
    [ruling] = county.build().rulings
    assert str(ruling.decision.until) == "2027-12-31"


def test_the_next_workbook_carries_every_decision_that_still_holds(county: County) -> None:
    first = county.decide({"205": waive("2027-06-30"), "305": correct("停产")}, "一.xlsx")
    county.workbook("二.xlsx")
    county.workbooks = ["二.xlsx"]
    pd.testing.assert_frame_equal(county.build().issues, first.issues)


def test_a_decision_that_is_deleted_in_the_next_workbook_is_taken_back(county: County) -> None:
    county.decide({"205": waive()}, "一.xlsx")
    blank = {"处理决定": None, "决定人": None, "理由": None}
    fill_in(county.workbook("二.xlsx"), by_kind({"205": blank}))
    county.workbooks = ["二.xlsx"]
    assert told(county.build(), "outside_county").weight == "warning"


def test_what_became_of_each_decision_stands_in_a_sheet(county: County) -> None:
    county.decide({"205": waive("2027-06-30", who="赵六", why="飞地")})
    rows = list(load_workbook(county.workbook("二.xlsx"))["处理决定记录"].values)
    line = dict(zip(rows[0], rows[1], strict=True))
    assert [line[title] for title in ("结果", "决定人", "理由", "有效期至")] == ["已豁免", "赵六", "飞地", "2027-06-30"]


# Workbooks that cannot be used


def test_a_workbook_that_is_not_there_stops_the_run(county: County) -> None:
    county.workbooks = ["没有.xlsx"]
    with pytest.raises(OnemapError, match=r"没有\.xlsx"):
        county.build()


def test_a_workbook_that_is_damaged_blocks_the_build(county: County) -> None:
    (county.folder / "坏.xlsx").write_bytes(b"PK\x03\x04nothing")
    county.workbooks = ["坏.xlsx"]
    atlas = county.build()
    assert (atlas.verdict, told(atlas, "unreadable").source) == ("blocked", "坏.xlsx")


def test_a_workbook_that_is_none_of_ours_blocks_the_build(county: County) -> None:
    book = Workbook()
    book.active.append(["处理决定"])
    book.save(county.folder / "别的.xlsx")
    county.workbooks = ["别的.xlsx"]
    assert told(county.build(), "unreadable").source == "别的.xlsx"


# A record is found again, or nothing is done


def keyless(name: str, state: str, east: float) -> list[Any]:
    return [None, name, "示例镇", state, east, 34.9]


def by_name(atlas: Atlas) -> dict[str, Any]:
    frame = atlas.layers["cadmium_enterprise"].frame
    return dict(zip(frame["enterprise_name"], frame["production_state"].fillna(""), strict=True))


def of(name: str, code: str, decision: Mapping[str, Any]) -> Callable[[Line], Mapping[str, Any] | None]:
    """Decide about the issues of a kind in the row of an enterprise."""
    return lambda line: decision if line["问题类型"][:3] == code and line["行号"] == name else None


def test_a_row_that_was_inserted_above_takes_no_correction_of_a_record_without_key(county: County) -> None:
    county.send(GOOD, keyless("示例己厂", "半停产", 112.75), OTHER)
    county.decide({"305": correct("停产")})
    county.send(GOOD, UNKNOWN_CLASS, keyless("示例己厂", "半停产", 112.75), OTHER)
    states = by_name(county.build())
    assert (states["示例己厂"], states["示例乙厂"]) == ("suspended", "")


def test_of_two_records_of_one_key_the_one_that_was_decided_about_is_corrected(county: County) -> None:
    twice = [UNKNOWN_CLASS, [UNKNOWN_CLASS[0], "示例戊厂", *UNKNOWN_CLASS[2:]]]
    county.send(GOOD, *twice, OTHER)
    fill_in(county.workbook(), of(4, "305", correct("关闭")))
    county.workbooks = ["清单.xlsx"]
    county.send(GOOD, *reversed(twice), OTHER)
    states = by_name(county.build())
    assert (states["示例戊厂"], states["示例乙厂"]) == ("closed", "")


def test_two_records_of_one_key_are_decided_about_each_for_itself(county: County) -> None:
    county.send(GOOD, UNKNOWN_CLASS, [UNKNOWN_CLASS[0], "示例戊厂", *UNKNOWN_CLASS[2:]], OTHER)
    path = county.workbook()
    fill_in(path, of(3, "305", correct("停产")))
    fill_in(path, of(4, "305", correct("关闭")))
    county.workbooks = ["清单.xlsx"]
    states = by_name(county.build())
    assert (states["示例戊厂"], states["示例乙厂"]) == ("closed", "suspended")


def test_a_key_in_two_files_is_corrected_in_the_one_that_was_decided_about(county: County) -> None:
    def two_files() -> None:
        county.send(GOOD, UNKNOWN_CLASS, name="企业甲.xlsx")
        book = Workbook()
        for row in (HEADER, [UNKNOWN_CLASS[0], "示例戊厂", *UNKNOWN_CLASS[2:]], OTHER):
            book.active.append(row)
        book.save(county.folder / "企业乙.xlsx")

    two_files()
    fill_in(
        county.workbook(),
        lambda line: correct("停产") if line["问题类型"][:3] == "305" and "甲" in line["数据来源"] else None,
    )
    county.workbooks = ["清单.xlsx"]
    states = by_name(county.build())
    assert (states["示例乙厂"], states["示例戊厂"]) == ("suspended", "")


def test_the_correction_of_a_key_leaves_the_waiver_of_its_record_in_force(county: County) -> None:
    damaged = [9.14108830000002e17, *FAR_OFF[1:]]
    county.send(GOOD, OTHER, damaged)
    atlas = county.decide({"306": correct(FAR_OFF[0]), "205": waive()})
    assert sorted(outcomes(atlas)) == ["corrected", "waived"]


def test_what_is_decided_under_a_corrected_key_is_found_next_time(county: County) -> None:
    county.send(GOOD, OTHER, [9.14108830000002e17, *FAR_OFF[1:]])
    county.decide({"306": correct(FAR_OFF[0])}, "一.xlsx")
    fill_in(county.workbook("二.xlsx"), by_kind({"205": correct("112.76, 34.9")}))
    county.workbooks = ["二.xlsx"]
    assert sorted(outcomes(county.build())) == ["corrected", "corrected"]


def test_a_waiver_of_twins_is_reopened_when_the_other_has_changed(county: County) -> None:
    twin = [OTHER[0], UNKNOWN_CLASS[1], "示例镇", "关闭", 112.76, 34.91]
    county.send(GOOD, twin, [*UNKNOWN_CLASS[:3], "在产", *UNKNOWN_CLASS[4:]])
    assert outcomes(county.decide({"315": waive()})) == ["waived"]
    county.send(GOOD, [*twin[:3], "停产", *twin[4:]], [*UNKNOWN_CLASS[:3], "在产", *UNKNOWN_CLASS[4:]])
    assert outcomes(county.build()) == ["ended"]


def test_a_waiver_of_a_township_is_reopened_when_the_place_lies_in_another(county: County) -> None:
    # The township's own box is cut in two, and the cut is moved.
    def cut(at: float) -> None:
        halves = [("410883101", "示例镇", 112.70, at), ("410883102", "另一镇", at, 112.80)]
        write_geojson(
            county.folder / "township.geojson",
            [
                ({"乡镇代码": code, "乡镇名称": name}, box(west, 34.85, east, 34.95))
                for code, name, west, east in halves
            ],
        )

    cut(112.74)
    county.send(GOOD, OTHER)
    assert outcomes(county.decide({"308": waive()})) == ["waived", "waived"]
    cut(112.76)
    assert sorted(outcomes(county.build())) == ["settled", "waived"]


def test_a_waiver_of_twins_holds_when_rows_are_sorted_and_it_is_told_of_the_other(county: County) -> None:
    rows = [
        GOOD,
        [OTHER[0], UNKNOWN_CLASS[1], "示例镇", "关闭", 112.76, 34.91],
        [*UNKNOWN_CLASS[:3], "在产", *UNKNOWN_CLASS[4:]],
    ]
    county.send(*rows)
    assert outcomes(county.decide({"315": waive()})) == ["waived"]
    county.send(*reversed(rows))
    assert outcomes(county.build()) == ["waived"]


def test_a_correction_beside_it_does_not_end_the_waiver_of_a_repeated_key(county: County) -> None:
    county.send(GOOD, UNKNOWN_CLASS, [UNKNOWN_CLASS[0], "示例戊厂", "示例镇", "在产", 112.765, 34.92], OTHER)
    atlas = county.decide({"307": waive(), "305": correct("停产")})
    assert sorted(outcomes(atlas)) == ["corrected", "waived"]


# What is in the workbook is what people saw


def test_a_line_that_was_sorted_without_its_hidden_cell_is_not_followed(county: County) -> None:
    third = [OTHER[0], "示例丁厂", "示例镇", "半停", 112.77, 34.89]
    county.send(GOOD, UNKNOWN_CLASS, third)
    path = fill_in(county.workbook(), by_kind({"305": correct("停产")}))
    book = load_workbook(path)
    sheet = book["生态环境局"]
    hidden = next(cell.column for cell in sheet[1] if cell.value == "onemap")
    rows = [line["number"] for line in lines_of(path) if line["问题类型"][:3] == "305"]
    one, other = (sheet.cell(row, hidden) for row in rows)
    one.value, other.value = other.value, one.value
    book.save(path)
    county.workbooks = [path.name]
    atlas = county.build()
    assert kinds(atlas).count("decision_unclear") == 2
    assert kinds(atlas).count("unknown_class") == 2


@pytest.mark.parametrize("title", ["处理决定", "新值", "决定人", "理由", "有效期至", "问题说明", "原值"])
def test_a_column_that_is_gone_or_renamed_blocks_the_build(county: County, title: str) -> None:
    path = fill_in(county.workbook(), by_kind({"305": correct("停产")}))
    book = load_workbook(path)
    for sheet in book.worksheets:
        for cell in sheet[1]:
            if cell.value == title:
                cell.value = "别的"
    book.save(path)
    county.workbooks = [path.name]
    atlas = county.build()
    assert (atlas.verdict, told(atlas, "unreadable").source) == ("blocked", "清单.xlsx [生态环境局]")
    assert title in told(atlas, "unreadable").message


def test_who_and_why_without_a_decision_are_told_and_come_with_the_next_workbook(county: County) -> None:
    county.decide({"305": {"决定人": "张三", "理由": "已停产"}}, "一.xlsx")
    [line] = [line for line in lines_of(county.workbook("二.xlsx")) if line["问题类型"][:3] == "705"]
    assert (line["处理决定"], line["决定人"], line["理由"]) == (None, "张三", "已停产")


def test_a_long_code_that_was_typed_as_a_number_is_refused(county: County) -> None:
    county.send(GOOD, [None, *UNKNOWN_CLASS[1:3], "在产", 112.76, 34.91], OTHER)
    atlas = county.decide({"302": correct(914108830000001280)})
    assert {"decision_unclear", "missing_value"} <= {*kinds(atlas)}


@pytest.mark.parametrize("word", ["更正", " 改正。", "correct", "Correct"])
def test_words_that_people_write_for_the_one_in_the_list_are_understood(county: County, word: str) -> None:
    atlas = county.decide({"305": {**correct("停产"), "处理决定": word}})
    assert outcomes(atlas) == ["corrected"]


def test_a_decision_merged_over_rows_counts_for_each(county: County) -> None:
    county.send(GOOD, UNKNOWN_CLASS, [OTHER[0], "示例丁厂", "示例镇", "半停", 112.77, 34.89])
    path = fill_in(county.workbook(), by_kind({"305": correct("停产")}))
    book = load_workbook(path)
    sheet = book["生态环境局"]
    rows = sorted(line["number"] for line in lines_of(path) if line["问题类型"][:3] == "305")
    assert rows[1] == rows[0] + 1
    for title in ("处理决定", "新值", "决定人", "理由"):
        letter = next(cell.column_letter for cell in sheet[1] if cell.value == title)
        sheet.merge_cells(f"{letter}{rows[0]}:{letter}{rows[1]}")
    book.save(path)
    county.workbooks = [path.name]
    assert outcomes(county.build()) == ["corrected", "corrected"]


def test_a_correction_to_what_the_source_says_is_refused_while_the_issue_stands(county: County) -> None:
    atlas = county.decide({"305": correct("半停产")})
    assert outcomes(atlas) == ["refused"]


def test_an_issue_that_no_value_mends_says_so(county: County) -> None:
    book = load_workbook(county.folder / BOOK)
    book.active.delete_cols(2)
    book.save(county.folder / BOOK)
    issue = told(county.decide({"301": correct("示例甲厂")}), "decision_unclear")
    assert "不能用填新值的办法改正" in issue.message


# A bad delivery loses nobody's decision


def test_decisions_wait_while_a_source_cannot_be_read(county: County) -> None:
    first = county.decide({"205": waive("2027-06-30"), "305": correct("停产")}, "一.xlsx")
    whole = (county.folder / BOOK).read_bytes()
    (county.folder / BOOK).write_bytes(whole[: len(whole) // 2])
    atlas = county.build()
    assert (outcomes(atlas), kinds(atlas).count("decision_held")) == (["held", "held"], 2)
    county.workbook("二.xlsx")
    county.workbooks = ["二.xlsx"]
    (county.folder / BOOK).write_bytes(whole)
    pd.testing.assert_frame_equal(county.build().issues, first.issues)


def test_an_ended_waiver_is_prolonged_in_its_own_line(county: County) -> None:
    county.decide({"205": waive("2026-12-31")}, "一.xlsx")
    county.period = "2027-01"
    path = county.workbook("二.xlsx")
    fill_in(path, by_kind({"702": {"有效期至": "2027-12-31"}}))
    county.workbooks = ["二.xlsx"]
    assert outcomes(county.build()) == ["waived"]


def test_a_lost_correction_is_told_until_somebody_clears_it(county: County) -> None:
    county.decide({"305": correct("停产")}, "一.xlsx")
    county.send(GOOD, FAR_OFF, OTHER)
    county.workbook("二.xlsx")
    county.workbooks = ["二.xlsx"]
    assert outcomes(county.build()) == ["lost"]


def test_a_waiver_of_a_record_that_changed_is_given_anew_in_its_own_line(county: County) -> None:
    county.decide({"205": waive()}, "一.xlsx")
    county.send(GOOD, OTHER, [*FAR_OFF[:4], 113.80, 34.90])
    fill_in(county.workbook("二.xlsx"), by_kind({"702": {"处理决定": "豁免"}}))
    county.workbooks = ["二.xlsx"]
    assert outcomes(county.build()) == ["waived"]


def test_a_waiver_of_a_record_that_changed_does_not_come_back_by_itself(county: County) -> None:
    county.decide({"205": waive()}, "一.xlsx")
    county.send(GOOD, OTHER, [*FAR_OFF[:4], 113.80, 34.90])
    county.workbook("二.xlsx")
    county.workbooks = ["二.xlsx"]
    assert told(county.build(), "outside_county").weight == "warning"


# What a second tester found


def test_a_correction_of_one_of_two_does_not_go_to_the_other_when_it_was_deleted(county: County) -> None:
    twice = [UNKNOWN_CLASS, [UNKNOWN_CLASS[0], "示例戊厂", "示例镇", "在产", 112.765, 34.91]]
    county.send(GOOD, *twice, OTHER)
    county.decide({"307": correct(FAR_OFF[0])})
    county.send(GOOD, UNKNOWN_CLASS, OTHER)
    atlas = county.build()
    assert enterprise(atlas, UNKNOWN_CLASS[0])["enterprise_name"] == "示例乙厂"
    assert outcomes(atlas) == ["settled"]


def contradicted(county: County) -> Path:
    """Let two colleagues decide differently, and return the workbook after that."""
    fill_in(county.workbook("甲.xlsx"), by_kind({"305": correct("停产")}))
    fill_in(county.workbook("乙.xlsx"), by_kind({"305": correct("关闭")}))
    county.workbooks = ["甲.xlsx", "乙.xlsx"]
    return county.workbook("丙.xlsx")


def test_of_a_contradiction_the_line_that_is_chosen_anew_counts(county: County) -> None:
    def agree(line: Line) -> Mapping[str, Any] | None:
        if line["问题类型"][:3] != "705":
            return None
        return {"处理决定": "改正"} if line["新值"] == "停产" else dict.fromkeys(("新值", "决定人", "理由"))

    fill_in(contradicted(county), agree)
    county.workbooks = ["丙.xlsx"]
    atlas = county.build()
    assert outcomes(atlas) == ["corrected"]
    assert enterprise(atlas, UNKNOWN_CLASS[0])["production_state"] == "suspended"


def test_a_contradiction_does_not_settle_itself(county: County) -> None:
    contradicted(county)
    county.workbooks = ["丙.xlsx"]
    atlas = county.build()
    assert {"unknown_class", "decision_unclear"} <= {*kinds(atlas)}
    assert outcomes(atlas) == []


def test_a_decision_in_the_line_of_the_issue_counts_when_the_old_line_is_cleared(county: County) -> None:
    county.decide({"205": waive("2026-12-31")}, "一.xlsx")
    county.period = "2027-01"
    path = county.workbook("二.xlsx")
    blank = dict.fromkeys(("处理决定", "决定人", "理由", "有效期至"))
    fill_in(path, by_kind({"205": waive("2027-12-31"), "702": blank}))
    county.workbooks = ["二.xlsx"]
    assert outcomes(county.build()) == ["waived"]


def test_one_clears_what_another_prolongs_and_neither_counts(county: County) -> None:
    county.decide({"205": waive("2026-12-31")}, "一.xlsx")
    blank = dict.fromkeys(("处理决定", "决定人", "理由", "有效期至"))
    fill_in(county.workbook("甲.xlsx"), by_kind({"205": blank}))
    fill_in(county.workbook("乙.xlsx"), by_kind({"205": waive("2027-12-31")}))
    county.workbooks = ["甲.xlsx", "乙.xlsx"]
    atlas = county.build()
    assert (outcomes(atlas), told(atlas, "outside_county").weight) == ([], "warning")
    assert "decision_unclear" in kinds(atlas)


def test_a_waiver_waits_while_the_townships_cannot_be_read(county: County) -> None:
    moved = [*UNKNOWN_CLASS[:2], "另一镇", "在产", *UNKNOWN_CLASS[4:]]
    county.send(GOOD, moved, OTHER)
    assert outcomes(county.decide({"313": waive()})) == ["waived"]
    (county.folder / "township.geojson").write_text("{", encoding="utf-8")
    assert outcomes(county.build()) == ["held"]


def test_a_waiver_waits_while_its_column_is_called_otherwise(county: County) -> None:
    county.decide({"305": waive()})
    book = load_workbook(county.folder / BOOK)
    book.active["D1"] = "别的"
    book.save(county.folder / BOOK)
    assert outcomes(county.build()) == ["held"]


def test_two_values_for_one_cell_are_both_refused(county: County) -> None:
    wrong = "91410883MA0000003X"
    county.send(GOOD, [wrong, *UNKNOWN_CLASS[1:3], "在产", 112.76, 34.91], [wrong, *OTHER[1:]])
    path = county.workbook()
    fill_in(path, by_kind({"310": correct(UNKNOWN_CLASS[0]), "307": correct(FAR_OFF[0])}))
    county.workbooks = [path.name]
    found = {(ruling.decision.issue.row, ruling.outcome) for ruling in county.build().rulings}
    assert (4, "corrected") not in found
    assert (4, "refused") in found


def test_a_corrected_record_does_not_take_the_waiver_of_another(county: County) -> None:
    county.send(GOOD, UNKNOWN_CLASS, [UNKNOWN_CLASS[0], "示例戊厂", *UNKNOWN_CLASS[2:]], OTHER)
    path = county.workbook()
    fill_in(path, of(3, "305", correct("停产")))
    fill_in(path, of(4, "305", waive()))
    county.workbooks = ["清单.xlsx"]
    assert sorted(outcomes(county.build())) == ["corrected", "waived"]


def test_a_place_correction_says_where_the_record_was(county: County) -> None:
    issue = told(county.decide({"205": correct("112.75, 34.905")}), "corrected")
    assert issue.repair == Repair("113.75, 34.9", "112.75, 34.905")


def test_a_column_that_somebody_adds_on_the_right_is_not_read(county: County) -> None:
    path = fill_in(county.workbook(), by_kind({"205": waive()}))
    book = load_workbook(path)
    sheet = book["生态环境局"]
    sheet.cell(1, sheet.max_column + 1).value = "理由"
    book.save(path)
    county.workbooks = [path.name]
    assert outcomes(county.build()) == ["waived"]


def test_a_blank_column_that_is_added_changes_no_record(county: County) -> None:
    county.decide({"205": waive()})
    book = load_workbook(county.folder / BOOK)
    book.active.cell(1, 7).value = "行业代码"
    book.save(county.folder / BOOK)
    assert outcomes(county.build()) == ["waived"]


def test_a_place_and_a_value_of_one_record_are_both_corrected(county: County) -> None:
    county.send(GOOD, OTHER, [*FAR_OFF[:3], "半停产", *FAR_OFF[4:]])
    atlas = county.decide({"205": correct("112.75, 34.905"), "305": correct("停产")})
    assert outcomes(atlas) == ["corrected", "corrected"]
    record = enterprise(atlas, FAR_OFF[0])
    assert record["production_state"] == "suspended"
    assert "outside_county" not in kinds(atlas)


def test_the_end_of_a_decision_is_a_date_for_excel(county: County) -> None:
    county.decide({"205": waive("2027-06-30")})
    [line] = [line for line in lines_of(county.workbook("二.xlsx")) if line["问题类型"][:3] == "205"]
    assert line["有效期至"] == dt.datetime(2027, 6, 30)
