"""A KML document taken apart: its encoding found, its XML read safely, its placemarks and folders gathered."""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element, TreeBuilder
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from defusedxml import DefusedXmlException, DTDForbidden
from defusedxml.expatreader import DefusedExpatParser

from onemap.ingest.raw import UnreadableError
from onemap.ingest.readers.encoding import Finding, Label, find_encoding, find_text_encoding, known_codec, take_at_word
from onemap.ingest.readers.kml_marks import Folder, Mark, read_mark, text_of
from onemap.model import EncodingRecord
from onemap.text import tr

CHUNK: Final = 2**20
SAMPLE: Final = 2**20
"""Bytes of lines beyond ASCII by which the encoding is found; the rest must agree, or the file is refused."""

MENDABLE: Final = 256 * 2**20
"""Broken XML comes from phones and scripts and is small; to mend it the file is held in memory."""

DECLARED: Final = re.compile(rb"\s*<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]+)")
UTF16_STARTS: Final[Mapping[bytes, str]] = {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
OVOBJ: Final = b"OviO"

CONTAINERS: Final = frozenset(("Document", "Folder"))
ROOTS: Final = frozenset(("kml", "Document", "Folder", "Placemark", "GroundOverlay", "NetworkLink"))

CONTROLS: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|&#(?:0*(?:[0-8]|1[124-9]|2[0-9]|3[01])|[xX]0*(?:[0-8bcefBCEF]|1[0-9a-fA-F]));"
)
"""Characters, plain or by number, that XML does not know."""

STRAY: Final = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)"
    r"|&(?!(?:amp|lt|gt|quot|apos|#[0-9]+|#x[0-9a-fA-F]+);)(\w{2,31};)?|<(?![A-Za-z_/!?])",
    re.DOTALL,
)
"""Signs of markup that are none, such as those of "A&B" and "pH<5"; first what they may stand in."""


@dataclass(frozen=True)
class Document:
    """What a KML document holds."""

    finding: Finding
    marks: list[Mark]
    folders: list[Folder]
    titles: Mapping[str, str]
    """What the schemas call their fields, by the fields' names."""
    links: list[str]
    """Where the data is that the document only links to."""


def read_document(path: Path, encoding: str | None) -> Document:
    """Read a KML file that is plain XML.

    Parameters
    ----------
    encoding
        The project's word for it; without one it is found.

    Raises
    ------
    UnreadableError
        It is no KML, its XML cannot be mended, or it declares entities.
    """
    finding = _find_encoding(path, encoding)
    try:
        reader, finding = _parsed(path, finding)
    except DTDForbidden as fault:
        raise _not_kml(path, fault.name) if fault.name.lower() == "html" else _unsafe(path) from None
    except DefusedXmlException:
        raise _unsafe(path) from None
    except UnicodeDecodeError as fault:
        raise UnreadableError(
            tr("{file} is {codec} in one part and not in another", file=path.name, codec=fault.encoding),
            tr("save it again as UTF-8, or name its encoding in the project"),
        ) from None
    if reader.root not in ROOTS and not reader.marks:
        raise _not_kml(path, reader.root)
    return Document(finding, reader.marks, reader.folders, reader.titles, reader.links)


def _parsed(path: Path, finding: Finding) -> tuple[_Reader, Finding]:
    try:
        return _parse(_chunks(path, finding.codec)), finding
    except SAXParseException as fault:
        whole = "".join(_chunks(path, finding.codec)) if path.stat().st_size <= MENDABLE else ""
        mended, count = _mend(whole)
        if not count:
            raise _not_sound(path, fault) from None
    try:
        reader = _parse([mended])
    except SAXParseException as fault:
        raise _not_sound(path, fault) from None
    evidence = finding.record.evidence + tr("; {count} places were mended that break the rules of XML", count=count)
    return reader, Finding(EncodingRecord(finding.record.found, evidence), finding.codec, finding.readings)


def _parse(chunks: Iterable[str]) -> _Reader:
    # Names are taken without their name spaces: many files use the prefix gx: without declaring it.
    reader = _Reader()
    parser = _Parser(forbid_dtd=True)
    parser.setContentHandler(reader)
    for chunk in chunks:
        # Expat is given text, so that what the declaration says of the encoding no longer matters.
        parser.feed(chunk)
    parser.close()
    return reader


class _Parser(DefusedExpatParser):  # type: ignore[misc]
    """Expat, which calls once for a text and not once for a line."""

    def reset(self) -> None:
        super().reset()
        self._parser.buffer_text = True


def _chunks(path: Path, codec: str) -> Iterator[str]:
    with path.open(encoding=codec, newline="") as file:
        # Scripts write blank lines before the declaration, where XML allows nothing.
        yield file.read(CHUNK).lstrip("\ufeff \t\r\n")
        while chunk := file.read(CHUNK):
            yield chunk


class _Reader(ContentHandler):
    """Gathers what is of use and lets go of the rest: a document may be far larger than its placemarks."""

    def __init__(self) -> None:
        super().__init__()
        self.root = ""
        self.marks: list[Mark] = []
        self.folders: list[Folder] = []
        self.titles: dict[str, str] = {}
        self.links: list[str] = []
        self._around: list[Folder] = []
        self._tags: list[str] = []
        self._builder: TreeBuilder | None = None
        self._depth = 0

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 (the name is SAX's)
        tag = name.rpartition(":")[2]
        self.root = self.root or tag
        if self._builder is None and self._is_taken(tag):
            self._builder = TreeBuilder()
        if self._builder is not None:
            self._builder.start(tag, dict(attrs.items()) if attrs.getLength() else {})
            self._depth += 1
            return
        self._tags.append(tag)
        if tag in CONTAINERS:
            self._around.append(Folder())
            self.folders.append(self._around[-1])

    def endElement(self, name: str) -> None:  # noqa: N802
        tag = name.rpartition(":")[2]
        if self._builder is None:
            self._tags.pop()
            if tag in CONTAINERS:
                self._around.pop()
            return
        self._builder.end(tag)
        self._depth -= 1
        if self._depth == 0:
            element = self._builder.close()
            self._builder = None
            self._take(element)

    def characters(self, content: str) -> None:
        if self._builder is not None:
            self._builder.data(content)

    def _is_taken(self, tag: str) -> bool:
        if tag in ("name", "OvCoordType"):
            return bool(self._tags) and self._tags[-1] in CONTAINERS
        return tag in ("Placemark", "NetworkLink", "Schema")

    def _take(self, element: Element) -> None:
        if element.tag == "Placemark":
            self.marks.append(read_mark(element, tuple(self._around)))
        elif element.tag == "NetworkLink":
            self.links += [href.text.strip() for href in element.iter("href") if href.text]
        elif element.tag == "Schema":
            self.titles |= {
                field.get("name", ""): title
                for field in element.iter("SimpleField")
                if (title := text_of(field, "displayName"))
            }
        elif element.tag == "name":
            self._around[-1].name = (element.text or "").strip()
        else:
            self._around[-1].datum = (element.text or "").strip()


def _mend(text: str) -> tuple[str, int]:
    """Return a text with what breaks the rules of XML but is clear in its meaning mended, and in how many places."""
    text, controls = CONTROLS.subn("", text)
    strays = 0

    def mend(match: re.Match[str]) -> str:
        nonlocal strays
        sign = match[0]
        if sign.startswith("<!"):
            return sign
        strays += 1
        known = html.unescape(sign) if match[1] else sign
        return sign.replace("&", "&amp;").replace("<", "&lt;") if known == sign else html.escape(known)

    text = STRAY.sub(mend, text)
    return text, controls + strays


def _find_encoding(path: Path, named: str | None) -> Finding:
    with path.open("rb") as file:
        head = file.read(1024)
    if head.startswith(OVOBJ):
        message = tr("{file} is in a format that only 奥维 reads", file=path.name)
        raise UnreadableError(message, tr("open it in 奥维, and export it as .ovkml or .kml"))
    if head.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return find_text_encoding(head[:4])
    if head[:2] in UTF16_STARTS:
        return Finding(EncodingRecord("utf-16", tr("every second byte is zero")), UTF16_STARTS[head[:2]])
    lines = _foreign_lines(path)
    return take_at_word(named, lines) if named else find_encoding(lines, _label(head))


def _label(head: bytes) -> Label | None:
    """Return what the XML declaration says."""
    match = DECLARED.match(head)
    if match is None:
        return None
    name = match[1].decode("ascii", "replace")
    codec, place = known_codec(name), tr("the XML declaration")
    # Some programs say UTF-16, as their texts are in memory, and write UTF-8.
    return Label(place, codec, "" if codec else tr("; {place} says {label}, wrongly", place=place, label=name))


def _foreign_lines(path: Path) -> list[bytes]:
    lines: dict[bytes, None] = {}
    with path.open("rb") as file:
        size = 0
        while size < SAMPLE and (line := file.readline(SAMPLE)):
            if not line.isascii() and line not in lines:
                lines[line] = None
                size += len(line)
    return list(lines)


def _not_sound(path: Path, fault: SAXParseException) -> UnreadableError:
    return UnreadableError(
        tr(
            "{file} is not sound XML: line {line}: {reason}",
            file=path.name,
            line=fault.getLineNumber(),
            reason=fault.getMessage(),
        ),
        tr("open it in Google Earth or 奥维, and export it again"),
    )


def _not_kml(path: Path, root: str) -> UnreadableError:
    message = tr("{file} is no KML; it begins with <{root}>", file=path.name, root=root[:40])
    return UnreadableError(message, tr("open it in Google Earth or 奥维, and export it again"))


def _unsafe(path: Path) -> UnreadableError:
    message = tr("{file} is refused: it declares entities of its own, which KML does not need", file=path.name)
    return UnreadableError(message, tr("ask who made it; such files are made to harm programs that read them"))
