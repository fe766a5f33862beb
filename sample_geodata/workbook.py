"""Writes the enterprise list as a person keeps it: title rows, a two-row header, merged cells, a total at the end."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import xlsxwriter
from ledgers import Record
from shapes import lonlat

GROUPS: Final = {
    "基本信息": (
        "序号", "企业名称", "统一社会信用代码", "乡镇", "地址", "行业代码", "行业名称", "特征重金属", "生产状态",
        "污染途径",
    ),
    "坐标": ("经度", "纬度"),
    "整治情况": ("整治进展", "完成时间", "备注"),
}  # fmt: skip
COLUMNS: Final = tuple(column for columns in GROUPS.values() for column in columns)
FIRST_ROW: Final = 5
"""The Excel row of the first enterprise."""
WIDTHS: Final = (6, 26, 24, 12, 24, 10, 24, 14, 10, 18, 18, 18, 10, 14, 12)
FULL_WIDTH: Final = str.maketrans("0123456789.", "０１２３４５６７８９．")


def cell_of(row: int, column: str) -> str:
    """Return the address of a cell, like D17."""
    return f"{chr(ord('A') + COLUMNS.index(column))}{row}"


def spell_coordinates(records: list[Record]) -> None:
    """Give each enterprise its coordinates as text in degrees, minutes and seconds, in one of four spellings."""
    for serial, record in enumerate(records):
        place = lonlat(record["geometry"])
        record["经度"], record["纬度"] = (dms(degrees, serial % 5) for degrees in (place.x, place.y))


def spell_dates(records: list[Record]) -> None:
    """Give each enterprise that is being remediated a deadline, in one of four spellings."""
    for serial, record in enumerate(records):
        day = dt.date(2026, 6, 30) + dt.timedelta(days=30 * (serial % 7))
        spellings = (day.isoformat(), f"{day.year}年{day.month}月{day.day}日", f"{day.year}/{day.month}/{day.day}", day)
        record["完成时间"] = "" if record["整治进展"] == "未启动" else spellings[serial % 4]
        record["备注"] = "已列入整治清单" if record["整治进展"] == "整治中" else ""


def dms(degrees: float, style: int) -> str:
    """Return degrees, minutes and seconds as one person or another writes them."""
    tenths = round(degrees * 36_000)
    whole, minutes, seconds = tenths // 36_000, tenths // 600 % 60, tenths % 600 / 10
    if style == 1:
        return f"{whole}度{minutes:02d}分{seconds:04.1f}秒"
    if style == 2:
        return f"{whole}°{minutes:02d}′{seconds:04.1f}″".translate(FULL_WIDTH)
    if style == 3:
        return f"{whole}-{minutes:02d}-{seconds:04.1f}"
    return f"{whole}°{minutes:02d}′{seconds:04.1f}″"


def write_workbook(path: Path, records: list[Record], apart: set[str]) -> int:
    """Write the list and return the row of the total; the townships named in `apart` are not merged."""
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"title": path.stem, "author": "示例", "created": dt.datetime(2026, 10, 31)})
        sheet = book.add_worksheet("排查清单")
        plain = {"border": 1, "valign": "vcenter", "font_size": 10}
        styles = {
            "title": book.add_format({"bold": True, "align": "center", "font_size": 16}),
            "head": book.add_format({**plain, "bold": True, "align": "center", "bg_color": "#DDE8DC"}),
            "text": book.add_format({**plain, "num_format": "@"}),
            "number": book.add_format(plain),
            "date": book.add_format({**plain, "num_format": "yyyy/m/d", "align": "left"}),
        }
        last = len(COLUMNS) - 1
        sheet.merge_range(0, 0, 0, last, "孟州市涉镉等重金属行业企业排查清单（示例数据）", styles["title"])
        sheet.write(1, 0, "填报单位：示例生态环境分局")
        sheet.write(1, 10, "填报日期：2026年10月31日")
        _write_header(sheet, styles["head"])
        for at, width in enumerate(WIDTHS):
            sheet.set_column(at, at, width)
        sheet.freeze_panes(FIRST_ROW - 1, 2)
        for serial, record in enumerate(records, 1):
            for at, column in enumerate(COLUMNS):
                value = serial if column == "序号" else record[column]
                _write_value(sheet, FIRST_ROW - 2 + serial, at, value, styles)
        _merge_townships(sheet, records, apart, styles["text"])
        total = FIRST_ROW + len(records)
        sheet.merge_range(total - 1, 0, total - 1, 1, "合计", styles["head"])
        sheet.write(total - 1, 2, f"{len(records)}家", styles["text"])
    return total


def _write_header(sheet: Any, style: Any) -> None:
    start = 0
    for group, columns in GROUPS.items():
        sheet.merge_range(2, start, 2, start + len(columns) - 1, group, style)
        sheet.write_row(3, start, columns, style)
        start += len(columns)


def _write_value(sheet: Any, row: int, at: int, value: Any, styles: dict[str, Any]) -> None:
    if isinstance(value, dt.date):
        sheet.write_datetime(row, at, dt.datetime.combine(value, dt.time()), styles["date"])
    elif isinstance(value, int | float):
        sheet.write_number(row, at, value, styles["number"])
    elif value:
        sheet.write_string(row, at, value, styles["text"])
    else:
        sheet.write_blank(row, at, None, styles["text"])


def _merge_townships(sheet: Any, records: list[Record], apart: set[str], style: Any) -> None:
    """Merge the township's cells where enterprises of one township follow one another."""
    at = COLUMNS.index("乡镇")
    for township, run in groupby(enumerate(records), key=lambda pair: pair[1]["乡镇"]):
        rows = [FIRST_ROW - 1 + place for place, _ in run]
        if len(rows) > 1 and township not in apart:
            sheet.merge_range(rows[0], at, rows[-1], at, township, style)
