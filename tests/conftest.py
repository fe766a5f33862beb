"""What many tests share: the sample county, built once, and a browser, started once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from onemap.export.webmap import write
from onemap.model import Atlas
from onemap.pipeline import build
from onemap.spec.project import load_project
from onemap.text import speaking
from tests.atlases import small_atlas
from tests.browser import Page, chromium
from tests.externals import need
from tests.mappage import Opened

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


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with chromium(need("chromium"), tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.fixture
def opened(browser: Page, tmp_path: Path) -> Opened:
    """Open the map of a small atlas, in English, in a window of 1366 x 768."""

    def open_map(**changes: Any) -> Page:
        with speaking("en"):
            (file,) = write(small_atlas(tmp_path, **changes), tmp_path)
        page = browser.size(1366, 768).open(file)
        page.run("onemap.started")
        page.settle()
        return page

    return open_map
