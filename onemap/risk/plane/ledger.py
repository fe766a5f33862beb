"""What each polygon of a layer is worth, and of which class it is: what sums are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from onemap.flat import Floats, Ints

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


def ledger_of(areas_m2: Floats, classes: Ints, count: int) -> Ledger:
    """Return the ledger of shapes with these areas and classes."""
    # Rounded down, so that no sum exceeds what there is: a parcel loses half a square millimetre.
    return Ledger(np.floor(areas_m2 / STEP_M2) * STEP_M2, classes, count)


def in_steps(areas_m2: Floats) -> Floats:
    """Return areas rounded to whole steps."""
    found: Floats = np.round(areas_m2 / STEP_M2) * STEP_M2
    return found
