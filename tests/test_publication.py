"""A build folder is replaced as a whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from onemap.errors import PathError
from onemap.handwork import changed_by_hand
from onemap.publication import replacing
from tests.projects import small_project

KEEP = {"products": {"lists.csv": ""}, "verdict": "pass", "period": "2026-11"}

RUN = """
import os, sys, time
from pathlib import Path
from onemap.publication import replacing

folder, moment = Path(sys.argv[1]), sys.argv[2]
rename = Path.rename
renames = []

def dying_rename(self, target):
    renames.append(target)
    if moment == f"before rename {len(renames)}":
        os._exit(9)
    result = rename(self, target)
    if moment == f"after rename {len(renames)}":
        os._exit(9)
    return result

Path.rename = dying_rename
with replacing(folder, []) as part:
    (part / "lists.csv").write_text("new")
    if moment == "in a writer":
        os._exit(9)
    if moment == "sleep":
        print("writing", flush=True)
        time.sleep(60)
    (part / "manifest.json").write_text((folder / "manifest.json").read_text())
"""
"""A run that dies, without any of its cleaning up, at the moment that it is told."""


def make_build(folder: Path, text: str = "old") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "lists.csv").write_text(text)
    (folder / "manifest.json").write_text(json.dumps(KEEP))
    return folder


def replace(folder: Path, text: str = "new") -> None:
    with replacing(folder, []) as part:
        make_build(part, text)


def beside(folder: Path) -> set[str]:
    return {path.name for path in folder.parent.iterdir()} - {folder.name, f".{folder.name}.lock"}


def test_a_new_folder_is_made(tmp_path: Path) -> None:
    replace(tmp_path / "deep" / "build")
    assert (tmp_path / "deep" / "build" / "lists.csv").read_text() == "new"


def test_an_earlier_build_is_replaced_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    build = make_build(tmp_path / "build")
    replace(build)
    assert (build / "lists.csv").read_text() == "new"
    assert beside(build) == set()


def test_a_writer_that_raises_leaves_the_earlier_build(tmp_path: Path) -> None:
    build = make_build(tmp_path / "build")
    with pytest.raises(ZeroDivisionError), replacing(build, []) as part:
        (part / "lists.csv").write_text("half")
        raise ZeroDivisionError
    assert (build / "lists.csv").read_text() == "old"
    assert beside(build) == set()


MOMENTS = ["in a writer", "before rename 1", "after rename 1", "before rename 2", "after rename 2"]


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_run_that_dies_leaves_one_whole_build_for_the_next(tmp_path: Path, moment: str) -> None:
    build = make_build(tmp_path / "build")
    died = subprocess.run([sys.executable, "-c", RUN, str(build), moment], check=False)
    assert died.returncode == 9
    with pytest.raises(ZeroDivisionError), replacing(build, []):
        survivor = (build / "lists.csv").read_text()
        raise ZeroDivisionError
    assert survivor == ("new" if moment == "after rename 2" else "old")
    assert (build / "manifest.json").is_file()
    assert beside(build) == set()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_run_frees_the_folder(tmp_path: Path) -> None:
    build = make_build(tmp_path / "build")
    with subprocess.Popen([sys.executable, "-c", RUN, str(build), "sleep"], stdout=subprocess.PIPE) as run:
        assert run.stdout is not None
        run.stdout.readline()
        os.kill(run.pid, signal.SIGKILL)
    assert (build / "lists.csv").read_text() == "old"
    replace(build)
    assert (build / "lists.csv").read_text() == "new"
    assert beside(build) == set()


def test_two_runs_do_not_write_one_folder(tmp_path: Path) -> None:
    build = make_build(tmp_path / "build")
    with (
        replacing(build, []) as part,
        pytest.raises(PathError),
        replacing(build, []),
    ):
        pytest.fail("the second run got in")
    assert not part.exists()


def test_a_failed_second_rename_puts_the_earlier_build_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build = make_build(tmp_path / "build")
    rename = Path.rename

    def failing(self: Path, target: Path) -> Path:
        if self.name.endswith(".part"):
            raise PermissionError
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(PathError) as fault:
        replace(build)
    assert "Excel" in fault.value.hint
    assert (build / "lists.csv").read_text() == "old"
    assert beside(build) == set()


def test_a_file_open_in_excel_on_windows_is_told_with_a_hint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build = make_build(tmp_path / "build")

    def refused(self: Path, target: Path) -> Path:
        raise PermissionError(13, "The process cannot access the file", str(self))

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(PathError) as fault:
        replace(build)
    assert "Excel" in fault.value.hint
    assert (build / "lists.csv").read_text() == "old"


def test_a_folder_with_other_things_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").touch()
    with pytest.raises(PathError):
        replace(tmp_path)
    assert (tmp_path / "thesis.docx").exists()


def test_a_folder_with_the_manifest_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "manifest.json").write_text('{"name": "a web app", "icons": []}')
    with pytest.raises(PathError):
        replace(tmp_path / "site")


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "build").touch()
    with pytest.raises(PathError):
        replace(tmp_path / "build")


def test_a_build_that_holds_an_input_is_refused(tmp_path: Path) -> None:
    build = make_build(tmp_path / "build")
    with pytest.raises(PathError), replacing(build, [build / "raw" / "lists.csv"]):
        pytest.fail("it would have been removed")


def test_an_empty_folder_is_used(tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    replace(tmp_path / "build")
    assert (tmp_path / "build" / "lists.csv").read_text() == "new"


def test_files_of_the_user_are_carried_over(tmp_path: Path) -> None:
    build = make_build(tmp_path / "build")
    (build / "mine").mkdir()
    (build / "mine" / "atlas.qgz").write_text("layout")
    replace(build)
    assert (build / "mine" / "atlas.qgz").read_text() == "layout"


@pytest.mark.parametrize("name", ["onemap.gpkg-wal", "onemap.gpkg-shm", "lists.xlsx.lock", "~$lists.xlsx"])
def test_what_open_programs_left_is_not_carried_over(tmp_path: Path, name: str) -> None:
    build = make_build(tmp_path / "build")
    (build / name).touch()
    replace(build)
    assert not (build / name).exists()


def test_a_product_of_the_earlier_build_is_not_carried_over(tmp_path: Path) -> None:
    build = make_build(tmp_path / "build")
    with replacing(build, []) as part:
        (part / "manifest.json").write_text(json.dumps({**KEEP, "products": {}}))
    assert not (build / "lists.csv").exists()


def with_workbook(build: Path, text: str) -> None:
    """Put a workbook into a build that says `text` as its run wrote it."""
    (build / "issues.xlsx").write_text(text)
    products = {"issues.xlsx": hashlib.sha256(text.encode()).hexdigest()}
    (build / "manifest.json").write_text(json.dumps({**KEEP, "products": products}))


def test_a_workbook_into_which_somebody_has_written_is_kept_under_another_name(tmp_path: Path) -> None:
    build = make_build(tmp_path / "build")
    with_workbook(build, "as written")
    (build / "issues.xlsx").write_text("with decisions")
    with replacing(build, []) as part:
        with_workbook(part, "new")
    assert (build / "issues.xlsx").read_text() == "new"
    assert [path.read_text() for path in changed_by_hand(build)] == ["with decisions"]


def test_workbooks_changed_by_hand_twice_are_both_kept(tmp_path: Path) -> None:
    build = make_build(tmp_path / "build")
    for words in ("first", "second"):
        with_workbook(build, "as written")
        (build / "issues.xlsx").write_text(words)
        with replacing(build, []) as part:
            with_workbook(part, "new")
    assert sorted(path.read_text() for path in changed_by_hand(build)) == ["first", "second"]


def test_a_workbook_that_nobody_touched_is_replaced(tmp_path: Path) -> None:
    build = make_build(tmp_path / "build")
    with_workbook(build, "as written")
    with replacing(build, []) as part:
        with_workbook(part, "new")
    assert changed_by_hand(build) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("product", ["", "onemap.html", "onemap.gpkg", "lists.xlsx"])
def test_killing_a_whole_build_leaves_the_earlier_one(tmp_path: Path, product: str) -> None:
    project = small_project(tmp_path / "project")
    build = make_build(tmp_path / "build")
    run = subprocess.Popen(
        [sys.executable, "-m", "onemap", "build", str(project), "--out", str(build)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not (tmp_path / ".build.part" / product).exists() and run.poll() is None:
        time.sleep(0.005)
    run.kill()
    assert run.wait() == -signal.SIGKILL
    assert {path.name for path in build.iterdir()} == {"lists.csv", "manifest.json"}
    assert (build / "lists.csv").read_text() == "old"
