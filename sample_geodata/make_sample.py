"""Makes the sample county: `python sample_geodata/make_sample.py` writes it beside this file.

All of it is made up, from one seed; running it twice writes the same bytes. See README.md.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from county import TOWNSHIPS, County, make_county
from defects import Defect, write_defects
from fields import make_fields, plant_in_fields
from files import (
    write_csv,
    write_geodatabase,
    write_geojson,
    write_geopackage,
    write_kml,
    write_zipped_shapefile,
    write_zone_shapefile,
)
from groundwater import make_groundwater, write_groundwater
from land import extend_construction, extend_plots, graze, make_transfers, write_transfers
from ledgers import Record, make_ledgers
from monitored_units import make_monitored_units, planted_date
from monitoring import age, make_outlets, make_units, recode, write_outlets, write_units
from pathways import FLOWS, make_ditches, total_of_rose, wind_rose
from remediation import go_on_with_remediation
from rural import make_rural, put_measures_in_place
from samples import make_samples, write_samples
from shapely.geometry import LineString, Point, Polygon
from shapes import area_m2, lonlat
from workbook import FIRST_ROW, cell_of, spell_coordinates, spell_dates, write_workbook

SEED: Final = 410883
HERE: Final = Path(__file__).resolve().parent
BUREAUS: Final = ("自然资源局", "农业农村局", "生态环境局", "水利局", "气象局")

TOWNSHIP_FILE: Final = "自然资源局/乡镇界线.gpkg"
FIELD_FILE: Final = "农业农村局/耕地类别.shp"
ENTERPRISE_FILE: Final = "生态环境局/涉镉企业排查清单.xlsx"
PLOT_FILE: Final = "生态环境局/优先监管地块.kml"
RECEPTOR_FILE: Final = "生态环境局/敏感受体.geojson"
WELL_FILE: Final = "水利局/地下水点位.csv"
WATER_FILE: Final = "水利局/饮用水水源.zip"
WATER_SAMPLE_FILE: Final = "水利局/地下水监测数据.xlsx"
DISCHARGER_FILE: Final = "生态环境局/地下水重点污染源.geojson"
RIVER_FILE: Final = "水利局/河流.geojson"
CONSTRUCTION_FILE: Final = "自然资源局/建设用地.gdb"
SAMPLE_FILE: Final = "农业农村局/协同监测样品.xlsx"
DITCH_FILE: Final = "水利局/排水沟.geojson"
WIND_FILE: Final = "气象局/风玫瑰.csv"
POINT_FILE: Final = "农业农村局/土壤定位监测.csv"
CROP_FILE: Final = "农业农村局/农产品定位监测.csv"
TRANSFER_FILE: Final = "生态环境局/污染土壤转运联单.xlsx"
UNIT_FILE: Final = "生态环境局/土壤重点监管单位.xlsx"
OUTLET_FILE: Final = "生态环境局/重点排污单位排放口.csv"

FIELD_SCHEMA: Final = {
    "LBBM": "str:16", "DYMC": "str:18", "ZLLB": "str:10", "TXZQMC": "str:10", "XZQMC": "str:10",
    "SUM_MJ_MU": "float:9.2", "NCPLX": "str:6", "CQCS": "str:12", "LSQK": "str:8",
}  # fmt: skip
WATER_SCHEMA: Final = {
    "水源地编码": "str:14", "水源名称": "str:40", "级别": "str:8", "水源类型": "str:10", "服务人口": "int:8",
}  # fmt: skip


def make_sample(folder: Path = HERE) -> list[Defect]:
    """Write the whole sample into `folder` and return its planted defects."""
    rng = np.random.default_rng(SEED)
    county = make_county(rng)
    ledgers = make_ledgers(county, rng)
    fields = make_fields(county, ledgers.plumes, rng)
    # With dice of their own, so that all that was there before is as it was.
    samples = make_samples(fields, np.random.default_rng(SEED + 1))
    ways = np.random.default_rng(SEED + 6)
    ditches = make_ditches(county, ledgers.enterprises, fields, ways)
    monitored = make_monitored_units(fields, {str(sample["所在单元编码"]) for sample in samples[0]}, ways)
    dice = np.random.default_rng(SEED + 3)
    extend_construction(ledgers.construction, dice)
    graze(ledgers.construction, ledgers.plots)
    of_land = extend_plots(ledgers.plots, PLOT_FILE, dice)
    transfers = make_transfers(ledgers.plots, ledgers.construction, dice)
    countryside = np.random.default_rng(SEED + 5)
    put_measures_in_place(fields, countryside)
    go_on_with_remediation(ledgers.enterprises)
    others = np.random.default_rng(SEED + 2)
    age(samples[0], ledgers.wells)
    recoded = recode(ledgers.enterprises, ENTERPRISE_FILE)
    units, outlets = make_units(county, ledgers, others), make_outlets(county, ledgers, others)
    groundwater = make_groundwater(county, ledgers.wells, np.random.default_rng(SEED + 4))
    for bureau in BUREAUS:
        shutil.rmtree(folder / bureau, ignore_errors=True)
        (folder / bureau).mkdir(parents=True)
    write_geopackage(folder / TOWNSHIP_FILE, _townships(county), "乡镇界线")
    defects = plant_in_fields(fields, FIELD_FILE)
    write_zone_shapefile(folder / FIELD_FILE, fields, FIELD_SCHEMA)
    defects += _enterprises(folder, ledgers.enterprises)
    defects += _plots(folder, ledgers.plots)
    defects += _receptors(folder, ledgers.receptors)
    defects += _wells(folder, ledgers.wells)
    defects += write_groundwater(folder, WATER_SAMPLE_FILE, DISCHARGER_FILE, groundwater)
    write_zipped_shapefile(folder / WATER_FILE, ledgers.water_sources, WATER_SCHEMA)
    write_geojson(folder / RIVER_FILE, _rivers(county), None)
    defects += _construction(folder, ledgers.construction)
    defects += write_samples(folder / SAMPLE_FILE, SAMPLE_FILE, *samples)
    write_geojson(folder / DITCH_FILE, ditches, None)
    write_csv(folder / WIND_FILE, wind_rose())
    for path, rows in zip((POINT_FILE, CROP_FILE), monitored, strict=True):
        write_csv(folder / path, rows)
    defects += [total_of_rose(WIND_FILE), planted_date(POINT_FILE, monitored[0])]
    defects += of_land + write_transfers(folder / TRANSFER_FILE, TRANSFER_FILE, transfers)
    defects += make_rural(folder, county, countryside)
    defects += recoded
    defects += write_units(folder / UNIT_FILE, UNIT_FILE, units)
    defects += write_outlets(folder / OUTLET_FILE, OUTLET_FILE, outlets)
    defects += _absent_classes()
    write_defects(folder / "planted_defects.toml", defects)
    return defects


def _absent_classes() -> list[Defect]:
    """Return the classes of which a long list has no record, which `onemap check` asks about."""
    note, classes = "The sample has none of these classes.", "食用农产品产地、自然保护区、地表水体"
    return [Defect("class_absent", "sensitive_receptor", RECEPTOR_FILE, note, field="receptor_type", value=classes)]


def _townships(county: County) -> list[Record]:
    return [
        {
            "乡镇代码": township.code,
            "乡镇名称": township.name,
            "行政村总数(个)": township.villages,
            "geometry": county.union(np.flatnonzero(county.township == number)),
        }
        for number, township in enumerate(TOWNSHIPS)
    ]


def _rivers(county: County) -> list[Record]:
    grades = {"黄河": "一级", "蟒河": "二级", "老蟒河": "三级"}
    return [
        {"河流编码": f"HL{serial:02d}", "名称": name, "级别": grades[name], "流向": FLOWS[name], "geometry": line}
        for serial, (name, line) in enumerate(sorted(county.rivers.items()), 1)
    ]


def _enterprises(folder: Path, records: list[Record]) -> list[Defect]:
    """Write the enterprise list with its defects, each in another row."""
    # One stands by itself on the flood plain, far from homes and fields.
    records[7] |= {"geometry": Point(390_066.8, 3_854_374.5), "地址": "化工镇黄河滩区"}
    spell_coordinates(records)
    spell_dates(records)
    layer, source = "cadmium_enterprise", ENTERPRISE_FILE
    mangled, short, unlisted, half, date, mistyped, lost, moved = 2, 8, 11, 14, 19, 22, 25, 30
    defects: list[Defect] = []

    def plant(kind: str, at: int, column: str, field: str, note: str) -> None:
        row, key = FIRST_ROW + at, records[at]["统一社会信用代码"]
        value = records[at][column]
        # As Excel shows it.
        text = f"{value:.15G}" if isinstance(value, float) else str(value)
        key = "" if field == "credit_code" else key
        defects.append(Defect(kind, layer, source, note, row, cell_of(row, column), field, key, text))

    # Excel keeps 15 digits of a number: the last ones of this code are lost for good.
    records[mangled]["统一社会信用代码"] = 9.14108830000001e17
    plant("code_damaged", mangled, "统一社会信用代码", "credit_code", "Excel took an all-digit code for a number.")
    records[short]["行业代码"], records[short]["行业名称"] = 912, "铅锌矿采选"
    plant("code_damaged", short, "行业代码", "industry_code", "0912 was typed as a number and lost its leading zero.")
    records[unlisted]["行业代码"] = "3233"
    plant("industry_code_wrong", unlisted, "行业代码", "industry_code", "GB/T 4754-2017 has no class 3233.")
    code = records[mistyped]["统一社会信用代码"]
    records[mistyped]["统一社会信用代码"] = code[:9] + ("B" if code[9] == "A" else "A") + code[10:]
    note = "One character of the code was mistyped: its check character does not fit."
    row, key = FIRST_ROW + mistyped, records[mistyped]["统一社会信用代码"]
    place = cell_of(row, "统一社会信用代码")
    defects.append(Defect("credit_code_wrong", layer, source, note, row, place, "credit_code", key, key))
    records[half]["生产状态"] = "半停产"
    plant("unknown_class", half, "生产状态", "production_state", "Half-stopped is no production state of the layer.")
    records[date] |= {"整治进展": "整治中", "完成时间": "2026-13-45", "备注": "已列入整治清单"}
    plant("wrong_type", date, "完成时间", "remediation_deadline", "There is no month 13 and no day 45.")
    records[lost]["经度"] = records[lost]["纬度"] = ""
    nowhere = records[lost]["统一社会信用代码"]
    note = "Both coordinates were left empty."
    defects.append(Defect("null_geometry", layer, source, note, FIRST_ROW + lost, key=nowhere))
    real = records[moved]["乡镇"]
    records[moved]["乡镇"] = "河雍街道" if real != "河雍街道" else "会昌街道"
    plant("township_mismatch", moved, "乡镇", "township", f"The enterprise lies in {real}.")
    total = write_workbook(folder / source, records, {real})
    note = "The last row is a total, not an enterprise."
    defects.append(Defect("totals_row", layer, source, note, total, value="合计"))
    return defects


def _plots(folder: Path, records: list[Record]) -> list[Defect]:
    """Write the priority plots with their defects."""
    layer, source = "priority_plot", PLOT_FILE
    wrong, late, bow, twin, lost, strange = 4, 8, 12, 16, 20, 22
    records[strange]["地块编码"] = "410882" + records[strange]["地块编码"][6:]
    records[wrong]["占地面积(m²)"] = f"{float(records[wrong]['占地面积(m²)']) * 1.3:.0f}"
    records[late]["关闭年份"] = "2206"
    records[bow]["geometry"] = _bow_tie(records[bow]["geometry"])
    records[bow]["占地面积(m²)"] = f"{area_m2(records[bow]['geometry']):.0f}"
    records[lost]["geometry"] = None
    records.append(records[twin])
    write_kml(folder / source, records, "优先监管地块（示例数据）")
    keys = [record["地块编码"] for record in records]
    return [
        Defect("area_mismatch", layer, source, "The area in the ledger is 30 % larger than the plot drawn.",
               wrong + 1, "", "declared_area_m2", keys[wrong], records[wrong]["占地面积(m²)"]),
        Defect("out_of_range", layer, source, "The works cannot have closed in 2206; probably 2006 was meant.",
               late + 1, "", "closed_year", keys[late], "2206"),
        Defect("invalid_geometry", layer, source, "The outline crosses itself: two corners are exchanged.",
               bow + 1, key=keys[bow]),
        Defect("null_geometry", layer, source, "This Placemark has no geometry at all.", lost + 1, key=keys[lost]),
        Defect("plot_code_wrong", layer, source, "The code is that of a plot in the county next door, 410882.",
               strange + 1, "", "plot_code", keys[strange], keys[strange]),
        Defect("duplicate_key", layer, source, f"The same Placemark as number {twin + 1}, once more.",
               len(records), "", "plot_code", keys[twin], keys[twin]),
    ]  # fmt: skip


def _receptors(folder: Path, records: list[Record]) -> list[Defect]:
    """Write the receptors with two whose geometry is no use, and one that is listed twice."""
    layer, source, empty, line, listed = "sensitive_receptor", RECEPTOR_FILE, 40, 130, 75
    place = records[listed]["geometry"].representative_point()
    records.append({**records[listed], "编号": f"ST{len(records) + 1:04}", "geometry": Point(place.x + 8, place.y)})
    place = records[line]["geometry"].centroid
    records[empty]["geometry"] = Polygon()
    records[line]["geometry"] = LineString([(place.x - 60, place.y), (place.x, place.y + 25), (place.x + 60, place.y)])
    write_geojson(folder / source, records, "urn:ogc:def:crs:EPSG::4490")
    return [
        Defect("empty_geometry", layer, source, "A polygon without a single vertex.",
               empty, key=records[empty]["编号"]),
        Defect("wrong_geometry", layer, source, "A receptor is a point or a polygon; this is a line.",
               line, key=records[line]["编号"]),
        Defect("near_duplicate", layer, source, f"The same name, 8 m from {records[listed]['编号']}.",
               len(records) - 1, "", "receptor_name", records[-1]["编号"], records[-1]["名称"]),
    ]  # fmt: skip


def _wells(folder: Path, records: list[Record]) -> list[Defect]:
    """Write the wells with their defects; one name has a character that GB18030 has and GBK has not."""
    layer, source = "groundwater_point", WELL_FILE
    records[5]["点位名称"] = "示例㛃河监测井"
    vague, former, swapped, far, twin, kilometres, later = 10, 13, 17, 23, 28, 31, 34
    records[vague]["井深(m)"] = "约三十"
    records[former]["乡镇"] = "城关镇"
    records[kilometres]["井深(m)"] = "0.042km"
    # 20 km north of the county; without a township, which would be wrong there as well.
    records[far]["geometry"] = Point(384_850.0, 3_894_900.0)
    records[far]["乡镇"] = ""
    records[later]["点位编码"] = records[twin]["点位编码"]
    rows = []
    for record in records:
        place = lonlat(record.pop("geometry"))
        head = {name: record[name] for name in ("点位编码", "点位名称", "点位类型", "乡镇")}
        rows.append({**head, "经度": f"{place.x:.7f}", "纬度": f"{place.y:.7f}", **record})
    rows[swapped]["经度"], rows[swapped]["纬度"] = rows[swapped]["纬度"], rows[swapped]["经度"]
    write_csv(folder / source, rows)

    def defect(kind: str, at: int, column: str, field: str, note: str) -> Defect:
        line = at + 2
        if not column:
            return Defect(kind, layer, source, note, line, key=rows[at]["点位编码"])
        cell = f"{chr(ord('A') + list(rows[0]).index(column))}{line}"
        return Defect(kind, layer, source, note, line, cell, field, rows[at]["点位编码"], rows[at][column])

    return [
        defect("wrong_type", vague, "井深(m)", "well_depth_m", "About thirty is no number."),
        defect("unknown_township", former, "乡镇", "township", "No township of the county is called that."),
        defect("unit_differs", kilometres, "井深(m)", "well_depth_m", "Kilometres in a column of metres."),
        defect("axes_swapped", swapped, "经度", "", "Longitude and latitude are exchanged."),
        defect("outside_county", far, "", "", "The well lies 20 km north of the county."),
        defect("duplicate_key", later, "点位编码", "point_code", f"The well in line {twin + 2} has the same code."),
    ]


def _construction(folder: Path, records: list[Record]) -> list[Defect]:
    """Write the building land with its defects."""
    layer, source, spiked, open_state, bow = "construction_plot", CONSTRUCTION_FILE, 5, 9, 18
    records[spiked]["geometry"] = _with_spike(records[spiked]["geometry"])
    records[bow]["geometry"] = _with_loop(records[bow]["geometry"])
    records[open_state]["调查状态"] = "待定"
    write_geodatabase(folder / source, records, "建设用地地块")
    return [
        Defect("invalid_geometry", layer, source, "The outline crosses itself at a corner, in a small loop.",
               bow + 1, key=records[bow]["地块编号"]),
        Defect("spike", layer, source, "A corner was dragged 25 m out and back.",
               spiked + 1, key=records[spiked]["地块编号"]),
        Defect("unknown_class", layer, source, "To be decided is no survey state of the layer.",
               open_state + 1, "", "survey_state", records[open_state]["地块编号"], "待定"),
    ]  # fmt: skip


def _with_spike(shape: Polygon) -> Polygon:
    """Return a shape with a needle 25 m long and 10 cm wide at the middle of its first side."""
    a, b, *rest = shapely.get_coordinates(shapely.orient_polygons(shape))[:-1].round(2)
    along = (b - a) / float(((b - a) ** 2).sum() ** 0.5)
    outward = along[::-1] * (1, -1)
    middle = (a + b) / 2
    return Polygon([a, middle - 0.05 * along, middle + 25 * outward, middle + 0.05 * along, b, *rest])


def _with_loop(shape: Polygon) -> Polygon:
    """Return a shape whose outline runs past its first corner and back across itself."""
    a, b, *rest = shapely.get_coordinates(shapely.orient_polygons(shape))[:-1].round(2)
    along = (b - a) / float(((b - a) ** 2).sum() ** 0.5)
    aside = along[::-1] * (-1, 1)
    return Polygon([a, b + 2 * along + 2 * aside, b + 4 * along, b - 2 * along + 2 * aside, *rest])


def _bow_tie(shape: Polygon) -> Polygon:
    """Return a shape with two corners of its bounding rectangle exchanged."""
    a, b, c, d = shapely.get_coordinates(shape.minimum_rotated_rectangle)[:4].round(2)
    return Polygon([a, b, d, c])


if __name__ == "__main__":
    print(f"{len(make_sample())} planted defects")
