"""Rules about samples and the limits of standards."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from onemap.spec.known import must_be_known
from onemap.spec.measures.features import AloneRule, of_field
from onemap.spec.rule import Names
from onemap.text import tr


class ExceedanceRule(AloneRule):
    """Which level of a standard samples have, and by how many times they exceed its limits."""

    measure: Literal["exceedance"]
    unit = "times"
    worse = "large"
    graded_by = "grade"
    standard: str = Field(description="the standard by which samples are judged")
    items: Names = Field(default=(), description="items of the standard; left out, all that the layer has")

    @field_validator("standard")
    @classmethod
    def _standard_is_known(cls, standard: str, info: ValidationInfo) -> str:
        if info.context:
            must_be_known(standard, info.context.standards, tr("standard"))
        return standard

    @field_validator("items")
    @classmethod
    def _items_are_known(cls, items: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if info.context and "standard" in info.data:
            for item in items:
                must_be_known(item, info.context.standards[info.data["standard"]].items, tr("item"))
                of_field(item, info)
        return items
