"""Measures: how far things lie apart, edge to edge on the ellipsoid, metres; and how many lie within reach."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
import shapely

from onemap import geodesy
from onemap.flat import Flat, Floats, Ints
from onemap.model import Layer
from onemap.risk.measurement import COLUMNS, SUM, class_label, pairs_table, same_feature
from onemap.risk.plane.gaps import Gaps
from onemap.risk.plane.neighbours import nearest, within
from onemap.risk.plane.tree import grow
from onemap.spec.measures.pairs import CountRule, DistanceRule, NearestRule

MARGIN: Final = 1.002
"""How much further than the reach candidates are sought: the scale of the plane changes along the way, but
in no usable projection by 0.2 % within a few kilometres."""


class Ways(NamedTuple):
    """The ways between features that were measured."""

    of: Ints
    """Positions in the frame of the one side."""
    to: Ints
    metres: Floats
    gaps: Gaps

    def take(self, at: Any) -> Ways:
        """Return some of them."""
        return Ways(self.of[at], self.to[at], self.metres[at], self.gaps.take(at))


def measure(of: Layer, to: Layer, rule: DistanceRule) -> pd.DataFrame:
    """Return every pair within reach; what touches or contains the other is 0 m away."""
    return within_reach(of, to, rule.reach)


def within_reach(of: Layer, to: Layer, reach: float) -> pd.DataFrame:
    """Return every pair no farther apart than so many metres; with 0 what touches or contains the other."""
    return table_of(of, to, ways_within(of, to, reach))


def count(of: Layer, to: Layer, rule: CountRule) -> pd.DataFrame:
    """Return for each feature how many of each class lie within reach; a class of which none does has no row."""
    ways = ways_within(of, to, rule.reach)
    pairs = pd.DataFrame(
        {"of": of.frame.index.to_numpy()[ways.of], "to_class": to.classes.to_numpy(dtype=object)[ways.to]}
    )
    counts = pairs.value_counts(sort=False).sort_index().reset_index(name="value").astype({"value": float})
    labels = [class_label(to, own_id) for own_id in counts["to_class"]]
    found = counts.assign(to=SUM, to_key="", to_label=labels, ring=np.nan, link=None)
    return found[list(COLUMNS)]


def measure_nearest(of: Layer, to: Layer, rule: NearestRule) -> pd.DataFrame:
    """Return for each feature the nearest of each class, however far, or within the reach if there is one."""
    rows = nearest_of_each_class(of, to)
    return rows if rule.reach is None else rows[rows["value"] <= rule.reach]


def nearest_of_each_class(of: Layer, to: Layer) -> pd.DataFrame:
    """Return for each feature the nearest of each class, however far.

    Of several that are equally near to the millimetre the one with the lowest key is taken.
    """
    tree, classes, found = grow(of.flat), to.classes.to_numpy(dtype=object)[to.flat.rows], []
    for own_id in sorted(set(classes)):
        shapes = to.flat.take(classes == own_id)
        # Which is nearest is decided on the ground: the scale of the plane differs from place to place.
        pairs = nearest((of.flat, tree), (shapes, grow(shapes)), MARGIN - 1)
        ways = _on_the_ground(of, (of.flat, shapes), *pairs)
        names = pd.DataFrame({"key": to.keys.to_numpy()[ways.to], "label": to.labels.to_numpy()[ways.to]})
        order = names.assign(of=ways.of, metres=ways.metres).sort_values(
            ["of", "metres", "key", "label"], kind="stable"
        )
        found.append(table_of(of, to, ways.take(order.index[~order["of"].duplicated()].to_numpy())))
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=list(COLUMNS))


def ways_within(of: Layer, to: Layer, reach: float) -> Ways:
    """Return the ways that are no longer than the reach, in the order of the rows."""
    pairs = within(of.flat, to.flat, grow(to.flat), reach * MARGIN * _scales(of))
    ways = _on_the_ground(of, (of.flat, to.flat), *pairs)
    order = np.lexsort((ways.to, ways.of))
    ways = ways.take(order[ways.metres[order] <= reach])
    return ways.take(~same_feature(of, to, (ways.of, ways.to)))


def _on_the_ground(layer: Layer, sides: tuple[Flat, Flat], one: Ints, other: Ints, gaps: Gaps) -> Ways:
    ends = np.column_stack([gaps.x, gaps.y]), np.column_stack([gaps.to_x, gaps.to_y])
    metres = geodesy.distances_m(*ends, layer.frame.crs)
    return Ways(sides[0].rows[one], sides[1].rows[other], metres, gaps)


def table_of(of: Layer, to: Layer, ways: Ways) -> pd.DataFrame:
    """Return ways as measurements, each with the line that was measured."""
    gaps = ways.gaps
    ends = np.stack([gaps.x, gaps.y, gaps.to_x, gaps.to_y], axis=1).reshape(-1, 2, 2)
    links = np.asarray(shapely.linestrings(ends)) if len(ends) else np.empty(0, dtype=object)
    return pairs_table(of, to, (ways.of, ways.to), ways.metres, links)


def _scales(layer: Layer) -> Floats:
    """Return the largest scale of the plane at the corners of each feature that has a place."""
    corners = layer.flat.boxes[[0, 1, 0, 3, 2, 1, 2, 3]].T.reshape(-1, 2)
    if len(corners) == 0:
        return np.empty(0)
    scales: Floats = geodesy.scale_factors(corners, layer.frame.crs).reshape(-1, 4).max(axis=1)
    return scales
