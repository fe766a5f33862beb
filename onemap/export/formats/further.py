"""The products of a build beyond the usual ones: all its layers and lists once more, in another format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from onemap.dates import first_day
from onemap.export.formats import columnar, drawing, file_gdb, kml
from onemap.export.formats.target import Target, Written, standings_of
from onemap.export.formats.wording import worded
from onemap.export.list_places import findings_points_part
from onemap.export.parts import Part, findings_part, issues_part, parts
from onemap.model import Atlas
from onemap.text import tr

Write = Callable[[Sequence[Part], Target], Written]


class Product(NamedTuple):
    """A product of a build in a further format."""

    write: Write
    name: str
    """Its file or folder in the build."""
    worded: bool = True
    """Whether lists are in words, as nothing else can say what their ids mean."""


PRODUCTS: Final[dict[str, Product]] = {
    "gdb": Product(file_gdb.write_gdb, "onemap.gdb"),
    "kml": Product(kml.write_kml, "onemap.kml"),
    "kmz": Product(kml.write_kmz, "onemap.kmz"),
    "parquet": Product(columnar.write_parquet, "geoparquet", worded=False),
    "fgb": Product(columnar.write_flatgeobuf, "flatgeobuf", worded=False),
    "dxf": Product(drawing.write_dxf, "onemap.dxf"),
}
"""The products, by the names of `--also` and `--only`."""


def write(own: Product, atlas: Atlas, folder: Path) -> Written:
    """Write a product into `folder`."""
    made = _parts(atlas)
    if own.worded:
        made = [worded(part, atlas.project.catalogue) for part in made]
    spec = atlas.project.spec
    standings = standings_of(atlas.findings, atlas.project.catalogue.rules)
    return own.write(made, Target(folder / own.name, atlas.crs, first_day(spec.period), spec.title, standings))


def _parts(atlas: Atlas) -> list[Part]:
    made = [part for layer in atlas.layers.values() for part in parts(layer)]
    findings = replace(findings_part(atlas), title=tr("Lists"))
    at_features = replace(findings_points_part(atlas), title=tr("Lists, at their features"))
    return [*made, findings, at_features, replace(issues_part(atlas), title=tr("Data issues"))]
