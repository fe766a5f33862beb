"""Reasons: the one sentence "因 … (依据 …) 定为 …" of every finding, made from its own numbers."""

from __future__ import annotations

from string import Formatter
from typing import Final

import pandas as pd

from onemap.errors import SpecError, nearest
from onemap.model import Layer, level_title
from onemap.risk.measurement import class_label
from onemap.spec.layer import LayerSpec
from onemap.spec.rule import Rule
from onemap.text import pick, tr

TEXTS: Final = ("of_label", "of_key", "of_title", "to_label", "to_key", "to_title", "to_layer", "unit", "when")
NUMBERS: Final = ("value", "ring", "reach")


def check_reason(rule: Rule) -> None:
    """Raise if a reason of `rule` cannot be filled in.

    Raises
    ------
    SpecError
        It has a placeholder that no finding has, or is no template at all.
    """
    for template in (rule.reason, rule.reason_en):
        try:
            names = [name for _, name, _, _ in Formatter().parse(template) if name is not None]
            stray = next((name for name in names if name not in TEXTS + NUMBERS), None)
            if stray is None:
                template.format(**dict.fromkeys(TEXTS, ""), **dict.fromkeys(NUMBERS, 1.0))
        except (ValueError, KeyError, IndexError) as fault:
            message = tr('rule {rule}: the reason "{reason}" is no template', rule=rule.id, reason=template)
            raise SpecError(message, str(fault)) from None
        if stray is not None:
            meant = nearest(stray, TEXTS + NUMBERS)
            message = tr('rule {rule}: no finding has "{name}" for its reason', rule=rule.id, name=stray)
            known = tr("known: {names}", names=", ".join(TEXTS + NUMBERS))
            raise SpecError(message, tr('did you mean "{meant}"?', meant=meant) if meant else known)


def basis(rule: Rule) -> str:
    """Return the basis of a rule in the language spoken now."""
    return pick(rule.basis, rule.basis_en)


def clauses(rows: pd.DataFrame, of: LayerSpec, to: Layer | None, rule: Rule) -> list[str]:
    """Return why each measurement is on the list: the rule's reason filled in, or what is not known.

    Parameters
    ----------
    rows
        Measurements with of_key, of_label, to_class, to_key, to_label, value, unit, ring and doubt; some also
        with `when`, and with why their value is not known.
    to
        The layer on the other side; None where there is none.
    """
    template = pick(rule.reason, rule.reason_en)
    titles = {own_id: _title(to, own_id) for own_id in set(rows["to_class"])}
    same = {
        "of_title": of.name,
        "to_layer": to.spec.name if to else "",
        "reach": rule.reach if rule.reach else float("nan"),
    }
    names = ["of_key", "of_label", "to_key", "to_label", "value", "unit", "ring", "when", "unknown"]
    rows = rows.assign(**{name: "" for name in ("when", "unknown") if name not in rows})
    texts = []
    for own_id, doubt, *values in rows[["to_class", "doubt", *names]].itertuples(index=False):
        words = dict(zip(names, values, strict=True), to_title=titles[own_id], **same)
        if words["unknown"]:
            texts.append(words["unknown"])
            continue
        if pd.isna(words["value"]):
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


def _title(to: Layer | None, own_id: str) -> str:
    if to is None:
        return ""
    return class_label(to, own_id) if own_id else to.spec.name


def sentence(clause: str, rule: Rule, level: str) -> str:
    """Return the whole reason: the clause, the basis and the level."""
    return tr(
        "{reason} (basis: {basis}): graded {level}",
        reason=clause,
        basis=basis(rule),
        level=level_title(level),
    )
