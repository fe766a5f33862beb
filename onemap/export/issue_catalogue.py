"""The catalogue of kinds of issues as pages: `python -m onemap.export.issue_catalogue` writes them into `docs/`."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from onemap.export.words import severity_title
from onemap.spec.kinds import KIND_GROUPS
from onemap.text import Language, speaking, tr

PAGES: Final[Mapping[Language, str]] = {"en": "issues.md", "zh": "issues.zh-CN.md"}


def page() -> str:
    """Return every kind of issue with its number, meaning and remedy, as Markdown in the language spoken now."""
    made = "<!-- python -m onemap.export.issue_catalogue -->"
    opening = tr("Each kind of issue has a number that never changes, for letters to cite.")
    lines = [f"# {tr('Kinds of issues')}", "", made, "", opening]
    head = [tr("Number"), tr("Kind"), tr("Id"), tr("Severity"), tr("What it means"), tr("What to do")]
    for group in KIND_GROUPS:
        lines += ["", f"## {group.name}", "", _row(head), _row(["---"] * len(head))]
        lines += [
            _row([kind.number, kind.name, f"`{own_id}`", severity_title(kind.severity), kind.meaning, kind.what_to_do])
            for own_id, kind in group.kinds.items()
        ]
    return "\n".join(lines) + "\n"


def write(folder: Path) -> list[Path]:
    """Write the page in each language into `folder`."""
    written = []
    for language, name in PAGES.items():
        with speaking(language):
            (folder / name).write_text(page(), encoding="utf-8", newline="\n")
        written.append(folder / name)
    return written


def _row(cells: Sequence[object]) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))
