"""What a table of codes is: codes in groups, as in `layers/codes/<id>.toml`."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Self

from pydantic import Field, model_validator

from onemap.spec.layer import IDENTIFIER
from onemap.spec.limit_table import Confidence, Titled
from onemap.spec.toml import Spec
from onemap.text import fold, pick, tr


class Code(Titled):
    """A code, with the group that it belongs to and how well that is known."""

    group: str
    former: tuple[str, ...] = Field(default=(), description="codes by which an earlier edition calls it")
    confidence: Confidence | None = Field(default=None, description="where it is not that of the table")
    doubt: str = Field(default="", description="what is to be checked before anybody relies on it")
    doubt_en: str = ""

    @property
    def what_to_check(self) -> str:
        """The doubt in the language spoken now; "" where there is none."""
        return pick(self.doubt, self.doubt_en)

    def words(self, own_id: str) -> set[str]:
        """Return every text, folded, that means it."""
        return super().words(own_id) | {fold(code) for code in self.former}


class CodeTable(Spec):
    """Codes of a standard, each in one of our groups. A code stands for all below it: 07 for 0701."""

    id: str
    title: str
    title_en: str = ""
    number: str = Field(description="as it is cited: GB/T 4754-2017")
    source: str
    confidence: Confidence
    checked_by: str
    groups: dict[str, Titled] = Field(min_length=1, description="in an order that rules may go by")
    codes: dict[str, Code] = Field(min_length=1)
    complete: tuple[str, ...] = Field(
        default=(), description="beginnings of codes: of all that begin so, what is not in the table is no code"
    )

    @property
    def name(self) -> str:
        """The title in the language spoken now."""
        return pick(self.title, self.title_en)

    def find(self, text: str) -> str | None:
        """Return the code that a text means: the code itself, the longest above it, or the one of that name.

        Parameters
        ----------
        text
            A code, a name, or both, as in "0701 城镇住宅用地".
        """
        words = _words(text)
        for word in words:
            if word in self._codes:
                return self._codes[word]
        for word in words:
            if above := self._above(word):
                return max(above, key=len)
        return None

    def groups_in(self, text: str) -> set[str]:
        """Return the groups that a text names, by its code and by its words: more than one where they do not agree.

        Parameters
        ----------
        text
            A code, a name or both; a name may be that of a group.
        """
        whole, *parts = _words(text)
        if group := self._group_named(whole):
            return {group}
        return {self._group_named(word) for word in parts} - {""}

    def _group_named(self, word: str) -> str:
        if code := self._codes.get(word) or max(self._above(word), key=len, default=""):
            return self.group_of(code)
        return next((own_id for own_id, group in self.groups.items() if word in group.words(own_id)), "")

    def group_of(self, code: str) -> str:
        """Return the group of a code of the table."""
        return self.codes[code].group

    def is_former(self, text: str) -> bool:
        """Tell whether a text is a code of an earlier edition."""
        return any(fold(text) in map(fold, one.former) for one in self.codes.values())

    def is_none(self, code: str) -> bool:
        """Tell whether the standard has no such code, for sure."""
        return self.find(code) is None and code.startswith(self.complete)

    def is_part(self, code: str) -> bool:
        """Tell whether a code is only the beginning of some of the table."""
        return any(own != code and own.startswith(code) for own in self.codes)

    @cached_property
    def _codes(self) -> dict[str, str]:
        return {word: code for code, one in self.codes.items() for word in one.words(code)}

    def _above(self, word: str) -> list[str]:
        return [code for code in self.codes if word.isdigit() and word.startswith(code)]

    @model_validator(mode="after")
    def _all_fits(self) -> Self:
        problems, seen = [], dict[str, str]()
        for own_id in self.groups:
            if not IDENTIFIER.fullmatch(own_id):
                problems.append(tr("{name!r} is not an id: a-z, 0-9 and _, and not one of ours", name=own_id))
        for code, one in self.codes.items():
            if one.group not in self.groups:
                problems.append(tr("codes.{code}: there is no group {name!r}", code=code, name=one.group))
            for word in sorted(one.words(code)):
                if word in seen:
                    problems.append(tr("{word!r} means both {one} and {other}", word=word, one=seen[word], other=code))
                seen[word] = code
        if problems:
            raise ValueError("; ".join(problems))
        return self


def _words(text: str) -> list[str]:
    """Return a text as it is compared, and the codes and names in it."""
    # A fold leaves no spaces: "0701城镇住宅用地".
    return [fold(text), *(part for part in re.split(r"(\d+)|[()]", fold(text)) if part)]
