"""A whole build of a county of 50,000 parcels, and the next builds after something has changed: where the time goes."""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import openpyxl
from county import Size, write_county

CHILD = """
import gc, json, sys, time
start = time.perf_counter()
import onemap
from onemap.pipeline import run
seconds, now = {"start": 0.0}, ["start", start]
def heard(step):
    moment = time.perf_counter()
    seconds[now[0]] = seconds.get(now[0], 0.0) + moment - now[1]
    now[:] = [step.at_hand if step.stage == "writing" and step.at_hand else step.stage, moment]
atlas = run(onemap.load_project(sys.argv[1]), sys.argv[2], progress=heard)
seconds[now[0]] = seconds.get(now[0], 0.0) + time.perf_counter() - now[1]
print(json.dumps({"seconds": seconds, "issues": len(atlas.told), "findings": len(atlas.findings)}))
gc.freeze()
"""


def change_cell(book: Path, column: str, change: Callable[[object], object]) -> None:
    """Change the tenth cell of a column of a workbook."""
    workbook = openpyxl.load_workbook(book)
    sheet = workbook.active
    assert sheet is not None
    place = next(cell.column for cell in sheet[1] if cell.value == column)
    cell = sheet.cell(11, place)
    cell.value = change(cell.value)
    workbook.save(book)


def build(project: Path) -> float:
    """Build as its user does, and return the seconds from start to end."""
    start = time.perf_counter()
    words = ["-m", "onemap", "build", str(project), "--out", str(project.parent / "out")]
    subprocess.run([sys.executable, *words], check=False, capture_output=True)
    return time.perf_counter() - start


def stages(project: Path) -> tuple[dict[str, float], str]:
    """Build in a process of its own, and return the seconds of each stage, and what it found."""
    words = ["-c", CHILD, str(project), str(project.parent / "out")]
    run = subprocess.run([sys.executable, *words], check=True, capture_output=True, text=True)
    told = json.loads(run.stdout)
    return told["seconds"], f"{told['issues']} issues, {told['findings']} findings"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=50_000)
    parser.add_argument("--faults", type=int, default=5000)
    asked = parser.parse_args()
    changes: dict[str, Callable[[Path], None]] = {
        "the first": lambda project: None,
        "nothing has changed": lambda project: None,
        "a receptor has another name": lambda project: change_cell(
            project / "sensitive_receptor.xlsx", "受体名称", lambda name: f"{name}（新）"
        ),
        "a receptor lies elsewhere": lambda project: change_cell(
            project / "sensitive_receptor.xlsx", "经度", lambda degrees: float(str(degrees)) + 0.01
        ),
    }
    with tempfile.TemporaryDirectory() as folder:
        # One is built as its user does; what a stage takes is asked of another.
        project, other = Path(folder) / "a" / "county", Path(folder) / "b" / "county"
        project.mkdir(parents=True)
        write_county(project, Size(asked.parcels, asked.faults))
        shutil.copytree(project, other)
        print("| build | seconds | of the first |", "|---|---|---|", sep="\n")
        tables, first = {}, 0.0
        for name, change in changes.items():
            change(project)
            change(other)
            total = build(project)
            tables[name], found = stages(other)
            first = first or total
            print(f"| {name} ({found}) | {total:.1f} | {total / first:.2f} |", flush=True)
        told = [stage for stage in tables["the first"] if any(table.get(stage, 0) >= 0.05 for table in tables.values())]
        print(f"\n| seconds | {' | '.join(tables)} |", f"|---{'|---' * len(tables)}|", sep="\n")
        for stage in told:
            print(f"| {stage} | {' | '.join(f'{table.get(stage, 0.0):.2f}' for table in tables.values())} |")


if __name__ == "__main__":
    main()
