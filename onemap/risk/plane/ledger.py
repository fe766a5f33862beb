"""What each polygon of a layer is worth, and of which class it is: what sums are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from onemap.flat import Flat, Floats, Ints

STEP_M2: Final = 2.0**-20
"""Areas are whole multiples of this, about a square millimetre: up to 8,590 km² their sums are exact in
double precision, whatever the order of the parcels, and so their differences close to nothing."""


@dataclass(frozen=True, eq=False)
class Ledger:
    """The entries of the shapes of a layer, in the order of its flat arrays."""

    worth: Floats
    """Square metres, in steps."""
    classes: Ints
    """0 … count - 1."""
    count: int

    def add_up(self, query: Ints, shape: Ints, shares: Floats, queries: int) -> Floats:
        """Return the sums of the shares of shapes by query and class, queries x classes."""
        parts = in_steps(self.worth[shape] * shares)
        cells = query * self.count + self.classes[shape]
        sums: Floats = np.bincount(cells, weights=parts, minlength=queries * self.count).astype(float)
        return sums.reshape(queries, self.count)


@dataclass(frozen=True, eq=False)
class Ground:
    """What the plane is worth on the ground about each query.

    The scale of the plane changes from place to place: of a shape that reaches far beyond all that is asked
    about, the part near by has another share of the ground than of the plane.
    """

    density: Floats
    """Square metres of ground to one of the plane there."""
    extent: Floats
    """How wide what is asked about is; of what is no wider, the share of the ground is that of the plane."""

    def shares(self, flat: Flat, ledger: Ledger, pairs: tuple[Ints, Ints], shares: Floats) -> Floats:
        """Return which part (0 to 1) of the ground of shapes it is that has these shares of the plane.

        Parameters
        ----------
        pairs
            The query and the shape of each share.
        """
        query, shape = pairs
        widths = (flat.boxes[2:] - flat.boxes[:2]).max(axis=0)
        large = np.flatnonzero((widths[shape] > self.extent[query]) & (shares < 1) & (ledger.worth[shape] > 0))
        at = shape[large]
        found = shares.copy()
        found[large] *= self.density[query[large]] * flat.areas[at] / ledger.worth[at]
        return np.minimum(found, 1.0)


def ledger_of(areas_m2: Floats, classes: Ints, count: int) -> Ledger:
    """Return the ledger of shapes with these areas and classes."""
    # Rounded down, so that no sum exceeds what there is: a parcel loses half a square millimetre.
    return Ledger(np.floor(areas_m2 / STEP_M2) * STEP_M2, classes, count)


def in_steps(areas_m2: Floats) -> Floats:
    """Return areas rounded to whole steps."""
    found: Floats = np.round(areas_m2 / STEP_M2) * STEP_M2
    return found
