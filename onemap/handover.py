"""A part of a build in another format: what a colleague asks for on the phone."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from onemap.dates import first_day
from onemap.destination import file_name, placed_at, put, refuse
from onemap.disk import room_in
from onemap.errors import KeyNotFoundError, OnemapError, PathError, ProjectError
from onemap.export.formats import columnar, drawing, file_gdb, geopackage, kml, rows, shapefiles
from onemap.export.formats.geopackage import FILE as GEOPACKAGE
from onemap.export.formats.stored import settled
from onemap.export.formats.target import Standings, Target, Written, standings_of
from onemap.export.formats.wording import worded
from onemap.export.parts import FINDINGS, Part
from onemap.geodesy import LONLAT
from onemap.interruption import unbroken
from onemap.progress import Progress, begin, doing, telling
from onemap.record import Build
from onemap.selection import (
    Stock,
    damaged,
    in_township,
    levels_of,
    of_levels,
    of_rules,
    once,
    townships_of,
    with_fields,
)
from onemap.spec.county import county_extent
from onemap.spec.crs import crs_of, is_modern, name_of
from onemap.text import fold, tr

Write = Callable[[Sequence[Part], Target], Written]


class Format(NamedTuple):
    """What writes a format, and what it can be."""

    write: Write
    suffix: str
    """The ending of its file; "" where it is always a folder."""
    each: bool = False
    """Whether a file holds a single part: several are a folder."""
    worded: bool = False
    """Whether lists are in words, as nothing else can say what their ids mean."""
    lists: bool = False
    """Whether it tells of each feature on which lists it stands."""
    drawn: bool = True
    """Whether it is for maps, and not for tables."""
    crs: str = ""
    """"degrees" or "metres" where it can only be in these."""


FORMATS: Final[dict[str, Format]] = {
    "gpkg": Format(geopackage.write_parts, ".gpkg"),
    "shp": Format(shapefiles.write_parts, "", worded=True),
    "gdb": Format(file_gdb.write_gdb, ".gdb", worded=True),
    "kml": Format(kml.write_kml, ".kml", worded=True, lists=True, crs="degrees"),
    "kmz": Format(kml.write_kmz, ".kmz", worded=True, lists=True, crs="degrees"),
    "geojson": Format(columnar.write_geojson, ".geojson", each=True, crs="degrees"),
    "parquet": Format(columnar.write_parquet, ".parquet", each=True),
    "fgb": Format(columnar.write_flatgeobuf, ".fgb", each=True),
    "dxf": Format(drawing.write_dxf, ".dxf", worded=True, crs="metres"),
    "csv": Format(rows.write_csv, ".csv", each=True, worded=True, drawn=False, crs="degrees"),
    "xlsx": Format(rows.write_xlsx, ".xlsx", worded=True, drawn=False, crs="degrees"),
}
"""What writes a part of a build, by the name that `--format` calls it."""

DATUMS: Final = re.compile(r"(China|CGCS)[ _]*2000|WGS|World Geodetic System 1984", re.IGNORECASE)
"""What the datums that data may be handed over in are called."""

USUAL: Final = "EPSG:4547"
"""What hints name where the system of the build is a county's own."""

OLD_OFFSETS: Final = frozenset(("gcj02", "gcj-02", "bd09", "bd-09", "火星坐标", "百度坐标"))


@dataclass(frozen=True)
class Request:
    """What is asked for; what is left out is everything, as the build has it."""

    format: str
    layers: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    township: str = ""
    levels: tuple[str, ...] = ()
    crs: str = ""
    out: Path | None = None
    overwrite: bool = False


@dataclass(frozen=True)
class Handed:
    """What was written."""

    path: Path
    counts: tuple[tuple[str, int, int], ...]
    """Of each part its title, how many records it has, and how many of them have no place."""
    told: tuple[str, ...]
    """What is to be known of it."""


def hand_over(build: Build, request: Request, progress: Progress | None = None) -> Handed:
    """Write a part of a build in another format, beside the build or where it is asked for.

    Raises
    ------
    KeyNotFoundError
        The build has no such layer, field, township or level, or nothing that is asked for.
    ProjectError
        It cannot be in the CRS that is asked for.
    PathError
        It cannot be written there.
    """
    form = FORMATS[request.format]
    crs = _crs(request, str(build.manifest["crs"]), form)
    with telling(progress), TemporaryDirectory(prefix="onemap-") as aside:
        stock = Stock(build, _stored(build, Path(aside)))
        parts, told = _parts(stock, request)
        standings: Standings = {}
        if form.lists and request.fields:
            # Reasons speak of fields that may have been left out on purpose.
            told.append(tr("the lists of each feature were left out, as fields were chosen"))
        elif form.lists:
            standings = _standings(stock, parts)
        many = not form.suffix or (form.each and len(parts) > 1)
        path = _path(build, request, parts, many=many)
        made, moved = _moved([worded(part, build.catalogue) if form.worded else part for part in parts], crs)
        target = Target(path, crs, first_day(build.manifest["period"]), _title(build, parts), standings)
        begin("writing", 1)
        with doing(path.name):
            written = _write(form, made, target, many=many)
    counts = tuple((part.title, len(part.frame), _placeless(part)) for part in made)
    return Handed(path, counts, (*told, *moved, *written.told))


def _stored(build: Build, aside: Path) -> Path:
    try:
        return settled(build.folder / GEOPACKAGE, aside)
    except sqlite3.Error:
        raise damaged() from None


def _parts(stock: Stock, request: Request) -> tuple[list[Part], list[str]]:
    """Return what is asked for, and which of it is empty."""
    chosen, levels = stock.choose(request.layers), levels_of(request.levels)
    if levels and FINDINGS not in chosen:
        raise KeyNotFoundError(tr("--level is for lists"), tr("name lists with --layer, or leave --level out"))
    names = {own_id: rule.name for own_id, rule in stock.build.catalogue.rules.items()}
    begin("reading", len(chosen))
    parts: list[Part] = []
    for own_id, rules in chosen.items():
        with doing(own_id):
            parts += [of_levels(of_rules(part, rules, names), levels) for part in stock.parts_of(own_id)]
    if request.township:
        parts = in_township(parts, request.township, townships_of(stock))
    parts = with_fields(once(parts, FORMATS[request.format].drawn), request.fields)
    empty = [part.title for part in parts if part.frame.empty]
    if len(empty) == len(parts):
        # Somebody may have dropped the table itself.
        empty = empty or [spec.name if (spec := stock.layers.get(own_id)) else own_id for own_id in chosen]
        message = tr("there are no records of {titles}", titles=tr(", ").join(dict.fromkeys(empty)))
        raise KeyNotFoundError(message, tr("ask for another layer, township or level"))
    return parts, [tr("{title}: no records", title=title) for title in dict.fromkeys(empty)]


def _standings(stock: Stock, parts: Sequence[Part]) -> Standings:
    """Return on which lists features stand."""
    findings, *_ = stock.parts_of(FINDINGS)
    layers = {part.spec.id for part in parts if part.spec}
    return standings_of(findings.frame[findings.frame["of_layer"].isin(layers)], stock.build.catalogue.rules)


def _placeless(part: Part) -> int:
    # Records of a table have none by nature.
    return 0 if part.kind == "table" else int(part.frame.geometry.isna().sum())


def _crs(request: Request, own: str, form: Format) -> str:
    """Return the CRS of what is written.

    Raises
    ------
    ProjectError
        It is none, or of a datum to which nothing may be shifted without parameters, or not one of the format.
    """
    if not request.crs:
        return own
    # The parameters of a county's own grid are repeated nowhere.
    usual = own if name_of(own) == own else USUAL
    if fold(request.crs) in OLD_OFFSETS:
        message = tr("{crs} is an offset of web maps, and no coordinate system to hand data over in", crs=request.crs)
        raise ProjectError(message, tr("ask for EPSG:4490 (lonlat), or a CGCS2000 zone such as {crs}", crs=usual))
    try:
        crs = crs_of(LONLAT if fold(request.crs) == "lonlat" else request.crs)
    except ValueError as fault:
        raise ProjectError(str(fault), tr("write it as EPSG:4547, or lonlat")) from None
    if not _is_ours(crs):
        message = tr(
            "{crs} is not on CGCS2000 or WGS 84: without the parameters of the place, which are secret, nothing can be "
            "shifted to it",
            crs=name_of(request.crs),
        )
        raise ProjectError(message, tr("ask for EPSG:4490 (lonlat), or a CGCS2000 zone such as {crs}", crs=usual))
    if form.crs == "degrees" and not crs.is_geographic:
        message = tr("{format} is always in degrees", format=request.format)
        raise ProjectError(message, tr("leave --crs out, or choose another format such as gpkg"))
    if form.crs == "metres" and not (crs.is_projected and crs.axis_info[0].unit_conversion_factor == 1):
        message = tr("{format} is always in metres", format=request.format)
        raise ProjectError(message, tr("leave --crs out, or name a CGCS2000 zone such as {crs}", crs=usual))
    return f"EPSG:{code}" if (code := crs.to_epsg(min_confidence=100)) else crs.to_wkt()


def _is_ours(crs: pyproj.CRS) -> bool:
    """Tell whether a system is one of degrees, or a projection, on CGCS2000 or WGS 84."""
    flat = len(crs.axis_info) == 2 and (crs.is_geographic or crs.is_projected)
    # Other datums share the ellipsoid.
    return flat and is_modern(crs) and crs.datum is not None and DATUMS.search(crs.datum.name) is not None


def _moved(parts: Sequence[Part], crs: str) -> tuple[list[Part], list[str]]:
    """Return parts in a CRS, and whether they lie where it is meant for."""
    moved = [part if part.kind == "table" else _in(part, crs) for part in parts]
    boxes = [part.frame.to_crs(LONLAT).total_bounds for part in parts if part.kind != "table" and not _empty(part)]
    area = pyproj.CRS(crs).area_of_use
    if not boxes or area is None:
        return moved, []
    (west, south), (east, north) = np.min(boxes, axis=0)[:2], np.max(boxes, axis=0)[2:]
    if shapely.box(*area.bounds).intersects(shapely.box(west, south, east, north)):
        return moved, []
    return moved, [tr("{crs} is meant for another place: lengths and areas are not true in it", crs=name_of(crs))]


def _empty(part: Part) -> bool:
    return bool(part.frame.geometry.isna().all())


def _in(part: Part, crs: str) -> Part:
    if pyproj.CRS(crs) == part.frame.crs:
        return part
    frame: gpd.GeoDataFrame = part.frame.to_crs(crs)
    if not _empty(part) and not np.isfinite(frame.total_bounds).all():
        message = tr("{crs} has no coordinates for this place", crs=name_of(crs))
        raise ProjectError(message, tr("write it as EPSG:4547, or lonlat"))
    return replace(part, frame=frame)


def _title(build: Build, parts: Sequence[Part]) -> str:
    titles = [*dict.fromkeys(part.title for part in parts)]
    own = str(build.manifest["title"])
    return f"{own}: {titles[0]}" if len(titles) == 1 else own


def _path(build: Build, request: Request, parts: Sequence[Part], *, many: bool) -> Path:
    """Return where it is written, a place that is free or may be written over.

    Raises
    ------
    PathError
        It cannot be written there.
    """
    form, out = FORMATS[request.format], request.out
    suffix = "" if many else form.suffix
    if out is not None and many and form.suffix and out.suffix.lower() == form.suffix:
        message = tr("{file} is to hold {count} tables, and a file of this format holds one", file=out.name,
                     count=len(parts))  # fmt: skip
        raise PathError(message, tr("name a folder, or choose one layer with --layer"))
    name = f"{_name(build, request, parts)}{suffix or f'-{request.format}'}"
    try:
        path = placed_at(out, build.folder.resolve().parent / name, suffix)
        refuse(path, build, request.overwrite)
    except OnemapError:
        raise
    except OSError as fault:
        raise _unwritable(out or Path(name), fault) from None
    return path


def _name(build: Build, request: Request, parts: Sequence[Part]) -> str:
    """Return a name that says what it is: 孟州市-耕地土壤环境质量类别-2026-11."""
    extent = county_extent(str(build.manifest["county"]))
    titles = [*dict.fromkeys(part.title for part in parts)]
    what = titles[0] if len(titles) == 1 else tr("{title} and {count} more", title=titles[0], count=len(titles) - 1)
    county = extent.name if extent and extent.level == "county" else str(build.manifest["county"])
    return file_name(
        [county, request.township, what if request.layers else tr("one map"), str(build.manifest["period"])]
    )


def _write(form: Format, parts: Sequence[Part], target: Target, *, many: bool) -> Written:
    """Write beside the place where it is to be, and put it there when it is whole."""
    path = target.path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with (
            TemporaryDirectory(prefix=".onemap-", dir=path.parent, ignore_cleanup_errors=True) as folder,
            room_in(path.parent),
        ):
            made = Path(folder, path.name)
            # A format with a file for each part writes a folder, even if it is a single one.
            single = form.each and not many
            written = form.write(parts, replace(target, path=Path(folder, "single") if single else made))
            with unbroken():
                put(written.paths[0] if single else made, path, Path(folder, "old"))
    except OnemapError:
        raise
    except OSError as fault:
        raise _unwritable(path, fault) from None
    return written


def _unwritable(path: Path, fault: OSError) -> PathError:
    message = tr("cannot write {path}: {fault}", path=path, fault=fault.strerror or fault)
    return PathError(message, tr("close the file where it is open, or write elsewhere: --out PATH"))
