"""Programs that are not Python, and what a test does where they are not installed."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest


def need(program: str) -> str:
    """Return the path of a program; without it skip the test, or fail it under ONEMAP_REQUIRE_EXTERNALS=1."""
    return shutil.which(program) or do_without(f"{program} is not installed")


def do_without(reason: str) -> NoReturn:
    """Skip the test, or fail it under ONEMAP_REQUIRE_EXTERNALS=1."""
    if os.environ.get("ONEMAP_REQUIRE_EXTERNALS") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
