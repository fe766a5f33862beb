"""The map of a small county in a real browser: how tests open it, click on it and read it."""

from __future__ import annotations

from collections.abc import Callable

import pyproj

from tests.atlases import CRS, SOUTH, WEST
from tests.browser import Page

Opened = Callable[..., Page]
"""Opens the map of a small atlas; takes what `atlases.small_atlas` takes."""


def text_of(page: Page, selector: str) -> str:
    return str(page.run(f"document.querySelector({selector!r}).innerText"))


def click(page: Page, selector: str, containing: str = "") -> None:
    found = f"[...document.querySelectorAll({selector!r})].find((one) => one.innerText.includes({containing!r}))"
    page.run(f"{found}.click()")
    page.settle(0.25)


def click_with_mouse(page: Page, selector: str, containing: str = "") -> None:
    """Click near the left end of an element with a real mouse."""
    found = f"[...document.querySelectorAll({selector!r})].find((one) => one.innerText.includes({containing!r}))"
    page.click(
        *page.run(
            f"(() => {{ const one = {found}; one.scrollIntoView({{ block: 'center' }});"
            "const box = one.getBoundingClientRect(); return [box.left + 12, box.top + box.height / 2]; })()"
        )
    )
    page.settle()


def open_list(page: Page, rule: str) -> str:
    """Unfold a list, and return how to say it in a script."""
    found = f"[...document.querySelectorAll('.groups details')].find((one) => one.innerText.includes({rule!r}))"
    page.run(f"{found}.open = true")
    page.settle(0.25)
    return found


def open_row(page: Page, rule: str) -> None:
    """Open the first row of a list."""
    page.run(f"{open_list(page, rule)}.querySelector('.row').click()")
    page.settle(0.25)


def click_at(page: Page, east: float, north: float) -> None:
    """Click on the map where so many metres east and north of the county's corner are."""
    lon, lat = pyproj.Transformer.from_crs(CRS, "EPSG:4490", always_xy=True).transform(WEST + east, SOUTH + north)
    place = page.run(
        f"(() => {{ const p = onemap.app.map.latLngToContainerPoint([{lat}, {lon}]);"
        "const box = onemap.app.map.getContainer().getBoundingClientRect();"
        "return [p.x + box.left, p.y + box.top]; })()"
    )
    page.click(*place)
    page.settle(0.25)
