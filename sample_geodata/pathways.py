"""How pollution may have come to the fields: the wind rose of the weather station, and the ditches of the works."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from county import County
from defects import Defect
from ledgers import Record
from shapely.geometry import LineString
from shapely.ops import substring
from shapes import Rng

STATION: Final = "示例气象站"
ROSE: Final = (
    ("N", 3.6, 2.1), ("NNE", 6.4, 2.4), ("NE", 13.1, 2.9), ("ENE", 11.7, 2.8), ("E", 7.2, 2.2), ("ESE", 3.9, 1.9),
    ("SE", 2.8, 1.8), ("SSE", 2.6, 1.7), ("S", 3.7, 1.9), ("SSW", 5.2, 2.3), ("西南", 8.6, 2.6),
    ("西南偏西风", 6.3, 2.4), ("W", 4.1, 2.2), ("WNW", 3.3, 2.3), ("NW", 3.0, 2.4), ("NNW", 2.4, 2.2),
    ("静风", 12.1, 0.2),
)  # fmt: skip
"""Direction, percent and mean speed, as the station's clerk writes them: the wind blows mostly from the north-east."""

FLOWS: Final = {"黄河": "顺绘制方向", "蟒河": "顺", "老蟒河": "未知"}
"""How each river flows, where somebody knows."""

DITCHES: Final = (("蟒河", "顺"), ("蟒河", "逆绘制方向"), ("老蟒河", ""))
"""The river that each ditch leads to, and how it flows to the way it is drawn; of the last nobody wrote it down."""

GAP_M: Final = 8.0
"""So far apart end the two parts in which the first ditch was drawn."""


def wind_rose() -> list[dict[str, str]]:
    """Return the rows of the wind rose, with a total below them."""
    rows = [
        {"风向": name, "风频(%)": f"{share:.1f}", "平均风速(m/s)": f"{speed:.1f}", "气象站": STATION,
         "统计年份": "2005-2024"}
        for name, share, speed in ROSE
    ]  # fmt: skip
    total = f"{sum(share for _, share, _ in ROSE):.1f}"
    return [*rows, {"风向": "合计", "风频(%)": total, "平均风速(m/s)": "", "气象站": "", "统计年份": ""}]


def total_of_rose(source: str) -> Defect:
    """Return the planted defect of the wind rose."""
    note = "The last row is a total, not a direction."
    return Defect("totals_row", "wind", source, note, len(ROSE) + 2, value="合计")


def make_ditches(county: County, enterprises: list[Record], fields: list[Record], rng: Rng) -> list[Record]:
    """Return ditches that run from behind works, past them, into rivers; the first was drawn in two parts."""
    polluted = shapely.STRtree([field["geometry"] for field in fields if field["CQCS"]])
    records: list[Record] = []
    taken: list[shapely.Point] = []
    for serial, (river, flow) in enumerate(DITCHES, 1):
        works = _works_by(county.rivers[river], [e["geometry"] for e in enterprises], polluted, taken)
        taken.append(works)
        line = _ditch(works, county.rivers[river], rng)
        if flow == "逆绘制方向":
            line = line.reverse()
        half = line.length / 2
        parts = (
            [line]
            if serial > 1
            else [substring(line, 0, half - GAP_M / 2), substring(line, half + GAP_M / 2, line.length)]
        )
        records += [
            {"渠道编码": f"PG{serial:02d}-{at}", "渠道名称": f"示例{serial}号排水沟", "流向": flow, "geometry": part}
            for at, part in enumerate(parts, 1)
        ]
    return records


def _works_by(
    river: LineString, works: list[shapely.Point], polluted: shapely.STRtree, taken: list[shapely.Point]
) -> shapely.Point:
    """Return the works within 1800 m of a river, far from those taken, that have the most polluted fields around."""
    near = [one for one in works if 300 < one.distance(river) < 1_800 and all(one.distance(o) > 2_500 for o in taken)]
    counts = [len(polluted.query(one, predicate="dwithin", distance=800)) for one in near]
    return near[int(np.argmax(counts))]


def _ditch(works: shapely.Point, river: LineString, rng: Rng) -> LineString:
    """Return a line that begins 450 m behind works, passes 60 m beside them and ends at the river."""
    mouth = np.array(river.interpolate(river.project(works)).coords[0])
    place = np.array(works.coords[0])
    along = (mouth - place) / np.hypot(*(mouth - place))
    aside = np.array([-along[1], along[0]])
    beside = place + 60 * aside
    steps = np.arange(-450.0, np.hypot(*(mouth - place)) - 60, 90)
    corners = beside + steps[:, None] * along + rng.normal(0, 6, (len(steps), 1)) * aside
    return LineString(np.round([*corners, mouth], 2))
