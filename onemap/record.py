"""A build folder, read back: all that is known of one feature."""

from __future__ import annotations

import csv
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from onemap.errors import KeyNotFoundError, PathError, ProjectError, nearest
from onemap.export.formats.geopackage import FILE as GEOPACKAGE
from onemap.export.formats.stored import layer_files_in
from onemap.export.parts import SUFFIXES
from onemap.model import LOCATED_IN, SOURCE, SOURCE_ROW
from onemap.publication import read_manifest
from onemap.spec.catalogue import Catalogue, load_catalogue
from onemap.text import tr

FINDINGS, ISSUES = "findings.csv", "issues.csv"
Row = dict[str, Any]


@dataclass(frozen=True)
class Known:
    """All that a build knows of one feature."""

    layer: str
    key: str
    label: str
    values: Row
    """Its fields; none where it is only spoken of in an issue."""
    township: str
    source: Row
    """path, row, as_of and provided_by."""
    issues: tuple[Row, ...]
    findings: tuple[Row, ...]
    """The lines of lists in which it is either side."""
    records: tuple[Row, ...] = ()
    """Where a table has several records of one key: of each the fields in which they differ."""


@dataclass(frozen=True)
class Build:
    """The folder of a build."""

    folder: Path
    manifest: Row
    catalogue: Catalogue = field(default_factory=load_catalogue)

    @cached_property
    def findings(self) -> list[Row]:
        """The lines of the lists."""
        return _read_csv(self.folder / FINDINGS)

    @cached_property
    def issues(self) -> list[Row]:
        """The faults in the data."""
        return _read_csv(self.folder / ISSUES)

    @cached_property
    def features(self) -> list[tuple[str, Row]]:
        """Each feature's layer and row."""
        return list(self._features())

    def _features(self) -> Iterator[tuple[str, Row]]:
        # Immutable: reading leaves no file beside a GeoPackage that someone has open.
        address = f"{(self.folder / GEOPACKAGE).resolve().as_uri()}?immutable=1"
        with closing(sqlite3.connect(address, uri=True)) as database:
            database.row_factory = sqlite3.Row
            known = {name for (name,) in database.execute("SELECT table_name FROM gpkg_contents")}
            tables = {own_id + suffix: own_id for own_id in self.manifest["layers"] for suffix in SUFFIXES.values()}
            for table, own_id in tables.items():
                for row in database.execute(f'SELECT * FROM "{table}"') if table in known else ():
                    yield own_id, {name: row[name] for name in row.keys() if not isinstance(row[name], bytes)}  # noqa: SIM118

    def names(self, layer: str, row: Row) -> tuple[str, str]:
        """Return the key and the label of a feature."""
        spec = self.catalogue.layers.get(layer)
        # A layer of the project's own begins with its key and label, as ours do.
        columns = [name for name in row if name not in ("fid", SOURCE, SOURCE_ROW, LOCATED_IN)]
        key = spec.key if spec else columns[0]
        label = spec.label if spec else columns[min(1, len(columns) - 1)]
        return str(row.get(key) or ""), str(row.get(label) or row.get(key) or "")


def open_build(folder: Path) -> Build:
    """Return the build in a folder.

    Raises
    ------
    PathError
        It is no build, or one without the products that are read here.
    """
    manifest = read_manifest(folder)
    if manifest is None:
        raise PathError(tr("{folder} is not a build", folder=folder), tr("name the folder that onemap build wrote"))
    absent = [name for name in (FINDINGS, ISSUES, GEOPACKAGE) if not (folder / name).is_file()]
    if absent:
        message = tr("{folder} has no {files}", folder=folder, files=", ".join(absent))
        raise PathError(message, tr("build again without --only"))
    return Build(folder, manifest, _catalogue(folder))


def _catalogue(folder: Path) -> Catalogue:
    """Return what a build was made by: its layers may be the project's own, or of another version."""
    shipped = load_catalogue()
    try:
        own = layer_files_in(folder / GEOPACKAGE)
    except sqlite3.Error:
        own = {}
    return replace(shipped, layers={**shipped.layers, **own})


def earlier_rows(folder: Path, county: str) -> dict[str, list[Row]]:
    """Return the rows of each layer of an earlier build of a county.

    Raises
    ------
    PathError
        It is no build, or has no GeoPackage.
    ProjectError
        It is of another county.
    """
    manifest = read_manifest(folder)
    if manifest is None or not (folder / GEOPACKAGE).is_file():
        message = tr("previous: {folder} is not a build with its {file}", folder=folder, file=GEOPACKAGE)
        raise PathError(message, tr("name the folder that onemap build wrote for the last period"))
    if manifest.get("county") != county:
        message = tr("previous: {folder} is of the county {other}", folder=folder, other=manifest.get("county"))
        raise ProjectError(message, tr("name the folder that onemap build wrote for the last period"))
    rows: dict[str, list[Row]] = defaultdict(list)
    try:
        for layer, row in Build(folder, manifest).features:
            rows[layer].append(row)
    except sqlite3.Error:
        message = tr("previous: {file} in {folder} is damaged", file=GEOPACKAGE, folder=folder)
        raise PathError(message, tr("name the folder that onemap build wrote for the last period")) from None
    return rows


def explain(build: Build, word: str) -> list[Known]:
    """Return what is known of each feature that has `word` for its key or its label.

    Raises
    ------
    KeyNotFoundError
        Nothing in the build is called that.
    """
    meant: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for number, (layer, row) in enumerate(build.features):
        key, label = build.names(layer, row)
        if word in (key, label):
            # Only in a table are records of one key about one thing; features of one key are twins.
            spec = build.catalogue.layers.get(layer)
            meant[layer, key if spec and spec.geometry == ("table",) else f"{number}"].append(row)
    found = [_known(build, layer, rows) for (layer, _), rows in meant.items()]
    there = {(known.layer, known.key) for known in found}
    lost = {
        (issue["layer"], issue["key"]): None
        for issue in build.issues
        if issue["key"] == word and (issue["layer"], issue["key"]) not in there
    }
    found += [_known(build, layer, [], key) for layer, key in lost]
    if found:
        return found
    names = {name for layer, row in build.features for name in build.names(layer, row) if name}
    near = nearest(word, sorted(names))
    hint = tr('did you mean "{meant}"?', meant=near) if near else tr("give a code or a name as the lists write it")
    raise KeyNotFoundError(tr('nothing in the build is called "{word}"', word=word), hint)


def _known(build: Build, layer: str, rows: list[Row], key: str = "") -> Known:
    row = rows[0] if rows else {}
    key, label = build.names(layer, row) if row else (key, key)
    path, number = row.get(SOURCE), row.get(SOURCE_ROW)
    issues = [i for i in build.issues if i["layer"] == layer and (_is(i, key) or _is_at(i, path, number))]
    findings = [
        f for f in build.findings if _is_side(f, "of", (layer, key, label)) or _is_side(f, "to", (layer, key, label))
    ]
    if path is None and issues:
        path, number = issues[0]["source"], issues[0]["row"]
    record: Row = next((s for s in build.manifest["sources"] if s["layer"] == layer and s["path"] == path), {})
    source = {"path": path, "row": number, "as_of": record.get("as_of"), "provided_by": record.get("provided_by")}
    inside = ("fid", SOURCE, SOURCE_ROW, LOCATED_IN)
    values = {name: value for name, value in row.items() if name not in inside}
    records: tuple[Row, ...] = ()
    if len(rows) > 1:
        differing = [name for name in values if len({one[name] for one in rows}) > 1]
        records = tuple({name: one[name] for name in differing} for one in rows)
        values = {name: value for name, value in values.items() if name not in differing}
        source["row"] = None
        issues = [i for i in build.issues if i["layer"] == layer and _is(i, key)]
    told = (tuple(issues), tuple(findings), records)
    return Known(layer, key, label, values, row.get(LOCATED_IN) or "", source, *told)


def _is(issue: Row, key: str) -> bool:
    return bool(key) and issue["key"] == key


def _is_at(issue: Row, path: str | None, number: Any) -> bool:
    return path is not None and issue["source"] == path and issue["row"] == str(number)


def _is_side(finding: Row, side: str, feature: tuple[str, str, str]) -> bool:
    # The label too: where areas are summed, the key is a ring and not a feature.
    return tuple(finding[f"{side}_{part}"] for part in ("layer", "key", "label")) == feature


def _read_csv(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
