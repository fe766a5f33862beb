"""What a rule is: what is measured between layers and how it is graded, as in `layers/rules/<id>.toml`."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from onemap.spec.layer import as_tuple
from onemap.spec.toml import Spec
from onemap.text import pick, tr

Level = Literal["high", "medium", "low", "unknown"]
LEVELS: Final[tuple[Level, ...]] = ("high", "medium", "low", "unknown")
GRADES: Final = LEVELS[:3]


def _as_conditions(value: Any) -> Any:
    """Let a condition take one value or a list."""
    if not isinstance(value, dict):
        return value
    return {
        layer: {field: as_tuple(wanted) for field, wanted in fields.items()} if isinstance(fields, dict) else fields
        for layer, fields in value.items()
    }


class Due(Spec):
    """When something is due: on a day that a field says, or so many months after one."""

    on: str | None = Field(default=None, description="the date field that says when it is due")
    since: str | None = Field(default=None, description="the date field that says when it was last done")
    months: int | None = Field(default=None, gt=0, description="so long after `since` it is due again")

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if (self.on is None) == (self.since is None) or (self.since is None) != (self.months is None):
            message = tr("due is either on a date field, or months after one: on = …, or since = … and months = …")
            raise ValueError(message)
        return self

    @property
    def field(self) -> str:
        """The date field that it goes by."""
        return self.on or self.since or ""


class Rule(Spec):
    """What is measured from one layer to others, and how it is graded."""

    id: str
    title: str
    title_en: str = ""
    basis: str
    basis_en: str = ""
    measure: str
    of: str
    to: Annotated[tuple[str, ...], BeforeValidator(as_tuple)] = ()
    """The layers on the other side; none where a measure looks at the features of one layer alone."""
    where: Annotated[dict[str, dict[str, tuple[str, ...]]], BeforeValidator(_as_conditions)] = {}
    reach: float | None = Field(default=None, gt=0, description="metres")
    rings: tuple[float, ...] = Field(default=(), description="outer edges of the rings, metres, rising")
    minimum: float = Field(default=0.0, ge=0, description="square metres; an overlap up to this is no overlap")
    by: Literal["feature", "class"] = Field(
        default="feature", description="whether an overlap lists what is under each feature, or what each class covers"
    )
    due: Due | None = None
    standard: str | None = Field(default=None, description="the standard by which samples are judged")
    items: tuple[str, ...] = Field(default=(), description="items of the standard; left out, all that the layer has")
    levels: dict[Literal["high", "medium", "low"], float] = Field(min_length=1)
    order: int = Field(default=50, description="place among the lists; lower comes first")
    reason: str
    reason_en: str = ""

    @property
    def name(self) -> str:
        """The title in the language spoken now."""
        return pick(self.title, self.title_en)

    @property
    def layers(self) -> tuple[str, ...]:
        """Every layer that the rule needs."""
        return (self.of, *self.to)

    @model_validator(mode="after")
    def _numbers_fit(self) -> Self:
        order = [level for level in GRADES if level in self.levels]
        if list(self.levels) != order:
            message = tr("levels are written worst first: {order}", order=", ".join(order))
            raise ValueError(message)
        limits = list(self.levels.values())
        if limits not in (sorted(limits), sorted(limits, reverse=True)):
            message = tr("the limits of the levels neither rise nor fall")
            raise ValueError(message)
        if list(self.rings) != sorted(set(self.rings)) or any(edge <= 0 for edge in self.rings):
            message = tr("rings are outer edges in metres, rising")
            raise ValueError(message)
        if self.by == "class" and (self.measure != "overlap" or self.of in self.to):
            message = tr('by = "class" is for the measure overlap, between two layers')
            raise ValueError(message)
        stray = sorted(set(self.where) - set(self.layers))
        if stray:
            message = tr("where speaks of layers that the rule has not: {layers}", layers=", ".join(stray))
            raise ValueError(message)
        return self
