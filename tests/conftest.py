"""The sample county, built once for all tests that look at it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from onemap.model import Atlas
from onemap.pipeline import build
from onemap.spec.project import load_project

# A gate opens or stays shut by the change alone: in CI the drawn cases are the same each time. Timings are noisy there.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("here", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "here")

# No test finds what another has worked out, or leaves anything in the folders of the sample; tests/test_cache.py does.
os.environ["ONEMAP_NO_CACHE"] = "1"

SAMPLE = Path(__file__).parent.parent / "sample_geodata"


@pytest.fixture(scope="session")
def sample_atlas() -> Atlas:
    return build(load_project(SAMPLE))
