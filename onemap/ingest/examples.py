"""Example rows of forms: no records, whatever they say."""

from __future__ import annotations

import re
from typing import Any, Final

import numpy as np

from onemap.ingest.raw import Fault, Raw, keep_rows
from onemap.ingest.values import read_value
from onemap.spec.contract import example_of
from onemap.spec.layer import LayerSpec
from onemap.text import fold, tr

WORD: Final = re.compile(r"[(\[【〔]?(填写|填表|填报)?(示例|样例|范例|example)[)\]】〕]?[::]?")
"""What stands in one of the first cells of an example, and nothing else (compared folded)."""

LONE: Final = re.compile(r"[(\[【〔]?例[)\]】〕]?[::]?")
"""What means the same where it is the row's first word; elsewhere it may be a value."""

LEADING: Final = 4
"""Among so many columns from the left stands the word."""

LONGEST: Final = 12
"""Longer cells are not looked at."""


def set_examples_aside(raw: Raw, layer: LayerSpec | None) -> tuple[Raw, list[Fault]]:
    """Return a table without its example rows, and tell of each.

    Of an example that was written over, where the form is ours, a warning is given: it may be a record.
    """
    if raw.geometry is not None or raw.frame.empty:
        return raw, []
    words = _example_words(raw)
    if not any(words):
        return raw, []
    faults = [_told(raw, place, word, _written_over(raw, place, layer)) for place, word in enumerate(words) if word]
    return keep_rows(raw, np.array([not word for word in words])), faults


def _example_words(raw: Raw) -> list[str]:
    """Return for each row the cell that says that it is an example, "" where none does."""
    found = [""] * len(raw.frame)
    begun = [False] * len(raw.frame)
    for name in raw.frame.columns[:LEADING]:
        for at, cell in enumerate(raw.frame[name]):
            if isinstance(cell, str) and len(cell) <= LONGEST:
                folded = fold(cell)
                if WORD.fullmatch(folded) or (not begun[at] and LONE.fullmatch(folded)):
                    found[at] = found[at] or cell
            begun[at] = begun[at] or cell is not None
    return found


def _written_over(raw: Raw, place: int, layer: LayerSpec | None) -> bool:
    """Tell whether a row of our own form no longer has the code or the name of its example."""
    columns = {fold(column): column for column in reversed(list(raw.frame.columns))}
    if layer is None or any(fold(field.title) not in columns for field in layer.fields.values()):
        return False
    for name in {layer.key, layer.label}:
        field = layer.fields[name]
        cell: Any = raw.frame[columns[fold(field.title)]].iloc[place]
        if cell is not None and read_value(cell, field).value != read_value(example_of(field), field).value:
            return True
    return False


def _told(raw: Raw, place: int, word: str, written_over: bool) -> Fault:
    message, hint, severity = tr("an example row, not a record"), tr("nothing to do"), None
    if written_over:
        message = tr("the row is marked as an example, and was left out, but is not the example of the form any more")
        hint = tr("if it is a record, write its number in place of that word")
        severity = "warning"
    row = raw.rows[place]
    return Fault("not_a_record", message, hint, value=word, action="dropped", severity=severity, key="", row=row)
