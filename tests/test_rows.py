"""Every row of a table is a record, or is told as none: rows read are rows kept and rows dropped."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onemap import pipeline
from onemap.model import Atlas
from onemap.spec.project import load_project

HEADER = "序号,受体名称,受体类型,人数,乡镇,经度,纬度"
RECORDS = [f"{at},东街小学{at},学校,420,化工镇,112.7{at},34.9" for at in range(10, 16)]
ROWS = [
    *RECORDS, HEADER, "示例,某某小学,学校,600,城关镇,112.7,34.8", "合计,,,840,,,", ",共2所,,,,,", "填表人：张三,,,,,,",
    ",说明：以上为一期,,,,,", "一、学校,,,,,,", ",汇总,,,,,", "审核人：李四,,,日期：2026-05-01,,,",
    ",2026年5月1日,,,,,", ",只有名字的小学,,,,,",
]  # fmt: skip
UNFILLED = [",,,,,,", "", "16,,,,,,", "17,,,,,,"]
"""Blank lines, and lines of a form in which only the number is printed."""


def atlas_of(folder: Path, rows: list[str]) -> Atlas:
    (folder / "t.csv").write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")
    source = '[sources.sensitive_receptor]\npath = "t.csv"\ncoord_type = "cgcs2000"\n'
    (folder / "project.toml").write_text(f'title = "t"\ncounty = "410883"\nperiod = "2026-11"\n{source}', "utf-8")
    return pipeline.check(load_project(folder))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([*ROWS, *UNFILLED]), min_size=1, max_size=9))
def test_every_row_in_which_something_stands_is_kept_or_dropped_and_told(rows: list[str]) -> None:
    with TemporaryDirectory() as folder:
        atlas = atlas_of(Path(folder), [*RECORDS[:1], *rows])
    (source,) = atlas.sources
    dropped = [issue for issue in atlas.told if issue.action == "dropped"]
    assert source.rows == 1 + sum(row in ROWS for row in rows)
    assert source.rows == source.kept + source.dropped
    assert len(dropped) == source.dropped
    assert len({issue.row for issue in dropped} - {None}) == source.dropped


@pytest.mark.parametrize("row", [row for row in ROWS if row not in RECORDS and "只有名字" not in row])
def test_what_is_no_record_is_told_with_its_row_and_text(tmp_path: Path, row: str) -> None:
    atlas = atlas_of(tmp_path, [RECORDS[0], row])
    (issue,) = (one for one in atlas.told if one.action == "dropped")
    assert (issue.row, row.strip(",").split(",")[0] in issue.value) == (3, True)


@pytest.mark.parametrize("name", ["合计工业园", "共和小学", "汇总街小学", "说明书厂小学", "平均沟小学"])
def test_a_record_whose_name_only_begins_so_is_kept(tmp_path: Path, name: str) -> None:
    assert list(atlas_of(tmp_path, [f",{name},,,,,"]).layers["sensitive_receptor"].labels) == [name]
