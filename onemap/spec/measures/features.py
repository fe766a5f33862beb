"""What rules about the features of one layer have in common: each feature is looked at by itself."""

from __future__ import annotations

from pydantic import field_validator

from onemap.spec.known import WrongKeyError
from onemap.spec.rule import Rule
from onemap.text import tr


class FeatureRule(Rule):
    """A rule about the features of one layer, each by itself, with what other layers say of it."""

    pairs = False


class AloneRule(FeatureRule):
    """A rule about one layer alone."""

    @field_validator("to", "beside")
    @classmethod
    def _has_no_other(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if names:
            raise WrongKeyError(tr("the measure looks at one layer alone"), tr("take the key out"))
        return names
