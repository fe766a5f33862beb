"""The sample county's lists of key units, outlets, industry codes and coverage, against a few lines made here.

What is expected is read from the raw files, or measured another way, and held against the limits as they are printed.
"""

from __future__ import annotations

import calendar
import csv
import datetime as dt
import re

import geopandas as gpd
import openpyxl
import pandas as pd
import pyproj
import pytest
import shapely

from tests.conftest import SAMPLE
from tests.test_code_group import TIERS

DAY = dt.date(2026, 11, 30)


def ledger() -> list[dict[str, object]]:
    """Return the raw rows of the key units."""
    sheet = openpyxl.load_workbook(SAMPLE / "生态环境局" / "土壤重点监管单位.xlsx").active
    header, *rows = sheet.iter_rows(min_row=3, values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def day_of(cell: object) -> dt.date | None:
    """Return what a cell says, in whatever way the date is written there; None where there is none."""
    if isinstance(cell, dt.datetime):
        return cell.date()
    year, month, day = [*map(int, re.findall(r"\d+", str(cell or "0 0 0")))]
    there = year > 0 and day <= calendar.monthrange(year, month)[1]
    return dt.date(year, month, day) if there else None


def later(day: dt.date, months: int) -> dt.date:
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def level_of(due: dt.date) -> str:
    days = (DAY - due).days
    return "high" if days >= 90 else "medium" if days >= 1 else "low" if days >= -30 else ""


def found(atlas, rule: str) -> dict[str, str]:
    rows = atlas.findings[atlas.findings["rule"] == rule]
    assert rows["of_key"].is_unique
    return dict(zip(rows["of_key"], rows["level"], strict=True))


def expected(due: dict[str, dt.date | None]) -> dict[str, str]:
    levels = {key: "unknown" if day is None else level_of(day) for key, day in due.items()}
    return {key: level for key, level in levels.items() if level}


@pytest.mark.parametrize(
    ("rule", "column", "months"),
    [
        ("key_unit_check_due", "最近一次隐患排查日期", 36),
        ("key_unit_soil_monitoring_due", "土壤自行监测时间", 12),
    ],
)
def test_what_is_due_again_is_due_so_many_months_after_the_last_time(sample_atlas, rule, column, months):
    last = {row["统一社会信用代码"]: day_of(row[column]) for row in ledger()}
    due = {key: None if day is None else later(day, months) for key, day in last.items()}
    assert found(sample_atlas, rule) == expected(due)


def test_rectification_is_due_on_its_deadline_while_it_is_not_done(sample_atlas):
    open_states = {"未整改", "整改中", "正在整改"}
    due = {row["统一社会信用代码"]: day_of(row["整改时限"]) for row in ledger() if row["隐患整改情况"] in open_states}
    assert found(sample_atlas, "key_unit_rectification_due") == expected(due)


def test_groundwater_is_due_by_the_class_of_the_units_and_the_water_sources_within_a_kilometre(sample_atlas):
    units, sources = (sample_atlas.layers[name].frame for name in ("key_unit", "drinking_water_source"))
    places = dict(zip(units["credit_code"], units.geometry, strict=True))
    due, sure = {}, {}
    for row in ledger():
        key, last, written = row["统一社会信用代码"], day_of(row["地下水自行监测时间"]), str(row["重点监测单元"] or "")
        classes = {"first"} if "一类" in written else {"second"} if "二类" in written else {"first", "second"}
        place = places[key]
        near = {True, False} if place is None else {min(metres(place, sources.geometry, sources.crs)) <= 1000}
        months = {({"first": 6, "second": 12}[one]) // (1 + twice) for one in classes for twice in near}
        if last is None:
            due[key] = None
            continue
        days = {later(last, count) for count in months}
        overdue = {day < DAY for day in days}
        sure[key] = len(overdue) == 1
        # What is overdue by the longest time is so for sure; what is not by the shortest is not.
        due[key] = None if not sure[key] else max(days) if overdue == {True} else min(days)
    assert found(sample_atlas, "key_unit_groundwater_monitoring_due") == expected(due)
    assert set(sure.values()) == {True, False}


def metres(place, shapes, crs) -> list[float]:
    """Return how far shapes are, in a projection about the place, in which short distances are true."""
    middle = gpd.GeoSeries([place], crs=crs).to_crs("EPSG:4490").iloc[0].centroid
    local = pyproj.CRS.from_proj4(f"+proj=aeqd +lat_0={middle.y} +lon_0={middle.x} +ellps=GRS80 +units=m")
    here = gpd.GeoSeries([place], crs=crs).to_crs(local).iloc[0]
    return list(gpd.GeoSeries(shapes, crs=crs).to_crs(local).distance(here))


def points(atlas, **dates: str) -> list[tuple[str, object, object]]:
    """Return key, place and year of each sampling point of some layers; None where the date is not filled in."""
    told = []
    for name, field in dates.items():
        layer = atlas.layers[name]
        years = [None if pd.isna(day) else day.year for day in layer.frame[field]]
        told += zip(layer.keys, layer.frame.geometry, years, strict=True)
    return [point for point in told if point[1] is not None]


SOIL, CROPS, WELLS = {"soil_sample": "sampled_on"}, {"crop_sample": "sampled_on"}, {"groundwater_point": "monitored_on"}


@pytest.mark.parametrize(
    ("rule", "of", "dates", "reach"),
    [
        ("key_unit_coverage", "key_unit", SOIL | WELLS, 1000),
        ("outlet_coverage", "discharge_outlet", SOIL, 500),
        ("water_source_coverage", "drinking_water_source", WELLS, 1500),
        ("strict_land_coverage", "cultivated_land", SOIL | CROPS, 0),
    ],
)
def test_coverage_is_what_brute_force_finds(sample_atlas, rule, of, dates, reach):
    layer, there = sample_atlas.layers[of], points(sample_atlas, **dates)
    shapes = gpd.GeoSeries([place for _, place, _ in there], crs=layer.frame.crs)
    levels, nearest = {}, {}
    # No sample at all in a unit is not as grave as none within reach of who discharges.
    of_old, of_none = ("low", "medium") if rule == "strict_land_coverage" else ("medium", "high")
    for key, place, own in zip(layer.keys, layer.frame.geometry, layer.classes, strict=True):
        if of == "cultivated_land" and own not in ("strict_control", ""):
            continue
        if place is None:
            levels[key] = "unknown"
            continue
        # What is inside the plane tells as well, in which distances are out by 0.02 %.
        ways = metres(place, shapes, layer.frame.crs) if reach else list(shapes.distance(place))
        years = [year for (_, _, year), way in zip(there, ways, strict=True) if way <= reach]
        nearest[key] = min(ways)
        if 2026 in years:
            continue
        unsure = None in years or (own == "" and of == "cultivated_land")
        levels[key] = "unknown" if unsure else of_old if years else of_none
    assert found(sample_atlas, rule) == levels
    rows = sample_atlas.findings[sample_atlas.findings["rule"] == rule].set_index("of_key")["value"].dropna()
    assert rows.to_dict() == pytest.approx(
        {key: nearest[key] for key in rows.index}, rel=1e-5 if reach else 3e-4, abs=0.02
    )


def test_a_code_outside_the_filter_a_seldom_one_and_one_of_2011_are_told(sample_atlas):
    sheet = openpyxl.load_workbook(SAMPLE / "生态环境局" / "涉镉企业排查清单.xlsx").active
    header, *rows = sheet.iter_rows(min_row=4, values_only=True)
    codes = {}
    for row in rows:
        told = dict(zip(header, row, strict=True))
        if told["企业名称"]:
            # A number has lost its nought.
            codes[told["企业名称"]] = str(told["行业代码"]).zfill(4)
    silent = {*TIERS["tier_1"].split(), *TIERS["tier_2"].split()}
    # GB/T 4754-2017 has nothing between 3232 and 3239.
    levels = {"3233": "unknown", "3150": "low", **dict.fromkeys(TIERS["tier_3"].split(), "low")}
    listed = {name: levels.get(code, "medium") for name, code in codes.items() if code not in silent}
    rows = sample_atlas.findings[sample_atlas.findings["rule"] == "enterprise_industry_check"]
    assert dict(zip(rows["of_label"], rows["level"], strict=True)) == listed


def test_farmland_around_outlets_is_listed_by_the_ring_it_lies_in(sample_atlas):
    land, outlets = (sample_atlas.layers[name] for name in ("cultivated_land", "discharge_outlet"))
    shapes = land.frame.geometry[land.frame.geometry.notna()]
    rows = sample_atlas.findings[sample_atlas.findings["rule"] == "outlet_near_farmland"]
    for key, place in zip(outlets.keys, outlets.frame.geometry, strict=True):
        own = rows[rows["of_key"] == key]
        if place is None:
            assert own["level"].tolist() == ["unknown"]
            continue
        near = shapes[shapes.distance(place) < 1100]
        nearest = pd.Series(metres(place, near, land.frame.crs)).groupby(land.classes[near.index].to_numpy()).min()
        assert set(own.loc[own["level"] == "high", "to_class"]) == {*nearest.index[nearest < 100]} - {""}
        assert set(own["to_class"].dropna()) >= {*nearest.index[nearest < 1000]} - {""}


def test_every_outlet_of_the_raw_file_is_a_feature(sample_atlas):
    text = (SAMPLE / "生态环境局" / "重点排污单位排放口.csv").read_bytes().decode("gb18030")
    keys = [row["排放口编号"] for row in csv.DictReader(text.splitlines())]
    assert sample_atlas.layers["discharge_outlet"].keys.tolist() == keys


def test_some_key_units_are_enterprises_of_the_other_list(sample_atlas):
    units, enterprises = (sample_atlas.layers[name].frame for name in ("key_unit", "cadmium_enterprise"))
    both = units.merge(enterprises, on="credit_code", suffixes=("", "_other"))
    assert len(both) > 5
    assert shapely.distance(both.geometry.array, both["geometry_other"].array).max() < 0.5
