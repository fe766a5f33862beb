"""Of versions of one list among the files and sheets of a source only one comes in, and the others say why."""

import pytest
from openpyxl import Workbook

from onemap.ingest.intake import take_in
from onemap.spec.project import load_project

HEAD = 'title = "t"\ncounty = "410883"\nperiod = "2026-11"\n'
COLUMNS = ["点位编码", "点位名称", "经度", "纬度", "井深"]


def wells(count, *, start=1, depth=30, prefix="甲"):
    """Return the rows of wells, a hundredth of a degree apart."""
    numbers = range(start, start + count)
    return [[f"D{n}", f"{prefix}{n}号井", 112.6 + n / 100, 34.85, depth] for n in numbers]


def taken(folder, **sheets):
    """Return what comes in of a workbook with these sheets."""
    book = Workbook()
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in [COLUMNS, *rows]:
            sheet.append(row)
    del book["Sheet"]
    book.save(folder / "井.xlsx")
    (folder / "project.toml").write_text(f"{HEAD}[sources.groundwater_point]\npath = '井.xlsx'\n", "utf-8")
    return take_in(load_project(folder))


def kept(intake):
    return {source.path: source.kept for source in intake.sources}


def versions(intake):
    found = intake.issues.query("kind == 'several_versions'")
    return [tuple(row) for row in found[["severity", "source"]].to_numpy()]


@pytest.mark.parametrize(("old", "new"), [("2025年", "2026年"), ("202506", "202512"), ("2025.6", "2025.12")])
def test_of_two_years_the_later_comes_in(tmp_path, old, new):
    intake = taken(tmp_path, **{new: wells(6, depth=40), old: wells(5)})
    assert kept(intake) == {f"井.xlsx [{new}]": 6, f"井.xlsx [{old}]": 0}
    assert versions(intake) == [("warning", f"井.xlsx [{old}]")]


def test_all_rows_of_an_older_version_are_accounted_for(tmp_path):
    intake = taken(tmp_path, **{"2026": wells(6, depth=40), "2025": wells(5)})
    assert all(source.rows == source.kept + source.dropped for source in intake.sources)


def test_an_extract_is_left_out(tmp_path):
    intake = taken(tmp_path, 全部=wells(8), 重点=wells(4, start=3))
    assert (kept(intake), versions(intake)) == (
        {"井.xlsx [全部]": 8, "井.xlsx [重点]": 0},
        [("warning", "井.xlsx [重点]")],
    )


def test_versions_that_differ_and_bear_no_dates_are_an_error(tmp_path):
    assert [severity for severity, _ in versions(taken(tmp_path, 甲稿=wells(6, depth=40), 乙稿=wells(5)))] == ["error"]


def test_lists_of_two_townships_are_both_read(tmp_path):
    intake = taken(tmp_path, 甲镇=wells(5), 乙镇=wells(5, start=6))
    assert (kept(intake), versions(intake)) == ({"井.xlsx [甲镇]": 5, "井.xlsx [乙镇]": 5}, [])


def test_townships_that_count_from_one_are_no_versions(tmp_path):
    elsewhere = [[key, name, x + 0.2, y, depth] for key, name, x, y, depth in wells(5, prefix="乙")]
    intake = taken(tmp_path, 甲镇=wells(5), 乙镇=elsewhere)
    assert (kept(intake), versions(intake)) == ({"井.xlsx [甲镇]": 5, "井.xlsx [乙镇]": 5}, [])


def test_two_records_in_common_are_no_version(tmp_path):
    assert versions(taken(tmp_path, **{"2025": wells(2), "2026": wells(2)})) == []


def test_of_three_years_the_last_comes_in(tmp_path):
    intake = taken(tmp_path, **{str(year): wells(5, depth=year) for year in (2024, 2025, 2026)})
    assert kept(intake) == {"井.xlsx [2024]": 0, "井.xlsx [2025]": 0, "井.xlsx [2026]": 5}


def test_townships_whose_things_have_the_same_keys_and_names_elsewhere_are_both_read(tmp_path):
    there = [[key, name, x + 0.2, y, depth] for key, name, x, y, depth in wells(5)]
    intake = taken(tmp_path, 甲镇=wells(5), 乙镇=there)
    assert (kept(intake), versions(intake)) == ({"井.xlsx [甲镇]": 5, "井.xlsx [乙镇]": 5}, [])


def test_a_newer_extract_does_not_quietly_displace_the_whole_list(tmp_path):
    intake = taken(tmp_path, **{"2025": wells(10), "2026": wells(4, depth=40)})
    assert [severity for severity, _ in versions(intake)] == ["error"]


def test_a_copy_does_not_displace_its_original(tmp_path):
    intake = taken(tmp_path, **{"名单 副本": wells(5), "名单": wells(5)})
    assert kept(intake) == {"井.xlsx [名单 副本]": 0, "井.xlsx [名单]": 5}
