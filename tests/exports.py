"""A build of the small atlas to export from, in which every name that formats spoil occurs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from onemap.export.formats.target import Target
from onemap.export.list_places import findings_points_part
from onemap.export.parts import Part, findings_part, issues_part, parts
from onemap.handover import Handed, Request, hand_over
from onemap.model import Atlas
from onemap.pipeline import publish
from onemap.record import Build, open_build
from tests.atlases import CRS, small_atlas
from tests.test_shapefiles import DAY, with_rows

RARE = "𠮷㛃䶮村"
VILLAGE = "示例河沿前进一二三四五六七八村"
"""45 bytes in UTF-8, to which one more character is added."""

LONG_VILLAGE = f"{VILLAGE}委"
HOSTILE = 'A&B <化工> "厂" ]]>'
PARCELS: list[dict[str, Any]] = [
    {"unit_code": "410883202600001", "unit_name": RARE, "land_class": "strict_control", "village": LONG_VILLAGE},
    {"unit_code": "010883202600002", "unit_name": HOSTILE, "land_class": "safe_use", "declared_area_m2": 1500.25},
    {"unit_code": "410883202600003", "unit_name": "=1+1"},
]
PLOTS: list[dict[str, Any]] = [{"plot_code": "JS-1", "supplied_on": DAY}, {"plot_code": "JS-2"}]


def hostile_atlas(folder: Path) -> Atlas:
    atlas = with_rows(small_atlas(folder), "cultivated_land", PARCELS)
    return with_rows(atlas, "construction_plot", PLOTS)


def built(folder: Path) -> Build:
    """Publish the atlas into a folder, and open it."""
    (folder / "project").mkdir(parents=True)
    publish(hostile_atlas(folder / "project"), folder / "build", only=["gpkg", "csv"])
    return open_build(folder / "build")


def export(build: Build, form: str, out: Path, *layers: str, **asked: Any) -> Handed:
    return hand_over(build, Request(form, layers=layers, out=out, **asked))


def all_parts(atlas: Atlas) -> list[Part]:
    made = [part for layer in atlas.layers.values() for part in parts(layer)]
    return [*made, findings_part(atlas), findings_points_part(atlas), issues_part(atlas)]


def target(path: Path, atlas: Atlas, **more: Any) -> Target:
    return replace(Target(path, CRS, DAY.date(), atlas.project.spec.title), **more)
