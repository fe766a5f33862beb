"""What people and programs write where there is no value (compared folded)."""

from __future__ import annotations

from typing import Final

BLANKS: Final = (
    "", "-", "--", "—", "——", "/", "null", "none", "nan", "nat", "na", "n/a", "#n/a", "<null>",
    "空", "<空>", "(空)", "空白", "(空白)",
)  # fmt: skip
"""Texts that mean "no value" in every field."""

UNKNOWNS: Final = (
    "无", "没有", "不详", "不明", "未知", "不清楚", "暂无", "暂缺", "缺", "未定", "待定", "待编", "待编码", "待补",
    "待补充", "待查", "待核", "待核实", "待确认", "待填", "未填", "未填写", "未编", "未编码", "未编号", "未提供",
    "未登记", "未统计", "未检测", "未测定", "未测", "无码", "无编码", "无编号", "无代码", "unknown",
)  # fmt: skip
"""What stands for a code, a name, a date or a number that is not known, without brackets and question marks.

In other texts, and in classes, such a word may be the answer: of measures 无 says that none was taken.
"""
