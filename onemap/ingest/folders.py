"""What lies in folders: the files that are read, those that are left, and what is lost or cannot be reached."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from onemap.ingest.raw import Fault
from onemap.ingest.readers.siblings import siblings
from onemap.text import tr

SIDE_FILES: Final = (
    *(".dbf", ".shx", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".qmd", ".qml", ".qpj", ".fix", ".atx", ".ain", ".aih"),
    *(".ixs", ".mxs", ".dat", ".map", ".id", ".ind", ".mid", ".tfw", ".ovr", ".aux", ".rrd"),
    *(".lock", ".xml", ".md", ".ini", ".db", ".toml"),
)
"""Endings of files that go with others or hold no records; in a folder they are passed over without a word."""

MAIN_FILES: Final[Mapping[str, tuple[str, ...]]] = {
    ".dbf": (".shp", ".tab"),
    ".shx": (".shp",),
    ".map": (".tab",),
    ".mid": (".mif",),
}
"""The files without which others hold nothing that can be read: one of them is to lie beside those."""

BUILD: Final = "manifest.json"
"""The file by which a folder is known for a build."""

EXPLAINED: Final = "字段对照表.xlsx"
"""What goes with the shapefiles of a build: it says what their columns mean, and holds no records."""


@dataclass
class Contents:
    """What was found of files, and of everything in folders."""

    taken: list[Path] = field(default_factory=list)
    left: list[Path] = field(default_factory=list)
    """Files of kinds that are not read."""
    linked_above: list[Path] = field(default_factory=list)
    """Links to folders in which they lie themselves: to follow them would never end."""
    unreachable: list[tuple[Path, str]] = field(default_factory=list)
    """What cannot be opened, and why."""
    orphans: dict[Path, list[Path]] = field(default_factory=dict)
    """By the main file that is missing what came without it: the .dbf without its .shp."""


def look_into(paths: Iterable[Path], wanted: Sequence[str], named: Path | None = None) -> Contents:
    """Return what there is of files, and in folders at any depth.

    Earlier builds beside the data, hidden files, and the lock files of Office are no data.

    Parameters
    ----------
    wanted
        The endings of the files that are read, in lower case.
    named
        The folder that somebody has named: where it lies in a build, that build is meant.
    """
    walk = _Walk(wanted, named)
    for path in sorted(paths):
        walk.look(path)
    return walk.contents


class _Walk:
    """A walk through folders, each of which is entered once."""

    def __init__(self, wanted: Sequence[str], named: Path | None) -> None:
        self.wanted = wanted
        self.meant = {folder.resolve() for folder in named.resolve().parents[:2]} if named else set()
        self.contents = Contents()
        self.entered: set[Path] = set()

    def look(self, path: Path) -> None:
        if path.name.startswith((".", "~$")) or any(self.is_earlier(folder) for folder in (path, *path.parents[:2])):
            return
        if not path.exists():
            self.contents.unreachable.append((path, tr("a link that leads nowhere")))
        elif not path.is_file() and not path.is_dir():
            # To open a named pipe would wait for ever.
            self.contents.unreachable.append((path, tr("it is no file")))
        elif path.is_dir() and ending(path) != ".gdb":
            self.enter(path)
        else:
            self.sort(path)

    def is_earlier(self, folder: Path) -> bool:
        return _is_build(folder) and folder.resolve() not in self.meant

    def enter(self, folder: Path) -> None:
        real = folder.resolve()
        if folder.is_symlink() and folder.parent.resolve().is_relative_to(real):
            self.contents.linked_above.append(folder)
            return
        if real in self.entered:
            return
        self.entered.add(real)
        try:
            inside = sorted(folder.iterdir())
        except OSError as fault:
            self.contents.unreachable.append((folder, fault.strerror or str(fault)))
            return
        for path in inside:
            self.look(path)

    def sort(self, file: Path) -> None:
        if file.name == EXPLAINED:
            return
        kind = ending(file)
        parted = kind in MAIN_FILES and siblings(file, MAIN_FILES[kind])
        if kind in self.wanted and not parted:
            self.contents.taken.append(file)
        elif kind in MAIN_FILES and not parted:
            self.contents.orphans.setdefault(file.with_suffix(MAIN_FILES[kind][0]), []).append(file)
        elif kind not in SIDE_FILES:
            self.contents.left.append(file)


def tell_contents(contents: Contents, name: Callable[[Path], str]) -> list[Fault]:
    """Return what is to be said of folders beside what is read from them.

    Parameters
    ----------
    name
        How messages call a path.
    """
    faults = []
    for main, parts in contents.orphans.items():
        came = ", ".join(part.name for part in parts)
        message = tr("{missing} is missing: only {files} came", missing=name(main), files=came)
        hint = tr("ask for it: without it there are no shapes; if it is not wanted, take the rest of it away")
        faults.append(Fault("missing_part", message, hint, action="dropped", severity="error", source=name(main)))
    for path, reason in contents.unreachable:
        message = tr("{file} cannot be opened: {reason}", file=name(path), reason=reason)
        hint = tr("put the file itself there")
        faults.append(Fault("unreadable", message, hint, action="dropped", source=name(path)))
    left = [name(path) for path in contents.left]
    left += [tr("{folder} (a link to a folder above)", folder=name(path)) for path in contents.linked_above]
    if left:
        message = tr("not read: {names}", names=", ".join(left))
        faults.append(Fault("parts_chosen", message, tr("if it is data, name it in the project")))
    return faults


def ending(path: Path) -> str:
    """Return the ending of a file's name in lower case; a geodatabase's folder ends in ".gdb" whatever its name."""
    try:
        if path.is_dir() and any(path.glob("*.gdbtable")):
            return ".gdb"
    except OSError:
        pass  # Not to be opened, whatever it is.
    return path.suffix.lower()


def relative(path: Path, folder: Path) -> str:
    """Return how a path is written from a folder on; as it stands where it lies elsewhere."""
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.as_posix()


def _is_build(folder: Path) -> bool:
    try:
        return '"products"' in (folder / BUILD).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return False
