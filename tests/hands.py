"""What the hands of a user do in a page: the mouse moves, keys are pressed, words are typed."""

from __future__ import annotations

from typing import Any

from tests.browser import Page

CODES = {"Enter": 13, "Escape": 27, "Backspace": 8, " ": 32, "ArrowRight": 39, "ArrowDown": 40}
TEXTS = {"Enter": "\r", " ": " "}


def middle_of(page: Page, selector: str, containing: str = "") -> tuple[float, float]:
    """Return where the middle of the first element is that has such words in it, scrolled to where it is seen."""
    found = f"[...document.querySelectorAll({selector!r})].find((one) => one.textContent.includes({containing!r}))"
    x, y = page.run(
        f"(() => {{ const one = {found}; one.scrollIntoView({{ block: 'nearest' }});"
        "const box = one.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; })()"
    )
    return x, y


def press(page: Page, selector: str, containing: str = "") -> None:
    """Click on the middle of an element."""
    page.click(*middle_of(page, selector, containing))
    page.settle(0.4)


def hover(page: Page, x: float, y: float) -> None:
    _mouse(page, "mouseMoved", x, y)
    page.settle(0.15)


def right_click(page: Page, x: float, y: float) -> None:
    for kind in ("mousePressed", "mouseReleased"):
        _mouse(page, kind, x, y, button="right", clickCount=1)
    page.settle(0.3)


def double_click(page: Page, x: float, y: float) -> None:
    _mouse(page, "mouseMoved", x, y)
    for count in (1, 2):
        for kind in ("mousePressed", "mouseReleased"):
            _mouse(page, kind, x, y, button="left", clickCount=count)
    page.settle(0.3)


def key(page: Page, name: str, **more: Any) -> None:
    """Press and release a key."""
    told = {"key": name, "code": "Space" if name == " " else name, "windowsVirtualKeyCode": CODES[name], **more}
    page.call("Input.dispatchKeyEvent", type="keyDown", **told, **({"text": TEXTS[name]} if name in TEXTS else {}))
    page.call("Input.dispatchKeyEvent", type="keyUp", **told)
    page.settle(0.3)


def type_into(page: Page, selector: str, text: str) -> None:
    """Click into a field and write a text in the place of what stands there."""
    press(page, selector)
    page.run(f"document.querySelector({selector!r}).select()")
    page.call("Input.insertText", text=text)


def paste_into(page: Page, selector: str) -> str:
    """Paste into an empty field and return what it then holds."""
    page.run(f"(() => {{ const field = document.querySelector({selector!r}); field.value = ''; field.focus(); }})()")
    told = {"key": "v", "code": "KeyV", "windowsVirtualKeyCode": 86, "modifiers": 2, "commands": ["paste"]}
    page.call("Input.dispatchKeyEvent", type="keyDown", **told)
    page.call("Input.dispatchKeyEvent", type="keyUp", **{**told, "commands": []})
    page.settle(0.2)
    return str(page.run(f"document.querySelector({selector!r}).value"))


def _mouse(page: Page, kind: str, x: float, y: float, **more: Any) -> None:
    page.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)
