"""What people have made or changed in the folder of a build: the next build there keeps it, under a name of its own.

Nobody's work is replaced. A shapefile is kept with all its parts; a GeoPackage where what it holds has changed, for
QGIS changes its first bytes already by opening it.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
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
    sets = {_set_of(own) for own in products if PurePosixPath(own).suffix in MAIN}
    changed = set(_changed(folder, products))
    edited = {_set_of(own) for own in changed if _set_of(own) in sets and PurePosixPath(own).suffix in PARTS}
    for path in sorted(path for path in folder.rglob("*") if not path.is_dir()):
        own = path.relative_to(folder).as_posix()
        together = _set_of(own)
        if any(fnmatch(path.name, pattern) for pattern in PASSING):
            continue
        if together in edited or own in changed:
            target = _free(folder, own, together if together in edited else own)
        elif own in products or (together in sets and path.suffix.lower() in INDEXES):
            continue
        else:
            target = own
        if not (part / target).exists():
            (part / target).parent.mkdir(parents=True, exist_ok=True)
            _copy(path, part / target)
            if target != own and _holds(part / target, manifest.get(CONTENTS, {}).get(own)):
                (part / target).unlink()


def changed_by_hand(folder: Path) -> list[Path]:
    """Return the files of earlier builds that the user has changed, and which were therefore kept."""
    kept = sorted(path for path in folder.rglob(f"*{_by_hand()}*") if path.is_file())
    # Of a shapefile the one by which people know it.
    shapes = {path.with_suffix("") for path in kept if path.suffix == ".shp"}
    tables = {path.with_suffix("") for path in kept if path.suffix == ".dbf"} - shapes
    alone = {*shapes, *tables}
    return [
        path
        for path in kept
        if (together := path.with_name(path.name.split(".")[0])) not in alone
        or path.suffix == (".shp" if together in shapes else ".dbf")
    ]


def _set_of(own: str) -> str:
    """Return what the files of one shapefile have in common: their path up to the first dot of the name."""
    path = PurePosixPath(own)
    return path.with_name(path.name.split(".")[0]).as_posix()


def _changed(folder: Path, products: Mapping[str, str]) -> Iterator[str]:
    """Yield the products that are not as they were written."""
    for own, digest in products.items():
        path = folder / own
        if not digest or not path.is_file():
            continue
        # What QGIS has not yet put into a GeoPackage lies beside it.
        waiting = path.with_name(f"{path.name}-wal")
        if sha256(path) != digest or (waiting.is_file() and waiting.stat().st_size):
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
    while any((folder / free.parent).glob(f"{free.name}.*")):
        number += 1
        free = base.with_name(f"{stem} {number}")
    return f"{free.as_posix()}{rest}"


def _by_hand() -> str:
    return tr(" (changed by hand)")


def _copy(path: Path, target: Path) -> None:
    """Copy a file; a GeoPackage with what QGIS has written beside it and not yet into it."""
    if path.suffix == GEOPACKAGE:
        try:
            with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
                source.backup(copy, pages=PAGES)
                return
        except sqlite3.Error:
            target.unlink(missing_ok=True)
    shutil.copy2(path, target, follow_symlinks=False)


def _holds(path: Path, digest: str | None) -> bool:
    """Tell whether a GeoPackage holds what the build had written, though its first bytes are others."""
    return path.suffix == GEOPACKAGE and digest is not None and content_sha256(path) == digest
