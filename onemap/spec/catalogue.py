"""All layers, rules and standards that a project knows: the built-in ones, with the project's own laid over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from onemap.errors import SpecError, nearest
from onemap.spec import toml
from onemap.spec.code_table import CodeTable
from onemap.spec.known import Known
from onemap.spec.layer import GeometryKind, LayerSpec
from onemap.spec.measures import make_rule
from onemap.spec.rule import Rule
from onemap.spec.standard import Standard
from onemap.spec.toml import Model
from onemap.text import tr

PART_SUFFIXES: Final[Mapping[str, GeometryKind]] = {"_lines": "line", "_points": "point"}
"""How the parts of a layer are called, in files of geodata, that have another kind of geometry than its first."""

_PACKAGE: Final = Path(__file__).resolve().parents[1]


def shipped(name: str) -> Path:
    """Return a data folder that travels with the program, installed or in a checkout."""
    installed = _PACKAGE / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


@dataclass(frozen=True)
class Catalogue:
    """Layers, standards and tables of codes by id in the order of their files' names, rules in that of the lists."""

    layers: Mapping[str, LayerSpec]
    rules: Mapping[str, Rule]
    standards: Mapping[str, Standard]
    codes: Mapping[str, CodeTable]


def load_catalogue(overlay: Path | None = None, changes: Mapping[str, Mapping[str, Any]] | None = None) -> Catalogue:
    """Read the built-in layers, rules, standards and tables of codes, and lay a project's own over them.

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
        what is no raster, or `changes` names a rule that is not there. All that is wrong in the rules is told at once.
    """
    folders = [shipped("layers"), *([overlay] if overlay else [])]
    layers = _parsed(LayerSpec, folders, ".")
    for layer in layers.values():
        _check_samples(layer, layers)
        _check_others(layer, layers)
        _check_parts(layer, layers)
    standards, codes = _parsed(Standard, folders, "standards"), _parsed(CodeTable, folders, "codes")
    tables = _changed(_tables(folders, "rules"), changes or {})
    # Rules that go by lists themselves are no pathways of others, nor are those about townships.
    about = {own_id: table for own_id, table in tables.items() if "lists" not in table and "target" not in table}
    listed = {own_id: str(table.get("of", "")) for own_id, table in about.items()}
    names = {own_id: tr("rules/{rule}.toml as the project changes it", rule=own_id) for own_id in changes or {}}
    rules = _rules(tables, Known(layers, standards, codes, listed), names)
    return Catalogue(layers, rules, standards, codes)


def _tables(folders: list[Path], inside: str) -> dict[str, dict[str, Any]]:
    """Return the tables of the files in a folder, each with its id; those of later folders take the place of others."""
    found = {path.stem: path for folder in folders for path in sorted((folder / inside).glob("*.toml"))}
    return {stem: {"id": stem, **toml.read(found[stem], SpecError)} for stem in sorted(found)}


def _parsed(model: type[Model], folders: list[Path], inside: str) -> dict[str, Model]:
    return {
        own_id: toml.parse(model, table, (Path(inside) / f"{own_id}.toml").as_posix(), SpecError)
        for own_id, table in _tables(folders, inside).items()
    }


def _rules(tables: Mapping[str, dict[str, Any]], known: Known, names: Mapping[str, str]) -> dict[str, Rule]:
    """Return the rules in the order of the lists; what is wrong in any of them is told at once.

    Parameters
    ----------
    names
        What messages call the tables that are not as their files have them.
    """
    rules, faults = [], []
    for own_id, table in tables.items():
        try:
            rules.append(make_rule(table, known, names.get(own_id, "")))
        except SpecError as fault:
            faults.append(fault)
    if faults:
        hints = dict.fromkeys(fault.hint for fault in faults)
        raise SpecError("; ".join(fault.message for fault in faults), "; ".join(hints))
    return {rule.id: rule for rule in sorted(rules, key=lambda rule: (rule.order, rule.id))}


def _changed(tables: dict[str, dict[str, Any]], changes: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the tables of rules as the project has them."""
    for own_id, change in changes.items():
        if own_id not in tables:
            meant = nearest(own_id, tables)
            hint = tr('did you mean "{meant}"?', meant=meant) if meant else ", ".join(tables)
            raise SpecError(tr('there is no rule "{rule}"', rule=own_id), hint)
        table = tables[own_id]
        tables[own_id] = table | {name: _laid_over(table.get(name), value) for name, value in change.items()}
    return tables


def _laid_over(old: Any, new: Any) -> Any:
    """Return a value of a rule as the project has it: of a table, such as the levels, only what it names changes."""
    return old | new if isinstance(old, dict) and isinstance(new, dict) else new


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


def _check_parts(spec: LayerSpec, layers: Mapping[str, LayerSpec]) -> None:
    """Raise if a layer is called as a part of another one is: both would be one file."""
    for suffix, kind in PART_SUFFIXES.items():
        whole = layers.get(spec.id.removesuffix(suffix)) if spec.id.endswith(suffix) else None
        if whole is not None and {kind} < {*whole.geometry} - {"table"}:
            message = tr(
                'layer {layer}: so is the part of the layer "{other}" called that has other geometry',
                layer=spec.id,
                other=whole.id,
            )
            raise SpecError(message, tr("choose another id"))
