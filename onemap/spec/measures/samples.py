"""Rules about samples and the limits of standards."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from onemap.spec.known import Known, must_be_known
from onemap.spec.measures.features import AloneRule
from onemap.spec.measures.names import StandardName
from onemap.spec.rule import Names, Rule
from onemap.text import tr


class JudgedBy(Rule):
    """A rule by which samples are judged by a standard: those of `to`, or where that has none, of `of`."""

    standard: StandardName = Field(description="the standard by which samples are judged")
    items: Names = Field(default=(), description="items of the standard; left out, all that the layer has")

    @field_validator("items")
    @classmethod
    def _items_are_known(cls, items: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        known: Known | None = info.context
        if known and "standard" in info.data:
            samples = next(iter(info.data.get("to", ())), info.data.get("of", ""))
            for item in items:
                must_be_known(item, known.standards[info.data["standard"]].items, tr("item"))
                if samples in known.layers:
                    must_be_known(item, known.layers[samples].fields, tr("field"))
        return items


class ExceedanceRule(AloneRule, JudgedBy):
    """Which level of a standard samples have, and by how many times they exceed its limits."""

    measure: Literal["exceedance"]
    unit = "times"
    worse = "large"
    graded_by = "grade"


class WarningRule(AloneRule, JudgedBy):
    """Which points are not above a limit yet, but near it, or rising.

    The grade is 3 near the limit of the worst level (of soil, the control value), 2 where an item rises, and 1 near
    any limit before it (the screening value).
    """

    measure: Literal["warning"]
    unit = "times"
    worse = "large"
    graded_by = "grade"
    near: float = Field(default=0.8, gt=0, lt=1, description="from this part of a limit on a value is near it")
    rise: float = Field(
        default=0.3, gt=0, description="so much more than the sample before, as a part of it, is a rise: 0.3 is 30 %"
    )
    rise_from: float = Field(
        default=0.3, ge=0, description="a rise counts from this part of the limit on that would be exceeded next"
    )
