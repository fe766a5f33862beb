"""The one map of the sample county in the windows that offices have; the pictures are kept for people to look at."""

from __future__ import annotations

from pathlib import Path

import pytest

from onemap.export.webmap import write
from onemap.model import Atlas
from onemap.text import Language, speaking
from tests.browser import Page

WINDOWS = ((1366, 768), (1920, 1080))
OUTSIDE = """[...document.querySelectorAll(
    ".page-head button, .cards > *, .tab-row button, .filter button, .legend, .overview, .position, .caution,"
    + ".feature-panel"
)].filter((one) => {
    const box = one.getBoundingClientRect();
    return box.width > 0 && (box.left < 0 || box.top < 0 || box.right > innerWidth || box.bottom > innerHeight);
}).map((one) => one.className || one.textContent)"""
COVERED = """(() => {
    const boxes = ["header.page-head", ".side", ".legend", ".feature-panel", ".foot"]
        .map((selector) => [selector, document.querySelector(selector).getBoundingClientRect()]);
    const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
    const others = (one, a, n) => boxes.slice(n + 1).filter(([, b]) => meet(a, b)).map(([other]) => [one, other]);
    return boxes.flatMap(([one, a], n) => others(one, a, n));
})()"""


@pytest.mark.external
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("window", WINDOWS)
def test_nothing_stands_outside_the_window_or_over_another(
    browser: Page, sample_atlas: Atlas, tmp_path: Path, language: Language, window: tuple[int, int]
) -> None:
    name = "x".join(map(str, window))
    with speaking(language):
        (file,) = write(sample_atlas, tmp_path)
    page = browser.size(*window).open(file)
    page.run("onemap.started")
    page.settle(1)
    page.screenshot(f"sample-{name}-{language}.png")
    page.run(
        "(() => { const app = onemap.app, plots = app.layer('priority_plot');"
        "const place = plots.classOf.findIndex((_, n) => app.findingsOf(plots, n).some((one) => one.link));"
        "app.goTo(plots, place); })()"
    )
    page.settle(1)
    page.screenshot(f"sample-{name}-{language}-evidence.png")
    assert (page.run(OUTSIDE), page.run(COVERED)) == ([], [])
    assert (page.errors, page.foreign_requests) == ([], [])
