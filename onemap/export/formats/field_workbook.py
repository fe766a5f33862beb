"""字段对照表.xlsx: what the short column names of the shapefiles mean, and which texts had to be cut."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from onemap.export.formats import dbf
from onemap.export.formats.target import Target
from onemap.export.sheets import Column, dated_workbook, write_table
from onemap.geodesy import unit_title
from onemap.spec.layer import FieldSpec, LayerSpec
from onemap.text import tr

NAME: Final = "字段对照表.xlsx"


@dataclass(frozen=True)
class Described:
    """A column of a shapefile, without its cells."""

    name: str
    title: str
    type: str
    width: int
    decimals: int
    cut: tuple[tuple[str, str], ...]
    """Key and full text of what was longer than a column can be."""


@dataclass(frozen=True)
class File:
    """A shapefile that was written."""

    name: str
    title: str
    spec: LayerSpec | None
    """None of what is no layer."""
    encoding: dbf.Encoding
    columns: Mapping[str, Described]
    """By the layer's own names for its columns."""


def write(files: Sequence[File], target: Target) -> Path:
    """Write the workbook for `files` into the folder of the target."""
    path = target.path / NAME
    title = tr("{title}: columns of the shapefiles", title=target.title)
    with dated_workbook(path, target.day, title) as book:
        rows = [row for file in files for row in _fields(file)]
        write_table(book, book.sheet(tr("Columns")), _columns(_field_titles(), rows))
        cuts = [row for file in files for row in _cuts(file)]
        titles = (tr("File"), tr("Code"), tr("Field"), tr("Full text"))
        empty = tr("No text was cut: all are in the shapefiles in full.")
        write_table(book, book.sheet(tr("Cut texts")), _columns(titles, cuts), empty)
    return path


def _field_titles() -> tuple[str, ...]:
    return (
        tr("File"), tr("Layer"), tr("DBF name"), tr("Chinese title"), tr("English title"), tr("Type"), tr("Width"),
        tr("Unit"), tr("Classes"), tr("Meaning"), tr("Encoding"),
    )  # fmt: skip


def _columns(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Column]:
    return [Column(title, [row[place] for row in rows]) for place, title in enumerate(titles)]


def _fields(file: File) -> Iterator[tuple[str, ...]]:
    for own_id, column in file.columns.items():
        field = file.spec.fields.get(own_id) if file.spec else None
        width = f"{column.width}.{column.decimals}" if column.decimals else str(column.width)
        chinese, english = (field.title, field.title_en) if field else (column.title, own_id)
        unit = unit_title(field.unit) if field and field.unit else ""
        classes = tr(", ").join(own.label for own in field.classes.values()) if field else ""
        meaning = tr("; ").join(_meanings(file.spec, own_id, field))
        yield (
            file.name, file.title, column.name, chinese, english, _type_title(column), width, unit, classes,
            meaning, file.encoding,
        )  # fmt: skip


def _type_title(column: Described) -> str:
    if column.type == "N":
        return tr("number") if column.decimals else tr("whole number")
    return tr("date") if column.type == "D" else tr("text")


def _meanings(spec: LayerSpec | None, own_id: str, field: FieldSpec | None) -> list[str]:
    """Return what a column is for, as far as its layer file says."""
    if spec is None or field is None:
        return [tr("added by the program, not a column of the source")]
    facts = {
        tr("names the feature in every list"): own_id == spec.key,
        tr("what people call the feature"): own_id == spec.label,
        tr("gives the feature its colour"): own_id == spec.class_field,
        tr("the area that was declared, not the measured one"): field.measures_area,
        tr("the township as the source states it"): field.names_township,
        tr("must be filled in"): field.required,
        tr("must be unique"): field.unique,
    }
    return [fact for fact, holds in facts.items() if holds]


def _cuts(file: File) -> Iterator[tuple[str, ...]]:
    for column in file.columns.values():
        title = f"{column.name} {column.title}"
        yield from ((file.name, key, title, text) for key, text in column.cut)
