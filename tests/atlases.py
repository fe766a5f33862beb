"""A small atlas made by hand, for tests of the writers: two townships near 孟州, all of them made up.

`small_atlas(folder)` needs an empty folder, in which it puts a project file with empty sources; it has two
townships, six parcels of cultivated land in three classes (one with the rare character 𠮷 in its name), two
enterprises, two plots, a groundwater point, a drinking-water source, three receptors (one of them without
geometry), a river and a construction plot; findings of four rules, of which one is unknown and has no link;
three issues; two sources. `leave_out` drops layers, `name` is given to the first enterprise, and
`located=False` takes away every geometry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.geometry import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from onemap.model import (
    FINDING_COLUMNS,
    LOCATED_IN,
    SOURCE,
    SOURCE_ROW,
    Atlas,
    CrsRecord,
    Edition,
    EncodingRecord,
    Issue,
    Layer,
    SourceRecord,
    sorted_issues,
)
from onemap.risk.assess import Ground
from onemap.risk.balance import balances
from onemap.spec.base_map import BaseMapSpec
from onemap.spec.layer import LayerSpec
from onemap.spec.project import Project, load_project

CRS = "EPSG:4547"
WEST, SOUTH = 386_000.0, 3_860_000.0
"""The south-western corner of the county, in `CRS`."""

TOWNSHIPS = ("示例西镇", "示例东镇")
RULES = ("plot_near_receptor", "plot_overlaps_construction", "enterprise_near_receptor", "enterprise_near_farmland")
HOSTILE = (
    "</script><img src=x onerror=alert(1)>",
    "<!--<script>alert(1)</script>",
    "`${alert(1)}`",
    "\"'+alert(1)+'\"",
    "{{ 7*7 }}{% raw %}",
    "\u2028alert(1)\u2029",
)
"""Names that would be more than text in a careless page."""

RARE_NAME = "示例𠮷村三组"
FARMLAND_FILE, ENTERPRISE_FILE = "农业农村局/耕地类别.shp", "生态环境局/涉镉企业.xlsx"
PROJECT = f"""
title = "示例县土壤污染源头防控一张图"
county = "410883"
period = "2026-11"
crs = "{CRS}"
[sources.cultivated_land]
path = "{FARMLAND_FILE}"
[sources.cadmium_enterprise]
path = "{ENTERPRISE_FILE}"
"""
DTYPES = {"integer": "Int64", "number": "Float64", "date": "datetime64[ns]"}

Row = tuple[Mapping[str, Any], BaseGeometry | None, str]
"""The values of a feature, its geometry and the township in which it lies."""


def small_atlas(
    folder: Path, leave_out: Iterable[str] = (), name: str = "示例电镀厂（一厂）", located: bool = True
) -> Atlas:
    project = _project(folder)
    layers = {
        own_id: _layer(project.catalogue.layers[own_id], rows, located)
        for own_id, rows in sorted(_rows(name).items())
        if own_id not in set(leave_out)
    }
    findings, links = _findings(name)
    rules = tuple(rule for rule in project.catalogue.rules.values() if rule.id in RULES and rule.of in layers)
    kept = findings["rule"].isin([rule.id for rule in rules])
    return Atlas(
        project=project,
        layers=layers,
        told=_issues(),
        findings=findings[kept].reset_index(drop=True),
        links=(links if located else gpd.GeoSeries([None] * len(links), crs=CRS))[kept].reset_index(drop=True),
        sources=_sources(),
        rules=rules,
        crs=CRS,
        balances=balances(Ground(layers, frozenset(), project.catalogue.layers), layers),
    )


def _project(folder: Path) -> Project:
    for path in (FARMLAND_FILE, ENTERPRISE_FILE):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).touch()
    (folder / "project.toml").write_text(PROJECT, encoding="utf-8")
    return load_project(folder)


def _layer(spec: LayerSpec, rows: list[Row], located: bool) -> Layer:
    columns: dict[str, Any] = {
        name: pd.array([values.get(name) for values, _, _ in rows], dtype=DTYPES.get(field.type, "str"))
        for name, field in spec.fields.items()
    }
    columns[SOURCE] = ENTERPRISE_FILE if spec.id == "cadmium_enterprise" else FARMLAND_FILE
    columns[SOURCE_ROW] = pd.array(range(1, len(rows) + 1), dtype="Int64")
    columns[LOCATED_IN] = pd.array([township for _, _, township in rows], dtype="str")
    shapes = [shape if located else None for _, shape, _ in rows]
    return Layer(spec, gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs=CRS)))


def _at(east: float, north: float) -> Point:
    return Point(WEST + east, SOUTH + north)


def _box(east: float, north: float, width: float, height: float) -> Polygon:
    return box(WEST + east, SOUTH + north, WEST + east + width, SOUTH + north + height)


def _rows(name: str) -> dict[str, list[Row]]:
    west, east = TOWNSHIPS
    return {
        "township": [
            (
                {"township_code": "410883101", "township_name": west, "village_count": 21},
                _box(0, 0, 6000, 6000),
                west,
            ),
            ({"township_code": "410883102", "township_name": east}, _box(6000, 0, 6000, 6000), east),
        ],
        "cultivated_land": _parcels(),
        "cadmium_enterprise": _enterprises(name),
        "priority_plot": _plots(),
        **_receptors(),
        "river": [
            (
                {"river_code": "HL01", "river_name": "示例河"},
                LineString(
                    [(WEST + x, SOUTH + y) for x, y in ((-900, 700), (3000, 1500), (8000, 900), (13_000, 1800))]
                ),
                west,
            )
        ],
        "construction_plot": [
            (
                {
                    "plot_code": "JS-2026-001",
                    "plot_name": "示例安置房项目",
                    "survey_state": "missing",
                    "supplied_on": pd.Timestamp("2026-03-01"),
                    "declared_area_m2": 40_000.0,
                },
                _box(7100, 4000, 200, 200),
                east,
            )
        ],
    }


def _parcels() -> list[Row]:
    classes = (
        "priority_protection",
        "safe_use",
        "strict_control",
        "priority_protection",
        "safe_use",
        "strict_control",
    )
    rows = []
    for number, land_class in enumerate(classes):
        column, line = number % 3, number // 3
        values = {
            "unit_code": f"4108832026{number + 1:04d}",
            "unit_name": RARE_NAME if number == 2 else f"示例村{number + 1}组",
            "land_class": land_class,
            "village": "示例村",
            "declared_area_m2": 4_000_000.0,
            "crop": None if number == 4 else "小麦",
        }
        rows.append((values, _box(500 + column * 2000, 1500 + line * 2000, 2000, 2000), TOWNSHIPS[0]))
    return rows


def _enterprises(name: str) -> list[Row]:
    first = {
        "credit_code": "91410883MA0000001X",
        "enterprise_name": name,
        "industry_code": "3360",
        "industry_name": "金属表面处理及热处理加工",
        "metals": "镉、铅、六价铬",
        "production_state": "operating",
        "remediation_deadline": pd.Timestamp("2026-12-31"),
    }
    second = {
        "credit_code": "91410883MA0000002X",
        "enterprise_name": "示例蓄电池厂",
        "industry_code": "3843",
        "production_state": "closed",
    }
    return [(first, _at(3000, 3000), TOWNSHIPS[0]), (second, _at(8200, 2600), TOWNSHIPS[1])]


def _plots() -> list[Row]:
    first = {"plot_code": "4108832100001", "plot_name": "示例化工厂旧址", "control_state": "suspended"}
    second = {
        "plot_code": "4108832100002",
        "plot_name": "示例冶炼厂旧址",
        "control_state": "uncontrolled",
        "closed_year": 2012,
        "declared_area_m2": 22_500.0,
        "risk_grade": "high",
    }
    return [
        (first, _box(7000, 3900, 200, 200), TOWNSHIPS[1]),
        (second, _box(9000, 4500, 150, 150), TOWNSHIPS[1]),
    ]


def _receptors() -> dict[str, list[Row]]:
    west, east = TOWNSHIPS
    return {
        "groundwater_point": [
            (
                {
                    "point_code": "DX-01",
                    "point_name": "示例一号井",
                    "point_type": "national_assessment",
                    "water_class": "iv",
                    "well_depth_m": 60.5,
                    "monitored_on": pd.Timestamp("2026-05-20"),
                },
                _at(2800, 3000),
                west,
            )
        ],
        "drinking_water_source": [
            (
                {
                    "source_code": "SY-01",
                    "source_name": "示例水源地",
                    "protection_level": "first_class",
                    "population": 52_000,
                },
                _box(8600, 2500, 700, 500),
                east,
            )
        ],
        "sensitive_receptor": [
            (
                {
                    "receptor_code": "ST-01",
                    "receptor_name": "示例小学",
                    "receptor_type": "school",
                    "population": 640,
                },
                _at(3300, 3400),
                west,
            ),
            (
                {"receptor_code": "ST-02", "receptor_name": "示例新村", "receptor_type": "residential"},
                _box(9300, 4550, 300, 200),
                east,
            ),
            (
                {"receptor_code": "ST-03", "receptor_name": "示例卫生院", "receptor_type": "hospital"},
                None,
                "",
            ),
        ],
    }


def _findings(name: str) -> tuple[pd.DataFrame, gpd.GeoSeries]:
    """Findings worked out by hand on the grid of this file, each with the line that it measures."""
    west, east = TOWNSHIPS
    enterprise = ("cadmium_enterprise", "91410883MA0000001X", name)
    second = ("cadmium_enterprise", "91410883MA0000002X", "示例蓄电池厂")
    plot, free_plot = (
        ("priority_plot", "4108832100001", "示例化工厂旧址"),
        ("priority_plot", "4108832100002", "示例冶炼厂旧址"),
    )
    well = ("groundwater_point", "national_assessment", "DX-01", "示例一号井")
    school = ("sensitive_receptor", "school", "ST-01", "示例小学")
    homes = ("sensitive_receptor", "residential", "ST-02", "示例新村")
    source = ("drinking_water_source", "first_class", "SY-01", "示例水源地")
    strict = ("cultivated_land", "strict_control", "1000", "严格管控类")
    site = ("construction_plot", "missing", "JS-2026-001", "示例安置房项目")
    distance, basis = ("distance", "m"), "孟州市2025年净土保卫战实施方案 二(一)1; 环办土壤〔2021〕21号"
    table: list[tuple[str, str, tuple[str, ...], tuple[str, ...], tuple[str, str], Any, str, str]] = [
        ("enterprise_near_farmland", "low", enterprise, strict, ("ring_area", "mu"), 1156.03, west,
         "因周边1000米范围内有严格管控类耕地1156.03亩"),
        ("enterprise_near_receptor", "medium", enterprise, well, distance, 199.97, west,
         "因距地下水点位“示例一号井”200米"),
        ("enterprise_near_receptor", "low", enterprise, school, distance, 499.93, west,
         "因距敏感受体“示例小学”500米"),
        ("enterprise_near_receptor", "low", second, source, distance, 399.94, east,
         "因距饮用水水源“示例水源地”400米"),
        ("plot_near_receptor", "medium", free_plot, homes, distance, 149.98, east,
         "因距敏感受体“示例新村”150米"),
        ("plot_near_receptor", "unknown", plot, ("sensitive_receptor", "", "", ""), ("distance", ""), None,
         east, "未提供数据, 不能判定"),
        ("plot_overlaps_construction", "high", plot, site, ("overlap", "mu"), 15.0, east,
         "因与建设用地地块“示例安置房项目”重叠15.00亩"),
    ]  # fmt: skip
    lines = [
        None,
        _line(3000, 3000, 2800, 3000),
        _line(3000, 3000, 3300, 3400),
        _line(8200, 2600, 8600, 2600),
        _line(9150, 4600, 9300, 4600),
        None,
        _line(7100, 4000, 7200, 4100),
    ]
    rows = [
        (rule, level, *of, *to, *measure_unit[:1], value, *measure_unit[1:], township, reason, basis)
        for rule, level, of, to, measure_unit, value, township, reason in table
    ]
    return pd.DataFrame(rows, columns=list(FINDING_COLUMNS)), gpd.GeoSeries(lines, crs=CRS)


def _line(*ends: float) -> LineString:
    x0, y0, x1, y1 = ends
    return LineString([_at(x0, y0), _at(x1, y1)])


def _issues() -> tuple[Issue, ...]:
    return sorted_issues(
        [
            Issue(
                "unknown_class", "cultivated_land", FARMLAND_FILE, "“四类”不是质量类别", "改为三类之一",
                action="blanked", row=4, field="land_class", key="41088320260004", value="四类",
                lon=112.79, lat=34.88,
            ),
            Issue(
                "null_geometry", "sensitive_receptor", FARMLAND_FILE, "没有图形", "补绘图形",
                row=3, key="ST-03",
            ),
            Issue(
                "totals_row", "cadmium_enterprise", ENTERPRISE_FILE, "合计行不作为要素", "不需处理",
                action="dropped", row=9, cell="A9", value="合计",
            ),
        ]
    )  # fmt: skip


def _sources() -> tuple[SourceRecord, ...]:
    crs = CrsRecord("EPSG:4547", "EPSG:4547", "EPSG:4547", "sure", "范围与县域相符")
    return (
        SourceRecord(
            "cultivated_land", FARMLAND_FILE, "ab" * 32, 6, 6, 0,
            EncodingRecord("gb18030", "全部文字可解"), crs, "2026-10-31", "农业农村局",
        ),
        SourceRecord(
            "cadmium_enterprise", ENTERPRISE_FILE, "cd" * 32, 3, 2, 1,
            EncodingRecord("xlsx", "Unicode"), crs, "2026-09-30", "生态环境局",
        ),
    )  # fmt: skip


def with_base_maps(atlas: Atlas, *specs: BaseMapSpec, edition: Edition = "internal") -> Atlas:
    """Return an atlas whose project names these base maps."""
    project = replace(atlas.project, spec=atlas.project.spec.model_copy(update={"basemap": specs}))
    return replace(atlas, project=project, edition=edition)
