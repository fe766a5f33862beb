"""Slits between two features of a coverage that run on to open ground: no hole, and yet nobody's."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
import shapely

from onemap.edges import Edges, Numbers, Places, Shapes

SLIT_M: Final = 1.0
"""Ground between two features that is narrower than this is a fault, and no road."""

STEP_M: Final = 20.0
"""So far apart it is looked across from outlines to what lies beside them."""

LEAST_SPOTS: Final = 3
"""From so many spots on the two sides of a slit the other side must be near: a sharp corner is none."""

TOUCHING_M: Final = 1e-6


def find_slits(edges: Edges, shapes: Shapes, tree: shapely.STRtree, told: Shapes) -> pd.DataFrame:
    """Return the slits between two shapes: one, other, width_m, length_m (roughly), x and y of a spot.

    Parameters
    ----------
    edges
        The edges that no two of the shapes share.
    tree
        Over the shapes.
    told
        Holes whose ground is no slit once more.
    """
    spots, out, owner = edges.spots(STEP_M)
    spot, other, width = _across(spots, out, owner, (shapes, tree))
    inside = shapely.STRtree(told).query(shapely.points(spots[spot]), predicate="dwithin", distance=TOUCHING_M)[0]
    free = np.setdiff1d(np.arange(len(spot)), inside)
    spot, other, width = spot[free], other[free], width[free]
    sides = np.sort(np.column_stack([owner[spot], other]), axis=1)
    table = pd.DataFrame({"one": sides[:, 0], "other": sides[:, 1], "width_m": width})
    table["x"], table["y"] = spots[spot].T
    # The spot that is told is the middle one, in whatever order the shapes came.
    table = table.sort_values(["one", "other", "x", "y"], ignore_index=True)
    pairs = table.groupby(["one", "other"])
    slits = table[pairs.cumcount() == pairs["x"].transform("size") // 2]
    slits = slits.assign(width_m=pairs["width_m"].transform("mean"), length_m=pairs["x"].transform("size") * STEP_M / 2)
    return slits[slits["length_m"] >= LEAST_SPOTS * STEP_M / 2].reset_index(drop=True)


def _across(
    spots: Numbers, out: Numbers, owner: Places, target: tuple[Shapes, shapely.STRtree]
) -> tuple[Places, Places, Numbers]:
    """Return the spots that have a shape beside them, which one is the nearest, and how far it is.

    Spots on ground that another shape covers or touches are left out.
    """
    shapes, tree = target
    rays = shapely.linestrings(np.stack([spots, spots + SLIT_M * out], axis=1))
    ray, other = tree.query(rays, predicate="intersects")
    ray, other = ray[owner[ray] != other], other[owner[ray] != other]
    width = shapely.distance(shapely.points(spots[ray]), shapes[other])
    order = np.lexsort((width, ray))
    ray, other, width = ray[order], other[order], width[order]
    nearest = np.r_[True, ray[1:] != ray[:-1]][: len(ray)] & (width > TOUCHING_M)
    return ray[nearest], other[nearest], width[nearest]
