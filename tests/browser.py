"""A headless Chromium that tests drive over the DevTools protocol, and that tells what a page asked for."""

from __future__ import annotations

import base64
import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Self

from websocket import WebSocket, WebSocketTimeoutException, create_connection

ARTIFACTS = Path(__file__).resolve().parents[1] / "artifacts"
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--remote-debugging-port=0", "--remote-allow-origins=*",
    "--force-color-profile=srgb", "--hide-scrollbars",
)  # fmt: skip
PATIENCE_S = 30.0
CODES = {
    "Backspace": 8, "Tab": 9, "Enter": 13, "Escape": 27, "End": 35, "Home": 36,
    "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40,
}  # fmt: skip
"""The numbers by which Chromium knows the keys that write nothing."""
SHIFT = 8


class Key(NamedTuple):
    """A key as the page is told of it: its name, the number it has in Chromium, and what it writes."""

    name: str
    code: int
    text: str

    @classmethod
    def called(cls, name: str) -> Key:
        return cls(
            name, CODES.get(name, ord(name[-1].upper())), "\r" if name == "Enter" else name * (name not in CODES)
        )


class Page:
    """One tab: what it shows, what it asked the network for, and what it complained of."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._number = 0
        self._loaded = False
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.dialogs: list[str] = []
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        # Nobody waits for animations here.
        calm = {"name": "prefers-reduced-motion", "value": "reduce"}
        self.call("Emulation.setEmulatedMedia", features=[calm])

    def call(self, method: str, **parameters: Any) -> Any:
        """Run a DevTools command and return its result."""
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            message = self._receive()
            if message.get("id") == self._number:
                if "error" in message:
                    raise RuntimeError(message["error"]["message"])
                return message["result"]

    def _receive(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self._socket.recv())
        self._note(message.get("method", ""), message.get("params", {}))
        return message

    def _note(self, method: str, told: dict[str, Any]) -> None:
        if method == "Network.requestWillBeSent":
            self.requests.append(told["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.errors.append(str(told["exceptionDetails"].get("exception", told["exceptionDetails"])))
        elif method == "Log.entryAdded" and told["entry"]["level"] in ("error", "warning"):
            self.errors.append(told["entry"]["text"])
        elif method == "Runtime.consoleAPICalled" and told["type"] in ("error", "warning", "assert"):
            self.errors.append(str(told["args"]))
        elif method == "Page.javascriptDialogOpening":
            self.dialogs.append(told["message"])
            self._number += 1
            accept = {"id": self._number, "method": "Page.handleJavaScriptDialog", "params": {"accept": True}}
            self._socket.send(json.dumps(accept))
        elif method == "Page.loadEventFired":
            self._loaded = True

    def size(self, width: int, height: int) -> Self:
        """Make the window that large."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        return self

    def open(self, file: Path, fragment: str = "") -> Self:
        """Open a file, with what follows its name in the address, and wait until it is loaded and has painted."""
        self._loaded = False
        for told in (self.requests, self.errors, self.dialogs):
            told.clear()
        self.call("Page.navigate", url=file.resolve().as_uri() + fragment)
        while not self._loaded:
            self._receive()
        self.settle()
        return self

    def settle(self, seconds: float = 0.3) -> None:
        """Let the page run for a while and hear what it tells."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                self._receive()
            except (WebSocketTimeoutException, BlockingIOError):
                break
        self._socket.settimeout(PATIENCE_S)

    @property
    def foreign_requests(self) -> list[str]:
        """What was asked for beside the file itself and what it carries."""
        return [url for url in self.requests if not url.startswith(("data:", "file:///"))] + [
            url for url in self.requests[1:] if url.startswith("file:///")
        ]

    def run(self, script: str) -> Any:
        """Return the value of a JavaScript expression."""
        told = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in told:
            raise RuntimeError(json.dumps(told["exceptionDetails"], ensure_ascii=False))
        return told["result"].get("value")

    def click(self, x: float, y: float) -> None:
        """Click at a position of the window."""
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            button = {} if kind == "mouseMoved" else {"button": "left", "clickCount": 1}
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **button)

    def press(self, *keys: str, shift: bool = False) -> None:
        """Press keys one after another: a character, or a name such as Enter or ArrowDown."""
        for key in map(Key.called, keys):
            told = {"key": key.name, "windowsVirtualKeyCode": key.code, "modifiers": SHIFT * shift}
            down = {"type": "keyDown", "text": key.text} if key.text else {"type": "rawKeyDown"}
            self.call("Input.dispatchKeyEvent", **told, **down)
            self.call("Input.dispatchKeyEvent", **told, type="keyUp")

    def screenshot(self, name: str) -> Path:
        """Keep a picture of the window among the artefacts."""
        return _keep(name, self.call("Page.captureScreenshot", format="png")["data"])

    def pdf(self, name: str) -> Path:
        """Keep what the page prints among the artefacts."""
        return _keep(name, self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)["data"])


def _keep(name: str, data: str) -> Path:
    ARTIFACTS.mkdir(exist_ok=True)
    path = ARTIFACTS / name
    path.write_bytes(base64.b64decode(data))
    return path


@contextmanager
def chromium(program: str, profile: Path) -> Iterator[Page]:
    """Start Chromium with an empty profile, and end it."""
    log = profile / "chromium.log"
    profile.mkdir(parents=True, exist_ok=True)
    with (
        log.open("wb") as told,
        subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={profile}", "about:blank"], stdout=told, stderr=told
        ) as process,
    ):
        try:
            socket = create_connection(_tab(profile, log), timeout=PATIENCE_S)
            try:
                yield Page(socket)
            finally:
                socket.close()
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE_S)


def _tab(profile: Path, log: Path) -> str:
    """Wait for the browser and return the address of its first tab."""
    told = profile / "DevToolsActivePort"
    end = time.monotonic() + PATIENCE_S
    while not (told.is_file() and "\n" in told.read_text()):
        if time.monotonic() > end:
            raise TimeoutError(f"Chromium did not start: {log.read_text(errors='replace')[-500:]}")
        time.sleep(0.05)
    port, browser = told.read_text().split("\n")[:2]
    socket = create_connection(f"ws://127.0.0.1:{port}{browser}", timeout=PATIENCE_S)
    try:
        socket.send(json.dumps({"id": 1, "method": "Target.getTargets"}))
        targets = json.loads(socket.recv())["result"]["targetInfos"]
    finally:
        socket.close()
    tab = next(target["targetId"] for target in targets if target["type"] == "page")
    return f"ws://127.0.0.1:{port}/devtools/page/{tab}"
