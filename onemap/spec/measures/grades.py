"""Rules that grade features by what other lists say of them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from onemap.spec.known import Known, WrongKeyError, must_be_known
from onemap.spec.measures.features import AloneRule
from onemap.spec.rule import Names
from onemap.text import tr


class WorstRule(AloneRule):
    """The level of a feature over several lists: that of the worst, or of their weighted sum."""

    measure: Literal["worst"]
    unit = "count"
    worse = "large"
    graded_by = "grade"
    lists: Names = Field(min_length=2, description="the rules whose lists are its pathways, all of the layer `of`")
    weights: dict[str, float] = Field(
        default={},
        description="of each list; left out, the worst list decides alone. With them levels are of the mean",
    )
    unknown_above: float = Field(
        default=0.3, ge=0, le=1, description="the share of pathways that are not known above which nothing is graded"
    )

    @property
    def lists_used(self) -> tuple[str, ...]:
        """The rules whose lists are its pathways."""
        return self.lists

    @field_validator("lists")
    @classmethod
    def _lists_are_of_the_layer(cls, lists: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        known: Known | None = info.context
        if known is None:
            return lists
        if len({*lists}) < len(lists):
            raise WrongKeyError(tr("a list stands there twice"), tr("name each list once"))
        for name in lists:
            must_be_known(name, known.rules, tr("list about single features"))
            if known.rules[name] != info.data.get("of", known.rules[name]):
                message = tr('the list "{rule}" is of {other}, not of {layer}', rule=name, other=known.rules[name],
                             layer=info.data["of"])  # fmt: skip
                raise WrongKeyError(message, tr("name lists of the same layer"))
        return lists

    @field_validator("weights")
    @classmethod
    def _each_list_has_a_weight(cls, weights: dict[str, float], info: ValidationInfo) -> dict[str, float]:
        if weights and "lists" in info.data and set(weights) != set(info.data["lists"]):
            raise WrongKeyError(tr("weights are of all lists, and of no others"), ", ".join(info.data["lists"]))
        if any(weight <= 0 for weight in weights.values()):
            raise WrongKeyError(tr("a weight is more than 0"))
        return weights
