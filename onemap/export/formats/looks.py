"""The classes of a part in drawings that know nothing of layer files: KML and DXF."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from onemap.export.look import Look, finding_looks, issue_looks, looks
from onemap.export.parts import LISTED, Part
from onemap.spec.layer import GeometryKind
from onemap.text import fold


@dataclass(frozen=True)
class Drawn:
    """A class of a part, and how its features are drawn."""

    id: str
    look: Look
    kind: GeometryKind

    @property
    def title(self) -> str:
        """What the class is called."""
        return self.look.title

    @property
    def colour(self) -> str:
        """By what its features are known: the colour of lines, or else that with which they are filled."""
        return self.look.line_colour if self.kind == "line" else self.look.fill


def drawn(part: Part) -> tuple[list[Drawn], NDArray[np.intp]]:
    """Return the classes of a part in the order of their legend, and for each feature the number of its own.

    The last one is of features that have no class.
    """
    classes, column, words = classes_of(part), _column(part), _words(part)
    if column is None or column not in part.frame:
        return classes[-1:], np.zeros(len(part.frame), dtype=np.intp)
    values = part.frame[column].astype("string").fillna("")
    number_of = {value: words.get(fold(value), len(classes) - 1) for value in values.unique()}
    return classes, values.map(number_of).to_numpy(dtype=np.intp)


def classes_of(part: Part) -> list[Drawn]:
    """Return the classes of a part; the last one is of features that have none."""
    return [Drawn(f"{part.name}.{own_id or 'none'}", look, part.kind) for own_id, look in _looks(part).items()]


def _looks(part: Part) -> dict[str, Look]:
    if part.spec:
        return looks(part.spec)
    own = finding_looks() if part.name in LISTED else issue_looks()
    return {**own, "": [*own.values()][-1]}


def _column(part: Part) -> str | None:
    if part.spec:
        return part.spec.class_field
    return "level" if part.name in LISTED else "severity"


def _words(part: Part) -> dict[str, int]:
    """Return the number of the class that each folded word means."""
    numbers = {own_id: number for number, own_id in enumerate(_looks(part))}
    if part.spec and part.spec.class_field:
        return {word: numbers[own_id] for word, own_id in part.spec.fields[part.spec.class_field].class_of.items()}
    titles = {fold(look.title): numbers[own_id] for own_id, look in _looks(part).items()}
    return titles | {fold(own_id): number for own_id, number in numbers.items()}
