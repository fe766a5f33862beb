"""What earlier builds worked out, kept by a digest of all that it follows from.

A step of a build is found again only where the program, its libraries, the language, the project file and the
catalogue are as they were, and every file or step that it looks at is too. An entry holds Python objects, which
can do anything when they are read: each carries a seal made with a key that only this user has, so that what
came with somebody else's folder, or was damaged, is not read but worked out anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import pickle
import platform
import secrets
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

Light = TypeVar("Light")
Heavy = TypeVar("Heavy")

FOLDER: Final = ".onemap"
IGNORE: Final = ".gitignore"
IGNORED: Final = "*\n"
"""What git is told of the folder."""

OFF: Final = "ONEMAP_NO_CACHE"
"""The environment variable that turns it off when it is 1."""

LIBRARIES: Final = ("GDAL_", "OGR_", "CPL_", "PROJ_", "SHAPE_")
"""How the environment variables begin by which people tell the libraries how to read."""

SEAL_BYTES: Final = 32
ROOM_BYTES: Final = 2 << 30
"""So much may lie in the folder; beyond it what was not used for the longest time goes."""

UNUSED_S: Final = 14 * 24 * 3600
"""What was not used for so long goes too."""

UNFINISHED_S: Final = 3600
"""What was begun so long ago and never finished goes."""


class Kept(Generic[Light, Heavy]):
    """What a step worked out: a light part that is at hand, and a heavy one that is read when it is asked for."""

    def __init__(self, digest: str, light: Light, heavy: Callable[[], Heavy]) -> None:
        self.digest = digest
        """What tells it from whatever follows from other things; "" where nothing is kept."""
        self.light = light
        self._load: Callable[[], Heavy] | None = heavy
        self._heavy: Heavy | None = None

    @property
    def heavy(self) -> Heavy:
        """The heavy part; it is read once."""
        if self._load is not None:
            self._heavy, self._load = self._load(), None
        return self._heavy  # type: ignore[return-value]


class Cache:
    """The entries in a folder.

    Parameters
    ----------
    folder
        Where they lie; None keeps nothing.
    base
        What every step follows from beside what it says itself.
    """

    def __init__(self, folder: Path | None = None, base: Iterable[str] = ()) -> None:
        key = _own_key() if folder is not None and os.environ.get(OFF) != "1" else None
        self._key = key or b""
        self._folder = folder if key else None
        told = [f"{name}={value}" for name, value in sorted(os.environ.items()) if name.startswith(LIBRARIES)]
        self._base = digest_of([_program(), *told, *base]) if self._folder else ""
        self._used: set[Path] = set()

    def keep(
        self,
        step: str,
        inputs: Iterable[str | None],
        make: Callable[[], tuple[Light, Heavy]],
        holds: Callable[[Light], bool] = lambda _: True,
    ) -> Kept[Light, Heavy]:
        """Return what a step works out, from an earlier build if it is there.

        Parameters
        ----------
        step
            Its name.
        inputs
            Everything that it looks at, each by a digest or in full; where one is None, nothing is kept.
        make
            Works it out: a light and a heavy part, neither of which anyone changes afterwards.
        holds
            Says of the light part whether it will be the same another time; otherwise it is not kept.
        """
        digest = self._digest(step, inputs)
        if not digest:
            light, heavy = make()
            return Kept("", light, lambda: heavy)
        there, found = self._read(f"{step}-{digest}")
        if there and self._path(f"{step}-{digest}+").exists():
            return Kept(digest, found, lambda: self._again(f"{step}-{digest}+", make))
        light, heavy = make()
        if not holds(light):
            return Kept("", light, lambda: heavy)
        # The heavy part first: where the light one is, the other is too.
        if self._write(f"{step}-{digest}+", heavy):
            self._write(f"{step}-{digest}", light)
        return Kept(digest, light, lambda: heavy)

    def value(self, step: str, inputs: Iterable[str | None], make: Callable[[], Light]) -> Light:
        """Return what a step works out that has no heavy part."""
        digest = self._digest(step, inputs)
        if not digest:
            return make()
        name = f"{step}-{digest}"
        there, found = self._read(name)
        if there:
            return found  # type: ignore[no-any-return]
        made = make()
        self._write(name, made)
        return made

    def tidy(self) -> None:
        """Remove what was not used for long, and beyond the room that there is what was not used the longest."""
        if self._folder is None:
            return
        with contextlib.suppress(OSError):
            files = sorted(((file.stat(), file) for file in self._folder.iterdir()), key=lambda one: one[0].st_mtime)
            room = ROOM_BYTES - sum(stat.st_size for stat, _ in files)
            for stat, file in files:
                # A file that was never finished has a name with a dot; another build may be writing one right now.
                unused_s = UNFINISHED_S if file.name.startswith(".") else UNUSED_S
                old = time.time() - stat.st_mtime > unused_s
                spare = room < 0 and not file.name.startswith(".")
                if file not in self._used and file.name != IGNORE and (old or spare):
                    file.unlink(missing_ok=True)
                    room += stat.st_size

    def _digest(self, step: str, inputs: Iterable[str | None]) -> str:
        """Return the digest of a step; "" where nothing is kept of it."""
        told = [self._base, step]
        for one in inputs if self._folder is not None else [None]:
            if one is None:
                return ""
            told.append(one)
        return digest_of(told)

    def _again(self, name: str, make: Callable[[], tuple[Any, Heavy]]) -> Heavy:
        there, found = self._read(name)
        return found if there else make()[1]

    def _path(self, name: str) -> Path:
        assert self._folder is not None
        return self._folder / name

    def _read(self, name: str) -> tuple[bool, Any]:
        path = self._path(name)
        try:
            content = path.read_bytes()
            if not hmac.compare_digest(content[:SEAL_BYTES], self._seal(name, memoryview(content)[SEAL_BYTES:])):
                return False, None
            found = pickle.loads(memoryview(content)[SEAL_BYTES:])
            os.utime(path)
        except OSError:
            return False, None
        self._used.add(path)
        return True, found

    def _write(self, name: str, value: Any) -> bool:
        """Write an entry whole or not at all, and say whether it could be."""
        assert self._folder is not None
        content = pickle.dumps(value, protocol=5)
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            ignore = self._folder / IGNORE
            if not ignore.exists():
                ignore.write_text(IGNORED, encoding="utf-8")
            with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".", delete=False) as part:
                try:
                    part.write(self._seal(name, content))
                    part.write(content)
                    part.close()
                    Path(part.name).replace(self._path(name))
                except BaseException:
                    part.close()
                    Path(part.name).unlink(missing_ok=True)
                    raise
        except OSError:
            return False
        self._used.add(self._path(name))
        return True

    def _seal(self, name: str, content: Any) -> bytes:
        seal = hashlib.blake2b(name.encode(), key=self._key, digest_size=SEAL_BYTES)
        seal.update(content)
        return seal.digest()


NOTHING_KEPT: Final = Cache()
"""Keeps nothing."""


def digest_of(texts: Iterable[str]) -> str:
    """Return a digest of texts in their order."""
    whole = hashlib.blake2b(digest_size=20)
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        whole.update(f"{len(data)}:".encode())
        whole.update(data)
    return whole.hexdigest()


@cache
def _program() -> str:
    """Return a digest of the program and of the libraries that it calculates with."""
    home = Path(__file__).parent
    files = sorted(file for file in home.rglob("*") if file.is_file() and file.suffix != ".pyc")
    whole = hashlib.blake2b(digest_size=20)
    for file in files:
        content = file.read_bytes()
        whole.update(f"{file.relative_to(home).as_posix()}:{len(content)}:".encode())
        whole.update(content)
    # Where packages are installed a folder for each is called by its name and version.
    packages = sorted(path.name for path in Path(np.__file__).parents[1].glob("*-info"))
    versions = [np.__version__, pd.__version__, gpd.__version__, shapely.__version__, shapely.geos_version_string]
    versions += [pyproj.__version__, pyproj.proj_version_str, platform.python_version(), platform.machine()]
    return digest_of([whole.hexdigest(), *packages, *versions])


@cache
def _own_key() -> bytes | None:
    """Return the key of this user, made when it is first needed; None where there is no place for it."""
    homes = os.environ.get("LOCALAPPDATA"), os.environ.get("XDG_CONFIG_HOME")
    try:
        home = next((Path(one) for one in homes if one), None) or Path.home() / ".config"
        file = home / "onemap" / "cache.key"
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as part:
                part.write(secrets.token_bytes(SEAL_BYTES))
            Path(part.name).replace(file)
        key = file.read_bytes()
    except (OSError, RuntimeError):
        return None
    return key if len(key) == SEAL_BYTES else None
