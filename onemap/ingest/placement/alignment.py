"""How far one set of shapes lies off another: both are laid over each other at every shift, and the best one judged.

A shift is right where outlines run along outlines, or where things lie in the gaps that were left for them
(or on the ground that is theirs). Chance, and ground that repeats itself, fit at several shifts, or only
in one corner: so a shift counts only when no other comes near it, and when all parts of the ground want it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

Points = NDArray[np.float64]
Raster = NDArray[np.uint16]
Surfaces = NDArray[np.float64]
"""For each part of the ground how well every shift fits: parts x north x east, the shift of nothing in the middle."""

CELL_M: Final = 25.0
WIDEST_M: Final = 50_000.0
"""Of a wider county only the middle is looked at: it tells enough."""

MOST_POINTS: Final = 800
"""So many points of a layer are laid over the other: more say nothing new."""

MOST_OUTLINED: Final = 80_000
"""So many polygons are outlined: of more, some."""

PARTS: Final = 8
FEWEST_POINTS: Final = 2 * PARTS

RIVAL_M: Final = 250.0
"""Shifts that are farther than this from the best one are its rivals."""

FAR_M: Final = 400.0
"""The same where shifts that fit form a plateau."""

SMOOTH_CELLS: Final = 14
"""How a fit stands out is seen against its surroundings, so many cells to each side: density alone is no fit."""

# In 7,695 pairs of unrelated ground no shift reached t = 2.5 with six wins; what belongs together mostly passes 4.
RIVAL_SHARE: Final = 0.7
"""The best rival may fit at most this share as well as the best shift."""
LEAST_T: Final = 3.0
"""Student's t over the parts of the ground, of the best shift against its best rival."""
LEAST_WINS: Final = 7
"""In so many parts the best shift is better than its best rival."""


@dataclass(frozen=True)
class Ground:
    """A grid over the county, wide enough for everything to be shifted by `reach` cells."""

    west: float
    south: float
    columns: int
    rows: int
    reach: int

    def cells(self, points: Points) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return row and column of each point that lies in the grid."""
        row = np.floor((points[:, 1] - self.south) / CELL_M).astype(np.intp)
        column = np.floor((points[:, 0] - self.west) / CELL_M).astype(np.intp)
        inside = (row >= 0) & (row < self.rows) & (column >= 0) & (column < self.columns)
        return row[inside], column[inside]

    def inner(self, points: Points) -> NDArray[np.bool_]:
        """Tell of each point whether it stays in the grid under every shift."""
        edge = (self.reach + 1) * CELL_M
        east, north = points[:, 0] - self.west, points[:, 1] - self.south
        inside = (east > edge) & (east < self.columns * CELL_M - edge)
        return np.asarray(inside & (north > edge) & (north < self.rows * CELL_M - edge))


def middle_box(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the box around boxes (west, south, east, north, one a row), but for those that lie far from most."""
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    near = (np.abs(centres - np.median(centres, axis=0)) <= 2 * WIDEST_M).all(axis=1)
    kept = boxes[near] if near.any() else boxes
    return np.append(kept[:, :2].min(axis=0), kept[:, 2:].max(axis=0))


def lay_ground(bounds: NDArray[np.float64], reach_m: float) -> Ground:
    """Return the grid over the middle of `bounds` (west, south, east, north)."""
    reach = int(np.ceil(reach_m / CELL_M))
    low, high = bounds[:2], bounds[2:]
    half = np.minimum(high - low, WIDEST_M) / 2 + (reach + 2) * CELL_M
    west, south = (low + high) / 2 - half
    columns, rows = np.ceil(2 * half / CELL_M).astype(int)
    return Ground(float(west), float(south), int(columns), int(rows), reach)


@dataclass(frozen=True)
class Print:
    """What a layer leaves on the ground: its lines and outlines, the ground it covers, and points of both."""

    outlines: Points
    covered: Points
    outline_length: int
    covered_size: int
    lines: Raster | None
    area: Raster | None


def leave_print(shapes: gpd.GeoSeries, ground: Ground) -> Print:
    """Return what shapes leave on the ground."""
    parts = shapely.get_parts(shapes.dropna().array)
    kinds = shapely.get_dimensions(parts)
    polygons, lines = parts[kinds == 2], parts[kinds == 1]
    outlines = _edges(some(polygons, MOST_OUTLINED), lines).points()
    outlines = outlines[ground.inner(outlines)]
    area = _edges(polygons, lines[:0]).area(ground) if len(polygons) * 2 > len(parts) else None
    if area is not None:
        row, column = np.nonzero(area)
        covered = np.column_stack([ground.west + (column + 0.5) * CELL_M, ground.south + (row + 0.5) * CELL_M])
    else:
        covered = np.vstack([shapely.get_coordinates(parts[kinds == 0]), outlines])
    covered = covered[ground.inner(covered)]
    lines = _blurred(outlines, ground) if len(outlines) else None
    return Print(some(outlines), some(covered), len(outlines), len(covered), lines, area)


def cover(shapes: gpd.GeoSeries, ground: Ground) -> Raster:
    """Return the cells whose middles polygons cover."""
    parts = shapely.get_parts(shapes.array)
    return _edges(parts[shapely.get_dimensions(parts) == 2], parts[:0]).area(ground)


@dataclass(frozen=True)
class _Edges:
    """Straight pieces; `turn` is +1 where one keeps its ground on the left, -1 on the right, 0 where it has none."""

    start: Points
    end: Points
    turn: NDArray[np.float64]

    def points(self) -> Points:
        """Return points along the edges, no farther apart than a cell is wide."""
        along = self.end - self.start
        count = np.maximum(1, np.ceil(np.hypot(*along.T) / CELL_M)).astype(np.intp)
        edge, number = _repeat(count)
        share = (number + 0.5) / count[edge]
        return np.asarray(self.start[edge] + share[:, None] * along[edge])

    def area(self, ground: Ground) -> Raster:
        """Return which cells have their middle inside the rings: a ring opens and closes each row that it crosses."""
        low, high = (self.start[:, 1] - ground.south) / CELL_M - 0.5, (self.end[:, 1] - ground.south) / CELL_M - 0.5
        first, last = np.ceil(np.minimum(low, high)), np.ceil(np.maximum(low, high))
        edge, number = _repeat(((last - first) * (self.turn != 0)).astype(np.intp))
        row = first[edge].astype(np.intp) + number
        share = (row - low[edge]) / (high - low)[edge]
        x = self.start[edge, 0] + share * (self.end - self.start)[edge, 0]
        column = np.clip(np.ceil((x - ground.west) / CELL_M - 0.5), 0, ground.columns - 1).astype(np.intp)
        opens = self.turn[edge] * np.sign(low - high)[edge]
        there = (row >= 0) & (row < ground.rows)
        cells = row[there] * ground.columns + column[there]
        steps = np.bincount(cells, weights=opens[there], minlength=ground.rows * ground.columns)
        depth = np.cumsum(steps.reshape(ground.rows, ground.columns), axis=1)
        return (depth > 0.5).astype(np.uint16)


def _repeat(count: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return each index as often as its count says, and the number 0, 1, 2 … of each repetition."""
    index = np.repeat(np.arange(len(count)), count)
    return index, np.arange(len(index)) - np.repeat(np.cumsum(count) - count, count)


def _edges(polygons: NDArray[Any], lines: NDArray[Any]) -> _Edges:
    rings, owner = shapely.get_rings(polygons, return_index=True)
    hole = np.concatenate([[False], owner[1:] == owner[:-1]])[: len(rings)]
    turn = np.where(shapely.is_ccw(rings) != hole, 1.0, -1.0)
    points, of = shapely.get_coordinates(np.concatenate([rings, lines]), return_index=True)
    same = of[1:] == of[:-1]
    turns = np.concatenate([turn, np.zeros(len(lines))])[of[:-1][same]]
    return _Edges(points[:-1][same], points[1:][same], turns)


def _blurred(points: Points, ground: Ground) -> Raster:
    """Return the cells that points lie in, each spread over its neighbours, so that a near fit counts too."""
    row, column = ground.cells(points)
    cells = np.zeros((ground.rows, ground.columns), dtype=np.uint16)
    cells[row, column] = 1
    wide = 2 * cells
    wide[:, 1:] += cells[:, :-1]
    wide[:, :-1] += cells[:, 1:]
    both = 2 * wide
    both[1:] += wide[:-1]
    both[:-1] += wide[1:]
    return both


def some(items: NDArray[Any], most: int = MOST_POINTS) -> NDArray[Any]:
    """Return at most so many of the items, in their order, the same ones each time."""
    if len(items) <= most:
        return items
    chosen = np.random.default_rng(0).choice(len(items), most, replace=False)
    return np.asarray(items[np.sort(chosen)])


def fit_surfaces(points: Points, rasters: Sequence[Raster], which: NDArray[np.intp] | None, ground: Ground) -> Surfaces:
    """Return for every shift how much points find under them once the shift is taken back.

    Parameters
    ----------
    rasters, which
        What is found, and for each point the raster that it is held against; None where there is only one.
    """
    reach = ground.reach
    width = 2 * reach + 1
    sums = np.zeros((PARTS, width, width), dtype=np.uint16)
    row = np.floor((points[:, 1] - ground.south) / CELL_M).astype(int).tolist()
    column = np.floor((points[:, 0] - ground.west) / CELL_M).astype(int).tolist()
    raster_of = [0] * len(points) if which is None else which.tolist()
    for part, i, j, number in zip(_parts(points).tolist(), row, column, raster_of, strict=True):
        sums[part] += rasters[number][i - reach : i + reach + 1, j - reach : j + reach + 1]
    # A shift taken back reads the raster the other way round.
    return sums[:, ::-1, ::-1].astype(float)


def _parts(points: Points) -> NDArray[np.intp]:
    """Divide points among `PARTS` pieces of ground, equally many in each: in halves, by east and by north in turn."""
    part = np.zeros(len(points), dtype=np.intp)
    for level in range(PARTS.bit_length() - 1):
        finer = part * 2
        for piece in range(1 << level):
            own = np.flatnonzero(part == piece)
            ordered = own[np.argsort(points[own, level % 2], kind="stable")]
            finer[ordered[len(ordered) // 2 :]] += 1
        part = finer
    return part


@dataclass(frozen=True)
class Peak:
    """The shift that fits best, and whether anything else comes near it."""

    east_m: float
    north_m: float
    rival: float
    """How well the best rival fits, as a share."""
    t: float
    wins: int

    @property
    def decisive(self) -> bool:
        """Whether nothing else comes near it, in all parts of the ground."""
        return self.rival <= RIVAL_SHARE and self.t >= LEAST_T and self.wins >= LEAST_WINS


def find_peak(surfaces: Surfaces) -> Peak:
    """Return the best shift of surfaces, as it stands out against its surroundings."""
    whole = _detail(surfaces.sum(axis=0))
    north, east = _shifts(whole)
    best = np.unravel_index(int(whole.argmax()), whole.shape)
    away = np.hypot(north - north[best], east - east[best])
    rivals = np.where(away > RIVAL_M, whole, -np.inf)
    rival = np.unravel_index(int(rivals.argmax()), whole.shape)
    height = float(whole[best])
    if height <= 0 or whole[rival] > RIVAL_SHARE * height:
        return Peak(0.0, 0.0, 1.0, 0.0, 0)
    gain = _detail_at(surfaces, best) - _detail_at(surfaces, rival)
    spread = gain.std(ddof=1) / np.sqrt(PARTS)
    # The top is flat or lopsided: its middle is where it weighs most.
    weight = np.where(away <= RIVAL_M / 2, np.maximum(whole - height / 2, 0.0), 0.0)
    return Peak(
        float((weight * east).sum() / weight.sum()),
        float((weight * north).sum() / weight.sum()),
        float(whole[rival]) / height,
        float(gain.mean() / spread) if spread > 0 else 0.0,
        int((gain > 0).sum()),
    )


def _detail(surface: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a surface less the mean of the square around each shift."""
    size = 2 * SMOOTH_CELLS + 1
    sums = np.pad(surface, SMOOTH_CELLS, mode="edge").cumsum(axis=0).cumsum(axis=1)
    sums = np.pad(sums, ((1, 0), (1, 0)))
    square = sums[size:, size:] - sums[:-size, size:] - sums[size:, :-size] + sums[:-size, :-size]
    return np.asarray(surface - square / size**2)


def _detail_at(surfaces: Surfaces, shift: tuple[Any, ...]) -> NDArray[np.float64]:
    """Return the detail of each surface at one shift."""
    row, column = (np.arange(at - SMOOTH_CELLS, at + SMOOTH_CELLS + 1).clip(0, surfaces.shape[1] - 1) for at in shift)
    return np.asarray(surfaces[:, shift[0], shift[1]] - surfaces[:, row][:, :, column].mean(axis=(1, 2)))


@dataclass(frozen=True)
class Plateau:
    """The shifts that fit nearly as well as the best: their middle, how far they spread, and what lies beyond."""

    east_m: float
    north_m: float
    spread_m: float
    best: float
    rival: float
    wins: int
    """In how many parts of the ground the middle is better than the best rival, less those where it is worse."""


def find_plateau(surfaces: Surfaces, slack: float) -> Plateau:
    """Return the shifts of surfaces that fit as well as the best but for `slack`."""
    whole = surfaces.sum(axis=0)
    north, east = _shifts(whole)
    top = whole >= whole.max() - slack
    middle = float(east[top].mean()), float(north[top].mean())
    away = np.hypot(east - middle[0], north - middle[1])
    # That nothing is shifted is a rival too, unless it is meant.
    nothing = (east == 0) & (north == 0) & (away > RIVAL_M)
    rivals = np.where((away > FAR_M) | nothing, whole, -np.inf)
    rival = np.unravel_index(int(rivals.argmax()), whole.shape)
    centre = np.unravel_index(int(away.argmin()), whole.shape)
    gain = surfaces[:, centre[0], centre[1]] - surfaces[:, rival[0], rival[1]]
    wins = int((gain > 0).sum() - (gain < 0).sum())
    return Plateau(*middle, float(away[top].max()), float(whole.max()), float(whole[rival]), wins)


def _shifts(surface: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    reach = surface.shape[0] // 2
    steps = np.arange(-reach, reach + 1) * CELL_M
    north, east = np.meshgrid(steps, steps, indexing="ij")
    return north, east
