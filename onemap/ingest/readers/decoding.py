"""Names and texts that came as bytes, decoded once it is known how they are written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from onemap.ingest.raw import Fault
from onemap.ingest.readers.encoding import Finding, Label, decode, find_despite_damage, take_at_word
from onemap.ingest.readers.features import Column, Shared
from onemap.model import EncodingRecord
from onemap.text import fold, tr

AS_BYTES = "ISO-8859-1"
"""In this encoding GDAL hands every byte over as the character of the same number."""


@dataclass(frozen=True)
class Decoded:
    """Names and columns as they are meant."""

    names: list[str]
    columns: list[Column]
    record: EncodingRecord
    cut_names: frozenset[str]
    """The names that are as long as the format allows, or end in half a character."""
    faults: tuple[Fault, ...]


def decode_all(
    names: Sequence[str], columns: Sequence[Column], label: Label, *, asked: str | None, name_bytes: int
) -> Decoded:
    """Decode names and texts that were read `AS_BYTES`.

    Parameters
    ----------
    label
        What the file says of its encoding.
    asked
        The encoding that the project names, which overrules everything.
    name_bytes
        How long a name can be in the format.

    Raises
    ------
    UnreadableError
        They are written in no encoding that is known, or not in the one that the project names.
    """
    raw_names = [name.encode("latin-1") for name in names]
    texts = [*raw_names, *(text for column in columns for text in _foreign(column))]
    finding = take_at_word(asked, texts) if asked else find_despite_damage(texts, label)
    halves = [_decode(name, finding.codec) for name in raw_names]
    fresh = distinct(name for name, _ in halves)
    full = {
        name for name, raw, (_, half) in zip(fresh, raw_names, halves, strict=True) if half or len(raw) >= name_bytes
    }
    decoded = [_decoded(column, finding.codec) for column in columns]
    cut = {name: count for name, (_, count) in zip(fresh, decoded, strict=True) if count}
    found = [column for column, _ in decoded]
    half_names = [name for name, (_, half) in zip(fresh, halves, strict=True) if half]
    faults = (*unproved(finding), *_cut(cut, half_names), *_damaged(fresh, found))
    return Decoded(fresh, found, finding.record, frozenset(full), faults)


def distinct(names: Iterable[str]) -> list[str]:
    """Return names of which no two are compared as equal: a second "面积" is "面积_2"."""
    fresh: dict[str, str] = {}
    for name in names:
        number, free = 2, name
        while fold(free) in fresh:
            free, number = f"{name}_{number}", number + 1
        fresh[fold(free)] = free
    return [*fresh.values()]


def unproved(finding: Finding) -> tuple[Fault, ...]:
    """Tell of text that can be read in two ways."""
    if not finding.readings:
        return ()
    (taken, first), (other, second) = finding.readings.items()
    message = tr(
        'the text can be read as "{first}" ({taken}) or "{second}" ({other}); {taken} was taken',
        first=first, taken=taken, second=second, other=other,
    )  # fmt: skip
    return (Fault("encoding_unproved", message, tr("name the encoding in the project: encoding = …"), value=second),)


def _foreign(column: Column) -> list[bytes]:
    """Return the distinct texts of a column that are beyond ASCII."""
    if not isinstance(column, Shared):
        return []
    return [text.encode("latin-1") for text in column.values if isinstance(text, str) and not text.isascii()]


def _decode(text: bytes, codec: str) -> tuple[str, bool]:
    """Return a text, and whether it ends in half a character; what is damaged gets the sign \ufffd, and is told."""
    try:
        return decode(text, codec)
    except UnicodeDecodeError:
        return text.decode(codec, "replace"), False


def _decoded(column: Column, codec: str) -> tuple[Column, int]:
    """Return a column as it is meant, and how many of its values end in half a character."""
    if not isinstance(column, Shared):
        return column, 0
    values, halves = list(column.values), []
    for at, text in enumerate(values):
        if isinstance(text, str) and not text.isascii():
            values[at], half = _decode(text.encode("latin-1"), codec)
            if half:
                halves.append(at)
    return Shared(values, column.at), int(np.isin(column.at, halves).sum()) if halves else 0


def _cut(counts: dict[str, int], names: list[str]) -> tuple[Fault, ...]:
    parts = []
    if counts:
        columns = ", ".join(counts)
        parts.append(
            tr(
                "{count} values end in half a character, cut by the writing program at the field's width: {columns}",
                count=sum(counts.values()),
                columns=columns,
            )
        )
    if names:
        parts.append(tr("names of columns that end in half a character: {names}", names=", ".join(names)))
    if not parts:
        return ()
    hint = tr("the halves were left out; ask for the data as GeoPackage (.gpkg), where texts have any length")
    return (Fault("cut_text", "; ".join(parts), hint, action="repaired"),)


def _damaged(names: Sequence[str], columns: Sequence[Column]) -> tuple[Fault, ...]:
    """Tell of texts with the sign for what could not be read, be it put there by us or by an earlier program."""
    lost = [name for name, column in zip(names, columns, strict=True) if "\ufffd" in name or _has_lost(column)]
    if not lost:
        return ()
    message = tr(
        "texts were damaged before they were sent (they now hold the sign \ufffd): {columns}", columns=", ".join(lost)
    )
    return (Fault("encoding_unproved", message, tr("ask for the file again, straight from the program that made it")),)


def _has_lost(column: Column) -> bool:
    return isinstance(column, Shared) and any(isinstance(text, str) and "\ufffd" in text for text in column.values)
