"""Zips, opened safely: names read as they were meant, and nothing that climbs out, bursts or is locked."""

from __future__ import annotations

import re
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from onemap.ingest.raw import UnreadableError
from onemap.ingest.readers.encoding import find_text_encoding
from onemap.text import tr

MOST_BYTES: Final = 16 * 2**30
"""What a zip may hold unpacked: several times the largest geodatabase of a county."""

MOST_RATIO: Final = 200
"""What a zip may hold for each byte of its own: tables full of blanks reach some 50, deflated zeros 1000."""

FREE_BYTES: Final = 100 * 2**20
"""So much may come out of any zip, however tightly it is packed: it does no harm."""

MOST_MEMBERS: Final = 100_000
"""Files in a zip: a geodatabase has some hundreds, the photographs of a survey some thousands."""

CHUNK: Final = 2**20

NOT_ZIPS: Final[Mapping[bytes, str]] = {
    b"Rar!": "RAR",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"\x1f\x8b": "gzip",
    b"\xd0\xcf\x11\xe0": "Office 97",
}
"""First bytes of what is sent under the name of a zip. Workbooks with a password begin as those of Office 97."""

METHODS: Final[Mapping[int, str]] = {9: "Deflate64", 12: "BZIP2", 14: "LZMA", 93: "Zstandard", 95: "XZ", 98: "PPMd"}
"""Ways of packing that Windows, QGIS and zipfile do not all unpack, or not without bound."""

ENCRYPTED: Final = 0x1
UTF8_NAME: Final = 0x800
UNICODE_PATH: Final = 0x7075
"""Extra field of Info-ZIP and WinRAR: the name in UTF-8, with the checksum of the one it stands for."""

JUNK_FOLDERS: Final = frozenset({"__macosx"})
JUNK_FILES: Final = frozenset({".ds_store", "thumbs.db", "desktop.ini"})


def is_zip(path: Path) -> bool:
    """Tell by its first bytes whether a file is a zip, whatever its name."""
    with path.open("rb") as file:
        return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")


@contextmanager
def unpacked(path: Path, wanted: Callable[[str], bool] | None = None) -> Iterator[Path]:
    """Unpack a zip into a temporary folder, which goes when the block ends. Zips inside it stay as they are.

    Parameters
    ----------
    wanted
        Says of a name whether that file is to be unpacked; without it all are.

    Raises
    ------
    UnreadableError
        It is no zip, damaged, locked, packed in a way that is not read, a bomb, or climbs out of its folder.
    """
    with tempfile.TemporaryDirectory(prefix="onemap-") as folder:
        with _opened(path) as archive:
            _unpack(archive, _checked(archive, path, wanted), Path(folder), path)
        yield Path(folder)


def members(path: Path) -> list[str]:
    """Return the names of the files in a zip, "/" between folders, without what file managers leave there.

    Raises
    ------
    UnreadableError
        As for `unpacked`, but for damage inside the files.
    """
    with _opened(path) as archive:
        return sorted(_checked(archive, path, None))


def check_zip(path: Path) -> None:
    """Refuse a zip that `unpacked` would refuse, by its table of contents alone: for workbooks, which are zips.

    Raises
    ------
    UnreadableError
        As for `members`.
    """
    members(path)


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    _check_kind(path)
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, struct.error, ValueError, EOFError) as fault:
        raise _damaged(path, str(fault)) from None
    except OSError as fault:
        reason = fault.strerror or str(fault)
        message = tr("{file} cannot be unpacked: {reason}", file=path.name, reason=reason)
        raise UnreadableError(message, tr("unpack it yourself, and name the files in the project")) from None


def _check_kind(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(8)
    kind = next((name for magic, name in NOT_ZIPS.items() if head.startswith(magic)), None)
    if kind is not None:
        message = tr("{file} is no zip, but {kind} under that name", file=path.name, kind=kind)
        raise UnreadableError(
            message, tr("unpack it yourself, and pack it again as an ordinary zip without a password")
        )


def _checked(archive: zipfile.ZipFile, path: Path, wanted: Callable[[str], bool] | None) -> dict[str, zipfile.ZipInfo]:
    """Return the wanted files by their names; of two with one name the later, as every other program does."""
    infos = archive.infolist()
    if len(infos) > MOST_MEMBERS:
        message = tr("{file} holds {count} files", file=path.name, count=len(infos))
        raise UnreadableError(message, tr("unpack it yourself, and name the files in the project"))
    files = {}
    for info, name in zip(infos, _names(infos), strict=True):
        parts = _parts(name, path)
        _check_no_link(info, name, path)
        folder = info.external_attr & 0x10 or name.endswith(("/", "\\"))
        own = "/".join(parts)
        if not folder and parts and not _is_junk(parts) and (wanted is None or wanted(own)):
            files[own] = info
    for info in files.values():
        _check_packing(info, path)
    if sum(info.file_size for info in files.values()) > _most_bytes(path):
        raise _bomb(path)
    return files


def _names(infos: list[zipfile.ZipInfo]) -> list[str]:
    """Return the names as they were meant: Chinese Windows writes GBK and does not say so."""
    names = [_said_name(info) for info in infos]
    unsaid = [info.orig_filename.encode("cp437") for info, name in zip(infos, names, strict=True) if name is None]
    try:
        codec = find_text_encoding(b"\n".join(unsaid)).codec
    except UnreadableError:
        codec = "cp437"  # What a zip that says nothing means by its own standard.
    rest = iter(unsaid)
    return [next(rest).decode(codec, "replace") if name is None else name for name in names]


def _said_name(info: zipfile.ZipInfo) -> str | None:
    """Return the name of a member that says how it is written."""
    if info.flag_bits & UTF8_NAME:
        return info.orig_filename
    raw, extra = info.orig_filename.encode("cp437"), info.extra
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        if kind == UNICODE_PATH and size > 5 and struct.unpack("<L", extra[5:9])[0] == zlib.crc32(raw):
            return extra[9 : 4 + size].decode("utf-8", "replace")
        extra = extra[4 + size :]
    return None


def _parts(name: str, path: Path) -> list[str]:
    r"""Return the folders and the name of a member; older .NET programs write "\" between them."""
    parts = name.replace("\\", "/").split("/")
    # Windows drops dots and blanks at the end of a name: ".. " is ".." there.
    climbs = any(part not in ("", ".") and not part.strip(" .") for part in parts)
    if climbs or parts[0] == "" or re.match("[A-Za-z]:", name) or "\0" in name:
        raise _unsafe(path, name)
    return [part for part in parts if part not in ("", ".")]


def _check_no_link(info: zipfile.ZipInfo, name: str, path: Path) -> None:
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _unsafe(path, name)


def _check_packing(info: zipfile.ZipInfo, path: Path) -> None:
    if info.flag_bits & ENCRYPTED:
        message = tr("{file} is locked with a password", file=path.name)
        raise UnreadableError(message, tr("ask for it without a password, or unpack it yourself"))
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        method = METHODS.get(info.compress_type, str(info.compress_type))
        message = tr("{file} is packed in a way that is not read: {method}", file=path.name, method=method)
        raise UnreadableError(
            message, tr("unpack it yourself, and pack it again as an ordinary zip without a password")
        )


def _is_junk(parts: list[str]) -> bool:
    name = parts[-1].lower()
    return name in JUNK_FILES or name.startswith("._") or not JUNK_FOLDERS.isdisjoint(part.lower() for part in parts)


def _unpack(archive: zipfile.ZipFile, files: Mapping[str, zipfile.ZipInfo], folder: Path, path: Path) -> None:
    left = _most_bytes(path)
    for name, info in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with archive.open(info) as packed, target.open("wb") as file:
                # What the table of contents says of sizes is not believed: bytes are counted as they come.
                while chunk := packed.read(CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        raise _bomb(path)
                    file.write(chunk)
        except (zipfile.BadZipFile, zlib.error, EOFError):
            raise _damaged(path, tr("{member} in it does not unpack whole", member=name)) from None


def _most_bytes(path: Path) -> int:
    return min(MOST_BYTES, max(FREE_BYTES, MOST_RATIO * path.stat().st_size))


def _unsafe(path: Path, name: str) -> UnreadableError:
    message = tr("{file} is refused: {member} in it points outside", file=path.name, member=repr(name))
    return UnreadableError(message, tr("ask who made it; it was not made by an ordinary program"))


def _bomb(path: Path) -> UnreadableError:
    most = f"{_most_bytes(path) / 2**20:,.0f} MiB"
    message = tr("{file} is refused: it would unpack to more than {most}", file=path.name, most=most)
    return UnreadableError(message, tr("if it is sound, unpack it yourself and name the files in the project"))


def _damaged(path: Path, reason: str) -> UnreadableError:
    return UnreadableError(
        tr("{file} is not a whole zip: {reason}", file=path.name, reason=reason),
        tr("ask for it again, in one piece"),
    )
