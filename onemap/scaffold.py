"""New project folders: the sample county for a look around, and an empty project with its data contract."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections import defaultdict
from pathlib import Path
from typing import Final

from onemap.errors import PathError
from onemap.export import contracts
from onemap.spec.catalogue import load_catalogue, shipped
from onemap.spec.layer import LayerSpec
from onemap.spec.project import PROJECT_FILE
from onemap.text import tr

SAMPLE: Final = "sample_geodata"
NOT_DATA: Final = ("*.py", "__pycache__", "planted_defects.*")
"""What of the sample is only for whoever makes it and tests it."""


def copy_sample(folder: Path) -> Path:
    """Copy the sample county into a new folder, or one that still holds it as it was.

    Raises
    ------
    PathError
        The folder holds something else, or the sample with changes, which would be lost.
    """
    sample = shipped(SAMPLE)
    if folder.exists():
        if not folder.is_dir():
            raise PathError(tr("{folder} is a file, not a folder", folder=folder), tr("name another folder"))
        if any(folder.iterdir()) and not _is_sample(folder, sample):
            message = tr("{folder} is not empty, and not an untouched demo", folder=folder)
            raise PathError(message, tr("name another folder: onemap demo DIR"))
    folder.mkdir(parents=True, exist_ok=True)
    # First, so that a copy which was interrupted is known for one.
    shutil.copyfile(sample / PROJECT_FILE, folder / PROJECT_FILE)
    shutil.copytree(sample, folder, ignore=shutil.ignore_patterns(*NOT_DATA), dirs_exist_ok=True)
    return folder


def _is_sample(folder: Path, sample: Path) -> bool:
    """Say whether every file of the sample that is in `folder` is there as it was shipped."""
    files = [path for path in sample.rglob("*") if path.is_file()]
    there = [(path, folder / path.relative_to(sample)) for path in files]
    return (folder / PROJECT_FILE).is_file() and all(
        not copy.exists() or copy.read_bytes() == path.read_bytes() for path, copy in there
    )


def start_project(folder: Path, county: str, name: str, period: str) -> list[Path]:
    """Make an empty project: its file, and for each bureau a folder with the workbook to fill in.

    Returns
    -------
    list of Path
        The files made.

    Raises
    ------
    PathError
        A file of that name is there already.
    """
    bureaus = _bureaus()
    books = {bureau: folder / bureau / f"{bureau}{tr('-data contract')}.xlsx" for bureau in bureaus}
    project = folder / PROJECT_FILE
    taken = next((path for path in (folder, *folder.parents) if path.exists() and not path.is_dir()), None) or next(
        (path for path in (project, *books.values()) if path.exists()), None
    )
    if taken is not None:
        raise PathError(tr("{file} is there already", file=taken), tr("name another folder, or move the file away"))
    folder.mkdir(parents=True, exist_ok=True)
    today = dt.datetime.combine(dt.date.today(), dt.time())
    for bureau, path in books.items():
        path.parent.mkdir(exist_ok=True)
        contracts.write(path, f"{name} {bureau}", bureaus[bureau], today)
    project.write_text(_project_text(county, name, period, books), encoding="utf-8", newline="\n")
    return [project, *books.values()]


def _bureaus() -> dict[str, list[LayerSpec]]:
    """Return the layers that each bureau usually keeps."""
    bureaus: dict[str, list[LayerSpec]] = defaultdict(list)
    for spec in load_catalogue().layers.values():
        bureaus[spec.provided_by or tr("other bureaus")].append(spec)
    return bureaus


def _project_text(county: str, name: str, period: str, books: dict[str, Path]) -> str:
    title = tr("{name}: one map of soil-pollution source prevention", name=name)
    lines = [
        f"# {tr('A onemap project. Then: onemap check, onemap build.')}",
        f"title  = {_quoted(title)}",
        f"county = {_quoted(county)}  # GB/T 2260",
        f"period = {_quoted(period)}",
        f'# crs  = "EPSG:4547"  # {tr("left out: the 3-degree CGCS2000 zone of the county")}',
        "",
        f"# {tr('Each layer that you have data for gets a section: take away the # before its lines, put the right path.')}",
        f"# {tr('Paths are relative to this file. These are read: shp zip gdb gpkg geojson kml xlsx csv')}",
        f"# {tr('Text in a table: layer is the sheet; x and y are the columns of longitude and latitude.')}",
    ]
    for bureau, specs in _bureaus().items():
        for spec in specs:
            lines += _section(spec, bureau, books[bureau])
    return "\n".join(lines) + "\n"


def _section(spec: LayerSpec, bureau: str, book: Path) -> list[str]:
    lines = ["", f"# {spec.name}", f"# [sources.{spec.id}]"]
    if "point" in spec.geometry:
        lines += [
            f"# path = {_quoted(f'{bureau}/{book.name}')}",
            f"# layer = {_quoted(spec.title)}",
            f"# x = {_quoted(contracts.LONGITUDE)}",
            f"# y = {_quoted(contracts.LATITUDE)}",
            f'# coord_type = "cgcs2000"  # {tr("or wgs84, gcj02, bd09")}',
        ]
    else:
        lines += [f"# path = {_quoted(f'{bureau}/{spec.title}.shp')}"]
    lines += [f"# as_of = {dt.date.today().isoformat()}", f"# provided_by = {_quoted(bureau)}"]
    return lines


def _quoted(text: str) -> str:
    """Return a TOML string; those of JSON are."""
    return json.dumps(text, ensure_ascii=False)
