"""Exact areas of polygons inside discs: nothing is approximated by chords, and what lies wholly inside is not cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from onemap.flat import Bools, Flat, Floats, Ints
from onemap.risk.plane.chunks import cut, each, even
from onemap.risk.plane.ledger import Ground, Ledger
from onemap.risk.plane.tree import Tree, opened


@dataclass(frozen=True, eq=False)
class Discs:
    """Discs in the plane."""

    x: Floats
    y: Floats
    radius: Floats

    def __len__(self) -> int:
        return len(self.x)


class Edges(NamedTuple):
    """Edges from a to b, seen from the middle of the disc."""

    ax: Floats
    ay: Floats
    bx: Floats
    by: Floats


def sum_in_discs(flat: Flat, tree: Tree, discs: Discs, ledger: Ledger, ground: Ground | None = None) -> Floats:
    """Return what the ground of each class inside each disc is worth, discs x classes.

    A node of the tree that lies wholly inside a disc adds its sums unopened, so that the work grows with
    the rim of the discs and not with their area.
    """
    found = np.zeros((len(discs), ledger.count))
    sums = tree.sums(ledger.worth, ledger.classes, ledger.count)
    cutting = []
    pieces = even(len(discs), 1 + len(discs) // 512)
    for piece, (whole, disc, shape) in zip(
        pieces, each(lambda piece: _walk(tree, discs, piece, sums), pieces), strict=True
    ):
        found[piece] += whole
        cutting.append((disc, shape))
    if not cutting:
        return found
    disc, shape = (np.concatenate(ends) for ends in zip(*cutting, strict=True))
    shares = shares_in_discs(flat, shape, discs, disc)
    if ground is not None:
        shares = ground.shares(flat, ledger, (disc, shape), shares)
    return found + ledger.add_up(disc, shape, shares, len(discs))


def _walk(tree: Tree, discs: Discs, piece: slice, sums: list[Floats]) -> tuple[Floats, Ints, Ints]:
    """Return the sums of what lies wholly inside some discs, and the pairs of a disc and a shape that are left."""
    count = piece.stop - piece.start
    found = np.zeros((count, len(sums[0])))
    top = tree.levels[-1].shape[1]
    disc, node = np.repeat(np.arange(count), top), np.tile(np.arange(top), count)
    x, y, radius2 = discs.x[piece], discs.y[piece], discs.radius[piece] ** 2
    for depth in range(len(tree.levels) - 1, -1, -1):
        west, south, east, north = tree.levels[depth][:, node]
        west, east = west - x[disc], east - x[disc]
        south, north = south - y[disc], north - y[disc]
        # How far the nearest and the farthest place of a box lie from the middle of the disc, each way.
        near_x, near_y = np.maximum(np.maximum(west, -east), 0.0), np.maximum(np.maximum(south, -north), 0.0)
        far_x, far_y = np.maximum(-west, east), np.maximum(-south, north)
        inside = far_x * far_x + far_y * far_y <= radius2[disc]
        for group, values in enumerate(sums[depth]):
            found[:, group] += np.bincount(disc[inside], weights=values[node[inside]], minlength=count)
        left = ~inside & (near_x * near_x + near_y * near_y < radius2[disc])
        disc, node = disc[left], node[left]
        if depth:
            disc, node = opened(disc, node, tree.levels[depth - 1].shape[1])
    return found, disc + piece.start, tree.order[node]


def shares_in_discs(flat: Flat, shape: Ints, discs: Discs, disc: Ints) -> Floats:
    """Return for each pair which part (0 to 1) of the planar area of a shape lies inside a disc."""
    whole = flat.areas[shape]

    def work(piece: slice) -> tuple[Floats, Bools]:
        own = disc[piece]
        return _areas(flat, shape[piece], Discs(discs.x[own], discs.y[own], discs.radius[own]))

    pieces = each(work, cut(flat.starts[shape + 1] - flat.starts[shape]))
    if not pieces:
        return np.empty(0)
    areas, crossing = (np.concatenate(parts) for parts in zip(*pieces, strict=True))
    shares = np.divide(areas, whole, out=np.zeros(len(whole)), where=whole > 0)
    # What lies wholly inside is taken whole, so that no rounding takes anything away from it.
    found: Floats = np.where(crossing, np.minimum(shares, 1.0), whole > 0).astype(float)
    return found


def _areas(flat: Flat, shape: Ints, discs: Discs) -> tuple[Floats, Bools]:
    """Return the area of each shape inside its own disc, and whether any vertex of it lies outside.

    By Green's theorem the area is half the sum over the rim of the common ground: of x dy - y dx along the
    edges inside, and of the squared radius times the angle along the circle where the edges run outside.
    """
    vertices, counts = flat.vertices_of(shape)
    first = np.cumsum(counts) - counts
    x = flat.x[vertices] - np.repeat(discs.x, counts)
    y = flat.y[vertices] - np.repeat(discs.y, counts)
    radius2 = np.repeat(discs.radius * discs.radius, counts)
    edge = ~flat.last[vertices][:-1]
    ax, ay, bx, by = x[:-1], y[:-1], x[1:], y[1:]
    cross = ax * by - bx * ay
    far2 = x * x + y * y
    outside = far2 > radius2
    a_out, b_out = outside[:-1], outside[1:]
    parts = np.zeros(len(x))
    parts[:-1] = cross * (edge & ~(a_out | b_out))
    both_out = edge & a_out & b_out
    # An edge whose ends lie outside comes nearer between them where both see the other by less than a right angle.
    dot = ax * bx + ay * by
    may_hit = np.flatnonzero(both_out & (dot < np.minimum(far2[:-1], far2[1:])))
    length2 = far2[may_hit] + far2[may_hit + 1] - 2 * dot[may_hit]
    hit = may_hit[cross[may_hit] ** 2 < radius2[may_hit] * length2]
    at = np.concatenate([np.flatnonzero(edge & (a_out != b_out)), hit])
    parts[at] = _crossing(Edges(x[at], y[at], x[at + 1], y[at + 1]), radius2[at])
    both_out[hit] = False
    at = np.flatnonzero(both_out & ((ay < 0) != (by < 0)))
    parts[at] = 2 * np.pi * radius2[at] * _turns(x[at], y[at], x[at + 1], y[at + 1])
    return np.abs(np.add.reduceat(parts, first)) / 2, np.logical_or.reduceat(outside, first)


def _crossing(edges: Edges, radius2: Floats) -> Floats:
    """Return what edges that run into the disc, out of it or through it add to twice the area.

    The angles along the circle between where a ring leaves the disc and where it comes back add up to the
    difference of the directions there, but for whole turns; those are counted where an edge crosses the
    ray to the west, at which directions jump from π to -π.
    """
    ax, ay, bx, by = edges
    dx, dy = bx - ax, by - ay
    square, half, beyond = dx * dx + dy * dy, ax * dx + ay * dy, ax * ax + ay * ay - radius2
    a_out, b_out = beyond > 0, bx * bx + by * by > radius2
    root = np.sqrt(np.maximum(half * half - square * beyond, 0.0))
    enter = np.where(a_out, np.clip((-half - root) / square, 0.0, 1.0), 0.0)
    leave = np.where(b_out, np.clip((-half + root) / square, 0.0, 1.0), 1.0)
    px, py, qx, qy = ax + enter * dx, ay + enter * dy, ax + leave * dx, ay + leave * dy
    angles = np.where(a_out, np.arctan2(py, px) + 2 * np.pi * _turns(ax, ay, px, py), 0.0)
    angles -= np.where(b_out, np.arctan2(qy, qx) - 2 * np.pi * _turns(qx, qy, bx, by), 0.0)
    found: Floats = px * qy - qx * py + radius2 * angles
    return found


def _turns(ax: Floats, ay: Floats, bx: Floats, by: Floats) -> Floats:
    """Return 1 where an edge crosses the ray to the west towards the south, -1 towards the north, else 0."""
    below_a, below_b = ay < 0, by < 0
    cross = ax * by - bx * ay
    found: Floats = (~below_a & below_b & (cross > 0)).astype(float) - (below_a & ~below_b & (cross < 0))
    return found
