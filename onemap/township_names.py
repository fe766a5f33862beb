"""Townships by the names that people give them: 大定办事处 is 大定街道, but 南庄镇 is not 南庄街道."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from onemap.errors import nearest
from onemap.text import fold

WORDS: Final = {
    "街道办事处": "街道", "办事处": "街道", "街道办": "街道", "街道": "街道", "街办": "街道", "镇": "镇", "乡": "乡",
    "办": "街道",
}  # fmt: skip
"""What townships are called behind their name, longest first, and of what kind that makes them."""

OFFICE: Final = re.compile(r"(人民)?政府$|\(.*\)$")
ABOVE: Final = re.compile(r"(?<=..)[省市区州盟]|(?<=.)[县旗]")
"""The last character of a province, city or county: 孟州市 and 滑县, but not the first two of 西市街道."""

LEAST_STEM: Final = 2
"""Of so many characters, and what it is called, must be what stands behind a province, city or county."""


class Meant(NamedTuple):
    """The townships of the layer that a name may mean, as the layer spells them."""

    names: frozenset[str] = frozenset()
    renamed: bool = False
    """Whether there is only one of another kind: 南庄乡 where 南庄镇 is the only 南庄."""


class TownshipNames:
    """The names of a township layer, found by whatever name people give them.

    Examples
    --------
    >>> towns = TownshipNames(["大定街道", "南庄镇", "南庄街道", "化工镇"])
    >>> sorted(towns.find("孟州市大定办事处").names), sorted(towns.find("南庄镇人民政府").names)
    (['大定街道'], ['南庄镇'])
    >>> towns.find("化工乡")
    Meant(names=frozenset({'化工镇'}), renamed=True)
    >>> towns.find("南庄乡").names
    frozenset()
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = sorted({*names})
        self._known: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._of_stem: dict[str, set[str]] = defaultdict(set)
        spellings = {name: [*_spellings(name)] for name in self._names}
        for depth in range(max(map(len, spellings.values()), default=0)):
            taken = {*self._known}
            for name, own in spellings.items():
                # A whole name goes before what is left of another without its county.
                if depth < len(own) and (parts := _parts(own[depth])) not in taken:
                    self._known[parts].add(name)
                    self._of_stem[parts[0]].add(name)

    def find(self, stated: str) -> Meant:
        """Return which townships a name may mean; none where it is none of theirs."""
        spellings = [*_spellings(stated)]
        for spelling in spellings:
            if found := self._known.get(_parts(spelling)):
                return Meant(frozenset(found))
        # 大定 alone may be any that is called so; so may 西乡, if there is a 西乡街道.
        for spelling in spellings:
            if found := self._of_stem.get(spelling):
                return Meant(frozenset(found))
        for spelling in spellings:
            found = self._of_stem.get(_parts(spelling)[0], set())
            if len(found) == 1:
                (name,) = found
                return Meant(frozenset(found), renamed=_parts(fold(name))[1] != "")
        return Meant()

    def nearest(self, stated: str) -> list[str]:
        """Return the townships that may be meant by a name that is none of theirs."""
        *_, last = _spellings(stated)
        alike = self._of_stem.get(_parts(last)[0])
        near = nearest(last, self._names) if last not in WORDS else None
        return sorted(alike) if alike else [near] if near else []


def _parts(name: str) -> tuple[str, str]:
    """Return a folded name without what it is called, and of what kind that makes it; "" for none."""
    word = next((word for word in WORDS if name.endswith(word) and name != word), "")
    return name.removesuffix(word), WORDS.get(word, "")


def _spellings(name: str) -> Iterator[str]:
    """Yield a name, folded, and what is left of it without each province, city and county that may stand before it."""
    whole = OFFICE.sub("", fold(name))
    yield whole
    for above in ABOVE.finditer(whole):
        rest = whole[above.end() :]
        if rest not in WORDS and len(_parts(rest)[0]) >= LEAST_STEM:
            yield rest
