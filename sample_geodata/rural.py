"""The countryside: villages, their sewage works, black-water bodies, and what the plan's annex asks of each township.

Of every township it is laid down here how many of its villages and works are in which state, so that all that the
lists can say can be worked out by hand.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import xlsxwriter
from county import TOWNSHIPS, County
from defects import Defect
from fields import SPELLINGS
from files import write_csv, write_kml
from ledgers import Record
from shapely.geometry import LineString, Point
from shapes import Rng, blob, lonlat

VILLAGE_FILE: Final = "生态环境局/行政村环境台账.xlsx"
TARGET_FILE: Final = "生态环境局/乡镇农村环境目标表.xlsx"
FACILITY_FILE: Final = "生态环境局/农村污水处理设施.csv"
WATER_FILE: Final = "生态环境局/农村黑臭水体.kml"

VILLAGE_SHEET, TARGET_SHEET = "行政村", "附表"
VILLAGE_COLUMNS: Final = (
    "序号", "乡镇（办事处）", "行政村", "行政村代码", "经度", "纬度", "常住人口(人)", "生活污水治理情况",
    "治理完成时间", "计划完成治理时间", "环境整治情况", "计划整治年度",
)  # fmt: skip
FIRST_ROW: Final = 3
"""The Excel row of the first village, below title and header."""


@dataclass(frozen=True)
class Duty:
    """What a township had done at the end of last year, what is asked for on top ("/" nothing), and what stands now."""

    stood: int
    more: str
    done: int
    blank: int = 0
    """So many have no state."""


SEWAGE: Final = {
    "大定街道": Duty(19, "/", 19), "河阳街道": Duty(17, "/", 17), "会昌街道": Duty(21, "/", 20),
    "河雍街道": Duty(14, "/", 14),
    "城伯镇": Duty(14, "不少于 1", 15), "谷旦镇": Duty(17, "不少于 1", 17, 1), "化工镇": Duty(20, "/", 20),
    "南庄镇": Duty(23, "/", 21), "西虢镇": Duty(21, "/", 18), "槐树乡": Duty(16, "不少于 3", 16),
    "赵和镇": Duty(17, "不少于 2", 14),
}  # fmt: skip
ENVIRONMENT: Final = {
    "大定街道": Duty(18, "1", 19), "河阳街道": Duty(13, "3", 15), "会昌街道": Duty(21, "/", 21),
    "河雍街道": Duty(12, "1", 11),
    "城伯镇": Duty(7, "/", 7), "谷旦镇": Duty(6, "/", 6), "化工镇": Duty(4, "1", 4, 1), "南庄镇": Duty(10, "/", 10),
    "西虢镇": Duty(11, "/", 11), "槐树乡": Duty(8, "/", 7), "赵和镇": Duty(5, "/", 5),
}  # fmt: skip
UNLISTED: Final = "谷旦镇"
"""Of this township the ledger has one village less than the annex counts."""

BEGUN: Final = 4
"""So many villages of a township that are not done have been begun; the others have not."""

DONE, IN_PROGRESS, NOT_DONE = ("已完成", "完成治理", "已治理"), ("正在实施", "治理中"), ("未完成", "未治理")
PLANNED: Final = (dt.date(2026, 6, 30), dt.date(2026, 10, 31), dt.date(2026, 12, 20), "", dt.date(2027, 6, 30))

WORKS: Final = {
    "大定街道": (4, 0, 0), "河阳街道": (3, 0, 0), "会昌街道": (4, 0, 1), "河雍街道": (2, 0, 0), "城伯镇": (5, 1, 0),
    "谷旦镇": (5, 0, 0), "化工镇": (4, 0, 0), "南庄镇": (5, 0, 3), "西虢镇": (9, 1, 0), "槐树乡": (6, 1, 0),
    "赵和镇": (4, 0, 2),
}  # fmt: skip
"""How many sewage works run, run badly and stand still; 谷旦镇 has one of no known state, 槐树乡 one that is gone."""

WAYS: Final = (40.0, 90.0, 150.0, 190.0, 250.0, 290.0, 420.0)
"""Metres from the middle of a village to a body of water near it."""

WATER_STATES: Final = ("未治理", "治理中", "尚未治理", "正在治理", "已完成", "返黑返臭", "治理中")
DEADLINES: Final = ("2026-06-30", "2026年10月31日", "2026-12-15", "2027-06-30", "", "2026/8/31", "2026-11-30")


IN_PLACE: Final = {
    "大定街道": (0.8, 0.0), "化工镇": (0.65, 0.05), "赵和镇": (0.92, 0.0), "西虢镇": (0.9, 0.08), "谷旦镇": (0.96, 0.0),
}  # fmt: skip
"""Of the polluted fields of a township which part has its measures in place, and which partly; elsewhere all have."""

PUT_IN_PLACE: Final = ("已落实", "落实到位")


def put_measures_in_place(fields: list[Record], rng: Rng) -> None:
    """Say of each polluted field whether its measures are in place: the last column of the farmland ledger."""
    mild = {names[0] for names in SPELLINGS}
    names = {township.code[-3:]: township.name for township in TOWNSHIPS}
    of_township: dict[str, list[Record]] = {}
    for field in fields:
        field["LSQK"] = ""
        if field["ZLLB"] not in mild:
            of_township.setdefault(names[field["LBBM"].split("-")[1]], []).append(field)
    for name, own in sorted(of_township.items()):
        done, partly = IN_PLACE.get(name, (1.0, 0.0))
        for at, place in enumerate(rng.permutation(len(own))):
            share = (at + 0.5) / len(own)
            word = PUT_IN_PLACE[at % 2] if share < done else "部分落实" if share < done + partly else "未落实"
            own[int(place)]["LSQK"] = word


def make_rural(folder: Path, county: County, rng: Rng) -> list[Defect]:
    """Write the villages, the targets, the sewage works and the black-water bodies, with their defects."""
    defects = _villages(folder, county, rng)
    defects += _targets(folder)
    _works(folder, county, rng)
    _waters(folder, county, rng)
    return defects


def _villages(folder: Path, county: County, rng: Rng) -> list[Defect]:
    records: list[Record] = []
    for number, township in enumerate(TOWNSHIPS):
        own = [village for village in county.villages if village.township == number]
        if township.name == UNLISTED:
            own = own[:-1]
        sewage = _states(SEWAGE[township.name], len(own), rng)
        environment = _states(ENVIRONMENT[township.name], len(own), rng)
        for serial, (village, state, order) in enumerate(zip(own, sewage, environment, strict=True), 1):
            place = lonlat(Point(village.centre))
            begun = state in IN_PROGRESS
            records.append(
                {
                    "序号": len(records) + 1,
                    "乡镇（办事处）": township.office,
                    "行政村": village.name,
                    "行政村代码": f"{township.code}{200 + serial}",
                    "经度": _dms(place.x),
                    "纬度": _dms(place.y),
                    "常住人口(人)": int(rng.integers(240, 2600)),
                    "生活污水治理情况": state,
                    "治理完成时间": _finished(len(records)) if state in DONE else "",
                    "计划完成治理时间": PLANNED[len(records) % len(PLANNED)] if begun else "",
                    "环境整治情况": order.replace("治理", "整治"),
                    "计划整治年度": "" if order in DONE else 2026 + len(records) % 2,
                }
            )
    states = [(record["乡镇（办事处）"], record["生活污水治理情况"] in NOT_DONE) for record in records]
    odd = states.index(("槐树乡", True))
    records[odd]["生活污水治理情况"] = "基本完成"
    title = "孟州市行政村生活污水治理与环境整治台账（示例数据）"
    lines = [list(record.values()) for record in records]
    _write_sheet(folder / VILLAGE_FILE, VILLAGE_SHEET, title, [VILLAGE_COLUMNS], lines)
    row, column = FIRST_ROW + odd, VILLAGE_COLUMNS.index("生活污水治理情况")
    note = "As good as done is no state of the layer: nobody knows whether it counts."
    return [
        Defect("unknown_class", "village", VILLAGE_FILE, note, row, f"{chr(ord('A') + column)}{row}", "sewage_state",
               records[odd]["行政村代码"], "基本完成"),
    ]  # fmt: skip


def _finished(serial: int) -> dt.date:
    return dt.date(2021 + serial % 5, 1 + serial % 12, 28)


def _states(duty: Duty, count: int, rng: Rng) -> list[str]:
    """Return the state of each village of a township, in one of its spellings."""
    left = count - duty.done - duty.blank
    begun = min(BEGUN, left)
    kinds = [DONE] * duty.done + [("",)] * duty.blank + [IN_PROGRESS] * begun + [NOT_DONE] * (left - begun)
    words = [kind[int(rng.integers(len(kind)))] for kind in kinds]
    return [words[at] for at in rng.permutation(count)]


def _targets(folder: Path) -> list[Defect]:
    """Write the annex as the plan prints it: two header rows, "/" for nothing, rates cut off, and a total."""
    head = [
        ("乡镇办事处", "行政村总数(个)", "生活污水", "", "", "环境整治", ""),
        ("", "", "2025年底前完成村庄数(个)", "治理(管控)率", "2026年新增村庄数(个)", "2025年底前整治村庄数(个)",
         "2026年新增村庄数(个)"),
    ]  # fmt: skip
    rows: list[list[Any]] = []
    for township in TOWNSHIPS:
        sewage, order = SEWAGE[township.name], ENVIRONMENT[township.name]
        rate = _cut(sewage.stood, township.villages)
        rows.append([township.office, township.villages, sewage.stood, rate, sewage.more, order.stood, order.more])
    villages, sewage_done, order_done = (sum(row[at] for row in rows) for at in (1, 2, 5))
    rows.append(["合计", villages, sewage_done, _cut(sewage_done, villages), "", order_done, 6])
    title = "附表 各乡镇（办事处）农村生活污水治理与环境整治目标（示例数据）"
    _write_sheet(folder / TARGET_FILE, TARGET_SHEET, title, head, rows)
    note = "The last row is a total, not a township."
    return [Defect("totals_row", "rural_target", TARGET_FILE, note, 3 + len(rows), value="合计")]


def _cut(done: int, count: int) -> str:
    """Return a rate as the plan prints it, cut off after one decimal: 14 of 23 are 60.8%."""
    tenths = done * 1000 // count
    return f"{tenths // 10}%" if tenths % 10 == 0 else f"{tenths / 10}%"


def _works(folder: Path, county: County, rng: Rng) -> None:
    records: list[Record] = []
    spelled = (("正常运行", "正常", "运行正常"), ("不正常运行", "维修中"), ("停运", "停用"))
    for number, township in enumerate(TOWNSHIPS):
        counts = zip(spelled, WORKS[township.name], strict=True)
        states = [words[at % len(words)] for words, count in counts for at in range(count)]
        states += {"谷旦镇": [""], "槐树乡": ["已拆除"]}.get(township.name, [])
        own = [village for village in county.villages if village.township == number]
        for at, state in zip(rng.choice(len(own), len(states), replace=False), states, strict=True):
            village = own[int(at)]
            spot = Point(village.centre[0] + rng.uniform(-50, 50), village.centre[1] + rng.uniform(-50, 50))
            place = lonlat(spot)
            serial = len(records) + 1
            records.append(
                {
                    "设施编号": f"WS{serial:04d}",
                    "设施名称": f"{village.name}污水处理站",
                    "所在乡镇": township.office,
                    "所在行政村": village.name,
                    "经度": f"{place.x:.6f}",
                    "纬度": f"{place.y:.6f}",
                    "设计处理能力(吨/天)": str(int(rng.choice((10, 20, 30, 50, 80, 120)))),
                    "运行状态": state,
                    "检查时间": f"2026-{7 + serial % 4:02d}-{1 + serial % 28:02d}",
                }
            )
    write_csv(folder / FACILITY_FILE, records)


def _waters(folder: Path, county: County, rng: Rng) -> None:
    """Write ponds and ditches; of one the state is not known."""
    lone = _lonely(county)
    records: list[Record] = []
    for serial, village in enumerate(rng.choice(len(lone), 2 * len(WAYS), replace=False)):
        home, way = county.villages[lone[int(village)]], WAYS[serial % len(WAYS)]
        angle = rng.uniform(0, 2 * np.pi)
        along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
        start = np.array(home.centre) + along * way
        pond = serial % 3 == 0
        # A ditch leads away from the village, and begins where it is nearest.
        line = LineString([start, start + along * 60 + across * 15, start + along * 130])
        shape = blob(Point(start + along * 30), 20.0, rng) if pond else line
        state = "" if serial == 8 else WATER_STATES[serial % len(WATER_STATES)]
        records.append(
            {
                "name": f"{home.name}{'北坑塘' if pond else '排水沟'}",
                "水体编号": f"HC{serial + 1:03d}",
                "所属乡镇": TOWNSHIPS[home.township].office,
                "所在行政村": home.name,
                "水体类型": "坑塘" if pond else "沟渠",
                "清单级别": "国家监管" if serial % 5 == 0 else "省级监管",
                "治理情况": state,
                "治理期限": DEADLINES[(serial + serial // len(WAYS)) % len(DEADLINES)],
                "geometry": shape,
            }
        )
    write_kml(folder / WATER_FILE, records, "农村黑臭水体（示例数据）")


def _lonely(county: County) -> list[int]:
    """Return the villages that have no other within 700 m: what lies near them is near no other."""
    centres = np.array([village.centre for village in county.villages])
    away = np.hypot(*(centres[:, None] - centres).transpose(2, 0, 1))
    np.fill_diagonal(away, np.inf)
    return [int(at) for at in np.flatnonzero(away.min(axis=1) > 700)]


def _dms(degrees: float) -> str:
    tenths = round(degrees * 36_000)
    return f"{tenths // 36_000}°{tenths // 600 % 60:02d}′{tenths % 600 / 10:04.1f}″"


def _write_sheet(path: Path, name: str, title: str, head: list[tuple[str, ...]], rows: list[list[Any]]) -> None:
    """Write a sheet with a title and a header of one row or two, groups merged over their columns."""
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"title": path.stem, "author": "示例", "created": dt.datetime(2026, 10, 31)})
        sheet = book.add_worksheet(name)
        bold = book.add_format({"bold": True, "align": "center", "border": 1, "text_wrap": True})
        date = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        width = len(head[0])
        sheet.merge_range(0, 0, 0, width - 1, title, bold)
        for line, names in enumerate(head, 1):
            sheet.write_row(line, 0, names, bold)
        if len(head) > 1:
            _merge_head(sheet, head, bold)
        sheet.set_column(0, width - 1, 14)
        for line, row in enumerate(rows, 1 + len(head)):
            for at, value in enumerate(row):
                if isinstance(value, dt.date):
                    sheet.write_datetime(line, at, dt.datetime.combine(value, dt.time()), date)
                elif value != "":
                    sheet.write(line, at, value)


def _merge_head(sheet: Any, head: list[tuple[str, ...]], style: Any) -> None:
    """Merge groups over their columns, and the columns of no group over both rows."""
    width = len(head[0])
    for at in range(width):
        if head[1][at] == "":
            sheet.merge_range(1, at, 2, at, head[0][at], style)
    groups = [at for at in range(width) if head[0][at] and head[1][at]]
    for start, end in zip(groups, [*groups[1:], width], strict=True):
        sheet.merge_range(1, start, 1, end - 1, head[0][start], style)
