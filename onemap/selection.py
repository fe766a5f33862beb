"""Which part of a build is meant: layers, lists, fields, townships and levels by id or by title."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import shapely

from onemap.errors import KeyNotFoundError, PathError, nearest
from onemap.export.formats.geopackage import FILE as GEOPACKAGE
from onemap.export.formats.stored import Table, read_layer, read_list, tables_in
from onemap.export.parts import FINDINGS, ISSUES, LISTED, Column, Part
from onemap.model import LOCATED_IN, TOWNSHIP, level_title
from onemap.record import Build
from onemap.spec.layer import LayerSpec
from onemap.spec.rule import LEVELS
from onemap.text import fold, tr
from onemap.township_names import TownshipNames

KEYS: Final = {FINDINGS: ("rule", "of_layer", "of_key"), ISSUES: ("kind", "layer", "key")}
"""The columns that stay whatever is chosen; of a layer it is its key."""


@dataclass(frozen=True)
class Stock:
    """What a build has to choose from."""

    build: Build
    path: Path
    """Its GeoPackage."""

    @cached_property
    def tables(self) -> dict[str, Table]:
        """The tables of its GeoPackage."""
        try:
            return tables_in(self.path)
        except sqlite3.Error:
            raise damaged() from None

    @cached_property
    def layers(self) -> dict[str, LayerSpec | None]:
        """Its layers, with None where the catalogue does not know one."""
        return {own_id: self.build.catalogue.layers.get(own_id) for own_id in self.build.manifest["layers"]}

    def parts_of(self, own_id: str) -> list[Part]:
        """Return the parts of a layer, or the findings, or the issues."""
        if own_id in KEYS:
            return read_list(self.path, self.tables, own_id)
        return read_layer(self.path, self.tables, own_id, self.layers[own_id])

    @cached_property
    def words(self) -> dict[str, tuple[str, str]]:
        """What each word, folded, means: a layer or a list of findings, and the rule where it is one of a rule."""
        rules = self.build.catalogue.rules.values()
        said: dict[str, tuple[str, ...]] = {FINDINGS: (FINDINGS, tr("Lists")), ISSUES: (ISSUES, tr("Data issues"))}
        said |= {own_id: _names(own_id, spec) for own_id, spec in self.layers.items()}
        words = {fold(name): (FINDINGS, own.id) for own in rules for name in (own.id, own.title, own.title_en) if name}
        return words | {fold(name): (own_id, "") for own_id, names in said.items() for name in names}

    def choose(self, words: Sequence[str]) -> dict[str, set[str]]:
        """Return the layers and lists that words mean, all where there are none; of findings the rules, "" for all.

        Raises
        ------
        KeyNotFoundError
            A word means nothing that the build has.
        """
        if not words:
            return {own_id: {""} for own_id in (*self.layers, FINDINGS, ISSUES)}
        chosen: dict[str, set[str]] = {}
        for word in words:
            if fold(word) not in self.words:
                raise self._unknown(word)
            own_id, rule = self.words[fold(word)]
            chosen.setdefault(own_id, set()).add(rule)
        return chosen

    def _unknown(self, word: str) -> KeyNotFoundError:
        specs = self.build.catalogue.layers.values()
        known = next((spec for spec in specs if fold(word) in map(fold, _names(spec.id, spec))), None)
        if known:
            message = tr('the build has no data of the layer "{word}"', word=known.name)
            return KeyNotFoundError(message, _meant(None, self.layers))
        rules = self.build.catalogue.rules.values()
        names = [name for own_id, spec in self.layers.items() for name in (own_id, spec.name if spec else own_id)]
        spelt = {
            fold(name): name for name in (*names, *(name for rule in rules for name in (rule.id, rule.name)), *KEYS)
        }
        near = nearest(fold(word), spelt)
        message = tr('the build has no layer or list "{word}"', word=word)
        return KeyNotFoundError(message, _meant(near and spelt[near], (*self.layers, *KEYS)))


def damaged() -> PathError:
    """Return the error of a build whose GeoPackage cannot be read."""
    return PathError(tr("{file} is damaged", file=GEOPACKAGE), tr("build again without --only"))


def _names(own_id: str, spec: LayerSpec | None) -> tuple[str, ...]:
    return tuple(filter(None, (own_id, spec.title, spec.title_en))) if spec else (own_id,)


def _meant(near: str | None, known: Iterable[str]) -> str:
    return tr('did you mean "{meant}"?', meant=near) if near else tr("known: {names}", names=", ".join(known))


def of_rules(part: Part, rules: set[str], names: Mapping[str, str]) -> Part:
    """Return findings of some rules alone, called by their names; all of them where "" is among the rules."""
    if part.name not in LISTED or "" in rules:
        return part
    title = tr(", ").join(names.get(own_id, own_id) for own_id in names if own_id in rules)
    return replace(part, frame=part.frame[part.frame["rule"].isin(rules)], title=title)


def once(parts: Sequence[Part], drawn: bool) -> list[Part]:
    """Return parts without what of the lists would only be there twice.

    Parameters
    ----------
    drawn
        Whether the format is for maps: there records without a line are at their features too, and what has neither
        line nor feature is a table by itself only where nothing else is left of its list.
    """
    lists = {part.name: part for part in parts if part.name in LISTED}
    seen = {name for name, part in lists.items() if part.frame.geometry.notna().any()}
    left = seen if drawn and seen else {FINDINGS}
    return [part for part in parts if part.name not in LISTED or part.name in left]


def of_levels(part: Part, levels: Sequence[str]) -> Part:
    """Return findings of some levels alone."""
    if part.name not in LISTED or not levels:
        return part
    return replace(part, frame=part.frame[part.frame["level"].isin(levels)])


def levels_of(words: Sequence[str]) -> tuple[str, ...]:
    """Return the levels that words mean.

    Raises
    ------
    KeyNotFoundError
        There is no such level.
    """
    meant = {fold(name): level for level in LEVELS for name in (level, level_title(level))}
    for word in words:
        if fold(word) not in meant:
            raise KeyNotFoundError(tr('there is no level "{word}"', word=word), _meant(None, LEVELS))
    return tuple(meant[fold(word)] for word in words)


def with_fields(parts: Sequence[Part], words: Sequence[str]) -> list[Part]:
    """Return parts with some of their columns alone, and their keys.

    Raises
    ------
    KeyNotFoundError
        None of the parts has a field of that name.
    """
    if not words:
        return [*parts]
    columns = [column for part in parts for column in part.columns]
    meant = {fold(name): name for column in columns for name in _called(column)}
    # Its id goes before an English title that is spelt alike.
    meant |= {fold(name): name for column in columns for name in (column.title, column.name)}
    for word in words:
        if fold(word) not in meant:
            near = nearest(fold(word), meant)
            names = dict.fromkeys(column.name for column in columns)
            raise KeyNotFoundError(
                tr('none of the layers has a field "{word}"', word=word), _meant(near and meant[near], names)
            )
    wanted = {fold(word) for word in words}
    return [_with_fields(part, wanted) for part in parts]


def _called(column: Column) -> tuple[str, ...]:
    """Return what people call a column, in either language."""
    field = column.field
    return (column.name, column.title, *filter(None, (field.title, field.title_en) if field else ()))


def _with_fields(part: Part, wanted: set[str]) -> Part:
    keys = KEYS.get(FINDINGS if part.name in LISTED else part.name) or (
        part.spec.key if part.spec else part.columns[0].name,
    )
    kept = tuple(column for column in part.columns if column.name in keys or set(map(fold, _called(column))) & wanted)
    names = {column.name for column in kept}
    spec = part.spec
    if spec:
        # What is left out neither colours nor names a feature any more.
        label = spec.label if spec.label in names else spec.key
        spec = spec.model_copy(
            update={"label": label, "class_field": spec.class_field if spec.class_field in names else None}
        )
    frame = part.frame[[*(column.name for column in kept), "geometry"]]
    whole = len(kept) == len(part.columns)
    return replace(part, frame=frame, columns=kept, spec=spec, qml=part.qml if whole else "")


def in_township(parts: Sequence[Part], stated: str, towns: Part | None) -> list[Part]:
    """Return what of parts lies in a township, or of what has no place states it.

    Parameters
    ----------
    towns
        The townships, by which issues are placed.

    Raises
    ------
    KeyNotFoundError
        No feature lies in a township of that name.
    """
    fields = {part.name: _township_columns(part) for part in parts}
    there = {str(name) for part in parts for own in fields[part.name] for name in part.frame[own].dropna()}
    if towns is not None and towns.spec is not None:
        there |= {str(name) for name in towns.frame[towns.spec.label].dropna()}
    known = TownshipNames(there - {""})
    names = known.find(stated).names
    if not names:
        near = [*known.nearest(stated), None]
        message = tr('the build has no township "{word}"', word=stated)
        raise KeyNotFoundError(message, _meant(near[0], sorted(there - {""})))
    return [_in_township(part, names, fields[part.name], towns) for part in parts]


def _township_columns(part: Part) -> list[str]:
    """Return the columns that say in which township a record lies; the first goes before the others."""
    stated = part.spec.township_field if part.spec else None
    names = ["township"] if part.name in LISTED else [LOCATED_IN, stated]
    return [name for name in names if name and name in part.frame]


def _in_township(part: Part, names: frozenset[str], columns: list[str], towns: Part | None) -> Part:
    if columns:
        said = [part.frame[name].astype("string").fillna("") for name in columns]
        said[0] = said[0].where(said[0] != "", said[-1])
        return replace(part, frame=part.frame[said[0].isin(names).to_numpy()])
    if towns is None or towns.spec is None or part.kind == "table":
        return replace(part, frame=part.frame.iloc[:0])
    ground = shapely.union_all(towns.frame.geometry[towns.frame[towns.spec.label].isin(names)].to_numpy())
    return replace(part, frame=part.frame[np.asarray(shapely.intersects(ground, part.frame.geometry.to_numpy()))])


def townships_of(stock: Stock) -> Part | None:
    """Return the townships of a build, or None where it has none."""
    return next(iter(stock.parts_of(TOWNSHIP)), None) if TOWNSHIP in stock.layers else None
