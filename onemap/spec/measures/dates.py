"""Rules about when something is due."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from onemap.spec.known import Known, WrongKeyError, must_be_known
from onemap.spec.measures.features import AloneRule, FeatureRule
from onemap.spec.measures.names import OfClass, OfDate, field_in
from onemap.spec.rule import Wanted, condition_is_known
from onemap.spec.toml import Spec
from onemap.text import fold, tr


class Due(Spec):
    """When something is due: on a day that a field says, so many months after one, or once in every year."""

    on: str | None = Field(default=None, description="the date field that says when it is due")
    since: str | None = Field(default=None, description="the date field that says when it was last done")
    months: int | None = Field(default=None, gt=0, description="so long after `since` it is due again")
    each_year: str | None = Field(
        default=None, description="the date field that says when it was last done; due again by the end of next year"
    )

    unplanned: Wanted = Field(
        default={}, description="values of those that are in no plan yet: without a date nothing is due of them"
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
        field_in(info.data.get("of", ""), due.field, info, "date")
        known: Known | None = info.context
        for field, words in due.unplanned.items():
            if known and info.data.get("of") in known.layers:
                condition_is_known(known, info.data["of"], field, words)
        return due


class FrequencyRule(FeatureRule):
    """By how many days something is overdue that is to be done so often as the class of a feature asks.

    It is to be done more often where a feature of a `beside` layer lies within reach.
    """

    measure: Literal["frequency"]
    unit = "days"
    worse = "large"
    since: OfDate = Field(description="the date field that says when it was last done")
    by: OfClass = Field(description="the class field that says how often it is to be done")
    months: dict[str, int] = Field(min_length=1, description="for each class after how many months it is due again")
    reach: float = Field(gt=0, allow_inf_nan=False, description="metres, within which what lies beside asks for more")
    months_near: dict[str, int] = Field(description="for each class the months where something lies within reach")

    @property
    def radii(self) -> tuple[float, ...]:
        """How far around a feature it looks, metres."""
        return (self.reach,)

    @field_validator("to")
    @classmethod
    def _others_are_beside(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if names:
            message = tr("what lies near only asks for more, and may be missing")
            raise WrongKeyError(message, tr("write beside = … in place of to = …"))
        return names

    @field_validator("months", "months_near")
    @classmethod
    def _every_class_has_months(cls, months: dict[str, int], info: ValidationInfo) -> dict[str, int]:
        """Return the months by the ids of classes, in whatever words they are written."""
        if any(count <= 0 for count in months.values()):
            raise WrongKeyError(tr("months are counted from 1"))
        known: Known | None = info.context
        if not known or info.data.get("of") not in known.layers or "by" not in info.data:
            return months
        field = known.layers[info.data["of"]].fields[info.data["by"]]
        for word in months:
            must_be_known(fold(word), field.class_of, tr("class"))
        found = {field.class_of[fold(word)]: count for word, count in months.items()}
        if missing := [one.label for own_id, one in field.classes.items() if own_id not in found]:
            raise WrongKeyError(tr("of {classes} nothing says how often", classes=", ".join(missing)))
        return found
