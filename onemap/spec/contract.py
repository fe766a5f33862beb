"""What a bureau's workbook and its reader agree on: how its sheets are marked, and what its example rows say."""

from __future__ import annotations

from typing import Final

from onemap.spec.layer import FieldSpec, LayerSpec
from onemap.text import fold

MARK: Final = "onemap_"
"""How the defined names begin that say of a sheet which layer it is for: they outlive a new name of file or sheet."""

GUIDE, LISTS = "_guide", "_lists"
"""What stands behind `MARK` for sheets without records, in place of a layer's id."""

SERIALS: Final = ("序号", "行号", "顺序号")
"""What the first column of a sheet is called: the first of these that no field is called."""

EXAMPLE: Final = "示例"
"""What stands in that column beside an example."""

LONGITUDE, LATITUDE = "经度", "纬度"

_DAY: Final = "2026-06-30"
_COUNT: Final = 10.0


def example_of(field: FieldSpec) -> str:
    """Return a value of a field as a bureau would write it, "" where its form is all that is known.

    Examples
    --------
    >>> example_of(FieldSpec(title="井深", type="number", dbf="JS", minimum=0, maximum=1000))
    '500'
    """
    if field.example is not None:
        return field.example
    if field.classes:
        return next(iter(field.classes.values())).title
    if field.type == "date":
        return _DAY
    if field.type in ("integer", "number"):
        return _number(field)
    return "" if field.pattern else f"（{field.title}）"


def serial_of(spec: LayerSpec) -> str:
    """Return what the first column of a layer's sheet is called."""
    titles = {fold(field.title) for field in spec.fields.values()}
    return next((word for word in SERIALS if fold(word) not in titles), SERIALS[0])


def columns_of(spec: LayerSpec) -> list[str]:
    """Return the columns of a layer's sheet: a number, its fields, and coordinates where it may have points."""
    titles = [field.title for field in spec.fields.values()]
    place = (LONGITUDE, LATITUDE) if "point" in spec.geometry else ()
    return [serial_of(spec), *titles, *(word for word in place if word not in titles)]


def _number(field: FieldSpec) -> str:
    low, high = field.minimum, field.maximum
    if low is not None and high is not None:
        number = (low + high) / 2
    else:
        number = low + _COUNT if low is not None else _COUNT if high is None else min(high, _COUNT)
    return str(int(number)) if field.type == "integer" or number.is_integer() else str(number)
