"""Rules about features of one layer and those of others: what lies near, around or under them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from onemap.spec.known import WrongKeyError
from onemap.spec.rule import Names, Rule
from onemap.text import tr


class PairRule(Rule):
    """A rule about features of one layer and those of others."""

    to: Names = Field(min_length=1)
    unknown_above: float = Field(
        default=0.3, ge=0, le=1, description="the share of inputs that are not known above which nothing is graded"
    )


class ReachRule(PairRule):
    """A rule about what lies within reach."""

    reach: float = Field(gt=0, description="metres")

    @property
    def radii(self) -> tuple[float, ...]:
        """How far around a feature it looks, metres."""
        return (self.reach,)


class DistanceRule(ReachRule):
    """Every pair within reach, by how far apart they are."""

    measure: Literal["distance"]
    unit = "m"
    worse = "small"


class CountRule(ReachRule):
    """How many of each class lie within reach."""

    measure: Literal["count"]
    unit = "count"
    worse = "large"


class NearestRule(PairRule):
    """The nearest of each class, however far, or within reach."""

    measure: Literal["nearest"]
    unit = "m"
    worse = "small"
    reach: float | None = Field(default=None, gt=0, description="metres")

    @property
    def radii(self) -> tuple[float, ...]:
        """How far around a feature it looks, metres."""
        return () if self.reach is None else (self.reach,)

    @field_validator("to")
    @classmethod
    def _is_between_layers(cls, to: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if info.data.get("of") in to:
            raise WrongKeyError(
                tr("what is nearest within a layer is not measured"), tr("use the measure distance with a reach")
            )
        return to


class RingAreaRule(PairRule):
    """The area of each class in rings around features."""

    measure: Literal["ring_area"]
    unit = "mu"
    worse = "large"
    graded_by = "ring"
    rings: tuple[float, ...] = Field(min_length=1, description="outer edges of the rings, metres, rising")

    @property
    def radii(self) -> tuple[float, ...]:
        """The outer edges of the rings, metres."""
        return self.rings

    @field_validator("rings")
    @classmethod
    def _rings_rise(cls, rings: tuple[float, ...]) -> tuple[float, ...]:
        if list(rings) != sorted(set(rings)) or any(edge <= 0 for edge in rings):
            raise WrongKeyError(tr("rings are outer edges in metres, rising"))
        return rings


class OverlapRule(PairRule):
    """How much of features lies under others, or under each class of them."""

    measure: Literal["overlap"]
    unit = "mu"
    worse = "large"
    minimum: float = Field(default=0.0, ge=0, description="square metres; an overlap up to this is no overlap")
    by: Literal["feature", "class"] = Field(
        default="feature", description="whether an overlap lists what is under each feature, or what each class covers"
    )

    @field_validator("by")
    @classmethod
    def _classes_are_of_others(cls, by: str, info: ValidationInfo) -> str:
        if by == "class" and info.data.get("of") in info.data.get("to", ()):
            raise WrongKeyError(tr('by = "class" is for two layers'))
        return by
