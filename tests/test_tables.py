from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from onemap.export import tables
from onemap.model import BALANCE_COLUMNS, FINDING_COLUMNS, ISSUE_COLUMNS
from tests.atlases import small_atlas


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_columns_are_those_of_the_contract(tmp_path: Path) -> None:
    findings, issues, balance, scorecards = tables.write(small_atlas(tmp_path), tmp_path)
    assert (findings.name, issues.name) == ("findings.csv", "issues.csv")
    assert findings.read_text("utf-8-sig").splitlines()[0] == ",".join(FINDING_COLUMNS)
    assert balance.name == "balance.csv"
    assert balance.read_text("utf-8-sig").splitlines()[0] == ",".join(["layer", *BALANCE_COLUMNS, "remark"])
    assert issues.read_text("utf-8-sig").splitlines()[0] == ",".join(ISSUE_COLUMNS)
    assert scorecards.name == "scorecards.csv"
    columns = "rule,unit,township_key,township,base,done,unknown,rate,rate_to,target,needed,gap,left,met,remark"
    assert scorecards.read_text("utf-8-sig").splitlines()[0] == columns


def test_the_balance_adds_up_in_every_unit(tmp_path: Path) -> None:
    atlas = small_atlas(tmp_path)
    [_, _, balance, _] = tables.write(atlas, tmp_path)
    told = rows(balance)
    whole = atlas.layers["cultivated_land"].areas_m2.sum()
    for column, size, step in (("area_m2", 1, 0.05), ("area_mu", 2000 / 3, 0.006), ("area_ha", 10_000, 0.006)):
        assert sum(float(row[column]) for row in told) == pytest.approx(whole / size, abs=step)


def test_a_balance_that_is_withheld_says_why(tmp_path: Path) -> None:
    [_, _, balance, _] = tables.write(small_atlas(tmp_path, leave_out=["township"]), tmp_path)
    [told] = rows(balance)
    assert (told["layer"], told["area_mu"]) == ("cultivated_land", "")
    assert told["remark"] == "未提供乡镇界线数据，无法给出面积平衡表"


def test_files_begin_with_a_byte_order_mark_and_end_lines_alike(tmp_path: Path) -> None:
    for path in tables.write(small_atlas(tmp_path), tmp_path):
        content = path.read_bytes()
        assert content.startswith(b"\xef\xbb\xbf")
        assert (content.count(b"\r"), content[-1:]) == (0, b"\n")


def test_codes_and_measured_values_are_as_they_are(tmp_path: Path) -> None:
    [findings, *_] = tables.write(small_atlas(tmp_path), tmp_path)
    told = [(row["of_key"], row["value"], row["level"]) for row in rows(findings)[:2]]
    assert told == [("91410883MA0000001X", "1156.03", "low"), ("91410883MA0000001X", "199.97", "medium")]


def test_numbers_have_no_noise(tmp_path: Path) -> None:
    atlas = small_atlas(tmp_path)
    values = pd.array([0.1 + 0.2, 1000, 99.9996, None, 1e-9, 2 / 3, 5], dtype="Float64")
    [findings, *_] = tables.write(replace(atlas, findings=atlas.findings.assign(value=values)), tmp_path)
    assert [row["value"] for row in rows(findings)] == ["0.3", "1000.0", "100.0", "", "0.0", "0.667", "5.0"]


def test_what_is_not_there_is_empty(tmp_path: Path) -> None:
    [_, issues, *_] = tables.write(small_atlas(tmp_path), tmp_path)
    told = [(row["row"], row["cell"], row["lon"], row["lat"]) for row in rows(issues)]
    assert told == [("4", "", "112.79", "34.88"), ("3", "", "", ""), ("9", "A9", "", "")]


def test_hostile_text_stays_the_same_text(tmp_path: Path) -> None:
    name = '=HYPERLINK("x"),"示例",\n第二行'
    [findings, *_] = tables.write(small_atlas(tmp_path, name=name), tmp_path)
    assert rows(findings)[0]["of_label"] == name


def test_empty_tables_keep_their_header(tmp_path: Path) -> None:
    atlas = small_atlas(tmp_path)
    empty = replace(atlas, findings=atlas.findings[:0], told=(), balances=())
    assert [len(path.read_text("utf-8-sig").splitlines()) for path in tables.write(empty, tmp_path)] == [1, 1, 1, 1]
