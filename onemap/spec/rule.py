"""What every rule has, whatever it measures, as in `layers/rules/<id>.toml`; `measures.py` has what each adds."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from string import Formatter
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from onemap.spec.known import Known, WrongKeyError, must_be_known
from onemap.spec.layer import as_tuple
from onemap.spec.toml import Spec
from onemap.text import fold, pick, tr

Level = Literal["high", "medium", "low", "unknown"]
LEVELS: Final[tuple[Level, ...]] = ("high", "medium", "low", "unknown")
GRADES: Final = LEVELS[:3]

Worse = Literal["small", "large"]
Unit = Literal["m", "mu", "count", "days", "times", "share", "classes"]

TEXTS: Final = (
    "of_label",
    "of_key",
    "of_title",
    "to_label",
    "to_key",
    "to_title",
    "to_layer",
    "unit",
    "when",
    "at_most",
)
NUMBERS: Final = ("value", "ring", "reach")
"""What a reason may speak of."""


def wanted_by_field(value: Any) -> Any:
    """Let a condition take one value or a list."""
    return {field: as_tuple(wanted) for field, wanted in value.items()} if isinstance(value, dict) else value


def _as_conditions(value: Any) -> Any:
    """Let the conditions of layers take one value or a list."""
    return {layer: wanted_by_field(fields) for layer, fields in value.items()} if isinstance(value, dict) else value


Names = Annotated[tuple[str, ...], BeforeValidator(as_tuple)]
Conditions = Annotated[dict[str, dict[str, tuple[str, ...]]], BeforeValidator(_as_conditions)]
Wanted = Annotated[dict[str, tuple[str, ...]], BeforeValidator(wanted_by_field)]


class Rule(Spec):
    """What is measured between layers, or of one, and how it is graded.

    What a rule speaks of is looked up where the context of the validation is a `Known`; every fault is told.
    """

    unit: ClassVar[Unit]
    """Of the value that is listed."""
    worse: ClassVar[Worse]
    """Which values are worse."""
    graded_by: ClassVar[Literal["value", "ring", "grade"]] = "value"
    """What is compared with the limits: the value, the outer edge of its ring (the smaller the worse), or a grade of
    its own that goes by more than one value."""
    pairs: ClassVar[bool] = True
    """Whether it measures features of `of` with those of each `to` layer; or else looks at each feature of `of` by
    itself, with what the other layers say of it."""

    id: str
    title: str
    title_en: str = ""
    basis: str
    basis_en: str = ""
    measure: str
    of: str
    to: Names = ()
    """The layers on the other side; none where a measure looks at the features of one layer alone."""
    beside: Names = Field(default=(), description="layers that help where they are there, and may be missing")
    where: Conditions = {}
    levels: dict[Literal["high", "medium", "low"], float] = Field(min_length=1)
    group: str = Field(default="", description="the lists that it stands among")
    group_en: str = ""
    order: int = Field(default=50, description="place among the lists; lower comes first")
    reason: str
    reason_en: str = ""

    @property
    def name(self) -> str:
        """The title in the language spoken now."""
        return pick(self.title, self.title_en)

    @property
    def group_name(self) -> str:
        """The group's title in the language spoken now."""
        return pick(self.group, self.group_en)

    @property
    def asked(self) -> tuple[str, ...]:
        """The keys for which nobody has laid down a value, which the project has to give."""
        return ()

    @property
    def layers(self) -> tuple[str, ...]:
        """Every layer that the rule looks at."""
        return (self.of, *self.to, *self.beside)

    @property
    def lists_used(self) -> tuple[str, ...]:
        """The other rules whose lists it goes by."""
        return ()

    @property
    def radii(self) -> tuple[float, ...]:
        """How far around a feature it looks, metres, rising; none where that is not by distance."""
        return ()

    @classmethod
    def limits_worse(cls) -> Worse:
        """Return which of the numbers that are compared with the limits are worse."""
        return "small" if cls.graded_by == "ring" else cls.worse

    @property
    def limits(self) -> Worse:
        """Which of the numbers that are compared with the limits are worse."""
        return self.limits_worse()

    @field_validator("basis", "reason")
    @classmethod
    def _says_something(cls, text: str) -> str:
        if not text.strip():
            raise WrongKeyError(tr("it says nothing"), tr("a leader asks for it: write the clause, or why"))
        return text

    @field_validator("of", "to", "beside")
    @classmethod
    def _layers_are_known(cls, names: str | tuple[str, ...], info: ValidationInfo) -> str | tuple[str, ...]:
        known: Known | None = info.context
        if known is None:
            return names
        for name in as_tuple(names):
            must_be_known(name, known.layers, tr("layer"))
            if known.layers[name].is_raster:
                hint = tr('give a field of another layer the key sample = "{layer}", and use that field', layer=name)
                raise WrongKeyError(tr('"{layer}" is a raster, which no rule measures', layer=name), hint)
        return names

    @field_validator("where")
    @classmethod
    def _conditions_are_known(cls, where: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        own = [name for key in ("of", "to", "beside") for name in as_tuple(info.data.get(key, ()))]
        stray = sorted(set(where) - set(own))
        # Of layers that are wrong themselves nobody can tell.
        if stray and {"of", "to", "beside"} <= set(info.data):
            message = tr("where speaks of layers that the rule has not: {layers}", layers=", ".join(stray))
            raise WrongKeyError(message, ", ".join(own))
        known: Known | None = info.context
        if known is not None:
            for layer in where.keys() & known.layers.keys():
                for field, wanted in where[layer].items():
                    condition_is_known(known, layer, field, wanted)
        return where

    @field_validator("levels")
    @classmethod
    def _levels_fall(cls, levels: dict[str, float], info: ValidationInfo) -> dict[str, float]:
        order = [level for level in GRADES if level in levels]
        if list(levels) != order:
            raise WrongKeyError(tr("levels are written worst first: {order}", order=", ".join(order)))
        # Of a measure that is not there nobody can tell which values are worse.
        worse = cls.limits_worse() if "measure" in info.data else None
        for (better_id, better), (worse_id, limit) in pairwise(reversed(levels.items())):
            if better == limit:
                message = tr("the bands of {one} and {other} overlap: both begin at {limit:g}", one=worse_id,
                             other=better_id, limit=limit)  # fmt: skip
                raise WrongKeyError(message, tr("give each level a limit of its own"))
            if worse and (better < limit) == (worse == "small"):
                raise WrongKeyError(
                    tr("the limits run from good to bad: {one} takes in all of {other}", one=better_id, other=worse_id),
                    tr("write the worst level first, with the limit that is hardest to reach"),
                )
        return levels

    @field_validator("reason", "reason_en")
    @classmethod
    def _reason_can_be_filled_in(cls, template: str) -> str:
        try:
            names = [name for _, name, _, _ in Formatter().parse(template) if name is not None]
            stray = next((name for name in names if name not in TEXTS + NUMBERS), None)
            if stray is None:
                template.format(**dict.fromkeys(TEXTS, ""), **dict.fromkeys(NUMBERS, 1.0))
        except (ValueError, KeyError, IndexError) as fault:
            raise WrongKeyError(tr('"{reason}" is no template', reason=template), str(fault)) from None
        if stray is not None:
            must_be_known(stray, dict.fromkeys(TEXTS + NUMBERS), tr("placeholder"))
        return template


def condition_is_known(known: Known, layer: str, field: str, wanted: tuple[str, ...]) -> None:
    """Raise if a condition names a field that the layer has not, or a class that the field has not."""
    must_be_known(field, known.layers[layer].fields, tr("field"))
    words: Mapping[str, str] = known.layers[layer].fields[field].class_of
    for word in wanted if words else ():
        must_be_known(fold(word), words, tr("class"))
