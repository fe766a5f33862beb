"""The catalogue of kinds of issues as pages: `python -m onemap.export.issue_catalogue` writes them into `docs/`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from onemap.export.pages import row, write_pages
from onemap.export.words import severity_title
from onemap.spec.kinds import KIND_GROUPS
from onemap.text import Language, tr

PAGES: Final[Mapping[Language, str]] = {"en": "issues.md", "zh": "issues.zh-CN.md"}


def page() -> str:
    """Return every kind of issue with its number, meaning and remedy, as Markdown in the language spoken now."""
    made = "<!-- python -m onemap.export.issue_catalogue -->"
    opening = tr("Each kind of issue has a number that never changes, for letters to cite.")
    lines = [f"# {tr('Kinds of issues')}", "", made, "", opening]
    head = [tr("Number"), tr("Kind"), tr("Id"), tr("Severity"), tr("What it means"), tr("What to do")]
    for group in KIND_GROUPS:
        lines += ["", f"## {group.name}", "", row(head), row(["---"] * len(head))]
        lines += [
            row([kind.number, kind.name, f"`{own_id}`", severity_title(kind.severity), kind.meaning, kind.what_to_do])
            for own_id, kind in group.kinds.items()
        ]
    return "\n".join(lines) + "\n"


def write(folder: Path) -> list[Path]:
    """Write the page in each language into `folder`."""
    return write_pages(folder, PAGES, page)


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))
