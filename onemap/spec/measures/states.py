"""Rules about the state in which something is."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from onemap.spec.known import Known
from onemap.spec.measures.features import AloneRule, of_classes
from onemap.spec.rule import condition_is_known


class StateRule(AloneRule):
    """Each feature by the class that a field of it has: what is still to be done."""

    measure: Literal["state"]
    unit = "count"
    worse = "large"
    graded_by = "grade"
    state: str = Field(description="a class field of `of`")
    grades: dict[str, float] = Field(
        min_length=1, description="for each class that is listed a number, which the limits of the levels are held to"
    )

    @field_validator("state")
    @classmethod
    def _is_a_class_field(cls, name: str, info: ValidationInfo) -> str:
        of_classes(name, info)
        return name

    @field_validator("grades")
    @classmethod
    def _are_of_its_classes(cls, grades: dict[str, float], info: ValidationInfo) -> dict[str, float]:
        known: Known | None = info.context
        if known and info.data.get("of") in known.layers and "state" in info.data:
            condition_is_known(known, info.data["of"], info.data["state"], tuple(grades))
        return grades
