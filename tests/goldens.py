"""Golden tables of the sample county: `python -m tests.goldens BUILD` takes them from a build, to be read as a diff."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"
TABLES = ("findings.csv", "issues.csv", "balance.csv", "scorecards.csv")
MOST = 25
"""So many records of each list are kept: long lists are held against plain computations, record by record."""


def lines_of(table: Path) -> list[str]:
    """Return the lines of a table, of findings the first of each list."""
    head, *lines = table.read_text("utf-8-sig").splitlines()
    if table.name != "findings.csv":
        return [head, *lines]
    seen: Counter[str] = Counter()
    kept = [head]
    for line in lines:
        rule = line.split(",", 1)[0]
        seen[rule] += 1
        kept += [line] if seen[rule] <= MOST else []
    return kept


if __name__ == "__main__":
    for name in TABLES:
        (FOLDER / name).write_text("\n".join(lines_of(Path(sys.argv[1]) / name)) + "\n", "utf-8")
