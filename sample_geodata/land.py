"""Land that is put to another use, what is done about closed plots, and manifests of soil carried away from them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
import xlsxwriter
from defects import Defect
from ledgers import Record
from shapely.affinity import translate
from shapely.geometry import Polygon
from shapes import Rng, area_m2

DATES: Final = ("用途变更日期", "收储日期", "供应日期")
AHEAD: Final[dict[int, tuple[str | None, str | None, str | None]]] = {
    13: (None, "2027-01-15", None),
    18: (None, None, "2027-06-30"),
    21: (None, None, None),
    # The last day of the period, and the last of the 90 days after it.
    25: (None, None, "2026-11-30"),
    30: (None, "2027-02-28", None),
}
"""The dates of plots that were not put to their use before, by the serial number of the plot."""

USES: Final = {
    2: "09 商业服务业用地",
    12: "0701",
    # 05 is business in the land survey, and wetland in the table that the others go by.
    14: "05商业服务业用地",
    22: "16 留白用地",
    27: "医疗卫生用地、商业用地",
}
UNCLEAR: Final = {16: "不明确", 28: "否"}
CONCERN: Final = {3: "", 6: "有", 7: "有", 20: "是", 26: ""}

CONTROLS: Final = ("设置围挡和标识牌", "围挡、定期巡查", "无", "地面硬化覆盖", "标识牌")
RESIDUES: Final = ("已清理", "清理中", "未清理", "无残留", "清理完成")
BLANK_PLAN, BLANK_INSPECTION, MISTYPED_PLAN = 2, 7, 5

COLUMNS: Final = (
    "序号", "联单编号", "转出地块编码", "转出地块名称", "接收地块编码", "接收单位", "转出量(吨)", "接收量(吨)",
    "转出日期", "接收日期", "运输单位", "车牌号", "签收状态",
)  # fmt: skip
WIDTHS: Final = (6, 14, 18, 26, 14, 26, 11, 11, 13, 13, 22, 11, 10)
FIRST_ROW: Final = 4
"""The Excel row of the first manifest, below title, bureau and header."""

UNITS: Final = ("示例水泥窑协同处置厂", "示例土壤修复中心", "示例固废填埋场")
MANIFESTS: Final = 26
MISTYPED_TONNES: Final = 25

BARRED: Final = 19
"""The plot not to be developed that two plots of building land only graze, by its place in the list."""

GRAZING: Final = {23: ("east", 150.0), 29: ("west", 12.0)}
"""On which side of it these lie, by serial number, and how many square metres they share with it."""

UNPLACED: Final = 20
"""The plot that has no geometry: it may not be developed, and nobody can tell whether it is."""

MANIFEST_CHANGES: Final[dict[int, Record]] = {
    3: {"转出量(吨)": 30.0, "接收量(吨)": 27.3},
    5: {"转出地块编码": "4108832320099", "转出地块名称": "示例老料场"},
    7: {"转出量(吨)": 31.0, "接收量(吨)": 24.8},
    9: {"接收地块编码": "SL2026-099", "接收单位": ""},
    10: {"转出量(吨)": 30.0, "接收量(吨)": 29.1},
    # Just as much as the tolerance of the project, 1 %.
    11: {"转出量(吨)": 31.0, "接收量(吨)": 30.69},
    12: {"转出日期": "2026-09-20", "接收量(吨)": "", "接收日期": "", "签收状态": "未签收"},
    14: {"转出日期": "2026/11/18", "接收量(吨)": "", "接收日期": "", "签收状态": "运输中"},
    16: {"转出日期": "2026年11月29日", "接收量(吨)": "", "接收日期": "", "签收状态": ""},
    18: {"转出日期": "2026-08-12", "接收日期": "2026-08-10"},
    20: {"接收量(吨)": "", "签收状态": "退回"},
    22: {"接收量(吨)": ""},
    23: {"接收地块编码": "", "接收单位": ""},
    24: {"转出量(吨)": 32.0, "接收量(吨)": 33.92, "转出日期": "2026-10-21", "接收日期": "2026-10-20"},
    MISTYPED_TONNES: {"转出量(吨)": "约31"},
}
"""What is different of some manifests, by their serial number."""


def extend_construction(records: list[Record], rng: Rng) -> None:
    """Give building land the dates on which it changes hands, and whether it is to be inspected."""
    for serial, record in enumerate(records, 1):
        supplied = dt.date.fromisoformat(record["供应日期"])
        before = [int(days) for days in (rng.integers(120, 400), rng.integers(20, 110))]
        known = [(supplied - dt.timedelta(days)).isoformat() for days in before]
        record |= dict(zip(DATES, AHEAD.get(serial, (*known, record["供应日期"])), strict=True))
        record["规划用途"] = USES.get(serial, record["规划用途"])
        record["规划是否明确"] = UNCLEAR.get(serial, ("明确", "是", "")[int(rng.integers(3))])
        record["舆情信访"] = CONCERN.get(serial, ("无", "否")[int(rng.integers(2))])


def graze(records: list[Record], plots: list[Record]) -> None:
    """Move building land beside a plot not to be developed, so that they share a strip."""
    plots[UNPLACED]["管控状态"] = "暂不开发"
    barred = plots[BARRED]
    for serial, (side, common_m2) in GRAZING.items():
        record = records[serial - 1]
        record["geometry"] = _beside(record["geometry"], barred["geometry"], side, common_m2)
        record["乡镇"], record["cell"] = barred["乡镇"], barred["cell"]
        record["面积"] = round(area_m2(record["geometry"]), 2)


def _beside(shape: Polygon, other: Polygon, side: str, common_m2: float) -> Polygon:
    """Return a shape moved to one side of another, so far that they share so many square metres."""
    (west, south, east, north), (left, low, right, high) = shape.bounds, other.bounds
    up = (low + high - south - north) / 2
    # From where they only touch, to where one lies over the other by half.
    apart = right - west if side == "east" else left - east
    half = (left - right) / 2 if side == "east" else (right - left) / 2
    near, far = 0.0, 1.0
    for _ in range(40):
        share = (near + far) / 2
        common = translate(shape, apart + share * half, up).intersection(other).area
        near, far = (share, far) if common < common_m2 else (near, share)
    moved = translate(shape, apart + far * half, up)
    return shapely.transform(moved, lambda xy: np.round(xy, 2))


def extend_plots(records: list[Record], source: str, rng: Rng) -> list[Defect]:
    """Give closed plots what was done about them last, and when, in four spellings of dates."""
    for at, record in enumerate(records):
        record["年度风险管控方案日期"] = _spelled(_day(rng, 2023, 2027), at) if at != BLANK_PLAN else ""
        record["现场检查日期"] = _spelled(_day(rng, 2023, 2027), at + 1) if at != BLANK_INSPECTION else ""
        record["管控措施"] = CONTROLS[int(rng.integers(len(CONTROLS)))]
        record["残留污染物清理"] = RESIDUES[int(rng.integers(len(RESIDUES)))]
    records[MISTYPED_PLAN]["年度风险管控方案日期"] = "2025-02-30"
    return [
        Defect("wrong_type", "priority_plot", source, "February has no day 30.", MISTYPED_PLAN + 1, "", "plan_on",
               records[MISTYPED_PLAN]["地块编码"], "2025-02-30"),
    ]  # fmt: skip


def make_transfers(plots: list[Record], construction: list[Record], rng: Rng) -> list[Record]:
    """Return manifests of soil from closed plots, most of which went to units, some to building land."""
    records = []
    for serial in range(1, MANIFESTS + 1):
        plot, left = plots[int(rng.integers(20))], _day(rng, 2026, 2027).replace(month=int(rng.integers(3, 11)))
        tonnes = round(float(rng.uniform(28, 33)) / 0.02) * 0.02
        target = construction[int(rng.integers(len(construction)))] if serial % 6 == 1 else None
        records.append(
            {
                "序号": serial,
                "联单编号": f"ZY2026-{serial:04d}",
                "转出地块编码": plot["地块编码"],
                "转出地块名称": plot["name"],
                "接收地块编码": target["地块编号"] if target else "",
                "接收单位": "" if target else UNITS[int(rng.integers(len(UNITS)))],
                "转出量(吨)": round(tonnes, 2),
                "接收量(吨)": round(tonnes - 0.02 * int(rng.integers(0, 6)), 2),
                "转出日期": _cell(left, serial),
                "接收日期": _cell(left + dt.timedelta(days=int(rng.integers(2))), serial),
                "运输单位": "示例土方运输有限公司",
                "车牌号": f"示例{int(rng.integers(1, 40)):03d}",
                "签收状态": ("已签收", "是", "已接收")[serial % 3],
            }
            | MANIFEST_CHANGES.get(serial, {})
        )
    return records


def write_transfers(path: Path, source: str, records: list[Record]) -> list[Defect]:
    """Write the manifests as a bureau keeps them: a title, who filled it in, and a total at the end."""
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"title": path.stem, "author": "示例", "created": dt.datetime(2026, 10, 31)})
        sheet = book.add_worksheet("转运联单")
        title = book.add_format({"bold": True, "align": "center", "font_size": 14})
        head = book.add_format({"bold": True, "border": 1, "align": "center"})
        date = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        sheet.merge_range(0, 0, 0, len(COLUMNS) - 1, "孟州市污染土壤转运联单台账（示例数据）", title)
        sheet.write(1, 0, "填报单位：示例生态环境分局")
        sheet.write_row(2, 0, COLUMNS, head)
        for at, width in enumerate(WIDTHS):
            sheet.set_column(at, at, width)
        sheet.freeze_panes(FIRST_ROW - 1, 2)
        for row, record in enumerate(records, FIRST_ROW - 1):
            for at, column in enumerate(COLUMNS):
                value = record[column]
                if isinstance(value, dt.date):
                    sheet.write_datetime(row, at, dt.datetime.combine(value, dt.time()), date)
                elif value != "":
                    sheet.write(row, at, value)
        total = FIRST_ROW - 1 + len(records)
        sheet.write(total, 0, "合计", head)
        for name in ("转出量(吨)", "接收量(吨)"):
            tonnes = sum(record[name] for record in records if isinstance(record[name], float))
            sheet.write(total, COLUMNS.index(name), round(tonnes, 2), head)
    layer, row = "soil_transfer", FIRST_ROW + MISTYPED_TONNES - 1
    cell = f"{chr(ord('A') + COLUMNS.index('转出量(吨)'))}{row}"
    mistyped = records[MISTYPED_TONNES - 1]
    return [
        Defect("wrong_type", layer, source, "About 31 is no number.", row, cell, "tonnes_out", mistyped["联单编号"],
               mistyped["转出量(吨)"]),
        Defect("totals_row", layer, source, "The last row is a total, not a manifest.", total + 1, value="合计"),
    ]  # fmt: skip


def _day(rng: Rng, first: int, end: int) -> dt.date:
    """Return a day of the years from the first to before the end, not after October."""
    return dt.date(int(rng.integers(first, end)), int(rng.integers(1, 11)), int(rng.integers(1, 29)))


def _spelled(day: dt.date, style: int) -> str:
    spellings = (
        day.isoformat(),
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}.{day.month}.{day.day}",
    )
    return spellings[style % 4]


def _cell(day: dt.date, style: int) -> Any:
    """Return a day as a date of Excel, or as text."""
    return day if style % 3 else _spelled(day, style)
