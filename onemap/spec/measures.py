"""What a rule says of each measure: the keys that it has, its unit, and which values are worse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from onemap.errors import SpecError
from onemap.spec import toml
from onemap.spec.known import Known, WrongKeyError, must_be_known
from onemap.spec.rule import Names, Rule
from onemap.spec.toml import Spec
from onemap.text import tr


class PairRule(Rule):
    """A rule about features of one layer and those of others."""

    to: Names = Field(min_length=1)


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


class FeatureRule(Rule):
    """A rule about the features of one layer, each by itself, with what other layers say of it."""

    pairs = False


class AloneRule(FeatureRule):
    """A rule about one layer alone."""

    @field_validator("to", "beside")
    @classmethod
    def _has_no_other(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if names:
            raise WrongKeyError(tr("the measure looks at one layer alone"), tr("take the key out"))
        return names


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


def of_field(name: str, info: ValidationInfo) -> None:
    """Raise if the `of` layer of the rule that is validated has no such field."""
    known: Known | None = info.context
    if known and info.data.get("of") in known.layers:
        must_be_known(name, known.layers[info.data["of"]].fields, tr("field"))


def of_date(name: str, info: ValidationInfo) -> None:
    """Raise if the `of` layer of the rule that is validated has no such date field."""
    of_field(name, info)
    known: Known | None = info.context
    if known and info.data.get("of") in known.layers and known.layers[info.data["of"]].fields[name].type != "date":
        raise WrongKeyError(tr('the field "{field}" is no date', field=name), tr("name a field of the type date"))


RULES: Final[Mapping[str, type[Rule]]] = {
    "distance": DistanceRule,
    "nearest": NearestRule,
    "count": CountRule,
    "ring_area": RingAreaRule,
    "overlap": OverlapRule,
    "due": DueRule,
    "exceedance": ExceedanceRule,
}
"""The kind of rule for each measure, by the name that rules call it."""


class _AnyRule(Rule):
    """What can be told of a rule whose measure is not there."""

    @field_validator("measure")
    @classmethod
    def _is_known(cls, measure: str) -> str:
        must_be_known(measure, RULES, tr("measure"))
        return measure


def make_rule(table: dict[str, Any], known: Known | None = None, name: str = "") -> Rule:
    """Return a table of a rule file, with its id, as the rule that its measure makes of it.

    Parameters
    ----------
    known
        What it may speak of; None looks nothing up.
    name
        What to call the table in messages; left out, its file.

    Raises
    ------
    SpecError
        All that is wrong in it.
    """
    name = name or f"rules/{table.get('id', '')}.toml"
    kind = RULES.get(str(table.get("measure")))
    if kind is None:
        # The keys of a measure say nothing while the measure is not known.
        keys = {key for one in RULES.values() for key in one.model_fields} - set(Rule.model_fields)
        table = {key: value for key, value in table.items() if key not in keys}
    return toml.parse(kind or _AnyRule, table, name, SpecError, known)
