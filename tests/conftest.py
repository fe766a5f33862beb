"""The sample county, built once for all tests that look at it."""

from __future__ import annotations

from pathlib import Path

import pytest

from onemap.model import Atlas
from onemap.pipeline import build
from onemap.spec.project import load_project

SAMPLE = Path(__file__).parent.parent / "sample_geodata"


@pytest.fixture(scope="session")
def sample_atlas() -> Atlas:
    return build(load_project(SAMPLE))
