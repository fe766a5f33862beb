"""What a standard is: its items, bands, classes and tables of limits, as in `layers/standards/<id>.toml`.

A cell of a table is found by item, class and column: it says from which level on a value is worse than it.
Items and classes are written in the tables as they are printed (镉, 水田); everything else knows them by their ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from onemap.errors import nearest
from onemap.spec.bands import Band, hang_together, read_band
from onemap.spec.layer import IDENTIFIER
from onemap.spec.limit_table import Cell, Item, LimitTable, StandardClass, Titled
from onemap.spec.toml import Spec
from onemap.text import fold, pick, tr

Place = tuple[str, int, str]
"""An item, the level of what is worse than its limit, and a class; "" means all classes."""


class Standard(Spec):
    """Tables of limits, and what levels they part.

    Level 1 keeps all limits. Where a standard has bands, columns of its tables are bands (of pH), and otherwise one
    column, or one for each level.
    """

    id: str
    title: str
    title_en: str = ""
    number: str = Field(description="as it is cited: GB 15618-2018")
    unit: str
    bands: Annotated[tuple[Annotated[Band, BeforeValidator(read_band)], ...], Field(description="of pH, rising")] = ()
    rest: str | None = Field(default=None, description="the class whose limits hold for classes without their own")
    items: dict[str, Item] = Field(min_length=1)
    classes: dict[str, StandardClass] = {}
    levels: dict[int, Titled] = Field(min_length=2)
    tables: dict[str, LimitTable] = Field(min_length=1)

    @property
    def name(self) -> str:
        """The title in the language spoken now."""
        return pick(self.title, self.title_en)

    @cached_property
    def item_of(self) -> dict[str, str]:
        """The item that each folded word means."""
        return {word: own_id for own_id, item in self.items.items() for word in item.words(own_id)}

    @cached_property
    def class_of(self) -> dict[str, str]:
        """The class that each folded word means."""
        return {word: own_id for own_id, one in self.classes.items() for word in one.words(own_id)}

    def levels_of(self, item: str) -> tuple[int, ...]:
        """Return the levels that a value of an item can have, rising from 1."""
        return (1, *sorted({level for own, level, _ in self._cells if own == item}))

    def cells(self, item: str, level: int, own_class: str = "") -> tuple[Cell, ...]:
        """Return the limits of an item in each band, above which a value is of a level; nothing where there are none.

        Parameters
        ----------
        own_class
            A class of the standard; "" for standards without classes.
        """
        members = self.classes[own_class].strictest_of if own_class else ()
        if members:
            found = [self.cells(item, level, member) for member in members]
            return tuple(min(column, key=lambda cell: cell.high) for column in zip(*found, strict=True) if all(found))
        places = [(item, level, name) for name in (own_class, "", self.rest or "")]
        return next((self._cells[place] for place in places if place in self._cells), ())

    @cached_property
    def _cells(self) -> dict[Place, tuple[Cell, ...]]:
        return {place: cells for _, place, cells in self._lines()}

    def columns_of(self, table: LimitTable) -> int:
        """Return how many columns a table has."""
        return len(table.levels) if isinstance(table.above, tuple) else max(1, len(self.bands))

    def _lines(self) -> Iterable[tuple[str, Place, tuple[Cell, ...]]]:
        """Yield for each class of each line where it stands, its place, and its cells; but not what is no line."""
        for name, table in self.tables.items():
            for at, line in enumerate(table.limits, 1):
                item = self.item_of.get(fold(line.item), "")
                where = tr("tables.{table}, line {number} ({item})", table=name, number=at, item=line.item)
                facts = (name, line.confidence or table.confidence, line.doubt, line.doubt_en)
                cells = [Cell(low, high, *facts) for low, high in line.ranges]
                # One number may stand for all bands, as it does in print.
                columns = cells * len(self.bands) if len(cells) == 1 and self.bands else cells
                known = [self.class_of[fold(word)] for word in line.of_class if fold(word) in self.class_of]
                if not item or len(columns) != self.columns_of(table):
                    continue
                for own_class in known if line.of_class else ("",):
                    if isinstance(table.above, int):
                        yield where, (item, table.above, own_class), tuple(columns)
                    else:
                        for level, cell in zip(table.above, columns, strict=True):
                            yield where, (item, level, own_class), (cell,)

    @model_validator(mode="after")
    def _all_fits(self) -> Self:
        problems = [
            *_bad_names(self), *_shared_words(self.items), *_shared_words(self.classes), *hang_together(self.bands),
            *(strange := _strange_classes(self)), *_strange_levels(self), *_strange_lines(self),
            # Of classes that hang on others that are not there, nobody can tell the limits.
            *_repeated(self), *([] if strange else _falling(self)),
        ]  # fmt: skip
        # A line with an error may be the limit that an item lacks.
        problems = problems or _without_limits(self)
        if problems:
            raise ValueError("; ".join(dict.fromkeys(problems)))
        return self


def _bad_names(standard: Standard) -> list[str]:
    names = (standard.id, *standard.items, *standard.classes, *standard.tables)
    return [
        tr("{name!r} is not an id: a-z, 0-9 and _, and not one of ours", name=name)
        for name in names
        if not IDENTIFIER.fullmatch(name)
    ]


def _shared_words(named: Mapping[str, Titled]) -> list[str]:
    problems, seen = [], dict[str, str]()
    for own_id, one in named.items():
        for word in sorted(one.words(own_id)):
            if word in seen:
                problems.append(tr("{word!r} means both {one} and {other}", word=word, one=seen[word], other=own_id))
            seen[word] = own_id
    return problems


def _strange_classes(standard: Standard) -> list[str]:
    named = {f"classes.{own_id}": one.strictest_of for own_id, one in standard.classes.items()}
    named["rest"] = (standard.rest,) if standard.rest is not None else ()
    unions = {own_id for own_id, one in standard.classes.items() if one.strictest_of}
    return [
        tr("{key}: there is no class {name!r}", key=key, name=name)
        for key, names in named.items()
        for name in names
        if name not in standard.classes or name in unions
    ]


def _strange_levels(standard: Standard) -> list[str]:
    levels = list(standard.levels)
    problems = []
    if levels != list(range(1, len(levels) + 1)):
        problems.append(tr("levels are numbered from 1, the best first"))
    for name, table in standard.tables.items():
        if not set(table.levels) <= set(levels[1:]):
            problems.append(tr("tables.{table}: above names a level of {levels}",
                               table=name, levels=", ".join(map(str, levels[1:]))))  # fmt: skip
        if isinstance(table.above, tuple) and (standard.bands or list(table.above) != sorted(set(table.above))):
            problems.append(tr("tables.{table}: columns are bands, or levels that rise", table=name))
    return problems


def _strange_lines(standard: Standard) -> list[str]:
    problems = []
    for name, table in standard.tables.items():
        wanted = standard.columns_of(table)
        allowed = {wanted} if isinstance(table.above, tuple) else {1, wanted}
        for at, line in enumerate(table.limits, 1):
            where = tr("tables.{table}, line {number} ({item})", table=name, number=at, item=line.item)
            if fold(line.item) not in standard.item_of:
                problems.append(f"{where}: {_unknown(tr('item'), line.item, standard.items)}")
            problems += [
                f"{where}: {_unknown(tr('class'), word, standard.classes)}"
                for word in line.of_class
                if fold(word) not in standard.class_of
            ]
            if len(line.ranges) not in allowed:
                problems.append(tr("{where}: {found} values for {wanted} columns",
                                   where=where, found=len(line.ranges), wanted=wanted))  # fmt: skip
    return problems


def _unknown(kind: str, word: str, named: Mapping[str, Titled]) -> str:
    words = {name: None for own_id, one in named.items() for name in (one.title, own_id, *one.aliases)}
    near = nearest(word, words)
    known = tr('did you mean "{meant}"?', meant=near) if near else ", ".join(one.title for one in named.values())
    return tr('there is no {kind} "{word}" ({known})', kind=kind, word=word, known=known)


def _repeated(standard: Standard) -> list[str]:
    problems, seen = [], dict[Place, str]()
    for where, place, _ in standard._lines():
        if place in seen:
            problems.append(tr("{where}: the limit stands already in {first}", where=where, first=seen[place]))
        seen[place] = where
    return problems


def _falling(standard: Standard) -> list[str]:
    problems = []
    for own_id, item in standard.items.items():
        levels = standard.levels_of(own_id)[1:]
        for own_class, (better, worse) in ((c, pair) for c in standard.classes or ("",) for pair in pairwise(levels)):
            pairs = zip(standard.cells(own_id, better, own_class), standard.cells(own_id, worse, own_class),
                        strict=False)  # fmt: skip
            problems += [
                tr("tables.{table} ({item}): {value:g} is stricter than {other:g} in tables.{first}",
                   table=outer.table, item=item.title, value=outer.high, other=inner.high, first=inner.table)
                for inner, outer in pairs
                if outer.high < inner.high or outer.low > inner.low
            ]  # fmt: skip
    return problems


def _without_limits(standard: Standard) -> list[str]:
    limited = {item for item, _, _ in standard._cells}
    return [
        tr("items.{item}: no table has a limit for it", item=own_id)
        for own_id in standard.items
        if own_id not in limited
    ]
