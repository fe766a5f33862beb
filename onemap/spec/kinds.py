"""The kinds of issues: a closed catalogue, in `layers/issues/`, whose numbers letters between bureaus cite."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from pydantic import Field

from onemap.errors import SpecError
from onemap.spec import toml
from onemap.spec.catalogue import shipped
from onemap.spec.toml import Spec
from onemap.text import pick

Severity = Literal["error", "warning", "info"]


class Kind(Spec):
    """A kind of issue: what it is called, what it means, and what to do about it."""

    number: int = Field(description="never changes, and is never given to another kind")
    severity: Severity = Field(description="the usual one; an issue may have another")
    title: str
    title_en: str
    explanation: str
    explanation_en: str
    remedy: str
    remedy_en: str

    @property
    def name(self) -> str:
        """The title in the language spoken now."""
        return pick(self.title, self.title_en)

    @property
    def meaning(self) -> str:
        """The explanation in the language spoken now."""
        return pick(self.explanation, self.explanation_en)

    @property
    def what_to_do(self) -> str:
        """The remedy in the language spoken now."""
        return pick(self.remedy, self.remedy_en)


class KindGroup(Spec):
    """A file of the catalogue: kinds whose numbers begin alike."""

    title: str
    title_en: str
    kinds: dict[str, Kind]

    @property
    def name(self) -> str:
        """The title in the language spoken now."""
        return pick(self.title, self.title_en)


def _groups() -> tuple[KindGroup, ...]:
    files = sorted((shipped("layers") / "issues").glob("*.toml"))
    return tuple(toml.parse(KindGroup, toml.read(file, SpecError), file.name, SpecError) for file in files)


KIND_GROUPS: Final = _groups()

KINDS: Final[Mapping[str, Kind]] = {own_id: kind for group in KIND_GROUPS for own_id, kind in group.kinds.items()}
"""Every kind of issue by its id, in the order of the numbers."""
