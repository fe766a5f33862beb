"""Uses of land as they are written, in groups of a table of codes; what cannot be told says why."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import pandas as pd

from onemap.spec.code_table import CodeTable
from onemap.spec.measures.land import UseRule
from onemap.text import fold, tr

_MIXED: Final = re.compile(r"[、，,;；/+]")
"""What stands between the uses of a mixed plot."""


class Use(NamedTuple):
    """A use of land: the groups that it surely has, and why others may be missing."""

    text: str
    groups: frozenset[str]
    unknown: str = ""
    """Why not all of it is known; "" where it is."""

    def has(self, groups: Collection[str]) -> bool | None:
        """Tell whether it is of one of some groups; None where that is not known."""
        if self.groups & set(groups):
            return True
        return None if self.unknown else False


@dataclass(frozen=True)
class UseReader:
    """Reads uses of land by a table, or by all that there are as far as they agree."""

    rule: UseRule
    tables: Sequence[CodeTable]
    """Those that the rule's groups are groups of."""
    chosen: CodeTable | None

    def read(self, value: Any, field: str) -> Use:
        """Return a use of land.

        Parameters
        ----------
        field
            What the field is called in which it stands.
        """
        if pd.isna(value):
            return Use("", frozenset(), tr("{field} is not filled in", field=field))
        text = str(value).strip()
        several = [self._group(text, field)]
        parts = [part for part in _MIXED.split(text) if part.strip()]
        if isinstance(several[0], str) and len(parts) > 1:
            several = [self._group(part, field) for part in parts]
        groups = frozenset(name for one in several if not isinstance(one, str) for name in one)
        why = next((one for one in several if isinstance(one, str)), "")
        return Use(self._with_doubt(text, groups), groups, why)

    def _group(self, text: str, field: str) -> frozenset[str] | str:
        """Return the group of one use, or why it is not known."""
        says = {"field": field, "use": text}
        if self.chosen is not None:
            groups = self.chosen.groups_in(text)
            if len(groups) > 1:
                return tr('{field} "{use}": by {table} its code and its name are not one use', table=self.chosen.name,
                          **says)  # fmt: skip
            if groups:
                return frozenset(groups)
            return tr('{field} "{use}" is not in {table}', table=self.chosen.name, **says)
        if group := self._agreed(text):
            return frozenset([group])
        return tr(
            '{field} "{use}": which table of codes it goes by is not told; write codes = {tables} below '
            "[rules.{rule}] in project.toml",
            tables=tr(" or ").join(f'"{table.id}"' for table in self.tables), rule=self.rule.id, **says,
        )  # fmt: skip

    def _agreed(self, text: str) -> str | None:
        """Return the group that the words of a text have in every table alike, if its code says nothing else."""
        words = re.sub(r"\d", "", fold(text))
        if not words or not self.tables:
            return None
        by_table = [table.groups_in(words) for table in self.tables]
        if len(by_table[0]) != 1 or any(groups != by_table[0] for groups in by_table):
            return None
        fits = any(table.groups_in(text) == by_table[0] for table in self.tables)
        return next(iter(by_table[0])) if fits else None

    def _with_doubt(self, text: str, groups: Collection[str]) -> str:
        """Return a use with what is to be checked of its code."""
        code = self.chosen.find(text) if self.chosen and groups else None
        if self.chosen and code and fold(text).isdigit():
            # People read names; one of a code above it is near enough.
            text = f"{text} {self.chosen.codes[code].name}"
        doubt = self.chosen.codes[code].what_to_check if self.chosen and code else ""
        return tr("{text} [{check}]", text=text, check=doubt) if doubt else text


def reader(rule: UseRule, groups: Collection[str], tables: Mapping[str, CodeTable]) -> UseReader:
    """Return the reader of a rule that speaks of some groups."""
    fit = [table for table in tables.values() if set(groups) <= set(table.groups)]
    return UseReader(rule, fit, tables[rule.codes] if rule.codes else None)


def uses(frame: pd.DataFrame, field: str, label: str, by: UseReader) -> Iterator[Use]:
    """Yield the use of each record; a text that stands often is read once."""
    known: dict[Any, Use] = {}
    for value in frame[field]:
        key = None if pd.isna(value) else value
        if key not in known:
            known[key] = by.read(value, label)
        yield known[key]
