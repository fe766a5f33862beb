"""The tables of a standard: items, lines of limits, and how well they are known."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal, NamedTuple, Self, get_args

from pydantic import BeforeValidator, Field, field_validator, model_validator

from onemap.spec.layer import as_tuple
from onemap.spec.toml import Spec
from onemap.text import fold, pick, tr

Confidence = Literal["A", "B", "B+M", "M-high", "M-med", "M-low"]
"""How well a value is known: A from several sources that agree, B from one, M from common knowledge."""


class Cell(NamedTuple):
    """A limit: what lies from `low` to `high` keeps it, and what is known of it."""

    low: float
    high: float
    table: str
    confidence: Confidence
    doubt: str
    doubt_en: str

    @property
    def what_to_check(self) -> str:
        """The doubt in the language spoken now; "" where there is none."""
        return pick(self.doubt, self.doubt_en)


class Titled(Spec):
    """Something with a name in two languages, and other words for it."""

    title: str
    title_en: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The title in the language spoken now."""
        return pick(self.title, self.title_en)

    def words(self, own_id: str) -> set[str]:
        """Return every text, folded, that means it."""
        return {fold(word) for word in (own_id, self.title, self.title_en, *self.aliases) if word}


class Item(Titled):
    """What is analysed; its id is the field of the layers that holds the value."""

    symbol: str = ""
    unit: str = Field(default="", description="where it is not that of the standard")

    def words(self, own_id: str) -> set[str]:
        """Return every text, folded, that means it."""
        return super().words(own_id) | ({fold(self.symbol)} if self.symbol else set())


class StandardClass(Titled):
    """A land use or crop for which there are limits of its own."""

    strictest_of: tuple[str, ...] = Field(default=(), description="classes of whose limits the strictest holds")


class Limit(Spec):
    """A line of a table: the limits of an item, in the order of the table's columns."""

    item: str
    of_class: Annotated[tuple[str, ...], BeforeValidator(as_tuple)] = Field(default=(), alias="class")
    at: Annotated[tuple[float, ...], BeforeValidator(as_tuple)] = Field(
        default=(), description="not more than; 0 where none may be found"
    )
    between: tuple[tuple[float, float], ...] = Field(default=(), description="from, to; both are inside")
    source: str = Field(default="", description="where it is not that of the table")
    confidence: Confidence | None = Field(default=None, description="where it is not that of the table")
    doubt: str = Field(default="", description="what must be looked up before the value is relied upon")
    doubt_en: str = ""

    @property
    def ranges(self) -> tuple[tuple[float, float], ...]:
        """The lowest and highest value that keeps the limit, in each column."""
        return self.between or tuple((-math.inf, high) for high in self.at)

    @field_validator("confidence", mode="before")
    @classmethod
    def _is_known(cls, value: Any) -> Any:
        return known_confidence(value)

    @model_validator(mode="after")
    def _numbers_fit(self) -> Self:
        if bool(self.at) == bool(self.between):
            message = tr("a limit has either at or between")
            raise ValueError(message)
        if not all(math.isfinite(low) and low < high for low, high in self.between) or not all(
            math.isfinite(value) and value >= 0 for value in self.at
        ):
            message = tr("{item}: limits are numbers from 0 up, and between goes from the lower to the higher",
                         item=self.item)  # fmt: skip
            raise ValueError(message)
        return self


class LimitTable(Spec):
    """A printed table, whence its numbers come, and who has compared them with the print."""

    title: str
    title_en: str = ""
    printed: str = Field(default="", description="what the table is called in the printed standard")
    above: int | tuple[int, ...] = Field(
        description="the level of a value above the limit; or one for each column, where columns are levels"
    )
    source: str = Field(min_length=1)
    confidence: Confidence
    checked_by: str = Field(description='who has compared it with the print, and when; "" until somebody has')
    limits: tuple[Limit, ...] = Field(min_length=1)

    @property
    def levels(self) -> tuple[int, ...]:
        """The levels that its limits set."""
        return self.above if isinstance(self.above, tuple) else (self.above,)

    @field_validator("confidence", mode="before")
    @classmethod
    def _is_known(cls, value: Any) -> Any:
        return known_confidence(value)


def known_confidence(value: Any) -> Any:
    """Return a confidence, or raise ValueError; what is not known at all has no limit to be known of."""
    if value not in (*get_args(Confidence), None):
        known = ", ".join(get_args(Confidence))
        message = tr("{value!r} is no confidence: {known}; what was not found is left out", value=value, known=known)
        raise ValueError(message)
    return value
