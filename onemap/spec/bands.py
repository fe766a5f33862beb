"""Bands of pH, written as a standard prints them: 5.5<pH≤6.5."""

from __future__ import annotations

import math
import re
import unicodedata
from itertools import pairwise
from typing import Any, Final, NamedTuple

from onemap.text import tr

_NUMBER: Final = r"\d+(?:\.\d+)?"
_LOWER: Final = re.compile(rf"(?:(?P<low>{_NUMBER})<)?ph(?:≤|<=)(?P<high>{_NUMBER})")
_LAST: Final = re.compile(rf"ph>(?P<low>{_NUMBER})")


class Band(NamedTuple):
    """What is above `low` and not above `high`: an edge belongs to the band below it."""

    written: str
    low: float
    high: float


def read_band(value: Any) -> Any:
    """Return the band that a text means.

    Examples
    --------
    >>> read_band("5.5＜pH≤6.5")
    Band(written='5.5＜pH≤6.5', low=5.5, high=6.5)

    Raises
    ------
    ValueError
        The text is no band whose lower edge is outside and whose upper edge is inside.
    """
    if isinstance(value, Band):
        return value
    text = "".join(unicodedata.normalize("NFKC", str(value)).casefold().split())
    found = _LOWER.fullmatch(text) or _LAST.fullmatch(text)
    if found is None:
        message = tr("{value!r} is no band: write pH≤5.5, 5.5<pH≤6.5 or pH>7.5", value=value)
        raise ValueError(message)
    edges = found.groupdict()
    return Band(str(value), float(edges.get("low") or -math.inf), float(edges.get("high") or math.inf))


def hang_together(bands: tuple[Band, ...]) -> list[str]:
    """Return what keeps bands from covering everything once, from the lowest up."""
    if not bands:
        return []
    problems = []
    if bands[0].low != -math.inf:
        problems.append(tr("bands: nothing is said of pH≤{edge:g}", edge=bands[0].low))
    if bands[-1].high != math.inf:
        problems.append(tr("bands: nothing is said of pH>{edge:g}", edge=bands[-1].high))
    problems += [tr("bands: {band} has no room between its edges", band=b.written) for b in bands if b.low >= b.high]
    for below, above in pairwise(bands):
        if below.high < above.low:
            problems.append(tr("bands: {below} and {above} leave a hole", below=below.written, above=above.written))
        if below.high > above.low:
            problems.append(tr("bands: {below} and {above} overlap", below=below.written, above=above.written))
    return problems
