"""Files that are one: the parts of a shapefile or a MapInfo table, found beside each other and set up for GDAL."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path


def siblings(path: Path, endings: Iterable[str]) -> dict[str, Path]:
    """Return the files of the same name with one of the endings, whatever their case; the exact name comes first."""
    wanted = set(endings)
    found: dict[str, Path] = {}
    for file in sorted(path.parent.iterdir(), key=lambda file: (file.stem != path.stem, file.suffix.isupper())):
        if file.stem.casefold() == path.stem.casefold() and file.suffix.lower() in wanted and file.is_file():
            found.setdefault(file.suffix.lower(), file)
    return found


def put_beside(file: Path, target: Path) -> None:
    """Make a file appear as `target`: linked, so that the folder that was sent stays as it is."""
    try:
        target.symlink_to(file.resolve())
    except OSError:
        # Windows lets only administrators and developers link.
        shutil.copyfile(file, target)


def starts_as_web_page(path: Path) -> bool:
    """Tell whether a file is the page of a portal (a login, an error) that was saved under its name."""
    with path.open("rb") as file:
        head = file.read(200).lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    return head.startswith((b"<!doctype", b"<html", b"<head", b"<script"))
