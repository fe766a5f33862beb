"""Small projects on disk: one township near 孟州 with a plot and a school, written as GeoJSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Feature = tuple[dict[str, Any], dict[str, Any] | None]

PLOT_KEY, SCHOOL_KEY = "4108832100001", "ST-01"


def box(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


TOWNSHIPS: list[Feature] = [({"乡镇代码": "410883101", "乡镇名称": "示例镇"}, box(112.70, 34.85, 112.80, 34.95))]
PLOTS: list[Feature] = [
    (
        {"地块编码": PLOT_KEY, "地块名称": "示例化工厂旧址", "乡镇": "示例镇", "管控状态": "未管控"},
        box(112.75, 34.90, 112.751, 34.901),
    )
]
SCHOOLS: list[Feature] = [
    (
        {"受体编码": SCHOOL_KEY, "受体名称": "示例小学", "受体类型": "学校", "乡镇": "示例镇"},
        {"type": "Point", "coordinates": [112.753, 34.9005]},
    )
]
WITHOUT_NAMES: list[Feature] = [({"高程": 120}, box(112.75, 34.90, 112.751, 34.901))]
"""Plots without the columns that a plot must have: an error."""


def write_geojson(path: Path, features: list[Feature]) -> None:
    table = [{"type": "Feature", "properties": values, "geometry": shape} for values, shape in features]
    text = json.dumps({"type": "FeatureCollection", "features": table}, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")


def small_project(folder: Path, plots: list[Feature] | None = None, more: str = "") -> Path:
    """Write a project whose data has no fault, unless `plots` has; `more` is TOML below its sources."""
    folder.mkdir(parents=True, exist_ok=True)
    layers = {
        "township": TOWNSHIPS,
        "priority_plot": PLOTS if plots is None else plots,
        "sensitive_receptor": SCHOOLS,
    }
    lines = ['title = "示例县一张图"', 'county = "410883"', 'period = "2026-11"']
    for layer, features in layers.items():
        write_geojson(folder / f"{layer}.geojson", features)
        lines += [f"[sources.{layer}]", f'path = "{layer}.geojson"', 'provided_by = "示例局"', "as_of = 2026-10-31"]
    (folder / "project.toml").write_text("\n".join([*lines, more]) + "\n", encoding="utf-8")
    return folder
