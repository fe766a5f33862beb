"""A real QGIS that tests load files into, by its own Python in a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.externals import need

ARTIFACTS = Path(__file__).resolve().parents[1] / "artifacts"
SYSTEM_PYTHON = "/usr/bin/python3"
"""The Python that Debian installs QGIS for; the one on the path is that of a virtual environment."""


def load(sources: Sequence[str | Path], picture: str | None = None) -> list[dict[str, Any]]:
    """Return what QGIS sees in each source, and keep a picture of them, the first on top, in artifacts/."""
    need("qgis_process")
    arguments: list[str | Path] = [SYSTEM_PYTHON, "-E", Path(__file__).with_name("qgis_load.py")]
    if picture:
        ARTIFACTS.mkdir(exist_ok=True)
        arguments += ["--picture", ARTIFACTS / picture]
    run = subprocess.run([*arguments, *sources], capture_output=True, text=True, timeout=180, check=False)
    assert run.returncode == 0, run.stderr
    seen: list[dict[str, Any]] = json.loads(run.stdout)
    return seen


def open_project(project: Path, folder: Path | None = None, as_nobody: bool = False) -> dict[str, Any]:
    """Return what QGIS sees in a project; into a folder it prints the layouts and draws the themes.

    Parameters
    ----------
    as_nobody
        Read it as a user who may not write there, where the tests run as one who may write everywhere.
    """
    need("qgis_process")
    with shared_folder() as home:
        script = shutil.copy(Path(__file__).with_name("qgis_project.py"), home)
        arguments = [SYSTEM_PYTHON, "-E", script, str(project), *([str(folder)] if folder else [])]
        if as_nobody and os.geteuid() == 0:
            arguments = [need("setpriv"), "--reuid=65534", "--regid=65534", "--clear-groups", *arguments]
            os.chown(home, 65534, 65534)
        environment = {**os.environ, "HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
        run = subprocess.run(arguments, capture_output=True, text=True, timeout=300, check=False, env=environment)
    assert run.returncode == 0, run.stderr
    return {**json.loads(run.stdout.splitlines()[-1]), "folder": folder}


@contextmanager
def shared_folder() -> Iterator[Path]:
    """Yield a folder that every user may read, unlike those of pytest."""
    folder = Path(tempfile.mkdtemp(prefix="onemap 只读 "))
    try:
        folder.chmod(0o755)
        yield folder
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder, ignore_errors=True)


def text_of(pdf: Path) -> str:
    """Return the words of a PDF; fonts call some Chinese characters by the radicals that look like them."""
    run = subprocess.run([need("pdftotext"), "-layout", str(pdf), "-"], capture_output=True, check=True, timeout=60)
    return unicodedata.normalize("NFKC", run.stdout.decode("utf-8"))


def edit(source: str | Path, edits: dict[str, Any], *saved: str | Path) -> None:
    """Edit a layer, and perhaps save it as a shapefile in an encoding: see qgis_edit.py."""
    need("qgis_process")
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "edits.json"
        wanted.write_text(json.dumps(edits), encoding="utf-8")
        arguments = [SYSTEM_PYTHON, "-E", Path(__file__).with_name("qgis_edit.py"), source, wanted, *saved]
        run = subprocess.run(arguments, capture_output=True, text=True, timeout=180, check=False)
    assert run.returncode == 0, run.stderr
