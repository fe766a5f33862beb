"""Rules about rates: of how many features, or how much ground, something is reached, against a target."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from onemap.spec.known import Known, WrongKeyError
from onemap.spec.measures.features import FeatureRule
from onemap.spec.measures.names import field_in, of_field
from onemap.spec.rule import Wanted, Worse, condition_is_known
from onemap.spec.toml import Spec
from onemap.text import pick, tr


class Target(Spec):
    """What is to be reached: so many percent everywhere, or what a table says of each township."""

    percent: float | None = Field(default=None, gt=0, le=100, description="so many percent in every township")
    layer: str | None = Field(default=None, description="the table that has a line for each township")
    rate: str | None = Field(default=None, description="its field with the percent to be reached")
    stood: str | None = Field(default=None, description="its field with how many stood done at the end of last year")
    more: str | None = Field(default=None, description="its field with how many more are to come; blank is none")
    base: str | None = Field(default=None, description="its field with how many there are in all")

    @model_validator(mode="after")
    def _says_what(self) -> Self:
        ways = (self.percent, self.rate, self.stood)
        if sum(way is not None for way in ways) != 1 or (self.percent is None) == (self.layer is None):
            raise WrongKeyError(tr("a target is a number, or a layer with rate = … or with stood = … (and more = …)"))
        if self.percent is not None and self.percent <= 1:
            raise WrongKeyError(tr("a target is in percent: 90, and not 0.9"))
        if self.more is not None and self.stood is None:
            raise WrongKeyError(tr("more comes on top of stood"))
        return self

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the table that it goes by."""
        return tuple(name for name in (self.rate, self.stood, self.more, self.base) if name is not None)


def _as_target(value: Any) -> Any:
    """Let a number alone be so many percent."""
    return {"percent": value} if isinstance(value, int | float) and not isinstance(value, bool) else value


class RateRule(FeatureRule):
    """By township: of how many features, or how much of their ground, a condition is fulfilled, against a target.

    Its lines are about townships. The value is the rate in percent; it is graded by how far it stays below the target.
    """

    measure: Literal["rate"]
    unit = "share"
    worse = "small"
    graded_by = "grade"
    quantity: Literal["count", "area"] = Field(
        default="count", description="whether features count, or their ground, every piece of it once"
    )
    reached: Wanted = Field(min_length=1, description="fields of `of` with the values that count as done")
    partly: Wanted = Field(default={}, description="values of which nobody can say how much of the feature is done")
    target: Annotated[Target, BeforeValidator(_as_target)]
    decimals: int = Field(default=1, ge=0, le=6)
    truncated: bool = Field(default=True, description="whether rates are cut off, as plans print them, or rounded")
    rate_title: str = Field(default="", description="what the rate is called, where the list is about those below it")
    rate_title_en: str = ""
    note: str = Field(default="", description="what the rate leaves out, told with the scorecard")
    note_en: str = ""
    gap: Literal["points", "left"] = Field(
        default="points", description="graded by percentage points below the target, or by how many, or 亩, are left"
    )

    @property
    def rate_name(self) -> str:
        """What the rate is called in the language spoken now."""
        return pick(self.rate_title or self.title, self.rate_title_en or self.title_en)

    @classmethod
    def limits_worse(cls) -> Worse:
        """Return which gaps are worse."""
        return "large"

    @field_validator("reached", "partly")
    @classmethod
    def _conditions_are_of_its_layer(
        cls, wanted: dict[str, tuple[str, ...]], info: ValidationInfo
    ) -> dict[str, tuple[str, ...]]:
        known: Known | None = info.context
        for field, words in wanted.items():
            of_field(field, info)
            if known and info.data.get("of") in known.layers:
                condition_is_known(known, info.data["of"], field, words)
        return wanted

    @field_validator("target")
    @classmethod
    def _target_is_in_a_layer_of_the_rule(cls, target: Target, info: ValidationInfo) -> Target:
        if "to" in info.data and info.data["to"] != (() if target.layer is None else (target.layer,)):
            message = tr("beside its own layer a rate needs the layer of its target, and no other: to = …")
            raise WrongKeyError(message, tr("what helps and may be missing stands in beside"))
        known: Known | None = info.context
        if known and target.layer is not None and target.layer in known.layers:
            for name in target.fields:
                field_in(target.layer, name, info, "number", "integer")
            if known.layers[target.layer].township_field is None:
                raise WrongKeyError(tr("{layer} has no field with the township", layer=target.layer))
        return target
