"""Internet Explorer mode of an office browser: one sentence says what to do, though the map's scripts cannot run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from onemap.export.webmap import write
from onemap.text import speaking
from tests.atlases import small_atlas
from tests.browser import Page
from tests.scripts import SCRIPT, run

# Internet Explorer alone has a document mode, since version 8.
FAKED = "Object.defineProperty(Document.prototype, 'documentMode', { value: 11 })"
AT_THE_TOP = "document.elementFromPoint(innerWidth / 2, 20).innerText"

pytestmark = pytest.mark.external


@pytest.fixture
def file(tmp_path: Path) -> Path:
    with speaking("zh"):
        (file,) = write(small_atlas(tmp_path), tmp_path)
    return file


@pytest.fixture
def explorer(browser: Page) -> Iterator[Page]:
    """A browser that says it is Internet Explorer."""
    told = browser.size(1366, 768).call("Page.addScriptToEvaluateOnNewDocument", source=FAKED)
    yield browser
    browser.call("Page.removeScriptToEvaluateOnNewDocument", identifier=told["identifier"])


def test_the_first_script_of_the_page_is_plain_old_javascript(file: Path, tmp_path: Path) -> None:
    first = tmp_path / "first.js"
    first.write_text(SCRIPT.findall(file.read_text(encoding="utf-8"))[0], encoding="utf-8")
    assert "documentMode" in first.read_text(encoding="utf-8")
    assert run("acorn", "--ecma3", "--silent", first, at=tmp_path).returncode == 0


def test_the_document_mode_is_asked_for_before_any_script(file: Path) -> None:
    page = file.read_text(encoding="utf-8")
    # Internet Explorer passes over it when anything but the title and other such tags stands before it.
    before = page[page.index("<head>") : page.index('<meta http-equiv="X-UA-Compatible"')]
    assert set(re.findall(r"<(\w+)", before)) <= {"head", "title", "meta"}


def test_explorer_mode_is_told_what_to_do(explorer: Page, file: Path) -> None:
    explorer.open(file).screenshot("map-explorer.png")
    told = explorer.run(AT_THE_TOP)
    assert "IE" in told
    assert "Edge" in told


def test_it_is_told_though_no_other_script_can_be_read(explorer: Page, file: Path) -> None:
    page = file.read_text(encoding="utf-8")
    first, *others = re.split(r"(?=<script>)", page)[1:]
    broken = [re.sub("^<script>", "<script>?", other) for other in others]
    file.write_text(page[: page.index("<script>")] + first + "".join(broken), encoding="utf-8")
    explorer.open(file).screenshot("map-explorer-alone.png")
    assert explorer.run("typeof L") == "undefined"
    assert "IE" in explorer.run(AT_THE_TOP)


def test_other_browsers_are_told_nothing(browser: Page, file: Path) -> None:
    browser.size(1366, 768).open(file)
    assert browser.run("getComputedStyle(document.getElementById('onemap-old-browser')).display") == "none"


def test_a_browser_that_cannot_unpack_the_data_is_told_so(browser: Page, file: Path) -> None:
    source = "delete window.DecompressionStream"
    told = browser.size(1366, 768).call("Page.addScriptToEvaluateOnNewDocument", source=source)
    try:
        page = browser.open(file)
        assert "版本太旧" in page.run("document.querySelector('[role=alert]').innerText")
        assert page.errors == []
    finally:
        browser.call("Page.removeScriptToEvaluateOnNewDocument", identifier=told["identifier"])
