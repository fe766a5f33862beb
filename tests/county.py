"""A small county as its bureaus send it: shapefiles in GBK, workbooks and a GeoJSON, in which nothing is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import shapely
import xlsxwriter
from shapely.geometry.base import BaseGeometry

DEGREES, METRES = "EPSG:4490", "EPSG:4547"
EAST, NORTH = 382_000, 3_860_900
"""Metres of the south-western corner of the farmland, in the west of 示例镇."""

Record = dict[str, Any]


@dataclass
class Table:
    """One file: its columns by their fields, and its records, whose shape is their "shape"."""

    layer: str
    file: str
    columns: dict[str, str]
    records: list[Record]
    crs: str = DEGREES

    def row(self, at: int) -> int:
        """Return what issues call a record: its row in a sheet, under the header, or the id of its feature."""
        return at + 2 if self.is_sheet else at

    def cell(self, at: int, own: str) -> str:
        """Return the cell of a field in Excel, "" where the file has none."""
        return f"{'ABCDEFGHIJKL'[[*self.columns].index(own)]}{self.row(at)}" if self.is_sheet else ""

    @property
    def is_sheet(self) -> bool:
        return self.file.endswith(".xlsx")


County = dict[str, Table]


def square(east: float, north: float, side: float = 100) -> BaseGeometry:
    return shapely.box(east, north, east + side, north + side)


def plot(at: int) -> BaseGeometry:
    """Return one of the plots, 0.001 degrees each way, which are 300 m apart."""
    return shapely.box(112.71 + at * 0.003, 34.93, 112.711 + at * 0.003, 34.931)


PLOT_AREA_M2: Final = 10_136
"""What a plot measures on the ellipsoid, by GeographicLib."""


def clean_county() -> County:
    """Return the county anew; what a test does to it, it does to its own."""
    return deepcopy(_COUNTY)


def write_county(county: County, folder: Path, order: Callable[[list[Record]], list[Record]] = list) -> Path:
    """Write a county as a project; `order` may put the records of each file into another order."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ['title = "示例县一张图"', 'county = "410883"', 'period = "2026-11"']
    for table in county.values():
        records = order(table.records)
        _WRITERS[Path(table.file).suffix](table, records, folder / table.file)
        lines += [f"[sources.{table.layer}]", f'path = "{table.file}"', "as_of = 2026-10-31"]
        lines += ['crs = "EPSG:4490"'] if table.is_sheet else []
    (folder / "project.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def _write_sheet(table: Table, records: Sequence[Record], path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        as_date = book.add_format({"num_format": "yyyy/m/d"})
        sheet = book.add_worksheet("台账")
        sheet.write_row(0, 0, table.columns.values())
        for row, record in enumerate(records, start=1):
            for column, name in enumerate(table.columns):
                _write_cell(sheet, (row, column), record.get(name), as_date)


def _write_cell(sheet: Any, place: tuple[int, int], value: Any, as_date: Any) -> None:
    if hasattr(value, "year"):
        sheet.write_datetime(*place, value, as_date)
    elif isinstance(value, str):
        sheet.write_string(*place, value)
    elif value is not None:
        sheet.write_number(*place, value)


def _write_shapefile(table: Table, records: Sequence[Record], path: Path) -> None:
    columns = {heading: [record.get(name) for record in records] for name, heading in table.columns.items()}
    shapes = [record["shape"] for record in records]
    gpd.GeoDataFrame(columns, geometry=shapes, crs=table.crs).to_file(path, encoding="GBK", engine="pyogrio")


def _write_geojson(table: Table, records: Sequence[Record], path: Path) -> None:
    features = [
        {
            "type": "Feature",
            "properties": {heading: record.get(name) for name, heading in table.columns.items()},
            "geometry": None if record["shape"] is None else shapely.geometry.mapping(record["shape"]),
        }
        for record in records
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")


_WRITERS: Final[dict[str, Callable[[Table, Sequence[Record], Path], None]]] = {
    ".xlsx": _write_sheet,
    ".shp": _write_shapefile,
    ".geojson": _write_geojson,
}


def _table(layer: str, file: str, columns: dict[str, str], rows: Sequence[Sequence[Any]], **more: Any) -> Table:
    names = [*columns] if file.endswith(".xlsx") else [*columns, "shape"]
    return Table(layer, file, columns, [dict(zip(names, row, strict=True)) for row in rows], **more)


_CLASSES: Final = ("优先保护类", "安全利用类", "严格管控类")

_TABLES: Final = (
    _table(
        "township", "乡镇界线.shp", {"township_code": "XZDM", "township_name": "XZMC"},
        [
            ("410883101", "示例镇", shapely.box(112.70, 34.85, 112.75, 34.95)),
            ("410883001", "样本街道", shapely.box(112.75, 34.85, 112.80, 34.95)),
        ],
    ),
    _table(
        "cultivated_land", "耕地类别.shp",
        {"unit_code": "LBBM", "unit_name": "DYMC", "land_class": "ZLLB", "township": "TXZQMC",
         "declared_area_m2": "SUM_MJ_MU"},
        [
            (f"4108831010{at:02}", f"示例{at + 1}号地", _CLASSES[at % 3], "示例镇", 15.0,
             square(EAST + at % 5 * 100, NORTH + at // 5 * 100))
            for at in range(15)
        ],
        crs=METRES,
    ),
    _table(
        "priority_plot", "优先监管地块.shp",
        {"plot_code": "DKBM", "plot_name": "DKMC", "township": "XZ", "control_state": "GKZT",
         "closed_year": "GBNF", "declared_area_m2": "ZDMJ"},
        [
            (f"410883226000{at + 1}", f"{name}旧址", "示例镇", "未管控", 2015 + at, PLOT_AREA_M2, plot(at))
            for at, name in enumerate(["甲化工厂", "乙冶炼厂", "丙电镀厂", "丁制革厂"])
        ],
    ),
    _table(
        "construction_plot", "建设用地.geojson",
        {"plot_code": "地块编号", "plot_name": "地块名称", "survey_state": "调查状态", "supplied_on": "供应日期",
         "declared_area_m2": "面积公顷", "township": "乡镇"},
        [
            # The first is a priority plot as well, of the same name and code.
            ("4108832260001", "甲化工厂旧址", "未调查", "2026-06-30", PLOT_AREA_M2 / 10_000, "示例镇", plot(0)),
            ("SL2026-002", "示例新村", "已调查", "2026-07-01", PLOT_AREA_M2 / 10_000, "示例镇", plot(7)),
            ("SL2026-003", "示例花园", "调查中", "2026-08-15", PLOT_AREA_M2 / 10_000, "示例镇", plot(9)),
        ],
    ),
    _table(
        "cadmium_enterprise", "涉镉企业.xlsx",
        {"credit_code": "统一社会信用代码", "enterprise_name": "企业名称", "township": "所在乡镇",
         "industry_code": "行业代码", "production_state": "生产状态", "remediation_deadline": "完成时间",
         "x": "经度", "y": "纬度"},
        [
            # Codes of well-known companies, as they print them: their check characters are right.
            ("9144030071526726XG", "示例冶炼有限公司", "示例镇", "3212", "在产", "2026-06-30", 112.721, 34.911),
            ("914403001922038216", "示例电池有限公司", "示例镇", "3841", "停产", "2026-09-30", 112.724, 34.908),
            ("91330100799655058B", "样本电镀有限公司", "样本街道", "3360", "关闭", "2025-12-31", 112.771, 34.909),
            ("91440300708461136T", "样本颜料有限公司", "样本街道", "2643", "在产", "2026-12-31", 112.768, 34.912),
        ],
    ),
    _table(
        "groundwater_point", "地下水点位.xlsx",
        {"point_code": "点位编码", "point_name": "点位名称", "point_type": "点位类型", "township": "乡镇",
         "water_class": "水质类别", "well_depth_m": "井深(km)", "monitored_on": "监测日期", "x": "经度", "y": "纬度"},
        [
            (f"DX-{at}", f"示例{at}号井", "国考" if at % 2 else "双源", "示例镇", "Ⅲ类", 0.03 + at / 100,
             f"2026/{at}/15", 112.705 + at * 0.004, 34.903)
            for at in range(1, 5)
        ],
    ),
    _table(
        "sensitive_receptor", "敏感受体.xlsx",
        {"receptor_code": "受体编码", "receptor_name": "受体名称", "receptor_type": "受体类型", "population": "人数",
         "township": "乡镇", "x": "经度", "y": "纬度"},
        [
            ("ST-01", "示例小学", "学校", 420, "示例镇", 112.716, 34.936),
            ("ST-02", "示例幼儿园", "幼儿园", 90, "示例镇", 112.719, 34.937),
            ("ST-03", "样本新村", "居民区", 1350, "样本街道", 112.781, 34.935),
            ("ST-04", "样本医院", "医院", 210, "样本街道", 112.785, 34.933),
        ],
    ),
)  # fmt: skip
_COUNTY: Final[County] = {table.layer: table for table in _TABLES}
