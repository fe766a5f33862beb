"""Attributes out of the descriptions of placemarks: tables, lists and lines that programs write for the balloon."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import Final

from onemap.text import fold

TAG: Final = re.compile(r"<!--.*?(?:-->|\Z)|<[!?][^<>]*>|<(/?)([A-Za-z][\w:-]*)[^<>]*>", re.DOTALL)
"""A tag. The standard library's HTML parser takes ten times as long, and a county's balloons are many."""

PLAIN_ROW: Final = re.compile(
    r"<tr\b[^<>]*>\s*<td\b[^<>]*>([^<]*)</td>\s*<td\b[^<>]*>([^<]*)</td>\s*</tr>", re.IGNORECASE
)
"""A row of a name and a value without markup, as nearly all are: taken out whole, it costs a tenth of its tags."""

NEXT_CELL: Final = re.compile(r"</t[dh]>\s*<t[dh]\b", re.IGNORECASE)
BREAKS: Final = frozenset(
    ("br", "p", "div", "li", "ul", "ol", "hr", "dl", "dt", "table", "h1", "h2", "h3", "h4", "h5", "h6")
)
TABLES: Final = frozenset(("table", "tr", "td", "th"))
SILENT: Final = frozenset(("head", "style", "script", "title"))
"""What stands between these is not shown."""

LONGEST_NAME: Final = 60
"""A cell of more characters is no name."""

COLONS: Final = ":："
PAIR: Final = re.compile(r"([^:：，,。；;！!？?]{1,30})[:：](?!//)\s*(.*)")
"""A line "name: value"; a sentence with a colon in it is none, nor is an address of the web."""

HEADS: Final = frozenset(
    ("name", "field", "fieldname", "key", "字段", "字段名", "字段名称", "属性", "属性名", "属性名称", "名称", "项目")
)
HEADS_OF_VALUES: Final = frozenset(("value", "fieldvalue", "attributevalue", "值", "字段值", "属性值", "内容"))
"""What stands, folded, above the names and above the values of a table of two columns."""

Row = list[str]


@dataclass
class _Table:
    """A table on its way in: its rows, and for each row whether all its cells are heads."""

    rows: list[list[list[str]]] = field(default_factory=list)
    heads: list[bool] = field(default_factory=list)
    nesting: set[int] = field(default_factory=set)
    """The rows that hold a table: they lay out, and are no records."""
    open: bool = False

    def start_row(self) -> None:
        self.rows.append([])
        self.heads.append(True)
        self.open = False

    def start_cell(self, head: bool) -> None:
        if not self.rows:
            self.start_row()
        self.rows[-1].append([])
        self.heads[-1] &= head
        self.open = True


def read_balloon(text: str) -> tuple[dict[str, str], str]:
    """Return the attributes that a description holds, and its text.

    Of a description that is a table only what stands around the table is text.

    Examples
    --------
    >>> read_balloon("<table><tr><td>编码</td><td>0012</td></tr></table>")
    ({'编码': '0012'}, '')
    >>> read_balloon("编码：0012<br>备注：待核实")
    ({'编码': '0012', '备注': '待核实'}, '编码：0012 备注：待核实')
    """
    if "<" not in text and "&lt;" in text:
        text = html.unescape(text)  # Some programs escape it once more than XML asks for.
    rest, fields = PLAIN_ROW.sub("", text), {}
    if len(rest) < len(text) and not NEXT_CELL.search(rest):
        fields = _of_pairs([(clean(name), clean(value)) for name, value in PLAIN_ROW.findall(text)])
    blocks = _Blocks(rest if fields else text)
    lines = blocks.lines
    plain = bool(fields)
    for table in blocks.tables:
        rows = [[clean("".join(cell)) for cell in row] for row in table.rows]
        found = _of_table(rows, table)
        if not found and not plain:
            loose = [n for n in range(len(rows)) if n not in table.nesting and (len(rows[n]) > 1 or not table.nesting)]
            lines += [" ".join(filter(None, rows[n])) for n in loose]
        for name, value in found.items():
            fields[name] = fields.get(name) or value
    lines = [line for line in map(clean, lines) if line]
    return fields or _of_lines(lines), " ".join(lines)


def clean(text: str) -> str:
    """Return a text with its entities read and one blank where there is white space."""
    return " ".join(html.unescape(text).split()) if "&" in text else " ".join(text.split())


class _Blocks:
    """A description taken apart into its tables and the lines outside them."""

    def __init__(self, text: str) -> None:
        self.tables: list[_Table] = []
        self.lines = [""]
        self._open: list[_Table] = []
        self._silent = ""
        tokens = TAG.split(text)
        if not any(tag.lower() in BREAKS for tag in tokens[2::3] if tag):
            tokens = TAG.split(text.replace("\n", "<br>"))
        self._write(tokens[0])
        for slash, name, data in zip(tokens[1::3], tokens[2::3], tokens[3::3], strict=True):
            tag = name.lower() if name else ""
            if tag in TABLES:
                self._turn_table(tag, bool(slash))
            elif tag:
                self._turn(tag, bool(slash))
            if data:
                self._write(data)

    def _write(self, text: str) -> None:
        if self._silent:
            return
        if not self._open:
            self.lines[-1] += text
        elif self._open[-1].open:
            self._open[-1].rows[-1][-1].append(text)

    def _turn(self, tag: str, ends: bool) -> None:
        if tag in SILENT:
            self._silent = "" if ends else tag
        elif tag in ("dt", "dd") and not self._open:
            self._write("：" if tag == "dd" and not ends else "")
            self.lines += [""] if (tag == "dt") != ends else []
        elif tag in BREAKS and self._open:
            self._write(" ")
        elif tag in BREAKS:
            self.lines.append("")

    def _turn_table(self, tag: str, ends: bool) -> None:
        """Open or close a table, row or cell; what is left open is closed by what follows."""
        if tag == "table" and not ends:
            if self._open and self._open[-1].rows:
                self._open[-1].nesting.add(len(self._open[-1].rows) - 1)
            self.lines.append("")
            self.tables.append(_Table())
            self._open.append(self.tables[-1])
        elif tag == "table":
            del self._open[-1:]
        elif self._open and ends:
            self._open[-1].open = False
        elif self._open and tag == "tr":
            self._open[-1].start_row()
        elif self._open:
            self._open[-1].start_cell(head=tag == "th")


def _of_table(rows: list[Row], table: _Table) -> dict[str, str]:
    """Return the names and values of a table, or nothing where it is no table of attributes."""
    # A row of one cell is a title: most programs put the feature's name there.
    numbers = [n for n, row in enumerate(rows) if n not in table.nesting and len(row) > 1]
    records = [[cell for cell in rows[n] if cell not in (":", "：")] for n in numbers]
    across = len(records) == 2 and table.heads[numbers[0]] and not table.heads[numbers[1]]
    if across and len(records[0]) == len(records[1]) and not _is_head(*records[0]):
        pairs = list(zip(*records, strict=True))
    elif any(len(record) != 2 for record in records):
        return {}
    else:
        pairs = [(name, value) for name, value in records]
    return _of_pairs(pairs)


def _of_pairs(pairs: list[tuple[str, str]]) -> dict[str, str]:
    if pairs and _is_head(*pairs[0]):
        del pairs[0]
    if any(len(name) > LONGEST_NAME for name, _ in pairs):
        return {}
    fields: dict[str, str] = {}
    for name, value in pairs:
        own = name.strip(COLONS + " ")
        if own:
            fields[own] = fields.get(own) or value
    return fields


def _is_head(*row: str) -> bool:
    return len(row) == 2 and fold(row[0]) in HEADS and fold(row[1]) in HEADS_OF_VALUES


def _of_lines(lines: list[str]) -> dict[str, str]:
    """Return the names and values of lines, the first of which may be a title; prose has none."""
    pairs = [PAIR.fullmatch(line) for line in lines]
    if len(pairs) > 1 and pairs[0] is None:
        pairs = pairs[1:]
    fields: dict[str, str] = {}
    for pair in pairs:
        # 12:30 is a time of day.
        if pair is None or (pair[1][-1].isdigit() and pair[2][:1].isdigit()) or not pair[1].strip():
            return {}
        name = pair[1].strip()
        fields[name] = fields.get(name) or pair[2].lstrip(COLONS).strip()
    return fields
