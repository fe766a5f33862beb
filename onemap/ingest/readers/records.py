"""Rows of a table into columns: the header found, what is no record left out and told, repeated texts kept once."""

from __future__ import annotations

import math
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import chain, islice, pairwise, zip_longest
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from onemap.ingest.numbers import find_unit
from onemap.ingest.raw import Fault, Raw
from onemap.ingest.readers.decoding import distinct
from onemap.ingest.readers.headers import SCANNED_ROWS, UNIT, Header, count_known, find_header, is_other_header
from onemap.ingest.readers.remarks import COUNT, NOTE, is_blank, is_note, is_remark, is_section, is_totals
from onemap.model import EncodingRecord
from onemap.spec.layer import Unit
from onemap.text import EXCEL_DIGITS, column_letter, fold, tr

BATCH: Final = 10_000
"""So many rows are turned into columns at once."""

MOST_SHARED: Final = 100_000
"""Distinct texts of a table that are kept once; in a column of codes nothing repeats."""

SERIAL: Final = re.compile(r"序号?|顺序号|行号|no\.?|#|№")
"""How the column is called that counts the rows (compared folded)."""

FEWEST_NAMES: Final = 3
NEARLY_ALL: Final = 0.8
"""A later row is a header when so many of its cells, and this share of them, are known names."""

TITLE: Final = re.compile(r"(表|册|录|清单|名单|台[账帐]|一览|统计|汇总|情况)(\(.*\))?$")
"""How titles of tables end (compared folded)."""

_ORDINALS: Final = ("甲", "乙", "丙", "丁", "戊")


class Row(NamedTuple):
    """A row of a table: its number in the source, its cells, and how many of them are its own and not blank.

    What a merged cell above lends a row is not its own.
    """

    number: int
    cells: Sequence[Any]
    own: int


@dataclass
class _Table:
    """Columns as they grow."""

    columns: list[list[Any]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    shared: dict[str, str] = field(default_factory=dict)

    def extend(self, rows: Sequence[Row]) -> None:
        before = len(self.numbers)
        for at, values in enumerate(zip_longest(*(row.cells for row in rows))):
            if at == len(self.columns):
                self.columns.append([None] * before)
            self.columns[at].extend(map(self._clean, values))
        self.numbers += [row.number for row in rows]
        for column in self.columns:
            column.extend([None] * (len(self.numbers) - len(column)))

    def _clean(self, value: Any) -> Any:
        """Return a cell's value: None for a blank, a text that came before as it came before, whole numbers whole."""
        if isinstance(value, str):
            known = self.shared.get(value)
            if known is not None:
                return known
            if not value or value.isspace():
                return None
            value = value.replace("\0", "") if "\0" in value else value
            if len(self.shared) < MOST_SHARED:
                self.shared[value] = value
            return value or None
        if isinstance(value, float):
            if math.isnan(value):
                return None
            # Longer numbers stay as they are: that their last digits are lost is told later.
            return int(value) if value.is_integer() and abs(value) < EXCEL_DIGITS else value
        return value

    def row(self, at: int) -> list[Any]:
        return [column[at] for column in self.columns]

    def drop(self, rows: AbstractSet[int]) -> None:
        kept = [at for at in range(len(self.numbers)) if at not in rows]
        self.numbers = [self.numbers[at] for at in kept]
        self.columns = [[column[at] for at in kept] for column in self.columns]


def read_records(
    rows: Iterable[Row],
    words: AbstractSet[str],
    encoding: EncodingRecord,
    reach: Mapping[int, int] | None = None,
) -> Raw:
    """Turn the rows of a table into its records.

    Blank rows are passed over, and so are the lines of a form in which only the printed number stands. Of all others
    each is a record, or is told as none with its row and its text: repeated headers, headings, units or column numbers
    under the header, remarks. Values outside the named columns are kept under the letter of their column.

    Parameters
    ----------
    rows
        All rows in order, blank ones too, merged cells filled.
    words
        The folded column names that are known.
    encoding
        How the text is written.
    reach
        For each row number, the last one into which merged cells reach that begin there.
    """
    stream = iter(rows)
    head = list(islice(stream, SCANNED_ROWS))
    begin = head[0].number if head else 1
    own = {first - begin: last - begin for first, last in (reach or {}).items()}
    header = find_header([row.cells for row in head], words, own)
    faults: list[Fault] = []
    if head and header.known == 0 and words:
        message = tr("no header was found in the first {count} rows; row {row} was taken for it",
                     count=len(head), row=head[header.first].number)  # fmt: skip
        faults.append(Fault("missing_column", message, tr("write the names of the columns over the table")))
    faults += _tables_above(head[: header.first], words)
    told = {_key(row.cells) for row in head[: header.last + 1]}
    table = _Table()
    counters = [at for at, name in enumerate(header.names) if SERIAL.fullmatch(fold(name))]
    units = _Units([row.cells for row in head[: header.first]])
    rows_below = _records(chain(head[header.last + 1 :], stream), told, units, faults)
    below = _first_table(rows_below, words, header, faults)
    body = _counted_out(below, counters, faults)
    while batch := list(islice(body, BATCH)):
        table.extend(batch)
    _drop_notes(table, faults)
    faults += _told_twice(header, words)
    return _raw(table, header, units, encoding, faults)


class _Units:
    """The units that a table states: above it for all columns, or in a row under the header for each."""

    def __init__(self, titles: Sequence[Sequence[Any]]) -> None:
        stated = {unit for cells in titles for cell in cells if not is_blank(cell) and (unit := find_unit(cell))}
        # Of two, nobody can tell which column has which.
        self.everywhere = stated.pop() if len(stated) == 1 else None
        self.of_column: dict[int, Unit] = {}

    def take_row(self, cells: Sequence[Any]) -> None:
        self.of_column |= {at: unit for at, cell in enumerate(cells) if (unit := find_unit(cell, alone=True))}

    def of(self, at: int) -> Unit | None:
        return self.of_column.get(at, self.everywhere)


def _records(
    rows: Iterable[Row], told: AbstractSet[tuple[str, ...]], units: _Units, faults: list[Fault]
) -> Iterator[Row]:
    """Yield the rows that are records, and tell of others."""
    starts = {key[0] for key in told if key}
    under_header, under = True, set[str]()
    for row in rows:
        if not row.own:
            continue
        start = next((cell for cell in row.cells if not is_blank(cell)), None)
        if isinstance(start, str) and fold(start) in starts and _key(row.cells) in told:
            faults.append(_told(row.number, tr("the header again, not a record"), row.cells))
            continue
        if under_header and (what := _under_header(row.cells)) and what not in under:
            # Of each kind a table has one row: a second one is a record that reads alike.
            under.add(what)
            faults.append(_told(row.number, what, row.cells))
            units.take_row(row.cells)
            continue
        under_header = False
        if is_section(row.cells, row.own):
            faults.append(_told(row.number, tr("a heading over the rows below it, not a record"), row.cells))
            continue
        yield row


def _first_table(rows: Iterable[Row], words: AbstractSet[str], header: Header, faults: list[Fault]) -> Iterator[Row]:
    """Yield the rows above a second header, and tell how many stand under it: its columns may be others."""
    rows = iter(rows)
    above: deque[Row] = deque(maxlen=SCANNED_ROWS)
    titles: list[Row] = []
    for at, row in enumerate(rows):
        if at == 0 and _is_header(row, words, header):
            # Right under the header it names the same columns once more: their ids, or their English names.
            faults.append(_told(row.number, tr("the header again, not a record"), row.cells))
        elif _is_header(row, words, header) or _is_other_header(row, words, above, titles):
            count = sum(1 for _ in rows)
            message = tr("row {row} is the header of a second table; the {count} rows from there on were not read",
                         row=row.number, count=count + 1)  # fmt: skip
            title = " ".join(text for one in titles for text in _key(one.cells))
            faults.append(_other_table(message, row.number, title))
            titles = []
        elif _is_title(row):
            # Whose title it is shows in the row below.
            titles.append(row)
        else:
            yield from (*titles, row)
            above += [*titles, row]
            titles = []
    yield from titles


def _is_other_header(row: Row, words: AbstractSet[str], above: Sequence[Row], titles: Sequence[Row]) -> bool:
    """Tell whether a row below records is the header of a table of another kind."""
    if not above and not titles:
        return False
    titled = any(TITLE.search(key) for one in titles for key in _key(one.cells))
    apart = titled or (bool(above) and [*titles, row][0].number > above[-1].number + 1)
    if NOTE.match(next(iter(_key(row.cells)), "")):
        # Who has filled it in may stand side by side too.
        apart = False
    return is_other_header(row.cells, words, [one.cells for one in above] if apart else (), titled)


def _is_title(row: Row) -> bool:
    return row.own == 1 and any(isinstance(cell, str) and re.search(r"[^\W\d]", cell) for cell in row.cells)


def _tables_above(rows: Sequence[Row], words: AbstractSet[str]) -> list[Fault]:
    """Tell of a table above the header that was taken: one of another layer, of which fewer names are known."""
    for row, below in pairwise(rows):
        wide = below.own >= max(FEWEST_NAMES, NEARLY_ALL * row.own)
        figures = any(re.search(r"\d", str(cell)) for cell in below.cells if not is_blank(cell))
        if wide and figures and is_other_header(row.cells, words):
            message = tr(
                "row {row} is the header of another table; the {count} rows from there to the next header "
                "were not read",
                row=row.number, count=rows[-1].number - row.number + 1,
            )  # fmt: skip
            return [_other_table(message, row.number)]
    return []


def _other_table(message: str, row: int, title: str = "") -> Fault:
    hint = tr("put each table on a sheet, or in a file, of its own")
    return Fault("unreadable", message, hint, value=title, action="dropped", severity="error", key="", row=row)


def _is_header(row: Row, words: AbstractSet[str], header: Header) -> bool:
    """Tell whether a row is a header: nearly all of its cells are names of columns, and not only what records hold."""
    key = _key(row.cells)
    known = count_known(set(key), words)
    return known >= FEWEST_NAMES and known >= NEARLY_ALL * len(key) and 2 * known >= header.known


def _counted_out(rows: Iterable[Row], counters: Sequence[int], faults: list[Fault]) -> Iterator[Row]:
    """Yield the rows that are more than a number or a remark; of forms numbered in advance each run is told."""
    run: list[int] = []
    before = None
    for row in rows:
        filled = [cell for cell in row.cells if not is_blank(cell)] if row.own == 1 else []
        number = next((cell for at in counters for cell in row.cells[at : at + 1] if not is_blank(cell)), None)
        # A number that is merged over several rows is not what the second of them has of its own.
        merged = len(filled) > 1 and number is not None and number == before
        lone = filled[0] if filled and not merged else None
        before, in_counter = number, number is not None
        if lone is not None and in_counter and COUNT.fullmatch(fold(lone)):
            run.append(row.number)
            continue
        if run:
            faults.append(_only_numbers(run))
            run = []
        if lone is not None and is_remark(lone, len(row.cells), in_counter):
            faults.append(_told(row.number, tr("a remark, not a record"), row.cells))
        else:
            yield row
    if run:
        faults.append(_only_numbers(run))


def _only_numbers(run: Sequence[int]) -> Fault:
    """Tell of lines of a form that nobody has filled in; they are counted as little as blank rows."""
    message = tr("{count} rows, from row {first} to row {last}, hold only their number; they are no records",
                 count=len(run), first=run[0], last=run[-1])  # fmt: skip
    if len(run) == 1:
        message = tr("the row holds only its number; it is no record")
    return Fault("not_a_record", message, tr("nothing to do"), key="", row=run[0])


def _key(cells: Sequence[Any]) -> tuple[str, ...]:
    """Return what a row reads, blanks left out."""
    return tuple(fold(cell) for cell in cells if not is_blank(cell))


def _under_header(cells: Sequence[Any]) -> str:
    """Say what a row right under the header is, if it is no record."""
    key = _key(cells)
    numbers = key[next((at for at, word in enumerate(key) if word not in _ORDINALS), len(key)) :]
    # Readers of workbooks give 1.0 for 1.
    counted = [f"{at}" for at in range(1, len(numbers) + 1)]
    if len(key) >= 3 and numbers and [word.removesuffix(".0") for word in numbers] == counted:
        return tr("numbers of the columns, not a record")
    texts = [word for word in key if word not in ("/", "-", "—", "单位")]
    return tr("units, not a record") if texts and all(UNIT.fullmatch(word) for word in texts) else ""


def _drop_notes(table: _Table, faults: list[Fault]) -> None:
    """Leave out the notes and signatures below the last record, also those that stand above or below its totals."""
    several = sum(any(value is not None for value in column) for column in table.columns) > 1
    notes: list[int] = []
    last = len(table.numbers) - 1
    while last >= 0 and ((note := is_note(row := table.row(last), several)) or is_totals(row)):
        if note:
            notes.append(last)
        last -= 1
    if last < 0:
        # A table of nothing but notes is one of records that begin as notes do.
        return
    for at in reversed(notes):
        faults.append(_told(table.numbers[at], tr("a note below the table, not a record"), table.row(at)))
    if notes:
        table.drop({*notes})


def _told(number: int, what: str, cells: Sequence[Any]) -> Fault:
    texts = dict.fromkeys(" ".join(str(cell).split()) for cell in cells if not is_blank(cell))
    value = " ".join(texts)[:200]
    return Fault("not_a_record", what, tr("nothing to do"), value=value, action="dropped", key="", row=number)


def _told_twice(header: Header, words: AbstractSet[str]) -> list[Fault]:
    """Tell of known names that stand over two columns, as in two tables side by side."""
    counts = Counter(name for name in header.names if fold(name) in words)
    twice = [name for name, count in counts.items() if count > 1]
    if not twice:
        return []
    message = tr("more than one column is called so, and the first was taken: {names}", names=", ".join(twice))
    hint = tr("if these are two tables side by side, put each on a sheet of its own; else name the columns apart")
    return [Fault("parts_chosen", message, hint, severity="warning")]


def _raw(table: _Table, header: Header, units: _Units, encoding: EncodingRecord, faults: list[Fault]) -> Raw:
    given = [*header.names, *[""] * (len(table.columns) - len(header.names))]
    nameless = [at for at, column in enumerate(table.columns) if not given[at] and any(v is not None for v in column)]
    names = distinct(tr("column {letter}", letter=column_letter(at)) if at in nameless else given[at]
                     for at in range(len(given)) if given[at] or at in nameless)  # fmt: skip
    places = [at for at in range(len(given)) if given[at] or at in nameless]
    if nameless:
        message = tr("values without a column name; they are kept as: {columns}",
                     columns=", ".join(names[places.index(at)] for at in nameless))  # fmt: skip
        hint = tr("write the missing names over the table")
        faults.append(Fault("missing_column", message, hint, severity="info"))
    blank = [None] * len(table.numbers)
    frame = pd.DataFrame(index=pd.RangeIndex(len(table.numbers)))
    columns = {}
    for name, at in zip(names, places, strict=True):
        values = np.empty(len(table.numbers), dtype=object)
        values[:] = table.columns[at] if at < len(table.columns) else blank
        if at < len(table.columns):
            # Its list is not needed any more.
            table.columns[at] = blank[:0]
        columns[name] = values
    frame = pd.DataFrame(columns, columns=names, index=frame.index, dtype=object)
    letters = {name: column_letter(at) for name, at in zip(names, places, strict=True)}
    stated = {name: unit for name, at in zip(names, places, strict=True) if (unit := units.of(at))}
    return Raw(frame, None, table.numbers, encoding, letters, units=stated, faults=tuple(faults))
