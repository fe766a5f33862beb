"""How the program ends when it is told to: by Ctrl-C, or by a signal from the system."""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any, Final

from onemap.text import tr

NAMES: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""What tells a program to end; not every system has all of them."""

PATIENCE_S: Final = 2.0
"""A second signal so soon after the first is impatience, and may not break off the cleaning up."""


class Ending:
    """What has told the program to end, if anything has."""

    def __init__(self) -> None:
        self.number = int(signal.SIGINT)
        self.told = False
        self._last_s = -math.inf

    @property
    def status(self) -> int:
        """The exit status by which a shell knows a program that was told to end."""
        return 128 + self.number

    def heed(self, number: int, _: Any) -> None:
        """Raise KeyboardInterrupt in the main thread, which unwinds whatever is going on."""
        now_s = time.monotonic()
        if now_s - self._last_s > PATIENCE_S:
            self.number, self.told, self._last_s = number, True, now_s
            raise KeyboardInterrupt


_ending: ContextVar[Ending | None] = ContextVar("ending", default=None)


@contextmanager
def heeding_signals() -> Iterator[Ending]:
    """Let every signal that tells the program to end be a KeyboardInterrupt inside; what is ignored stays ignored."""
    around = _ending.get()
    if around is not None:
        yield around
        return
    ending = Ending()
    numbers = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
    usual = (signal.SIG_DFL, signal.default_int_handler)
    token = _ending.set(ending)
    try:
        with _handled([number for number in numbers if signal.getsignal(number) in usual], ending.heed):
            yield ending
    finally:
        _ending.reset(token)


def remind() -> None:
    """Raise KeyboardInterrupt again if the program was told to end and goes on: some libraries catch whatever comes."""
    ending = _ending.get()
    if ending is not None and ending.told:
        raise KeyboardInterrupt


def interrupted() -> str:
    """Return what is said at the end of a program that was told to end."""
    return tr("Interrupted. Nothing half-written is left behind, and a build that was there is whole.")


@contextmanager
def unbroken() -> Iterator[None]:
    """Let what tells the program to end wait until all inside is done, which may take no time to speak of."""
    late: list[int] = []
    numbers = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
    handled = [number for number in numbers if callable(signal.getsignal(number))]
    with _handled(handled, lambda number, _: late.append(number)):
        yield
    if late:
        signal.raise_signal(late[0])


@contextmanager
def _handled(numbers: list[int], handler: Any) -> Iterator[None]:
    """Give signals another handler inside; only the main thread may, and only it is told."""
    before: dict[int, Any] = {}
    try:
        if threading.current_thread() is threading.main_thread():
            for number in numbers:
                with suppress(ValueError, OSError):
                    before[number] = signal.signal(number, handler)
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)
