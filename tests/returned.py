"""A bureau at work: fills decisions into a copy of an issue workbook, as a person does in Excel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl

Line = Mapping[str, Any]
"""A line of a bureau's sheet, by the titles of its columns."""


def lines_of(workbook: Path) -> list[dict[str, Any]]:
    """Return the lines of all sheets of bureaus, each with its "sheet" and "number"."""
    lines = []
    for sheet in openpyxl.load_workbook(workbook).worksheets:
        header, *rows = sheet.iter_rows(values_only=True)
        if "onemap" in header:
            lines += [
                {"sheet": sheet.title, "number": number, **dict(zip(header, row, strict=True))}
                for number, row in enumerate(rows, start=2)
                if row[header.index("onemap")]
            ]
    return lines


def fill_in(workbook: Path, decide: Callable[[Line], Mapping[str, Any] | None], into: Path | None = None) -> Path:
    """Write what `decide` returns for a line into its cells, by their titles; None leaves the line alone."""
    book = openpyxl.load_workbook(workbook)
    for line in lines_of(workbook):
        sheet = book[line["sheet"]]
        titles = [cell.value for cell in sheet[1]]
        for title, value in (decide(line) or {}).items():
            sheet.cell(line["number"], titles.index(title) + 1).value = value
    target = into or workbook
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)
    return target


def correct(value: Any, who: str = "张三", why: str = "已核实") -> dict[str, Any]:
    return {"处理决定": "改正", "新值": value, "决定人": who, "理由": why}


def waive(until: Any = None, who: str = "李四", why: str = "属实") -> dict[str, Any]:
    return {"处理决定": "豁免", "决定人": who, "理由": why, "有效期至": until}
