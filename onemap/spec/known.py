"""What a file may speak of: the names that are there, and which of them was meant where one is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from onemap.errors import nearest
from onemap.spec.code_table import CodeTable
from onemap.spec.layer import LayerSpec
from onemap.spec.standard import Standard
from onemap.text import tr


class WrongKeyError(ValueError):
    """Something wrong in a file, and what to do about it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True)
class Known:
    """What rules may speak of."""

    layers: Mapping[str, LayerSpec]
    standards: Mapping[str, Standard] = field(default_factory=dict)
    codes: Mapping[str, CodeTable] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
    """The layer that each rule lists, by the rule's id."""


def must_be_known(name: str, names: Mapping[str, Any], kind: str) -> None:
    """Raise if there is no such name, with the one that was probably meant.

    Raises
    ------
    WrongKeyError
        There is none.
    """
    if name not in names:
        meant = nearest(name, names)
        hint = tr('did you mean "{meant}"?', meant=meant) if meant else ", ".join(names)
        raise WrongKeyError(tr('there is no {kind} "{name}"', kind=kind, name=name), hint)
