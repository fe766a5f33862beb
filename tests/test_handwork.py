"""What people have changed in a build is kept by the next one, and nothing is kept that nobody has changed."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pyogrio
import pytest

from onemap.cli import main
from onemap.handwork import changed_by_hand
from onemap.pipeline import run
from onemap.publication import replacing
from onemap.spec.project import load_project
from onemap.text import speaking
from tests import real_qgis
from tests.projects import PLOT_KEY, small_project

EDITS = {"key": "plot_code", "set": {PLOT_KEY: {"plot_name": "改过名的地块"}}}
SHAPE_EDITS = {"key": "DKBM", "set": {PLOT_KEY: {"DKMC": "改过名的地块"}}}
BY_HAND = " (changed by hand)"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with speaking("en"):
        yield


@pytest.fixture
def build(tmp_path: Path) -> Path:
    small_project(tmp_path / "p")
    return again(tmp_path / "build")


def again(build: Path) -> Path:
    run(load_project(build.with_name("p")), build, only=["gpkg", "shp"])
    return build


def kept(build: Path) -> list[str]:
    """Return what a further build keeps of this one."""
    return [path.relative_to(build).as_posix() for path in changed_by_hand(again(build))]


def name_in(path: Path, **layer: Any) -> str:
    frame = pyogrio.read_dataframe(path, read_geometry=False, **layer)
    return str(frame["plot_name" if layer else "DKMC"][0])


def change(gpkg: Path, statement: str) -> None:
    with closing(sqlite3.connect(gpkg)) as database, database:
        database.execute(statement)


def test_of_a_build_that_nobody_touched_nothing_is_kept(build: Path) -> None:
    names = {path.relative_to(build) for path in build.rglob("*")}
    assert kept(build) == []
    assert {path.relative_to(build) for path in build.rglob("*")} == names


def test_a_geopackage_that_was_only_opened_is_not_kept(build: Path) -> None:
    before = (build / "onemap.gpkg").read_bytes()
    change(build / "onemap.gpkg", "PRAGMA journal_mode = WAL")
    assert (build / "onemap.gpkg").read_bytes() != before
    assert kept(build) == []


@pytest.mark.external
def test_a_geopackage_that_qgis_only_showed_is_not_kept(build: Path) -> None:
    real_qgis.edit(f"{build / 'onemap.gpkg'}|layername=priority_plot", {})
    assert kept(build) == []


@pytest.mark.external
def test_a_geopackage_edited_in_qgis_is_kept_beside_the_new_one(build: Path) -> None:
    real_qgis.edit(f"{build / 'onemap.gpkg'}|layername=priority_plot", EDITS)
    assert kept(build) == [f"onemap{BY_HAND}.gpkg"]
    assert name_in(build / f"onemap{BY_HAND}.gpkg", layer="priority_plot") == "改过名的地块"
    assert name_in(build / "onemap.gpkg", layer="priority_plot") == "示例化工厂旧址"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE layer_styles SET styleQML = 'mine'",
        "CREATE TABLE qgis_projects (name TEXT PRIMARY KEY, metadata BLOB, content BLOB)",
        "DELETE FROM layer_styles",
    ],
)
def test_a_geopackage_whose_styles_or_projects_were_changed_is_kept(build: Path, statement: str) -> None:
    change(build / "onemap.gpkg", statement)
    assert kept(build) == [f"onemap{BY_HAND}.gpkg"]


def test_edits_that_qgis_has_not_yet_put_into_the_file_are_kept(build: Path) -> None:
    with closing(sqlite3.connect(build / "onemap.gpkg")) as database:
        database.execute("PRAGMA journal_mode = WAL")
        with database:
            database.execute("UPDATE layer_styles SET styleQML = 'mine'")
        assert (build / "onemap.gpkg-wal").stat().st_size
        assert kept(build) == [f"onemap{BY_HAND}.gpkg"]
    with closing(sqlite3.connect(build / f"onemap{BY_HAND}.gpkg")) as database:
        assert database.execute("SELECT DISTINCT styleQML FROM layer_styles").fetchall() == [("mine",)]


@pytest.mark.external
def test_a_shapefile_edited_in_qgis_is_kept_with_all_its_parts(build: Path) -> None:
    real_qgis.edit(build / "shapefiles" / "priority_plot.shp", SHAPE_EDITS)
    (build / "shapefiles" / "priority_plot.qix").write_bytes(b"index")
    assert kept(build) == [f"shapefiles/priority_plot{BY_HAND}.shp"]
    parts = {path.suffix for path in (build / "shapefiles").glob(f"priority_plot{BY_HAND}.*")}
    assert parts == {".shp", ".shx", ".dbf", ".prj", ".cpg", ".qml", ".qix"}
    assert name_in(build / "shapefiles" / f"priority_plot{BY_HAND}.shp") == "改过名的地块"
    assert name_in(build / "shapefiles" / "priority_plot.shp") == "示例化工厂旧址"
    assert not (build / "shapefiles" / "priority_plot.qix").exists()


def test_a_shapefile_edited_twice_is_kept_twice(build: Path) -> None:
    shapes = build / "shapefiles"
    for name in (b"1", b"2"):
        text = (shapes / "priority_plot.dbf").read_bytes()
        (shapes / "priority_plot.dbf").write_bytes(text.replace(b"41088", name + b"1088"))
        again(build)
    names = [f"priority_plot{BY_HAND}", f"priority_plot{BY_HAND} 2"]
    assert {path.stem for path in changed_by_hand(build)} == {*names}
    codes = [pyogrio.read_dataframe(shapes / f"{name}.shp")["DKBM"][0][0] for name in names]
    assert codes == ["1", "2"]


def test_an_index_of_a_shapefile_is_not_put_beside_another_one(build: Path) -> None:
    for name in ("priority_plot.qix", "priority_plot.sbn", "mine.qix"):
        (build / "shapefiles" / name).write_bytes(b"index")
    assert kept(build) == []
    assert {path.name for path in (build / "shapefiles").iterdir()} & {
        "priority_plot.qix", "priority_plot.sbn", "mine.qix",
    } == {"mine.qix"}  # fmt: skip


def test_a_style_that_was_saved_over_ours_is_kept_alone(build: Path) -> None:
    (build / "shapefiles" / "priority_plot.qml").write_text("mine", encoding="utf-8")
    assert kept(build) == [f"shapefiles/priority_plot{BY_HAND}.qml"]


def test_a_project_of_qgis_that_was_saved_is_kept(tmp_path: Path) -> None:
    def write(folder: Path) -> None:
        (folder / "onemap.qgz").write_text("ours")
        products = {"onemap.qgz": hashlib.sha256(b"ours").hexdigest()}
        told = {"products": products, "verdict": "pass", "period": "2026-11"}
        (folder / "manifest.json").write_text(json.dumps(told))

    build = tmp_path / "build"
    with replacing(build, []) as part:
        write(part)
    (build / "onemap.qgz").write_text("saved")
    with replacing(build, []) as part:
        write(part)
    assert [path.read_text() for path in changed_by_hand(build)] == ["saved"]
    assert (build / "onemap.qgz").read_text() == "ours"


def test_the_command_line_says_what_was_kept_and_how_it_is_used(build: Path, capsys: Any) -> None:
    change(build / "onemap.gpkg", "DELETE FROM layer_styles")
    main(["--lang", "en", "build", str(build.with_name("p")), "--out", str(build), "--only", "gpkg"])
    text = capsys.readouterr().out
    assert f"onemap{BY_HAND}.gpkg: somebody has changed this file of an earlier build; it was kept." in text
    assert "name the copy as a source: onemap sketch says how" in text


def further(build: Path, *more: str) -> Path:
    run(load_project(build.with_name("p")), build, only=["gpkg", *more])
    return build


def test_a_geodatabase_edited_in_arcgis_is_kept_as_a_whole(build: Path) -> None:
    path = further(build, "gdb") / "onemap.gdb"
    edited = pyogrio.read_dataframe(path, layer="priority_plot").assign(plot_name="改过名的地块")
    pyogrio.write_dataframe(edited, path, layer="priority_plot", driver="OpenFileGDB")
    assert changed_by_hand(further(build, "gdb")) == [build / f"onemap{BY_HAND}.gdb"]
    assert name_in(build / f"onemap{BY_HAND}.gdb", layer="priority_plot") == "改过名的地块"
    assert name_in(path, layer="priority_plot") == "示例化工厂旧址"


def test_a_geodatabase_that_nobody_touched_is_not_kept(build: Path) -> None:
    further(build, "gdb")
    assert changed_by_hand(further(build, "gdb")) == []


def test_a_geodatabase_is_kept_without_the_locks_of_who_has_it_open(build: Path) -> None:
    path = further(build, "gdb") / "onemap.gdb"
    (path / "_gdb.PC1.1234.5678.sr.lock").touch()
    assert changed_by_hand(further(build, "gdb")) == []


@pytest.mark.parametrize("name", [".DS_Store", ".~lock.x", "._onemap.gpkg"])
def test_files_that_systems_hide_stop_no_build(build: Path, name: str) -> None:
    (build / name).write_bytes(b"\0")
    assert (again(build) / name).read_bytes() == b"\0"


def test_a_file_of_ones_own_is_kept_where_a_product_takes_its_name(build: Path) -> None:
    (build / "onemap.kmz").write_bytes(b"mine")
    further(build, "kmz")
    assert (build / f"onemap{BY_HAND}.kmz").read_bytes() == b"mine"
    assert (build / "onemap.kmz").read_bytes() != b"mine"


def test_a_folder_of_ones_own_is_kept_where_a_product_takes_its_name(build: Path) -> None:
    (build / "onemap.kmz").mkdir()
    (build / "onemap.kmz" / "x").write_bytes(b"mine")
    further(build, "kmz")
    assert (build / f"onemap{BY_HAND}.kmz" / "x").read_bytes() == b"mine"


def test_a_file_of_ones_own_is_kept_where_products_take_its_name_for_a_folder(build: Path) -> None:
    (build / "geoparquet").write_bytes(b"mine")
    further(build, "parquet")
    assert (build / f"geoparquet{BY_HAND}").read_bytes() == b"mine"


def test_a_shapefile_of_ones_own_stays_whole_where_a_product_takes_its_name(tmp_path: Path) -> None:
    small_project(tmp_path / "p")
    own = further(tmp_path / "build") / "shapefiles" / "priority_plot.shp"
    own.parent.mkdir()
    for suffix in (".shp", ".dbf", ".sbn"):
        own.with_suffix(suffix).write_bytes(b"mine")
    again(tmp_path / "build")
    assert {path.suffix for path in own.parent.glob(f"priority_plot{BY_HAND}.*")} == {".shp", ".dbf", ".sbn"}
    assert not own.with_suffix(".sbn").exists()


def test_an_empty_folder_is_kept(build: Path) -> None:
    (build / "photographs").mkdir()
    assert (again(build) / "photographs").is_dir()
