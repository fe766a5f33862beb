"""Rules about land that is put to another use: when a survey is due before it, and which plots are to be inspected."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from onemap.spec.known import Known, WrongKeyError, must_be_known
from onemap.spec.layer import as_tuple
from onemap.spec.measures.features import AloneRule
from onemap.spec.measures.names import CodesName, OfClass, OfDate, OfText, of_field
from onemap.spec.rule import Names
from onemap.spec.toml import Spec
from onemap.text import fold, tr


class UseRule(AloneRule):
    """A rule that reads uses of land by a table of codes.

    Which table a bureau goes by is not guessed: without one only names are read that mean the same in every table.
    """

    codes: CodesName | None = Field(default=None, description="the table of codes by which uses of land are read")
    former: OfText = Field(default="former_use", validate_default=True, description="the field of the use up to now")
    planned: OfText = Field(default="planned_use", validate_default=True, description="the field of the planned use")


class TransitionRule(UseRule):
    """By how many days the first of some dates has passed on which land is put to another use."""

    measure: Literal["transition"]
    unit = "days"
    worse = "large"
    into: Names = Field(min_length=1, description="groups of the table of codes: the uses that it is about")
    dates: Annotated[tuple[OfDate, ...], BeforeValidator(as_tuple)] = Field(
        min_length=1, description="date fields; the first that has come decides"
    )
    state: OfClass | None = Field(default=None, description="a class field that lines tell as well")

    @field_validator("into")
    @classmethod
    def _groups_are_known(cls, groups: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        _groups_are_known(groups, info)
        return groups


class Change(Spec):
    """That land goes from uses of some groups to uses of others."""

    grade: int = Field(ge=1)
    out_of: Names = Field(min_length=1, description="groups of the use up to now")
    into: Names = Field(min_length=1, description="groups of the planned use")


class Said(Spec):
    """That a class field says one of some words."""

    grade: int = Field(ge=1)
    field: str
    words: Names = Field(min_length=1)


class Unclear(Said):
    """That a class field says so, or the planned use is of a group that says so."""

    uses: Names = Field(default=(), description="groups of planned uses that leave open what comes")


class InspectionRule(UseRule):
    """How many reasons there are to inspect a plot; the gravest decides."""

    measure: Literal["inspection"]
    unit = "count"
    worse = "large"
    graded_by = "grade"
    change: Change
    concern: Said
    unclear: Unclear

    @field_validator("change")
    @classmethod
    def _change_is_known(cls, change: Change, info: ValidationInfo) -> Change:
        _groups_are_known((*change.out_of, *change.into), info)
        return change

    @field_validator("concern", "unclear")
    @classmethod
    def _words_are_known(cls, said: Said, info: ValidationInfo) -> Said:
        of_field(said.field, info)
        known: Known | None = info.context
        if known and info.data.get("of") in known.layers:
            classes = known.layers[info.data["of"]].fields[said.field].class_of
            for word in said.words:
                must_be_known(fold(word), classes, tr("class"))
        if isinstance(said, Unclear):
            _groups_are_known(said.uses, info)
        return said


def _groups_are_known(groups: tuple[str, ...], info: ValidationInfo) -> None:
    """Raise if the table of codes of the rule, or where it names none every table, lacks a group."""
    known: Known | None = info.context
    if not known or not known.codes:
        return
    chosen = info.data.get("codes")
    tables = [known.codes[chosen]] if chosen else list(known.codes.values())
    if "codes" in info.data and not any(set(groups) <= set(table.groups) for table in tables):
        stray = next((name for name in groups if not any(name in table.groups for table in tables)), ", ".join(groups))
        names = dict.fromkeys(name for table in tables for name in table.groups)
        must_be_known(stray, names, tr("group of uses"))
        raise WrongKeyError(tr("no table of codes has all the groups {groups}", groups=", ".join(groups)))
