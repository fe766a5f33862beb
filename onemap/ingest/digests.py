"""Digests of what was sent: they prove which files a build is made from, and whether anything has changed since."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from glob import escape
from pathlib import Path
from typing import Final

from onemap.cache import digest_of as digest_of_texts

MANY_FILES: Final = (".shp", ".tab", ".mif")
"""Files that are one of several of the same name."""

DIGITS_OF_DIGEST: Final = 16
"""Of the digest of a record; those of files are whole."""


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file; of several that go together, that of their names and digests.

    It is "" where one of them cannot be opened, which is told when it is read.
    """
    if path.is_dir():
        files = [file for file in path.rglob("*") if file.is_file()]
    elif path.suffix.lower() in MANY_FILES:
        files = [file for file in path.parent.glob(f"{escape(path.stem)}.*") if file.is_file()]
    else:
        files = []
    try:
        if not files:
            return _digest_of_file(path)
        digests = (f"{file.name}:{_digest_of_file(file)}\n" for file in sorted(files))
        return hashlib.sha256("".join(digests).encode()).hexdigest()
    except OSError:
        return ""


def digest_beside(path: Path) -> str | None:
    """Return a digest of a file and of whatever lies beside it by its name, as its world file or its journal.

    It is None where one of them cannot be opened.
    """
    if path.is_dir():
        return digest_of(path) or None
    names = (f"{escape(path.stem)}.*", f"{escape(path.name)}*")
    files = sorted({file for name in names for file in path.parent.glob(name) if file.is_file()})
    try:
        return digest_of_texts(f"{file.name}:{_digest_of_file(file)}" for file in files)
    except OSError:
        return None


def _digest_of_file(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digest_of_sources(digests: Iterable[str]) -> str:
    """Return what tells whether the files behind an issue that is about no record have changed."""
    return digest_of_text("\n".join(sorted(digests)))


def digest_of_text(text: str) -> str:
    """Return a digest of what a record says."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS_OF_DIGEST]
