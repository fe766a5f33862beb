"""Records beside those of the last period: what is gone, and what is called otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from onemap.model import SOURCE, SOURCE_ROW, Issue, Layer
from onemap.spec.layer import FieldSpec, LayerSpec
from onemap.text import fold, tr

Row = Mapping[str, Any]

MANY: Final = 0.5
FEWEST: Final = 10
"""Where more than this share of at least so many records are gone or changed alike, that is one issue and not many."""

SAME_SHARE: Final = 1e-9
"""Numbers that differ by less than this share went through different arithmetic, and are the same."""

LONGEST: Final = 60
"""Characters of a value that a message shows."""


def compare_with_previous(layers: Mapping[str, Layer], earlier: Mapping[str, Sequence[Row]]) -> list[Issue]:
    """Return what is told of records by the list of the last period.

    Parameters
    ----------
    layers
        Those of this build, by id.
    earlier
        The rows of each layer in the build of the last period; classes by their titles, in either language.
    """
    issues: list[Issue] = []
    for own_id, layer in layers.items():
        if own_id not in earlier:
            continue
        keys = layer.keys
        there = {*keys}
        now = {key: at for at, key in keys[keys != ""].drop_duplicates(keep=False).items()}
        then = _by_key(layer.spec, earlier[own_id])
        issues += _gone(layer, [row for key, row in then.items() if key not in there])
        issues += _changed(layer, {key: (then[key], at) for key, at in now.items() if key in then})
    return issues


def _by_key(spec: LayerSpec, rows: Iterable[Row]) -> dict[str, Row]:
    """Return the rows of keys that only one record had."""
    rows = [*rows]
    counts = Counter(str(row.get(spec.key) or "") for row in rows)
    return {key: row for row in rows if counts[key := str(row.get(spec.key) or "")] == 1 and key}


def _gone(layer: Layer, rows: Sequence[Row]) -> list[Issue]:
    """Tell of records of the last period that this one has not."""
    spec = layer.spec
    hint = tr("find out whether it was left out, has another code, or is rightly gone")
    if len(rows) >= FEWEST and len(rows) > MANY * max(len(layer.frame), 1):
        message = tr("{count} records of the last period are gone; were the codes renumbered?", count=len(rows))
        return [Issue("record_gone", spec.id, "", message, hint, field=spec.key)]
    return [
        Issue(
            "record_gone", spec.id, "", tr("{name} was in the list of the last period, and is in this one no more",
                                           name=_shown(row.get(spec.label)) or row[spec.key]),
            hint, field=spec.key, key=str(row[spec.key]),
        )
        for row in rows
    ]  # fmt: skip


def _changed(layer: Layer, pairs: Mapping[str, tuple[Row, Any]]) -> list[Issue]:
    """Tell of records that say otherwise than in the last period."""
    spec, frame = layer.spec, layer.frame
    changes: dict[str, dict[str, tuple[str, str]]] = {}
    for name, field in spec.fields.items():
        own = {
            key: change
            for key, (row, at) in pairs.items()
            if name != spec.key and name in row and (change := _change(row[name], frame.at[at, name], field))
        }
        if own:
            changes[name] = own
    many = {name for name, own in changes.items() if len(pairs) >= FEWEST and len(own) > MANY * len(pairs)}
    issues = [_altogether(spec, name, changes[name], len(pairs)) for name in spec.fields if name in many]
    for key, (_, at) in pairs.items():
        own = {name: of[key] for name, of in changes.items() if name not in many and key in of}
        if own:
            issues.append(_told(layer, at, key, own))
    return issues


def _change(then: Any, now: Any, field: FieldSpec) -> tuple[str, str] | None:
    """Return a value then and now, as people read it; None where it is the same."""
    old, new = _normal(then, field), _normal(now, field)
    if old == new or (isinstance(old, float) and isinstance(new, float) and np.isclose(old, new, SAME_SHARE, 0)):
        return None
    return _title(old, field), _title(new, field)


def _normal(value: Any, field: FieldSpec) -> Any:
    if value is None or pd.isna(value) or value == "":
        return ""
    if field.type in ("number", "integer"):
        return float(value)
    if field.type == "date":
        return str(value)[:10]
    if field.type == "class":
        return field.class_of.get(fold(value), str(value))
    return str(value)


def _title(value: Any, field: FieldSpec) -> str:
    if value in field.classes:
        return field.classes[value].label
    return _shown(f"{value:.15g}" if isinstance(value, float) else value)


def _shown(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _altogether(spec: LayerSpec, name: str, own: Mapping[str, tuple[str, str]], count: int) -> Issue:
    key, (then, now) = next(iter(own.items()))
    message = tr(
        "{field} differs from the last period in {number} of {count} records, as in {key}: {then} → {now}",
        field=spec.fields[name].label, number=len(own), count=count, key=key, then=then or tr("blank"),
        now=now or tr("blank"),
    )  # fmt: skip
    hint = tr("check whether a column or a unit was exchanged")
    return Issue("record_changed", spec.id, "", message, hint, field=name, severity="warning")


def _told(layer: Layer, at: Any, key: str, own: Mapping[str, tuple[str, str]]) -> Issue:
    spec, frame = layer.spec, layer.frame
    parts = [
        tr("{field}: {then} → {now}", field=spec.fields[name].label, then=then or tr("blank"), now=now or tr("blank"))
        for name, (then, now) in own.items()
    ]
    message = tr("differs from the last period: {changes}", changes=tr("; ").join(parts))
    # A thing of the same code and another name is perhaps another thing.
    renamed = spec.label in own and spec.label != spec.key
    first = spec.label if renamed else next(iter(own))
    return Issue(
        "record_changed", spec.id, str(frame.at[at, SOURCE]), message, tr("make sure that it is meant"),
        row=int(frame.at[at, SOURCE_ROW]), field=first, key=key, value=own[first][1],
        severity="warning" if renamed else None,
    )  # fmt: skip
