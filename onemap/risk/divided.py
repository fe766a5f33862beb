"""The ground of a layer divided among the townships, at their borders and not by the feature."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from onemap.flat import Floats, Ints
from onemap.model import Layer
from onemap.risk.ground import common_m2, ground_once
from onemap.risk.plane.ledger import in_steps
from onemap.risk.plane.tree import grow
from onemap.risk.plane.zones import share_pairs


class Divided(NamedTuple):
    """Pieces of ground, of which every one belongs to one feature and to one township or none."""

    rows: Ints
    """Of each piece the position of its feature in the frame of the land."""
    towns: Ints
    """Of each piece the position of its township in the frame of the townships; -1 outside all of them."""
    areas_m2: Floats
    """Ellipsoidal, in steps of which sums are exact."""
    doubles: pd.DataFrame
    """What features of the land cover together, as `ground_once` has it."""
    twice: pd.DataFrame
    """The same of the townships."""


def divide(land: Layer, townships: Layer) -> Divided:
    """Divide the ground of a layer among townships; every piece counts once.

    Where features of `land` overlap it goes to the gravest class; where townships overlap, to the lower key.

    Parameters
    ----------
    land, townships
        Layers of polygons in one metric CRS. Features that are no polygons have no ground.
    """
    ours, zones = ground_once(land), ground_once(townships)
    pairs, shares = share_pairs(ours.flat, grow(ours.flat), zones.flat)
    parts_m2 = in_steps(common_m2(ours.flat, ours.areas_m2, zones.flat, (pairs, shares), land.frame.crs))
    given_m2 = np.bincount(pairs.shape, weights=parts_m2, minlength=len(ours.areas_m2))
    left_m2 = np.maximum(in_steps(ours.areas_m2) - given_m2, 0.0)
    return Divided(
        np.append(ours.flat.rows[pairs.shape], ours.flat.rows),
        np.append(zones.flat.rows[pairs.zone], np.full(len(left_m2), -1)),
        np.append(parts_m2, left_m2),
        ours.doubles,
        zones.doubles,
    )
