"""findings.csv, issues.csv, balance.csv and scorecards.csv: what the lists say for programs, in stable columns."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd

from onemap.model import BALANCE_COLUMNS, FINDING_COLUMNS, ISSUE_COLUMNS, SCORECARD_COLUMNS, Atlas
from onemap.text import tr

DECIMALS: Final = {
    "value": 3, "lon": 7, "lat": 7, "area_m2": 2, "area_mu": 2, "area_ha": 2,
    **dict.fromkeys(("base", "done", "unknown", "needed", "left", "gap"), 2),
    **dict.fromkeys(("rate", "rate_to", "target"), 6),
}  # fmt: skip
"""Millimetres (or less than a square metre of 亩) for what is measured, centimetres for places; rates are printed as
their rules have it."""


def write(atlas: Atlas, folder: Path) -> list[Path]:
    """Write findings.csv, issues.csv, balance.csv and scorecards.csv into `folder`."""
    return [
        _write(atlas.findings[list(FINDING_COLUMNS)], folder / "findings.csv"),
        _write(atlas.issues[list(ISSUE_COLUMNS)], folder / "issues.csv"),
        _write(_balances(atlas), folder / "balance.csv"),
        _write(_scorecards(atlas), folder / "scorecards.csv"),
    ]


def _balances(atlas: Atlas) -> pd.DataFrame:
    """Return the rows of all balances; of one that is withheld a row that says why."""
    columns = ["layer", *BALANCE_COLUMNS, "remark"]
    tables = [
        pd.DataFrame([{"layer": one.layer, "remark": one.withheld}])
        if one.withheld
        else one.table.assign(layer=one.layer, remark="")
        for one in atlas.balances
    ]
    return pd.concat(tables, ignore_index=True).reindex(columns=columns) if tables else pd.DataFrame(columns=columns)


def _scorecards(atlas: Atlas) -> pd.DataFrame:
    """Return the lines of all scorecards; of one that is withheld a row that says why."""
    own = [name for name in SCORECARD_COLUMNS if name not in ("whole", "remark")]
    columns = ["rule", "unit", *own, "remark"]
    tables = [
        pd.DataFrame([{"rule": one.rule, "remark": one.withheld}])
        if one.withheld
        else one.table.assign(rule=one.rule, unit=tr("mu") if one.quantity == "area" else tr("pieces"))
        for one in atlas.scorecards
    ]
    return pd.concat(tables, ignore_index=True).reindex(columns=columns) if tables else pd.DataFrame(columns=columns)


def _write(table: pd.DataFrame, path: Path) -> Path:
    texts = pd.DataFrame({name: _texts(table[name], DECIMALS.get(name, 0)) for name in table.columns})
    # The byte-order mark lets Excel know that the file is UTF-8.
    texts.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")
    return path


def _texts(column: pd.Series, decimals: int) -> pd.Series:
    """Return a column as text, numbers without the noise of binary fractions, and nothing for no value."""
    if pd.api.types.is_float_dtype(column):
        return column.map(lambda value: "" if pd.isna(value) else repr(round(float(value), decimals)))
    return column.astype("string").fillna("")
