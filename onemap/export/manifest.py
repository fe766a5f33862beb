"""manifest.json: where everything in a build comes from, and the checksum of everything that it holds."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from onemap.model import Atlas, Balance, Scorecard, SourceRecord

MANIFEST: Final = "manifest.json"
CONTENTS: Final = "contents"
"""The key of the manifest under which the checksums stand that opening a file does not change."""

GEOPACKAGE: Final = ".gpkg"
SQLITE_HEADER: Final = 100
"""Bytes at the beginning of an SQLite file that change when a program opens it to write, even if it writes nothing."""


def write(
    atlas: Atlas,
    folder: Path,
    started: datetime,
    finished: datetime,
    remarks: Mapping[str, Sequence[str]] | None = None,
) -> Path:
    """Write manifest.json for all files that `folder` holds; the last thing that a build writes.

    Parameters
    ----------
    remarks
        What the formats of products could not hold as it is, by product.
    """
    path = folder / MANIFEST
    content = _content(atlas, folder, started, finished) | ({"remarks": dict(remarks)} if remarks else {})
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
    return path


def _content(atlas: Atlas, folder: Path, started: datetime, finished: datetime) -> dict[str, Any]:
    spec = atlas.project.spec
    products = _products(folder)
    contents = {own: content_sha256(folder / own) for own in products if own.endswith(GEOPACKAGE)}
    return {
        "title": spec.title,
        "county": spec.county,
        "period": spec.period,
        "verdict": atlas.verdict,
        "version": version("onemap"),
        "crs": atlas.crs,
        "sources": [_source(source) for source in atlas.sources],
        "layers": {
            own_id: {"features": layer.count, "area_m2": round(float(layer.areas_m2.sum()), 2)}
            for own_id, layer in atlas.layers.items()
        },
        "balances": {balance.layer: _balance(balance) for balance in atlas.balances},
        "scorecards": {card.rule: _scorecard(card) for card in atlas.scorecards},
        "rules": atlas.level_counts,
        **_review(atlas),
        "products": {own_path: sha256(folder / own_path) for own_path in products},
        CONTENTS: contents,
        "started": started.isoformat(),
        "finished": finished.isoformat(),
    }


def _review(atlas: Atlas) -> dict[str, Any]:
    """Return which workbooks with decisions the build was made with, and what became of the decisions."""
    books = atlas.project.find_workbooks()
    outcomes = Counter(ruling.outcome for ruling in atlas.rulings)
    told = {"workbooks": {name: sha256(file) for name, file in books}, "decisions": dict(sorted(outcomes.items()))}
    return {"review": told} if books else {}


def _balance(balance: Balance) -> dict[str, Any]:
    """Return how much ground there is, how much more its features cover that others cover too, and its classes."""
    if balance.withheld:
        return {"withheld": balance.withheld}
    table = balance.table
    sums = {
        "area_m2": float(table["area_m2"].sum()),
        "double_m2": float(balance.doubles["area_m2"].sum()),
        "outside_townships_m2": float(table.loc[table["township"] == "", "area_m2"].sum()),
    }
    classes = {str(own_id) or "unknown": area for own_id, area in balance.by_class["area_m2"].items()}
    return {**_rounded(sums), "classes": _rounded(classes)}


def _scorecard(card: Scorecard) -> dict[str, Any]:
    """Return how the county stands to the target of a rate, and how many townships meet it or not."""
    if card.withheld:
        return {"withheld": card.withheld}
    names = ("base", "done", "unknown", "rate", "rate_to", "target", "needed", "gap", "left")
    figures = {name: card.county.get(name, float("nan")) for name in names}
    towns = Counter(card.table.loc[~card.table["whole"].astype(bool), "met"])
    return {
        "unit": "mu" if card.quantity == "area" else "count",
        # JSON knows no NaN.
        **{name: None if value != value else round(float(value), 2) for name, value in figures.items()},
        "townships": {state: towns.get(state, 0) for state in ("met", "missed", "unknown")},
    }


def _rounded(areas_m2: dict[str, float]) -> dict[str, float]:
    return {name: round(area, 2) for name, area in areas_m2.items()}


def _source(source: SourceRecord) -> dict[str, Any]:
    """Return what is said of a source; of a raster alone what its cells are."""
    return {key: value for key, value in asdict(source).items() if key != "raster" or value is not None}


def _products(folder: Path) -> list[str]:
    """Return all files of a build but the manifest, relative to `folder`."""
    paths = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    return sorted(path for path in paths if path != MANIFEST)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def content_sha256(path: Path) -> str:
    """Return the SHA-256 of a GeoPackage but for its header, which programs change by opening it."""
    with path.open("rb") as file:
        file.seek(SQLITE_HEADER)
        return hashlib.file_digest(file, "sha256").hexdigest()
