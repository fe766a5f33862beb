"""How far long work is: its stages, the steps of each, and what is at hand, told to whoever asked.

Work says what it does and not to whom: as with the language, that is known to everything inside `telling`.

>>> heard = []
>>> with telling(heard.append):
...     begin("reading", 2)
...     for name in ("a.shp", "b.xlsx"):
...         with doing(name):
...             pass
>>> [(step.done, step.total, step.at_hand) for step in heard]
[(0, 2, 'a.shp'), (1, 2, 'b.xlsx'), (2, 2, '')]
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal, TypeAlias

Stage: TypeAlias = Literal["recognising", "reading", "checking", "comparing", "assessing", "writing"]


@dataclass(frozen=True)
class Step:
    """Where the work is now."""

    stage: Stage
    done: int
    """Steps of the stage that are done: files, checks of layers, rules, products."""
    total: int
    """Steps that the stage has; while files are still being found it may grow."""
    at_hand: str
    """What is being done now, for people; "" when the stage is done."""


Progress: TypeAlias = Callable[[Step], None]
"""Is told of each step before it is done, and once more when its stage is done. What it raises ends the work."""


class _Teller:
    """Counts the steps of the stage that is being done."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.stage: Stage | None = None
        self.done = self.total = 0
        self.at_hand = ""

    def tell(self) -> None:
        if self.stage is not None:
            self.progress(Step(self.stage, self.done, self.total, self.at_hand))

    def end(self) -> None:
        self.tell()
        self.stage = None


_teller: ContextVar[_Teller | None] = ContextVar("teller", default=None)


@contextmanager
def telling(progress: Progress | None) -> Iterator[None]:
    """Let everything inside tell `progress` how far it is; with None whoever is told already is told."""
    if progress is None:
        yield
        return
    teller = _Teller(progress)
    token = _teller.set(teller)
    try:
        yield
        teller.end()
    finally:
        _teller.reset(token)


def begin(stage: Stage, total: int) -> None:
    """Begin a stage of so many steps; the one before it is done."""
    teller = _teller.get()
    if teller:
        teller.end()
        teller.stage, teller.done, teller.total = stage, 0, total


def expect(more: int) -> None:
    """Let the stage have so many steps more than were known when it began."""
    teller = _teller.get()
    if teller:
        teller.total += more


@contextmanager
def doing(at_hand: str = "", steps: int = 1) -> Iterator[None]:
    """Count what is done inside as so many steps of the stage.

    Those inside may be counted one by one by what does them; whatever of them was not, as it was found done
    already, is counted at the end.

    Parameters
    ----------
    at_hand
        What is being done, for people; inside another step it is said beside that.
    """
    teller = _teller.get()
    if teller is None:
        yield
        return
    start, around = teller.done, teller.at_hand
    teller.at_hand = " ".join(filter(None, (around, at_hand)))
    teller.tell()
    try:
        yield
    finally:
        teller.done, teller.at_hand = start + steps, around
