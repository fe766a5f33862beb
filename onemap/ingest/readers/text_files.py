"""Text files opened as they are written, without holding them in memory."""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from onemap.ingest.raw import Fault, UnreadableError
from onemap.ingest.readers.encoding import CANDIDATES, Finding, find_text_encoding, reads_as_utf8, take_at_word
from onemap.model import EncodingRecord
from onemap.text import tr

CHUNK: Final = 2**20
LOST: Final = ("\N{REPLACEMENT CHARACTER}", "锟斤拷")
"""What programs write for characters that they could not read."""

DAMAGED: Final = 5
"""A file with so many times more lines in UTF-8 than others was written in UTF-8, and damaged since."""
FEW_LETTERS: Final = 0.2
"""A text without byte-order mark is UTF-16 where every other byte is a NUL in so large a share."""


def find_file_encoding(path: Path, asked: str | None = None) -> Finding:
    """Find how a text file is written, whatever its size.

    Its first megabyte is looked at, and wherever it lies, the first line that rules an encoding out.

    Parameters
    ----------
    asked
        The encoding that the project names, which overrules everything.

    Raises
    ------
    UnreadableError
        It is in no encoding that is known, in two of them, or not in the one that the project names.
    """
    with path.open("rb") as file:
        head = file.read(CHUNK)
    if asked:
        return take_at_word(asked, [])
    wide = _utf16(head)
    if wide:
        return Finding(EncodingRecord(wide, tr("every other byte is a NUL")), wide)
    if head.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return find_text_encoding(head[:4])
    try:
        finding = find_text_encoding(b"".join(_telling_lines(path)))
    except UnreadableError as fault:
        raise _in_two_encodings(path) or fault from None
    mixed = _in_two_encodings(path) if finding.codec == "gb18030" else None
    if mixed is not None:
        raise mixed
    return finding


def _in_two_encodings(path: Path) -> UnreadableError | None:
    """Return what is said of a file that is UTF-8 in some lines only: two were joined, or it is damaged."""
    lines = (line for chunk in _chunks(path) for line in chunk.splitlines())
    first: dict[bool, int] = {}
    counts = Counter[bool]()
    for number, line in enumerate(lines, 1):
        if not line.isascii():
            own = _decodes(line)
            counts[own] += 1
            if not own or reads_as_utf8(line):
                first.setdefault(own, number)
    if False in first and counts[True] > DAMAGED * counts[False]:
        message = tr("{file} is UTF-8, but line {line} is damaged", file=path.name, line=first[False])
        return UnreadableError(message, tr("correct that line, or ask for the file again"))
    if True not in first:
        return None
    message = tr(
        "{file} is written in two encodings: line {line} is UTF-8, others are not", file=path.name, line=first[True]
    )
    return UnreadableError(message, tr("ask for the files of which it was put together, or type those lines again"))


def _decodes(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def tell_lost_characters(path: Path, codec: str) -> list[Fault]:
    """Tell of characters that were lost before the file was written."""
    # What a code of two bytes a character has at odd places is another character.
    marks = [mark.encode(codec) for mark in LOST] if codec in ("utf-8", "utf-8-sig", "gb18030") else []
    number = 0
    for chunk in _chunks(path):
        place = min((at for mark in marks if (at := chunk.find(mark)) >= 0), default=-1)
        if place >= 0:
            line = number + chunk.count(b"\n", 0, place) + 1
            message = tr("characters were lost before the file was written; the first in line {line}", line=line)
            hint = tr("ask for the file again, straight from the program that made it")
            return [Fault("encoding_unproved", message, hint)]
        number += chunk.count(b"\n")
    return []


def _utf16(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or len(head) < 2:
        return ""
    shares = {"utf-16-be": head[::2].count(0) * 2 / len(head), "utf-16-le": head[1::2].count(0) * 2 / len(head)}
    codec = max(shares, key=lambda name: shares[name])
    return codec if shares[codec] > FEW_LETTERS and min(shares.values()) < shares[codec] / 10 else ""


def _telling_lines(path: Path) -> Iterator[bytes]:
    """Yield the start of a file, and later lines that are not in one of the encodings that are possible before them."""
    possible = [*CANDIDATES]
    for number, chunk in enumerate(_chunks(path)):
        if number == 0:
            yield chunk
        if chunk.isascii():
            continue
        for codec in list(possible):
            line = _first_bad_line(chunk, codec)
            if line is not None:
                possible.remove(codec)
                if number > 0:
                    yield line


def _first_bad_line(chunk: bytes, codec: str) -> bytes | None:
    try:
        chunk.decode(codec)
    except UnicodeDecodeError as fault:
        start = chunk.rfind(b"\n", 0, fault.start) + 1
        return chunk[start : chunk.find(b"\n", fault.start) + 1 or None]
    return None


def _chunks(path: Path) -> Iterator[bytes]:
    """Yield a file in pieces that end with a line; no byte of a UTF-8 or GB 18030 character is a line's end."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk + file.readline()
