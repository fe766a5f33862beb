"""What the pages made from the catalogue have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from onemap.text import Language, speaking


def row(cells: Sequence[object]) -> str:
    """Return a line of a Markdown table."""
    return f"| {' | '.join(str(cell).replace('|', '/') for cell in cells)} |"


def write_pages(folder: Path, names: Mapping[Language, str], page: Callable[[], str]) -> list[Path]:
    """Write a page in each language into `folder`."""
    written = []
    for language, name in names.items():
        with speaking(language):
            (folder / name).write_text(page(), encoding="utf-8", newline="\n")
        written.append(folder / name)
    return written
