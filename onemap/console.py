"""What the commands say: tables and summaries on stdout, talk on stderr."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from onemap.decision import outcome_title
from onemap.export.formats.further import PRODUCTS
from onemap.export.manifest import GEOPACKAGE
from onemap.export.words import (
    action_title,
    confidence_title,
    issue_columns,
    kind_title,
    severity_title,
    verdict_title,
)
from onemap.geodesy import unit_title
from onemap.handover import Handed
from onemap.handwork import GEODATABASE, MAIN, WORKBOOK, changed_by_hand
from onemap.model import Atlas, level_title
from onemap.publication import read_manifest
from onemap.record import Known
from onemap.spec.catalogue import Catalogue
from onemap.spec.kinds import KINDS
from onemap.spec.layer import FieldSpec, LayerSpec
from onemap.spec.rule import LEVELS
from onemap.text import listed_words, tr

STYLES: Final = {"error": "bold red", "warning": "yellow", "info": "dim"}
NO_RECORDS: Final = ("not_a_record", "totals_row")
"""The kinds of rows that are read and dropped, though they never were records."""

CONFIDENCE_STYLES: Final = {"sure": "", "likely": "yellow", "cannot-tell": "bold red"}


def say(text: str = "") -> None:
    """Write a line to stderr."""
    print(text, file=sys.stderr)


def show(text: str = "") -> None:
    """Write a line to stdout."""
    print(text)


def show_json(content: Any) -> None:
    """Write JSON to stdout."""
    print(json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False))


def show_table(columns: Mapping[str, Sequence[str]], styles: Sequence[str] = ()) -> None:
    """Write a table to stdout: drawn for people, tab-separated for programs.

    Parameters
    ----------
    columns
        The cells of each column, by its title.
    styles
        The rich style of each row.
    """
    rows = list(zip(*columns.values(), strict=True))
    if not sys.stdout.isatty():
        for row in (tuple(columns), *rows):
            print("\t".join(" ".join(cell.split()) for cell in row))
        return
    table = Table(show_lines=True)
    for title in columns:
        table.add_column(Text(title), overflow="fold")
    for number, row in enumerate(rows):
        table.add_row(*(Text(cell) for cell in row), style=styles[number] if styles else None)
    Console().print(table)


def show_issues(atlas: Atlas) -> None:
    """Write the issues of an atlas to stdout: all columns by their ids for programs, the telling ones for people."""
    issues = atlas.issues.astype("string").fillna("")
    if not sys.stdout.isatty():
        show_table({name: issues[name].tolist() for name in issues.columns})
        return
    titles, layers = issue_columns(), atlas.project.catalogue.layers
    places = issues["cell"].where(issues["cell"] != "", issues["row"])
    show_table(
        {
            titles["severity"]: issues["severity"].map(severity_title).tolist(),
            titles["kind"]: issues["kind"].map(kind_title).tolist(),
            titles["layer"]: [layers[layer].name if layer in layers else layer for layer in issues["layer"]],
            titles["source"]: issues["source"].tolist(),
            titles["row"]: places.tolist(),
            titles["message"]: issues["message"].tolist(),
            titles["action"]: issues["action"].map(action_title).tolist(),
            titles["hint"]: issues["hint"].tolist(),
        },
        [STYLES[severity] for severity in issues["severity"]],
    )


def show_sources(atlas: Atlas) -> None:
    """Write to stdout, for people, what each source is and where it lies, and how sure that is (坐标体检)."""
    if not sys.stdout.isatty():
        return
    layers, sources = atlas.project.catalogue.layers, atlas.sources
    show_table(
        {
            tr("Layer"): [layers[source.layer].name for source in sources],
            issue_columns()["source"]: [source.path for source in sources],
            tr("Records kept"): [f"{source.kept} / {source.rows}" for source in sources],
            tr("Encoding"): [source.encoding.found for source in sources],
            tr("Accepted CRS"): [source.crs.accepted for source in sources],
            tr("Confidence"): [confidence_title(source.crs.confidence) for source in sources],
        },
        [CONFIDENCE_STYLES[source.crs.confidence] for source in sources],
    )
    for source in sources:
        if source.crs.confidence != "sure":
            show(f"{source.path}: {source.crs.evidence}")
    show()


def say_layers(atlas: Atlas) -> None:
    """Write to stderr which layer each sheet or file was read as, and how many records it has."""
    none = Counter((one.layer, one.source) for one in atlas.told if one.action == "dropped" and one.kind in NO_RECORDS)
    for source in atlas.sources:
        spec = atlas.project.catalogue.layers[source.layer]
        records = source.rows - none[source.layer, source.path]
        if source.raster is not None:
            told = tr("a raster")
        elif records == 0:
            told = tr("no record yet")
        else:
            told = tr("{kept} of {count} records", kept=source.kept, count=records)
        say(f"{source.path}: {spec.name} ({spec.id}), {told}")


def issue_rows(atlas: Atlas) -> list[dict[str, Any]]:
    """Return the issues of an atlas for JSON."""
    rows = atlas.issues.astype(object).to_dict("records")
    return [{str(name): None if pd.isna(value) else value for name, value in row.items()} for row in rows]


def verdict_line(atlas: Atlas) -> str:
    """Return the verdict, the number of issues, and what became of the decisions that came back."""
    counts = atlas.issues["severity"].value_counts()
    numbers = ", ".join(f"{severity_title(name)} {counts.get(name, 0)}" for name in ("error", "warning", "info"))
    verdict = tr("Verdict: {verdict} ({numbers})", verdict=verdict_title(atlas.verdict), numbers=numbers)
    outcomes = Counter(ruling.outcome for ruling in atlas.rulings)
    told = tr(", ").join(f"{outcome_title(outcome)} {count}" for outcome, count in sorted(outcomes.items()))
    return "\n".join([verdict, *([tr("Decisions that came back: {told}", told=told)] if told else [])])


def show_summary(atlas: Atlas, folder: Path) -> None:
    """Write to stdout how a build came out, and what to open."""
    show(f"{atlas.project.spec.title} {atlas.project.spec.period}")
    show(verdict_line(atlas))
    show()
    show(tr("Lists (findings of each level):"))
    width = max((cell_len(rule.name) for rule in atlas.rules), default=0)
    for rule in atlas.rules:
        counts = atlas.level_counts[rule.id]
        numbers = "  ".join(f"{level_title(level)} {counts[level]:>4}" for level in LEVELS)
        show(f"  {_padded(rule.name, width)}  {numbers}")
    show()
    show(tr("What to open, first things first:"))
    told = {
        "onemap.html": tr("the one map: double-click it, any browser will do, no network needed"),
        "lists.xlsx": tr("the lists, one sheet each, to print and sign"),
        "issues.xlsx": tr("what is wrong in the data, to send back to the bureaus"),
        "onemap.qgz": tr("the QGIS project: all layers and lists, styled, with A3 layouts to print"),
        "onemap.gpkg": tr("all layers and lists as data, styled too: keep it beside the project"),
        "shapefiles": tr("one shapefile a layer, for ArcGIS and the province"),
        PRODUCTS["gdb"].name: tr("all layers and lists as a file geodatabase, for ArcGIS"),
        PRODUCTS["kmz"].name: tr("all layers and lists for a phone or Google Earth"),
        PRODUCTS["kml"].name: tr("all layers and lists for a phone or Google Earth"),
        PRODUCTS["parquet"].name: tr("one GeoParquet file a layer, for programs"),
        PRODUCTS["fgb"].name: tr("one FlatGeobuf file a layer, for programs"),
        PRODUCTS["dxf"].name: tr("a drawing of all layers, for AutoCAD and CASS"),
    }
    there = {str(folder / name): text for name, text in told.items() if (folder / name).exists()}
    width = max((cell_len(path) for path in there), default=0)
    for number, (path, text) in enumerate(there.items(), start=1):
        show(f"  {number}. {_padded(path, width)}  {text}")
    for name, remarks in ((read_manifest(folder) or {}).get("remarks") or {}).items():
        for remark in remarks:
            show(f"  {name}: {remark}")
    for kept in changed_by_hand(folder):
        _show_kept(kept)


def _show_kept(kept: Path) -> None:
    if kept.suffix == WORKBOOK:
        show(tr("{book}: somebody has written into this workbook of an earlier build; it was kept.", book=kept))
        show(tr("To apply its decisions, copy it out of the build: [review] workbook = … in project.toml."))
    else:
        show(tr("{file}: somebody has changed this file of an earlier build; it was kept.", file=kept))
    if kept.suffix in (GEOPACKAGE, GEODATABASE, *MAIN):
        show(tr("To build from it, copy it out of the build, and name the copy as a source: onemap sketch says how."))


def say_handed(handed: Handed) -> None:
    """Write to stderr what an export holds, and what is to be known of it."""
    for title, count, placeless in handed.counts:
        told = tr("{title}: {count} records", title=title, count=count)
        say(told + (tr(", {count} of them without a place", count=placeless) if placeless else ""))
    for text in handed.told:
        say(text)


def show_known(known: Known, catalogue: Catalogue) -> None:
    """Write all that is known of a feature to stdout."""
    spec = catalogue.layers.get(known.layer)
    show(f"{spec.name if spec else known.layer}: {known.label} ({known.key})")
    fields = spec.fields if spec else {}
    # A limit of detection is not what was found.
    none = listed_words(known.values.get((spec and spec.undetected_field) or "") or "")
    shown = {
        fields[name].label if name in fields else name: _value(value, fields.get(name), none)
        for name, value in known.values.items()
        if value not in (None, "")
    }
    width = max((cell_len(title) for title in shown), default=0)
    for title, value in shown.items():
        show(f"  {_padded(title, width)}  {value}")
    if known.records:
        show(tr("Records: {count}", count=len(known.records)))
    listed = spec.undetected_field if spec else None
    for record in known.records:
        none = listed_words(record.get(listed or "") or "")
        told = {name: value for name, value in record.items() if value not in (None, "") and name != listed}
        show("  " + tr(", ").join(_value(value, fields.get(name), none) for name, value in told.items()))
    if known.township:
        show(tr("Lies in township: {township}", township=known.township))
    show(_source_line(known))
    show(tr("Issues: {count}", count=len(known.issues)))
    for issue in known.issues:
        hint = tr("What to do: {hint}", hint=issue["hint"])
        show(f"  [{severity_title(issue['severity'])}] {KINDS[issue['kind']].name}: {issue['message']}. {hint}")
    show(tr("Findings: {count}", count=len(known.findings)))
    for finding in known.findings:
        rule = catalogue.rules.get(finding["rule"])
        sides = " → ".join(label for label in (finding["of_label"], finding["to_label"]) if label)
        show(f"  [{level_title(finding['level'])}] {rule.name if rule else finding['rule']}: {sides}")
        show(f"    {finding['reason']}")


def _value(value: Any, field: FieldSpec | None, undetected: Collection[str]) -> str:
    text = f"{value:.15g}" if isinstance(value, float) else str(value)
    text = f"<{text}" if field and field.below_detection and field.title in undetected else text
    return f"{text} {unit_title(field.unit)}" if field and field.unit else text


def _source_line(known: Known) -> str:
    source = known.source
    parts = [source["path"] or tr("not known")]
    parts += [tr("row {row}", row=source["row"])] if source["row"] not in (None, "") else []
    parts += [text for text in (source["as_of"], source["provided_by"]) if text]
    return tr("Source: {source}", source=", ".join(str(part) for part in parts))


def show_layer(spec: LayerSpec) -> None:
    """Write a layer in full to stdout."""
    show(f"{spec.id}  {spec.name}")
    facts = {
        tr("Basis"): spec.basis,
        tr("Geometry"): ", ".join(spec.geometry),
        tr("Usual bureau"): spec.provided_by,
        tr("Key"): spec.key,
        tr("Name field"): spec.label,
        tr("Class field"): spec.class_field or "",
        tr("Unit"): spec.unit,
        tr("Conditions"): _range(spec),
    }
    for title, text in facts.items():
        if text:
            show(f"{title}: {text}")
    if spec.is_raster:
        return
    show()
    fields = spec.fields.items()
    show_table(
        {
            tr("Field"): [own_id for own_id, _ in fields],
            tr("Title"): [field.label for _, field in fields],
            tr("Type"): [field.type for _, field in fields],
            tr("DBF name"): [field.dbf for _, field in fields],
            tr("Conditions"): [_conditions(field) for _, field in fields],
            tr("Also called"): [tr(", ").join(alias.name for alias in field.aliases) for _, field in fields],
        }
    )
    for own_id, field in fields:
        if field.classes:
            show()
            show(f"{own_id}  {field.label}")
            show_table(
                {
                    tr("Class"): list(field.classes),
                    tr("Title"): [one.label for one in field.classes.values()],
                    tr("Also written"): [tr(", ").join(one.aliases) for one in field.classes.values()],
                }
            )


def _conditions(field: FieldSpec) -> str:
    told = [
        tr("required") if field.required else "",
        tr("may not occur twice") if field.unique else "",
        unit_title(field.unit) if field.unit else "",
        _range(field),
        field.pattern or "",
        tr("else sampled from {layer}", layer=field.sample) if field.sample else "",
    ]
    return "; ".join(text for text in told if text)


def _range(spec: FieldSpec | LayerSpec) -> str:
    low, high = spec.minimum, spec.maximum
    told = [f"≥ {low:g}" if low is not None else "", f"≤ {high:g}" if high is not None else ""]
    return "; ".join(text for text in told if text)


def show_layers(specs: Mapping[str, LayerSpec]) -> None:
    """Write the catalogue to stdout."""
    show_table(
        {
            tr("Layer"): list(specs),
            tr("Title"): [spec.name for spec in specs.values()],
            tr("Geometry"): [", ".join(spec.geometry) for spec in specs.values()],
            tr("Usual bureau"): [spec.provided_by for spec in specs.values()],
            tr("Basis"): [spec.basis for spec in specs.values()],
        }
    )


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))
