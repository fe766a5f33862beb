"""The draft of a layer file for a kind of data that the catalogue does not know."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import pandas as pd

from onemap.dates import parse_date
from onemap.ingest.numbers import parse_number
from onemap.spec.blanks import BLANKS
from onemap.spec.catalogue import Catalogue
from onemap.spec.layer import DBF_NAME, IDENTIFIER, RESERVED, RESERVED_DBF, FieldType
from onemap.spec.toml import quoted
from onemap.text import fold

FEW: Final = 20
"""A column of at most so many different texts, each met three times on average, holds classes."""

LABELS: Final = ("名称", "name", "名")
"""How the columns end that hold what people call a thing."""

COLOURS: Final = ("#63b56e", "#f4cb42", "#db4c48", "#4aa3d8", "#8e6bbf", "#e08a1e", "#6d7f8b", "#b0876a")


def name_layer(stem: str) -> str:
    """Return an id for a layer that a file of this name fills."""
    plain = re.sub(r"\W+", "_", fold(stem), flags=re.ASCII).strip("_")
    return plain if IDENTIFIER.fullmatch(plain) and plain not in RESERVED else "my_layer"


def draft_layer(title: str, frame: pd.DataFrame, geometry: Sequence[str], catalogue: Catalogue) -> Iterator[str]:
    """Yield the lines of a layer file that takes every column of `frame`.

    Columns that a layer of the catalogue knows get its id and DBF name; the others are numbered, for somebody to name.

    Parameters
    ----------
    title
        What the layer is called, until somebody writes a better one.
    geometry
        The kinds of geometry: point, line, polygon, table.
    """
    columns = [str(column) for column in frame.columns]
    fields = _names(columns, catalogue)
    types = {column: _type(frame[column]) for column in columns}
    key, label = _key(frame, columns), _label(columns)
    classes = next((column for column in columns if types[column] == "class" and column not in (key, label)), None)
    yield f"title    = {quoted(title)}"
    yield f"geometry = {quoted(geometry[0]) if len(geometry) == 1 else _list(geometry)}"
    yield f"key      = {quoted(fields[key][0])}"
    yield f"label    = {quoted(fields[label][0])}"
    if classes:
        yield f"class    = {quoted(fields[classes][0])}"
    for column in columns:
        name, dbf = fields[column]
        yield from ("", f"[fields.{name}]", f"title = {quoted(column)}")
        if types[column] != "text":
            yield f"type  = {quoted(types[column])}"
        yield f"dbf   = {quoted(dbf)}"
        if column == key:
            yield "required = true"
            if _is_key(frame[column]):
                yield "unique   = true"
        if types[column] == "class" and column != classes:
            yield from _classes(frame[column], f"fields.{name}.classes")
    if classes:
        yield from _classes(frame[classes], "classes")


def _list(words: Sequence[str]) -> str:
    return f"[{', '.join(map(quoted, words))}]"


def _names(columns: Sequence[str], catalogue: Catalogue) -> dict[str, tuple[str, str]]:
    """Return the id and the DBF name of each column's field."""
    known: dict[str, tuple[str, str]] = {}
    for layer in catalogue.layers.values():
        for own_id, field in layer.fields.items():
            for word in (field.title, own_id, field.dbf):
                known.setdefault(fold(word), (own_id, field.dbf))
    names: dict[str, tuple[str, str]] = {}
    for number, column in enumerate(columns, start=1):
        plain = re.sub(r"\W+", "_", fold(column), flags=re.ASCII).strip("_")
        own = plain if IDENTIFIER.fullmatch(plain) and plain not in RESERVED else f"field_{number}"
        short = own.upper()[:10]
        fits = own == plain and DBF_NAME.fullmatch(short) and short not in RESERVED_DBF
        dbf = short if fits else f"F{number}"
        name, dbf = known.get(fold(column), (own, dbf))
        if name in {taken for taken, _ in names.values()} or dbf in {taken for _, taken in names.values()}:
            name, dbf = f"field_{number}", f"F{number}"
        names[column] = (name, dbf)
    return names


def _values(column: pd.Series[Any]) -> pd.Series[Any]:
    return column[[value is not None and value == value and fold(value) not in BLANKS for value in column]]


def _type(column: pd.Series[Any]) -> FieldType:
    """Return the type that all values of a column have."""
    values = _values(column)
    if values.empty:
        return "text"
    numbers = [parse_number(value) for value in values]
    if all(number is not None for number in numbers):
        # A code is a text: it is long, begins with nought, or is all different whole numbers.
        texts = values.map(str)
        coded = texts.str.fullmatch(r"0\d+|\d{6,}").any()
        whole = all(float(number).is_integer() for number in numbers if number is not None)
        return "text" if coded else "integer" if whole else "number"
    if all(parse_date(value) is not None for value in values):
        return "date"
    words = {fold(value) for value in values}
    return "class" if len(words) <= FEW and len(values) >= 3 * len(words) else "text"


def _key(frame: pd.DataFrame, columns: Sequence[str]) -> str:
    """Return the column that names each record: the first with no blank and no repeat, or else the first."""
    return next((column for column in columns if _is_key(frame[column])), columns[0])


def _is_key(column: pd.Series[Any]) -> bool:
    texts = _values(column).map(fold)
    return len(texts) == len(column) and texts.is_unique and not texts.str.contains(r"\.").any()


def _label(columns: Sequence[str]) -> str:
    return next((column for column in columns if fold(column).endswith(LABELS)), columns[0])


def _classes(column: pd.Series[Any], table: str) -> Iterator[str]:
    words: Mapping[str, str] = {fold(value): str(value).strip() for value in reversed(list(_values(column)))}
    for number, title in enumerate(reversed(list(words.values())), start=1):
        yield from ("", f"[{table}.class_{number}]", f"title = {quoted(title)}")
        if table == "classes":
            yield f"fill  = {quoted(COLOURS[(number - 1) % len(COLOURS)])}"
