"""A build folder is replaced as a whole or not at all.

A build is written into a hidden folder beside the one it is to become. When it is complete the earlier build is
renamed aside, the new one renamed in, and only then is the earlier one removed. A run that dies at any moment leaves
the earlier build in its place or aside, from where the next run puts it back.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from onemap.disk import room_in
from onemap.errors import PathError
from onemap.export.manifest import MANIFEST
from onemap.handwork import carry_over
from onemap.interruption import unbroken
from onemap.text import tr


@contextmanager
def replacing(folder: Path, inputs: Iterable[Path]) -> Iterator[Path]:
    """Yield an empty folder that takes the place of `folder` at the end, unless something is raised before.

    Files in `folder` that the manifest there does not name are the user's own, and are carried over, as are those
    of ours that somebody has changed.

    Parameters
    ----------
    inputs
        Files that the build is made from, which `folder` may not hold.

    Raises
    ------
    PathError
        `folder` is not ours to replace, another run is writing it, or a file in it is open.
    """
    folder = folder.resolve()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(_beside(folder, "lock"), timeout=0)
        lock.acquire()
    except Timeout:
        message = tr("another run is writing {folder}", folder=folder.name)
        raise PathError(message, tr("wait for it to end, or build into another folder with --out")) from None
    except OSError as fault:
        raise _unwritable(folder.parent, fault) from None
    with lock:
        with unbroken():
            _recover(folder)
        _refuse(folder, list(inputs))
        part = _beside(folder, "part")
        try:
            with room_in(folder.parent):
                part.mkdir()
                yield part
                _carry_over(folder, part)
            with unbroken():
                _swap(part, folder)
        finally:
            with unbroken():
                shutil.rmtree(part, ignore_errors=True)


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of a build, or None where `folder` is no build."""
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    is_ours = isinstance(content, dict) and {"products", "verdict", "period"} <= set(content)
    return content if is_ours else None


def _beside(folder: Path, role: str) -> Path:
    return folder.with_name(f".{folder.name}.{role}")


def _recover(folder: Path) -> None:
    """Put back the build that a run which died had set aside, and remove what such runs left."""
    aside = _beside(folder, "old")
    if aside.is_dir():
        if not folder.exists():
            aside.rename(folder)
        elif read_manifest(folder) is not None:
            shutil.rmtree(aside, ignore_errors=True)
    # Whoever wrote it is dead: the lock is ours.
    shutil.rmtree(_beside(folder, "part"), ignore_errors=True)


def _refuse(folder: Path, inputs: list[Path]) -> None:
    """Raise unless `folder` is free, empty or an earlier build, and nothing is made from what it holds."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise PathError(
            tr("{folder} is a file, not a folder", folder=folder.name), tr("build into a folder: --out DIR")
        )
    held = next((path for path in inputs if path.resolve().is_relative_to(folder)), None)
    if held is not None:
        message = tr("{folder} holds {file}, from which the build is made", folder=folder.name, file=held.name)
        hint = tr("copy {file} out of it and name the copy, or build elsewhere: --out DIR", file=held.name)
        raise PathError(message, hint)
    if any(folder.iterdir()) and read_manifest(folder) is None:
        message = tr("{folder} is not empty, and not an earlier build", folder=folder.name)
        raise PathError(message, tr("build into a new or an empty folder: --out DIR"))


def _carry_over(folder: Path, part: Path) -> None:
    manifest = read_manifest(folder)
    if manifest is not None:
        try:
            carry_over(folder, part, manifest)
        except PermissionError:
            raise _in_use(folder) from None


def _swap(part: Path, folder: Path) -> None:
    aside = _beside(folder, "old")
    try:
        if folder.exists():
            folder.rename(aside)
        part.rename(folder)
    except OSError as fault:
        if aside.exists() and not folder.exists():
            aside.rename(folder)
        if isinstance(fault, PermissionError):
            raise _in_use(folder) from None
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _in_use(folder: Path) -> PathError:
    """Return the error for what Windows says when a file in a folder is open."""
    message = tr("{folder} cannot be replaced; the earlier build is as it was", folder=folder.name)
    return PathError(message, tr("close the files of the build that are open in Excel or QGIS, then build again"))


def _unwritable(folder: Path, fault: OSError) -> PathError:
    message = tr("cannot write into {folder}: {fault}", folder=folder, fault=fault.strerror or "")
    return PathError(message, tr("choose a folder in which you may write: --out DIR"))
