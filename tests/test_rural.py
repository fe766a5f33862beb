"""The countryside of the sample county: every list against plain sums over the bureau's own files."""

from __future__ import annotations

import csv
import datetime as dt
import re
import shutil
from collections import Counter, defaultdict
from fractions import Fraction
from pathlib import Path
from typing import Any

import fiona
import openpyxl
import pyproj
import pytest
import shapely

from onemap.ingest.columns import match_columns
from onemap.ingest.values import read_value
from onemap.pipeline import build, check
from onemap.spec.catalogue import load_catalogue
from onemap.spec.layer import LayerSpec
from onemap.spec.project import SourceSpec, load_project
from tests.conftest import SAMPLE

BUREAU = SAMPLE / "生态环境局"
ANNEX = Path(__file__).parents[2] / "shared" / "data" / "township_targets.csv"
GEOD = pyproj.Geod(a=6378137, rf=298.257222101)
DAY = dt.date(2026, 11, 30)
DONE = {"已完成", "完成治理", "已治理", "完成整治", "已整治"}
BEGUN, LEFT = {"正在实施", "治理中"}, {"未完成", "未治理"}
COUNTY = "全县（市）"


def present(name: str) -> str:
    """Return a township as the township layer spells it."""
    return name.replace("办事处", "街道")


def rows(file: str, header: int) -> list[dict[str, Any]]:
    sheet = openpyxl.load_workbook(BUREAU / file).active
    names, *lines = sheet.iter_rows(min_row=header, values_only=True)
    return [dict(zip(names, line, strict=True)) for line in lines]


def villages() -> list[dict[str, Any]]:
    return rows("行政村环境台账.xlsx", 2)


def targets() -> dict[str, tuple[int, int, int, int, int]]:
    """Return for each township its villages, and for sewage and environment what stood and how many more."""
    sheet = openpyxl.load_workbook(BUREAU / "乡镇农村环境目标表.xlsx").active
    found = {}
    for name, count, stood, _, more, order, order_more in sheet.iter_rows(min_row=4, values_only=True):
        if name != "合计":
            extra = [int(re.sub(r"\D", "", str(one)) or 0) for one in (more, order_more)]
            found[present(name)] = (count, stood, extra[0], order, extra[1])
    return found


def level_of(gap: Fraction, limits: dict[str, int]) -> str:
    return next(level for level, limit in limits.items() if gap >= limit)


def judged(
    done: int, unknown: int, base: int, needed: Fraction | int, limits: dict[str, int]
) -> tuple[str, float | None]:
    """Return the level and the printed rate of a line; "" where the target is met."""
    if done >= needed:
        return "", None
    if done + unknown >= needed:
        return "unknown", None
    best = Fraction(done + unknown, base)
    return level_of((Fraction(needed) / base - best) * 100, limits), float(best * 1000 // 1) / 10


def found(atlas: Any, rule: str) -> dict[str, tuple[str, float | None]]:
    lines = atlas.findings[atlas.findings["rule"] == rule].to_dict("records")
    return {line["of_label"]: (line["level"], None if line["level"] == "unknown" else line["value"]) for line in lines}


def by_table(column: str, at: int, limits: dict[str, int]) -> dict[str, tuple[str, float | None]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for village in villages():
        state = village[column]
        kind = "done" if state in DONE else "unknown" if state in (None, "基本完成") else "left"
        counts[present(village["乡镇（办事处）"])][kind] += 1
    expected, whole = {}, Counter()
    for name, line in targets().items():
        own, base = counts[name], line[0]
        unknown = own["unknown"] + base - sum(own.values())
        needed = line[at] + line[at + 1]
        whole.update(done=own["done"], unknown=unknown, base=base, needed=needed)
        expected[name] = judged(own["done"], unknown, base, needed, limits)
    expected[COUNTY] = judged(whole["done"], whole["unknown"], whole["base"], whole["needed"], limits)
    return {name: line for name, line in expected.items() if line[0]}


@pytest.mark.parametrize(
    ("rule", "column", "at"),
    [("village_sewage_rate", "生活污水治理情况", 1), ("village_environment_rate", "环境整治情况", 3)],
)
def test_the_townships_below_the_targets_of_the_annex_are_those_of_the_ledger(sample_atlas, rule, column, at):
    assert found(sample_atlas, rule) == by_table(column, at, {"high": 10, "medium": 5, "low": 0})


def by_share(states: list[tuple[str, str]], share: int, limits: dict[str, int]) -> dict[str, tuple[str, float | None]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for name, kind in states:
        counts[name][kind] += 1
        counts[COUNTY][kind] += 1
    lines = {
        name: judged(own["done"], own["unknown"], base, Fraction(share * base, 100), limits)
        for name, own in counts.items()
        if (base := sum(own.values()))
    }
    return {name: line for name, line in lines.items() if line[0]}


def test_the_running_rate_is_held_against_90_percent(sample_atlas):
    with (BUREAU / "农村污水处理设施.csv").open(encoding="gb18030", newline="") as file:
        works = [one for one in csv.DictReader(file) if one["运行状态"] != "已拆除"]
    kinds = {"": "unknown", **dict.fromkeys(("正常运行", "正常", "运行正常"), "done")}
    states = [(present(one["所在乡镇"]), kinds.get(one["运行状态"], "left")) for one in works]
    expected = by_share(states, 90, {"high": 20, "medium": 10, "low": 0})
    assert found(sample_atlas, "sewage_facility_running_rate") == expected


def test_the_progress_of_remediation_is_held_against_all_enterprises_of_the_list(sample_atlas):
    # The list merges the cells of a township, and one enterprise states another than it lies in: so by place.
    layer = sample_atlas.layers["cadmium_enterprise"]
    book = openpyxl.load_workbook(BUREAU / "涉镉企业排查清单.xlsx").active
    kinds = {"已完成": "done", None: "unknown"}
    raw = {line[1]: kinds.get(line[12], "left") for line in book.iter_rows(min_row=5, values_only=True) if line[1]}
    towns = dict(zip(layer.labels, layer.townships, strict=True))
    states = [(towns[name], kind) for name, kind in raw.items() if name != "合计"]
    expected = by_share(states, 100, {"high": 50, "medium": 25, "low": 0})
    assert found(sample_atlas, "enterprise_remediation_rate") == expected


POLLUTED = {
    "2", "3", "Ⅱ", "Ⅲ", "II", "III", "安全利用类", "严格管控类", "安全利用", "严格", "严格管控", "Ⅱ类", "Ⅲ类",
    "二类", "三类",
}  # fmt: skip


def polluted_mu(atlas: Any) -> dict[str, Counter[str]]:
    """Return for each township, and the county, how many 亩 of the polluted fields are done, left or not known."""
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    to_degrees = pyproj.Transformer.from_crs("EPSG:4526", "EPSG:4490", always_xy=True)
    names = {line.township_key[-3:]: line.township for line in atlas.balances[0].table.itertuples()}
    with fiona.open(SAMPLE / "农业农村局" / "耕地类别.shp", encoding="gbk") as file:
        for feature in file:
            record = feature["properties"]
            if record["ZLLB"] and record["ZLLB"] not in POLLUTED:
                continue
            kind = {"已落实": "done", "落实到位": "done", "部分落实": "unknown"}.get(record["LSQK"], "left")
            # Whether a field without a class is polluted is not known.
            kind = kind if record["ZLLB"] else "unknown"
            x, y = to_degrees.transform(*zip(*shapely.geometry.shape(feature["geometry"]).exterior.coords, strict=True))
            mu = abs(GEOD.polygon_area_perimeter(x, y)[0]) / (2000 / 3)
            for name in (names[record["LBBM"].split("-")[1]], COUNTY):
                sums[name][kind] += mu
    return sums


def test_the_safe_use_rate_is_that_of_the_fields_added_up(sample_atlas):
    sums = polluted_mu(sample_atlas)
    [card] = [one for one in sample_atlas.scorecards if one.rule == "farmland_safe_use_rate"]
    table = card.table.set_index("township")
    assert set(table.index) == set(sums)
    lines = {}
    for name, own in sums.items():
        # Each figure is rounded to 0.01 亩, and 0.75 亩 are drawn over another field, which count once.
        assert table.loc[name, "done"] == pytest.approx(own["done"], abs=0.8)
        assert table.loc[name, "base"] == pytest.approx(sum(own.values()), abs=0.9)
        done, unknown, base = (round(mu * 100) for mu in (own["done"], own["unknown"], sum(own.values())))
        lines[name] = judged(done, unknown, base, Fraction(95 * base, 100), {"high": 20, "medium": 5, "low": 0})[0]
    told = {name: level for name, (level, _) in found(sample_atlas, "farmland_safe_use_rate").items()}
    assert told == {name: level for name, level in lines.items() if level}


def test_villages_left_are_those_not_done(sample_atlas):
    levels = dict.fromkeys(LEFT, "medium") | dict.fromkeys(BEGUN, "low") | {None: "unknown", "基本完成": "unknown"}
    states = {one["行政村代码"]: one["生活污水治理情况"] for one in villages()}
    expected = {key: levels[state] for key, state in states.items() if state not in DONE}
    lines = sample_atlas.findings[sample_atlas.findings["rule"] == "village_sewage_left"]
    assert dict(zip(lines["of_key"], lines["level"], strict=True)) == expected


def due_level(due: dt.date | None, sure: bool) -> str:
    if due is None:
        return "unknown"
    days = (DAY - due).days
    level = "high" if days >= 90 else "medium" if days >= 1 else "low" if days >= -30 else ""
    return level and (level if sure else "unknown")


def test_villages_overdue_go_by_the_date_that_was_planned(sample_atlas):
    expected = {
        one["行政村代码"]: due_level(one["计划完成治理时间"] and one["计划完成治理时间"].date(), state in BEGUN)
        for one in villages()
        if (state := one["生活污水治理情况"]) in BEGUN or state in (None, "基本完成")
    }
    lines = sample_atlas.findings[sample_atlas.findings["rule"] == "village_sewage_due"]
    assert dict(zip(lines["of_key"], lines["level"], strict=True)) == {
        key: level for key, level in expected.items() if level
    }


def waters() -> list[dict[str, Any]]:
    """Return the black-water bodies of the KML, read as plain text."""
    marks = re.findall(r"<Placemark>.*?</Placemark>", (BUREAU / "农村黑臭水体.kml").read_text("utf-8"))
    found = []
    for mark in marks:
        values = dict(re.findall(r'<Data name="(.*?)"><value>(.*?)</value>', mark))
        [corners] = re.findall(r"<coordinates>(.*?)</coordinates>", mark)
        points = [tuple(map(float, corner.split(",")[:2])) for corner in corners.split()]
        shape = shapely.Polygon(points) if "LinearRing" in mark else shapely.LineString(points)
        found.append({**values, "shape": shape})
    return found


def date_of(text: str) -> dt.date | None:
    return dt.date(*map(int, re.findall(r"\d+", text))) if text else None


def test_black_water_overdue_goes_by_its_deadline(sample_atlas):
    expected = {
        one["水体编号"]: due_level(date_of(one["治理期限"]), one["治理情况"] != "")
        for one in waters()
        if one["治理情况"] != "已完成"
    }
    lines = sample_atlas.findings[sample_atlas.findings["rule"] == "black_water_due"]
    assert dict(zip(lines["of_key"], lines["level"], strict=True)) == {
        key: level for key, level in expected.items() if level
    }


def degrees(text: str) -> float:
    whole, minutes, seconds = map(float, re.findall(r"[\d.]+", text))
    return whole + minutes / 60 + seconds / 3600


def test_black_water_near_villages_is_what_brute_force_finds(sample_atlas):
    places = {one["行政村代码"]: (degrees(one["经度"]), degrees(one["纬度"])) for one in villages()}
    expected = {}
    for water in waters():
        if water["治理情况"] == "已完成":
            continue
        # A point every metre along the edge.
        edge = shapely.get_coordinates(shapely.segmentize(water["shape"], 1e-5))
        for key, (x, y) in places.items():
            if abs(edge - (x, y)).max() > 0.02:
                continue
            metres = GEOD.inv([x] * len(edge), [y] * len(edge), edge[:, 0], edge[:, 1])[2].min()
            if metres <= 300:
                level = "high" if metres <= 100 else "medium" if metres <= 200 else "low"
                level = level if water["治理情况"] else "unknown"
                expected[water["水体编号"], key] = (level, pytest.approx(metres, abs=0.2))
    lines = sample_atlas.findings[sample_atlas.findings["rule"] == "black_water_near_village"]
    told = zip(lines["of_key"], lines["to_key"], lines["level"], lines["value"], strict=True)
    assert {(of, to): (level, value) for of, to, level, value in told} == expected


def target_layer() -> LayerSpec:
    return load_catalogue().layers["rural_target"]


def test_the_annex_is_read_whatever_year_stands_in_its_header():
    columns = [
        "乡镇办事处", "行政村总数(个)", "生活污水_2031年底前完成村庄数(个)", "生活污水_治理(管控)率",
        "生活污水_2032年新增村庄数(个)",
    ]  # fmt: skip
    matched = match_columns(target_layer(), columns, SourceSpec(path="x.xlsx"))
    assert list(matched.items()) == list(
        zip(("township", "villages", "sewage_done", "sewage_rate", "sewage_more"), columns, strict=True)
    )


@pytest.mark.parametrize(
    ("written", "value"), [("不少于 1", 1), ("不少于１", 1), ("≥3", 3), ("2", 2), (4, 4), ("/", None)]
)
def test_at_least_so_many_is_a_number_where_a_target_is_meant(written, value):
    reading = read_value(written, target_layer().fields["sewage_more"])
    assert (reading.value, reading.kind) == (value, "")


def test_at_least_so_many_is_no_number_of_villages():
    assert read_value("不少于 1", target_layer().fields["villages"]).kind == "wrong_type"


@pytest.mark.skipif(not ANNEX.exists(), reason="the annex of the plan is not at hand")
def test_the_annex_as_it_is_printed_is_read(tmp_path):
    shutil.copy(ANNEX, tmp_path / "a.csv")
    head = 'title = "x"\ncounty = "410883"\nperiod = "2025-12"\n'
    (tmp_path / "project.toml").write_text(f'{head}[sources.rural_target]\npath = "a.csv"\n', "utf-8")
    atlas = check(load_project(tmp_path))
    frame = atlas.layers["rural_target"].frame
    with ANNEX.open(encoding="utf-8-sig", newline="") as file:
        printed = list(csv.reader(file))[1:-1]
    numbers = [[int(re.sub(r"\D", "", cell) or -1) for cell in (*line[1:3], *line[4:])] for line in printed]
    names = ["villages", "sewage_done", "sewage_more", "environment_done", "environment_more"]
    assert frame[names].fillna(-1).astype(int).to_numpy().tolist() == numbers
    assert {issue for issue in atlas.issues["kind"] if issue != "totals_row"} <= {"no_data"}


def test_a_ledger_of_villages_without_places_serves_the_lists_that_need_none(tmp_path):
    (tmp_path / "v.csv").write_text(
        "行政村代码,行政村名称,乡镇,生活污水治理状态\n410883101220,甲村,南庄镇,未完成\n410883101221,乙村,南庄镇,已完成\n",
        "utf-8",
    )
    (tmp_path / "project.toml").write_text(
        'title = "t"\ncounty = "410883"\nperiod = "2026-11"\n[sources.village]\npath = "v.csv"\n', "utf-8"
    )
    atlas = build(load_project(tmp_path))
    assert atlas.verdict == "pass-with-issues"
    assert atlas.findings.query("rule == 'village_sewage_left'")["of_label"].tolist() == ["甲村"]
    assert [issue.field for issue in atlas.told if issue.kind == "missing_column"] == ["x"]
    due = atlas.findings.query("rule == 'village_sewage_due'")
    assert due["level"].tolist() == ["unknown"]
    assert "没有填写生活污水治理计划完成日期" in due["reason"].iloc[0]
