"""Units in which several points are sampled year by year, and the crops on them: by these their class is checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely
from defects import Defect
from fields import SPELLINGS
from ledgers import Record
from shapes import Rng, lonlat

# The class of each unit as the ledger has it (0 to 2), the cadmium of its points, mg/kg, and that of its crops.
# On dry land above pH 7.5 the screening value is 0.6 and the control value 4.0; of wheat the limit is 0.1.
UNITS: Final[tuple[tuple[int, tuple[float, ...], tuple[float, ...]], ...]] = (
    (0, (0.31, 0.28, 4.6), ()),
    (1, (5.1, 1.4, 1.9, 2.2), (0.05, 0.06, 0.04)),
    (0, (0.9, 1.1, 0.8, 0.35), (0.03, 0.07, 0.05)),
    (0, (0.75, 0.82, 0.2, 0.3, 0.25), (0.04, 0.06)),
    (2, (4.9, 1.6, 2.4, 3.1), ()),
    (1, (0.33, 0.41, 0.28), ()),
    (1, (1.7, 1.2, 2.0), ()),
    (1, (1.5, 3.5, 1.1, 0.95, 2.6), (0.04, 0.05, 0.25)),
    (0, (0.50, 0.21, 0.54), ()),
)  # fmt: skip
WITHOUT_PH: Final = (6, 2)
"""The unit and the point of which the laboratory gave no pH."""

EARLIER: Final = {(8, 0): ((2022, 0.30), (2024, 0.33)), (8, 1): ((2024, 0.20),), (6, 0): ((2023, 0.45),)}
"""What was found in earlier years: at the first point cadmium rises by half, at the second hardly."""

ASTRAY: Final = (7, 4)
"""The unit and the point that lies elsewhere than its unit code says."""

NO_DATE: Final = "2026-02-30"
PLANTED: Final = (5, 1)
"""The unit and the point whose date is none."""

OTHERS: Final = ((0.03, 0.3, 3), (6, 14, 1), (18, 42, 1), (45, 85, 1))
"""Between which values, mg/kg, lie mercury, arsenic, lead and chromium at a point, and with how many digits."""

SOIL_COLUMNS: Final = (
    "样品编号", "监测点位编号", "所在单元编码", "乡镇", "采样日期", "经度", "纬度", "土地利用", "pH",
    "镉(mg/kg)", "汞(mg/kg)", "砷(mg/kg)", "铅(mg/kg)", "铬(mg/kg)",
)  # fmt: skip


def make_monitored_units(
    fields: list[Record], sampled: set[str], rng: Rng
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Return samples of soil and of crops in units that have none so far.

    Parameters
    ----------
    sampled
        Codes of the units that have a sample.
    """
    levels = np.array(
        [next(names.index(field["ZLLB"]) for names in SPELLINGS if field["ZLLB"] in names) for field in fields]
    )
    free = np.array([field["LBBM"] not in sampled for field in fields])
    soil: list[dict[str, str]] = []
    crops: list[dict[str, str]] = []
    taken: list[int] = []
    for serial, (level, cadmium, in_crops) in enumerate(UNITS):
        at = int(rng.choice(np.flatnonzero(free & (levels == level))))
        taken.append(at)
        free[at] = False
        field = fields[at]
        places = _places(field["geometry"], max(len(cadmium), len(in_crops)), rng)
        if serial == ASTRAY[0]:
            # In a field of the same class at the other end of the township.
            town = np.array([other["TXZQMC"] == field["TXZQMC"] for other in fields])
            far = max(np.flatnonzero(free & town & (levels == level)), key=lambda other: _far(fields, at, int(other)))
            places[ASTRAY[1]] = fields[int(far)]["geometry"].representative_point()
        for point, (place, value) in enumerate(zip(places, cadmium, strict=False)):
            soil += _samples((serial, point), field, place, value, rng)
        for point, (place, value) in enumerate(zip(places, in_crops, strict=False), 1):
            crops.append(_crop(f"NPD{serial + 1:02d}{point}", field, place, value, rng))
    return soil, crops


def planted_date(source: str, soil: Sequence[dict[str, str]]) -> Defect:
    """Return the planted defect of the samples of soil."""
    at = next(at for at, row in enumerate(soil) if row["采样日期"] == NO_DATE)
    note = "There is no 30th of February."
    return Defect(
        "wrong_type", "soil_sample", source, note, at + 2, field="sampled_on", key=soil[at]["样品编号"], value=NO_DATE
    )


def _samples(which: tuple[int, int], field: Record, place: Any, cadmium: float, rng: Rng) -> list[dict[str, str]]:
    """Return the samples of a point, of this year and earlier ones."""
    serial, point = which
    code = f"DW{serial + 1:02d}{point + 1}"
    own = [(year, value) for year, value in EARLIER.get(which, ())] + [(2026, cadmium)]
    others = [_between(rng, *bounds) for bounds in OTHERS]
    return [
        _soil((f"TR{code}-{year}", code), field, place, (dt.date(year, 6, 3 + point), [value, *others]), rng)
        | ({"pH": ""} if which == WITHOUT_PH else {})
        | ({"采样日期": NO_DATE} if which == PLANTED else {})
        for year, value in own
    ]


def _soil(
    codes: tuple[str, str], field: Record, place: Any, found: tuple[dt.date, list[float]], rng: Rng
) -> dict[str, str]:
    degrees, (day, values) = lonlat(place), found
    cells = [*codes, field["LBBM"], field["TXZQMC"], day, f"{degrees.x:.6f}", f"{degrees.y:.6f}", "旱地"]
    return dict(zip(SOIL_COLUMNS, map(str, [*cells, _between(rng, 7.7, 8.4), *values]), strict=True))


def _crop(code: str, field: Record, place: Any, cadmium: float, rng: Rng) -> dict[str, str]:
    degrees = lonlat(place)
    return {
        "农产品样品编号": code, "所在单元编码": field["LBBM"], "乡镇": field["TXZQMC"], "采样日期": "2026-06-02",
        "经度": f"{degrees.x:.6f}", "纬度": f"{degrees.y:.6f}", "农产品": "小麦", "镉(mg/kg)": str(cadmium),
        "汞(mg/kg)": str(_between(rng, 0.003, 0.015, 4)), "总砷(mg/kg)": str(_between(rng, 0.04, 0.15, 3)),
        "铅(mg/kg)": str(_between(rng, 0.03, 0.15, 3)), "铬(mg/kg)": str(_between(rng, 0.1, 0.7)),
    }  # fmt: skip


def _places(shape: Any, count: int, rng: Rng) -> list[Any]:
    """Return so many places well inside a field."""
    inner = shape.buffer(-45) if not shape.buffer(-45).is_empty else shape.buffer(-20)
    west, south, east, north = inner.bounds
    found: list[Any] = []
    while len(found) < count:
        place = shapely.Point(rng.uniform(west, east), rng.uniform(south, north))
        if inner.contains(place):
            found.append(place)
    return found


def _far(fields: list[Record], one: int, other: int) -> float:
    return float(fields[one]["geometry"].distance(fields[other]["geometry"]))


def _between(rng: Rng, low: float, high: float, digits: int = 2) -> float:
    return round(float(rng.uniform(low, high)), digits)
