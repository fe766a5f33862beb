"""Where an export is put: in a folder that is there by its usual name, and never over what somebody has made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from shapely.geometry import Point

from onemap.errors import PathError
from onemap.record import Build
from tests.exports import built, export


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    return built(tmp_path_factory.mktemp("out"))


@pytest.mark.parametrize("out", [".", ""])
def test_a_file_goes_into_the_folder_one_is_in(
    build: Build, tmp_path: Path, out: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert export(build, "kmz", Path(out), "river").path.parent == tmp_path
    assert [path.suffix for path in tmp_path.iterdir()] == [".kmz"]


def test_a_file_goes_into_a_folder_that_is_there(build: Build, tmp_path: Path) -> None:
    assert export(build, "gpkg", tmp_path, "river").path.parent == tmp_path


def test_a_name_that_no_system_takes_is_refused(build: Build, tmp_path: Path) -> None:
    with pytest.raises(PathError, match="无法写入"):
        export(build, "kmz", tmp_path / ("长" * 120), "river")


def test_shapefiles_of_ones_own_are_never_written_over(build: Build, tmp_path: Path) -> None:
    own = tmp_path / "交付" / "我的河流.shp"
    own.parent.mkdir()
    own.write_bytes(b"mine")
    with pytest.raises(PathError, match=r"我的河流\.shp"):
        export(build, "shp", own.parent, "river", overwrite=True)
    assert own.read_bytes() == b"mine"


@pytest.mark.parametrize(("suffix", "driver"), [("gdb", "OpenFileGDB"), ("gpkg", "GPKG")])
def test_layers_of_ones_own_are_never_written_over(build: Build, tmp_path: Path, suffix: str, driver: str) -> None:
    own = tmp_path / f"x.{suffix}"
    gpd.GeoDataFrame({"a": ["x"]}, geometry=[Point(112, 35)], crs="EPSG:4490").to_file(own, layer="mine", driver=driver)
    with pytest.raises(PathError, match="mine"):
        export(build, suffix, own, "river", overwrite=True)


@pytest.mark.parametrize("form", ["shp", "gdb", "gpkg", "csv"])
def test_what_an_earlier_export_has_written_is_written_over(build: Build, tmp_path: Path, form: str) -> None:
    asked: dict[str, Any] = {"overwrite": True}
    first = export(build, form, tmp_path / "x")
    assert export(build, form, tmp_path / "x", **asked).path == first.path
