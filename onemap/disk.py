"""A disk that is full, whoever finds it so: GDAL and SQLite say it in words of their own, or not at all."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from onemap.errors import OnemapError, PathError
from onemap.text import tr

FULL: Final = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))

LEFT: Final = 2**20
"""With fewer bytes than these, what could not be written could not for want of room."""


@contextmanager
def room_in(folder: Path) -> Iterator[None]:
    """Let whatever cannot be written inside for want of room be a PathError.

    Parameters
    ----------
    folder
        Where it is written.
    """
    try:
        yield
    except OnemapError:
        raise
    except Exception as fault:
        if not _is_full(fault, folder):
            raise
        message = tr("there is no room left on the disk: {folder}", folder=folder)
        raise PathError(
            message, tr("make room, or write to another disk with --out; what was there is whole")
        ) from None


def _is_full(fault: Exception, folder: Path) -> bool:
    if isinstance(fault, OSError) and fault.errno is not None:
        return fault.errno in FULL
    try:
        return shutil.disk_usage(folder).free < LEFT
    except OSError:
        return False
