"""Measure: how much of one polygon lies under another, under several together, or under each class of them, 亩."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from onemap import geodesy
from onemap.flat import Bools, Flat, Floats, Ints
from onemap.model import Layer
from onemap.risk.ground import common_m2, ground_once
from onemap.risk.measurement import COLUMNS, SUM, class_label, pairs_table, same_feature
from onemap.risk.plane.neighbours import within
from onemap.risk.plane.tree import grow
from onemap.risk.plane.zones import share_pairs
from onemap.spec.measures.pairs import OverlapRule
from onemap.text import tr

TOLD_MU: Final = 0.005
"""Less than this would be told as 0.00 亩."""

Pairs = tuple[Ints, Ints]
"""Positions in the frames of the two sides."""


def measure(of: Layer, to: Layer, rule: OverlapRule) -> pd.DataFrame:
    """Return what lies under one another, where it is larger than the minimum.

    By feature that is every pair, and of what lies under several another row, for all of them together; by
    class it is what each class of `to` covers. In such sums ground under several counts once, for the
    gravest class. Where either is only a point that lies in the other, the area cannot be measured: the
    value is NaN.
    """
    pairs, areas_m2 = _common(of, to.flat.take(to.flat.areal))
    if rule.by == "class":
        sums = _sums(of, to, to.classes.to_numpy(dtype=object), (pairs, areas_m2))
        sums = sums[sums["once_m2"] > rule.minimum]
        found = [_sum_rows(of, sums, [class_label(to, own_id) for own_id in sums["group"]])]
    else:
        kept = (areas_m2 > rule.minimum) & ~same_feature(of, to, pairs)
        pairs, areas_m2 = (pairs[0][kept], pairs[1][kept]), areas_m2[kept]
        found = [pairs_table(of, to, pairs, areas_m2 / geodesy.MU_M2, None), _together(of, to, pairs, areas_m2)]
    points = _at_points(of, to)
    found.append(pairs_table(of, to, points, np.full(len(points[0]), np.nan), None))
    # The first column is the rows of `of`, in whose order they stand.
    table = pd.concat([part for part in found if len(part)] or found[:1], ignore_index=True)
    return table.sort_values("of", kind="stable", ignore_index=True)


def _common(of: Layer, theirs: Flat) -> tuple[Pairs, Floats]:
    """Return all pairs of polygons that share ground, and how much."""
    ours = of.flat.take(of.flat.areal)
    common, shares = share_pairs(ours, grow(ours), theirs)
    pairs = ours.rows[common.shape], theirs.rows[common.zone]
    order = np.lexsort(pairs[::-1])
    whole_m2 = of.areas_m2.to_numpy()[ours.rows].astype(np.float64)
    areas_m2 = common_m2(ours, whole_m2, theirs, (common, shares), of.frame.crs)
    return (pairs[0][order], pairs[1][order]), areas_m2[order]


def _together(of: Layer, to: Layer, pairs: Pairs, areas_m2: Floats) -> pd.DataFrame:
    """Return for each feature that lies under several what lies under them together."""
    counts = np.bincount(pairs[0], minlength=len(of.frame))
    several = counts[pairs[0]] > 1
    if not several.any() or of.spec.id == to.spec.id:
        # Within a layer each would have to leave out itself, and others' ground with it.
        return pd.DataFrame(columns=list(COLUMNS))
    chosen = pairs[0][several], pairs[1][several]
    sums = _sums(of, to, np.full(len(to.frame), "", dtype=object), (chosen, areas_m2[several]))
    return _sum_rows(of, sums, [tr("{count} together", count=count) for count in counts[sums["at"]]])


def _sums(of: Layer, to: Layer, groups: NDArray[Any], listed: tuple[Pairs, Floats]) -> pd.DataFrame:
    """Return what lies under each group of features of `to`: at (of which row), group, all_m2, once_m2.

    all_m2 is the sum of the pairs, once_m2 what is left of it where ground under several counts once.
    """
    pairs, areas_m2 = _common(of, ground_once(to).flat)
    # What is not listed has no part in the sum of the list.
    kept = np.isin(_numbers(pairs, to), _numbers(listed[0], to))
    once = (pairs[0][kept], pairs[1][kept]), areas_m2[kept]
    sums = [pd.Series(own_m2).groupby([own[0], groups[own[1]]]).sum() for own, own_m2 in (listed, once)]
    table = pd.DataFrame({"all_m2": sums[0], "once_m2": sums[1].reindex(sums[0].index, fill_value=0.0)})
    return table.rename_axis(["at", "group"]).reset_index()


def _numbers(pairs: Pairs, to: Layer) -> Ints:
    return pairs[0] * len(to.frame) + pairs[1]


def _sum_rows(of: Layer, sums: pd.DataFrame, labels: list[str]) -> pd.DataFrame:
    values, all_mu = sums["once_m2"] / geodesy.MU_M2, sums["all_m2"] / geodesy.MU_M2
    told = [
        tr("{label}, less {mu:.2f} mu covered more than once", label=label, mu=double) if double >= TOLD_MU else label
        for label, double in zip(labels, all_mu - values, strict=True)
    ]
    columns: dict[str, Any] = {
        "of": of.frame.index.to_numpy()[sums["at"]],
        "to": SUM,
        "to_class": sums["group"].to_numpy(),
        "to_key": "",
        "to_label": told,
        "value": values.to_numpy(),
        "ring": np.nan,
        "link": None,
    }
    return pd.DataFrame(columns, columns=list(COLUMNS))


def _at_points(of: Layer, to: Layer) -> Pairs:
    """Return the pairs that lie at one place, of which one is only a point."""
    found = [
        _touching(of.flat.take(_points(of.flat)), to.flat),
        _touching(of.flat.take(~_points(of.flat)), to.flat.take(_points(to.flat))),
    ]
    pairs = np.concatenate([one for one, _ in found]), np.concatenate([other for _, other in found])
    apart = ~same_feature(of, to, pairs)
    order = np.lexsort((pairs[1][apart], pairs[0][apart]))
    return pairs[0][apart][order], pairs[1][apart][order]


def _touching(of: Flat, to: Flat) -> Pairs:
    """Return the rows of all pairs that have any place in common."""
    one, other, _ = within(of, to, grow(to), np.zeros(len(of.rows)))
    return of.rows[one], to.rows[other]


def _points(flat: Flat) -> Bools:
    found: Bools = shapely.get_dimensions(flat.shapes) == 0
    return found
