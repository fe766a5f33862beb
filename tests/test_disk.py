"""A full disk is told in one sentence, and what was there stays whole."""

from __future__ import annotations

import errno
from pathlib import Path
from types import SimpleNamespace

import pytest

from onemap import disk
from onemap.errors import PathError
from onemap.handover import FORMATS, Format
from onemap.publication import replacing
from tests.exports import built, export


def no_room(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def refused_by_gdal(*_: object) -> None:
    message = "Error while writing batch to OGR layer"
    raise RuntimeError(message)


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _: SimpleNamespace(free=4096))


@pytest.mark.usefixtures("full")
def test_an_export_that_finds_no_room_says_so_and_leaves_the_earlier_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = built(tmp_path / "county")
    earlier = export(build, "gpkg", tmp_path / "x.gpkg", "cultivated_land").path.read_bytes()
    monkeypatch.setitem(FORMATS, "gpkg", Format(refused_by_gdal, ".gpkg"))
    with pytest.raises(PathError, match="磁盘已满"):
        export(build, "gpkg", tmp_path / "x.gpkg", "cultivated_land", overwrite=True)
    assert (tmp_path / "x.gpkg").read_bytes() == earlier
    assert sorted(path.name for path in tmp_path.iterdir()) == ["county", "x.gpkg"]


def test_a_build_that_finds_no_room_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(PathError, match="磁盘已满"), replacing(tmp_path / "build", []):
        no_room()
    assert not (tmp_path / "build").exists()


def test_with_room_left_a_fault_is_no_full_disk(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), disk.room_in(tmp_path):
        refused_by_gdal()


@pytest.mark.usefixtures("full")
def test_a_file_without_permission_is_no_full_disk(tmp_path: Path) -> None:
    with pytest.raises(PermissionError), disk.room_in(tmp_path):
        raise PermissionError(errno.EACCES, "Permission denied")
