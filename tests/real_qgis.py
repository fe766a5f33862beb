"""A real QGIS that tests load files into, by its own Python in a process of its own."""

from __future__ import annotations

import json
import subprocess
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
