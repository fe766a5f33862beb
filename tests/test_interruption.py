"""Ctrl-C, and being told to end by the system: nothing half-written stays, and what was there is whole."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from onemap.cli import main
from onemap.export import contracts
from onemap.export.sheets import whole_workbook
from onemap.interruption import heeding_signals, remind, unbroken
from onemap.pipeline import WRITERS
from onemap.publication import replacing
from tests.conftest import SAMPLE
from tests.projects import small_project
from tests.test_publication import beside, make_build, replace

BROKEN_OFF = "已中断：没有留下写到一半的文件，原有成果完好。"
PATIENCE_S = 120
"""So long a run that ought to end at once may take, on a machine that is busy with other things."""

STAGES = ["读取", "检查", "分析", "写出"]


@pytest.fixture(autouse=True)
def _heard() -> Iterator[None]:
    """Let Ctrl-C be heard here and in what is started from here: shells let what they run behind them ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample county in a folder of its own, and its build."""
    home = tmp_path_factory.mktemp("earlier")
    shutil.copytree(SAMPLE, home / "project", ignore=shutil.ignore_patterns("*.py", "build", ".onemap"))
    (home / "out").mkdir()
    (home / "tmp").mkdir()
    assert main(["build", str(home / "project"), "--out", str(home / "out" / "build")]) in (0, 1)
    return home


def broken_off(home: Path, stage: str, number: signal.Signals) -> tuple[int, str]:
    """Send a signal to a build on a terminal when it draws the bar of a stage, and return its status and words."""
    import pty

    ours, theirs = pty.openpty()
    environment = {**os.environ, "TMPDIR": str(home / "tmp"), "TERM": "xterm", "ONEMAP_NO_CACHE": "1"}
    words = ["build", str(home / "project"), "--out", str(home / "out" / "build"), "--lang", "zh"]
    with subprocess.Popen(
        [sys.executable, "-m", "onemap", *words], stdout=subprocess.DEVNULL, stderr=theirs, env=environment
    ) as run:
        os.close(theirs)
        said = b""
        while stage.encode() not in said:
            said += os.read(ours, 65536)
        run.send_signal(number)
        try:
            while some := os.read(ours, 65536):
                said += some
        except OSError:
            # What Linux says at the end of a terminal that nobody writes to any more.
            pass
        os.close(ours)
        return run.wait(PATIENCE_S), said.decode("utf-8", "replace")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminal")
@pytest.mark.parametrize(
    ("number", "stage"),
    [*((signal.SIGINT, stage) for stage in STAGES), (signal.SIGTERM, "写出")],
    ids=lambda one: one.name if isinstance(one, signal.Signals) else one,
)
def test_a_build_that_is_broken_off_leaves_the_earlier_one_and_nothing_else(
    earlier: Path, stage: str, number: signal.Signals
) -> None:
    before = contents(earlier / "out" / "build")
    status, said = broken_off(earlier, stage, number)
    assert status == 128 + number
    assert said.splitlines()[-1] == BROKEN_OFF
    assert "Traceback" not in said
    assert contents(earlier / "out" / "build") == before
    assert beside(earlier / "out" / "build") == set()
    assert list((earlier / "tmp").iterdir()) == []


LOADING = """
import runpy, sys

class Breaking:
    @staticmethod
    def find_spec(name, *_):
        if name == "onemap.cli":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Breaking)
sys.argv = ["onemap", "layers", "--lang", sys.argv[1]]
runpy.run_module("onemap", run_name="__main__")
"""
"""A run that is broken off while the program is still being loaded."""


@pytest.mark.parametrize(("language", "told"), [("zh", "已中断"), ("en", "Interrupted")])
def test_a_run_that_is_broken_off_while_it_loads_says_so_in_one_line(language: str, told: str) -> None:
    environment = {**os.environ, "PYTHONUTF8": "1"}
    run = subprocess.run(
        [sys.executable, "-c", LOADING, language], capture_output=True, encoding="utf-8", check=False, env=environment
    )
    [line] = run.stderr.splitlines()
    assert (run.returncode, run.stdout, line.startswith(told)) == (130, "", True)


def renaming(monkeypatch: pytest.MonkeyPatch, before: Callable[[], None], after: Callable[[], None]) -> None:
    rename = Path.rename

    def renamed(self: Path, target: Path) -> Path:
        before()
        result = rename(self, target)
        after()
        return result

    monkeypatch.setattr(Path, "rename", renamed)


@pytest.mark.parametrize("at", range(4))
def test_a_build_is_replaced_whole_if_it_is_broken_off_in_that_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    build = make_build(tmp_path / "build")
    moments = iter(range(4))

    def press() -> None:
        if next(moments) == at:
            signal.raise_signal(signal.SIGINT)

    renaming(monkeypatch, press, press)
    with pytest.raises(KeyboardInterrupt):
        replace(build)
    assert (build / "lists.csv").read_text() == "new"
    assert beside(build) == set()


def test_what_may_not_be_broken_off_is_done_first() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), unbroken():
        signal.raise_signal(signal.SIGINT)
        done.append("renamed")
    assert done == ["renamed"]


def test_cleaning_up_is_not_broken_off_by_pressing_once_more() -> None:
    cleaned = []
    with heeding_signals() as ending, pytest.raises(KeyboardInterrupt):
        try:
            signal.raise_signal(signal.SIGINT)
        finally:
            signal.raise_signal(signal.SIGINT)
            cleaned.append("up")
    assert cleaned == ["up"]
    assert ending.status == 130


def test_being_told_to_end_by_the_system_is_heard_like_ctrl_c() -> None:
    with heeding_signals() as ending, pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGTERM)
    assert ending.status == 143


def test_signals_are_handled_as_before_afterwards() -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    with heeding_signals(), unbroken():
        pass
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before


def test_a_run_that_was_started_to_ignore_a_signal_ignores_it() -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with heeding_signals():
            signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)


def test_a_workbook_that_is_broken_off_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(KeyboardInterrupt), whole_workbook(tmp_path / "lists.xlsx", {}) as book:
        book.add_worksheet("清单")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_the_parts_of_a_workbook_go_where_the_writing_of_them_is_broken_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "out").mkdir()
    monkeypatch.setattr("xlsxwriter.packager.Packager._write_styles_file", _press)
    with pytest.raises(KeyboardInterrupt), whole_workbook(tmp_path / "out" / "lists.xlsx", {}) as book:
        book.add_worksheet("清单")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def _press(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_project_whose_making_is_broken_off_is_not_in_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = iter([contracts.write, _press])
    monkeypatch.setattr(contracts, "write", lambda *given: next(calls)(*given))
    assert main(["init", str(tmp_path / "县"), "--county", "410883", "--name", "孟州市"]) == 130
    assert list(tmp_path.iterdir()) == []


def test_replacing_cleans_up_to_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remove = shutil.rmtree

    def pressed(*given: object, **more: object) -> None:
        signal.raise_signal(signal.SIGINT)
        remove(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(shutil, "rmtree", pressed)
    with pytest.raises((KeyboardInterrupt, ZeroDivisionError)), replacing(tmp_path / "build", []):
        raise ZeroDivisionError
    assert beside(tmp_path / "build") == set()


def test_who_catches_being_told_to_end_is_reminded() -> None:
    with heeding_signals():
        remind()
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            remind()


def test_a_command_inside_is_told_by_the_signals_of_the_program_around_it() -> None:
    with heeding_signals() as around, heeding_signals() as inside:
        assert inside is around


def test_a_build_of_which_a_library_catches_ctrl_c_ends_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deaf(*_: object) -> list[Path]:
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        return []

    monkeypatch.setitem(WRITERS, "gpkg", deaf)
    assert main(["build", str(small_project(tmp_path)), "--only", "gpkg,csv"]) == 130
    assert not (tmp_path / "build").exists()
