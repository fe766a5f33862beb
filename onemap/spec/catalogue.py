"""All layers, rules and standards that a project knows: the built-in ones, with the project's own laid over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from onemap.errors import SpecError, nearest
from onemap.spec import toml
from onemap.spec.layer import LayerSpec
from onemap.spec.rule import Rule
from onemap.spec.standard import Standard
from onemap.text import fold, tr

_PACKAGE: Final = Path(__file__).resolve().parents[1]


def shipped(name: str) -> Path:
    """Return a data folder that travels with the program, installed or in a checkout."""
    installed = _PACKAGE / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


@dataclass(frozen=True)
class Catalogue:
    """Layers and standards by id in the order of their files' names, and rules by id in the order of the lists."""

    layers: Mapping[str, LayerSpec]
    rules: Mapping[str, Rule]
    standards: Mapping[str, Standard]


def load_catalogue(overlay: Path | None = None, changes: Mapping[str, Mapping[str, Any]] | None = None) -> Catalogue:
    """Read the built-in layers, rules and standards, and lay a project's own over them.

    Parameters
    ----------
    overlay
        A folder shaped like `layers/`; a file in it replaces the built-in one of the same name.
    changes
        For each rule id the keys that the project overrules.

    Raises
    ------
    SpecError
        A file is wrong, a rule speaks of a layer, field or class that is not there or of a raster, a field samples
        what is no raster, or `changes` names a rule that is not there.
    """
    folders = [shipped("layers"), *([overlay] if overlay else [])]
    layers = {
        path.stem: toml.parse(LayerSpec, {"id": path.stem, **toml.read(path, SpecError)}, path.name, SpecError)
        for path in _files(folders, ".")
    }
    tables = {path.stem: {"id": path.stem, **toml.read(path, SpecError)} for path in _files(folders, "rules")}
    for own_id, change in (changes or {}).items():
        if own_id not in tables:
            meant = nearest(own_id, tables)
            hint = tr('did you mean "{meant}"?', meant=meant) if meant else ", ".join(tables)
            raise SpecError(tr('there is no rule "{rule}"', rule=own_id), hint)
        table = tables[own_id]
        tables[own_id] = table | {name: _laid_over(table.get(name), value) for name, value in change.items()}
    parsed = [toml.parse(Rule, table, f"rules/{own_id}.toml", SpecError) for own_id, table in tables.items()]
    rules = {rule.id: rule for rule in sorted(parsed, key=lambda rule: (rule.order, rule.id))}
    for layer in layers.values():
        _check_samples(layer, layers)
        _check_others(layer, layers)
    standards = {
        path.stem: toml.parse(
            Standard, {"id": path.stem, **toml.read(path, SpecError)}, f"standards/{path.name}", SpecError
        )
        for path in _files(folders, "standards")
    }
    for rule in rules.values():
        _check_rule(rule, layers)
        _check_standard(rule, layers[rule.of], standards)
    return Catalogue(layers, rules, standards)


def _laid_over(old: Any, new: Any) -> Any:
    """Return a value of a rule as the project has it: of a table, such as the levels, only what it names changes."""
    return old | new if isinstance(old, dict) and isinstance(new, dict) else new


def _files(folders: list[Path], inside: str) -> list[Path]:
    found = {path.stem: path for folder in folders for path in sorted((folder / inside).glob("*.toml"))}
    return [found[stem] for stem in sorted(found)]


def _check_samples(spec: LayerSpec, layers: Mapping[str, LayerSpec]) -> None:
    """Raise if a field of a layer samples what is no raster layer."""
    rasters = [own_id for own_id, layer in layers.items() if layer.is_raster]
    for name, field in spec.fields.items():
        if field.sample is None or field.sample in rasters:
            continue
        place = {"layer": spec.id, "field": name, "sample": field.sample}
        if field.sample in layers:
            message = tr('layer {layer}, field {field}: "{sample}" is not a raster', **place)
        else:
            message = tr('layer {layer}, field {field}: there is no layer "{sample}"', **place)
        meant = nearest(field.sample, rasters)
        known = tr("rasters: {names}", names=", ".join(rasters))
        raise SpecError(message, tr('did you mean "{meant}"?', meant=meant) if meant else known)


def _check_others(spec: LayerSpec, layers: Mapping[str, LayerSpec]) -> None:
    """Raise if a layer names others that are not there."""
    for name in (*spec.apart_from, *spec.shares_keys_with):
        if name not in layers:
            meant = nearest(name, layers)
            message = tr('layer {layer}: there is no layer "{name}"', layer=spec.id, name=name)
            raise SpecError(message, tr('did you mean "{meant}"?', meant=meant) if meant else ", ".join(layers))


def _check_rule(rule: Rule, layers: Mapping[str, LayerSpec]) -> None:
    """Raise if `rule` speaks of a layer, field or class that is not there."""
    for layer in rule.layers:
        _known(layer, layers, rule, tr("layer"))
        if layers[layer].is_raster:
            message = tr('rule {rule}: "{layer}" is a raster, which no rule measures', rule=rule.id, layer=layer)
            hint = tr('give a field of another layer the key sample = "{layer}", and use that field', layer=layer)
            raise SpecError(message, hint)
    if rule.due is not None:
        _known(rule.due.field, layers[rule.of].fields, rule, tr("field"))
        if layers[rule.of].fields[rule.due.field].type != "date":
            message = tr('rule {rule}: the field "{field}" is no date', rule=rule.id, field=rule.due.field)
            raise SpecError(message, tr("name a field of the type date"))
    for layer, conditions in rule.where.items():
        for field, wanted in conditions.items():
            _known(field, layers[layer].fields, rule, tr("field"))
            words = layers[layer].fields[field].class_of
            for word in wanted if words else ():
                _known(fold(word), words, rule, tr("class"))


def _check_standard(rule: Rule, layer: LayerSpec, standards: Mapping[str, Standard]) -> None:
    """Raise if `rule` speaks of a standard or an item that is not there, or its layer has none of the items."""
    if rule.standard is None:
        return
    _known(rule.standard, standards, rule, tr("standard"))
    for item in rule.items:
        _known(item, standards[rule.standard].items, rule, tr("item"))
        _known(item, layer.fields, rule, tr("field"))


def _known(name: str, names: Mapping[str, Any], rule: Rule, kind: str) -> None:
    if name in names:
        return
    meant = nearest(name, names)
    message = tr('rule {rule}: there is no {kind} "{name}"', rule=rule.id, kind=kind, name=name)
    raise SpecError(message, tr('did you mean "{meant}"?', meant=meant) if meant else ", ".join(names))
