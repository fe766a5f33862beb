"""The farmland ledger: every field with its class, spelled differently by every township."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from county import FIELD, TOWNSHIPS, County
from defects import Defect
from ledgers import Record
from numpy.typing import NDArray
from shapely.geometry import LineString, Polygon
from shapely.ops import substring
from shapes import Rng, area_m2

MU_M2: Final = 2000 / 3
SHARES: Final = (0.80, 0.94)
"""Up to which share of the fields a field is of the first class, of the first two classes."""

SPELLINGS: Final = (
    ("1", "2", "3"), ("Ⅰ", "Ⅱ", "Ⅲ"), ("I", "II", "III"), ("优先保护类", "安全利用类", "严格管控类"),
    ("优先", "安全利用", "严格"), ("优先保护", "安全利用", "严格管控"), ("Ⅰ类", "Ⅱ类", "Ⅲ类"), ("一类", "二类", "三类"),
)  # fmt: skip
CROPS: Final = ("小麦", "玉米", "花生", "大豆", "怀山药", "水稻")
MEASURES: Final = (
    ("",),
    ("品种调整", "叶面调控", "石灰调节", "优化施肥", "深翻耕"),
    ("种植结构调整", "休耕", "退耕还林还草"),
)


def make_fields(county: County, plumes: list[tuple[float, float]], rng: Rng) -> list[Record]:
    """Return a record for every field, township by township and from north to south."""
    centres = county.centres
    cells = np.flatnonzero((county.role == FIELD) & (county.township >= 0))
    order = np.lexsort((centres[cells, 0], -np.round(centres[cells, 1] / 400), county.township[cells]))
    cells = cells[order]
    irrigated = substring(county.rivers["老蟒河"], 0.45, 0.85, normalized=True)
    classes = _classes(centres[cells], plumes, irrigated, rng)
    villages = np.array([v.centre for v in county.villages])
    home = np.array([v.township for v in county.villages])
    serials, in_village = dict.fromkeys(range(len(TOWNSHIPS)), 0), dict.fromkeys(range(len(villages)), 0)
    records = []
    for cell, level in zip(cells.tolist(), classes.tolist(), strict=True):
        number = int(county.township[cell])
        far = np.where(home == number, np.hypot(*(villages - centres[cell]).T), np.inf)
        village = int(np.argmin(far))
        serials[number] += 1
        in_village[village] += 1
        township, measures = TOWNSHIPS[number], MEASURES[level]
        records.append(
            {
                "LBBM": f"410883-{township.code[-3:]}-{serials[number]:05d}",
                "DYMC": f"{county.villages[village].name}{in_village[village]}号",
                "ZLLB": SPELLINGS[number % len(SPELLINGS)][level],
                "TXZQMC": township.office if number < 2 else township.name,
                "XZQMC": county.villages[village].name,
                "SUM_MJ_MU": round(area_m2(county.cells[cell]) / MU_M2, 2),
                "NCPLX": CROPS[int(rng.choice(len(CROPS), p=(0.42, 0.3, 0.12, 0.06, 0.06, 0.04)))],
                "CQCS": measures[int(rng.integers(len(measures)))],
                "geometry": county.cells[cell],
            }
        )
    return records


def _classes(
    places: NDArray[np.float64], plumes: list[tuple[float, float]], irrigated: LineString, rng: Rng
) -> NDArray[np.int64]:
    """Return 0, 1 or 2 for each field: worst downwind (south-west) of the polluters, patchy at the edges."""
    wind = np.deg2rad(215)
    burden = rng.normal(0, 0.05, len(places))
    for serial, place in enumerate(plumes):
        way = places - place
        along = way @ (np.cos(wind), np.sin(wind))
        across = way @ (-np.sin(wind), np.cos(wind))
        length = np.where(along > 0, 2_100 - 150 * serial, 650)
        burden += (1.5 - 0.1 * serial) * np.exp(-np.hypot(along / length, across / (720 - 45 * serial)))
    # Fields along one stretch of the small river were irrigated with waste water.
    burden += 0.32 * np.exp(-shapely.distance(shapely.points(places), irrigated) / 330)
    x, y = places.T / 1_000
    burden += 0.07 * np.sin(x / 1.9 + 0.7 * np.sin(y / 1.3)) * np.sin(y / 1.5 + x / 4)
    return np.searchsorted(np.quantile(burden, SHARES), burden)


def plant_in_fields(records: list[Record], source: str) -> list[Defect]:
    """Plant an overlap, a gap, a wrong area and a missing class, far from one another."""
    layer, step = "cultivated_land", len(records) // 5
    overlap, inner = _move_edge(records, step, 500.0)
    gap, other = _move_edge(records, 2 * step, -150.0)
    wrong, blank = records[3 * step], records[4 * step]
    wrong["SUM_MJ_MU"] = round(wrong["SUM_MJ_MU"] * 1.12, 2)
    blank["ZLLB"] = ""
    (first, row), (second, _) = sorted((records[at]["LBBM"], at) for at in (overlap, inner))
    spot = f"between {records[gap]['LBBM']} and {records[other]['LBBM']}"
    return [
        Defect("overlap", layer, source, f"{first} and {second} overlap by about 500 m²: a border drawn twice.",
               row=row, key=first, value=f"{first} / {second}"),
        Defect("gap", layer, source, f"A sliver of about 150 m² {spot} belongs to no field: a border drawn twice."),
        Defect("area_mismatch", layer, source, "The area in the ledger is 12 % larger than the field drawn.",
               row=3 * step, field="declared_area_m2", key=wrong["LBBM"], value=str(wrong["SUM_MJ_MU"])),
        Defect("missing_value", layer, source, "The class of this field, which every field must have, was left empty.",
               row=4 * step, field="land_class", key=blank["LBBM"]),
    ]  # fmt: skip


def _move_edge(records: list[Record], start: int, gain_m2: float) -> tuple[int, int]:
    """Let one field, from `start` on, gain or lose some area over one edge that it shares with only one other.

    The vertices between the two corners of that edge move in this field only; the other field keeps its own.
    Returns both fields.
    """
    tree = shapely.STRtree([record["geometry"] for record in records])
    for at in range(start, len(records)):
        for other in sorted(int(i) for i in tree.query(records[at]["geometry"], predicate="touches")):
            moved = _moved(records[at]["geometry"], records[other]["geometry"], gain_m2)
            if moved is not None and len(tree.query(moved, predicate="overlaps")) == (gain_m2 > 0):
                records[at]["geometry"] = moved
                records[at]["SUM_MJ_MU"] = round(area_m2(moved) / MU_M2, 2)
                return at, other
    message = "no edge is long enough"
    raise LookupError(message)


def _moved(field: Polygon, other: Polygon, gain_m2: float) -> Polygon | None:
    """Return `field` with one bend of its edge to `other` moved, or None where that edge has no single bend."""
    ring = shapely.get_coordinates(field)[:-1]
    shared = {tuple(xy) for xy in shapely.get_coordinates(other)}
    held = [i for i in range(len(ring)) if all(tuple(ring[j % len(ring)]) in shared for j in (i - 1, i, i + 1))]
    if not held:
        return None
    bend = held[0]
    before, after = ring[bend - 1], ring[(bend + 1) % len(ring)]
    along = after - before
    # Rings run clockwise or not; outward is where the area grows.
    outward = np.array([along[1], -along[0]]) / np.hypot(*along) * (1 if shapely.is_ccw(field.exterior) else -1)
    ring[bend] = np.round(ring[bend] + outward * 2 * gain_m2 / np.hypot(*along), 2)
    moved = Polygon(ring)
    return moved if moved.is_valid else None
