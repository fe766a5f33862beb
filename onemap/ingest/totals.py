"""Rows that sum up others: how their words are known from names."""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

from onemap.text import fold

_SUM: Final = (
    r".{0,12}(合计|总计|小计|共计|累计)|(全县|全市|全部|以上|总)?(汇总|总数|总和|平均值?|均值|最大值|最小值)|"
    r"(sub|grand)?total"
)
_FIGURE: Final = r"(约|共)?[\d.,]+[^\d\W号]{0,4}"
TOTALS: Final = re.compile(
    rf"({_SUM})(\([^()]*\))?[::]?({_FIGURE})?(\([^()]*\))?[。.]?|(全县|全市|以上|总)?共(有|计)?[::]?{_FIGURE}[。.]?"
)
"""What the cell says that makes its row a sum of others (compared folded): 合计, 本页小计, 化工镇合计, 总计:4口."""

_HOLDS: Final = re.compile("计|共|汇总|总数|总和|均|最[大小]值|otal", re.IGNORECASE)
"""What each of those holds, so that few cells are looked at more closely."""

LEADING: Final = 4
"""Among so many columns from the left stands the word: after a serial number, or a township merged over its rows."""


def is_totals_word(cell: object) -> bool:
    """Tell whether a cell says that its row sums up others.

    Examples
    --------
    >>> [is_totals_word(text) for text in ("本页小计", "总计：4口", "共4家", "合计工业园", "小计3号井")]
    [True, True, True, False, False]
    """
    return isinstance(cell, str) and _HOLDS.search(cell) is not None and TOTALS.fullmatch(fold(cell)) is not None


def totals_words(frame: pd.DataFrame) -> list[str]:
    """Return for each row of a table the cell that says that it sums up others, "" where none of the first does."""
    found = [""] * len(frame)
    for name in frame.columns[:LEADING]:
        for at, cell in enumerate(frame[name]):
            if is_totals_word(cell):
                found[at] = found[at] or cell
    return found
