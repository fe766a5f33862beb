"""The one map beside other web maps of the same parcels: how large, how soon there, how smooth when moved."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from web_pages import DIES_FROM, KINDS, Kind, make_pages, spots
from websocket import WebSocketTimeoutException

sys.path.append(str(Path(__file__).parents[1]))
from tests import browser
from tests.browser import Page, chromium

PATIENCE_S = 180.0
PAN_S = 2.0
AFTER_S = 1.0
"""How long is looked on after a move: what it set going is part of it."""

# What a page does in each frame is noted from before its first line.
RECORDER = """
window.bench = { frames: [], tasks: [], on: false };
new PerformanceObserver((list) => list.getEntries().forEach((task) => {
    if (bench.on) bench.tasks.push(task.duration);
})).observe({ entryTypes: ["longtask"] });
(function next(before) {
    requestAnimationFrame((now) => {
        if (bench.on && before) bench.frames.push(now - before);
        next(now);
    });
})(0);
bench.start = () => { bench.frames = []; bench.tasks = []; bench.on = true; };
bench.stop = () => { bench.on = false; return [Math.max(0, ...bench.frames), Math.max(0, ...bench.tasks)]; };
bench.when = (test) => new Promise((done) => (function look() {
    requestAnimationFrame(() => (test() ? requestAnimationFrame(() => done(performance.now())) : look()));
})());
"""


@dataclass(frozen=True)
class Figures:
    """What was measured of one page."""

    file_mb: float
    interactive_s: float
    cold_s: float
    heap_mb: float
    pan_frame_ms: float
    pan_task_ms: float
    zoom_frame_ms: float
    zoom_ms: float


TITLES = {
    "file_mb": "file, MB", "interactive_s": "interactive, s", "cold_s": "with the browser's start, s",
    "heap_mb": "memory, MB",
    "pan_frame_ms": "panning: worst frame, ms", "pan_task_ms": "longest task, ms",
    "zoom_frame_ms": "zooming: worst frame, ms", "zoom_ms": "until painted, ms",
}  # fmt: skip


def measure(file: Path, kind: Kind, places: list[tuple[float, float]], program: str) -> Figures:
    """Open a page in a browser of its own, click, drag and zoom."""
    # Processes of a browser that is being ended may still write into its profile.
    profiles = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    begun = time.monotonic()
    with profiles as profile, chromium(program, Path(profile)) as page:
        page.size(1366, 768).call("Page.addScriptToEvaluateOnNewDocument", source=RECORDER)
        started_s = time.monotonic() - begun
        open_page(page, file)
        prove_sound(page, file)
        page.run(f"bench.when(() => {kind.painted})")
        interactive_s = answer(page, kind, places) / 1000
        page.run(f"{kind.close}; null")
        page.settle(1)
        heap_mb = memory(page)
        pan_frame_ms, pan_task_ms = pan(page, kind)
        zooms = [zoom(page, kind, way) for way in ("in", "out")]
        prove_sound(page, file)
        return Figures(
            file.stat().st_size / 1e6, interactive_s, started_s + interactive_s, heap_mb, pan_frame_ms, pan_task_ms,
            max(frame for frame, _ in zooms), max(until for _, until in zooms),
        )  # fmt: skip


def open_page(page: Page, file: Path) -> None:
    """Open a file, and wait until it is loaded; unlike in tests no moment longer."""
    page.requests.clear()
    page.errors.clear()
    page._loaded = False
    page.call("Page.navigate", url=file.resolve().as_uri())
    while not page._loaded:
        page._receive()


def prove_sound(page: Page, file: Path) -> None:
    """Raise RuntimeError if the page complains or asks for anything; what asks nobody else is a worker of its own."""
    foreign = [url for url in page.foreign_requests if not url.startswith("blob:")]
    if foreign or page.errors:
        message = f"{file.name}: {foreign} {page.errors}"
        raise RuntimeError(message)


def answer(page: Page, kind: Kind, places: list[tuple[float, float]]) -> float:
    """Click until the page answers, and return when the frame with the answer was shown, in ms since the navigation."""
    for latitude, longitude in places:
        x, y = page.run(
            f"(() => {{ const at = {kind.map}.latLngToContainerPoint([{latitude}, {longitude}]),"
            f"box = {kind.map}.getContainer().getBoundingClientRect(); return [box.left + at.x, box.top + at.y]; }})()"
        )
        page.run(f"window.told = null; bench.when(() => {kind.answered}).then((now) => {{ window.told = now; }}); null")
        page.click(round(x), round(y))
        told = page.run("new Promise((done) => setTimeout(() => done(told), 300))")
        if told is not None:
            return float(told)
    message = "a click on a parcel was not answered"
    raise RuntimeError(message)


def memory(page: Page) -> float:
    """Return the megabytes of objects, elements and arrays that are in use."""
    page.call("HeapProfiler.collectGarbage")
    heap = page.call("Runtime.getHeapUsage")
    return sum(heap.get(name, 0) for name in ("usedSize", "embedderHeapUsedSize", "backingStorageSize")) / 1e6


def pan(page: Page, kind: Kind) -> tuple[float, float]:
    """Drag the map to and fro with the whole county in view; return the worst frame and the longest task."""
    box = page.run(f"(({{ left, top, width, height }}) => [left + width / 2, top + height / 2])({kind.map}"
                   ".getContainer().getBoundingClientRect())")  # fmt: skip
    x, y = box
    page.run("bench.start()")
    mouse(page, "mouseMoved", x, y)
    mouse(page, "mousePressed", x, y)
    begun = time.monotonic()
    while (part := (time.monotonic() - begun) / PAN_S) < 1:
        # Three quarters of the window to the west, and back beyond the start.
        away = -600 * part if part < 0.5 else -300 + 900 * (part - 0.5)
        mouse(page, "mouseMoved", x + away, y + away / 4)
        time.sleep(0.008)
    # A map that was thrown slides on, and many paint only when it stands.
    page.run(f"window.ended = false; {kind.map}.once('moveend', () => {{ window.ended = true; }}); null")
    mouse(page, "mouseReleased", x + 150, y + 37)
    page.run(f"bench.when(() => window.ended && {kind.painted})")
    page.settle(AFTER_S)
    frame, task = page.run("bench.stop()")
    return float(frame), float(task)


def mouse(page: Page, kind: str, x: float, y: float) -> None:
    """Move, press or let go."""
    held = {"button": "left", "buttons": 1, "clickCount": 1} if kind != "mouseReleased" else {"button": "left"}
    page.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **held)


def zoom(page: Page, kind: Kind, way: str) -> tuple[float, float]:
    """Press a zoom button; return the worst frame and how long it took until all was painted anew."""
    x, y = page.run(
        f"(() => {{ const box = document.querySelector('.leaflet-control-zoom-{way}').getBoundingClientRect();"
        "return [box.left + box.width / 2, box.top + box.height / 2]; })()"
    )
    page.run(
        f"bench.start(); window.ended = false; {kind.map}.once('zoomend', () => {{ window.ended = true; }});"
        "addEventListener('mouseup', () => { window.begun = performance.now(); }, { once: true, capture: true }); null"
    )
    page.click(x, y)
    painted = page.run(f"bench.when(() => window.ended && {kind.painted}).then((now) => now - window.begun)")
    page.settle(AFTER_S)
    frame, _ = page.run("bench.stop()")
    return float(frame), float(painted)


def cell(value: float, empty: float) -> str:
    """Return a figure, and how many times that of the empty page it is."""
    shown = f"{value:.0f}" if value >= 20 else f"{value:.2g}" if value < 1 else f"{value:.1f}"
    return f"{shown} ({value / empty:.1f})" if empty >= 0.005 else shown


def print_table(parcels: int, told: dict[str, list[Figures]], failed: dict[str, str]) -> None:
    """Print the medians of all runs, beside the empty page."""
    print(f"\n| {parcels:,} parcels | {' | '.join(TITLES.values())} |", f"|---{'|---' * len(TITLES)}|", sep="\n")
    middle = {
        name: {key: median(getattr(one, key) for one in runs) for key in TITLES} for name, runs in told.items() if runs
    }
    for name, kind in KINDS.items():
        if name in middle:
            cells = [cell(middle[name][key], middle["empty"][key]) for key in TITLES]
            print(f"| {kind.title} | {' | '.join(cells)} |")
        else:
            print(f"| {kind.title} | {failed[name]} {'| ' * len(TITLES)}|")
    sys.stdout.flush()


def compare(parcels: int, folder: Path, asked: argparse.Namespace) -> None:
    """Measure all pages of a county in turn, as often as asked, and print their table."""
    failed = {name: "not tried" for name, least in DIES_FROM.items() if parcels >= least and not asked.all}
    told: dict[str, list[Figures]] = {name: [] for name in KINDS if name not in failed}
    pages = make_pages([*told], parcels, folder, asked.cache)
    places = spots(folder / f"county-{parcels}" / "cultivated_land.shp")
    for _ in range(asked.runs):
        for name in list(told):
            try:
                told[name].append(measure(pages[name], KINDS[name], places, asked.chromium))
                print(f"{name}, {parcels:,}: {told[name][-1]}", file=sys.stderr)
            except (WebSocketTimeoutException, TimeoutError):
                failed[name] = f"{pages[name].stat().st_size / 1e6:.0f}; not there after {PATIENCE_S:.0f} s"
                del told[name]
    print_table(parcels, told, failed)


def main() -> None:
    """Print a table for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, nargs="+", default=[5_000, 50_000, 200_000])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--all", action="store_true", help="try folium.GeoJson with 200,000 parcels, too")
    parser.add_argument("--pages", type=Path, help="keep the pages here, and take those that are here")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "onemap-benchmarks")
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    asked = parser.parse_args()
    browser.PATIENCE_S = PATIENCE_S
    with tempfile.TemporaryDirectory() as folder:
        for parcels in asked.parcels:
            kept = asked.pages or Path(folder)
            kept.mkdir(parents=True, exist_ok=True)
            compare(parcels, kept, asked)


if __name__ == "__main__":
    main()
