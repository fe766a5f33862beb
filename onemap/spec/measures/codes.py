"""Rules about codes of features, held against a table of codes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from onemap.spec.known import Known, must_be_known
from onemap.spec.measures.features import AloneRule
from onemap.spec.measures.names import CodesName, OfField
from onemap.text import tr


class CodeGroupRule(AloneRule):
    """In which group of a table of codes the code of each feature is, and which grade the project gives that group.

    What is in a group without a grade is not listed.
    """

    measure: Literal["code_group"]
    unit = "count"
    worse = "large"
    graded_by = "grade"
    field: OfField = Field(description="the field with the code")
    codes: CodesName = Field(description="the table of codes")
    grades: dict[str, float] = Field(default={}, description="groups of the table, and their grades")
    outside: float = Field(default=0.0, description="the grade of a code that the table has not")
    former: float = Field(default=0.0, description="the least grade of a code of an earlier edition")

    @field_validator("grades")
    @classmethod
    def _groups_are_known(cls, grades: dict[str, float], info: ValidationInfo) -> dict[str, float]:
        known: Known | None = info.context
        if known and "codes" in info.data:
            for group in grades:
                must_be_known(group, known.codes[info.data["codes"]].groups, tr("group"))
        return grades
