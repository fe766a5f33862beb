"""Ways to damage a record of the clean county, and of each what must be told: exactly that, and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import shapely
from shapely.geometry.base import BaseGeometry

from tests.county import County, Table, plot, square

M: Final = 1e-5
"""About a metre, in degrees."""

OTHER_CODE: Final = "91410883MA0000002C"
"""One more credit code whose check character is right, of an enterprise of the sample county."""


class Told(NamedTuple):
    """What an issue must say; the row is None where it is about the whole file."""

    kind: str
    layer: str
    row: int | None
    cell: str
    field: str
    value: str
    action: str


Act = Callable[[County, str, int], list[Told]]


@dataclass(frozen=True)
class Damage:
    """One way to damage a record of a layer."""

    kind: str
    layer: str
    act: Act
    records: range = range(4)
    """Which records it is done to; the others would entail more."""
    alone: bool = False
    """It is about a whole file or about neighbours: others beside it would change what is told."""

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.layer}-{self.act.__name__}"


def told(table: Table, at: int, kind: str, field: str = "", **said: str) -> Told:
    """Return what must be told of a record: its value is "" and its action "kept" unless that is `said`."""
    cell = table.cell(at, field) if field in table.columns else ""
    return Told(kind, table.layer, table.row(at), cell, field, said.get("value", ""), said.get("action", "kept"))


def of_file(table: Table, kind: str, field: str = "", value: str = "") -> Told:
    return Told(kind, table.layer, None, "", field, value, "kept")


def cell(kind: str, layer: str, field: str, raw: Any, **more: Any) -> Damage:
    """Write something into a field; the value told is what stands there, or what more says."""
    said = {"value": raw, "action": "blanked", **more}
    records = said.pop("records", range(4))

    def act(county: County, layer: str, at: int) -> list[Told]:
        county[layer].records[at][field] = raw
        return [told(county[layer], at, kind, field, **said)]

    act.__name__ = f"{field}={raw}"
    return Damage(kind, layer, act, records)


def cells(kind: str, layer: str, field: str, *raws: str, **more: Any) -> list[Damage]:
    """Return a damage for each of some texts in a field."""
    return [cell(kind, layer, field, raw, **more) for raw in raws]


def shape(
    kind: str, layer: str, change: Callable[[BaseGeometry], BaseGeometry | None], records: range, **said: str
) -> Damage:
    """Change the shape of a record."""

    def act(county: County, layer: str, at: int) -> list[Told]:
        record = county[layer].records[at]
        record["shape"] = change(record["shape"])
        return [told(county[layer], at, kind, **said)]

    act.__name__ = change.__name__
    return Damage(kind, layer, act, records)


def drop_column(county: County, layer: str, at: int) -> list[Told]:
    del county[layer].columns["receptor_type"]
    return [of_file(county[layer], "missing_column", "receptor_type")]


def blank_column(county: County, layer: str, at: int) -> list[Told]:
    for record in county[layer].records:
        record["receptor_type"] = None
    return [of_file(county[layer], "missing_value", "receptor_type")]


def blank_place(county: County, layer: str, at: int) -> list[Told]:
    county[layer].records[at] |= {"x": None, "y": None}
    return [told(county[layer], at, "null_geometry", "x")]


def swap_place(county: County, layer: str, at: int) -> list[Told]:
    record = county[layer].records[at]
    record["x"], record["y"] = record["y"], record["x"]
    return [told(county[layer], at, "axes_swapped", "x", value=str(record["x"]), action="repaired")]


def pair(kind: str, layer: str, field: str, x: Any, y: Any) -> Damage:
    """Write other coordinates; the value told is both, the field the one that is wrong."""

    def act(county: County, layer: str, at: int) -> list[Told]:
        county[layer].records[at] |= {"x": x, "y": y}
        return [told(county[layer], at, kind, field, value=f"{x}, {y}", action="blanked")]

    act.__name__ = f"x={x},y={y}"
    return Damage(kind, layer, act)


def move_out(county: County, layer: str, at: int) -> list[Told]:
    county[layer].records[at] |= {"x": 112.83, "y": 34.90}
    return [told(county[layer], at, "outside_county")]


def repeat_key(county: County, layer: str, at: int) -> list[Told]:
    key = next(iter(county[layer].columns))
    first, again = county[layer].records[0], county[layer].records[at]
    again[key] = first[key]
    return [told(county[layer], at, "duplicate_key", key, value=first[key])]


def repeat_record(county: County, layer: str, at: int) -> list[Told]:
    table = county[layer]
    table.records.append(dict(table.records[at]))
    key = next(iter(table.columns))
    return [told(table, len(table.records) - 1, "duplicate_key", key, value=table.records[at][key], action="dropped")]


def _twin(respell: Callable[[str], str]) -> Act:
    def act(county: County, layer: str, at: int) -> list[Told]:
        table = county[layer]
        record = dict(table.records[at])
        record |= {"credit_code": OTHER_CODE, "enterprise_name": respell(record["enterprise_name"])}
        record["x"] += 3 * M
        table.records.append(record)
        return [
            told(table, len(table.records) - 1, "near_duplicate", "enterprise_name", value=record["enterprise_name"])
        ]

    act.__name__ = respell.__name__
    return act


def same_name(name: str) -> str:
    return name


def longer_form(name: str) -> str:
    return "孟州市" + name.replace("有限公司", "有限责任公司")


def change_check_digit(county: County, layer: str, at: int) -> list[Told]:
    record = county[layer].records[at]
    code = record["credit_code"]
    record["credit_code"] = code[:9] + ("7" if code[9] != "7" else "8") + code[10:]
    return [told(county[layer], at, "credit_code_wrong", "credit_code", value=record["credit_code"])]


def _plot_code(change: Callable[[str], str], kind: str = "plot_code_wrong") -> Act:
    def act(county: County, layer: str, at: int) -> list[Told]:
        record = county[layer].records[at]
        record["plot_code"] = change(record["plot_code"])
        return [told(county[layer], at, kind, "plot_code", value=record["plot_code"])]

    act.__name__ = change.__name__
    return act


def wrong_type_digit(code: str) -> str:
    return code[:6] + "5" + code[7:]


def wrong_division(code: str) -> str:
    return code[:7] + "98" + code[9:]


def no_serial(code: str) -> str:
    return code[:9] + "0000"


def other_county(code: str) -> str:
    return "410882" + code[6:]


def lost_digit(code: str) -> str:
    return code[:12]


def renumbered(county: County, layer: str, at: int) -> list[Told]:
    """Give all plots the code of another county: that is one fault, and not five."""
    table = county[layer]
    table.records.append(
        table.records[1] | {"plot_code": "4108832260009", "plot_name": "戊农药厂旧址", "shape": plot(5)}
    )
    for record in table.records:
        record["plot_code"] = "410882" + record["plot_code"][6:]
    county["construction_plot"].records[0]["plot_code"] = table.records[0]["plot_code"]
    return [of_file(table, "plot_code_wrong", "plot_code", "410882")]


def repeat_name(county: County, layer: str, at: int) -> list[Told]:
    """Call both townships 示例镇; what says that it lies in the other one then names none."""
    table = county[layer]
    table.records[1]["township_name"] = "示例镇"
    entailed = [
        told(county[own], record, "unknown_township", "township", value="样本街道")
        for own, record in [
            ("cadmium_enterprise", 2),
            ("cadmium_enterprise", 3),
            ("sensitive_receptor", 2),
            ("sensitive_receptor", 3),
        ]
    ]
    return [told(table, 1, "duplicate_key", "township_name", value="示例镇"), *entailed]


def totals_row(county: County, layer: str, at: int) -> list[Told]:
    table = county[layer]
    table.records.append({next(iter(table.columns)): "合计", "population": 2070})
    return [told(table, len(table.records) - 1, "totals_row", value="合计", action="dropped")]


def note_below(county: County, layer: str, at: int) -> list[Told]:
    table = county[layer]
    table.records.append({next(iter(table.columns)): "注：以上为示例数据。"})
    return [told(table, len(table.records) - 1, "not_a_record", value="注：以上为示例数据。", action="dropped")]


def day_number(county: County, layer: str, at: int) -> list[Told]:
    # 2026-06-30 is the day 46203 of Excel.
    county[layer].records[at]["remediation_deadline"] = 46203
    return [told(county[layer], at, "wrong_type", "remediation_deadline", value="46203", action="repaired")]


def one_class_less(county: County, layer: str, at: int) -> list[Told]:
    for record in county[layer].records:
        record["land_class"] = record["land_class"].replace("严格管控类", "安全利用类")
    return [of_file(county[layer], "class_absent", "land_class", "严格管控类")]


def no_shape(polygon: BaseGeometry) -> None:
    return None


def empty(polygon: BaseGeometry) -> BaseGeometry:
    return shapely.Polygon()


def outline(polygon: BaseGeometry) -> BaseGeometry:
    return shapely.LineString(polygon.exterior)


def with_a_line(polygon: BaseGeometry) -> BaseGeometry:
    west, south, east, north = polygon.bounds
    return shapely.GeometryCollection([polygon, shapely.LineString([(west, south), (east, north)])])


def crossed(polygon: BaseGeometry) -> BaseGeometry:
    """Let two edges cross in one corner of a few metres, which hardly changes the area."""
    west, south, east, north = polygon.bounds
    return shapely.Polygon(
        [(west, south), (east, south), (east, north), (west, north - 4 * M), (west + 4 * M, north + 4 * M)]
    )


def with_a_tiny_part(polygon: BaseGeometry) -> BaseGeometry:
    return shapely.MultiPolygon([polygon, square(polygon.bounds[2] + 5 * M, polygon.bounds[3], 0.5 * M)])


def with_a_tiny_hole(polygon: BaseGeometry) -> BaseGeometry:
    return polygon - square(polygon.bounds[0] + 9 * M, polygon.bounds[1] + 9 * M, 0.5 * M)


def with_a_spike(polygon: BaseGeometry) -> BaseGeometry:
    west, south, east, north = polygon.bounds
    tip = [(east, north - 5 * M), (east + 20 * M, north - 5 * M), (east, north - 5.1 * M)]
    return shapely.Polygon([(west, south), (west, north), (east, north), *tip, (east, south)])


def shrink_to_a_sliver(county: County, layer: str, at: int) -> list[Told]:
    record = county[layer].records[at]
    west, south, _, north = record["shape"].bounds
    record["shape"] = shapely.box(west, south, west + 0.5 * M, north)
    # 0.5e-5 degrees are 0.457 m here (GeographicLib); the area of 110.94 m by that fits.
    record["declared_area_m2"] = round(110.94 * 0.457, 1)
    return [told(county[layer], at, "sliver", value="0.46")]


def repeat_vertex(county: County, layer: str, at: int) -> list[Told]:
    record = county[layer].records[at]
    points = [*record["shape"].exterior.coords]
    record["shape"] = shapely.Polygon([points[0], points[0], *points[1:]])
    return [of_file(county[layer], "duplicate_vertex")]


def give_height(county: County, layer: str, at: int) -> list[Told]:
    for record in county[layer].records:
        record["shape"] = shapely.force_3d(record["shape"], 110.0)
    return [of_file(county[layer], "dimensions_dropped")]


def widen(county: County, layer: str, at: int) -> list[Told]:
    """Draw a parcel 3 m into its western neighbour."""
    table = county[layer]
    west, south, east, north = table.records[at]["shape"].bounds
    table.records[at]["shape"] = shapely.box(west - 3, south, east, north)
    keys = {table.records[one]["unit_code"]: one for one in (at - 1, at)}
    return [told(county[layer], keys[min(keys)], "overlap", "", value=" / ".join(sorted(keys)), action="kept")]


def narrow(county: County, layer: str, at: int) -> list[Told]:
    """Draw an inner parcel 3 m short of its western neighbour."""
    table = county[layer]
    west, south, east, north = table.records[at]["shape"].bounds
    table.records[at]["shape"] = shapely.box(west + 3, south, east, north)
    strip = shapely.box(west, south, west + 3, north)
    beside = [one for one, record in enumerate(table.records) if shapely.distance(record["shape"], strip) < 1e-6]
    first = min(beside, key=lambda one: table.records[one]["unit_code"])
    # 3 m by 100 m of a projection whose scale is 1.00017 here.
    return [told(table, first, "gap", value="299.9")]


def other_key(county: County, layer: str, at: int) -> list[Told]:
    county[layer].records[at]["plot_code"] = "4108832260077"
    return [told(county[layer], at, "key_differs", "plot_code", value="4108832260077")]


def key_of_another(county: County, layer: str, at: int) -> list[Told]:
    county[layer].records[at]["plot_code"] = "4108832260002"
    return [told(county[layer], at, "key_shared", "plot_code", value="4108832260002")]


def into_a_plot(county: County, layer: str, at: int) -> list[Told]:
    # The first plot keeps its place and its code whatever is done to it.
    centre = plot(0).centroid
    county[layer].records[at] |= {"x": centre.x, "y": centre.y}
    return [told(county[layer], at, "receptor_inside", value="4108832260001")]


def other_area(factor: float, text: str) -> Act:
    def act(county: County, layer: str, at: int) -> list[Told]:
        record = county[layer].records[at]
        record["declared_area_m2"] = round(record["declared_area_m2"] * factor, 6)
        return [told(county[layer], at, "area_mismatch", "declared_area_m2", value=text)]

    act.__name__ = f"area*{factor}"
    return act


def square_metres_as_mu(county: County, layer: str, at: int) -> list[Told]:
    """Write all areas in square metres into a column of 亩: that is one fault, and not fifteen."""
    for record in county[layer].records:
        record["declared_area_m2"] = 10_000.0
    return [of_file(county[layer], "area_mismatch", "declared_area_m2")]


def no_records(county: County, layer: str, at: int) -> list[Told]:
    county[layer].records.clear()
    return [of_file(county[layer], "no_data")]


_ENTERPRISE, _WATER, _RECEPTOR = "cadmium_enterprise", "groundwater_point", "sensitive_receptor"
_PLOT, _BUILDING, _LAND = "priority_plot", "construction_plot", "cultivated_land"

# The first plot is in two layers: another code or place of it is one between layers as well.
_OWN, _NEW = range(1, 4), range(1, 3)
_THREE = range(3)

DAMAGES: Final[tuple[Damage, ...]] = (
    Damage("missing_column", _RECEPTOR, drop_column, alone=True),
    Damage("missing_value", _RECEPTOR, blank_column, alone=True),
    cell("missing_value", _ENTERPRISE, "enterprise_name", None, value="", action="kept"),
    cell("missing_value", _RECEPTOR, "receptor_name", "—", action="kept"),
    cell("missing_value", _PLOT, "plot_name", None, value="", action="kept", records=_OWN),
    *cells("wrong_type", _RECEPTOR, "population", "约四百", "12,5"),
    cell("wrong_type", _RECEPTOR, "population", 90.5, value="90.5"),
    *cells("wrong_type", _ENTERPRISE, "remediation_deadline", "2026年6月", "03/04/2026", "26.6.30", "2026-02-30"),
    Damage("wrong_type", _ENTERPRISE, day_number, alone=True),
    pair("wrong_type", _RECEPTOR, "x", "东经一百一十二度", 34.936),
    pair("wrong_type", _WATER, "y", 112.716, "北纬"),
    cell("out_of_range", _RECEPTOR, "population", -3, value="-3"),
    cell("out_of_range", _PLOT, "closed_year", 1066, value="1066"),
    cell("out_of_range", _WATER, "well_depth_m", 5, value="5"),
    cell("out_of_range", _WATER, "well_depth_m", "2km"),
    cell("out_of_range", _LAND, "declared_area_m2", -15.5, value="-15.5"),
    cell("out_of_range", _BUILDING, "declared_area_m2", -1.25, value="-1.25", records=_THREE),
    cell("out_of_range", _WATER, "monitored_on", "1900-01-01"),
    pair("out_of_range", _RECEPTOR, "x", 0, 34.936),
    pair("out_of_range", _RECEPTOR, "y", 112.716, 3493.6),
    cell("unknown_class", _ENTERPRISE, "production_state", "半停产"),
    cell("unknown_class", _LAND, "land_class", "四类"),
    cell("unknown_class", _WATER, "water_class", 6, value="6"),
    cell("code_damaged", _ENTERPRISE, "credit_code", 9.14108830000001e17, value="9.14108830000001E+17"),
    cell("code_damaged", _ENTERPRISE, "credit_code", "9.14109E+17"),
    cell("code_damaged", _ENTERPRISE, "industry_code", 912, value="912", action="repaired"),
    *cells("code_damaged", _ENTERPRISE, "industry_code", "32", "321", action="kept"),
    cell("code_damaged", _ENTERPRISE, "credit_code", "9144030071526726xg", action="repaired", records=range(1)),
    cell("code_damaged", _RECEPTOR, "receptor_code", dt.datetime(2026, 3, 1), value="2026-03-01"),
    Damage("code_damaged", _PLOT, _plot_code(lost_digit, "code_damaged"), _OWN),
    Damage("duplicate_key", _RECEPTOR, repeat_key, _OWN, alone=True),
    Damage("duplicate_key", _LAND, repeat_key, _OWN, alone=True),
    Damage("duplicate_key", _WATER, repeat_record, alone=True),
    Damage("duplicate_key", "township", repeat_name, range(1), alone=True),
    cell("township_mismatch", _RECEPTOR, "township", "样本办事处", action="kept", records=range(2)),
    cell("township_mismatch", _LAND, "township", "样本街道", action="kept"),
    cell("unknown_township", _ENTERPRISE, "township", "无名乡", action="kept"),
    cell("unknown_township", _PLOT, "township", "无名乡", action="kept"),
    Damage("credit_code_wrong", _ENTERPRISE, change_check_digit),
    Damage("plot_code_wrong", _PLOT, _plot_code(wrong_type_digit), _OWN),
    Damage("plot_code_wrong", _PLOT, _plot_code(wrong_division), _OWN),
    Damage("plot_code_wrong", _PLOT, _plot_code(no_serial), _OWN),
    Damage("plot_code_wrong", _PLOT, _plot_code(other_county), _OWN),
    Damage("plot_code_wrong", _PLOT, renumbered, alone=True),
    *cells("industry_code_wrong", _ENTERPRISE, "industry_code", "9899", "3150", action="kept"),
    cell("blank_label", _LAND, "unit_name", None, value="", action="kept"),
    Damage("near_duplicate", _ENTERPRISE, _twin(same_name), alone=True),
    Damage("near_duplicate", _ENTERPRISE, _twin(longer_form), alone=True),
    cell("unit_differs", _WATER, "well_depth_m", "30米", action="kept"),
    Damage("totals_row", _RECEPTOR, totals_row, alone=True),
    Damage("not_a_record", _RECEPTOR, note_below, alone=True),
    Damage("outside_county", _RECEPTOR, move_out),
    Damage("axes_swapped", _RECEPTOR, swap_place),
    Damage("null_geometry", _RECEPTOR, blank_place),
    shape("null_geometry", _PLOT, no_shape, _OWN),
    shape("empty_geometry", _BUILDING, empty, _NEW, action="blanked"),
    shape("invalid_geometry", _BUILDING, crossed, _THREE, value="边界自相交", action="repaired"),
    shape("wrong_geometry", _BUILDING, outline, _NEW, value="LineString", action="blanked"),
    shape("mixed_geometry", _BUILDING, with_a_line, _THREE, action="repaired"),
    Damage("area_mismatch", _BUILDING, other_area(1.06, "1.074416"), _THREE),
    Damage("area_mismatch", _LAND, other_area(0.94, "14.1")),
    Damage("area_mismatch", _LAND, square_metres_as_mu, alone=True),
    Damage("sliver", _PLOT, shrink_to_a_sliver, _OWN),
    shape("tiny_part", _PLOT, with_a_tiny_part, _OWN, value="0.25"),
    shape("tiny_hole", _PLOT, with_a_tiny_hole, _OWN, value="0.25"),
    shape("spike", _PLOT, with_a_spike, _OWN, value="18.3"),
    Damage("duplicate_vertex", _BUILDING, repeat_vertex, _THREE, alone=True),
    Damage("dimensions_dropped", _PLOT, give_height, alone=True),
    Damage("overlap", _LAND, widen, range(1, 5), alone=True),
    Damage("gap", _LAND, narrow, range(6, 9), alone=True),
    Damage("key_differs", _BUILDING, other_key, range(1)),
    Damage("receptor_inside", _RECEPTOR, into_a_plot, range(2)),
    Damage("key_shared", _BUILDING, key_of_another, range(1, 3), alone=True),
    Damage("class_absent", _LAND, one_class_less, alone=True),
    Damage("no_data", _BUILDING, no_records, alone=True),
)

ELSEWHERE: Final = {
    "unreadable": "test_bad_input", "encoding_unproved": "test_encoding", "missing_part": "test_shapefile",
    "parts_chosen": "test_files", "several_versions": "test_versions", "crs_unproved": "test_crs",
    "crs_conflict": "test_crs", "likely_offset": "test_registration", "cut_text": "test_encoding",
    "curved_geometry": "test_vectors", "shapefile_cut": "test_shapefiles",
    **dict.fromkeys(("record_changed", "record_gone"), "test_previous"),
    **dict.fromkeys(
        ("corrected", "decision_ended", "correction_lost", "correction_overtaken", "decision_unclear", "decision_held"),
        "test_review",
    ),
}  # fmt: skip
"""The kinds that need a file of another sort than these, and the tests that make one."""

HARMLESS: Final[dict[tuple[str, int, str], tuple[Any, ...]]] = {
    (_ENTERPRISE, 2, "township"): ("样本办事处", "样本街道办事处", "孟州市样本街道办"),
    (_ENTERPRISE, 0, "industry_code"): ("３２１２", 3212, "3212 "),
    (_ENTERPRISE, 0, "remediation_deadline"): (
        "2026.6.30", "20260630", 20260630, "2026年6月30日", "2026-06-30 08:30", dt.datetime(2026, 6, 30),
    ),
    (_ENTERPRISE, 1, "production_state"): ("停产中", " 停产", "suspended"),
    (_WATER, 0, "well_depth_m"): ("0.04km", "0.04 公里", "０．０４"),
    (_WATER, 1, "water_class"): (3, "Ⅲ", "III类", "三类"),
    (_RECEPTOR, 0, "x"): ("112°42′57.6″", "112度42分57.6秒", "E112.716"),
    (_RECEPTOR, 2, "population"): ("1,350", "—", None, "/"),
    (_RECEPTOR, 3, "township"): (None, "-"),
    (_LAND, 0, "declared_area_m2"): (15.7, None),
    (_LAND, 4, "land_class"): ("2", "Ⅱ类", "安全利用"),
    (_BUILDING, 0, "plot_code"): ("SL2026-001",),
}  # fmt: skip
"""Other spellings of what a field of a record may hold: of none of them is anything told."""
