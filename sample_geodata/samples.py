"""Samples of soil and of what grew on it, in one workbook with a sheet for each, as a laboratory returns them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Final

import numpy as np
import xlsxwriter
from defects import Defect
from fields import SPELLINGS
from ledgers import Record
from shapes import Rng, lonlat

SOIL_SHEET, CROP_SHEET = "土壤样品", "农产品样品"
SOIL_COLUMNS: Final = (
    "样品编号", "所在单元编码", "乡镇", "采样日期", "经度", "纬度", "土地利用", "pH",
    "镉", "汞", "砷", "铅", "铬", "铜", "镍", "锌",
)  # fmt: skip
CROP_COLUMNS: Final = (
    "样品编号", "对应土壤样品编号", "乡镇", "采样日期", "经度", "纬度", "农产品",
    "镉", "汞", "总砷", "无机砷", "铅", "铬",
)  # fmt: skip
FIRST_ROW: Final = 4
"""The Excel row of the first sample, below title, header and units."""

UNITS: Final = "The row below the header has units, which are used."

COUNTS: Final = (14, 14, 10)
"""How many fields of each class have a soil sample; the first 18 samples have one of the crop too."""

CROPS_OF: Final = 18
CADMIUM: Final = ((0.10, 0.28), (0.85, 2.40), (4.30, 9.00))
"""Between which values, mg/kg, lies the cadmium of a field of each class."""

CADMIUM_IN_CROPS: Final = ((0.01, 0.08), (0.06, 0.16), (0.15, 0.40))
LANDS: Final = ("旱地", "水浇地", "旱地", "水田", "水浇地")


def make_samples(fields: list[Record], rng: Rng) -> tuple[list[Record], list[Record]]:
    """Return samples of soil and of crops, taken in the middle of fields."""
    levels = np.array(
        [next(names.index(field["ZLLB"]) for names in SPELLINGS if field["ZLLB"] in names) for field in fields]
    )
    chosen = [(int(at), level) for level, count in enumerate(COUNTS)
              for at in rng.choice(np.flatnonzero(levels == level), count, replace=False)]  # fmt: skip
    rng.shuffle(chosen)
    soil, crops = [], []
    for serial, (at, level) in enumerate(chosen, 1):
        field, land = fields[at], LANDS[serial % len(LANDS)]
        place = lonlat(field["geometry"].representative_point())
        same = {
            "乡镇": field["TXZQMC"],
            "采样日期": dt.date(2026, 5 + serial % 3, 1 + serial % 27),
            "经度": round(place.x, 6),
            "纬度": round(place.y, 6),
        }
        soil.append({"样品编号": f"TR410883{serial:03d}", "所在单元编码": field["LBBM"], **same, "土地利用": land,
                     "pH": _between(rng, 7.6, 8.4), **_soil(level, rng)})  # fmt: skip
        if serial <= CROPS_OF:
            crop = "稻谷" if land == "水田" else ("小麦", "玉米")[serial % 2]
            crops.append({"样品编号": f"NP410883{serial:03d}", "对应土壤样品编号": soil[-1]["样品编号"], **same,
                          "农产品": crop, **_crop(crop, level, rng)})  # fmt: skip
    return soil, crops


def write_samples(path: Path, source: str, soil: list[Record], crops: list[Record]) -> list[Defect]:
    """Write the workbook, with what cannot be judged and with its defects."""
    soil[3]["pH"] = ""
    soil[9]["砷"] = ""
    soil[12]["铅"] = 268.0
    soil[5]["汞"], soil[17]["汞"], crops[6]["汞"] = "<2", "未检出", "<0.003"
    crops[4]["铅"] = ""
    typed = 21
    soil[typed]["镉"] = "o.52"
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"title": path.stem, "author": "示例", "created": dt.datetime(2026, 10, 31)})
        units = {"pH": "无量纲", "汞": "μg/kg", **dict.fromkeys(("镉", "砷", "铅", "铬", "铜", "镍", "锌"), "mg/kg")}
        _write_sheet(book, SOIL_SHEET, SOIL_COLUMNS, units, soil)
        units = dict.fromkeys(("镉", "汞", "总砷", "无机砷", "铅", "铬"), "mg/kg")
        _write_sheet(book, CROP_SHEET, CROP_COLUMNS, units, crops)
    row, cell = FIRST_ROW + typed, f"{chr(ord('A') + SOIL_COLUMNS.index('镉'))}{FIRST_ROW + typed}"
    note = "A letter was typed for the nought."
    return [
        Defect("wrong_type", "soil_sample", source, note, row, cell, "cadmium", soil[typed]["样品编号"], "o.52"),
        Defect("not_a_record", "soil_sample", source, UNITS, FIRST_ROW - 1, value="无量纲 mg/kg μg/kg"),
        Defect("not_a_record", "crop_sample", source, UNITS, FIRST_ROW - 1, value="mg/kg"),
    ]


def _soil(level: int, rng: Rng) -> dict[str, Any]:
    """Return what is in soil, all but the cadmium below every limit; mercury in μg/kg, as laboratories give it."""
    return {
        "镉": _between(rng, *CADMIUM[level]), "汞": _between(rng, 20, 280, 0), "砷": _between(rng, 6, 14, 1),
        "铅": _between(rng, 18, 42, 1), "铬": _between(rng, 45, 85, 1), "铜": _between(rng, 18, 40, 1),
        "镍": _between(rng, 22, 45, 1), "锌": _between(rng, 60, 130, 1),
    }  # fmt: skip


def _crop(crop: str, level: int, rng: Rng) -> dict[str, Any]:
    """Return what is in a crop: in rice the inorganic arsenic, in others all of it."""
    arsenic = _between(rng, 0.04, 0.15, 3)
    return {
        "镉": _between(rng, *CADMIUM_IN_CROPS[level], 3), "汞": _between(rng, 0.003, 0.015, 4),
        "总砷": "" if crop == "稻谷" else arsenic, "无机砷": arsenic if crop == "稻谷" else "",
        "铅": _between(rng, 0.03, 0.15, 3), "铬": _between(rng, 0.1, 0.7),
    }  # fmt: skip


def _between(rng: Rng, low: float, high: float, digits: int = 2) -> float:
    return round(float(rng.uniform(low, high)), digits)


def _write_sheet(book: Any, name: str, columns: tuple[str, ...], units: dict[str, str], records: list[Record]) -> None:
    sheet = book.add_worksheet(name)
    title = book.add_format({"bold": True, "align": "center", "font_size": 14})
    head = book.add_format({"bold": True, "border": 1, "align": "center"})
    date = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
    sheet.merge_range(0, 0, 0, len(columns) - 1, f"孟州市协同监测{name}检测结果（示例数据）", title)
    sheet.write_row(1, 0, columns, head)
    sheet.write_row(2, 0, [units.get(column, "") for column in columns], head)
    sheet.set_column(0, len(columns) - 1, 12)
    sheet.freeze_panes(FIRST_ROW - 1, 1)
    for row, record in enumerate(records, FIRST_ROW - 1):
        for at, column in enumerate(columns):
            value = record[column]
            if isinstance(value, dt.date):
                sheet.write_datetime(row, at, dt.datetime.combine(value, dt.time()), date)
            elif value != "":
                sheet.write(row, at, value)
