"""In which encoding a file's text is written: found from the bytes, not believed from labels."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from onemap.ingest.raw import UnreadableError
from onemap.model import EncodingRecord
from onemap.text import tr

CANDIDATES: Final = ("utf-8", "gb18030")
FEW_BYTES: Final = 12
"""With so few non-ASCII bytes GBK text can also be UTF-8 by chance (0.1 % at four characters)."""

COMMON: Final = 0.5
"""Chinese text has nearly all its characters in GB 2312; bytes of other encodings become rare ones ("13°S": 13癝)."""

SOUND: Final = 0.9
"""When at least this share of texts is in an encoding, the others are damaged texts in it, and no other encoding."""

WESTERN: Final = "cp1252"

# Language driver ids of DBF headers, from the dBASE and FoxPro tables; 0x57 (any ANSI) and 0x00 say nothing.
DBF_LDID: Final[Mapping[int, str]] = {
    0x4D: "gb18030", 0x7A: "gb18030", 0x4F: "big5", 0x78: "big5", 0x4E: "cp949", 0x79: "cp949", 0x13: "cp932",
    0x7B: "cp932", 0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x58: "cp1252", 0x59: "cp1252", 0x64: "cp852",
    0x65: "cp866", 0xC8: "cp1250", 0xC9: "cp1251",
}  # fmt: skip

GBK: Final = frozenset({"gbk", "gb2312", "gb18030"})
WRITTEN: Final = re.compile(
    r"utf-8|gb\w*|big5\w*|cp\d+|euc_\w+|shift_jis\w*|iso8859-\d+|koi8-\w|mac-\w+|ascii|tis-620|hz"
)
"""Codecs in which texts of files are written; Python knows others, such as rot13."""


@dataclass(frozen=True)
class Label:
    """What a file says of its own encoding."""

    place: str
    """Where it is said."""
    codec: str = ""
    """The codec that it names, or "" where it names none."""
    trouble: str = ""
    """What is wrong with the label itself."""


@dataclass(frozen=True)
class Finding:
    """What was found, and the two readings where the bytes cannot tell."""

    record: EncodingRecord
    codec: str
    readings: Mapping[str, str] = field(default_factory=dict)
    """By codec, the one that was taken first."""


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
    return find_encoding([data])


def find_encoding(texts: Iterable[bytes], label: Label | None = None) -> Finding:
    """Find how the names and texts of a file are written, all of them together.

    Strict UTF-8 comes first, then strict GB18030; in both, a character cut at the end of a text is allowed. The label
    only decides where the bytes can be both, or neither.

    Raises
    ------
    UnreadableError
        They are neither UTF-8 nor GB18030, nor what the label says.
    """
    foreign = [text for text in texts if not text.isascii()]
    if not foreign:
        return Finding(EncodingRecord("ascii", tr("no character beyond ASCII") + _trouble(label)), "utf-8")
    sizes = {codec: size for codec in CANDIDATES if (size := _whole(foreign, codec)) is not None}
    named = label.codec if label else ""
    doubtful = "utf-8" not in sizes and not _looks_chinese(foreign)
    if named not in ("", *CANDIDATES) and (doubtful or not any(sizes.values())) and _whole(foreign, named):
        evidence = tr("{count} texts are neither UTF-8 nor GBK, but decode as {codec}", count=len(foreign), codec=named)
        return Finding(EncodingRecord(named, evidence + _word(label, named)), named)
    if not sizes:
        sample = foreign[0][:30].decode("gb18030", "replace")
        raise UnreadableError(
            tr("the text is neither UTF-8 nor GBK: {sample}", sample=sample),
            tr("save it again as UTF-8, or name its encoding in the project"),
        )
    best = next(iter(sizes))
    if doubtful and named != best:
        return _undecided(foreign, (best, WESTERN), label)
    stray = [text for text in foreign if best != "utf-8" and reads_as_utf8(text)]
    if stray and named != best:
        return _undecided(stray, (best, "utf-8"), label)
    if len(sizes) == 1 or sizes[best] > FEW_BYTES:
        evidence = tr("{count} texts decode strictly as {codec}", count=len(foreign), codec=best)
        return Finding(EncodingRecord(best, evidence + _word(label, best)), best)
    if named in sizes:
        return Finding(EncodingRecord(named, tr("both UTF-8 and GBK are possible") + _word(label, named)), named)
    return _undecided(foreign, tuple(sizes), label)


def find_despite_damage(texts: Iterable[bytes], label: Label | None = None) -> Finding:
    """Find how texts are written of which a few may be damaged: one bad byte must not cost a whole file.

    Raises
    ------
    UnreadableError
        Too many of them are in no encoding that is known.
    """
    foreign = [text for text in texts if not text.isascii()]
    try:
        return find_encoding(foreign, label)
    except UnreadableError:
        for codec in CANDIDATES:
            sound = [text for text in foreign if _whole([text], codec) is not None]
            if len(sound) >= SOUND * len(foreign):
                break
        else:
            raise
    evidence = tr(
        "{sound} of {count} texts decode strictly as {codec}, the others are damaged",
        sound=len(sound), count=len(foreign), codec=codec,
    )  # fmt: skip
    return Finding(EncodingRecord(codec, evidence + _word(label, codec)), codec)


def _undecided(foreign: list[bytes], possible: tuple[str, ...], label: Label | None) -> Finding:
    """Take the first of the codecs that are possible, and show how the texts read in each."""
    readings = {codec: "、".join(text.decode(codec, "replace") for text in foreign[:5]) for codec in possible}
    names = " / ".join(possible)
    evidence = tr("both are possible, and no label decides: {codecs}", codecs=names) + _trouble(label)
    return Finding(EncodingRecord(possible[0], evidence), possible[0], readings)


def reads_as_utf8(text: bytes) -> bool:
    """Tell whether a text is Chinese in UTF-8, and in GB 18030 none that people write: both at once is no chance."""
    try:
        beyond = [character for character in text.decode("utf-8") if not character.isascii()]
    except UnicodeDecodeError:
        return False
    chinese = len(beyond) > 1 and all("\u3000" <= character <= "\u9fff" or character > "\uff00" for character in beyond)
    return chinese and not _looks_chinese([text])


def _looks_chinese(foreign: list[bytes]) -> bool:
    """Tell whether GB 18030 makes of the bytes what people write."""
    text = "".join(one.decode("gb18030", "ignore") for one in foreign)
    beyond = [character for character in text if not character.isascii()]
    return len("".join(beyond).encode("gb2312", "ignore")) >= COMMON * 2 * len(beyond)


def take_at_word(asked: str, texts: Iterable[bytes]) -> Finding:
    """Return the encoding that the project names, if the texts can be read in it.

    Raises
    ------
    UnreadableError
        There is no such encoding, or some text is not written in it.
    """
    hint = tr("leave encoding out of the project, and it is found")
    codec = known_codec(asked)
    if not codec:
        raise UnreadableError(tr("there is no encoding {name!r}", name=asked), hint)
    foreign = [text for text in texts if not text.isascii()]
    if foreign and _whole(foreign, codec) is None:
        raise UnreadableError(tr("the text is not {codec}", codec=asked), hint)
    return Finding(EncodingRecord(asked, tr("named in the project")), codec)


def known_codec(name: str) -> str:
    """Return Python's name of an encoding however it is spelt ("936", "ANSI 1252", "CP936"), or ""; GBK is GB18030."""
    word = re.sub(r"(?i)^(ansi|oem|windows|ms|cp|x)[ _-]?(?=\d)", "", name.strip())
    latin = re.fullmatch(r"(?i)(?:iso)?[ _-]?8859[ _-]?(\d{1,2})", word)
    if latin:
        word = f"iso8859-{latin[1]}"
    elif word.isdigit():
        word = f"cp{word}"
    try:
        found = codecs.lookup(word).name
    except (LookupError, ValueError):
        return ""
    if not WRITTEN.fullmatch(found):
        return ""
    return "gb18030" if found in GBK else found


def read_label(cpg: Path | None, language_byte: int) -> Label:
    """Return what the labels of a shapefile say: its `.cpg` file, or else the language byte of its `.dbf`."""
    byte = Label(tr("the language byte 0x{byte:02X} of the .dbf", byte=language_byte), DBF_LDID.get(language_byte, ""))
    if cpg is None:
        return byte
    text = cpg.read_bytes()[:1000].decode("utf-8-sig", "replace").strip("\0 \r\n\t")
    codec = known_codec(text)
    if codec:
        return Label(tr("the .cpg file"), codec)
    if re.search(r"(?i)<(!doctype|html|head|body|\?xml)", text):
        trouble = tr("; the .cpg file is a web page, and says nothing")
    elif text:
        trouble = tr("; the .cpg file names no encoding: {text}", text=text[:30])
    else:
        trouble = tr("; the .cpg file is empty")
    return Label(byte.place, byte.codec, trouble)


def decode(text: bytes, codec: str) -> tuple[str, bool]:
    """Return a text, and whether it ends in half a character, which is left out.

    Raises
    ------
    UnicodeDecodeError
        It is not written in `codec`.
    """
    try:
        return text.decode(codec), False
    except UnicodeDecodeError:
        return _half_decode(codec)(text), True


def _half_decode(codec: str) -> Callable[[bytes], str]:
    """Return the decoding of `codec` that keeps quiet about half a character at the end."""
    return codecs.getincrementaldecoder(codec)("strict").decode


def _whole(texts: list[bytes], codec: str) -> int | None:
    """Return how many bytes beyond ASCII are in texts that decode to the end, or None where one does not decode."""
    try:
        b"\n".join(texts).decode(codec)
        cut: set[bytes] = set()
    except UnicodeDecodeError:
        try:
            cut = {text for text in texts if decode(text, codec)[1]}
        except UnicodeDecodeError:
            return None
    return sum(sum(byte > 0x7F for byte in text) for text in texts if text not in cut)


def _word(label: Label | None, codec: str) -> str:
    """Return what the label has to say about a codec that was found."""
    if label is None:
        return ""
    if label.codec == codec:
        return _trouble(label) + tr("; {place} says so", place=label.place)
    if label.codec:
        return _trouble(label) + tr("; {place} says {label}, wrongly", place=label.place, label=label.codec)
    return _trouble(label) or tr("; no label names it")


def _trouble(label: Label | None) -> str:
    return label.trouble if label else ""
