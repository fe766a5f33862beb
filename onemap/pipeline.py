"""The rooms in a row: a project to an atlas, and an atlas to a build folder."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from onemap.cache import FOLDER as CACHE_FOLDER
from onemap.cache import Cache
from onemap.dates import last_day
from onemap.export import issue_workbook, manifest, tables, webmap, workbooks
from onemap.export.formats import drawing, further, geopackage, shapefiles
from onemap.export.formats.target import Written
from onemap.export.qgz import project as qgis_project
from onemap.export.words import origin_columns
from onemap.ingest.intake import Intake, take_in
from onemap.ingest.raw import Fault
from onemap.ingest.stamp import stamp
from onemap.model import FINDING_COLUMNS, Atlas, Issue, Layer, sorted_issues
from onemap.progress import Progress, begin, doing, telling
from onemap.publication import replacing
from onemap.record import earlier_rows
from onemap.review.previous import compare_with_previous
from onemap.review.settle import Scope, corrections_of, settle
from onemap.review.workbook import read_decisions
from onemap.risk.assess import Ground, assess, chosen_rules
from onemap.risk.balance import balances
from onemap.risk.measurement import Given
from onemap.risk.scorecards import scorecards
from onemap.spec.project import PROJECT_FILE, Project
from onemap.text import language, tr

Writer = Callable[[Atlas, Path], list[Path] | Written]

WRITERS: Final[dict[str, Writer]] = {
    "html": webmap.write,
    "gpkg": geopackage.write,
    "qgz": qgis_project.write,
    "shp": shapefiles.write,
    "lists": workbooks.write,
    "issues": issue_workbook.write,
    "csv": tables.write,
}
"""What writes the products, by the name that `--only` calls it."""

FURTHER: Final[dict[str, Writer]] = {name: partial(further.write, own) for name, own in further.PRODUCTS.items()}
"""What writes the products that are made when they are asked for alone, by the names of `--also` and `--only`."""

BY_LAYER: Final = ("html", "gpkg", "shp")
"""The products that are written layer by layer, each a step of its own."""


def cache_of(project: Project) -> Cache:
    """Return what earlier builds have left in the folder of a project, as long as the project itself is the same."""
    known = project.catalogue
    specs = (*known.layers.values(), *known.rules.values(), *known.standards.values(), project.spec)
    told = [language(), repr((project.run, project.returned)), *(spec.model_dump_json() for spec in specs)]
    return Cache(project.folder / CACHE_FOLDER, told)


def check(project: Project, progress: Progress | None = None, cache: Cache | None = None) -> Atlas:
    """Read and prove the data of a project, without any analysis: an atlas without findings.

    Parameters
    ----------
    progress
        Is told of each file, and of each check of each layer.
    cache
        What earlier builds worked out; left out, that of the project.

    Raises
    ------
    OnemapError
        The project or a rule is wrong. Faults in the data are issues of the atlas.
    """
    with telling(progress):
        return _checked(project, cache_of(project) if cache is None else cache)


def _checked(project: Project, cache: Cache) -> Atlas:
    books, sources = project.find_workbooks(), sum(map(len, project.sources.values()))
    begin("reading", bool(project.previous) + len(books) + sources)
    earlier = {}
    if project.previous:
        with doing(tr("the build of the last period")):
            earlier = earlier_rows(project.previous, project.spec.county)
    with doing(tr(", ").join(name for name, _ in books), len(books)):
        decisions = read_decisions(project)
    scope = Scope(last_day(project.spec.period))
    intake = take_in(project, corrections_of(decisions.made, scope), cache)
    compared = compare_with_previous(intake.layers, earlier)
    more = (*decisions.issues, *compared, *_cuts(intake, cache))
    found = [*intake.told, *(intake.register.refer(issue) for issue in more)]
    told, rulings = settle(found, decisions.made, intake.rulings, replace(scope, presence=intake.register.presence))
    return Atlas(
        project=project,
        layers=intake.layers,
        told=sorted_issues(told),
        findings=pd.DataFrame(columns=list(FINDING_COLUMNS)),
        links=gpd.GeoSeries([], crs=intake.crs),
        sources=intake.sources,
        rules=(),
        crs=intake.crs,
        painter=webmap.draw,
        rasters=intake.rasters,
        rulings=rulings,
        edition="internal",
        cache=cache,
    )


def _cuts(intake: Intake, cache: Cache) -> Iterator[Issue]:
    """Tell of the texts of which a shapefile holds the beginning alone."""
    hint = tr("shorten it where shapefiles are handed in; the GeoPackage has it in full")
    for own_id, layer in intake.layers.items():
        cuts = cache.value("cuts", [layer.digest or None], partial(shapefiles.find_cuts, layer))
        faults = [Fault("shapefile_cut", _cut_message(layer, cut), hint, cut.at, cut.column, cut.text) for cut in cuts]
        if faults:
            yield from stamp(faults, layer.frame, "", layer.spec, intake.register.letters(own_id))


def _cut_message(layer: Layer, cut: shapefiles.Cut) -> str:
    field = layer.spec.fields.get(cut.column)
    title = field.label if field else origin_columns()[cut.column]
    shown = {"field": title, "held": len(cut.held), "count": len(cut.text)}
    return tr("{field}: a shapefile holds only the first {held} of its {count} characters", **shown)


def build(project: Project, progress: Progress | None = None, cache: Cache | None = None) -> Atlas:
    """Read and prove the data of a project, and run its rules.

    Parameters
    ----------
    progress
        Is told of each file, of each check of each layer, and of each rule.
    cache
        What earlier builds worked out; left out, that of the project.

    Returns
    -------
    Atlas
        Lists that depend on a layer with errors are withheld, and say so.

    Raises
    ------
    OnemapError
        The project or a rule is wrong. Faults in the data are issues of the atlas.

    Examples
    --------
    >>> atlas = build(load_project("sample_geodata"))  # doctest: +SKIP
    >>> atlas.verdict  # doctest: +SKIP
    'pass-with-issues'
    """
    with telling(progress):
        return _assessed(check(project, cache=cache))


def _assessed(atlas: Atlas) -> Atlas:
    project = atlas.project
    # A layer that could not be read is asked for too, so that its list says why it is withheld.
    rules = chosen_rules(project, project.sources)
    errors = atlas.issues["severity"] == "error"
    withheld = frozenset(atlas.issues.loc[errors, "layer"])
    titles = {own_id: rule.name for own_id, rule in project.catalogue.rules.items()}
    given = Given(last_day(project.spec.period), project.catalogue.standards, project.catalogue.codes, titles=titles)
    ground = Ground(atlas.layers, withheld, project.catalogue.layers, atlas.crs, given, atlas.cache)
    begin("assessing", len(rules) + 2)
    findings, links = assess(rules, ground)
    with doing(tr("County balance")):
        divided = balances(ground, project.sources)
    with doing(tr("Township scorecard")):
        scored = scorecards(rules, ground)
    return replace(atlas, findings=findings, links=links, rules=rules, balances=divided, scorecards=scored)


def publish(
    atlas: Atlas,
    folder: str | Path,
    only: Collection[str] | None = None,
    progress: Progress | None = None,
    also: Collection[str] = (),
) -> Path:
    """Write the products of an atlas into a folder, in place of an earlier build there.

    The folder is replaced as a whole or not at all, whenever the run ends. It then holds the products asked for, the
    manifest, and the files that were there and were not ours.

    Parameters
    ----------
    only
        Names of `WRITERS` or `FURTHER`; None writes every product of `WRITERS`.
    progress
        Is told of each product, and of each layer in it.
    also
        Names of `FURTHER`, written besides.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    PathError
        The folder holds other things than a build, or cannot be replaced.
    ValueError
        There is no product of a name in `only` or `also`.
    """
    with telling(progress), _opened(atlas.project, Path(folder), _writers(only, also)) as write:
        write(atlas)
    return Path(folder)


def run(
    project: Project,
    folder: str | Path,
    only: Collection[str] | None = None,
    progress: Progress | None = None,
    also: Collection[str] = (),
) -> Atlas:
    """Build and publish, with the folder proved usable before any work is done; otherwise as `build` and `publish`."""
    with telling(progress), _opened(project, Path(folder), _writers(only, also)) as write:
        atlas = build(project)
        write(atlas)
    return atlas


@contextmanager
def _opened(project: Project, folder: Path, writers: dict[str, Writer]) -> Iterator[Callable[[Atlas], None]]:
    """Yield what writes an atlas into the folder that takes the place of `folder`."""
    if "dxf" in writers:
        drawing.library()
    started = datetime.now(UTC)
    with replacing(folder, _inputs(project)) as part:

        def write(atlas: Atlas) -> None:
            steps = {name: 1 + len(atlas.layers) * (name in BY_LAYER) for name in writers}
            begin("writing", sum(steps.values()) + 1)
            remarks = {}
            for name, writer in writers.items():
                with doing(name, steps[name]):
                    written = writer(atlas, part)
                if isinstance(written, Written) and written.told:
                    remarks[name] = written.told
            with doing(manifest.MANIFEST):
                manifest.write(atlas, part, started, datetime.now(UTC), remarks)
            atlas.cache.tidy()

        yield write


def _writers(only: Collection[str] | None, also: Collection[str]) -> dict[str, Writer]:
    known = {**WRITERS, **FURTHER}
    unknown = sorted({*(only or ()), *also} - set(known))
    if unknown or (only is not None and not only):
        message = f"there is no product {unknown}; known: {list(known)}"
        raise ValueError(message)
    wanted = {*(WRITERS if only is None else only), *also}
    return {name: writer for name, writer in known.items() if name in wanted}


def _inputs(project: Project) -> list[Path]:
    files = [file for sources in project.sources.values() for source in sources for file in project.find(source)]
    previous = [project.previous / geopackage.FILE] if project.previous else []
    return [project.folder / PROJECT_FILE, *files, *previous, *(file for _, file in project.find_workbooks())]
