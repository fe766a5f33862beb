"""The one map by its keys alone."""

from __future__ import annotations

import pytest

from tests.browser import Page
from tests.mappage import Opened, click_with_mouse, open_list, text_of

ACTIVE = "document.activeElement"
RING = """(() => {
    const look = getComputedStyle(document.activeElement), after = getComputedStyle(document.activeElement, "::after");
    return look.outlineStyle !== "none" || look.boxShadow !== "none" || after.borderTopStyle === "solid";
})()"""
DESCRIBED = f"{ACTIVE}.className + ' ' + {ACTIVE}.innerText.slice(0, 20)"


def stops(page: Page, count: int) -> list[str]:
    """Press the tab key so often, and return what has the focus each time."""
    found = []
    for _ in range(count):
        page.press("Tab")
        found.append(str(page.run(DESCRIBED)).strip())
    return found


@pytest.mark.external
def test_the_focus_goes_from_the_header_over_the_panel_to_the_map(opened: Opened) -> None:
    page = opened()
    order = [stop.split()[0] for stop in stops(page, 30) if stop]
    first = {name: order.index(name) for name in ("skip", "wholeMap", "Risk", "row", "folium-map", "fold")}
    assert sorted(first, key=first.__getitem__) == ["skip", "wholeMap", "Risk", "row", "folium-map", "fold"]


@pytest.mark.external
def test_everything_that_has_the_focus_shows_it(opened: Opened) -> None:
    page = opened()
    bare = []
    for _ in range(30):
        page.press("Tab")
        if not page.run(f"{ACTIVE} === document.body || {RING}"):
            bare.append(page.run(DESCRIBED))
    assert bare == []


@pytest.mark.external
def test_the_first_stop_leads_to_the_map(opened: Opened) -> None:
    page = opened()
    page.press("Tab")
    assert page.run(f"{ACTIVE}.innerText") == "Skip to the map"
    page.press("Enter")
    assert page.run(f"{ACTIVE} === onemap.app.map.getContainer()")


@pytest.mark.external
def test_arrow_keys_move_the_map_that_has_the_focus(opened: Opened) -> None:
    page = opened()
    page.press("Tab", "Enter")
    before = page.run("onemap.app.map.getCenter().lng")
    page.press("ArrowRight")
    page.settle(0.5)
    assert page.run("onemap.app.map.getCenter().lng") > before


@pytest.mark.external
def test_arrow_keys_go_from_tab_to_tab(opened: Opened) -> None:
    page = opened()
    page.run("document.querySelector('[role=tab]').focus()")
    page.press("ArrowRight", "ArrowRight")
    assert page.run(f"{ACTIVE}.innerText") == "Townships"
    shown = "[...document.querySelectorAll('[role=tabpanel]')].filter((one) => !one.hidden).map((one) => one.id)"
    assert page.run(shown) == [page.run(f"{ACTIVE}.getAttribute('aria-controls')")]
    page.press("ArrowLeft", "Home", "ArrowLeft")
    assert page.run(f"{ACTIVE}.innerText").startswith("Data issues")


@pytest.mark.external
def test_the_tab_key_meets_the_chosen_tab_only(opened: Opened) -> None:
    page = opened()
    page.run("document.querySelector('.search input').focus()")
    assert stops(page, 2)[0] == "Risk lists"
    assert page.run(f"{ACTIVE}.closest('[role=tabpanel]') !== null")


@pytest.mark.external
def test_arrow_keys_walk_the_rows_of_a_list(opened: Opened) -> None:
    page = opened()
    page.run(f"{open_list(page, 'Enterprises near receptors')}.querySelector('summary').focus()")
    page.press("ArrowDown", "ArrowDown")
    assert "示例蓄电池厂" in page.run(f"{ACTIVE}.innerText")
    page.press("ArrowUp")
    assert "示例电镀厂（一厂）" in page.run(f"{ACTIVE}.innerText")


@pytest.mark.external
def test_arrow_keys_pass_over_the_rows_of_a_folded_list(opened: Opened) -> None:
    page = opened()
    found = open_list(page, "Enterprises near receptors")
    page.run(f"{found}.open = false")
    page.run(f"{found}.querySelector('summary').focus()")
    page.press("ArrowDown")
    assert page.run(f"{ACTIVE}.tagName") == "SUMMARY"


@pytest.mark.external
def test_the_tab_key_comes_back_to_the_row_that_was_left(opened: Opened) -> None:
    page = opened()
    page.run(f"{open_list(page, 'Enterprises near receptors')}.querySelector('summary').focus()")
    page.press("ArrowDown", "ArrowDown", "Tab")
    assert not page.run(f"{ACTIVE}.matches('.row')")
    page.press("Tab", shift=True)
    assert "示例蓄电池厂" in page.run(f"{ACTIVE}.innerText")


@pytest.mark.external
def test_enter_opens_a_row_and_escape_gives_the_focus_back_to_it(opened: Opened) -> None:
    page = opened()
    page.run(f"{open_list(page, 'Enterprises near receptors')}.querySelector('summary').focus()")
    page.press("ArrowDown", "ArrowDown", "Enter")
    page.settle()
    assert page.run(f"{ACTIVE}.innerText") == text_of(page, ".feature-panel h2") == "示例蓄电池厂"
    page.press("Escape")
    page.settle()
    assert page.run("document.querySelector('.feature-panel').hidden")
    assert page.run(f"{ACTIVE}.matches('.row') && {ACTIVE}.innerText.includes('示例蓄电池厂')")


@pytest.mark.external
def test_the_focus_stays_in_a_panel_that_shows_the_next_feature(opened: Opened) -> None:
    page = opened()
    page.run(f"{open_list(page, 'Enterprises near receptors')}.querySelector('.row').focus()")
    page.press("Enter")
    page.run("document.querySelector('.feature-panel .go').focus()")
    page.press("Enter")
    page.settle()
    assert page.run(f"{ACTIVE} === document.querySelector('.feature-panel h2')")
    page.press("Escape")
    assert page.run(f"{ACTIVE}.matches('.groups .row')")


@pytest.mark.external
def test_a_switched_layer_keeps_the_focus(opened: Opened) -> None:
    page = opened()
    page.run("document.querySelectorAll('[role=tab]')[1].click()")
    page.run(
        "[...document.querySelectorAll('.tree label')].find((one) => one.innerText.includes('River')).control.focus()"
    )
    page.press(" ")
    page.settle()
    assert page.run("onemap.app.layer('river')._map") is None
    assert "River" in page.run(f"{ACTIVE}.getAttribute('aria-label')")


@pytest.mark.external
def test_a_switched_class_of_the_legend_keeps_the_focus(opened: Opened) -> None:
    page = opened()
    page.run("document.querySelector('.legend .class').focus()")
    page.press("Enter")
    assert page.run(f"{ACTIVE}.matches('.legend .class[aria-pressed=false]')")


@pytest.mark.external
def test_a_slash_leads_to_the_search_field_and_is_not_written(opened: Opened) -> None:
    page = opened()
    page.press("/")
    assert page.run(f"{ACTIVE}.type + {ACTIVE}.value") == "search"


@pytest.mark.external
def test_a_question_mark_opens_the_sheet_of_keys_and_escape_closes_it(opened: Opened) -> None:
    page = opened()
    page.run("document.querySelector('[role=tab]').focus()")
    page.press("?")
    page.screenshot("map-keys.png")
    assert "walk through rows" in text_of(page, "dialog[open]")
    page.press("Escape")
    page.settle()
    assert page.run("document.querySelector('dialog[open]')") is None
    assert page.run(f"{ACTIVE}.innerText") == "Risk lists"


@pytest.mark.external
def test_a_question_mark_in_the_search_field_is_written(opened: Opened) -> None:
    page = opened()
    page.press("/", "?")
    assert page.run("document.querySelector('dialog[open]')") is None
    assert page.run(f"{ACTIVE}.value") == "?"


@pytest.mark.external
def test_who_uses_a_mouse_keeps_the_focus_where_it_is(opened: Opened) -> None:
    page = opened()
    open_list(page, "Enterprises near receptors")
    click_with_mouse(page, ".groups .row", "示例蓄电池厂")
    assert text_of(page, ".feature-panel h2") == "示例蓄电池厂"
    assert page.run(f"{ACTIVE}.matches('.groups .row')")
