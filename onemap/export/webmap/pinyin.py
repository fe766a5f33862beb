"""How names are read, so that the map's search finds 孟州化工 by "mengzhou", "mzhg" or "孟州hg"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from onemap.model import Layer
from onemap.text import fold


def readings_of(layers: Iterable[Layer]) -> dict[str, str]:
    """Return how the characters of names and townships are read.

    Returns
    -------
    dict
        For each reading, without its tone, the characters that have it; a character with several readings stands
        with each. Names share their characters: the table of a county of any size has a few kB.
    """
    characters: set[str] = set()
    for layer in layers:
        for texts in (layer.labels, layer.townships):
            characters.update("".join(texts.dropna().astype(str).unique()))
    by_reading: dict[str, list[str]] = defaultdict(list)
    for character in sorted(set(fold("".join(sorted(characters))))):
        for reading in _readings(character):
            by_reading[reading].append(character)
    return {reading: "".join(by_reading[reading]) for reading in sorted(by_reading)}


def _readings(character: str) -> set[str]:
    # Reading its tables takes a tenth of a second, which no other command should wait for.
    from pypinyin import Style, pinyin

    if character.isascii():
        return set()
    found = {one for ones in pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore") for one in ones}
    # ü is typed as v, and after l and n before e as u too.
    return {spelt for one in found for spelt in (one, one.replace("ve", "ue")) if spelt.isascii() and spelt.isalpha()}
