"""The scorecards in the products: the sheet of the workbook, the table for programs, the manifest."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from onemap.export import manifest, tables, workbooks
from onemap.model import SCORECARD_COLUMNS, Atlas, Scorecard
from onemap.text import speaking
from tests.atlases import small_atlas

SHEET = "乡镇记分表"
NOW = datetime(2026, 11, 30, tzinfo=UTC)


def sheet(atlas: Atlas, folder: Path) -> list[tuple[Any, ...]]:
    with speaking("zh"):
        [path] = workbooks.write(atlas, folder)
    return list(openpyxl.load_workbook(path)[SHEET].iter_rows(values_only=True))


def block(rows: list[tuple[Any, ...]], title: str) -> dict[str, dict[str, Any]]:
    """Return the lines of a rate by township, each by the titles of its columns."""
    start = next(at for at, row in enumerate(rows) if row[0] == title)
    head = next(at for at in range(start, len(rows)) if rows[at][0] == "乡镇")
    lines = {}
    for row in rows[head + 1 :]:
        if row[0] is None:
            break
        lines[row[0]] = dict(zip(rows[head], row, strict=True))
    return lines


def test_every_rate_has_a_block_with_all_townships_and_the_county(sample_atlas, tmp_path):
    rows = sheet(sample_atlas, tmp_path)
    rates = [rule.title for rule in sample_atlas.rules if rule.measure == "rate"]
    assert len(rates) == 5
    assert [len(block(rows, title)) for title in rates] == [12] * 5


def test_a_block_has_the_figures_of_the_ledger(sample_atlas, tmp_path):
    # 会昌街道: 21 villages, all 21 done at the end of last year, one fell back since.
    line = block(sheet(sample_atlas, tmp_path), "农村生活污水治理率未达标乡镇清单")["会昌街道"]
    names = (
        "总数（个）",
        "已完成（个）",
        "情况不明（个）",
        "比率（%）",
        "目标（个）",
        "目标（%）",
        "还差（个）",
        "是否达标",
    )
    assert tuple(line[name] for name in names) == (21, 20, 0, 95.2, 21, 100, 1, "未达标")
    assert line["差距（百分点）"] == pytest.approx(100 / 21)


def test_a_township_that_has_nothing_of_the_kind_has_no_rate(sample_atlas, tmp_path):
    line = block(sheet(sample_atlas, tmp_path), "涉镉企业整治进度清单")["大定街道"]
    assert (line["总数（个）"], line["比率（%）"], line["是否达标"]) == (0, "—", "—")


def test_what_a_rate_leaves_out_stands_with_it(sample_atlas, tmp_path):
    texts = [row[0] for row in sheet(sample_atlas, tmp_path)]
    assert any("未计入农产品达标率" in str(text) for text in texts)


def test_the_table_for_programs_has_the_lines_of_all_scorecards(sample_atlas, tmp_path):
    path = tables.write(sample_atlas, tmp_path)[3]
    with path.open(encoding="utf-8-sig", newline="") as file:
        told = [(line["rule"], line["township"], line["rate"]) for line in csv.DictReader(file)]
    assert len(told) == 5 * 12
    # 15 of 23 villages, cut off: 65.217….
    assert ("village_sewage_rate", "城伯镇", "65.2") in told


def test_the_manifest_tells_how_the_county_stands_and_how_many_townships(sample_atlas, tmp_path):
    told = json.loads(manifest.write(sample_atlas, tmp_path, NOW, NOW).read_text("utf-8"))["scorecards"]
    sewage = told["village_sewage_rate"]
    assert (sewage["base"], sewage["done"], sewage["unknown"], sewage["rate"]) == (274, 191, 3, 69.7)
    assert sewage["townships"] == {"met": 5, "missed": 5, "unknown": 1}


def test_a_scorecard_that_is_withheld_says_why_everywhere(sample_atlas, tmp_path):
    empty = pd.DataFrame(columns=list(SCORECARD_COLUMNS))
    card = Scorecard("village_sewage_rate", "count", empty, withheld="没有数据")
    atlas = replace(sample_atlas, scorecards=(card,))
    assert "没有数据" in [row[0] for row in sheet(atlas, tmp_path)]
    assert tables.write(atlas, tmp_path)[3].read_text("utf-8-sig").endswith("没有数据\n")
    assert '"withheld": "没有数据"' in manifest.write(atlas, tmp_path, NOW, NOW).read_text("utf-8")


def test_without_rates_there_is_no_sheet(tmp_path):
    with speaking("zh"):
        [path] = workbooks.write(small_atlas(tmp_path), tmp_path)
    assert SHEET not in openpyxl.load_workbook(path).sheetnames
