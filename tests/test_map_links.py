"""Addresses of single features: opening them, finding them above the map, copying them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from onemap.export.webmap import write
from onemap.model import Atlas, Layer
from onemap.text import speaking
from tests.atlases import small_atlas
from tests.browser import Page
from tests.mappage import Opened, click, click_with_mouse, open_row, text_of

PLOT, PLOT_NAME = "4108832100001", "示例化工厂旧址"
Arrive = Callable[..., Page]


def with_key(atlas: Atlas, layer_id: str, key: str) -> Atlas:
    """Return the atlas with another key for the only feature of a layer."""
    layer = atlas.layers[layer_id]
    frame = layer.frame.assign(**{str(layer.spec.key): [key]})
    return replace(atlas, layers={**atlas.layers, layer_id: Layer(layer.spec, frame)})


@pytest.fixture
def arrive(browser: Page, tmp_path: Path) -> Arrive:
    """Open the map of a small atlas at an address; single keys can be changed."""

    def open_at(fragment: str, **keys: str) -> Page:
        atlas = small_atlas(tmp_path)
        for layer_id, key in keys.items():
            atlas = with_key(atlas, layer_id, key)
        with speaking("en"):
            (file,) = write(atlas, tmp_path)
        page = browser.size(1366, 768).open(file, fragment)
        page.settle(0.5)
        return page

    return open_at


def title(page: Page) -> str:
    return text_of(page, ".feature-panel h2")


def fragment(page: Page) -> str:
    return str(page.run("location.hash"))


@pytest.mark.external
def test_an_address_opens_its_feature_with_the_reasons(arrive: Arrive) -> None:
    page = arrive(f"#key={PLOT}")
    page.screenshot("map-link.png")
    assert title(page) == PLOT_NAME
    assert "因与建设用地地块“示例安置房项目”重叠15.00亩" in text_of(page, ".feature-panel .evidence")
    assert page.run("onemap.app.map.getZoom()") > 13


@pytest.mark.external
def test_another_address_is_followed_while_the_map_is_open(arrive: Arrive) -> None:
    page = arrive(f"#key={PLOT}")
    page.run("location.hash = '#key=DX-01'")
    page.settle(0.5)
    assert title(page) == "示例一号井"


@pytest.mark.external
def test_a_chosen_feature_stands_in_the_address_and_leaves_the_history_alone(opened: Opened) -> None:
    page = opened()
    before = page.run("history.length")
    open_row(page, "Enterprises near receptors")
    assert (fragment(page), page.run("history.length")) == ("#key=91410883MA0000001X&layer=cadmium_enterprise", before)


@pytest.mark.external
def test_a_closed_panel_leaves_no_feature_in_the_address(arrive: Arrive) -> None:
    page = arrive(f"#key={PLOT}")
    click(page, ".feature-panel .close")
    assert "#" not in page.run("location.href")


@pytest.mark.external
@pytest.mark.parametrize("key", ["孟环函〔2026〕1号", "A 1", "50%", "a&key=b", "x#y", "p+q", "a=b", "𠮷/1", '"<b>"'])
def test_any_key_comes_through_an_address(arrive: Arrive, key: str) -> None:
    page = arrive(f"#key={quote(key, safe='')}", river=key)
    assert title(page) == "示例河"
    page.run("onemap.app.panel.close()")
    page.run("onemap.app.goTo(onemap.app.layer('river'), 0)")
    assert fragment(page) == f"#key={quote(key, safe='')}&layer=river"


@pytest.mark.external
def test_an_address_with_a_lone_percent_sign_is_followed(arrive: Arrive) -> None:
    assert title(arrive("#key=50%", river="50%")) == "示例河"


@pytest.mark.external
def test_an_address_without_a_feature_is_told(arrive: Arrive) -> None:
    page = arrive("#key=没有的")
    page.screenshot("map-link-missing.png")
    assert "没有的" in title(page)
    assert page.errors == []


@pytest.mark.external
def test_a_key_in_two_layers_tells_the_other_too(arrive: Arrive) -> None:
    page = arrive("#key=K1", river="K1", construction_plot="K1")
    also = text_of(page, ".feature-panel footer")
    assert {title(page), also.split("\n")[-1].strip()} == {"示例河", "示例安置房项目"}


@pytest.mark.external
@pytest.mark.parametrize(("layer", "name"), [("river", "示例河"), ("construction_plot", "示例安置房项目")])
def test_the_layer_in_an_address_decides_between_two(arrive: Arrive, layer: str, name: str) -> None:
    page = arrive(f"#key=K1&layer={layer}", river="K1", construction_plot="K1")
    assert title(page) == name
    assert fragment(page) == f"#key=K1&layer={layer}"


@pytest.mark.external
def test_a_feature_of_a_layer_that_is_shown_comes_first(arrive: Arrive) -> None:
    page = arrive("", river="K1", construction_plot="K1")
    page.run("onemap.app.toggleLayer(onemap.app.layer('construction_plot'))")
    page.run("location.hash = '#key=K1'")
    page.settle(0.5)
    assert title(page) == "示例河"


def pasted(page: Page) -> str:
    """Paste into the search field and return what is there then."""
    page.run("document.querySelector('.search input').focus()")
    page.call("Input.dispatchKeyEvent", type="rawKeyDown", key="v", windowsVirtualKeyCode=86, commands=["paste"])
    page.settle()
    return str(page.run("document.querySelector('.search input').value"))


@pytest.mark.external
@pytest.mark.parametrize("clipboard", ["as it is", "undefined", "{ writeText: () => Promise.reject() }"])
def test_the_address_is_copied_with_or_without_a_clipboard(arrive: Arrive, clipboard: str) -> None:
    page = arrive(f"#key={PLOT}")
    if clipboard != "as it is":
        page.run(f"Object.defineProperty(navigator, 'clipboard', {{ value: {clipboard} }}) && null")
    click_with_mouse(page, ".feature-panel .copy")
    assert text_of(page, ".feature-panel .copy") == "Copied"
    assert pasted(page) == page.run("location.href")


@pytest.mark.external
def test_an_address_that_cannot_be_copied_is_left_selected(arrive: Arrive) -> None:
    page = arrive(f"#key={PLOT}")
    page.run("Object.defineProperty(navigator, 'clipboard', { value: undefined }) && null")
    page.run("(document.execCommand = () => false) && null")
    click_with_mouse(page, ".feature-panel .copy")
    page.screenshot("map-link-by-hand.png")
    assert "Ctrl+C" in text_of(page, ".feature-panel header")
    assert page.run("getSelection().toString()") == page.run("location.href")
