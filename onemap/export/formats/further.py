"""The products of a build beyond the usual ones: all its layers and lists once more, in another format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from onemap.dates import first_day
from onemap.export.formats import columnar, drawing, file_gdb, kml
from onemap.export.formats.list_places import findings_points_part
from onemap.export.formats.parts import Part, findings_part, issues_part, parts
from onemap.export.formats.target import Target, Written, standings_of
from onemap.export.formats.wording import worded
from onemap.model import Atlas
from onemap.text import tr

Write = Callable[[Sequence[Part], Target], Written]

GDB: Final = "onemap.gdb"
KML: Final = "onemap.kml"
KMZ: Final = "onemap.kmz"
PARQUET: Final = "geoparquet"
FLATGEOBUF: Final = "flatgeobuf"
DXF: Final = "onemap.dxf"


def write_gdb(atlas: Atlas, folder: Path) -> Written:
    """Write onemap.gdb into `folder`."""
    return _write(file_gdb.write_gdb, _worded(atlas), atlas, folder / GDB)


def write_kml(atlas: Atlas, folder: Path) -> Written:
    """Write onemap.kml into `folder`."""
    return _write(kml.write_kml, _worded(atlas), atlas, folder / KML)


def write_kmz(atlas: Atlas, folder: Path) -> Written:
    """Write onemap.kmz into `folder`."""
    return _write(kml.write_kmz, _worded(atlas), atlas, folder / KMZ)


def write_parquet(atlas: Atlas, folder: Path) -> Written:
    """Write geoparquet/ into `folder`."""
    return _write(columnar.write_parquet, _parts(atlas), atlas, folder / PARQUET)


def write_flatgeobuf(atlas: Atlas, folder: Path) -> Written:
    """Write flatgeobuf/ into `folder`."""
    return _write(columnar.write_flatgeobuf, _parts(atlas), atlas, folder / FLATGEOBUF)


def write_dxf(atlas: Atlas, folder: Path) -> Written:
    """Write onemap.dxf into `folder`."""
    return _write(drawing.write_dxf, _worded(atlas), atlas, folder / DXF)


def _write(write: Write, made: Sequence[Part], atlas: Atlas, path: Path) -> Written:
    spec = atlas.project.spec
    standings = standings_of(atlas.findings, atlas.project.catalogue.rules)
    return write(made, Target(path, atlas.crs, first_day(spec.period), spec.title, standings))


def _parts(atlas: Atlas) -> list[Part]:
    made = [part for layer in atlas.layers.values() for part in parts(layer)]
    findings = replace(findings_part(atlas), title=tr("Lists"))
    at_features = replace(findings_points_part(atlas), title=tr("Lists, at their features"))
    return [*made, findings, at_features, replace(issues_part(atlas), title=tr("Data issues"))]


def _worded(atlas: Atlas) -> list[Part]:
    return [worded(part, atlas.project.catalogue) for part in _parts(atlas)]
