"""A real QGIS that tests load files into, by its own Python in a process of its own."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Sequence
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


def edit(source: str | Path, edits: dict[str, Any], *saved: str | Path) -> None:
    """Edit a layer, and perhaps save it as a shapefile in an encoding: see qgis_edit.py."""
    need("qgis_process")
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "edits.json"
        wanted.write_text(json.dumps(edits), encoding="utf-8")
        arguments = [SYSTEM_PYTHON, "-E", Path(__file__).with_name("qgis_edit.py"), source, wanted, *saved]
        run = subprocess.run(arguments, capture_output=True, text=True, timeout=180, check=False)
    assert run.returncode == 0, run.stderr
