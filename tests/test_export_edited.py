"""Exports of a build whose GeoPackage somebody has edited: what stands there now is handed over."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import openpyxl
import pyogrio
import pytest

from onemap.errors import KeyNotFoundError
from onemap.record import Build
from tests.exports import built, export

FORMS = ["shp", "gpkg", "csv", "xlsx", "kml", "geojson", "parquet", "fgb", "gdb"]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    return built(tmp_path / "county")


def edit(build: Build, *statements: str) -> None:
    with closing(sqlite3.connect(build.folder / "onemap.gpkg")) as database, database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            # They call functions that only GDAL has.
            database.execute(f'DROP TRIGGER "{name}"')
        for statement in statements:
            database.execute(statement)


@pytest.fixture
def editor(build: Build) -> Iterator[sqlite3.Connection]:
    """A program that has the GeoPackage open, as QGIS has it."""
    edit(build, "PRAGMA user_version = 10300")
    with closing(sqlite3.connect(build.folder / "onemap.gpkg", isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA wal_autocheckpoint = 0")
        yield database


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_days_that_people_type_in_for_ever_are_handed_over(build: Build, tmp_path: Path, form: str, day: str) -> None:
    edit(build, f"UPDATE construction_plot SET supplied_on = '{day}'")
    assert export(build, form, tmp_path / "x", "construction_plot").counts == (("建设用地地块", 2, 1),)


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_such_a_day_is_written_with_all_its_digits(build: Build, tmp_path: Path, day: str) -> None:
    edit(build, f"UPDATE construction_plot SET supplied_on = '{day}'")
    for form in ("csv", "kml"):
        assert day in export(build, form, tmp_path / "x", "construction_plot").path.read_text("utf-8-sig")


def test_a_number_without_end_is_a_text_in_excel(build: Build, tmp_path: Path) -> None:
    edit(build, "UPDATE cultivated_land SET declared_area_m2 = 1e400")
    path = export(build, "xlsx", tmp_path / "x", "cultivated_land").path
    assert "inf" in [cell.value for cell in openpyxl.load_workbook(path).active[2]]


def test_a_small_number_keeps_its_digits_in_csv(build: Build, tmp_path: Path) -> None:
    edit(build, "UPDATE cultivated_land SET declared_area_m2 = 0.0000000012345")
    text = export(build, "csv", tmp_path / "x", "cultivated_land").path.read_text("utf-8-sig")
    assert ",0.0000000012345," in text


def test_what_qgis_has_saved_and_not_yet_put_into_the_file_is_handed_over(
    build: Build, tmp_path: Path, editor: sqlite3.Connection
) -> None:
    editor.execute("UPDATE construction_plot SET plot_name = '改过名的地块'")
    files = {path: path.read_bytes() for path in build.folder.glob("onemap.gpkg*")}
    path = export(build, "gpkg", tmp_path / "x", "construction_plot").path
    frame = pyogrio.read_dataframe(path, layer="construction_plot", read_geometry=False)
    assert set(frame["plot_name"]) == {"改过名的地块"}
    assert {path: path.read_bytes() for path in build.folder.glob("onemap.gpkg*")} == files


def test_a_layer_whose_table_was_dropped_is_named(build: Build, tmp_path: Path) -> None:
    edit(build, "DROP TABLE river", "DELETE FROM gpkg_contents WHERE table_name = 'river'")
    with pytest.raises(KeyNotFoundError, match="河流"):
        export(build, "csv", tmp_path / "x", "river")


@pytest.mark.parametrize("word", ["地块名称", "plot_name", "Plot"])
def test_a_field_is_named_in_either_language(build: Build, tmp_path: Path, word: str) -> None:
    path = export(build, "gpkg", tmp_path / "x", "construction_plot", fields=(word,)).path
    assert "plot_name" in pyogrio.read_info(path, layer="construction_plot")["fields"]
