"""The scorecards: for each rate how every township, and the county, stands to its target."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from onemap.export.webmap.columns import rounded
from onemap.model import Atlas, Scorecard
from onemap.spec.measures.rates import RateRule
from onemap.text import pick, tr

_NUMBERS: Final = {
    "base": "base", "done": "done", "unknown": "unknown", "rate": "rate", "rate_to": "rateTo", "target": "target",
    "gap": "gap", "left": "left",
}  # fmt: skip


def rates(atlas: Atlas) -> list[dict[str, Any]]:
    """Return each rate with its lines; what nobody can tell is None."""
    rules = {rule.id: rule for rule in atlas.rules if isinstance(rule, RateRule)}
    return [_rate(card, rules[card.rule]) for card in atlas.scorecards if card.rule in rules]


def _rate(card: Scorecard, rule: RateRule) -> dict[str, Any]:
    return {
        "title": rule.rate_name,
        "unit": tr("mu") if card.quantity == "area" else tr("pieces"),
        "digits": 2 if card.quantity == "area" else 0,
        "decimals": rule.decimals,
        "remarks": [tr("Basis: {basis}", basis=pick(rule.basis, rule.basis_en)), *card.notes],
        "withheld": card.withheld,
        "lines": [_line(line) for line in card.table.to_dict("records")],
    }


def _line(line: dict[Any, Any]) -> dict[str, Any]:
    numbers = {name: None if pd.isna(line[own]) else rounded(float(line[own]), 6) for own, name in _NUMBERS.items()}
    words = {"name": line["township"], "whole": bool(line["whole"]), "met": line["met"], "remark": line["remark"] or ""}
    return {**words, **numbers}
