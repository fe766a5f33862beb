"""Which raw column is which field: found by the project's word first, then by the layer's aliases."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final

import pandas as pd

from onemap.geodesy import converted, factors_of, unit_title
from onemap.ingest.laundered import columns_of_ours
from onemap.ingest.numbers import parse_quantity, parse_undetected, split_unit
from onemap.ingest.raw import Fault, written
from onemap.ingest.values import is_blank
from onemap.spec.layer import FieldSpec, LayerSpec, Unit
from onemap.spec.project import SourceSpec
from onemap.text import fold, tr

LEAST_OF_NAME: Final = 3
"""Shorter words end the names of many other columns; of a quantity 面积 says enough."""

MANY: Final = 5
"""So many cells that all state another unit than their column's are one fault."""

NAME_BYTES: Final = 10
"""What a DBF file keeps of a column's name."""

_NUMBERED: Final = re.compile(r"_?\d{1,2}$")
_TAIL: Final = re.compile(r"[(\[_/\-].*")
"""What stands behind the name of a column: its unit, its year."""

_X_BASES: Final = ("经度", "东经", "中心经度", "地理经度", "经", "longitude", "long", "lon", "lng")
_Y_BASES: Final = ("纬度", "北纬", "中心纬度", "地理纬度", "纬", "latitude", "lat")
_X_MORE: Final = ("x", "x坐标", "坐标x", "横坐标", "东坐标", "zxlon", "point_x", "xcoord", "x_coord", "poi_x")
_Y_MORE: Final = ("y", "y坐标", "坐标y", "纵坐标", "北坐标", "zxlat", "point_y", "ycoord", "y_coord", "poi_y")
_DEGREES: Final = ("", "坐标", "值", "(°)", "(度)", "°", "(十进制)", "(小数)", "(十进制度)", "(e)", "(n)", "(x)", "(y)")
_WAYS: Final = (
    "(十进制度数)", "(小数度)", "(度.度)", "(dd)", "(°小数)", "(单位:度)", "(单位:°)",
    "(度分秒)", "(度、分、秒)", "(度,分,秒)", "(度/分/秒)", "(度°分′秒″)", "(°′″)", "(°'″)", "(°'\")", "(°’”)", "(dms)",
    "度分秒", "(cgcs2000)", "(cgcs2000坐标)", "(cgcs2000坐标系)", "(2000)", "(2000坐标)", "(2000坐标系)", "(国家2000)",
    "(国家2000坐标系)", "(大地2000)", "(wgs84)", "(wgs-84)", "(wgs84坐标)", "(wgs84坐标系)",
    "(米)", "(m)", "(单位:米)", "(单位:m)",
)  # fmt: skip
"""What stands behind the name of a coordinate to say how, in what and in which system it is written.

Of systems only those whose degrees may be taken as they are: others the project has to name.
"""
_PARTS: Final = (("度", "分", "秒"), ("°", "′", "″"), ("d", "m", "s"), ("deg", "min", "sec"), ("dd", "mm", "ss"))
_JOINTS: Final = ("{}{}", "{}_{}", "{}({})", "{}-{}")


def _words_of_axis(bases: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    # One letter says nothing by itself, and degrees come before metres.
    bases = tuple(base for base in bases if base not in ("经", "纬"))
    degrees = (base + end for end in (*_DEGREES, *_WAYS) for base in bases)
    return (*degrees, *more, *(word + end for end in _WAYS for word in more))


X_WORDS: Final = _words_of_axis(_X_BASES, _X_MORE)
Y_WORDS: Final = _words_of_axis(_Y_BASES, _Y_MORE)
"""Names of the columns of coordinates, the likeliest first."""

Triple = tuple[str, str, str]


def _triples(bases: Iterable[str]) -> tuple[Triple, ...]:
    bases = tuple(bases)
    return tuple(
        (joint.format(base, d), joint.format(base, m), joint.format(base, s))
        for joint in _JOINTS
        for d, m, s in _PARTS
        for base in bases
    )


X_PARTS: Final = _triples((*_X_BASES, "e"))
Y_PARTS: Final = _triples((*_Y_BASES, "n"))
"""Names of columns that hold degrees, minutes and seconds apart."""

_PAIRS: Final = (
    "经纬度", "坐标", "地理坐标", "中心坐标", "中心经纬度", "中心点坐标", "位置坐标", "经纬度坐标", "地理位置坐标",
    "点位坐标", "经度纬度", "经度,纬度", "经度、纬度", "经度/纬度", "坐标(经度,纬度)", "坐标(经纬度)",
    "lonlat", "lnglat", "latlng", "latlon", "location", "coordinates",
)  # fmt: skip
PAIR_WORDS: Final = (*_PAIRS, *(word + end for end in _WAYS for word in _PAIRS))
"""Names of columns that hold both coordinates."""


def words_of(spec: LayerSpec, source: SourceSpec) -> set[str]:
    """Return every folded column name that means something for a layer: what a header row is known by."""
    names = [word for name, field in spec.fields.items() for word in _words(name, field)]
    asked = [*source.columns.values(), *source.only, *(source.x or ()), *(source.y or ())]
    return {fold(word) for word in (*names, *asked)} | coordinate_words()


@cache
def coordinate_words() -> frozenset[str]:
    """Return every folded column name that means coordinates."""
    parts = (word for triple in (*X_PARTS, *Y_PARTS) for word in triple)
    return frozenset(fold(word) for word in (*X_WORDS, *Y_WORDS, *parts, *PAIR_WORDS))


def find_column(words: Iterable[str], columns: Iterable[str], cut_names: frozenset[str] = frozenset()) -> str | None:
    """Return the first of `words`, in their order, that is a column (compared folded).

    Where none is, the one column of `cut_names` is returned that some of them become when they are cut.

    Examples
    --------
    >>> find_column(["编码", "名称"], ["企业 名称", "名　称"])
    '名　称'
    >>> find_column(["统一社会信用代码"], ["统一社会信"], frozenset({"统一社会信"}))
    '统一社会信'
    """
    words, columns = list(words), list(columns)
    folded = {fold(name): name for name in reversed(columns)}
    whole = next((folded[fold(word)] for word in words if fold(word) in folded), None)
    if whole is not None or not cut_names:
        return whole
    cut = [column for column in columns if column in cut_names and _is_cut_of(column, words)]
    return cut[0] if len(cut) == 1 else None


def match_columns(
    spec: LayerSpec, columns: Iterable[str], source: SourceSpec, cut_names: frozenset[str] = frozenset()
) -> dict[str, str]:
    """Return the raw column of each field that has one.

    Parameters
    ----------
    cut_names
        The columns whose names were perhaps cut. Such a column is a field's where the words of no other field
        become the same when they are cut.
    """
    columns = list(columns)
    wanted = {
        name: [source.columns[name]] if name in source.columns else _words(name, field)
        for name, field in spec.fields.items()
    }
    found: dict[str, str] = {}
    bare = {split_unit(column)[0]: column for column in reversed(columns)}
    for spelled in ({column: column for column in columns}, bare):
        for name, words in wanted.items():
            column = find_column(words, spelled)
            # Behind a name in brackets stands its unit, which only fields with a unit have.
            fits = spelled is not bare or spec.fields[name].has_unit
            if column is not None and name not in found and spelled[column] not in found.values() and fits:
                found[name] = spelled[column]
    claims: dict[str, list[str]] = {}
    for column in columns:
        if column in cut_names and column not in found.values():
            claimants = [name for name, words in wanted.items() if _is_cut_of(column, words)]
            if len(claimants) == 1 and claimants[0] not in found:
                claims.setdefault(claimants[0], []).append(column)
    restored = {name: claimed[0] for name, claimed in claims.items() if len(claimed) == 1}
    if cut_names and not source.columns:
        restored |= columns_of_ours(spec, columns)
    return {name: column for name in wanted if (column := found.get(name, restored.get(name))) is not None}


def tell_cut_names(spec: LayerSpec, matches: Mapping[str, str], cut_names: frozenset[str]) -> list[Fault]:
    """Say which columns were matched by a name that the format had cut."""
    faults = []
    for name, column in matches.items():
        field = spec.fields[name]
        if column in cut_names and fold(column) not in {fold(word) for word in _words(name, field)}:
            message = tr(
                "the format has cut a column name to {column}; read as {field}", column=column, field=field.label
            )
            hint = tr("if it is another column, name the right one: columns = {{ {field} = … }}", field=name)
            faults.append(Fault("cut_text", message, hint, field=name, value=column))
    return [*faults, *_undecided(spec, matches, cut_names)]


def _undecided(spec: LayerSpec, matches: Mapping[str, str], cut_names: frozenset[str]) -> list[Fault]:
    """Tell of columns whose names were cut to what several fields without a column can be."""
    fields = {name: _words(name, field) for name, field in spec.fields.items() if name not in matches}
    pairs = []
    for column in sorted(cut_names - {*matches.values()}):
        # The second column of one name is numbered, in the place of its last characters.
        stem = _NUMBERED.sub("", column)
        own = [name for name, words in fields.items() if _is_cut_of(column, words) or _begins(stem, column, words)]
        if own:
            labels = " / ".join(spec.fields[name].label for name in own)
            pairs.append(tr("{columns} (like {field})", columns=column, field=labels))
    if not pairs:
        return []
    message = tr("the format has cut names of columns so that nobody can tell them apart; not read: {columns}",
                 columns="; ".join(pairs))  # fmt: skip
    hint = tr("name them in the project: columns = …; or ask for the data as GeoPackage (.gpkg)")
    return [Fault("cut_text", message, hint, severity="warning")]


def _begins(stem: str, column: str, words: Iterable[str]) -> bool:
    long = len(stem) >= LEAST_OF_NAME and stem != column
    return long and any(cut.startswith(fold(stem)) for word in words for cut in _cuts(word))


def tell_near_misses(
    spec: LayerSpec, columns: Iterable[str], taken: Iterable[str], filled: Iterable[str]
) -> list[Fault]:
    """Tell of columns that fill nothing, though their names begin or end as those of a field without a column.

    A group over two such columns, or a unit that is not known, makes other names of them: 丰水期水质类别, 面积(万亩).

    Parameters
    ----------
    taken
        The columns that were read.
    filled
        The fields that have a column.
    """
    left = [column for column in columns if column not in {*taken}]
    pairs: list[str] = []
    for name, field in spec.fields.items():
        if name in {*filled}:
            continue
        words = {fold(word) for word in _words(name, field) if _says_enough(fold(word), field)}
        near = [column for column in left if any(_is_near(fold(column), word) for word in words)]
        pairs += [tr("{columns} (like {field})", columns=", ".join(near), field=field.label)] if near else []
    if not pairs:
        return []
    hint = tr("if they are meant, name them in the project: columns = …")
    return [Fault("parts_chosen", tr("columns that were not read: {columns}", columns="; ".join(pairs)), hint)]


def _says_enough(word: str, field: FieldSpec) -> bool:
    return len(word) >= LEAST_OF_NAME - (field.unit is not None and not word.isascii())


def _is_near(column: str, word: str) -> bool:
    bare = _TAIL.sub("", column)
    return column != word and (column.endswith(word) or bare == word or (not word.isascii() and bare.endswith(word)))


def _is_cut_of(column: str, words: Iterable[str]) -> bool:
    """Tell whether a column's name is what is left of one of `words`, as UTF-8 or GBK."""
    return any(fold(column) in _cuts(word) for word in words)


@cache
def _cuts(word: str) -> frozenset[str]:
    codes = [(word.encode(codec), codec) for codec in ("utf-8", "gb18030")]
    return frozenset(fold(code[:NAME_BYTES].decode(codec, "ignore")) for code, codec in codes if len(code) > NAME_BYTES)


def take_fields(
    frame: pd.DataFrame, spec: LayerSpec, matches: Mapping[str, str], units: Mapping[str, Unit] = MappingProxyType({})
) -> tuple[pd.DataFrame, list[Fault]]:
    """Return a frame with every field of the layer, still raw but in the field's unit, and its missing columns.

    Parameters
    ----------
    units
        The units that the table states beside the names of columns.
    """
    faults: list[Fault] = []
    columns: dict[str, pd.Series[Any]] = {}
    for name, field in spec.fields.items():
        if name in matches:
            column = matches[name]
            stated = split_unit(column)[1] or units.get(column)
            columns[name], found = _in_field_unit(frame[column].astype(object), name, field, (column, stated))
            faults += found
            if field.required and all(is_blank(value, field) for value in columns[name].unique()):
                # Of a column in which every cell says 无 no cell is told by itself.
                columns[name] = pd.Series(None, index=frame.index, dtype=object)
                message = tr("{field} is blank in all {count} records", field=field.label, count=len(frame))
                hint = tr("fill it in; the records are kept")
                faults.append(Fault("missing_value", message, hint, field=name))
            continue
        columns[name] = pd.Series(None, index=frame.index, dtype=object)
        if field.required:
            message = tr(
                "no column for {field}; the columns are: {columns}",
                field=field.label,
                columns=", ".join(map(str, frame)),
            )
            hint = tr("name the column in the project: columns = {{ {field} = … }}", field=name)
            faults.append(Fault("missing_column", message, hint, field=name))
    faults += _part_units(columns, spec, matches, units)
    return pd.DataFrame(columns, index=frame.index), faults


def _part_units(
    columns: dict[str, pd.Series[Any]], spec: LayerSpec, matches: Mapping[str, str], units: Mapping[str, Unit]
) -> list[Fault]:
    """Put the unit that stands in a cell, or over its column, into the field that says in which unit it is.

    What a cell states itself goes before the field, and that before what stands over the column.
    """
    faults: list[Fault] = []
    for name, field in spec.fields.items():
        if field.unit_in is None or name not in matches:
            continue
        words, column = spec.fields[field.unit_in].class_of, matches[name]
        over = split_unit(column)[1] or units.get(column) or ""
        numbers, own = columns[name].to_list(), columns[field.unit_in].to_list()
        for place, at in enumerate(columns[name].index):
            below = parse_undetected(numbers[place]) if field.below_detection else None
            number, stated = below or parse_quantity(numbers[place]) or (None, None)
            told = own[place] if not is_blank(own[place], spec.fields[field.unit_in]) else None
            if number is not None and stated is not None and fold(stated) in words:
                if told is not None and words.get(fold(told)) != words[fold(stated)]:
                    faults.append(_other_unit(columns[name][at], told, at, name))
                numbers[place] = number if below is None else f"<{number!r}"
                told = stated
            own[place] = over if told is None and fold(over) in words else told
        columns[name] = pd.Series(numbers, index=columns[name].index, dtype=object)
        columns[field.unit_in] = pd.Series(own, index=columns[name].index, dtype=object)
    return faults


def _other_unit(value: Any, told: Any, at: Any, name: str) -> Fault:
    message = tr(
        "{value}: its unit is given as {told}; read in the unit that the cell states",
        value=written(value), told=written(told),
    )  # fmt: skip
    return Fault("unit_differs", message, tr("write one unit"), at, name, written(value))


def _words(name: str, field: FieldSpec) -> list[str]:
    return [field.title, *(word for alias in field.aliases for word in alias.names), name, field.dbf]


def _in_field_unit(
    values: pd.Series[Any], name: str, field: FieldSpec, heading: tuple[str, Unit | None]
) -> tuple[pd.Series[Any], list[Fault]]:
    """Return values in the field's unit, from that of their column, or from that which a cell states itself."""
    if field.unit is None:
        return values, []
    column, heads = heading
    alias = next((alias.unit for alias in field.aliases if fold(alias.name) == fold(column)), None)
    factors = factors_of(field.unit)
    # What stands over the column in the table goes before what columns of that name usually are in.
    own, usual = field.unit, (heads if heads in factors else None) or alias or field.unit
    faults: list[Fault] = []
    if usual == own and not any(isinstance(value, str) for value in values):
        return values, faults

    def scaled(at: Any, value: Any) -> Any:
        below = parse_undetected(value) if field.below_detection else None
        number, stated = below or parse_quantity(value) or (None, None)
        unit = stated or usual
        if number is None or unit not in factors:
            return value
        if unit != usual:
            message = tr(
                "{value}: the column is in {usual}; read in the unit that the cell states",
                value=value, usual=unit_title(usual),
            )  # fmt: skip
            hint = tr("write the whole column in one unit")
            faults.append(Fault("unit_differs", message, hint, at, name, written(value)))
        # A bare number in the field's own unit is left as it came.
        if stated is None and unit == own:
            return value
        number = converted(number, factors[unit], factors[own])
        return number if below is None else f"<{number!r}" if number == number else value

    read = [scaled(at, value) for at, value in values.items()]
    if len(faults) >= MANY and len(faults) == values.notna().sum():
        message = tr(
            "all {count} cells state their unit, such as {value}; they were read in it, and not in {usual}",
            count=len(faults), value=faults[0].value, usual=unit_title(usual),
        )  # fmt: skip
        faults = [Fault("unit_differs", message, tr("write the unit behind the column's name"), field=name)]
    return pd.Series(read, index=values.index, dtype=object), faults
