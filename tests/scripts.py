"""The programs in .ci/lint that read the scripts of the one map, and where a page has scripts."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tests.externals import do_without, need

LINT = Path(__file__).parents[1] / ".ci" / "lint"
SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
"""A script of a page; the blocks of data have a type and are none."""


def run(program: str, *words: str | Path, at: Path) -> subprocess.CompletedProcess[str]:
    """Run a program of the linters' packages in a folder: ESLint passes over what lies outside of it."""
    script = LINT / "node_modules" / ".bin" / program
    if not script.exists():
        do_without("the linters are not installed: npm ci --prefix .ci/lint")
    command = [need("node"), script, *words]
    return subprocess.run(command, cwd=at, capture_output=True, text=True, check=False)
