"""The made-up county: one coverage of small cells, from which townships, fields, villages and works sites are cut.

Every boundary of the sample is an edge of this one coverage. An edge is wiggled once and used by the cells on both
sides, so that fields share their vertices exactly, and a township is exactly the union of its cells.
Coordinates are metres in EPSG:4547, rounded to the centimetre.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiPoint, Polygon
from shapes import Points, Rng, connected, smooth_labels, smooth_line

CENTRE: Final = np.array([384_850.0, 3_864_200.0])
HALF_AXES: Final = np.array([16_600.0, 10_350.0])
SPACING_M: Final = 274.0

FIELD, BED, STREAM, VILLAGE, TOWN, SITE = range(6)
"""What a cell is: farmland, bed of the great river, corridor of a small one, built-up land, or a works site."""


@dataclass(frozen=True)
class Township:
    """A true name and code at a made-up place; `seat` is east and north of the county's centre, in metres."""

    code: str
    name: str
    villages: int
    seat: tuple[float, float]
    town_radius_m: float

    @property
    def office(self) -> str:
        """What another bureau calls it."""
        return self.name.replace("街道", "办事处")


TOWNSHIPS: Final = (
    Township("410883001", "大定街道", 19, (2_300, -4_900), 620),
    Township("410883002", "会昌街道", 21, (-1_700, -600), 760),
    Township("410883003", "河雍街道", 14, (2_100, -500), 820),
    Township("410883004", "河阳街道", 17, (-1_500, -4_700), 640),
    Township("410883100", "化工镇", 20, (6_900, -5_300), 480),
    Township("410883101", "南庄镇", 28, (11_300, -2_600), 520),
    Township("410883102", "城伯镇", 23, (3_300, 5_100), 480),
    Township("410883103", "谷旦镇", 29, (9_800, 3_000), 500),
    Township("410883104", "赵和镇", 38, (-4_300, 5_000), 470),
    Township("410883105", "西虢镇", 21, (-6_700, -2_600), 500),
    Township("410883201", "槐树乡", 44, (-11_600, 1_700), 420),
)

# East and north of the centre, in metres; the third river follows the southern border.
STREAMS: Final = {
    "蟒河": [
        (-14_500, 3_300), (-10_000, 4_300), (-6_000, 2_600), (-1_500, 3_400), (3_500, 2_300), (8_000, 700),
        (14_600, 900),
    ],
    "老蟒河": [
        (-9_200, -1_000), (-5_200, -200), (-2_500, -2_600), (1_800, -2_900), (6_000, -3_100), (10_500, -4_600),
        (13_000, -4_300),
    ],
}  # fmt: skip
GREAT_RIVER: Final = "黄河"


@dataclass(frozen=True)
class Village:
    """A village: its name, township, centre, and the cells that are built up (none for the small ones)."""

    name: str
    township: int
    centre: tuple[float, float]
    cells: tuple[int, ...] = ()


@dataclass
class County:
    """The coverage and what stands on it."""

    cells: list[Polygon]
    neighbours: list[list[int]]
    township: NDArray[np.int64]
    """For each cell the index in `TOWNSHIPS`; -1 outside the county."""
    role: NDArray[np.int64]
    rivers: dict[str, LineString]
    villages: list[Village]
    towns: dict[int, list[int]]
    """For each township the cells of its seat."""

    @cached_property
    def centres(self) -> Points:
        """The centroid of each cell."""
        return shapely.get_coordinates(shapely.centroid(np.array(self.cells)))

    def union(self, cells: list[int] | tuple[int, ...] | NDArray[np.int64]) -> Any:
        """Return the area of some cells, with every vertex of their outer edges."""
        return shapely.coverage_union_all([self.cells[i] for i in cells])

    def township_at(self, place: Any) -> int:
        """Return the township in which a point lies, -1 outside the county."""
        found = self._tree.query(place, predicate="intersects")
        return int(self.township[found[0]]) if len(found) else -1

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.cells)

    def take_site(self, near: tuple[float, float], reach: float, rng: Rng, lonely: bool = False) -> int:
        """Turn a field within `reach` of a place into a works site: any one, or the one farthest from homes."""
        distance = np.hypot(*(self.centres - near).T)
        free = np.flatnonzero((self.role == FIELD) & (self.township >= 0) & (distance < reach))
        homes = self.centres[np.isin(self.role, (VILLAGE, TOWN))]
        to_homes = np.hypot(*(self.centres[free][:, None] - homes).transpose(2, 0, 1)).min(axis=1)
        cell = int(free[np.argmax(to_homes)] if lonely else rng.choice(free))
        self.role[cell] = SITE
        return cell


def make_county(rng: Rng) -> County:
    """Make the coverage, divide it among the townships, and lay rivers, towns and villages on it."""
    outline = _outline(rng)
    rivers = {name: smooth_line(CENTRE + np.array(places)) for name, places in STREAMS.items()}
    rivers[GREAT_RIVER] = _great_river(outline)
    seeds = _seeds(outline, list(rivers.values())[:2], rng)
    cells, neighbours = _wiggly_cells(seeds, rng)
    centres = shapely.get_coordinates(shapely.centroid(np.array(cells)))
    inside = shapely.contains_xy(outline, centres)
    township = smooth_labels(np.where(inside, _nearest_seat(centres), -1), neighbours)
    role = np.full(len(cells), FIELD)
    small = shapely.union_all(list(rivers.values())[:2])
    role[shapely.intersects(np.array(cells), small)] = STREAM
    points, great = shapely.points(centres), rivers[GREAT_RIVER]
    to_river, to_border = shapely.distance(points, great), shapely.distance(points, outline.exterior)
    role[(to_river < 480) | ((to_border < 760) & (to_river < 1_300))] = BED
    county = County(cells, neighbours, township, role, rivers, [], {})
    _lay_towns(county)
    _lay_villages(county, rng)
    return county


def _outline(rng: Rng) -> Polygon:
    """Return a rounded rectangle whose radius sways."""
    angle = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    radius = (np.abs(np.cos(angle)) ** 2.9 + np.abs(np.sin(angle)) ** 2.9) ** (-1 / 2.9)
    sway = sum(rng.normal(0, 0.085 / k**0.75) * np.sin(k * angle + rng.uniform(0, 2 * np.pi)) for k in range(2, 24))
    shape = radius * (1 + sway)
    ring = np.column_stack([shape * np.cos(angle), shape * np.sin(angle)])
    return Polygon(CENTRE + ring / np.abs(ring).max(axis=0) * HALF_AXES)


def _great_river(outline: Polygon) -> LineString:
    """Return a line along the southern border, well inside it."""
    ring = shapely.get_coordinates(outline.buffer(-800).exterior)
    ring = ring[np.lexsort((ring[:, 1], np.round(ring[:, 0] / 500)))]
    _, first = np.unique(np.round(ring[:, 0] / 500), return_index=True)
    south = ring[first]
    south = south[np.abs(south[:, 0] - CENTRE[0]) < 12_500]
    south[:, 1] = np.convolve(np.pad(south[:, 1], 2, mode="edge"), np.ones(5) / 5, mode="valid")
    return smooth_line(south[::4], 150.0)


def _seeds(outline: Polygon, streams: list[LineString], rng: Rng) -> Points:
    """Return a jittered grid with smoothly varying density, and rows of seeds along the streams.

    A row on the stream and one on each side make its corridor a narrow band with smooth banks.
    """
    west, south, east, north = outline.buffer(1_500).bounds
    grid_x, grid_y = np.meshgrid(np.arange(west, east, SPACING_M * 1.12), np.arange(south, north, SPACING_M / 1.12))
    grid_x[1::2] += SPACING_M / 2
    grid = np.column_stack([grid_x.ravel(), grid_y.ravel()]) + rng.uniform(-0.36, 0.36, (grid_x.size, 2)) * SPACING_M
    relative = grid - CENTRE
    grid[:, 0] += 420 * np.sin(relative[:, 0] / 2_700 + 0.4) * np.cos(relative[:, 1] / 3_300)
    grid[:, 1] += 330 * np.sin(relative[:, 1] / 2_300 - relative[:, 0] / 5_100)
    grid = grid[shapely.contains_xy(outline.buffer(1_200), grid)]
    away = shapely.distance(shapely.points(grid), shapely.union_all(streams)) > 235
    rows = [grid[away]]
    for line in streams:
        middle = shapely.line_interpolate_point(line, np.arange(0, line.length, 95))
        rows.append(shapely.get_coordinates(middle))
        for side in (-125, 125):
            bank = line.simplify(20).offset_curve(side)
            spots = np.arange(60, bank.length, 210) + rng.uniform(-35, 35, len(np.arange(60, bank.length, 210)))
            rows.append(shapely.get_coordinates(shapely.line_interpolate_point(bank, spots)))
    return np.round(np.vstack(rows), 2)


def _wiggly_cells(seeds: Points, rng: Rng) -> tuple[list[Polygon], list[list[int]]]:
    """Return the Voronoi cells of `seeds` with each edge wiggled once, and the neighbours of each cell."""
    plain = shapely.get_parts(shapely.voronoi_polygons(MultiPoint(seeds), ordered=True))
    corner_ids: dict[tuple[float, float], int] = {}
    rings: list[list[int]] = []
    for cell in plain:
        corners = [tuple(xy) for xy in np.round(shapely.get_coordinates(cell)[:-1], 2).tolist()]
        ring = [corner_ids.setdefault(corner, len(corner_ids)) for corner in corners]
        rings.append([a for a, b in zip(ring, ring[1:] + ring[:1], strict=True) if a != b])
    corner_xy = np.array(list(corner_ids))
    sides: dict[tuple[int, int], list[int]] = {}
    for cell_id, ring in enumerate(rings):
        for a, b in zip(ring, ring[1:] + ring[:1], strict=True):
            sides.setdefault((min(a, b), max(a, b)), []).append(cell_id)
    bends = {edge: _bend(corner_xy[edge[0]], corner_xy[edge[1]], rng) for edge in sorted(sides)}
    neighbours: list[list[int]] = [[] for _ in rings]
    for pair in sides.values():
        for one, other in (pair, pair[::-1]) if len(pair) == 2 else ():
            neighbours[one].append(other)
    cells = []
    for ring in rings:
        path: list[Points] = []
        for a, b in zip(ring, ring[1:] + ring[:1], strict=True):
            path += [corner_xy[a : a + 1], bends[a, b] if a < b else bends[b, a][::-1]]
        cells.append(Polygon(np.vstack(path)))
    return cells, neighbours


def _bend(start: Points, end: Points, rng: Rng) -> Points:
    """Return the vertices between the ends of an edge: none on a short one, one or two on longer ones."""
    along = end - start
    length = float(np.hypot(*along))
    count = 0 if length < 55 else 1 if length < 215 else 2
    across = np.array([-along[1], along[0]])
    share = (np.arange(1, count + 1) / (count + 1))[:, None] + rng.uniform(-0.08, 0.08, (count, 1))
    sway = np.clip(rng.normal(0, 0.05, (count, 1)), -0.09, 0.09)
    return np.round(start + share * along + sway * across, 2)


def _nearest_seat(points: Points) -> NDArray[np.int64]:
    """Return for each point the township with the nearest seat, seen through a gently warped glass."""
    relative = points - CENTRE
    warped = relative + np.column_stack(
        [
            700 * np.sin(relative[:, 1] / 1_500) + 330 * np.sin(relative[:, 1] / 560 + relative[:, 0] / 2_000),
            700 * np.sin(relative[:, 0] / 1_700 + 1) + 300 * np.cos(relative[:, 0] / 620),
        ]
    )
    seats = np.array([t.seat for t in TOWNSHIPS])
    return np.argmin(np.hypot(*(warped[:, None] - seats).transpose(2, 0, 1)), axis=1)


def _lay_towns(county: County) -> None:
    """Build a town at the seat of each township."""
    centres = county.centres
    for number, township in enumerate(TOWNSHIPS):
        distance = np.hypot(*(centres - CENTRE - township.seat).T)
        distance *= 1 + 0.13 * np.sin(3 * np.arctan2(*(centres - CENTRE - township.seat).T) + number)
        free = (county.township == number) & (county.role == FIELD)
        county.towns[number] = connected(np.flatnonzero(free & (distance < township.town_radius_m)), county.neighbours)
        county.role[county.towns[number]] = TOWN


def _lay_villages(county: County, rng: Rng) -> None:
    """Scatter as many villages as each township really has; the larger ones are large enough to be built-up cells."""
    centres, serial = county.centres, 0
    for number, township in enumerate(TOWNSHIPS):
        for count in range(township.villages):
            serial += 1
            free = np.flatnonzero((county.township == number) & (county.role == FIELD))
            taken = np.array([v.centre for v in county.villages] or [(0.0, 0.0)])
            tried = rng.choice(free, 25)
            lonely = np.hypot(*(centres[tried][:, None] - taken).transpose(2, 0, 1)).min(axis=1)
            cell = int(tried[np.argmax(lonely)])
            built = _built_up(county, cell, rng) if count % 5 < 3 else ()
            county.villages.append(Village(f"示例{serial}村", number, tuple(centres[cell]), built))


def _built_up(county: County, cell: int, rng: Rng) -> tuple[int, ...]:
    """Return a cell and some of its neighbours, and mark them as a village, unless others are built up close by."""
    around = [cell, *county.neighbours[cell]]
    wide = {far for near in around for far in county.neighbours[near]}
    same = all(county.township[n] == county.township[cell] for n in around)
    if not same or any(county.role[n] != FIELD for n in wide):
        return ()
    chosen = (cell, *sorted(int(n) for n in rng.choice(around[1:], int(rng.integers(1, 4)), replace=False)))
    county.role[list(chosen)] = VILLAGE
    return chosen
