"""The lists of land, closed plots and manifests on the sample county, against plain readings of its files."""

from __future__ import annotations

import datetime as dt
import re
from xml.etree import ElementTree

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from tests.conftest import SAMPLE

DAY = dt.date(2026, 11, 30)
# 用地用海分类: 07 and 08 are homes and public services.
HOMES = {"城镇住宅用地", "中小学用地", "医疗卫生用地", "0701", "医疗卫生用地、商业用地"}
BANDS = {
    "plot": ((365, "high"), (1, "medium"), (-92, "low")),
    "survey": ((0, "high"), (-90, "medium"), (-365, "low")),
    "receipt": ((31, "high"), (8, "medium"), (0, "low")),
    "difference": ((0.1, "high"), (0.05, "medium"), (0.0100001, "low")),
}
WORST = ("high", "medium", "low")


def level(value, bands):
    return next((name for limit, name in BANDS[bands] if value >= limit), None)


def found(atlas, rule):
    rows = atlas.findings.query("rule == @rule")
    assert {*rows["level"]} == {"high", "medium", "low", "unknown"}
    return dict(zip(rows["of_key"], rows["level"], strict=True))


def day(text):
    """Return a date however it is spelled; None for a day that there is not."""
    try:
        return dt.date(*map(int, re.findall(r"\d+", str(text))[:3]))
    except (TypeError, ValueError):
        return None


@pytest.fixture(scope="module")
def land():
    frame = gpd.read_file(SAMPLE / "自然资源局" / "建设用地.gdb").drop(columns="geometry")
    return [
        {name: None if pd.isna(value) else value for name, value in row.items()} for row in frame.to_dict("records")
    ]


def test_the_list_of_surveys_due_is_what_the_dates_say(sample_atlas, land):
    expected = {}
    for row in land:
        if row["调查状态"] not in ("未调查", "调查中"):
            continue
        dates = [row[name].date() for name in ("用途变更日期", "收储日期", "供应日期") if row[name] is not None]
        if row["规划用途"] == "05商业服务业用地" or (row["规划用途"] in HOMES and not dates):
            expected[row["地块编号"]] = "unknown"
        elif row["规划用途"] in HOMES:
            expected[row["地块编号"]] = level((DAY - min(dates)).days, "survey")
    assert found(sample_atlas, "survey_before_change") == {key: one for key, one in expected.items() if one}


def test_the_list_of_plots_to_be_inspected_is_what_the_plan_says(sample_atlas, land):
    expected = {}
    for row in land:
        if row["原用途"] == "工业用地" and row["规划用途"] in HOMES:
            expected[row["地块编号"]] = "high"
        elif row["舆情信访"] in ("有", "是"):
            expected[row["地块编号"]] = "medium"
        elif row["舆情信访"] in (None, ""):
            expected[row["地块编号"]] = "unknown"
        elif row["规划是否明确"] in ("不明确", "否") or row["规划用途"] == "16 留白用地":
            expected[row["地块编号"]] = "low"
    assert found(sample_atlas, "construction_inspection") == expected


@pytest.mark.parametrize(
    ("rule", "column"), [("plot_plan_due", "年度风险管控方案日期"), ("plot_inspection_due", "现场检查日期")]
)
def test_the_lists_of_what_is_due_every_year_go_by_the_end_of_the_next_year(sample_atlas, rule, column):
    tree = ElementTree.parse(SAMPLE / "生态环境局" / "优先监管地块.kml")
    space = {"k": "http://www.opengis.net/kml/2.2"}
    expected = {}
    for mark in tree.iterfind(".//k:Placemark", space):
        said = {data.get("name"): data.findtext("k:value", "", space) for data in mark.iterfind(".//k:Data", space)}
        last = day(said[column])
        days = (DAY - dt.date(last.year + 1, 12, 31)).days if last else None
        reached = "unknown" if days is None else level(days, "plot")
        if said["管控状态"] != "已修复" and reached:
            expected[said["地块编码"]] = reached
    assert found(sample_atlas, rule) == expected


def test_the_list_of_manifests_is_what_their_table_says(sample_atlas, land):
    sheet = openpyxl.load_workbook(SAMPLE / "生态环境局" / "污染土壤转运联单.xlsx").active
    header, *rows = list(sheet.iter_rows(min_row=3, values_only=True))[:-1]
    known = {row["地块编号"] for row in land} | {*sample_atlas.layers["priority_plot"].keys}
    expected = {}
    for row in (dict(zip(header, row, strict=True)) for row in rows):
        levels, doubt = set(), False
        out, into = row["转出量(吨)"], row["接收量(吨)"]
        left, arrived = day(row["转出日期"]), day(row["接收日期"]) if row["接收日期"] else None
        if row["转出地块编码"] not in known or (not row["接收单位"] and row["接收地块编码"] not in {*known, None}):
            levels.add("high")
        doubt |= not row["接收单位"] and not row["接收地块编码"]
        if row["签收状态"] == "退回":
            levels.add("medium")
        elif arrived is None:
            levels.add(level((DAY - left).days, "receipt"))
        elif not isinstance(out, float | int) or into is None:
            doubt = True
        else:
            levels.add(level(round(abs(out - into) / out, 6), "difference"))
        if arrived and arrived < left:
            levels.add("medium")
        reached = next((name for name in WORST if name in levels), None)
        if reached or doubt:
            expected[row["联单编号"]] = "unknown" if doubt and reached != "high" else reached
    assert found(sample_atlas, "soil_transfer_check") == expected


def test_a_manifest_counts_for_the_township_of_the_plot_that_it_left(sample_atlas):
    rows = sample_atlas.findings.query("rule == 'soil_transfer_check'").set_index("of_key")
    plots = sample_atlas.layers["priority_plot"]
    towns = dict(zip(plots.keys, plots.townships, strict=True))
    codes = sample_atlas.layers["soil_transfer"].frame.set_index("manifest_code")["from_code"]
    assert rows["township"].fillna("").to_dict() == {key: towns.get(codes[key], "") for key in rows.index}
