"""Example rows of forms: no records, whatever they say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from onemap.ingest.numbers import split_unit
from onemap.ingest.raw import Fault, Raw, keep_rows
from onemap.ingest.values import read_value
from onemap.spec.contract import example_of
from onemap.spec.layer import FieldSpec, LayerSpec
from onemap.text import fold, tr

WORD: Final = re.compile(r"[(\[【〔]?(填写|填表|填报)?(示例|样例|范例|example)[)\]】〕]?[::]?")
"""What stands in one of the first cells of an example, and nothing else (compared folded)."""

LONE: Final = re.compile(r"[(\[【〔]?例[)\]】〕]?[::]?")
"""What means the same where it is the row's first word; elsewhere it may be a value."""

LEADING: Final = 4
"""Among so many columns from the left stands the word."""

FEWEST: Final = 2
"""Of fewer cells nothing is concluded."""

LONGEST: Final = 12
"""Longer cells are not looked at."""

OURS: Final = 2 / 3
"""A form without its mark is ours when so many of its fields have a column that is called as our form calls it."""


def set_examples_aside(
    raw: Raw, layer: LayerSpec | None = None, matches: Mapping[str, str] | None = None, marked: bool = False
) -> tuple[Raw, list[Fault]]:
    """Return a table without its example rows, and tell of each.

    A row that says in every field what the example of our form says is one too, though its word is gone. Of an example
    that was written over, where the form is ours, a warning is given: it may be a record.

    Parameters
    ----------
    matches
        The raw column of each field of the layer that has one.
    marked
        Whether the table has the mark of our form for that layer.
    """
    if raw.geometry is not None or raw.frame.empty:
        return raw, []
    words = _example_words(raw)
    form: list[tuple[str, FieldSpec]] = []
    if layer is not None:
        matches = matches or {}
        words = [word or own for word, own in zip(words, _own_examples(raw, layer, matches), strict=True)]
        form = _telling(layer, matches) if marked or _is_ours(layer, matches) else []
    if not any(words):
        return raw, []
    faults = [_told(raw, place, word, _written_over(raw, place, form)) for place, word in enumerate(words) if word]
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


def _own_examples(raw: Raw, layer: LayerSpec, matches: Mapping[str, str]) -> list[str]:
    """Return the name or code of each row in which all that is filled in is the example of our form, "" of others."""
    found = [""] * len(raw.frame)
    name = layer.label if layer.label in matches else layer.key
    word = example_of(layer.fields[name])
    if name not in matches or len(matches) < FEWEST or not word:
        return found
    for place, cell in enumerate(raw.frame[matches[name]]):
        if isinstance(cell, str) and cell.strip() == word:
            row = raw.frame.iloc[place]
            cells = {own: row[column] for own, column in matches.items() if row[column] is not None}
            same = all(_is_example(value, layer.fields[own]) for own, value in cells.items())
            found[place] = word if same and len(cells) >= FEWEST else ""
    return found


def _is_example(cell: Any, field: FieldSpec) -> bool:
    return bool(read_value(cell, field).value == read_value(example_of(field), field).value)


def _is_ours(layer: LayerSpec, matches: Mapping[str, str]) -> bool:
    """Tell whether a table without a mark is our form, of which columns may be gone or have got a unit."""
    titled = [name for name, column in matches.items() if fold(split_unit(column)[0]) == fold(layer.fields[name].title)]
    return {layer.key, layer.label} <= {*matches} and len(titled) >= OURS * len(layer.fields)


def _telling(layer: LayerSpec, matches: Mapping[str, str]) -> list[tuple[str, FieldSpec]]:
    """Return the columns, with their fields, that tell an example from a record: code and name, or else all."""
    names = {layer.key, layer.label} & {*matches} or {*matches}
    return [(matches[name], layer.fields[name]) for name in matches if name in names]


def _written_over(raw: Raw, place: int, form: Sequence[tuple[str, FieldSpec]]) -> bool:
    """Tell whether a row of our own form no longer says what its example does."""
    cells = [(raw.frame[column].iloc[place], field) for column, field in form]
    return any(cell is not None and not _is_example(cell, field) for cell, field in cells)


def _told(raw: Raw, place: int, word: str, written_over: bool) -> Fault:
    message, hint, severity = tr("an example row, not a record"), tr("nothing to do"), None
    if written_over:
        message = tr("the row is marked as an example, and was left out, but is not the example of the form any more")
        hint = tr("if it is a record, write its number in place of that word")
        severity = "warning"
    row = raw.rows[place]
    return Fault("not_a_record", message, hint, value=word, action="dropped", severity=severity, key="", row=row)
