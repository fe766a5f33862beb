"""Key units, the outlets of discharging units, and what of the other lists says whether these are watched.

All with answers that are known: the dates of every unit were chosen by hand, so that each of the lists has a line at
every level, and one that cannot be judged.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Final

import xlsxwriter
from county import TOWNSHIPS, County
from defects import Defect
from files import write_csv
from ledgers import Ledgers, Record, credit_code
from shapely.geometry import Point
from shapes import Rng, lonlat
from workbook import COLUMNS as ENTERPRISE_COLUMNS
from workbook import FIRST_ROW as ENTERPRISE_ROW
from workbook import dms

COLUMNS: Final = (
    "序号", "单位名称", "统一社会信用代码", "所在乡镇", "所属行业", "纳入名录时间", "重点监测单元",
    "最近一次隐患排查日期", "隐患整改情况", "整改时限", "土壤自行监测时间", "地下水自行监测时间", "经度", "纬度",
)  # fmt: skip
DATES: Final = ("最近一次隐患排查日期", "整改时限", "土壤自行监测时间", "地下水自行监测时间")
FIRST_ROW: Final = 4
"""The Excel row of the first unit, below title, the bureau's name and header."""

UNITS: Final = (
    # Number of the enterprise, or the name of a unit that is none of these; class of its units; last check; state and
    # deadline of the rectification; last monitoring of the soil and of the groundwater.
    (0, "一类单元", "2023-06-15", "已整改", "", "2025-06-20", "2026-01-12"),
    (3, "二类", "2023-10-08", "整改中", "2026-08-31", "2025-09-18", "2025-09-25"),
    (6, "含一类单元", "2023-12-20", "正在整改", "2026-10-31", "2025-12-10", "2026-06-15"),
    (9, "仅二类单元", "2024-05-30", "未整改", "2026-12-20", "2026-04-11", "2026-04-11"),
    (12, "一类、二类单元", "", "无隐患", "", "2026-05-22", "2026-08-03"),
    (16, "一类单元", "2024-11-02", "整改中", "", "", ""),
    (17, "", "2025-03-12", "整改完成", "", "2025-11-25", "2026-02-10"),
    (21, "二类单元", "2025-07-01", "未发现隐患", "", "2026-03-30", "2026-03-30"),
    (24, "未划分", "2024-08-19", "整改中", "2026-11-30", "2026-06-18", "2025-05-20"),
    (27, "二类", "2024-09-09", "已完成", "", "2026-02-30", "2025-11-10"),
    (29, "一类", "2025-10-21", "无需整改", "", "2026-09-02", "2026-09-02"),
    (30, "有一类单元", "2025-04-16", "已整改", "", "2026-07-07", "2026-05-31"),
    ("示例城区污水处理厂", "二类单元", "2025-06-03", "无隐患", "", "2026-04-02", "2026-04-02"),
    ("示例生活垃圾填埋场", "一类单元", "2025-05-08", "已销号", "", "2026-09-20", "2026-09-20"),
    ("示例危险废物处置中心", "仅二类单元", "2025-08-27", "无隐患", "", "2026-08-12", "2025-12-20"),
)
BESIDE_WELL: Final = {"示例城区污水处理厂": 26, "示例生活垃圾填埋场": 12}
"""The well beside which a unit lies, on the way to the nearest water source."""

INDUSTRIES: Final = {
    "示例城区污水处理厂": "污水处理及其再生利用",
    "示例生活垃圾填埋场": "环境卫生管理",
    "示例危险废物处置中心": "危险废物治理",
}
NOWHERE: Final = "示例危险废物处置中心"
IMPOSSIBLE: Final = "2026-02-30"

OUTLETS: Final = (
    (0, "DA"), (0, "DW"), (1, "DA"), (3, "DA"), (6, "DA"), (12, "DW"), (16, "DA"), (19, "DA"), (23, "DA"), (23, "DW"),
    (28, "DA"), (30, "DA"), (33, "DW"), (34, "DA"),
)  # fmt: skip
OUTLET_NAMES: Final = {"DA": ("工艺废气排放口", "废气", "大气"), "DW": ("废水总排口", "废水", "污水处理厂")}
LOST_OUTLET: Final = 13

OTHER_CODES: Final = {5: ("3311", "金属结构制造"), 26: ("3150", "铁合金冶炼"), 28: ("0810", "铁矿采选")}
"""Enterprises whose industry is not in the filter, has a code of 2011, or is one that seldom has to do with cadmium."""


def age(soil: list[Record], wells: list[Record]) -> None:
    """Let a sample and a well be of last year, and of another of each nobody know of when."""
    soil[19]["采样日期"], soil[37]["采样日期"] = dt.date(2025, 7, 21), ""
    wells[26]["监测日期"], wells[12]["监测日期"] = "2025-11-20", ""


def recode(enterprises: list[Record], source: str) -> list[Defect]:
    """Give enterprises other codes of industry; one is of the edition of 2011."""
    for at, (code, name) in OTHER_CODES.items():
        enterprises[at] |= {"行业代码": code, "行业名称": name}
    former, row = 26, ENTERPRISE_ROW + 26
    cell = f"{chr(ord('A') + ENTERPRISE_COLUMNS.index('行业代码'))}{row}"
    note = "3150 is the code of 2011; in GB/T 4754-2017 it is 3140."
    key = enterprises[former]["统一社会信用代码"]
    return [Defect("industry_code_wrong", "cadmium_enterprise", source, note, row, cell, "industry_code", key, "3150")]


def make_units(county: County, ledgers: Ledgers, rng: Rng) -> list[Record]:
    """Return the key units: enterprises of the other list by the same credit code, and three more."""
    records = []
    for serial, (who, unit_class, checked, state, deadline, soil, water) in enumerate(UNITS):
        own = _own(who, county, ledgers)
        place = own["geometry"]
        records.append(
            {
                "序号": serial + 1,
                "单位名称": own["企业名称"],
                "统一社会信用代码": own["统一社会信用代码"],
                "所在乡镇": TOWNSHIPS[county.township_at(place)].office,
                "所属行业": own["行业名称"],
                "纳入名录时间": int(rng.integers(2018, 2025)),
                "重点监测单元": unit_class,
                "隐患整改情况": state,
                **dict(zip(DATES, (checked, deadline, soil, water), strict=True)),
                "geometry": place,
            }
        )
    return records


def _own(who: int | str, county: County, ledgers: Ledgers) -> Record:
    """Return the enterprise of a number; or what is known of a unit of another kind, which lies beside a well."""
    if isinstance(who, int):
        return ledgers.enterprises[who]
    well = ledgers.wells[BESIDE_WELL.get(who, 0)]["geometry"]
    zones = [source["geometry"] for source in ledgers.water_sources]
    goal = min(zones, key=well.distance).centroid
    share = 180 / well.distance(goal)
    place = Point(round(well.x + share * (goal.x - well.x), 2), round(well.y + share * (goal.y - well.y), 2))
    number = 101 + list(INDUSTRIES).index(who)
    return {"企业名称": who, "统一社会信用代码": credit_code(number), "行业名称": INDUSTRIES[who], "geometry": place}


def make_outlets(county: County, ledgers: Ledgers, rng: Rng) -> list[Record]:
    """Return outlets of enterprises, into air or water, a little beside them."""
    records = []
    for at, kind in OUTLETS:
        own, reach = ledgers.enterprises[at], 30 if kind == "DA" else 120
        east, north = rng.uniform(-reach, reach, 2)
        place = Point(round(own["geometry"].x + east, 2), round(own["geometry"].y + north, 2))
        name, medium, goal = OUTLET_NAMES[kind]
        permit = f"{own['统一社会信用代码']}001P"
        records.append(
            {
                "排放口编号": f"{permit}-{kind}001",
                "重点排污单位": own["企业名称"],
                "排口名称": name,
                "排污类别": medium,
                "排污许可证编号": permit,
                "主要污染物": own["特征重金属"],
                "排放去向": goal,
                "所在乡镇": TOWNSHIPS[county.township_at(place)].office,
                "geometry": place,
            }
        )
    return records


def write_units(path: Path, source: str, records: list[Record]) -> list[Defect]:
    """Write the list of key units as a workbook, dates in four spellings, with its defects."""
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"title": path.stem, "author": "示例", "created": dt.datetime(2026, 10, 31)})
        sheet = book.add_worksheet("重点监管单位")
        title = book.add_format({"bold": True, "align": "center", "font_size": 14})
        head = book.add_format({"bold": True, "border": 1, "align": "center", "text_wrap": True})
        day = book.add_format({"num_format": "yyyy/m/d", "align": "left"})
        sheet.merge_range(0, 0, 0, len(COLUMNS) - 1, "孟州市土壤污染重点监管单位台账（示例数据）", title)
        sheet.write(1, 0, "填报单位：示例生态环境分局")
        sheet.write_row(2, 0, COLUMNS, head)
        sheet.set_column(0, len(COLUMNS) - 1, 15)
        sheet.freeze_panes(FIRST_ROW - 1, 2)
        for row, record in enumerate(records):
            _write_unit(sheet, row, record, day)
    return [_impossible(source, records), _nowhere(source, records)]


def _write_unit(sheet: Any, row: int, record: Record, day: Any) -> None:
    place = lonlat(record["geometry"])
    lost = record["单位名称"] == NOWHERE
    degrees = {"经度": "" if lost else dms(place.x, row % 3), "纬度": "" if lost else dms(place.y, row % 3)}
    for at, column in enumerate(COLUMNS):
        value = {**record, **degrees}[column]
        if column in DATES:
            value = _spelt(value, (row + at) % 4)
        if isinstance(value, dt.date):
            sheet.write_datetime(FIRST_ROW - 1 + row, at, dt.datetime.combine(value, dt.time()), day)
        elif value != "":
            sheet.write(FIRST_ROW - 1 + row, at, value)


def _spelt(text: str, style: int) -> str | dt.date:
    """Return a date as one person or another writes it."""
    if text in ("", IMPOSSIBLE):
        return text
    day = dt.date.fromisoformat(text)
    return (text, f"{day.year}年{day.month}月{day.day}日", f"{day.year}.{day.month}.{day.day}", day)[style]


def _impossible(source: str, records: list[Record]) -> Defect:
    column = DATES[2]
    at = next(at for at, record in enumerate(records) if record[column] == IMPOSSIBLE)
    row, note = FIRST_ROW + at, "February has no day 30."
    cell = f"{chr(ord('A') + COLUMNS.index(column))}{row}"
    key = records[at]["统一社会信用代码"]
    return Defect("wrong_type", "key_unit", source, note, row, cell, "soil_monitored_on", key, IMPOSSIBLE)


def _nowhere(source: str, records: list[Record]) -> Defect:
    at = next(at for at, record in enumerate(records) if record["单位名称"] == NOWHERE)
    note = "Both coordinates were left empty."
    return Defect("null_geometry", "key_unit", source, note, FIRST_ROW + at, key=records[at]["统一社会信用代码"])


def write_outlets(path: Path, source: str, records: list[Record]) -> list[Defect]:
    """Write the outlets as a table in GBK; of one nobody has noted the place."""
    rows = []
    for at, record in enumerate(records):
        place, lost = lonlat(record["geometry"]), at == LOST_OUTLET
        told = {name: value for name, value in record.items() if name != "geometry"}
        degrees = {"经度": "" if lost else f"{place.x:.6f}", "纬度": "" if lost else f"{place.y:.6f}"}
        rows.append(told | degrees)
    write_csv(path, rows)
    note = "The place of the outlet was not noted."
    key = records[LOST_OUTLET]["排放口编号"]
    return [Defect("null_geometry", "discharge_outlet", source, note, LOST_OUTLET + 2, key=key)]
