"""New project folders: the sample county for a look around, and an empty project with its data contract."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from onemap.errors import PathError
from onemap.export import contracts
from onemap.interruption import unbroken
from onemap.spec.catalogue import load_catalogue, shipped
from onemap.spec.contract import LATITUDE, LONGITUDE
from onemap.spec.county import county_extent
from onemap.spec.layer import LayerSpec
from onemap.spec.project import PROJECT_FILE
from onemap.spec.toml import quoted
from onemap.text import tr

SAMPLE: Final = "sample_geodata"
NOT_DATA: Final = ("*.py", "__pycache__", "planted_defects.*", ".*", "build")
"""What of the sample is only for whoever makes it and tests it, or left by a build of it."""


def copy_sample(folder: Path) -> Path:
    """Copy the sample county into a new folder, or one that still holds it as it was.

    Raises
    ------
    PathError
        The folder holds something else, or the sample with changes, which would be lost.
    """
    sample = shipped(SAMPLE)
    _refuse_file(folder)
    if folder.exists() and any(folder.iterdir()) and not _is_sample(folder, sample):
        message = tr("{folder} is not empty, and not an untouched demo", folder=folder)
        raise PathError(message, tr("name another folder: onemap demo DIR"))
    folder.mkdir(parents=True, exist_ok=True)
    # First, so that a copy which died is known for one.
    with unbroken():
        shutil.copyfile(sample / PROJECT_FILE, folder / PROJECT_FILE)
        shutil.copytree(sample, folder, ignore=shutil.ignore_patterns(*NOT_DATA), dirs_exist_ok=True)
    return folder


def _is_sample(folder: Path, sample: Path) -> bool:
    """Say whether every file of the sample that is in `folder` is there as it was shipped."""
    files = [path.relative_to(sample) for path in sample.rglob("*") if path.is_file()]
    data = [path for path in files if not any(fnmatch(part, kind) for part in path.parts for kind in NOT_DATA)]
    there = [(sample / path, folder / path) for path in data]
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
    _refuse_file(folder)
    bureaus = _bureaus()
    tables = {bureau: [spec for spec in specs if not spec.is_raster] for bureau, specs in bureaus.items()}
    books = {
        bureau: folder / bureau / tr("{bureau} data contract.xlsx", bureau=bureau)
        for bureau, specs in tables.items()
        if specs
    }
    project = folder / PROJECT_FILE
    taken = next((path for path in (project, *books.values()) if path.exists()), None)
    if taken is not None:
        raise PathError(tr("{file} is there already", file=taken), tr("name another folder, or move the file away"))
    today = dt.datetime.combine(dt.date.today(), dt.time())
    with _whole([project, *books.values()]):
        for bureau, path in books.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            contracts.write(path, f"{name} {bureau}", tables[bureau], today, _middle(county))
        project.write_text(_project_text(county, name, period), encoding="utf-8", newline="\n")
    return [project, *books.values()]


@contextmanager
def _whole(files: Sequence[Path]) -> Iterator[None]:
    """Remove new files, and their folders where these hold nothing else, if the making of them is broken off."""
    try:
        yield
    except BaseException:
        with unbroken():
            for file in files:
                file.unlink(missing_ok=True)
            for folder in sorted({file.parent for file in files}, reverse=True):
                with suppress(OSError):
                    folder.rmdir()
        raise


def _middle(county: str) -> tuple[float, float] | None:
    """Return a place in a county, for the examples."""
    found = county_extent(county)
    west, south, east, north = found.box if found else (0.0, 0.0, 0.0, 0.0)
    return ((west + east) / 2, (south + north) / 2) if found else None


def _refuse_file(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise PathError(tr("{folder} is a file, not a folder", folder=folder), tr("name another folder"))


def _bureaus() -> dict[str, list[LayerSpec]]:
    """Return the layers that each bureau usually keeps."""
    bureaus: dict[str, list[LayerSpec]] = defaultdict(list)
    for spec in load_catalogue().layers.values():
        bureaus[spec.provided_by or tr("other bureaus")].append(spec)
    return bureaus


def _project_text(county: str, name: str, period: str) -> str:
    title = tr("{name}: one map of soil-pollution source prevention", name=name)
    notes = (
        tr("Each layer that you have data for gets a section: take away the # before its lines and correct the path."),
        tr(
            "Paths are relative to this file. What is read: shp, zip, gdb, gpkg, geojson, kml, ovkml, dxf, tab, xlsx, "
            "xls, csv, tif; a folder of them; a PostGIS table. onemap sketch FILE says what a file is."
        ),
        tr("In a table, layer is the sheet, and x and y are the columns of longitude and latitude."),
    )
    lines = [
        f"title  = {quoted(title)}",
        f"county = {quoted(county)}",
        f"period = {quoted(period)}",
        "",
        f"# {tr('In the margin of printed maps; what is left blank is a line to sign on.')}",
        "[sheet]",
        'made_by = ""',
        'checked_by = ""',
        "",
        *(f"# {note}" for note in notes),
    ]
    for bureau, specs in _bureaus().items():
        sheets = contracts.sheet_names(spec for spec in specs if not spec.is_raster)
        for spec in specs:
            lines += ["", f"# {spec.name}", *(f"# {line}" for line in _section(spec, bureau, sheets.get(spec.id, "")))]
    return "\n".join(lines) + "\n"


def _section(spec: LayerSpec, bureau: str, sheet: str) -> list[str]:
    if {"point", "table"} & {*spec.geometry}:
        book = tr("{bureau} data contract.xlsx", bureau=bureau)
        place = [f"path = {quoted(f'{bureau}/{book}')}", f"layer = {quoted(sheet)}"]
        if "point" in spec.geometry:
            place += [f"x = {quoted(LONGITUDE)}", f"y = {quoted(LATITUDE)}", 'coord_type = "cgcs2000"']
    else:
        ending = ".tif" if spec.is_raster else ".shp"
        place = [f"path = {quoted(f'{bureau}/{spec.title}{ending}')}"]
    dated = f"as_of = {dt.date.today().isoformat()}"
    return [f"[sources.{spec.id}]", *place, dated, f"provided_by = {quoted(bureau)}"]
