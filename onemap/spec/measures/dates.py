"""Rules about when something is due."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from onemap.spec.known import WrongKeyError
from onemap.spec.measures.features import AloneRule, of_date
from onemap.spec.toml import Spec
from onemap.text import tr


class Due(Spec):
    """When something is due: on a day that a field says, so many months after one, or once in every year."""

    on: str | None = Field(default=None, description="the date field that says when it is due")
    since: str | None = Field(default=None, description="the date field that says when it was last done")
    months: int | None = Field(default=None, gt=0, description="so long after `since` it is due again")
    each_year: str | None = Field(
        default=None, description="the date field that says when it was last done; due again by the end of next year"
    )

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if sum(name is not None for name in (self.on, self.since, self.each_year)) != 1:
            raise WrongKeyError(tr("due goes by one date field: on = …, since = … with months = …, or each_year = …"))
        if self.months is not None and self.since is None:
            raise WrongKeyError(tr("months are counted since a date field: since = …"))
        return self

    @property
    def field(self) -> str:
        """The date field that it goes by."""
        return self.on or self.since or self.each_year or ""


class DueRule(AloneRule):
    """By how many days something is overdue."""

    measure: Literal["due"]
    unit = "days"
    worse = "large"
    due: Due

    @property
    def asked(self) -> tuple[str, ...]:
        """How often it is due, where nobody has laid that down."""
        return ("due.months",) if self.due.since and self.due.months is None else ()

    @field_validator("due")
    @classmethod
    def _goes_by_a_date(cls, due: Due, info: ValidationInfo) -> Due:
        of_date(due.field, info)
        return due
