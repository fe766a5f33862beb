"""A KML that is checked by itself: its folders are layers where their columns say so, and else one layer."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from onemap.returned import check_file
from onemap.sketch import sketch
from tests.exports import built, export

PLOT = {"地块编码": "4108832190001", "地块名称": "甲", "管控状态": "已管控", "乡镇": "城关镇"}
WATER = {"水体编号": "HC001", "水体名称": "乙", "治理状态": "治理中", "乡镇": "城关镇"}


def mark(fields: dict[str, str], lon: float = 112.75) -> str:
    data = "".join(f'<Data name="{name}"><value>{value}</value></Data>' for name, value in fields.items())
    ring = f"{lon},34.9 {lon + 0.001},34.9 {lon + 0.001},34.901 {lon},34.9"
    place = f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs>"
    return f"<Placemark><ExtendedData>{data}</ExtendedData>{place}</Polygon></Placemark>"


def folder(name: str, *inside: str) -> str:
    return f"<Folder><name>{name}</name>{''.join(inside)}</Folder>"


def kml(path: Path, *inside: str) -> Path:
    path.write_text(f"<kml><Document><name>x</name>{''.join(inside)}</Document></kml>", "utf-8")
    return path


def counts(path: Path) -> dict[str, int]:
    return {source.path: source.kept for source in check_file(path, "410883").sources}


@pytest.mark.parametrize("layers", [(), ("construction_plot", "findings", "issues")])
def test_each_layer_of_our_own_is_read_by_itself_and_no_list(layers: tuple[str, ...], tmp_path: Path) -> None:
    handed = export(built(tmp_path / "county"), "kmz", tmp_path / "x.kmz", *layers)
    written: Counter[str] = Counter()
    for title, count, _ in handed.counts:
        if title not in ("清单", "清单（在要素处）", "数据问题"):
            written[f"x.kmz [{title}]"] += count
    assert counts(handed.path) == written


def test_folders_of_several_layers_are_told_apart(tmp_path: Path) -> None:
    file = kml(tmp_path / "x.kml", folder("一", mark(PLOT)), folder("二", folder("里", mark(WATER))))
    assert {source.layer for source in check_file(file, "410883").sources} == {"priority_plot", "black_water"}


def test_sketch_names_the_folder_of_each_layer(tmp_path: Path) -> None:
    file = kml(tmp_path / "x.kml", folder("一", mark(PLOT)), folder("二", mark(WATER)))
    told = "".join(sketch(file))
    assert all(line in told for line in ('layer = "一"', 'layer = "二"'))


def test_folders_of_townships_stay_one_layer(tmp_path: Path) -> None:
    other = {**PLOT, "地块编码": "4108832190002"}
    file = kml(tmp_path / "x.kml", folder("城关镇", mark(PLOT)), folder("化工镇", mark(other, 112.8)))
    assert counts(file) == {"x.kml": 2}


def test_a_folder_that_is_called_as_another_is_not_read_apart(tmp_path: Path) -> None:
    file = kml(tmp_path / "x.kml", folder("一", mark(PLOT)), folder("二", folder("一", mark(WATER))))
    assert counts(file) == {"x.kml": 2}


def test_a_placemark_beside_folders_of_layers_is_told(tmp_path: Path) -> None:
    file = kml(tmp_path / "x.kml", mark({}), folder("一", mark(PLOT)), folder("二", mark(WATER)))
    issues = check_file(file, "410883").issues
    assert "warning" in set(issues["severity"][issues["kind"] == "parts_chosen"])
