"""What others wrote and the one map carries: it is what was published, and its licence goes with it."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import sys
import tarfile
import tomllib
from base64 import b64encode
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from onemap.export.webmap import draw
from onemap.export.webmap.assets import ASSETS
from tests.atlases import small_atlas

ROOT = Path(__file__).parents[1]
PACKAGES = json.loads((ASSETS / "vendored.json").read_text(encoding="utf-8"))
LICENCES = [f"{package['name']}-LICENSE" for package in PACKAGES]
FILES = {"package.json": '{"license": "MIT"}', "LICENSE": "Do as you like.\n", "dist/small.js": "window.small = 1;\n"}


# What lies here


def test_vendored_files_are_the_recorded_ones() -> None:
    recorded = {file["file"]: file["sha256"] for package in PACKAGES for file in package["files"]}
    assert recorded == {name: hashlib.sha256((ASSETS / name).read_bytes()).hexdigest() for name in recorded}


def test_nothing_lies_among_the_vendored_files_that_is_not_recorded() -> None:
    recorded = {file["file"] for package in PACKAGES for file in package["files"]}
    folders = {name.split("/")[0] for name in recorded if "/" in name}
    found = [path for folder in folders for path in (ASSETS / folder).rglob("*") if path.is_file()]
    assert {path.relative_to(ASSETS).as_posix() for path in found} == {name for name in recorded if "/" in name}


def test_every_vendored_package_is_pinned_with_its_integrity() -> None:
    assert all(package["integrity"].startswith("sha512-") for package in PACKAGES)


@pytest.mark.parametrize("licence", LICENCES)
def test_a_licence_is_a_licence_file_of_the_wheel(licence: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    path = (ASSETS / licence).relative_to(ROOT).as_posix()
    assert any(fnmatch(path, pattern) for pattern in project["license-files"])


@pytest.mark.parametrize("licence", LICENCES)
def test_the_map_carries_the_licence_of_what_it_carries(licence: str, tmp_path: Path) -> None:
    assert (ASSETS / licence).read_text(encoding="utf-8") in str(draw(small_atlas(tmp_path)).get_root().render())


def test_no_style_of_the_page_asks_for_a_picture(tmp_path: Path) -> None:
    page = str(draw(small_atlas(tmp_path)).get_root().render())
    asked = [part for part in page.split("url(")[1:] if not part.startswith(("data:", "#"))]
    assert [part[:40] for part in asked] == []


# How it is fetched: from a package of ours, by a registry that is not there


class Workshop:
    """A copy of the script with a record of one small package, and an npm that packs what lies in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copy(ASSETS / "fetch.py", folder)
        self.publish(FILES)
        npm = folder / "bin" / "npm"
        npm.parent.mkdir()
        npm.write_text(f'#!/bin/sh\n[ "$3" = small@1.0.0 ] && cp "{folder}/published.tgz" small-1.0.0.tgz\n')
        npm.chmod(0o755)
        files = [{"path": "LICENSE", "file": "small-LICENSE"}, {"path": "dist/small.js", "file": "small/small.js"}]
        self.record = [{"name": "small", "version": "1.0.0", "files": files}]
        self.write_record()
        self.run("--record")
        self.record = json.loads((folder / "vendored.json").read_text())

    def publish(self, files: dict[str, str]) -> None:
        with tarfile.open(self.folder / "published.tgz", "w:gz") as tarball:
            for name, text in files.items():
                info = tarfile.TarInfo(f"package/{name}")
                info.size = len(text.encode())
                tarball.addfile(info, io.BytesIO(text.encode()))

    def write_record(self) -> None:
        (self.folder / "vendored.json").write_text(json.dumps(self.record))

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, self.folder / "fetch.py", *words]
        path = f"{self.folder / 'bin'}:/usr/bin:/bin"
        return subprocess.run(command, env={"PATH": path}, capture_output=True, text=True, check=False)

    def script(self) -> str:
        return (self.folder / "small" / "small.js").read_text()


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    if sys.platform == "win32":
        pytest.skip("the npm of this test is a shell script")
    return Workshop(tmp_path)


def test_what_is_recorded_is_fetched_again(workshop: Workshop) -> None:
    (workshop.folder / "small" / "small.js").unlink()
    assert workshop.run().returncode == 0
    assert workshop.script() == FILES["dist/small.js"]


def test_recorded_is_what_the_package_says_of_itself(workshop: Workshop) -> None:
    (recorded,) = workshop.record
    published = (workshop.folder / "published.tgz").read_bytes()
    assert recorded["licence"] == "MIT"
    assert recorded["integrity"] == "sha512-" + b64encode(hashlib.sha512(published).digest()).decode()
    assert recorded["files"][1]["sha256"] == hashlib.sha256(FILES["dist/small.js"].encode()).hexdigest()


def changed(record: dict[str, Any], what: str) -> None:
    """Record something else than was published."""
    if what == "sha256":
        record["files"][1]["sha256"] = "0" * 64
    else:
        record[what] = "something else"


@pytest.mark.parametrize(
    ("what", "told"),
    [("integrity", "integrity of small"), ("licence", "licence of small"), ("sha256", "small/small.js")],
)
def test_what_is_not_as_recorded_is_told(workshop: Workshop, what: str, told: str) -> None:
    changed(workshop.record[0], what)
    workshop.write_record()
    ended = workshop.run()
    assert ended.returncode == 1
    assert f"error: {told}" in ended.stderr


def test_what_is_not_as_recorded_is_not_written(workshop: Workshop) -> None:
    workshop.publish({**FILES, "dist/small.js": "window.small = 'stolen';\n"})
    assert workshop.run().returncode == 1
    assert workshop.script() == FILES["dist/small.js"]


def test_without_npm_it_says_what_to_install(workshop: Workshop) -> None:
    (workshop.folder / "bin" / "npm").unlink()
    assert "install Node.js" in subprocess.run(
        [sys.executable, workshop.folder / "fetch.py"], env={"PATH": ""}, capture_output=True, text=True, check=False
    ).stderr  # fmt: skip
