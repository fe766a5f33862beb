"""Where an export is written, and what may be there already: nothing of somebody's own is written over unasked."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from onemap.errors import PathError
from onemap.export.formats import field_workbook
from onemap.export.formats.file_gdb import tables_of
from onemap.export.formats.stored import tables_in
from onemap.export.parts import ISSUES, LISTED
from onemap.export.parts import SUFFIXES as KINDS
from onemap.record import Build
from onemap.text import tr

LONGEST_NAME: Final = 60
"""Characters of a file's name that tell what is in it."""

SUFFIXES: Final = frozenset(
    (".shp", ".shx", ".dbf", ".prj", ".cpg", ".qml", ".geojson", ".parquet", ".fgb", ".csv")
)  # fmt: skip
"""Of files in folders that we write."""

GEODATABASE, GEOPACKAGE = ".gdb", ".gpkg"
STYLES: Final = "layer_styles"
"""Where the styles of a GeoPackage are. A project that somebody has saved in it is not ours."""


def file_name(told: Sequence[str]) -> str:
    """Return a name that any system can have, of what it is to tell."""
    clean = [re.sub(r'[\\/:*?"<>|\s\x00-\x1f]+', "_", text)[:LONGEST_NAME].strip("._ ") for text in told]
    return "-".join(filter(None, clean))


def placed_at(out: Path | None, usual: Path, suffix: str) -> Path:
    """Return where it is written: a file that is to be in a folder which is there, by its usual name in that.

    Parameters
    ----------
    out
        What was asked for.
    usual
        Where it is written when nothing was asked for.
    suffix
        Its ending; "" where it is a folder itself.
    """
    if out is None:
        return usual
    if suffix and out.is_dir() and not out.name.lower().endswith(suffix):
        return out.absolute() / usual.name
    named = out.name.lower().endswith(suffix)
    return (out if named else out.with_name(out.name + suffix)).absolute()


def refuse(path: Path, build: Build, overwrite: bool) -> None:
    """Raise PathError where an export may not be written.

    An earlier export may be written over when that is asked for, but not what holds anything of somebody's own.
    """
    if path.resolve().is_relative_to(build.folder.resolve()):
        message = tr("{path} is inside the build, which is replaced as a whole", path=path.name)
        raise PathError(message, tr("write it elsewhere: --out PATH"))
    if not path.exists():
        return
    if not overwrite:
        message = tr("{path} is there already", path=path)
        raise PathError(message, tr("write it elsewhere with --out PATH, or in its place with --overwrite"))
    other = next(_others(path, build), None)
    if other is not None:
        message = tr("{path} holds other things: {name}", path=path, name=other)
        raise PathError(message, tr("write it elsewhere: --out PATH"))


def put(made: Path, path: Path, aside: Path) -> None:
    """Put what was made in its place; what was there before goes aside, and comes back if it cannot be put there."""
    if path.is_dir() and made.is_dir():
        path.rename(aside)
    try:
        made.replace(path)
    except OSError:
        if aside.exists():
            aside.rename(path)
        raise


def _others(path: Path, build: Build) -> Iterator[str]:
    """Yield what is at a path that no earlier export has written."""
    ids = {*build.catalogue.layers, *build.manifest["layers"], *LISTED, ISSUES}
    # Of a large layer there are several files, with numbers.
    ours = re.compile(f"({'|'.join(map(re.escape, ids))})({'|'.join(KINDS.values())})(_+[0-9]+)?")
    if path.suffix.lower() == GEODATABASE or (path.is_file() and path.suffix.lower() == GEOPACKAGE):
        yield from (name for name in _tables(path) if not ours.fullmatch(name))
    elif path.is_dir():
        for one in sorted(path.rglob("*")):
            stem, dot, ending = one.name.partition(".")
            written = ours.fullmatch(stem) and f"{dot}{ending}" in SUFFIXES and not one.is_dir()
            if not written and one.name != field_workbook.NAME:
                yield one.name


def _tables(path: Path) -> list[str]:
    """Return the tables of a geodatabase or a GeoPackage; where it is none, its own name."""
    try:
        found = tables_of(path) if path.is_dir() else [*tables_in(path)]
    except (sqlite3.Error, OSError, ValueError):
        return [path.name]
    return [name for name in found if name != STYLES]
