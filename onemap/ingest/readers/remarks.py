"""Rows of tables that are no records: how remarks, notes, headings and numbers in advance are known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from onemap.ingest.totals import LEADING, is_totals_word
from onemap.text import fold

LONG: Final = 15
"""A note of a sentence has so many characters; names and addresses have no punctuation in them."""

NOTE: Final = re.compile(
    r"附?注\d*([::、.,(;]|$)|(备注|说明|附|填表|填报|制表|编制|审核|复核|校核|审批|审定|负责|单位负责|主要负责|分管|主管|联系|"
    r"日期|报送|盖章|签字|签章|签名|数据来源|资料来源|统计|经办)(人|人员|单位|部门|机构|时间|日期|电话|员|领导|方式|说明)?"
    r"(\(.*?\))?([::;]|$)|\(?\d+[)、.]\D|[①-⑳※*]|(以上|以下|本表|上述)(数据|信息|内容|资料|统计|各|为|均|由|按)|(数据|资料)?截[至止]|"
    r"(二〇|20)\S{2}年\d{1,2}月(\d{1,2}日)?$|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([\d:]{5,8})?$"
)
"""How lines below a table begin that are no records (compared folded)."""

REMARK: Final = re.compile(
    r"(附?注|备注|说明|填表人?|填报人?|填报单位|制表人?|编制人?|审核人?|复核人?|校核人?|数据来源|资料来源)(\(.*?\))?[::]"
)
"""How a line begins that is no record wherever it stands, if nothing stands beside it (compared folded)."""

COUNT: Final = re.compile(r"[(第]?\d+(\.0+)?[)、.号行]?")
"""What numbers a row (compared folded)."""

MERGED: Final = 3
"""A text that is merged over so many columns is a heading."""

SECTION: Final = re.compile(r"[一二三四五六七八九十]{1,3}[、.:]\S+")
"""How headings between records begin (compared folded): 一、化工企业."""

SENTENCE: Final = re.compile(r"[,。;::、,;]")


def is_blank(value: Any) -> bool:
    """Tell whether there is nothing to see in a cell."""
    return value is None or (isinstance(value, str) and (not value or value.isspace()))


def is_section(cells: Sequence[Any], own: int) -> bool:
    """Tell whether a row has but one cell of its own, which is a heading, or is merged over three columns and more."""
    texts = [cell for cell in cells if not is_blank(cell)]
    if own != 1 or not texts or not isinstance(texts[0], str) or len(set(map(str, texts))) > 1:
        return False
    alone = len(cells) > 1 and not is_blank(cells[0]) and SECTION.fullmatch(fold(texts[0])) is not None
    return len(texts) >= MERGED or alone


def is_remark(lone: Any, width: int, in_counter: bool) -> bool:
    """Tell whether the one cell of a row is no record: words where others have their number, or a note."""
    if not isinstance(lone, str) or width < 2 or is_totals_word(lone):
        return False
    return in_counter or REMARK.match(fold(lone)) is not None


def is_totals(cells: Sequence[Any]) -> bool:
    """Tell whether a row sums up others, as one of its first cells says."""
    return any(is_totals_word(cell) for cell in cells[:LEADING])


def is_note(cells: Sequence[Any], several: bool) -> bool:
    """Tell whether a row below the records is a note or a signature; `several` columns of the table hold something."""
    texts = list(dict.fromkeys(str(cell) for cell in cells if cell is not None))
    if texts and all(NOTE.match(fold(text)) for text in texts):
        return several or SENTENCE.search(fold(texts[0])) is not None
    lone = several and len(texts) == 1
    # Names have commas in them, but neither full stops nor colons.
    return lone and len(texts[0]) >= LONG and re.search(r"[。;:]", fold(texts[0])) is not None
