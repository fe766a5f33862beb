"""What was measured in the wells over three years, as a laboratory lists it, and what lies near them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import xlsxwriter
from county import TOWNSHIPS, County
from defects import Defect
from files import write_geojson
from ledgers import Record
from shapely.geometry import Point
from shapes import Rng, blob

COLUMNS: Final = ("序号", "井号", "监测井名称", "采样日期", "检测项目", "检测结果", "单位", "检出限")
FIRST_ROW: Final = 3
"""The Excel row of the first value, below title and header."""

DAYS: Final = ("2024-04-16", "2024-09-10", "2025-04-15", "2025-09-11", "2026-04-14", "2026-08-18")

USUAL: Final = {
    "pH": (7.3, 8.1, 1, "无量纲"), "总硬度": (180, 280, 0, "mg/L"), "溶解性总固体": (520, 880, 0, "mg/L"),
    "氨氮（以N计）": (0.12, 0.38, 2, "mg/L"), "硝酸盐（以N计）": (3.0, 9.5, 1, "mg/L"),
    "氟化物": (0.45, 0.90, 2, "mg/L"),
    "锰": (0.02, 0.08, 3, "mg/L"), "砷": (1.2, 6.5, 1, "μg/L"), "镉": ("0.05L", None, 0, "μg/L"),
    "铬（六价）": ("0.004L", None, 0, "mg/L"),
}  # fmt: skip
"""Between which values lies what is in a well with nothing the matter, to how many digits, and how it is written.
Dissolved solids make every such well class III."""

MANGANESE: Final = (4, 9, 16, 26, 31, 37)
"""Wells with more manganese than class III has, always."""

AMMONIA: Final = (2, 12, 20)
"""Wells of class V by their ammonia, always."""

RISING: Final = {
    6: ("氨氮（以N计）", (0.14, 0.22, 0.31, 0.47, 0.66, 0.94)),
    13: ("硝酸盐（以N计）", (5.2, 6.9, 8.8, 11.4, 14.0, 17.3)),
    21: ("砷", (2.1, 3.0, 4.4, 6.2, 9.7, 14.5)),
    30: ("氟化物", (0.44, 0.52, 0.61, 0.70, 0.79, 0.91)),
    33: ("锰", (0.03, 0.05, 0.08, 0.14, 0.22, 0.35)),
}
"""Wells in which something rises, with its values."""

ONCE: Final = {
    8: ("氨氮（以N计）", 5, "2.60"), 11: ("硝酸盐（以N计）", 4, "26.5"), 18: ("pH", 5, "9.3"), 25: ("砷", 4, "61.0"),
    22: ("铬（六价）", 5, "0.2L"), 29: ("镉", 4, "20L"),
}  # fmt: skip
"""Wells with one odd value: the item, the day by its number, and what was found."""

STARTED: Final = {15: 3, 27: 3, 36: 5}
"""Wells that were sampled only from a day on, by its number."""

ENDED: Final = {10: 4, 19: 4}
"""Wells that were sampled only before a day, by its number."""

NEVER: Final = (32, 39)
UNIT_LEFT_OUT: Final = (17, "砷", 5)
CHANGED_LIMITS: Final = (24, "镉", ("0.05L", "1L", "0.3", "0.05L", "0.42", "0.05L"))
STRANGE: Final = (("总α放射性", "0.09", "Bq/L"), ("嗅和味", "无", ""))
"""What has no limit in the tables, measured in two wells on the last day."""

BASELINES: Final = {
    4: "Ⅳ类", 2: "Ⅴ", 12: "Ⅲ类", 20: "Ⅳ", 3: "Ⅳ类", 5: "Ⅴ类", 14: "", 38: "", 16: "四类", 37: "Ⅴ类", 31: "Ⅱ类", 21: "Ⅱ",
}  # fmt: skip
"""The class of a well to compare with; of the others it is III."""

WITHOUT_FLOW: Final = (0, 5, 9, 13, 20, 25, 35)
SOURCES: Final = (
    (2, 0, 420, "landfill"), (2, 150, 640, "station"), (12, 8, 380, "works"), (20, 40, 500, "farm"),
    (9, 70, 300, "station"), (33, 12, 700, "waste"), (6, 180, 520, "works"), (26, 25, 860, "mine"),
    (None, 0, 0, "golf"),
)  # fmt: skip
"""Beside which well a source lies: how many degrees off the way whence the water comes, how far, and what it is."""

KINDS: Final = {
    "landfill": ("垃圾填埋场", "生活垃圾填埋场", "氨氮、耗氧量", 70), "station": ("加油站", "加油站", "石油类", 0),
    "works": ("工业企业", "化学品生产企业", "氨氮、氟化物", 110),
    "farm": ("规模化养殖场", "养殖场", "氨氮、硝酸盐", 60),
    "waste": ("危险废物处置场", "危废处置场", "镉、铅、砷", 80), "mine": ("矿山开采区", "石料矿", "硫酸盐", 120),
    "golf": ("高尔夫球场", "高尔夫球场", "莠去津", 200),
}  # fmt: skip


@dataclass
class Groundwater:
    """Values that were measured, and sources of pollution."""

    values: list[Record]
    sources: list[Record] = field(default_factory=list)


def make_groundwater(county: County, wells: list[Record], rng: Rng) -> Groundwater:
    """Return the values and sources, and give the wells what is compared with and whither their water flows."""
    values = []
    for at, well in enumerate(wells):
        flow = float(rng.uniform(115, 170))
        well["考核基准类别"] = BASELINES.get(at, "Ⅲ类")
        well["地下水流向(°)"] = "" if at in WITHOUT_FLOW else f"{flow:.0f}"
        values += _values(at, well, rng)
    return Groundwater(values, _sources(county, wells, rng))


def _values(at: int, well: Record, rng: Rng) -> list[Record]:
    found = []
    usual = {item: rng.uniform(low, high) if high else low for item, (low, high, _, _) in USUAL.items()}
    for number, day in enumerate(DAYS):
        sway = {item: rng.uniform(0.94, 1.06) for item in USUAL}
        if at in NEVER or number < STARTED.get(at, 0) or number >= ENDED.get(at, len(DAYS)):
            continue
        same = {"井号": well["点位编码"], "监测井名称": well["点位名称"], "采样日期": dt.date.fromisoformat(day)}
        for item, (_, _, digits, unit) in USUAL.items():
            plain = usual[item] if isinstance(usual[item], str) else f"{usual[item] * sway[item]:.{digits}f}"
            text = _special(at, item, number, rng) or plain
            unit = "" if (at, item, number) == UNIT_LEFT_OUT else unit
            found.append({**same, "检测项目": item, "检测结果": text, "单位": unit, "检出限": ""})
        if number == len(DAYS) - 1 and at in (0, 7):
            found += [
                {**same, "检测项目": item, "检测结果": text, "单位": unit, "检出限": ""} for item, text, unit in STRANGE
            ]
    return found


def _special(at: int, item: str, number: int, rng: Rng) -> str:
    """Return what was found in a well that has something the matter, "" where it is as usual."""
    if at in MANGANESE and item == "锰":
        return f"{rng.uniform(0.32, 0.98):.2f}"
    if at in AMMONIA and item == "氨氮（以N计）":
        return f"{rng.uniform(1.9, 4.2):.2f}"
    if RISING.get(at, ("",))[0] == item:
        return f"{RISING[at][1][number]:g}"
    if ONCE.get(at, ("", -1))[:2] == (item, number):
        return ONCE[at][2]
    return CHANGED_LIMITS[2][number] if CHANGED_LIMITS[:2] == (at, item) else ""


def _sources(county: County, wells: list[Record], rng: Rng) -> list[Record]:
    records = []
    for serial, (at, off, metres, kind) in enumerate(SOURCES, 1):
        title, name, items, size = KINDS[kind]
        place = Point(county.villages[3].centre) if at is None else _beside(wells[at], off, metres)
        shape = place if size == 0 else blob(place, size, rng)
        records.append(
            {
                "污染源编码": f"DXWRY{serial:03d}",
                "污染源名称": f"示例{serial}号{name}",
                "污染源类型": title,
                "所在乡镇": TOWNSHIPS[county.township_at(place)].name,
                "特征污染物": items,
                "防渗情况": ("已防渗", "未防渗", "防渗改造中")[serial % 3],
                "geometry": shape,
            }
        )
    return records


def _beside(well: Record, off: float, metres: float) -> Point:
    flow = well["地下水流向(°)"]
    angle = np.deg2rad((float(flow or 140) + 180 + off) % 360)
    place = well["geometry"]
    return Point(round(place.x + metres * np.sin(angle), 2), round(place.y + metres * np.cos(angle), 2))


def write_groundwater(folder: Path, samples: str, sources: str, water: Groundwater) -> list[Defect]:
    """Write the workbook of values and the sources, with their defects."""
    values = water.values
    layer = "groundwater_sample"
    typed, stated = 333, 777
    values[typed]["检测结果"] = "0.3.5"
    values[stated]["检测结果"] = f"{values[stated]['检测结果']}μg/L"
    values.insert(1400, values[1399])
    _write_values(folder / samples, values)
    strange = 6
    water.sources[strange]["污染源类型"] = "化粪池"
    write_geojson(folder / sources, water.sources, "urn:ogc:def:crs:EPSG::4490")

    def defect(kind: str, at: int, column: str, name: str, note: str) -> Defect:
        row, record = FIRST_ROW + at, values[at]
        cell = f"{chr(ord('A') + COLUMNS.index(column))}{row}"
        return Defect(kind, layer, samples, note, row, cell, name, record["井号"], str(record[column]))

    return [
        defect("wrong_type", typed, "检测结果", "value", "A number has one point, and not two."),
        defect("unit_differs", stated, "检测结果", "value", "The cell is in μg/L, and the column beside it says mg/L."),
        defect("duplicate_key", 1400, "井号", "point_code", "The same value once more, in the next row."),
        Defect("unknown_class", "groundwater_discharger", sources, "A septic tank is no kind of source of the layer.",
               strange, "", "source_type", water.sources[strange]["污染源编码"], "化粪池"),
    ]  # fmt: skip


def _write_values(path: Path, values: list[Record]) -> None:
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"title": path.stem, "author": "示例", "created": dt.datetime(2026, 10, 31)})
        sheet = book.add_worksheet("监测数据")
        head = book.add_format({"bold": True, "border": 1, "align": "center"})
        title = book.add_format({"bold": True, "align": "center", "font_size": 14})
        date = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        sheet.merge_range(0, 0, 0, len(COLUMNS) - 1, "孟州市地下水监测数据（示例数据）", title)
        sheet.write_row(1, 0, COLUMNS, head)
        sheet.set_column(0, len(COLUMNS) - 1, 14)
        sheet.freeze_panes(FIRST_ROW - 1, 2)
        for serial, record in enumerate(values, 1):
            for at, column in enumerate(COLUMNS):
                _write_cell(sheet, FIRST_ROW - 2 + serial, at, serial if at == 0 else record[column], date)


def _write_cell(sheet: Any, row: int, at: int, value: Any, date: Any) -> None:
    if isinstance(value, dt.date):
        sheet.write_datetime(row, at, dt.datetime.combine(value, dt.time()), date)
    elif isinstance(value, int):
        sheet.write_number(row, at, value)
    elif value.replace(".", "", 1).isdigit():
        sheet.write_number(row, at, float(value))
    elif value:
        sheet.write_string(row, at, value)
