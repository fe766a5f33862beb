"""In which encoding a file's text is written: found from the bytes, not believed from labels."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from onemap.ingest.raw import UnreadableError
from onemap.model import EncodingRecord
from onemap.text import tr

CANDIDATES: Final = ("utf-8", "gb18030")
FEW_BYTES: Final = 12
"""With so few non-ASCII bytes GBK text can also be UTF-8 by chance (0.1 % at four characters)."""

DBF_LDID: Final = {0x4D: "gb18030", 0x7A: "gb18030"}
"""Language driver ids of DBF headers that mean code page 936."""


@dataclass(frozen=True)
class Finding:
    """What was found, and the two readings where the bytes cannot tell."""

    record: EncodingRecord
    codec: str
    readings: tuple[str, ...] = ()


def find_text_encoding(data: bytes) -> Finding:
    """Find how a text file is written.

    Raises
    ------
    UnreadableError
        The bytes are neither UTF-8 nor GB18030.
    """
    if data.startswith(codecs.BOM_UTF8):
        return Finding(EncodingRecord("utf-8", tr("byte-order mark")), "utf-8-sig")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Finding(EncodingRecord("utf-16", tr("byte-order mark")), "utf-16")
    return _decide([data], "")


def find_dbf_encoding(path: Path) -> Finding:
    """Find how the names and texts of a DBF file are written.

    All strings are tried together: strict UTF-8 first, then strict GB18030. What the `.cpg` file or the
    header's language byte say only decides where the bytes can be both.

    Raises
    ------
    UnreadableError
        The file is no DBF, or its text is neither UTF-8 nor GB18030.
    """
    data = path.read_bytes()
    try:
        count = int.from_bytes(data[4:8], "little")
        start, width = int.from_bytes(data[8:10], "little"), int.from_bytes(data[10:12], "little")
        descriptors = [data[at : at + 32] for at in range(32, start - 1, 32) if data[at] != 0x0D]
        table = np.frombuffer(data, np.uint8, min(count, (len(data) - start) // width) * width, start)
        table = table.reshape(-1, width)
    except (IndexError, ValueError, ZeroDivisionError):
        raise UnreadableError(
            tr("{file} is not a DBF file", file=path.name),
            tr("ask for the shapefile again, with all its parts"),
        ) from None
    texts = [descriptor[:11].split(b"\0")[0] for descriptor in descriptors]
    at = 1
    for descriptor in descriptors:
        if descriptor[11:12] == b"C":
            column = np.ascontiguousarray(table[:, at : at + descriptor[16]])
            if column.size and (column > 0x7F).any():
                values = np.unique(column.view(f"S{descriptor[16]}"))
                texts += [bytes(value).rstrip(b" \0") for value in values]
        at += descriptor[16]
    return _decide(texts, _label(path, data[29]))


def _label(path: Path, language_byte: int) -> str:
    """Return the encoding that the shapefile's labels name, or ""."""
    for suffix in (".cpg", ".CPG"):
        file = path.with_suffix(suffix)
        if file.is_file():
            name = file.read_text("ascii", "replace").strip()
            try:
                found = codecs.lookup(f"cp{name}" if name.isdigit() else name).name
            except LookupError:
                continue
            return "gb18030" if found in ("gbk", "gb2312", "cp936") else found
    return DBF_LDID.get(language_byte, "")


def _decide(texts: list[bytes], label: str) -> Finding:
    foreign = [text for text in texts if not text.isascii()]
    if not foreign:
        return Finding(EncodingRecord("ascii", tr("no character beyond ASCII")), "utf-8")
    possible = [codec for codec in CANDIDATES if _decodes(foreign, codec)]
    if not possible:
        if label and _decodes(foreign, label):
            return Finding(EncodingRecord(label, tr("as its label says")), label)
        sample = foreign[0][:30].decode("gb18030", "replace")
        raise UnreadableError(
            tr("the text is neither UTF-8 nor GBK: {sample}", sample=sample),
            tr("save it again as UTF-8, or name its encoding in the project"),
        )
    size = sum(sum(byte > 0x7F for byte in text) for text in foreign)
    if len(possible) == 1 or size > FEW_BYTES:
        evidence = tr("{count} texts decode strictly as {codec}", count=len(foreign), codec=possible[0])
        if label and label != possible[0]:
            evidence += tr("; the label says {label}, wrongly", label=label)
        return Finding(EncodingRecord(possible[0], evidence), possible[0])
    if label in possible:
        return Finding(EncodingRecord(label, tr("both UTF-8 and GBK are possible; as its label says")), label)
    readings = tuple("、".join(text.decode(codec, "replace") for text in foreign[:5]) for codec in possible)
    evidence = tr("both UTF-8 and GBK are possible, and no label decides")
    return Finding(EncodingRecord(possible[0], evidence), possible[0], readings)


def _decodes(texts: list[bytes], codec: str) -> bool:
    """Tell whether all texts are `codec`; a character cut at the end of a field is allowed."""
    try:
        b"\n".join(texts).decode(codec)
    except UnicodeDecodeError:
        try:
            for text in texts:
                codecs.getincrementaldecoder(codec)().decode(text)
        except UnicodeDecodeError:
            return False
    return True
