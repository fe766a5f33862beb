"""What people have made or changed in the folder of a build: the next build there keeps it, under a name of its own.

Nobody's work is replaced. A shapefile is kept with all its parts; a GeoPackage where what it holds has changed, for
QGIS changes its first bytes already by opening it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import Any, Final

from onemap.export.manifest import CONTENTS, GEOPACKAGE, MANIFEST, content_sha256, sha256
from onemap.text import tr

PASSING: Final = ("*-wal", "*-shm", "*-journal", "*.lock", "~$*", ".~lock.*#")
"""Files that QGIS, Excel and LibreOffice keep beside a file while it is open."""

WORKBOOK: Final = ".xlsx"
"""What people write decisions into."""

MAIN: Final = (".shp", ".dbf")
"""The files of which a shapefile, or a table by itself, has at least one."""

GEODATABASE: Final = ".gdb"

PARTS: Final = (*MAIN, ".shx", ".prj", ".cpg")
"""The files that make a shapefile another one when they change."""

INDEXES: Final = (".qix", ".sbn", ".sbx", ".atx", ".ain", ".aih", ".idm", ".ind", ".fbn", ".fbx", ".ixs", ".mxs")
"""What QGIS and ArcGIS put beside a shapefile to find things in it sooner: beside another they would lead astray."""

PAGES: Final = 10_000
"""So many pages of a GeoPackage are copied at once; between them a signal is heard."""


def carry_over(folder: Path, part: Path, manifest: Mapping[str, Any]) -> None:
    """Copy into the next build the user's own files of an earlier one, and files of ours that the user has changed.

    Parameters
    ----------
    folder
        The earlier build.
    part
        The folder of the next one, complete.
    manifest
        That of the earlier one.
    """
    products = {MANIFEST: "", **manifest["products"]}
    changed = set(_changed(folder, products))
    paths = [path for path in sorted(folder.rglob("*")) if not _is_passing(path)]
    for path in _databases(paths):
        _carry_database(path, folder, part, products, changed)
    paths = [path for path in paths if not any(_is_database(own) for own in (path, *path.parents))]
    sets = {_set_of(own) for own in products if PurePosixPath(own).suffix in MAIN}
    edited = {_set_of(own) for own in changed if _set_of(own) in sets and PurePosixPath(own).suffix in PARTS}
    own_files = [path.relative_to(folder).as_posix() for path in paths if not path.is_dir() or path.is_symlink()]
    # A shapefile of the user's own, where the next build has one of that name.
    edited |= {
        _set_of(own)
        for own in own_files
        if own not in products and PurePosixPath(own).suffix in MAIN and (part / own).exists()
    }
    for own in own_files:
        together = _set_of(own)
        if together in edited or own in changed:
            target = _free(folder, own, together if together in edited else own)
        elif own in products or (together in sets and PurePosixPath(own).suffix.lower() in INDEXES):
            continue
        else:
            target = _beside_ours(own, folder, part)
        (part / target).parent.mkdir(parents=True, exist_ok=True)
        _copy(folder / own, part / target)
        if target != own and _holds(part / target, manifest.get(CONTENTS, {}).get(own)):
            (part / target).unlink()
    for path in paths:
        if path.is_dir() and not path.is_symlink() and not any(path.iterdir()):
            with suppress(OSError):
                (part / path.relative_to(folder)).mkdir(parents=True, exist_ok=True)


def changed_by_hand(folder: Path) -> list[Path]:
    """Return the files of earlier builds that the user has changed, and which were therefore kept."""
    found = sorted(path for path in folder.rglob(f"*{_by_hand()}*") if path.is_file() or _is_database(path))
    kept = [path for path in found if not any(_is_database(above) for above in path.parents)]
    # Of a shapefile the one by which people know it.
    shapes = {path.with_suffix("") for path in kept if path.suffix == ".shp"}
    tables = {path.with_suffix("") for path in kept if path.suffix == ".dbf"} - shapes
    alone = {*shapes, *tables}
    return [
        path
        for path in kept
        if (together := path.with_name(_stem(path.name))) not in alone
        or path.suffix == (".shp" if together in shapes else ".dbf")
    ]


def _is_passing(path: Path) -> bool:
    return any(fnmatch(path.name, pattern) for pattern in PASSING)


def _is_database(path: Path) -> bool:
    return path.suffix.lower() == GEODATABASE and path.is_dir()


def _databases(paths: Sequence[Path]) -> list[Path]:
    """Return the geodatabases among paths, which are folders whose files are nothing without one another."""
    found = [path for path in paths if _is_database(path) and not path.is_symlink()]
    return [path for path in found if not any(above in found for above in path.parents)]


def _carry_database(path: Path, folder: Path, part: Path, products: Mapping[str, str], changed: Container[str]) -> None:
    own = path.relative_to(folder).as_posix()
    files = [one.relative_to(folder).as_posix() for one in path.rglob("*") if one.is_file() and not _is_passing(one)]
    is_ours = any(file in products for file in files)
    if is_ours and not any(file in changed or file not in products for file in files):
        return
    target = _free(folder, own, own) if is_ours else _beside_ours(own, folder, part)
    shutil.copytree(path, part / target, symlinks=True, ignore=shutil.ignore_patterns(*PASSING))


def _beside_ours(own: str, folder: Path, part: Path) -> str:
    """Return what the user's own file is called from now on: as before, unless the next build has put something there.

    Parameters
    ----------
    folder
        The earlier build.
    part
        The next one.
    """
    path = PurePosixPath(own)
    ways = [*reversed(path.parents), path]
    blocked = next((way for way in ways if _is_taken(part / way, way == path)), None)
    if blocked is None:
        return own
    free = _free(folder, blocked.as_posix(), blocked.as_posix())
    return (PurePosixPath(free) / path.relative_to(blocked)).as_posix()


def _is_taken(path: Path, is_last: bool) -> bool:
    return os.path.lexists(path) and (is_last or not path.is_dir())


def _set_of(own: str) -> str:
    """Return what the files of one shapefile have in common: their path up to the first dot of the name."""
    path = PurePosixPath(own)
    return path.with_name(_stem(path.name)).as_posix()


def _stem(name: str) -> str:
    # What begins with a dot has no other name.
    return name.split(".")[0] or name


def _changed(folder: Path, products: Mapping[str, str]) -> Iterator[str]:
    """Yield the products that are not as they were written."""
    for own, digest in products.items():
        path = folder / own
        if not digest or not path.is_file():
            continue
        if sha256(path) != digest or _is_waiting(path, "-wal"):
            yield own


def _free(folder: Path, own: str, together: str) -> str:
    """Return what a file that was changed by hand is called from now on, as all files that belong together are.

    Parameters
    ----------
    together
        The path as far as it is that of all of them.
    """
    base, rest = PurePosixPath(together), own.removeprefix(together)
    if not rest:
        base, rest = base.with_suffix(""), base.suffix
    stem, number = base.name + _by_hand(), 1
    free = base.with_name(stem)
    there = [path.name for path in (folder / free.parent).glob("*")]
    while any(name == free.name or name.startswith(f"{free.name}.") for name in there):
        number += 1
        free = base.with_name(f"{stem} {number}")
    return f"{free.as_posix()}{rest}"


def _by_hand() -> str:
    return tr(" (changed by hand)")


def _copy(path: Path, target: Path) -> None:
    """Copy a file; a GeoPackage with what QGIS has written beside it and not yet into it."""
    if path.suffix == GEOPACKAGE and (_is_waiting(path, "-wal") or _is_waiting(path, "-journal")):
        try:
            with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
                source.backup(copy, pages=PAGES)
                return
        except sqlite3.Error:
            target.unlink(missing_ok=True)
    shutil.copy2(path, target, follow_symlinks=False)


def _is_waiting(path: Path, ending: str) -> bool:
    """Tell whether what QGIS has not yet put into a GeoPackage lies beside it."""
    beside = path.with_name(f"{path.name}{ending}")
    return beside.is_file() and beside.stat().st_size > 0


def _holds(path: Path, digest: str | None) -> bool:
    """Tell whether a GeoPackage holds what the build had written, though its first bytes are others."""
    return path.suffix == GEOPACKAGE and digest is not None and content_sha256(path) == digest
