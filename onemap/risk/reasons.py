"""Reasons: the one sentence "因 … (依据 …) 定为 …" of every finding, made from its own numbers."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from onemap.model import Layer, level_title
from onemap.risk.measurement import class_label
from onemap.spec.layer import LayerSpec
from onemap.spec.rule import Rule
from onemap.text import pick, tr


def basis(rule: Rule) -> str:
    """Return the basis of a rule in the language spoken now."""
    return pick(rule.basis, rule.basis_en)


def clauses(rows: pd.DataFrame, of: LayerSpec, to: Mapping[str, Layer], rule: Rule) -> list[str]:
    """Return why each measurement is on the list: the rule's reason filled in, or what is not known.

    Parameters
    ----------
    rows
        Measurements with of_key, of_label, to_layer, to_class, to_key, to_label, value, unit, ring and doubt; some
        also with `when`, `at_most`, and with why their value is not known.
    to
        The layers on the other side, by id.
    """
    template = pick(rule.reason, rule.reason_en)
    sides = {
        pair: _side(to.get(pair[0]), pair[1]) for pair in set(zip(rows["to_layer"], rows["to_class"], strict=True))
    }
    same = {"of_title": of.name, "reach": rule.radii[-1] if rule.radii else float("nan")}
    names = ["of_key", "of_label", "to_key", "to_label", "value", "unit", "ring", "when", "at_most", "unknown"]
    rows = rows.assign(**{name: "" for name in ("when", "at_most", "unknown") if name not in rows})
    texts = []
    for layer, own_id, doubt, *values in rows[["to_layer", "to_class", "doubt", *names]].itertuples(index=False):
        words = dict(zip(names, values, strict=True), **sides[layer, own_id], **same)
        if words["unknown"]:
            texts.append(words["unknown"])
            continue
        if pd.isna(words["value"]) and rule.pairs:
            texts.append(
                tr(
                    'at the {to_title} "{to_label}", but one of them is only a point: cannot be judged',
                    **words,
                )
            )
            continue
        text = template.format(**words)
        texts.append(
            tr("{reason}, but not known: {doubt}; cannot be judged", reason=text, doubt=doubt) if doubt else text
        )
    return texts


def _side(to: Layer | None, own_id: str) -> dict[str, str]:
    if to is None:
        return {"to_layer": "", "to_title": ""}
    return {"to_layer": to.spec.name, "to_title": class_label(to, own_id) if own_id else to.spec.name}


def sentence(clause: str, rule: Rule, level: str) -> str:
    """Return the whole reason: the clause, the basis and the level."""
    return tr(
        "{reason} (basis: {basis}): graded {level}",
        reason=clause,
        basis=basis(rule),
        level=level_title(level),
    )
