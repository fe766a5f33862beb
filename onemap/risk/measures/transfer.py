"""Measure: what is wrong with the manifests of soil that was carried away; the gravest fault decides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from onemap.model import Layer
from onemap.risk.measurement import COLUMNS, SUM, Given
from onemap.risk.weighing import Reason, weigh
from onemap.spec.layer import LayerSpec
from onemap.spec.measures.transfers import TransferRule
from onemap.text import fold, tr

DIGITS: Final = 9
"""Of shares: 30.0 and 29.1 tonnes differ by 3 %, whatever binary fractions make of them."""


class Manifest(NamedTuple):
    """What a manifest says; None where a cell is empty."""

    from_plot: str | None
    from_name: str | None
    to_plot: str | None
    to_name: str | None
    tonnes_out: float | None
    tonnes_in: float | None
    left_on: pd.Timestamp | None
    arrived_on: pd.Timestamp | None
    receipt: str | None

    @property
    def has_arrived(self) -> bool:
        """Whether anything has arrived, by what is said; ledgers put 0 t where a load is still on its way."""
        return bool(self.tonnes_in) or self.arrived_on is not None


@dataclass(frozen=True)
class Plots:
    """The plots that the lists know."""

    townships: Mapping[str, str]
    """In which township each lies, by its key and by its name, folded."""
    absent: tuple[str, ...]
    """The lists that are not there."""

    def has(self, word: str | None) -> bool:
        """Tell whether a plot of such a key or name is known."""
        return word is not None and fold(word) in self.townships

    def township_of(self, word: str | None) -> str:
        """Return the township of a plot; "" where it is not known."""
        return self.townships.get(fold(word), "") if word else ""


def measure(of: Layer, rule: TransferRule, given: Given) -> pd.DataFrame:
    """Return for each manifest of which something is wrong, or may be, how much, and the grade of the gravest.

    Returns
    -------
    DataFrame
        grade is that of the gravest fault, value how many there are, to_key where it went from and to, to_label all
        that is wrong, township that of the plot it left. Where one that is not known may be graver, grade is NaN and
        `unknown` says what is sure and what is not known. Rows that are of no manifest tell what was not judged at all.
    """
    plots = _plots(rule, given)
    rows = []
    for at, manifest in zip(of.frame.index, _manifests(of, rule), strict=True):
        found = weigh(_faults(manifest, rule, of.spec, (plots, given.day)))
        if found:
            township = plots.township_of(manifest.from_plot or manifest.from_name)
            rows.append({"of": at, "to_key": _way(manifest), "township": township, **found})
    rows += [{"of": SUM, "unknown": why} for why in _not_judged(of, rule, plots)]
    table = pd.DataFrame(rows, columns=["of", "to_key", "to_label", "value", "grade", "unknown", "township"])
    table = table.fillna({"to_key": "", "to_label": "", "township": ""}).astype({"value": float, "grade": float})
    return table.assign(to=SUM, to_class="", ring=np.nan, link=None)[[*COLUMNS, "grade", "unknown", "township"]]


def _faults(manifest: Manifest, rule: TransferRule, spec: LayerSpec, known: tuple[Plots, dt.date]) -> Iterator[Reason]:
    plots, day = known
    yield from _places(manifest, rule, spec, plots)
    yield from _receipt(manifest, rule, spec, day)
    yield from _balance(manifest, rule, spec)
    if manifest.left_on is not None and manifest.arrived_on is not None and manifest.arrived_on < manifest.left_on:
        yield Reason(rule.faults.arrived_before, tr("arrived on {arrived}, before it left on {left}",
                    arrived=f"{manifest.arrived_on:%Y-%m-%d}", left=f"{manifest.left_on:%Y-%m-%d}"))  # fmt: skip
    if manifest.receipt == "rejected":
        yield Reason(rule.faults.rejected, tr("it was sent back, and where it went is to be looked into"))


def _places(manifest: Manifest, rule: TransferRule, spec: LayerSpec, plots: Plots) -> Iterator[Reason]:
    """Yield the ends of the way that no list knows; a unit that is named, and by no code of a plot, need be in none."""
    ends = (
        (manifest.from_plot, manifest.from_name, (rule.from_plot, rule.from_name), False),
        (manifest.to_plot, manifest.to_name, (rule.to_plot, rule.to_name), True),
    )
    for code, name, fields, names_a_unit in ends:
        labels = [spec.fields[field].label for field in fields]
        label = labels[0] if code else labels[1]
        if plots.has(code or name) or (names_a_unit and name and not code):
            continue
        if not code and not name:
            why = tr("{fields}: none is filled in", fields=tr(", ").join(labels))
            yield Reason(rule.faults.unknown_place, why, is_sure=False)
        elif not plots.townships:
            # Without any list nobody can tell of any plot: that is said once for all.
            continue
        elif plots.absent:
            why = tr('{field} "{plot}" may stand in a list that was not provided', field=label, plot=code or name)
            yield Reason(rule.faults.unknown_place, why, is_sure=False)
        else:
            yield Reason(rule.faults.unknown_place, tr('{field} "{plot}" is in none of the lists of plots', field=label,
                        plot=code or name))  # fmt: skip


def _receipt(manifest: Manifest, rule: TransferRule, spec: LayerSpec, day: dt.date) -> Iterator[Reason]:
    """Yield what is wrong where nothing is said of what arrived."""
    edges = rule.faults.no_receipt
    if manifest.receipt == "rejected":
        return
    if manifest.has_arrived:
        if manifest.receipt in ("missing", "on_the_way"):
            label = spec.fields[rule.receipt].classes[manifest.receipt].label
            yield Reason(len(edges), tr('"{state}" though something arrived', state=label), is_sure=False)
        return
    if manifest.receipt == "received":
        return
    if manifest.left_on is None:
        why = tr("nothing has arrived, and {field} is not filled in", field=spec.fields[rule.left_on].label)
        yield Reason(len(edges), why, is_sure=False)
        return
    days = (pd.Timestamp(day) - manifest.left_on).days
    grade = sum(days >= edge for edge in edges)
    yield Reason(grade, tr("left on {left}, and no receipt after {days} days", left=f"{manifest.left_on:%Y-%m-%d}",
                days=days))  # fmt: skip


def _balance(manifest: Manifest, rule: TransferRule, spec: LayerSpec) -> Iterator[Reason]:
    """Yield by which share of what left that what arrived differs, where it is more than the tolerance."""
    edges = rule.faults.difference
    if rule.tolerance is None or manifest.receipt == "rejected":
        return
    if not manifest.has_arrived and manifest.receipt != "received":
        return
    if manifest.tonnes_out is None or manifest.tonnes_in is None:
        sides = ((rule.tonnes_out, manifest.tonnes_out), (rule.tonnes_in, manifest.tonnes_in))
        fields = tr(", ").join(spec.fields[name].label for name, tonnes in sides if tonnes is None)
        yield Reason(len(edges), tr("{field} is not filled in", field=fields), is_sure=False)
        return
    share = difference(manifest.tonnes_out, manifest.tonnes_in)
    if share <= rule.tolerance:
        return
    words = {"out": manifest.tonnes_out, "into": manifest.tonnes_in, "share": 100 * share}
    text = tr("{out:g} t left and {into:g} t arrived, a difference of {share:.2f} %", **words)
    yield Reason(sum(share >= edge for edge in edges), text)


def difference(tonnes_out: float, tonnes_in: float) -> float:
    """Return by which share of what left that what arrived differs; all of it where nothing left.

    Examples
    --------
    >>> difference(30, 29.1), difference(30, 30), difference(0, 5)
    (0.03, 0.0, 1.0)
    """
    if tonnes_out == tonnes_in:
        return 0.0
    return round(abs(tonnes_out - tonnes_in) / tonnes_out, DIGITS) if tonnes_out else 1.0


def _plots(rule: TransferRule, given: Given) -> Plots:
    layers = [given.sides[own_id].layer for own_id in rule.beside if own_id in given.sides]
    townships = {
        fold(word): township
        for layer in layers
        for words in (layer.labels, layer.keys)
        for word, township in zip(words, layer.townships, strict=True)
        if word
    }
    absent = tuple(given.specs[own_id].name for own_id in rule.beside if own_id not in given.sides)
    return Plots(townships, absent)


def _manifests(of: Layer, rule: TransferRule) -> Iterator[Manifest]:
    """Yield what each record says."""
    names = (
        rule.from_plot, rule.from_name, rule.to_plot, rule.to_name, rule.tonnes_out, rule.tonnes_in,
        rule.left_on, rule.arrived_on, rule.receipt,
    )  # fmt: skip
    for values in zip(*(of.frame[name] for name in names), strict=True):
        yield Manifest(*(None if pd.isna(value) else value for value in values))


def _way(manifest: Manifest) -> str:
    ends = ((manifest.from_name, manifest.from_plot), (manifest.to_name, manifest.to_plot))
    texts = [name or code or tr("not filled in") for name, code in ends]
    return tr("{former} → {planned}", former=texts[0], planned=texts[1])


def _not_judged(of: Layer, rule: TransferRule, plots: Plots) -> Iterable[str]:
    """Yield what was judged of no manifest, and why."""
    if plots.absent:
        names = tr(", ").join(plots.absent)
        yield tr("no data of {layers} were provided: which plots are in no list cannot be judged", layers=names)
    if rule.tolerance is None:
        differ = (of.frame[rule.tonnes_out] - of.frame[rule.tonnes_in]).fillna(0) != 0
        yield tr(
            "tolerance: nobody has laid down by how much what arrived may differ; write it below [rules.{rule}] in "
            "project.toml. Until then it cannot be judged which manifests balance; {count} differ at all",
            rule=rule.id, count=int(differ.sum()),
        )  # fmt: skip
