"""The files that the one map is made of: vendored libraries, and our own style and scripts."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from onemap.text import tr

ASSETS: Final = Path(__file__).resolve().parents[1] / "assets"
SCRIPTS: Final = (
    "base/words", "base/elements", "base/clipboard", "base/tables", "base/grid", "base/shapes", "base/geojson",
    "base/features", "base/geodesy", "base/projection", "base/positions", "base/keys", "base/pinyin", "base/finder",
    "draw/symbols", "draw/surface", "draw/blocks", "draw/raster", "draw/county", "draw/hillshade", "draw/layer",
    "draw/labels", "draw/focus", "draw/measured", "draw/basemap", "draw/guests",
    "panels/head", "panels/tabs", "panels/filters", "panels/evidence", "panels/feature", "panels/table", "panels/lists",
    "panels/issues", "panels/classes", "panels/tree", "panels/legend", "panels/indicators", "panels/townships",
    "panels/search",
    "tools/buttons", "tools/position", "tools/measure", "tools/controls", "tools/overview", "tools/link", "tools/help",
    "picture/pen", "picture/paint", "picture/legend", "picture/view", "picture/margin", "picture/sheet", "picture/save",
    "picture/print",
    "app", "start",
)  # fmt: skip
"""Our scripts in the order in which they build on one another."""

CDN: Final = "https://cdn.jsdelivr.net/npm/{name}@{version}/{path}"
"""Where folium would have a browser fetch a file of an npm package."""

_URL = re.compile(r"url\(\s*['\"]?([^'\")]+)['\"]?\s*\)")


def style() -> str:
    """Return our own style sheet."""
    return (ASSETS / "onemap.css").read_text(encoding="utf-8")


def script() -> str:
    """Return our own scripts as one."""
    return "\n".join((ASSETS / "js" / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)


def library_links() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the scripts and the style sheets that the map asks for, as folium writes them: (name, URL)."""
    urls = list(_vendored())
    return (
        [(Path(url).stem, url) for url in urls if url.endswith(".js")],
        [(f"{Path(url).stem}_css", url) for url in urls if url.endswith(".css")],
    )


def vendored(url: str) -> str:
    """Return the vendored file that stands in for `url`: a script under its licence, a style sheet with its pictures.

    Raises
    ------
    ValueError
        Nothing vendored stands in for `url`.
    """
    if not is_vendored(url):
        message = tr("the one map may not load anything from outside: {url}", url=url)
        raise ValueError(message)
    file = _vendored()[url]
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".css":
        return _URL.sub(lambda match: _inline(match, file.parent), text)
    licence = _licences()[url].read_text(encoding="utf-8")
    # The source map would be one more request as soon as somebody opens the developer tools.
    return f"/*\n{licence}*/\n" + re.sub(r"\n//# sourceMappingURL=.*\s*$", "\n", text)


def is_vendored(url: str) -> bool:
    """Tell whether a vendored file stands in for `url`."""
    return url in _vendored()


@cache
def _vendored() -> dict[str, Path]:
    return {url: ASSETS / file["file"] for url, file, _ in _recorded()}


@cache
def _licences() -> dict[str, Path]:
    return {url: ASSETS / f"{package['name']}-LICENSE" for url, _, package in _recorded()}


def _recorded() -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Yield each vendored file with its URL and its package."""
    for package in json.loads((ASSETS / "vendored.json").read_text(encoding="utf-8")):
        for file in package["files"]:
            yield CDN.format(name=package["name"], version=package["version"], path=file["path"]), file, package


def _inline(match: re.Match[str], folder: Path) -> str:
    target = match.group(1)
    if target.startswith(("#", "data:")):
        return match.group(0)
    if folder / target not in _vendored().values():
        return "none"  # Leaflet's own pin, which nothing here uses
    return f"url(data:image/png;base64,{b64encode((folder / target).read_bytes()).decode()})"
