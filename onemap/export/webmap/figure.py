"""The page around the map: a branca figure that carries everything inside and asks for nothing outside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from html import escape
from typing import Any, Final

from branca.element import CssLink, Element, Figure, Link
from jinja2 import Template

from onemap.export.webmap.assets import vendored
from onemap.export.webmap.guests import all_in, check_guests
from onemap.text import tr

_FETCHES: Final = re.compile(
    r"<(?:script|link|img|iframe|source|audio|video|embed|object)\b[^<>]*?\b(?:src|href|data)\s*=\s*"
    r"[\"']?\s*((?:https?:|ftp:)?//[^\"'\s<>]+)",
    re.IGNORECASE,
)
"""A tag that makes a browser fetch something. Data cannot match: it carries no "<" (see `elements.json_block`)."""


_POLICY: Final = (
    "default-src 'unsafe-inline' data: blob:; img-src data: blob: {servers}; base-uri 'none'; form-action 'none'"
)
"""What the browser is told that it may load: what the page carries, and tiles of the servers that the project names."""


class Verbatim(Element):
    """A piece of the page that is already HTML; branca would read braces in it as a template."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html

    def render(self, **kwargs: Any) -> str:
        """Return the piece."""
        return self.html


class OfflineFigure(Figure):
    """A page that is one file: every linked script and style sheet is written into it.

    Parameters
    ----------
    title
        The title of the page, as plain text.
    language
        The language of the page, as BCP 47 has it.
    servers
        The servers that may be asked for pictures, as `https://host:port`.
    """

    _template = Template(
        "<!DOCTYPE html>\n"
        '<html lang="{{ this.language }}">\n'
        '<head>\n<meta charset="utf-8" />\n<meta http-equiv="Content-Security-Policy" content="{{ this.policy }}" />\n'
        "<title>{{ this.safe_title }}</title>\n{{ this.header.render(**kwargs) }}\n</head>\n"
        "<body>\n{{ this.html.render(**kwargs) }}\n"
        "<script>\n{{ this.script.render(**kwargs) }}\n</script>\n</body>\n</html>\n"
    )

    def __init__(self, title: str, language: str, servers: Iterable[str] = ()) -> None:
        super().__init__(title=title, height="760px")
        self.language = language
        self.safe_title = escape(title)
        self.policy = escape(_POLICY.format(servers=" ".join(servers)).replace(" ;", ";"), quote=False)

    def render(self, **kwargs: Any) -> str:
        """Return the page.

        Raises
        ------
        ValueError
            Something in the page would be loaded from outside.
        """
        check_guests(self)
        with _left_as_it_was(self):
            page = self._rendered(kwargs)
        fetched = _FETCHES.search(page)
        if fetched:
            message = tr("the one map may not load anything from outside: {url}", url=fetched.group(1))
            raise ValueError(message)
        return page

    def _rendered(self, kwargs: dict[str, Any]) -> str:
        for child in self._children.values():
            child.render(**kwargs)
        for part in (self.header, self.html, self.script):
            for name, element in part._children.items():
                if isinstance(element, Link):
                    part._children[name] = Verbatim(_inlined(element))
        return str(self._template.render(this=self, kwargs=kwargs))


@contextmanager
def _left_as_it_was(page: Figure) -> Iterator[None]:
    """Take away again what folium adds to its elements while they are rendered: each time it would be more."""
    elements = [page, page.header, page.html, page.script, *all_in(page)]
    before = [(element, dict(element._children)) for element in elements]
    try:
        yield
    finally:
        for element, children in before:
            element._children.clear()
            element._children.update(children)


def script_element(code: str) -> str:
    """Return code as a script element, which its own text cannot end early."""
    safe = re.sub(r"</(script)", r"<\\/\1", code, flags=re.IGNORECASE).replace("<!--", r"\x3c!--")
    return f"<script>\n{safe}\n</script>"


def style_element(rules: str) -> str:
    """Return style rules as a style element."""
    safe = re.sub(r"</(style)", r"<\\/\1", rules, flags=re.IGNORECASE)
    return f"<style>\n{safe}\n</style>"


def _inlined(link: Link) -> str:
    text = vendored(link.url)
    return style_element(text) if isinstance(link, CssLink) else script_element(text)
