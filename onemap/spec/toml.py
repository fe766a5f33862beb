"""TOML files into frozen pydantic models, with every problem told at once."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from onemap.errors import OnemapError, PathError, nearest
from onemap.text import tr

Model = TypeVar("Model", bound=BaseModel)


class Spec(BaseModel):
    """A part of a TOML file: frozen, and closed to keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def read(path: Path, error: type[OnemapError]) -> dict[str, Any]:
    """Return the contents of a TOML file.

    Raises
    ------
    PathError
        There is no such file.
    OnemapError
        (as `error`) The file is not UTF-8 TOML.
    """
    try:
        # Notepad writes a byte-order mark, which TOML does not know.
        return tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        message = tr("no such file: {path}", path=path)
        raise PathError(message, tr("check the path")) from None
    except UnicodeDecodeError as fault:
        message = tr("{path} is not UTF-8 text (byte {position})", path=path.name, position=fault.start)
        raise error(message, tr("save the file with the encoding UTF-8")) from None
    except tomllib.TOMLDecodeError as fault:
        message = tr("{path} is not valid TOML: {fault}", path=path.name, fault=fault)
        raise error(message, tr("text needs quotes, and a Windows path / or single quotes")) from None


def quoted(text: str) -> str:
    """Return a TOML string; those of JSON are, but for one character that TOML does not take as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def parse(model: type[Model], table: dict[str, Any], name: str, error: type[OnemapError], context: Any = None) -> Model:
    """Return `table` as `model`.

    Parameters
    ----------
    name
        What to call the table in messages: the file it came from.
    error
        What to raise.
    context
        What validators of the model are given beside the values.

    Raises
    ------
    OnemapError
        (as `error`) All that is wrong in the table, with the key that was probably meant.
    """
    try:
        return model.model_validate(table, context=context)
    except ValidationError as fault:
        problems = [_problem(model, detail) for detail in fault.errors()]
        message = f"{name}: " + "; ".join(text for text, _ in problems)
        hints = [hint for _, hint in problems if hint]
        raise error(message, "; ".join(hints) or tr("correct these keys in {name}", name=name)) from None


def _problem(model: type[BaseModel], detail: ErrorDetails) -> tuple[str, str]:
    place = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "extra_forbidden":
        known = _keys_at(model, detail["loc"][:-1])
        meant = nearest(str(detail["loc"][-1]), known)
        hint = (
            tr('did you mean "{meant}"?', meant=meant)
            if meant
            else tr("known keys: {keys}", keys=", ".join(sorted(known)))
        )
        return tr('unknown key "{key}"', key=place), hint
    if detail["type"] == "missing":
        return tr('key "{key}" is missing', key=place), ""
    cause = detail.get("ctx", {}).get("error")
    text = str(cause) if cause else detail["msg"]
    return (f"{place}: {text}" if place else text), getattr(cause, "hint", "")


def _keys_at(model: type[BaseModel], location: tuple[int | str, ...]) -> set[str]:
    """Return the keys that the model at `location` inside `model` knows."""
    here: type[BaseModel] = model
    for part in location:
        field = here.model_fields.get(str(part))
        if field is not None:
            inner = _model_in(field.annotation)
            here = inner or here
    return {field.alias or name for name, field in here.model_fields.items()}


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for arg in get_args(annotation) if (found := _model_in(arg))), None)
