"""Programs that are not Python, and what a test does where they are not installed."""

from __future__ import annotations

import os
import shutil

import pytest


def need(program: str) -> str:
    """Return the path of a program; without it skip the test, or fail it under ONEMAP_REQUIRE_EXTERNALS=1."""
    path = shutil.which(program)
    if path is None:
        reason = f"{program} is not installed"
        if os.environ.get("ONEMAP_REQUIRE_EXTERNALS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return path
