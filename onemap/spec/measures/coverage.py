"""Rules about what is monitored: whether something is sampled near by, and was this year."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from onemap.spec.known import WrongKeyError, must_be_known
from onemap.spec.measures.features import FeatureRule
from onemap.spec.measures.names import field_in
from onemap.spec.rule import Names
from onemap.text import tr


class CoverageRule(FeatureRule):
    """Whether a sampling point lies near each feature, and was sampled in the year of the period.

    The grade is 2 where no point of any `to` layer lies within reach, and 1 where some do and none was sampled.
    """

    measure: Literal["coverage"]
    unit = "m"
    worse = "large"
    graded_by = "grade"
    to: Names = Field(min_length=1)
    reach: float | None = Field(
        default=None,
        ge=0,
        allow_inf_nan=False,
        description="metres to the edge of the feature; 0 is inside it; nobody has laid one down",
    )
    unknown_above: float = Field(
        default=0.3, ge=0, le=1, description="the share of a layer's points without a place above which it says nothing"
    )
    sampled: dict[str, str] = Field(
        description="for each `to` layer the date field that says when a point was last sampled"
    )

    @property
    def asked(self) -> tuple[str, ...]:
        """How near a point has to be, where nobody has laid that down."""
        return ("reach",) if self.reach is None else ()

    @property
    def radii(self) -> tuple[float, ...]:
        """How far around a feature it looks, metres."""
        return (self.reach,) if self.reach else ()

    @field_validator("sampled")
    @classmethod
    def _each_layer_has_a_date(cls, sampled: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        # Of layers that are wrong themselves nobody can tell.
        for layer in sampled if "to" in info.data else ():
            must_be_known(layer, dict.fromkeys(info.data["to"]), tr("layer"))
        if missing := [layer for layer in info.data.get("to", ()) if layer not in sampled]:
            message = tr("sampled says of {layers} no date field", layers=", ".join(missing))
            raise WrongKeyError(message, tr("name the date field of each layer in to"))
        for layer, field in sampled.items():
            field_in(layer, field, info, "date")
        return sampled
