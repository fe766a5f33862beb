"""Products of a build that are made when they are asked for, and what is read back of a build."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd
import pyogrio
import pytest
import shapely

from onemap.cli import main
from onemap.export.formats.further import PRODUCTS
from onemap.export.formats.stored import read_layer, read_list, tables_in
from onemap.pipeline import FURTHER, WRITERS, publish
from tests.exports import all_parts, built, hostile_atlas
from tests.projects import small_project

FILES = {
    "gdb": "onemap.gdb",
    "kml": "onemap.kml",
    "kmz": "onemap.kmz",
    "parquet": "geoparquet",
    "fgb": "flatgeobuf",
    "dxf": "onemap.dxf",
}


@pytest.mark.parametrize("name", FURTHER)
def test_a_further_product_is_made_when_it_is_asked_for_alone(tmp_path: Path, name: str) -> None:
    if name == "dxf":
        pytest.importorskip("ezdxf")
    (tmp_path / "p").mkdir()
    folder = publish(hostile_atlas(tmp_path / "p"), tmp_path / "b", only=[name])
    assert {path.name for path in folder.iterdir()} == {FILES[name], "manifest.json"}
    products = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["products"]
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert set(products) == files - {"manifest.json"}


def test_no_further_product_is_made_unless_it_is_asked_for() -> None:
    assert set(WRITERS) & set(FURTHER) == set()


def test_also_adds_to_the_usual_products(tmp_path: Path) -> None:
    project = small_project(tmp_path)
    assert main(["build", str(project), "--also", "kmz,parquet"]) == 0
    names = {path.name for path in (project / "build").iterdir()}
    assert {"onemap.kmz", "geoparquet", "onemap.html", "onemap.gpkg"} <= names
    assert "onemap.gdb" not in names


@pytest.mark.parametrize("name", ["kml", "kmz", "parquet", "fgb", "dxf"])
def test_two_builds_write_the_same_bytes(tmp_path: Path, name: str) -> None:
    if name == "dxf":
        pytest.importorskip("ezdxf")
    contents = []
    for own in "ab":
        (tmp_path / own).mkdir()
        written = FURTHER[name](hostile_atlas(tmp_path / own), tmp_path / own)
        paths = written if isinstance(written, list) else written.paths
        contents.append({path.name: path.read_bytes() for path in paths})
    assert contents[0] == contents[1] != {}


def test_a_geodatabase_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    for _ in range(2):
        folder = publish(hostile_atlas(tmp_path / "p"), tmp_path / "b", only=["gdb"])
    assert len(pyogrio.read_dataframe(folder / PRODUCTS["gdb"].name, layer="cultivated_land")) == 3


def test_what_a_product_could_not_hold_is_in_the_manifest_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("ezdxf")
    (tmp_path / "p").mkdir()
    folder = publish(hostile_atlas(tmp_path / "p"), tmp_path / "b", only=["dxf"])
    remarks = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["remarks"]
    assert ["𠮷" in text for text in remarks["dxf"]].count(True) == 1
    project = small_project(tmp_path / "small")
    main(["build", str(project), "--only", "dxf"])
    assert "onemap.dxf" in capsys.readouterr().out


def test_a_missing_library_is_told_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = small_project(tmp_path / "p")
    (project / "township.geojson").write_text("no json at all", encoding="utf-8")
    monkeypatch.setitem(sys.modules, "ezdxf", None)
    assert main(["build", str(project), "--also", "dxf", "--lang", "en"]) == 2
    out, err = capsys.readouterr()
    assert (out, err.splitlines()[1]) == ("", 'hint: install it: pip install "onemap[dxf]"')


def test_parts_read_back_are_those_that_were_written(tmp_path: Path) -> None:
    build = built(tmp_path)
    (tmp_path / "again").mkdir()
    path = build.folder / "onemap.gpkg"
    tables = tables_in(path)
    specs = build.catalogue.layers
    read = {part.name: part for own_id in build.manifest["layers"]
            for part in read_layer(path, tables, own_id, specs[own_id])}  # fmt: skip
    read |= {part.name: part for name in ("findings", "issues") for part in read_list(path, tables, name)}
    made = {part.name: part for part in all_parts(hostile_atlas(tmp_path / "again"))}
    assert set(read) == set(made)
    for name, part in made.items():
        own = read[name]
        assert (own.columns, own.kind) == (part.columns, part.kind)
        names = [column.name for column in part.columns]
        pd.testing.assert_frame_equal(
            pd.DataFrame(own.frame[names]).astype("string"),
            pd.DataFrame(part.frame[names]).reset_index(drop=True).astype("string"),
        )
        shapes = [shapely.normalize(one.frame.geometry.to_numpy()) for one in (own, part)]
        assert shapely.equals_exact(*shapes, 1e-6).sum() == len(part.frame) - part.frame.geometry.isna().sum()


def test_dates_and_numbers_read_back_have_their_types(tmp_path: Path) -> None:
    build = built(tmp_path)
    path = build.folder / "onemap.gpkg"
    [town] = read_layer(path, tables_in(path), "township", build.catalogue.layers["township"])
    [plot] = read_layer(path, tables_in(path), "construction_plot", build.catalogue.layers["construction_plot"])
    assert (town.frame["village_count"].dtype, plot.frame["declared_area_m2"].dtype) == ("Int64", "Float64")
    assert plot.frame["supplied_on"].tolist() == [pd.Timestamp("2019-02-28"), pd.NaT]


def test_reading_leaves_nothing_beside_the_geopackage(tmp_path: Path) -> None:
    build = built(tmp_path)
    tables_in(build.folder / "onemap.gpkg")
    assert [path.name for path in build.folder.glob("onemap.gpkg*")] == ["onemap.gpkg"]
