"""The balance of the county: how much ground of each class lies in each township, counted once."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import Final

import numpy as np
import pandas as pd

from onemap.geodesy import MU_M2
from onemap.model import BALANCE_COLUMNS, DOUBLE_COLUMNS, TOWNSHIP, Balance, Layer
from onemap.risk.assess import Ground
from onemap.risk.divided import divide
from onemap.risk.ground import NOISE_M2, from_mildest
from onemap.risk.rounding import round_table
from onemap.text import tr

UNITS_M2: Final = {"area_mu": MU_M2, "area_ha": 10_000.0}


def balances(ground: Ground, asked: Collection[str]) -> tuple[Balance, ...]:
    """Return a balance of each layer whose classes cover the ground.

    Parameters
    ----------
    asked
        Layers that the project has sources for: of one that could not be read it is said that there is no balance.
    """
    covers = sorted(own_id for own_id in asked if ground.specs[own_id].coverage and ground.specs[own_id].class_field)
    return tuple(
        ground.cache.value("balance", ground.inputs(own_id, TOWNSHIP), partial(_balance, own_id, ground))
        for own_id in covers
    )


def balance(land: Layer, townships: Layer) -> Balance:
    """Divide the ground of a layer among townships.

    Every piece of ground is counted once. Where features of `land` overlap it goes to the class that comes
    last in the legend, which is the gravest; where townships overlap, to the one with the lower key.

    Parameters
    ----------
    land, townships
        Layers of polygons in one metric CRS. Features that are no polygons have no ground.
    """
    ground = divide(land, townships)
    cells = pd.DataFrame(
        {
            "township_key": np.append(townships.keys.to_numpy(dtype=object), "")[ground.towns],
            "township": np.append(townships.labels.to_numpy(dtype=object), "")[ground.towns],
            "class": land.classes.to_numpy(dtype=object)[ground.rows],
            "area_m2": ground.areas_m2,
        }
    )
    # What the rounding of places has left between townships that share a crooked edge is no ground.
    cells = cells[cells["area_m2"] > NOISE_M2]
    return Balance(land.spec.id, _added_up(cells, from_mildest(land)), ground.doubles, ground.twice, _notes(land))


def _added_up(cells: pd.DataFrame, classes: list[str]) -> pd.DataFrame:
    """Return the sums of cells by township and class: townships by key, and last the ground in none."""
    if cells.empty:
        return pd.DataFrame(columns=list(BALANCE_COLUMNS))
    sums = cells.pivot_table(
        index=["township_key", "township"], columns="class", values="area_m2", aggfunc="sum", fill_value=0.0
    )
    sums = sums.reindex(columns=[own_id for own_id in classes if own_id in sums])
    areas_m2 = sums.to_numpy()
    shown = {unit: round_table(areas_m2 / size_m2).ravel() for unit, size_m2 in UNITS_M2.items()}
    towns = sums.index.repeat(len(sums.columns))
    table = pd.DataFrame(
        {
            "township_key": towns.get_level_values("township_key"),
            "township": towns.get_level_values("township"),
            "class": np.tile(sums.columns.to_numpy(dtype=object), len(sums)),
            "area_m2": areas_m2.ravel(),
            **shown,
        }
    )
    table["outside"] = (table["township_key"] == "") & (table["township"] == "")
    table = table[table["area_m2"] > 0].sort_values("outside", kind="stable", ignore_index=True)
    return table[list(BALANCE_COLUMNS)]


def _balance(own_id: str, ground: Ground) -> Balance:
    """Return the balance of a layer, or why there is none."""
    layers, needed = ground.layers, (own_id, TOWNSHIP)
    spoiled = [ground.specs[one].name for one in needed if one in ground.withheld]
    absent = [ground.specs[one].name for one in needed if one not in layers or not (layers[one].areas_m2 > 0).any()]
    if spoiled:
        return _nothing(own_id, tr("withheld: the data of {layers} stands with errors", layers=tr(", ").join(spoiled)))
    if absent:
        return _nothing(own_id, tr("no data of {layers} were provided: no balance", layers=tr(", ").join(absent)))
    return balance(layers[own_id], layers[TOWNSHIP])


def _nothing(own_id: str, why: str) -> Balance:
    doubles = pd.DataFrame(columns=list(DOUBLE_COLUMNS))
    return Balance(own_id, pd.DataFrame(columns=list(BALANCE_COLUMNS)), doubles, doubles, withheld=why)


def _notes(land: Layer) -> tuple[str, ...]:
    lost = int((land.areas_m2 == 0).sum())
    return (tr("{count} records have no outline: their ground is not in the balance", count=lost),) if lost else ()
