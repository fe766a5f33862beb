"""What rules about the features of one layer have in common: each feature is looked at by itself."""

from __future__ import annotations

from pydantic import ValidationInfo, field_validator

from onemap.spec.known import Known, WrongKeyError, must_be_known
from onemap.spec.rule import Rule
from onemap.text import tr


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


def of_field(name: str, info: ValidationInfo) -> None:
    """Raise if the `of` layer of the rule that is validated has no such field."""
    known: Known | None = info.context
    if known and info.data.get("of") in known.layers:
        must_be_known(name, known.layers[info.data["of"]].fields, tr("field"))


def of_type(name: str, types: tuple[str, ...], info: ValidationInfo) -> None:
    """Raise if the `of` layer of the rule that is validated has no such field, or one of no such type."""
    of_field(name, info)
    known: Known | None = info.context
    if known and info.data.get("of") in known.layers:
        field = known.layers[info.data["of"]].fields[name]
        if field.type not in types:
            message = tr('the field "{field}" is of the type {type}', field=name, type=field.type)
            raise WrongKeyError(message, tr("name a field of the type {types}", types=tr(" or ").join(types)))


def of_classes(name: str, info: ValidationInfo) -> None:
    """Raise if the `of` layer of the rule that is validated has no such field, or one without classes."""
    of_field(name, info)
    known: Known | None = info.context
    if known and info.data.get("of") in known.layers and not known.layers[info.data["of"]].fields[name].classes:
        message = tr('the field "{field}" has no classes', field=name)
        raise WrongKeyError(message, tr("name a field of the type class"))


def of_date(name: str, info: ValidationInfo) -> None:
    """Raise if the `of` layer of the rule that is validated has no such date field."""
    if "of" in info.data:
        date_of(info.data["of"], name, info)


def date_of(layer: str, name: str, info: ValidationInfo) -> None:
    """Raise if a layer has no such date field."""
    known: Known | None = info.context
    if not known or layer not in known.layers:
        return
    fields = known.layers[layer].fields
    must_be_known(name, fields, tr("field"))
    if fields[name].type != "date":
        raise WrongKeyError(tr('the field "{field}" is no date', field=name), tr("name a field of the type date"))
