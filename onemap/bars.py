"""The bars that show on a terminal how far a command is: one for each stage, which stays when the stage is done."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.table import Column
from rich.text import Text

from onemap import progress
from onemap.interruption import remind
from onemap.progress import Stage, Step
from onemap.text import tr

ROOM: Final = 3
"""Columns that are left free on the right."""


class Clock(ProgressColumn):
    """How long a stage has taken, and how long it will still take if it goes on like this."""

    def render(self, task: Task) -> Text:
        """Return both; of a stage that is done how long it took."""
        if task.finished:
            return Text(tr("{seconds:.1f} s", seconds=task.finished_time or 0.0))
        told = _clock(task.elapsed or 0.0)
        left = task.time_remaining
        return Text(told if left is None else tr("{elapsed}, {left} left", elapsed=told, left=_clock(left)))


class Narrow:
    """The bars with some room beside them, in which the terminal writes ^C: else they would be drawn twice."""

    def __init__(self, bars: RenderableType) -> None:
        self.bars = bars

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from console.render(self.bars, options.update(width=options.max_width - ROOM))


class Bars(Progress):
    """Bars that are narrower than the terminal."""

    def get_renderable(self) -> RenderableType:
        """Return what is drawn."""
        return Narrow(super().get_renderable())


@contextmanager
def progress_bars() -> Iterator[progress.Progress]:
    """Yield what draws the bars on stderr. Where nobody looks it draws none: a log holds what was said.

    At each step the work is also reminded that it was told to end.
    """
    if not sys.stderr.isatty():
        yield lambda _: remind()
        return
    titles = _titles()
    width = max(map(cell_len, titles.values()))
    at_hand = TextColumn("{task.fields[at_hand]}", markup=False, table_column=Column(ratio=1, no_wrap=True))
    title = TextColumn("{task.description}", markup=False, table_column=Column(min_width=width, no_wrap=True))
    columns = (title, BarColumn(24), MofNCompleteColumn(), Clock(table_column=Column(no_wrap=True)), at_hand)
    with Bars(*columns, console=Console(stderr=True), expand=True, redirect_stdout=False) as bars:
        tasks: dict[Stage, TaskID] = {}

        def draw(step: Step) -> None:
            remind()
            if step.stage not in tasks:
                tasks[step.stage] = bars.add_task(titles[step.stage], total=step.total, at_hand="")
            bars.update(tasks[step.stage], completed=step.done, total=step.total, at_hand=step.at_hand)

        yield draw


def _titles() -> dict[Stage, str]:
    return {
        "recognising": tr("Recognising"),
        "reading": tr("Reading"),
        "checking": tr("Checking"),
        "comparing": tr("Comparing"),
        "assessing": tr("Assessing"),
        "writing": tr("Writing"),
    }


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"
