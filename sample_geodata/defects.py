"""The list of planted defects: what the issue table is to show, and why each one is a defect."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

HEAD: Final = """\
# The defects that make_sample.py has planted, one table each: what the issue table of `onemap check` is to show,
# and in `note` why it is a defect. Keys that do not apply are left out. Everything else in the sample is clean.
# row: Excel row; line of a csv file; feature id of shp, geojson, gdb; number of the Placemark in a kml file.
"""


@dataclass(frozen=True)
class Defect:
    """One planted defect."""

    kind: str
    layer: str
    source: str
    note: str
    row: int | None = None
    cell: str = ""
    field: str = ""
    key: str = ""
    value: str = ""


def write_defects(path: Path, defects: list[Defect]) -> None:
    """Write the list as TOML."""
    names = [field.name for field in fields(Defect) if field.name != "note"] + ["note"]
    tables = []
    for defect in defects:
        values = {name: getattr(defect, name) for name in names if getattr(defect, name) not in ("", None)}
        # A JSON string is a TOML basic string, and an integer is an integer in both.
        lines = [f"{name:<6} = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()]
        tables.append("\n".join(["[[defects]]", *lines]))
    path.write_text("\n\n".join([HEAD.rstrip(), *tables]) + "\n", "utf-8", newline="\n")
