"""Names in rules that stand for something else: fields of the layer `of`, standards, tables of codes.

Each is looked up while the rule is validated, if the context of the validation is a `Known`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo

from onemap.spec.known import Known, WrongKeyError, must_be_known
from onemap.spec.layer import FieldType
from onemap.text import tr


def of_field(name: str, info: ValidationInfo) -> str:
    """Return the name of a field of the `of` layer of the rule that is validated.

    Raises
    ------
    WrongKeyError
        It has no such field.
    """
    return field_in(info.data.get("of", ""), name, info)


def field_in(layer: str, name: str, info: ValidationInfo, *types: FieldType) -> str:
    """Return the name of a field of a layer.

    Raises
    ------
    WrongKeyError
        The layer has no such field, or one of another type.
    """
    known: Known | None = info.context
    # Of layers that are wrong themselves nobody can tell.
    if known is None or layer not in known.layers:
        return name
    fields = known.layers[layer].fields
    must_be_known(name, fields, tr("field"))
    if types and fields[name].type not in types:
        told = {
            "date": (tr('the field "{field}" is no date', field=name), tr("name a field of the type date")),
            "number": (tr('the field "{field}" is no number', field=name), tr("name a field with numbers")),
            "text": (tr('the field "{field}" is no text', field=name), tr("name a field of the type text")),
            "class": (tr('the field "{field}" has no classes', field=name), tr("name a field of the type class")),
        }
        raise WrongKeyError(*told[types[0]])
    return name


def _of(*types: FieldType) -> Callable[[str, ValidationInfo], str]:
    def check(name: str, info: ValidationInfo) -> str:
        return field_in(info.data.get("of", ""), name, info, *types)

    return check


def _standard(name: str, info: ValidationInfo) -> str:
    if info.context:
        must_be_known(name, info.context.standards, tr("standard"))
    return name


def _codes(name: str, info: ValidationInfo) -> str:
    if info.context:
        must_be_known(name, info.context.codes, tr("table of codes"))
    return name


OfField = Annotated[str, AfterValidator(of_field)]
"""A field of the layer `of`."""
OfText = Annotated[str, AfterValidator(_of("text"))]
OfDate = Annotated[str, AfterValidator(_of("date"))]
OfNumber = Annotated[str, AfterValidator(_of("number", "integer"))]
OfClass = Annotated[str, AfterValidator(_of("class"))]
StandardName = Annotated[str, AfterValidator(_standard)]
CodesName = Annotated[str, AfterValidator(_codes)]
